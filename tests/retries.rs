//! Requests that are sent again: which, when, and with which bytes.

#![allow(deprecated, reason = "removed operations are still methods")]

#[allow(dead_code, reason = "the tests of other things use the rest")]
#[path = "support/server.rs"]
mod server;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use bitbucket::{
    Auth, Client, ClientBuilder, ErrorKind, Form, Part, RetryPolicy,
    auth::{Authenticate, BoxError, BoxFuture, RequestHead},
    handle, types,
};
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use server::{Answer, Answers, Server};

const INSTANT: Duration = Duration::from_millis(1);

/// The default policy, without its waits.
fn swift() -> RetryPolicy {
    RetryPolicy::new().first_delay(INSTANT).max_delay(INSTANT)
}

fn builder(base_url: impl Into<String>) -> ClientBuilder {
    Client::builder()
        .base_url(base_url)
        .auth(Auth::bearer("s3cret"))
        .retry(swift())
}

fn repository(client: &Client) -> handle::Repository {
    client.repository("atlassian", "aui")
}

fn found() -> Answer {
    Answer::json(200, &json!({"type": "repository", "slug": "aui"}))
}

async fn queue(answers: impl IntoIterator<Item = Answer>) -> (Server, Answers, Client) {
    let (server, queue) = Server::with_queue().await;
    for answer in answers {
        queue.push(answer);
    }
    let client = builder(server.base_url()).build().unwrap();
    (server, queue, client)
}

#[tokio::test]
async fn a_request_of_ones_own_has_a_policy_of_its_own() {
    let (server, _, client) = queue([Answer::new(503), found()]).await;
    let request = || client.request(bitbucket::Method::GET, "/repositories/atlassian/aui");
    let once = request()
        .retry(RetryPolicy::none())
        .send::<serde_json::Value>();
    assert!(once.await.unwrap_err().is_server_error());
    assert_eq!(server.take_requests().len(), 1);

    let (server, _, client) = queue([Answer::new(503), found()]).await;
    let client = client.with_retry(RetryPolicy::none());
    let request = client.request(bitbucket::Method::GET, "/repositories/atlassian/aui");
    let again = request.retry(swift()).send::<serde_json::Value>();
    assert_eq!(again.await.unwrap()["slug"], "aui");
    assert_eq!(server.take_requests().len(), 2);
}

#[tokio::test]
async fn a_get_is_sent_again_as_it_was() {
    for status in [429, 500, 502, 503, 504, 555] {
        let failure = Answer::text(status, "Rate limit for this resource has been exceeded");
        let (server, _, client) = queue([failure.clone(), failure, found()]).await;
        let answer = repository(&client)
            .get_repository()
            .fields("slug")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.slug.as_deref(), Some("aui"));
        let sent = server.take_requests();
        assert_eq!(sent.len(), 3, "{status}");
        for request in &sent {
            assert_eq!(request.method, "GET");
            assert_eq!(
                request.target,
                "/2.0/repositories/atlassian/aui?fields=slug"
            );
            assert_eq!(request.headers["authorization"], "Bearer s3cret");
            assert_eq!(request.headers, sent[0].headers);
        }
    }
}

#[tokio::test]
async fn put_and_delete_are_sent_again_too() {
    let failure = Answer::new(503);
    let (server, _, client) = queue([failure.clone(), Answer::new(204)]).await;
    repository(&client)
        .unapprove_pull_request()
        .pull_request_id(7)
        .send()
        .await
        .unwrap();
    let deletes = server.take_requests();
    assert_eq!(deletes.len(), 2);
    assert!(deletes.iter().all(|sent| sent.method == "DELETE"));

    let (server, _, client) = queue([failure, Answer::new(204)]).await;
    repository(&client)
        .watch_issue()
        .issue_id(7)
        .send()
        .await
        .unwrap();
    let puts = server.take_requests();
    assert_eq!(puts.len(), 2);
    for put in puts {
        assert_eq!((put.method.as_str(), put.body.as_ref()), ("PUT", &b""[..]));
        assert_eq!(put.headers["content-length"], "0");
    }
}

#[tokio::test]
async fn other_answers_are_final() {
    for status in [400, 401, 403, 404, 409, 410, 501] {
        let (server, _, client) = queue([Answer::new(status), found()]).await;
        let error = repository(&client)
            .get_repository()
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(server.take_requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_post_is_sent_again_after_429_alone_unless_the_caller_says_so() {
    let approved = Answer::json(200, &json!({"approved": true}));
    for (status, policy, requests) in [
        (503, swift(), 1),
        (555, swift(), 1),
        (429, swift(), 2),
        (503, swift().repeat_any_method(true), 2),
    ] {
        let (server, _, client) = queue([Answer::new(status), approved.clone()]).await;
        let answer = repository(&client)
            .approve_pull_request()
            .pull_request_id(7)
            .retry(policy)
            .send()
            .await;
        assert_eq!(answer.is_ok(), requests == 2, "{status}: {answer:?}");
        let sent = server.take_requests();
        assert_eq!(sent.len(), requests, "{status}");
        for request in sent {
            assert_eq!(request.method, "POST");
            assert_eq!(request.headers["content-length"], "0");
        }
    }
}

/// Closes so many connections after reading a request, then answers.
async fn breaking_server(breaks: usize) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.windows(4).any(|four| four == b"\r\n\r\n") {
                if stream.read_buf(&mut head).await.unwrap() == 0 {
                    break;
                }
            }
            if count.fetch_add(1, Ordering::SeqCst) >= breaks {
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
                stream.write_all(answer).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        }
    });
    (address, requests)
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_made_anew() {
    let (address, requests) = breaking_server(2).await;
    let client = builder(format!("http://{address}/2.0")).build().unwrap();
    repository(&client).get_repository().send().await.unwrap();
    assert_eq!(requests.load(Ordering::SeqCst), 3);

    let (address, requests) = breaking_server(2).await;
    let client = builder(format!("http://{address}/2.0")).build().unwrap();
    let error = repository(&client)
        .approve_pull_request()
        .pull_request_id(7)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(
        requests.load(Ordering::SeqCst),
        1,
        "the approval may have been heard"
    );
}

#[tokio::test]
async fn where_no_connection_came_about_even_a_post_is_sent_again() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let later = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let listener = TcpListener::bind(address).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = vec![0; 4];
        stream.read_exact(&mut head).await.unwrap();
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        stream.write_all(answer).await.unwrap();
        // Closing while there is something unread would reset the connection.
        tokio::time::sleep(Duration::from_millis(200)).await;
        head
    });
    let client = builder(format!("http://{address}/2.0"))
        .retry(swift().max_retries(10_000).max_delay(2 * INSTANT))
        .retry_budget(None)
        .build()
        .unwrap();
    repository(&client)
        .approve_pull_request()
        .pull_request_id(7)
        .send()
        .await
        .unwrap();
    assert_eq!(later.await.unwrap(), b"POST");

    let error = repository(&client)
        .approve_pull_request()
        .pull_request_id(7)
        .retry(swift())
        .send()
        .await
        .unwrap_err();
    assert!(error.is_connect(), "{error}");
}

#[tokio::test]
async fn both_kinds_of_retry_after_are_waited_for() {
    async fn took(limited: Answer) -> Duration {
        let (server, _, client) = queue([limited, found()]).await;
        let started = Instant::now();
        repository(&client).get_repository().send().await.unwrap();
        assert_eq!(server.take_requests().len(), 2);
        started.elapsed()
    }
    let now = SystemTime::now();
    let soon = now + Duration::from_secs(1);
    let seconds = Answer::text(429, "").header("Retry-After", "1");
    let date = Answer::text(429, "")
        .header("Date", httpdate::fmt_http_date(now))
        .header("Retry-After", httpdate::fmt_http_date(soon));
    let unavailable = Answer::text(503, "").header("Retry-After", "1");
    let (seconds, date, unavailable) = tokio::join!(took(seconds), took(date), took(unavailable));
    for time in [seconds, date, unavailable] {
        assert!(time >= Duration::from_secs(1), "{time:?}");
        assert!(time < Duration::from_secs(20), "{time:?}");
    }
}

#[tokio::test]
async fn a_long_retry_after_is_waited_for_in_part_or_not_at_all() {
    let limited = Answer::text(429, "").header("Retry-After", "3600");
    let (_server, _, client) = queue([limited.clone(), found()]).await;
    let started = Instant::now();
    repository(&client)
        .get_repository()
        .retry(swift().max_retry_after(Duration::from_millis(30)))
        .send()
        .await
        .unwrap();
    assert!(started.elapsed() >= Duration::from_millis(30));

    let (server, _, client) = queue([limited, found()]).await;
    let started = Instant::now();
    let error = repository(&client)
        .get_repository()
        .retry(swift().total_time(Duration::from_secs(30)))
        .send()
        .await
        .unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(20), "not begun");
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!(server.take_requests().len(), 1);
}

#[tokio::test]
async fn the_policy_is_the_clients_the_clones_or_the_requests() {
    let server = Server::start(|_| Answer::new(503)).await;
    let client = builder(server.base_url())
        .retry(swift().max_retries(2))
        .build()
        .unwrap();
    let patient = client.with_retry(swift().max_retries(5));
    let request = |client: &Client| repository(client).get_repository();
    for (request, sent) in [
        (request(&client), 3),
        (request(&patient), 6),
        (request(&patient).retry(RetryPolicy::none()), 1),
        (request(&client).retry(swift().max_retries(1)), 2),
    ] {
        let error = request.send().await.unwrap_err();
        assert_eq!(error.status().unwrap(), 503);
        assert_eq!(server.take_requests().len(), sent);
    }
}

#[tokio::test]
async fn a_budget_ends_the_retries_of_all_calls() {
    let server = Server::start(|request| {
        if request.path().ends_with("/aui") {
            Answer::new(503)
        } else {
            found()
        }
    })
    .await;
    let client = builder(server.base_url()).retry_budget(6).build().unwrap();
    let other = client.with_retry(swift());
    for (client, sent) in [(&client, 5), (&other, 3), (&client, 1)] {
        let error = repository(client)
            .get_repository()
            .send()
            .await
            .unwrap_err();
        assert!(error.is_server_error());
        assert_eq!(server.take_requests().len(), sent);
    }
    for _ in 0..10 {
        client
            .repository("atlassian", "works")
            .get_repository()
            .send()
            .await
            .unwrap();
    }
    server.take_requests();
    repository(&client)
        .get_repository()
        .send()
        .await
        .unwrap_err();
    assert_eq!(server.take_requests().len(), 2, "ten calls pay for a retry");
}

#[tokio::test]
async fn not_found_is_asked_again_where_the_caller_wants_it() {
    let (server, _, client) = queue([Answer::new(404), Answer::new(404), found()]).await;
    repository(&client)
        .get_repository()
        .retry(swift().retry_not_found(true))
        .send()
        .await
        .unwrap();
    assert_eq!(server.take_requests().len(), 3);
}

#[tokio::test]
async fn an_upload_is_sent_again_with_the_same_bytes() {
    let directory = std::env::temp_dir().join(format!("retries-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("release.bin");
    let content: Vec<u8> = (0..=250_u8).cycle().take(200_000).collect();
    std::fs::write(&path, &content).unwrap();

    let limited = Answer::text(429, "");
    let (server, _, client) = queue([limited.clone(), limited, Answer::new(201)]).await;
    let form = Form::new()
        .bytes("files", "notes.txt", "What is new")
        .file("files", &path);
    repository(&client)
        .create_download()
        .body(form)
        .send()
        .await
        .unwrap();
    std::fs::remove_dir_all(&directory).unwrap();

    let sent = server.take_requests();
    assert_eq!(sent.len(), 3);
    for request in &sent {
        assert!(request.body.len() > content.len());
        assert!(request.body.windows(64).any(|part| *part == content[..64]));
        assert_eq!(request.body, sent[0].body);
        assert_eq!(request.headers, sent[0].headers);
        let length = request.body.len().to_string();
        assert_eq!(request.headers["content-length"], *length);
    }
}

#[tokio::test]
async fn a_body_that_can_be_read_once_is_sent_once() {
    let (server, _, client) = queue([Answer::text(429, ""), Answer::new(201)]).await;
    let content = &b"read once"[..];
    let form = Form::new().part("files", Part::reader(content, None).file_name("a.txt"));
    let error = repository(&client)
        .create_download()
        .body(form)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_rate_limited(), "{error}");
    let sent = server.take_requests();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].body.windows(9).any(|part| part == content));
}

#[tokio::test]
async fn what_breaks_off_is_asked_for_again_unless_it_was_handed_out() {
    let cut = || {
        Answer::new(200)
            .part(r#"{"slug": "a"#)
            .pause(Duration::from_millis(20))
            .breaking_off()
    };
    let (server, _, client) = queue([cut(), found()]).await;
    let answer = repository(&client).get_repository().send().await.unwrap();
    assert_eq!(answer.slug.as_deref(), Some("aui"));
    assert_eq!(server.take_requests().len(), 2);

    let (server, _, client) = queue([cut(), found()]).await;
    let error = repository(&client)
        .get_repository()
        .retry(RetryPolicy::none())
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(error.attempts(), 1);
    assert_eq!(server.take_requests().len(), 1);

    // What changes something has changed it: only the answer is lost.
    let (server, _, client) = queue([cut(), found()]).await;
    let error = repository(&client)
        .update_repository()
        .body(types::Repository::builder().language("rust"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(server.take_requests().len(), 1);

    let (server, _, client) = queue([cut(), found()]).await;
    let diff = repository(&client)
        .get_pull_request_diff()
        .pull_request_id(7)
        .send()
        .await
        .unwrap();
    let error = diff.into_inner().bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "no short file");
    assert_eq!(server.take_requests().len(), 1);
}

#[tokio::test]
async fn retries_on_another_host_have_no_credentials_either() {
    let (elsewhere, answers) = Server::with_queue().await;
    answers.push(Answer::new(503));
    answers.push(Answer::text(200, "content"));
    let target = format!("{}/file?signature=abc", elsewhere.origin());
    let redirect = Answer::new(302).header("Location", target);
    let (server, _, client) = queue([redirect]).await;
    let file = repository(&client)
        .get_pull_request_diff()
        .pull_request_id(7)
        .send()
        .await
        .unwrap();
    assert_eq!(file.into_inner().text().await.unwrap(), "content");
    let asked = server.take_requests();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].headers["authorization"], "Bearer s3cret");
    let sent = elsewhere.take_requests();
    assert_eq!(sent.len(), 2, "only the last step is repeated");
    for request in sent {
        assert_eq!(request.target, "/file?signature=abc");
        assert!(!request.headers.contains_key("authorization"));
        assert!(!request.headers.contains_key("cookie"));
    }
}

/// Always has another token after a refusal.
#[derive(Default)]
struct Renewing(AtomicUsize);

impl Authenticate for Renewing {
    fn authenticate<'a>(
        &'a self,
        _: RequestHead<'a>,
    ) -> BoxFuture<'a, Result<HeaderMap, BoxError>> {
        Box::pin(async {
            let token = format!("Bearer {}", self.0.load(Ordering::SeqCst)).parse()?;
            Ok(HeaderMap::from_iter([(AUTHORIZATION, token)]))
        })
    }

    fn renew<'a>(&'a self, _: Option<&'a HeaderValue>) -> BoxFuture<'a, Result<bool, BoxError>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(true) })
    }
}

#[tokio::test]
async fn after_a_renewal_a_request_is_sent_once_more_if_its_body_is_still_there() {
    let server = Server::start(|_| Answer::new(401)).await;
    let client = builder(server.base_url())
        .auth(Auth::scheme(Renewing::default()))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let upload = |part: Part| {
        let form = Form::new().part("files", part.file_name("a.txt"));
        repository(&client).create_download().body(form).send()
    };
    let tokens = || {
        let sent = server.take_requests();
        for request in &sent {
            assert!(request.body.windows(7).any(|part| part == b"content"));
        }
        sent.iter()
            .map(|request| {
                request.headers["authorization"]
                    .to_str()
                    .unwrap()
                    .to_owned()
            })
            .collect::<Vec<_>>()
    };
    assert!(
        upload(Part::bytes("content"))
            .await
            .unwrap_err()
            .is_unauthorized()
    );
    assert_eq!(tokens(), ["Bearer 0", "Bearer 1"]);
    let once = Part::reader(&b"content"[..], None);
    assert!(upload(once).await.unwrap_err().is_unauthorized());
    assert_eq!(tokens(), ["Bearer 1"], "but the next call has another");
    assert!(
        upload(Part::bytes("content"))
            .await
            .unwrap_err()
            .is_unauthorized()
    );
    assert_eq!(tokens(), ["Bearer 2", "Bearer 3"]);
}
