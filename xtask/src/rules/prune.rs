//! Drops schemas that no operation reaches.

use std::collections::HashSet;

use serde_json::Value;

use super::responses::ERROR;
use crate::document::schemas::{SCHEMA_PREFIX, components_mut, visit_references};

/// Drops every schema that is reached neither from an operation nor from a
/// family, a page or an extension.
///
/// The document carries bases that are merged away and schemas of resources
/// that do not exist; each would be compiled and listed for nothing.
pub(super) fn prune_unreferenced(document: &mut Value) {
    let reached = reached_schemas(document);
    if let Some(schemas) = components_mut(document) {
        schemas.retain(|name, _| name == ERROR || reached.contains(name));
    }
}

/// The names of the schemas that an operation, or the error, leads to.
pub(crate) fn reached_schemas(document: &Value) -> HashSet<String> {
    let mut outside = document.clone();
    let mut schemas = outside
        .pointer_mut("/components/schemas")
        .map(Value::take)
        .unwrap_or_default();
    let mut next = names_in(&mut outside);
    next.extend(schemas.get(ERROR).map(|_| ERROR.to_owned()));
    let mut reached: HashSet<String> = next.iter().cloned().collect();
    while let Some(name) = next.pop() {
        let mut schema = schemas.get_mut(&name).map(Value::take).unwrap_or_default();
        for found in names_in(&mut schema) {
            if reached.insert(found.clone()) {
                next.push(found);
            }
        }
    }
    reached
}

/// The names of the schemas that a part of the document mentions.
fn names_in(part: &mut Value) -> Vec<String> {
    let mut names = Vec::new();
    visit_references(part, &mut |reference| {
        names.extend(reference.strip_prefix(SCHEMA_PREFIX).map(str::to_owned));
    });
    names.extend(
        part.get("x-page-item")
            .and_then(Value::as_str)
            .map(str::to_owned),
    );
    let variants = part.pointer("/x-family/variants").and_then(Value::as_array);
    for variant in variants.into_iter().flatten() {
        names.extend(
            variant
                .get("schema")
                .and_then(Value::as_str)
                .map(str::to_owned),
        );
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schemas::components;
    use serde_json::json;

    #[test]
    fn only_what_an_operation_reaches_stays() {
        let mut document = json!({
            "paths": { "/a": { "get": { "schema": { "$ref": "#/components/schemas/Page" },
                "x-listing": "#/components/schemas/Listing" } } },
            "components": { "schemas": {
                "Page": { "x-page-item": "State" },
                "State": { "x-family": { "variants": [{ "value": "a", "schema": "Pending" }] } },
                "Pending": { "properties": { "again": { "$ref": "#/components/schemas/Pending" } } },
                "Listing": {},
                "Object": {},
                "Error": {},
            } },
        });
        prune_unreferenced(&mut document);
        let left: Vec<_> = components(&document).unwrap().keys().collect();
        assert_eq!(left, ["Page", "State", "Pending", "Listing", "Error"]);
    }
}
