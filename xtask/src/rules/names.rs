//! Names schemas as Rust names types.

use std::collections::HashMap;

use anyhow::Result;
use serde_json::{Map, Value};

use super::{report, words};
use crate::document::schemas::{
    SCHEMA_PREFIX, components, components_mut, visit_references, visit_schemas,
};

/// Gives each named schema the name of its Rust type, and lets references follow.
///
/// `x-name` (from an overlay) where the publisher's name reads badly, such as
/// `pullrequest`; `PascalCase` of the publisher's name elsewhere. References may
/// use the old or the new name, so overlays can use either.
pub(super) fn name_schemas(document: &mut Value) -> Result<()> {
    let Some(schemas) = components(document) else {
        return Ok(());
    };
    let names: Vec<(String, String)> = schemas
        .iter()
        .map(|(key, schema)| {
            (
                key.clone(),
                given_name(schema).unwrap_or_else(|| words::pascal_case(key)),
            )
        })
        .collect();
    check(&names)?;
    let names: HashMap<String, String> = names.into_iter().collect();
    if let Some(schemas) = components_mut(document) {
        let old = std::mem::take(schemas);
        for (key, mut schema) in old {
            remove_given_name(&mut schema);
            schemas.insert(names[&key].clone(), schema);
        }
    }
    rename_references(document, &names);
    Ok(())
}

/// The name given to a schema, on itself or on the own part of its `allOf`.
fn given_name(schema: &Value) -> Option<String> {
    let own_parts = schema
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    std::iter::once(schema)
        .chain(own_parts)
        .find_map(|part| part.get("x-name")?.as_str())
        .map(str::to_owned)
}

fn remove_given_name(schema: &mut Value) {
    let remove = |part: &mut Value| {
        if let Some(part) = part.as_object_mut() {
            part.shift_remove("x-name");
        }
    };
    remove(schema);
    if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
        parts.iter_mut().for_each(remove);
    }
}

fn check(names: &[(String, String)]) -> Result<()> {
    let mut problems = Vec::new();
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for (key, name) in names {
        if !words::is_pascal_case(name) {
            problems.push(format!("{key} would be called {name:?}"));
        }
        if let Some(other) = seen.insert(name, key) {
            problems.push(format!("{other} and {key} would both be called {name}"));
        }
    }
    report("schema(s) need another x-name", &problems)
}

fn rename_references(document: &mut Value, names: &HashMap<String, String>) {
    visit_references(document, &mut |reference| {
        let old = reference.strip_prefix(SCHEMA_PREFIX);
        if let Some(new) = old.and_then(|old| names.get(old)) {
            *reference = format!("{SCHEMA_PREFIX}{new}");
        }
    });
    visit_schemas(document, &mut |schema| {
        for variant in family_variants_mut(schema) {
            if let Some(Value::String(name)) = variant.get_mut("schema")
                && let Some(new) = names.get(name.as_str())
            {
                name.clone_from(new);
            }
        }
    });
}

/// The variants of a schema that is the base of a family.
fn family_variants_mut(schema: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let variants = schema
        .pointer_mut("/x-family/variants")
        .and_then(Value::as_array_mut);
    variants
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
}

/// Drops titles: the generator makes further types of them, beside the names given here.
pub(super) fn drop_titles(document: &mut Value) {
    visit_schemas(document, &mut |schema| {
        if let Some(schema) = schema.as_object_mut() {
            schema.shift_remove("title");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn schemas_are_renamed_in_place_and_references_follow() {
        let mut document = json!({ "components": { "schemas": {
            "paginated_tags": { "items": { "$ref": "#/components/schemas/tag" } },
            "tag": { "x-name": "GitTag" },
            "pull": { "allOf": [{ "$ref": "#/components/schemas/GitTag" }, { "x-name": "PullRequest" }] },
            "ref": { "x-family": { "tag": "type", "variants": [{ "value": "tag", "schema": "tag" }] } },
        } } });
        name_schemas(&mut document).unwrap();
        let expected = json!({ "components": { "schemas": {
            "PaginatedTags": { "items": { "$ref": "#/components/schemas/GitTag" } },
            "GitTag": {},
            "PullRequest": { "allOf": [{ "$ref": "#/components/schemas/GitTag" }, {}] },
            "Ref": { "x-family": { "tag": "type", "variants": [{ "value": "tag", "schema": "GitTag" }] } },
        } } });
        assert_eq!(document, expected);
        let keys: Vec<_> = components(&document).unwrap().keys().collect();
        assert_eq!(keys, ["PaginatedTags", "GitTag", "PullRequest", "Ref"]);
    }

    #[test]
    fn two_schemas_of_one_name_are_an_error() {
        let mut document = json!({ "components": { "schemas": { "a_b": {}, "a.b": {} } } });
        let error = name_schemas(&mut document).unwrap_err().to_string();
        assert!(
            error.contains("a_b and a.b would both be called AB"),
            "{error}"
        );
    }

    #[test]
    fn a_name_that_is_no_type_is_an_error() {
        let mut document =
            json!({ "components": { "schemas": { "a": { "x-name": "pull_request" } } } });
        let error = name_schemas(&mut document).unwrap_err().to_string();
        assert!(error.contains("pull_request"), "{error}");
    }

    #[test]
    fn titles_go_but_a_property_called_title_stays() {
        let mut document = json!({ "components": { "schemas": {
            "A": { "title": "A", "properties": { "title": { "type": "string", "title": "T" } } }
        } } });
        drop_titles(&mut document);
        let expected = json!({ "components": { "schemas": {
            "A": { "properties": { "title": { "type": "string" } } }
        } } });
        assert_eq!(document, expected);
    }
}
