//! Values as Bitbucket's query language writes them.

use std::{fmt, time::SystemTime};

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Timelike as _, Utc};

/// What a field is compared with.
///
/// It is made from texts, numbers, booleans, dates and the enums of
/// [`types`](crate::types); `None` is null.
///
/// ```
/// use bitbucket::query::Value;
/// use chrono::{NaiveDate, TimeZone as _, Utc};
///
/// assert_eq!(Value::from(r#"C:\"new""#).to_string(), r#""C:\\\"new\"""#);
/// assert_eq!(Value::from(-3).to_string(), "-3");
/// assert_eq!(Value::from(true).to_string(), "true");
/// assert_eq!(Value::from(None::<i64>).to_string(), "null");
/// let day = NaiveDate::from_ymd_opt(2026, 2, 28).expect("a day");
/// assert_eq!(Value::from(day).to_string(), "2026-02-28");
/// let noon = Utc.with_ymd_and_hms(2026, 2, 28, 12, 0, 0).single().expect("an instant");
/// assert_eq!(Value::from(noon).to_string(), "2026-02-28T12:00:00+00:00");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Value(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Text(String),
    /// Numbers, dates, booleans and null, which stand without quotes.
    Bare(String),
}

impl Value {
    /// No value.
    pub fn null() -> Self {
        Self::bare("null")
    }

    fn bare(text: impl Into<String>) -> Self {
        Self(Kind::Bare(text.into()))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;

        let text = match &self.0 {
            Kind::Bare(text) => return formatter.write_str(text),
            Kind::Text(text) => text,
        };
        formatter.write_char('"')?;
        for character in text.chars() {
            if matches!(character, '"' | '\\') {
                formatter.write_char('\\')?;
            }
            formatter.write_char(character)?;
        }
        formatter.write_char('"')
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(Kind::Text(text))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(Kind::Text(text.to_owned()))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::bare(value.to_string())
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {
        $(
            impl From<$integer> for Value {
                fn from(number: $integer) -> Self {
                    Self::bare(number.to_string())
                }
            }
        )*
    };
}

integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

/// What is no number (`NaN`, infinity) becomes null, as it does in JSON.
impl From<f64> for Value {
    fn from(number: f64) -> Self {
        if number.is_finite() {
            // Never with an exponent, which the language does not have.
            Self::bare(format!("{number}"))
        } else {
            Self::null()
        }
    }
}

/// An instant: to the microsecond, which is as exact as Bitbucket's own.
impl<Z: TimeZone> From<DateTime<Z>> for Value {
    fn from(instant: DateTime<Z>) -> Self {
        let digits = match instant.nanosecond() {
            0 => SecondsFormat::Secs,
            nanoseconds if nanoseconds % 1_000_000 == 0 => SecondsFormat::Millis,
            _ => SecondsFormat::Micros,
        };
        let fixed = instant.fixed_offset();
        Self::bare(fixed.to_rfc3339_opts(digits, false))
    }
}

impl From<SystemTime> for Value {
    fn from(instant: SystemTime) -> Self {
        Self::from(DateTime::<Utc>::from(instant))
    }
}

/// A day, from its beginning in UTC.
impl From<NaiveDate> for Value {
    fn from(day: NaiveDate) -> Self {
        Self::bare(day.to_string())
    }
}

/// An instant in UTC.
impl From<NaiveDateTime> for Value {
    fn from(instant: NaiveDateTime) -> Self {
        Self::from(instant.and_utc())
    }
}

/// `None` is null.
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(Self::null, Into::into)
    }
}
