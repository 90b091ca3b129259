//! A document as prism is to serve it.
//!
//! prism is a judge of what a document says, not of what it leaves open, and it
//! cannot read all that a document may hold. What is changed for it makes it
//! stricter or makes it understand; nothing makes it more lenient, except where
//! this is said.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];

/// Answers for operations, by their ids.
pub(crate) type Examples = BTreeMap<String, Value>;

/// What prism is given to serve instead of `document`.
pub(crate) fn served(document: &Value, examples: &Examples) -> Value {
    let mut served = document.clone();
    let components = &document["components"];
    for operation in operations(&mut served) {
        only_success(operation);
        bodies(operation, components);
        example(operation, examples);
    }
    every_parameter(&mut served);
    served
}

fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    paths.flat_map(|(_, item)| {
        let members = item.as_object_mut().into_iter().flatten();
        members
            .filter(|(name, _)| METHODS.contains(&name.as_str()))
            .map(|(_, operation)| operation)
    })
}

/// Where a document declares failures, prism answers a wrong request with one
/// of them, made up, and says no more about it than fits in a header. Without
/// them it answers with the list of what is wrong.
///
/// Of a range of statuses it makes the status 2: `2XX` becomes `200`. A header
/// of an answer that is called Content-Type is to be ignored, says `OpenAPI`;
/// prism makes one up, and fails over it.
fn only_success(operation: &mut Value) {
    let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    let success = |status: &str| status.starts_with(['1', '2', '3']);
    if responses.keys().any(|status| success(status)) {
        responses.retain(|status, _| success(status));
    }
    if let Some(response) = responses.remove("2XX") {
        responses.insert("200".to_owned(), response);
    }
    for response in responses.values_mut() {
        if let Some(headers) = response.get_mut("headers").and_then(Value::as_object_mut) {
            headers.remove("Content-Type");
        }
    }
}

/// The corrected document has no examples, and of a pull request, which leads to
/// itself on many ways, prism makes no answer at all or one of a megabyte. It
/// checks those that it is given against the schema, as it does with its own.
fn example(operation: &mut Value, examples: &Examples) {
    let id = operation["operationId"].as_str().unwrap_or_default();
    let Some(example) = examples.get(id).cloned() else {
        return;
    };
    let responses = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten();
    for (_, response) in responses {
        if let Some(json) = response.pointer_mut("/content/application~1json") {
            json["example"] = example.clone();
        }
    }
}

/// Some bodies are not passed on to prism, as [`is_for_prism`] says: it must not
/// ask for them.
///
/// One that operations share, it takes for none at all: it is written out.
///
/// A form's list is sent as a field for each element. That is what a document
/// means that says nothing of it, but prism wants it said.
fn bodies(operation: &mut Value, components: &Value) {
    if operation.pointer("/requestBody/$ref").is_some() {
        let shared = resolved(&operation["requestBody"], &components["requestBodies"]).clone();
        operation["requestBody"] = shared;
    }
    let schemas = &components["schemas"];
    let Some(content) = operation
        .pointer_mut("/requestBody/content")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    if !content.iter().all(|(media_type, content)| {
        is_for_prism(media_type, resolved(&content["schema"], schemas))
    }) {
        if let Some(operation) = operation.as_object_mut() {
            operation.remove("requestBody");
        }
        return;
    }
    let Some(form) = content.get_mut("application/x-www-form-urlencoded") else {
        return;
    };
    let mut schema = resolved(&form["schema"], schemas).clone();
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties.into_iter().flat_map(Map::values_mut) {
        // It takes none for a list that may be null too, and no form sends null.
        if let Some(property) = property.as_object_mut() {
            property.remove("nullable");
        }
    }
    let encoding: Map<String, Value> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        // It would call the `+` that a space is sent as a reserved character.
        .map(|(name, _)| {
            (
                name,
                json!({"style": "form", "explode": true, "allowReserved": true}),
            )
        })
        .map(|(name, encoding)| (name.clone(), encoding))
        .collect();
    form["schema"] = schema;
    form["encoding"] = Value::Object(encoding);
}

/// The component that `value` refers to, if it does.
pub(crate) fn resolved<'a>(value: &'a Value, components: &'a Value) -> &'a Value {
    let name = value["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next());
    name.map_or(value, |name| &components[name])
}

/// Whether prism can judge a body of this media type and this schema.
///
/// Its reader of multipart forms takes each part for an encoded text, and the
/// whole program ends at a percent sign in the name of a part that encodes
/// nothing. A form without fields, which is sent as bare text, it takes for a field
/// without a value.
pub(crate) fn is_for_prism(media_type: &str, schema: &Value) -> bool {
    match media_type {
        "multipart/form-data" | "text/plain" => false,
        "application/x-www-form-urlencoded" => schema["type"] != "string",
        _ => true,
    }
}

/// A parameter that nobody has to give could be lost, or be sent by a wrong
/// name, without a word from prism. Every call here gives all of them.
fn every_parameter(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let is_parameter = matches!(
                object.get("in").and_then(Value::as_str),
                Some("query" | "header")
            ) && object.get("name").is_some_and(Value::is_string);
            // The schemes of security look the same but for their type.
            if is_parameter && object.get("type").is_none() {
                object.insert("required".to_owned(), json!(true));
            }
            object.values_mut().for_each(every_parameter);
        }
        Value::Array(elements) => elements.iter_mut().for_each(every_parameter),
        _ => {}
    }
}

#[cfg(test)]
#[path = "served_tests.rs"]
mod tests;
