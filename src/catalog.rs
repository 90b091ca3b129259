//! Every operation by its id, with JSON in and JSON out.
//!
//! For callers that learn only at run time what they are to do: a tool
//! catalogue, a command line, an agent. [`operations`] lists what there is, each
//! with the JSON Schema of what it takes ([`Entry::arguments_schema`]) and of
//! what it answers ([`Entry::response_schema`]); [`call`] does it by way of the
//! same typed methods that everybody uses: the same checks, authentication,
//! paging and errors. [`types`] are the types of the bodies, for those who have
//! JSON and want to know what this version makes of it.
//!
//! The schemas are those of Bitbucket's document with this crate's corrections.
//! They are held as JSON and made when they are asked for, so that a program
//! which only calls pays for them with nothing but their text.
//!
//! What a tool catalogue has to tell of a tool:
//!
//! ```
//! use bitbucket::catalog;
//!
//! # #[cfg(feature = "repositories")]
//! # {
//! let entry = catalog::operation("get_repository").unwrap();
//! let tool = serde_json::json!({
//!     "name": entry.operation.id(),
//!     "description": entry.description(),
//!     "inputSchema": entry.arguments_schema(),
//!     "outputSchema": entry.response_schema(),
//! });
//! assert_eq!(tool["inputSchema"]["required"], serde_json::json!(["workspace", "repo_slug"]));
//! # }
//! ```
//!
//! And to use it:
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

mod arguments;
mod content;
mod entry;
mod schemas;
mod source;
mod types;

use std::pin::Pin;

use futures_core::Stream;
use futures_util::StreamExt as _;
use serde::Serialize;
use serde_json::Value;

pub use arguments::Arguments;
pub use content::Content;
use content::to_value;
pub use entry::{AnswerKind, BodyEntry, Entry, ParameterEntry};
/// JSON Schemas, as the library of that name holds them.
pub use schemars::Schema;
pub(crate) use source::Source;
pub use types::{ReadError, TypeEntry};

use crate::{
    Client, Error, Operation, Response,
    generated::rows,
    paging::{ItemStream, Paged},
};

/// The items of a list, each as JSON.
pub type Items = Pin<Box<dyn Stream<Item = Result<Value, Error>> + Send>>;

pub(crate) type List = fn(Client, Arguments) -> Result<Items, Error>;
pub(crate) type Call = Pin<Box<dyn Future<Output = Result<Response<Content>, Error>> + Send>>;

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
    find(operations(), id)?.list(client, arguments)
}

/// The entry with this id.
pub(crate) fn find(entries: &'static [Entry], id: &str) -> Result<&'static Entry, Error> {
    static CALL: Operation = Operation::new("catalog", "", "");
    entries
        .iter()
        .find(|entry| entry.operation.id() == id)
        .ok_or_else(|| Error::invalid_request(&CALL, format!("there is no operation `{id}`")))
}

/// The items of a typed stream as JSON.
pub(crate) fn items<P>(stream: ItemStream<P>) -> Items
where
    P: Paged + Unpin,
    P::Item: Serialize,
{
    Box::pin(stream.map(|item| item.and_then(|item| to_value(&item))))
}
