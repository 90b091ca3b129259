//! Would it be noticed if a request were wrong?
//!
//! A judge that says nothing is no proof of anything. So it is shown a document
//! that is wrong in one way for each kind of thing that it judges, and has to
//! find each of them and nothing else.

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

use super::{
    examination,
    explanations::{Explanation, Explanations},
    subject::{Kind, Subject},
};
use crate::{product::CLOUD, support::document::Document};

/// What is made wrong, by a pointer into the path's item, and what has to come
/// of it.
struct Fault {
    path: &'static str,
    pointer: &'static str,
    value: fn() -> Value,
    violation: &'static str,
}

const FAULTS: &[Fault] = &[
    Fault {
        path: "/workspaces/{workspace}",
        pointer: "/get/parameters/-",
        value: || json!({"in": "query", "name": "other", "schema": {"type": "string"}}),
        violation: "get_workspace request.query required",
    },
    Fault {
        path: "/user",
        pointer: "/get/parameters",
        value: || json!([]),
        violation: "get_current_user request.query.fields undeclared",
    },
    Fault {
        path: "/user",
        pointer: "/get/responses/200/content/application~1json/schema",
        value: || json!({"type": "array", "items": {}}),
        violation: "get_current_user response.body type",
    },
    Fault {
        path: "/repositories/{workspace}/{repo_slug}/issues/{issue_id}",
        pointer: "/get/parameters/2/schema",
        value: || json!({"type": "boolean"}),
        violation: "get_issue request.path.issue_id type",
    },
    Fault {
        path: "/repositories/{workspace}/{repo_slug}/refs/tags",
        pointer: "/post/requestBody/content/application~1json/schema",
        value: || json!({"type": "object", "properties": {"name": {"type": "integer"}}}),
        violation: "create_tag request.body…name type",
    },
    Fault {
        path: "/repositories/{workspace}/{repo_slug}/downloads",
        pointer: "/post/requestBody",
        value: || json!({"content": {"application/json": {"schema": {}}}}),
        violation: "create_download request.body undeclared",
    },
];

/// An operation that the served document does not have.
const MISSING: &str = "/hook_events";
const MISSING_VIOLATION: &str = "get_webhook_subject_types request NO_PATH_MATCHED_ERROR";

/// A few operations of `corrected`, and the document that is wrong about them.
pub(crate) fn subject(corrected: &Value) -> Result<Subject> {
    let mut called = corrected.clone();
    let paths = FAULTS.iter().map(|fault| fault.path).chain([MISSING]);
    let paths: Map<String, Value> = paths
        .map(|path| (path.to_owned(), corrected["paths"][path].clone()))
        .collect();
    called["paths"] = Value::Object(paths);
    let mut served = called.clone();
    for fault in FAULTS {
        let place = format!("/paths/{}{}", fault.path.replace('/', "~1"), fault.pointer);
        put(&mut served, &place, (fault.value)())
            .with_context(|| format!("the counterproof has nothing to make wrong at {place}"))?;
    }
    served["paths"]
        .as_object_mut()
        .and_then(|paths| paths.remove(MISSING));
    let violations = FAULTS.iter().map(|fault| fault.violation);
    let explanations = Explanations::of(vec![Explanation {
        reason: "The document was made wrong here.".to_owned(),
        corrected_by: Vec::new(),
        violations: violations
            .chain([MISSING_VIOLATION])
            .map(str::to_owned)
            .collect(),
    }]);
    let called = Document::new(called);
    Ok(Subject {
        product: &CLOUD,
        kind: Kind::Counterproof,
        examples: examination::examples(&called),
        called,
        served,
        explanations,
    })
}

/// Replaces what is at `place`, or adds to the list there.
fn put(document: &mut Value, place: &str, value: Value) -> Option<()> {
    match place.strip_suffix("/-") {
        Some(list) => document.pointer_mut(list)?.as_array_mut()?.push(value),
        None => *document.pointer_mut(place)? = value,
    }
    Some(())
}
