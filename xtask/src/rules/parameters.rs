//! Parameters that hold everywhere.

use serde_json::{Map, Value, json};

use super::pages;
use crate::document::schemas::{Operation, operations_mut};

/// Makes path parameters required strings or integers.
///
/// A path without its parameter is another path. A value in a path is not an
/// enum: Bitbucket adds kinds of hooks and of merge checks, and a path cannot
/// say "unknown"; the known values are told in the description.
pub(super) fn plain_path_parameters(document: &mut Value) {
    for operation in operations_mut(document) {
        let parameters = operation
            .object
            .get_mut("parameters")
            .and_then(Value::as_array_mut);
        for parameter in parameters
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            if parameter.get("in").is_some_and(|place| place == "path") {
                make_plain(parameter);
            }
        }
    }
}

fn make_plain(parameter: &mut Map<String, Value>) {
    let schema = parameter.get("schema");
    let integer = schema
        .and_then(|schema| schema.get("type"))
        .is_some_and(|kind| kind == "integer");
    let values = schema
        .and_then(|schema| schema.get("enum"))
        .and_then(Value::as_array);
    let values: Vec<String> = values
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|value| format!("`{value}`"))
        .collect();
    if !values.is_empty() {
        let described = parameter
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let described = format!(
            "{} Known values: {}.",
            described.trim_end(),
            values.join(", ")
        );
        parameter.insert("description".to_owned(), json!(described.trim_start()));
    }
    let schema = if integer {
        json!({ "type": "integer", "format": "int64" })
    } else {
        json!({ "type": "string" })
    };
    parameter.insert("required".to_owned(), json!(true));
    parameter.insert("schema".to_owned(), schema);
}

/// Gives every paged operation `page` and `pagelen`.
///
/// All of them take both; the document says so of four. `page` is a string,
/// because some resources number their pages and others name them.
pub(super) fn add_paging_parameters(document: &mut Value) {
    for operation in operations_mut(document) {
        if !["x-paged", "x-listing"]
            .iter()
            .any(|one| operation.object.contains_key(*one))
        {
            continue;
        }
        let page = "The page to answer, as the `next` link of the page before names it.";
        set_query_parameter(operation.object, "page", page, &json!({ "type": "string" }));
        let pagelen = "How many items a page holds; Bitbucket limits it, mostly to 100.";
        let integer = json!({ "type": "integer", "format": "int64" });
        set_query_parameter(operation.object, "pagelen", pagelen, &integer);
    }
}

/// Gives every operation that reads JSON the parameter `fields`.
///
/// Bitbucket's partial responses work on all of them; the document declares the
/// parameter nowhere.
pub(super) fn add_fields_parameter(document: &mut Value) {
    for operation in operations_mut(document) {
        let shown = Operation {
            path: operation.path,
            method: operation.method.clone(),
            object: operation.object,
        };
        if operation.method == "GET" && answers_json(&shown) {
            let fields = "Which fields the answer holds: `values.id,next` for these only, \
                          `+values.description` to add, `-links` to leave out.";
            set_query_parameter(
                operation.object,
                "fields",
                fields,
                &json!({ "type": "string" }),
            );
        }
    }
}

/// Lets every operation that answers with bytes be asked for a part of them.
///
/// The document asks for `Range` at the logs, in words. The header is HTTP's own:
/// a file store understands it, and whoever does not answers with the whole.
pub(super) fn add_range_parameter(document: &mut Value) {
    for operation in operations_mut(document) {
        if operation.method != "GET" || !answers_bytes(operation.object) {
            continue;
        }
        let description = "The part to answer, such as `bytes=0-1023`. An answer of 206 is \
                           that part; where parts are not known, 200 is the whole.";
        let parameters = operation
            .object
            .entry("parameters")
            .or_insert_with(|| json!([]));
        let is_range = |parameter: &Value| parameter["name"] == "Range";
        if let Some(parameters) = parameters.as_array_mut()
            && !parameters.iter().any(is_range)
        {
            parameters.push(json!({
                "name": "Range",
                "in": "header",
                "description": description,
                "required": false,
                "schema": { "type": "string" },
            }));
        }
    }
}

/// Whether the answer is bytes and nothing else. An answer that may be JSON as
/// well has no parts.
fn answers_bytes(operation: &Map<String, Value>) -> bool {
    let responses = operation.get("responses").and_then(Value::as_object);
    let mut successes = responses
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with('2'))
        .map(|(_, response)| response["content"].as_object());
    !operation.contains_key("x-json-or-bytes")
        && successes.any(|content| {
            content.is_some_and(|content| content.contains_key("application/octet-stream"))
        })
}

/// Whether the answer is JSON, or can be asked for as JSON.
fn answers_json(operation: &Operation<'_>) -> bool {
    operation.object.contains_key("x-listing") || pages::success_schema(operation.object).is_some()
}

/// Adds an optional query parameter; one that is declared gets the schema only.
fn set_query_parameter(
    operation: &mut Map<String, Value>,
    name: &str,
    description: &str,
    schema: &Value,
) {
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    let Some(parameters) = parameters.as_array_mut() else {
        return;
    };
    let named = |parameter: &&mut Value| parameter["name"] == name && parameter["in"] == "query";
    match parameters
        .iter_mut()
        .find(named)
        .and_then(Value::as_object_mut)
    {
        Some(parameter) => {
            parameter.insert("schema".to_owned(), schema.clone());
            parameter
                .entry("description")
                .or_insert_with(|| json!(description));
        }
        None => parameters.push(json!({
            "name": name,
            "in": "query",
            "description": description,
            "required": false,
            "schema": schema,
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schemas::reference_to;

    #[test]
    fn path_parameters_are_required_and_plain() {
        let mut document = json!({ "paths": { "/{kind}/{id}": { "get": { "parameters": [
            { "name": "kind", "in": "path", "description": "The kind.\n",
              "schema": { "type": "string", "enum": ["a", "b"] } },
            { "name": "id", "in": "path", "required": false, "schema": { "type": "integer" } },
            { "name": "q", "in": "query", "schema": { "type": "string", "enum": ["a"] } },
        ] } } } });
        plain_path_parameters(&mut document);
        let expected = json!([
            { "name": "kind", "in": "path", "description": "The kind. Known values: `a`, `b`.",
              "schema": { "type": "string" }, "required": true },
            { "name": "id", "in": "path", "required": true, "schema": { "type": "integer", "format": "int64" } },
            { "name": "q", "in": "query", "schema": { "type": "string", "enum": ["a"] } },
        ]);
        assert_eq!(
            document["paths"]["/{kind}/{id}"]["get"]["parameters"],
            expected
        );
    }

    #[test]
    fn paged_operations_take_page_and_pagelen() {
        let mut document = json!({ "paths": { "/a": {
            "get": { "x-paged": "link", "parameters": [
                { "name": "page", "in": "query", "description": "d", "schema": { "type": "integer" } },
            ] },
            "put": {},
        } } });
        add_paging_parameters(&mut document);
        let parameters = document["paths"]["/a"]["get"]["parameters"]
            .as_array()
            .unwrap();
        assert_eq!(parameters.len(), 2);
        assert_eq!(parameters[0]["schema"], json!({ "type": "string" }));
        assert_eq!(parameters[0]["description"], "d");
        assert_eq!(parameters[1]["name"], "pagelen");
        assert_eq!(
            parameters[1]["schema"],
            json!({ "type": "integer", "format": "int64" })
        );
        assert_eq!(document["paths"]["/a"]["put"], json!({}));
    }

    #[test]
    fn reading_json_takes_fields() {
        let json_answer = json!({ "200": { "content": { "application/json": { "schema": reference_to("A") } } } });
        let bytes = json!({ "200": { "content": { "application/octet-stream": {
            "schema": { "type": "string", "format": "binary" } } } } });
        let mut document = json!({ "paths": {
            "/json": { "get": { "responses": json_answer }, "put": { "responses": json_answer } },
            "/bytes": { "get": { "responses": bytes } },
            "/source": { "get": { "responses": bytes, "x-listing": "#/components/schemas/A" } },
        } });
        add_fields_parameter(&mut document);
        let paths = &document["paths"];
        assert_eq!(paths["/json"]["get"]["parameters"][0]["name"], "fields");
        assert_eq!(paths["/source"]["get"]["parameters"][0]["name"], "fields");
        assert_eq!(paths["/json"]["put"].get("parameters"), None);
        assert_eq!(paths["/bytes"]["get"].get("parameters"), None);
    }

    #[test]
    fn what_answers_with_bytes_takes_a_range() {
        let json_answer = json!({ "200": { "content": { "application/json": { "schema": reference_to("A") } } } });
        let bytes = json!({
            "2XX": { "content": { "application/octet-stream": {} } },
            "404": { "content": { "application/json": {} } },
        });
        let failure =
            json!({ "204": {}, "404": { "content": { "application/octet-stream": {} } } });
        let mut document = json!({ "paths": {
            "/bytes": { "get": { "responses": bytes }, "post": { "responses": bytes } },
            "/either": { "get": { "responses": bytes, "x-json-or-bytes": true } },
            "/json": { "get": { "responses": json_answer } },
            "/failure": { "get": { "responses": failure } },
        } });
        add_range_parameter(&mut document);
        let paths = &document["paths"];
        let range = &paths["/bytes"]["get"]["parameters"][0];
        assert_eq!(
            (&range["name"], &range["in"]),
            (&json!("Range"), &json!("header"))
        );
        assert_eq!(range["required"], false);
        for (path, method) in [
            ("/bytes", "post"),
            ("/either", "get"),
            ("/json", "get"),
            ("/failure", "get"),
        ] {
            assert_eq!(
                paths[path][method].get("parameters"),
                None,
                "{method} {path}"
            );
        }
    }
}
