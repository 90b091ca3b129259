//! Every list, read item by item through all of its pages.

use bitbucket::{Auth, data_center::catalog};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::{client_as, query};
use crate::support::{
    arguments::Call,
    assert_none,
    difference::difference,
    document::{Document, Operation, Paging},
    samples::Samples,
    server::{Answer, Recorded, Server},
};

const LISTS: usize = 71;
/// Where the pages of a list begin: items that the caller may not see are counted.
const STARTS: [i64; 3] = [0, 9, 11];

#[tokio::test]
async fn every_list_gives_every_item_once_and_in_order() {
    let document = Document::of("data-center");
    let mut samples = Samples::new(&document);
    let (server, answers) = Server::with_queue().await;
    let client = client_as(&server, Auth::bearer("token"));
    let mut failures = Vec::new();
    let mut lists = 0;
    for operation in document.operations() {
        if operation.paging != Some(Paging::Start) {
            continue;
        }
        lists += 1;
        let call = Call::full(&operation, &mut samples).without("start");
        let items: Vec<Value> = (0..3).map(|_| samples.item(operation.page())).collect();
        let next = |page: usize| STARTS.get(page + 1);
        for (page, values) in [&items[..2], &[], &items[2..]].into_iter().enumerate() {
            let page = json!({
                "values": values, "start": STARTS[page], "isLastPage": next(page).is_none(),
                "nextPageStart": next(page),
            });
            answers.push(Answer::json(200, &page));
        }
        let given = match catalog::items_of(&client, &operation.id, call.arguments()) {
            Ok(items) => items.try_collect::<Vec<Value>>().await,
            Err(error) => Err(error),
        };
        let (requests, left) = (server.take_requests(), answers.clear());
        let checked = match given {
            Ok(given) if given == items => check(&operation, &call, &requests, left),
            Ok(given) => Err(difference("the items", &json!(items), &json!(given))),
            Err(error) => Err(error.to_string()),
        };
        if let Err(failure) = checked {
            failures.push(format!("{}: {failure}", operation.id));
        }
    }
    assert_none(&failures);
    assert_eq!(lists, LISTS);
}

fn check(
    operation: &Operation,
    call: &Call,
    requests: &[Recorded],
    left: usize,
) -> Result<(), String> {
    if left != 0 || requests.len() != STARTS.len() {
        return Err(format!("{} requests, {left} answers left", requests.len()));
    }
    for (request, start) in requests.iter().zip(STARTS) {
        let expected = (start != 0).then(|| start.to_string());
        if request.method != operation.method || query(request, "start") != expected {
            return Err(format!("asked for {} {}", request.method, request.target));
        }
        let mut others = request.query();
        others.retain(|(name, _)| name != "start");
        others.sort();
        if others != call.query {
            return Err(format!("the query is {others:?}, not {:?}", call.query));
        }
    }
    Ok(())
}
