//! What the generator would not take of a published document as it stands.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::document::schemas::operations;

type Operation = Map<String, Value>;

/// The kinds of body that the generator knows.
const BODIES: [&str; 4] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "text/plain",
];

/// By operation, what stands in the way.
pub(super) fn find(document: &Value) -> BTreeMap<String, Vec<String>> {
    let all = operations(document);
    let mut uses = BTreeMap::<&str, usize>::new();
    for operation in &all {
        *uses.entry(id(operation.object)).or_default() += 1;
    }
    let mut found = BTreeMap::new();
    for operation in &all {
        let mut reasons = Vec::new();
        match id(operation.object) {
            "" => reasons.push("it has no operationId".to_owned()),
            id if uses[id] > 1 => reasons.push(format!("its operationId {id} is not its own")),
            _ => {}
        }
        reasons.extend(path(operation.path, operation.object));
        reasons.extend(body(operation.object));
        reasons.extend(answers(operation.object));
        if !reasons.is_empty() {
            found.insert(operation.label(), reasons);
        }
    }
    found
}

fn id(operation: &Operation) -> &str {
    let id = operation.get("operationId").and_then(Value::as_str);
    id.unwrap_or_default()
}

fn path(path: &str, operation: &Operation) -> Vec<String> {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let parameters: Vec<&Value> = parameters.into_iter().flatten().collect();
    let mut reasons = Vec::new();
    for place in path
        .split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next())
    {
        let declared = parameters
            .iter()
            .any(|one| one["in"] == "path" && one["name"] == place);
        if !declared {
            reasons.push(format!("the path parameter {place} is not declared"));
        }
    }
    for parameter in parameters.iter().filter(|one| one.get("content").is_some()) {
        let name = parameter["name"].as_str().unwrap_or("?");
        reasons.push(format!(
            "the parameter {name} has a content in place of a schema"
        ));
    }
    reasons
}

fn body(operation: &Operation) -> Option<String> {
    let content = operation.get("requestBody")?.get("content")?.as_object()?;
    let unknown: Vec<&str> = content
        .keys()
        .map(String::as_str)
        .filter(|kind| !BODIES.contains(&plain(kind)))
        .collect();
    (!unknown.is_empty()).then(|| format!("its body is {}", unknown.join(" or ")))
}

fn answers(operation: &Operation) -> Vec<String> {
    let mut kinds = BTreeSet::new();
    let mut reasons = Vec::new();
    let mut successes = 0;
    let responses = operation.get("responses").and_then(Value::as_object);
    for (status, response) in responses.into_iter().flatten() {
        if !status.starts_with('2') {
            continue;
        }
        successes += 1;
        let content = response.get("content").and_then(Value::as_object);
        if content.is_none_or(Map::is_empty) {
            kinds.insert("nothing".to_owned());
        }
        for (kind, media_type) in content.into_iter().flatten() {
            let schema = media_type.get("schema");
            if plain(kind) == "application/json" && schema.is_none() {
                reasons.push(format!("its answer {status} is JSON without a schema"));
            }
            let shape = schema.map(Value::to_string).unwrap_or_default();
            kinds.insert(format!("{} {shape}", plain(kind)));
        }
    }
    if successes == 0 {
        reasons.push("it declares no success but `default`".to_owned());
    }
    if kinds.len() > 1 {
        reasons.push(format!("it answers in {} kinds", kinds.len()));
    }
    reasons
}

/// `application/json` of `application/json;charset=UTF-8`
fn plain(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}
