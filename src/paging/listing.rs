//! Walking through a listing page by page.
//!
//! The walk knows at most one thing to do next: follow a link, or ask for a
//! range of pages by number. Requests are under way in the order of their
//! pages, and what comes after a page is decided only when that page's turn
//! has come, so that nothing is skipped, repeated or put out of order however
//! the requests overtake each other.

use std::{
    collections::{HashSet, VecDeque},
    task::{Context, Poll, ready},
};

use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesOrdered};
use reqwest::Request;
use url::Url;

use super::{Numbering, Paged};
use crate::{
    Client, Error, Operation,
    redirect::{Address, has_credentials},
};

pub(super) struct Listing<P> {
    client: Client,
    operation: &'static Operation,
    numbering: Numbering,
    prefetch: bool,
    concurrency: usize,
    /// A copy of the first request: every later one differs in its address only.
    template: Option<Request>,
    upcoming: Upcoming,
    under_way: FuturesOrdered<BoxFuture<'static, Arrival<P>>>,
    arrived: VecDeque<Arrival<P>>,
    /// Every address asked for. A listing that leads back to one never ends.
    seen: HashSet<String>,
}

/// What is to be asked for once there is room for another request.
enum Upcoming {
    First(Box<Result<Request, Error>>),
    Link(Url),
    Numbers(Numbers),
    /// Depends on the last page under way.
    Undecided,
    /// Nothing, and this is why.
    Failed(Error),
    End,
}

/// Pages that can be asked for without having seen the one before.
struct Numbers {
    address: Url,
    next: i64,
    last: i64,
}

struct Arrival<P> {
    page: Result<P, Error>,
    address: Url,
    asked: Option<Asked>,
}

/// A page was asked for by its number.
#[derive(Clone, Copy)]
struct Asked {
    number: i64,
    /// Whether what follows it is under way or planned already.
    followed: bool,
}

impl<P: Paged> Listing<P> {
    pub(super) fn new(
        client: Client,
        operation: &'static Operation,
        first: Result<Request, Error>,
        numbering: Numbering,
    ) -> Self {
        Self {
            client,
            operation,
            numbering,
            prefetch: true,
            concurrency: 1,
            template: None,
            upcoming: Upcoming::First(Box::new(first)),
            under_way: FuturesOrdered::new(),
            arrived: VecDeque::new(),
            seen: HashSet::new(),
        }
    }

    pub(super) fn operation(&self) -> &'static Operation {
        self.operation
    }

    pub(super) fn set_concurrency(&mut self, pages: usize) {
        self.concurrency = pages.max(1);
    }

    pub(super) fn set_prefetch(&mut self, prefetch: bool) {
        self.prefetch = prefetch;
    }

    pub(super) fn is_at_end(&self) -> bool {
        matches!(self.upcoming, Upcoming::End) && !self.has_requests()
    }

    /// The next page in order.
    pub(super) fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<P, Error>>> {
        self.start_requests();
        let arrival = match self.arrived.pop_front() {
            Some(arrival) => Some(arrival),
            None => ready!(self.under_way.poll_next_unpin(context)),
        };
        let Some(arrival) = arrival else {
            return Poll::Ready(match self.end() {
                Upcoming::Failed(error) => Some(Err(error)),
                _ => None,
            });
        };
        let page = arrival.page.and_then(|page| {
            self.decide(&page, &arrival.address, arrival.asked)?;
            Ok(page)
        });
        if page.is_err() {
            self.end();
        } else if self.prefetch {
            self.start_requests();
            self.keep_moving(context);
        }
        Poll::Ready(Some(page))
    }

    /// Lets the requests under way make progress while the caller is busy with
    /// the items at hand. It costs next to nothing while none of them can.
    pub(super) fn keep_moving(&mut self, context: &mut Context<'_>) {
        while !self.under_way.is_empty() {
            match self.under_way.poll_next_unpin(context) {
                Poll::Ready(Some(arrival)) => self.arrived.push_back(arrival),
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
    }

    fn has_requests(&self) -> bool {
        !self.under_way.is_empty() || !self.arrived.is_empty()
    }

    fn end(&mut self) -> Upcoming {
        self.under_way.clear();
        self.arrived.clear();
        std::mem::replace(&mut self.upcoming, Upcoming::End)
    }

    /// Starts what can be started, within the limit of pages ahead.
    fn start_requests(&mut self) {
        while self.under_way.len() + self.arrived.len() < self.concurrency {
            match std::mem::replace(&mut self.upcoming, Upcoming::Undecided) {
                Upcoming::First(first) => match *first {
                    Ok(request) => {
                        self.template = request.try_clone();
                        self.start(request, None);
                    }
                    Err(error) => self.upcoming = Upcoming::Failed(error),
                },
                Upcoming::Link(address) => self.start_next(address, None),
                Upcoming::Numbers(numbers) => self.start_number(numbers),
                nothing => {
                    self.upcoming = nothing;
                    return;
                }
            }
        }
    }

    fn start_number(&mut self, mut numbers: Numbers) {
        let number = numbers.next;
        let followed = number < numbers.last;
        let address = with_page(&numbers.address, number);
        if followed {
            numbers.next += 1;
            self.upcoming = Upcoming::Numbers(numbers);
        }
        self.start_next(address, Some(Asked { number, followed }));
    }

    fn start_next(&mut self, address: Url, asked: Option<Asked>) {
        match self.template.as_ref().and_then(Request::try_clone) {
            Some(mut request) => {
                *request.url_mut() = address;
                self.start(request, asked);
            }
            None => {
                self.upcoming = Upcoming::Failed(Error::paging(
                    self.operation,
                    "the listing goes on, but its request has a body that cannot be sent again",
                ));
            }
        }
    }

    fn start(&mut self, request: Request, asked: Option<Asked>) {
        let address = request.url().clone();
        self.seen.insert(address.as_str().to_owned());
        let (client, operation) = (self.client.clone(), self.operation);
        let fetch = async move {
            let page = client.send_json::<P>(operation, request).await;
            Arrival {
                page: page.map(crate::Response::into_inner),
                address,
                asked,
            }
        };
        self.under_way.push_back(fetch.boxed());
    }
}

/// What comes after a page.
impl<P: Paged> Listing<P> {
    /// Plans what to ask for after `page`. An error means that `page` itself is
    /// not the one that was asked for.
    fn decide(&mut self, page: &P, address: &Url, asked: Option<Asked>) -> Result<(), Error> {
        if let (Some(asked), Some(declared)) = (asked, page.page())
            && asked.number != declared
        {
            return Err(Error::paging(
                self.operation,
                format!("asked for page {}, but got page {declared}", asked.number),
            ));
        }
        if asked.is_some_and(|asked| asked.followed) {
            self.decide_within(page, address);
        } else {
            self.upcoming = self
                .after(page, address, asked)
                .unwrap_or_else(Upcoming::Failed);
        }
        Ok(())
    }

    /// A page whose followers are planned by number can still be the last one:
    /// the listing may have shrunk meanwhile.
    fn decide_within(&mut self, page: &P, address: &Url) {
        match self.link(page, address) {
            Ok(Some(_)) => {}
            Ok(None) if self.numbering == Numbering::Number && page.count() != Some(0) => {}
            Ok(None) => {
                self.end();
            }
            Err(error) => {
                self.end();
                self.upcoming = Upcoming::Failed(error);
            }
        }
    }

    fn after(&self, page: &P, address: &Url, asked: Option<Asked>) -> Result<Upcoming, Error> {
        #[cfg(feature = "data-center")]
        if self.numbering == Numbering::Start {
            return self.after_start(page, address);
        }
        let Some(link) = self.link(page, address)? else {
            return Ok(match self.numbering {
                Numbering::Number => self.after_number(page, address, asked),
                Numbering::Link => Upcoming::End,
                #[cfg(feature = "data-center")]
                Numbering::Start => Upcoming::End,
            });
        };
        if self.seen.contains(link.as_str()) {
            return Err(Error::paging(
                self.operation,
                format!("the listing leads in a circle, back to {}", Address(&link)),
            ));
        }
        if self.concurrency > 1
            && let Some(current) = page.page()
            && let Some(next) = current.checked_add(1)
            && page_number(&link) == Some(next)
            && let Some(last) = last_page(page)
            && last > next
        {
            return Ok(Upcoming::Numbers(Numbers {
                address: link,
                next,
                last,
            }));
        }
        Ok(Upcoming::Link(link))
    }

    /// From the item that the page names, whichever that is: items that the
    /// caller may not see are counted too.
    #[cfg(feature = "data-center")]
    fn after_start(&self, page: &P, address: &Url) -> Result<Upcoming, Error> {
        if page.is_last() == Some(true) {
            return Ok(Upcoming::End);
        }
        let Some(start) = page.next_start() else {
            return match page.is_last() {
                Some(_) => Err(Error::paging(
                    self.operation,
                    "the listing goes on, but its page does not say where",
                )),
                None => Ok(Upcoming::End),
            };
        };
        let current = parameter(address, "start").unwrap_or(0);
        if start <= current {
            return Err(Error::paging(
                self.operation,
                format!("the listing leads in a circle, from item {current} to item {start}"),
            ));
        }
        Ok(Upcoming::Link(with_parameter(address, "start", start)))
    }

    /// Without a link, as long as the declared size says that there is more.
    fn after_number(&self, page: &P, address: &Url, asked: Option<Asked>) -> Upcoming {
        let current = page
            .page()
            .or(asked.map(|asked| asked.number))
            .or_else(|| page_number(address))
            .unwrap_or(1);
        match (last_page(page), current.checked_add(1)) {
            (Some(last), Some(next)) if next <= last && page.count() != Some(0) => {
                Upcoming::Numbers(Numbers {
                    address: address.clone(),
                    next,
                    last: if self.concurrency > 1 { last } else { next },
                })
            }
            _ => Upcoming::End,
        }
    }

    /// The link to the next page, if it leads where the credentials may go.
    fn link(&self, page: &P, address: &Url) -> Result<Option<Url>, Error> {
        let Some(link) = page.next().filter(|link| !link.is_empty()) else {
            return Ok(None);
        };
        own_link(&self.client, self.operation, address, link).map(Some)
    }
}

/// Where a link on the page at `address` leads, if the credentials may go there.
pub(crate) fn own_link(
    client: &Client,
    operation: &'static Operation,
    address: &Url,
    link: &str,
) -> Result<Url, Error> {
    let fault = |message: String| Err(Error::paging(operation, message));
    let Ok(mut link) = address.join(link) else {
        return fault("the link to the next page is not a URL".to_owned());
    };
    if has_credentials(&link) {
        return fault("the link to the next page has credentials in it".to_owned());
    }
    if !client.is_own_origin(&link) {
        let to = Address(&link);
        return fault(format!("the next page is on another origin: {to}"));
    }
    link.set_fragment(None);
    Ok(link)
}

/// The number of the last page, as far as this page can tell.
fn last_page<P: Paged>(page: &P) -> Option<i64> {
    let (size, length) = (page.size()?, page.pagelen()?);
    if size < 0 || length < 1 {
        return None;
    }
    Some(size / length + i64::from(size % length > 0))
}

fn page_number(address: &Url) -> Option<i64> {
    parameter(address, "page")
}

/// A number in the query of an address, if there is exactly one of that name.
fn parameter(address: &Url, name: &str) -> Option<i64> {
    let mut values = address.query_pairs().filter(|(key, _)| key == name);
    let number = values.next()?.1.parse().ok()?;
    values.next().is_none().then_some(number)
}

/// The same address with another page.
fn with_page(address: &Url, number: i64) -> Url {
    with_parameter(address, "page", number)
}

/// The same address with another value of a parameter; what else is in the
/// query stays as it is.
fn with_parameter(address: &Url, name: &str, number: i64) -> Url {
    let mut url = address.clone();
    let others = address
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name));
    let mut query = String::new();
    for pair in others {
        query.push_str(pair);
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    query.push_str(&number.to_string());
    url.set_query(Some(&query));
    url
}
