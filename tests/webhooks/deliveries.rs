//! What the headers say of a delivery, and what a body must be.

use bitbucket::webhooks::{Delivery, Event, Receiver, WebhookError, sign};
use http::HeaderMap;
use serde_json::json;

const SECRET: &str = "a secret";

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name: http::HeaderName = name.parse().expect("a header's name");
        headers.append(name, value.parse().expect("a header's value"));
    }
    headers
}

#[test]
fn a_delivery_says_what_its_headers_say() {
    let headers = headers(&[
        ("X-Event-Key", "repo:deleted"),
        ("X-Hook-UUID", "8a1c3b0e-6b0f-4f0e-9f3d-0d4f6a2b7c11"),
        ("X-Request-UUID", "{c1d2e3f4-0000-4000-8000-123456789abc}"),
        ("X-Attempt-Number", "3"),
    ]);
    let delivery = Delivery::parse(&headers, b"{}").unwrap();
    assert_eq!(delivery.key().as_str(), "repo:deleted");
    assert_eq!(
        delivery.hook_uuid.as_deref(),
        Some("8a1c3b0e-6b0f-4f0e-9f3d-0d4f6a2b7c11")
    );
    assert_eq!(
        delivery.request_uuid.as_deref(),
        Some("{c1d2e3f4-0000-4000-8000-123456789abc}")
    );
    assert_eq!(delivery.attempt_number, Some(3));
    assert!(!delivery.signature_checked);
}

#[test]
fn what_is_said_beside_the_event_may_be_missing_or_odd() {
    for (pairs, attempt) in [
        (&[][..], None),
        (&[("X-Attempt-Number", "soon")], None),
        (&[("X-Attempt-Number", "-1")], None),
        (&[("X-Attempt-Number", "99999999999999")], None),
        (
            &[("X-Attempt-Number", "1"), ("X-Attempt-Number", "2")],
            None,
        ),
        (&[("X-Attempt-Number", "1")], Some(1)),
    ] {
        let mut headers = headers(pairs);
        headers.insert("X-Event-Key", "repo:push".parse().unwrap());
        let delivery = Delivery::parse(&headers, b"{}").unwrap();
        assert_eq!(delivery.attempt_number, attempt, "{pairs:?}");
        assert_eq!(delivery.hook_uuid, None);
    }
}

#[test]
fn there_must_be_one_event_key() {
    for keys in [
        &[][..],
        &[("X-Event-Key", "")],
        &[("X-Event-Key", "  ")],
        &[("X-Event-Key", "repo:push"), ("X-Event-Key", "repo:fork")],
    ] {
        let error = Event::parse(&headers(keys), b"{}").unwrap_err();
        assert!(matches!(error, WebhookError::EventKey), "{error:?}");
        assert_eq!(error.status(), 400);
    }
    let mut bytes = HeaderMap::new();
    let value = http::HeaderValue::from_bytes(b"repo:\xff").unwrap();
    bytes.insert("X-Event-Key", value);
    let error = Event::parse(&bytes, b"{}").unwrap_err();
    assert!(matches!(error, WebhookError::EventKey), "{error:?}");
}

#[test]
fn an_event_that_nobody_knows_keeps_its_payload() {
    let payload = json!({"actor": {"type": "user"}, "new": [1, null, {"a": "b"}]});
    let body = payload.to_string();
    let headers = headers(&[("X-Event-Key", "repo:painted_blue")]);
    let Event::Unknown(event) = Event::parse(&headers, body.as_bytes()).unwrap() else {
        panic!("a key that nobody knows");
    };
    assert_eq!(event.key.as_str(), "repo:painted_blue");
    assert_eq!(event.payload, payload);
    let event = Event::from_json("repo:painted_blue", body.as_bytes()).unwrap();
    assert_eq!(serde_json::to_value(&event).unwrap(), payload);
    assert!(event.actor().is_none() && event.repository().is_none());
}

#[test]
fn a_body_that_cannot_be_read_says_where() {
    for (body, place, what) in [
        (&b""[..], ".", "EOF"),
        (b"{", ".", "EOF"),
        (b"null", ".", "null"),
        (b"[]", ".", "sequence"),
        (b"\xff{}", ".", "expected value"),
        (b"{} {}", ".", "trailing"),
        (
            br#"{"push": {"changes": [{"created": false}, {"created": "perhaps"}]}}"#,
            "push.changes[1].created",
            "perhaps",
        ),
        (
            br#"{"repository": {"created_on": "soon"}}"#,
            "repository.created_on",
            "soon",
        ),
    ] {
        let error = Event::from_json("repo:push", body).unwrap_err();
        let WebhookError::Payload { key, path, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(key.as_str(), "repo:push");
        let shown = String::from_utf8_lossy(body);
        assert_eq!(path, place, "{shown}: {error}");
        let text = error.to_string();
        assert!(text.contains(what) && text.contains("repo:push"), "{text}");
        assert_eq!(error.status(), 400);
    }
}

/// JSON that is nested without end must not end the process.
#[test]
fn a_body_of_any_depth_gets_an_answer() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [
        deep.clone(),
        format!(r#"{{"push": {deep}}}"#),
        format!(r#"{{"x": {deep}}}"#),
    ] {
        for key in ["repo:push", "repo:painted_blue"] {
            assert!(Event::from_json(key, body.as_bytes()).is_err());
        }
    }
}

#[test]
fn an_objection_to_a_payload_is_one_line() {
    let body = br#"{"push": {"changes": [{"created": "line\nbreak\u001b[31m"}]}}"#;
    let text = Event::from_json("repo:push", body).unwrap_err().to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    let long = format!(r#"{{"push": "{}"}}"#, "x".repeat(10_000));
    let text = Event::from_json("repo:push", long.as_bytes()).unwrap_err();
    assert!(text.to_string().len() < 1_000);
}

#[test]
fn headers_come_as_pairs_too() {
    let signature = sign(&SECRET.into(), b"{}");
    let receiver = Receiver::new(SECRET);
    let pairs = [
        ("x-EVENT-key", &b"repo:fork"[..]),
        ("no header", b"at all"),
        ("X-Attempt-Number", b"2"),
        ("x-hub-signature", signature.as_bytes()),
    ];
    let delivery = receiver.receive_pairs(pairs, b"{}").unwrap();
    assert!(matches!(delivery.event, Event::RepositoryFork(_)));
    assert_eq!(delivery.attempt_number, Some(2));
    let error = receiver.receive_pairs(pairs, b"{ }").unwrap_err();
    assert_eq!(error.status(), 401);
    // A second signature is seen in this form as well.
    let twice = pairs.iter().copied().chain([pairs[3]]);
    assert!(receiver.receive_pairs(twice, b"{}").is_err());
}

/// The signature comes first: a body that cannot be read is no matter before.
#[test]
fn the_body_is_not_looked_at_before_the_signature() {
    let headers = headers(&[("X-Hub-Signature", "sha256=00")]);
    let error = Receiver::new(SECRET)
        .receive(&headers, b"\xff")
        .unwrap_err();
    assert!(matches!(error, WebhookError::Signature(_)), "{error:?}");
}
