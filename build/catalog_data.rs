//! What the catalogue has from the document and does not need as code: texts and
//! schemas, as one piece of JSON that is read when it is asked for.

use serde_json::{Map, Value, json};

use crate::document::{Document, Multipart, Operation};

/// The counterpart of `Data` in `src/catalog/schemas.rs`.
pub(crate) fn json(document: &Document, operations: &[Operation]) -> Value {
    let schemas: Map<_, _> = document
        .schemas()
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    let operations: Map<_, _> = operations
        .iter()
        .map(|operation| (operation.id.clone(), of(document, operation)))
        .collect();
    json!({"schemas": schemas, "operations": operations})
}

fn of(document: &Document, operation: &Operation) -> Value {
    let source = document.operation(operation);
    let parameters: Map<_, _> = source["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|parameter| {
            let name = parameter["name"].as_str()?.to_owned();
            let description = &parameter["description"];
            let mut data = json!({"schema": parameter["schema"]});
            if description.is_string() {
                data["description"] = description.clone();
            }
            Some((name, data))
        })
        .collect();
    let mut data = json!({"parameters": parameters});
    if source["description"].is_string() {
        data["description"] = source["description"].clone();
    }
    if let Some(schema) = request(document, operation) {
        let required = !operation.body_is_optional;
        let mut schema = schema.clone();
        if operation.multipart == Multipart::Only {
            // Each field may be given once or several times.
            schema["x-form"] = json!(true);
        }
        data["request"] = json!({"required": required, "schema": schema});
    }
    if let Some(schema) = response(document, operation) {
        data["response"] = schema.clone();
    }
    data
}

/// The schema of the request's body.
pub(crate) fn request<'a>(document: &'a Document, operation: &Operation) -> Option<&'a Value> {
    let content = document
        .operation(operation)
        .pointer("/requestBody/content")?;
    content.as_object()?.values().next()?.get("schema")
}

/// The schema of the JSON that the operation answers with.
pub(crate) fn response<'a>(document: &'a Document, operation: &Operation) -> Option<&'a Value> {
    let responses = document.operation(operation)["responses"].as_object()?;
    let mut successes = responses
        .iter()
        .filter(|(status, _)| status.starts_with('2'));
    successes.find_map(|(_, response)| response.pointer("/content/application~1json/schema"))
}
