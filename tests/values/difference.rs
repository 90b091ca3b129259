//! What a type did not write back as it read it.

use std::{collections::BTreeSet, fmt};

use chrono::DateTime;
use serde_json::Value;

/// One place that came back differently. `[]` in the path stands for any
/// element of a list.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Difference {
    pub(crate) path: String,
    pub(crate) kind: Kind,
}

/// How it came back.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    Lost,
    Changed { before: String, after: String },
    Added(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "(root)" } else { &self.path };
        match &self.kind {
            Kind::Lost => write!(formatter, "{path}: lost"),
            Kind::Changed { before, after } => write!(formatter, "{path}: {before} became {after}"),
            Kind::Added(value) => write!(formatter, "{path}: {value} was added"),
        }
    }
}

/// Every place of `before` that `after` lost or changed, and what it added.
///
/// Three things are no difference: null says the same as no member at all, and
/// as no element at all; a point in time is the same in any spelling of it that
/// keeps the offset; a number is the same with a fraction of nought.
pub(crate) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = BTreeSet::new();
    compare("", before, after, &mut found);
    found.into_iter().collect()
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut BTreeSet<Difference>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (key, value) in before {
                let path = member(path, key);
                match after.get(key) {
                    Some(written) => compare(&path, value, written, found),
                    None if value.is_null() => {}
                    None => note(&path, Kind::Lost, found),
                }
            }
            for (key, value) in after {
                if !before.contains_key(key) {
                    note(&member(path, key), Kind::Added(value.to_string()), found);
                }
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            let path = format!("{path}[]");
            let before: Vec<_> = before.iter().filter(|value| !value.is_null()).collect();
            let after: Vec<_> = after.iter().filter(|value| !value.is_null()).collect();
            if before.len() > after.len() {
                note(&path, Kind::Lost, found);
            }
            for value in after.iter().skip(before.len()) {
                note(&path, Kind::Added(value.to_string()), found);
            }
            for (before, after) in before.iter().zip(after) {
                compare(&path, before, after, found);
            }
        }
        _ if same(before, after) => {}
        _ => {
            let (before, after) = (before.to_string(), after.to_string());
            note(path, Kind::Changed { before, after }, found);
        }
    }
}

fn note(path: &str, kind: Kind, found: &mut BTreeSet<Difference>) {
    let path = path.to_owned();
    found.insert(Difference { path, kind });
}

fn member(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn same(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::String(before), Value::String(after)) => before == after || same_time(before, after),
        (Value::Number(before), Value::Number(after)) => before == after || before.as_f64() == after.as_f64(),
        _ => before == after,
    }
}

/// The same instant at the same offset.
fn same_time(before: &str, after: &str) -> bool {
    let parse = |text: &str| {
        DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
            .ok()
    };
    match (parse(before), parse(after)) {
        (Some(before), Some(after)) => before == after && before.offset() == after.offset(),
        _ => false,
    }
}
