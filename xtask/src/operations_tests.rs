use serde_json::json;

use super::*;
use crate::document::schemas::reference_to;
use crate::product::CLOUD;

fn body(media_type: &str, schema: &Value) -> Value {
    json!({ "content": { media_type: { "schema": schema } } })
}

fn document() -> Value {
    json!({
        "paths": {
            "/tags": {
                "get": { "operationId": "list_tags", "tags": ["Refs", "Other"], "x-paged": "link",
                    "responses": { "200": body("application/json", &reference_to("PaginatedTags")), "4XX": {} } },
                "post": { "operationId": "create_tag", "tags": ["Refs"], "deprecated": true, "x-replaced-by": "put_file",
                    "requestBody": body("application/json", &json!({ "type": "array", "items": reference_to("Tag") })),
                    "responses": { "204": {} } },
            },
            "/file": {
                "get": { "operationId": "get_file", "tags": ["Files"], "x-listing": "#/components/schemas/PaginatedTags",
                    "responses": { "200": body("application/octet-stream", &json!({ "type": "string" })) } },
                "put": { "operationId": "put_file", "tags": ["Files"], "x-completion": true,
                    "requestBody": body("multipart/form-data", &reference_to("FileUpload")),
                    "responses": { "200": body("application/json", &json!({})) } },
                "patch": { "operationId": "find_file", "tags": ["Files"], "x-json-or-bytes": true, "deprecated": true, "x-removed": "2026-08",
                    "requestBody": body("application/x-www-form-urlencoded", &reference_to("Query")),
                    "responses": { "200": body("application/json", &reference_to("SearchPage")) } },
            },
        },
        "components": { "schemas": {
            "PaginatedTags": { "x-page-item": "Tag" },
            "SearchPage": { "x-page-item": "Tag", "x-page-struct": true },
        } },
    })
}

#[test]
fn rows_say_what_a_method_takes_and_answers() {
    let types: Vec<(String, Option<String>, Option<String>)> = rows(&CLOUD, &document())
        .into_iter()
        .map(|row| (row.name, row.request_type, row.response_type))
        .collect();
    let some = |text: &str| Some(text.to_owned());
    let expected = [
        ("list_tags", None, some("Page<Tag>")),
        ("create_tag", some("Vec<Tag>"), None),
        ("get_file", None, some("bytes")),
        (
            "put_file",
            some("multipart FileUpload"),
            some("Completion<Value>"),
        ),
        (
            "find_file",
            some("form Query"),
            some("JsonOrBytes<SearchPage>"),
        ),
    ];
    assert_eq!(
        types,
        expected.map(|(name, takes, answers)| (name.to_owned(), takes, answers))
    );
}

#[test]
fn json_has_exactly_these_keys() {
    let rows = serde_json::to_value(rows(&CLOUD, &document())).unwrap();
    assert_eq!(
        rows[0],
        json!({
            "product": "cloud", "method": "GET", "path": "/tags", "name": "list_tags", "tag": "Refs",
            "deprecated": false, "removed": null, "replaced_by": null, "paged": true, "request_type": null, "response_type": "Page<Tag>",
        })
    );
    assert_eq!(rows[1]["deprecated"], true);
    assert_eq!(rows[1]["replaced_by"], "put_file");
    assert_eq!(rows[4]["removed"], "2026-08");
    assert_eq!(rows[1]["paged"], false);
}

#[test]
fn the_table_has_columns() {
    let table = table(&rows(&CLOUD, &document()));
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 6);
    let column = lines[0].find("RESPONSE").unwrap();
    assert_eq!(&lines[1][column..], "Page<Tag>                paged");
    assert!(lines[2].ends_with("deprecated"), "{}", lines[2]);
    assert!(lines[4].contains("multipart FileUpload"), "{}", lines[4]);
}

#[test]
fn the_page_groups_by_tag() {
    let page = page(&[(&CLOUD, document())]);
    let files = page.find("### Files (3)").unwrap();
    let refs = page.find("### Refs (2)").unwrap();
    assert!(files < refs);
    assert!(
        page.contains("| `list_tags` | `GET /tags` |  | `Page<Tag>` | paged | live |\n"),
        "{page}"
    );
    assert!(
        page.contains(
            "| `create_tag` | `POST /tags` | `Vec<Tag>` |  |  | deprecated: use `put_file` |\n"
        ),
        "{page}"
    );
    assert!(
        page.contains("| `JsonOrBytes<SearchPage>` |  | removed since 2026-08 |\n"),
        "{page}"
    );
    assert!(
        page.contains(
            "5 operations\n\nMethods of `bitbucket::Client`: 3 live, 1 deprecated, 1 removed.\n"
        ),
        "{page}"
    );
    assert!(!page.contains("### Other"), "{page}");
}

#[test]
fn the_names_of_a_product_are_unique() {
    let rows = all(&Repository::here()).unwrap();
    let mut names: Vec<_> = rows.iter().map(|row| (&row.product, &row.name)).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rows.len());
    let of_cloud = rows.iter().filter(|row| row.product == CLOUD.name);
    assert_eq!(of_cloud.count(), 339);
}

#[test]
fn a_missing_document_says_what_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let error = format!("{:#}", all(&Repository::at(folder.path())).unwrap_err());
    assert!(error.contains("cargo xtask regen"), "{error}");
}

#[test]
fn a_form_that_is_no_object_is_text() {
    let operation = json!({ "operationId": "put_word", "tags": ["Words"],
        "requestBody": body("application/x-www-form-urlencoded", &reference_to("Word")),
        "responses": { "204": {} } });
    let takes = |schema: Value| {
        let document = json!({ "paths": { "/word": { "put": operation } },
            "components": { "schemas": { "Word": schema } } });
        rows(&CLOUD, &document)[0].request_type.clone().unwrap()
    };
    assert_eq!(takes(json!({ "type": "string" })), "text Word");
    assert_eq!(takes(json!({ "type": "object" })), "form Word");
}
