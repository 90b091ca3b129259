//! Makes the effective document: the published one, corrected and made regular.

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use crate::overlay::{self, Overlay};
use crate::product::Product;
use crate::rules::{self, operation_names};

/// The effective document, and overlay actions that are no longer needed.
#[derive(Debug)]
pub(crate) struct Effective {
    pub(crate) document: Value,
    pub(crate) without_effect: Vec<String>,
}

/// Applies the overlays, then the rules.
pub(crate) fn make(product: &Product, upstream: &Value, overlays: &[Overlay]) -> Result<Effective> {
    let mut document = upstream.clone();
    let outcome = overlay::apply(&mut document, overlays);
    let without_effect = outcome
        .into_result()
        .map_err(|error| with_unnamed(error, &document))?;
    rules::apply(product, &mut document)
        .context("the corrected document does not follow the rules")?;
    Ok(Effective {
        document,
        without_effect,
    })
}

/// A new document lacks names and has lost targets at once; both are told, so
/// that one round of corrections is enough.
fn with_unnamed(error: anyhow::Error, document: &Value) -> anyhow::Error {
    let unnamed = operation_names::problems(document);
    if unnamed.is_empty() {
        return error;
    }
    anyhow!(
        "{error}\n{} operation(s) need a name from an overlay:\n  {}",
        unnamed.len(),
        unnamed.join("\n  ")
    )
}

#[cfg(test)]
#[path = "effective_tests.rs"]
mod tests;
