//! Events of issues and projects.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Change, Payload, payload};
use crate::types::{Account, Comment, Issue, Project};

payload! {
    /// Payload of `issue:created`.
    pub struct IssueCreated of repository {
        /// The issue.
        pub issue: Issue = "issue",
    }
}

payload! {
    /// Payload of `issue:updated`.
    pub struct IssueUpdated of repository {
        /// The issue as it is now.
        pub issue: Issue = "issue",
        /// The comment that came with the change.
        pub comment: Comment = "comment",
        /// What changed, by the name of the property, such as `status` or
        /// `assignee`. The values are as Bitbucket wrote them: some are texts,
        /// some are whole accounts.
        #[serde(deserialize_with = "crate::tolerant::map")]
        pub changes: BTreeMap<String, Change<Value>> = "changes",
    }
}

payload! {
    /// Payload of `issue:comment_created`.
    pub struct IssueCommentCreated of repository {
        /// The issue.
        pub issue: Issue = "issue",
        /// The comment.
        pub comment: Comment = "comment",
    }
}

payload! {
    /// Payload of `project:updated`.
    ///
    /// Bitbucket does not describe it; it is read like the other events of a
    /// change, and whatever else comes is in `other`.
    pub struct ProjectUpdated {
        /// Who did it.
        pub actor: Account = "actor",
        /// The project as it is now.
        pub project: Project = "project",
        /// What changed, by the name of the property.
        #[serde(deserialize_with = "crate::tolerant::map")]
        pub changes: BTreeMap<String, Change<Value>> = "changes",
    }
}

impl Payload for ProjectUpdated {
    fn actor(&self) -> Option<&Account> {
        self.actor.as_ref()
    }
}
