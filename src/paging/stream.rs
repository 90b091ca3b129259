//! Listings as streams, for callers.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::{FusedStream, Stream};
use reqwest::Request;

use super::{Numbering, Paged, listing::Listing};
use crate::{Client, Error, Operation};

/// The pages of a listing, one after the other.
///
/// It yields each page as Bitbucket sent it; [`ItemStream`] yields what is on them,
/// and what is said there about errors and reading ahead holds here as well.
///
/// ```no_run
/// # use bitbucket::{Page, PageStream};
/// # async fn read(mut pages: PageStream<Page<String>>) -> Result<(), bitbucket::Error> {
/// while let Some(page) = pages.try_next().await? {
///     println!("page {:?} of a listing of {:?}", page.page, page.size);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct PageStream<P> {
    listing: Listing<P>,
}

/// The items of a listing, from its first page to its last.
///
/// - Nothing is sent before the first item is asked for.
/// - The next page is fetched while the items of this one are used, at most one
///   page ahead; see [`ItemStream::prefetch`] and [`ItemStream::concurrent_pages`].
///   It makes progress whenever an item is asked for: no task is spawned for it,
///   and dropping the stream ends all that it has under way.
/// - A failure ends the stream: it comes after every item before it, and nothing
///   comes after it.
/// - A link to the next page is followed only within the client's origin, and
///   never to a page that was there already.
///
/// ```no_run
/// # use bitbucket::{ItemStream, Page};
/// # async fn read(mut names: ItemStream<Page<String>>) -> Result<(), bitbucket::Error> {
/// while let Some(name) = names.try_next().await? {
///     println!("{name}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// It is a [`Stream`] of results, so that all of `futures::TryStreamExt` applies:
///
/// ```no_run
/// use futures_util::TryStreamExt as _;
/// # use bitbucket::{ItemStream, Page};
/// # async fn read(names: ItemStream<Page<String>>) -> Result<(), bitbucket::Error> {
/// let names: Vec<String> = names.try_collect().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct ItemStream<P: Paged> {
    listing: Listing<P>,
    items: std::vec::IntoIter<P::Item>,
    prefetch: bool,
}

impl<P: Paged> PageStream<P> {
    /// `first` asks for the first page; an error in it is what the stream yields.
    pub(crate) fn new(
        client: Client,
        operation: &'static Operation,
        first: Result<Request, Error>,
        numbering: Numbering,
    ) -> Self {
        Self {
            listing: Listing::new(client, operation, first, numbering),
        }
    }

    /// Whether the next page is asked for as soon as this one is there, which is
    /// the default, or only when the caller wants it.
    pub fn prefetch(mut self, prefetch: bool) -> Self {
        self.listing.set_prefetch(prefetch);
        self
    }

    /// Asks for up to `pages` pages at once, where Bitbucket numbers the pages and
    /// tells the size of the listing; otherwise for one after the other as ever.
    ///
    /// ```no_run
    /// # use bitbucket::{Page, PageStream};
    /// # async fn read(pages: PageStream<Page<String>>) -> Result<(), bitbucket::Error> {
    /// let mut pages = pages.concurrent_pages(4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn concurrent_pages(mut self, pages: usize) -> Self {
        self.listing.set_concurrency(pages);
        self
    }

    /// The next page; `None` at the end of the listing.
    ///
    /// # Errors
    ///
    /// If the page cannot be had. The listing is then at its end.
    pub async fn try_next(&mut self) -> Result<Option<P>, Error> {
        futures_util::TryStreamExt::try_next(self).await
    }
}

impl<P: Paged> ItemStream<P> {
    /// `first` asks for the first page; an error in it is what the stream yields.
    pub(crate) fn new(
        client: Client,
        operation: &'static Operation,
        first: Result<Request, Error>,
        numbering: Numbering,
    ) -> Self {
        Self {
            listing: Listing::new(client, operation, first, numbering),
            items: Vec::new().into_iter(),
            prefetch: true,
        }
    }

    /// Whether the next page is asked for while the items of this one are used,
    /// which is the default, or only after the last of them.
    ///
    /// ```no_run
    /// # use bitbucket::{ItemStream, Page};
    /// # async fn read(names: ItemStream<Page<String>>) -> Result<(), bitbucket::Error> {
    /// // One item is all that is wanted: fetching a second page would be in vain.
    /// let first = names.prefetch(false).try_next().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn prefetch(mut self, prefetch: bool) -> Self {
        self.prefetch = prefetch;
        self.listing.set_prefetch(prefetch);
        self
    }

    /// Asks for up to `pages` pages at once, where Bitbucket numbers the pages and
    /// tells the size of the listing; otherwise for one after the other as ever.
    /// The items come in the same order.
    ///
    /// Each page counts against Bitbucket's rate limit as it does otherwise.
    ///
    /// ```no_run
    /// # use bitbucket::{ItemStream, Page};
    /// # async fn read(names: ItemStream<Page<String>>) -> Result<(), bitbucket::Error> {
    /// let mut names = names.concurrent_pages(4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn concurrent_pages(mut self, pages: usize) -> Self {
        self.listing.set_concurrency(pages);
        self
    }

    /// The next item; `None` at the end of the listing.
    ///
    /// # Errors
    ///
    /// If the page that the item is on cannot be had. The listing is then at its end.
    pub async fn try_next(&mut self) -> Result<Option<P::Item>, Error> {
        futures_util::TryStreamExt::try_next(self).await
    }
}

/// Neither pages nor items are ever pinned.
impl<P> Unpin for PageStream<P> {}

/// Neither pages nor items are ever pinned.
impl<P: Paged> Unpin for ItemStream<P> {}

impl<P: Paged> Stream for PageStream<P> {
    type Item = Result<P, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.listing.poll_page(context)
    }
}

impl<P: Paged> Stream for ItemStream<P> {
    type Item = Result<P::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(item) = this.items.next() {
                if this.prefetch {
                    this.listing.keep_moving(context);
                }
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(this.listing.poll_page(context)) {
                Some(Ok(page)) => this.items = page.into_values().into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.items.len(), None)
    }
}

impl<P: Paged> FusedStream for PageStream<P> {
    fn is_terminated(&self) -> bool {
        self.listing.is_at_end()
    }
}

impl<P: Paged> FusedStream for ItemStream<P> {
    fn is_terminated(&self) -> bool {
        self.items.len() == 0 && self.listing.is_at_end()
    }
}

impl<P: Paged> fmt::Debug for PageStream<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("PageStream")
            .field(&self.listing.operation().id())
            .finish()
    }
}

impl<P: Paged> fmt::Debug for ItemStream<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("ItemStream")
            .field(&self.listing.operation().id())
            .finish()
    }
}
