//! The parameters of an operation that both documents have.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

type Operation = Map<String, Value>;

pub(super) fn differences(label: &str, ours: &Operation, theirs: &Operation) -> Vec<String> {
    let (here, there) = (names(ours), names(theirs));
    let additional = here
        .difference(&there)
        .map(|name| format!("parameter {name} of {label}: is not in the published document"));
    let missing = there
        .difference(&here)
        .map(|name| format!("parameter {name} of {label}: is missing here"));
    additional.chain(missing).collect()
}

/// `start (query)`
fn names(operation: &Operation) -> BTreeSet<String> {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let text = |parameter: &Value, key: &str| parameter.get(key)?.as_str().map(str::to_owned);
    parameters
        .into_iter()
        .flatten()
        .filter_map(|one| Some(format!("{} ({})", text(one, "name")?, text(one, "in")?)))
        .collect()
}
