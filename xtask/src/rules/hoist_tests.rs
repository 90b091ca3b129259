use super::*;
use crate::document::schemas::components;
use serde_json::json;

fn hoisted(mut document: Value) -> Value {
    hoist_inline_schemas(&mut document).unwrap();
    document
}

fn schemas(named: &Value) -> Value {
    hoisted(json!({ "components": { "schemas": named } }))["components"]["schemas"].take()
}

#[test]
fn objects_and_enums_are_called_after_parent_and_property() {
    let schemas = schemas(&json!({ "Branch": { "properties": {
        "target": { "type": "object", "properties": { "merge_strategies": {
            "type": "array", "items": { "type": "string", "enum": ["squash"] } } } },
        "kind": { "type": "string", "enum": ["a"], "nullable": true },
        "free": { "type": "object" },
    } } }));
    let expected = json!({
        "Branch": { "properties": {
            "target": { "$ref": "#/components/schemas/BranchTarget" },
            "kind": { "$ref": "#/components/schemas/BranchKind" },
            "free": { "type": "object" },
        } },
        "BranchTarget": { "type": "object", "properties": { "merge_strategies": {
            "type": "array", "items": { "$ref": "#/components/schemas/BranchTargetMergeStrategy" } } } },
        "BranchTargetMergeStrategy": { "type": "string", "enum": ["squash"] },
        "BranchKind": { "type": "string", "enum": ["a"] },
    });
    assert_eq!(schemas, expected);
}

#[test]
fn maps_and_nested_lists_are_looked_into() {
    let schemas = schemas(&json!({
        "Events": { "additionalProperties": { "properties": { "links": {
            "type": "array", "items": { "type": "array", "items": { "enum": ["a"] } } } } } },
        "List": { "type": "array", "items": { "properties": { "a": {} } } },
    }));
    assert_eq!(
        schemas["Events"]["additionalProperties"],
        reference_to("EventsItem")
    );
    assert_eq!(
        schemas["EventsItem"]["properties"]["links"]["items"]["items"],
        reference_to("EventsItemLink")
    );
    assert_eq!(schemas["List"]["items"], reference_to("ListItem"));
}

#[test]
fn a_schema_may_refer_to_itself() {
    let document = json!({ "Comment": { "properties": { "parent": { "properties": {
        "parent": { "$ref": "#/components/schemas/Comment" } } } } } });
    let schemas = schemas(&document);
    assert_eq!(
        schemas["CommentParent"]["properties"]["parent"],
        reference_to("Comment")
    );
}

#[test]
fn parameters_and_bodies_are_called_after_the_operation() {
    let document = hoisted(json!({
        "components": { "schemas": {} },
        "paths": { "/a": { "post": {
            "operationId": "list_things",
            "parameters": [
                { "name": "state", "schema": { "type": "array", "items": { "enum": ["a"] } } },
                { "name": "roles", "schema": { "type": "array", "items": { "enum": ["b"] } } },
                { "name": "target.ref_type", "schema": { "enum": ["c"] } },
            ],
            "requestBody": { "content": { "application/json": { "schema": { "properties": { "a": {} } } } } },
            "responses": { "200": { "content": { "application/json": { "schema": {
                "type": "array", "items": { "properties": { "b": {} } } } } } } },
        } } },
    }));
    let operation = &document["paths"]["/a"]["post"];
    let parameters = &operation["parameters"];
    assert_eq!(
        parameters[0]["schema"]["items"],
        reference_to("ListThingsState")
    );
    assert_eq!(
        parameters[1]["schema"]["items"],
        reference_to("ListThingsRole")
    );
    assert_eq!(
        parameters[2]["schema"],
        reference_to("ListThingsTargetRefType")
    );
    assert_eq!(
        operation["requestBody"]["content"]["application/json"]["schema"],
        reference_to("ListThingsBody")
    );
    let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(answer["items"], reference_to("ListThingsResponseItem"));
    assert_eq!(components(&document).unwrap().len(), 5);
}

#[test]
fn the_same_type_in_two_places_is_shared() {
    let rendered = |description: &str| {
        json!({ "x-name": "Rendered", "description": description,
        "properties": { "raw": { "type": "string", "description": description } } })
    };
    let schemas = schemas(
        &json!({ "A": { "properties": { "title": rendered("first"), "text": rendered("second") } } }),
    );
    assert_eq!(
        schemas["A"]["properties"]["title"],
        reference_to("Rendered")
    );
    assert_eq!(schemas["A"]["properties"]["text"], reference_to("Rendered"));
    assert_eq!(schemas["Rendered"]["description"], "first");
}

#[test]
fn different_types_of_one_name_are_an_error_that_names_both_places() {
    let mut document = json!({ "components": { "schemas": {
        "A": { "properties": {
            "b": { "x-name": "Thing", "properties": { "raw": {} } },
            "c": { "x-name": "Thing", "properties": { "html": {} } },
            "d": { "x-name": "Other", "properties": { "html": {} } },
        } },
        "Other": { "properties": {} },
    } } });
    let error = hoist_inline_schemas(&mut document).unwrap_err().to_string();
    assert!(
        error.contains("A.b and A.c would both be called Thing and differ"),
        "{error}"
    );
    assert!(
        error.contains("components/schemas/Other and A.d"),
        "{error}"
    );
}

#[test]
fn a_replaced_type_stays_and_its_parameter_is_named() {
    let schemas = schemas(&json!({ "A": { "properties": { "kind": {
        "type": "string", "enum": ["a"], "nullable": true,
        "x-rust-type": { "path": "bitbucket::Nullable", "parameters": [{ "type": "string", "enum": ["a"] }] },
    } } } }));
    let kind = &schemas["A"]["properties"]["kind"];
    assert_eq!(kind["x-rust-type"]["parameters"][0], reference_to("AKind"));
    assert_eq!(kind["type"], "string");
    assert_eq!(schemas["AKind"], json!({ "type": "string", "enum": ["a"] }));
}

#[test]
fn a_name_that_is_no_type_is_an_error() {
    let mut document = json!({
        "components": { "schemas": {} },
        "paths": { "/a": { "get": { "parameters": [{ "name": "1", "schema": { "enum": ["a"] } }] } } },
    });
    let error = hoist_inline_schemas(&mut document).unwrap_err().to_string();
    assert!(
        error.contains("GET /a, parameter 1 would be called \"1\""),
        "{error}"
    );
}
