//! Every operation by its id, with JSON in and JSON out.
//!
//! For callers that learn only at run time what they are to do: a tool
//! catalogue, a command line, an agent. [`operations`] lists what there is,
//! [`call`] does it by way of the same typed methods that everybody uses: the
//! same checks, authentication, paging and errors.
//!
//! ```no_run
//! use bitbucket::catalog::{self, Arguments, Content};
//!
//! # async fn example(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
//! let arguments = Arguments::new()
//!     .with("workspace", "atlassian")
//!     .with("repo_slug", "aui");
//! let answer = catalog::call(&client, "get_repository", arguments).await?;
//! if let Content::Json(repository) = answer.into_inner() {
//!     println!("{}", repository["full_name"]);
//! }
//! # Ok(())
//! # }
//! ```

use std::pin::Pin;

use futures_core::Stream;
use futures_util::StreamExt as _;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    ByteStream, Client, Completion, Error, Form, JsonOrBytes, Operation, Response,
    generated::rows,
    paging::{ItemStream, Paged},
};

/// The items of a list, each as JSON.
pub type Items = Pin<Box<dyn Stream<Item = Result<Value, Error>> + Send>>;

type List = fn(Client, Arguments) -> Result<Items, Error>;
type Call = Pin<Box<dyn Future<Output = Result<Response<Content>, Error>> + Send>>;

/// One operation of the catalogue.
#[derive(Debug)]
#[non_exhaustive]
pub struct Entry {
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
    /// Whether Bitbucket advises against it.
    pub deprecated: bool,
    pub(crate) call: fn(Client, Arguments) -> Call,
    pub(crate) items: Option<List>,
}

impl Entry {
    /// Whether it answers with a list, page by page: [`items`](fn@items_of)
    /// gives all of them.
    pub fn is_paged(&self) -> bool {
        self.items.is_some()
    }

    pub(crate) fn run(&'static self, client: &Client, arguments: Arguments) -> Call {
        (self.call)(client.clone(), arguments.of(self.operation))
    }
}

/// One parameter of an operation.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ParameterEntry {
    /// The name that Bitbucket knows, and that [`Arguments`] takes.
    pub name: &'static str,
    /// `path`, `query` or `header`.
    pub location: &'static str,
    /// Whether a call needs it.
    pub required: bool,
}

impl ParameterEntry {
    pub(crate) const fn new(name: &'static str, location: &'static str, required: bool) -> Self {
        Self {
            name,
            location,
            required,
        }
    }
}

/// One type of the document, by its name.
#[derive(Clone, Copy, Debug)]
pub struct TypeEntry {
    name: &'static str,
    write_back: fn(Value) -> Result<Value, serde_json::Error>,
}

impl TypeEntry {
    pub(crate) const fn new<T: DeserializeOwned + Serialize>(name: &'static str) -> Self {
        Self {
            name,
            write_back: |value| serde_json::to_value(serde_json::from_value::<T>(value)?),
        }
    }

    /// The type's name, which is also that of its schema in the document.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Reads `value` as this type and writes it back: what the type keeps of
    /// it.
    ///
    /// # Errors
    ///
    /// If `value` is nothing that this type can be read from.
    pub fn write_back(&self, value: Value) -> Result<Value, serde_json::Error> {
        (self.write_back)(value)
    }
}

/// What a call answers with.
#[derive(Debug)]
#[non_exhaustive]
pub enum Content {
    /// A value, as the typed method decoded it.
    Json(Value),
    /// Bytes, such as a file or a diff.
    Bytes(ByteStream),
    /// Nothing.
    Empty,
    /// Bitbucket goes on in the background and says where to ask.
    Accepted {
        /// The address of the task, if Bitbucket gave one.
        location: Option<String>,
    },
}

/// Everything that the catalogue holds for the features that are on.
pub fn operations() -> &'static [Entry] {
    rows::OPERATIONS
}

/// The operation with this id.
pub fn operation(id: &str) -> Option<&'static Entry> {
    find(operations(), id).ok()
}

/// Every type of the document that the enabled operations reach.
pub fn types() -> &'static [TypeEntry] {
    rows::TYPES
}

/// Calls the operation with this id.
///
/// # Errors
///
/// Before anything is sent, if there is no such operation, an argument is
/// missing, unknown or of the wrong kind; then as the typed method.
pub async fn call(
    client: &Client,
    id: &str,
    arguments: Arguments,
) -> Result<Response<Content>, Error> {
    find(operations(), id)?.run(client, arguments).await
}

/// Every item of a list, page after page, as JSON.
///
/// # Errors
///
/// As [`call`], and if the operation answers with no list.
pub fn items_of(client: &Client, id: &str, arguments: Arguments) -> Result<Items, Error> {
    let entry = find(operations(), id)?;
    let items = entry
        .items
        .ok_or_else(|| Error::invalid_request(entry.operation, "the answer is no list"))?;
    items(client.clone(), arguments.of(entry.operation))
}

/// The entry with this id.
pub(crate) fn find(entries: &'static [Entry], id: &str) -> Result<&'static Entry, Error> {
    static CALL: Operation = Operation::new("catalog", "", "");
    entries
        .iter()
        .find(|entry| entry.operation.id() == id)
        .ok_or_else(|| Error::invalid_request(&CALL, format!("there is no operation `{id}`")))
}

/// The arguments of a call, by the names that Bitbucket knows; the request's
/// body is `body`.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    values: Map<String, Value>,
    operation: Option<&'static Operation>,
}

impl Arguments {
    /// No arguments yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more argument.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    fn of(mut self, operation: &'static Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    fn error(&self, message: String) -> Error {
        static CALL: Operation = Operation::new("catalog", "", "");
        Error::invalid_request(self.operation.unwrap_or(&CALL), message)
    }

    pub(crate) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Error> {
        let Some(value) = self.values.remove(name) else {
            return Ok(None);
        };
        serde_json::from_value(value)
            .map(Some)
            .map_err(|error| self.error(format!("`{name}`: {error}")))
    }

    /// A form: an object whose texts become fields, and whose objects with
    /// `file_name` and `content` become files; a list stands for several.
    pub(crate) fn take_form(&mut self, name: &str) -> Result<Option<Form>, Error> {
        let Some(value) = self.values.remove(name) else {
            return Ok(None);
        };
        let Value::Object(fields) = value else {
            return Err(self.error(format!("`{name}`: a form is an object")));
        };
        let mut form = Form::new();
        for (field, value) in fields {
            let values = match value {
                Value::Array(values) => values,
                value => vec![value],
            };
            for value in values {
                form = self.add(form, &field, value)?;
            }
        }
        Ok(Some(form))
    }

    fn add(&self, form: Form, field: &str, value: Value) -> Result<Form, Error> {
        Ok(match value {
            Value::Object(file) => {
                let text = |key: &str| file.get(key).and_then(Value::as_str);
                let (Some(file_name), Some(content)) = (text("file_name"), text("content")) else {
                    return Err(self.error(format!(
                        "`{field}`: a file is an object with `file_name` and `content`"
                    )));
                };
                form.bytes(field, file_name, content.to_owned())
            }
            Value::String(text) => form.text(field, text),
            other => form.text(field, other.to_string()),
        })
    }

    pub(crate) fn finish(&self) -> Result<(), Error> {
        match self.values.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.error(format!("it takes no `{name}`"))),
        }
    }
}

impl FromIterator<(String, Value)> for Arguments {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(values: I) -> Self {
        Self {
            values: values.into_iter().collect(),
            operation: None,
        }
    }
}

impl Content {
    pub(crate) fn json<T: Serialize>(answer: Response<T>) -> Result<Response<Self>, Error> {
        convert(answer, |value| Ok(Content::Json(to_value(&value)?)))
    }

    pub(crate) fn empty(answer: Response<()>) -> Result<Response<Self>, Error> {
        convert(answer, |()| Ok(Self::Empty))
    }

    pub(crate) fn bytes(answer: Response<ByteStream>) -> Result<Response<Self>, Error> {
        convert(answer, |bytes| Ok(Self::Bytes(bytes)))
    }

    pub(crate) fn completion<T: Serialize>(
        answer: Response<Completion<T>>,
    ) -> Result<Response<Self>, Error> {
        convert(answer, |completion| match completion {
            Completion::Completed(value) => Ok(Self::Json(to_value(&value)?)),
            Completion::Accepted { location } => Ok(Self::Accepted { location }),
        })
    }

    pub(crate) fn json_or_bytes<T: Serialize>(
        answer: Response<JsonOrBytes<T>>,
    ) -> Result<Response<Self>, Error> {
        convert(answer, |content| match content {
            JsonOrBytes::Json(value) => Ok(Self::Json(to_value(&value)?)),
            JsonOrBytes::Bytes(bytes) => Ok(Self::Bytes(bytes)),
        })
    }
}

fn convert<T>(
    answer: Response<T>,
    content: impl FnOnce(T) -> Result<Content, Error>,
) -> Result<Response<Content>, Error> {
    let status = answer.status();
    let headers = answer.headers().clone();
    Ok(Response::new(
        content(answer.into_inner())?,
        status,
        headers,
    ))
}

fn to_value<T: Serialize>(value: &T) -> Result<Value, Error> {
    static CALL: Operation = Operation::new("catalog", "", "");
    serde_json::to_value(value).map_err(|error| Error::invalid_request(&CALL, error.to_string()))
}

/// The items of a typed stream as JSON.
pub(crate) fn items<P>(stream: ItemStream<P>) -> Items
where
    P: Paged + Unpin,
    P::Item: Serialize,
{
    Box::pin(stream.map(|item| item.and_then(|item| to_value(&item))))
}
