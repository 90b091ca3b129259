//! What uploads look like on the wire, and that each is whole or an error.

#![allow(deprecated, reason = "removed operations are still methods")]

#[path = "uploads/commits.rs"]
mod commits;
#[path = "uploads/contents.rs"]
mod contents;
#[path = "uploads/files.rs"]
mod files;
#[path = "uploads/form.rs"]
mod form;
#[path = "uploads/snippets.rs"]
mod snippets;
mod support;
