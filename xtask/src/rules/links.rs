//! One type for all links.

use serde_json::{Map, Value};

use crate::document::schemas::{components, reference_to, visit_schemas};

/// The schema of a link.
const LINK: &str = "Link";

/// Turns every inline link object into a reference to the one schema.
///
/// The document repeats `{href, name}` at each of its links; each would become
/// a type of its own, and no function could take any link.
pub(super) fn share_link_object(document: &mut Value) {
    let shared = components(document).and_then(|schemas| schemas.get(LINK));
    if !shared.and_then(Value::as_object).is_some_and(is_link) {
        return;
    }
    visit_schemas(document, &mut |schema| {
        // The outermost schema is visited too: it must not refer to itself.
        for (_, child) in crate::document::schemas::children_mut(schema) {
            if child.as_object().is_some_and(is_link) {
                *child = reference_to(LINK);
            }
        }
    });
}

/// Whether a schema describes a link: an `href`, perhaps a `name`, and nothing else.
fn is_link(schema: &Map<String, Value>) -> bool {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return false;
    };
    let own_type = ["x-name", "x-rust-type"]
        .iter()
        .any(|key| schema.contains_key(*key));
    !own_type
        && properties.contains_key("href")
        && properties
            .keys()
            .all(|key| ["href", "name"].contains(&key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn inline_links_refer_to_the_shared_one() {
        let link = json!({ "title": "Link", "properties": { "href": {}, "name": {} } });
        let mut document = json!({ "components": { "schemas": {
            "Link": link,
            "User": { "properties": { "links": { "properties": {
                "self": link, "clone": { "items": { "properties": { "href": {} } } },
                "other": { "properties": { "href": {}, "rel": {} } },
            } } } },
        } } });
        share_link_object(&mut document);
        let expected = json!({ "components": { "schemas": {
            "Link": link,
            "User": { "properties": { "links": { "properties": {
                "self": reference_to("Link"), "clone": { "items": reference_to("Link") },
                "other": { "properties": { "href": {}, "rel": {} } },
            } } } },
        } } });
        assert_eq!(document, expected);
    }

    #[test]
    fn without_a_shared_link_nothing_changes() {
        let mut document = json!({ "components": { "schemas": {
            "User": { "properties": { "self": { "properties": { "href": {} } } } },
        } } });
        let before = document.clone();
        share_link_object(&mut document);
        assert_eq!(document, before);
    }
}
