use std::{error::Error as _, fmt::Write as _, time::Duration};

use futures_util::TryStreamExt as _;
use http::Method;
use reqwest::Request;
use serde_json::{Value, json};

use crate::{
    Auth, Client, Completion, Error, ErrorKind, JsonOrBytes, Response, RetryPolicy,
    test_server::{CREATE, LIST, Received, Reply, Server},
};

fn request(client: &Client, method: Method) -> Request {
    let url = format!("{}/things", client.base_url());
    client.http().request(method, url).build().unwrap()
}

async fn get(client: &Client) -> Result<Response<Value>, Error> {
    client.send_json(&LIST, request(client, Method::GET)).await
}

async fn send(client: &Client, method: Method) -> Result<Response<()>, Error> {
    client.send_empty(&CREATE, request(client, method)).await
}

/// What must never be seen: the server's own words are shown, its headers,
/// queries and the credentials are not.
fn assert_no_secret(error: &Error) {
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(shown, " {error} {error:?}").unwrap();
        cause = error.source();
    }
    assert!(!shown.contains("s3cret"), "{shown}");
    assert_eq!(error.to_string().lines().count(), 1, "{error}");
}

#[tokio::test]
async fn a_get_carries_credentials_and_asks_for_json() {
    let server = Server::start(|_| Reply::json(&json!({"a": 1})).header("X-Is", "there")).await;
    let client = Client::builder()
        .base_url(format!("{}/2.0", server.url()))
        .auth(Auth::api_token("kim@example.com", "s3cret"))
        .user_agent("test/1")
        .build()
        .unwrap();
    let answer = get(&client).await.unwrap();
    assert_eq!(
        (answer["a"].as_i64(), answer.status().as_u16()),
        (Some(1), 200)
    );
    assert_eq!(answer.headers()["x-is"], "there");

    let [sent] = &server.received()[..] else {
        panic!("one request")
    };
    assert_eq!((&*sent.method, &*sent.target), ("GET", "/2.0/things"));
    assert_eq!(sent.header("accept"), Some("application/json"));
    assert_eq!(
        sent.header("authorization"),
        Some("Basic a2ltQGV4YW1wbGUuY29tOnMzY3JldA==")
    );
    let product = concat!("bitbucket/", env!("CARGO_PKG_VERSION"), " test/1");
    assert_eq!(sent.header("user-agent"), Some(product));
    assert_eq!(sent.header("content-length"), None);
    assert_eq!(sent.header("referer"), None);
}

#[tokio::test]
async fn a_client_without_credentials_sends_none() {
    let server = Server::start(|_| Reply::json(&json!({}))).await;
    let client = Client::builder().base_url(server.url()).build().unwrap();
    get(&client).await.unwrap();
    assert_eq!(server.received()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_write_without_a_body_says_that_it_has_none() {
    let server = Server::start(|_| Reply::new(204, "")).await;
    let client = server.client();
    for method in [Method::POST, Method::PUT, Method::PATCH] {
        let mut request = request(&client, method);
        let json = "application/json".parse().unwrap();
        request.headers_mut().insert("content-type", json);
        client.send_empty(&CREATE, request).await.unwrap();
    }
    let empty = client
        .http()
        .put(format!("{}/things", client.base_url()))
        .body("")
        .build()
        .unwrap();
    client.send_empty(&CREATE, empty).await.unwrap();
    let received = server.received();
    assert_eq!(received.len(), 4);
    for sent in received {
        let lengths = sent.head.to_ascii_lowercase();
        assert_eq!(lengths.matches("\r\ncontent-length: 0\r\n").count(), 1);
        assert_eq!(lengths.matches("content-length").count(), 1);
        assert_eq!(sent.header("content-type"), None, "{}", sent.head);
        assert_eq!(sent.header("transfer-encoding"), None, "{}", sent.head);
    }
}

#[tokio::test]
async fn a_write_with_a_body_keeps_it() {
    let server = Server::start(|_| Reply::json(&json!([]))).await;
    let client = server.client();
    let request = client
        .http()
        .post(format!("{}/things", client.base_url()))
        .json(&json!({"title": "x"}))
        .build()
        .unwrap();
    let answer = client.send_json::<Value>(&CREATE, request).await.unwrap();
    assert_eq!(*answer, json!([]));
    let sent = &server.received()[0];
    assert_eq!(sent.body, br#"{"title":"x"}"#);
    assert_eq!(sent.header("content-length"), Some("13"));
    assert_eq!(sent.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn every_2xx_is_a_success() {
    for status in [200, 201, 202, 203, 206, 299] {
        let server = Server::start(move |_| Reply::new(status, "[1]")).await;
        let answer = get(&server.client()).await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        let nothing = send(&server.client(), Method::DELETE).await.unwrap();
        assert_eq!(nothing.status().as_u16(), status);
    }
}

#[derive(serde::Deserialize, Debug)]
struct Thing {
    #[expect(dead_code, reason = "only decoded")]
    a: i64,
}

#[tokio::test]
async fn what_is_no_json_says_what_it_is_instead() {
    let server = Server::start(|request| match &*request.target {
        "/2.0/empty/things" => Reply::new(204, ""),
        "/2.0/page/things" => Reply::new(200, "<p>s3cret").header("Content-Type", "text/html"),
        "/2.0/cut/things" => Reply::new(200, "[1").header("Content-Type", "application/json"),
        _ => Reply::new(200, r#"[{"a": 1}, {"a": "three"}]"#),
    })
    .await;
    let client = |path: &str| {
        let base = format!("{}/2.0/{path}", server.url());
        Client::builder().base_url(base).build().unwrap()
    };
    for (path, reason) in [
        (
            "empty",
            "list_things: JSON was expected, but the answer (204 No Content) has no body",
        ),
        (
            "page",
            "list_things: JSON was expected, but the answer (200 OK) is text/html",
        ),
        (
            "cut",
            "list_things: the answer (200 OK) could not be decoded: EOF while parsing a list",
        ),
    ] {
        let error = get(&client(path)).await.unwrap_err();
        assert!(error.is_decode());
        assert!(error.to_string().starts_with(reason), "{error}");
        assert_no_secret(&error);
    }
    let client = client("other");
    let request = request(&client, Method::GET);
    let error = client
        .send_json::<Vec<Thing>>(&LIST, request)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(error.body(), br#"[{"a": 1}, {"a": "three"}]"#);
    assert!(error.source().unwrap().is::<serde_json::Error>());
    let text = error.to_string();
    assert!(
        text.contains("(200 OK)") && text.contains("at `[1].a`"),
        "{text}"
    );
    assert!(text.contains("invalid type"), "{text}");
}

#[tokio::test]
async fn bytes_arrive_as_they_are() {
    let server = Server::start(|_| {
        Reply::new(200, b"gr\xfc\xdf\xff".to_vec())
            .header("Content-Type", "text/plain; charset=\"ISO-8859-1\"")
    })
    .await;
    let client = server.client();
    let fetch = || async {
        let request = request(&client, Method::GET);
        client
            .send_bytes(&LIST, request)
            .await
            .unwrap()
            .into_inner()
    };
    let file = fetch().await;
    assert_eq!(file.content_length(), Some(5));
    assert_eq!(
        file.content_type(),
        Some("text/plain; charset=\"ISO-8859-1\"")
    );
    assert_eq!(file.bytes().await.unwrap(), &b"gr\xfc\xdf\xff"[..]);
    assert_eq!(fetch().await.text().await.unwrap(), "grüßÿ");
    let mut parts = fetch().await;
    assert_eq!(parts.try_next().await.unwrap().unwrap().len(), 5);
    assert!(parts.try_next().await.unwrap().is_none());
    assert!(parts.try_next().await.unwrap().is_none());
    let joined: Vec<bytes::Bytes> = fetch().await.try_collect().await.unwrap();
    assert_eq!(joined.concat(), b"gr\xfc\xdf\xff");
    assert_eq!(server.received()[0].header("accept"), Some("*/*"));
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_is_an_error() {
    let server = Server::start(|_| Reply::new(200, vec![b'1'; 100]).cut_after(60)).await;
    let client = server.client();
    let error = get(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.status().unwrap(), 200);
    assert!(
        error
            .to_string()
            .starts_with("list_things: the connection broke in the middle of the answer: ")
    );
    assert_no_secret(&error);

    let request = request(&client, Method::GET);
    let mut file = client
        .send_bytes(&LIST, request)
        .await
        .unwrap()
        .into_inner();
    let error = loop {
        match file.try_next().await {
            Ok(part) => assert!(part.is_some(), "a short body is not a whole one"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(
        file.try_next().await.unwrap().is_none(),
        "the end stays the end"
    );
}

/// `{"size": 3}`, compressed.
const GZIP: [u8; 31] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 42, 206, 172, 74, 85, 178, 82, 48, 174, 5, 0, 74,
    168, 130, 45, 11, 0, 0, 0,
];

#[tokio::test]
async fn a_compressed_answer_is_unpacked_and_cannot_be_cut_either() {
    let server = Server::start(|request| {
        let length = if request.target == "/2.0/things?cut" {
            20
        } else {
            GZIP.len()
        };
        Reply::new(200, &GZIP[..length])
            .header("Content-Encoding", "gzip")
            .header("Content-Type", "application/json")
    })
    .await;
    let client = server.client();
    assert_eq!(*get(&client).await.unwrap(), json!({"size": 3}));
    assert_eq!(server.received()[0].header("accept-encoding"), Some("gzip"));
    let mut request = request(&client, Method::GET);
    request.url_mut().set_query(Some("cut"));
    let error = client.send_json::<Value>(&LIST, request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn an_answer_that_stalls_is_a_timeout() {
    let server = Server::start(|_| {
        Reply::new(200, vec![b'1'; 100])
            .header("X-Request-Id", "f00")
            .cut_after(60)
            .stall(Duration::from_secs(30))
    })
    .await;
    let client = Client::builder()
        .base_url(server.url())
        .read_timeout(Duration::from_millis(50))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.status().unwrap(), 200);
    let request = request(&client, Method::GET);
    let file = client
        .send_bytes(&LIST, request)
        .await
        .unwrap()
        .into_inner();
    let error = file.bytes().await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.request_id(), Some("f00"));
    assert!(
        error.to_string().contains("in the middle of the answer"),
        "{error}"
    );
}

#[tokio::test]
async fn an_error_keeps_its_status_when_its_body_is_cut() {
    let server = Server::start(|_| Reply::new(502, "<html>".repeat(9)).cut_after(20)).await;
    let error = get(&server.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status);
    assert_eq!(error.status().unwrap(), 502);
    assert!(error.is_server_error());
    assert!(error.source().is_some());
    assert_eq!(error.body().len(), 20);
}

#[tokio::test]
async fn silence_is_a_timeout_and_no_server_is_no_connection() {
    let slow = |_: &Received| Reply::new(200, "[]").after(Duration::from_secs(30));
    let server = Server::start(slow).await;
    let timeout = Duration::from_millis(50);
    let client = Client::builder()
        .base_url(format!("{}/s3cret", server.url()))
        .auth(Auth::bearer("s3cret"))
        .read_timeout(timeout)
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(error.is_timeout() && !error.is_connect());
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_no_secret(&error);

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let base = format!("http://{address}/s3cret");
    let client = Client::builder()
        .base_url(base)
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(error.is_connect() && !error.is_timeout());
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(
        error
            .to_string()
            .starts_with("list_things: could not connect: ")
    );
    assert_no_secret(&error);
}

#[tokio::test]
async fn a_merge_is_done_or_accepted() {
    let server = Server::start(|request| match &*request.target {
        "/2.0/things?later" => Reply::redirect(202, "/2.0/task/7?x=1"),
        "/2.0/things?abroad" => Reply::redirect(202, "https://example.org/task/7"),
        "/2.0/things?silent" => Reply::new(202, ""),
        _ => Reply::json(&json!("merged")),
    })
    .await;
    let client = server.client();
    let merge = async |query| {
        let mut request = request(&client, Method::POST);
        request.url_mut().set_query(query);
        client.send_completion::<String>(&CREATE, request).await
    };
    let done = merge(None).await.unwrap().into_inner();
    assert_eq!(done.completed().as_deref(), Some("merged"));
    let location = format!("{}/2.0/task/7?x=1", server.url());
    for (query, location) in [
        ("later", Some(location)),
        ("abroad", None),
        ("silent", None),
    ] {
        let answer = merge(Some(query)).await.unwrap();
        assert_eq!(answer.status(), 202);
        assert_eq!(answer.into_inner(), Completion::Accepted { location });
    }
}

#[tokio::test]
async fn an_export_is_a_status_or_a_file() {
    let server = Server::start(|request| match &*request.target {
        "/2.0/things?zip" => Reply::new(200, "PK").header("Content-Type", "application/zip"),
        "/2.0/things?plus" => {
            Reply::new(200, "2").header("Content-Type", "application/hal+JSON; charset=utf-8")
        }
        _ => Reply::json(&json!(1)),
    })
    .await;
    let client = server.client();
    let fetch = async |query| {
        let mut request = request(&client, Method::GET);
        request.url_mut().set_query(query);
        let answer = client.send_json_or_bytes::<i64>(&LIST, request).await;
        answer.unwrap().into_inner()
    };
    assert!(matches!(fetch(None).await, JsonOrBytes::Json(1)));
    assert!(matches!(fetch(Some("plus")).await, JsonOrBytes::Json(2)));
    match fetch(Some("zip")).await {
        JsonOrBytes::Bytes(file) => assert_eq!(file.bytes().await.unwrap(), "PK"),
        JsonOrBytes::Json(number) => panic!("{number} is no file"),
    }
}
