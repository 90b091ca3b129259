//! What stands on the wire, encoded and taken apart without the library's help.

/// One segment of a path as it has to be sent: all but RFC 3986's unreserved
/// characters, and `:` and `@`, is percent-encoded.
pub(crate) fn segment(value: &str) -> String {
    use std::fmt::Write as _;

    let mut encoded = String::new();
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'@' => {
                encoded.push(char::from(byte));
            }
            other => write!(encoded, "%{other:02X}").expect("a string takes all"),
        }
    }
    encoded
}

/// Several segments with the slashes between them.
pub(crate) fn segments(value: &str) -> String {
    let encoded: Vec<String> = value.split('/').map(segment).collect();
    encoded.join("/")
}

/// One part of a multipart form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FormPart {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content: Vec<u8>,
}

/// The parts of a `multipart/form-data` body, in their order.
pub(crate) fn multipart(content_type: &str, body: &[u8]) -> Result<Vec<FormPart>, String> {
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .ok_or_else(|| format!("the content type is {content_type}"))?
        .trim_matches('"');
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter has no line break of its own before it.
    let body = [b"\r\n", body].concat();
    let mut pieces = split(&body, delimiter.as_bytes());
    let last = pieces.pop().unwrap_or_default();
    if !last.starts_with(b"--") || pieces.is_empty() || !pieces.remove(0).is_empty() {
        return Err("the form does not begin and end with its boundary".to_owned());
    }
    pieces.into_iter().map(part).collect()
}

fn part(piece: &[u8]) -> Result<FormPart, String> {
    let mut halves = split(piece, b"\r\n\r\n").into_iter();
    let head = halves.next().unwrap_or_default();
    let content: Vec<&[u8]> = halves.collect();
    if content.is_empty() {
        return Err("a part of the form has no content".to_owned());
    }
    let head = std::str::from_utf8(head).map_err(|error| error.to_string())?;
    let disposition = head
        .split("\r\n")
        .find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-disposition")
                .then_some(value)
        })
        .and_then(|value| value.strip_prefix("form-data"))
        .ok_or_else(|| format!("a part of the form is not form-data: {head}"))?;
    let mut found = FormPart {
        name: String::new(),
        file_name: None,
        content: content.join(b"\r\n\r\n".as_slice()),
    };
    for (name, value) in dispositions(disposition)? {
        match name.as_str() {
            "name" => found.name = value,
            "filename" => found.file_name = Some(value),
            other => return Err(format!("a part of the form has a {other}")),
        }
    }
    Ok(found)
}

/// `; name="…"; filename="…"`, with backslashes before quotes and backslashes.
fn dispositions(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(parameter) = rest.strip_prefix("; ") {
        let (name, quoted) = parameter
            .split_once("=\"")
            .ok_or_else(|| format!("a value is not quoted: {parameter}"))?;
        let mut value = String::new();
        let mut characters = quoted.char_indices();
        let end = loop {
            match characters.next() {
                Some((_, '\\')) => value.extend(characters.next().map(|(_, literal)| literal)),
                Some((end, '"')) => break end,
                Some((_, character)) => value.push(character),
                None => return Err(format!("a value has no end: {parameter}")),
            }
        };
        found.push((name.to_owned(), value));
        rest = &quoted[end + 1..];
    }
    match rest {
        "" => Ok(found),
        rest => Err(format!("more than parameters: {rest}")),
    }
}

fn split<'a>(bytes: &'a [u8], delimiter: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest
        .windows(delimiter.len())
        .position(|window| window == delimiter)
    {
        pieces.push(&rest[..at]);
        rest = &rest[at + delimiter.len()..];
    }
    pieces.push(rest);
    pieces
}
