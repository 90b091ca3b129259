//! The client of a Data Center, and how it is set up.

use std::time::Duration;

use url::Url;

use crate::{Auth, Error, RetryPolicy};

/// A client for one Bitbucket Data Center, as one user.
///
/// A clone is cheap and shares the connections. It has to be used inside a Tokio
/// runtime.
///
/// ```
/// use bitbucket::{Auth, data_center::Client};
///
/// # fn main() -> Result<(), bitbucket::Error> {
/// # #[cfg(any(feature = "rustls", feature = "native-tls"))] {
/// let client = Client::builder("https://example.com/bitbucket")
///     .auth(Auth::bearer("HTTP-access-token"))
///     .build()?;
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) client: crate::Client,
}

impl Client {
    /// Starts setting up a client for the server at this address: scheme, host
    /// and, where it has them, port and context path, without `/rest`.
    pub fn builder(url: impl Into<String>) -> ClientBuilder {
        ClientBuilder {
            url: url.into(),
            plain_http: false,
            builder: crate::Client::builder().checks_forms(),
        }
    }

    /// The same client with another policy for retries. It shares everything else.
    #[must_use]
    pub fn with_retry(&self, policy: RetryPolicy) -> Self {
        Self {
            client: self.client.with_retry(policy),
        }
    }
}

/// What a [`Client`] is to be. The settings are those of
/// [`bitbucket::ClientBuilder`](crate::ClientBuilder), where more is said of them.
///
/// ```
/// use bitbucket::data_center::Client;
///
/// # fn main() -> Result<(), bitbucket::Error> {
/// // Within a company's own network, and only where one says so.
/// let client = Client::builder("http://127.0.0.1:7990")
///     .plain_http(true)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "`build` makes the client"]
pub struct ClientBuilder {
    url: String,
    plain_http: bool,
    builder: crate::ClientBuilder,
}

impl ClientBuilder {
    /// Whether an address that begins with `http://` may be used. Everybody on the
    /// way can then read what is sent, the credentials too; it may not, by default.
    pub fn plain_http(mut self, allowed: bool) -> Self {
        self.plain_http = allowed;
        self
    }

    /// Who the client acts as; nobody by default.
    pub fn auth(self, auth: Auth) -> Self {
        self.with(|builder| builder.auth(auth))
    }

    /// What the program calls itself, such as `release-notes/1.2`.
    pub fn user_agent(self, product: impl Into<String>) -> Self {
        self.with(|builder| builder.user_agent(product))
    }

    /// When requests are sent again.
    pub fn retry(self, policy: RetryPolicy) -> Self {
        self.with(|builder| builder.retry(policy))
    }

    /// How many retries the client may spend, all calls together; 100 by default,
    /// `None` for no limit.
    pub fn retry_budget(self, retries: impl Into<Option<u32>>) -> Self {
        self.with(|builder| builder.retry_budget(retries))
    }

    /// Keeps the client to this many requests in any window of this length.
    pub fn max_rate(self, requests: u32, window: Duration) -> Self {
        self.with(|builder| builder.max_rate(requests, window))
    }

    /// How long a connection may take to come about; 10 seconds by default.
    pub fn connect_timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.with(|builder| builder.connect_timeout(timeout))
    }

    /// How long the server may be silent; 60 seconds by default.
    pub fn read_timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.with(|builder| builder.read_timeout(timeout))
    }

    /// A proxy to go through; of several, the first that fits.
    pub fn proxy(self, proxy: reqwest::Proxy) -> Self {
        self.with(|builder| builder.proxy(proxy))
    }

    /// No proxy, whatever the environment says and whatever was set before.
    pub fn no_proxy(self) -> Self {
        self.with(crate::ClientBuilder::no_proxy)
    }

    /// A certificate authority to trust, beside those of the system: a company's
    /// own, very often.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub fn root_certificate(self, certificate: reqwest::Certificate) -> Self {
        self.with(|builder| builder.root_certificate(certificate))
    }

    /// An HTTP client of the caller's own, for settings that there are none for here.
    pub fn http_client(self, client: reqwest::Client) -> Self {
        self.with(|builder| builder.http_client(client))
    }

    fn with(mut self, set: impl FnOnce(crate::ClientBuilder) -> crate::ClientBuilder) -> Self {
        self.builder = set(self.builder);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// If the address, the user agent or the credentials cannot be used, if settings
    /// contradict each other, if the address begins with `http://` and
    /// [`plain_http`](Self::plain_http) was not allowed, or with `https://` in a
    /// build without TLS. Nothing is sent.
    pub fn build(self) -> Result<Client, Error> {
        let base_url = rest_url(&self.url, self.plain_http)?;
        Ok(Client {
            client: self.builder.base_url(base_url).build()?,
        })
    }
}

/// The address that the paths of the document are appended to. What is no
/// address at all is left to [`crate::ClientBuilder::build`] to refuse.
fn rest_url(url: &str, plain_http: bool) -> Result<String, Error> {
    let refused = |fault: &str| {
        Err(Error::configuration(format!(
            "the server's address {fault}"
        )))
    };
    match Url::parse(url) {
        Ok(parsed) if parsed.scheme() == "http" && !plain_http => {
            return refused(
                "begins with `http://`, so that the credentials could be read on the way: use `https://`, or allow it by `plain_http(true)`",
            );
        }
        Ok(parsed) if parsed.query().is_some() || parsed.fragment().is_some() => {
            return refused("has a query or a fragment");
        }
        _ => {}
    }
    let url = url.trim_end_matches('/');
    // Whoever copies the address of a resource has it already.
    let url = url.strip_suffix("/rest").unwrap_or(url);
    Ok(format!("{url}/rest"))
}

#[cfg(test)]
mod tests {
    use super::{Client, rest_url};

    #[test]
    fn the_resources_are_below_the_context_path() {
        for (url, rest) in [
            (
                "https://bitbucket.example.com",
                "https://bitbucket.example.com/rest",
            ),
            (
                "https://example.com/bitbucket/",
                "https://example.com/bitbucket/rest",
            ),
            (
                "https://example.com:8443/a/rest/",
                "https://example.com:8443/a/rest",
            ),
        ] {
            assert_eq!(rest_url(url, false).unwrap(), rest);
        }
    }

    #[test]
    fn plain_http_is_used_only_where_it_is_allowed() {
        let error = Client::builder("http://bitbucket.example.com")
            .build()
            .unwrap_err();
        assert!(error.to_string().contains("plain_http(true)"), "{error}");
        assert!(
            Client::builder("http://bitbucket.example.com")
                .plain_http(true)
                .build()
                .is_ok()
        );
        for url in [
            "bitbucket.example.com",
            "ftp://example.com",
            "https://example.com?a",
        ] {
            assert!(
                Client::builder(url).plain_http(true).build().is_err(),
                "{url}"
            );
        }
    }
}
