//! Events of repositories and their commits.

use super::{Change, payload};
use crate::types::{Comment, Commit, CommitStatus, Repository, RepositoryLinks};

payload! {
    /// Payload of `repo:created`, `repo:deleted`, `repo:imported` and
    /// `repo:transfer`.
    ///
    /// Bitbucket describes no more of them than these fields; what else comes,
    /// such as where a transferred repository was before, is in `other`.
    pub struct RepositoryEvent of repository {}
}

payload! {
    /// Payload of `repo:fork`.
    pub struct RepositoryFork of repository {
        /// The new repository; `repository` is the one that it was made from.
        pub fork: Repository = "fork",
    }
}

payload! {
    /// Payload of `repo:updated`.
    pub struct RepositoryUpdated of repository {
        /// The properties that changed.
        pub changes: RepositoryChanges = "changes",
    }
}

payload! {
    /// The properties of a repository that changed; the others are not there.
    pub struct RepositoryChanges {
        /// The name.
        pub name: Change<String> = "name",
        /// The name with the workspace's before it.
        pub full_name: Change<String> = "full_name",
        /// The name in a form fit for URLs.
        pub slug: Change<String> = "slug",
        /// The description.
        pub description: Change<String> = "description",
        /// The website.
        pub website: Change<String> = "website",
        /// The programming language.
        pub language: Change<String> = "language",
        /// The links, which change with the name.
        pub links: Change<RepositoryLinks> = "links",
    }
}

payload! {
    /// Payload of `repo:commit_comment_created`.
    pub struct CommitCommentCreated of repository {
        /// The comment.
        pub comment: Comment = "comment",
        /// The commit that it is about.
        pub commit: Commit = "commit",
    }
}

payload! {
    /// Payload of `repo:commit_status_created` and `repo:commit_status_updated`.
    pub struct CommitStatusEvent of repository {
        /// What the build or the other tool reports.
        pub commit_status: CommitStatus = "commit_status",
    }
}
