//! Runs `progenitor` on what it understands of the document.

use std::{
    error::Error,
    fmt::Write as _,
    panic::{self, AssertUnwindSafe},
};

use progenitor::{
    CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl,
};
use serde_json::{Value, json};

use crate::{
    document::{Answer, Document, Multipart, Operation},
    product::Product,
};

/// The generator's output, as a tree that the passes work on.
pub(crate) fn run(
    product: &Product,
    document: &Document,
    operations: &[Operation],
) -> Result<syn::File, Box<dyn Error>> {
    let mut input = document.value().clone();
    for operation in operations {
        prepare(&mut input, operation);
    }
    let settings = settings(product, document)?;
    match generate(&settings, input.clone()) {
        Ok(file) => Ok(file),
        Err(error) => Err(culprits(&settings, &input, operations, &error).into()),
    }
}

/// The generator panics at some of what it does not know.
fn generate(settings: &GenerationSettings, input: Value) -> Result<syn::File, String> {
    let input: openapiv3::OpenAPI =
        serde_json::from_value(input).map_err(|error| error.to_string())?;
    let tokens = panic::catch_unwind(AssertUnwindSafe(|| {
        Generator::new(settings).generate_tokens(&input)
    }))
    .map_err(|_| "the generator gave up (its message is above)".to_owned())?
    .map_err(|error| error.to_string())?;
    syn::parse2(tokens).map_err(|error| error.to_string())
}

/// The generator does not say which operation it failed at, so each is tried by
/// itself.
fn culprits(
    settings: &GenerationSettings,
    input: &Value,
    operations: &[Operation],
    error: &str,
) -> String {
    let mut message = error.to_owned();
    for operation in operations {
        let mut alone = input.clone();
        let method = operation.method.to_lowercase();
        let entry = &input["paths"][&operation.path][&method];
        alone["paths"] = json!({ &operation.path: { method: entry } });
        if let Err(error) = generate(settings, alone) {
            let _ = write!(message, "\n  operation {}: {error}", operation.id);
        }
    }
    message
}

fn settings(product: &Product, document: &Document) -> Result<GenerationSettings, Box<dyn Error>> {
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_map_type("::std::collections::BTreeMap")
        .with_crate("bitbucket", CrateVers::Any, None);
    // Bitbucket writes offsets; a UTC instant would not write back what it read.
    settings.with_conversion(
        serde_json::from_value(json!({"type": "string", "format": "date-time"}))?,
        "::chrono::DateTime<::chrono::FixedOffset>",
        [TypeImpl::Display, TypeImpl::FromStr].into_iter(),
    );
    for (name, schema) in document.schemas() {
        if let Some(replacement) = replacement(product, name, schema) {
            settings.with_replacement(name, replacement, std::iter::empty());
        }
    }
    Ok(settings)
}

/// Pages become the one generic page, families the enum that
/// `families::emit` writes.
fn replacement(product: &Product, name: &str, schema: &Value) -> Option<String> {
    if let Some(item) = page_item(schema) {
        return Some(product.page_of(item).to_string());
    }
    schema.get("x-family")?;
    Some(product.ty(name).to_string())
}

/// The item's type name, of a page that has nothing but a page's fields.
pub(crate) fn page_item(schema: &Value) -> Option<&str> {
    if schema.get("x-page-struct").is_some() {
        return None;
    }
    schema.get("x-page-item")?.as_str()
}

/// The generator knows one kind of answer an operation, no multipart and no text
/// but `String`; all are put back by the passes over what it wrote.
fn prepare(input: &mut Value, operation: &Operation) {
    let method = operation.method.to_lowercase();
    let Some(entry) = input["paths"][&operation.path].get_mut(method) else {
        return;
    };
    if let Some(responses) = entry["responses"].as_object_mut() {
        responses.retain(|status, _| status.starts_with('2'));
        if operation.answer == Answer::Completion {
            responses.retain(|status, _| status != "202");
        }
    }
    if operation.multipart == Multipart::Only || operation.text.is_some() {
        entry["requestBody"]["content"] =
            json!({"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}});
    }
}
