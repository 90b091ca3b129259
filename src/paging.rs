//! Listings: pages, and the items on them.

mod listing;
mod page;
mod stream;
#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;

#[cfg(any(test, fuzzing))]
pub(crate) use listing::own_link;
pub use page::Page;
#[cfg(feature = "data-center")]
pub(crate) use page::number;
pub use stream::{ItemStream, PageStream};

/// One page of a listing.
///
/// Every page of Bitbucket's has the same envelope around its values; most are
/// a [`Page`].
///
/// ```
/// use bitbucket::{Page, Paged};
///
/// let page: Page<String> = serde_json::from_str(
///     r#"{"page": 1, "pagelen": 2, "size": 3, "values": ["a", "b"]}"#,
/// ).unwrap();
/// assert_eq!(page.size(), Some(3));
/// assert_eq!(page.into_values(), ["a", "b"]);
/// ```
pub trait Paged: DeserializeOwned + Send + 'static {
    /// What is listed.
    type Item: Send + 'static;

    /// The link to the page after this one.
    fn next(&self) -> Option<&str>;

    /// How many items the whole listing has.
    fn size(&self) -> Option<i64>;

    /// The number of this page; the first is 1.
    fn page(&self) -> Option<i64>;

    /// How many items a page has at most.
    fn pagelen(&self) -> Option<i64>;

    /// How many items this page has, where that can be told without taking them.
    fn count(&self) -> Option<usize> {
        None
    }

    /// Whether the listing ends with this page, where the page says so.
    fn is_last(&self) -> Option<bool> {
        None
    }

    /// The number of the first item of the page after this one, where items
    /// are counted.
    fn next_start(&self) -> Option<i64> {
        None
    }

    /// The items of this page.
    fn into_values(self) -> Vec<Self::Item>;
}

/// How a listing says that it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbering {
    /// By a link to the next page.
    Link,
    /// By nothing: while page × pagelen is less than the size there is another page.
    Number,
    /// By the number of the next page's first item.
    #[cfg(feature = "data-center")]
    Start,
}
