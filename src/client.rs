//! The client and how it is set up.

use std::{fmt, sync::Arc, time::Duration};

use url::{Origin, Url};

use crate::{Error, auth::Auth, auth::Authorizer};

const BITBUCKET_CLOUD: &str = "https://api.bitbucket.org/2.0";
const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// A client for one Bitbucket, as one user.
///
/// A clone is cheap and shares the connections; one client serves a whole
/// program. It has to be used inside a Tokio runtime.
///
/// ```
/// use bitbucket::{Auth, Client};
///
/// # fn main() -> Result<(), bitbucket::Error> {
/// let client = Client::builder()
///     .auth(Auth::api_token("kim@example.com", "an API token"))
///     .user_agent("release-notes/1.2")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    /// Without a slash at its end.
    base_url: String,
    origin: Origin,
    user_agent: String,
    authorizer: Authorizer,
}

impl Client {
    /// Starts setting up a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The address that every path is appended to, without a slash at its end.
    pub(crate) fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// For building requests. They are sent by [`Client::exchange`] alone.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.inner.http
    }

    pub(crate) fn authorizer(&self) -> &Authorizer {
        &self.inner.authorizer
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
            .finish_non_exhaustive()
    }
}

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
#[derive(Clone, Debug)]
#[must_use = "`build` makes the client"]
pub struct ClientBuilder {
    base_url: String,
    user_agent: Option<String>,
    connect_timeout: Option<Duration>,
    read_timeout: Option<Duration>,
    auth: Auth,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            base_url: BITBUCKET_CLOUD.to_owned(),
            user_agent: None,
            connect_timeout: Some(CONNECT_TIMEOUT),
            read_timeout: Some(READ_TIMEOUT),
            auth: Auth::none(),
        }
    }
}

impl ClientBuilder {
    /// Where Bitbucket is, with the version of its API. The default is
    /// `https://api.bitbucket.org/2.0`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// What the program calls itself, such as `release-notes/1.2`. It follows
    /// this crate's own name and version in the `User-Agent`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// How long a connection may take to come about; 10 seconds by default,
    /// `None` for as long as the system tries.
    pub fn connect_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.connect_timeout = timeout.into();
        self
    }

    /// How long Bitbucket may be silent, before its answer and between two parts
    /// of it; 60 seconds by default, `None` for ever.
    ///
    /// There is no limit on the whole of a request: a large download takes its time.
    pub fn read_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.read_timeout = timeout.into();
        self
    }

    /// Who the client acts as; nobody by default.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// If the base URL, the user agent or the credentials cannot be used. Nothing
    /// is sent.
    pub fn build(self) -> Result<Client, Error> {
        let base = base(&self.base_url)?;
        let authorizer = Authorizer::new(&self.auth)?;
        let user_agent = user_agent(self.user_agent.as_deref())?;
        let mut http = reqwest::Client::builder()
            .user_agent(&user_agent)
            // Redirects are followed by this crate, which knows what must not follow.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        if let Some(timeout) = self.connect_timeout {
            http = http.connect_timeout(timeout);
        }
        if let Some(timeout) = self.read_timeout {
            http = http.read_timeout(timeout);
        }
        Ok(Client {
            inner: Arc::new(Inner {
                http: http.build().map_err(Error::unbuildable_client)?,
                base_url: base.as_str().trim_end_matches('/').to_owned(),
                origin: base.origin(),
                user_agent,
                authorizer,
            }),
        })
    }
}

/// The text is not quoted back: a password is often where it is wrong.
fn base(text: &str) -> Result<Url, Error> {
    let fault = |fault| Err(Error::configuration(format!("the base URL {fault}")));
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

fn user_agent(product: Option<&str>) -> Result<String, Error> {
    let Some(product) = product else {
        return Ok(USER_AGENT.to_owned());
    };
    if product.is_empty() || !product.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(Error::configuration(
            "the user agent is empty or has other than printable ASCII characters",
        ));
    }
    Ok(format!("{USER_AGENT} {product}"))
}

#[cfg(test)]
mod tests {
    use super::{Client, USER_AGENT};
    use crate::{Auth, ErrorKind};
    use url::Url;

    #[test]
    fn the_default_is_bitbucket_cloud() {
        let client = Client::builder().build().unwrap();
        assert_eq!(client.base_url(), "https://api.bitbucket.org/2.0");
        let own = |url| client.is_own_origin(&Url::parse(url).unwrap());
        assert!(own("https://api.bitbucket.org:443/internal"));
        assert!(!own("http://api.bitbucket.org/2.0"));
        assert!(!own("https://bitbucket.org/2.0"));
        assert!(!own("https://api.bitbucket.org:8443/2.0"));
    }

    #[test]
    fn slashes_at_the_end_of_the_base_are_no_part_of_it() {
        for base in [
            "http://[::1]:80/2.0/",
            "http://[::1]/2.0",
            "http://[::1]/2.0//",
        ] {
            let client = Client::builder().base_url(base).build().unwrap();
            assert_eq!(client.base_url(), "http://[::1]/2.0");
        }
        let client = Client::builder().base_url("http://x").build().unwrap();
        assert_eq!(client.base_url(), "http://x");
    }

    #[test]
    fn a_base_that_cannot_be_right_is_refused_without_quoting_it() {
        for (base, reason) in [
            ("", "not an absolute URL"),
            ("api.bitbucket.org/s3cret", "not an absolute URL"),
            ("ftp://s3cret.org", "neither https nor http"),
            ("https://kim:s3cret@example.org", "credentials"),
            ("https://s3cret@example.org", "credentials"),
            ("https://example.org?key=s3cret", "a query"),
            ("https://example.org#s3cret", "a fragment"),
        ] {
            let error = Client::builder().base_url(base).build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.operation().is_none());
            let text = format!("{error} {error:?}");
            assert!(text.contains(reason), "{text}");
            assert!(!text.contains("s3cret"), "{text}");
        }
    }

    #[test]
    fn the_user_agent_begins_with_this_crate() {
        let client = Client::builder().user_agent("tool/2").build().unwrap();
        let shown = format!("{client:?}");
        assert!(shown.contains(&format!("{USER_AGENT} tool/2")), "{shown}");
        for product in ["", "a\nb", "ü"] {
            let error = Client::builder().user_agent(product).build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let builder = Client::builder().auth(Auth::api_token("kim@example.com", "s3cret"));
        let client = builder.clone().build().unwrap();
        let shown = format!("{client:?} {client:#?} {builder:?}");
        assert!(shown.contains("basic"), "{shown}");
        for secret in ["s3cret", "kim@example.com", "a2ltQGV4"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
