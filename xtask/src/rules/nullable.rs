//! Lists and maps may be null.

use serde_json::{Value, json};

use crate::document::schemas::{Position, children_mut, visit_schemas};

/// Marks every property that is a list or a map as nullable.
///
/// The generator reads a missing list as an empty one, fails on null, and
/// leaves an empty list out when it writes. As nullable it becomes an `Option`,
/// which tells null, nothing and `[]` apart.
pub(super) fn tolerate_null_collections(document: &mut Value) {
    visit_schemas(document, &mut |schema| {
        for (position, child) in children_mut(schema) {
            let Some(child) = child.as_object_mut() else {
                continue;
            };
            let list = child.get("type").is_some_and(|one| one == "array");
            let map = child.contains_key("additionalProperties");
            if matches!(position, Position::Property(_)) && (list || map) {
                child.insert("nullable".to_owned(), json!(true));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_that_hold_several_are_nullable() {
        let mut document = json!({
            "components": { "schemas": { "A": { "properties": {
                "list": { "type": "array", "items": { "type": "array", "items": {} } },
                "map": { "type": "object", "additionalProperties": { "type": "string" } },
                "text": { "type": "string" },
            } } } },
            "paths": { "/a": { "get": { "parameters": [{ "name": "q", "schema": { "type": "array" } }] } } },
        });
        tolerate_null_collections(&mut document);
        let properties = &document["components"]["schemas"]["A"]["properties"];
        assert_eq!(properties["list"]["nullable"], true);
        assert_eq!(properties["map"]["nullable"], true);
        assert_eq!(properties["text"], json!({ "type": "string" }));
        assert_eq!(properties["list"]["items"].get("nullable"), None);
        let parameter = &document["paths"]["/a"]["get"]["parameters"][0]["schema"];
        assert_eq!(parameter, &json!({ "type": "array" }));
    }
}
