//! One kind of body for each request and response.

use serde_json::{Map, Value, json};

use crate::document::schemas::operations_mut;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
const TEXT: &str = "text/plain";
const BYTES: &str = "application/octet-stream";

/// Leaves one media type in each body: JSON where it is offered.
///
/// The generator makes one method of an operation, with one type of body. JSON
/// is what the other media types of the same body merely repeat; where there is
/// no JSON the answer is a stream of bytes.
pub(super) fn one_media_type(document: &mut Value) {
    for operation in operations_mut(document) {
        if let Some(content) = content_mut(operation.object.get_mut("requestBody")) {
            keep_one(content, &[JSON, FORM, MULTIPART, TEXT]);
        }
        let responses = operation
            .object
            .get_mut("responses")
            .and_then(Value::as_object_mut);
        for response in responses
            .into_iter()
            .flat_map(|responses| responses.values_mut())
        {
            if content_mut(Some(response)).is_some_and(|content| content.is_empty()) {
                remove_content(response);
            }
            if let Some(content) = content_mut(Some(response)) {
                keep_one(content, &[JSON]);
            }
        }
    }
}

fn content_mut(holder: Option<&mut Value>) -> Option<&mut Map<String, Value>> {
    holder?.get_mut("content")?.as_object_mut()
}

fn remove_content(response: &mut Value) {
    if let Some(response) = response.as_object_mut() {
        response.shift_remove("content");
    }
}

/// Keeps the first of `preferred` that is there, else makes the body bytes.
fn keep_one(content: &mut Map<String, Value>, preferred: &[&str]) {
    let described = |wanted: &str| {
        let mut entries = content.iter();
        let found = entries.find(|(media_type, _)| essence(media_type) == wanted);
        found.map(|(_, body)| (wanted.to_owned(), body.get("schema").cloned()))
    };
    let (media_type, schema) = preferred
        .iter()
        .find_map(|wanted| described(wanted))
        .unwrap_or_else(|| {
            (
                BYTES.to_owned(),
                Some(json!({ "type": "string", "format": "binary" })),
            )
        });
    content.clear();
    content.insert(
        media_type,
        json!({ "schema": schema.unwrap_or_else(|| json!({})) }),
    );
}

/// The media type without parameters; a JSON dialect counts as JSON.
fn essence(media_type: &str) -> &str {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if essence.ends_with("+json") {
        JSON
    } else {
        essence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(operation: &Value) -> Value {
        let mut document = json!({ "paths": { "/a": { "post": operation } } });
        one_media_type(&mut document);
        document["paths"]["/a"]["post"].take()
    }

    #[test]
    fn json_wins() {
        let operation = after(&json!({
            "requestBody": { "content": { "multipart/form-data": {}, "application/json": { "schema": { "type": "object" } } } },
            "responses": { "200": { "content": {
                "multipart/related": { "schema": {} },
                "application/json; charset=utf-8": { "schema": { "type": "object" }, "example": 1 },
            } } },
        }));
        let body = json!({ "application/json": { "schema": { "type": "object" } } });
        assert_eq!(operation["requestBody"]["content"], body);
        assert_eq!(operation["responses"]["200"]["content"], body);
    }

    #[test]
    fn forms_stay_in_requests_and_other_answers_are_bytes() {
        let operation = after(&json!({
            "requestBody": { "content": { "multipart/form-data": { "schema": { "type": "object" } } } },
            "responses": { "200": { "content": { "text/plain": { "schema": { "type": "string" } } } }, "204": { "content": {} } },
        }));
        assert_eq!(
            operation["requestBody"]["content"],
            json!({ "multipart/form-data": { "schema": { "type": "object" } } })
        );
        let bytes = json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } });
        assert_eq!(
            operation["responses"],
            json!({ "200": { "content": bytes }, "204": {} })
        );
    }

    #[test]
    fn json_of_unknown_shape_is_any_value() {
        let operation =
            after(&json!({ "responses": { "200": { "content": { "application/json": {} } } } }));
        assert_eq!(
            operation["responses"]["200"]["content"],
            json!({ "application/json": { "schema": {} } })
        );
    }
}
