//! The types of bodies, by name.

use std::fmt;

use schemars::Schema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{schemas::Direction, source::Source};

type WriteBack = fn(&Value) -> Result<Value, ReadError>;

/// One type of the document, by its name.
#[derive(Clone, Copy)]
pub struct TypeEntry {
    source: &'static Source,
    name: &'static str,
    write_back: WriteBack,
}

impl TypeEntry {
    pub(crate) const fn new<T: DeserializeOwned + Serialize>(
        source: &'static Source,
        name: &'static str,
    ) -> Self {
        Self {
            source,
            name,
            write_back: write_back::<T>,
        }
    }

    /// The type's name, which is also that of its schema in the document.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its JSON Schema, as Bitbucket answers with it: see
    /// [`Entry::response_schema`](super::Entry::response_schema).
    pub fn schema(&self) -> Schema {
        self.source.schema_of_type(self.name, Direction::Answer)
    }

    /// Reads `value` as this type and writes it back: what the type keeps of
    /// it.
    ///
    /// # Errors
    ///
    /// If `value` is nothing that this type can be read from.
    pub fn write_back(&self, value: &Value) -> Result<Value, ReadError> {
        (self.write_back)(value)
    }

    /// As [`write_back`](Self::write_back), for a bare list of such values.
    pub(super) fn write_list_back(&self, value: &Value) -> Result<Value, ReadError> {
        let Value::Array(elements) = value else {
            let error = serde::de::Error::custom("a list was expected");
            return Err(ReadError::without_path(error));
        };
        let written = elements.iter().enumerate().map(|(index, element)| {
            self.write_back(element)
                .map_err(|error| error.in_element(index))
        });
        written.collect()
    }
}

impl fmt::Debug for TypeEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("TypeEntry")
            .field(&self.name)
            .finish()
    }
}

/// Decodes from text, as an answer of Bitbucket is decoded: the same code, and
/// the same limits.
fn write_back<T: DeserializeOwned + Serialize>(value: &Value) -> Result<Value, ReadError> {
    let text = serde_json::to_vec(value).map_err(ReadError::without_path)?;
    match serde_json::from_slice::<T>(&text) {
        Ok(read) => serde_json::to_value(read).map_err(ReadError::without_path),
        Err(error) => {
            let json = &mut serde_json::Deserializer::from_slice(&text);
            let path = serde_path_to_error::deserialize::<_, T>(json)
                .err()
                .map(|error| error.path().to_string())
                .unwrap_or_default();
            Err(ReadError { path, error })
        }
    }
}

/// Why a value could not be read as a type, and where in it.
#[derive(Debug)]
pub struct ReadError {
    path: String,
    error: serde_json::Error,
}

impl ReadError {
    fn without_path(error: serde_json::Error) -> Self {
        let path = String::new();
        Self { path, error }
    }

    fn in_element(mut self, index: usize) -> Self {
        self.path = match self.path.as_str() {
            "" | "." => format!("[{index}]"),
            path => format!("[{index}].{path}"),
        };
        self
    }

    /// Where in the value, such as `values[3].id`; `.` for the value itself,
    /// and empty where it does not matter.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" | "." => self.error.fmt(formatter),
            path => write!(formatter, "{path}: {}", self.error),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
