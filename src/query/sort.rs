//! The order of a listing.

use std::fmt;

/// The field that a listing is sorted by.
///
/// ```
/// use bitbucket::query::Sort;
///
/// assert_eq!(Sort::ascending("name").to_string(), "name");
/// assert_eq!(Sort::descending("updated_on").to_string(), "-updated_on");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an order is given to the method `sort` of a request"]
pub struct Sort {
    field: &'static str,
    descending: bool,
}

impl Sort {
    /// The smallest or earliest first.
    pub fn ascending(field: &'static str) -> Self {
        Self {
            field,
            descending: false,
        }
    }

    /// The largest or latest first.
    pub fn descending(field: &'static str) -> Self {
        Self {
            field,
            descending: true,
        }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.descending { "-" } else { "" };
        write!(formatter, "{sign}{}", self.field)
    }
}

impl From<Sort> for String {
    fn from(sort: Sort) -> Self {
        sort.to_string()
    }
}
