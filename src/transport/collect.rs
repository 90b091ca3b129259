//! Answers whose body is taken into memory.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};

use crate::{Client, Error, Operation, wire::Broken};

/// A success, with its body where that was to be collected.
pub(super) struct Arrived {
    pub(super) answer: reqwest::Response,
    pub(super) body: Option<Bytes>,
    /// How many times the request was sent for it.
    pub(super) attempts: u32,
}

/// An answer whose body has arrived whole.
pub(super) struct Whole {
    pub(super) operation: &'static Operation,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The largest body that the client takes.
    pub(super) limit: u64,
}

impl Client {
    pub(super) async fn whole(
        &self,
        operation: &'static Operation,
        arrived: Arrived,
    ) -> Result<Whole, Error> {
        let Arrived {
            mut answer, body, ..
        } = arrived;
        let body = match body {
            Some(body) => body,
            None => self.collect(operation, &mut answer).await?,
        };
        Ok(Whole {
            operation,
            status: answer.status(),
            headers: std::mem::take(answer.headers_mut()),
            body,
            limit: self.max_response_size(),
        })
    }

    /// The body of an answer, unless it is larger than the client takes.
    pub(super) async fn collect(
        &self,
        operation: &'static Operation,
        answer: &mut reqwest::Response,
    ) -> Result<Bytes, Error> {
        let limit = self.max_response_size();
        let collected = self.read_up_to(limit, answer).await;
        if let Ok(Some(body)) = collected {
            return Ok(body);
        }
        let status = answer.status();
        let headers = std::mem::take(answer.headers_mut());
        Err(match collected {
            Err(broken) => Error::receiving(operation, status, headers, broken),
            Ok(_) => Error::response_too_large(operation, status, headers, limit),
        })
    }

    /// What is compressed counts as it is unpacked, and no further.
    async fn read_up_to(
        &self,
        limit: u64,
        answer: &mut reqwest::Response,
    ) -> Result<Option<Bytes>, Broken> {
        if answer.content_length().is_some_and(|length| length > limit) {
            return Ok(None);
        }
        let Some(first) = self.wire().chunk(answer).await? else {
            return Ok(Some(Bytes::new()));
        };
        if first.len() as u64 > limit {
            return Ok(None);
        }
        // An answer that came in one piece is not copied.
        let Some(second) = self.wire().chunk(answer).await? else {
            return Ok(Some(first));
        };
        let mut whole = BytesMut::from(first);
        let mut next = Some(second);
        while let Some(chunk) = next {
            if (whole.len() + chunk.len()) as u64 > limit {
                return Ok(None);
            }
            whole.extend_from_slice(&chunk);
            next = self.wire().chunk(answer).await?;
        }
        Ok(Some(whole.freeze()))
    }
}
