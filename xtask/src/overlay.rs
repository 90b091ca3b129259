//! Applies `OpenAPI` Overlay 1.0 documents.
//!
//! An action whose target matches nothing is reported rather than skipped: a
//! correction that silently stopped applying would let the defect back in.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::rules::extensions;

/// One overlay file.
#[derive(Debug)]
pub(crate) struct Overlay {
    file: String,
    actions: Vec<Action>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverlayText {
    overlay: String,
    #[serde(rename = "info")]
    _info: Info,
    #[serde(rename = "extends")]
    _extends: Option<String>,
    actions: Vec<Action>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Info {
    #[serde(rename = "title")]
    _title: String,
    #[serde(rename = "version")]
    _version: String,
}

/// One correction: what to change, how, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    target: String,
    description: String,
    /// `Some(Value::Null)` for an update that says null.
    #[serde(default, deserialize_with = "present")]
    update: Option<Value>,
    #[serde(default)]
    remove: bool,
}

/// Keeps an explicit null apart from an absent key.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What came of applying overlays; each entry names file, index, target and reason.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Actions whose target matched nothing.
    pub(crate) unmatched: Vec<String>,
    /// Actions that could not be carried out.
    pub(crate) failed: Vec<String>,
    /// Actions that matched and changed nothing: no longer needed.
    pub(crate) without_effect: Vec<String>,
}

impl Overlay {
    /// The name of its file.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }
}

impl Outcome {
    /// An error that names every action that did not apply.
    pub(crate) fn into_result(self) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        problems.extend(
            self.unmatched
                .iter()
                .map(|one| format!("matches nothing: {one}")),
        );
        problems.extend(self.failed);
        if problems.is_empty() {
            return Ok(self.without_effect);
        }
        bail!(
            "{} overlay action(s) do not apply:\n  {}",
            problems.len(),
            problems.join("\n  ")
        );
    }
}

/// Reads the overlay files of a folder in the order of their names; no folder, no overlays.
pub(crate) fn read_folder(folder: &Path) -> Result<Vec<Overlay>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in folder
        .read_dir()
        .with_context(|| format!("cannot list {}", folder.display()))?
    {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    files.iter().map(|file| read_file(file)).collect()
}

fn read_file(path: &Path) -> Result<Overlay> {
    let file = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&file, &text).with_context(|| format!("{} is not a usable overlay", path.display()))
}

/// Reads one overlay and checks what can be checked without a document.
pub(crate) fn parse(file: &str, text: &str) -> Result<Overlay> {
    let overlay: OverlayText = serde_json::from_str(text)?;
    if !overlay.overlay.starts_with("1.0.") {
        bail!(
            "it says overlay {:?}; only 1.0 is understood",
            overlay.overlay
        );
    }
    for (index, action) in overlay.actions.iter().enumerate() {
        check_action(action)
            .with_context(|| format!("action {index}, target {}", action.target))?;
    }
    let actions = overlay.actions;
    Ok(Overlay {
        file: file.to_owned(),
        actions,
    })
}

/// Deeper than any target has a reason to be. The `JSONPath` library goes as deep as
/// the text does, and takes twice the time for each further bracket.
const MAX_NESTING: usize = 8;

fn json_path(target: &str) -> Result<JsonPath> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut characters = target.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        if depth > MAX_NESTING {
            bail!("the target nests brackets deeper than {MAX_NESTING}");
        }
    }
    JsonPath::parse(target).context("the target is not a JSONPath")
}

fn check_action(action: &Action) -> Result<()> {
    json_path(&action.target)?;
    if action.description.trim().is_empty() {
        bail!("it gives no reason in its description");
    }
    match (&action.update, action.remove) {
        (None, false) => bail!("it neither updates nor removes"),
        (Some(_), true) => bail!("it both updates and removes"),
        (None, true) => Ok(()),
        (Some(update), false) => extensions::check_known(update),
    }
}

/// Applies the overlays in order. Actions that do not apply are told and skipped.
pub(crate) fn apply(document: &mut Value, overlays: &[Overlay]) -> Outcome {
    let mut outcome = Outcome::default();
    for overlay in overlays {
        for (index, action) in overlay.actions.iter().enumerate() {
            let named = format!(
                "{} action {index}, target {} ({})",
                overlay.file, action.target, action.description
            );
            match apply_action(document, action) {
                Ok(Effect::Unmatched) => outcome.unmatched.push(named),
                Ok(Effect::None) => outcome.without_effect.push(named),
                Ok(Effect::Changed) => {}
                Err(error) => outcome.failed.push(format!("{named}: {error:#}")),
            }
        }
    }
    outcome
}

enum Effect {
    Unmatched,
    None,
    Changed,
}

fn apply_action(document: &mut Value, action: &Action) -> Result<Effect> {
    let path = json_path(&action.target)?;
    let mut pointers: Vec<String> = path
        .query_located(document)
        .locations()
        .map(serde_json_path::NormalizedPath::to_json_pointer)
        .collect();
    if pointers.is_empty() {
        return Ok(Effect::Unmatched);
    }
    // The last of an array first, so that a removal does not shift the others;
    // and a place matched twice is changed once.
    pointers.sort_by_cached_key(|pointer| std::cmp::Reverse(document_order(pointer)));
    pointers.dedup();
    let mut changed = false;
    for pointer in &pointers {
        changed |= match &action.update {
            Some(update) => update_at(document, pointer, update)?,
            None => remove_at(document, pointer)?,
        };
    }
    Ok(if changed {
        Effect::Changed
    } else {
        Effect::None
    })
}

/// A key that sorts the entries of an array by their index.
fn document_order(pointer: &str) -> Vec<(Option<usize>, String)> {
    let tokens = pointer.split('/');
    tokens
        .map(|token| (token.parse().ok(), token.to_owned()))
        .collect()
}

fn update_at(document: &mut Value, pointer: &str, update: &Value) -> Result<bool> {
    let Some(target) = document.pointer_mut(pointer) else {
        return Ok(false);
    };
    // At the target itself an array takes the update as a new entry.
    if let (Value::Array(entries), false) = (&mut *target, update.is_array()) {
        return add(entries, update).with_context(|| format!("cannot update {pointer}"));
    }
    merge(target, update).with_context(|| format!("cannot update {pointer}"))
}

/// Merges objects key by key, adds to arrays what they lack, replaces anything else.
fn merge(target: &mut Value, update: &Value) -> Result<bool> {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            let mut changed = false;
            for (key, value) in update {
                changed |= match target.get_mut(key) {
                    Some(present) => {
                        merge(present, value).with_context(|| format!("at {key:?}"))?
                    }
                    None => target.insert(key.clone(), value.clone()).is_none(),
                };
            }
            Ok(changed)
        }
        (Value::Array(target), Value::Array(update)) => {
            let mut changed = false;
            for entry in update {
                changed |= add(target, entry)?;
            }
            Ok(changed)
        }
        (Value::Object(_), Value::Array(_)) => bail!("an array cannot be merged into an object"),
        (Value::Array(_), Value::Object(_)) => bail!("an object cannot be merged into an array"),
        (target, update) => {
            let changed = target != update;
            *target = update.clone();
            Ok(changed)
        }
    }
}

/// Adds an entry to an array, unless it is there already. Of parameters the name
/// tells: the document may have come to declare one that an overlay adds.
fn add(entries: &mut Vec<Value>, entry: &Value) -> Result<bool> {
    if entries.contains(entry) {
        return Ok(false);
    }
    let identity = |one: &Value| Some((one.get("name")?.clone(), one.get("in")?.clone()));
    let same = identity(entry).and_then(|new| {
        entries
            .iter_mut()
            .find(|one| identity(one).as_ref() == Some(&new))
    });
    match same {
        Some(present) => merge(present, entry),
        None => {
            entries.push(entry.clone());
            Ok(true)
        }
    }
}

fn remove_at(document: &mut Value, pointer: &str) -> Result<bool> {
    let Some((parent, token)) = pointer.rsplit_once('/') else {
        bail!("the whole document cannot be removed");
    };
    let key = token.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        // Removing must not reorder what stays, so that reviews show one change.
        Some(Value::Object(object)) => Ok(object.shift_remove(&key).is_some()),
        Some(Value::Array(array)) => match key.parse::<usize>() {
            Ok(index) if index < array.len() => {
                array.remove(index);
                Ok(true)
            }
            _ => Ok(false),
        },
        // Its parent was removed by the same action.
        _ => Ok(false),
    }
}

#[cfg(test)]
#[path = "overlay_tests.rs"]
mod tests;
