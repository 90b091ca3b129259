//! What `q`, `sort` and `fields` take, built instead of glued together.
//!
//! [`Query`] is a filter in Bitbucket's query language, [`Sort`] an order and
//! [`Fields`] a choice of what an answer holds. Each is given to the method of
//! the same purpose:
//!
//! ```no_run
//! # #[cfg(feature = "pull-requests")]
//! # async fn list(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
//! use bitbucket::query::{Fields, Query, Sort};
//!
//! let mut pull_requests = client
//!     .repository("acme", "website")
//!     .list_pull_requests()
//!     .q(Query::field("title").contains("fonts").and(Query::field("draft").equals(false)))
//!     .sort(Sort::descending("updated_on"))
//!     .fields(Fields::new().include("values.participants").exclude("values.links"))
//!     .stream();
//! # Ok(())
//! # }
//! ```

mod fields;
mod sort;
mod value;

use std::fmt;

pub use fields::Fields;
pub use sort::Sort;
pub use value::Value;

/// A filter in Bitbucket's query language.
///
/// It begins with a field, and its text is what `q` takes. Values are quoted
/// as their types demand, so that nothing in them becomes a part of the
/// language; what `and` and `or` join keeps together by parentheses.
///
/// ```
/// use bitbucket::query::Query;
///
/// let title = Query::field("title").contains(r#"the "new" theme"#);
/// let state = Query::field("state").is_in(["OPEN", "MERGED"]);
/// let branch = Query::field("source.branch.name").equals("dark");
/// assert_eq!(
///     title.or(branch).and(state).to_string(),
///     r#"(title ~ "the \"new\" theme" OR source.branch.name = "dark") AND state IN ("OPEN", "MERGED")"#
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a filter is given to the method `q` of a request"]
pub struct Query(Expression);

#[derive(Clone, Debug, PartialEq)]
enum Expression {
    Comparison {
        field: &'static str,
        operator: &'static str,
        value: Value,
    },
    Membership {
        field: &'static str,
        operator: &'static str,
        values: Vec<Value>,
    },
    /// At least two, none of them of the same connective.
    Joined {
        connective: Connective,
        members: Vec<Expression>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Connective {
    And,
    Or,
}

impl Query {
    /// Begins a filter with the field that it is about, such as `title` or
    /// `source.branch.name`.
    ///
    /// The name is written as it stands; it belongs to the program, as a
    /// column's does, and not to its input.
    pub fn field(name: &'static str) -> Field {
        Field(name)
    }

    /// What matches this filter and the other one.
    ///
    /// ```
    /// use bitbucket::query::Query;
    ///
    /// let query = Query::field("id").at_least(7).and(Query::field("reason").is_null());
    /// assert_eq!(query.to_string(), "id >= 7 AND reason = null");
    /// ```
    pub fn and(self, other: Self) -> Self {
        self.join(Connective::And, other)
    }

    /// What matches this filter or the other one.
    ///
    /// ```
    /// use bitbucket::query::Query;
    ///
    /// let query = Query::field("kind").equals("bug").or(Query::field("votes").greater_than(9));
    /// assert_eq!(query.to_string(), r#"kind = "bug" OR votes > 9"#);
    /// ```
    pub fn or(self, other: Self) -> Self {
        self.join(Connective::Or, other)
    }

    /// What matches each of the filters; `None` if there are none.
    ///
    /// ```
    /// use bitbucket::query::Query;
    ///
    /// let words = ["dark", "theme"].map(|word| Query::field("title").contains(word));
    /// let query = Query::all(words).expect("there are two");
    /// assert_eq!(query.to_string(), r#"title ~ "dark" AND title ~ "theme""#);
    /// assert_eq!(Query::all([]), None);
    /// ```
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Option<Self> {
        filters.into_iter().reduce(Self::and)
    }

    /// What matches one of the filters at least; `None` if there are none.
    ///
    /// ```
    /// use bitbucket::query::Query;
    ///
    /// let kinds = ["bug", "task"].map(|kind| Query::field("kind").equals(kind));
    /// let query = Query::any(kinds).expect("there are two");
    /// assert_eq!(query.to_string(), r#"kind = "bug" OR kind = "task""#);
    /// ```
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Option<Self> {
        filters.into_iter().reduce(Self::or)
    }

    fn join(self, connective: Connective, other: Self) -> Self {
        let mut members = self.0.members(connective);
        members.extend(other.0.members(connective));
        Self(Expression::Joined {
            connective,
            members,
        })
    }
}

impl Expression {
    /// Itself, or what it joins by this connective already.
    fn members(self, connective: Connective) -> Vec<Self> {
        match self {
            Self::Joined {
                connective: own,
                members,
            } if own == connective => members,
            other => vec![other],
        }
    }
}

/// A field, before it is said what is asked of it.
///
/// ```
/// use bitbucket::query::Query;
///
/// let name = Query::field("destination.branch.name");
/// assert_eq!(name.not_contains("release").to_string(), r#"destination.branch.name !~ "release""#);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a field alone is no filter"]
pub struct Field(&'static str);

impl Field {
    /// Is this value: `=`.
    pub fn equals(self, value: impl Into<Value>) -> Query {
        self.compare("=", value)
    }

    /// Is another than this value: `!=`.
    pub fn not_equals(self, value: impl Into<Value>) -> Query {
        self.compare("!=", value)
    }

    /// Has this text in it, in capitals or not: `~`.
    pub fn contains(self, text: impl Into<String>) -> Query {
        self.compare("~", text.into())
    }

    /// Does not have this text in it: `!~`.
    pub fn not_contains(self, text: impl Into<String>) -> Query {
        self.compare("!~", text.into())
    }

    /// Is more, or later, than this value: `>`.
    pub fn greater_than(self, value: impl Into<Value>) -> Query {
        self.compare(">", value)
    }

    /// Is this value, or more, or later: `>=`.
    pub fn at_least(self, value: impl Into<Value>) -> Query {
        self.compare(">=", value)
    }

    /// Is less, or earlier, than this value: `<`.
    pub fn less_than(self, value: impl Into<Value>) -> Query {
        self.compare("<", value)
    }

    /// Is this value, or less, or earlier: `<=`.
    pub fn at_most(self, value: impl Into<Value>) -> Query {
        self.compare("<=", value)
    }

    /// Has no value: `= null`.
    pub fn is_null(self) -> Query {
        self.compare("=", Value::null())
    }

    /// Has a value: `!= null`.
    pub fn is_not_null(self) -> Query {
        self.compare("!=", Value::null())
    }

    /// Is one of these values: `IN`. Bitbucket refuses an empty list.
    pub fn is_in<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Query {
        self.member("IN", values)
    }

    /// Is none of these values: `NOT IN`. Bitbucket refuses an empty list.
    pub fn is_not_in<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Query {
        self.member("NOT IN", values)
    }

    fn compare(self, operator: &'static str, value: impl Into<Value>) -> Query {
        Query(Expression::Comparison {
            field: self.0,
            operator,
            value: value.into(),
        })
    }

    fn member<V: Into<Value>>(
        self,
        operator: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> Query {
        Query(Expression::Membership {
            field: self.0,
            operator,
            values: values.into_iter().map(Into::into).collect(),
        })
    }
}

impl fmt::Display for Query {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comparison {
                field,
                operator,
                value,
            } => write!(formatter, "{field} {operator} {value}"),
            Self::Membership {
                field,
                operator,
                values,
            } => {
                write!(formatter, "{field} {operator} (")?;
                separated(formatter, values, ", ", Value::fmt)?;
                formatter.write_str(")")
            }
            Self::Joined {
                connective,
                members,
            } => {
                let connective = match connective {
                    Connective::And => " AND ",
                    Connective::Or => " OR ",
                };
                separated(formatter, members, connective, Self::fmt_member)
            }
        }
    }
}

impl Expression {
    /// Within another connective: what binds first is not left to be known.
    fn fmt_member(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Joined { .. } => write!(formatter, "({self})"),
            _ => write!(formatter, "{self}"),
        }
    }
}

fn separated<T>(
    formatter: &mut fmt::Formatter<'_>,
    items: &[T],
    separator: &str,
    write: impl Fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            formatter.write_str(separator)?;
        }
        write(item, formatter)?;
    }
    Ok(())
}

impl From<Query> for String {
    fn from(query: Query) -> Self {
        query.to_string()
    }
}

impl From<&Query> for String {
    fn from(query: &Query) -> Self {
        query.to_string()
    }
}
