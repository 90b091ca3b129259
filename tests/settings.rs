//! How connections are made: the user agent, proxies, TLS, and HTTP clients of the
//! caller's own.

#[allow(dead_code, reason = "the tests of other things use the rest")]
#[path = "support/server.rs"]
mod server;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[path = "settings/tls.rs"]
mod tls;

use std::time::Duration;

use bitbucket::{Auth, Client, ErrorKind, RetryPolicy, reqwest};
use serde_json::json;

use server::{Answer, Server};

async fn answering(answer: Answer) -> Server {
    Server::start(move |_| answer.clone()).await
}

fn found() -> Answer {
    Answer::json(200, &json!({"slug": "aui"}))
}

async fn ask(client: &Client) -> Result<Option<String>, bitbucket::Error> {
    let repository = client.repository("atlassian", "aui");
    let answer = repository.get_repository().send().await?;
    Ok(answer.into_inner().slug)
}

#[tokio::test]
async fn requests_say_who_sends_them_and_take_gzip() {
    // `{"slug":"aui"}`, as `gzip` writes it.
    const PACKED: &[u8] = &[
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x2a, 0xce, 0x29,
        0x4d, 0x57, 0xb2, 0x52, 0x4a, 0x2c, 0xcd, 0x54, 0xaa, 0x05, 0x00, 0xcc, 0x74, 0x21, 0x4d,
        0x0e, 0x00, 0x00, 0x00,
    ];
    let packed = Answer::bytes(200, "application/json", PACKED).header("Content-Encoding", "gzip");
    let server = answering(packed).await;
    let client = Client::builder()
        .base_url(server.base_url())
        .user_agent("release-notes/1.2")
        .build()
        .unwrap();
    assert_eq!(ask(&client).await.unwrap().as_deref(), Some("aui"));
    let sent = server.take_requests();
    let agent = concat!(
        "bitbucket/",
        env!("CARGO_PKG_VERSION"),
        " release-notes/1.2"
    );
    assert_eq!(sent[0].headers["user-agent"], agent);
    assert_eq!(sent[0].headers["accept-encoding"], "gzip");
}

#[tokio::test]
async fn a_proxy_is_asked_in_place_of_bitbucket() {
    let proxy = answering(found()).await;
    let through = reqwest::Proxy::all(proxy.origin())
        .unwrap()
        .basic_auth("kim", "pr0xy");
    let builder = Client::builder()
        .base_url("http://bitbucket.invalid/2.0")
        .auth(Auth::bearer("s3cret"))
        .retry(RetryPolicy::none())
        .proxy(through);
    let shown = format!("{builder:?}");
    assert!(
        !shown.contains("pr0xy") && !shown.contains("s3cret"),
        "{shown}"
    );
    let client = builder.clone().build().unwrap();
    assert_eq!(ask(&client).await.unwrap().as_deref(), Some("aui"));
    let sent = proxy.take_requests();
    assert_eq!(sent.len(), 1);
    assert_eq!(
        sent[0].target,
        "http://bitbucket.invalid/2.0/repositories/atlassian/aui"
    );
    assert_eq!(sent[0].headers["proxy-authorization"], "Basic a2ltOnByMHh5");
    assert_eq!(sent[0].headers["authorization"], "Bearer s3cret");

    let client = builder.no_proxy().build().unwrap();
    let error = ask(&client).await.unwrap_err();
    assert!(error.is_connect(), "{error}");
    assert!(proxy.take_requests().is_empty());
}

#[tokio::test]
async fn an_http_client_of_the_callers_own_is_used_as_it_is() {
    let server = Server::start(|request| {
        if request.path().ends_with("/aui") {
            Answer::new(302).header("Location", "/2.0/moved")
        } else {
            found()
        }
    })
    .await;
    let mut headers = http::HeaderMap::new();
    headers.insert("x-mine", "yes".parse().unwrap());
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("not this")
        .default_headers(headers)
        .build()
        .unwrap();
    let client = Client::builder()
        .base_url(server.base_url())
        .auth(Auth::bearer("s3cret"))
        .http_client(http)
        .build()
        .unwrap();
    assert_eq!(ask(&client).await.unwrap().as_deref(), Some("aui"));
    let sent = server.take_requests();
    assert_eq!(sent.len(), 2);
    for request in sent {
        assert_eq!(request.headers["x-mine"], "yes");
        assert_eq!(request.headers["authorization"], "Bearer s3cret");
        let agent = concat!("bitbucket/", env!("CARGO_PKG_VERSION"));
        assert_eq!(request.headers["user-agent"], agent);
    }
}

#[tokio::test]
async fn an_http_client_that_follows_redirects_by_itself_is_found_out() {
    let elsewhere = answering(found()).await;
    let target = format!("{}/file?signature=abc", elsewhere.origin());
    let server = answering(Answer::new(302).header("Location", target)).await;
    let client = Client::builder()
        .base_url(server.base_url())
        .auth(Auth::bearer("s3cret"))
        .http_client(reqwest::Client::new())
        .build()
        .unwrap();
    let error = ask(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    let text = error.to_string();
    assert!(text.contains("Policy::none()"), "{text}");
    assert!(text.contains(elsewhere.origin()), "{text}");
    assert!(!text.contains("signature"), "{text}");
    assert_eq!(server.take_requests().len(), 1, "no retry");
    for request in elsewhere.take_requests() {
        assert!(!request.headers.contains_key("authorization"));
    }
}

#[test]
fn what_would_have_no_effect_on_a_given_http_client_is_refused() {
    let builder = || {
        Client::builder()
            .base_url("http://127.0.0.1:1/2.0")
            .http_client(reqwest::Client::new())
    };
    assert!(builder().build().is_ok());
    let proxy = reqwest::Proxy::all("http://127.0.0.1:1").unwrap();
    for (builder, setting) in [
        (builder().proxy(proxy), "`proxy`"),
        (builder().no_proxy(), "`no_proxy`"),
        (builder().read_timeout(None), "`read_timeout`"),
        (
            builder().connect_timeout(Duration::from_secs(1)),
            "`connect_timeout`",
        ),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(setting), "{error}");
    }
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[test]
fn without_tls_https_is_refused_before_anything_is_sent() {
    let error = Client::builder().build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("native-tls"), "{error}");
    let http = reqwest::Client::new();
    assert!(Client::builder().http_client(http).build().is_ok());
}
