//! The payloads of the events.

mod issue;
mod pull_request;
mod repository;

use serde::{Deserialize, Serialize};

use crate::types::{Account, Repository};

pub use issue::{IssueCommentCreated, IssueCreated, IssueUpdated, ProjectUpdated};
pub use pull_request::{
    Approval, ChangesRequest, PullRequestApproval, PullRequestChangesRequest, PullRequestComment,
    PullRequestEvent,
};
pub use repository::{
    CommitCommentCreated, CommitStatusEvent, RepositoryChanges, RepositoryEvent, RepositoryFork,
    RepositoryUpdated,
};

/// What most payloads have.
pub(super) trait Payload {
    fn actor(&self) -> Option<&Account> {
        None
    }

    fn repository(&self) -> Option<&Repository> {
        None
    }
}

/// Declares a payload or a part of one: all fields can be absent or null, and
/// what is not declared is kept in `other`. After `of repository` come the
/// fields that all events of a repository have.
macro_rules! payload {
    ($(#[$meta:meta])* pub struct $name:ident of repository {
        $($(#[$field_meta:meta])* pub $field:ident: $ty:ty = $key:literal,)*
    }) => {
        $crate::webhooks::payload::payload! {
            $(#[$meta])*
            pub struct $name {
                /// Who did it.
                pub actor: $crate::types::Account = "actor",
                /// The repository that it happened in.
                pub repository: $crate::types::Repository = "repository",
                $($(#[$field_meta])* pub $field: $ty = $key,)*
            }
        }

        impl $crate::webhooks::payload::Payload for $name {
            fn actor(&self) -> Option<&$crate::types::Account> {
                self.actor.as_ref()
            }

            fn repository(&self) -> Option<&$crate::types::Repository> {
                self.repository.as_ref()
            }
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$field_meta:meta])* pub $field:ident: $ty:ty = $key:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, ::serde::Deserialize, ::serde::Serialize)]
        #[serde(default)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[serde(rename = $key, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$ty>,
            )*
            /// What this version does not know, as Bitbucket wrote it.
            #[serde(flatten)]
            pub other: ::std::collections::BTreeMap<String, ::serde_json::Value>,
        }
    };
}
pub(super) use payload;

/// What a property was and what it is now.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Change<T> {
    /// The value before.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub old: Option<T>,
    /// The value since.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub new: Option<T>,
}

/// A default that does not ask for one of `T`.
fn none<T>() -> Option<T> {
    None
}
