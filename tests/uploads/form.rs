//! A recorded request taken apart at its boundaries.

use crate::support::server::Recorded;

/// A part: its headers as one text, and its content.
pub(crate) type Part = (String, String);

/// The parts of a body that is exactly as RFC 2046 wants it.
#[track_caller]
pub(crate) fn parts(request: &Recorded) -> Vec<Part> {
    let kind = request.header("content-type").expect("one content type");
    let (_, boundary) = kind.split_once("boundary=").expect("a boundary");
    let boundary = boundary.trim_matches('"');
    let body = String::from_utf8(request.body.to_vec()).expect("the tests send texts");
    let body = body
        .strip_suffix(&format!("\r\n--{boundary}--\r\n"))
        .expect("the last boundary ends the body");
    let body = format!("\r\n{body}");
    let separator = format!("\r\n--{boundary}\r\n");
    let mut parts = body.split(&separator);
    assert_eq!(parts.next(), Some(""), "the body begins with a boundary");
    parts
        .map(|part| {
            let (head, content) = part.split_once("\r\n\r\n").expect("headers and content");
            (head.to_owned(), content.to_owned())
        })
        .collect()
}

/// A field of a form.
pub(crate) fn field(name: &str, value: &str) -> Part {
    let head = format!("Content-Disposition: form-data; name=\"{name}\"");
    (head, value.to_owned())
}

/// A file of a form; `more` are further headers or parameters.
pub(crate) fn file(name: &str, file_name: &str, more: &str, content: &str) -> Part {
    let head =
        format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"{more}");
    (head, content.to_owned())
}

/// That the length was declared, and rightly.
#[track_caller]
pub(crate) fn assert_length_declared(request: &Recorded) {
    let length = request.body.len().to_string();
    assert_eq!(request.header("content-length"), Some(length.as_str()));
    assert_eq!(request.header("transfer-encoding"), None);
}
