//! One part of a form, and the headers that it is sent with.

use std::{
    fmt::{self, Write as _},
    path::PathBuf,
};

use bytes::Bytes;
use futures_core::TryStream;
use mime_guess::Mime;
use tokio::io::AsyncRead;

use super::{
    Field, Layout,
    source::{self, Source},
};

/// One field or file of a [`Form`](crate::Form).
///
/// Texts and bytes become parts by themselves wherever one is wanted.
///
/// ```
/// use bitbucket::Part;
///
/// let part = Part::bytes("<svg/>").file_name("logo.svg").content_type("image/svg+xml");
/// let text: Part = "What is new".into();
/// ```
#[must_use = "a part is sent with the form that it is added to"]
pub struct Part {
    source: Source,
    file_name: Option<String>,
    content_type: Option<String>,
    attribute: Option<&'static str>,
}

impl Part {
    /// A field with a text.
    pub fn text(value: impl Into<String>) -> Self {
        Self::bytes(value.into())
    }

    /// Content that is at hand.
    pub fn bytes(content: impl Into<Bytes>) -> Self {
        Self::new(Source::Bytes(content.into()))
    }

    /// A file of the file system, which is opened and read while the form is
    /// sent. It has the file's own name and the content type of its extension,
    /// unless it is given others.
    ///
    /// A file that cannot be opened is an error before anything is sent; one that
    /// grows or shrinks while it is sent is an error too.
    ///
    /// ```
    /// use bitbucket::Part;
    ///
    /// let part = Part::file("target/package.zip").file_name("release-1.2.zip");
    /// ```
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let file_name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let content_type = mime_guess::from_path(&path)
            .first()
            .map(|kind| kind.to_string());
        Self {
            file_name,
            content_type,
            ..Self::new(Source::File(path))
        }
    }

    /// Content that is read while it is sent, once only: a request with it is not
    /// sent again if it fails, unless it failed before any of it was read.
    ///
    /// Without `length` the whole form is sent in chunks, since its length is then
    /// not known either. With another length than declared, sending fails.
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
        Self::new(Source::once(source::chunks(content), length))
    }

    /// As [`stream`](Self::stream), from any reader of Tokio's.
    ///
    /// ```
    /// use bitbucket::Part;
    ///
    /// let part = Part::reader(tokio::io::stdin(), None).file_name("input.log");
    /// ```
    pub fn reader(content: impl AsyncRead + Send + 'static, length: Option<u64>) -> Self {
        Self::new(Source::once(source::read(content), length))
    }

    /// As [`stream`](Self::stream), from a function that makes the stream anew
    /// each time that the form is sent. It has to give the same bytes.
    ///
    /// ```
    /// use bitbucket::Part;
    /// use futures_util::stream;
    ///
    /// let part = Part::repeatable(
    ///     || stream::iter((0..1000).map(|number| Ok::<_, std::io::Error>(format!("{number}\n")))),
    ///     None,
    /// );
    /// ```
    pub fn repeatable<S>(
        content: impl Fn() -> S + Send + Sync + 'static,
        length: Option<u64>,
    ) -> Self
    where
        S: TryStream + Send + 'static,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        Bytes: From<S::Ok>,
    {
        Self::new(Source::made(move || source::chunks(content()), length))
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            file_name: None,
            content_type: None,
            attribute: None,
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

    /// The name of the file, if it has one already.
    pub(crate) fn own_file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// The whole content, if it is a text at hand and has no attribute.
    pub(crate) fn plain_text(&self) -> Option<&str> {
        match &self.source {
            Source::Bytes(content) if self.attribute.is_none() => std::str::from_utf8(content).ok(),
            _ => None,
        }
    }

    /// What Bitbucket is to make of the file in a commit.
    pub(crate) fn attribute(mut self, attribute: &'static str) -> Self {
        self.attribute = Some(attribute);
        self
    }

    pub(super) fn into_field(self, layout: Layout, name: &str) -> Result<Field, String> {
        Ok(Field {
            head: self.head(layout, name)?,
            source: self.source,
        })
    }

    /// The part's headers, with the empty line after them.
    fn head(&self, layout: Layout, name: &str) -> Result<String, String> {
        if name.is_empty() {
            return Err("a part of the form has no name".to_owned());
        }
        let name = quoted("field name", name)?;
        let mut head = match layout {
            Layout::FormData => format!("Content-Disposition: form-data; name={name}"),
            Layout::Related => format!("Content-ID: {name}"),
        };
        if let Some(file_name) = &self.file_name {
            let file_name = quoted("file name", file_name)?;
            if layout == Layout::Related {
                head.push_str("\r\nContent-Disposition: attachment");
            }
            // Writing to a String does not fail.
            let _ = write!(head, "; filename={file_name}");
        }
        if let Some(attribute) = self.attribute {
            let _ = write!(head, "; x-attributes=\"{attribute}\"");
        }
        if let Some(kind) = &self.content_type {
            let kind: Mime = kind
                .parse()
                .map_err(|_| format!("the content type {kind:?} is not one"))?;
            let _ = write!(head, "\r\nContent-Type: {kind}");
        }
        if layout == Layout::Related {
            // Without it, MIME takes the content for lines of ASCII.
            head.push_str("\r\nContent-Transfer-Encoding: binary");
        }
        head.push_str("\r\n\r\n");
        Ok(head)
    }
}

/// A name between quotation marks. What would end it is escaped, other characters
/// stand as they are, in UTF-8: RFC 7578 forbids `name*=`.
fn quoted(what: &str, name: &str) -> Result<String, String> {
    if name.chars().any(char::is_control) {
        return Err(format!("the {what} {name:?} has a control character"));
    }
    Ok(format!(
        "\"{}\"",
        name.replace('\\', "\\\\").replace('"', "\\\"")
    ))
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<Bytes> for Part {
    fn from(content: Bytes) -> Self {
        Self::bytes(content)
    }
}

impl From<Vec<u8>> for Part {
    fn from(content: Vec<u8>) -> Self {
        Self::bytes(content)
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
