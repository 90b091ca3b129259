//! Makes the effective document: the published one, corrected and made regular.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::overlay::{self, Overlay};
use crate::rules;

/// The effective document, and overlay actions that are no longer needed.
#[derive(Debug)]
pub(crate) struct Effective {
    pub(crate) document: Value,
    pub(crate) without_effect: Vec<String>,
}

/// Applies the overlays, then the rules.
pub(crate) fn make(upstream: &Value, overlays: &[Overlay]) -> Result<Effective> {
    let mut document = upstream.clone();
    let outcome = overlay::apply(&mut document, overlays);
    let without_effect = outcome.into_result()?;
    rules::apply(&mut document).context("the corrected document does not follow the rules")?;
    Ok(Effective {
        document,
        without_effect,
    })
}

#[cfg(test)]
#[path = "effective_tests.rs"]
mod tests;
