//! Why a delivery is refused.

use std::{error::Error as StdError, fmt};

use http::StatusCode;

use crate::{error::Line, types::EventKey};

/// What is wrong with the signature of a delivery.
///
/// Neither `Display` nor `Debug` shows a secret, a signature or the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureError {
    /// There is no `X-Hub-Signature`: the webhook has no secret, or the request
    /// is not from Bitbucket.
    Missing,
    /// There is more than one `X-Hub-Signature`.
    Repeated,
    /// The signature is not `sha256=` and 64 hexadecimal digits.
    Malformed,
    /// The signature is by another algorithm, such as `sha1=…`.
    Algorithm,
    /// The signature belongs to another secret or to another body.
    Mismatch,
    /// The receiver's secret is empty: whoever likes could sign with it.
    EmptySecret,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Missing => "the delivery is not signed: it has no X-Hub-Signature",
            Self::Repeated => "the delivery has more than one X-Hub-Signature",
            Self::Malformed => {
                "the X-Hub-Signature is not `sha256=` followed by 64 hexadecimal digits"
            }
            Self::Algorithm => "the X-Hub-Signature is by another algorithm than sha256",
            Self::Mismatch => {
                "the X-Hub-Signature does not fit: it is by another secret or of another body"
            }
            Self::EmptySecret => "the receiver's secret is empty, and an empty one proves nothing",
        })
    }
}

impl StdError for SignatureError {}

/// Why a request to a webhook gives no event.
///
/// Its text is one line, without the secret and without the signature.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookError {
    /// The signature does not prove that the request is from Bitbucket. Nothing
    /// of the body was looked at.
    Signature(SignatureError),
    /// There is no `X-Event-Key`, more than one, or one that is no text.
    EventKey,
    /// The body is not JSON, or not the payload that belongs to the event's key.
    #[non_exhaustive]
    Payload {
        /// The event's key.
        key: EventKey,
        /// Where in the payload, such as `push.changes[0].created`; `.` is the
        /// payload itself.
        path: String,
        /// What is wrong there.
        source: serde_json::Error,
    },
}

impl WebhookError {
    /// The status to answer the request with: 401 where the signature proves
    /// nothing, 400 for anything else.
    ///
    /// ```
    /// use bitbucket::webhooks::{Receiver, SignatureError, WebhookError};
    ///
    /// let error = Receiver::new("a secret").receive(&http::HeaderMap::new(), b"{}").unwrap_err();
    /// assert!(matches!(error, WebhookError::Signature(SignatureError::Missing)));
    /// assert_eq!(error.status(), 401);
    /// ```
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Signature(_) => StatusCode::UNAUTHORIZED,
            Self::EventKey | Self::Payload { .. } => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature(error) => error.fmt(formatter),
            Self::EventKey => formatter.write_str("the delivery has no single X-Event-Key"),
            Self::Payload { key, path, source } => write!(
                formatter,
                "the payload of {} cannot be read at `{}`: {}",
                Line(key.as_str()),
                Line(path),
                Line(&source.to_string()),
            ),
        }
    }
}

impl StdError for WebhookError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Signature(error) => Some(error),
            Self::EventKey => None,
            Self::Payload { source, .. } => Some(source),
        }
    }
}

impl From<SignatureError> for WebhookError {
    fn from(error: SignatureError) -> Self {
        Self::Signature(error)
    }
}
