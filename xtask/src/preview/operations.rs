//! Compares the operations of two documents.

use serde_json::{Map, Value};

use super::schema_changes::signature;
use crate::document::schemas::operations;
use crate::rules::shared_parts;

/// What is different, in words.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) added: Vec<String>,
    pub(super) removed: Vec<String>,
    pub(super) deprecated: Vec<String>,
    pub(super) restored: Vec<String>,
    pub(super) changed: Vec<String>,
}

/// Operations are the same if method and path are.
pub(super) fn compare(old: &Value, new: &Value) -> Changes {
    let (old, new) = (written_out(old), written_out(new));
    let before: Map<String, Value> = by_label(&old);
    let after: Map<String, Value> = by_label(&new);
    let mut changes = Changes::default();
    for (label, operation) in &after {
        let Some(earlier) = before.get(label) else {
            let summary = operation
                .get("summary")
                .and_then(Value::as_str)
                .unwrap_or_default();
            changes
                .added
                .push(format!("{label}  {}", summary.trim()).trim_end().to_owned());
            continue;
        };
        match (deprecated(earlier), deprecated(operation)) {
            (false, true) => changes.deprecated.push(label.clone()),
            (true, false) => changes.restored.push(label.clone()),
            _ => {}
        }
        let different = differences(earlier, operation);
        if !different.is_empty() {
            changes
                .changed
                .push(format!("{label}\n  {}", different.join("\n  ")));
        }
    }
    changes.removed = before
        .keys()
        .filter(|label| !after.contains_key(*label))
        .cloned()
        .collect();
    changes
}

/// The document with parameters and bodies at the operations; a part that
/// cannot be found stays a reference.
fn written_out(document: &Value) -> Value {
    let mut document = document.clone();
    // What cannot be found is told when the rules are tried.
    let _ = shared_parts::inline_shared_parts(&mut document);
    document
}

fn by_label(document: &Value) -> Map<String, Value> {
    let all = operations(document).into_iter();
    all.map(|operation| (operation.label(), Value::Object(operation.object.clone())))
        .collect()
}

fn deprecated(operation: &Value) -> bool {
    operation.get("deprecated") == Some(&Value::Bool(true))
}

fn differences(old: &Value, new: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare_parts("parameter", &parameters(old), &parameters(new), &mut lines);
    compare_parts("request", &request(old), &request(new), &mut lines);
    compare_parts("response", &responses(old), &responses(new), &mut lines);
    let (before, after) = (tags(old), tags(new));
    if before != after {
        lines.push(format!("tags: {before} -> {after}"));
    }
    lines
}

/// Parts by name, each with what matters of it.
type Parts = Map<String, Value>;

fn compare_parts(kind: &str, old: &Parts, new: &Parts, lines: &mut Vec<String>) {
    let shown = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for (name, after) in new {
        match old.get(name) {
            None => lines.push(
                format!("{kind} added: {name} {}", shown(after))
                    .trim_end()
                    .to_owned(),
            ),
            Some(before) if before != after => {
                lines.push(format!(
                    "{kind} changed: {name} {} -> {}",
                    shown(before),
                    shown(after)
                ));
            }
            Some(_) => {}
        }
    }
    for (name, before) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
        lines.push(
            format!("{kind} removed: {name} {}", shown(before))
                .trim_end()
                .to_owned(),
        );
    }
}

fn parameters(operation: &Value) -> Parts {
    let declared = operation.get("parameters").and_then(Value::as_array);
    let declared = declared.into_iter().flatten();
    let text = |parameter: &Value, key: &str| {
        parameter
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or("?")
            .to_owned()
    };
    declared
        .map(|parameter| {
            let name = format!("{} ({})", text(parameter, "name"), text(parameter, "in"));
            let schema = parameter.get("schema").map(signature).unwrap_or_default();
            let required = parameter.get("required") == Some(&Value::Bool(true));
            (
                name,
                Value::String(format!(
                    "{schema}{}",
                    if required { ", required" } else { "" }
                )),
            )
        })
        .collect()
}

fn request(operation: &Value) -> Parts {
    let Some(body) = operation.get("requestBody") else {
        return Parts::new();
    };
    let required = body.get("required") == Some(&Value::Bool(true));
    let described = format!(
        "{}{}",
        content(body),
        if required { ", required" } else { "" }
    );
    Parts::from_iter([("body".to_owned(), Value::String(described))])
}

fn responses(operation: &Value) -> Parts {
    let responses = operation.get("responses").and_then(Value::as_object);
    let responses = responses.into_iter().flatten();
    responses
        .map(|(status, response)| (status.clone(), Value::String(content(response))))
        .collect()
}

/// `application/json pullrequest`, for each media type.
fn content(holder: &Value) -> String {
    let content = holder.get("content").and_then(Value::as_object);
    let media_types = content.into_iter().flatten().map(|(media_type, body)| {
        let schema = body.get("schema").map(signature).unwrap_or_default();
        format!("{media_type} {schema}").trim_end().to_owned()
    });
    let mut media_types: Vec<String> = media_types.collect();
    media_types.sort();
    media_types.join(" or ")
}

fn tags(operation: &Value) -> String {
    let tags = operation.get("tags").and_then(Value::as_array);
    let tags = tags.into_iter().flatten().filter_map(Value::as_str);
    tags.collect::<Vec<_>>().join(", ")
}
