use std::time::Duration;

use http::Method;

use super::{Attempts, Budget, RetryPolicy};
use crate::{
    Error,
    test_server::{LIST, Reply, Server},
};

const SECOND: Duration = Duration::from_secs(1);

async fn error(status: u16, retry_after: Option<&'static str>) -> Error {
    let server = Server::start(move |_| {
        let reply = Reply::new(status, "");
        match retry_after {
            Some(value) => reply.header("Retry-After", value),
            None => reply,
        }
    })
    .await;
    let answer = reqwest::get(server.url()).await.unwrap();
    Error::from_response(&LIST, answer, None).await
}

#[tokio::test]
async fn what_is_repeated_depends_on_method_and_status() {
    let default = RetryPolicy::new();
    let caller_says_so = default.repeat_any_method(true);
    let read_after_write = default.retry_not_found(true);
    for status in [429, 500, 502, 503, 504, 555] {
        let error = error(status, None).await;
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
            assert!(default.applies(&method, &error), "{method} {status}");
        }
        for method in [Method::POST, Method::PATCH] {
            assert_eq!(default.applies(&method, &error), status == 429, "{status}");
            assert!(caller_says_so.applies(&method, &error), "{status}");
        }
    }
    for status in [400, 401, 403, 404, 409, 410, 412, 501, 505, 599] {
        let error = error(status, None).await;
        assert!(!default.applies(&Method::GET, &error), "{status}");
        assert!(!caller_says_so.applies(&Method::POST, &error), "{status}");
        let asked = read_after_write.applies(&Method::GET, &error);
        assert_eq!(asked, status == 404, "{status}");
    }
}

#[test]
fn waits_are_random_parts_of_a_span_that_doubles() {
    let policy = RetryPolicy::new().first_delay(SECOND).max_delay(6 * SECOND);
    for (retries, span) in [(0, 1), (1, 2), (2, 4), (3, 6), (40, 6), (u32::MAX, 6)] {
        let span = Duration::from_secs(span);
        let waits: Vec<_> = (0..1000).map(|_| policy.wait(retries, None)).collect();
        assert!(waits.iter().all(|wait| *wait <= span));
        assert!(waits.iter().any(|wait| *wait < span / 10), "{retries}");
        assert!(waits.iter().any(|wait| *wait > span / 10 * 9), "{retries}");
    }
}

#[test]
fn bitbucket_is_not_asked_before_the_time_it_names() {
    let policy = RetryPolicy::new()
        .first_delay(SECOND)
        .max_retry_after(30 * SECOND);
    let wait = |seconds| policy.wait(0, Some(Duration::from_secs(seconds)));
    assert_eq!(wait(7), 7 * SECOND);
    assert_eq!(wait(3600), 30 * SECOND);
    assert_eq!(wait(u64::MAX), 30 * SECOND);
    assert!(wait(0) <= SECOND);
}

#[tokio::test]
async fn count_total_time_and_budget_each_end_the_attempts() {
    let error = error(503, Some("20")).await;
    let ample = Budget::new(None);

    let policy = RetryPolicy::new().max_retries(2);
    let mut attempts = Attempts::new(&policy, &ample);
    assert_eq!(attempts.after(&Method::GET, &error), Some(20 * SECOND));
    assert!(attempts.after(&Method::GET, &error).is_some());
    assert_eq!(attempts.after(&Method::GET, &error), None);

    let policy = RetryPolicy::new().total_time(19 * SECOND);
    let mut attempts = Attempts::new(&policy, &ample);
    assert_eq!(attempts.after(&Method::GET, &error), None);
    let policy = RetryPolicy::new().total_time(None);
    let mut attempts = Attempts::new(&policy, &ample);
    assert_eq!(attempts.after(&Method::GET, &error), Some(20 * SECOND));

    let policy = RetryPolicy::new();
    let scarce = Budget::new(Some(1));
    let mut attempts = Attempts::new(&policy, &scarce);
    assert!(attempts.after(&Method::GET, &error).is_some());
    assert_eq!(attempts.after(&Method::GET, &error), None);
}
