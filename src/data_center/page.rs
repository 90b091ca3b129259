//! The envelope that Data Center puts around a listing's values.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::Paged;

/// One page of a listing, as Data Center sends it.
///
/// Pages follow each other by [`next_page_start`](Self::next_page_start), which
/// is not always `start` and `size` added: what the caller may not see is
/// counted, but not sent.
///
/// ```
/// use bitbucket::data_center::Page;
///
/// let page: Page<String> = serde_json::from_str(
///     r#"{"size": 2, "limit": 2, "isLastPage": false, "values": ["a", "b"], "start": 0, "nextPageStart": 5}"#,
/// ).unwrap();
/// assert_eq!(page.values, Some(vec!["a".to_owned(), "b".to_owned()]));
/// assert_eq!(page.next_page_start, Some(5));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Page<T> {
    /// How many items this page holds.
    #[serde(
        default,
        deserialize_with = "crate::paging::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub size: Option<i64>,
    /// How many items a page holds at most. The server lowers what was asked
    /// for where its administrators set a limit.
    #[serde(
        default,
        deserialize_with = "crate::paging::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub limit: Option<i64>,
    /// Whether no page comes after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_last_page: Option<bool>,
    /// The number of this page's first item.
    #[serde(
        default,
        deserialize_with = "crate::paging::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub start: Option<i64>,
    /// The `start` of the page after this one.
    #[serde(
        default,
        deserialize_with = "crate::paging::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub next_page_start: Option<i64>,
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
            limit: None,
            is_last_page: None,
            start: None,
            next_page_start: None,
            values: None,
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> Paged for Page<T> {
    type Item = T;

    fn next(&self) -> Option<&str> {
        None
    }

    /// Data Center does not say how long a listing is.
    fn size(&self) -> Option<i64> {
        None
    }

    fn page(&self) -> Option<i64> {
        None
    }

    fn pagelen(&self) -> Option<i64> {
        self.limit
    }

    fn count(&self) -> Option<usize> {
        Some(self.values.as_ref().map_or(0, Vec::len))
    }

    fn is_last(&self) -> Option<bool> {
        self.is_last_page
    }

    fn next_start(&self) -> Option<i64> {
        self.next_page_start
    }

    fn into_values(self) -> Vec<T> {
        self.values.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Page;
    use crate::Paged as _;

    #[test]
    fn reads_what_servers_send() {
        let page: Page<i64> = serde_json::from_str(
            r#"{"size": 2, "limit": 25.0, "isLastPage": true, "start": 0, "filter": null,
                "nextPageStart": null, "values": [3, null, 4]}"#,
        )
        .unwrap();
        assert_eq!(
            (page.size, page.limit, page.start),
            (Some(2), Some(25), Some(0))
        );
        assert_eq!((page.is_last(), page.next_start()), (Some(true), None));
        assert_eq!(
            serde_json::to_string(&page).unwrap(),
            r#"{"size":2,"limit":25,"isLastPage":true,"start":0,"values":[3,4]}"#
        );
    }

    #[test]
    fn a_page_of_nothing_is_empty() {
        for json in ["{}", r#"{"values": null}"#, r#"{"isLastPage": null}"#] {
            let page: Page<i64> = serde_json::from_str(json).unwrap();
            assert_eq!(page, Page::default());
            assert!(page.into_values().is_empty());
        }
    }
}
