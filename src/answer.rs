//! Answers that come in more than one kind.

use crate::ByteStream;

/// What became of a request that Bitbucket may do at once or later.
///
/// ```
/// use bitbucket::Completion;
///
/// fn report(merge: Completion<String>) -> String {
///     match merge {
///         Completion::Completed(merged) => merged,
///         Completion::Accepted { location } => format!("ask {location:?} whether it is done"),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completion<T> {
    /// Bitbucket has done it, and this is the result.
    Completed(T),
    /// Bitbucket has accepted it and will do it.
    Accepted {
        /// Where to ask whether it is done: an absolute URL of the same origin
        /// as the client's base URL, or nothing if Bitbucket gave none such.
        location: Option<String>,
    },
}

impl<T> Completion<T> {
    /// The result, if it is there already.
    pub fn completed(self) -> Option<T> {
        match self {
            Self::Completed(result) => Some(result),
            Self::Accepted { .. } => None,
        }
    }
}

/// An answer that is an object while something is going on and a file when it is done.
///
/// ```no_run
/// use bitbucket::JsonOrBytes;
///
/// async fn size(answer: JsonOrBytes<String>) -> Result<usize, bitbucket::Error> {
///     match answer {
///         JsonOrBytes::Json(status) => Ok(status.len()),
///         JsonOrBytes::Bytes(file) => Ok(file.bytes().await?.len()),
///     }
/// }
/// ```
#[derive(Debug)]
pub enum JsonOrBytes<T> {
    /// A decoded object.
    Json(T),
    /// A file.
    Bytes(ByteStream),
}
