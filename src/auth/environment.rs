//! Credentials from the process's environment.

use std::env::{self, VarError};

use super::{Auth, oauth::Consumer};
use crate::Error;

/// One way to say who one is: the variables it takes, the secret last.
struct Way {
    variables: &'static [&'static str],
    make: fn(&[String]) -> Option<Auth>,
}

const WAYS: [Way; 4] = [
    Way {
        variables: &["BITBUCKET_ACCESS_TOKEN"],
        make: |values| match values {
            [token] => Some(Auth::bearer(token.as_str())),
            _ => None,
        },
    },
    Way {
        variables: &["BITBUCKET_EMAIL", "BITBUCKET_API_TOKEN"],
        make: |values| match values {
            [email, token] => Some(Auth::api_token(email, token.as_str())),
            _ => None,
        },
    },
    Way {
        variables: &["BITBUCKET_USERNAME", "BITBUCKET_PASSWORD"],
        make: |values| match values {
            [username, password] => Some(Auth::basic(username, password.as_str())),
            _ => None,
        },
    },
    Way {
        variables: &["BITBUCKET_CLIENT_ID", "BITBUCKET_CLIENT_SECRET"],
        make: |values| match values {
            [id, secret] => Some(Auth::oauth(
                Consumer::new(id, secret.as_str()).client_credentials(),
            )),
            _ => None,
        },
    },
];

impl Auth {
    /// Credentials from environment variables, of exactly one of these kinds:
    ///
    /// | Variables | Credentials |
    /// |---|---|
    /// | `BITBUCKET_ACCESS_TOKEN` | [`bearer`](Self::bearer) |
    /// | `BITBUCKET_EMAIL`, `BITBUCKET_API_TOKEN` | [`api_token`](Self::api_token) |
    /// | `BITBUCKET_USERNAME`, `BITBUCKET_PASSWORD` | [`basic`](Self::basic) |
    /// | `BITBUCKET_CLIENT_ID`, `BITBUCKET_CLIENT_SECRET` | an OAuth consumer's [client credentials](Consumer::client_credentials) |
    ///
    /// Which kind is meant is told by its secret, the last of its variables: a
    /// `BITBUCKET_EMAIL` beside a `BITBUCKET_ACCESS_TOKEN` is not looked at. An
    /// empty variable counts as none.
    ///
    /// # Errors
    ///
    /// If a variable is missing, which the error names, if there are the secrets
    /// of two kinds, or if a value is not Unicode. No value is quoted.
    ///
    /// ```no_run
    /// use bitbucket::{Auth, Client};
    ///
    /// # fn main() -> Result<(), bitbucket::Error> {
    /// let client = Client::builder().auth(Auth::from_env()?).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| match env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => {
                let message = format!("the environment variable {name} is not Unicode");
                Err(Error::configuration(message))
            }
        })
    }

    fn from_variables(
        read: impl Fn(&'static str) -> Result<Option<String>, Error>,
    ) -> Result<Self, Error> {
        let read = |name| Ok(read(name)?.filter(|value| !value.is_empty()));
        let mut meant = Vec::new();
        for way in &WAYS {
            if let Some(secret) = way.variables.last()
                && read(secret)?.is_some()
            {
                meant.push((way, *secret));
            }
        }
        let (way, secret) = match meant[..] {
            [one] => one,
            [] => return Err(nothing_meant(&read)?),
            [(_, first), (_, second), ..] => {
                return Err(Error::configuration(format!(
                    "the environment has both {first} and {second}: \
                     leave out the one that is not meant"
                )));
            }
        };
        let mut values = Vec::new();
        for name in way.variables {
            match read(name)? {
                Some(value) => values.push(value),
                None => return Err(missing(name, secret)),
            }
        }
        (way.make)(&values).ok_or_else(|| missing(secret, secret))
    }
}

fn missing(name: &str, present: &str) -> Error {
    Error::configuration(format!(
        "the environment variable {name} is missing or empty, which goes with {present}"
    ))
}

/// No secret is there: perhaps what goes with one is.
fn nothing_meant(
    read: &impl Fn(&'static str) -> Result<Option<String>, Error>,
) -> Result<Error, Error> {
    for way in &WAYS {
        if let [name, secret] = way.variables
            && read(name)?.is_some()
        {
            return Ok(missing(secret, name));
        }
    }
    let ways: Vec<_> = WAYS.iter().map(|way| way.variables.join(" and ")).collect();
    Ok(Error::configuration(format!(
        "the environment has no credentials: set {}",
        ways.join(", or ")
    )))
}

#[cfg(test)]
mod tests;
