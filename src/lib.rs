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
pub mod auth;
mod byte_stream;
#[cfg(feature = "catalog")]
pub mod catalog;
mod client;
#[cfg(feature = "data-center")]
pub mod data_center;
mod download;
mod error;
mod family;
mod form;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod generated;
mod limit;
#[cfg(feature = "httpmock")]
pub mod mock;
mod multipart;
mod nullable;
mod open_enum;
mod operation;
mod outgoing;
mod paging;
mod path;
#[cfg(test)]
#[allow(dead_code, reason = "the tests over the wire use the rest")]
#[path = "../tests/support/properties.rs"]
mod properties;
pub mod query;
mod raw_request;
mod redirect;
mod response;
mod retry;
mod secret;
mod tasks;
#[cfg(test)]
mod test_server;
mod tolerant;
mod trace;
mod transport;
mod upload;
#[cfg(feature = "v1")]
pub mod v1;
#[cfg(feature = "webhooks")]
pub mod webhooks;
mod wire;

pub use answer::{Completion, JsonOrBytes};
pub use auth::Auth;
pub use byte_stream::ByteStream;
pub use client::{Client, ClientBuilder};
pub use download::{ByteRange, ContentRange, Download};
pub use error::{Error, ErrorEntry, ErrorKind};
pub use generated::{builder, handle, types};
pub use http::Method;
pub use limit::RateLimit;
pub use multipart::{Form, Part};
pub use nullable::Nullable;
pub use operation::{Availability, Operation};
pub use paging::{ItemStream, Page, PageStream, Paged};
pub use raw_request::{Href, RawRequest};
/// The HTTP library, for what [`ClientBuilder`] takes of it.
pub use reqwest;
pub use response::Response;
pub use retry::RetryPolicy;
pub use secret::Secret;
#[cfg(feature = "issue-tracker")]
pub use tasks::IssueExport;
#[cfg(feature = "pull-requests")]
pub use tasks::MergeTask;
#[cfg(feature = "pipelines")]
pub use tasks::PipelineRun;
pub use tasks::Polling;
#[cfg(any(feature = "source", feature = "repositories"))]
pub use upload::CommitFiles;
#[cfg(any(feature = "downloads", feature = "issue-tracker"))]
pub use upload::UploadFiles;
#[cfg(feature = "issue-tracker")]
pub use upload::UploadIssueArchive;
#[cfg(feature = "snippets")]
pub use upload::{NewSnippet, ReadSnippet, SnippetChange, SnippetContents, SnippetFileContent};

/// The README's examples, compiled.
#[cfg(all(doctest, every_operation, feature = "data-center", feature = "v1"))]
#[doc = include_str!("../README.md")]
struct Readme;
