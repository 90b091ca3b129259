//! The reasons for what is different on purpose.

use std::collections::BTreeSet;

use serde::Deserialize;

/// `differences.json`, beside a document that is written here.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Differences {
    #[serde(rename = "about")]
    _about: String,
    operations: Vec<Operations>,
    parameters: Vec<Parameters>,
    fields: Vec<Fields>,
    missing_fields: Vec<Fields>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Operations {
    #[serde(rename = "operations")]
    labels: Vec<String>,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    #[serde(rename = "operations")]
    labels: Vec<String>,
    #[serde(rename = "parameters")]
    names: Vec<String>,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    schema: String,
    /// `*` where the published document does not describe the schema at all.
    #[serde(rename = "fields")]
    names: Vec<String>,
    reason: String,
}

impl Differences {
    /// What of `found` has no reason, and which reasons are for nothing.
    pub(super) fn against(&self, found: &BTreeSet<String>) -> (Vec<String>, Vec<String>) {
        let (expected, mut wrong) = self.entries();
        let unexplained = found.iter().filter(|one| !covers(&expected, one));
        wrong.extend(
            expected
                .iter()
                .filter(|one| !found.iter().any(|other| other.starts_with(one.as_str())))
                .cloned(),
        );
        (unexplained.cloned().collect(), wrong)
    }

    /// How the differences begin that have a reason, and the reasons that say nothing.
    fn entries(&self) -> (BTreeSet<String>, Vec<String>) {
        let mut expected = BTreeSet::new();
        let mut reasons = Vec::new();
        for entry in &self.operations {
            reasons.push(&entry.reason);
            expected.extend(entry.labels.iter().map(|one| format!("operation {one}: ")));
        }
        for entry in &self.parameters {
            reasons.push(&entry.reason);
            for operation in &entry.labels {
                let all = entry.names.iter();
                expected.extend(all.map(|one| format!("parameter {one} of {operation}: ")));
            }
        }
        for (kind, entries) in [
            ("field", &self.fields),
            ("missing field", &self.missing_fields),
        ] {
            for entry in entries {
                reasons.push(&entry.reason);
                let all = entry.names.iter();
                expected.extend(all.map(|one| format!("{kind} {}.{one}: ", entry.schema)));
            }
        }
        let empty = reasons
            .into_iter()
            .filter(|reason| reason.trim().is_empty());
        (
            expected,
            empty.map(|_| "an empty reason".to_owned()).collect(),
        )
    }
}

fn covers(expected: &BTreeSet<String>, found: &str) -> bool {
    expected.iter().any(|one| found.starts_with(one.as_str()))
}
