//! Values for the tests that no input may break.

use proptest::prelude::*;
use serde_json::{Map, Value};

/// Keys that mean something in an `OpenAPI` document, so that arbitrary JSON
/// reaches the code behind them.
const KEYS: [&str; 44] = [
    "a",
    "openapi",
    "paths",
    "/a/{id}",
    "/b",
    "get",
    "post",
    "parameters",
    "name",
    "in",
    "schema",
    "requestBody",
    "content",
    "application/json",
    "multipart/form-data",
    "responses",
    "200",
    "202",
    "404",
    "default",
    "components",
    "schemas",
    "requestBodies",
    "Error",
    "Link",
    "link",
    "properties",
    "items",
    "additionalProperties",
    "allOf",
    "oneOf",
    "enum",
    "type",
    "format",
    "required",
    "$ref",
    "x-name",
    "x-family",
    "variants",
    "x-rust-type",
    "tags",
    "operationId",
    "description",
    "values",
];

const TEXTS: [&str; 16] = [
    "",
    "a",
    "object",
    "array",
    "string",
    "integer",
    "path",
    "query",
    "id",
    "get_a",
    "PullRequest",
    "#/components/schemas/Error",
    "#/components/schemas/a",
    "#/components/requestBodies/a",
    "<p>[a] ```",
    "3.0.0",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        prop::sample::select(&TEXTS[..]).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ]
}

/// Any JSON, with keys of `OpenAPI` documents.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(8, 96, 6, |inner| {
        let entry = (prop::sample::select(&KEYS[..]), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::Array),
            prop::collection::vec(entry, 0..6).prop_map(|entries| {
                let entries = entries
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value));
                Value::Object(entries.collect::<Map<_, _>>())
            }),
        ]
    })
}

/// A document with a proper frame around any operation and any schemas.
pub(crate) fn any_document() -> impl Strategy<Value = Value> {
    (any_json(), any_json(), any_json(), any_json()).prop_map(
        |(operation, parameters, schema, other)| {
            let mut operation = operation;
            if let Some(operation) = operation.as_object_mut() {
                operation.insert("operationId".to_owned(), "get_a".into());
                operation.insert("tags".to_owned(), serde_json::json!(["A"]));
            }
            serde_json::json!({
                "openapi": "3.0.0",
                "paths": { "/a/{id}": { "get": operation, "parameters": parameters } },
                "components": { "schemas": { "Error": schema, "a": other } },
            })
        },
    )
}
