//! What the tests over the wire share: a server that records what it is asked,
//! the document read independently of the build, and values made from its schemas.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod arguments;
pub(crate) mod document;
pub(crate) mod encoding;
pub(crate) mod raw_server;
pub(crate) mod samples;
pub(crate) mod server;

use std::collections::BTreeSet;

use bitbucket::{Auth, Client, RetryPolicy};
use serde_json::Value;

/// How the credentials of the tests' clients look on the wire.
pub(crate) const AUTHORIZATION: &str = "Basic a2ltQGV4YW1wbGUuY29tOnRva2Vu";
pub(crate) const BEARER: &str = "Bearer s3cret-token";

/// The credentials that are [`AUTHORIZATION`] on the wire.
pub(crate) fn credentials() -> Auth {
    Auth::api_token("kim@example.com", "token")
}

/// A client for a server on loopback, with an API token.
pub(crate) fn client(base_url: &str) -> Client {
    client_as(base_url, credentials())
}

/// A client for a server on loopback, with an access token.
pub(crate) fn bearer_client(base_url: &str) -> Client {
    client_as(base_url, Auth::bearer("s3cret-token"))
}

pub(crate) fn client_as(base_url: &str, auth: Auth) -> Client {
    Client::builder()
        .base_url(base_url)
        .auth(auth)
        // What a test has the server answer once is to be seen.
        .retry(RetryPolicy::none())
        .build()
        .expect("the base URL is one")
}

/// Fails with everything that went wrong, not only the first of it.
#[track_caller]
pub(crate) fn assert_none(failures: &[String]) {
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// Where two values differ, rather than both of them in full.
pub(crate) fn difference(place: &str, expected: &Value, found: &Value) -> String {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
            for key in keys {
                let (left, right) = (left.get(key), right.get(key));
                if left != right {
                    let place = format!("{place}.{key}");
                    return match (left, right) {
                        (Some(left), Some(right)) => difference(&place, left, right),
                        _ => format!("{place}: expected {left:?}, found {right:?}"),
                    };
                }
            }
            format!("{place}: no difference")
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let differing = left.iter().zip(right).find(|(left, right)| left != right);
            differing.map_or_else(
                || format!("{place}: no difference"),
                |(left, right)| difference(&format!("{place}[]"), left, right),
            )
        }
        _ => format!("{place}: expected {expected}, found {found}"),
    }
}
