//! Answers that are not JSON, as they arrive.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_core::{FusedStream, Stream};
use futures_util::TryStreamExt as _;
use http::{HeaderMap, StatusCode, header};

use crate::{
    Error, Operation,
    wire::{Broken, Silence},
};

/// A file, a diff or a log, as a stream of its bytes.
///
/// A connection that breaks off in the middle is an error, so that what came
/// to its end came whole. After an error the stream is at its end.
///
/// ```no_run
/// # async fn read(mut diff: bitbucket::ByteStream) -> Result<(), bitbucket::Error> {
/// while let Some(part) = diff.try_next().await? {
///     println!("{} bytes more", part.len());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct ByteStream {
    operation: &'static Operation,
    status: StatusCode,
    /// For the error that a break in the middle becomes.
    headers: HeaderMap,
    content_length: Option<u64>,
    silence: Silence,
    /// The most that may come, where it is all kept in memory.
    limit: Option<u64>,
    received: u64,
    /// Gone when the end or an error was reached.
    body: Option<Body>,
}

type Body = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>;

impl ByteStream {
    pub(crate) fn new(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        response: reqwest::Response,
        read_timeout: Option<Duration>,
    ) -> Self {
        Self {
            operation,
            status,
            headers,
            content_length: response.content_length(),
            silence: Silence::new(read_timeout),
            limit: None,
            received: 0,
            body: Some(Box::pin(response.bytes_stream())),
        }
    }

    /// The same stream, which fails where more than `limit` bytes come: for those
    /// who keep all of it.
    pub(crate) fn limited(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Ends the stream, and tells the error that it ends with.
    fn fail(&mut self, broken: Broken) -> Error {
        self.body = None;
        let headers = std::mem::take(&mut self.headers);
        Error::receiving(self.operation, self.status, headers, broken)
    }

    fn too_large(&mut self, limit: u64) -> Error {
        self.body = None;
        let headers = std::mem::take(&mut self.headers);
        Error::response_too_large(self.operation, self.status, headers, limit)
    }

    /// How many bytes there are, if Bitbucket said so.
    pub fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// What the bytes are, as Bitbucket declared it, such as `text/plain; charset=utf-8`.
    pub fn content_type(&self) -> Option<&str> {
        self.headers.get(header::CONTENT_TYPE)?.to_str().ok()
    }

    /// The next part; `None` at the end.
    ///
    /// # Errors
    ///
    /// If the connection breaks or Bitbucket is silent for too long.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>, Error> {
        futures_util::TryStreamExt::try_next(self).await
    }

    /// All that has not been read yet.
    ///
    /// ```no_run
    /// # async fn read(file: bitbucket::ByteStream) -> Result<(), bitbucket::Error> {
    /// let file = file.bytes().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the connection breaks or Bitbucket is silent for too long.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let Some(first) = self.try_next().await? else {
            return Ok(Bytes::new());
        };
        let Some(second) = self.try_next().await? else {
            return Ok(first);
        };
        let mut whole = BytesMut::from(first);
        whole.extend_from_slice(&second);
        while let Some(part) = self.try_next().await? {
            whole.extend_from_slice(&part);
        }
        Ok(whole.freeze())
    }

    /// All that has not been read yet, as a text in the declared character set,
    /// which is UTF-8 unless Bitbucket says otherwise.
    ///
    /// What is no text in it is replaced by `U+FFFD`. A diff can have files of
    /// several character sets in it; its exact bytes are in [`ByteStream::bytes`].
    ///
    /// ```no_run
    /// # async fn read(diff: bitbucket::ByteStream) -> Result<(), bitbucket::Error> {
    /// print!("{}", diff.text().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the connection breaks or Bitbucket is silent for too long.
    pub async fn text(self) -> Result<String, Error> {
        let encoding = self
            .content_type()
            .and_then(charset)
            .and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()))
            .unwrap_or(encoding_rs::UTF_8);
        let bytes = self.bytes().await?;
        Ok(encoding.decode(&bytes).0.into_owned())
    }
}

/// The `charset` parameter of a content type.
fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    })
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        let polled = body.try_poll_next_unpin(context);
        Poll::Ready(match ready!(this.silence.check(context, polled)) {
            Ok(Some(Ok(part))) => {
                this.received = this.received.saturating_add(part.len() as u64);
                match this.limit.filter(|limit| this.received > *limit) {
                    Some(limit) => Some(Err(this.too_large(limit))),
                    None => Some(Ok(part)),
                }
            }
            Ok(Some(Err(error))) => Some(Err(this.fail(error.into()))),
            Err(silent) => Some(Err(this.fail(silent))),
            Ok(None) => {
                this.body = None;
                None
            }
        })
    }
}

impl FusedStream for ByteStream {
    fn is_terminated(&self) -> bool {
        self.body.is_none()
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ByteStream")
            .field("operation", &self.operation.id())
            .field("content_length", &self.content_length)
            .field("content_type", &self.content_type())
            .finish_non_exhaustive()
    }
}
