//! Walks over the schemas of an `OpenAPI` document.
//!
//! A plain walk over the JSON would take a property that happens to be called
//! `pattern` or `required` for the keyword of that name, so these functions
//! step only where a schema may stand.

use serde_json::{Map, Value};

/// The keys of a path item that are operations.
pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// One operation of a document, with where it stands.
pub(crate) struct Operation<'a> {
    pub(crate) path: &'a str,
    pub(crate) method: String,
    pub(crate) object: &'a Map<String, Value>,
}

/// One operation of a document that may be changed.
pub(crate) struct OperationMut<'a> {
    pub(crate) path: &'a str,
    pub(crate) method: String,
    pub(crate) object: &'a mut Map<String, Value>,
}

impl Operation<'_> {
    /// `GET /repositories`, as people write it.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl OperationMut<'_> {
    /// `GET /repositories`, as people write it.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Every operation, in the order of the document.
pub(crate) fn operations(document: &Value) -> Vec<Operation<'_>> {
    let Some(paths) = document.get("paths").and_then(Value::as_object) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (path, item) in paths {
        for (key, operation) in item.as_object().into_iter().flatten() {
            if let (true, Some(object)) = (METHODS.contains(&key.as_str()), operation.as_object()) {
                let method = key.to_uppercase();
                found.push(Operation {
                    path,
                    method,
                    object,
                });
            }
        }
    }
    found
}

/// Every operation, in the order of the document, to be changed.
pub(crate) fn operations_mut(document: &mut Value) -> Vec<OperationMut<'_>> {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (path, item) in paths {
        for (key, operation) in item.as_object_mut().into_iter().flatten() {
            if !METHODS.contains(&key.as_str()) {
                continue;
            }
            if let Some(object) = operation.as_object_mut() {
                let method = key.to_uppercase();
                found.push(OperationMut {
                    path,
                    method,
                    object,
                });
            }
        }
    }
    found
}

/// The named schemas, if the document has any.
pub(crate) fn components(document: &Value) -> Option<&Map<String, Value>> {
    document.pointer("/components/schemas")?.as_object()
}

/// The named schemas, to be changed.
pub(crate) fn components_mut(document: &mut Value) -> Option<&mut Map<String, Value>> {
    document.pointer_mut("/components/schemas")?.as_object_mut()
}

/// The name that a `$ref` to a named schema ends in.
pub(crate) fn reference_name(schema: &Value) -> Option<&str> {
    let reference = schema.get("$ref")?.as_str()?;
    reference.strip_prefix(SCHEMA_PREFIX)
}

/// A schema that refers to the named one.
pub(crate) fn reference_to(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("{SCHEMA_PREFIX}{name}") })
}

/// What stands before the name in a reference to a named schema.
pub(crate) const SCHEMA_PREFIX: &str = "#/components/schemas/";

/// Calls `visit` with every schema of the document, the outer before the inner.
pub(crate) fn visit_schemas(document: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    if let Some(components) = components_mut(document) {
        for schema in components.values_mut() {
            visit_schema(schema, visit);
        }
    }
    for operation in operations_mut(document) {
        for (_, schema) in operation_schemas_mut(operation.object) {
            visit_schema(schema, visit);
        }
    }
}

/// Calls `visit` with `schema` and every schema inside it.
pub(crate) fn visit_schema(schema: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    visit(schema);
    for (_, child) in children_mut(schema) {
        visit_schema(child, visit);
    }
}

/// Where a schema stands inside its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// The value of a property.
    Property(String),
    /// The items of an array.
    Items,
    /// The values of a map.
    MapValues,
    /// A member of allOf, oneOf, anyOf or not.
    Member,
    /// A parameter of the Rust type that replaces the schema.
    RustTypeParameter,
}

/// The schemas directly inside a schema.
pub(crate) fn children_mut(schema: &mut Value) -> Vec<(Position, &mut Value)> {
    let mut children = Vec::new();
    let Some(object) = schema.as_object_mut() else {
        return children;
    };
    for (key, value) in object {
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    children.push((Position::Property(name.clone()), property));
                }
            }
            ("items", items) => children.push((Position::Items, items)),
            ("additionalProperties", value @ Value::Object(_)) => {
                children.push((Position::MapValues, value));
            }
            ("not", value) => children.push((Position::Member, value)),
            ("allOf" | "oneOf" | "anyOf", Value::Array(members)) => {
                children.extend(members.iter_mut().map(|one| (Position::Member, one)));
            }
            ("x-rust-type", Value::Object(rust_type)) => {
                let parameters = rust_type
                    .get_mut("parameters")
                    .and_then(Value::as_array_mut);
                for parameter in parameters.into_iter().flatten() {
                    children.push((Position::RustTypeParameter, parameter));
                }
            }
            _ => {}
        }
    }
    children
}

/// What an outermost schema of an operation describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A parameter of this name.
    Parameter(String),
    /// The request body.
    Request,
    /// A response with this status.
    Response(String),
}

/// The outermost schemas of an operation.
pub(crate) fn operation_schemas_mut(operation: &mut Map<String, Value>) -> Vec<(Role, &mut Value)> {
    let mut found = Vec::new();
    for (key, value) in operation {
        match key.as_str() {
            "parameters" => {
                for parameter in value.as_array_mut().into_iter().flatten() {
                    let name = parameter.get("name").and_then(Value::as_str);
                    let role = Role::Parameter(name.unwrap_or_default().to_owned());
                    if let Some(schema) = parameter.get_mut("schema") {
                        found.push((role, schema));
                    }
                }
            }
            "requestBody" => {
                found.extend(content_schemas_mut(value).map(|schema| (Role::Request, schema)));
            }
            "responses" => {
                for (status, response) in value.as_object_mut().into_iter().flatten() {
                    let role = Role::Response(status.clone());
                    let schemas = content_schemas_mut(response);
                    found.extend(schemas.map(|schema| (role.clone(), schema)));
                }
            }
            _ => {}
        }
    }
    found
}

/// The schemas of the media types of a request body or a response.
fn content_schemas_mut(holder: &mut Value) -> impl Iterator<Item = &mut Value> {
    let content = holder.get_mut("content").and_then(Value::as_object_mut);
    let media_types = content.into_iter().flat_map(|content| content.values_mut());
    media_types.filter_map(|media_type| media_type.get_mut("schema"))
}

/// Calls `visit` with the text of every reference, wherever it stands.
pub(crate) fn visit_references(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::Object(object) => {
            for (key, child) in object {
                match child {
                    Value::String(text) if REFERENCE_KEYS.contains(&key.as_str()) => visit(text),
                    _ => visit_references(child, visit),
                }
            }
        }
        Value::Array(values) => {
            for child in values {
                visit_references(child, visit);
            }
        }
        _ => {}
    }
}

/// The keys whose text is a reference.
const REFERENCE_KEYS: [&str; 3] = ["$ref", "x-listing", "x-meta"];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn properties_named_like_keywords_are_properties() {
        let mut schema = json!({
            "properties": { "pattern": { "type": "string" }, "items": { "type": "integer" } }
        });
        let mut types = Vec::new();
        visit_schema(&mut schema, &mut |one| {
            types.extend(one.get("type").and_then(Value::as_str).map(str::to_owned));
        });
        assert_eq!(types, ["string", "integer"]);
    }

    #[test]
    fn every_place_of_an_operation_is_visited() {
        let mut document = json!({ "paths": { "/a": { "get": {
            "parameters": [{ "name": "q", "schema": { "type": "a" } }],
            "requestBody": { "content": { "x/y": { "schema": { "type": "b" } } } },
            "responses": { "200": { "content": { "x/y": { "schema": {
                "items": { "additionalProperties": { "type": "c" } }
            } } } } }
        } } } });
        let mut types = Vec::new();
        visit_schemas(&mut document, &mut |one| {
            types.extend(one.get("type").and_then(Value::as_str).map(str::to_owned));
        });
        assert_eq!(types, ["a", "b", "c"]);
    }

    #[test]
    fn operations_are_the_methods_of_a_path_only() {
        let document = json!({ "paths": { "/a": { "get": {}, "parameters": [], "x-note": {} } } });
        let labels: Vec<String> = operations(&document).iter().map(Operation::label).collect();
        assert_eq!(labels, ["GET /a"]);
    }
}
