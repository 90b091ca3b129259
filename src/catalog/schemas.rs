//! JSON Schemas of what operations take and answer.
//!
//! They come from the document, in the dialect of `OpenAPI` 3.0 and with the
//! document's extensions. What is asked for is made a JSON Schema here, with
//! the definitions that it leads to.

use std::collections::{BTreeMap, BTreeSet};

use schemars::Schema;
use serde_json::{Map, Value, json};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
pub(super) const COMPONENTS: &str = "#/components/schemas/";
const DEFINITIONS: &str = "#/$defs/";

/// Which way the JSON goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Direction {
    /// To Bitbucket: null clears, where it is taken at all, and enums are what
    /// the document knows.
    Request,
    /// From Bitbucket, which may send null and new values everywhere.
    Answer,
}

/// The schemas of a document by name.
pub(super) type Components = BTreeMap<String, Value>;

/// The JSON Schema of a type of the document.
pub(super) fn of_type(components: &Components, name: &str, direction: Direction) -> Schema {
    let reference = json!({"$ref": format!("{COMPONENTS}{name}")});
    of(components, &reference, direction)
}

/// A schema of the document as a JSON Schema, with all that it refers to.
pub(super) fn of(components: &Components, schema: &Value, direction: Direction) -> Schema {
    let mut conversion = Conversion {
        components,
        direction,
        pending: BTreeSet::new(),
    };
    // Tools want to see an object at the top, not a reference to one.
    let (title, top) = match component(components, schema) {
        Some((name, _)) if schema.get("x-form").is_some() => (Some(name), schema),
        Some((name, component)) => (Some(name), component),
        None => (None, schema),
    };
    let mut root = Map::new();
    root.insert("$schema".to_owned(), json!(DIALECT));
    root.extend(title.map(|title| ("title".to_owned(), json!(title))));
    if let Value::Object(members) = conversion.convert(top) {
        root.extend(members);
    }
    let definitions = conversion.definitions();
    if !definitions.is_empty() {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    Schema::from(root)
}

/// The component that a schema refers to.
fn component<'a>(components: &'a Components, schema: &'a Value) -> Option<(&'a str, &'a Value)> {
    let name = schema.get("$ref")?.as_str()?.strip_prefix(COMPONENTS)?;
    Some((name, components.get(name)?))
}

struct Conversion<'a> {
    components: &'a Components,
    direction: Direction,
    /// Components that are referred to and not converted yet.
    pending: BTreeSet<String>,
}

impl Conversion<'_> {
    fn definitions(&mut self) -> Map<String, Value> {
        let mut definitions = Map::new();
        while let Some(name) = self.pending.pop_first() {
            if let Some(schema) = self.components.get(&name)
                && !definitions.contains_key(&name)
            {
                let converted = self.convert(schema);
                definitions.insert(name, converted);
            }
        }
        definitions
    }

    fn convert(&mut self, schema: &Value) -> Value {
        if let Some(form) = self.form(schema) {
            return form;
        }
        if let Some(value) = cleared_by_null(schema) {
            let mut converted = self.convert(value);
            describe(&mut converted, schema);
            return or_null(converted);
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.refer(reference);
        }
        let mut converted = if let Some(variants) = schema.pointer("/x-family/variants") {
            self.family(variants)
        } else if let Some(values) = schema.get("enum") {
            self.values(values)
        } else {
            match schema.get("type").and_then(Value::as_str) {
                None => json!({}),
                Some("object") => self.object(schema),
                Some("array") => self.list(schema),
                Some(_) => self.plain(schema),
            }
        };
        describe(&mut converted, schema);
        converted
    }

    fn refer(&mut self, reference: &str) -> Value {
        let name = reference.strip_prefix(COMPONENTS).unwrap_or(reference);
        self.pending.insert(name.to_owned());
        json!({"$ref": format!("{DEFINITIONS}{name}")})
    }

    /// Members are told apart by their tag.
    fn family(&mut self, variants: &Value) -> Value {
        let mut members: Vec<_> = variants
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|variant| {
                let name = variant.get("schema")?.as_str()?;
                let mut member = self.refer(name.rsplit('/').next()?);
                member["properties"] = json!({"type": {"const": variant.get("value")?}});
                Some(member)
            })
            .collect();
        if self.direction == Direction::Answer {
            members.push(json!({"type": "object"}));
        }
        json!({"anyOf": members})
    }

    fn values(&self, values: &Value) -> Value {
        match self.direction {
            Direction::Request => json!({"type": "string", "enum": values}),
            Direction::Answer => json!({"anyOf": [
                {"type": "string", "enum": values},
                {"type": "string"},
            ]}),
        }
    }

    fn object(&mut self, schema: &Value) -> Value {
        let mut converted = json!({"type": "object"});
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            let properties = properties
                .iter()
                .map(|(name, property)| (name.clone(), self.field(property)));
            converted["properties"] = properties.collect();
        }
        for key in ["required", "title"] {
            if let Some(value) = schema.get(key) {
                converted[key] = value.clone();
            }
        }
        match schema.get("additionalProperties") {
            Some(Value::Object(entry)) => {
                let entry = Value::Object(entry.clone());
                let mut values = self.field(&entry);
                // Of an entry null says that it is to go.
                if entry.get("nullable") == Some(&Value::Bool(true)) {
                    values = or_null(values);
                }
                converted["additionalProperties"] = values;
            }
            Some(closed) => converted["additionalProperties"] = closed.clone(),
            None => {}
        }
        converted
    }

    /// A form, whose fields may each be given once or several times.
    fn form(&mut self, schema: &Value) -> Option<Value> {
        schema.get("x-form")?;
        let (_, fields) = component(self.components, schema)?;
        let mut form = self.object(fields);
        describe(&mut form, fields);
        for field in form["properties"].as_object_mut()?.values_mut() {
            *field = one_or_several(field);
        }
        if let Some(others) = form.get_mut("additionalProperties") {
            *others = one_or_several(others);
        }
        Some(form)
    }

    fn list(&mut self, schema: &Value) -> Value {
        let items = schema.get("items").map(|items| self.field(items));
        let Some(items) = items else {
            return json!({"type": "array"});
        };
        json!({"type": "array", "items": items})
    }

    /// What stands in an object or a list.
    fn field(&mut self, schema: &Value) -> Value {
        let converted = self.convert(schema);
        match self.direction {
            Direction::Request => converted,
            Direction::Answer => or_null(converted),
        }
    }

    fn plain(&self, schema: &Value) -> Value {
        let format = schema.get("format");
        if self.direction == Direction::Request && format == Some(&json!("binary")) {
            return json!({
                "type": "object",
                "properties": {"file_name": {"type": "string"}, "content": {"type": "string"}},
                "required": ["file_name", "content"],
            });
        }
        let mut converted = json!({"type": schema["type"]});
        if let Some(format) = format {
            converted["format"] = format.clone();
        }
        converted
    }
}

/// The schema of what null clears.
fn cleared_by_null(schema: &Value) -> Option<&Value> {
    let path = schema.pointer("/x-rust-type/path")?.as_str()?;
    if path.ends_with("::Nullable") {
        schema.pointer("/x-rust-type/parameters/0")
    } else {
        None
    }
}

fn describe(converted: &mut Value, schema: &Value) {
    for key in ["description", "readOnly"] {
        if let Some(value) = schema.get(key) {
            converted[key] = value.clone();
        }
    }
}

fn one_or_several(schema: &Value) -> Value {
    if let Some(items) = schema.get("items") {
        return json!({"anyOf": [schema, items]});
    }
    json!({"anyOf": [schema, {"type": "array", "items": schema}]})
}

fn or_null(mut schema: Value) -> Value {
    if schema.get("enum").is_none()
        && let Some(Value::String(kind)) = schema.get("type")
    {
        schema["type"] = json!([kind, "null"]);
        return schema;
    }
    if let Some(Value::Array(alternatives)) = schema.get_mut("anyOf") {
        let null = json!({"type": "null"});
        if !alternatives.contains(&null) {
            alternatives.push(null);
        }
        return schema;
    }
    if schema.get("$ref").is_none() && schema.get("enum").is_none() {
        // Anything, which null is too, or so already.
        return schema;
    }
    let mut either = json!({});
    if let Some(description) = schema
        .as_object_mut()
        .and_then(|map| map.remove("description"))
    {
        either["description"] = description;
    }
    either["anyOf"] = json!([schema, {"type": "null"}]);
    either
}
