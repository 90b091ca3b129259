//! Gives every inline object and enum a name.

use std::collections::HashMap;

use anyhow::Result;
use serde_json::Value;

use super::{report, words};
use crate::document::schemas::{
    Position, Role, children_mut, components_mut, operation_schemas_mut, operations_mut,
    reference_to, visit_schema,
};

/// Moves every inline object and enum into a named schema.
///
/// The generator names inline types by its own lights and emits some of them
/// twice. Here a type is called after its parent and the property it stands
/// at, or as `x-name` says; two places may share a name if they mean the same.
pub(super) fn hoist_inline_schemas(document: &mut Value) -> Result<()> {
    let mut finder = Finder::default();
    for (name, schema) in components_mut(document).into_iter().flatten() {
        finder.descend(schema, &Hint::named(name), name);
    }
    for operation in operations_mut(document) {
        let name = operation
            .object
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let name = words::pascal_case(name);
        let label = operation.label();
        for (role, schema) in operation_schemas_mut(operation.object) {
            let (hint, place) = match role {
                Role::Parameter(parameter) => (
                    Hint::of(&name, &parameter),
                    format!("{label}, parameter {parameter}"),
                ),
                Role::Request => (
                    Hint::named(&format!("{name}Body")),
                    format!("{label}, request body"),
                ),
                Role::Response(status) => (
                    Hint::named(&format!("{name}Response")),
                    format!("{label}, answer {status}"),
                ),
            };
            finder.place(schema, &hint, &place);
        }
    }
    let problems = register(document, finder.found);
    report("inline schema(s) need an x-name", &problems)
}

/// Adds what was found to the named schemas, and tells what cannot be added.
fn register(document: &mut Value, found: Vec<Found>) -> Vec<String> {
    let mut problems = Vec::new();
    let mut places: HashMap<String, String> = HashMap::new();
    let Some(schemas) = components_mut(document) else {
        return found
            .iter()
            .map(|one| format!("{}: the document has no components/schemas", one.place))
            .collect();
    };
    for Found {
        name,
        schema,
        place,
    } in found
    {
        if !words::is_pascal_case(&name) {
            problems.push(format!("{place} would be called {name:?}"));
            continue;
        }
        match schemas.get(&name) {
            None => {
                schemas.insert(name.clone(), schema);
                places.insert(name, place);
            }
            Some(present) if without_descriptions(present) == without_descriptions(&schema) => {}
            Some(_) => {
                let named = format!("components/schemas/{name}");
                let other = places.get(&name).unwrap_or(&named);
                problems.push(format!(
                    "{other} and {place} would both be called {name} and differ"
                ));
            }
        }
    }
    problems
}

/// An inline schema, the name it gets and where it stood.
struct Found {
    name: String,
    schema: Value,
    place: String,
}

/// What an inline schema would be called.
struct Hint {
    /// The name of the type itself.
    whole: String,
    /// The name of one item of it.
    item: String,
}

impl Hint {
    /// After a parent and one of its properties.
    fn of(parent: &str, property: &str) -> Self {
        let whole = format!("{parent}{}", words::pascal_case(property));
        let item = format!("{parent}{}", words::pascal_case(&words::singular(property)));
        Self { whole, item }
    }

    /// The items of a named list must not take the name of the list.
    fn named(name: &str) -> Self {
        Self {
            whole: name.to_owned(),
            item: format!("{name}Item"),
        }
    }

    fn item(&self) -> Self {
        Self {
            whole: self.item.clone(),
            item: self.item.clone(),
        }
    }
}

#[derive(Default)]
struct Finder {
    found: Vec<Found>,
}

impl Finder {
    /// Gives `schema` a name if it is an object or an enum, and looks inside.
    fn place(&mut self, schema: &mut Value, hint: &Hint, place: &str) {
        if !needs_name(schema) {
            self.descend(schema, hint, place);
            return;
        }
        let mut hoisted = schema.take();
        let given = hoisted.as_object_mut().and_then(|object| {
            object.shift_remove("nullable");
            object.shift_remove("x-name")
        });
        let name = given
            .as_ref()
            .and_then(Value::as_str)
            .unwrap_or(&hint.whole)
            .to_owned();
        *schema = reference_to(&name);
        self.descend(&mut hoisted, &Hint::named(&name), place);
        self.found.push(Found {
            name,
            schema: hoisted,
            place: place.to_owned(),
        });
    }

    fn descend(&mut self, schema: &mut Value, hint: &Hint, place: &str) {
        for (position, child) in children_mut(schema) {
            match position {
                Position::Property(name) => {
                    self.place(
                        child,
                        &Hint::of(&hint.whole, &name),
                        &format!("{place}.{name}"),
                    );
                }
                Position::Items | Position::MapValues => {
                    self.place(child, &hint.item(), &format!("{place}[]"));
                }
                Position::Member | Position::RustTypeParameter => self.place(child, hint, place),
            }
        }
    }
}

/// Whether a schema would become a type: an object with properties or an enum,
/// and not one that an existing Rust type replaces.
fn needs_name(schema: &Value) -> bool {
    let replaced = ["$ref", "x-rust-type"]
        .iter()
        .any(|key| schema.get(key).is_some());
    let object = schema
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|all| !all.is_empty());
    !replaced && (object || schema.get("enum").is_some_and(Value::is_array))
}

/// Two places may describe the same type in different words.
fn without_descriptions(schema: &Value) -> Value {
    let mut plain = schema.clone();
    visit_schema(&mut plain, &mut |schema| {
        if let Some(schema) = schema.as_object_mut() {
            for key in ["description", "title", "readOnly"] {
                schema.shift_remove(key);
            }
        }
    });
    plain
}

#[cfg(test)]
#[path = "hoist_tests.rs"]
mod tests;
