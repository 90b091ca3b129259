//! The documents, and what the tests need to know of their operations.

use std::{fs, path::Path};

use serde_json::{Map, Value};

/// The effective document, from which the types are generated.
const EFFECTIVE: &str = "spec/cloud/openapi.json";

/// What a body holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// One value of a component.
    One(String),
    /// A bare list of them.
    Many(String),
    /// JSON of which the document says nothing.
    Any,
    /// No JSON.
    Nothing,
}

/// Reads a file of the checkout as JSON.
pub(crate) fn read(path: impl AsRef<Path>) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The effective document.
pub(crate) fn effective() -> Value {
    read(EFFECTIVE)
}

/// The component schemas by name.
pub(crate) fn schemas(document: &Value) -> &Map<String, Value> {
    document["components"]["schemas"]
        .as_object()
        .expect("the document has component schemas")
}

/// One component schema.
pub(crate) fn schema<'a>(document: &'a Value, name: &str) -> &'a Value {
    schemas(document)
        .get(name)
        .unwrap_or_else(|| panic!("the document has no schema `{name}`"))
}

/// Name of the component that `schema` refers to.
pub(crate) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}

/// The operation `"GET /path"`, if the document has it.
pub(crate) fn operation<'a>(document: &'a Value, call: &str) -> Option<&'a Value> {
    let (method, path) = call.split_once(' ')?;
    document["paths"].get(path)?.get(method.to_lowercase())
}

/// What the operation answers with when it succeeds.
pub(crate) fn response(operation: &Value) -> Shape {
    operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .find(|(status, _)| status.starts_with('2'))
        .map_or(Shape::Nothing, |(_, response)| body(response))
}

/// What the operation takes.
pub(crate) fn request(operation: &Value) -> Shape {
    operation.get("requestBody").map_or(Shape::Nothing, body)
}

/// The type of every error body.
pub(crate) fn error_type() -> Shape {
    Shape::One("Error".to_owned())
}

/// Forms are held against their type too: their fields are those of an object.
fn body(container: &Value) -> Shape {
    let content = container.get("content").and_then(Value::as_object);
    let Some((media_type, content)) = content.and_then(|content| content.iter().next()) else {
        return Shape::Nothing;
    };
    if media_type == "application/octet-stream" {
        return Shape::Nothing;
    }
    let schema = &content["schema"];
    if let Some(name) = reference(schema) {
        return Shape::One(name.to_owned());
    }
    match reference(&schema["items"]) {
        Some(name) => Shape::Many(name.to_owned()),
        None => Shape::Any,
    }
}
