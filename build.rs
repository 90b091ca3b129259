//! Generates the typed client: `spec/cloud/openapi.json` goes through
//! `progenitor` and the passes in `build/`, and the result lands in `OUT_DIR`.

#[path = "build/boxes.rs"]
mod boxes;
#[path = "build/catalog.rs"]
mod catalog;
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
#[path = "build/open_enums.rs"]
mod open_enums;
#[path = "build/operations.rs"]
mod operations;
#[path = "build/rewrite.rs"]
mod rewrite;
#[path = "build/tolerance.rs"]
mod tolerance;
#[path = "build/type_builders.rs"]
mod type_builders;

use std::{env, error::Error, fs, path::Path, process::ExitCode};

use document::Document;

const CLOUD: &str = "spec/cloud/openapi.json";

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
    println!("cargo::rerun-if-changed={CLOUD}");
    let code = cloud().map_err(|error| format!("{CLOUD}: {error}"))?;
    let target = Path::new(&env::var("OUT_DIR")?).join("cloud.rs");
    fs::write(&target, code).map_err(|error| format!("{}: {error}", target.display()))?;
    Ok(())
}

/// The generated source for Bitbucket Cloud, for the features that are on.
fn cloud() -> Result<String, Box<dyn Error>> {
    let mut document = Document::read(Path::new(CLOUD))?;
    // Parts of the hand-written code serve the operations of some features
    // only; the compiler is told when it sees them all.
    println!("cargo::rustc-check-cfg=cfg(every_operation)");
    if features::keep_enabled(&mut document, &features::enabled()) {
        println!("cargo::rustc-cfg=every_operation");
    }
    let operations = document.operations()?;
    let mut file = generator::run(&document, &operations)?;

    open_enums::rewrite(&mut file)?;
    boxes::rewrite(&mut file)?;
    tolerance::rewrite(&mut file)?;
    type_builders::rewrite(&mut file, &families::tags(&document)?)?;
    operations::rewrite(&mut file, &operations)?;
    documentation::rewrite(&mut file, &operations)?;

    let companions = companions::emit(&file, &document, &operations)?;
    let families = families::emit(&document)?;
    let handles = handles::emit(&operations);
    let catalog = if env::var_os("CARGO_FEATURE_CATALOG").is_some() {
        catalog::emit(&file, &document, &operations)?
    } else {
        proc_macro2::TokenStream::new()
    };
    rewrite::append_to_module(&mut file, "builder", companions)?;
    rewrite::append_to_module(&mut file, "types", families)?;
    rewrite::append(&mut file, handles)?;
    rewrite::append(&mut file, catalog)?;
    Ok(prettyplease::unparse(&file))
}
