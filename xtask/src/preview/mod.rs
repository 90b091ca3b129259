//! `cargo xtask regen --preview`: what taking another document would change.

use std::collections::HashSet;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::document::schemas;
use crate::overlay::{self, Overlay};
use crate::product::Product;
use crate::rules::{self, operation_names, words};

mod operations;
mod schema_changes;

/// Compares two published documents and tries the overlays and rules on the new one.
pub(crate) fn compare(product: &Product, old: &Value, new: &Value, overlays: &[Overlay]) -> String {
    let operations = operations::compare(old, new);
    let schemas = schema_changes::compare(old, new);
    let mut report = Report::default();
    report.line(&format!(
        "{} operations before, {} after: {} added, {} removed, {} newly deprecated, {} otherwise changed",
        schemas::operations(old).len(),
        schemas::operations(new).len(),
        operations.added.len(),
        operations.removed.len(),
        operations.deprecated.len(),
        operations.changed.len(),
    ));
    report.section("Operations added", &operations.added);
    report.section("Operations removed", &operations.removed);
    report.section("Operations newly deprecated", &operations.deprecated);
    report.section_if_any("Operations no longer deprecated", &operations.restored);
    report.section("Operations otherwise changed", &operations.changed);
    report.section("Schemas added", &schemas.added);
    report.section("Schemas removed", &schemas.removed);
    report.section("Schemas changed", &schemas.changed);
    try_corrections(product, new, overlays, &mut report);
    report.text
}

/// The operations that only the newer document deprecates.
pub(crate) fn newly_deprecated(old: &Value, new: &Value) -> Vec<String> {
    operations::compare(old, new).deprecated
}

/// Applies what regen would apply and tells what stands in the way.
fn try_corrections(product: &Product, new: &Value, overlays: &[Overlay], report: &mut Report) {
    let mut document = new.clone();
    let outcome = overlay::apply(&mut document, overlays);
    let unnamed = operation_names::problems(&document);
    report.section("Overlay actions that match nothing", &outcome.unmatched);
    report.section_if_any("Overlay actions that fail", &outcome.failed);
    report.section_if_any(
        "Overlay actions that change nothing any more",
        &outcome.without_effect,
    );
    report.section("Operations that need a name", &unnamed);
    // With names of any kind, to see whether anything else is in the way.
    name_unnamed(&mut document);
    let broken: Vec<String> = rules::apply(product, &mut document)
        .err()
        .iter()
        .map(|error| format!("{error:#}"))
        .collect();
    report.section_if_any("Rules that fail", &broken);

    let obstacles = outcome.unmatched.len() + outcome.failed.len() + unnamed.len() + broken.len();
    if obstacles == 0 {
        report.line("\n`cargo xtask regen --from …` would take it.");
    } else {
        report.line("\n`cargo xtask regen --from …` would refuse it until overlays name and correct the above.");
    }
}

fn name_unnamed(document: &mut Value) {
    let mut seen = HashSet::new();
    for (number, operation) in schemas::operations_mut(document).into_iter().enumerate() {
        let name = operation.object.get("operationId").and_then(Value::as_str);
        let good =
            name.is_some_and(|name| words::is_snake_case(name) && seen.insert(name.to_owned()));
        if !good {
            let name = json!(format!("operation_{number}"));
            operation.object.insert("operationId".to_owned(), name);
        }
    }
}

#[derive(Default)]
struct Report {
    text: String,
}

impl Report {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn section(&mut self, title: &str, entries: &[String]) {
        // Writing to a String does not fail.
        let _ = writeln!(self.text, "\n{title} ({})", entries.len());
        for entry in entries {
            let _ = writeln!(self.text, "  {}", entry.replace('\n', "\n  "));
        }
    }

    fn section_if_any(&mut self, title: &str, entries: &[String]) {
        if !entries.is_empty() {
            self.section(title, entries);
        }
    }
}

#[cfg(test)]
mod tests;
