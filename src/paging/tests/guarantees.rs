use std::{error::Error as _, future::poll_fn, pin::pin, time::Duration};

use futures_core::{FusedStream as _, Stream as _};
use futures_util::TryStreamExt as _;
use serde_json::json;

use super::{asked, drain, first, items, listing, pages};
use crate::{
    Error, ErrorKind, ItemStream, Page, PageStream,
    paging::Numbering,
    test_server::{CREATE, LIST, Reply, Server},
};

const A_WHILE: Duration = Duration::from_millis(150);

async fn after_a_while(server: &Server) -> Vec<usize> {
    tokio::time::sleep(A_WHILE).await;
    let mut numbers: Vec<_> = server.received().iter().map(asked).collect();
    numbers.sort_unstable();
    numbers
}

/// Five pages of two items each.
async fn five_pages() -> Server {
    listing(|number| {
        json!({
            "page": number, "pagelen": 2, "size": 10, "values": [number, number],
            "next": (number < 5).then(|| format!("/2.0/list?page={}", number + 1)),
        })
    })
    .await
}

#[test]
fn streams_can_be_moved_and_sent() {
    fn check<T: Send + Unpin>() {}
    struct Pinned(std::marker::PhantomPinned);
    impl<'de> serde::Deserialize<'de> for Pinned {
        fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            Ok(Self(std::marker::PhantomPinned))
        }
    }
    check::<ItemStream<Page<Pinned>>>();
    check::<PageStream<Page<Pinned>>>();
}

#[tokio::test]
async fn one_page_is_fetched_ahead_and_no_more() {
    let server = five_pages().await;
    let mut stream = items(&server, Numbering::Link);
    assert_eq!(
        after_a_while(&server).await,
        [0; 0],
        "nothing before the first poll"
    );
    assert_eq!(stream.try_next().await.unwrap(), Some(1));
    let ahead = after_a_while(&server).await;
    assert!(ahead.len() <= 2, "{ahead:?}");
    assert_eq!(stream.try_next().await.unwrap(), Some(1));
    assert_eq!(after_a_while(&server).await, [1, 2]);
    assert_eq!(stream.try_next().await.unwrap(), Some(2));
    let ahead = after_a_while(&server).await;
    assert!(ahead.len() <= 3, "{ahead:?}");
    assert_eq!(stream.try_next().await.unwrap(), Some(2));
    assert_eq!(after_a_while(&server).await, [1, 2, 3]);
    assert_eq!(drain(stream).await.0, [3, 3, 4, 4, 5, 5]);
    assert_eq!(after_a_while(&server).await, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn no_page_is_fetched_ahead_on_request() {
    let server = five_pages().await;
    let mut stream = items(&server, Numbering::Link).prefetch(false);
    for (item, fetched) in [(1, 1), (1, 1), (2, 2), (2, 2), (3, 3)] {
        assert_eq!(stream.try_next().await.unwrap(), Some(item));
        assert_eq!(after_a_while(&server).await.len(), fetched);
    }
    let mut stream = pages(&server, Numbering::Link).prefetch(false);
    assert_eq!(stream.try_next().await.unwrap().unwrap().page, Some(1));
    assert_eq!(after_a_while(&server).await.len(), 4);
}

#[tokio::test]
async fn pages_are_fetched_ahead_too() {
    let server = five_pages().await;
    let mut stream = pages(&server, Numbering::Link);
    assert!(!stream.is_terminated());
    assert_eq!(stream.try_next().await.unwrap().unwrap().page, Some(1));
    let rest: Vec<_> = (&mut stream)
        .map_ok(|page| page.page.unwrap())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rest, [2, 3, 4, 5]);
    assert!(stream.is_terminated());
    assert!(stream.try_next().await.unwrap().is_none());

    // The request leaves at once unless the connection is still being put back.
    for _ in 0..20 {
        let server = five_pages().await;
        let mut stream = pages(&server, Numbering::Link);
        stream.try_next().await.unwrap();
        let ahead = after_a_while(&server).await;
        assert!(ahead.len() <= 2, "{ahead:?}");
        if ahead == [1, 2] {
            return;
        }
    }
    panic!("the second page was never asked for before it was wanted");
}

#[tokio::test]
async fn several_numbered_pages_are_fetched_at_once() {
    let server = Server::start(|request| {
        let number = asked(request);
        let page = json!({
            "page": number, "pagelen": 4, "size": 28, "values": [number, number, number, number],
            "next": (number < 7).then(|| format!("/2.0/list?q=a%3Db&page={}", number + 1)),
        });
        // The earlier of two is the later to arrive.
        let delay = if number == 1 {
            0
        } else {
            300 - 30 * number as u64
        };
        Reply::json(&page).after(Duration::from_millis(delay))
    })
    .await;
    let request = first(&server, "?q=a%3Db");
    let stream = ItemStream::<Page<i64>>::new(server.client(), &LIST, request, Numbering::Link);
    let mut stream = stream.concurrent_pages(3);
    // Connecting takes some turns, as many as there are items at hand.
    for _ in 0..4 {
        assert_eq!(stream.try_next().await.unwrap(), Some(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(
        after_a_while(&server).await,
        [1, 2, 3, 4],
        "three ahead, and no more"
    );
    let rest: Vec<_> = (2..=7).flat_map(|number| [number; 4]).collect();
    assert_eq!(drain(stream).await.0, rest);
    let mut targets = server.targets();
    targets.sort_unstable();
    let page = |number| format!("/2.0/list?q=a%3Db&page={number}");
    let expected: Vec<_> = std::iter::once("/2.0/list?q=a%3Db".to_owned())
        .chain((2..=7).map(page))
        .collect();
    assert_eq!(targets, expected);
}

#[tokio::test]
async fn an_empty_page_with_a_link_goes_on() {
    let server = listing(|number| match number {
        1 => json!({"values": [], "next": "/2.0/list?page=2"}),
        2 => json!({"values": null, "next": "/2.0/list?page=3"}),
        _ => json!({"next": ""}),
    })
    .await;
    let (found, error) = drain(items(&server, Numbering::Link)).await;
    assert_eq!((found, error.is_none()), (vec![3], true));
}

#[tokio::test]
async fn a_failure_comes_after_every_item_before_it() {
    let server = Server::start(|request| match asked(request) {
        3 => Reply::new(503, "later").header("Retry-After", "7"),
        number => Reply::json(&json!({
            "values": [number, number], "next": format!("/2.0/list?page={}", number + 1),
        })),
    })
    .await;
    let (found, error) = drain(items(&server, Numbering::Link)).await;
    assert_eq!(found, [1, 1, 2, 2]);
    let error = error.unwrap();
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn the_next_page_is_never_on_another_origin() {
    let other = Server::start(|_| Reply::json(&json!({"values": [666]}))).await;
    let by_name = other.url().replace("127.0.0.1", "localhost");
    for (next, reason) in [
        (
            format!("{}/2.0/list?page=2&key=s3cret", other.url()),
            "another origin",
        ),
        (format!("{by_name}/2.0/list"), "another origin"),
        ("//example.org/2.0/list?page=2".to_owned(), "another origin"),
        ("file:///etc/passwd".to_owned(), "another origin"),
        ("http://[".to_owned(), "not a URL"),
    ] {
        for ahead in [1, 3] {
            let next = next.clone();
            let server = listing(move |number| {
                json!({
                    "page": number, "pagelen": 1, "size": 9, "next": next,
                })
            })
            .await;
            let stream = items(&server, Numbering::Link).concurrent_pages(ahead);
            let (found, error) = drain(stream).await;
            assert_eq!(found, [1], "the items before it are there");
            let error = error.unwrap();
            assert_eq!(error.kind(), ErrorKind::Paging);
            let text = error.to_string();
            assert!(
                text.starts_with("list_things: ") && text.contains(reason),
                "{text}"
            );
            assert!(!format!("{text} {error:?}").contains("s3cret"), "{error:?}");
            assert_eq!(server.received().len(), 1);
        }
    }
    assert!(other.received().is_empty(), "nothing went abroad");
}

#[tokio::test]
async fn a_link_has_no_credentials_in_it() {
    let server = Server::start(|request| {
        let host = request.header("host").unwrap();
        Reply::json(
            &json!({"values": [1], "next": format!("http://kim:s3cret@{host}/2.0/list?page=2")}),
        )
    })
    .await;
    let (found, error) = drain(items(&server, Numbering::Link)).await;
    assert_eq!(found, [1]);
    let error = error.unwrap();
    assert!(
        error.to_string().contains("has credentials in it"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("s3cret"));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn one_foreign_link_among_numbered_pages_ends_them() {
    let server = listing(|number| {
        let next = match number {
            3 => "http://example.org/".to_owned(),
            _ => format!("/2.0/list?page={}", number + 1),
        };
        json!({"page": number, "pagelen": 1, "size": 6, "next": (number < 6).then_some(next)})
    })
    .await;
    let (found, error) = drain(items(&server, Numbering::Link).concurrent_pages(4)).await;
    assert_eq!(found, [1, 2, 3]);
    assert!(error.unwrap().to_string().contains("another origin"));
}

#[tokio::test]
async fn a_circle_of_links_is_an_error() {
    // Where page 3 leads back to, and what is listed until then.
    for back in [
        "/2.0/list",
        "/2.0/list?page=2",
        "/2.0/list?page=3#x",
        "?page=3",
    ] {
        for ahead in [1, 4] {
            let server = listing(move |number| json!({
                "page": number, "pagelen": 1, "size": 3,
                "next": if number == 3 { back.to_owned() } else { format!("/2.0/list?page={}", number + 1) },
            }))
            .await;
            let stream = items(&server, Numbering::Link).concurrent_pages(ahead);
            let (found, error) = drain(stream).await;
            assert_eq!(found, [1, 2, 3], "{back}");
            let error = error.unwrap();
            assert_eq!(error.kind(), ErrorKind::Paging);
            assert!(error.to_string().contains("in a circle"), "{error}");
            assert_eq!(server.received().len(), 3);
        }
    }
}

#[tokio::test]
async fn an_answer_to_another_number_is_an_error() {
    let server = listing(|_| json!({"page": 1, "pagelen": 1, "size": 3, "values": [1]})).await;
    for ahead in [1, 2] {
        let stream = items(&server, Numbering::Number).concurrent_pages(ahead);
        let (found, error) = drain(stream).await;
        assert_eq!(found, [1], "nothing twice");
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Paging);
        assert!(
            error
                .to_string()
                .contains("asked for page 2, but got page 1"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn numbered_pages_need_no_links_and_keep_the_query() {
    let server = listing(|number| json!({"page": number, "pagelen": 10, "size": 21})).await;
    let request = first(&server, "?q=a+b&page=1&sort=-x");
    let stream = ItemStream::<Page<i64>>::new(server.client(), &LIST, request, Numbering::Number);
    assert_eq!(drain(stream).await.0, [1, 2, 3]);
    assert_eq!(
        server.targets(),
        [
            "/2.0/list?q=a+b&page=1&sort=-x",
            "/2.0/list?q=a+b&sort=-x&page=2",
            "/2.0/list?q=a+b&sort=-x&page=3",
        ]
    );
}

#[tokio::test]
async fn numbers_go_on_from_where_they_are_told() {
    // Without a number of its own, a page has the one that was asked for.
    let server = listing(|_| json!({"pagelen": 10, "size": 50})).await;
    let request = first(&server, "?page=4");
    let stream = ItemStream::<Page<i64>>::new(server.client(), &LIST, request, Numbering::Number);
    assert_eq!(drain(stream).await.0, [4, 5]);
    // Where a link is there after all, it is followed.
    let server = listing(|number| match number {
        1 => json!({"page": 1, "pagelen": 1, "size": 9, "next": "/2.0/list?page=7"}),
        _ => json!({"page": number, "pagelen": 1, "size": 8}),
    })
    .await;
    assert_eq!(drain(items(&server, Numbering::Number)).await.0, [1, 7, 8]);
    // Nonsense ends the listing.
    for (size, length) in [(-1, 1), (9, 0), (9, -3), (i64::MAX, i64::MAX)] {
        let server = listing(move |_| json!({"page": 1, "pagelen": length, "size": size})).await;
        let (found, error) = drain(items(&server, Numbering::Number).concurrent_pages(3)).await;
        assert_eq!((found, error.is_none()), (vec![1], true));
    }
}

#[tokio::test]
async fn an_error_in_the_first_request_is_what_the_stream_yields() {
    let server = five_pages().await;
    let first = Err(Error::invalid_request(&LIST, "no slug"));
    let stream = ItemStream::<Page<i64>>::new(server.client(), &LIST, first, Numbering::Link);
    let (found, error) = drain(stream).await;
    assert!(found.is_empty());
    assert_eq!(error.unwrap().to_string(), "list_things: no slug");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_listing_asked_for_with_a_body_sends_it_each_time() {
    let server = Server::start(|request| {
        let number = asked(request);
        let next = (number < 3).then(|| format!("/2.0/list?page={}", number + 1));
        Reply::json(&json!({"values": [number], "next": next}))
    })
    .await;
    let client = server.client();
    let request = client.http().post(format!("{}/2.0/list", server.url()));
    let request = request.body("include=main").build();
    let stream =
        ItemStream::<Page<i64>>::new(client, &CREATE, Ok(request.unwrap()), Numbering::Link);
    assert_eq!(drain(stream).await.0, [1, 2, 3]);
    for sent in server.received() {
        assert_eq!((&*sent.method, &*sent.body), ("POST", &b"include=main"[..]));
        assert_eq!(sent.header("authorization"), Some("Bearer s3cret"));
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_sent_again_ends_the_listing() {
    let server = five_pages().await;
    let client = server.client();
    let parts = futures_util::stream::iter([Ok::<_, std::io::Error>("once")]);
    let request = client
        .http()
        .post(format!("{}/2.0/list", server.url()))
        .body(reqwest::Body::wrap_stream(parts));
    let first = Ok(request.build().unwrap());
    let stream = ItemStream::<Page<i64>>::new(client, &CREATE, first, Numbering::Link);
    let (found, error) = drain(stream).await;
    assert_eq!(found, [1, 1]);
    let error = error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Paging);
    assert!(error.source().is_none());
}

#[tokio::test]
async fn what_is_left_of_a_page_is_the_least_there_is_to_come() {
    let server = five_pages().await;
    let mut stream = pin!(items(&server, Numbering::Link));
    assert_eq!(stream.size_hint(), (0, None));
    poll_fn(|context| stream.as_mut().poll_next(context))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stream.size_hint(), (1, None));
    assert_eq!(format!("{stream:?}"), r#"ItemStream("list_things")"#);
}
