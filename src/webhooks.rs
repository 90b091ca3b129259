//! What Bitbucket delivers to a webhook: signed requests with events.
//!
//! A [`Receiver`] has the secret of the webhook. It checks the signature of a
//! request, and only then reads the [`Event`] in it:
//!
//! ```
//! use bitbucket::webhooks::{Event, Receiver, sign};
//! use http::HeaderMap;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let receiver = Receiver::new("the secret of the webhook");
//!
//! // Out of any HTTP server: the headers, and the body as it came.
//! let body = br#"{"push": {"changes": [{"new": {"type": "branch", "name": "main"}}]}}"#;
//! let mut headers = HeaderMap::new();
//! headers.insert("X-Event-Key", "repo:push".parse()?);
//! headers.insert("X-Hub-Signature", sign(&"the secret of the webhook".into(), body).parse()?);
//!
//! let delivery = receiver.receive(&headers, body)?;
//! if let Event::RepositoryPush(push) = &delivery.event {
//!     for change in push.changes() {
//!         println!("{:?} moved", change.name());
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Where the answer is no success, Bitbucket sends the delivery up to twice more,
//! with a higher [`Delivery::attempt_number`]. An event can therefore come more
//! than once; what takes long is better done after the answer.
//!
//! The payloads are read as tolerantly as responses are: every field is an
//! [`Option`], enums are open, and what this version does not know of an event
//! itself is kept in its field `other`. An event whose key nobody knows is an
//! [`Event::Unknown`] with its JSON.
//!
//! Bitbucket describes headers and payloads on the page [Event payloads], and
//! the signature on [Manage webhooks].
//!
//! [Event payloads]: https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/
//! [Manage webhooks]: https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/

mod delivery;
mod error;
mod event;
mod payload;
mod pipeline_spans;
mod push;
mod receiver;
mod signature;

pub use delivery::Delivery;
pub use error::{SignatureError, WebhookError};
pub use event::{Event, UnknownEvent};
pub use payload::{
    Approval, Change, ChangesRequest, CommitCommentCreated, CommitStatusEvent, IssueCommentCreated,
    IssueCreated, IssueUpdated, ProjectUpdated, PullRequestApproval, PullRequestChangesRequest,
    PullRequestComment, PullRequestEvent, RepositoryChanges, RepositoryEvent, RepositoryFork,
    RepositoryUpdated,
};
pub use pipeline_spans::{
    Attribute, AttributeValue, InstrumentationScope, PipelineSpan, PipelineSpanName, PipelineSpans,
    Resource, ResourceSpans, ScopeSpans, UnixNanoseconds,
};
pub use push::{Push, PushChange, PushChangeLinks, PushedRef, RepositoryPush};
pub use receiver::Receiver;
pub use signature::{sign, verify};
