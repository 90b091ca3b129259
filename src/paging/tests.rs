//! Listings from a server on loopback.

mod guarantees;
mod property;

use reqwest::Request;
use serde_json::{Value, json};

use super::{ItemStream, Numbering, Page, PageStream};
use crate::{
    Error,
    test_server::{LIST, Received, Reply, Server},
};

/// The number of the page that a request asks for.
fn asked(request: &Received) -> usize {
    request
        .target
        .split(['?', '&'])
        .find_map(|pair| {
            pair.strip_prefix("page=")?
                .trim_start_matches('t')
                .parse()
                .ok()
        })
        .unwrap_or(1)
}

/// A first request, as the streams take it.
#[expect(clippy::unnecessary_wraps, reason = "building a request can fail")]
fn first(server: &Server, query: &str) -> Result<Request, Error> {
    let url = format!("{}/2.0/list{query}", server.url());
    Ok(Request::new(http::Method::GET, url.parse().unwrap()))
}

fn items(server: &Server, numbering: Numbering) -> ItemStream<Page<i64>> {
    ItemStream::new(server.client(), &LIST, first(server, ""), numbering)
}

fn pages(server: &Server, numbering: Numbering) -> PageStream<Page<i64>> {
    PageStream::new(server.client(), &LIST, first(server, ""), numbering)
}

/// What a stream yields until its end or its error.
async fn drain(mut stream: ItemStream<Page<i64>>) -> (Vec<i64>, Option<Error>) {
    let mut items = Vec::new();
    let error = loop {
        match stream.try_next().await {
            Ok(Some(item)) => items.push(item),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    for _ in 0..2 {
        assert!(
            matches!(stream.try_next().await, Ok(None)),
            "the end stays the end"
        );
    }
    (items, error)
}

/// A server that gives each page the envelope that `envelope` makes, and the
/// page's number as its only item.
async fn listing(envelope: impl Fn(usize) -> Value + Send + Sync + 'static) -> Server {
    Server::start(move |request| {
        let number = asked(request);
        let mut page = envelope(number);
        if page.get("values").is_none() {
            page["values"] = json!([number]);
        }
        Reply::json(&page)
    })
    .await
}
