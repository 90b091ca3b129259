//! The one error type of the crate.

mod body;
mod causes;
mod display;
mod entry;
mod questions;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, error::Error as StdError, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::{Operation, RateLimit};
use body::ErrorBody;
pub(crate) use causes::{read_beginning, retry_after};
pub(crate) use display::Line;
pub use entry::ErrorEntry;

/// As much of a body as an error keeps.
const KEPT_BODY: usize = 64 * 1024;

/// Where a request's identifier is found, the one Atlassian's support asks for first.
const REQUEST_ID: [&str; 3] = ["x-request-id", "atl-traceid", "x-b3-traceid"];

/// Why a call did not succeed.
///
/// Its text is one line: the operation, what happened, and what Bitbucket said
/// about it. What a program decides by is in the methods; what lies below it
/// (the network's error, the decoder's) is in [`source`](StdError::source).
///
/// Neither `Display` nor `Debug` shows headers, credentials, or the query of a URL.
///
/// ```
/// fn advice(error: &bitbucket::Error) -> String {
///     if error.is_not_found() {
///         "no such repository, or no permission to see it".to_owned()
///     } else if let Some(wait) = error.retry_after() {
///         format!("try again in {} s", wait.as_secs())
///     } else {
///         error.to_string()
///     }
/// }
/// ```
pub struct Error(Box<Inner>);

/// What sort of thing went wrong.
///
/// ```
/// use bitbucket::{Error, ErrorKind};
///
/// fn is_worth_another_try(error: &Error) -> bool {
///     matches!(error.kind(), ErrorKind::Connect | ErrorKind::Timeout)
///         || error.is_rate_limited()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be built from what the builder was given.
    Configuration,
    /// The request was refused before anything was sent.
    InvalidRequest,
    /// There is nothing to authenticate the request with: no token was to be had.
    Authentication,
    /// No connection came about.
    Connect,
    /// Nothing came for as long as the client's timeouts allow.
    Timeout,
    /// The connection broke while the request was sent or the answer was read.
    Transport,
    /// The content of an upload could not be read, or was not as long as declared.
    Content,
    /// A file to save a download to could not be written.
    File,
    /// Bitbucket answered with a status that is not a success.
    Status,
    /// Bitbucket pointed to another address which must not be followed.
    Redirect,
    /// A listing cannot be continued where its last page points.
    Paging,
    /// The answer came, but it is not what it should be.
    Decode,
    /// The answer is larger than what the client takes into memory, or would be when
    /// it is decoded.
    ResponseTooLarge,
    /// A task was not done within the time that the caller gave it.
    Unfinished,
    /// A task came to its end without success.
    TaskFailed,
}

struct Inner {
    kind: ErrorKind,
    operation: Option<&'static Operation>,
    status: Option<StatusCode>,
    headers: HeaderMap,
    retry_after: Option<Duration>,
    /// How many times the request was sent.
    attempts: u32,
    /// In this crate's words, where Bitbucket's do not say it.
    explanation: Option<String>,
    /// What Bitbucket said.
    answer: ErrorBody,
    body: Bytes,
    /// What the caller may have mixed up.
    hint: Option<&'static str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    fn new(kind: ErrorKind, operation: Option<&'static Operation>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation,
            status: None,
            headers: HeaderMap::new(),
            retry_after: None,
            attempts: 0,
            explanation: None,
            answer: ErrorBody::default(),
            body: Bytes::new(),
            hint: None,
            source: None,
        }))
    }

    fn explained(mut self, explanation: impl Into<String>) -> Self {
        self.0.explanation = Some(explanation.into());
        self
    }

    pub(crate) fn answered(mut self, status: StatusCode, headers: HeaderMap) -> Self {
        self.0.status = Some(status);
        self.0.retry_after = retry_after(&headers);
        self.0.headers = headers;
        self
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// An error that came about on behalf of an operation, without knowing of it.
    pub(crate) fn during(mut self, operation: &'static Operation) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    /// An error that came after the request was sent so many times.
    pub(crate) fn after_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn hinted(mut self, hint: &'static str) -> Self {
        self.0.hint = Some(hint);
        self
    }
}

impl Error {
    /// What sort of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that was called; there is none where building the client failed.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// The status of the answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Bitbucket's own words for what is wrong.
    pub fn message(&self) -> Option<&str> {
        self.0.answer.message.as_deref()
    }

    /// Bitbucket's longer explanation.
    pub fn detail(&self) -> Option<&str> {
        self.0.answer.detail.as_deref()
    }

    /// Bitbucket's objections field by field.
    ///
    /// ```
    /// fn show(error: &bitbucket::Error) {
    ///     for (field, objections) in error.fields() {
    ///         eprintln!("{field}: {}", objections.join(", "));
    ///     }
    /// }
    /// ```
    pub fn fields(&self) -> &BTreeMap<String, Vec<String>> {
        &self.0.answer.fields
    }

    /// The `data` that Bitbucket adds to some errors, such as the address of an
    /// announcement where a resource was removed.
    pub fn data(&self) -> Option<&serde_json::Value> {
        self.0.answer.data.as_ref()
    }

    /// What Atlassian's support finds this request by.
    pub fn request_id(&self) -> Option<&str> {
        REQUEST_ID
            .iter()
            .find_map(|name| self.0.headers.get(*name)?.to_str().ok())
            .or(self.0.answer.id.as_deref())
    }

    /// The headers of the answer; empty if there was none.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The body of the answer, at most its first 64 KiB.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// What the credentials were perhaps mixed up with, where Bitbucket refused
    /// them with 401. The error's text ends with it.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint
    }

    /// How long Bitbucket asks to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many times the request was sent, retries and redirects among them; 0
    /// where it never was, for want of a token, for instance.
    ///
    /// ```
    /// fn show(error: &bitbucket::Error) {
    ///     eprintln!("{error} (after {} attempts)", error.attempts());
    /// }
    /// ```
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What Bitbucket says of its limit on the rate of requests.
    pub fn rate_limit(&self) -> RateLimit<'_> {
        RateLimit::new(&self.0.headers)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}
