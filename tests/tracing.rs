//! What a call tells about itself, and what it keeps to itself.

#[allow(dead_code, reason = "the tests of other things use the rest")]
#[path = "support/server.rs"]
mod server;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
};

use bitbucket::{Auth, Client, Method, RetryPolicy};
use serde_json::json;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt as _},
};

use server::{Answer, Server};

/// A span or an event, with what was recorded in it.
#[derive(Clone, Debug)]
struct Told {
    id: Option<u64>,
    name: &'static str,
    level: Level,
    fields: BTreeMap<&'static str, String>,
}

impl Visit for Told {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }
}

/// Keeps what this crate tells.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<Told>>>);

impl Listener {
    fn listen() -> (Self, DefaultGuard) {
        let listener = Self::default();
        let subscriber = Registry::default().with(listener.clone());
        (listener, tracing::subscriber::set_default(subscriber))
    }

    fn told(&self) -> Vec<Told> {
        self.0.lock().unwrap().clone()
    }

    fn span(&self) -> BTreeMap<&'static str, String> {
        let told = self.told();
        let [span] = &told
            .iter()
            .filter(|one| one.id.is_some())
            .collect::<Vec<_>>()[..]
        else {
            panic!("one call, one span: {told:#?}");
        };
        assert_eq!((span.name, span.level), ("bitbucket", Level::INFO));
        span.fields.clone()
    }
}

fn is_ours(metadata: &tracing::Metadata<'_>) -> bool {
    metadata.target().starts_with("bitbucket")
}

impl<S: Subscriber> Layer<S> for Listener {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, _: Context<'_, S>) {
        if is_ours(attributes.metadata()) {
            let mut told = Told {
                id: Some(id.into_u64()),
                name: attributes.metadata().name(),
                level: *attributes.metadata().level(),
                fields: BTreeMap::new(),
            };
            attributes.record(&mut told);
            self.0.lock().unwrap().push(told);
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, _: Context<'_, S>) {
        let mut all = self.0.lock().unwrap();
        if let Some(told) = all.iter_mut().find(|told| told.id == Some(id.into_u64())) {
            values.record(told);
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if is_ours(event.metadata()) {
            let mut told = Told {
                id: None,
                name: "event",
                level: *event.metadata().level(),
                fields: BTreeMap::new(),
            };
            event.record(&mut told);
            self.0.lock().unwrap().push(told);
        }
    }
}

async fn asked(answers: impl IntoIterator<Item = Answer>) -> (Server, Client) {
    let (server, queue) = Server::with_queue().await;
    for answer in answers {
        queue.push(answer);
    }
    let client = Client::builder()
        .base_url(server.base_url())
        .auth(Auth::basic("kim", "s3cret"))
        .retry(RetryPolicy::new().first_delay(std::time::Duration::from_millis(1)))
        .build()
        .unwrap();
    (server, client)
}

#[tokio::test]
async fn a_call_is_a_span_with_the_names_of_opentelemetry() {
    let (listener, _guard) = Listener::listen();
    let page = Answer::json(200, &json!({"values": [{"title": "s3cret"}]}));
    let (server, client) = asked([Answer::text(503, "s3cret"), page]).await;
    client
        .repository("s3cret-workspace", "s3cret-repository")
        .list_pull_requests()
        .q(r#"title = "s3cret""#)
        .send()
        .await
        .unwrap();

    let mut span = listener.span();
    let duration = span.remove("http.client.request.duration").unwrap();
    let seconds: f64 = duration.parse().unwrap();
    assert!(seconds > 0.0 && seconds < 60.0, "{seconds}");
    let port = server.origin().rsplit(':').next().unwrap();
    let template = "/repositories/{workspace}/{repo_slug}/pullrequests";
    let name = format!("GET {template}");
    let expected = BTreeMap::from([
        ("otel.name", name.as_str()),
        ("otel.kind", "client"),
        ("bitbucket.operation", "list_pull_requests"),
        ("http.request.method", "GET"),
        ("http.request.resend_count", "1"),
        ("http.response.status_code", "200"),
        ("url.template", template),
        ("server.address", "127.0.0.1"),
        ("server.port", port),
    ]);
    let found: BTreeMap<_, _> = span.iter().map(|(name, value)| (*name, &**value)).collect();
    assert_eq!(found, expected);

    let told = listener.told();
    let events: Vec<_> = told.iter().filter(|one| one.id.is_none()).collect();
    let [event] = events[..] else {
        panic!("one retry, one event: {events:#?}");
    };
    assert_eq!(event.level, Level::DEBUG);
    assert_eq!(event.fields["error.type"], "503");
    assert_eq!(event.fields["http.request.resend_count"], "1");
    assert!(event.fields.contains_key("wait"));

    let shown = format!("{told:?}");
    for secret in ["s3cret", "a2ltOnMzY3JldA", "Basic", "title"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn a_failure_is_one_of_the_span() {
    for (answer, status, kind) in [
        (Answer::text(404, "s3cret"), "404", "404"),
        (Answer::text(200, "s3cret"), "200", "Decode"),
        (Answer::new(302), "302", "Redirect"),
    ] {
        let (listener, _guard) = Listener::listen();
        let (_server, client) = asked([answer]).await;
        let repository = client.repository("a", "b");
        repository.get_repository().send().await.unwrap_err();
        let span = listener.span();
        assert_eq!(span["otel.status_code"], "ERROR");
        assert_eq!(span["error.type"], kind);
        assert_eq!(span["http.response.status_code"], status);
        assert!(!span.contains_key("http.request.resend_count"));
        assert!(!format!("{:?}", listener.told()).contains("s3cret"));
    }
}

#[tokio::test]
async fn without_an_answer_there_is_no_status() {
    let (listener, _guard) = Listener::listen();
    let (server, client) = asked([]).await;
    drop(server);
    let client = client.with_retry(RetryPolicy::none());
    let repository = client.repository("a", "b");
    repository.get_repository().send().await.unwrap_err();
    let span = listener.span();
    assert_eq!(span["error.type"], "Connect");
    assert!(!span.contains_key("http.response.status_code"));
}

#[tokio::test]
async fn a_raw_request_has_no_template() {
    let (listener, _guard) = Listener::listen();
    let (_server, client) = asked([Answer::json(200, &json!({}))]).await;
    client
        .request(Method::GET, "/s3cret/path")
        .query(&[("q", "s3cret")])
        .send::<serde_json::Value>()
        .await
        .unwrap();
    let span = listener.span();
    assert_eq!(span["otel.name"], "GET");
    assert!(!span.contains_key("url.template"));
    assert!(!format!("{span:?}").contains("s3cret"));
}
