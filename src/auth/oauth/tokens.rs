//! Tokens, and where they are kept.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use chrono::{DateTime, Utc};
use futures_core::future::BoxFuture;
use oauth2::{TokenResponse as _, basic::BasicTokenResponse};
use serde::{Deserialize, Serialize};

use super::super::BoxError;
use crate::Secret;

/// A token is renewed as long before it expires, so that it does not while a
/// request is on its way.
const MARGIN: Duration = Duration::from_secs(30);

/// An access token with what it takes to renew it.
///
/// Serialized, which is for a [`TokenStore`], the tokens are plain text; `Debug`
/// does not show them.
///
/// ```
/// use bitbucket::auth::oauth::Tokens;
///
/// let tokens = Tokens::refreshing("s3cret");
/// assert!(!format!("{tokens:?}").contains("s3cret"));
/// assert_eq!(serde_json::to_string(&tokens).unwrap(), r#"{"refresh_token":"s3cret"}"#);
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct Tokens {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_token: Option<Secret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Secret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
}

impl Tokens {
    /// A refresh token alone: the first request fetches an access token with it.
    pub fn refreshing(refresh_token: impl Into<Secret>) -> Self {
        Self {
            access_token: None,
            refresh_token: Some(refresh_token.into()),
            expires_at: None,
            scopes: Vec::new(),
        }
    }

    /// The access token; there is none before the first was fetched.
    pub fn access_token(&self) -> Option<&Secret> {
        self.access_token.as_ref()
    }

    /// What new tokens are fetched with, if Bitbucket gave it.
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.refresh_token.as_ref()
    }

    /// When the access token expires, if Bitbucket said so.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.expires_at
    }

    /// What the access token permits, as far as Bitbucket said so.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    pub(super) fn from_response(response: &BasicTokenResponse) -> Self {
        let now = SystemTime::now();
        Self {
            access_token: Some(response.access_token().secret().as_str().into()),
            refresh_token: response
                .refresh_token()
                .map(|token| token.secret().as_str().into()),
            expires_at: response
                .expires_in()
                .and_then(|lifetime| now.checked_add(lifetime))
                .map(DateTime::from),
            scopes: response
                .scopes()
                .map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect())
                .unwrap_or_default(),
        }
    }

    /// A refresh token that is not replaced goes on being good.
    pub(super) fn or_refresh_token(mut self, previous: Option<&Secret>) -> Self {
        if self.refresh_token.is_none() {
            self.refresh_token = previous.cloned();
        }
        self
    }

    /// Whether the access token can be sent: it is there, not about to expire,
    /// and not the one that was refused.
    pub(super) fn is_usable(&self, refused: Option<&str>) -> bool {
        let Some(token) = &self.access_token else {
            return false;
        };
        let soon = DateTime::<Utc>::from(SystemTime::now() + MARGIN);
        self.expires_at.is_none_or(|expiry| expiry > soon)
            && refused.is_none_or(|refused| refused != token.expose_secret())
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Tokens")
            .field("access_token", &self.access_token)
            .field("refresh_token", &self.refresh_token)
            .field("expires_at", &self.expires_at)
            .field("scopes", &self.scopes)
            .finish()
    }
}

/// Where a session's tokens outlive the program: a file, a database, a keyring.
///
/// Bitbucket may replace the refresh token whenever it is used. Tokens are saved
/// before the first request goes out with them; if that fails, so do the calls
/// that waited for them, and the next call saves again before anything else.
///
/// ```
/// use std::path::PathBuf;
///
/// use bitbucket::auth::{BoxError, BoxFuture, oauth::{TokenStore, Tokens}};
///
/// struct File(PathBuf);
///
/// impl TokenStore for File {
///     fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, BoxError>> {
///         Box::pin(async {
///             match tokio::fs::read(&self.0).await {
///                 Ok(json) => Ok(Some(serde_json::from_slice(&json)?)),
///                 Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
///                 Err(error) => Err(error.into()),
///             }
///         })
///     }
///
///     fn save(&self, tokens: Tokens) -> BoxFuture<'_, Result<(), BoxError>> {
///         Box::pin(async move {
///             Ok(tokio::fs::write(&self.0, serde_json::to_vec(&tokens)?).await?)
///         })
///     }
/// }
/// ```
pub trait TokenStore: Send + Sync + 'static {
    /// The tokens that were saved last; `None` if there never were any.
    ///
    /// It is asked before the first token is fetched, and again when Bitbucket
    /// refuses the refresh token: another process may have replaced it.
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, BoxError>>;

    /// Keeps the tokens in place of those before.
    fn save(&self, tokens: Tokens) -> BoxFuture<'_, Result<(), BoxError>>;
}
