//! Makes the document's own words safe and readable in rustdoc.

use serde_json::{Value, json};

use crate::markdown;

/// Rewrites every description and summary for rustdoc.
///
/// They are written for a web page: rustdoc would compile their examples as
/// Rust, take `["a"]` for a link, drop `<JWT Token>`, and leave links to
/// Atlassian's site broken.
pub(super) fn rustdoc_descriptions(document: &mut Value) {
    rewrite(document, true);
}

/// `keywords` is false inside `properties`, where a key is somebody's name.
fn rewrite(value: &mut Value, keywords: bool) {
    match value {
        Value::Object(object) => {
            for (key, child) in object {
                match (key.as_str(), &*child) {
                    ("description" | "x-deprecated", Value::String(text)) if keywords => {
                        *child = json!(markdown::for_rustdoc(text));
                    }
                    ("summary", Value::String(text)) if keywords => {
                        *child = json!(markdown::one_line(text));
                    }
                    _ => rewrite(child, !(keywords && key == "properties")),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|child| rewrite(child, true)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_rewritten_wherever_they_stand() {
        let mut document = json!({
            "tags": [{ "description": "The <n> tags" }],
            "paths": { "/a": { "get": { "summary": "List\nall", "description": "    code" } } },
            "components": { "schemas": { "A": { "properties": {
                "description": { "type": "string", "description": "See [a]" },
            } } } },
        });
        rustdoc_descriptions(&mut document);
        let expected = json!({
            "tags": [{ "description": "The \\<n> tags" }],
            "paths": { "/a": { "get": { "summary": "List all", "description": "code" } } },
            "components": { "schemas": { "A": { "properties": {
                "description": { "type": "string", "description": "See \\[a]" },
            } } } },
        });
        assert_eq!(document, expected);
    }
}
