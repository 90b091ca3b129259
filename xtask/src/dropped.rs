//! What a newer document no longer has, and callers still do.
//!
//! A method that vanished would be a breaking change that nobody is told of.
//! So when a newer document is taken, operations that it dropped go into an
//! overlay of their own, marked as removed, and with them the schemas that it
//! dropped: some are no longer mentioned, and still sent.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::document::load::to_text;
use crate::document::schemas::operations;
use crate::overlay::{self, Overlay};
use crate::rules::extensions::without_foreign;

/// The overlay's file. Its name makes it the first, so that corrections of what
/// was dropped apply as before.
pub(crate) const FILE: &str = "00-dropped.json";

/// Parts of a document that operations refer to by name.
const SHARED: [&str; 4] = ["schemas", "parameters", "requestBodies", "responses"];

/// The overlay that gives back to a newer document what it dropped.
#[derive(Debug, Default)]
pub(crate) struct Dropped {
    actions: Vec<Value>,
    /// Operations that the newer document is the first not to have.
    pub(crate) operations: Vec<String>,
    /// Schemas and other shared parts likewise.
    pub(crate) parts: Vec<String>,
    /// Operations that were dropped before and are back.
    pub(crate) restored: Vec<String>,
}

impl Dropped {
    /// Compares the vendored document with a newer one, on the day `today`.
    ///
    /// `overlays` are those of the product; what an earlier document dropped is
    /// among them.
    pub(crate) fn compare(
        old: &Value,
        new: &Value,
        overlays: &[Overlay],
        today: &str,
    ) -> Result<Self> {
        let mut before = old.clone();
        let earlier: Vec<&Overlay> = overlays.iter().filter(|one| one.file() == FILE).collect();
        for overlay in earlier {
            overlay::apply(&mut before, std::slice::from_ref(overlay))
                .into_result()
                .with_context(|| format!("{FILE} does not fit the vendored document"))?;
        }
        let mut dropped = Self::default();
        dropped.keep_operations(&before, old, new, today);
        dropped.keep_parts(&before, old, new);
        Ok(dropped)
    }

    fn keep_operations(&mut self, before: &Value, old: &Value, new: &Value, today: &str) {
        let present = labels(new);
        let vendored = labels(old);
        for operation in operations(before) {
            let label = operation.label();
            if present.contains(&label) {
                if !vendored.contains(&label) {
                    self.restored.push(label);
                }
                continue;
            }
            let mut kept = Value::Object(operation.object.clone());
            without_foreign(&mut kept);
            kept["deprecated"] = json!(true);
            if kept.get("x-removed").is_none() {
                kept["x-removed"] = json!(today);
                self.operations.push(label.clone());
            }
            let mut item = json!({ operation.method.to_lowercase(): kept });
            if new["paths"].get(operation.path).is_none() {
                self.keep_path_parameters(before, operation.path, &mut item);
            }
            self.actions.push(json!({
                "target": "$",
                "description": format!("{label}: a newer document no longer has it."),
                "update": { "paths": { operation.path: item } },
            }));
        }
    }

    /// Parameters of a path are those of all its operations, and are given back once.
    fn keep_path_parameters(&self, before: &Value, path: &str, item: &mut Value) {
        let given = self
            .actions
            .iter()
            .any(|action| action["update"]["paths"].get(path).is_some());
        if let (false, Some(parameters)) = (given, before["paths"][path].get("parameters")) {
            let mut parameters = parameters.clone();
            without_foreign(&mut parameters);
            item["parameters"] = parameters;
        }
    }

    fn keep_parts(&mut self, before: &Value, old: &Value, new: &Value) {
        let none = Map::new();
        for section in SHARED {
            let of = |document: &'_ Value| document["components"][section].as_object().cloned();
            let (had, has) = (of(old).unwrap_or_default(), of(new).unwrap_or_default());
            let parts = before["components"][section].as_object().unwrap_or(&none);
            for (name, part) in parts.iter().filter(|(name, _)| !has.contains_key(*name)) {
                let mut part = part.clone();
                without_foreign(&mut part);
                if had.contains_key(name) {
                    self.parts.push(format!("{section}/{name}"));
                }
                self.actions.push(json!({
                    "target": "$",
                    "description": format!("{section}/{name}: a newer document no longer has it."),
                    "update": { "components": { section: { name: part } } },
                }));
            }
        }
    }

    /// The overlay's text; none where nothing was dropped.
    pub(crate) fn text(&self) -> Result<Option<String>> {
        if self.actions.is_empty() {
            return Ok(None);
        }
        let overlay = json!({
            "overlay": "1.0.0",
            "info": { "title": "What newer documents have dropped; written by `cargo xtask regen`", "version": "1.0.0" },
            "actions": self.actions,
        });
        to_text(&overlay).map(Some)
    }

    /// The product's overlays with this one in its place.
    pub(crate) fn among(&self, mut overlays: Vec<Overlay>) -> Result<Vec<Overlay>> {
        overlays.retain(|one| one.file() != FILE);
        if let Some(text) = self.text()? {
            overlays.insert(0, overlay::parse(FILE, &text)?);
        }
        Ok(overlays)
    }

    /// What a maintainer has to know of it, in lines.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::new();
        for (what, names) in [
            (
                format!("dropped, kept as removed in {FILE}"),
                &self.operations,
            ),
            (format!("no longer there, kept in {FILE}"), &self.parts),
            (format!("back again, taken out of {FILE}"), &self.restored),
        ] {
            for name in names {
                // Writing to a String does not fail.
                let _ = writeln!(text, "{what}: {name}");
            }
        }
        text
    }
}

fn labels(document: &Value) -> Vec<String> {
    let all = operations(document).into_iter();
    all.map(|operation| operation.label()).collect()
}

#[cfg(test)]
#[path = "dropped_tests.rs"]
mod tests;
