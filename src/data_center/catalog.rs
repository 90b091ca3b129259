//! Every operation of Bitbucket Data Center by its id, with JSON in and JSON
//! out, as [`crate::catalog`] has those of Bitbucket Cloud.
//!
//! ```no_run
//! use bitbucket::{catalog::Arguments, data_center::{Client, catalog}};
//!
//! # async fn example(client: Client) -> Result<(), bitbucket::Error> {
//! let arguments = Arguments::new()
//!     .with("projectKey", "PRJ")
//!     .with("repositorySlug", "website");
//! let repository = catalog::call(&client, "get_repository", arguments).await?;
//! # Ok(())
//! # }
//! ```

use super::{Client, generated::rows};
use crate::{
    Error, Response,
    catalog::{Arguments, Content, Entry, Items, TypeEntry, find},
};

/// Every operation.
pub fn operations() -> &'static [Entry] {
    rows::OPERATIONS
}

/// The operation with this id.
pub fn operation(id: &str) -> Option<&'static Entry> {
    find(operations(), id).ok()
}

/// Every type of the document.
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
    find(operations(), id)?.run(&client.client, arguments).await
}

/// Every item of a list, page after page, as JSON.
///
/// # Errors
///
/// As [`call`], and if the operation answers with no list.
pub fn items_of(client: &Client, id: &str, arguments: Arguments) -> Result<Items, Error> {
    find(operations(), id)?.list(&client.client, arguments)
}
