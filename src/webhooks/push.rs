//! Pushes: which refs moved from where to where.

use super::payload::payload;
use crate::{
    family::family,
    types::{Branch, Commit, Link, Tag},
};

payload! {
    /// Payload of `repo:push`.
    pub struct RepositoryPush of repository {
        /// What was pushed.
        pub push: Push = "push",
    }
}

impl RepositoryPush {
    /// The changes of the push, one for each ref.
    pub fn changes(&self) -> impl Iterator<Item = &PushChange> {
        let push = self.push.as_ref();
        push.and_then(|push| push.changes.as_ref())
            .into_iter()
            .flatten()
    }
}

payload! {
    /// What was pushed.
    pub struct Push {
        /// One for each branch or tag.
        #[serde(deserialize_with = "crate::tolerant::list")]
        pub changes: Vec<PushChange> = "changes",
    }
}

payload! {
    /// What a push did to one branch or tag.
    pub struct PushChange {
        /// The ref before the push; nothing where the push created it.
        pub old: PushedRef = "old",
        /// The ref since the push; nothing where the push removed it.
        pub new: PushedRef = "new",
        /// Where the change can be looked at.
        pub links: PushChangeLinks = "links",
        /// Whether the push created the ref.
        pub created: bool = "created",
        /// Whether the push removed the ref.
        pub closed: bool = "closed",
        /// Whether the push was forced: commits may be gone from the branch.
        pub forced: bool = "forced",
        /// The commits that came to the ref, the newest first. Of many, Bitbucket
        /// sends only some.
        #[serde(deserialize_with = "crate::tolerant::list")]
        pub commits: Vec<Commit> = "commits",
        /// Whether there are more commits than `commits` has.
        pub truncated: bool = "truncated",
    }
}

impl PushChange {
    /// The name of the branch or tag.
    pub fn name(&self) -> Option<&str> {
        [&self.new, &self.old]
            .into_iter()
            .flatten()
            .find_map(PushedRef::name)
    }
}

payload! {
    /// Where a change of a push can be looked at.
    pub struct PushChangeLinks {
        /// The comparison in the browser.
        pub html: Link = "html",
        /// The diff.
        pub diff: Link = "diff",
        /// The commits.
        pub commits: Link = "commits",
    }
}

family! {
    /// A branch or tag with the commit that it points to. The last two are of
    /// the time when Bitbucket had Mercurial.
    pub enum PushedRef by "type" {
        Branch(Branch) = "branch", None,
        Tag(Tag) = "tag", None,
        NamedBranch(Branch) = "named_branch", None,
        Bookmark(Branch) = "bookmark", None,
    }
}

impl PushedRef {
    /// The name of the branch or tag.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Branch(branch) | Self::NamedBranch(branch) | Self::Bookmark(branch) => {
                branch.name.as_deref()
            }
            Self::Tag(tag) => tag.name.as_deref(),
            Self::Unknown(value) => value.get("name")?.as_str(),
        }
    }

    /// The commit that it points to.
    pub fn target(&self) -> Option<&Commit> {
        match self {
            Self::Branch(branch) | Self::NamedBranch(branch) | Self::Bookmark(branch) => {
                branch.target.as_deref()
            }
            Self::Tag(tag) => tag.target.as_deref(),
            Self::Unknown(_) => None,
        }
    }
}
