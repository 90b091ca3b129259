//! What the tests over the wire share: a server that records what it is asked,
//! the document read independently of the build, and values made from its schemas.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod arguments;
pub(crate) mod difference;
pub(crate) mod document;
pub(crate) mod encoding;
pub(crate) mod properties;
pub(crate) mod raw_server;
pub(crate) mod request;
pub(crate) mod samples;
pub(crate) mod server;

use std::{fs, path::Path};

use bitbucket::{Auth, Client, RetryPolicy};

impl document::Document {
    /// The document of Bitbucket Cloud.
    pub(crate) fn read() -> Self {
        Self::of("cloud")
    }

    /// The document of a product, by its folder.
    pub(crate) fn of(product: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("spec")
            .join(product)
            .join("openapi.json");
        let text = fs::read_to_string(&path).expect("the document is part of the repository");
        Self::new(serde_json::from_str(&text).expect("the document is JSON"))
    }
}

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
