//! Why the client does not keep to a document as it was published: a list that
//! has every violation, and no other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

/// One reason for a number of violations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Explanation {
    /// Why the client is right and the published document is not.
    pub(crate) reason: String,
    /// The overlays and rules that say so, by their file names.
    pub(crate) corrected_by: Vec<String>,
    /// Operation, place and code of each.
    pub(crate) violations: Vec<String>,
}

/// All explanations for one document.
#[derive(Debug, Default)]
pub(crate) struct Explanations(Vec<Explanation>);

/// What the list and the findings do not have in common.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// Found, but not explained.
    pub(crate) unexplained: Vec<String>,
    /// Explained, but not found.
    pub(crate) superfluous: Vec<String>,
}

impl Explanations {
    /// The list in `path`.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let named = || format!("cannot read {}", path.display());
        let text = fs::read_to_string(path).with_context(named)?;
        Self::parse(&text).with_context(named)
    }

    pub(crate) fn of(explanations: Vec<Explanation>) -> Self {
        Self(explanations)
    }

    fn parse(text: &str) -> Result<Self> {
        let list: Vec<Explanation> = serde_json::from_str(text)?;
        let mut known = BTreeMap::new();
        for explanation in &list {
            ensure!(!explanation.reason.trim().is_empty(), "a reason is empty");
            for violation in &explanation.violations {
                let before = known.insert(violation.clone(), &explanation.reason);
                ensure!(before.is_none(), "{violation} is explained twice");
            }
        }
        Ok(Self(list))
    }

    /// Checks that each reason is one that a correction gives.
    pub(crate) fn check_corrections(&self, overlays: &Path, rules: &Path) -> Result<()> {
        for explanation in &self.0 {
            let reason = &explanation.reason;
            ensure!(
                !explanation.corrected_by.is_empty(),
                "no correction stands behind: {reason}"
            );
            for name in &explanation.corrected_by {
                ensure!(
                    overlays.join(name).is_file() || rules.join(name).is_file(),
                    "there is no overlay and no rule {name}, which is to stand behind: {reason}"
                );
            }
        }
        Ok(())
    }

    /// How many violations it has.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|one| one.violations.len()).sum()
    }

    /// Compares what is explained with what was found.
    pub(crate) fn compare<'a>(&self, found: impl IntoIterator<Item = &'a String>) -> Comparison {
        let found: BTreeSet<&str> = found.into_iter().map(String::as_str).collect();
        let explained: BTreeSet<&str> = self
            .0
            .iter()
            .flat_map(|explanation| &explanation.violations)
            .map(String::as_str)
            .collect();
        let owned = |set: BTreeSet<&str>| set.into_iter().map(str::to_owned).collect();
        Comparison {
            unexplained: owned(&found - &explained),
            superfluous: owned(&explained - &found),
        }
    }
}

#[cfg(test)]
#[path = "explanations_tests.rs"]
mod tests;
