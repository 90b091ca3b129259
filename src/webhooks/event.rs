//! The events, told apart by their keys.

use http::HeaderMap;
use serde::{Deserialize as _, Serialize, Serializer, de::DeserializeOwned};
use serde_json::{Value, error::Category};

use super::{
    CommitCommentCreated, CommitStatusEvent, IssueCommentCreated, IssueCreated, IssueUpdated,
    PipelineSpans, ProjectUpdated, PullRequestApproval, PullRequestChangesRequest,
    PullRequestComment, PullRequestEvent, RepositoryEvent, RepositoryFork, RepositoryPush,
    RepositoryUpdated, WebhookError, delivery, payload::Payload,
};
use crate::types::{Account, EventKey, Repository};

/// The path of the payload itself.
const WHOLE: &str = ".";

/// Declares [`Event`]: each variant with its payload and its key.
macro_rules! events {
    ($($(#[$meta:meta])* $variant:ident($payload:ident) = $key:literal,)*) => {
        /// What has happened in Bitbucket, with the payload that came with it.
        ///
        /// It is written as JSON as the payload was, without the key. What
        /// Bitbucket describes of each payload is on its page [Event payloads].
        ///
        /// [Event payloads]: https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/
        ///
        /// ```
        /// use bitbucket::webhooks::Event;
        ///
        /// fn announcement(event: &Event) -> Option<String> {
        ///     match event {
        ///         Event::PullRequestFulfilled(merged) => {
        ///             Some(format!("merged: {}", merged.pull_request.as_ref()?.title.as_ref()?))
        ///         }
        ///         Event::Unknown(unknown) => Some(format!("what is {}?", unknown.key)),
        ///         _ => None,
        ///     }
        /// }
        ///
        /// let payload = br#"{"pullrequest": {"id": 7, "title": "A dark theme"}}"#;
        /// let event = Event::from_json("pullrequest:fulfilled", payload).unwrap();
        /// assert_eq!(announcement(&event).unwrap(), "merged: A dark theme");
        /// ```
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum Event {
            $(
                #[doc = concat!("`", $key, "`:")]
                $(#[$meta])*
                $variant(Box<$payload>),
            )*
            /// An event that this version does not know.
            Unknown(UnknownEvent),
        }

        impl Event {
            /// The event's key, such as `repo:push`.
            pub fn key(&self) -> EventKey {
                match self {
                    $(Self::$variant(_) => EventKey::from($key),)*
                    Self::Unknown(event) => event.key.clone(),
                }
            }

            fn read(key: &EventKey, body: &[u8]) -> Result<Self, WebhookError> {
                match key.as_str() {
                    $($key => Ok(Self::$variant(decode(key, body)?)),)*
                    _ => Ok(Self::Unknown(UnknownEvent {
                        key: key.clone(),
                        payload: *decode(key, body)?,
                    })),
                }
            }

            fn payload(&self) -> Option<&dyn Payload> {
                match self {
                    $(Self::$variant(payload) => Some(&**payload),)*
                    Self::Unknown(_) => None,
                }
            }
        }

        impl Serialize for Event {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(payload) => payload.serialize(serializer),)*
                    Self::Unknown(event) => event.payload.serialize(serializer),
                }
            }
        }
    };
}

events! {
    /// commits, branches or tags were pushed, or refs removed.
    RepositoryPush(RepositoryPush) = "repo:push",
    /// somebody forked the repository.
    RepositoryFork(RepositoryFork) = "repo:fork",
    /// the name, the description or another property of a repository changed.
    RepositoryUpdated(RepositoryUpdated) = "repo:updated",
    /// the repository went to another workspace.
    RepositoryTransfer(RepositoryEvent) = "repo:transfer",
    /// a repository was made.
    RepositoryCreated(RepositoryEvent) = "repo:created",
    /// a repository was deleted.
    RepositoryDeleted(RepositoryEvent) = "repo:deleted",
    /// the import of a repository is done.
    RepositoryImported(RepositoryEvent) = "repo:imported",
    /// somebody commented on a commit.
    CommitCommentCreated(CommitCommentCreated) = "repo:commit_comment_created",
    /// a build or another tool reported on a commit for the first time.
    CommitStatusCreated(CommitStatusEvent) = "repo:commit_status_created",
    /// what a build or another tool reports on a commit changed.
    CommitStatusUpdated(CommitStatusEvent) = "repo:commit_status_updated",
    /// a pull request was opened.
    PullRequestCreated(PullRequestEvent) = "pullrequest:created",
    /// the title, the description, the reviewers or the branches of a pull
    /// request changed.
    PullRequestUpdated(PullRequestEvent) = "pullrequest:updated",
    /// commits were pushed to a pull request.
    PullRequestPush(PullRequestEvent) = "pullrequest:push",
    /// somebody approved a pull request.
    PullRequestApproved(PullRequestApproval) = "pullrequest:approved",
    /// somebody took an approval back.
    PullRequestUnapproved(PullRequestApproval) = "pullrequest:unapproved",
    /// somebody asked for changes to a pull request.
    PullRequestChangesRequestCreated(PullRequestChangesRequest)
        = "pullrequest:changes_request_created",
    /// somebody no longer asks for changes to a pull request.
    PullRequestChangesRequestRemoved(PullRequestChangesRequest)
        = "pullrequest:changes_request_removed",
    /// a pull request was merged.
    PullRequestFulfilled(PullRequestEvent) = "pullrequest:fulfilled",
    /// a pull request was declined.
    PullRequestRejected(PullRequestEvent) = "pullrequest:rejected",
    /// somebody commented on a pull request.
    PullRequestCommentCreated(PullRequestComment) = "pullrequest:comment_created",
    /// a comment on a pull request was edited.
    PullRequestCommentUpdated(PullRequestComment) = "pullrequest:comment_updated",
    /// a comment on a pull request was deleted.
    PullRequestCommentDeleted(PullRequestComment) = "pullrequest:comment_deleted",
    /// a thread of comments on a pull request was resolved.
    PullRequestCommentResolved(PullRequestComment) = "pullrequest:comment_resolved",
    /// a resolved thread of comments on a pull request was opened again.
    PullRequestCommentReopened(PullRequestComment) = "pullrequest:comment_reopened",
    /// an issue was opened.
    IssueCreated(IssueCreated) = "issue:created",
    /// an issue changed.
    IssueUpdated(IssueUpdated) = "issue:updated",
    /// somebody commented on an issue.
    IssueCommentCreated(IssueCommentCreated) = "issue:comment_created",
    /// the properties of a project changed.
    ProjectUpdated(ProjectUpdated) = "project:updated",
    /// parts of a pipeline have run; their OpenTelemetry spans.
    PipelineSpanCreated(PipelineSpans) = "pipeline:span_created",
}

/// An event that this version does not know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UnknownEvent {
    /// The event's key.
    pub key: EventKey,
    /// The payload as Bitbucket wrote it.
    pub payload: Value,
}

impl Event {
    /// Reads the event of a request by its `X-Event-Key`, **without** looking at
    /// the signature; [`Receiver`](super::Receiver) does that first.
    ///
    /// # Errors
    ///
    /// There is no event key, or the body is not the payload that belongs to it.
    pub fn parse(headers: &HeaderMap, body: &[u8]) -> Result<Self, WebhookError> {
        Self::read(&delivery::event_key(headers)?, body)
    }

    /// Reads a payload of which the key is known from elsewhere, such as one
    /// that was kept in a file.
    ///
    /// # Errors
    ///
    /// It is not JSON, or not the payload that belongs to the key.
    pub fn from_json(key: impl Into<EventKey>, payload: &[u8]) -> Result<Self, WebhookError> {
        Self::read(&key.into(), payload)
    }

    /// Who did it, where the payload says so.
    pub fn actor(&self) -> Option<&Account> {
        self.payload()?.actor()
    }

    /// The repository that it happened in, where the payload says so.
    pub fn repository(&self) -> Option<&Repository> {
        self.payload()?.repository()
    }
}

fn decode<T: DeserializeOwned>(key: &EventKey, body: &[u8]) -> Result<Box<T>, WebhookError> {
    let failure = |path: String, source| WebhookError::Payload {
        key: key.clone(),
        path,
        source,
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let mut track = serde_path_to_error::Track::new();
    let decoded = Box::<T>::deserialize(serde_path_to_error::Deserializer::new(
        &mut json, &mut track,
    ))
    .map_err(|error| match error.classify() {
        Category::Data => failure(track.path().to_string(), error),
        // The error itself says the line and the column.
        _ => failure(WHOLE.to_owned(), error),
    })?;
    json.end()
        .map_err(|error| failure(WHOLE.to_owned(), error))?;
    Ok(decoded)
}
