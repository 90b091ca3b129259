//! A declared body is sent.

use serde_json::{Value, json};

use crate::document::schemas::operations_mut;

/// Makes a request body required unless an overlay says that it is optional.
///
/// The document leaves `required` out of most bodies, of which most are needed:
/// a pull request is not created without one.
pub(super) fn require_bodies(document: &mut Value) {
    for operation in operations_mut(document) {
        if let Some(body) = operation
            .object
            .get_mut("requestBody")
            .and_then(Value::as_object_mut)
        {
            let optional = body.get("required") == Some(&json!(false));
            body.insert("required".to_owned(), json!(!optional));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_required_unless_said_otherwise() {
        let mut document = json!({ "paths": { "/a": {
            "post": { "requestBody": {} }, "put": { "requestBody": { "required": false } }, "get": {},
        } } });
        require_bodies(&mut document);
        let expected = json!({ "paths": { "/a": {
            "post": { "requestBody": { "required": true } },
            "put": { "requestBody": { "required": false } },
            "get": {},
        } } });
        assert_eq!(document, expected);
    }
}
