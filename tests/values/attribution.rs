//! Which type of its operation a piece of JSON belongs to.

use serde_json::Value;

use super::{
    difference::{Difference, Nulls, differences},
    document::{Shape, response, schema},
    types::write_back_shape,
};

/// What an operation may answer with: its type, the other answers that it gives
/// on request, or an item of its page, which documentation likes to show alone.
pub(crate) fn answers(document: &Value, operation: &Value) -> Vec<Shape> {
    let response = response(operation);
    let mut shapes = vec![response.clone()];
    for extension in ["x-listing", "x-meta"] {
        let name = operation[extension]
            .as_str()
            .and_then(|name| name.rsplit('/').next());
        shapes.extend(name.map(|name| Shape::One(name.to_owned())));
    }
    if let Shape::One(name) = &response {
        let item = schema(document, name)["x-page-item"].as_str();
        shapes.extend(item.map(|item| Shape::One(item.to_owned())));
    }
    shapes
}

/// The first of the types that loses least of `value`, with what it loses.
pub(crate) fn best<'a>(
    shapes: &'a [Shape],
    value: &Value,
    nulls: Nulls,
) -> Result<(&'a Shape, Vec<Difference>), String> {
    let mut failures = Vec::new();
    let mut best: Option<(&Shape, Vec<Difference>)> = None;
    for shape in shapes {
        match write_back_shape(shape, value) {
            Ok(written) => {
                let found = differences(value, &written, nulls);
                if best
                    .as_ref()
                    .is_none_or(|(_, fewest)| found.len() < fewest.len())
                {
                    best = Some((shape, found));
                }
            }
            Err(message) => failures.push(format!("{shape:?}: {message}")),
        }
    }
    best.ok_or_else(|| failures.join("; "))
}
