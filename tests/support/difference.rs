//! Where two values differ.

use std::collections::BTreeSet;

use serde_json::Value;

/// Where two values differ, rather than both of them in full.
pub(crate) fn difference(place: &str, expected: &Value, found: &Value) -> String {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
            for key in keys {
                let (left, right) = (left.get(key), right.get(key));
                if left != right {
                    let place = format!("{place}.{key}");
                    return match (left, right) {
                        (Some(left), Some(right)) => difference(&place, left, right),
                        _ => format!("{place}: expected {left:?}, found {right:?}"),
                    };
                }
            }
            format!("{place}: no difference")
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let differing = left.iter().zip(right).find(|(left, right)| left != right);
            differing.map_or_else(
                || format!("{place}: no difference"),
                |(left, right)| difference(&format!("{place}[]"), left, right),
            )
        }
        _ => format!("{place}: expected {expected}, found {found}"),
    }
}
