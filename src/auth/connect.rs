//! Connect apps, which sign each request.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderValue, Method};
use jsonwebtoken::{Algorithm, EncodingKey, Header, crypto::aws_lc};
use serde::Serialize;
use url::Url;

use super::{BoxError, header::sensitive, query_hash::query_hash};
use crate::{Error, Secret};

/// What Atlassian's own examples use: clocks differ, and requests take time.
const LIFETIME: Duration = Duration::from_secs(180);

/// A Connect app as it was installed somewhere.
///
/// Bitbucket tells it a shared secret and a client key when it is installed.
/// Each request carries a token that is signed with the secret, that expires
/// shortly, and that is good for this method, path and query alone.
///
/// ```
/// use bitbucket::{Auth, Client, auth::Connect};
///
/// # fn main() -> Result<(), bitbucket::Error> {
/// let app = Connect::new("example-app", "the shared secret").subject("the client key");
/// let client = Client::builder().auth(Auth::connect(app)).build()?;
/// # Ok(())
/// # }
/// ```
///
/// For tokens that are not bound to one request, see
/// [`Session::app`](super::oauth::Session::app).
#[derive(Clone)]
#[must_use = "`Auth::connect` or `Session::app` takes it"]
pub struct Connect {
    issuer: String,
    secret: Secret,
    subject: Option<String>,
    audience: Option<String>,
    lifetime: Duration,
    context_path: String,
}

/// The claims of one token.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: u64,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qsh: Option<String>,
}

impl Connect {
    /// The key of the app's descriptor, which is the token's issuer (`iss`), and
    /// the secret that the installation came with.
    pub fn new(app_key: impl Into<String>, shared_secret: impl Into<Secret>) -> Self {
        Self {
            issuer: app_key.into(),
            secret: shared_secret.into(),
            subject: None,
            audience: None,
            lifetime: LIFETIME,
            context_path: String::new(),
        }
    }

    /// Whom the app acts for (`sub`): with Bitbucket, the client key that the
    /// installation came with.
    pub fn subject(mut self, client_key: impl Into<String>) -> Self {
        self.subject = Some(client_key.into());
        self
    }

    /// Whom the tokens are meant for (`aud`); by default it is not said.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// How long a token is good for; three minutes by default.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// The beginning of each path that is no part of what is signed, such as
    /// `/jira`. Bitbucket Cloud has none, which is the default: its `/2.0` is signed.
    pub fn context_path(mut self, path: impl Into<String>) -> Self {
        self.context_path = path.into();
        self
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let fault = if self.issuer.is_empty() {
            "the Connect app's key is empty"
        } else if self.secret.expose_secret().is_empty() {
            "the Connect app's shared secret is empty"
        } else if self.lifetime < Duration::from_secs(1) {
            "the Connect app's tokens live less than a second"
        } else {
            return Ok(());
        };
        Err(Error::configuration(fault))
    }

    /// A token for one request.
    pub(super) fn header(&self, method: &Method, url: &Url) -> Result<HeaderValue, Error> {
        self.signed(Some(query_hash(method, url, &self.context_path)))
    }

    /// A token for the token endpoint, which takes one that is bound to no request.
    pub(super) fn unbound_header(&self) -> Result<HeaderValue, Error> {
        self.signed(None)
    }

    fn signed(&self, qsh: Option<String>) -> Result<HeaderValue, Error> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_err(|_| Error::configuration("this machine's clock is before 1970"))?
            .as_secs();
        let claims = Claims {
            iss: &self.issuer,
            iat: now,
            exp: now.saturating_add(self.lifetime.as_secs()),
            sub: self.subject.as_deref(),
            aud: self.audience.as_deref(),
            qsh,
        };
        let token = sign(&claims, self.secret.expose_secret())
            .map_err(|_| Error::configuration("the Connect app's token cannot be signed"))?;
        sensitive(format!("JWT {token}"))
    }
}

/// The library's `encode` panics in a program where another crate asks for its
/// other cryptography too; naming the one that is wanted cannot.
fn sign(claims: &Claims<'_>, secret: &str) -> Result<String, BoxError> {
    let header = serde_json::to_vec(&Header::new(Algorithm::HS256))?;
    let header = URL_SAFE_NO_PAD.encode(header);
    let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims)?);
    let message = format!("{header}.{claims}");
    let key = EncodingKey::from_secret(secret.as_bytes());
    let signer = (aws_lc::DEFAULT_PROVIDER.signer_factory)(&Algorithm::HS256, &key)?;
    let signature = signer.try_sign(message.as_bytes())?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

impl fmt::Debug for Connect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connect")
            .field("issuer", &self.issuer)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
