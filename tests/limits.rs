//! Limits on the rate of requests: the client's own, and those that Bitbucket tells.

#[allow(dead_code, reason = "the tests of other things use the rest")]
#[path = "support/server.rs"]
mod server;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bitbucket::{Client, RetryPolicy};
use futures_util::future::join_all;
use serde_json::json;

use server::{Answer, Server};

const WINDOW: Duration = Duration::from_millis(200);

/// A server that notes when it is asked.
async fn clock() -> (Server, Arc<Mutex<Vec<Instant>>>) {
    let times = Arc::<Mutex<Vec<Instant>>>::default();
    let noted = Arc::clone(&times);
    let server = Server::start(move |_| {
        noted.lock().unwrap().push(Instant::now());
        Answer::json(200, &json!({}))
    })
    .await;
    (server, times)
}

async fn ask(client: &Client) {
    let repository = client.repository("atlassian", "aui");
    repository.get_repository().send().await.unwrap();
}

#[tokio::test]
async fn a_client_keeps_below_the_rate_it_is_given() {
    let (server, times) = clock().await;
    let client = Client::builder()
        .base_url(server.base_url())
        .max_rate(3, WINDOW)
        .build()
        .unwrap();
    let other = client.with_retry(RetryPolicy::none());
    let started = Instant::now();
    join_all((0..5).flat_map(|_| [ask(&client), ask(&other)])).await;
    assert!(
        started.elapsed() >= 3 * WINDOW,
        "ten requests take three more windows"
    );
    let times = times.lock().unwrap();
    assert_eq!(times.len(), 10);
    // What is sent after a window can arrive a little less than that later.
    let slack = WINDOW / 2;
    for four in times.windows(4) {
        assert!(four[3] - four[0] + slack >= WINDOW);
    }
    assert!(times[2] - started < WINDOW, "the first three need not wait");
}

#[tokio::test]
async fn without_a_rate_nothing_waits() {
    let (server, times) = clock().await;
    let client = Client::builder()
        .base_url(server.base_url())
        .build()
        .unwrap();
    join_all((0..50).map(|_| ask(&client))).await;
    assert_eq!(times.lock().unwrap().len(), 50);
}

#[tokio::test]
async fn retries_count() {
    let (server, answers) = Server::with_queue().await;
    answers.push(Answer::new(503));
    answers.push(Answer::json(200, &json!({})));
    let client = Client::builder()
        .base_url(server.base_url())
        .retry(RetryPolicy::new().first_delay(Duration::ZERO))
        .max_rate(1, WINDOW)
        .build()
        .unwrap();
    let started = Instant::now();
    ask(&client).await;
    assert!(started.elapsed() >= WINDOW);
}

#[tokio::test]
async fn a_rate_of_nothing_is_refused() {
    for (requests, window) in [(0, WINDOW), (1, Duration::ZERO)] {
        let error = Client::builder()
            .base_url("http://127.0.0.1:1/2.0")
            .max_rate(requests, window)
            .build()
            .unwrap_err();
        assert!(error.to_string().contains("max_rate"), "{error}");
    }
}

#[tokio::test]
async fn what_bitbucket_tells_of_its_limit_is_readable() {
    let told = |answer: Answer| {
        answer
            .header("X-RateLimit-Limit", "2500")
            .header("X-RateLimit-Resource", "api")
            .header("X-RateLimit-NearLimit", "true")
            .header("Set-Cookie", "session=s3cret")
    };
    let (server, answers) = Server::with_queue().await;
    answers.push(told(Answer::json(200, &json!({}))));
    answers.push(told(Answer::text(429, "")));
    answers.push(Answer::json(200, &json!({})).header("X-RateLimit-Limit", "many"));
    let client = Client::builder()
        .base_url(server.base_url())
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let request = || client.repository("a", "b").get_repository().send();

    let answer = request().await.unwrap();
    let error = request().await.unwrap_err();
    for limit in [answer.rate_limit(), error.rate_limit()] {
        assert_eq!(limit.limit(), Some(2500));
        assert_eq!(limit.resource(), Some("api"));
        assert_eq!(limit.remaining(), None);
        assert!(limit.is_near());
        let shown = format!("{limit:?}");
        assert!(
            shown.contains("2500") && !shown.contains("s3cret"),
            "{shown}"
        );
    }

    let answer = request().await.unwrap();
    assert_eq!(answer.rate_limit().limit(), None);
    assert!(!answer.rate_limit().is_near());
}
