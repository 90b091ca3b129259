//! Folders with an `INDEX.json`, which says of each file what it is:
//!
//! ```json
//! {"a.json": {"operation": "GET /user", "kind": "response", "json": true}}
//! ```
//!
//! `kind` is `response`, `request` or `error_response`; or `webhook_event`, which
//! has the key of its `event` in place of an `operation`. Entries of other kinds
//! are counted. Operations of the 1.0 API have `/1.0` before their path. `json`
//! may be left out. A response may have a `request_body`,
//! the JSON that it answers as a text.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use super::recording::{Api, Body, Call, Content, Kind, Recording, Recordings};

pub(crate) const FILE: &str = "INDEX.json";

/// Reads every file that the index of a folder names.
pub(crate) fn read(folder: &Path, recordings: &mut Recordings) -> Result<()> {
    let path = folder.join(FILE);
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let entries: Map<String, Value> = serde_json::from_str(&text)
        .with_context(|| format!("{} is no JSON object", path.display()))?;
    for (file, entry) in &entries {
        entry_of(folder, file, entry, recordings)
            .with_context(|| format!("{}: the entry of {file}", path.display()))?;
    }
    Ok(())
}

fn entry_of(folder: &Path, file: &str, entry: &Value, recordings: &mut Recordings) -> Result<()> {
    let kind = entry["kind"].as_str().context("it has no `kind`")?;
    let Some(kind) = Kind::parse(kind) else {
        recordings.skip(format!("of kind {kind}"));
        return Ok(());
    };
    let call = call(kind, entry)?;
    let place = folder.join(file);
    let text = fs::read(&place).with_context(|| format!("cannot read {}", place.display()))?;
    let mut bodies = vec![Body {
        kind,
        content: content(&text, is_json(kind, entry)),
    }];
    if let Some(request) = entry["request_body"].as_str() {
        bodies.push(Body {
            kind: Kind::Request,
            content: Content::json(request),
        });
    }
    recordings.found.push(Recording {
        name: file.to_owned(),
        call,
        bodies,
    });
    Ok(())
}

/// What Bitbucket delivers is JSON, whether the entry says so or not.
fn is_json(kind: Kind, entry: &Value) -> Option<bool> {
    let said = entry["json"].as_bool();
    said.or((kind == Kind::WebhookEvent).then_some(true))
}

fn call(kind: Kind, entry: &Value) -> Result<Call> {
    if kind == Kind::WebhookEvent {
        let key = entry["event"].as_str().context("it has no `event`")?;
        let key = key.to_owned();
        return Ok(Call::Event { key });
    }
    let operation = entry["operation"]
        .as_str()
        .context("it has no `operation`")?;
    let Some((method, path)) = operation.split_once(' ') else {
        bail!("`{operation}` is no method and path");
    };
    let (api, path) = [Api::V1, Api::DataCenter]
        .into_iter()
        .find_map(|api| Some((api, path.strip_prefix(api.prefix())?)))
        .unwrap_or((Api::Cloud, path));
    Ok(Call::Template {
        api,
        method: method.to_owned(),
        path: api.documented(path),
    })
}

fn content(bytes: &[u8], is_json: Option<bool>) -> Content {
    if bytes.is_empty() {
        return Content::Empty;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return match is_json {
            Some(true) => Content::Broken("it is not UTF-8".to_owned()),
            _ => Content::Other,
        };
    };
    match (is_json, Content::json(text)) {
        (Some(false), Content::Json(_)) | (Some(false) | None, Content::Broken(_)) => {
            Content::Other
        }
        (_, content) => content,
    }
}
