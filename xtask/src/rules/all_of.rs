//! Replaces inheritance by plain objects.

use anyhow::{Result, bail};
use serde_json::{Map, Value};

use crate::document::schemas::{
    children_mut, components, components_mut, operation_schemas_mut, operations_mut,
};

/// Keywords that describe a schema itself and not those that build on it.
const NOT_INHERITED: [&str; 4] = ["title", "description", "discriminator", "deprecated"];

/// Merges `allOf` into one object with all properties, and drops discriminators.
///
/// The generator turns `allOf` into flattened structs or fails; a plain object
/// is what a user wants to see. A discriminator without a mapping says nothing:
/// which types belong together is said by `x-family`.
pub(super) fn flatten_all_of(document: &mut Value) -> Result<()> {
    let named = components(document).cloned().unwrap_or_default();
    if let Some(schemas) = components_mut(document) {
        for (name, schema) in schemas {
            flatten(schema, &named, &mut vec![name.clone()])?;
        }
    }
    for operation in operations_mut(document) {
        let label = operation.label();
        for (_, schema) in operation_schemas_mut(operation.object) {
            flatten(schema, &named, &mut vec![label.clone()])?;
        }
    }
    Ok(())
}

/// `within` holds the named schemas being merged, to notice a circle.
fn flatten(schema: &mut Value, named: &Map<String, Value>, within: &mut Vec<String>) -> Result<()> {
    if let Some(object) = schema.as_object_mut() {
        object.shift_remove("discriminator");
        if let Some(Value::Array(parts)) = object.shift_remove("allOf") {
            let merged = merge_parts(std::mem::take(object), parts, named, within)?;
            *schema = merged;
        }
    }
    for (_, child) in children_mut(schema) {
        flatten(child, named, within)?;
    }
    Ok(())
}

fn merge_parts(
    own: Map<String, Value>,
    parts: Vec<Value>,
    named: &Map<String, Value>,
    within: &mut Vec<String>,
) -> Result<Value> {
    // A replacement type stands for the whole schema.
    if own.contains_key("x-rust-type") {
        return Ok(Value::Object(own));
    }
    let only_described = own
        .keys()
        .all(|key| NOT_INHERITED.contains(&key.as_str()) || key == "nullable");
    if let ([part], true) = (parts.as_slice(), only_described)
        && part.get("$ref").is_some()
    {
        return Ok(part.clone());
    }
    let mut merged = Map::new();
    for part in parts {
        if let Some(reference) = part.get("$ref").and_then(Value::as_str) {
            let base = base(reference, named, within)?;
            merge(&mut merged, base);
            continue;
        }
        let mut part = part;
        flatten(&mut part, named, within)?;
        if let Value::Object(part) = part {
            merge(&mut merged, part);
        }
    }
    merge(&mut merged, own);
    Ok(Value::Object(merged))
}

/// What a named schema hands down, itself flattened.
fn base(
    reference: &str,
    named: &Map<String, Value>,
    within: &mut Vec<String>,
) -> Result<Map<String, Value>> {
    let name = reference.rsplit('/').next().unwrap_or_default();
    if within.iter().any(|one| one == name) {
        bail!(
            "{} is built on itself, by way of {}",
            name,
            within.join(", ")
        );
    }
    let Some(schema) = named.get(name) else {
        bail!("{}: there is no {reference}", within.join(", "));
    };
    let mut schema = schema.clone();
    within.push(name.to_owned());
    flatten(&mut schema, named, within)?;
    within.pop();
    let Value::Object(mut schema) = schema else {
        bail!("{reference} is not an object");
    };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        within.push(name.to_owned());
        let found = base(reference, named, within);
        within.pop();
        return found;
    }
    schema.retain(|key, _| !key.starts_with("x-") && !NOT_INHERITED.contains(&key.as_str()));
    Ok(schema)
}

/// Adds `more` to `merged`; where both say something, `more` is right.
fn merge(merged: &mut Map<String, Value>, more: Map<String, Value>) {
    for (key, value) in more {
        match (key.as_str(), merged.get_mut(&key), value) {
            ("properties", Some(Value::Object(present)), Value::Object(properties)) => {
                merge_properties(present, properties);
            }
            ("required", Some(Value::Array(present)), Value::Array(required)) => {
                present.extend(required);
            }
            (_, _, value) => {
                merged.insert(key, value);
            }
        }
    }
}

/// A property that base and subtype both describe as an object has the properties of both.
fn merge_properties(present: &mut Map<String, Value>, properties: Map<String, Value>) {
    for (name, property) in properties {
        let both = present.get_mut(&name).and_then(Value::as_object_mut);
        match (both, property) {
            (Some(base), Value::Object(own))
                if base.contains_key("properties") && own.contains_key("properties") =>
            {
                merge(base, own);
            }
            (_, property) => {
                present.insert(name, property);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn flattened(schemas: &Value) -> Value {
        let mut document = json!({ "components": { "schemas": schemas } });
        flatten_all_of(&mut document).unwrap();
        document["components"]["schemas"].take()
    }

    #[test]
    fn a_subtype_has_the_properties_of_its_bases() {
        let schemas = flattened(&json!({
            "Object": { "title": "Base", "x-family": {}, "discriminator": { "propertyName": "type" },
                "properties": { "type": { "type": "string" } }, "required": ["type"], "type": "object" },
            "Account": { "allOf": [{ "$ref": "#/components/schemas/Object" }, {
                "description": "An account.", "properties": { "uuid": { "type": "string" } }, "type": "object" }] },
            "User": { "allOf": [{ "$ref": "#/components/schemas/Account" }, {
                "properties": { "nickname": { "type": "string" } } }], "x-name": "User" },
        }));
        assert_eq!(
            schemas["User"],
            json!({
                "properties": {
                    "type": { "type": "string" }, "uuid": { "type": "string" }, "nickname": { "type": "string" },
                },
                "required": ["type"], "type": "object", "x-name": "User",
            })
        );
        assert_eq!(schemas["Account"]["description"], "An account.");
        assert_eq!(schemas["Object"].get("discriminator"), None);
    }

    #[test]
    fn links_of_base_and_subtype_are_joined() {
        let schemas = flattened(&json!({
            "Base": { "properties": { "links": { "properties": { "avatar": {} } } } },
            "User": { "allOf": [{ "$ref": "#/components/schemas/Base" }, {
                "properties": { "links": { "properties": { "self": {} } } } }] },
        }));
        assert_eq!(
            schemas["User"]["properties"]["links"],
            json!({ "properties": { "avatar": {}, "self": {} } })
        );
    }

    #[test]
    fn one_reference_with_a_description_is_a_reference() {
        let schemas = flattened(&json!({
            "A": { "properties": { "b": { "allOf": [{ "$ref": "#/components/schemas/B" }], "description": "d" } } },
            "B": { "type": "object" },
        }));
        assert_eq!(
            schemas["A"]["properties"]["b"],
            json!({ "$ref": "#/components/schemas/B" })
        );
    }

    #[test]
    fn a_replaced_type_keeps_its_replacement() {
        let schemas = flattened(&json!({
            "A": { "properties": { "b": {
                "allOf": [{ "$ref": "#/components/schemas/A" }], "nullable": true, "x-rust-type": { "path": "N" }
            } } },
        }));
        assert_eq!(
            schemas["A"]["properties"]["b"],
            json!({ "nullable": true, "x-rust-type": { "path": "N" } })
        );
    }

    #[test]
    fn a_property_may_refer_to_its_own_schema() {
        let schemas = flattened(&json!({
            "A": { "allOf": [{ "$ref": "#/components/schemas/B" }, {
                "properties": { "parent": { "$ref": "#/components/schemas/A" } } }] },
            "B": {},
        }));
        assert_eq!(
            schemas["A"]["properties"]["parent"],
            json!({ "$ref": "#/components/schemas/A" })
        );
    }

    #[test]
    fn a_circle_is_an_error_that_names_it() {
        let mut document = json!({ "components": { "schemas": {
            "A": { "allOf": [{ "$ref": "#/components/schemas/B" }] , "type": "object" },
            "B": { "allOf": [{ "$ref": "#/components/schemas/A" }] , "type": "object" },
        } } });
        let error = flatten_all_of(&mut document).unwrap_err().to_string();
        assert!(error.contains("built on itself"), "{error}");
    }

    #[test]
    fn a_missing_base_is_an_error_that_names_it() {
        let mut document = json!({ "components": { "schemas": {
            "A": { "allOf": [{ "$ref": "#/components/schemas/B" }, {}] },
        } } });
        let error = flatten_all_of(&mut document).unwrap_err().to_string();
        assert!(
            error.contains("A: there is no #/components/schemas/B"),
            "{error}"
        );
    }
}
