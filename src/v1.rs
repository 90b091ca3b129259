//! What is left of the 1.0 API of Bitbucket Cloud: groups, their privileges on
//! repositories, and invitations by email. Needs the feature `v1`.
//!
//! Atlassian removed the 1.0 API in 2019 except for these resources, because 2.0
//! has no groups: it shows them in `permissions-config`, but cannot list, create
//! or change one. [`Client::v1`](crate::Client::v1) reaches them, with the
//! connections, credentials, retries, limits and errors of the client that it is
//! called on.
//!
//! ```no_run
//! use bitbucket::{Auth, Client, v1::types::Privilege};
//!
//! # async fn example() -> Result<(), bitbucket::Error> {
//! let client = Client::builder()
//!     .auth(Auth::api_token("kim@example.com", "an API token"))
//!     .build()?;
//! for group in client.v1().list_groups().workspace("teamsinspace").send().await?.into_inner() {
//!     println!("{:?}: {} members", group.slug, group.members.unwrap_or_default().len());
//! }
//! client
//!     .v1()
//!     .set_repository_group_privilege()
//!     .workspace("teamsinspace")
//!     .repo_slug("docs")
//!     .group_owner("teamsinspace")
//!     .group_slug("writers")
//!     .body(Privilege::Write)
//!     .send()
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is different from 2.0
//!
//! - Lists are whole: there are no pages, and so no `.stream()`.
//! - Workspaces and groups are named by their slugs. With a UUID for the workspace
//!   Bitbucket answers 403 or 405, although its pages speak of a workspace ID.
//! - Some requests are forms, one is a bare word, and some answers are empty, with
//!   200 as well as with 204. The methods take and give types all the same.
//! - Errors are often plain text. [`Error::message`](crate::Error::message) has it.
//! - Reading takes an API token or OAuth. To create, change or delete groups takes
//!   OAuth's scope `account:write`, which API tokens cannot be given; where an
//!   Atlassian organization manages the users, such requests may be refused
//!   altogether.
//!
//! # Where Bitbucket's pages and Bitbucket differ
//!
//! The document of these resources, `spec/cloud-v1/document.json`, follows
//! Atlassian's pages, and the clients that use them where those pages are wrong or
//! say nothing:
//!
//! - The privilege that [`Client::set_repository_group_privilege`] sends is a bare
//!   word with the type of a form, as `curl --data read` sends it in Atlassian's
//!   example. Its answer, which the page does not show, is a list of one.
//! - [`Client::list_invitations`] asks `/users/{accountname}/invitations`; the page
//!   has it without the last part.
//! - [`Client::get_group`] is on no page.
//! - [`Client::add_group_member`] sends no body, where the page sends `{}`.
//! - Of the two ways in which Atlassian's pages have invited to groups,
//!   [`Client::invite_to_group`] takes the present one, with JSON.
//!
//! # The address
//!
//! The 1.0 API is beside 2.0: `https://api.bitbucket.org/1.0`. For a client with
//! another [`base_url`](crate::ClientBuilder::base_url) it is that URL with `1.0`
//! in place of the `2.0` at its end, or with `1.0` added if it does not end so;
//! [`v1_base_url`](crate::ClientBuilder::v1_base_url) says otherwise. It is always
//! of the same origin, because the credentials are meant for that origin.

#[cfg(feature = "catalog")]
pub mod catalog;
mod generated;

pub use generated::{builder, types};

/// The operations of the 1.0 API, as a view of a [`Client`](crate::Client).
///
/// It is made by [`Client::v1`](crate::Client::v1), costs next to nothing, and
/// shares everything with the client it is made of.
#[derive(Clone, Debug)]
pub struct Client {
    client: crate::Client,
}

impl crate::Client {
    /// The operations of the 1.0 API: groups, group privileges and invitations.
    ///
    /// ```no_run
    /// # async fn example(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let groups = client.v1().list_groups().workspace("teamsinspace").send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn v1(&self) -> Client {
        Client {
            client: self.clone(),
        }
    }
}
