//! The list of errors that Bitbucket Data Center answers with.

use serde_json::{Map, Value};

use super::Error;

/// One of the things that are wrong, as Bitbucket Data Center lists them.
///
/// See [`Error::errors`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ErrorEntry {
    /// The parameter or the field that is wrong, if it is one.
    pub context: Option<String>,
    /// What is wrong, for a person.
    pub message: Option<String>,
    /// The class of the exception on the server, such as
    /// `com.atlassian.bitbucket.pull.PullRequestOutOfDateException`.
    pub exception_name: Option<String>,
    /// After a conflict, the version that the object has now.
    pub current_version: Option<i64>,
    /// After a conflict, the version that the request gave.
    pub expected_version: Option<i64>,
    /// Whatever else the server says, such as the `vetoes` of a refused merge.
    pub other: Map<String, Value>,
}

impl ErrorEntry {
    /// The entries of an answer, if it is of that shape.
    pub(super) fn list(answer: &Map<String, Value>) -> Vec<Self> {
        let entries = answer.get("errors").and_then(Value::as_array);
        let entries = entries.into_iter().flatten().filter_map(Value::as_object);
        entries.map(Self::read).collect()
    }

    fn read(entry: &Map<String, Value>) -> Self {
        let mut other = entry.clone();
        let mut text = |name: &str| match other.remove(name) {
            Some(Value::String(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => None,
        };
        let context = text("context");
        let message = text("message");
        let exception_name = text("exceptionName");
        let mut number = |name: &str| other.remove(name).as_ref().and_then(Value::as_i64);
        let current_version = number("currentVersion");
        let expected_version = number("expectedVersion");
        Self {
            context,
            message,
            exception_name,
            current_version,
            expected_version,
            other,
        }
    }

    /// `name: The name should be between 1 and 255 characters.`
    pub(super) fn line(&self) -> Option<String> {
        let message = self.message.as_deref().or(self.exception_name.as_deref())?;
        Some(match &self.context {
            Some(context) => format!("{context}: {message}"),
            None => message.to_owned(),
        })
    }
}

impl Error {
    /// What is wrong, entry by entry, where Bitbucket Data Center answers with a
    /// list. Bitbucket Cloud does not; see [`Error::fields`].
    ///
    /// ```
    /// fn exceptions(error: &bitbucket::Error) -> Vec<&str> {
    ///     let names = error.errors().iter().map(|entry| entry.exception_name.as_deref());
    ///     names.flatten().collect()
    /// }
    /// ```
    pub fn errors(&self) -> &[ErrorEntry] {
        &self.0.answer.entries
    }

    /// After a conflict on Bitbucket Data Center, the version that the object
    /// has now: a change has to be based on it.
    pub fn current_version(&self) -> Option<i64> {
        self.errors().iter().find_map(|entry| entry.current_version)
    }

    /// The class of the exception on a Bitbucket Data Center, if it names one.
    pub fn exception_name(&self) -> Option<&str> {
        let names = self.errors().iter().map(|entry| &entry.exception_name);
        names.flatten().next().map(String::as_str)
    }
}
