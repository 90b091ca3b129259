//! No example of Bitbucket's documentation loses a field in the generated types.
//!
//! The examples are taken from the descriptions of the published document. Each
//! is read by the type of its operation's request or response and written back;
//! what differs must be explained in `exceptions.rs`.

mod values;

#[path = "documented_examples/exceptions.rs"]
mod exceptions;
#[path = "documented_examples/extraction.rs"]
mod extraction;
#[path = "documented_examples/lenient_json.rs"]
mod lenient_json;

use std::collections::BTreeSet;

use exceptions::{EXCEPTIONS, READ_AS};
use extraction::{Example, Extraction, extract};
use serde_json::{Value, json};
use values::{Findings, Nulls};

const PUBLISHED: &str = "spec/cloud/upstream.json";

/// As many examples as the document had when this was written, and different
/// ones among them. Fewer means that the extraction went blind.
const EXAMPLES: usize = 109;
const DISTINCT: usize = 96;

#[test]
fn no_example_loses_a_field() {
    let document = values::effective();
    let Extraction { examples, unread } = extract(&values::read(PUBLISHED));
    assert_eq!(unread, [] as [&str; 0], "examples that could not be read");
    let distinct: BTreeSet<_> = examples
        .iter()
        .map(|example| example.value.to_string())
        .collect();
    println!(
        "{} examples, {} different ones",
        examples.len(),
        distinct.len()
    );
    assert!(examples.len() >= EXAMPLES && distinct.len() >= DISTINCT);

    let mut findings = Findings::new(EXCEPTIONS, READ_AS);
    let mut follows_a_request = false;
    for example in &examples {
        follows_a_request = is_request(example, follows_a_request && example.number > 1);
        check(&document, example, follows_a_request, &mut findings);
    }
    println!(
        "{} of them read, {} exceptions",
        findings.read,
        EXCEPTIONS.len()
    );
    findings.settle();
}

fn check(document: &Value, example: &Example, is_request: bool, findings: &mut Findings) {
    let name = example.name();
    let Some(operation) = values::operation(document, &example.place) else {
        return findings.fail(&name, "is no example of an operation");
    };
    if is_request {
        let shapes = [values::request(operation)];
        findings.check(&name, &shapes, &example.value, Nulls::Something);
    } else {
        let mut shapes = values::answers(document, operation);
        shapes.push(values::error_type());
        findings.check(&name, &shapes, &example.value, Nulls::Nothing);
    }
}

/// Operations that read have no body. Otherwise an example is what is sent,
/// unless it is said to be the output, or follows what is sent in one block.
fn is_request(example: &Example, follows_a_request: bool) -> bool {
    let before = example.before.as_str();
    let has_any = |marks: &[&str]| marks.iter().any(|mark| before.contains(mark));
    let is_output = has_any(&["Output:", "< HTTP/", "\nHTTP/"]);
    let same_block = follows_a_request && !has_any(&["```", "curl ", " /2.0/"]);
    !(example.place.starts_with("GET ") || is_output || same_block)
}

#[test]
fn examples_are_found_however_they_are_written() {
    for (text, expected) in [
        ("```\n$ curl x\n{\"a\": 1, ...}\n```", json!({"a": 1})),
        (
            "    {\"a\": [...], \"b\": { ... },}",
            json!({"a": [], "b": {}}),
        ),
        ("<pre>{&quot;a&quot;: null}</pre>", json!({"a": null})),
        ("-d '{\"a\": {\"b\": 1}'\n", json!({"a": {"b": 1}})),
        ("-d { 'a': '{b}' }", json!({"a": "{b}"})),
        (
            "{\"a\": \"long/\n     address\"}",
            json!({"a": "long/address"}),
        ),
        ("{\"a\": https://b.c/d\"\n}", json!({"a": "https://b.c/d"})),
        (
            "{\"a\": 'b\", \"c\": <the d>, \"e\": $F}",
            json!({"a": "b", "e": "$F"}),
        ),
        (
            "{\"a\": {\"b\": word], \"c\": \"the \"d\" of e\"}",
            json!({"a": {"b": "word"}, "c": "the \"d\" of e"}),
        ),
        (
            "[{\"a\": \"say \\\"b\\\"\"}] // and so on",
            json!([{"a": "say \"b\""}]),
        ),
    ] {
        let found = extract(&json!({"description": text}));
        let values: Vec<_> = found
            .examples
            .iter()
            .map(|example| &example.value)
            .collect();
        assert_eq!(values, [&expected], "{text}");
    }
    for text in [
        "/repositories/{workspace}/{repo_slug}",
        "[link](#there)",
        "`{}` or [1, 2]",
        "[\"v1\"]",
    ] {
        assert!(
            extract(&json!({"description": text})).examples.is_empty(),
            "{text}"
        );
    }
    assert_eq!(
        extract(&json!({"description": "{\"a\": b c}"}))
            .unread
            .len(),
        1
    );
}
