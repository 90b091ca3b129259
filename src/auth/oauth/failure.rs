//! Why there is no token, in a form that every waiting call can have.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use http::{HeaderMap, StatusCode};

use super::{super::BoxError, Tokens};
use crate::{Error, ErrorKind, RetryPolicy, error::retry_after, wire::Broken};

/// Shared by all the calls that waited.
#[derive(Clone)]
pub(super) struct Failure {
    pub(super) kind: ErrorKind,
    message: String,
    answer: Option<Box<(StatusCode, HeaderMap)>>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    /// Tokens that there are, although they could not be saved.
    pub(super) unsaved: Option<Arc<Tokens>>,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::Authentication,
            message: message.into(),
            answer: None,
            source: None,
            unsaved: None,
        }
    }

    pub(super) fn unreachable(broken: Broken) -> Self {
        let source = match broken {
            Broken::Silent => {
                return Self {
                    kind: ErrorKind::Timeout,
                    ..Self::new("no access token from the token endpoint: timed out")
                };
            }
            Broken::Failed(source) => source,
        };
        let (kind, fault) = if source.is_timeout() {
            (ErrorKind::Timeout, "timed out")
        } else if source.is_connect() {
            (ErrorKind::Connect, "could not connect")
        } else {
            (ErrorKind::Transport, "the connection broke")
        };
        let message = format!("no access token from the token endpoint: {fault}");
        Self {
            kind,
            source: Some(Arc::new(source.without_url())),
            ..Self::new(message)
        }
    }

    pub(super) fn refused(status: StatusCode, headers: HeaderMap, said: &str) -> Self {
        let message = format!("the token endpoint answered {status}{said}");
        Self {
            answer: Some(Box::new((status, headers))),
            ..Self::new(message)
        }
    }

    /// More than any token is long.
    pub(super) fn too_large() -> Self {
        Self {
            kind: ErrorKind::ResponseTooLarge,
            ..Self::new("the token endpoint's answer is too large for a token")
        }
    }

    pub(super) fn store(message: &str, source: BoxError) -> Self {
        Self {
            source: Some(Arc::from(source)),
            ..Self::new(message)
        }
    }

    /// The message, in case the endpoint quotes what it was sent.
    pub(super) fn without(mut self, secrets: &[&str]) -> Self {
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            self.message = self.message.replace(secret, "…");
        }
        self
    }

    /// Whether another attempt may come to something. `repeatable` says that it
    /// does no harm if this one did too.
    pub(super) fn may_pass(&self, policy: &RetryPolicy, repeatable: bool) -> bool {
        let never_sent = || {
            let source = self.source.as_deref();
            let source = source.and_then(|source| source.downcast_ref::<reqwest::Error>());
            source.is_some_and(reqwest::Error::is_connect)
        };
        match self.kind {
            ErrorKind::Connect => true,
            ErrorKind::Timeout | ErrorKind::Transport => repeatable || never_sent(),
            _ => self
                .answer
                .as_deref()
                .is_some_and(|(status, _)| policy.applies_to_status(repeatable, *status)),
        }
    }

    /// How long the endpoint asks to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let (_, headers) = self.answer.as_deref()?;
        retry_after(headers)
    }

    pub(super) fn with_unsaved(mut self, tokens: Arc<Tokens>) -> Self {
        self.unsaved = Some(tokens);
        self
    }
}

/// What this crate refuses by itself, such as a wrong URL.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            kind: error.kind(),
            ..Self::new(error.to_string())
        }
    }
}

impl Failure {
    pub(super) fn into_error(self) -> Error {
        let mut error = Error::authentication(self.kind, self.message);
        if let Some(answer) = self.answer {
            let (status, headers) = *answer;
            error = error.answered(status, headers);
        }
        match self.source {
            Some(source) => error.caused_by(source),
            None => error,
        }
    }
}

/// Between the `oauth2` library and this crate.
impl StdError for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Failure")
            .field(&self.message)
            .finish()
    }
}
