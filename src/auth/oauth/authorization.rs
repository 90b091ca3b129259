//! A person in a browser, between leaving for Bitbucket and coming back.

use std::fmt;

use oauth2::{CsrfToken, PkceCodeChallenge};
use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};

use super::{Consumer, Tokens, endpoint, failure::Failure};
use crate::{Client, Error, ErrorKind, Secret};

/// A login that has begun: where to send the person, and what must come back.
///
/// It is good for one [`exchange`](Consumer::exchange). A web server keeps it in
/// the person's session meanwhile; serialized, it holds secrets as plain text.
///
/// ```
/// use bitbucket::auth::oauth::Consumer;
///
/// # fn main() -> Result<(), bitbucket::Error> {
/// let authorization = Consumer::new("key", "secret").authorize()?;
/// let url = authorization.url();
/// assert!(url.as_str().starts_with("https://bitbucket.org/site/oauth2/authorize?"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct Authorization {
    url: Url,
    state: Secret,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verifier: Option<Secret>,
}

impl Authorization {
    /// Where to send the browser.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The code of a callback that belongs to this login.
    fn code(&self, callback: &str) -> Result<String, Error> {
        let query = callback.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let value = |wanted: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        // Before anything else: what has another state comes from somebody else.
        if value("state").as_deref() != Some(self.state.expose_secret()) {
            return Err(refused(
                "the callback's state is not that of this login, which may be a forgery",
            ));
        }
        if let Some(error) = value("error") {
            let description = value("error_description")
                .map(|description| format!(" ({description})"))
                .unwrap_or_default();
            return Err(refused(format!(
                "the login was not granted: {error}{description}"
            )));
        }
        value("code")
            .filter(|code| !code.is_empty())
            .ok_or_else(|| refused("the callback has no code"))
    }
}

fn refused(message: impl Into<String>) -> Error {
    Error::authentication(ErrorKind::Authentication, message)
}

impl fmt::Debug for Authorization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL's query has the state in it.
        formatter
            .debug_struct("Authorization")
            .field("origin", &self.url.origin().ascii_serialization())
            .finish_non_exhaustive()
    }
}

impl Consumer {
    /// Begins a login in the browser.
    ///
    /// # Errors
    ///
    /// If the key, the secret or one of the URLs cannot be used. Nothing is sent.
    pub fn authorize(&self) -> Result<Authorization, Error> {
        let client = self.client()?;
        let mut request = client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(self.requested_scopes());
        let mut kept = None;
        if self.pkce {
            let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
            request = request.set_pkce_challenge(challenge);
            kept = Some(Secret::from(verifier.into_secret()));
        }
        let (url, state) = request.url();
        Ok(Authorization {
            url,
            state: Secret::from(state.into_secret()),
            verifier: kept,
        })
    }

    /// Ends a login: the code of the callback becomes tokens.
    ///
    /// `callback` is what the browser asked for when it came back, as a whole
    /// URL or from its path on. Of `client` the connections are used, with their
    /// proxy, certificates and timeouts; its credentials are not.
    ///
    /// # Errors
    ///
    /// If the callback does not belong to this login, if the person refused, or
    /// if Bitbucket gives no tokens for the code.
    pub async fn exchange(
        &self,
        client: &Client,
        authorization: Authorization,
        callback: &str,
    ) -> Result<Tokens, Error> {
        let code = authorization.code(callback)?;
        let verifier = authorization.verifier.as_ref();
        endpoint::authorization_code(client.wire(), self, code, verifier)
            .await
            .map_err(Failure::into_error)
    }
}

#[cfg(test)]
mod tests;
