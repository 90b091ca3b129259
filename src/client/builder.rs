//! How a client is set up.

use std::{fmt, sync::Arc, time::Duration};

use http::HeaderValue;
use url::Url;

use super::{Client, Inner, connection::Connection};
use crate::{
    Error, RetryPolicy,
    auth::{Auth, Authorizer},
    limit::Limiter,
    retry::Budget,
    wire::Wire,
};

const BITBUCKET_CLOUD: &str = "https://api.bitbucket.org/2.0";
pub(super) const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
/// Retries that a client may spend beyond a tenth of its calls.
const RETRY_BUDGET: u32 = 100;
/// Dozens of times what the largest page of a listing has, and little enough for
/// a program that has few hundred MiB to live in.
const MAX_RESPONSE_SIZE: u64 = 64 * 1024 * 1024;

/// What a [`Client`] is to be.
///
/// ```
/// use std::time::Duration;
///
/// # fn main() -> Result<(), bitbucket::Error> {
/// let client = bitbucket::Client::builder()
///     .base_url("http://127.0.0.1:7990/2.0")
///     .connect_timeout(Duration::from_secs(3))
///     .read_timeout(None)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "`build` makes the client"]
pub struct ClientBuilder {
    base_url: String,
    #[cfg(feature = "v1")]
    v1_base_url: Option<String>,
    user_agent: Option<String>,
    auth: Auth,
    connection: Connection,
    http_client: Option<reqwest::Client>,
    retry: RetryPolicy,
    retry_budget: Option<u32>,
    max_rate: Option<(u32, Duration)>,
    timeout: Option<Duration>,
    max_response_size: Option<u64>,
    checks_forms: bool,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            base_url: BITBUCKET_CLOUD.to_owned(),
            #[cfg(feature = "v1")]
            v1_base_url: None,
            user_agent: None,
            auth: Auth::none(),
            connection: Connection::default(),
            http_client: None,
            retry: RetryPolicy::default(),
            retry_budget: Some(RETRY_BUDGET),
            max_rate: None,
            timeout: None,
            max_response_size: Some(MAX_RESPONSE_SIZE),
            checks_forms: false,
        }
    }
}

/// Who is asked, and as whom.
impl ClientBuilder {
    /// Where Bitbucket is, with the version of its API. The default is
    /// `https://api.bitbucket.org/2.0`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Where Bitbucket's 1.0 API is, which [`v1`](crate::v1) asks. By default that
    /// is the base URL with `1.0` in place of the `2.0` at its end, or with `1.0`
    /// added if it does not end so: `https://api.bitbucket.org/1.0`.
    ///
    /// It has to be of the same origin as the base URL: the credentials are meant
    /// for that origin.
    ///
    /// ```
    /// # fn main() -> Result<(), bitbucket::Error> {
    /// let client = bitbucket::Client::builder()
    ///     .base_url("http://127.0.0.1:7990/bitbucket")
    ///     .v1_base_url("http://127.0.0.1:7990/bitbucket-v1")
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "v1")]
    pub fn v1_base_url(mut self, url: impl Into<String>) -> Self {
        self.v1_base_url = Some(url.into());
        self
    }

    /// What the program calls itself, such as `release-notes/1.2`. It follows
    /// this crate's own name and version in the `User-Agent`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// Who the client acts as; nobody by default.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }
}

#[cfg(feature = "data-center")]
impl ClientBuilder {
    /// The server refuses writes that a browser could be made to send, unless a
    /// header says that none did.
    pub(crate) fn checks_forms(mut self) -> Self {
        self.checks_forms = true;
        self
    }
}

/// How often requests are sent.
impl ClientBuilder {
    /// When requests are sent again; [`RetryPolicy::default`] unless it is said
    /// otherwise here, in [`Client::with_retry`] or for a single request.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How many retries the client may spend, all calls together, beyond one for
    /// ten calls that succeed; 100 by default, `None` for no limit.
    ///
    /// When Bitbucket fails for a while, this keeps a client with many calls from
    /// making it worse. With the budget spent, an error comes without a retry.
    ///
    /// ```
    /// # fn main() -> Result<(), bitbucket::Error> {
    /// let client = bitbucket::Client::builder()
    ///     .base_url("http://127.0.0.1:7990/2.0")
    ///     .retry_budget(20)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn retry_budget(mut self, retries: impl Into<Option<u32>>) -> Self {
        self.retry_budget = retries.into();
        self
    }

    /// Keeps the client to this many requests in any window of this length: what
    /// is more waits for its turn. There is no such limit by default.
    ///
    /// Bitbucket counts the requests of the last hour. Retries and what a redirect
    /// leads to on the same host count too, requests for a token do not. The clones
    /// of a client share the limit, other programs with the same account do not.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), bitbucket::Error> {
    /// let client = bitbucket::Client::builder()
    ///     .base_url("http://127.0.0.1:7990/2.0")
    ///     .max_rate(900, Duration::from_secs(60 * 60))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_rate(mut self, requests: u32, window: Duration) -> Self {
        self.max_rate = Some((requests, window));
        self
    }
}

/// How the connections are made.
impl ClientBuilder {
    /// How long a connection may take to come about; 10 seconds by default,
    /// `None` for as long as the system tries.
    pub fn connect_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.connection.set_connect_timeout(timeout.into());
        self
    }

    /// How long Bitbucket may be silent, before its answer and between two parts
    /// of it; 60 seconds by default, `None` for ever.
    ///
    /// The time in which a request is still being sent does not count, nor that in
    /// which nobody asks for the next part of a stream: a large upload or download
    /// takes its time. For the whole of a request there is
    /// [`timeout`](Self::timeout).
    pub fn read_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.connection.set_read_timeout(timeout.into());
        self
    }

    /// How long one attempt may take as a whole: connecting, sending, waiting, and
    /// reading the answer; `None`, the default, for as long as it goes on.
    ///
    /// Where the answer is a stream of bytes, it counts until the stream begins.
    /// Retries have a limit of their own: [`RetryPolicy::total_time`].
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), bitbucket::Error> {
    /// let client = bitbucket::Client::builder()
    ///     .base_url("http://127.0.0.1:7990/2.0")
    ///     .timeout(Duration::from_secs(5 * 60))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// How many bytes of an answer are taken into memory at most; 64 MiB by
    /// default, `None` for no limit.
    ///
    /// It holds for what is decoded, such as JSON, and counts what a compressed
    /// answer unpacks to. More than that is an error
    /// ([`Error::is_response_too_large`]), and the rest is not read. Streams of
    /// bytes have no limit; of an error's body 64 KiB are read, and a token may
    /// not be larger than that.
    ///
    /// Decoded, an answer takes more memory than its text. Where it is made of so
    /// many values that it could take more than 64 times as much as this, it is
    /// the same error. What Bitbucket sends stays far below.
    ///
    /// ```
    /// # fn main() -> Result<(), bitbucket::Error> {
    /// let client = bitbucket::Client::builder()
    ///     .base_url("http://127.0.0.1:7990/2.0")
    ///     .max_response_size(8 * 1024 * 1024)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_response_size(mut self, bytes: impl Into<Option<u64>>) -> Self {
        self.max_response_size = bytes.into();
        self
    }

    /// A proxy to go through; of several, the first that fits. Without any, the
    /// environment decides (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`).
    ///
    /// ```
    /// use bitbucket::{Client, reqwest::Proxy};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let proxy = Proxy::all("http://proxy.example.com:3128")?.basic_auth("kim", "a password");
    /// let client = Client::builder()
    ///     .base_url("http://127.0.0.1:7990/2.0")
    ///     .proxy(proxy)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn proxy(mut self, proxy: reqwest::Proxy) -> Self {
        self.connection.add_proxy(proxy);
        self
    }

    /// No proxy, whatever the environment says and whatever was set before.
    pub fn no_proxy(mut self) -> Self {
        self.connection.set_no_proxy();
        self
    }

    /// A certificate authority to trust, beside those of the system.
    ///
    /// ```no_run
    /// use bitbucket::{Client, reqwest::Certificate};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let authority = Certificate::from_pem(&std::fs::read("company.pem")?)?;
    /// let client = Client::builder().root_certificate(authority).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub fn root_certificate(mut self, certificate: reqwest::Certificate) -> Self {
        self.connection.add_root_certificate(certificate);
        self
    }

    /// An HTTP client of the caller's own, for settings that there are none for
    /// here. Timeouts, proxies and certificates are then its own affair, and cannot
    /// be set here too.
    ///
    /// It should follow no redirects: this crate follows them itself, and knows
    /// where credentials must not go and what must not be sent twice. A client
    /// cannot be asked whether it does, but its answers tell: a call whose answer
    /// comes from another address than was asked fails with
    /// [`ErrorKind::Redirect`](crate::ErrorKind::Redirect).
    ///
    /// ```
    /// use bitbucket::{Client, reqwest};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let http = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .pool_max_idle_per_host(2)
    ///     .build()?;
    /// let client = Client::builder().http_client(http).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }
}

impl ClientBuilder {
    /// Makes the client.
    ///
    /// # Errors
    ///
    /// If the base URL, the user agent or the credentials cannot be used, if
    /// settings contradict each other, or if the base URL begins with `https` in a
    /// build without TLS. Nothing is sent.
    pub fn build(self) -> Result<Client, Error> {
        let base = base("the base URL", &self.base_url)?;
        let http_is_foreign = self.http_client.is_some();
        let mut wire = Wire {
            read_timeout: self.connection.read_timeout(),
            timeout: self.timeout,
            http: match self.http_client {
                Some(client) => self.connection.unused().map(|()| client)?,
                None => self.connection.build(&base)?,
            },
        };
        if http_is_foreign {
            // It has one of its own, or none.
            wire.read_timeout = None;
        }
        let retry_budget = Arc::new(Budget::new(self.retry_budget));
        let budget = Arc::clone(&retry_budget);
        let authorizer = Authorizer::new(&self.auth, wire.clone(), budget, base.origin())?;
        let limiter = self.max_rate.map(limiter).transpose()?;
        Ok(Client {
            retry: self.retry,
            inner: Arc::new(Inner {
                wire,
                http_is_foreign,
                #[cfg(feature = "v1")]
                v1_base_url: super::v1_base_url::choose(self.v1_base_url.as_deref(), &base)?,
                base_url: base.as_str().trim_end_matches('/').to_owned(),
                origin: base.origin(),
                base,
                user_agent: user_agent(self.user_agent.as_deref())?,
                checks_forms: self.checks_forms,
                authorizer,
                retry_budget,
                limiter,
                max_response_size: self.max_response_size.unwrap_or(u64::MAX),
            }),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("ClientBuilder");
        shown.field("base_url", &self.base_url);
        #[cfg(feature = "v1")]
        shown.field("v1_base_url", &self.v1_base_url);
        shown
            .field("user_agent", &self.user_agent)
            .field("auth", &self.auth)
            .field("connection", &self.connection)
            .field("http_client", &self.http_client.is_some())
            .field("retry", &self.retry)
            .field("retry_budget", &self.retry_budget)
            .field("max_rate", &self.max_rate)
            .field("checks_forms", &self.checks_forms)
            .field("timeout", &self.timeout)
            .field("max_response_size", &self.max_response_size)
            .finish()
    }
}

/// The text is not quoted back: a password is often where it is wrong.
pub(super) fn base(name: &str, text: &str) -> Result<Url, Error> {
    let fault = |fault| Err(Error::configuration(format!("{name} {fault}")));
    let Ok(url) = Url::parse(text) else {
        return fault("is not an absolute URL such as `https://api.bitbucket.org/2.0`");
    };
    if !matches!(url.scheme(), "https" | "http") {
        return fault("is neither https nor http");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return fault("has credentials in it: they belong into `auth`");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return fault("has a query or a fragment");
    }
    Ok(url)
}

fn user_agent(product: Option<&str>) -> Result<HeaderValue, Error> {
    let Some(product) = product else {
        return Ok(HeaderValue::from_static(USER_AGENT));
    };
    let refused =
        || Error::configuration("the user agent is empty or has other than printable ASCII");
    if product.is_empty() || !product.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(refused());
    }
    HeaderValue::try_from(format!("{USER_AGENT} {product}")).map_err(|_| refused())
}

fn limiter((requests, window): (u32, Duration)) -> Result<Limiter, Error> {
    let count = usize::try_from(requests).unwrap_or(usize::MAX);
    if count == 0 || window.is_zero() {
        return Err(Error::configuration(
            "`max_rate` needs at least one request, and a window with some length",
        ));
    }
    Ok(Limiter::new(count, window))
}
