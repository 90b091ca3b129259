//! Writes out what operations share.

use anyhow::{Result, anyhow};
use serde_json::{Map, Value};

use super::report;
use crate::document::schemas::METHODS;

/// Sections of `components` that operations refer to.
const SECTIONS: [&str; 5] = [
    "parameters",
    "requestBodies",
    "responses",
    "headers",
    "examples",
];

/// How many references may lead from one to the next before it must be a loop.
const LONGEST_CHAIN: usize = 16;

/// Gives each operation its own parameters, request body and responses.
///
/// Parameters of a path and references to shared parts save the author some
/// lines; every later rule and build.rs would have to look in two places.
pub(crate) fn inline_shared_parts(document: &mut Value) -> Result<()> {
    let shared = document.get("components").cloned().unwrap_or_default();
    let mut problems = Vec::new();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        if let Some(item) = item.as_object_mut() {
            inline_path(path, item, &shared, &mut problems);
        }
    }
    if let Some(components) = document
        .get_mut("components")
        .and_then(Value::as_object_mut)
    {
        components.retain(|section, _| !SECTIONS.contains(&section.as_str()));
    }
    report("shared part(s) cannot be found", &problems)
}

fn inline_path(
    path: &str,
    item: &mut Map<String, Value>,
    shared: &Value,
    problems: &mut Vec<String>,
) {
    let common = item.shift_remove("parameters");
    let common = common.and_then(|parameters| match parameters {
        Value::Array(parameters) => Some(parameters),
        _ => None,
    });
    let common = common.unwrap_or_default();
    for (method, operation) in item.iter_mut() {
        let Some(operation) = operation
            .as_object_mut()
            .filter(|_| METHODS.contains(&method.as_str()))
        else {
            continue;
        };
        let mut inline = |value: &mut Value| {
            if let Err(error) = resolve(value, shared) {
                problems.push(format!("{} {path}: {error}", method.to_uppercase()));
            }
        };
        merge_parameters(path, operation, &common, &mut inline);
        if let Some(body) = operation.get_mut("requestBody") {
            inline(body);
        }
        let responses = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut);
        for response in responses
            .into_iter()
            .flat_map(|responses| responses.values_mut())
        {
            inline(response);
        }
    }
}

/// The operation's own parameter wins over one of the path with the same name and place.
fn merge_parameters(
    path: &str,
    operation: &mut Map<String, Value>,
    common: &[Value],
    inline: &mut dyn FnMut(&mut Value),
) {
    let own = operation.get("parameters").and_then(Value::as_array);
    let own = own.into_iter().flatten();
    let mut merged: Vec<Value> = Vec::new();
    for parameter in common.iter().chain(own) {
        let mut parameter = parameter.clone();
        inline(&mut parameter);
        let key = |one: &Value| (one.get("name").cloned(), one.get("in").cloned());
        match merged.iter_mut().find(|one| key(one) == key(&parameter)) {
            Some(present) => *present = parameter,
            None => merged.push(parameter),
        }
    }
    // In the order of the path, then as declared.
    merged.sort_by_key(|parameter| {
        let name = parameter
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match parameter.get("in").and_then(Value::as_str) {
            Some("path") => path.find(&format!("{{{name}}}")).unwrap_or(path.len()),
            _ => usize::MAX,
        }
    });
    if !merged.is_empty() {
        operation.insert("parameters".to_owned(), Value::Array(merged));
    }
}

/// Replaces a reference to a shared part by what it refers to.
fn resolve(value: &mut Value, shared: &Value) -> Result<()> {
    for _ in 0..LONGEST_CHAIN {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
            return Ok(());
        };
        let pointer = reference.strip_prefix("#/components");
        let found = pointer.and_then(|pointer| shared.pointer(pointer));
        *value = found
            .cloned()
            .ok_or_else(|| anyhow!("nothing at {reference}"))?;
    }
    Err(anyhow!("its references go in a circle"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parameters_of_the_path_go_to_each_operation() {
        let mut document = json!({ "paths": { "/{a}/{b}": {
            "get": { "parameters": [{ "name": "q", "in": "query" }, { "name": "a", "in": "path", "x": 1 }] },
            "put": {},
            "parameters": [{ "name": "b", "in": "path" }, { "name": "a", "in": "path" }],
        } } });
        inline_shared_parts(&mut document).unwrap();
        let expected = json!({ "paths": { "/{a}/{b}": {
            "get": { "parameters": [
                { "name": "a", "in": "path", "x": 1 },
                { "name": "b", "in": "path" },
                { "name": "q", "in": "query" },
            ] },
            "put": { "parameters": [{ "name": "a", "in": "path" }, { "name": "b", "in": "path" }] },
        } } });
        assert_eq!(document, expected);
    }

    #[test]
    fn references_to_shared_parts_are_written_out() {
        let mut document = json!({
            "paths": { "/a": { "post": {
                "parameters": [{ "$ref": "#/components/parameters/limit" }],
                "requestBody": { "$ref": "#/components/requestBodies/alias" },
                "responses": { "200": { "$ref": "#/components/responses/done" } },
            } } },
            "components": {
                "parameters": { "limit": { "name": "limit", "in": "query" } },
                "requestBodies": {
                    "alias": { "$ref": "#/components/requestBodies/project" },
                    "project": { "required": true },
                },
                "responses": { "done": { "description": "Done." } },
                "schemas": {},
            },
        });
        inline_shared_parts(&mut document).unwrap();
        let expected = json!({
            "paths": { "/a": { "post": {
                "parameters": [{ "name": "limit", "in": "query" }],
                "requestBody": { "required": true },
                "responses": { "200": { "description": "Done." } },
            } } },
            "components": { "schemas": {} },
        });
        assert_eq!(document, expected);
    }

    #[test]
    fn a_missing_part_names_the_operation() {
        let mut document = json!({
            "paths": { "/a": { "post": { "requestBody": { "$ref": "#/components/requestBodies/none" } } } }
        });
        let error = inline_shared_parts(&mut document).unwrap_err().to_string();
        assert!(
            error.contains("POST /a: nothing at #/components/requestBodies/none"),
            "{error}"
        );
    }

    #[test]
    fn a_circle_is_an_error() {
        let mut document = json!({
            "paths": { "/a": { "post": { "requestBody": { "$ref": "#/components/requestBodies/a" } } } },
            "components": { "requestBodies": { "a": { "$ref": "#/components/requestBodies/a" } } },
        });
        let error = inline_shared_parts(&mut document).unwrap_err().to_string();
        assert!(error.contains("circle"), "{error}");
    }
}
