//! JSON from a server that means harm: however deep, wide or odd it is, there is
//! a value or an error, on a stack that is no larger than a worker of Tokio's.

use std::{collections::BTreeSet, fmt::Write as _, thread};

use bitbucket::{Client, Error, ErrorKind, Method, catalog};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::{
    runtime,
    support::{
        arguments::Call,
        client,
        document::{Content, Document, Operation, referenced},
        samples::Samples,
        server::{Answer, Answers, Server},
    },
};

/// What a worker thread of Tokio's has. Code that is not optimised needs up to
/// 1.5 MiB of it for the deepest answer that the parser takes.
const STACK: usize = 2 * 1024 * 1024;
/// The JSON parser goes no deeper than 127.
const DEEPEST: usize = 126;
/// How many ways through each schema are tried.
const WALKS: usize = 6;

/// Components that hold themselves, or one that does.
fn endless(document: &Document) -> BTreeSet<String> {
    let mut endless: BTreeSet<String> = document.schema_names().map(str::to_owned).collect();
    loop {
        let ends = |name: &&String| {
            let mut inner = Vec::new();
            components(document.schema(name), &mut inner);
            !inner.iter().any(|inner| endless.contains(inner))
        };
        let ending: Vec<String> = endless.iter().filter(ends).cloned().collect();
        if ending.is_empty() {
            return endless;
        }
        endless.retain(|name| !ending.contains(name));
    }
}

/// Names of the components that a schema refers to.
fn components(schema: &Value, found: &mut Vec<String>) {
    found.extend(referenced(schema).map(str::to_owned));
    let variants = schema["x-family"]["variants"].as_array();
    for variant in variants.into_iter().flatten() {
        components(&member(variant), found);
    }
    let properties = schema["properties"].as_object();
    let properties = properties.into_iter().flatten().map(|(_, one)| one);
    for inner in properties
        .chain(schema.get("items"))
        .chain(schema.get("additionalProperties"))
    {
        components(inner, found);
    }
}

/// The schema of a member of a family: some name it with the way to it.
fn member(variant: &Value) -> Value {
    let name = variant["schema"].as_str().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default();
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// JSON of a schema that goes as deep as it can.
struct Walk<'a> {
    endless: &'a BTreeSet<String>,
    samples: &'a Samples<'a>,
    /// Chooses among properties; a plain linear congruence, so that a failure
    /// comes back.
    state: usize,
}

impl Walk<'_> {
    fn choose(&mut self, among: usize) -> usize {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.state >> 33) % among.max(1)
    }

    fn is_endless(&self, schema: &Value) -> bool {
        let mut inner = Vec::new();
        components(schema, &mut inner);
        inner.iter().any(|inner| self.endless.contains(inner))
    }

    fn write(&mut self, json: &mut String, schema: &Value, depth: usize) {
        if depth == 0 {
            json.push_str("null");
            return;
        }
        let schema = self.samples.resolve(schema);
        if let Some(variants) = schema["x-family"]["variants"].as_array() {
            let endless: Vec<&Value> = variants
                .iter()
                .filter(|variant| self.is_endless(&member(variant)))
                .collect();
            let among = if endless.is_empty() {
                variants.iter().collect()
            } else {
                endless
            };
            let variant = among[self.choose(among.len())];
            let member = self.samples.resolve(&member(variant));
            let start = json.len();
            self.write(json, &member, depth);
            if json[start..].starts_with('{') {
                let tag = format!("{{\"type\":{},", variant["value"]);
                json.replace_range(start..=start, &tag);
            }
            return;
        }
        if schema["type"] == "array" {
            json.push('[');
            self.write(json, &schema["items"], depth - 1);
            json.push(']');
            return;
        }
        let properties = schema["properties"].as_object().into_iter().flatten();
        let mut deeper: Vec<(String, Value)> = properties
            .filter(|(name, schema)| *name != "type" && leads_deeper(schema))
            .map(|(name, schema)| (name.clone(), schema.clone()))
            .collect();
        if deeper.iter().any(|(_, schema)| self.is_endless(schema)) {
            deeper.retain(|(_, schema)| self.is_endless(schema));
        }
        let (name, inner) = match deeper.get(self.choose(deeper.len())) {
            Some((name, schema)) => (name.as_str(), schema.clone()),
            // What the schema says no more of may be anything.
            None => (
                "anything",
                schema
                    .get("additionalProperties")
                    .cloned()
                    .unwrap_or_default(),
            ),
        };
        // Writing to a string does not fail.
        let _ = write!(json, "{{{}:", json!(name));
        self.write(json, &inner, depth - 1);
        json.push('}');
    }
}

fn leads_deeper(schema: &Value) -> bool {
    referenced(schema).is_some()
        || schema.get("type").is_none()
        || matches!(schema["type"].as_str(), Some("object" | "array"))
}

/// Opens `depth` times, and closes as often or not at all.
fn nested(open: &str, close: &str, depth: usize) -> String {
    open.repeat(depth) + "0" + &close.repeat(depth)
}

struct Bench {
    server: Server,
    answers: Answers,
    client: Client,
}

impl Bench {
    async fn new() -> Self {
        let (server, answers) = Server::with_queue().await;
        let client = client(&server.base_url());
        Self {
            server,
            answers,
            client,
        }
    }

    /// What an operation makes of this answer.
    async fn call(
        &self,
        operation: &Operation,
        call: &Call,
        status: u16,
        body: String,
    ) -> Result<(), Error> {
        self.answers
            .push(Answer::bytes(status, "application/json", body));
        let answer = catalog::call(&self.client, &operation.id, call.arguments()).await;
        assert_eq!(self.server.take_requests().len(), 1, "{}", operation.id);
        answer.map(drop)
    }
}

/// Runs a test on a thread with little stack. An overflow ends the process.
fn on_a_small_stack<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send + 'static) {
    let thread = thread::Builder::new().stack_size(STACK);
    let running = thread.spawn(move || runtime().block_on(test()));
    if let Err(panic) = running.expect("there is room for a thread").join() {
        std::panic::resume_unwind(panic);
    }
}

/// The operations whose answers are of different types, each with its schema.
fn answers(document: &Document) -> Vec<(Operation, Value)> {
    let mut seen = BTreeSet::new();
    let operations = document.operations().into_iter();
    let answers = operations.filter_map(|operation| match &operation.success.content {
        Content::Json(schema) => {
            let schema = schema.clone();
            Some((operation, schema))
        }
        _ => None,
    });
    answers
        .filter(|(_, schema)| seen.insert(schema.to_string()))
        .collect()
}

#[test]
fn an_answer_of_any_type_may_be_as_deep_as_it_likes() {
    on_a_small_stack(|| async {
        let document = Document::read();
        let endless = endless(&document);
        let mut samples = Samples::new(&document);
        let bench = Bench::new().await;
        let (mut decoded, mut refused) = (0, 0);
        for (operation, schema) in answers(&document) {
            let call = Call::bare(&operation, &mut samples);
            for state in 0..WALKS {
                for depth in [DEEPEST, 4 * DEEPEST] {
                    let mut walk = Walk {
                        endless: &endless,
                        samples: &samples,
                        state,
                    };
                    let mut body = String::new();
                    walk.write(&mut body, &schema, depth);
                    let status = operation.success.status;
                    match bench.call(&operation, &call, status, body).await {
                        Ok(()) => decoded += 1,
                        Err(error) if error.kind() == ErrorKind::Decode => refused += 1,
                        Err(error) => panic!("{}: {error:?}", operation.id),
                    }
                }
            }
        }
        // Too deep for the parser is only what a type has a place for.
        assert!(
            decoded > 200 && refused > 200,
            "{decoded} decoded, {refused} refused"
        );
    });
}

#[test]
fn no_depth_of_an_answer_or_an_error_does_harm() {
    on_a_small_stack(|| async {
        let document = Document::read();
        let mut samples = Samples::new(&document);
        let bench = Bench::new().await;
        for (operation, _) in answers(&document) {
            let call = Call::bare(&operation, &mut samples);
            for status in [operation.success.status, 400] {
                for body in [
                    nested("[", "]", 20_000),
                    nested("{\"values\":[", "", 10_000),
                    nested("{\"error\":", "}", 20_000),
                    nested("{\"error\":{\"fields\":", "}}", 60),
                ] {
                    let outcome = bench.call(&operation, &call, status, body).await;
                    assert!(outcome.is_err() || status < 300, "{}", operation.id);
                }
            }
        }
    });
}

#[test]
fn raw_answers_and_pages_may_be_as_deep_as_they_like() {
    on_a_small_stack(|| async {
        let bench = Bench::new().await;
        let raw = || bench.client.request(Method::GET, "/x");
        for (body, reads) in [
            (nested("[", "]", DEEPEST), true),
            (nested("{\"a\":", "}", DEEPEST), true),
            (nested("[", "]", 128), false),
            (nested("[", "]", 1_000_000), false),
            (nested("{\"a\":", "}", 1_000_000), false),
            ("[".repeat(1_000_000), false),
            ("{\"a\":[".repeat(1_000_000), false),
        ] {
            bench
                .answers
                .push(Answer::bytes(200, "application/json", body.clone()));
            let answer = raw().send::<Value>().await;
            assert_eq!(answer.is_ok(), reads);
            let page = format!("{{\"values\":[{body}]}}");
            bench
                .answers
                .push(Answer::bytes(200, "application/json", page));
            let items = raw().stream::<Value>().try_collect::<Vec<_>>().await;
            assert_eq!(
                items.is_ok(),
                reads && body.len() < 128 * 8 && depth(&body) < 125
            );
            // What is not asked for is passed over, however deep it is.
            let page = format!("{{\"other\":{body},\"values\":[]}}");
            bench
                .answers
                .push(Answer::bytes(200, "application/json", page));
            let items = raw().stream::<Value>().try_collect::<Vec<_>>().await;
            assert!(items.is_ok_and(|items| items.is_empty()) || !body.ends_with(['}', ']']));
        }
    });
}

fn depth(body: &str) -> usize {
    body.matches(['[', '{']).count()
}

#[test]
fn odd_json_is_a_value_or_an_error() {
    on_a_small_stack(|| async {
        let document = Document::read();
        let mut samples = Samples::new(&document);
        let bench = Bench::new().await;
        let get = |id: &str| {
            let operation = document.operations().into_iter().find(|one| one.id == id);
            operation.expect("the document has it")
        };
        let operation = get("get_pull_request");
        let call = Call::bare(&operation, &mut samples);
        let digits = "9".repeat(100_000);
        for (body, reads) in [
            // Numbers that no number has room for.
            (format!("{{\"id\":{digits}}}"), false),
            (format!("{{\"id\":-{digits}}}"), false),
            (format!("{{\"id\":0.{digits}}}"), false),
            ("{\"id\":1e999999999}".to_owned(), false),
            ("{\"id\":1e-999999999}".to_owned(), false),
            ("{\"id\":9223372036854775808}".to_owned(), false),
            ("{\"id\":-9223372036854775808}".to_owned(), true),
            ("{\"id\":NaN}".to_owned(), false),
            (format!("{{\"unknown\":{digits}}}"), true),
            ("{\"unknown\":1e999999999}".to_owned(), true),
            // Keys that come twice.
            ("{\"id\":1,\"id\":2}".to_owned(), false),
            ("{\"unknown\":1,\"unknown\":2,\"id\":7}".to_owned(), true),
            (
                format!("{{{}\"id\":7}}", "\"unknown\":1,".repeat(100_000)),
                true,
            ),
            // Halves of characters, and what is none.
            (r#"{"title":"\ud83d\ude00"}"#.to_owned(), true),
            (r#"{"title":"\ud83d"}"#.to_owned(), false),
            (r#"{"title":"\ude00\ud83d"}"#.to_owned(), false),
            (r#"{"title":"\u0000\uffff\u2028"}"#.to_owned(), true),
            (r#"{"title":"\x41"}"#.to_owned(), false),
            ("{\"title\":\"\u{feff}\"}".to_owned(), true),
            ("\u{feff}{}".to_owned(), false),
            // Names and texts without an end.
            (format!("{{\"{}\":1}}", "k".repeat(1_000_000)), true),
            (
                format!("{{\"title\":\"{}\"}}", "\\u0041".repeat(200_000)),
                true,
            ),
            ("{\"title\":\"".to_owned() + &"a".repeat(1_000_000), false),
            ("{} {}".to_owned(), false),
        ] {
            let shown: String = body.chars().take(60).collect();
            let outcome = bench.call(&operation, &call, 200, body.clone()).await;
            assert_eq!(outcome.is_ok(), reads, "{shown}: {outcome:?}");
            if let Err(error) = outcome {
                assert_eq!(error.kind(), ErrorKind::Decode, "{shown}");
                assert!(error.to_string().len() < 4096, "{shown}: a long message");
            }
            // As the body of an error it never hides the status.
            let outcome = bench.call(&operation, &call, 409, body).await;
            let error = outcome.expect_err("409 is no success");
            assert!(error.is_conflict(), "{shown}: {error:?}");
        }
    });
}

#[test]
fn an_endless_message_is_cut() {
    on_a_small_stack(|| async {
        let document = Document::read();
        let mut samples = Samples::new(&document);
        let bench = Bench::new().await;
        let operations = document.operations();
        let operation = operations.iter().find(|one| one.id == "get_repository");
        let operation = operation.expect("the document has it");
        let call = Call::bare(operation, &mut samples);
        let long = "long ".repeat(200_000);
        for body in [
            json!({"error": {"message": long}}).to_string(),
            json!({"error": {"message": "m", "detail": long}}).to_string(),
            json!({"error": {"fields": {"title": [long]}}}).to_string(),
            json!({ "error": long }).to_string(),
            long.clone(),
            format!("<title>{long}</title>"),
        ] {
            let error = bench.call(operation, &call, 400, body).await.unwrap_err();
            let shown = error.to_string();
            assert!(shown.len() < 1024, "{} bytes", shown.len());
        }
    });
}
