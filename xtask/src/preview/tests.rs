use super::*;
use crate::product::CLOUD;

fn document(operations: &Value, schemas: &Value) -> Value {
    json!({ "openapi": "3.0.0", "paths": { "/a": operations }, "components": { "schemas": schemas } })
}

/// The lines under a heading.
fn section<'a>(report: &'a str, title: &str) -> Vec<&'a str> {
    let start = report
        .find(&format!("\n{title} ("))
        .unwrap_or_else(|| panic!("no {title} in {report}"));
    report[start + 1..]
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .map(str::trim)
        .collect()
}

#[test]
fn operations_are_told_apart() {
    let old = document(
        &json!({ "get": { "tags": ["A"] }, "put": {}, "delete": {}, "parameters": [{ "name": "id", "in": "path" }] }),
        &json!({}),
    );
    let new = document(
        &json!({
            "get": { "tags": ["B"], "deprecated": true, "parameters": [
                { "name": "id", "in": "path", "schema": { "type": "integer" } },
                { "name": "q", "in": "query", "schema": { "type": "string" } },
            ], "responses": { "200": { "content": { "b/c": {}, "a/b": { "schema": { "enum": ["y", "x"] } } } } } },
            "put": { "parameters": [{ "name": "id", "in": "path" }], "requestBody": { "required": true } },
            "post": { "summary": "Makes one" },
        }),
        &json!({}),
    );
    let report = compare(&CLOUD, &old, &new, &[]);
    assert!(report.starts_with(
        "3 operations before, 3 after: 1 added, 1 removed, 1 newly deprecated, 2 otherwise changed\n"
    ));
    assert_eq!(section(&report, "Operations added"), ["POST /a  Makes one"]);
    assert_eq!(section(&report, "Operations removed"), ["DELETE /a"]);
    assert_eq!(section(&report, "Operations newly deprecated"), ["GET /a"]);
    assert_eq!(
        section(&report, "Operations otherwise changed"),
        [
            "GET /a",
            "parameter changed: id (path)  -> integer",
            "parameter added: q (query) string",
            "response added: 200 a/b  one of x | y or b/c",
            "tags: A -> B",
            "PUT /a",
            "request added: body , required",
        ]
    );
}

#[test]
fn schemas_are_told_apart() {
    let old = document(
        &json!({ "get": { "schema": { "$ref": "#/components/schemas/gone" } } }),
        &json!({
            "gone": {}, "unused": {}, "same": { "description": "old" },
            "user": { "allOf": [{ "$ref": "#/components/schemas/same" }, { "type": "object", "properties": {
                "name": { "type": "string" }, "state": { "type": "string", "enum": ["A", "B"] } } }] },
        }),
    );
    let new = document(
        &json!({ "get": {} }),
        &json!({
            "fresh": {}, "same": { "description": "new" },
            "user": { "allOf": [{ "$ref": "#/components/schemas/same" }, { "type": "object", "properties": {
                "id": { "type": "integer" }, "state": { "type": "string", "enum": ["C", "B"] },
                "name": { "type": "string", "nullable": true } } }] },
        }),
    );
    let report = compare(&CLOUD, &old, &new, &[]);
    assert_eq!(section(&report, "Schemas added"), ["fresh"]);
    assert_eq!(
        section(&report, "Schemas removed"),
        ["gone", "unused (no operation reached it)"]
    );
    assert_eq!(
        section(&report, "Schemas changed"),
        [
            "user",
            "+ id: integer",
            "+ state = \"C\"",
            "~ name: string -> string nullable",
            "- state = \"A\""
        ]
    );
}

#[test]
fn what_stands_in_the_way_is_told() {
    let overlay = json!({ "overlay": "1.0.0", "info": { "title": "t", "version": "1" }, "actions": [
        { "target": "$.paths['/a'].get", "description": "named", "update": { "operationId": "get_a" } },
        { "target": "$.paths['/b'].get", "description": "gone", "remove": true },
        { "target": "$.paths['/a'].get", "description": "done", "update": { "summary": "s" } },
    ] });
    let overlays = [overlay::parse("names.json", &overlay.to_string()).unwrap()];
    let new = document(&json!({ "get": { "summary": "s" }, "put": {} }), &json!({}));
    let report = compare(&CLOUD, &new, &new, &overlays);
    assert_eq!(
        section(&report, "Overlay actions that match nothing"),
        ["names.json action 1, target $.paths['/b'].get (gone)"]
    );
    assert_eq!(
        section(&report, "Overlay actions that change nothing any more"),
        ["names.json action 2, target $.paths['/a'].get (done)"]
    );
    assert_eq!(
        section(&report, "Operations that need a name"),
        ["PUT /a has none"]
    );
    let broken = section(&report, "Rules that fail").join(" ");
    assert!(
        broken.contains("rule name_tags") && broken.contains("GET /a"),
        "{broken}"
    );
    assert!(
        report
            .trim_end()
            .ends_with("overlays name and correct the above."),
        "{report}"
    );
}

#[test]
fn a_document_that_follows_the_rules_can_be_taken() {
    let operation =
        json!({ "get": { "operationId": "get_a", "tags": ["A"], "responses": { "200": {} } } });
    let document = document(&operation, &json!({ "Error": { "type": "object" } }));
    let report = compare(&CLOUD, &document, &document, &[]);
    assert!(report.contains("would take it"), "{report}");
}
