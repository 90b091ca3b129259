//! Readers that take what Bitbucket sends where a value was expected: null,
//! nulls among a list's elements, dates in more than one spelling.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use serde::{
    Deserialize,
    de::{Deserializer, Error as _, SeqAccess, Visitor},
};

/// A list, or null. Nulls among the elements stand for nothing and are left
/// out.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_option(List(PhantomData))
}

struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list or null")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        // The hint comes from outside: it may not decide how much is reserved.
        let mut list = Vec::with_capacity(elements.size_hint().unwrap_or(0).min(128));
        while let Some(element) = elements.next_element::<Option<T>>()? {
            list.extend(element);
        }
        Ok(Some(list))
    }
}

/// A map, or null. Entries that are null are left out.
pub(crate) fn map<'de, D, T>(deserializer: D) -> Result<Option<BTreeMap<String, T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let entries: Option<BTreeMap<String, Option<T>>> = Option::deserialize(deserializer)?;
    Ok(entries.map(|entries| {
        entries
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    }))
}

/// A point in time, or null: RFC 3339 as a rule; also with a blank for the `T`,
/// an offset without its colon, or no offset at all (read as UTC).
pub(crate) fn date_time<'de, D>(deserializer: D) -> Result<Option<DateTime<FixedOffset>>, D::Error>
where
    D: Deserializer<'de>,
{
    let text: Option<std::borrow::Cow<'de, str>> = Option::deserialize(deserializer)?;
    match text {
        None => Ok(None),
        Some(text) if text.is_empty() => Ok(None),
        Some(text) => parse(&text)
            .map(Some)
            .ok_or_else(|| D::Error::custom(format_args!("`{text}` is no date and time"))),
    }
}

fn parse(text: &str) -> Option<DateTime<FixedOffset>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time);
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z"] {
        if let Ok(time) = DateTime::parse_from_str(text, format) {
            return Some(time);
        }
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, format) {
            return Some(time.and_utc().fixed_offset());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Sample {
        #[serde(deserialize_with = "super::list")]
        numbers: Option<Vec<i64>>,
        #[serde(deserialize_with = "super::map")]
        counts: Option<std::collections::BTreeMap<String, i64>>,
        #[serde(deserialize_with = "super::date_time")]
        at: Option<chrono::DateTime<chrono::FixedOffset>>,
    }

    fn read(value: serde_json::Value) -> Sample {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn lists() {
        assert_eq!(read(json!({})).numbers, None);
        assert_eq!(read(json!({"numbers": null})).numbers, None);
        assert_eq!(read(json!({"numbers": []})).numbers, Some(vec![]));
        assert_eq!(
            read(json!({"numbers": [1, null, 3]})).numbers,
            Some(vec![1, 3])
        );
        assert!(serde_json::from_value::<Sample>(json!({"numbers": {}})).is_err());
    }

    #[test]
    fn maps() {
        assert_eq!(read(json!({"counts": null})).counts, None);
        let counts = read(json!({"counts": {"a": 1, "b": null}})).counts.unwrap();
        assert_eq!(
            counts.into_iter().collect::<Vec<_>>(),
            [("a".to_owned(), 1)]
        );
    }

    #[test]
    fn dates() {
        for (text, utc) in [
            (
                "2018-02-05T22:02:36.123456+00:00",
                "2018-02-05T22:02:36.123456+00:00",
            ),
            ("2018-02-05T22:02:36Z", "2018-02-05T22:02:36+00:00"),
            ("2018-02-05 22:02:36+0200", "2018-02-05T22:02:36+02:00"),
            ("2018-02-05 22:02:36", "2018-02-05T22:02:36+00:00"),
        ] {
            let at = read(json!({"at": text})).at.unwrap();
            assert_eq!(at.to_rfc3339(), utc);
        }
        assert!(read(json!({"at": null})).at.is_none());
        assert!(serde_json::from_value::<Sample>(json!({"at": "soon"})).is_err());
    }
}
