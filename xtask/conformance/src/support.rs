//! What the tests over the wire make from the document, independently of the
//! build that generates the client from it: arguments, samples, and what a
//! request has to look like.

#![allow(dead_code, reason = "the tests use all of it, this program a part")]

#[path = "../../../tests/support/arguments.rs"]
pub(crate) mod arguments;
#[path = "../../../tests/support/difference.rs"]
pub(crate) mod difference;
#[path = "../../../tests/support/document.rs"]
pub(crate) mod document;
#[path = "../../../tests/support/encoding.rs"]
pub(crate) mod encoding;
#[path = "../../../tests/support/request.rs"]
pub(crate) mod request;
#[path = "../../../tests/support/samples.rs"]
pub(crate) mod samples;
#[path = "../../../tests/support/server.rs"]
pub(crate) mod server;
