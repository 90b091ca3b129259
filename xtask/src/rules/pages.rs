//! Marks pages and the operations that answer with them.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::report;
use crate::document::schemas::{components, components_mut, operations_mut, reference_name};

/// The properties that every page of Bitbucket has.
const PAGE: [&str; 6] = ["next", "previous", "page", "pagelen", "size", "values"];

/// Marks each schema that is a page with the schema of its items.
///
/// build.rs makes the one generic `Page<Item>` of these. A page with properties
/// of its own (`x-page-struct`) stays a struct, so that they are not lost.
pub(super) fn mark_pages(document: &mut Value) {
    let schemas = components_mut(document).into_iter().flatten();
    for schema in schemas.filter_map(|(_, schema)| schema.as_object_mut()) {
        let Some(item) = page_item(schema) else {
            continue;
        };
        let properties = schema.get("properties").and_then(Value::as_object);
        let more =
            properties.is_some_and(|all| all.keys().any(|key| !PAGE.contains(&key.as_str())));
        schema.insert("x-page-item".to_owned(), json!(item));
        if more {
            schema.insert("x-page-struct".to_owned(), json!(true));
        }
    }
}

/// The name of the items' schema, if this is a page: a list of `values` among
/// at least one other property of pages.
fn page_item(schema: &Map<String, Value>) -> Option<String> {
    let properties = schema.get("properties")?.as_object()?;
    let values = properties.get("values")?;
    let others = PAGE
        .iter()
        .filter(|key| properties.contains_key(**key))
        .count();
    let item = reference_name(values.get("items")?)?;
    (others > 1).then(|| item.to_owned())
}

/// Marks each operation that answers with a page, `x-paged: link` unless an
/// overlay says `number` (the resources where Bitbucket never sends `next`).
pub(super) fn mark_paged_operations(document: &mut Value) -> Result<()> {
    let schemas = components(document).cloned().unwrap_or_default();
    let mut problems = Vec::new();
    for operation in operations_mut(document) {
        // A file or, of a directory, a page: it lists, too.
        let listing = operation
            .object
            .get("x-listing")
            .and_then(Value::as_str)
            .and_then(|reference| reference.rsplit('/').next());
        let schema = success_schema(operation.object).and_then(reference_name);
        let page = listing
            .or(schema)
            .and_then(|name| schemas.get(name)?.get("x-page-item"))
            .is_some();
        match (page, operation.object.get("x-paged")) {
            (true, None) => {
                operation.object.insert("x-paged".to_owned(), json!("link"));
            }
            (true, Some(how)) if how != "link" && how != "number" => {
                problems.push(format!(
                    "{} says x-paged {how}, not link or number",
                    operation.label()
                ));
            }
            (false, Some(_)) => {
                problems.push(format!("{} does not answer with a page", operation.label()));
            }
            _ => {}
        }
    }
    report("paged operation(s) are not right", &problems)
}

/// The schema of the JSON that an operation answers on success.
pub(crate) fn success_schema(operation: &Map<String, Value>) -> Option<&Value> {
    let responses = operation.get("responses")?.as_object()?;
    let (_, response) = responses.iter().find(|(code, _)| code.starts_with('2'))?;
    response
        .get("content")?
        .get("application/json")?
        .get("schema")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schemas::reference_to;

    fn page(more: &[&str]) -> Value {
        let mut properties =
            json!({ "next": {}, "values": { "type": "array", "items": reference_to("Tag") } });
        for name in more {
            properties[*name] = json!({});
        }
        json!({ "properties": properties })
    }

    fn operation(schema: &str) -> Value {
        json!({ "responses": { "200": { "content": { "application/json": { "schema": reference_to(schema) } } } } })
    }

    #[test]
    fn pages_name_their_items() {
        let mut document = json!({ "components": { "schemas": {
            "Plain": page(&["size"]),
            "Search": page(&["query"]),
            "List": { "properties": { "values": { "items": reference_to("Tag") } } },
            "Tag": {},
        } } });
        mark_pages(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Plain"]["x-page-item"], "Tag");
        assert_eq!(schemas["Plain"].get("x-page-struct"), None);
        assert_eq!(schemas["Search"]["x-page-item"], "Tag");
        assert_eq!(schemas["Search"]["x-page-struct"], true);
        assert_eq!(schemas["List"].get("x-page-item"), None);
    }

    #[test]
    fn operations_that_answer_pages_are_paged() {
        let mut by_number = operation("Page");
        by_number["x-paged"] = json!("number");
        let mut document = json!({
            "paths": { "/a": { "get": operation("Page") }, "/b": { "get": by_number }, "/c": { "get": operation("Tag") } },
            "components": { "schemas": { "Page": { "x-page-item": "Tag" }, "Tag": {} } },
        });
        mark_paged_operations(&mut document).unwrap();
        assert_eq!(document["paths"]["/a"]["get"]["x-paged"], "link");
        assert_eq!(document["paths"]["/b"]["get"]["x-paged"], "number");
        assert_eq!(document["paths"]["/c"]["get"].get("x-paged"), None);
    }

    #[test]
    fn a_listing_beside_another_answer_is_paged() {
        let mut document = json!({
            "paths": { "/a": { "get": { "x-listing": "#/components/schemas/Page" } } },
            "components": { "schemas": { "Page": { "x-page-item": "Tag" } } },
        });
        mark_paged_operations(&mut document).unwrap();
        assert_eq!(document["paths"]["/a"]["get"]["x-paged"], "link");
    }

    #[test]
    fn a_mark_without_a_page_is_an_error() {
        let mut wrong = operation("Tag");
        wrong["x-paged"] = json!("number");
        let mut document = json!({ "paths": { "/a": { "get": wrong } }, "components": { "schemas": { "Tag": {} } } });
        let error = mark_paged_operations(&mut document)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("GET /a does not answer with a page"),
            "{error}"
        );
    }
}
