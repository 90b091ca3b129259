//! What a program decides by: questions that are answered yes or no, and what
//! took the place of what Bitbucket has removed.

use http::StatusCode;

use super::{Error, ErrorKind};

impl Error {
    /// Whether the request itself was wrong: 400.
    pub fn is_bad_request(&self) -> bool {
        self.is_status(StatusCode::BAD_REQUEST)
    }

    /// Whether the credentials are missing, wrong or expired: 401.
    pub fn is_unauthorized(&self) -> bool {
        self.is_status(StatusCode::UNAUTHORIZED)
    }

    /// Whether the credentials do not permit it: 403.
    pub fn is_forbidden(&self) -> bool {
        self.is_status(StatusCode::FORBIDDEN)
    }

    /// Whether there is no such thing, or none that the credentials may see: 404.
    pub fn is_not_found(&self) -> bool {
        self.is_status(StatusCode::NOT_FOUND)
    }

    /// Whether what was asked for takes no such method: 405.
    pub fn is_method_not_allowed(&self) -> bool {
        self.is_status(StatusCode::METHOD_NOT_ALLOWED)
    }

    /// Whether the kind of the body was not one that is taken: 415.
    pub fn is_unsupported_media_type(&self) -> bool {
        self.is_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    }

    /// Whether it conflicts with the present state: 409.
    pub fn is_conflict(&self) -> bool {
        self.is_status(StatusCode::CONFLICT)
    }

    /// Whether the resource was removed for good: 410.
    ///
    /// [`is_removed`](Self::is_removed) tells whether it is a part of the API that is gone.
    pub fn is_gone(&self) -> bool {
        self.is_status(StatusCode::GONE)
    }

    /// Whether Bitbucket has withdrawn this part of its API: 410, with the address
    /// of the announcement ([`announcement_url`](Self::announcement_url)).
    ///
    /// ```
    /// fn explain(error: &bitbucket::Error) {
    ///     if error.is_removed() {
    ///         eprintln!("announced at {}", error.announcement_url().unwrap_or("an unknown place"));
    ///         eprintln!("call {} instead", error.replacement().unwrap_or("nothing"));
    ///     }
    /// }
    /// ```
    pub fn is_removed(&self) -> bool {
        self.is_gone() && self.announcement_url().is_some()
    }

    /// Where Bitbucket has announced that it withdraws this part of its API, as
    /// its answer says.
    pub fn announcement_url(&self) -> Option<&str> {
        let address = self.data()?.get("announcement_url")?.as_str()?;
        Some(address).filter(|address| !address.is_empty())
    }

    /// The method that has taken the place of the one that was called, where
    /// Bitbucket answered 410 and there is one.
    pub fn replacement(&self) -> Option<&'static str> {
        self.operation()
            .filter(|_| self.is_gone())?
            .availability()
            .replacement()
    }

    /// Whether there is no such part of a file: 416. A log has not grown, or a
    /// file is shorter than was thought.
    pub fn is_range_not_satisfiable(&self) -> bool {
        self.is_status(StatusCode::RANGE_NOT_SATISFIABLE)
    }

    /// Whether there were too many requests: 429.
    pub fn is_rate_limited(&self) -> bool {
        self.is_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether the thing asked for is unchanged since the caller's copy: 304.
    pub fn is_not_modified(&self) -> bool {
        self.is_status(StatusCode::NOT_MODIFIED)
    }

    /// Whether Bitbucket failed: 5xx.
    pub fn is_server_error(&self) -> bool {
        self.kind() == ErrorKind::Status && self.status().is_some_and(|s| s.is_server_error())
    }

    /// Whether a timeout passed, while connecting or while waiting.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether no connection came about, so that nothing was sent.
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect
            || self
                .transport_source()
                .is_some_and(reqwest::Error::is_connect)
    }

    /// Whether the answer could not be decoded.
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }

    /// Whether the answer is larger than the client takes into memory, or would be
    /// when it is decoded; see
    /// [`ClientBuilder::max_response_size`](crate::ClientBuilder::max_response_size).
    pub fn is_response_too_large(&self) -> bool {
        self.kind() == ErrorKind::ResponseTooLarge
    }

    /// Whether a task was not done within the time that the caller gave it.
    pub fn is_unfinished(&self) -> bool {
        self.kind() == ErrorKind::Unfinished
    }

    /// Whether a task came to its end without success.
    pub fn is_task_failed(&self) -> bool {
        self.kind() == ErrorKind::TaskFailed
    }

    /// Whether an answer began and then broke off, so that the rest may be had.
    pub(crate) fn is_cut(&self) -> bool {
        matches!(self.kind(), ErrorKind::Transport | ErrorKind::Timeout) && self.status().is_some()
    }

    fn is_status(&self, status: StatusCode) -> bool {
        self.kind() == ErrorKind::Status && self.status() == Some(status)
    }

    fn transport_source(&self) -> Option<&reqwest::Error> {
        self.0.source.as_ref()?.downcast_ref()
    }
}
