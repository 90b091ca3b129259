//! Drops what would refuse a value.

use serde_json::Value;

use crate::document::schemas::visit_schemas;

/// Keywords that limit values or fill them in.
const CONSTRAINTS: [&str; 18] = [
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "default",
    "example",
    "examples",
    "externalDocs",
    "xml",
];

/// Drops patterns, bounds, defaults and examples.
///
/// Bitbucket breaks its own patterns (`"hash": "default"` is an example of the
/// document) and a bound on a response helps nobody; on a request the server
/// judges better. A default would be sent back as if the caller had said it.
pub(super) fn drop_constraints(document: &mut Value) {
    visit_schemas(document, &mut |schema| {
        if let Some(schema) = schema.as_object_mut() {
            schema.retain(|key, _| !CONSTRAINTS.contains(&key.as_str()));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn limits_go_but_properties_of_such_names_stay() {
        let mut document = json!({ "components": { "schemas": {
            "A": { "minProperties": 1, "properties": {
                "pattern": { "type": "string", "pattern": "[0-9a-f]{7}", "minLength": 7 },
                "page": { "type": "integer", "minimum": 1, "default": 1 },
            } },
        } } });
        drop_constraints(&mut document);
        let expected = json!({ "components": { "schemas": {
            "A": { "properties": { "pattern": { "type": "string" }, "page": { "type": "integer" } } },
        } } });
        assert_eq!(document, expected);
    }
}
