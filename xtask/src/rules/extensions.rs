//! The extensions (`x-…`) that the effective document may carry.

use anyhow::{Result, bail};
use serde_json::Value;

/// Extensions that overlays write and build.rs reads; spec/README.md says what each means.
const KNOWN: [&str; 15] = [
    "x-name",
    "x-family",
    "x-rust-type",
    "x-page-item",
    "x-page-struct",
    "x-paged",
    "x-completion",
    "x-json-or-bytes",
    "x-listing",
    "x-meta",
    "x-also-multipart",
    "x-slash",
    "x-deprecated",
    "x-removed",
    "x-replaced-by",
];

/// Removes the publisher's own extensions: they describe Bitbucket's machinery,
/// mean nothing to a client, and would fill reviews.
pub(super) fn drop_foreign_extensions(document: &mut Value) {
    drop_below(document, true);
}

/// Likewise for a part of a document, where keywords stand.
pub(crate) fn without_foreign(part: &mut Value) {
    drop_below(part, true);
}

/// `keywords` is false inside `properties`, where a key is somebody's name.
fn drop_below(value: &mut Value, keywords: bool) {
    match value {
        Value::Object(object) => {
            if keywords {
                object.retain(|key, _| !key.starts_with("x-") || KNOWN.contains(&key.as_str()));
            }
            for (key, child) in object {
                drop_below(child, !(keywords && key == "properties"));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|child| drop_below(child, true)),
        _ => {}
    }
}

/// An extension that nothing reads is a misspelt one.
pub(crate) fn check_known(update: &Value) -> Result<()> {
    match update {
        Value::Object(object) => {
            for (key, child) in object {
                if key.starts_with("x-") && !KNOWN.contains(&key.as_str()) {
                    bail!("nothing reads the extension {key:?}");
                }
                check_known(child)?;
            }
            Ok(())
        }
        Value::Array(values) => values.iter().try_for_each(check_known),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_known_extensions_stay() {
        let mut document = json!({
            "x-revision": "1",
            "schema": { "x-bb-url": "/a", "x-paged": "link", "properties": { "x-custom": {} } }
        });
        drop_foreign_extensions(&mut document);
        let expected = json!({ "schema": { "x-paged": "link", "properties": { "x-custom": {} } } });
        assert_eq!(document, expected);
    }

    #[test]
    fn a_misspelt_extension_is_refused() {
        let error = check_known(&json!([{ "x-pagde": "link" }])).unwrap_err();
        assert!(error.to_string().contains("x-pagde"), "{error}");
        check_known(&json!({ "x-paged": "link" })).unwrap();
    }
}
