//! How errors come about.

use std::{
    io,
    path::Path,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use tokio::time::Instant;

use super::{Error, ErrorKind, KEPT_BODY, body::ErrorBody};
use crate::{Operation, multipart::Unreadable, wire::Broken};

impl Error {
    /// There are no credentials to send a request with.
    pub(crate) fn authentication(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::new(kind, None).explained(message)
    }

    /// The builder's values make no client.
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, None).explained(message)
    }

    /// The HTTP library refuses to make a client.
    pub(crate) fn unbuildable_client(source: reqwest::Error) -> Self {
        Self::configuration("the HTTP client cannot be set up").caused_by(source.without_url())
    }

    /// The caller's values make no request; nothing was sent.
    pub(crate) fn invalid_request(
        operation: &'static Operation,
        message: impl Into<String>,
    ) -> Self {
        Self::new(ErrorKind::InvalidRequest, Some(operation)).explained(message)
    }

    /// No answer came.
    pub(crate) fn sending(operation: &'static Operation, broken: Broken) -> Self {
        let source = match broken {
            Broken::Silent => return Self::timed_out(operation),
            Broken::Failed(source) => source,
        };
        let (kind, explanation) = if Unreadable::is_cause_of(&source) {
            let explanation = "the content of the upload did not come whole";
            (ErrorKind::Content, explanation)
        } else if source.is_builder() {
            (ErrorKind::InvalidRequest, "the request cannot be sent")
        } else if source.is_timeout() {
            (ErrorKind::Timeout, "timed out waiting for an answer")
        } else if source.is_connect() {
            (ErrorKind::Connect, "could not connect")
        } else {
            (ErrorKind::Transport, "the connection broke")
        };
        Self::new(kind, Some(operation))
            .explained(explanation)
            .caused_by(source.without_url())
    }

    /// Nothing came in time.
    pub(crate) fn timed_out(operation: &'static Operation) -> Self {
        Self::new(ErrorKind::Timeout, Some(operation)).explained("timed out waiting for an answer")
    }

    /// An answer began, but its body did not arrive whole.
    pub(crate) fn receiving(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        broken: Broken,
    ) -> Self {
        let is_timeout = match &broken {
            Broken::Silent => true,
            Broken::Failed(source) => source.is_timeout(),
        };
        let (kind, explanation) = if is_timeout {
            (ErrorKind::Timeout, "timed out in the middle of the answer")
        } else {
            (
                ErrorKind::Transport,
                "the connection broke in the middle of the answer",
            )
        };
        let error = Self::new(kind, Some(operation))
            .explained(explanation)
            .answered(status, headers);
        match broken {
            Broken::Silent => error,
            Broken::Failed(source) => error.caused_by(source.without_url()),
        }
    }

    /// An answer is larger than `limit` bytes.
    pub(crate) fn response_too_large(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        limit: u64,
    ) -> Self {
        let message = format!(
            "the answer ({status}) is larger than {limit} bytes, the `max_response_size` of the client"
        );
        Self::too_large(operation, status, headers, message)
    }

    /// An answer is made of so many values that it would take far more memory than
    /// a body of `limit` bytes should.
    pub(crate) fn too_much_to_decode(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        limit: u64,
    ) -> Self {
        let message = format!(
            "the values of the answer ({status}) would take too much memory for a `max_response_size` of {limit} bytes"
        );
        Self::too_large(operation, status, headers, message)
    }

    fn too_large(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        message: String,
    ) -> Self {
        Self::new(ErrorKind::ResponseTooLarge, Some(operation))
            .explained(message)
            .answered(status, headers)
    }

    /// An answer came to its end, but not with as many bytes as it said.
    pub(crate) fn miscounted(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        message: &str,
    ) -> Self {
        Self::new(ErrorKind::Transport, Some(operation))
            .explained(message)
            .answered(status, headers)
    }

    /// A file cannot be written.
    pub(crate) fn file(operation: &'static Operation, path: &Path, source: io::Error) -> Self {
        let path = path.to_string_lossy();
        Self::new(ErrorKind::File, Some(operation))
            .explained(format!("the file {path:?} cannot be written"))
            .caused_by(source)
    }

    /// Bitbucket pointed where a request must not go.
    pub(crate) fn redirect(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        message: impl Into<String>,
    ) -> Self {
        Self::new(ErrorKind::Redirect, Some(operation))
            .explained(message)
            .answered(status, headers)
    }

    /// A listing has no sound continuation.
    pub(crate) fn paging(operation: &'static Operation, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Paging, Some(operation)).explained(message)
    }

    /// The body of a success is not what the operation promises.
    pub(crate) fn decode(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        body: &Bytes,
        message: impl Into<String>,
        source: Option<serde_json::Error>,
    ) -> Self {
        let mut error = Self::new(ErrorKind::Decode, Some(operation))
            .explained(message)
            .answered(status, headers);
        error.0.body = bounded(body);
        match source {
            Some(source) => error.caused_by(source),
            None => error,
        }
    }

    /// A task takes longer than the caller waits for it.
    pub(crate) fn unfinished(operation: &'static Operation, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unfinished, Some(operation)).explained(message)
    }

    /// A task says that it has failed.
    pub(crate) fn task_failed(operation: &'static Operation, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::TaskFailed, Some(operation)).explained(message)
    }

    /// Reads what an answer that is no success says.
    ///
    /// A body that breaks off still leaves the status to report, so that its
    /// failure is only the source.
    pub(crate) async fn from_response(
        operation: &'static Operation,
        mut response: reqwest::Response,
        time: Option<Duration>,
    ) -> Self {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let beginning = read_beginning(response, time).await;
        let content_type = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let answer = ErrorBody::read(content_type, &beginning.body);
        let mut error = Self::new(ErrorKind::Status, Some(operation)).answered(status, headers);
        error.0.answer = answer;
        error.0.body = beginning.body;
        match beginning.broken {
            Some(Broken::Failed(source)) => error.caused_by(source.without_url()),
            _ => error,
        }
    }
}

/// A short body is kept as it is; of a long one the beginning is copied, so
/// that the error does not hold on to all of it.
fn bounded(body: &Bytes) -> Bytes {
    match body.get(..KEPT_BODY) {
        Some(beginning) => Bytes::copy_from_slice(beginning),
        None => body.clone(),
    }
}

/// The beginning of an answer's body.
pub(crate) struct Beginning {
    pub(crate) body: Bytes,
    /// Why there is no more of it, if the answer did not come to its end.
    pub(crate) broken: Option<Broken>,
    /// There is more of it than was read.
    pub(crate) is_cut: bool,
}

/// Reads as much of a body as an error keeps, for as long as `time`: a body that
/// trickles in is not worth more of it.
pub(crate) async fn read_beginning(
    mut response: reqwest::Response,
    time: Option<Duration>,
) -> Beginning {
    let deadline = time.and_then(|time| Instant::now().checked_add(time));
    let mut body = Vec::new();
    let mut broken = None;
    while body.len() <= KEPT_BODY {
        let next = response.chunk();
        let chunk = match deadline {
            None => next.await.map_err(Broken::Failed),
            Some(deadline) => match tokio::time::timeout_at(deadline, next).await {
                Ok(chunk) => chunk.map_err(Broken::Failed),
                Err(_) => Err(Broken::Silent),
            },
        };
        match chunk {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(cause) => {
                broken = Some(cause);
                break;
            }
        }
    }
    let is_cut = body.len() > KEPT_BODY;
    body.truncate(KEPT_BODY);
    Beginning {
        body: body.into(),
        broken,
        is_cut,
    }
}

/// `Retry-After` as seconds or as a date.
///
/// A date is measured from the answer's own `Date`, which leaves out of account
/// how far this machine's clock is from Bitbucket's.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = headers
        .get(header::DATE)
        .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok())
        .unwrap_or_else(SystemTime::now);
    Some(until.duration_since(now).unwrap_or_default())
}
