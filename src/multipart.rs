//! Bodies of several parts, for uploads.
//!
//! They are written here and not by the HTTP library, whose forms are gone once
//! they are sent, have another boundary every time, and know neither
//! `multipart/related` nor the attributes of a commit's files.

mod body;
mod part;
mod source;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    path::PathBuf,
    sync::Arc,
};

use bytes::Bytes;

pub use part::Part;
pub(crate) use source::Unreadable;

use source::Source;

/// The body of an upload: fields and files in one form.
///
/// Files and streams are read while they are sent, so that the memory that an
/// upload takes does not depend on its size. If all lengths are known, the form
/// is sent with its `Content-Length`, else in chunks.
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
///     .file("files", "target/release.tar.gz")
///     .part("files", Part::bytes(vec![0; 16]).file_name("data.bin").content_type("image/png"));
/// ```
#[must_use = "a form is sent with the operation that takes it"]
pub struct Form {
    parts: Vec<Field>,
    layout: Layout,
    /// The same each time that the form is sent.
    boundary: String,
    progress: Option<Arc<Progress>>,
    fault: Option<String>,
}

type Progress = dyn Fn(u64, Option<u64>) + Send + Sync;

/// A part as it is sent: its headers, and where its content comes from.
struct Field {
    head: String,
    source: Source,
}

/// How the parts are addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// By the names of form fields (RFC 7578).
    FormData,
    /// By content ids (RFC 2387). The first part is JSON and describes the others.
    Related,
}

/// The content id of the first part of [`Layout::Related`].
pub(crate) const ROOT: &str = "snippet";

impl Default for Form {
    fn default() -> Self {
        Self {
            parts: Vec::new(),
            layout: Layout::FormData,
            boundary: boundary(),
            progress: None,
            fault: None,
        }
    }
}

impl Form {
    /// A form without any parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same form, if it has no parts yet, in another layout.
    #[cfg(feature = "snippets")]
    pub(crate) fn with_layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
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

    /// Adds a file of the file system: [`Part::file`].
    pub fn file(self, name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        self.part(name, Part::file(path))
    }

    /// Adds a part.
    pub fn part(mut self, name: impl Into<String>, part: Part) -> Self {
        match part.into_field(self.layout, &name.into()) {
            Ok(field) => self.parts.push(field),
            Err(fault) => self = self.refused(fault),
        }
        self
    }

    /// Begins a form of [`Layout::Related`] with what the other parts belong to.
    pub(crate) fn root(mut self, json: &serde_json::Value) -> Self {
        self.parts.push(Field {
            head: format!(
                "Content-ID: {ROOT}\r\nContent-Type: application/json; charset=\"utf-8\"\r\n\r\n"
            ),
            source: Source::Bytes(json.to_string().into()),
        });
        self
    }

    /// Calls `report` with the bytes sent so far and with all there are, if that
    /// is known.
    ///
    /// What counts is the whole form, boundaries included. The call is made when
    /// the connection takes the bytes, in the middle of sending, so it should be
    /// quick. If the form has to be sent again, the count begins anew.
    ///
    /// ```
    /// use bitbucket::Form;
    ///
    /// let form = Form::new()
    ///     .file("files", "release.tar.gz")
    ///     .on_progress(|sent, total| println!("{sent} of {total:?} bytes"));
    /// ```
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    /// A form with the same parts and the same boundary, or nothing if there is a
    /// part that can be read once only: [`Part::stream`] or [`Part::reader`].
    ///
    /// ```
    /// use bitbucket::Form;
    ///
    /// let form = Form::new().file("files", "release.tar.gz");
    /// assert!(form.try_clone().is_some());
    /// ```
    pub fn try_clone(&self) -> Option<Self> {
        let parts = self.parts.iter().map(|field| {
            Some(Field {
                head: field.head.clone(),
                source: field.source.try_clone()?,
            })
        });
        Some(Self {
            parts: parts.collect::<Option<_>>()?,
            layout: self.layout,
            boundary: self.boundary.clone(),
            progress: self.progress.clone(),
            fault: self.fault.clone(),
        })
    }

    /// Whether every part can be read from its beginning.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.parts.iter().all(|field| field.source.is_repeatable())
    }

    /// Makes sending fail with `fault`, unless something else was wrong before.
    pub(crate) fn refused(mut self, fault: String) -> Self {
        self.fault.get_or_insert(fault);
        self
    }
}

/// A line that no content has in it: 128 bits that nobody who wrote the content
/// could foresee. The hasher's keys are the system's randomness.
fn boundary() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

impl fmt::Debug for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Form")
            .field("parts", &self.parts.len())
            .finish_non_exhaustive()
    }
}
