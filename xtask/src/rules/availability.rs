//! What is said of operations that Bitbucket has deprecated or removed is sound.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::{Map, Value};

use super::report;
use crate::document::schemas::operations;

/// Demands that an operation which is said to be removed or replaced is marked
/// as deprecated, says since when, and names a live operation to call instead.
///
/// The name becomes part of the compiler's warning: a method that does not
/// exist, or that is gone as well, would send callers in circles.
pub(super) fn check_availability(document: &mut Value) -> Result<()> {
    let all = operations(document);
    let live: BTreeSet<&str> = all
        .iter()
        .filter(|operation| !operation.object.contains_key("x-removed"))
        .filter_map(|operation| operation.object.get("operationId")?.as_str())
        .collect();
    let mut problems = Vec::new();
    for operation in &all {
        let marks = ["x-deprecated", "x-removed", "x-replaced-by"];
        let marked = marks
            .iter()
            .any(|mark| operation.object.contains_key(*mark));
        if marked && operation.object.get("deprecated") != Some(&Value::Bool(true)) {
            problems.push(format!("{} is not marked as deprecated", operation.label()));
        }
        if let Some(problem) = problem(operation.object, &live) {
            problems.push(format!("{} {problem}", operation.label()));
        }
    }
    report("operation(s) have a state that cannot be told", &problems)
}

fn problem(operation: &Map<String, Value>, live: &BTreeSet<&str>) -> Option<String> {
    match operation.get("x-removed") {
        Some(Value::String(since)) if is_date(since) => {}
        None => {}
        Some(other) => return Some(format!("was removed since {other}, which is no date")),
    }
    match operation.get("x-replaced-by") {
        Some(Value::String(name)) if live.contains(name.as_str()) => None,
        None => None,
        Some(other) => Some(format!(
            "is replaced by {other}, which is no live operation"
        )),
    }
}

/// `2026-08-20`, or `2026-08` where the day is not known.
fn is_date(text: &str) -> bool {
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = text.split('-');
    let year_and_month = parts.next().is_some_and(|year| digits(year, 4))
        && parts.next().is_some_and(|month| digits(month, 2));
    year_and_month && parts.next().is_none_or(|day| digits(day, 2)) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn states_that_hold_together_pass() {
        let mut document = json!({ "paths": { "/a": {
            "get": { "operationId": "get_a" },
            "put": { "operationId": "put_a", "deprecated": true, "x-replaced-by": "get_a" },
            "post": { "operationId": "post_a", "deprecated": true, "x-removed": "2026-04-14" },
            "delete": { "operationId": "delete_a", "deprecated": true, "x-removed": "2026-08" },
        } } });
        check_availability(&mut document).unwrap();
    }

    #[test]
    fn states_that_cannot_be_told_are_listed() {
        let mut document = json!({ "paths": { "/a": {
            "get": { "operationId": "get_a", "deprecated": true, "x-removed": "2026-08" },
            "put": { "operationId": "put_a", "deprecated": true, "x-replaced-by": "get_a" },
            "post": { "operationId": "post_a", "deprecated": true, "x-replaced-by": "gone" },
            "delete": { "operationId": "delete_a", "x-removed": "soon" },
        } } });
        let error = check_availability(&mut document).unwrap_err().to_string();
        for expected in [
            "PUT /a is replaced by \"get_a\", which is no live operation",
            "POST /a is replaced by \"gone\", which is no live operation",
            "DELETE /a is not marked as deprecated",
            "DELETE /a was removed since \"soon\", which is no date",
        ] {
            assert!(error.contains(expected), "{expected} in {error}");
        }
    }
}
