//! What Bitbucket delivers to webhooks, read as the client reads it.

use bitbucket::webhooks::{Event, WebhookError};
use serde_json::Value;

use super::{
    difference,
    unknown::{self, Unknown},
};

/// What the client makes of a payload.
pub(crate) enum Read {
    /// The payload as it is written back.
    Known(Value),
    /// The client does not know the event, and keeps all of it.
    Unknown,
    /// It is not the payload of the event: where, and why.
    Failed { path: String, message: String },
}

/// Reads a payload by the key of its event, and writes it back.
pub(crate) fn read(key: &str, payload: &Value) -> Read {
    let event = match Event::from_json(key, payload.to_string().as_bytes()) {
        Ok(Event::Unknown(_)) => return Read::Unknown,
        Ok(event) => event,
        Err(WebhookError::Payload { path, source, .. }) => {
            let message = source.to_string();
            return Read::Failed { path, message };
        }
        Err(error) => return failed(&error),
    };
    serde_json::to_value(&event).map_or_else(|error| failed(&error), Read::Known)
}

fn failed(error: &dyn std::error::Error) -> Read {
    Read::Failed {
        path: ".".to_owned(),
        message: error.to_string(),
    }
}

/// The members of payloads that are types of the catalogue.
const MEMBERS: [(&str, &str); 9] = [
    ("actor", "Account"),
    ("comment", "Comment"),
    ("commit", "Commit"),
    ("commit_status", "CommitStatus"),
    ("fork", "Repository"),
    ("issue", "Issue"),
    ("project", "Project"),
    ("pullrequest", "PullRequest"),
    ("repository", "Repository"),
];

/// The values of a payload that the document does not know. `schema` gives the
/// JSON Schema of a type.
pub(crate) fn unknown_values(
    payload: &Value,
    mut schema: impl FnMut(&str) -> Option<Value>,
) -> Vec<Unknown> {
    let mut found = Vec::new();
    for (member, type_name) in MEMBERS {
        let Some(value) = payload.get(member) else {
            continue;
        };
        let Some(schema) = schema(type_name) else {
            continue;
        };
        for mut unknown in unknown::values(&schema, value) {
            unknown.path = difference::member(member, &unknown.path);
            found.push(unknown);
        }
    }
    found
}
