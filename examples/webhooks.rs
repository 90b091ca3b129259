//! Receives what Bitbucket delivers to a webhook, checks the signatures and
//! prints the events.
//!
//! Without arguments it shows itself: it listens on loopback and sends itself
//! one signed delivery and one forged one.
//!
//! ```sh
//! cargo run --example webhooks
//! ```
//!
//! With an address it listens there, at `/hook`, until it is stopped. Bitbucket
//! must be able to reach it, as through a proxy that has a certificate.
//!
//! ```sh
//! export BITBUCKET_WEBHOOK_SECRET=…  # the secret of the webhook
//! cargo run --example webhooks -- 0.0.0.0:8080
//! ```

use std::{env, error::Error};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use bitbucket::{
    Secret, reqwest,
    webhooks::{Delivery, Event, Receiver, sign},
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(address) = env::args().nth(1) else {
        return demonstrate().await;
    };
    let secret = env::var("BITBUCKET_WEBHOOK_SECRET")
        .map_err(|_| "set BITBUCKET_WEBHOOK_SECRET to the secret of the webhook")?;
    let listener = TcpListener::bind(address).await?;
    println!("Listening at http://{}/hook", listener.local_addr()?);
    serve(listener, secret).await
}

async fn serve(listener: TcpListener, secret: impl Into<Secret>) -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/hook", post(receive))
        .with_state(Receiver::new(secret));
    Ok(axum::serve(listener, app).await?)
}

/// The signature is over the bytes of the body, so that the handler takes these,
/// and not the JSON in them. Axum refuses bodies of more than 2 MB.
async fn receive(
    State(receiver): State<Receiver>,
    headers: axum::http::HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    match receiver.receive(&headers, &body) {
        Ok(delivery) => {
            println!("{}", description(&delivery));
            (StatusCode::OK, String::new())
        }
        Err(error) => {
            println!("refused: {error}");
            (error.status(), error.to_string())
        }
    }
}

fn description(delivery: &Delivery) -> String {
    let event = &delivery.event;
    let who = event
        .actor()
        .and_then(|actor| actor.display_name.as_deref());
    let repository = event.repository();
    let place = repository.and_then(|repository| repository.full_name.as_deref());
    let what = match event {
        Event::RepositoryPush(push) => {
            let names: Vec<_> = push.changes().filter_map(|change| change.name()).collect();
            format!("pushed {}", names.join(", "))
        }
        Event::PullRequestCreated(opened) => match &opened.pull_request {
            Some(pull_request) => format!(
                "opened #{} {}",
                pull_request.id.unwrap_or_default(),
                pull_request.title.as_deref().unwrap_or_default(),
            ),
            None => "opened a pull request".to_owned(),
        },
        other => other.key().to_string(),
    };
    format!(
        "{}: {} {what} (attempt {})",
        place.unwrap_or("somewhere"),
        who.unwrap_or("somebody"),
        delivery.attempt_number.unwrap_or(1),
    )
}

/// Sends itself what Bitbucket would send, and what somebody else might.
async fn demonstrate() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/hook", listener.local_addr()?);
    tokio::spawn(async move {
        if let Err(error) = serve(listener, "a secret for the demonstration").await {
            eprintln!("{error}");
        }
    });

    let body = r#"{
        "actor": {"type": "user", "display_name": "Kim"},
        "repository": {"type": "repository", "full_name": "acme/website"},
        "push": {"changes": [{"new": {"type": "branch", "name": "dark-theme"}, "created": true}]}
    }"#;
    for secret in ["a secret for the demonstration", "a guess"] {
        let answer = reqwest::Client::new()
            .post(&url)
            .header("X-Event-Key", "repo:push")
            .header("X-Attempt-Number", "1")
            .header("X-Hub-Signature", sign(&secret.into(), body.as_bytes()))
            .body(body)
            .send()
            .await?;
        println!("answered with {}", answer.status());
    }
    Ok(())
}
