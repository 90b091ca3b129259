//! Generates the typed clients: the document of each product in
//! `build/product.rs` goes through `progenitor` and the passes in `build/`, and
//! the result lands in `OUT_DIR`.

#[path = "build/availability.rs"]
mod availability;
#[path = "build/boxes.rs"]
mod boxes;
#[path = "build/catalog.rs"]
mod catalog;
#[path = "build/catalog_data.rs"]
mod catalog_data;
#[path = "build/companions.rs"]
mod companions;
#[path = "build/document.rs"]
mod document;
#[path = "build/documentation.rs"]
mod documentation;
#[path = "build/families.rs"]
mod families;
#[path = "build/features.rs"]
mod features;
#[path = "build/generator.rs"]
mod generator;
#[path = "build/handles.rs"]
mod handles;
#[path = "build/mocks.rs"]
mod mocks;
#[path = "build/open_enums.rs"]
mod open_enums;
#[path = "build/operations.rs"]
mod operations;
#[path = "build/product.rs"]
mod product;
#[path = "build/requests.rs"]
mod requests;
#[path = "build/rewrite.rs"]
mod rewrite;
#[path = "build/tolerance.rs"]
mod tolerance;
#[path = "build/type_builders.rs"]
mod type_builders;

use std::{error::Error, process::ExitCode};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rustc-check-cfg=cfg(fuzzing)");
    for product in product::PRODUCTS {
        product.generate()?;
    }
    Ok(())
}
