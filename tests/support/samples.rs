//! Values made from the document's schemas, with every property that they have.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::document::{Document, referenced};

/// How many components may stand within each other. What lies deeper, and what
/// would stand within itself, is left out.
const DEPTH: usize = 4;

/// A point in time that is written back as it was read.
const TIME: &str = "2026-02-05T22:02:36.123456+02:00";

/// Makes values that differ from each other, and that take turns with the
/// values of an enum, with the members of a family, and with null where null is
/// a value.
pub(crate) struct Samples<'a> {
    document: &'a Document,
    turns: BTreeMap<String, usize>,
    serial: i64,
    within: Vec<String>,
    /// For each place with a choice, which of them had their turn.
    choices: BTreeMap<String, Vec<bool>>,
    met: BTreeSet<String>,
    /// How many values that the document does not tell of follow those of each
    /// enum and family.
    undeclared: usize,
}

impl<'a> Samples<'a> {
    pub(crate) fn new(document: &'a Document) -> Self {
        Self {
            document,
            turns: BTreeMap::new(),
            serial: 0,
            within: Vec::new(),
            choices: BTreeMap::new(),
            met: BTreeSet::new(),
            undeclared: 1,
        }
    }

    /// Only what the document tells of: no values and no members of tomorrow.
    pub(crate) fn declared(document: &'a Document) -> Self {
        Self {
            undeclared: 0,
            ..Self::new(document)
        }
    }

    /// A value of this schema.
    pub(crate) fn of(&mut self, schema: &Value) -> Value {
        self.value(schema)
            .expect("at the outermost level nothing is too deep")
    }

    /// A page of this schema: these items, and what else such a page has.
    pub(crate) fn page(&mut self, schema: &Value, items: Vec<Value>) -> Map<String, Value> {
        let name = referenced(schema).expect("pages are components");
        let properties = self.document.schema(name)["properties"].clone();
        let mut page = Map::new();
        for (property, schema) in properties.as_object().expect("pages have properties") {
            if !matches!(
                property.as_str(),
                "next" | "previous" | "page" | "pagelen" | "size" | "values"
            ) && let Some(value) = self.value(schema)
            {
                page.insert(property.clone(), value);
            }
        }
        page.insert("values".to_owned(), Value::Array(items));
        page
    }

    /// An item of the page that this schema describes.
    pub(crate) fn item(&mut self, page: &Value) -> Value {
        let name = referenced(page).expect("pages are components");
        let items = self.document.schema(name)["properties"]["values"]["items"].clone();
        self.of(&items)
    }

    /// The schema itself, where this one only refers to it.
    pub(crate) fn resolve(&self, schema: &Value) -> Value {
        match referenced(schema) {
            Some(name) => self.document.schema(name).clone(),
            None => schema.clone(),
        }
    }

    pub(crate) fn text(&mut self) -> String {
        format!("text {} é \"\\/<&> %20", self.next())
    }

    pub(crate) fn next(&mut self) -> i64 {
        self.serial += 1;
        self.serial
    }

    /// The places with a choice that were met since this was asked last.
    pub(crate) fn take_met(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.met)
    }

    /// The places with a choice that never had its turn.
    pub(crate) fn unused(&self) -> BTreeSet<String> {
        self.choices
            .iter()
            .filter(|(_, used)| used.contains(&false))
            .map(|(place, _)| place.clone())
            .collect()
    }

    fn turn(&mut self, place: &str, choices: usize) -> usize {
        let turn = self.turns.entry(place.to_owned()).or_default();
        let choice = *turn % choices;
        *turn += 1;
        let used = self.choices.entry(place.to_owned()).or_default();
        used.resize(choices, false);
        used[choice] = true;
        self.met.insert(place.to_owned());
        choice
    }

    fn value(&mut self, schema: &Value) -> Option<Value> {
        if let Some(parameters) = nullable(schema) {
            let inner = parameters.clone();
            return match self.turn(&schema["description"].to_string(), 2) {
                0 => self.value(&inner),
                _ => Some(Value::Null),
            };
        }
        if let Some(name) = referenced(schema) {
            return self.component(name);
        }
        if let Some(values) = schema.get("enum") {
            return Some(self.choice(values));
        }
        Some(match schema["type"].as_str() {
            Some("string") if schema["format"] == "date-time" => json!(TIME),
            Some("string") => json!(self.text()),
            Some("integer") => json!(self.next()),
            Some("number") => json!(0.25),
            Some("boolean") => json!(self.next() % 2 == 0),
            Some("array") => self.array(&schema["items"]),
            Some("object") => self.object(schema),
            None => json!({"any": [self.next(), self.text(), null, {"deep": true}]}),
            Some(other) => panic!("a schema of type {other}"),
        })
    }

    /// One of an enum's values, or one that it does not know.
    fn choice(&mut self, values: &Value) -> Value {
        let known = values.as_array().expect("an enum is a list");
        let turn = self.turn(&values.to_string(), known.len() + self.undeclared);
        let unknown = || json!("A value of tomorrow");
        known.get(turn).cloned().unwrap_or_else(unknown)
    }

    fn array(&mut self, items: &Value) -> Value {
        let items = [self.value(items), self.value(items)];
        items.into_iter().flatten().collect()
    }

    fn object(&mut self, schema: &Value) -> Value {
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(value) = self.value(property) {
                object.insert(name.clone(), value);
            }
        }
        if let Some(values) = schema.get("additionalProperties") {
            for name in ["one key", "ключ"] {
                if let Some(value) = self.value(values) {
                    object.insert(name.to_owned(), value);
                }
            }
        } else if schema.get("properties").is_none() {
            object.insert("free".to_owned(), json!({"form": self.next()}));
        }
        Value::Object(object)
    }

    fn component(&mut self, name: &str) -> Option<Value> {
        if self.within.len() == DEPTH || self.within.iter().any(|outer| outer == name) {
            return None;
        }
        self.within.push(name.to_owned());
        let schema = self.document.schema(name).clone();
        let value = match schema.get("x-family") {
            Some(family) => Some(self.member(name, family)),
            None => self.value(&schema),
        };
        self.within.pop();
        value
    }

    /// One of a family's members, or one that it does not know.
    fn member(&mut self, name: &str, family: &Value) -> Value {
        let tag = family["tag"].as_str().expect("a family has a tag");
        let variants = family["variants"]
            .as_array()
            .expect("a family has variants");
        let turn = self.turn(name, variants.len() + self.undeclared);
        let Some(variant) = variants.get(turn) else {
            return json!({tag: "member_of_tomorrow", "novelty": [self.next(), null]});
        };
        let schema = variant["schema"].as_str().expect("a variant has a schema");
        let component = schema.rsplit('/').next().unwrap_or(schema);
        let mut member = self.component(component).unwrap_or_else(|| json!({}));
        member[tag] = variant["value"].clone();
        member
    }
}

/// The schema of what stands in a place that null is a value of.
fn nullable(schema: &Value) -> Option<&Value> {
    let ty = schema.get("x-rust-type")?;
    (ty["path"] == "bitbucket::Nullable").then(|| &ty["parameters"][0])
}
