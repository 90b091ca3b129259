//! How the connections of a client are made.

use std::{fmt, time::Duration};

use url::Url;

use crate::Error;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// What the HTTP client is to be, unless the caller brings one.
#[derive(Clone)]
pub(super) struct Connection {
    connect_timeout: Option<Duration>,
    read_timeout: Option<Duration>,
    proxies: Vec<reqwest::Proxy>,
    no_proxy: bool,
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    root_certificates: Vec<reqwest::Certificate>,
    /// A setting that was made, for those who bring an HTTP client too.
    made: Option<&'static str>,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            connect_timeout: Some(CONNECT_TIMEOUT),
            read_timeout: Some(READ_TIMEOUT),
            proxies: Vec::new(),
            no_proxy: false,
            #[cfg(any(feature = "rustls", feature = "native-tls"))]
            root_certificates: Vec::new(),
            made: None,
        }
    }
}

impl Connection {
    pub(super) fn set_connect_timeout(&mut self, timeout: Option<Duration>) {
        self.connect_timeout = timeout;
        self.made = Some("connect_timeout");
    }

    pub(super) fn set_read_timeout(&mut self, timeout: Option<Duration>) {
        self.read_timeout = timeout;
        self.made = Some("read_timeout");
    }

    /// It is kept by this crate, not by the HTTP client.
    pub(super) fn read_timeout(&self) -> Option<Duration> {
        self.read_timeout
    }

    pub(super) fn add_proxy(&mut self, proxy: reqwest::Proxy) {
        self.proxies.push(proxy);
        self.made = Some("proxy");
    }

    pub(super) fn set_no_proxy(&mut self) {
        self.proxies.clear();
        self.no_proxy = true;
        self.made = Some("no_proxy");
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub(super) fn add_root_certificate(&mut self, certificate: reqwest::Certificate) {
        self.root_certificates.push(certificate);
        self.made = Some("root_certificate");
    }

    /// Refuses settings that would have no effect.
    pub(super) fn unused(&self) -> Result<(), Error> {
        match self.made {
            None => Ok(()),
            Some(setting) => Err(Error::configuration(format!(
                "`{setting}` has no effect on the `http_client` that was given: set it there"
            ))),
        }
    }

    /// HTTP/2 and gzip are on: the HTTP library offers them unless it is told not to.
    pub(super) fn build(self, base: &Url) -> Result<reqwest::Client, Error> {
        if cfg!(not(any(feature = "rustls", feature = "native-tls"))) && base.scheme() == "https" {
            return Err(Error::configuration(
                "this build has no TLS, which the base URL needs: enable the feature `rustls` or `native-tls`, or give an `http_client`",
            ));
        }
        let mut http = reqwest::Client::builder()
            // Redirects are followed by this crate, which knows what must not follow.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        if let Some(timeout) = self.connect_timeout {
            http = http.connect_timeout(timeout);
        }
        if self.no_proxy {
            http = http.no_proxy();
        }
        for proxy in self.proxies {
            http = http.proxy(proxy);
        }
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        {
            // Whoever asked for the system's library beside the default means it.
            #[cfg(feature = "native-tls")]
            let backend = http.tls_backend_native();
            #[cfg(not(feature = "native-tls"))]
            let backend = http.tls_backend_rustls();
            http = backend.tls_certs_merge(self.root_certificates);
        }
        http.build().map_err(Error::unbuildable_client)
    }
}

/// Proxies are counted only: there may be a password in their addresses.
impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("connect_timeout", &self.connect_timeout)
            .field("read_timeout", &self.read_timeout)
            .field("proxies", &self.proxies.len())
            .field("no_proxy", &self.no_proxy)
            .finish_non_exhaustive()
    }
}
