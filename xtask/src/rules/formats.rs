//! Keeps only formats that make a better Rust type and never refuse a value.

use serde_json::{Value, json};

use crate::document::schemas::visit_schemas;

/// Makes every integer 64 bits wide and leaves strings plain, dates and bytes excepted.
///
/// Comment ids exceed 32 bits. A `uri` may be `git@bitbucket.org:…`, which no
/// URL type accepts.
pub(super) fn plain_formats(document: &mut Value) {
    visit_schemas(document, &mut |schema| {
        let Some(schema) = schema.as_object_mut() else {
            return;
        };
        let format = schema
            .get("format")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match schema.get("type").and_then(Value::as_str) {
            Some("integer") => {
                schema.insert("format".to_owned(), json!("int64"));
            }
            Some("string") if ["date-time", "binary"].contains(&format) => {}
            _ => {
                schema.shift_remove("format");
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_wide_and_strings_plain() {
        let mut document = json!({ "components": { "schemas": {
            "A": { "properties": {
                "id": { "type": "integer" },
                "line": { "type": "integer", "format": "int32" },
                "href": { "type": "string", "format": "uri" },
                "format": { "type": "string", "format": "uuid" },
                "created_on": { "type": "string", "format": "date-time" },
                "score": { "type": "number", "format": "float" },
            } },
        } } });
        plain_formats(&mut document);
        let expected = json!({ "components": { "schemas": {
            "A": { "properties": {
                "id": { "type": "integer", "format": "int64" },
                "line": { "type": "integer", "format": "int64" },
                "href": { "type": "string" },
                "format": { "type": "string" },
                "created_on": { "type": "string", "format": "date-time" },
                "score": { "type": "number" },
            } },
        } } });
        assert_eq!(document, expected);
    }
}
