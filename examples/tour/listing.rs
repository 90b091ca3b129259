//! Pages and partial objects, as Bitbucket cuts them.

use hyper::Uri;
use serde_json::{Map, Value, json};

/// The pairs in the query of an address.
pub(crate) fn query(uri: &Uri) -> impl Iterator<Item = (String, String)> {
    url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned()
}

/// The page that `uri` asks for, or nothing if there is no such page.
pub(crate) fn page(api: &str, uri: &Uri, all: Vec<Value>) -> Option<Value> {
    let find = |wanted: &str| {
        query(uri)
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value)
    };
    let length: usize = find("pagelen").map_or(Some(10), |length| length.parse().ok())?;
    let total = all.len();
    let start = match find("page") {
        None => 0,
        Some(mark) => (0..total).find(|position| opaque(*position) == mark)?,
    };
    let end = total.min(start + length.max(1));
    let values: Vec<Value> = all.into_iter().skip(start).take(end - start).collect();
    let mut page = json!({ "pagelen": length, "values": values });
    if end < total {
        page["next"] = json!(next(api, uri, end));
    }
    Some(page)
}

/// The same address with the mark of the page that begins at `position`.
fn next(api: &str, uri: &Uri, position: usize) -> String {
    let path = uri.path().trim_start_matches("/2.0");
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query(uri).filter(|(name, _)| name != "page"))
        .append_pair("page", &opaque(position))
        .finish();
    format!("{api}{path}?{query}")
}

/// A mark that tells a client nothing.
fn opaque(position: usize) -> String {
    format!(
        "{:016x}",
        (position as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    )
}

/// What is left of `value` if the address asks for some fields only.
pub(crate) fn fields(uri: &Uri, value: Value) -> Value {
    let Some((_, wanted)) = query(uri).find(|(name, _)| name == "fields") else {
        return value;
    };
    let paths: Vec<Vec<&str>> = wanted
        .split(',')
        .map(|path| path.split('.').collect())
        .collect();
    keep(value, &paths.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn keep(value: Value, paths: &[&[&str]]) -> Value {
    if paths.iter().any(|path| path.is_empty()) {
        return value;
    }
    match value {
        Value::Array(items) => items.into_iter().map(|item| keep(item, paths)).collect(),
        Value::Object(object) => Value::Object(keep_members(object, paths)),
        scalar => scalar,
    }
}

fn keep_members(object: Map<String, Value>, paths: &[&[&str]]) -> Map<String, Value> {
    object
        .into_iter()
        .filter_map(|(name, member)| {
            let rest: Vec<&[&str]> = paths
                .iter()
                .filter(|path| path.first() == Some(&name.as_str()))
                .map(|path| &path[1..])
                .collect();
            (!rest.is_empty()).then(|| (name, keep(member, &rest)))
        })
        .collect()
}
