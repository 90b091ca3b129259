//! Schemes of the caller's own.

use std::sync::{Arc, Mutex};

use bitbucket::{
    Auth, ErrorKind,
    auth::{Authenticate, BoxError, BoxFuture, RequestHead},
};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use crate::support::{
    client_as,
    server::{Answer, Server},
};

/// Sends a key that counts, and notes what it was asked for.
#[derive(Clone, Default)]
struct Counting {
    asked: Arc<Mutex<Vec<String>>>,
    renewed: Arc<Mutex<Vec<Option<HeaderValue>>>>,
}

impl Authenticate for Counting {
    fn authenticate<'a>(
        &'a self,
        request: RequestHead<'a>,
    ) -> BoxFuture<'a, Result<HeaderMap, BoxError>> {
        Box::pin(async move {
            let mut asked = self.asked.lock().map_err(|_| "poisoned")?;
            asked.push(format!("{} {}", request.method(), request.url()));
            let mut headers = HeaderMap::new();
            let key = format!("s3cret-{}", asked.len()).parse()?;
            headers.insert(HeaderName::from_static("x-forge-key"), key);
            headers.insert(http::header::AUTHORIZATION, "Forge s3cret".parse()?);
            Ok(headers)
        })
    }

    fn renew<'a>(
        &'a self,
        rejected: Option<&'a HeaderValue>,
    ) -> BoxFuture<'a, Result<bool, BoxError>> {
        Box::pin(async move {
            let mut renewed = self.renewed.lock().map_err(|_| "poisoned")?;
            renewed.push(rejected.cloned());
            Ok(true)
        })
    }
}

#[tokio::test]
async fn a_scheme_is_asked_for_each_attempt_and_for_no_other_origin() {
    let other = Server::start(|_| Answer::json(200, &json!({"type": "user"}))).await;
    let elsewhere = format!("{}/user", other.origin());
    let server = Server::start(move |request| match request.header("x-forge-key") {
        Some("s3cret-1") => Answer::new(401),
        _ => Answer::new(302).header("Location", elsewhere.clone()),
    })
    .await;
    let scheme = Counting::default();
    let client = client_as(&server.base_url(), Auth::scheme(scheme.clone()));
    client.get_current_user().send().await.unwrap();

    let url = format!("GET {}/user", server.base_url());
    let asked = scheme.asked.lock().unwrap().clone();
    assert!(
        asked.iter().all(|asked| asked.starts_with(&url)),
        "{asked:?}"
    );
    assert_eq!(asked.len(), 2);
    let renewed = scheme.renewed.lock().unwrap().clone();
    assert_eq!(renewed, [Some(HeaderValue::from_static("Forge s3cret"))]);
    let keys: Vec<_> = server.take_requests();
    let keys: Vec<_> = keys.iter().map(|sent| sent.header("x-forge-key")).collect();
    assert_eq!(keys, [Some("s3cret-1"), Some("s3cret-2")]);
    let elsewhere = other.take_requests();
    assert_eq!(elsewhere.len(), 1);
    for (name, value) in &elsewhere[0].headers {
        let value = value.to_str().unwrap();
        assert!(!value.contains("s3cret"), "{name}: {value}");
    }
}

/// Returns these headers, or fails with this.
struct Fixed(Result<HeaderMap, &'static str>);

impl Authenticate for Fixed {
    fn authenticate<'a>(
        &'a self,
        _request: RequestHead<'a>,
    ) -> BoxFuture<'a, Result<HeaderMap, BoxError>> {
        Box::pin(async { Ok(self.0.clone()?) })
    }
}

#[tokio::test]
async fn a_scheme_that_fails_or_reaches_too_far_sends_nothing() {
    let server = Server::start(|_| Answer::new(200)).await;
    let host = HeaderMap::from_iter([(http::header::HOST, HeaderValue::from_static("s3cret"))]);
    for (scheme, reason) in [
        (Fixed(Err("the key is gone")), "the key is gone"),
        (Fixed(Ok(host)), "sets `host`"),
    ] {
        let client = client_as(&server.base_url(), Auth::scheme(scheme));
        let error = client.get_current_user().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        let text = format!("{error} {error:?}");
        assert!(text.contains(reason), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn a_scheme_without_other_credentials_leaves_the_401() {
    let server = Server::start(|_| Answer::new(401)).await;
    let client = client_as(
        &server.base_url(),
        Auth::scheme(Fixed(Ok(HeaderMap::new()))),
    );
    let error = client.get_current_user().send().await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(server.take_requests().len(), 1);
}
