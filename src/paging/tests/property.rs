//! No item is lost, repeated or out of order, whatever the pages are like and
//! however many of them are under way.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::StreamExt as _;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{asked, drain, first};
use crate::{
    Client, ErrorKind, ItemStream, Page, PageStream,
    paging::Numbering,
    properties::share_cases,
    test_server::{LIST, Received, Reply, Server},
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Links {
    /// `next` ends in the number of the next page.
    Numbered,
    /// `next` ends in something that only the server understands.
    Opaque,
    /// There is no `next`.
    None,
}

#[derive(Clone, Copy, Debug)]
enum Failure {
    Status,
    Cut,
    Garbage,
}

#[derive(Clone, Debug)]
struct Case {
    /// How many items each page has.
    counts: Vec<usize>,
    length: i64,
    /// What the pages say the size is. It need not be true: the listing may have
    /// grown or shrunk since.
    size: Option<i64>,
    links: Links,
    failure: Option<(usize, Failure)>,
    prefetch: bool,
    concurrency: usize,
    /// How long each page takes, in milliseconds.
    delays: Vec<u64>,
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}

impl Case {
    fn values(&self, number: usize) -> Vec<i64> {
        let before: usize = self.counts.iter().take(number - 1).sum();
        let count = self.counts.get(number - 1).copied().unwrap_or(0);
        (before..before + count).map(whole).collect()
    }

    /// `query` is what every request of one listing has in its query.
    fn page(&self, number: usize, query: &str) -> Value {
        let next = number + 1;
        let next = match self.links {
            Links::Numbered => format!("{query}&page={next}"),
            Links::Opaque => format!("{query}&page=t{next}"),
            Links::None => String::new(),
        };
        let mut page = json!({"pagelen": self.length, "values": self.values(number)});
        if self.links != Links::Opaque {
            page["page"] = json!(number);
        }
        if let Some(size) = self.size {
            page["size"] = json!(size);
        }
        if self.links != Links::None && number < self.counts.len() {
            page["next"] = json!(next);
        }
        page
    }

    fn reply(&self, request: &Received) -> Reply {
        let number = asked(request);
        let delay = self.delays[number % self.delays.len()];
        let query = request.target.split('&').next().unwrap_or_default();
        let page = self.page(number, query);
        let reply = match self.failure {
            Some((failing, Failure::Status)) if failing == number => Reply::new(500, "Oops"),
            Some((failing, Failure::Cut)) if failing == number => Reply::json(&page).cut_after(5),
            Some((failing, Failure::Garbage)) if failing == number => {
                Reply::new(200, r#"{"values": 1}"#)
            }
            _ if self.links != Links::None && number > self.counts.len() => Reply::new(404, ""),
            _ => Reply::json(&page),
        };
        reply.after(Duration::from_millis(delay))
    }

    fn numbering(&self) -> Numbering {
        match self.links {
            Links::None => Numbering::Number,
            Links::Numbered | Links::Opaque => Numbering::Link,
        }
    }

    /// Whether there is a page after this one, for somebody who looks at one
    /// page after the other.
    fn goes_on(&self, number: usize) -> bool {
        match self.links {
            Links::Numbered | Links::Opaque => number < self.counts.len(),
            Links::None => {
                let read = whole(number) * self.length;
                !self.values(number).is_empty() && self.size.is_some_and(|size| read < size)
            }
        }
    }

    fn expected(&self) -> (Vec<Vec<i64>>, Option<ErrorKind>) {
        let mut pages = Vec::new();
        for number in 1.. {
            match self.failure {
                Some((failing, kind)) if failing == number => {
                    let kind = match kind {
                        Failure::Status => ErrorKind::Status,
                        Failure::Cut => ErrorKind::Transport,
                        Failure::Garbage => ErrorKind::Decode,
                    };
                    return (pages, Some(kind));
                }
                _ => pages.push(self.values(number)),
            }
            if !self.goes_on(number) {
                break;
            }
        }
        (pages, None)
    }
}

fn case() -> impl Strategy<Value = Case> {
    let links = prop_oneof![
        Just(Links::Numbered),
        Just(Links::Opaque),
        Just(Links::None)
    ];
    let failure = (
        1_usize..9,
        prop_oneof![
            Just(Failure::Status),
            Just(Failure::Cut),
            Just(Failure::Garbage)
        ],
    );
    (
        prop::collection::vec(0_usize..4, 1..8),
        1_i64..4,
        prop::option::weighted(0.9, 0_i64..30),
        links,
        prop::option::weighted(0.4, failure),
        any::<bool>(),
        1_usize..6,
        prop::collection::vec(0_u64..6, 1..8),
    )
        .prop_map(
            |(counts, length, size, links, failure, prefetch, concurrency, delays)| Case {
                counts,
                length,
                size,
                links,
                failure,
                prefetch,
                concurrency,
                delays,
            },
        )
}

/// One server and one client for all cases, told apart by their query: what is
/// left over from one case must not be answered as if it were of another.
struct Listings {
    server: Server,
    client: Client,
    cases: Arc<Mutex<Vec<Case>>>,
}

impl Listings {
    async fn start() -> Self {
        let cases = Arc::<Mutex<Vec<Case>>>::default();
        let known = Arc::clone(&cases);
        let server = Server::start(move |request| {
            let number = request.target.split(['=', '&']).nth(1).unwrap();
            let cases = known.lock().unwrap();
            cases[number.parse::<usize>().unwrap()].reply(request)
        })
        .await;
        Self {
            client: server.client(),
            server,
            cases,
        }
    }

    /// The query that tells a case.
    fn add(&self, case: &Case) -> String {
        let mut cases = self.cases.lock().unwrap();
        cases.push(case.clone());
        format!("?case={}", cases.len() - 1)
    }

    fn times_asked(&self, query: &str) -> Vec<usize> {
        let mut times = HashMap::<String, usize>::new();
        for target in self.server.take_targets() {
            if target.split('&').next() == Some(&format!("/2.0/list{query}")) {
                *times.entry(target).or_default() += 1;
            }
        }
        times.into_values().collect()
    }

    async fn check_items(&self, case: &Case) {
        let query = self.add(case);
        let request = first(&self.server, &query);
        let client = self.client.clone();
        let stream = ItemStream::<Page<i64>>::new(client, &LIST, request, case.numbering())
            .prefetch(case.prefetch)
            .concurrent_pages(case.concurrency);
        let (found, error) = drain(stream).await;
        let (pages, kind) = case.expected();
        assert_eq!(found, pages.concat());
        assert_eq!(error.map(|error| error.kind()), kind);

        let times = self.times_asked(&query);
        assert!(times.iter().all(|times| *times == 1), "{times:?}");
        if case.concurrency == 1 {
            let failed = usize::from(kind.is_some());
            assert_eq!(times.len(), pages.len() + failed);
        }
    }

    async fn check_pages(&self, case: &Case) {
        let request = first(&self.server, &self.add(case));
        let client = self.client.clone();
        let mut stream = PageStream::<Page<i64>>::new(client, &LIST, request, case.numbering())
            .prefetch(case.prefetch)
            .concurrent_pages(case.concurrency);
        let (pages, expected) = case.expected();
        for values in pages {
            let page = stream.next().await.unwrap().unwrap();
            assert_eq!(page.values, Some(values));
        }
        let kind = stream.next().await.map(|last| last.unwrap_err().kind());
        assert_eq!(kind, expected);
        assert!(stream.next().await.is_none(), "the end stays the end");
    }
}

#[test]
fn every_item_comes_once_and_in_order() {
    share_cases(|config, runtime| {
        let listings = runtime.block_on(Listings::start());
        proptest!(config, |(case in case(), by_page: bool)| {
            if by_page {
                runtime.block_on(listings.check_pages(&case));
            } else {
                runtime.block_on(listings.check_items(&case));
            }
        });
    });
}
