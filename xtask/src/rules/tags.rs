//! Names the groups of operations.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::report;
use crate::document::schemas::{operations, operations_mut};

/// Tags that the publisher spells unlike the rest of its documentation.
const SPELLINGS: [(&str, &str); 3] = [
    ("Pullrequests", "Pull requests"),
    ("properties", "Properties"),
    ("Ssh", "SSH"),
];

/// Spells tags as the field does, and lists exactly those that are used.
///
/// A tag becomes a cargo feature and a heading of the documentation, so
/// `Pullrequests` would be read by everybody; `Teams` and `Wiki` are listed by
/// the publisher and hold no operation.
pub(super) fn name_tags(document: &mut Value) -> Result<()> {
    let mut problems = Vec::new();
    for operation in operations_mut(document) {
        let label = operation.label();
        let tags = operation
            .object
            .get_mut("tags")
            .and_then(Value::as_array_mut);
        let tags = tags.into_iter().flatten().filter_map(|tag| match tag {
            Value::String(tag) => Some(tag),
            _ => None,
        });
        let mut count = 0;
        for tag in tags {
            *tag = spelling(tag).to_owned();
            count += 1;
        }
        if count == 0 {
            problems.push(label);
        }
    }
    list_used(document);
    report("operation(s) have no tag", &problems)
}

fn spelling(tag: &str) -> &str {
    SPELLINGS
        .iter()
        .find(|(wrong, _)| *wrong == tag)
        .map_or(tag, |(_, right)| right)
}

/// Keeps the publisher's descriptions of used tags and adds those not listed.
fn list_used(document: &mut Value) {
    let mut used: Vec<String> = Vec::new();
    for operation in operations(document) {
        let tags = operation.object.get("tags").and_then(Value::as_array);
        for tag in tags.into_iter().flatten().filter_map(Value::as_str) {
            if !used.iter().any(|known| known == tag) {
                used.push(tag.to_owned());
            }
        }
    }
    used.sort_by_key(|tag| tag.to_lowercase());
    let described = |tag: &str| -> Option<Map<String, Value>> {
        let mut listed = document
            .get("tags")?
            .as_array()?
            .iter()
            .filter_map(Value::as_object);
        let named = |one: &&Map<String, Value>| {
            one.get("name").and_then(Value::as_str).map(spelling) == Some(tag)
        };
        listed.find(named).cloned()
    };
    let listed: Vec<Value> = used
        .iter()
        .map(|tag| {
            let mut entry = described(tag).unwrap_or_default();
            entry.insert("name".to_owned(), json!(tag));
            Value::Object(entry)
        })
        .collect();
    if let Some(document) = document.as_object_mut() {
        document.insert("tags".to_owned(), Value::Array(listed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_spelt_alike_and_listed_when_used() {
        let mut document = json!({
            "tags": [{ "description": "d", "name": "Pullrequests" }, { "name": "Wiki" }],
            "paths": { "/a": { "get": { "tags": ["properties", "Pullrequests"] }, "put": { "tags": ["Ssh"] } } },
        });
        name_tags(&mut document).unwrap();
        let expected = json!({
            "tags": [{ "name": "Properties" }, { "description": "d", "name": "Pull requests" }, { "name": "SSH" }],
            "paths": { "/a": { "get": { "tags": ["Properties", "Pull requests"] }, "put": { "tags": ["SSH"] } } },
        });
        assert_eq!(document, expected);
    }

    #[test]
    fn an_operation_without_a_tag_is_named() {
        let mut document = json!({ "paths": { "/a": { "get": { "tags": [] } } } });
        let error = name_tags(&mut document).unwrap_err().to_string();
        assert!(error.contains("GET /a"), "{error}");
    }
}
