//! A full, valid value for a schema.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::document::{reference, schema};

/// How many components lie inside one another in a [`sample`]. The deeper ones
/// are samples of their own, where their own schema is looked at.
const DEPTH: usize = 3;

/// A value with every property of `schema`, and of the schemas that it refers
/// to, down to a bounded depth.
pub(crate) fn sample(document: &Value, schema: &Value) -> Value {
    Sampler::new(document, DEPTH).value("value", schema)
}

/// A value that holds every component which `schema` reaches.
pub(crate) fn deep_sample(document: &Value, schema: &Value) -> Value {
    Sampler::new(document, usize::MAX).value("value", schema)
}

/// A sample for each member of a family; one for anything else.
pub(crate) fn samples(document: &Value, schema: &Value) -> Vec<Value> {
    match variants(schema) {
        Some(variants) => variants
            .iter()
            .map(|variant| Sampler::new(document, DEPTH).member(variant))
            .collect(),
        None => vec![sample(document, schema)],
    }
}

/// The members of a family.
pub(crate) fn variants(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("x-family")?.get("variants")?.as_array()
}

/// Whether null and absent are two things for this property.
pub(crate) fn is_clearable(property: &Value) -> bool {
    let path = property["x-rust-type"]["path"].as_str();
    path.is_some_and(|path| path.ends_with("::Nullable"))
}

/// The schema of the value itself, of a property that can be cleared too.
pub(crate) fn unwrapped(schema: &Value) -> &Value {
    if is_clearable(schema) {
        &schema["x-rust-type"]["parameters"][0]
    } else {
        schema
    }
}

struct Sampler<'a> {
    document: &'a Value,
    depth: usize,
    open: usize,
    /// Components that the value already holds in full: again, they come with
    /// their plain fields only, so that recursion ends.
    complete: BTreeSet<String>,
}

impl<'a> Sampler<'a> {
    fn new(document: &'a Value, depth: usize) -> Self {
        Self {
            document,
            depth,
            open: 0,
            complete: BTreeSet::new(),
        }
    }

    fn value(&mut self, name: &str, schema: &Value) -> Value {
        let schema = unwrapped(schema);
        if let Some(component) = reference(schema) {
            return self.component(component);
        }
        if let Some(variants) = variants(schema) {
            return self.member(&variants[0]);
        }
        if let Some(values) = schema["enum"].as_array() {
            return values[0].clone();
        }
        match schema["type"].as_str() {
            None => json!({"anything": ["at", "all", 1]}),
            Some("object") => self.object(schema),
            Some("array") => {
                let items = &schema["items"];
                json!([self.value(name, items), self.value(name, items)])
            }
            Some("boolean") => json!(true),
            Some("integer") => json!(4_294_967_297_i64),
            Some("number") => json!(2.5),
            Some("string") => text(name, schema["format"].as_str()),
            Some(other) => panic!("{name}: a schema of type `{other}`"),
        }
    }

    fn component(&mut self, name: &str) -> Value {
        let component = schema(self.document, name);
        let is_plain = component["type"] != "object";
        if is_plain {
            return self.value(name, component);
        }
        if self.open >= self.depth || !self.complete.insert(name.to_owned()) {
            return self.brief(component);
        }
        self.open += 1;
        let value = self.value(name, component);
        self.open -= 1;
        value
    }

    /// A member of a family, told by its tag and its name.
    fn member(&mut self, variant: &Value) -> Value {
        let name = reference_or_name(&variant["schema"]);
        let mut value = self.component(name);
        mark(&mut value, variant);
        value
    }

    fn object(&mut self, schema: &Value) -> Value {
        let mut members = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            members.insert(name.clone(), self.value(name, property));
        }
        if let Some(values) = schema.get("additionalProperties") {
            for key in ["first key", "second/key"] {
                members.insert(key.to_owned(), self.value(key, values));
            }
        }
        Value::Object(members)
    }

    /// The plain fields of a component.
    fn brief(&mut self, component: &Value) -> Value {
        if let Some(variants) = variants(component) {
            let name = reference_or_name(&variants[0]["schema"]);
            let mut value = self.brief(schema(self.document, name));
            mark(&mut value, &variants[0]);
            return value;
        }
        let mut members = Map::new();
        for (name, property) in component["properties"].as_object().into_iter().flatten() {
            let plain = unwrapped(property);
            let is_plain = matches!(
                plain["type"].as_str(),
                Some("boolean" | "integer" | "number" | "string")
            );
            if is_plain {
                members.insert(name.clone(), self.value(name, plain));
            }
        }
        Value::Object(members)
    }
}

/// Families name their members' schemas with or without the way to them.
pub(crate) fn reference_or_name(name: &Value) -> &str {
    let name = name
        .as_str()
        .expect("a member of a family names its schema");
    name.rsplit('/').next().unwrap_or(name)
}

fn mark(value: &mut Value, variant: &Value) {
    value["type"] = variant["value"].clone();
    if let Some(name) = variant.get("name") {
        value["name"] = name.clone();
    }
}

fn text(name: &str, format: Option<&str>) -> Value {
    match format {
        // An offset that is not UTC shows whether it is kept.
        Some("date-time") => json!("2024-02-29T23:59:58.123456+05:30"),
        Some("date") => json!("2024-02-29"),
        _ => json!(format!("some {name}, \"é\"")),
    }
}
