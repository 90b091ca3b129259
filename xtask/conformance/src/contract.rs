//! `cargo xtask contract`: does every typed operation keep to the document?

use std::{collections::BTreeSet, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use bitbucket::{
    catalog::{self, Entry},
    v1,
};
use clap::Args;
use serde_json::Value;

use crate::product::{PRODUCTS, Product, Repository};

#[derive(Debug, Args)]
pub(crate) struct Options {}

/// Finds the operations that a document has and the client lacks.
pub(crate) fn run(_: &Options, repository: &Repository) -> Result<ExitCode> {
    let mut complete = true;
    for product in PRODUCTS {
        let declared = operation_ids(product, repository)?;
        let catalogue: BTreeSet<_> = entries(product)?
            .iter()
            .map(|entry| entry.operation.id())
            .collect();
        let missing: Vec<_> = declared
            .iter()
            .filter(|id| !catalogue.contains(id.as_str()))
            .collect();
        println!("{}: {} operations", product.title, declared.len());
        for id in &missing {
            println!("  the client has no {id}");
        }
        complete &= missing.is_empty();
    }
    Ok(if complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The operations that the client has.
fn entries(product: &Product) -> Result<&'static [Entry]> {
    match product.name {
        "cloud" => Ok(catalog::operations()),
        "cloud-v1" => Ok(v1::catalog::operations()),
        other => bail!("nothing is known of the client's operations of {other}"),
    }
}

fn operation_ids(product: &Product, repository: &Repository) -> Result<Vec<String>> {
    let path = repository.openapi(product);
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", repository.relative(&path)))?;
    let document: Value = serde_json::from_str(&text)?;
    let paths = document["paths"].as_object().into_iter().flatten();
    Ok(paths
        .flat_map(|(_, item)| item.as_object().into_iter().flatten())
        .filter_map(|(_, operation)| operation["operationId"].as_str())
        .map(str::to_owned)
        .collect())
}
