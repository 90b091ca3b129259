//! The fields of what goes out and comes back, as far as both documents
//! describe it.
//!
//! The published document writes the same object out at many places, and not
//! alike, while each is one schema here. A field is in order if any of those
//! places has it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Map, Value};

use crate::document::schemas::{components, operations, reference_name};

/// Deeper than any object of use.
const DEEPEST: usize = 16;

pub(super) fn differences(ours: &Value, published: &Value) -> Vec<String> {
    let mut walk = Walk {
        ours: components(ours).cloned().unwrap_or_default(),
        theirs: components(published).cloned().unwrap_or_default(),
        described: BTreeMap::new(),
        seen: HashSet::new(),
    };
    walk.operations(ours, published);
    walk.report()
}

struct Walk {
    ours: Map<String, Value>,
    theirs: Map<String, Value>,
    /// The fields that the published document has for each schema of ours.
    described: BTreeMap<String, BTreeSet<String>>,
    seen: HashSet<(String, String)>,
}

impl Walk {
    fn operations(&mut self, ours: &Value, published: &Value) {
        let there = operations(published);
        for here in operations(ours) {
            let label = here.label();
            let Some(there) = there.iter().find(|one| one.label() == label) else {
                continue;
            };
            let request =
                |one: &Map<String, Value>| one.get("requestBody").and_then(schema_of).cloned();
            if let (Some(ours), Some(theirs)) = (request(here.object), request(there.object)) {
                self.pair(&ours, &theirs, 0);
            }
            for kind in ["2", "4"] {
                let Some(ours) = response(here.object, kind).first().copied().cloned() else {
                    continue;
                };
                for theirs in response(there.object, kind) {
                    self.pair(&ours, theirs, 0);
                }
            }
        }
    }

    /// Both describe the same thing.
    fn pair(&mut self, ours: &Value, theirs: &Value, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        if let Some(name) = reference_name(ours) {
            self.pair_named(name, theirs, depth);
        } else if let Some(items) = ours.get("items") {
            let theirs = self.resolved(theirs).get("items").cloned();
            if let Some(theirs) = theirs {
                self.pair(items, &theirs, depth + 1);
            }
        } else if let Some(values) = ours
            .get("additionalProperties")
            .filter(|one| one.is_object())
        {
            let theirs = self.resolved(theirs).get("additionalProperties").cloned();
            if let Some(theirs) = theirs.filter(Value::is_object) {
                self.pair(values, &theirs, depth + 1);
            }
        }
    }

    fn pair_named(&mut self, name: &str, theirs: &Value, depth: usize) {
        let Some(schema) = self.ours.get(name).cloned() else {
            return;
        };
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return;
        };
        if !self.seen.insert((name.to_owned(), theirs.to_string())) {
            return;
        }
        let described = self.properties(theirs, 0);
        if described.is_empty() {
            return;
        }
        let fields = self.described.entry(name.to_owned()).or_default();
        fields.extend(described.keys().cloned());
        for (field, ours) in properties {
            if let Some(theirs) = described.get(field) {
                self.pair(ours, theirs, depth + 1);
            }
        }
    }

    /// The properties of a published schema, with those that it is composed of.
    fn properties(&self, schema: &Value, depth: usize) -> Map<String, Value> {
        if depth > DEEPEST {
            return Map::new();
        }
        let schema = self.resolved(schema);
        let own = schema.get("properties").and_then(Value::as_object);
        let mut all = own.cloned().unwrap_or_default();
        for key in ["allOf", "oneOf", "anyOf"] {
            for member in schema
                .get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                all.extend(self.properties(member, depth + 1));
            }
        }
        all
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        // References in a circle would lead on for ever.
        for _ in 0..DEEPEST {
            match reference_name(schema).and_then(|name| self.theirs.get(name)) {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }

    fn report(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (name, schema) in &self.ours {
            let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
                continue;
            };
            let Some(described) = self.described.get(name) else {
                found.push(format!(
                    "field {name}.*: is not described in the published document"
                ));
                continue;
            };
            for field in properties
                .keys()
                .filter(|field| !described.contains(*field))
            {
                found.push(format!(
                    "field {name}.{field}: is not in the published document"
                ));
            }
            for field in described
                .iter()
                .filter(|field| !properties.contains_key(*field))
            {
                found.push(format!("missing field {name}.{field}: is missing here"));
            }
        }
        found
    }
}

/// The schemas of the answers whose status begins so.
fn response<'a>(operation: &'a Map<String, Value>, kind: &str) -> Vec<&'a Value> {
    let responses = operation.get("responses").and_then(Value::as_object);
    responses
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with(kind))
        .filter_map(|(_, response)| schema_of(response))
        .collect()
}

fn schema_of(holder: &Value) -> Option<&Value> {
    let content = holder.get("content")?.as_object()?;
    content
        .values()
        .find_map(|media_type| media_type.get("schema"))
}
