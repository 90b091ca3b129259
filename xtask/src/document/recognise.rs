//! Tells whether a text is a document that this program understands.

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Reads JSON or YAML and checks that it is `OpenAPI` 3.0 with operations.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value> {
    let text = std::str::from_utf8(bytes).context("it is not text (UTF-8)")?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let document = match text.chars().next() {
        None => bail!("it is empty"),
        Some('<') => bail!("it is HTML or XML, not JSON or YAML"),
        Some('{' | '[') => parse_json(text)?,
        Some(_) => yaml_serde::from_str(text).context("it is neither JSON nor YAML")?,
    };
    check_version(&document)?;
    Ok(document)
}

/// Whether a text is JSON, as far as its first character tells.
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"{")
}

fn parse_json(text: &str) -> Result<Value> {
    match serde_json::from_str(text) {
        Ok(document) => Ok(document),
        Err(error) if error.is_eof() => {
            Err(error).context("its JSON ends too early: it is truncated")
        }
        Err(error) => Err(error).context("its JSON is broken"),
    }
}

fn check_version(document: &Value) -> Result<()> {
    if let Some(version) = document.get("swagger") {
        bail!(
            "it is Swagger {}; only OpenAPI 3.0 is understood",
            plain(version)
        );
    }
    let Some(version) = document.get("openapi") else {
        bail!("it is not an OpenAPI document: it has no \"openapi\"");
    };
    let version = plain(version);
    if !(version == "3.0" || version.starts_with("3.0.")) {
        bail!("it is OpenAPI {version}; only OpenAPI 3.0 is understood");
    }
    if super::schemas::operations(document).is_empty() {
        bail!("it has no operations under \"paths\": it is truncated or not an API");
    }
    Ok(())
}

/// A version is a string, but YAML reads `2.0` as a number.
fn plain(version: &Value) -> String {
    version
        .as_str()
        .map_or_else(|| version.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        format!("{:#}", parse(text.as_bytes()).unwrap_err())
    }

    #[test]
    fn json_and_yaml_read_alike() {
        let json = r#"{"openapi":"3.0.0","paths":{"/a":{"get":{"responses":{"200":{"description":"d"}}}}}}"#;
        let yaml = "openapi: 3.0.0\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          description: d\n";
        let from_json = parse(json.as_bytes()).unwrap();
        assert_eq!(parse(yaml.as_bytes()).unwrap(), from_json);
        assert_eq!(
            parse(format!("\u{feff}{json}").as_bytes()).unwrap(),
            from_json
        );
        assert!(is_json(json.as_bytes()));
        assert!(!is_json(yaml.as_bytes()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let cases = [
            ("", "empty"),
            ("<!DOCTYPE html><html></html>", "HTML"),
            (r#"{"openapi":"3.0.0","paths":{"/a":"#, "truncated"),
            (r#"{"openapi":"3.0.0","paths":}"#, "broken"),
            (
                r#"{"swagger":"2.0","paths":{"/a":{"get":{}}}}"#,
                "Swagger 2.0",
            ),
            ("swagger: 2.0", "Swagger 2.0"),
            (
                r#"{"openapi":"3.1.0","paths":{"/a":{"get":{}}}}"#,
                "OpenAPI 3.1.0",
            ),
            (r#"{"message":"not here"}"#, "no \"openapi\""),
            (r#"{"openapi":"3.0.0","paths":{}}"#, "no operations"),
            ("just a sentence", "no \"openapi\""),
            ("a: b: c", "neither JSON nor YAML"),
        ];
        for (text, expected) in cases {
            let error = error(text);
            assert!(error.contains(expected), "{text:?}: {error}");
        }
        let error = format!("{:#}", parse(b"\xff\xfe").unwrap_err());
        assert!(error.contains("UTF-8"), "{error}");
    }
}
