//! Request fields that can be cleared.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A request field which can be set, or cleared by sending null.
///
/// Where Bitbucket gives null a meaning, a field is an
/// `Option<Nullable<T>>`: `None` leaves it as it is, `Some(Nullable::Null)`
/// clears it, and `Some(Nullable::Value(value))` sets it.
///
/// ```
/// use bitbucket::Nullable;
///
/// let cleared: Nullable<String> = Nullable::Null;
/// let set = Nullable::from("major".to_owned());
/// assert_eq!(serde_json::to_string(&cleared).unwrap(), "null");
/// assert_eq!(serde_json::to_string(&set).unwrap(), "\"major\"");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Nullable<T> {
    /// Null: the field is to be empty.
    Null,
    /// The field's value.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, if it is not null.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// The value itself, if it is not null.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Value(value) => serializer.serialize_some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            None => Self::Null,
            Some(value) => Self::Value(value),
        })
    }
}

/// For `#[serde(default, deserialize_with = …)]` on an `Option<Nullable<T>>`:
/// serde alone reads null as `None`, as if the field were not there.
pub(crate) fn deserialize_present<'de, T, D>(
    deserializer: D,
) -> Result<Option<Nullable<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Nullable::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::{Nullable, deserialize_present};
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Issue {
        #[serde(
            default,
            deserialize_with = "deserialize_present",
            skip_serializing_if = "Option::is_none"
        )]
        assignee: Option<Nullable<String>>,
    }

    #[test]
    fn absent_null_and_value_are_three_things() {
        for (json, assignee) in [
            ("{}", None),
            (r#"{"assignee":null}"#, Some(Nullable::Null)),
            (
                r#"{"assignee":"kim"}"#,
                Some(Nullable::Value("kim".to_owned())),
            ),
        ] {
            let issue: Issue = serde_json::from_str(json).unwrap();
            assert_eq!(issue, Issue { assignee });
            assert_eq!(serde_json::to_string(&issue).unwrap(), json);
        }
    }

    #[test]
    fn says_what_it_holds() {
        assert_eq!(Nullable::from(3).value(), Some(&3));
        assert_eq!(Nullable::from(3).into_value(), Some(3));
        assert!(Nullable::<i64>::Null.is_null());
        assert_eq!(Nullable::<i64>::Null.into_value(), None);
    }
}
