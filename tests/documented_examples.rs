//! No example of Bitbucket's documentation loses a field in the generated types.
//!
//! The examples are taken from the descriptions of the published document. Each
//! is read by the type of its operation's request or response and written back;
//! what differs must be explained in `exceptions.rs`.
//!
//! The same is done with the document of August 2026, which also declares
//! examples beside the types. It is not part of the project: the test reads it
//! from the file that `BITBUCKET_DOCUMENT_2026` names, or from
//! `../shared/documents` beside the checkout.

mod values;

#[path = "documented_examples/exceptions.rs"]
mod exceptions;
#[path = "documented_examples/extraction.rs"]
mod extraction;
#[path = "documented_examples/lenient_json.rs"]
mod lenient_json;

use std::{
    collections::BTreeSet,
    env,
    path::{Path, PathBuf},
};

use exceptions::{EXCEPTIONS, EXCEPTIONS_2026, READ_AS, READ_AS_2026};
use extraction::{Declared, Example, Extraction, declared, extract};
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

fn document_2026() -> Option<PathBuf> {
    if let Some(named) = env::var_os("BITBUCKET_DOCUMENT_2026") {
        return Some(PathBuf::from(named));
    }
    let beside = "../shared/documents/cloud-2026-08.openapi.json";
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join(beside);
    beside.is_file().then_some(beside)
}

#[test]
fn no_example_of_the_2026_document_loses_a_field() {
    let Some(path) = document_2026() else {
        println!("skipped: BITBUCKET_DOCUMENT_2026 names no file, and none is beside the checkout");
        return;
    };
    let document = values::effective();
    let newer = values::read(path);
    let mut findings = Findings::new(EXCEPTIONS_2026, READ_AS_2026);
    let Extraction { examples, unread } = extract(&newer);
    assert_eq!(unread, [] as [&str; 0], "examples that could not be read");
    let mut follows_a_request = false;
    for example in &examples {
        follows_a_request = is_request(example, follows_a_request && example.number > 1);
        check(&document, example, follows_a_request, &mut findings);
    }
    let declared = declared(&newer);
    for example in &declared {
        check_declared(&document, example, &mut findings);
    }
    println!(
        "{} examples in descriptions, {} declared, {} of them read, {} exceptions",
        examples.len(),
        declared.len(),
        findings.read,
        EXCEPTIONS_2026.len()
    );
    assert!(examples.len() >= 58 && declared.len() >= 58);
    findings.settle();
}

/// Examples that stand beside a type are not mixed up.
fn check_declared(document: &Value, example: &Declared, findings: &mut Findings) {
    let name = format!("{} {}", example.place, example.of);
    let Some(operation) = values::operation(document, &example.place) else {
        return findings.fail(&name, "is no example of an operation");
    };
    let (shapes, nulls) = match example.of.as_str() {
        "request" => (vec![values::request(operation)], Nulls::Something),
        status if status.starts_with('2') => (values::answers(document, operation), Nulls::Nothing),
        _ => (vec![values::error_type()], Nulls::Nothing),
    };
    findings.check(&name, &shapes, &example.value, nulls);
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
