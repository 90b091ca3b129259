//! Parameters as parts of a path.
//!
//! URL parsing resolves `.` and `..`, also where they are percent-encoded, and
//! an empty value makes two slashes meet. Each of them would send the request
//! to another resource than the caller named, so they are refused here.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Error, Operation};

/// Everything but RFC 3986's unreserved characters and those two delimiters that
/// appear in Bitbucket's own values (`ari:…`, `name@host`) and have no meaning of
/// their own inside a path segment. A comma has one: in the style of `OpenAPI`'s
/// path parameters it stands between the elements of a list.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'@');

/// Encodes `value` as exactly one segment of a path.
pub(crate) fn segment(
    operation: &'static Operation,
    parameter: &'static str,
    value: &str,
) -> Result<String, Error> {
    match fault(value) {
        None => Ok(encode(value)),
        Some(fault) => Err(refused(operation, parameter, fault)),
    }
}

/// Encodes each segment of `value` and keeps the slashes between them.
///
/// One slash may end the value, as it does in the path of a directory, and the
/// value `/` alone is the root of a tree: nothing follows the slash which the
/// template itself has before the parameter.
pub(crate) fn segments(
    operation: &'static Operation,
    parameter: &'static str,
    value: &str,
) -> Result<String, Error> {
    if value == "/" {
        return Ok(String::new());
    }
    let (inner, end) = match value.strip_suffix('/') {
        Some(inner) => (inner, "/"),
        None => (value, ""),
    };
    let mut path = String::with_capacity(value.len() + 8);
    for (index, part) in inner.split('/').enumerate() {
        if let Some(fault) = fault(part) {
            let fault = match fault {
                Fault::Empty if inner.is_empty() && end.is_empty() => Fault::Empty,
                Fault::Empty => Fault::EmptySegment,
                other => other,
            };
            return Err(refused(operation, parameter, fault));
        }
        if index > 0 {
            path.push('/');
        }
        path.extend(utf8_percent_encode(part, SEGMENT));
    }
    path.push_str(end);
    Ok(path)
}

/// Why a value cannot be a part of a path.
#[derive(Clone, Copy)]
enum Fault {
    Empty,
    EmptySegment,
    DotSegment,
    Control,
}

fn fault(segment: &str) -> Option<Fault> {
    if segment.is_empty() {
        Some(Fault::Empty)
    } else if matches!(segment, "." | "..") {
        Some(Fault::DotSegment)
    } else if segment.chars().any(char::is_control) {
        Some(Fault::Control)
    } else {
        None
    }
}

fn encode(value: &str) -> String {
    utf8_percent_encode(value, SEGMENT).to_string()
}

fn refused(operation: &'static Operation, parameter: &str, fault: Fault) -> Error {
    let fault = match fault {
        Fault::Empty => "is empty",
        Fault::EmptySegment => "has an empty segment: it starts with a slash or has two in a row",
        Fault::DotSegment => "has a segment `.` or `..`, which would name another resource",
        Fault::Control => "has a control character",
    };
    Error::invalid_request(operation, format!("path parameter `{parameter}` {fault}"))
}

#[cfg(test)]
mod tests;
