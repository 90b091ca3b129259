//! The query string hash (`qsh`) that ties a Connect app's token to one request.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use url::Url;

use http::Method;

/// All but RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The hash of the canonical request, in hexadecimal digits.
pub(super) fn query_hash(method: &Method, url: &Url, context_path: &str) -> String {
    let digest = Sha256::digest(canonical_request(method, url, context_path));
    format!("{digest:x}")
}

/// A request as Atlassian normalises it: method, path and query.
pub(crate) fn canonical_request(method: &Method, url: &Url, context_path: &str) -> String {
    let method = method.as_str().to_ascii_uppercase();
    let path = canonical_path(url.path(), context_path);
    let query = canonical_query(url);
    format!("{method}&{path}&{query}")
}

/// The path below the context path, without a slash at its end.
fn canonical_path(path: &str, context_path: &str) -> String {
    let context_path = context_path.trim_end_matches('/');
    let below = match path.strip_prefix(context_path) {
        // Not half of a segment: `/jira` is no part of `/jirafe`.
        Some(below) if below.is_empty() || below.starts_with('/') => below,
        _ => path,
    };
    match below.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => path.replace('&', "%26"),
    }
}

/// The parameters, encoded anew, sorted by name and then by value. Those of the
/// same name become one, with commas between the values; `jwt` is left out.
fn canonical_query(url: &Url) -> String {
    let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let mut parameters: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| name != "jwt")
        .map(|(name, value)| (encode(&name), encode(&value)))
        .collect();
    parameters.sort();
    let mut query = String::new();
    let mut previous = None;
    for (name, value) in &parameters {
        if previous == Some(name) {
            query.push(',');
        } else {
            if previous.is_some() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
        }
        query.push_str(value);
        previous = Some(name);
    }
    query
}

#[cfg(test)]
mod tests;
