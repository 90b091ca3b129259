//! A person in a browser.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bitbucket::{Auth, Client, ErrorKind, auth::oauth::Authorization};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{
    support::client_as,
    token_endpoint::{CONSUMER, TOKEN_PATH, asked, consumer, server},
};

fn parameter(url: &Url, wanted: &str) -> String {
    let mut pairs = url.query_pairs().filter(|(name, _)| name == wanted);
    pairs.next().unwrap().1.into_owned()
}

#[tokio::test]
async fn the_code_of_the_callback_becomes_tokens() {
    let (server, _) = server(7200).await;
    let consumer = consumer(&server).redirect_url("http://localhost:8080/done");
    let authorization = consumer.authorize().unwrap();
    // As a web server does, between the two requests of the browser.
    let kept = serde_json::to_string(&authorization).unwrap();
    let challenge = parameter(authorization.url(), "code_challenge");
    let state = parameter(authorization.url(), "state");
    let authorization: Authorization = serde_json::from_str(&kept).unwrap();

    let anybody = client_as(&server.base_url(), Auth::bearer("not-for-the-endpoint"));
    let callback = format!("http://localhost:8080/done?code=c0de&state={state}");
    let tokens = consumer
        .exchange(&anybody, authorization, &callback)
        .await
        .unwrap();
    assert_eq!(tokens.refresh_token().unwrap().expose_secret(), "refresh-1");
    assert!(tokens.expires_at().is_some());

    let requests = server.take_requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        (requests[0].method.as_str(), requests[0].path()),
        ("POST", TOKEN_PATH)
    );
    let (form, by) = asked(&requests[0]);
    assert_eq!(by, Some(CONSUMER));
    let value = |wanted: &str| {
        let found = form.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(value("grant_type"), Some("authorization_code"));
    assert_eq!(value("code"), Some("c0de"));
    assert_eq!(value("redirect_uri"), Some("http://localhost:8080/done"));
    let verifier = value("code_verifier").unwrap();
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)), challenge);

    // The tokens are at hand: no other is asked for.
    let client = client_as(
        &server.base_url(),
        Auth::oauth(consumer.with_tokens(tokens)),
    );
    client.get_current_user().send().await.unwrap();
    let requests = server.take_requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("authorization"), Some("Bearer access-1"));
}

#[tokio::test]
async fn a_callback_of_somebody_else_is_not_exchanged() {
    let (server, _) = server(7200).await;
    let consumer = consumer(&server);
    let authorization = consumer.authorize().unwrap();
    let client = Client::builder().build().unwrap();
    let callback = "/done?code=c0de&state=another";
    let error = consumer
        .exchange(&client, authorization, callback)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(server.take_requests().is_empty());
}
