//! How a document that is written here stands to the one that is published:
//! what of it there is, where the two differ, and what would not generate.
//!
//! Nothing is taken from the published document; it may be of any version.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anyhow::Result;
use serde_json::Value;

use crate::document::schemas::operations;

mod differences;
mod fields;
mod obstacles;
mod parameters;

pub(crate) use differences::Differences;

/// What a comparison found.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    /// Operations of the published document.
    published: usize,
    /// Those that are here too.
    covered: Vec<String>,
    /// Those that are not, with their summaries.
    absent: Vec<String>,
    /// Why operations that are not here would not generate as they are published.
    obstacles: BTreeMap<String, Vec<String>>,
    /// Where the documents differ without a reason that is written down.
    pub(crate) unexplained: Vec<String>,
    /// Reasons for differences that there are not.
    pub(crate) superfluous: Vec<String>,
}

/// Compares the document that is written here with a published one.
pub(crate) fn compare(ours: &Value, published: &Value, explained: &Differences) -> Coverage {
    let theirs: BTreeMap<String, &_> = operations(published)
        .iter()
        .map(|operation| (operation.label(), operation.object))
        .collect();
    let mut found = BTreeSet::new();
    let mut covered = Vec::new();
    for operation in operations(ours) {
        let label = operation.label();
        match theirs.get(&label) {
            Some(theirs) => {
                found.extend(parameters::differences(&label, operation.object, theirs));
                covered.push(label);
            }
            None => {
                found.insert(format!(
                    "operation {label}: is not in the published document"
                ));
            }
        }
    }
    found.extend(fields::differences(ours, published));
    let (unexplained, superfluous) = explained.against(&found);
    let absent: Vec<&String> = theirs
        .keys()
        .filter(|label| !covered.contains(label))
        .collect();
    let all = obstacles::find(published);
    Coverage {
        published: theirs.len(),
        obstacles: all
            .into_iter()
            .filter(|(label, _)| absent.contains(&label))
            .collect(),
        absent: absent
            .into_iter()
            .map(|label| described(label, theirs[label]))
            .collect(),
        covered,
        unexplained,
        superfluous,
    }
}

fn described(label: &str, operation: &serde_json::Map<String, Value>) -> String {
    let summary = operation.get("summary").and_then(Value::as_str);
    format!("{label}  {}", summary.unwrap_or_default().trim())
        .trim_end()
        .to_owned()
}

impl Coverage {
    /// The whole comparison, for a person.
    pub(crate) fn report(&self) -> Result<String> {
        let mut text = String::new();
        writeln!(
            text,
            "{} operations published: {} are here, {} are not; {} of those would not generate as they are",
            self.published,
            self.covered.len(),
            self.absent.len(),
            self.obstacles.len(),
        )?;
        section(&mut text, "Not here", &self.absent)?;
        let obstacles: Vec<String> = self
            .obstacles
            .iter()
            .map(|(label, reasons)| format!("{label}: {}", reasons.join("; ")))
            .collect();
        section(&mut text, "Would not generate", &obstacles)?;
        section(
            &mut text,
            "Differences without a reason in differences.json",
            &self.unexplained,
        )?;
        section(
            &mut text,
            "Reasons in differences.json for nothing",
            &self.superfluous,
        )?;
        Ok(text)
    }
}

fn section(text: &mut String, title: &str, entries: &[String]) -> Result<()> {
    writeln!(text, "\n{title} ({})", entries.len())?;
    for entry in entries {
        writeln!(text, "  {entry}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
