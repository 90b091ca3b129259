//! What the catalogue has from a document, beside the code that was generated.

use std::{collections::BTreeMap, sync::LazyLock};

use schemars::Schema;
use serde::Deserialize;
use serde_json::Value;

use super::{
    TypeEntry,
    schemas::{self, Components, Direction},
};

/// What there is of one document, for the features that are on.
#[derive(Debug)]
pub(crate) struct Source {
    types: &'static [TypeEntry],
    data: LazyLock<Data>,
}

/// Texts and schemas: the counterpart of what `build/catalog_data.rs` writes.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Data {
    schemas: Components,
    operations: BTreeMap<String, OperationData>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OperationData {
    pub(super) description: String,
    pub(super) parameters: BTreeMap<String, ParameterData>,
    pub(super) request: Option<RequestData>,
    pub(super) response: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ParameterData {
    #[serde(default)]
    pub(super) description: String,
    pub(super) schema: Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct RequestData {
    pub(super) required: bool,
    pub(super) schema: Value,
}

impl Source {
    pub(crate) const fn new(types: &'static [TypeEntry], data: LazyLock<Data>) -> Self {
        Self { types, data }
    }

    /// Reads what `build.rs` wrote, when it is first asked for.
    ///
    /// Both sides are this crate's, and a test asks for every operation and
    /// every type: that nothing can be read is never met.
    pub(crate) fn read(text: &str) -> Data {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(super) fn operation(&self, id: &str) -> Option<&OperationData> {
        self.data.operations.get(id)
    }

    pub(super) fn type_named(&self, name: &str) -> Option<&'static TypeEntry> {
        self.types.iter().find(|entry| entry.name() == name)
    }

    /// The type of the items of a page.
    pub(super) fn item_of_page(&self, name: &str) -> Option<&str> {
        self.data.schemas.get(name)?.get("x-page-item")?.as_str()
    }

    pub(super) fn schema(&self, schema: &Value, direction: Direction) -> Schema {
        schemas::of(&self.data.schemas, schema, direction)
    }

    pub(super) fn schema_of_type(&self, name: &str, direction: Direction) -> Schema {
        schemas::of_type(&self.data.schemas, name, direction)
    }
}
