use std::time::Duration;

use reqwest::Request;
use serde_json::{Value, json};

use super::{Error, KEPT_BODY};
use crate::{
    ErrorKind, RetryPolicy,
    test_server::{CREATE, LIST, Reply, Server},
};

async fn error_of(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Error {
    let server = Server::start(move |_| reply()).await;
    let client = server.client();
    let url = format!("{}/things?key=s3cret", client.base_url());
    let request = Request::new(http::Method::GET, url.parse().unwrap());
    let error = client.send_json::<Value>(&LIST, request).await.unwrap_err();
    let shown = format!("{error} {error:?} {error:#?}");
    assert!(!shown.contains("s3cret"), "{shown}");
    assert_eq!(error.to_string().lines().count(), 1, "{error}");
    assert_eq!(error.operation(), Some(&LIST));
    error
}

#[test]
fn is_small() {
    assert!(size_of::<Error>() <= 16);
    assert!(size_of::<Result<(), Error>>() <= 16);
}

#[test]
fn is_what_callers_need_it_to_be() {
    fn check<T: std::error::Error + Send + Sync + 'static>() {}
    check::<Error>();
}

#[tokio::test]
async fn says_all_that_bitbucket_said() {
    let error = error_of(|| {
        let body = json!({"type": "error", "error": {
            "message": "Bad request",
            "detail": "Check\nthe fields.",
            "fields": {"source": ["unknown branch"], "title": ["required", "too short"]},
            "data": {"announcement_url": "https://example.com"},
        }});
        Reply::new(400, body.to_string())
            .header("Content-Type", "application/json")
            .header("X-Request-Id", "f00")
            .header("Set-Cookie", "session=s3cret")
    })
    .await;
    assert_eq!(error.kind(), ErrorKind::Status);
    assert!(error.is_bad_request() && !error.is_server_error() && !error.is_decode());
    assert_eq!(error.message(), Some("Bad request"));
    assert_eq!(error.detail(), Some("Check\nthe fields."));
    assert_eq!(error.fields()["title"], ["required", "too short"]);
    assert_eq!(
        error.data().unwrap()["announcement_url"],
        "https://example.com"
    );
    assert_eq!(error.request_id(), Some("f00"));
    assert_eq!(error.headers()["set-cookie"], "session=s3cret");
    assert!(error.body().starts_with(b"{"));
    assert_eq!(
        error.to_string(),
        "list_things: Bitbucket answered 400 Bad Request: Bad request: Check the fields. \
         [source: unknown branch; title: required, too short]; announced at https://example.com \
         (request f00)"
    );
}

#[tokio::test]
async fn each_status_has_its_question() {
    type Question = fn(&Error) -> bool;
    let questions: [(u16, Question); 9] = [
        (304, Error::is_not_modified),
        (400, Error::is_bad_request),
        (401, Error::is_unauthorized),
        (403, Error::is_forbidden),
        (404, Error::is_not_found),
        (409, Error::is_conflict),
        (410, Error::is_gone),
        (429, Error::is_rate_limited),
        (503, Error::is_server_error),
    ];
    for (status, _) in questions {
        let error = error_of(move || Reply::new(status, "")).await;
        assert_eq!(error.status().unwrap(), status);
        for (other, question) in questions {
            assert_eq!(question(&error), status == other, "{status} {other}");
        }
        assert_eq!((error.message(), error.detail()), (None, None));
        assert!(error.fields().is_empty() && error.body().is_empty());
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
}

#[tokio::test]
async fn a_rate_limit_is_plain_text_with_a_time() {
    let limited = |name, value: &'static str| {
        error_of(move || {
            Reply::new(429, "Rate limit for this resource has been exceeded")
                .header("Content-Type", "text/plain")
                .header(name, value)
                .header("Date", "Wed, 21 Oct 2015 07:28:00 GMT")
        })
    };
    let error = limited("Retry-After", "120").await;
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(120)));
    assert_eq!(
        error.to_string(),
        "list_things: Bitbucket answered 429 Too Many Requests: \
         Rate limit for this resource has been exceeded"
    );
    for (value, wait) in [
        ("Wed, 21 Oct 2015 07:29:30 GMT", Some(90)),
        ("Wed, 21 Oct 2015 07:27:00 GMT", Some(0)),
        ("soon", None),
        ("-1", None),
    ] {
        let error = limited("Retry-After", value).await;
        assert_eq!(
            error.retry_after(),
            wait.map(Duration::from_secs),
            "{value}"
        );
    }
    assert_eq!(limited("X-Other", "120").await.retry_after(), None);
}

#[tokio::test]
async fn a_page_of_html_is_its_title() {
    let page = "<html><head><title>502\nBad Gateway</title></head><body>s3cret</body></html>";
    let error = error_of(move || Reply::new(502, page).header("Content-Type", "text/html")).await;
    assert_eq!(
        error.to_string(),
        "list_things: Bitbucket answered 502 Bad Gateway: 502 Bad Gateway"
    );
    assert_eq!(error.body(), page.as_bytes());
}

#[tokio::test]
async fn a_huge_body_is_kept_in_part() {
    let error = error_of(|| Reply::new(500, vec![b'x'; 3 * KEPT_BODY])).await;
    assert_eq!(error.body().len(), KEPT_BODY);
    assert!(error.to_string().len() < 2000);
}

#[tokio::test]
async fn the_request_is_found_by_the_id_in_the_body_too() {
    let body = json!({"error": {"message": "Oops", "id": "b0d1"}}).to_string();
    let error = error_of(move || Reply::new(500, body.clone())).await;
    assert_eq!(error.request_id(), Some("b0d1"));
    assert!(
        error.to_string().ends_with("Oops (request b0d1)"),
        "{error}"
    );
}

#[test]
fn what_came_about_on_the_way_is_told_with_the_operation() {
    let error = || Error::authentication(ErrorKind::Authentication, "there is no token");
    assert_eq!(error().operation(), None);
    assert_eq!(error().to_string(), "there is no token");
    let during = error().during(&LIST);
    assert_eq!(during.operation(), Some(&LIST));
    assert_eq!(during.to_string(), "list_things: there is no token");
    // Who knew of an operation already knew better.
    let twice = during.during(&CREATE);
    assert_eq!(twice.operation(), Some(&LIST));
}

#[tokio::test]
async fn a_hint_stands_at_the_end() {
    let error = error_of(|| Reply::new(401, "").header("X-Request-Id", "f00")).await;
    assert_eq!(error.hint(), None);
    let hinted = error.hinted("try the other one");
    assert_eq!(hinted.hint(), Some("try the other one"));
    assert_eq!(
        hinted.to_string(),
        "list_things: Bitbucket answered 401 Unauthorized (request f00) - try the other one"
    );
}

#[tokio::test]
async fn the_attempts_are_counted() {
    let server = Server::start(|_| Reply::new(503, "")).await;
    let client = server.client();
    for retries in [0, 1, 3] {
        let moment = Duration::from_millis(1);
        let policy = RetryPolicy::new().max_retries(retries).first_delay(moment);
        let url = format!("{}/things", client.base_url());
        let request = Request::new(http::Method::GET, url.parse().unwrap());
        let client = client.with_retry(policy.max_delay(moment));
        let error = client.send_json::<Value>(&LIST, request).await.unwrap_err();
        assert_eq!(error.attempts(), retries + 1);
    }
    let refused = Error::invalid_request(&LIST, "it cannot be sent");
    assert_eq!(refused.attempts(), 0);
}
