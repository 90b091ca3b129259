//! Events of pull requests.

use chrono::{DateTime, FixedOffset};

use super::payload;
use crate::types::{Account, Comment, PullRequest};

payload! {
    /// Payload of `pullrequest:created`, `pullrequest:updated`,
    /// `pullrequest:push`, `pullrequest:fulfilled` and `pullrequest:rejected`.
    pub struct PullRequestEvent of repository {
        /// The pull request as it is now.
        pub pull_request: PullRequest = "pullrequest",
    }
}

payload! {
    /// Payload of `pullrequest:approved` and `pullrequest:unapproved`.
    pub struct PullRequestApproval of repository {
        /// The pull request.
        pub pull_request: PullRequest = "pullrequest",
        /// The approval that was given or taken back.
        pub approval: Approval = "approval",
    }
}

payload! {
    /// Who approved, and when.
    pub struct Approval {
        /// When.
        #[serde(deserialize_with = "crate::tolerant::date_time")]
        pub date: DateTime<FixedOffset> = "date",
        /// Who.
        pub user: Account = "user",
    }
}

payload! {
    /// Payload of `pullrequest:changes_request_created` and
    /// `pullrequest:changes_request_removed`.
    pub struct PullRequestChangesRequest of repository {
        /// The pull request.
        pub pull_request: PullRequest = "pullrequest",
        /// The request for changes that was made or taken back.
        pub changes_request: ChangesRequest = "changes_request",
    }
}

payload! {
    /// Who asked for changes, and when.
    pub struct ChangesRequest {
        /// When.
        #[serde(deserialize_with = "crate::tolerant::date_time")]
        pub date: DateTime<FixedOffset> = "date",
        /// Who.
        pub user: Account = "user",
    }
}

payload! {
    /// Payload of the events of comments on pull requests:
    /// `pullrequest:comment_created` and its like.
    pub struct PullRequestComment of repository {
        /// The pull request.
        pub pull_request: PullRequest = "pullrequest",
        /// The comment as it is now.
        pub comment: Comment = "comment",
    }
}
