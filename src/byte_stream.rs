//! Answers that are not JSON, as they arrive.

use std::{
    fmt, io,
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_core::{FusedStream, Stream};
use futures_util::{TryStreamExt as _, stream};
use http::{HeaderMap, StatusCode, header};
use tokio::io::AsyncBufRead;
use tokio_util::io::StreamReader;

use crate::{
    ContentRange, Error, Operation,
    download::{Progress, Target},
    wire::Silence,
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
    head: Arc<Head>,
    /// How many bytes are still to come, if that is known.
    left: Option<u64>,
    /// The most that may come, where it is all kept in memory.
    limit: Option<u64>,
    received: u64,
    progress: Option<Box<Progress>>,
    /// How many times the request was sent for it.
    attempts: u32,
    /// Gone when the end or an error was reached.
    body: Option<Body>,
}

/// What was told before the first byte.
struct Head {
    status: StatusCode,
    headers: HeaderMap,
    content_length: Option<u64>,
    content_range: Option<ContentRange>,
}

/// The lock only makes it `Sync`.
type Body = Mutex<Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>>;

impl ByteStream {
    pub(crate) fn new(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        content_range: Option<ContentRange>,
        response: reqwest::Response,
        read_timeout: Option<Duration>,
    ) -> Self {
        let head = Arc::new(Head {
            status,
            headers,
            content_length: response.content_length(),
            content_range,
        });
        let told = Arc::clone(&head);
        let broken =
            move |broken| Error::receiving(operation, status, told.headers.clone(), broken);
        let mut silence = Silence::new(read_timeout);
        let mut chunks = Box::pin(response.bytes_stream());
        let body = stream::poll_fn(move |context| {
            let polled = chunks.as_mut().poll_next(context);
            Poll::Ready(match ready!(silence.check(context, polled)) {
                Ok(Some(Ok(part))) => Some(Ok(part)),
                Ok(Some(Err(error))) => Some(Err(broken(error.into()))),
                Err(silent) => Some(Err(broken(silent))),
                Ok(None) => None,
            })
        });
        Self::with(operation, head, body)
    }

    /// A stream that is put together from several answers.
    pub(crate) fn of(
        operation: &'static Operation,
        body: impl Stream<Item = Result<Bytes, Error>> + Send + 'static,
    ) -> Self {
        let head = Head {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            content_length: None,
            content_range: None,
        };
        Self::with(operation, Arc::new(head), body)
    }

    fn with(
        operation: &'static Operation,
        head: Arc<Head>,
        body: impl Stream<Item = Result<Bytes, Error>> + Send + 'static,
    ) -> Self {
        let part = head.content_range.as_ref();
        Self {
            operation,
            left: head
                .content_length
                .or_else(|| part.map(ContentRange::length)),
            head,
            limit: None,
            received: 0,
            progress: None,
            attempts: 0,
            body: Some(Mutex::new(Box::pin(body))),
        }
    }

    pub(crate) fn after_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// How often the request was sent that it answers.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The same stream, which fails where more than `limit` bytes come: for those
    /// who keep all of it.
    pub(crate) fn limited(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// How many bytes there are, if Bitbucket said so.
    pub fn content_length(&self) -> Option<u64> {
        self.head.content_length
    }

    /// What the bytes are, as Bitbucket declared it, such as `text/plain; charset=utf-8`.
    pub fn content_type(&self) -> Option<&str> {
        self.head.headers.get(header::CONTENT_TYPE)?.to_str().ok()
    }

    /// Which part of the whole these bytes are, if they are one.
    ///
    /// Where a range was asked for and there is none here, all of it came: not
    /// everybody heeds `Range`.
    pub fn content_range(&self) -> Option<ContentRange> {
        self.head.content_range
    }

    /// Calls `report` with the bytes that were read so far, and with all there
    /// are, if that is known.
    ///
    /// The call is made whenever some are read, so it should be quick.
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.progress = Some(Box::new(report));
        self
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

    /// Saves all that has not been read yet to a file, and says how many bytes
    /// that was. The file appears when it is whole, as with
    /// [`Download::save_to`](crate::Download::save_to), which also goes on where
    /// a connection broke off: a stream cannot ask again.
    ///
    /// ```no_run
    /// # async fn save(zip: bitbucket::ByteStream) -> Result<(), bitbucket::Error> {
    /// let bytes = zip.save_to("issues.zip").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the connection breaks, Bitbucket is silent for too long, or the file
    /// cannot be written ([`ErrorKind::File`](crate::ErrorKind::File)).
    pub async fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let mut target = Target::temporary(self.operation, path.as_ref()).await?;
        let mut length = 0;
        while let Some(part) = self.try_next().await? {
            target.write(&part).await?;
            length += part.len() as u64;
        }
        target.finish().await?;
        Ok(length)
    }

    /// The same bytes for what reads from an [`AsyncRead`](tokio::io::AsyncRead),
    /// such as a decoder of archives, or lines by
    /// [`AsyncBufReadExt`](tokio::io::AsyncBufReadExt). An [`Error`] is the
    /// source of the error that reading gives.
    ///
    /// ```no_run
    /// use tokio::io::AsyncBufReadExt as _;
    ///
    /// # async fn read(log: bitbucket::ByteStream) -> std::io::Result<()> {
    /// let mut lines = log.into_async_read().lines();
    /// while let Some(line) = lines.next_line().await? {
    ///     println!("{line}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_async_read(self) -> impl AsyncBufRead + Send + Sync + Unpin + 'static {
        StreamReader::new(self.map_err(io::Error::other))
    }

    /// Counts what came. The HTTP library does so by `Content-Length`, but not
    /// by `Content-Range`.
    fn count(&mut self, part: Option<&Bytes>) -> Result<(), Error> {
        let length = part.map_or(0, |part| part.len() as u64);
        let miscounted = match (self.left, part) {
            (None, _) | (Some(0), None) => None,
            (Some(_), None) => Some("the answer has fewer bytes than it said"),
            (Some(left), Some(_)) => {
                self.left = left.checked_sub(length);
                self.left
                    .is_none()
                    .then_some("the answer has more bytes than it said")
            }
        };
        if let Some(message) = miscounted {
            let headers = self.head.headers.clone();
            return Err(Error::miscounted(
                self.operation,
                self.head.status,
                headers,
                message,
            ));
        }
        self.received = self.received.saturating_add(length);
        if let Some(limit) = self.limit.filter(|limit| self.received > *limit) {
            let headers = self.head.headers.clone();
            let status = self.head.status;
            return Err(Error::response_too_large(
                self.operation,
                status,
                headers,
                limit,
            ));
        }
        if let (Some(report), Some(_)) = (&self.progress, part) {
            report(self.received, self.head.content_length);
        }
        Ok(())
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
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let body = body.get_mut().unwrap_or_else(PoisonError::into_inner);
        let next = ready!(body.as_mut().poll_next(context));
        let next = match next {
            Some(Ok(part)) => self.count(Some(&part)).map(|()| Some(part)),
            Some(Err(error)) => Err(error),
            None => self.count(None).map(|()| None),
        };
        if !matches!(next, Ok(Some(_))) {
            self.body = None;
        }
        // A stream of several answers has errors that know it already.
        let attempts = self.attempts;
        let next = next.map_err(|error| match attempts {
            0 => error,
            attempts => error.after_attempts(attempts),
        });
        Poll::Ready(next.transpose())
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
            .field("content_length", &self.content_length())
            .field("content_type", &self.content_type())
            .finish_non_exhaustive()
    }
}
