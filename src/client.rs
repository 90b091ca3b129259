//! The client.

mod builder;
mod connection;
#[cfg(feature = "v1")]
mod v1_base_url;

use std::{fmt, sync::Arc};

use http::HeaderValue;
use url::{Origin, Url};

use crate::{
    RetryPolicy,
    auth::Authorizer,
    limit::Limiter,
    retry::{Attempts, Budget},
    wire::Wire,
};

pub use builder::ClientBuilder;

/// A client for one Bitbucket, as one user.
///
/// A clone is cheap and shares the connections; one client serves a whole
/// program. It has to be used inside a Tokio runtime.
///
/// ```
/// use bitbucket::{Auth, Client};
///
/// # fn main() -> Result<(), bitbucket::Error> {
/// # #[cfg(any(feature = "rustls", feature = "native-tls"))] {
/// let client = Client::builder()
///     .auth(Auth::api_token("kim@example.com", "an API token"))
///     .user_agent("release-notes/1.2")
///     .build()?;
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    retry: RetryPolicy,
}

struct Inner {
    wire: Wire,
    /// The HTTP client is the caller's: it may follow redirects by itself.
    http_is_foreign: bool,
    /// Without a slash at its end.
    base_url: String,
    /// The same for the 1.0 API, on the same origin.
    #[cfg(feature = "v1")]
    v1_base_url: String,
    base: Url,
    origin: Origin,
    user_agent: HeaderValue,
    /// Whether the server takes a write for a forged form unless it is told not to.
    checks_forms: bool,
    authorizer: Authorizer,
    retry_budget: Arc<Budget>,
    limiter: Option<Limiter>,
    max_response_size: u64,
}

impl Client {
    /// Starts setting up a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The same client with another policy for retries. It shares everything else:
    /// connections, credentials, the budget for retries and the limit of the rate.
    ///
    /// ```no_run
    /// use bitbucket::{Client, RetryPolicy};
    ///
    /// # fn main() -> Result<(), bitbucket::Error> {
    /// let client = Client::builder().build()?;
    /// // What was created a moment ago may not be found yet.
    /// let patient = client.with_retry(RetryPolicy::new().retry_not_found(true));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_retry(&self, policy: RetryPolicy) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            retry: policy,
        }
    }

    /// The address that every path is appended to, without a slash at its end.
    pub(crate) fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// As [`Client::base_url`], for the 1.0 API.
    #[cfg(feature = "v1")]
    pub(crate) fn v1_base_url(&self) -> &str {
        &self.inner.v1_base_url
    }

    /// For building requests. They are sent by [`Client::exchange`] alone.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.inner.wire.http
    }

    /// What requests are sent with.
    pub(crate) fn wire(&self) -> &Wire {
        &self.inner.wire
    }

    /// The most bytes of an answer that are taken into memory.
    pub(crate) fn max_response_size(&self) -> u64 {
        self.inner.max_response_size
    }

    pub(crate) fn retry(&self) -> &RetryPolicy {
        &self.retry
    }

    pub(crate) fn http_is_foreign(&self) -> bool {
        self.inner.http_is_foreign
    }

    pub(crate) fn authorizer(&self) -> &Authorizer {
        &self.inner.authorizer
    }

    pub(crate) fn user_agent(&self) -> &HeaderValue {
        &self.inner.user_agent
    }

    pub(crate) fn checks_forms(&self) -> bool {
        self.inner.checks_forms
    }

    /// The attempts that one call has.
    pub(crate) fn attempts(&self) -> Attempts<'_> {
        Attempts::new(&self.retry, &self.inner.retry_budget)
    }

    pub(crate) fn limiter(&self) -> Option<&Limiter> {
        self.inner.limiter.as_ref()
    }

    pub(crate) fn server_address(&self) -> Option<&str> {
        self.inner.base.host_str()
    }

    pub(crate) fn server_port(&self) -> Option<u16> {
        self.inner.base.port_or_known_default()
    }

    /// Whether `url` is where the credentials belong.
    pub(crate) fn is_own_origin(&self, url: &Url) -> bool {
        url.origin() == self.inner.origin
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("base_url", &self.inner.base_url)
            .field("user_agent", &self.inner.user_agent)
            .field("auth", &self.inner.authorizer.kind())
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
