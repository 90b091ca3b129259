//! Makes every enum an enum of strings.

use serde_json::{Value, json};

use crate::document::schemas::visit_schemas;

/// Leaves enums of distinct strings and drops the others, keeping their type.
///
/// Null among the values of `participant.state` would make a variant of it;
/// null is tolerated anyway. Numbers cannot be named.
pub(super) fn plain_enums(document: &mut Value) {
    visit_schemas(document, &mut |schema| {
        let Some(schema) = schema.as_object_mut() else {
            return;
        };
        let Some(Value::Array(values)) = schema.get("enum") else {
            return;
        };
        let mut names: Vec<&str> = Vec::new();
        for value in values.iter().filter_map(Value::as_str) {
            if !names.contains(&value) {
                names.push(value);
            }
        }
        let others = values
            .iter()
            .any(|value| !value.is_string() && !value.is_null());
        let is_string = schema.get("type").is_none_or(|one| one == "string");
        if others || names.is_empty() || !is_string {
            schema.shift_remove("enum");
            return;
        }
        let names = json!(names);
        schema.insert("enum".to_owned(), names);
        schema.insert("type".to_owned(), json!("string"));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enums_hold_distinct_strings() {
        let mut document = json!({ "components": { "schemas": { "A": { "properties": {
            "state": { "type": "string", "enum": ["approved", null, "approved"] },
            "kind": { "enum": ["a"] },
            "level": { "type": "integer", "enum": [1, 2] },
            "mixed": { "type": "string", "enum": ["a", 1] },
            "enum": { "type": "string", "enum": [] },
        } } } } });
        plain_enums(&mut document);
        let expected = json!({ "components": { "schemas": { "A": { "properties": {
            "state": { "type": "string", "enum": ["approved"] },
            "kind": { "enum": ["a"], "type": "string" },
            "level": { "type": "integer" },
            "mixed": { "type": "string" },
            "enum": { "type": "string" },
        } } } } });
        assert_eq!(document, expected);
    }
}
