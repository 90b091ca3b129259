//! Client for Bitbucket: every operation of Bitbucket Cloud as a typed method.
//!
//! [`Client::builder`] makes a [`Client`]; each operation is a method of it.
//! Listings come as streams of items ([`ItemStream`]) or pages ([`PageStream`]),
//! files and diffs as streams of bytes ([`ByteStream`]), and whatever goes wrong
//! as one [`Error`].
//!
//! ```
//! use bitbucket::{Auth, Client};
//!
//! # fn main() -> Result<(), bitbucket::Error> {
//! let client = Client::builder()
//!     .auth(Auth::api_token("kim@example.com", "an API token"))
//!     .build()?;
//! # Ok(())
//! # }
//! ```

#![cfg_attr(
    not(every_operation),
    allow(
        dead_code,
        unused_imports,
        unused_macros,
        reason = "used by the operations and types of the other features"
    )
)]

// Generated types name this crate's own from outside.
extern crate self as bitbucket;

mod answer;
mod auth;
mod byte_stream;
#[cfg(feature = "catalog")]
pub mod catalog;
mod client;
mod error;
mod family;
mod form;
mod generated;
mod multipart;
mod nullable;
mod open_enum;
mod operation;
mod paging;
mod path;
mod redirect;
mod response;
mod secret;
#[cfg(test)]
mod test_server;
mod tolerant;
mod transport;

pub use answer::{Completion, JsonOrBytes};
pub use auth::Auth;
pub use byte_stream::ByteStream;
pub use client::{Client, ClientBuilder};
pub use error::{Error, ErrorKind};
pub use generated::{builder, handle, types};
pub use multipart::{Form, Part};
pub use nullable::Nullable;
pub use operation::Operation;
pub use paging::{ItemStream, Numbering, Page, PageStream, Paged};
pub use response::Response;
pub use secret::Secret;

/// The README's examples, compiled.
#[cfg(all(doctest, every_operation))]
#[doc = include_str!("../README.md")]
struct Readme;
