//! Checks what build.rs takes for granted.

use anyhow::Result;
use serde_json::Value;

use super::report;
use crate::document::schemas::{
    SCHEMA_PREFIX, components, operations, visit_references, visit_schemas,
};

/// Every reference leads to a schema.
///
/// An overlay with a misspelt name would otherwise fail in build.rs, far from
/// its cause.
pub(super) fn check_references(document: &mut Value) -> Result<()> {
    let names = components(document).cloned().unwrap_or_default();
    let mut problems = Vec::new();
    visit_references(document, &mut |reference| {
        let name = reference.strip_prefix(SCHEMA_PREFIX);
        if !name.is_some_and(|name| names.contains_key(name)) {
            problems.push(reference.clone());
        }
    });
    visit_schemas(document, &mut |schema| {
        let variants = schema
            .pointer("/x-family/variants")
            .and_then(Value::as_array);
        for variant in variants.into_iter().flatten() {
            let name = variant
                .get("schema")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if !names.contains_key(name) {
                problems.push(format!("the variant {name:?} of a family"));
            }
        }
    });
    problems.sort();
    problems.dedup();
    report("reference(s) lead nowhere", &problems)
}

/// Every place in a path has its parameter, and every path parameter its place.
pub(super) fn check_paths(document: &mut Value) -> Result<()> {
    let mut problems = Vec::new();
    for operation in operations(document) {
        let mut expected = places(operation.path);
        let parameters = operation.object.get("parameters").and_then(Value::as_array);
        let mut declared: Vec<&str> = parameters
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        expected.sort_unstable();
        declared.sort_unstable();
        if expected != declared {
            let label = operation.label();
            problems.push(format!("{label} declares the path parameters {declared:?}"));
        }
    }
    report("operation(s) do not declare their path", &problems)
}

/// The names between braces.
fn places(path: &str) -> Vec<&str> {
    let parts = path.split('{').skip(1);
    parts
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_reference_to_nothing_is_named() {
        let mut document = json!({ "components": { "schemas": {
            "A": { "items": { "$ref": "#/components/schemas/B" } },
            "C": { "x-family": { "variants": [{ "value": "d", "schema": "D" }] } },
        } } });
        let error = check_references(&mut document).unwrap_err().to_string();
        assert!(error.contains("#/components/schemas/B"), "{error}");
        assert!(error.contains("\"D\""), "{error}");
    }

    #[test]
    fn references_that_lead_somewhere_pass() {
        let mut document = json!({ "components": { "schemas": {
            "A": { "items": { "$ref": "#/components/schemas/A" } },
        } } });
        check_references(&mut document).unwrap();
    }

    #[test]
    fn an_undeclared_place_is_named() {
        let mut document = json!({ "paths": {
            "/a/{name}-issues-{task_id}.zip": { "get": { "parameters": [
                { "name": "task_id", "in": "path" }, { "name": "name", "in": "path" }, { "name": "q", "in": "query" },
            ] } },
            "/b/{id}": { "get": {} },
        } });
        let error = check_paths(&mut document).unwrap_err().to_string();
        assert!(
            error.contains("GET /b/{id} declares the path parameters []"),
            "{error}"
        );
        assert!(error.contains("1 operation(s)"), "{error}");
    }
}
