//! Compares the named schemas of two documents.

use serde_json::{Map, Value};

use crate::document::schemas::{components, reference_name};
use crate::rules::prune;

/// What is different, in words.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) added: Vec<String>,
    pub(super) removed: Vec<String>,
    pub(super) changed: Vec<String>,
}

/// Schemas are the same if their names are.
pub(super) fn compare(old: &Value, new: &Value) -> Changes {
    let none = Map::new();
    let (before, after) = (
        components(old).unwrap_or(&none),
        components(new).unwrap_or(&none),
    );
    let used = prune::reached_schemas(old);
    let mut changes = Changes::default();
    for (name, schema) in after {
        match before.get(name) {
            None => changes.added.push(name.clone()),
            Some(earlier) => changes.changed.extend(difference(name, earlier, schema)),
        }
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        let unused = if used.contains(name) {
            ""
        } else {
            " (no operation reached it)"
        };
        changes.removed.push(format!("{name}{unused}"));
    }
    changes
}

fn difference(name: &str, old: &Value, new: &Value) -> Option<String> {
    let (mut before, mut after) = (Map::new(), Map::new());
    outline(old, "", &mut before);
    outline(new, "", &mut after);
    let mut lines = Vec::new();
    for (place, is) in &after {
        match before.get(place) {
            None => lines.push(line('+', place, is)),
            Some(was) if was != is => {
                lines.push(format!("~ {place}: {} -> {}", text(was), text(is)));
            }
            Some(_) => {}
        }
    }
    let gone = before
        .iter()
        .filter(|(place, _)| !after.contains_key(*place));
    lines.extend(gone.map(|(place, was)| line('-', place, was)));
    (!lines.is_empty()).then(|| format!("{name}\n  {}", lines.join("\n  ")))
}

fn line(sign: char, place: &str, kind: &Value) -> String {
    match text(kind) {
        "" => format!("{sign} {place}"),
        kind => format!("{sign} {place}: {kind}"),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Every place in a schema with what stands there, words aside. Each value of
/// an enum is a place of its own, so that a new one shows as one line.
fn outline(schema: &Value, place: &str, found: &mut Map<String, Value>) {
    let here = if place.is_empty() { "(itself)" } else { place };
    note(here, &kind(schema), found);
    for value in schema
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        found.insert(format!("{here} = {value}"), Value::default());
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in schema
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            outline(part, place, found);
        }
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (name, property) in properties {
            let place = if place.is_empty() {
                name.clone()
            } else {
                format!("{place}.{name}")
            };
            outline(property, &place, found);
        }
    }
    if let Some(items) = schema.get("items") {
        outline(items, &format!("{place}[]"), found);
    }
    if let Some(values) = schema
        .get("additionalProperties")
        .filter(|values| values.is_object())
    {
        outline(values, &format!("{place}{{}}"), found);
    }
}

/// The parts of an `allOf` say something of the same place.
fn note(place: &str, kind: &str, found: &mut Map<String, Value>) {
    match found.get_mut(place) {
        Some(Value::String(present)) if present.is_empty() => kind.clone_into(present),
        Some(Value::String(present)) => {
            if !kind.is_empty() && !present.split(" and ").any(|part| part == kind) {
                present.push_str(" and ");
                present.push_str(kind);
            }
        }
        _ => {
            found.insert(place.to_owned(), Value::String(kind.to_owned()));
        }
    }
}

/// A schema in a few words, its values and items included.
pub(super) fn signature(schema: &Value) -> String {
    let mut words = kind(schema);
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let mut values: Vec<String> = values.iter().map(plain).collect();
        values.sort();
        words = format!("{words} one of {}", values.join(" | "));
    }
    if let Some(items) = schema.get("items") {
        words = format!("{words} of {}", signature(items));
    }
    words
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// What a schema refers to, or its type, format and marks.
fn kind(schema: &Value) -> String {
    if let Some(name) = reference_name(schema) {
        return name.to_owned();
    }
    let mut words = Vec::new();
    for key in ["type", "format"] {
        words.extend(schema.get(key).and_then(Value::as_str).map(str::to_owned));
    }
    for (key, word) in [
        ("nullable", "nullable"),
        ("readOnly", "read-only"),
        ("deprecated", "deprecated"),
    ] {
        if schema.get(key) == Some(&Value::Bool(true)) {
            words.push(word.to_owned());
        }
    }
    if let Some(required) = schema.get("required").and_then(Value::as_array) {
        let mut required: Vec<String> = required.iter().map(plain).collect();
        required.sort();
        words.push(format!("requiring {}", required.join(", ")));
    }
    words.join(" ")
}
