//! Who the client acts as.

use std::fmt;

use crate::{Error, Secret};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, header::AUTHORIZATION};

/// The credentials a client sends.
///
/// They go only to the origin (scheme, host and port) of the client's base URL:
/// neither a redirect nor the link to a listing's next page takes them anywhere else.
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
pub struct Auth(Method);

#[derive(Clone, Default)]
enum Method {
    #[default]
    None,
    Basic {
        /// What the caller calls the first part, for messages.
        name: &'static str,
        username: String,
        password: Secret,
    },
    Bearer(Secret),
}

impl Auth {
    /// An Atlassian API token, sent with the account's e-mail address.
    ///
    /// ```
    /// let auth = bitbucket::Auth::api_token("kim@example.com", "an API token");
    /// ```
    pub fn api_token(email: impl Into<String>, token: impl Into<Secret>) -> Self {
        Self(Method::Basic {
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
        Self(Method::Basic {
            name: "user name",
            username: username.into(),
            password: password.into(),
        })
    }

    /// A repository, project or workspace access token, or an OAuth access token.
    ///
    /// ```
    /// let auth = bitbucket::Auth::bearer("an access token");
    /// ```
    pub fn bearer(token: impl Into<Secret>) -> Self {
        Self(Method::Bearer(token.into()))
    }

    /// No credentials: what Bitbucket shows to everybody.
    ///
    /// ```
    /// let auth = bitbucket::Auth::none();
    /// ```
    pub fn none() -> Self {
        Self(Method::None)
    }

    fn kind(&self) -> &'static str {
        match self.0 {
            Method::None => "none",
            Method::Basic { .. } => "basic",
            Method::Bearer(_) => "bearer",
        }
    }

    fn header(&self) -> Result<Option<HeaderValue>, Error> {
        let text = match &self.0 {
            Method::None => return Ok(None),
            Method::Basic {
                name,
                username,
                password,
            } => basic(name, username, password.expose_secret())?,
            Method::Bearer(token) => bearer(token.expose_secret())?,
        };
        let mut value = HeaderValue::try_from(text)
            .map_err(|_| Error::configuration("the credentials cannot be sent in a header"))?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Auth({})", self.kind())
    }
}

fn basic(name: &str, username: &str, password: &str) -> Result<String, Error> {
    // RFC 7617: the first colon ends the user name.
    if username.is_empty() || username.contains(':') {
        let fault = if username.is_empty() {
            "is empty"
        } else {
            "has a colon"
        };
        return Err(Error::configuration(format!("the {name} {fault}")));
    }
    printable(name, username)?;
    if password.is_empty() {
        return Err(Error::configuration("the token or password is empty"));
    }
    printable("token or password", password)?;
    let pair = STANDARD.encode(format!("{username}:{password}"));
    Ok(format!("Basic {pair}"))
}

fn bearer(token: &str) -> Result<String, Error> {
    if token.is_empty() {
        return Err(Error::configuration("the access token is empty"));
    }
    // RFC 6750: a token has no spaces. One read from a file often ends in a line break.
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::configuration(
            "the access token has a space, a line break or another character that no token has",
        ));
    }
    Ok(format!("Bearer {token}"))
}

fn printable(name: &str, text: &str) -> Result<(), Error> {
    if text.chars().any(char::is_control) {
        return Err(Error::configuration(format!(
            "the {name} has a line break or another control character"
        )));
    }
    Ok(())
}

/// Puts the credentials on a request, once for each attempt to send it.
///
/// All that a client knows about authentication is behind this step. It is
/// asynchronous because a token may have to be fetched first, and it sees the
/// whole request because a signature covers all of it.
pub(crate) struct Authorizer {
    kind: &'static str,
    header: Option<HeaderValue>,
}

impl Authorizer {
    pub(crate) fn new(auth: &Auth) -> Result<Self, Error> {
        Ok(Self {
            kind: auth.kind(),
            header: auth.header()?,
        })
    }

    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    #[expect(
        clippy::unused_async,
        reason = "fixed credentials are at hand, others will have to be fetched"
    )]
    pub(crate) async fn authorize(&self, request: &mut reqwest::Request) -> Result<(), Error> {
        if let Some(header) = &self.header {
            request.headers_mut().insert(AUTHORIZATION, header.clone());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Auth, Authorizer};
    use crate::ErrorKind;

    fn header(auth: &Auth) -> String {
        let header = auth.header().unwrap().unwrap();
        assert!(header.is_sensitive());
        header.to_str().unwrap().to_owned()
    }

    #[test]
    fn headers_are_those_of_the_standards() {
        // The pair of RFC 7617, section 2.
        let auth = Auth::basic("Aladdin", "open sesame");
        assert_eq!(header(&auth), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        let auth = Auth::api_token("a@b.c", "t:ü");
        assert_eq!(header(&auth), "Basic YUBiLmM6dDrDvA==");
        assert_eq!(header(&Auth::bearer("abc")), "Bearer abc");
        assert!(Auth::none().header().unwrap().is_none());
        assert!(Auth::default().header().unwrap().is_none());
    }

    #[test]
    fn what_cannot_be_right_is_refused_without_quoting_it() {
        for (auth, reason) in [
            (Auth::bearer(""), "access token is empty"),
            (Auth::bearer("s3cret\n"), "line break"),
            (Auth::bearer("s3 cret"), "a space"),
            (Auth::api_token("", "s3cret"), "e-mail address is empty"),
            (Auth::api_token("a@b.c", ""), "token or password is empty"),
            (Auth::api_token("a@b.c", "s3cret\n"), "line break"),
            (Auth::basic("s3c:ret", "x"), "user name has a colon"),
            (Auth::basic("s3cret\r", "x"), "user name has a line break"),
        ] {
            let error = Authorizer::new(&auth).map(|_| ()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            let text = format!("{error} {error:?}");
            assert!(text.contains(reason), "{text}");
            assert!(!text.contains("s3c"), "{text}");
        }
    }

    #[test]
    fn debug_shows_the_kind_alone() {
        for (auth, shown) in [
            (Auth::none(), "Auth(none)"),
            (Auth::basic("kim", "s3cret"), "Auth(basic)"),
            (Auth::api_token("kim@example.com", "s3cret"), "Auth(basic)"),
            (Auth::bearer("s3cret"), "Auth(bearer)"),
        ] {
            assert_eq!(format!("{auth:?}"), shown);
            assert_eq!(format!("{auth:#?}"), shown);
        }
    }
}
