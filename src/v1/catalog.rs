//! Every operation of the 1.0 API by its id, with JSON in and JSON out, as
//! [`crate::catalog`] has those of 2.0.
//!
//! ```no_run
//! use bitbucket::{catalog::Arguments, v1::catalog};
//!
//! # async fn example(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
//! let arguments = Arguments::new().with("workspace", "teamsinspace");
//! let groups = catalog::call(&client.v1(), "list_groups", arguments).await?;
//! # Ok(())
//! # }
//! ```

use super::{Client, generated::rows};
use crate::{
    Error, Response,
    catalog::{Arguments, Content, Entry, TypeEntry, find},
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

/// Calls the operation with this id. A body that is a bare word is given as a
/// JSON text.
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
