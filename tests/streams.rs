//! Every list of the document, read item by item through all of its pages.

mod support;

use std::collections::BTreeSet;

use bitbucket::catalog;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use support::{
    BEARER,
    arguments::Call,
    assert_none, bearer_client,
    difference::difference,
    document::{Document, Operation, Paging},
    samples::Samples,
    server::{Answer, Answers, Recorded, Server},
};

/// The lists that are told by links, and those that Bitbucket numbers without
/// ever linking them.
const LINKED: usize = 79;
const NUMBERED: usize = 10;

type Checked<T = ()> = Result<T, String>;

/// A list that a server is prepared to give.
struct Listing {
    call: Call,
    items: Vec<Value>,
    /// Path and query of every page after the first, as the server means them.
    links: Vec<String>,
}

#[tokio::test]
async fn every_list_gives_every_item_once_and_in_order() {
    let document = Document::read();
    let mut samples = Samples::new(&document);
    let (server, answers) = Server::with_queue().await;
    let client = bearer_client(&server.base_url());
    let mut failures = Vec::new();
    let mut linked = BTreeSet::new();
    let mut numbered = BTreeSet::new();
    for operation in document.operations() {
        let Some(paging) = operation.paging else {
            continue;
        };
        let listing = match paging {
            Paging::Link => {
                linked.insert(operation.id.clone());
                prepare_linked(&operation, &mut samples, &server, &answers)
            }
            Paging::Number => {
                numbered.insert(operation.id.clone());
                prepare_numbered(&operation, &mut samples, &answers)
            }
            Paging::Start => panic!("{}: no list of Cloud's counts items", operation.id),
        };
        let arguments = listing.call.arguments();
        let given = match catalog::items_of(&client, &operation.id, arguments) {
            Ok(items) => items.try_collect::<Vec<Value>>().await,
            Err(error) => Err(error),
        };
        let requests = server.take_requests();
        let left = answers.clear();
        let checked = given
            .map_err(|error| error.to_string())
            .and_then(|items| check_items(&listing, &items, left))
            .and_then(|()| check_requests(&operation, &listing, &requests));
        if let Err(failure) = checked {
            failures.push(format!("{}: {failure}", operation.id));
        }
    }
    assert_none(&failures);
    assert_eq!((linked.len(), numbered.len()), (LINKED, NUMBERED));
}

/// Three pages behind opaque links, the second of them empty.
fn prepare_linked(
    operation: &Operation,
    samples: &mut Samples<'_>,
    server: &Server,
    answers: &Answers,
) -> Listing {
    let page = operation.page();
    let mut listing = Listing {
        call: Call::full(operation, samples),
        items: Vec::new(),
        links: Vec::new(),
    };
    for (number, count) in [(1, 2), (2, 0), (3, 1)] {
        let items: Vec<Value> = (0..count).map(|_| samples.item(page)).collect();
        listing.items.extend(items.clone());
        let mut answer = samples.page(page, items);
        answer.insert("pagelen".to_owned(), json!(2));
        if number < 3 {
            // Neither the path nor the spelling is one that the client would choose.
            let link = format!(
                "/2.0/elsewhere/%7Bx%7d/page?ctx=a%2Bb%20c+d&page=CjE{number}==&z={}&q",
                samples.next()
            );
            answer.insert(
                "next".to_owned(),
                json!(format!("{}{link}", server.origin())),
            );
            listing.links.push(link);
        }
        answers.push(Answer::json(200, &Value::Object(answer)));
    }
    listing
}

/// Three pages that say their number and the size of the list, but never where
/// it goes on.
fn prepare_numbered(
    operation: &Operation,
    samples: &mut Samples<'_>,
    answers: &Answers,
) -> Listing {
    let page = operation.page();
    let call = Call::full(operation, samples)
        .without("page")
        .without("pagelen");
    let mut listing = Listing {
        call,
        items: Vec::new(),
        links: Vec::new(),
    };
    for (number, count) in [(1, 2), (2, 2), (3, 1)] {
        let items: Vec<Value> = (0..count).map(|_| samples.item(page)).collect();
        listing.items.extend(items.clone());
        let mut answer = samples.page(page, items);
        answer.insert("page".to_owned(), json!(number));
        answer.insert("pagelen".to_owned(), json!(2));
        answer.insert("size".to_owned(), json!(5));
        answers.push(Answer::json(200, &Value::Object(answer)));
    }
    listing
}

fn check_items(listing: &Listing, items: &[Value], left: usize) -> Checked {
    if left > 0 {
        return Err(format!("{left} pages were not asked for"));
    }
    if items.len() != listing.items.len() {
        return Err(format!("{} of {} items", items.len(), listing.items.len()));
    }
    match items.iter().zip(&listing.items).position(|(a, b)| a != b) {
        None => Ok(()),
        Some(index) => Err(difference(
            &format!("item {index}"),
            &listing.items[index],
            &items[index],
        )),
    }
}

fn check_requests(operation: &Operation, listing: &Listing, requests: &[Recorded]) -> Checked {
    let [first, later @ ..] = requests else {
        return Err("nothing was sent".to_owned());
    };
    if first.path() != format!("/2.0{}", listing.call.path) {
        return Err(format!("the first page is {}", first.target));
    }
    expect_query(first, &listing.call.query)?;
    if later.len() != 2 {
        return Err(format!("{} requests", requests.len()));
    }
    for (index, request) in later.iter().enumerate() {
        if operation.paging == Some(Paging::Link) {
            if request.target != listing.links[index] {
                return Err(format!("the link became {}", request.target));
            }
        } else {
            let mut query = listing.call.query.clone();
            query.push(("page".to_owned(), (index + 2).to_string()));
            query.sort();
            expect_query(request, &query)?;
            if request.path() != first.path() {
                return Err(format!("page {} is {}", index + 2, request.target));
            }
        }
    }
    for request in requests {
        if request.method != operation.method || request.body != first.body {
            return Err("a page is asked for otherwise than the first".to_owned());
        }
        for (name, value) in [("authorization", BEARER), ("accept", "application/json")] {
            if request.header(name) != Some(value) {
                return Err(format!("a page is asked for without {name}: {value}"));
            }
        }
    }
    Ok(())
}

fn expect_query(request: &Recorded, expected: &[(String, String)]) -> Checked {
    let mut query = request.query();
    query.sort();
    if query == expected {
        Ok(())
    } else {
        Err(format!("the query is {query:?}, not {expected:?}"))
    }
}
