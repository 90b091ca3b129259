//! The list of operations: for the terminal, for programs, for docs/operations.md.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::document::schemas::{Operation, components, operations, reference_name};
use crate::product::{PRODUCTS, Product, Repository};

/// One operation as a user of the crate meets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    pub(crate) product: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) tag: String,
    pub(crate) deprecated: bool,
    /// Since when Bitbucket no longer has it.
    pub(crate) removed: Option<String>,
    /// The method to call instead.
    pub(crate) replaced_by: Option<String>,
    pub(crate) paged: bool,
    pub(crate) request_type: Option<String>,
    pub(crate) response_type: Option<String>,
}

/// Reads the effective document of a product.
pub(crate) fn read(repository: &Repository, product: &Product) -> Result<Value> {
    let path = repository.openapi(product);
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!(
            "cannot read {}; `cargo xtask regen --offline` writes it",
            path.display()
        )
    })?;
    serde_json::from_str(&text).with_context(|| format!("{} is broken", path.display()))
}

/// Every operation of every product.
pub(crate) fn all(repository: &Repository) -> Result<Vec<Row>> {
    let mut all = Vec::new();
    for product in PRODUCTS {
        all.extend(rows(product, &read(repository, product)?));
    }
    Ok(all)
}

/// Every operation of an effective document.
pub(crate) fn rows(product: &Product, document: &Value) -> Vec<Row> {
    let none = Map::new();
    let schemas = components(document).unwrap_or(&none);
    operations(document)
        .iter()
        .map(|operation| row(product, operation, schemas))
        .collect()
}

fn row(product: &Product, operation: &Operation<'_>, schemas: &Map<String, Value>) -> Row {
    let known = |key: &str| {
        let value = operation.object.get(key).and_then(Value::as_str);
        value.map(str::to_owned)
    };
    let text = |key: &str| known(key).unwrap_or_default();
    let tags = operation.object.get("tags").and_then(Value::as_array);
    let tag = tags
        .and_then(|tags| tags.first()?.as_str())
        .unwrap_or_default();
    Row {
        product: product.name.to_owned(),
        method: operation.method.clone(),
        path: operation.path.to_owned(),
        name: text("operationId"),
        tag: tag.to_owned(),
        deprecated: operation.object.get("deprecated") == Some(&Value::Bool(true)),
        removed: known("x-removed"),
        replaced_by: known("x-replaced-by"),
        paged: ["x-paged", "x-listing"]
            .iter()
            .any(|one| operation.object.contains_key(*one)),
        request_type: request_type(operation, schemas),
        response_type: response_type(operation, schemas),
    }
}

fn request_type(operation: &Operation<'_>, schemas: &Map<String, Value>) -> Option<String> {
    let taken = body_type(operation.object.get("requestBody")?)?;
    // A form that is no object is sent as bare text.
    let text = taken.strip_prefix("form ").filter(|name| {
        schemas
            .get(*name)
            .is_some_and(|schema| schema["type"] == "string")
    });
    Some(text.map_or(taken.clone(), |name| format!("text {name}")))
}

/// The type of the first (and, in an effective document, only) media type.
fn body_type(holder: &Value) -> Option<String> {
    let (media_type, body) = holder.get("content")?.as_object()?.iter().next()?;
    let schema = body.get("schema")?;
    match media_type.as_str() {
        "application/octet-stream" => Some("bytes".to_owned()),
        "multipart/form-data" => Some(format!("multipart {}", schema_type(schema))),
        "application/x-www-form-urlencoded" => Some(format!("form {}", schema_type(schema))),
        _ => Some(schema_type(schema)),
    }
}

fn response_type(operation: &Operation<'_>, schemas: &Map<String, Value>) -> Option<String> {
    let responses = operation.object.get("responses")?.as_object()?;
    let (_, response) = responses.iter().find(|(code, _)| code.starts_with('2'))?;
    let answered = body_type(response)?;
    let answered = page_type(&answered, schemas).unwrap_or(answered);
    let marked = |mark: &str| operation.object.contains_key(mark);
    if marked("x-completion") {
        Some(format!("Completion<{answered}>"))
    } else if marked("x-json-or-bytes") {
        Some(format!("JsonOrBytes<{answered}>"))
    } else {
        Some(answered)
    }
}

/// A page is the generic one, unless it has fields of its own.
fn page_type(name: &str, schemas: &Map<String, Value>) -> Option<String> {
    let schema = schemas.get(name)?;
    let item = schema.get("x-page-item")?.as_str()?;
    schema
        .get("x-page-struct")
        .is_none()
        .then(|| format!("Page<{item}>"))
}

/// A schema as a Rust type.
fn schema_type(schema: &Value) -> String {
    if let Some(name) = reference_name(schema) {
        return name.to_owned();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => format!(
            "Vec<{}>",
            schema_type(schema.get("items").unwrap_or(&Value::Null))
        ),
        Some("string") => "String".to_owned(),
        Some("integer") => "i64".to_owned(),
        Some("number") => "f64".to_owned(),
        Some("boolean") => "bool".to_owned(),
        _ => "Value".to_owned(),
    }
}

/// One line for each operation, in columns.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        [
            "PRODUCT", "METHOD", "PATH", "NAME", "TAG", "REQUEST", "RESPONSE", "",
        ]
        .map(str::to_owned),
    ];
    lines.extend(rows.iter().map(|row| {
        [
            row.product.clone(),
            row.method.clone(),
            row.path.clone(),
            row.name.clone(),
            row.tag.clone(),
            row.request_type.clone().unwrap_or_else(|| "-".to_owned()),
            row.response_type.clone().unwrap_or_else(|| "-".to_owned()),
            marks(row),
        ]
    }));
    let widths: [usize; 8] = std::array::from_fn(|column| {
        lines
            .iter()
            .map(|line| line[column].len())
            .max()
            .unwrap_or(0)
    });
    let mut text = String::new();
    for line in &lines {
        let cells = line
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn marks(row: &Row) -> String {
    let paged = row.paged.then_some("paged");
    let state = (row.state() != State::Live).then(|| row.state().name());
    let marks: Vec<&str> = paged.into_iter().chain(state).collect();
    marks.join(", ")
}

/// Whether Bitbucket still has an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Live,
    Deprecated,
    Removed,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Deprecated => "deprecated",
            Self::Removed => "removed",
        }
    }
}

impl Row {
    fn state(&self) -> State {
        match (&self.removed, self.deprecated) {
            (Some(_), _) => State::Removed,
            (None, true) => State::Deprecated,
            (None, false) => State::Live,
        }
    }
}

/// `removed since 2026-04-14: use …`
fn state(row: &Row) -> String {
    let mut text = row.state().name().to_owned();
    if let Some(since) = &row.removed {
        text.push_str(" since ");
        text.push_str(since);
    }
    if let Some(name) = &row.replaced_by {
        text.push_str(": use `");
        text.push_str(name);
        text.push('`');
    }
    text
}

/// The page for readers: the operations of each product, by tag.
pub(crate) fn page(documents: &[(&Product, Value)]) -> String {
    let mut page = String::from(
        "# Operations\n\n\
         Written by `cargo xtask regen` from the effective documents under spec/; do not edit.\n\n\
         Each operation is a method of the product's client with this name. *Paged* ones also have `.pages()` and \
         `.stream()`. `bytes` is an answer that is not JSON and comes as a stream.\n\n\
         The state is that of August 2026. What Bitbucket has deprecated or removed stays a method, \
         with a warning that says what to call instead.\n",
    );
    for (product, document) in documents {
        let rows = rows(product, document);
        // Writing to a String does not fail.
        let _ = write!(
            page,
            "\n## {} (`{}`): {} operations\n\nMethods of `{}`: {}.\n",
            product.title,
            product.name,
            rows.len(),
            product.client,
            counts(&rows)
        );
        for tag in tags(&rows) {
            let of_tag: Vec<&Row> = rows.iter().filter(|row| row.tag == tag).collect();
            let _ = write!(page, "\n### {tag} ({})\n\n", of_tag.len());
            page.push_str(
                "| Method | Request | Takes | Answers | | State |\n|---|---|---|---|---|---|\n",
            );
            for row in of_tag {
                page.push_str(&page_line(row));
            }
        }
    }
    page
}

fn page_line(row: &Row) -> String {
    let code = |text: &Option<String>| {
        text.as_ref()
            .map(|text| format!("`{text}`"))
            .unwrap_or_default()
    };
    let Row {
        name, method, path, ..
    } = row;
    let (request, response) = (code(&row.request_type), code(&row.response_type));
    let paged = if row.paged { "paged" } else { "" };
    format!(
        "| `{name}` | `{method} {path}` | {request} | {response} | {paged} | {} |\n",
        state(row)
    )
}

/// How many operations are in each state.
fn counts(rows: &[Row]) -> String {
    let of = |state: State| {
        let count = rows.iter().filter(|row| row.state() == state).count();
        format!("{count} {}", state.name())
    };
    [State::Live, State::Deprecated, State::Removed]
        .map(of)
        .join(", ")
}

/// The tags in the order of the alphabet.
fn tags(rows: &[Row]) -> Vec<&str> {
    let mut tags: Vec<&str> = rows.iter().map(|row| row.tag.as_str()).collect();
    tags.sort_unstable_by_key(|tag| tag.to_lowercase());
    tags.dedup();
    tags
}

#[cfg(test)]
#[path = "operations_tests.rs"]
mod tests;
