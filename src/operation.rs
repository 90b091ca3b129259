//! What an operation is called, where it goes, and whether Bitbucket still has it.

use std::fmt;

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
    availability: Availability,
}

/// Whether Bitbucket still offers an operation, as of August 2026.
///
/// Operations that Bitbucket has deprecated or removed stay methods, marked
/// `#[deprecated]`; their warnings say the same as this does to a program.
///
/// ```
/// # #[cfg(feature = "workspaces")] {
/// use bitbucket::builder::ListWorkspaces;
///
/// let availability = ListWorkspaces::OPERATION.availability();
/// assert!(availability.is_removed());
/// assert_eq!(availability.replacement(), Some("list_current_user_workspaces"));
/// assert_eq!(
///     availability.to_string(),
///     "removed since 2026-04-14, use `list_current_user_workspaces`"
/// );
/// # }
/// ```
///
/// A program that wants to hear of it can refuse them altogether:
///
/// ```compile_fail
/// #![deny(deprecated)]
///
/// fn workspaces(client: &bitbucket::Client) {
///     let _ = client.list_workspaces();
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Availability {
    /// It is offered.
    #[default]
    Live,
    /// It is offered, and Bitbucket advises against it.
    #[non_exhaustive]
    Deprecated {
        /// The method to call instead, if Bitbucket names one.
        replacement: Option<&'static str>,
    },
    /// It is no longer offered: a call is answered with an error.
    #[non_exhaustive]
    Removed {
        /// The day of its removal (`2026-04-14`), or the month by which it was
        /// gone (`2026-08`), where Bitbucket did not announce the day.
        since: &'static str,
        /// The method to call instead, if there is one.
        replacement: Option<&'static str>,
    },
}

impl Availability {
    pub(crate) const fn deprecated(replacement: Option<&'static str>) -> Self {
        Self::Deprecated { replacement }
    }

    pub(crate) const fn removed(since: &'static str, replacement: Option<&'static str>) -> Self {
        Self::Removed { since, replacement }
    }

    /// Whether it is offered without reserve.
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::Live)
    }

    /// Whether it is offered, but advised against.
    pub const fn is_deprecated(&self) -> bool {
        matches!(self, Self::Deprecated { .. })
    }

    /// Whether it is no longer offered.
    pub const fn is_removed(&self) -> bool {
        matches!(self, Self::Removed { .. })
    }

    /// The method to call instead, if there is one.
    pub const fn replacement(&self) -> Option<&'static str> {
        match self {
            Self::Live => None,
            Self::Deprecated { replacement } | Self::Removed { replacement, .. } => *replacement,
        }
    }
}

impl fmt::Display for Availability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Live => formatter.write_str("live")?,
            Self::Deprecated { .. } => formatter.write_str("deprecated")?,
            Self::Removed { since, .. } => write!(formatter, "removed since {since}")?,
        }
        match self.replacement() {
            Some(replacement) => write!(formatter, ", use `{replacement}`"),
            None => Ok(()),
        }
    }
}

impl Operation {
    /// Describes an operation; `path` is the template, with its parameters in braces.
    pub const fn new(id: &'static str, method: &'static str, path: &'static str) -> Self {
        Self {
            id,
            method,
            path,
            availability: Availability::Live,
        }
    }

    pub(crate) const fn with_availability(mut self, availability: Availability) -> Self {
        self.availability = availability;
        self
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

    /// Whether Bitbucket still offers it, and what to call instead if not.
    pub const fn availability(&self) -> Availability {
        self.availability
    }
}
