//! Bitbucket Data Center (and Server): its own API, with the same
//! authentication, retries, errors and streams. Needs the feature `data-center`.
//!
//! ```no_run
//! use bitbucket::{Auth, data_center::Client};
//!
//! # async fn example() -> Result<(), bitbucket::Error> {
//! let client = Client::builder("https://bitbucket.example.com")
//!     .auth(Auth::bearer("HTTP-access-token"))
//!     .build()?;
//! let repository = client.repository("PRJ", "website");
//! let mut open = repository.list_pull_requests().stream();
//! while let Some(pull_request) = open.try_next().await? {
//!     println!("{:?} {:?}", pull_request.id, pull_request.title);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is different from Cloud
//!
//! - There are projects with keys in place of workspaces. The repositories of a
//!   person are in the project `~` and the person's slug:
//!   `client.repository("~kim", "notes")`.
//! - Lists go on by [`Page::next_page_start`], which `.stream()` and `.pages()`
//!   follow. `.limit(…)` says how many items a page is to hold; the server may
//!   lower it.
//! - Points in time are [`Timestamp`]s, whichever way the server writes them.
//! - Errors are lists: [`Error::errors`](crate::Error::errors) has them entry by
//!   entry, and after a conflict
//!   [`Error::current_version`](crate::Error::current_version) says which version
//!   to base the change on. Pull requests and comments have a `version`, and a
//!   change has to name it.
//! - Writes say `X-Atlassian-Token: no-check`, without which servers take some of
//!   them for forgeries.
//!
//! # Authentication
//!
//! An HTTP access token is an [`Auth::bearer`](crate::Auth::bearer), a user name
//! with a password or a token an [`Auth::basic`](crate::Auth::basic), the OAuth
//! 2.0 of an incoming application link an [`Auth::oauth`](crate::Auth::oauth) of a
//! [`Consumer::data_center`](crate::auth::oauth::Consumer::data_center), and the
//! cookies of a session an [`Auth::cookies`](crate::Auth::cookies).

#[cfg(feature = "catalog")]
pub mod catalog;
mod client;
mod generated;
mod page;
mod raw_request;
mod timestamp;

pub use client::{Client, ClientBuilder};
pub use generated::{builder, handle, types};
pub use page::Page;
pub use raw_request::RawRequest;
pub use timestamp::Timestamp;
