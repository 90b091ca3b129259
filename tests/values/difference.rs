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
        let path = if self.path.is_empty() {
            "(root)"
        } else {
            &self.path
        };
        match &self.kind {
            Kind::Lost => write!(formatter, "{path}: lost"),
            Kind::Changed { before, after } => write!(formatter, "{path}: {before} became {after}"),
            Kind::Added(value) => write!(formatter, "{path}: {value} was added"),
        }
    }
}

/// What null stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Nulls {
    /// Nothing: in answers it says the same as no member at all, and as no
    /// element at all.
    Nothing,
    /// Something: in requests it clears what was there.
    Something,
}

/// Every place of `before` that `after` lost or changed, and what it added.
///
/// Two things are no difference: a point in time is the same in any spelling of
/// it that keeps the offset; a number is the same with a fraction of nought.
pub(crate) fn differences(before: &Value, after: &Value, nulls: Nulls) -> Vec<Difference> {
    let mut comparison = Comparison {
        nulls,
        found: BTreeSet::new(),
    };
    comparison.compare("", before, after);
    comparison.found.into_iter().collect()
}

struct Comparison {
    nulls: Nulls,
    found: BTreeSet<Difference>,
}

impl Comparison {
    fn is_nothing(&self, value: &Value) -> bool {
        self.nulls == Nulls::Nothing && value.is_null()
    }

    fn compare(&mut self, path: &str, before: &Value, after: &Value) {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => {
                for (key, value) in before {
                    let path = member(path, key);
                    match after.get(key) {
                        Some(written) => self.compare(&path, value, written),
                        None if self.is_nothing(value) => {}
                        None => self.note(&path, Kind::Lost),
                    }
                }
                for (key, value) in after {
                    if !before.contains_key(key) {
                        self.note(&member(path, key), Kind::Added(value.to_string()));
                    }
                }
            }
            (Value::Array(before), Value::Array(after)) => {
                let path = format!("{path}[]");
                let before: Vec<_> = before
                    .iter()
                    .filter(|value| !self.is_nothing(value))
                    .collect();
                let after: Vec<_> = after
                    .iter()
                    .filter(|value| !self.is_nothing(value))
                    .collect();
                if before.len() > after.len() {
                    self.note(&path, Kind::Lost);
                }
                for value in after.iter().skip(before.len()) {
                    self.note(&path, Kind::Added(value.to_string()));
                }
                for (before, after) in before.iter().zip(after) {
                    self.compare(&path, before, after);
                }
            }
            _ if same(before, after) => {}
            _ => {
                let (before, after) = (before.to_string(), after.to_string());
                self.note(path, Kind::Changed { before, after });
            }
        }
    }

    fn note(&mut self, path: &str, kind: Kind) {
        let path = path.to_owned();
        self.found.insert(Difference { path, kind });
    }
}

/// The path of a member; keys that are no words stand in brackets.
pub(crate) fn member(path: &str, key: &str) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    if !key.chars().all(is_word) || key.is_empty() {
        format!("{path}[{key:?}]")
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn same(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::String(before), Value::String(after)) => {
            before == after || same_time(before, after)
        }
        (Value::Number(before), Value::Number(after)) => {
            before == after || before.as_f64() == after.as_f64()
        }
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
