//! Whom the tour visits: a Bitbucket of its own, or the real one if the
//! environment has credentials for it.

use std::env;

use bitbucket::Auth;

const EMAIL: &str = "BITBUCKET_EMAIL";
const API_TOKEN: &str = "BITBUCKET_API_TOKEN";
const ACCESS_TOKEN: &str = "BITBUCKET_ACCESS_TOKEN";
const WORKSPACE: &str = "BITBUCKET_WORKSPACE";
const REPOSITORY: &str = "BITBUCKET_REPOSITORY";

/// A repository of the real Bitbucket, and credentials for it.
pub(crate) struct Destination {
    pub(crate) auth: Auth,
    pub(crate) workspace: String,
    pub(crate) repository: String,
}

/// Nothing if none of the variables is set; an error that names what is
/// missing if only some of them are.
pub(crate) fn destination() -> Result<Option<Destination>, String> {
    let [email, api_token, access_token, workspace, repository] =
        [EMAIL, API_TOKEN, ACCESS_TOKEN, WORKSPACE, REPOSITORY].map(variable);
    let (email, api_token, access_token) = (email?, api_token?, access_token?);
    let (workspace, repository) = (workspace?, repository?);

    let mut missing = Vec::new();
    let auth = match (email, api_token, access_token) {
        (None, None, Some(token)) => Some(Auth::bearer(token)),
        (Some(email), Some(token), None) => Some(Auth::api_token(email, token)),
        (None, None, None) if workspace.is_none() && repository.is_none() => return Ok(None),
        (None, None, None) => {
            missing.push(format!("{ACCESS_TOKEN} (or {EMAIL} and {API_TOKEN})"));
            None
        }
        (None, Some(_), None) => {
            missing.push(EMAIL.to_owned());
            None
        }
        (Some(_), None, None) => {
            missing.push(API_TOKEN.to_owned());
            None
        }
        (_, _, Some(_)) => {
            return Err(format!(
                "{ACCESS_TOKEN} is set together with {EMAIL} or {API_TOKEN}: unset what is not to be used"
            ));
        }
    };
    for (name, value) in [(WORKSPACE, &workspace), (REPOSITORY, &repository)] {
        if value.is_none() {
            missing.push(name.to_owned());
        }
    }
    match (auth, workspace, repository) {
        (Some(auth), Some(workspace), Some(repository)) => Ok(Some(Destination {
            auth,
            workspace,
            repository,
        })),
        _ => Err(format!(
            "not set: {}; to visit a Bitbucket on loopback instead, unset the other BITBUCKET_* as well",
            missing.join(", ")
        )),
    }
}

/// An empty variable counts as none.
fn variable(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(format!("{name} is not UTF-8")),
    }
}
