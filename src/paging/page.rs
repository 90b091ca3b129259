//! The envelope that Bitbucket puts around a listing's values.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::Paged;

/// One page of a listing, as Bitbucket sends it.
///
/// ```
/// use bitbucket::Page;
///
/// let page: Page<i64> = serde_json::from_str(r#"{"pagelen": 10, "values": [1, 2]}"#).unwrap();
/// assert_eq!(page.values, Some(vec![1, 2]));
/// assert_eq!(page.next, None);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// How many items the whole listing has. Bitbucket leaves it out where
    /// counting would take too long.
    #[serde(
        default,
        deserialize_with = "number",
        skip_serializing_if = "Option::is_none"
    )]
    pub size: Option<i64>,
    /// The number of this page, where pages have numbers; the first is 1.
    #[serde(
        default,
        deserialize_with = "number",
        skip_serializing_if = "Option::is_none"
    )]
    pub page: Option<i64>,
    /// How many items a page has at most.
    #[serde(
        default,
        deserialize_with = "number",
        skip_serializing_if = "Option::is_none"
    )]
    pub pagelen: Option<i64>,
    /// The link to the next page. What is in it is nobody's business but Bitbucket's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The link to the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The items of this page.
    #[serde(
        default = "Option::default",
        deserialize_with = "crate::tolerant::list",
        skip_serializing_if = "Option::is_none",
        bound(deserialize = "T: Deserialize<'de>")
    )]
    pub values: Option<Vec<T>>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            size: None,
            page: None,
            pagelen: None,
            next: None,
            previous: None,
            values: None,
        }
    }
}

impl<T: de::DeserializeOwned + Send + 'static> Paged for Page<T> {
    type Item = T;

    fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }

    fn size(&self) -> Option<i64> {
        self.size
    }

    fn page(&self) -> Option<i64> {
        self.page
    }

    fn pagelen(&self) -> Option<i64> {
        self.pagelen
    }

    fn count(&self) -> Option<usize> {
        Some(self.values.as_ref().map_or(0, Vec::len))
    }

    fn into_values(self) -> Vec<T> {
        self.values.unwrap_or_default()
    }
}

/// Reads a number that may come as a string. A string that is no number is the
/// opaque mark of a page without one.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_any(Number)
}

struct Number;

impl de::Visitor<'_> for Number {
    type Value = Option<i64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number, a string or null")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(number).ok())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        // A whole number is written the same with a fraction of nought.
        Ok(number.to_string().parse().ok())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.trim().parse().ok())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, Paged as _};

    #[test]
    fn reads_what_bitbucket_sends() {
        let page: Page<i64> = serde_json::from_str(
            r#"{"size": 4, "page": "2", "pagelen": 2.0, "next": null, "values": [3, 4], "new": {}}"#,
        )
        .unwrap();
        assert_eq!(
            (page.size, page.page, page.pagelen),
            (Some(4), Some(2), Some(2))
        );
        assert_eq!(page.count(), Some(2));
        assert_eq!(
            serde_json::to_string(&page).unwrap(),
            r#"{"size":4,"page":2,"pagelen":2,"values":[3,4]}"#
        );
    }

    #[test]
    fn an_opaque_page_has_no_number() {
        for opaque in [
            r#""CjEKFQoE""#,
            r#""""#,
            "null",
            "18446744073709551615",
            "1.5",
        ] {
            let json = format!(r#"{{"page": {opaque}}}"#);
            let page: Page<i64> = serde_json::from_str(&json).unwrap();
            assert_eq!(page, Page::default());
        }
    }

    #[test]
    fn a_page_of_nothing_is_empty() {
        for json in ["{}", r#"{"values": null}"#, r#"{"values": []}"#] {
            let page: Page<i64> = serde_json::from_str(json).unwrap();
            assert_eq!(page.count(), Some(0));
            assert!(page.into_values().is_empty());
        }
        assert!(serde_json::from_str::<Page<i64>>(r#"{"page": true}"#).is_err());
    }
}
