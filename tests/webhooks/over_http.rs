//! A receiver behind a real server.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use bitbucket::{
    reqwest,
    webhooks::{Delivery, Event, Receiver, sign},
};
use http::HeaderMap;

use crate::{
    samples,
    values::{Nulls, differences},
};

const SECRET: &str = "a secret";

#[derive(Clone)]
struct Hook {
    receiver: Receiver,
    received: Arc<Mutex<Vec<Delivery>>>,
}

async fn receive(
    State(hook): State<Hook>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, (StatusCode, String)> {
    let delivery = hook
        .receiver
        .receive(&headers, &body)
        .map_err(|error| (error.status(), error.to_string()))?;
    let mut received = hook.received.lock().expect("no handler panics");
    received.push(delivery);
    Ok(StatusCode::NO_CONTENT)
}

async fn serve(hook: Hook) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/hook", post(receive)).with_state(hook);
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/hook")
}

fn request(url: &str, key: &str, body: &str, signature: &str) -> reqwest::RequestBuilder {
    reqwest::Client::new()
        .post(url)
        .header("Content-Type", "application/json")
        .header("X-Event-Key", key)
        .header("X-Hook-UUID", "8a1c3b0e-6b0f-4f0e-9f3d-0d4f6a2b7c11")
        .header("X-Request-UUID", "c1d2e3f4-0000-4000-8000-123456789abc")
        .header("X-Attempt-Number", "1")
        .header("X-Hub-Signature", signature)
        .body(body.to_owned())
}

#[tokio::test]
async fn every_event_arrives() {
    let received = Arc::default();
    let hook = Hook {
        receiver: Receiver::new(SECRET),
        received: Arc::clone(&received),
    };
    let url = serve(hook).await;
    let samples = samples::all();
    for (key, payload) in &samples {
        let body = payload.to_string();
        let signature = sign(&SECRET.into(), body.as_bytes());
        let answer = request(&url, key, &body, &signature).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 204, "{key}");
    }
    let received = std::mem::take(&mut *received.lock().unwrap());
    assert_eq!(received.len(), samples.len());
    for (delivery, (key, payload)) in received.iter().zip(&samples) {
        assert_eq!(delivery.key().as_str(), *key);
        assert!(delivery.signature_checked);
        assert_eq!(delivery.attempt_number, Some(1));
        assert!(!matches!(delivery.event, Event::Unknown(_)), "{key}");
        let written = serde_json::to_value(&delivery.event).unwrap();
        let lost = differences(payload, &written, Nulls::Nothing);
        assert!(lost.is_empty(), "{key}: {lost:?}");
    }
}

#[tokio::test]
async fn what_is_forged_is_refused_with_the_reason() {
    let received = Arc::default();
    let hook = Hook {
        receiver: Receiver::new(SECRET),
        received: Arc::clone(&received),
    };
    let url = serve(hook).await;
    let right = sign(&SECRET.into(), b"{}");
    let forged = sign(&"a guess".into(), b"{}");
    for (body, signature, status, words) in [
        ("{}", forged.as_str(), 401, "does not fit"),
        ("{ }", right.as_str(), 401, "does not fit"),
        ("{}", "sha256=", 401, "64 hexadecimal digits"),
        ("{}", "sha1=da39a3ee", 401, "another algorithm"),
    ] {
        let answer = request(&url, "repo:push", body, signature).send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        let text = answer.text().await.unwrap();
        assert!(text.contains(words), "{text}");
    }
    let unsigned = reqwest::Client::new()
        .post(&url)
        .header("X-Event-Key", "repo:push")
        .body("{}");
    let answer = unsigned.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 401);
    assert!(answer.text().await.unwrap().contains("not signed"));
    assert!(received.lock().unwrap().is_empty());
}
