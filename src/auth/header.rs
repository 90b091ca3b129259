//! Credentials as the value of `Authorization` or `Cookie`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;

use super::{Auth, Credentials};
use crate::Error;

impl Auth {
    /// The value of credentials that are the same for every request.
    pub(super) fn fixed_header(&self) -> Result<Option<HeaderValue>, Error> {
        match &self.0 {
            Credentials::Basic {
                name,
                username,
                password,
            } => basic(name, username, password.expose_secret()).map(Some),
            Credentials::Bearer(token) => bearer(token.expose_secret()).map(Some),
            Credentials::Cookies(cookies) => cookie_pairs(cookies.expose_secret()).map(Some),
            _ => Ok(None),
        }
    }
}

fn basic(name: &str, username: &str, password: &str) -> Result<HeaderValue, Error> {
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
    sensitive(format!("Basic {pair}"))
}

pub(super) fn bearer(token: &str) -> Result<HeaderValue, Error> {
    if token.is_empty() {
        return Err(Error::configuration("the access token is empty"));
    }
    // RFC 6750: a token has no spaces. One read from a file often ends in a line break.
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::configuration(
            "the access token has a space, a line break or another character that no token has",
        ));
    }
    sensitive(format!("Bearer {token}"))
}

fn cookie_pairs(cookies: &str) -> Result<HeaderValue, Error> {
    let is_pair = |pair: &str| {
        pair.split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && !name.contains(' '))
    };
    // RFC 6265, section 4.2.1: pairs, with a semicolon and a space in between.
    if !cookies.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !cookies.split("; ").all(is_pair)
    {
        return Err(Error::configuration(
            "the cookies are not of the form `name=value; name=value`",
        ));
    }
    sensitive(cookies.to_owned())
}

/// A value that the HTTP library neither prints nor compresses.
pub(super) fn sensitive(text: String) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| Error::configuration("the credentials cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn printable(name: &str, text: &str) -> Result<(), Error> {
    if text.chars().any(char::is_control) {
        return Err(Error::configuration(format!(
            "the {name} has a line break or another control character"
        )));
    }
    Ok(())
}

/// The token of a value that [`bearer`] made.
pub(super) fn bearer_token(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()?.strip_prefix("Bearer ")
}
