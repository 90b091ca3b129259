//! Points in time, in both of the ways that servers write them.

use std::fmt;

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time, to the millisecond.
///
/// Data Center writes milliseconds since 1970; from version 10.3 on it also
/// writes dates such as `2026-01-31T09:30:00.000+0000`. Both are read, and each
/// is written back as it came.
///
/// ```
/// use bitbucket::data_center::Timestamp;
///
/// let older: Timestamp = serde_json::from_str("1769851800000").unwrap();
/// let newer: Timestamp = serde_json::from_str(r#""2026-01-31T09:30:00.000+0000""#).unwrap();
/// assert_eq!(older.as_millis(), newer.as_millis());
/// assert_eq!(older.to_string(), "2026-01-31T09:30:00.000Z");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamp(Written);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Written {
    Milliseconds(i64),
    Date {
        instant: DateTime<FixedOffset>,
        text: String,
    },
    /// What no date can be made of. An answer is not lost for it.
    Unreadable(String),
}

impl Timestamp {
    /// A point in time, in milliseconds since the beginning of 1970 in UTC.
    pub fn from_millis(milliseconds: i64) -> Self {
        Self(Written::Milliseconds(milliseconds))
    }

    /// Milliseconds since the beginning of 1970 in UTC; `None` if the server
    /// wrote what is no date.
    pub fn as_millis(&self) -> Option<i64> {
        match &self.0 {
            Written::Milliseconds(milliseconds) => Some(*milliseconds),
            Written::Date { instant, .. } => Some(instant.timestamp_millis()),
            Written::Unreadable(_) => None,
        }
    }

    /// The date, in the offset that the server gave, else in UTC; `None` if it
    /// lies beyond the years that can be written, or is no date.
    pub fn to_date_time(&self) -> Option<DateTime<FixedOffset>> {
        match &self.0 {
            Written::Milliseconds(milliseconds) => {
                DateTime::from_timestamp_millis(*milliseconds).map(|utc| utc.fixed_offset())
            }
            Written::Date { instant, .. } => Some(*instant),
            Written::Unreadable(_) => None,
        }
    }

    fn read(text: &str) -> Self {
        let instant = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z"]
            .iter()
            .find_map(|format| DateTime::parse_from_str(text, format).ok())
            .or_else(|| DateTime::parse_from_rfc3339(text).ok());
        Self(match (instant, text.parse()) {
            (Some(instant), _) => Written::Date {
                instant,
                text: text.to_owned(),
            },
            (None, Ok(milliseconds)) => Written::Milliseconds(milliseconds),
            (None, Err(_)) => Written::Unreadable(text.to_owned()),
        })
    }
}

impl From<DateTime<FixedOffset>> for Timestamp {
    fn from(instant: DateTime<FixedOffset>) -> Self {
        Self::from_millis(instant.timestamp_millis())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0, self.to_date_time()) {
            (_, Some(instant)) => {
                let utc = instant.to_utc();
                formatter.write_str(&utc.to_rfc3339_opts(SecondsFormat::Millis, true))
            }
            (Written::Milliseconds(milliseconds), None) => write!(formatter, "{milliseconds} ms"),
            (Written::Date { text, .. } | Written::Unreadable(text), None) => {
                formatter.write_str(text)
            }
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Written::Milliseconds(milliseconds) => serializer.serialize_i64(*milliseconds),
            Written::Date { text, .. } | Written::Unreadable(text) => {
                serializer.serialize_str(text)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

struct Either;

impl de::Visitor<'_> for Either {
    type Value = Timestamp;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("milliseconds since 1970, or a date")
    }

    fn visit_i64<E: de::Error>(self, milliseconds: i64) -> Result<Timestamp, E> {
        Ok(Timestamp::from_millis(milliseconds))
    }

    fn visit_u64<E: de::Error>(self, milliseconds: u64) -> Result<Timestamp, E> {
        let saturated = i64::try_from(milliseconds).unwrap_or(i64::MAX);
        Ok(Timestamp::from_millis(saturated))
    }

    fn visit_f64<E: de::Error>(self, milliseconds: f64) -> Result<Timestamp, E> {
        // Half a millisecond is nobody's concern, and what is beyond the range
        // of a date stays beyond it.
        #[allow(clippy::cast_possible_truncation)]
        Ok(Timestamp::from_millis(milliseconds as i64))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        Ok(Timestamp::read(text))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Timestamp;

    fn read(json: &str) -> Timestamp {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_spelling_is_the_same_instant() {
        for json in [
            "1769851800000",
            "1769851800000.0",
            r#""1769851800000""#,
            r#""2026-01-31T09:30:00Z""#,
            r#""2026-01-31T09:30:00.000Z""#,
            r#""2026-01-31T09:30:00.000+0000""#,
            r#""2026-01-31T10:30:00+01:00""#,
            r#""2026-01-31 10:30:00+0100""#,
        ] {
            let timestamp = read(json);
            assert_eq!(timestamp.as_millis(), Some(1_769_851_800_000), "{json}");
            assert_eq!(timestamp.to_string(), "2026-01-31T09:30:00.000Z", "{json}");
        }
    }

    #[test]
    fn what_is_no_date_is_kept() {
        let odd = read(r#""tomorrow""#);
        assert_eq!((odd.as_millis(), odd.to_date_time()), (None, None));
        assert_eq!(serde_json::to_string(&odd).unwrap(), r#""tomorrow""#);
        let far = read("9223372036854775807");
        assert_eq!(far.to_date_time(), None);
        assert_eq!(far.to_string(), "9223372036854775807 ms");
        assert!(serde_json::from_str::<Timestamp>("{}").is_err());
    }

    proptest! {
        #[test]
        fn comes_back_as_it_came(milliseconds: i64, text in ".{0,40}") {
            let number = milliseconds.to_string();
            prop_assert_eq!(serde_json::to_string(&read(&number)).unwrap(), number);
            let json = serde_json::to_string(&text).unwrap();
            // A number in quotes is a number.
            prop_assume!(text.parse::<i64>().is_err());
            prop_assert_eq!(serde_json::to_string(&read(&json)).unwrap(), json);
        }
    }
}
