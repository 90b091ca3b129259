//! OAuth 2.0: a consumer of its own right, a person in a browser, or a Connect app.
//!
//! A [`Consumer`] is what one registers with Bitbucket. From it, or from a
//! [`Connect`](super::Connect) app, comes a [`Session`], which
//! [`Auth::oauth`](crate::Auth::oauth) takes: it fetches a token when the first
//! request needs one, renews it 30 seconds before it expires, and once more if
//! Bitbucket refuses it with 401. However many calls wait for a token, one
//! request fetches it, and its failure is the failure of each of them.
//!
//! To send a person to the browser:
//!
//! ```no_run
//! use bitbucket::{Auth, Client, auth::oauth::Consumer};
//!
//! # async fn example(callback: &str) -> Result<(), bitbucket::Error> {
//! let consumer = Consumer::new("key", "secret").redirect_url("http://localhost:8080/done");
//! let authorization = consumer.authorize()?;
//! println!("Open {}", authorization.url());
//!
//! // Bitbucket then sends the browser to http://localhost:8080/done?code=…&state=…
//! let anybody = Client::builder().build()?;
//! let tokens = consumer.exchange(&anybody, authorization, callback).await?;
//!
//! let auth = Auth::oauth(consumer.with_tokens(tokens));
//! let client = Client::builder().auth(auth).build()?;
//! # Ok(())
//! # }
//! ```

mod authorization;
mod endpoint;
mod failure;
mod renewal;
mod session;
mod tokens;

use std::fmt;

use oauth2::{
    AuthType, AuthUrl, ClientId, ClientSecret, EndpointNotSet, EndpointSet, RedirectUrl, Scope,
    TokenUrl, basic::BasicClient,
};
use url::Url;

use crate::{Error, Secret};

pub use authorization::Authorization;
pub(super) use renewal::TokenRequests;
pub use session::Session;
pub use tokens::{TokenStore, Tokens};

const AUTHORIZE: &str = "https://bitbucket.org/site/oauth2/authorize";
const ACCESS_TOKEN: &str = "https://bitbucket.org/site/oauth2/access_token";

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// An OAuth consumer, as it is registered in a workspace's settings.
///
/// ```
/// use bitbucket::{Auth, auth::oauth::Consumer};
///
/// let consumer = Consumer::new("key", "secret").scopes(["repository", "pullrequest"]);
/// assert!(!format!("{consumer:?}").contains("secret\""));
/// let auth = Auth::oauth(consumer.client_credentials());
/// ```
#[derive(Clone)]
#[must_use = "it does nothing until a session is made of it"]
pub struct Consumer {
    id: String,
    secret: Secret,
    authorize_url: String,
    token_url: String,
    redirect_url: Option<String>,
    scopes: Vec<String>,
    pkce: bool,
    /// Data Center takes key and secret in the form only.
    secret_in_form: bool,
}

impl Consumer {
    /// The key and the secret that Bitbucket shows for the consumer.
    pub fn new(key: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self {
            id: key.into(),
            secret: secret.into(),
            authorize_url: AUTHORIZE.to_owned(),
            token_url: ACCESS_TOKEN.to_owned(),
            redirect_url: None,
            scopes: Vec::new(),
            pkce: true,
            secret_in_form: false,
        }
    }

    /// An incoming application link of a Bitbucket Data Center, which is its OAuth
    /// 2.0 provider: the address of the server as
    /// [`data_center::Client::builder`](crate::data_center::Client::builder) takes
    /// it, and the client ID and client secret of the link.
    ///
    /// A login needs the [`redirect_url`](Self::redirect_url) of the link and its
    /// [`scopes`](Self::scopes), such as `REPO_WRITE`. There are no tokens without a
    /// person: the provider has no client credentials.
    ///
    /// ```
    /// use bitbucket::auth::oauth::Consumer;
    ///
    /// # fn main() -> Result<(), bitbucket::Error> {
    /// let consumer = Consumer::data_center("https://bitbucket.example.com", "id", "secret")
    ///     .redirect_url("https://ci.example.com/done")
    ///     .scopes(["REPO_WRITE"]);
    /// let authorization = consumer.authorize()?;
    /// assert_eq!(authorization.url().path(), "/rest/oauth2/latest/authorize");
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "data-center")]
    pub fn data_center(
        server: &str,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> Self {
        let server = server.trim_end_matches('/');
        Self {
            authorize_url: format!("{server}/rest/oauth2/latest/authorize"),
            token_url: format!("{server}/rest/oauth2/latest/token"),
            secret_in_form: true,
            ..Self::new(client_id, client_secret)
        }
    }

    /// Where a person is sent, in place of `https://bitbucket.org/site/oauth2/authorize`.
    pub fn authorize_url(mut self, url: impl Into<String>) -> Self {
        self.authorize_url = url.into();
        self
    }

    /// Where tokens come from, in place of `https://bitbucket.org/site/oauth2/access_token`.
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = url.into();
        self
    }

    /// Where Bitbucket sends the browser back to. It must begin with the
    /// consumer's callback URL, which is used if nothing is said here.
    pub fn redirect_url(mut self, url: impl Into<String>) -> Self {
        self.redirect_url = Some(url.into());
        self
    }

    /// What the tokens are to permit; by default all that the consumer may.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Whether the code is bound to this program by a proof key (PKCE, RFC 7636).
    ///
    /// It is by default: a server that knows nothing of it ignores it.
    pub fn pkce(mut self, pkce: bool) -> Self {
        self.pkce = pkce;
        self
    }

    /// A session of the consumer itself, as the workspace that it belongs to.
    pub fn client_credentials(self) -> Session {
        Session::new(renewal::Grant::ClientCredentials(self))
    }

    /// A session of the person who gave these tokens.
    ///
    /// If the session has a [store](Session::store) with tokens in it, these are
    /// newer and go before.
    ///
    /// ```
    /// use bitbucket::{Auth, auth::oauth::{Consumer, Tokens}};
    ///
    /// let tokens = Tokens::refreshing("a refresh token");
    /// let auth = Auth::oauth(Consumer::new("key", "secret").with_tokens(tokens));
    /// ```
    pub fn with_tokens(self, tokens: Tokens) -> Session {
        Session::with_tokens(renewal::Grant::RefreshToken(self), tokens)
    }

    /// A session of the person whose tokens are in the store.
    pub fn stored_in(self, store: impl TokenStore) -> Session {
        Session::new(renewal::Grant::RefreshToken(self)).store(store)
    }

    fn check(&self) -> Result<(), Error> {
        self.client().map(drop)
    }

    /// The `oauth2` library's idea of the consumer.
    fn client(&self) -> Result<Client, Error> {
        if self.id.is_empty() {
            return Err(Error::configuration("the OAuth consumer's key is empty"));
        }
        if self.secret.expose_secret().is_empty() {
            return Err(Error::configuration("the OAuth consumer's secret is empty"));
        }
        let authorize = endpoint_url("authorize", &self.authorize_url)?;
        let token = endpoint_url("token", &self.token_url)?;
        let mut client = BasicClient::new(ClientId::new(self.id.clone()))
            .set_client_secret(ClientSecret::new(self.secret.expose_secret().to_owned()))
            .set_auth_uri(AuthUrl::from_url(authorize))
            .set_token_uri(TokenUrl::from_url(token));
        if self.secret_in_form {
            client = client.set_auth_type(AuthType::RequestBody);
        }
        if let Some(redirect) = &self.redirect_url {
            let redirect = RedirectUrl::new(redirect.clone())
                .map_err(|_| Error::configuration("the redirect URL is not an absolute URL"))?;
            client = client.set_redirect_uri(redirect);
        }
        Ok(client)
    }

    fn requested_scopes(&self) -> impl Iterator<Item = Scope> + '_ {
        self.scopes.iter().cloned().map(Scope::new)
    }
}

impl fmt::Debug for Consumer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Consumer")
            .field("key", &self.id)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// The text is not quoted back: credentials are often where it is wrong.
fn endpoint_url(name: &str, text: &str) -> Result<Url, Error> {
    let fault = match Url::parse(text) {
        Err(_) => "is not an absolute URL",
        Ok(url) if !matches!(url.scheme(), "https" | "http") => "is neither https nor http",
        Ok(url) if crate::redirect::has_credentials(&url) => "has credentials in it",
        Ok(url) if url.fragment().is_some() => "has a fragment",
        Ok(url) => return Ok(url),
    };
    Err(Error::configuration(format!("the {name} URL {fault}")))
}
