//! One cargo feature a tag: operations whose tags are all off are dropped,
//! and with them every type that nothing reaches any more.

use std::{
    collections::{BTreeSet, HashSet},
    env,
};

use heck::ToKebabCase as _;
use serde_json::Value;

use crate::document::{Document, component};

/// What the events of `src/webhooks` are made of: the feature `webhooks` keeps
/// it, though hardly any of it is reached by an operation of its own.
const TYPES_OF_EVENTS: [&str; 13] = [
    "Account",
    "Branch",
    "Comment",
    "Commit",
    "CommitStatus",
    "EventKey",
    "Issue",
    "Link",
    "Project",
    "PullRequest",
    "Repository",
    "RepositoryLinks",
    "Tag",
];

/// The features that are on, in cargo's spelling for build scripts.
pub(crate) fn enabled() -> HashSet<String> {
    env::vars()
        .filter_map(|(name, _)| name.strip_prefix("CARGO_FEATURE_").map(str::to_owned))
        .collect()
}

/// Cargo's spelling of the feature of a tag.
fn of_tag(tag: &str) -> String {
    spelled(&tag.to_kebab_case())
}

/// Cargo's spelling of a feature, for build scripts.
pub(crate) fn spelled(feature: &str) -> String {
    feature.to_uppercase().replace('-', "_")
}

/// Drops the operations that no enabled feature asks for, then the types that
/// only they used. Says whether every operation stays.
pub(crate) fn keep_enabled(document: &mut Document, enabled: &HashSet<String>) -> bool {
    let before = count(document);
    if let Some(paths) = document.paths_mut() {
        for item in paths.values_mut() {
            if let Some(item) = item.as_object_mut() {
                item.retain(|_, operation| is_enabled(operation, enabled));
            }
        }
        paths.retain(|_, item| item.as_object().is_some_and(|item| !item.is_empty()));
    }
    let kept: &[&str] = if enabled.contains("WEBHOOKS") {
        &TYPES_OF_EVENTS
    } else {
        &[]
    };
    drop_unreachable(document, kept);
    count(document) == before
}

fn count(document: &Document) -> usize {
    let paths = document.value()["paths"].as_object();
    paths
        .into_iter()
        .flatten()
        .filter_map(|(_, item)| item.as_object())
        .map(|item| {
            item.values()
                .filter(|one| one.get("tags").is_some())
                .count()
        })
        .sum()
}

/// A path item's other keys, such as `description`, have no tags and go.
fn is_enabled(operation: &Value, enabled: &HashSet<String>) -> bool {
    operation
        .get("tags")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .any(|tag| enabled.contains(&of_tag(tag)))
}

fn drop_unreachable(document: &mut Document, kept: &[&str]) {
    let mut reached = BTreeSet::new();
    let mut pending: Vec<String> = kept.iter().map(|&name| name.to_owned()).collect();
    references(&document.value()["paths"], &mut pending);
    while let Some(name) = pending.pop() {
        if let Some(schema) = document.schema(&name)
            && reached.insert(name)
        {
            references(schema, &mut pending);
        }
    }
    if let Some(schemas) = document.schemas_mut() {
        schemas.retain(|name, _| reached.contains(name));
    }
}

/// Names of the components that a value refers to, by `$ref` or by one of the
/// extensions that name a component.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("$ref" | "x-listing" | "x-meta" | "x-page-item", Value::String(name)) => {
                        found.push(component(name));
                    }
                    ("x-family", family) => family_references(family, found),
                    _ => references(value, found),
                }
            }
        }
        _ => {}
    }
}

fn family_references(family: &Value, found: &mut Vec<String>) {
    let variants = family.get("variants").and_then(Value::as_array);
    for variant in variants.into_iter().flatten() {
        if let Some(schema) = variant.get("schema").and_then(Value::as_str) {
            found.push(component(schema));
        }
    }
}
