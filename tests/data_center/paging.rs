//! Lists: by `nextPageStart` as it is given, and by nothing else.

use bitbucket::{ErrorKind, Method, data_center::types::Repository};
use futures_util::TryStreamExt as _;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{bench, query};
use crate::support::server::{Answer, Recorded};

fn page(slugs: &[String], start: i64, next: Option<i64>) -> Value {
    let values: Vec<Value> = slugs.iter().map(|slug| json!({ "slug": slug })).collect();
    json!({
        "size": slugs.len(), "limit": 2, "start": start, "values": values,
        "isLastPage": next.is_none(), "nextPageStart": next,
    })
}

fn slug(repository: Repository) -> String {
    repository.slug.unwrap_or_default()
}

fn starts(requests: &[Recorded]) -> Vec<Option<String>> {
    requests
        .iter()
        .map(|request| query(request, "start"))
        .collect()
}

#[tokio::test]
async fn the_next_page_begins_where_the_page_says() {
    let (server, answers, client) = bench().await;
    // What the caller may not see is counted: 2 items, but the next is the 7th.
    answers.push(Answer::json(
        200,
        &page(&["a".into(), "b".into()], 0, Some(7)),
    ));
    answers.push(Answer::json(200, &page(&[], 7, Some(9))));
    answers.push(Answer::json(
        200,
        &json!({ "values": [{ "slug": "c" }], "isLastPage": true }),
    ));
    let listed = client
        .project("PRJ")
        .list_repositories()
        .limit(500)
        .stream();
    let slugs: Vec<String> = listed.map_ok(slug).try_collect().await.unwrap();
    assert_eq!(slugs, ["a", "b", "c"]);
    let requests = server.take_requests();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(starts(&requests), [None, text("7"), text("9")]);
    for request in &requests {
        assert_eq!(
            request.path(),
            "/context/rest/api/latest/projects/PRJ/repos"
        );
        // The server lowered it to 2; what was asked for is asked for again.
        assert_eq!(query(request, "limit").as_deref(), Some("500"));
    }
}

#[tokio::test]
async fn pages_are_pages() {
    let (_server, answers, client) = bench().await;
    answers.push(Answer::json(200, &page(&["a".into()], 0, Some(1))));
    answers.push(Answer::json(200, &page(&["b".into()], 1, None)));
    let mut pages = client.project("PRJ").list_repositories().pages();
    let first = pages.try_next().await.unwrap().unwrap();
    assert_eq!(
        (first.size, first.limit, first.next_page_start),
        (Some(1), Some(2), Some(1))
    );
    let second = pages.try_next().await.unwrap().unwrap();
    assert_eq!(
        (second.is_last_page, second.next_page_start),
        (Some(true), None)
    );
    assert!(pages.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_list_of_names_is_one_of_texts() {
    let (_server, answers, client) = bench().await;
    answers.push(Answer::json(
        200,
        &json!({ "values": ["a.txt", "b/c.txt"], "isLastPage": true }),
    ));
    let files = client.repository("PRJ", "website").list_files().stream();
    let files: Vec<String> = files.try_collect().await.unwrap();
    assert_eq!(files, ["a.txt", "b/c.txt"]);
}

#[tokio::test]
async fn a_list_that_there_is_no_method_for_goes_on_too() {
    let (server, answers, client) = bench().await;
    answers.push(Answer::json(200, &page(&["a".into()], 0, Some(4))));
    answers.push(Answer::json(200, &page(&["b".into()], 4, None)));
    let mirrored = client
        .request(Method::GET, "/mirroring/latest/repos?limit=1")
        .stream::<Value>();
    let slugs: Vec<Value> = mirrored
        .map_ok(|one| one["slug"].clone())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(slugs, ["a", "b"]);
    let requests = server.take_requests();
    assert_eq!(
        requests[0].target,
        "/context/rest/mirroring/latest/repos?limit=1"
    );
    assert_eq!(query(&requests[1], "start").as_deref(), Some("4"));
}

#[tokio::test]
async fn a_list_that_goes_nowhere_is_an_error() {
    for (wrong, told) in [
        (
            json!({ "values": [], "isLastPage": false }),
            "does not say where",
        ),
        (
            json!({ "values": [], "isLastPage": false, "nextPageStart": 0 }),
            "circle",
        ),
        (
            json!({ "values": [], "isLastPage": false, "nextPageStart": -3 }),
            "circle",
        ),
    ] {
        let (server, answers, client) = bench().await;
        answers.push(Answer::json(200, &wrong));
        let mut listed = client.project("PRJ").list_repositories().stream();
        let error = listed.try_next().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Paging, "{error}");
        assert!(error.to_string().contains(told), "{error}");
        assert_eq!(server.take_requests().len(), 1);
    }
}

/// However the server cuts a list and whatever it leaves out in between, every
/// item comes once and in order.
#[test]
fn nothing_is_lost_or_repeated() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (server, answers, client) = runtime.block_on(bench());
    let pages = prop::collection::vec((0_usize..4, 0_i64..5), 1..8);
    proptest!(|(pages in pages)| {
        let (mut start, mut expected, mut asked) = (0, Vec::new(), vec![None]);
        for (index, (count, hidden)) in pages.iter().enumerate() {
            let slugs: Vec<String> = (0..*count).map(|item| format!("{index}-{item}")).collect();
            let length = i64::try_from(*count).unwrap();
            let next = (index + 1 < pages.len()).then_some(start + (length + hidden).max(1));
            answers.push(Answer::json(200, &page(&slugs, start, next)));
            expected.extend(slugs);
            if let Some(next) = next {
                asked.push(Some(next.to_string()));
                start = next;
            }
        }
        let listed = client.project("PRJ").list_repositories().stream();
        let slugs = runtime.block_on(listed.map_ok(slug).try_collect::<Vec<String>>());
        prop_assert_eq!(slugs.unwrap(), expected);
        prop_assert_eq!(starts(&server.take_requests()), asked);
    });
}
