//! What the catalogue says of an operation.

use std::fmt;

use schemars::Schema;
use serde_json::{Map, Value, json};

use super::{
    Arguments, Call, Items, List, ReadError, TypeEntry,
    schemas::{COMPONENTS, Direction},
    source::{OperationData, ParameterData, Source},
};
use crate::{Availability, Client, Error, Operation};

/// One operation of the catalogue.
#[non_exhaustive]
pub struct Entry {
    pub(crate) source: &'static Source,
    /// The operation: id, method and path.
    pub operation: &'static Operation,
    /// The tags that Bitbucket files it under.
    pub tags: &'static [&'static str],
    /// What it does, in a line.
    pub summary: &'static str,
    /// The OAuth scopes that it needs.
    pub scopes: &'static [&'static str],
    /// Its path, query and header parameters.
    pub parameters: &'static [ParameterEntry],
    /// The body of the request, if it takes one: the argument `body`.
    pub request: Option<BodyEntry>,
    /// What it answers with when it succeeds.
    pub answer: AnswerKind,
    /// The JSON of its answers: first that of [`call`](fn@super::call), then
    /// what it answers with on request, such as the list of a directory where
    /// files are read. None where it answers with bytes alone, or nothing.
    pub responses: &'static [BodyEntry],
    pub(crate) call: fn(Client, Arguments) -> Call,
    pub(crate) items: Option<List>,
}

/// What a successful answer holds: which [`Content`](super::Content) comes of a
/// call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnswerKind {
    /// JSON.
    Json,
    /// Nothing.
    Empty,
    /// Bytes, such as a file or a diff.
    Bytes,
    /// JSON, or the word that Bitbucket goes on in the background.
    Completion,
    /// JSON or bytes, by what there is.
    JsonOrBytes,
}

impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Entry")
            .field("operation", self.operation)
            .field("parameters", &self.parameters)
            .field("request", &self.request)
            .field("answer", &self.answer)
            .field("responses", &self.responses)
            .finish_non_exhaustive()
    }
}

impl Entry {
    /// Whether Bitbucket still offers it, and what to call instead if not.
    pub fn availability(&self) -> Availability {
        self.operation.availability()
    }

    fn data(&self) -> Option<&'static OperationData> {
        self.source.operation(self.operation.id())
    }

    /// What it does, at length, in Markdown; the summary where the document has
    /// no more to say.
    pub fn description(&self) -> &'static str {
        match self.data() {
            Some(data) if !data.description.is_empty() => &data.description,
            _ => self.summary,
        }
    }

    /// Whether it answers with a list, page by page:
    /// [`items_of`](fn@super::items_of) gives all of them.
    pub fn is_paged(&self) -> bool {
        self.items.is_some()
    }

    pub(crate) fn run(&'static self, client: &Client, arguments: Arguments) -> Call {
        (self.call)(client.clone(), arguments.of(self.operation))
    }

    pub(crate) fn list(
        &'static self,
        client: &Client,
        arguments: Arguments,
    ) -> Result<Items, Error> {
        let items = self
            .items
            .ok_or_else(|| Error::invalid_request(self.operation, "the answer is no list"))?;
        items(client.clone(), arguments.of(self.operation))
    }

    /// The JSON Schema of the [`Arguments`] that it takes: an object with its
    /// parameters by name, and the request's body as `body`.
    ///
    /// Enums have the values that the document knows. A file of a form is an
    /// object with `file_name` and `content`.
    pub fn arguments_schema(&self) -> Schema {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for parameter in self.parameters {
            properties.insert(parameter.name.to_owned(), parameter.described());
            if parameter.required {
                required.push(json!(parameter.name));
            }
        }
        if let Some(body) = self.data().and_then(|data| data.request.as_ref()) {
            properties.insert("body".to_owned(), body.schema.clone());
            if body.required {
                required.push(json!("body"));
            }
        }
        let mut root = json!({
            "title": self.operation.id(),
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        });
        if !required.is_empty() {
            root["required"] = Value::Array(required);
        }
        self.source.schema(&root, Direction::Request)
    }

    /// The JSON Schema of the request's body, if it takes one.
    pub fn request_schema(&self) -> Option<Schema> {
        let body = self.data()?.request.as_ref()?;
        Some(self.source.schema(&body.schema, Direction::Request))
    }

    /// The JSON Schema of the answer; none where it answers with bytes alone,
    /// or nothing.
    ///
    /// It takes what the types of this crate take: any field may be null or
    /// missing, an enum may have a value that the document does not know, and
    /// what is told apart by `type` may be of a new one. What is known stands
    /// first in an `anyOf`.
    pub fn response_schema(&self) -> Option<Schema> {
        let schema = self.data()?.response.as_ref()?;
        Some(self.source.schema(schema, Direction::Answer))
    }
}

/// One parameter of an operation.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ParameterEntry {
    pub(crate) source: &'static Source,
    pub(crate) operation: &'static str,
    /// The name that Bitbucket knows, and that [`Arguments`] takes.
    pub name: &'static str,
    /// `path`, `query` or `header`.
    pub location: &'static str,
    /// Whether a call needs it.
    pub required: bool,
    /// Whether slashes in its value divide the path, as in the name of a branch
    /// or the path of a file.
    pub takes_slashes: bool,
}

impl fmt::Debug for ParameterEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ParameterEntry")
            .field("name", &self.name)
            .field("location", &self.location)
            .field("required", &self.required)
            .finish_non_exhaustive()
    }
}

impl ParameterEntry {
    fn data(&self) -> Option<&'static ParameterData> {
        let operation = self.source.operation(self.operation)?;
        operation.parameters.get(self.name)
    }

    /// What it means, in Markdown; empty where the document does not say.
    pub fn description(&self) -> &'static str {
        self.data().map_or("", |data| &data.description)
    }

    /// Its JSON Schema.
    pub fn schema(&self) -> Schema {
        self.source.schema(&self.described(), Direction::Request)
    }

    /// Its schema in the document, with its description.
    fn described(&self) -> Value {
        let Some(data) = self.data() else {
            return json!({});
        };
        let mut schema = data.schema.clone();
        if !data.description.is_empty() {
            schema["description"] = json!(data.description);
        }
        schema
    }
}

/// A JSON body, and the type that it is read as.
#[derive(Clone, Copy)]
pub struct BodyEntry {
    source: &'static Source,
    type_name: Option<&'static str>,
    is_list: bool,
}

impl BodyEntry {
    pub(crate) const fn new(
        source: &'static Source,
        type_name: Option<&'static str>,
        is_list: bool,
    ) -> Self {
        Self {
            source,
            type_name,
            is_list,
        }
    }

    /// The type, or that of each element of a list; none where the document
    /// says nothing of the JSON.
    pub fn type_name(&self) -> Option<&'static str> {
        self.type_name
    }

    /// Whether the body is a bare list of such values.
    pub fn is_list(&self) -> bool {
        self.is_list
    }

    /// The type of the items, where the body is a page of a list.
    pub fn item_type_name(&self) -> Option<&'static str> {
        self.source.item_of_page(self.type_name?)
    }

    /// Its JSON Schema, as Bitbucket answers with it: see
    /// [`Entry::response_schema`].
    pub fn schema(&self) -> Schema {
        let Some(name) = self.type_name else {
            return self.source.schema(&json!({}), Direction::Answer);
        };
        let reference = json!({"$ref": format!("{COMPONENTS}{name}")});
        if self.is_list {
            let list = json!({"type": "array", "items": reference});
            return self.source.schema(&list, Direction::Answer);
        }
        self.source.schema(&reference, Direction::Answer)
    }

    /// Reads `value` as this body and writes it back: what is kept of it.
    ///
    /// # Errors
    ///
    /// If `value` is nothing that the type can be read from.
    pub fn write_back(&self, value: &Value) -> Result<Value, ReadError> {
        let Some(entry) = self.entry() else {
            return Ok(value.clone());
        };
        if self.is_list {
            entry.write_list_back(value)
        } else {
            entry.write_back(value)
        }
    }

    fn entry(&self) -> Option<&'static TypeEntry> {
        self.source.type_named(self.type_name?)
    }
}

impl fmt::Debug for BodyEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BodyEntry")
            .field("type_name", &self.type_name)
            .field("is_list", &self.is_list)
            .finish_non_exhaustive()
    }
}
