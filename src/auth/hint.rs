//! What the credentials may be confused with, when Bitbucket refuses them.

use super::{Auth, Credentials};

/// How Atlassian's tokens begin.
const API_TOKEN: &str = "ATATT";
const ACCESS_TOKEN: &str = "ATCTT";
const APP_PASSWORD: &str = "ATBB";

impl Auth {
    /// What to try instead, after a 401.
    pub(super) fn hint(&self) -> Option<&'static str> {
        match &self.0 {
            Credentials::None => {
                Some("the client has no credentials, set them by `ClientBuilder::auth`")
            }
            Credentials::Basic {
                username, password, ..
            } => basic(username, password.expose_secret()),
            Credentials::Bearer(token) => bearer(token.expose_secret()),
            _ => None,
        }
    }
}

fn basic(username: &str, password: &str) -> Option<&'static str> {
    if password.starts_with(ACCESS_TOKEN) {
        return Some(
            "this looks like an access token, which is sent without a name: `Auth::bearer(token)`",
        );
    }
    if password.starts_with(APP_PASSWORD) {
        return Some(
            "this looks like an app password, which Bitbucket no longer accepts: use an API token",
        );
    }
    (password.starts_with(API_TOKEN) && !username.contains('@')).then_some(
        "an API token goes with the account's e-mail address, not with the user name: \
         `Auth::api_token(email, token)`",
    )
}

fn bearer(token: &str) -> Option<&'static str> {
    if token.starts_with(APP_PASSWORD) {
        return Some(
            "this looks like an app password, which Bitbucket no longer accepts: use an API token",
        );
    }
    token.starts_with(API_TOKEN).then_some(
        "this looks like an API token, which is sent with the account's e-mail address: \
         `Auth::api_token(email, token)`",
    )
}
