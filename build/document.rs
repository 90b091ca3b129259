//! The effective `OpenAPI` document, and what the passes need to know of each
//! of its operations.

use std::{error::Error, fs, path::Path};

use heck::{ToPascalCase as _, ToSnakeCase as _};
use serde_json::{Map, Value};

const METHODS: [&str; 4] = ["get", "put", "post", "delete"];

/// The document as `cargo xtask regen` wrote it.
pub(crate) struct Document(Value);

impl Document {
    pub(crate) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        Ok(Self(serde_json::from_str(&fs::read_to_string(path)?)?))
    }

    pub(crate) fn value(&self) -> &Value {
        &self.0
    }

    pub(crate) fn paths_mut(&mut self) -> Option<&mut Map<String, Value>> {
        self.0.get_mut("paths")?.as_object_mut()
    }

    pub(crate) fn schemas_mut(&mut self) -> Option<&mut Map<String, Value>> {
        self.0.pointer_mut("/components/schemas")?.as_object_mut()
    }

    /// Component schemas by name.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0
            .pointer("/components/schemas")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
    }

    pub(crate) fn schema(&self, name: &str) -> Option<&Value> {
        self.0.get("components")?.get("schemas")?.get(name)
    }

    /// An operation as the document has it.
    pub(crate) fn operation(&self, operation: &Operation) -> &Value {
        &self.0["paths"][&operation.path][operation.method.to_lowercase()]
    }

    /// Every operation, in the document's order.
    pub(crate) fn operations(&self) -> Result<Vec<Operation>, Box<dyn Error>> {
        let mut operations = Vec::new();
        for (path, item) in self.0["paths"].as_object().into_iter().flatten() {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    let mut read = Operation::read(method, path, operation)
                        .map_err(|error| format!("{} {path}: {error}", method.to_uppercase()))?;
                    read.text = self.text(operation);
                    operations.push(read);
                }
            }
        }
        Ok(operations)
    }

    /// A body that is no JSON, of a component that is a string.
    fn text(&self, operation: &Value) -> Option<Text> {
        let (media_type, content) = body_content(operation)?;
        let component = referenced(content.get("schema")?)?;
        let is_string = self.schema(&component)?.get("type")? == "string";
        (is_string && media_type != "application/json").then(|| Text {
            media_type: media_type.clone(),
            component,
        })
    }
}

/// A body that is bare text: its media type, and the component that it is of.
pub(crate) struct Text {
    pub(crate) media_type: String,
    pub(crate) component: String,
}

/// One operation.
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) tags: Vec<String>,
    pub(crate) summary: Option<String>,
    pub(crate) deprecated: bool,
    /// What there is to say besides.
    pub(crate) deprecation_note: Option<String>,
    /// Since when it is gone: a day, or the month by which it was.
    pub(crate) removed: Option<String>,
    /// The operation to call instead.
    pub(crate) replaced_by: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) paged: Option<Numbering>,
    pub(crate) answer: Answer,
    pub(crate) multipart: Multipart,
    /// Component name of the JSON or form body.
    pub(crate) body: Option<String>,
    /// The body, where it is neither JSON nor a form, but a value of an enum.
    pub(crate) text: Option<Text>,
    /// The body is a form, in place of JSON.
    pub(crate) body_is_form: bool,
    /// Bitbucket also takes the request without a body.
    pub(crate) body_is_optional: bool,
    /// Where the answer is a file or a directory: the type of the directory's
    /// page and of `format=meta`.
    pub(crate) listing: Option<String>,
    pub(crate) meta: Option<String>,
}

/// One path, query or header parameter.
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) required: bool,
    /// The value may hold `/`, and Bitbucket wants it as it is.
    pub(crate) slash: bool,
    pub(crate) integer: bool,
    pub(crate) description: Option<String>,
}

/// How Bitbucket leads from one page to the next.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Numbering {
    Link,
    Number,
    Start,
}

/// What a successful answer holds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Answer {
    Json,
    Empty,
    Bytes,
    Completion,
    JsonOrBytes,
}

/// Whether a request takes `multipart/form-data`.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Multipart {
    No,
    Only,
    Also,
}

impl Operation {
    fn read(method: &str, path: &str, operation: &Value) -> Result<Self, String> {
        let flag = |name: &str| operation.get(name).and_then(Value::as_bool) == Some(true);
        let text = |name: &str| {
            operation
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        Ok(Self {
            id: text("operationId").ok_or("no operationId")?,
            method: method.to_uppercase(),
            path: path.to_owned(),
            tags: strings(operation.get("tags")),
            summary: text("summary"),
            deprecated: flag("deprecated"),
            deprecation_note: text("x-deprecated"),
            removed: text("x-removed"),
            replaced_by: text("x-replaced-by"),
            scopes: scopes(operation),
            parameters: parameters(operation)?,
            paged: numbering(operation)?,
            answer: answer(operation)?,
            multipart: multipart(operation),
            body: body(operation),
            body_is_form: body_content(operation)
                .is_some_and(|(name, _)| name == "application/x-www-form-urlencoded"),
            text: None,
            body_is_optional: operation
                .pointer("/requestBody/required")
                .and_then(Value::as_bool)
                == Some(false),
            listing: text("x-listing").map(|reference| component(&reference)),
            meta: text("x-meta").map(|reference| component(&reference)),
        })
    }

    /// Name of the operation's builder.
    pub(crate) fn builder(&self) -> String {
        self.id.to_pascal_case()
    }

    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters
            .iter()
            .filter(|parameter| parameter.location == "path")
    }
}

impl Parameter {
    /// Name of the builder's setter, as the generator spells it.
    pub(crate) fn ident(&self) -> String {
        let name = self
            .name
            .replace(|character: char| !character.is_alphanumeric(), "-")
            .to_snake_case();
        if syn::parse_str::<syn::Ident>(&name).is_ok() {
            name
        } else {
            format!("{name}_")
        }
    }
}

/// `#/components/schemas/Name` to `Name`.
pub(crate) fn component(reference: &str) -> String {
    reference.rsplit('/').next().unwrap_or(reference).to_owned()
}

/// The component that a schema refers to.
pub(crate) fn referenced(schema: &Value) -> Option<String> {
    schema.get("$ref")?.as_str().map(component)
}

fn strings(value: Option<&Value>) -> Vec<String> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn scopes(operation: &Value) -> Vec<String> {
    let mut scopes: Vec<String> = operation
        .get("security")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .flat_map(|requirement| strings(requirement.get("oauth2")))
        .collect();
    scopes.dedup();
    scopes
}

fn parameters(operation: &Value) -> Result<Vec<Parameter>, String> {
    operation
        .get("parameters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|parameter| {
            let text = |name: &str| parameter.get(name).and_then(Value::as_str);
            let flag = |name: &str| parameter.get(name).and_then(Value::as_bool) == Some(true);
            Ok(Parameter {
                name: text("name").ok_or("a parameter without a name")?.to_owned(),
                location: text("in").unwrap_or("query").to_owned(),
                required: flag("required"),
                slash: flag("x-slash"),
                integer: parameter.pointer("/schema/type").and_then(Value::as_str)
                    == Some("integer"),
                description: text("description").map(str::to_owned),
            })
        })
        .collect()
}

fn numbering(operation: &Value) -> Result<Option<Numbering>, String> {
    match operation.get("x-paged").and_then(Value::as_str) {
        None => Ok(None),
        Some("link") => Ok(Some(Numbering::Link)),
        Some("number") => Ok(Some(Numbering::Number)),
        Some("start") => Ok(Some(Numbering::Start)),
        Some(other) => Err(format!("x-paged: {other}")),
    }
}

fn answer(operation: &Value) -> Result<Answer, String> {
    if operation.get("x-completion").is_some() {
        return Ok(Answer::Completion);
    }
    if operation.get("x-json-or-bytes").is_some() {
        return Ok(Answer::JsonOrBytes);
    }
    let response = operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .find(|(status, _)| status.starts_with('2'))
        .ok_or("no successful response")?
        .1;
    let content = response.get("content").and_then(Value::as_object);
    Ok(match content.and_then(|content| content.keys().next()) {
        None => Answer::Empty,
        Some(media_type) if media_type.starts_with("application/json") => Answer::Json,
        Some(_) => Answer::Bytes,
    })
}

fn body_content(operation: &Value) -> Option<(&String, &Value)> {
    let content = operation.pointer("/requestBody/content")?;
    content.as_object()?.iter().next()
}

fn multipart(operation: &Value) -> Multipart {
    if operation.get("x-also-multipart").is_some() {
        Multipart::Also
    } else if body_content(operation).is_some_and(|(name, _)| name.starts_with("multipart/")) {
        Multipart::Only
    } else {
        Multipart::No
    }
}

fn body(operation: &Value) -> Option<String> {
    referenced(body_content(operation)?.1.get("schema")?)
}
