//! Where a request of the caller's may go.
//!
//! A URL parser repairs much: it drops line breaks, takes `\` for `/`, and
//! resolves `..` also where it is percent-encoded. Each repair sends a request
//! elsewhere than its text says, so that such a text is refused.

use url::Url;

use crate::{Client, redirect::has_credentials};

pub(super) fn parse(client: &Client, text: &str) -> Result<Url, &'static str> {
    if text.is_empty() {
        return Err("is empty");
    }
    if text.chars().any(char::is_control) || text.trim() != text {
        return Err("has a control character in it, or a space around it");
    }
    if text.contains('#') {
        return Err("has a `#` in it, which is written `%23` in a path");
    }
    let address = if text.starts_with('/') {
        format!("{}{text}", client.base_url())
    } else {
        text.to_owned()
    };
    segments(&address)?;
    let Ok(url) = Url::parse(&address) else {
        return Err("is neither a path that begins with a slash nor an absolute URL");
    };
    if !matches!(url.scheme(), "https" | "http") {
        return Err("is neither https nor http");
    }
    if has_credentials(&url) {
        return Err("has credentials in it: they belong into `auth`");
    }
    if !client.is_own_origin(&url) {
        return Err("is on another origin than the client's base URL");
    }
    Ok(url)
}

/// Checks the segments of the path of an absolute URL.
fn segments(address: &str) -> Result<(), &'static str> {
    let before_query = address.split('?').next().unwrap_or_default();
    if before_query.contains('\\') {
        return Err("has a backslash in it");
    }
    let Some((_, after_scheme)) = before_query.split_once("://") else {
        return Ok(());
    };
    let mut segments = after_scheme.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        if segment.is_empty() && segments.peek().is_some() {
            return Err("has an empty segment: two slashes in a row");
        }
        if is_dots(segment) {
            return Err("has a segment `.` or `..`, which would name another resource");
        }
    }
    Ok(())
}

/// `.` and `..`, percent-encoded or not.
fn is_dots(segment: &str) -> bool {
    let decoded = segment.replace("%2e", ".").replace("%2E", ".");
    matches!(decoded.as_str(), "." | "..")
}
