//! That nothing that is printed holds a secret.

use bitbucket::{
    Auth, Client, Secret,
    auth::{
        Connect,
        oauth::{Consumer, Session, Tokens},
    },
};

const SECRETS: [&str; 3] = ["s3cret", "czNjcmV0", "a2ltOnM"];

#[track_caller]
fn assert_hidden(shown: &str) {
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn no_type_shows_its_secret() {
    let consumer = Consumer::new("key", "s3cret").redirect_url("http://localhost/?s3cret");
    let tokens: Tokens = serde_json::from_str(
        r#"{"access_token": "s3cret", "refresh_token": "s3cret", "expires_at": "2030-01-01T00:00:00Z"}"#,
    )
    .unwrap();
    let app = Connect::new("app", "s3cret").subject("s3cret");
    let authorization = consumer.authorize().unwrap();
    let state = authorization
        .url()
        .query_pairs()
        .find(|(name, _)| name == "state");
    let state = state.unwrap().1.into_owned();
    let shown = format!("{authorization:?} {authorization:#?}");
    assert!(!shown.contains(&state), "{shown}");
    assert_hidden(&shown);
    assert_hidden(&format!("{:?} {:?}", Secret::from("s3cret"), tokens));
    assert_hidden(&format!("{consumer:?} {consumer:#?} {app:?} {app:#?}"));
    for session in [
        consumer.clone().client_credentials(),
        consumer.with_tokens(tokens),
        Session::app(app.clone()),
    ] {
        assert_hidden(&format!("{session:?} {session:#?}"));
        let auth = Auth::oauth(session);
        assert_hidden(&format!("{auth:?}"));
    }
    for (auth, shown) in [
        (Auth::none(), "Auth(none)"),
        (Auth::basic("kim", "s3cret"), "Auth(basic)"),
        (Auth::api_token("kim@example.com", "s3cret"), "Auth(basic)"),
        (Auth::bearer("s3cret"), "Auth(bearer)"),
        (Auth::connect(app), "Auth(connect)"),
    ] {
        assert_eq!(format!("{auth:?}"), shown);
        assert_eq!(format!("{auth:#?}"), shown);
        let builder = Client::builder().auth(auth);
        assert_hidden(&format!("{builder:?} {builder:#?}"));
        let client = builder.build().unwrap();
        assert_hidden(&format!("{client:?} {client:#?}"));
    }
}

#[test]
fn broken_tokens_in_a_store_are_not_quoted() {
    for json in [
        r#"{"access_token": 31337}"#,
        r#"{"refresh_token": [31337]}"#,
    ] {
        let error = serde_json::from_str::<Tokens>(json).unwrap_err();
        assert!(!error.to_string().contains("31337"), "{error}");
    }
}
