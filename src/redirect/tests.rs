use http::Method;
use serde_json::{Value, json};

use super::{Trail, target};
use crate::{
    Client, Error, ErrorKind, Response,
    test_server::{CREATE, LIST, Received, Reply, Server},
};

async fn get(client: &Client) -> Result<Response<Value>, Error> {
    let request = client.http().get(format!("{}/a", client.base_url()));
    client.send_json(&LIST, request.build().unwrap()).await
}

async fn write(client: &Client, method: Method) -> Result<Response<Value>, Error> {
    let request = client
        .http()
        .request(method, format!("{}/a", client.base_url()))
        .json(&json!({"title": "x"}));
    client.send_json(&CREATE, request.build().unwrap()).await
}

fn moved(status: u16) -> impl Fn(&Received) -> Reply {
    move |request| match &*request.target {
        "/2.0/a" => Reply::redirect(status, "b?x=1#there"),
        _ => Reply::json(&json!("there")),
    }
}

#[tokio::test]
async fn a_get_is_followed_and_keeps_its_credentials_at_home() {
    for status in [301, 302, 303, 307, 308] {
        let server = Server::start(moved(status)).await;
        assert_eq!(*get(&server.client()).await.unwrap(), json!("there"));
        assert_eq!(server.targets(), ["/2.0/a", "/2.0/b?x=1"]);
        for sent in server.received() {
            assert_eq!(sent.method, "GET");
            assert_eq!(sent.header("authorization"), Some("Bearer s3cret"));
        }
    }
}

#[tokio::test]
async fn credentials_never_leave_the_origin() {
    let store = Server::start(|_| Reply::json(&json!("file"))).await;
    let location = format!("{}/file?signature=x", store.url());
    let server = Server::start(move |_| {
        Reply::redirect(302, location.clone()).header("Set-Cookie", "session=s3cret")
    })
    .await;
    let client = server.client();
    let request = client
        .http()
        .get(format!("{}/a", client.base_url()))
        .header("Cookie", "session=s3cret")
        .header("Range", "bytes=0-9");
    let request = request.build().unwrap();
    let file = client
        .send_bytes(&LIST, request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(file.bytes().await.unwrap(), "\"file\"");
    let sent = &store.received()[0];
    assert!(!sent.head.contains("s3cret"), "{}", sent.head);
    assert_eq!(sent.header("authorization"), None);
    assert_eq!(sent.header("range"), Some("bytes=0-9"));
    assert_eq!(
        server.received()[0].header("authorization"),
        Some("Bearer s3cret")
    );
}

#[tokio::test]
async fn only_what_says_which_file_leaves_the_origin() {
    let store = Server::start(|_| Reply::json(&json!("file"))).await;
    let location = format!("{}/file", store.url());
    let server = Server::start(move |_| Reply::redirect(302, location.clone())).await;
    let kept = [
        ("accept-language", "en"),
        ("if-match", "\"a\""),
        ("if-modified-since", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("if-none-match", "\"b\""),
        ("if-range", "\"c\""),
        ("if-unmodified-since", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("range", "bytes=0-9"),
        ("user-agent", "own/1"),
    ];
    let dropped = [
        "cookie",
        "x-api-key",
        "x-token",
        "private-token",
        "x-forwarded-authorization",
        "content-type",
        "referer",
        "traceparent",
    ];
    let client = server.client();
    let mut request = client.request(Method::GET, "/a");
    for (name, value) in kept {
        request = request.header(name, value);
    }
    for name in dropped {
        request = request.header(name, "s3cret").header(name, "s3cret2");
    }
    request.send::<Value>().await.unwrap();
    let (asked, sent) = (&server.received()[0], &store.received()[0]);
    for (name, value) in kept {
        assert_eq!(asked.header(name), Some(value));
        assert_eq!(sent.header(name), Some(value));
    }
    for name in dropped {
        assert!(asked.header(name).is_some(), "{name}");
        assert_eq!(sent.header(name), None);
    }
    assert!(!sent.head.contains("s3cret"), "{}", sent.head);
}

#[tokio::test]
async fn headers_of_the_callers_own_stay_within_the_origin() {
    let server = Server::start(moved(302)).await;
    let request = server.client().request(Method::GET, "/a");
    let request = request.header("X-Api-Key", "s3cret");
    request.send::<Value>().await.unwrap();
    for sent in server.received() {
        assert_eq!(sent.header("x-api-key"), Some("s3cret"));
    }
}

#[tokio::test]
async fn a_body_goes_to_no_other_origin() {
    let other = Server::start(|_| Reply::json(&json!({}))).await;
    let abroad = format!("{}/b", other.url());
    let server = Server::start(move |_| Reply::redirect(307, abroad.clone())).await;
    let request = server.client().request(Method::GET, "/a");
    let error = request.json(&json!({"token": "s3cret"})).send::<Value>();
    let error = error.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.to_string().contains("another origin"), "{error}");
    assert!(other.received().is_empty());
}

#[tokio::test]
async fn a_request_to_another_origin_has_no_credentials_from_the_start() {
    let other = Server::start(|_| Reply::json(&json!(1))).await;
    let server = Server::start(|_| Reply::json(&json!(2))).await;
    let url = format!("{}/2.0/a", other.url()).parse().unwrap();
    let request = reqwest::Request::new(Method::GET, url);
    let answer = server.client().send_json::<Value>(&LIST, request).await;
    assert_eq!(*answer.unwrap(), json!(1));
    assert_eq!(other.received()[0].header("authorization"), None);
}

#[tokio::test]
async fn what_comes_back_from_elsewhere_gets_no_credentials() {
    let home = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let back = std::sync::Arc::clone(&home);
    let other = Server::start(move |_| Reply::redirect(302, back.get().unwrap().clone())).await;
    let abroad = other.url().to_owned();
    let server = Server::start(move |request| match &*request.target {
        "/2.0/a" => Reply::redirect(302, abroad.clone()),
        _ => Reply::json(&json!("public")),
    })
    .await;
    home.set(format!("{}/2.0/private", server.url())).unwrap();
    get(&server.client()).await.unwrap();
    let received = server.received();
    assert_eq!(received[1].target, "/2.0/private");
    assert_eq!(received[1].header("authorization"), None);
}

#[tokio::test]
async fn a_redirected_write_is_sent_again_as_it_was_or_not_at_all() {
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        for status in [307, 308] {
            let server = Server::start(moved(status)).await;
            write(&server.client(), method.clone()).await.unwrap();
            let received = server.received();
            assert_eq!(received.len(), 2);
            for sent in received {
                assert_eq!(sent.method, method.as_str());
                assert_eq!(sent.body, br#"{"title":"x"}"#);
                assert_eq!(sent.header("content-type"), Some("application/json"));
                assert_eq!(sent.header("authorization"), Some("Bearer s3cret"));
            }
        }
        for status in [301, 302, 303] {
            let server = Server::start(moved(status)).await;
            let error = write(&server.client(), method.clone()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Redirect);
            assert_eq!(error.status().unwrap(), status);
            let to = format!("redirects the {method} to {}/2.0/b,", server.url());
            assert!(error.to_string().contains(&to), "{error}");
            assert_eq!(server.targets(), ["/2.0/a"], "nothing else was sent");
        }
    }
}

#[tokio::test]
async fn a_write_goes_to_no_other_origin() {
    let other = Server::start(|_| Reply::json(&json!({}))).await;
    let abroad = format!("{}/b?signature=s3cret", other.url());
    let server = Server::start(move |_| Reply::redirect(307, abroad.clone())).await;
    let error = write(&server.client(), Method::POST).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    let text = error.to_string();
    assert!(text.contains("another origin"), "{text}");
    assert!(text.contains(&format!("{}/b", other.url())), "{text}");
    assert!(
        !format!("{error} {error:?}").contains("s3cret"),
        "{error:?}"
    );
    assert!(other.received().is_empty());
}

#[tokio::test]
async fn a_streamed_body_cannot_be_sent_twice() {
    let server = Server::start(moved(307)).await;
    let client = server.client();
    let parts = futures_util::stream::iter([Ok::<_, std::io::Error>("once")]);
    let request = client
        .http()
        .post(format!("{}/a", client.base_url()))
        .body(reqwest::Body::wrap_stream(parts));
    let request = request.build().unwrap();
    let error = client.send_empty(&CREATE, request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(
        error.to_string().contains("cannot be sent twice"),
        "{error}"
    );
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn circles_and_endless_ways_end() {
    let circle = Server::start(|request| match &*request.target {
        "/2.0/a" => Reply::redirect(302, "/2.0/b"),
        _ => Reply::redirect(302, "/2.0/a"),
    })
    .await;
    let error = get(&circle.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.to_string().contains("in a circle"), "{error}");
    assert_eq!(circle.received().len(), 2);

    let endless = Server::start(|request| {
        let next = request.target.len();
        Reply::redirect(302, format!("/2.0/{}", "a".repeat(next)))
    })
    .await;
    let error = get(&endless.client()).await.unwrap_err();
    assert!(
        error.to_string().contains("more than 10 redirects"),
        "{error}"
    );
    assert_eq!(endless.received().len(), 11);

    let ten = Server::start(|request| match request.target.len() {
        16.. => Reply::json(&json!("there")),
        next => Reply::redirect(302, format!("/2.0/{}", "a".repeat(next - 4))),
    })
    .await;
    assert_eq!(*get(&ten.client()).await.unwrap(), json!("there"));
    assert_eq!(ten.received().len(), 11);
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_an_error() {
    for (location, reason) in [
        (None, "does not say where to"),
        (Some("http://[::1"), "not a URL"),
        (Some("ftp://example.org/"), "neither https nor http"),
        (Some("http://kim:s3cret@example.org/"), "credentials in it"),
    ] {
        let server = Server::start(move |_| match location {
            Some(location) => Reply::redirect(302, location),
            None => Reply::new(302, ""),
        })
        .await;
        let error = get(&server.client()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect);
        assert!(error.to_string().contains(reason), "{error}");
        assert!(
            !format!("{error} {error:?}").contains("s3cret"),
            "{error:?}"
        );
    }
}

#[test]
fn https_does_not_become_http() {
    let start = "https://api.bitbucket.org/2.0/a".parse().unwrap();
    for (location, safe) in [
        ("http://api.bitbucket.org/2.0/a", false),
        ("http://example.org/", false),
        ("https://example.org/", true),
        ("/2.0/b", true),
    ] {
        let response: reqwest::Response = http::Response::builder()
            .status(302)
            .header("Location", location)
            .body("")
            .unwrap()
            .into();
        let request = reqwest::Request::new(Method::GET, "https://x/".parse().unwrap());
        let next = Trail::new(&LIST, &start).follow(&mut request.into(), &response);
        assert_eq!(next.is_ok(), safe, "{location}");
        if let Err(error) = next {
            assert!(error.to_string().contains("not safe"), "{error}");
        }
    }
}

#[test]
fn the_target_is_resolved_and_has_no_fragment() {
    let from = "https://example.org/2.0/a/b".parse().unwrap();
    let to = |location: &str| {
        let headers = [(http::header::LOCATION, location.parse().unwrap())];
        target(&from, &headers.into_iter().collect())
            .unwrap()
            .to_string()
    };
    assert_eq!(to("c?d#e"), "https://example.org/2.0/a/c?d");
    assert_eq!(to("//other.org"), "https://other.org/");
    assert_eq!(to("/x/../y"), "https://example.org/y");
}
