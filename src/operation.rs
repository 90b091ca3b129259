//! What an operation is called, and where it goes.

/// One operation of Bitbucket's API: its name, its method and its path.
///
/// An [`Error`](crate::Error) says with it which call went wrong.
///
/// ```
/// fn log(error: &bitbucket::Error) {
///     if let Some(operation) = error.operation() {
///         eprintln!("{} {} failed", operation.method(), operation.path());
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    id: &'static str,
    method: &'static str,
    path: &'static str,
}

impl Operation {
    /// Describes an operation; `path` is the template, with its parameters in braces.
    pub const fn new(id: &'static str, method: &'static str, path: &'static str) -> Self {
        Self { id, method, path }
    }

    /// The operation's name, which is the name of the method that calls it.
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The HTTP method, in capitals.
    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// The path below the base URL, with its parameters in braces.
    pub const fn path(&self) -> &'static str {
        self.path
    }
}
