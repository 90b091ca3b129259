//! Requests that the document does not know of, and links out of answers: what
//! is sent, and what is refused before anything is.

mod support;

use bitbucket::{Client, ErrorKind, Form, Method, RawRequest, types};
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use support::{
    AUTHORIZATION, client,
    encoding::{self, FormPart},
    server::{Answer, Recorded, Server},
};

#[derive(Debug, Deserialize, PartialEq)]
struct Task {
    id: i64,
}

#[derive(Serialize)]
struct Choice {
    ids: Vec<i64>,
    pagelen: i64,
    absent: Option<i64>,
}

fn only(server: &Server) -> Recorded {
    let mut requests = server.take_requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests.remove(0)
}

async fn echo() -> (Server, Client) {
    let server = Server::start(|_| Answer::json(200, &json!({"id": 7}))).await;
    let client = client(&server.base_url());
    (server, client)
}

#[tokio::test]
async fn a_request_is_sent_as_it_was_put_together() {
    let (server, client) = echo().await;
    let task = client
        .request(
            Method::GET,
            "/repositories/{workspace}/{repo}/tasks/{repo}?a=1",
        )
        .path_parameter("workspace", "{3f1c}")
        .path_parameter("repo", "a/b ?#%é")
        .query(&[("state", "OPEN"), ("state", "NEW & \"old\"")])
        .query(&Choice {
            ids: vec![1, 2],
            pagelen: 50,
            absent: None,
        })
        .header("X-Trace", "abc")
        .send::<Task>()
        .await
        .unwrap();
    assert_eq!((task.status().as_u16(), &*task), (200, &Task { id: 7 }));
    let request = only(&server);
    assert_eq!(request.method, "GET");
    assert_eq!(
        request.target,
        "/2.0/repositories/%7B3f1c%7D/a%2Fb%20%3F%23%25%C3%A9/tasks/a%2Fb%20%3F%23%25%C3%A9\
         ?a=1&state=OPEN&state=NEW+%26+%22old%22&ids=1&ids=2&pagelen=50"
    );
    assert_eq!(request.header("authorization"), Some(AUTHORIZATION));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("x-trace"), Some("abc"));
    assert_eq!(request.header("content-type"), None);
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn every_kind_of_body_is_sent() {
    let (server, client) = echo().await;
    let request = |method| client.request(method, "/x");

    let json = json!({"content": {"raw": "é \"quoted\""}});
    request(Method::POST)
        .json(&json)
        .send::<Task>()
        .await
        .unwrap();
    let sent = only(&server);
    assert_eq!(
        (sent.method.as_str(), sent.target.as_str()),
        ("POST", "/2.0/x")
    );
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert_eq!(
        sent.header("content-length"),
        Some(sent.body.len().to_string().as_str())
    );
    assert_eq!(sent.json().unwrap(), json);

    let form = request(Method::PUT).form(&[("name", "a b&c"), ("name", "é")]);
    form.send::<Task>().await.unwrap();
    let sent = only(&server);
    assert_eq!(
        sent.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(&sent.body[..], b"name=a+b%26c&name=%C3%A9");

    let form = Form::new()
        .text("title", "t")
        .bytes("file", "a.txt", "one\r\n--two");
    request(Method::POST)
        .multipart(form)
        .send::<Task>()
        .await
        .unwrap();
    let sent = only(&server);
    let content_type = sent.header("content-type").unwrap();
    let part = |name: &str, file_name: Option<&str>, content: &str| FormPart {
        name: name.to_owned(),
        file_name: file_name.map(str::to_owned),
        content: content.as_bytes().to_owned(),
    };
    assert_eq!(
        encoding::multipart(content_type, &sent.body).unwrap(),
        [
            part("title", None, "t"),
            part("file", Some("a.txt"), "one\r\n--two")
        ]
    );

    let patch = request(Method::PATCH).body("text/x-patch", "--- a\n+++ b\n");
    patch.send::<Task>().await.unwrap();
    let sent = only(&server);
    assert_eq!(sent.method, "PATCH");
    assert_eq!(sent.header("content-type"), Some("text/x-patch"));
    assert_eq!(&sent.body[..], b"--- a\n+++ b\n");

    // Bitbucket answers 411 to a write without a length.
    request(Method::PUT).send::<Task>().await.unwrap();
    let sent = only(&server);
    assert_eq!(sent.header("content-length"), Some("0"));
    assert_eq!(sent.header("content-type"), None);
}

#[tokio::test]
async fn an_answer_is_a_value_nothing_or_bytes() {
    let (server, answers) = Server::with_queue().await;
    let client = client(&server.base_url());
    answers.push(Answer::new(204).header("X-Count", "3"));
    let empty = client
        .request(Method::DELETE, "/x")
        .send_empty()
        .await
        .unwrap();
    assert_eq!(empty.status(), 204);
    assert_eq!(empty.headers()["x-count"], "3");
    assert_eq!(only(&server).method, "DELETE");

    answers.push(Answer::new(200).header("Content-Type", "text/plain"));
    client
        .request(Method::HEAD, "/x")
        .send_empty()
        .await
        .unwrap();
    assert_eq!(only(&server).method, "HEAD");

    answers.push(Answer::bytes(200, "text/plain", "+ a\n"));
    let diff = client
        .request(Method::GET, "/diff")
        .send_bytes()
        .await
        .unwrap();
    assert_eq!(diff.into_inner().text().await.unwrap(), "+ a\n");
    assert_eq!(only(&server).header("accept"), Some("*/*"));

    answers.push(Answer::bytes(200, "multipart/related", "--x--"));
    let related = client
        .request(Method::GET, "/snippets/w/x")
        .header("Accept", "multipart/related");
    related
        .send_bytes()
        .await
        .unwrap()
        .into_inner()
        .bytes()
        .await
        .unwrap();
    assert_eq!(only(&server).header("accept"), Some("multipart/related"));
}

#[tokio::test]
async fn an_error_says_what_bitbucket_said() {
    let refusal = json!({"type": "error", "error": {"message": "No such task"}});
    let server = Server::start(move |_| Answer::json(404, &refusal)).await;
    let error = client(&server.base_url())
        .request(Method::DELETE, "/tasks/1?key=s3cret")
        .send_empty()
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.message(), Some("No such task"));
    let operation = error.operation().unwrap();
    assert_eq!((operation.id(), operation.method()), ("request", "DELETE"));
    assert_eq!(
        error.to_string(),
        "request: Bitbucket answered 404 Not Found: No such task"
    );
    assert!(!format!("{error:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_listing_is_a_stream_by_links_or_by_numbers() {
    let (server, answers) = Server::with_queue().await;
    let client = client(&server.base_url());
    let page = |ids: [i64; 2], more: Value| {
        let mut page = json!({"values": [{"id": ids[0]}, {"id": ids[1]}]});
        page.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        Answer::json(200, &page)
    };
    let next = format!("{}/tasks?page=xyz", server.base_url());
    answers.push(page([1, 2], json!({"next": next})));
    answers.push(page([3, 4], json!({})));
    let tasks = client
        .request(Method::GET, "/tasks")
        .query(&[("q", "a")])
        .stream::<Task>();
    let ids: Vec<i64> = tasks.map_ok(|task| task.id).try_collect().await.unwrap();
    assert_eq!(ids, [1, 2, 3, 4]);
    let targets: Vec<_> = server
        .take_requests()
        .into_iter()
        .map(|one| one.target)
        .collect();
    assert_eq!(targets, ["/2.0/tasks?q=a", "/2.0/tasks?page=xyz"]);

    answers.push(page([1, 2], json!({"page": 1, "pagelen": 2, "size": 4})));
    answers.push(page([3, 4], json!({"page": 2, "pagelen": 2, "size": 4})));
    let pages = client
        .request(Method::GET, "/runs")
        .numbered()
        .pages::<Task>();
    let pages: Vec<_> = pages.try_collect().await.unwrap();
    assert_eq!(pages.len(), 2);
    let targets: Vec<_> = server
        .take_requests()
        .into_iter()
        .map(|one| one.target)
        .collect();
    assert_eq!(targets, ["/2.0/runs", "/2.0/runs?page=2"]);

    let form = client
        .request(Method::POST, "/x")
        .multipart(Form::new().text("a", "b"));
    let error = form.stream::<Task>().try_next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

/// What is wrong, what names it, and that nothing was sent.
async fn check_refused(server: &Server, request: RawRequest, reason: &str) {
    let shown = format!("{request:?}");
    let error = request.send::<Value>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    let text = format!("{error} {error:?} {shown}");
    assert!(
        error.to_string().contains(reason),
        "{error} instead of {reason}"
    );
    assert!(!text.contains("s3cret"), "{text}");
    assert!(server.take_requests().is_empty(), "{reason}");
}

#[tokio::test]
async fn an_address_that_leads_elsewhere_is_refused() {
    let (server, client) = echo().await;
    let port = server.origin().rsplit(':').next().unwrap().to_owned();
    let own = server.base_url();
    for (address, reason) in [
        ("", "empty"),
        ("user", "neither a path"),
        ("/repositories/w/..", "`..`"),
        ("/repositories/w/../../admin", "`..`"),
        ("/repositories/./w", "`.`"),
        ("/repositories/w/%2e%2E/x", "`..`"),
        ("/repositories/w/.%2e?x", "`..`"),
        ("/repositories\\w", "backslash"),
        ("/repositories//w", "empty segment"),
        ("//example.com/x", "empty segment"),
        ("/a\n/../b", "control character"),
        ("/a\tb", "control character"),
        ("/a ", "space around"),
        ("/a#b", "`#`"),
        ("https://api.example.com/2.0/user", "another origin"),
        ("http://127.0.0.1:1/2.0/user", "another origin"),
        ("ftp://127.0.0.1/user", "neither https nor http"),
        ("data:text/plain,x", "neither https nor http"),
        (
            &format!("https://127.0.0.1:{port}/2.0/user"),
            "another origin",
        ),
        (
            &format!("http://kim:s3cret@127.0.0.1:{port}/2.0/user"),
            "credentials",
        ),
        (
            &format!("http://127.0.0.1:{port}@example.com/2.0/user"),
            "credentials",
        ),
        (&format!("{own}/repositories/w/../x"), "`..`"),
    ] {
        check_refused(&server, client.request(Method::GET, address), reason).await;
    }
    let absolute = client.request(Method::GET, format!("{own}/user?key=s3cret"));
    assert!(!format!("{absolute:?}").contains("s3cret"));
    absolute.send::<Task>().await.unwrap();
    assert_eq!(only(&server).target, "/2.0/user?key=s3cret");
}

#[tokio::test]
async fn a_value_that_leads_elsewhere_is_refused() {
    let (server, client) = echo().await;
    let request = || client.request(Method::GET, "/repositories/{workspace}");
    for (value, reason) in [
        ("..", "`..`"),
        ("", "is empty"),
        ("a\r\nb", "control character"),
    ] {
        check_refused(
            &server,
            request().path_parameter("workspace", value),
            reason,
        )
        .await;
    }
    let other = request().path_parameter("repo_slug", "r");
    check_refused(&server, other, "no parameter `repo_slug`").await;
}

#[tokio::test]
async fn headers_and_bodies_that_cannot_be_are_refused() {
    let (server, client) = echo().await;
    let request = || client.request(Method::POST, "/x");
    for name in [
        "Authorization",
        "host",
        "Content-Length",
        "Transfer-Encoding",
    ] {
        check_refused(
            &server,
            request().header(name, "s3cret"),
            "set by the client",
        )
        .await;
    }
    check_refused(&server, request().header("a b", "x"), "name").await;
    check_refused(
        &server,
        request().header("X-A", "s3cret\r\nX-B: c"),
        "no sound value",
    )
    .await;
    check_refused(&server, request().body("text/\n", "x"), "content type").await;
    let unwritable = std::collections::BTreeMap::from([((1, 2), 3)]);
    check_refused(
        &server,
        request().json(&unwritable),
        "body cannot be written",
    )
    .await;
    check_refused(&server, request().query(&json!({"a": {"b": 1}})), "query").await;
    check_refused(&server, request().form("text"), "form cannot be written").await;
}

#[tokio::test]
async fn no_redirect_takes_the_credentials_along() {
    let storage = Server::start(|_| Answer::bytes(200, "text/plain", "log")).await;
    let elsewhere = format!("{}/log?signature=x", storage.origin());
    let server = Server::start(move |_| Answer::new(307).header("Location", &elsewhere)).await;
    let client = client(&server.base_url());
    let log = client
        .request(Method::GET, "/log")
        .send_bytes()
        .await
        .unwrap();
    assert_eq!(log.into_inner().text().await.unwrap(), "log");
    assert_eq!(only(&server).header("authorization"), Some(AUTHORIZATION));
    assert!(!only(&storage).headers.contains_key("authorization"));

    let write = client.request(Method::POST, "/log").json(&json!({}));
    let error = write.send::<Value>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(storage.take_requests().is_empty());
}

#[tokio::test]
async fn a_link_is_followed_to_a_type() {
    let (server, client) = echo().await;
    let link =
        |href: String| -> types::Link { serde_json::from_value(json!({ "href": href })).unwrap() };
    let own = link(format!(
        "{}/repositories/w/r/pullrequests/7?a=%7Bb%7D",
        server.base_url()
    ));
    let followed = client.follow(&own).send::<types::PullRequest>().await;
    let followed = followed.unwrap();
    assert_eq!(followed.id, Some(7));
    let request = only(&server);
    assert_eq!(request.method, "GET");
    assert_eq!(
        request.target,
        "/2.0/repositories/w/r/pullrequests/7?a=%7Bb%7D"
    );
    assert_eq!(request.header("authorization"), Some(AUTHORIZATION));

    // As a text, as a field of an answer, with a fragment.
    let text = own.href.clone().unwrap() + "#comment-1";
    client.follow(&text).send::<Task>().await.unwrap();
    client.follow(text.as_str()).send::<Task>().await.unwrap();
    client
        .follow(Some(Box::new(own.clone())).as_ref())
        .send::<Task>()
        .await
        .unwrap();
    for sent in server.take_requests() {
        assert_eq!(
            sent.target,
            "/2.0/repositories/w/r/pullrequests/7?a=%7Bb%7D"
        );
    }

    let html = link("https://bitbucket.org/w/r/pull-requests/7".to_owned());
    check_refused(&server, client.follow(&html), "another origin").await;
    check_refused(&server, client.follow("/2.0/user"), "not an absolute URL").await;
    check_refused(&server, client.follow(types::Link::default()), "no address").await;
    check_refused(&server, client.follow(None::<&types::Link>), "no address").await;
}
