//! Bodies of several parts, for uploads.

use std::fmt;

use bytes::Bytes;
use futures_core::TryStream;
use reqwest::multipart;

use crate::{Error, Operation};

/// The body of an upload: fields and files in one form.
///
/// Names and file names with line breaks or other control characters are
/// refused when the form is sent, before anything leaves.
///
/// ```
/// use bitbucket::{Form, Part};
///
/// let form = Form::new()
///     .text("message", "Release 1.2")
///     .bytes("files", "notes.txt", "What is new")
///     .part("files", Part::bytes(vec![0; 16]).file_name("data.bin").content_type("image/png"));
/// ```
#[derive(Default)]
#[must_use = "a form is sent with the operation that takes it"]
pub struct Form {
    inner: multipart::Form,
    parts: usize,
    fault: Option<String>,
}

impl Form {
    /// A form without any parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field with a text.
    pub fn text(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.part(name, Part::text(value))
    }

    /// Adds a file whose content is at hand.
    pub fn bytes(
        self,
        name: impl Into<String>,
        file_name: impl Into<String>,
        content: impl Into<Bytes>,
    ) -> Self {
        self.part(name, Part::bytes(content).file_name(file_name))
    }

    /// Adds a part.
    pub fn part(mut self, name: impl Into<String>, part: Part) -> Self {
        let name = name.into();
        let checked = field_name(&name).and_then(|quoted| Ok((quoted, part.checked()?)));
        match checked {
            Ok((quoted, part)) => {
                self.inner = self.inner.part(quoted, part);
                self.parts += 1;
            }
            Err(fault) => {
                self.fault.get_or_insert(fault);
            }
        }
        self
    }

    /// The form as the HTTP library knows it, or what is wrong with it.
    pub(crate) fn into_inner(
        self,
        operation: &'static Operation,
    ) -> Result<multipart::Form, Error> {
        match self.fault {
            Some(fault) => Err(Error::invalid_request(operation, fault)),
            None if self.parts == 0 => {
                Err(Error::invalid_request(operation, "the form has no parts"))
            }
            // The names are encoded already. Percent-encoded, the library would
            // send them as `name*=`, which RFC 7578 forbids.
            None => Ok(self.inner.percent_encode_noop()),
        }
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Form")
            .field("parts", &self.parts)
            .finish_non_exhaustive()
    }
}

/// One field or file of a [`Form`].
///
/// ```
/// use bitbucket::Part;
///
/// let part = Part::bytes("<svg/>").file_name("logo.svg").content_type("image/svg+xml");
/// ```
#[must_use = "a part is sent with the form that it is added to"]
pub struct Part {
    inner: multipart::Part,
    file_name: Option<String>,
    content_type: Option<String>,
}

impl Part {
    /// A field with a text.
    pub fn text(value: impl Into<String>) -> Self {
        Self::new(multipart::Part::text(value.into()))
    }

    /// Content that is at hand.
    pub fn bytes(content: impl Into<Bytes>) -> Self {
        let content = content.into();
        let length = content.len() as u64;
        Self::new(multipart::Part::stream_with_length(content, length))
    }

    /// Content that is read while it is sent. Without `length` the whole form is
    /// sent in chunks, since its length is then not known either.
    ///
    /// ```
    /// use bitbucket::Part;
    /// use futures_util::stream;
    ///
    /// let lines = stream::iter([Ok::<_, std::io::Error>("one\n"), Ok("two\n")]);
    /// let part = Part::stream(lines, Some(8)).file_name("lines.txt");
    /// ```
    pub fn stream<S>(content: S, length: Option<u64>) -> Self
    where
        S: TryStream + Send + 'static,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        Bytes: From<S::Ok>,
    {
        let body = reqwest::Body::wrap_stream(content);
        Self::new(match length {
            Some(length) => multipart::Part::stream_with_length(body, length),
            None => multipart::Part::stream(body),
        })
    }

    fn new(part: multipart::Part) -> Self {
        Self {
            inner: part,
            file_name: None,
            content_type: None,
        }
    }

    /// Makes it a file of this name.
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Says what the content is, such as `image/png`.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    fn checked(self) -> Result<multipart::Part, String> {
        let mut part = self.inner;
        if let Some(name) = self.file_name {
            if name.chars().any(char::is_control) {
                return Err(format!("the file name {name:?} has a control character"));
            }
            // The library itself escapes quotes and backslashes in it.
            part = part.file_name(name);
        }
        match self.content_type {
            None => Ok(part),
            Some(kind) => part
                .mime_str(&kind)
                .map_err(|_| format!("the content type {kind:?} is not one")),
        }
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Part")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

/// A name as it stands between quotation marks, escaped as the library escapes
/// file names: it does not do so with the names of fields.
fn field_name(name: &str) -> Result<String, String> {
    if name.is_empty() {
        return Err("a part of the form has no name".to_owned());
    }
    if name.chars().any(char::is_control) {
        return Err(format!("the field name {name:?} has a control character"));
    }
    Ok(name.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests;
