//! Reads a document from a file or an address.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use url::Url;

use super::download::{self, Limits};
use super::recognise;

/// Where a document is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    File(PathBuf),
    Address(Url),
}

/// A document and the bytes that it was read from.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) document: Value,
    pub(crate) bytes: Vec<u8>,
}

impl Source {
    /// Takes anything with a scheme for an address, anything else for a file.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if !text.contains("://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let url = Url::parse(text).with_context(|| format!("{text} is not an address"))?;
        match url.scheme() {
            "http" | "https" => Ok(Self::Address(url)),
            "file" => match url.to_file_path() {
                Ok(path) => Ok(Self::File(path)),
                Err(()) => bail!("{text} names no file of this machine"),
            },
            other => {
                bail!("{text}: {other} is not supported; give an http or https address or a file")
            }
        }
    }

    /// Reads the document and checks that it is one.
    pub(crate) fn load(&self, limits: &Limits) -> Result<Loaded> {
        let bytes = match self {
            Self::File(path) => read_file(path, limits.size)?,
            Self::Address(url) => download::download(url, limits)?,
        };
        let document = recognise::parse(&bytes).with_context(|| format!("{self} is not usable"))?;
        Ok(Loaded { document, bytes })
    }
}

impl Loaded {
    /// What is vendored: JSON byte for byte, YAML as JSON.
    pub(crate) fn vendored(&self) -> Result<Vec<u8>> {
        if recognise::is_json(&self.bytes) {
            return Ok(self.bytes.clone());
        }
        Ok(to_text(&self.document)?.into_bytes())
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(formatter),
            Self::Address(url) => url.fmt(formatter),
        }
    }
}

/// A document as it is written to files: the same values give the same text.
pub(crate) fn to_text(document: &Value) -> Result<String> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}

fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut bytes = Vec::new();
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    let size = read.with_context(|| format!("cannot read {}", path.display()))?;
    if size as u64 > limit {
        bail!(
            "{} is larger than {}",
            path.display(),
            download::size(limit)
        );
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_an_address_or_a_file() {
        assert_eq!(
            Source::parse("a/b.json").unwrap(),
            Source::File("a/b.json".into())
        );
        assert_eq!(
            Source::parse("file:///a/b.json").unwrap(),
            Source::File("/a/b.json".into())
        );
        assert!(matches!(
            Source::parse("https://example.org/a").unwrap(),
            Source::Address(_)
        ));
        for wrong in ["ftp://example.org/a", "http://", "https://exa mple"] {
            let error = format!("{:#}", Source::parse(wrong).unwrap_err());
            assert!(error.contains(wrong), "{error}");
        }
    }

    #[test]
    fn a_missing_and_a_large_file_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("document.json");
        let source = Source::File(path.clone());
        let error = format!("{:#}", source.load(&Limits::default()).unwrap_err());
        assert!(
            error.contains("cannot read") && error.contains("document.json"),
            "{error}"
        );

        std::fs::write(&path, [b' '; 11]).unwrap();
        let limits = Limits {
            size: 10,
            ..Limits::default()
        };
        let error = format!("{:#}", source.load(&limits).unwrap_err());
        assert!(error.contains("larger than 10 bytes"), "{error}");
    }

    #[test]
    fn json_is_vendored_byte_for_byte_and_yaml_as_json() {
        let folder = tempfile::tempdir().unwrap();
        let load = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            Source::File(path)
                .load(&Limits::default())
                .unwrap()
                .vendored()
                .unwrap()
        };
        let json = r#"{ "openapi":"3.0.0", "paths":{"/a":{"get":{}}}}"#;
        assert_eq!(load("a.json", json), json.as_bytes());
        let vendored = load("a.yaml", "openapi: 3.0.0\npaths: {/a: {get: {}}}\n");
        let expected = "{\n  \"openapi\": \"3.0.0\",\n  \"paths\": {\n    \"/a\": {\n      \"get\": {}\n    }\n  }\n}\n";
        assert_eq!(String::from_utf8(vendored).unwrap(), expected);
    }
}
