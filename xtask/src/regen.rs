//! `cargo xtask regen`: makes the effective document and the page of operations.

use std::io::ErrorKind;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use sha2::{Digest, Sha256};
use similar::TextDiff;

use crate::coverage::{self, Coverage, Differences};
use crate::document::download::Limits;
use crate::document::load::{Loaded, Source, to_text};
use crate::dropped::{self, Dropped};
use crate::effective;
use crate::operations;
use crate::overlay::{self, Overlay};
use crate::preview;
use crate::product::{Origin, PRODUCTS, Product, Repository};
use crate::replace_file::Replacement;

/// Lines of a difference that are shown; whoever needs more can run `regen`
/// and look at the difference in git.
const SHOWN_LINES: usize = 400;

/// What is written for one state of a product's sources.
struct Generated {
    openapi: String,
    operations_page: String,
    without_effect: Vec<String>,
}

/// Writes the effective document and the page from the vendored document.
pub(crate) fn write(repository: &Repository, product: &Product) -> Result<String> {
    let vendored = vendored(repository, product)?;
    let overlays = overlay::read_folder(&repository.overlays(product))?;
    let generated = generate(repository, product, &vendored.document, &overlays)?;
    let mut replacement = Replacement::default();
    stage(&mut replacement, repository, product, &generated)?;
    replacement.commit()?;
    Ok(summary(repository, product, &generated))
}

/// Takes a new document: vendors it and writes what follows from it.
///
/// What the new document dropped is kept, marked as removed; what it deprecates
/// is deprecated by what it says itself, and told here.
pub(crate) fn take(
    repository: &Repository,
    product: &Product,
    source: &Source,
    limits: &Limits,
) -> Result<String> {
    if product.origin == Origin::Written {
        let written = repository.relative(&repository.upstream(product));
        bail!("{written} is written here: edit it, then run `cargo xtask regen --offline`");
    }
    let loaded = source.load(limits)?;
    let before = vendored(repository, product)?.document;
    let overlays = overlay::read_folder(&repository.overlays(product))?;
    let dropped = Dropped::compare(&before, &loaded.document, &overlays, &today())?;
    let overlays = dropped.among(overlays)?;
    let generated = generate(repository, product, &loaded.document, &overlays)
        .with_context(|| format!("{source} cannot be taken; no file was changed"))?;
    let vendored = loaded.vendored()?;
    let mut replacement = Replacement::default();
    replacement.write(&repository.upstream(product), &vendored)?;
    stage_dropped(&mut replacement, repository, product, &dropped)?;
    stage(&mut replacement, repository, product, &generated)?;
    replacement.commit()?;
    let upstream = repository.relative(&repository.upstream(product));
    let mut summary = summary(repository, product, &generated);
    summary.push_str(&dropped.summary());
    for label in preview::newly_deprecated(&before, &loaded.document) {
        summary.push_str("newly deprecated: ");
        summary.push_str(&label);
        summary.push('\n');
    }
    let sum = sha256(&vendored);
    Ok(format!(
        "{summary}{upstream} is {source} with sha256\n{sum}\nWrite source, date and sha256 into spec/README.md.\n"
    ))
}

/// Compares what the sources give with what is written. No network, no writing.
pub(crate) fn check(repository: &Repository, product: &Product) -> Result<String> {
    let vendored = vendored(repository, product)?;
    let overlays = overlay::read_folder(&repository.overlays(product))?;
    let generated = generate(repository, product, &vendored.document, &overlays)?;
    let mut differences = String::new();
    for (path, expected) in [
        (repository.openapi(product), &generated.openapi),
        (repository.operations_page(), &generated.operations_page),
    ] {
        let name = repository.relative(&path);
        let present = std::fs::read_to_string(&path).unwrap_or_default();
        differences.push_str(&difference(&name, &present, expected));
    }
    if !differences.is_empty() {
        bail!(
            "generated files are not what their sources give; run `cargo xtask regen --offline`\n{differences}"
        );
    }
    Ok(format!(
        "{}: generated files are up to date\n",
        product.name
    ))
}

/// Tells what taking the document would change. Writes nothing.
pub(crate) fn preview(
    repository: &Repository,
    product: &Product,
    source: &Source,
    limits: &Limits,
) -> Result<String> {
    let loaded = source.load(limits)?;
    let vendored = vendored(repository, product)?;
    if product.origin == Origin::Written {
        let coverage = compare(repository, product, &loaded.document)?;
        return Ok(format!(
            "{} and {source}:\n\n{}",
            product.title,
            coverage.report()?
        ));
    }
    let overlays = overlay::read_folder(&repository.overlays(product))?;
    let dropped = Dropped::compare(&vendored.document, &loaded.document, &overlays, &today())?;
    let overlays = dropped.among(overlays)?;
    let report = preview::compare(product, &vendored.document, &loaded.document, &overlays);
    let from = repository.relative(&repository.upstream(product));
    let dropped = dropped.summary();
    let dropped = if dropped.is_empty() {
        dropped
    } else {
        format!("\n{dropped}")
    };
    Ok(format!("From {from} to {source}:\n\n{report}{dropped}"))
}

/// How the document that is written here stands to a published one.
fn compare(repository: &Repository, product: &Product, published: &Value) -> Result<Coverage> {
    let written = vendored(repository, product)?.document;
    let path = repository.differences(product);
    let differences = match std::fs::read(&path) {
        Ok(json) => serde_json::from_slice(&json)
            .with_context(|| format!("{} is no list of differences", repository.relative(&path)))?,
        Err(error) if error.kind() == ErrorKind::NotFound => Differences::default(),
        Err(error) => return Err(error.into()),
    };
    Ok(coverage::compare(&written, published, &differences))
}

fn vendored(repository: &Repository, product: &Product) -> Result<Loaded> {
    Source::File(repository.upstream(product)).load(&Limits::default())
}

/// The day of the removal, where a newer document is the first to tell of it.
fn today() -> String {
    chrono::Utc::now().date_naive().to_string()
}

fn generate(
    repository: &Repository,
    product: &Product,
    upstream: &Value,
    overlays: &[Overlay],
) -> Result<Generated> {
    let effective = effective::make(product, upstream, overlays)?;
    let openapi = to_text(&effective.document)?;
    let mut documents = Vec::new();
    for one in PRODUCTS {
        if one == product {
            documents.push((one, effective.document.clone()));
        } else if repository.openapi(one).exists() {
            documents.push((one, operations::read(repository, one)?));
        }
    }
    let operations_page = operations::page(&documents);
    Ok(Generated {
        openapi,
        operations_page,
        without_effect: effective.without_effect,
    })
}

/// The overlay of what was dropped; without anything dropped there is none.
fn stage_dropped(
    replacement: &mut Replacement,
    repository: &Repository,
    product: &Product,
    dropped: &Dropped,
) -> Result<()> {
    let path = repository.overlays(product).join(dropped::FILE);
    match dropped.text()? {
        Some(text) => replacement.write(&path, text.as_bytes()),
        None => {
            replacement.remove(&path);
            Ok(())
        }
    }
}

fn stage(
    replacement: &mut Replacement,
    repository: &Repository,
    product: &Product,
    generated: &Generated,
) -> Result<()> {
    replacement.write(&repository.openapi(product), generated.openapi.as_bytes())?;
    replacement.write(
        &repository.operations_page(),
        generated.operations_page.as_bytes(),
    )
}

fn summary(repository: &Repository, product: &Product, generated: &Generated) -> String {
    let openapi = repository.relative(&repository.openapi(product));
    let page = repository.relative(&repository.operations_page());
    let mut text = format!("wrote {openapi} and {page}\n");
    for action in &generated.without_effect {
        text.push_str("note: changes nothing any more: ");
        text.push_str(action);
        text.push('\n');
    }
    text
}

/// A unified difference, or nothing.
fn difference(name: &str, present: &str, expected: &str) -> String {
    if present == expected {
        return String::new();
    }
    let diff = TextDiff::from_lines(present, expected);
    let unified = diff
        .unified_diff()
        .header(name, &format!("{name} (regenerated)"))
        .to_string();
    let lines: Vec<&str> = unified.lines().collect();
    let shown = lines[..lines.len().min(SHOWN_LINES)].join("\n");
    match lines.len().saturating_sub(SHOWN_LINES) {
        0 => format!("{shown}\n"),
        more => format!("{shown}\n… and {more} more lines\n"),
    }
}

/// The sum that spec/README.md records of a vendored document.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digits = |byte: &u8| {
        [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
    };
    Sha256::digest(bytes).iter().flat_map(digits).collect()
}

#[cfg(test)]
#[path = "regen_tests.rs"]
mod tests;
