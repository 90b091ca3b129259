//! Through the generated types and back.

use std::{collections::BTreeMap, sync::LazyLock};

use bitbucket::catalog::{self, TypeEntry};
use serde_json::{Value, json};

use super::document::Shape;

static TYPES: LazyLock<BTreeMap<&'static str, TypeEntry>> = LazyLock::new(|| {
    let types = catalog::types().iter();
    types.map(|entry| (entry.name(), *entry)).collect()
});

/// Names of the types that the crate has.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TYPES.keys().copied()
}

/// What the type `name` keeps of `value`.
pub(crate) fn write_back(name: &str, value: &Value) -> Result<Value, String> {
    TYPES
        .get(name)
        .ok_or_else(|| format!("there is no type `{name}`"))?
        .write_back(value)
        .map_err(|error| error.to_string())
}

/// What the type or types of a body keep of `value`.
pub(crate) fn write_back_shape(shape: &Shape, value: &Value) -> Result<Value, String> {
    match shape {
        Shape::One(name) => write_back(name, value),
        Shape::Many(name) => {
            let elements = value.as_array().ok_or("a list was expected")?;
            elements
                .iter()
                .map(|element| write_back(name, element))
                .collect()
        }
        Shape::Any => Ok(value.clone()),
        // Nothing is lost where nothing is read.
        Shape::Nothing if value.is_null() || *value == json!({}) => Ok(value.clone()),
        Shape::Nothing => Err("no JSON is expected here".to_owned()),
    }
}
