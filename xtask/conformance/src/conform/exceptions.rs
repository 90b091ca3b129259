//! Known differences, each with the reason why it is right.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::recording::Kind;

const FILE: &str = include_str!("../../exceptions.json");

/// What `exceptions.json` holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exceptions {
    lost: Vec<Lost>,
    read_as: Vec<ReadAs>,
}

/// A difference that is accepted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lost {
    /// Method and path.
    operation: String,
    body: String,
    /// As the report writes it.
    path: String,
    /// Why it is right, or not this crate's to mend.
    reason: String,
}

/// A body that is not what its operation says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadAs {
    operation: String,
    body: String,
    /// The type that it is a value of.
    #[serde(rename = "type")]
    type_name: String,
    /// How that is known.
    reason: String,
}

impl Exceptions {
    pub(crate) fn read() -> Result<Self> {
        let exceptions: Self = serde_json::from_str(FILE).context("exceptions.json")?;
        let lost = exceptions.lost.iter().map(|one| (&one.body, &one.reason));
        let read_as = exceptions
            .read_as
            .iter()
            .map(|one| (&one.body, &one.reason));
        for (body, reason) in lost.chain(read_as) {
            if reason.is_empty() || Kind::parse(body).is_none() {
                bail!("exceptions.json: `{body}` is no kind of body, or has no reason");
            }
        }
        Ok(exceptions)
    }

    /// Why the operation's body may lose what stands at `path`.
    pub(crate) fn reason(&self, operation: &str, kind: Kind, path: &str) -> Option<&str> {
        let mut lost = self.lost.iter();
        let found = lost
            .find(|one| one.operation == operation && one.body == kind.name() && one.path == path);
        found.map(|one| one.reason.as_str())
    }

    /// The type that the operation's body may be in truth.
    pub(crate) fn read_as(&self, operation: &str, kind: Kind) -> Option<&str> {
        let mut read_as = self.read_as.iter();
        let found = read_as.find(|one| one.operation == operation && one.body == kind.name());
        found.map(|one| one.type_name.as_str())
    }
}
