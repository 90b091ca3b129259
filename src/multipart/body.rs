//! A form as the bytes that it is sent as.

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use reqwest::Request;

use super::{
    Form, Layout, ROOT,
    source::{Chunks, slices},
};
use crate::{Error, Operation};

const LINE_BREAK: Bytes = Bytes::from_static(b"\r\n");

impl Form {
    /// Makes this the body of `request`, from the beginning of every part.
    pub(crate) async fn put_into(
        &mut self,
        operation: &'static Operation,
        request: &mut Request,
    ) -> Result<(), Error> {
        let refused = |fault| Error::invalid_request(operation, fault);
        if let Some(fault) = &self.fault {
            return Err(refused(fault.clone()));
        }
        if self.parts.is_empty() {
            return Err(refused("the form has no parts".to_owned()));
        }
        let (chunks, length) = self.open().await.map_err(refused)?;
        self.declare(length, request.headers_mut())
            .map_err(refused)?;
        *request.body_mut() = Some(reqwest::Body::wrap_stream(self.counted(chunks, length)));
        Ok(())
    }

    /// All parts between their boundaries, and how long that is.
    async fn open(&mut self) -> Result<(Chunks, Option<u64>), String> {
        let mut pieces = Vec::with_capacity(3 * self.parts.len() + 1);
        let mut whole = Some(0);
        let mut add = |chunks: Chunks, length: Option<u64>| {
            whole = whole.and_then(|whole: u64| whole.checked_add(length?));
            pieces.push(chunks);
        };
        for field in &mut self.parts {
            let head = Bytes::from(format!("--{}\r\n{}", self.boundary, field.head));
            add_bytes(&mut add, head);
            let content = field.source.open().await?;
            add(content.chunks, content.length);
            add_bytes(&mut add, LINE_BREAK);
        }
        add_bytes(&mut add, Bytes::from(format!("--{}--\r\n", self.boundary)));
        Ok((stream::iter(pieces).flatten().boxed(), whole))
    }

    fn declare(&self, length: Option<u64>, headers: &mut HeaderMap) -> Result<(), String> {
        let boundary = &self.boundary;
        let kind = match self.layout {
            Layout::FormData => format!("multipart/form-data; boundary={boundary}"),
            Layout::Related => format!(
                "multipart/related; type=\"application/json\"; start=\"{ROOT}\"; boundary=\"{boundary}\""
            ),
        };
        let kind = HeaderValue::try_from(kind)
            .map_err(|_| "the boundary of the form is no header value".to_owned())?;
        headers.insert(CONTENT_TYPE, kind);
        match length {
            Some(length) => headers.insert(CONTENT_LENGTH, HeaderValue::from(length)),
            None => headers.remove(CONTENT_LENGTH),
        };
        Ok(())
    }

    /// The same chunks, with progress reported as each is taken.
    fn counted(&self, chunks: Chunks, total: Option<u64>) -> Chunks {
        let Some(report) = self.progress.clone() else {
            return chunks;
        };
        let mut sent = 0;
        chunks
            .inspect_ok(move |chunk| {
                sent += chunk.len() as u64;
                report(sent, total);
            })
            .boxed()
    }
}

fn add_bytes(add: &mut impl FnMut(Chunks, Option<u64>), bytes: Bytes) {
    let length = bytes.len() as u64;
    add(slices(bytes), Some(length));
}
