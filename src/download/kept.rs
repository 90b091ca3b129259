//! What was begun, and its description beside a partial file.

use std::{io, path::Path};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::header;
use reqwest::Request;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::validator::Validator;

/// What is downloaded, as the first answer described it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    /// What was asked for. A digest, for there can be anything in an address.
    request: String,
    /// The place of the first byte in the whole: more than 0 of a range.
    pub(super) first: u64,
    /// How many bytes there are to be.
    pub(super) length: Option<u64>,
    /// How many the whole has, of which a range is a part.
    pub(super) total: Option<u64>,
    pub(super) validator: Option<Validator>,
}

impl Begun {
    pub(super) fn new(
        request: &Request,
        first: u64,
        length: Option<u64>,
        total: Option<u64>,
        validator: Option<Validator>,
    ) -> Self {
        Self {
            request: digest(request),
            first,
            length,
            total,
            validator,
        }
    }

    pub(super) fn is_of(&self, request: &Request) -> bool {
        self.request == digest(request)
    }

    /// What there is to go on from, once so many bytes are there: the length and
    /// what tells that it is still the same. Without a length the bytes may have
    /// been decompressed, and no place in them is one of the file.
    pub(super) fn resumption(&self, received: u64) -> Option<(u64, &Validator)> {
        let (length, validator) = self.length.zip(self.validator.as_ref())?;
        (received > 0 && received <= length).then_some((length, validator))
    }

    /// Nothing if there is none, or none that can be read: it only saves time.
    pub(super) async fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&tokio::fs::read(path).await.ok()?).ok()
    }

    /// Leaves nothing where there would be nothing to go on from.
    pub(super) async fn write(&self, path: &Path) -> io::Result<()> {
        if self.length.is_none() || self.validator.is_none() {
            return Self::remove(path).await;
        }
        tokio::fs::write(path, serde_json::to_vec(self)?).await
    }

    pub(super) async fn remove(path: &Path) -> io::Result<()> {
        match tokio::fs::remove_file(path).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}

fn digest(request: &Request) -> String {
    let mut digest = Sha256::new();
    digest.update(request.url().as_str());
    if let Some(range) = request.headers().get(header::RANGE) {
        digest.update([0]);
        digest.update(range);
    }
    URL_SAFE_NO_PAD.encode(digest.finalize())
}
