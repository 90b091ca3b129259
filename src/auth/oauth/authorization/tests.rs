use crate::{ErrorKind, auth::oauth::Consumer};

#[test]
fn a_login_asks_for_a_code_with_state_and_proof_key() {
    let consumer = Consumer::new("the key", "s3cret")
        .redirect_url("http://localhost:8080/done")
        .scopes(["repository", "pullrequest"]);
    let authorization = consumer.authorize().unwrap();
    let url = authorization.url();
    let value = |wanted: &str| {
        let mut pairs = url.query_pairs().filter(|(name, _)| name == wanted);
        let value = pairs.next().map(|(_, value)| value.into_owned());
        assert!(pairs.next().is_none());
        value
    };
    assert_eq!(value("response_type").as_deref(), Some("code"));
    assert_eq!(value("client_id").as_deref(), Some("the key"));
    assert_eq!(
        value("redirect_uri").as_deref(),
        Some("http://localhost:8080/done")
    );
    assert_eq!(value("scope").as_deref(), Some("repository pullrequest"));
    assert_eq!(value("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(value("code_challenge").unwrap().len(), 43);
    assert!(value("state").unwrap().len() >= 16);
    assert!(!url.as_str().contains("s3cret"));

    let plain = consumer.pkce(false).authorize().unwrap();
    assert!(!plain.url().as_str().contains("code_challenge"));
    let states = [&authorization, &plain].map(|login| login.state.expose_secret().to_owned());
    assert_ne!(states[0], states[1]);
}

#[test]
fn only_the_callback_of_this_login_is_taken() {
    let authorization = Consumer::new("key", "s3cret").authorize().unwrap();
    let state = authorization.state.expose_secret();
    let callback = |query: &str| authorization.code(&format!("/done?{query}"));
    assert_eq!(
        callback(&format!("code=a%2Bb&state={state}#x")).unwrap(),
        "a+b"
    );
    for (query, reason) in [
        ("code=abc".to_owned(), "state"),
        ("code=abc&state=another".to_owned(), "state"),
        ("error=access_denied".to_owned(), "state"),
        (format!("state={state}"), "no code"),
        (format!("state={state}&code="), "no code"),
        (
            format!("state={state}&error=access_denied&error_description=Not+now"),
            "access_denied (Not now)",
        ),
    ] {
        let error = callback(&query).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        let text = format!("{error} {error:?}");
        assert!(text.contains(reason), "{text}");
        assert!(!text.contains(state), "{text}");
    }
}
