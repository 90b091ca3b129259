//! Lets objects hold more, and less, than the document says.

use serde_json::Value;

use crate::document::schemas::visit_schemas;

/// Drops `additionalProperties` where it is true or false, and empty `properties`.
///
/// Closed objects would refuse every response to which Bitbucket has added a
/// field, and Bitbucket sends undocumented fields already. A map, whose values
/// have a schema, stays.
pub(super) fn open_objects(document: &mut Value) {
    visit_schemas(document, &mut |schema| {
        let Some(schema) = schema.as_object_mut() else {
            return;
        };
        if schema
            .get("additionalProperties")
            .is_some_and(|value| !is_map(value))
        {
            schema.shift_remove("additionalProperties");
        }
        let empty = |value: &Value| value.as_object().is_some_and(serde_json::Map::is_empty);
        if schema.get("properties").is_some_and(empty) {
            schema.shift_remove("properties");
        }
    });
}

/// `additionalProperties: {}` says as little as `true`.
fn is_map(additional: &Value) -> bool {
    additional
        .as_object()
        .is_some_and(|schema| !schema.is_empty())
}

/// Drops `required` from every schema.
///
/// With `fields=` any property can be absent from a response, real responses
/// leave out some of the required ones, and the schemas serve as request bodies
/// too, where `type` is required by the document and sent by nobody.
pub(super) fn drop_required(document: &mut Value) {
    visit_schemas(document, &mut |schema| {
        if let Some(schema) = schema.as_object_mut() {
            schema.shift_remove("required");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn objects_are_open_and_maps_stay() {
        let mut document = json!({ "components": { "schemas": {
            "Closed": { "additionalProperties": false, "properties": {
                "additionalProperties": { "type": "string" },
                "data": { "additionalProperties": true, "properties": {} },
            } },
            "Map": { "additionalProperties": { "additionalProperties": false, "type": "object" } },
            "Free": { "additionalProperties": {} },
        } } });
        open_objects(&mut document);
        let expected = json!({ "components": { "schemas": {
            "Closed": { "properties": { "additionalProperties": { "type": "string" }, "data": {} } },
            "Map": { "additionalProperties": { "type": "object" } },
            "Free": {},
        } } });
        assert_eq!(document, expected);
    }

    #[test]
    fn nothing_is_required_but_a_property_may_be_called_so() {
        let mut document = json!({ "components": { "schemas": {
            "A": { "required": ["type"], "properties": { "required": { "type": "boolean" } } },
        } } });
        drop_required(&mut document);
        let expected = json!({ "components": { "schemas": {
            "A": { "properties": { "required": { "type": "boolean" } } },
        } } });
        assert_eq!(document, expected);
    }
}
