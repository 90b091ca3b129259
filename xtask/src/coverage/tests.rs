use serde_json::{Value, json};

use super::{Differences, compare};

fn ours() -> Value {
    json!({
        "paths": {
            "/projects": { "get": {
                "parameters": [
                    { "name": "name", "in": "query" }, { "name": "start", "in": "query" },
                ],
                "responses": { "200": { "content": { "application/json": { "schema":
                    { "$ref": "#/components/schemas/ProjectPage" } } } } },
            } },
            "/cluster": { "get": { "responses": { "204": {} } } },
        },
        "components": { "schemas": {
            "ProjectPage": { "properties": {
                "values": { "type": "array", "items": { "$ref": "#/components/schemas/Project" } },
            } },
            "Project": { "properties": { "key": {}, "owner": {}, "links": { "$ref": "#/components/schemas/Links" } } },
            "Links": { "properties": { "self": {} } },
        } },
    })
}

fn published() -> Value {
    json!({
        "paths": {
            "/projects": { "get": {
                "operationId": "getProjects",
                "parameters": [{ "name": "name", "in": "query" }, { "name": "limit", "in": "query" }],
                "responses": { "200": { "content": { "application/json;charset=UTF-8": { "schema": {
                    "properties": { "values": { "type": "array", "items": { "$ref": "#/components/schemas/RestProject" } } },
                } } } } },
            } },
            "/sync/{id}": { "post": {
                "summary": " Synchronize ",
                "requestBody": { "content": { "*/*": {} } },
                "responses": { "200": { "content": { "application/json": {} } }, "204": {} },
            } },
            "/admin": { "get": {
                "operationId": "getProjects",
                "parameters": [{ "name": "a", "in": "query", "content": {} }],
                "responses": { "default": {} },
            } },
        },
        "components": { "schemas": {
            "RestProject": { "allOf": [{ "properties": { "key": {}, "links": {} } }, { "properties": { "name": {} } }] },
        } },
    })
}

fn reasons(text: &Value) -> Differences {
    serde_json::from_value(text.clone()).unwrap()
}

fn none() -> Value {
    json!({ "about": "", "operations": [], "parameters": [], "fields": [], "missing_fields": [] })
}

#[test]
fn every_difference_is_told() {
    let coverage = compare(&ours(), &published(), &reasons(&none()));
    assert_eq!(
        coverage.unexplained,
        [
            "field Links.*: is not described in the published document",
            "field Project.owner: is not in the published document",
            "missing field Project.name: is missing here",
            "operation GET /cluster: is not in the published document",
            "parameter limit (query) of GET /projects: is missing here",
            "parameter start (query) of GET /projects: is not in the published document",
        ]
    );
}

#[test]
fn reasons_are_exact() {
    let explained = json!({
        "about": "",
        "operations": [{ "operations": ["GET /cluster"], "reason": "a page of its own" }],
        "parameters": [{ "operations": ["GET /projects"], "parameters": ["limit (query)", "start (query)"], "reason": "paging" }],
        "fields": [{ "schema": "Links", "fields": ["*"], "reason": "seen" }, { "schema": "Project", "fields": ["owner", "lost"], "reason": "seen" }],
        "missing_fields": [{ "schema": "Project", "fields": ["name"], "reason": " " }],
    });
    let coverage = compare(&ours(), &published(), &reasons(&explained));
    assert!(
        coverage.unexplained.is_empty(),
        "{:?}",
        coverage.unexplained
    );
    assert_eq!(
        coverage.superfluous,
        ["an empty reason", "field Project.lost: "]
    );
}

#[test]
fn all_of_the_published_document_is_accounted_for() {
    let report = compare(&ours(), &published(), &reasons(&none()))
        .report()
        .unwrap();
    for line in [
        "3 operations published: 1 are here, 2 are not; 2 of those would not generate as they are\n",
        "  POST /sync/{id}  Synchronize\n",
        "  POST /sync/{id}: it has no operationId; the path parameter id is not declared; its body is */*; its answer 200 is JSON without a schema; it answers in 2 kinds\n",
        "  GET /admin: its operationId getProjects is not its own; the parameter a has a content in place of a schema; it declares no success but `default`\n",
    ] {
        assert!(report.contains(line), "{line}\n{report}");
    }
}

#[test]
fn nonsense_is_no_reason_to_panic() {
    for published in [
        json!(null),
        json!([]),
        json!({ "paths": 3 }),
        json!({ "paths": { "/{": { "get": { "parameters": 1, "responses": [], "requestBody": "" } } } }),
    ] {
        compare(&ours(), &published, &Differences::default());
    }
}

/// The published document of Data Center is not in the repository. Where it lies
/// beside it, every difference has to have its reason.
#[test]
fn every_difference_from_the_published_data_center_has_a_reason() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| std::fs::read(root.join(path));
    let Ok(published) = read("../shared/documents/data-center-9.4.openapi.json") else {
        eprintln!("skipped: the published document of Data Center is not here");
        return;
    };
    let published: Value = serde_json::from_slice(&published).unwrap();
    let ours: Value =
        serde_json::from_slice(&read("spec/data-center/document.json").unwrap()).unwrap();
    let differences = read("spec/data-center/differences.json").unwrap();
    let differences: Differences = serde_json::from_slice(&differences).unwrap();
    let coverage = compare(&ours, &published, &differences);
    assert!(
        coverage.unexplained.is_empty(),
        "{:#?}",
        coverage.unexplained
    );
    assert!(
        coverage.superfluous.is_empty(),
        "{:#?}",
        coverage.superfluous
    );
    assert_eq!((coverage.published, coverage.covered.len()), (546, 317));
}
