//! Path parameters: a request goes to its operation's own path, with every value
//! in its place, or nowhere.

use std::collections::BTreeMap;

use bitbucket::{Client, ErrorKind, catalog};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{
    cases, runtime,
    support::{
        arguments::Call,
        assert_none, client,
        document::{Document, Location, Operation},
        samples::Samples,
        server::{Answer, Server},
    },
    text,
};

/// Texts that have led programs elsewhere before.
const NOTORIOUS: [&str; 24] = [
    "",
    ".",
    "..",
    "%2e%2e",
    "%252e%252e",
    "/",
    "//",
    "a/../..",
    "a//b",
    "/a",
    "a/./b",
    "a\\b",
    "..\\..",
    "%5c..%5c",
    "a?b#c",
    ";jsessionid=1",
    "a\r\nX-Evil: 1",
    "\0",
    "\u{85}",
    "\u{202e}",
    "．．",
    "@evil.example",
    "://evil.example/",
    "{}",
];

struct Bench {
    runtime: Runtime,
    server: Server,
    client: Client,
    /// Every operation, with what it needs beside its path.
    calls: Vec<(Operation, Call)>,
}

impl Bench {
    fn new() -> Self {
        let runtime = runtime();
        let server = runtime.block_on(Server::start(|_| Answer::new(204)));
        let client = client(&server.base_url());
        let document = Document::read();
        let mut samples = Samples::new(&document);
        let operations = document.operations().into_iter();
        let calls = operations
            .map(|operation| {
                let call = Call::bare(&operation, &mut samples);
                (operation, call)
            })
            .collect();
        Self {
            runtime,
            server,
            client,
            calls,
        }
    }

    /// Calls an operation with these values in its path.
    fn check(
        &self,
        operation: &Operation,
        call: &Call,
        values: &BTreeMap<String, Value>,
    ) -> Result<(), String> {
        let mut arguments = call.arguments.clone();
        arguments.extend(values.clone());
        let arguments = arguments.into_iter().collect();
        let outcome = catalog::call(&self.client, &operation.id, arguments);
        let outcome = self.runtime.block_on(outcome);
        let mut requests = self.server.take_requests();
        let refused = matches!(&outcome, Err(error) if error.kind() == ErrorKind::InvalidRequest);
        let named = || format!("{} with {values:?}", operation.id);
        let has_to_be_refused = operation.parameters(Location::Path).any(|parameter| {
            let value = values[&parameter.name].as_str();
            value.is_some_and(|value| leads_elsewhere(value, parameter.slash))
        });
        match (requests.pop(), requests.len(), refused) {
            (None, _, true) if has_to_be_refused => Ok(()),
            (None, ..) => Err(format!("{}: not sent: {outcome:?}", named())),
            (Some(request), 0, false) if !has_to_be_refused => {
                let place = format!("{} {}", request.method, request.path());
                if request.method != operation.method {
                    return Err(format!("{}: sent as {place}", named()));
                }
                let found = decoded(request.path());
                let expected = expected(operation, values);
                if found != expected {
                    return Err(format!("{}: sent as {place}", named()));
                }
                let query = request.query();
                (query == call.query)
                    .then_some(())
                    .ok_or_else(|| format!("{}: the query became {query:?}", named()))
            }
            (Some(request), ..) => Err(format!("{}: sent as {request:?}", named())),
        }
    }
}

/// Whether a server may take the value for another path.
fn leads_elsewhere(value: &str, slash: bool) -> bool {
    let strange =
        |segment: &str| matches!(segment, "" | "." | "..") || segment.chars().any(char::is_control);
    if !slash {
        return strange(value);
    }
    // A slash at the end names a directory, and alone the root.
    let path = value.strip_suffix('/').unwrap_or(value);
    value != "/" && path.split('/').any(strange)
}

/// The segments of a path as a server reads them.
fn decoded(path: &str) -> Vec<String> {
    let segments = path.split('/').map(|segment| {
        let decoded = percent_decode_str(segment).decode_utf8();
        decoded.map_or_else(|_| format!("not UTF-8: {segment}"), Into::into)
    });
    segments.collect()
}

/// The segments that the template has with these values in it.
fn expected(operation: &Operation, values: &BTreeMap<String, Value>) -> Vec<String> {
    let mut segments = vec![String::new(), "2.0".to_owned()];
    for template in operation.path.split('/').skip(1) {
        let slash = operation
            .parameters(Location::Path)
            .any(|one| one.slash && template == format!("{{{}}}", one.name));
        match filled(template, values) {
            root if slash && root == "/" => segments.push(String::new()),
            path if slash => segments.extend(path.split('/').map(str::to_owned)),
            segment => segments.push(segment),
        }
    }
    segments
}

/// From left to right, so that braces in a value are no place for the next.
fn filled(template: &str, values: &BTreeMap<String, Value>) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').expect("the template closes it");
        filled.push_str(before);
        match &values[name] {
            Value::String(text) => filled.push_str(text),
            other => filled.push_str(&other.to_string()),
        }
        rest = after;
    }
    filled + rest
}

/// A value for each place: numbers where there have to be numbers.
fn values(operation: &Operation, mut text: impl FnMut(usize) -> String) -> BTreeMap<String, Value> {
    let parameters = operation.parameters(Location::Path).enumerate();
    parameters
        .map(|(index, parameter)| {
            let value = if parameter.is_integer() {
                json!(i64::try_from(index).unwrap_or_default() - 1)
            } else {
                json!(text(index))
            };
            (parameter.name.clone(), value)
        })
        .collect()
}

#[test]
fn no_notorious_text_leads_to_another_path() {
    let bench = Bench::new();
    let mut failures = Vec::new();
    let mut checked = 0;
    for (operation, call) in &bench.calls {
        for (place, parameter) in operation.parameters(Location::Path).enumerate() {
            if parameter.is_integer() {
                continue;
            }
            for notorious in NOTORIOUS {
                let text = |index| if index == place { notorious } else { "x" }.to_owned();
                let values = values(operation, text);
                failures.extend(bench.check(operation, call, &values).err());
                checked += 1;
            }
        }
    }
    assert_none(&failures);
    assert!(checked > 300 * NOTORIOUS.len(), "{checked}");
}

#[test]
fn no_text_leads_to_another_path() {
    let bench = Bench::new();
    let most = bench.calls.iter().map(|(operation, _)| {
        let parameters = operation.parameters(Location::Path);
        parameters.count()
    });
    let texts = prop::collection::vec(text(), most.max().unwrap_or_default());
    proptest!(cases(), |(which in 0..bench.calls.len(), texts in texts)| {
        let (operation, call) = &bench.calls[which];
        let values = values(operation, |index| texts[index].clone());
        prop_assert_eq!(bench.check(operation, call, &values), Ok(()));
    });
}
