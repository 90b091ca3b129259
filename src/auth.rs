//! Who a client acts as: fixed credentials, signatures, and schemes of one's own.
//!
//! | Credentials | Sent as | Made by |
//! |---|---|---|
//! | an account's API token | `Basic`, with the e-mail address | [`Auth::api_token`] |
//! | a user name and a password | `Basic` | [`Auth::basic`] |
//! | a repository, project or workspace access token | `Bearer` | [`Auth::bearer`] |
//! | OAuth 2.0, for a consumer or for a person | `Bearer`, renewed | [`Auth::oauth`] |
//! | a Connect app's shared secret | `JWT`, signed for each request | [`Auth::connect`] |
//! | a session's cookies, of Data Center | `Cookie` | [`Auth::cookies`] |
//! | anything else, such as Forge | what the scheme says | [`Auth::scheme`] |
//! | nothing: public data | | [`Auth::none`] |
//!
//! Whatever they are, they go only to the origin (scheme, host and port) of the
//! client's base URL.

mod authorizer;
mod connect;
mod environment;
mod header;
mod hint;
pub mod oauth;
mod query_hash;
mod scheme;
#[cfg(test)]
mod tests;

use std::{error::Error as StdError, fmt, sync::Arc};

use crate::{Error, Secret};

pub(crate) use authorizer::Authorizer;
pub use connect::Connect;
pub use futures_core::future::BoxFuture;
#[cfg(any(test, fuzzing))]
pub(crate) use query_hash::canonical_request;
pub use scheme::{Authenticate, RequestHead};

/// What an [`Authenticate`] or an [`oauth::TokenStore`] may fail with.
///
/// Its text is shown in this crate's [`crate::Error`]: it must not
/// contain what is secret.
///
/// ```
/// fn read(path: &str) -> Result<String, bitbucket::auth::BoxError> {
///     Ok(std::fs::read_to_string(path)?)
/// }
/// assert!(read("/no/such/file").is_err());
/// ```
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// The credentials a client sends.
///
/// They go only to the origin (scheme, host and port) of the client's base URL:
/// neither a redirect nor the link to a listing's next page takes them anywhere else.
///
/// A clone shares what it learns: clients with clones of the same OAuth
/// credentials renew their token together.
///
/// ```
/// use bitbucket::{Auth, Client};
///
/// # fn main() -> Result<(), bitbucket::Error> {
/// let client = Client::builder()
///     .auth(Auth::api_token("kim@example.com", "an API token"))
///     .build()?;
/// assert!(!format!("{client:?}").contains("an API token"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Auth(Credentials);

#[derive(Clone, Default)]
enum Credentials {
    #[default]
    None,
    Basic {
        /// What the caller calls the first part, for messages.
        name: &'static str,
        username: String,
        password: Secret,
    },
    Bearer(Secret),
    Cookies(Secret),
    OAuth(oauth::Session),
    Connect(Connect),
    Scheme(Arc<dyn Authenticate>),
}

impl Auth {
    /// An Atlassian API token, sent with the account's e-mail address.
    ///
    /// ```
    /// let auth = bitbucket::Auth::api_token("kim@example.com", "an API token");
    /// ```
    pub fn api_token(email: impl Into<String>, token: impl Into<Secret>) -> Self {
        Self(Credentials::Basic {
            name: "e-mail address",
            username: email.into(),
            password: token.into(),
        })
    }

    /// A user name and a password.
    ///
    /// ```
    /// let auth = bitbucket::Auth::basic("kim", "a password");
    /// ```
    pub fn basic(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self(Credentials::Basic {
            name: "user name",
            username: username.into(),
            password: password.into(),
        })
    }

    /// A repository, project or workspace access token, or an OAuth access
    /// token that somebody else renews.
    ///
    /// ```
    /// let auth = bitbucket::Auth::bearer("an access token");
    /// ```
    pub fn bearer(token: impl Into<Secret>) -> Self {
        Self(Credentials::Bearer(token.into()))
    }

    /// The cookies of a session that somebody logged in to, such as
    /// `BITBUCKETSESSIONID=…`, as the header `Cookie` has them; several are
    /// separated by `; `. For Bitbucket Data Center.
    ///
    /// They are sent as they are: cookies that the server sets are not kept.
    ///
    /// ```
    /// let auth = bitbucket::Auth::cookies("BITBUCKETSESSIONID=0123456789ABCDEF");
    /// assert_eq!(format!("{auth:?}"), "Auth(cookies)");
    /// ```
    pub fn cookies(cookies: impl Into<Secret>) -> Self {
        Self(Credentials::Cookies(cookies.into()))
    }

    /// OAuth 2.0: tokens that are fetched and renewed as they are needed.
    ///
    /// ```
    /// use bitbucket::{Auth, auth::oauth::Consumer};
    ///
    /// let consumer = Consumer::new("key", "secret");
    /// let auth = Auth::oauth(consumer.client_credentials());
    /// assert_eq!(format!("{auth:?}"), "Auth(oauth)");
    /// ```
    pub fn oauth(session: oauth::Session) -> Self {
        Self(Credentials::OAuth(session))
    }

    /// A Connect app: each request is signed with the secret that the app
    /// shares with Bitbucket.
    ///
    /// ```
    /// use bitbucket::{Auth, auth::Connect};
    ///
    /// let app = Connect::new("example-app", "shared secret").subject("connection:123");
    /// let auth = Auth::connect(app);
    /// assert_eq!(format!("{auth:?}"), "Auth(connect)");
    /// ```
    pub fn connect(app: Connect) -> Self {
        Self(Credentials::Connect(app))
    }

    /// A scheme of the caller's own; see [`Authenticate`].
    pub fn scheme(scheme: impl Authenticate) -> Self {
        Self(Credentials::Scheme(Arc::new(scheme)))
    }

    /// No credentials: what Bitbucket shows to everybody.
    ///
    /// ```
    /// let auth = bitbucket::Auth::none();
    /// ```
    pub fn none() -> Self {
        Self(Credentials::None)
    }

    fn kind(&self) -> &'static str {
        match self.0 {
            Credentials::None => "none",
            Credentials::Basic { .. } => "basic",
            Credentials::Bearer(_) => "bearer",
            Credentials::Cookies(_) => "cookies",
            Credentials::OAuth(_) => "oauth",
            Credentials::Connect(_) => "connect",
            Credentials::Scheme(_) => "scheme",
        }
    }

    /// Finds what cannot work before anything is sent.
    fn check(&self) -> Result<(), Error> {
        match &self.0 {
            Credentials::OAuth(session) => session.check(),
            Credentials::Connect(app) => app.check(),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Auth({})", self.kind())
    }
}
