//! What was recorded, whatever it was read from.

use std::collections::BTreeMap;

use bitbucket::{
    catalog::{self, Entry, TypeEntry},
    data_center, v1,
};
use serde_json::Value;

/// One exchange, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Recording {
    /// Where it stands: the file, and the entry in it.
    pub(crate) name: String,
    pub(crate) call: Call,
    pub(crate) bodies: Vec<Body>,
}

/// Which operation it was a call of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Call {
    /// By the document's template.
    Template {
        api: Api,
        method: String,
        path: String,
    },
    /// By the path that was asked for, below the base path and as it was
    /// encoded.
    Path {
        api: Api,
        method: String,
        path: String,
    },
    /// None: it is what Bitbucket delivered to a webhook.
    Event { key: String },
}

/// Which of the documents describes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Api {
    Cloud,
    V1,
    DataCenter,
}

impl Api {
    pub(crate) fn operations(self) -> &'static [Entry] {
        match self {
            Self::Cloud => catalog::operations(),
            Self::V1 => v1::catalog::operations(),
            Self::DataCenter => data_center::catalog::operations(),
        }
    }

    /// The type with this name.
    pub(crate) fn type_named(self, name: &str) -> Option<&'static TypeEntry> {
        let types = match self {
            Self::Cloud => catalog::types(),
            Self::V1 => v1::catalog::types(),
            Self::DataCenter => data_center::catalog::types(),
        };
        types.iter().find(|entry| entry.name() == name)
    }

    /// What reports put before paths.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Cloud => "",
            Self::V1 => "/1.0",
            Self::DataCenter => "/rest",
        }
    }

    /// The path as the document has it. Data Center's are of no version.
    pub(crate) fn documented(self, path: &str) -> String {
        let mut segments: Vec<_> = path.split('/').collect();
        if self == Self::DataCenter
            && let Some(version) = segments.get_mut(2)
            && is_version(version)
        {
            *version = "latest";
        }
        segments.join("/")
    }
}

/// Whether it is a version in a path of Data Center's, such as `1.0`.
fn is_version(segment: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit());
    segment
        .split_once('.')
        .is_some_and(|(major, minor)| digits(major) && digits(minor))
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Body {
    pub(crate) kind: Kind,
    pub(crate) content: Content,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Request,
    Response,
    ErrorResponse,
    /// The payload of a delivery.
    WebhookEvent,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::ErrorResponse => "error_response",
            Self::WebhookEvent => "webhook_event",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [
            Self::Request,
            Self::Response,
            Self::ErrorResponse,
            Self::WebhookEvent,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Json(Value),
    /// It says that it is JSON, and is not: why.
    Broken(String),
    /// Something else, such as a diff, a form or a page of HTML.
    Other,
    Empty,
}

impl Content {
    /// What `text` holds, where it is said to be JSON.
    pub(crate) fn json(text: &str) -> Self {
        if text.trim().is_empty() {
            return Self::Empty;
        }
        match serde_json::from_str(text) {
            Ok(value) => Self::Json(value),
            Err(error) => Self::Broken(error.to_string()),
        }
    }
}

/// Everything that was read from the paths.
#[derive(Debug, Default)]
pub(crate) struct Recordings {
    pub(crate) found: Vec<Recording>,
    /// Entries that say nothing of a type, by the reason.
    pub(crate) skipped: BTreeMap<String, usize>,
}

impl Recordings {
    pub(crate) fn skip(&mut self, reason: impl Into<String>) {
        *self.skipped.entry(reason.into()).or_default() += 1;
    }
}
