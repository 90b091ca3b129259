//! Every operation, answered with what is no answer: cut short, not HTTP, not
//! JSON. And every file, as a stream that begins before the file has ended.

mod support;

use std::time::Duration;

use bitbucket::{
    Client, Error, ErrorKind,
    catalog::{self, Content as Given},
};

use support::{
    arguments::Call,
    assert_none, client,
    document::{Content, Document, Operation},
    raw_server::RawServer,
    samples::Samples,
    server::{Answer, Server},
};

const OPERATIONS: usize = 339;

/// Calls an operation and reads what it answers to the end.
async fn read_whole(client: &Client, operation: &Operation, call: &Call) -> Result<(), Error> {
    let answer = catalog::call(client, &operation.id, call.arguments()).await?;
    match answer.into_inner() {
        Given::Bytes(bytes) => bytes.bytes().await.map(|_| ()),
        _ => Ok(()),
    }
}

/// Calls the chosen operations, each of which has to fail in this way. Gives
/// their number.
async fn all_fail(base_url: &str, kind: ErrorKind, chosen: fn(&Operation) -> bool) -> usize {
    let document = Document::read();
    let mut samples = Samples::new(&document);
    let client = client(base_url);
    let mut failures = Vec::new();
    let mut count = 0;
    for operation in document.operations() {
        if !chosen(&operation) {
            continue;
        }
        count += 1;
        let call = Call::full(&operation, &mut samples);
        let found = read_whole(&client, &operation, &call).await;
        let told = found.as_ref().is_err_and(|error| {
            error.kind() == kind && error.to_string().starts_with(&operation.id)
        });
        if !told {
            failures.push(format!("{}: {found:?}", operation.id));
        }
    }
    assert_none(&failures);
    count
}

#[tokio::test]
async fn what_is_no_http_is_an_error() {
    let server = RawServer::start("SSH-2.0-conker\r\n").await;
    let count = all_fail(&server.base_url(), ErrorKind::Transport, |_| true).await;
    assert_eq!(count, OPERATIONS);
    // What was sent may have been done: nothing of it is sent twice.
    assert_eq!(server.heads().len(), OPERATIONS);
}

#[tokio::test]
async fn an_answer_that_is_cut_short_is_an_error() {
    let server = Server::start(|_| {
        Answer::bytes(200, "application/json", "{\"values\": [")
            .part("{}")
            .breaking_off()
    })
    .await;
    let has_body = |operation: &Operation| !matches!(operation.success.content, Content::Nothing);
    let count = all_fail(&server.base_url(), ErrorKind::Transport, has_body).await;
    assert!(count > 200, "{count} operations answer with a body");
}

#[tokio::test]
async fn a_page_of_html_is_no_json() {
    let server = Server::start(|_| Answer::bytes(200, "text/html", "<h1>Sign in</h1>")).await;
    let is_json = |operation: &Operation| {
        // An export is a file wherever it is not JSON.
        matches!(operation.success.content, Content::Json(_)) && !operation.may_be_bytes
    };
    let count = all_fail(&server.base_url(), ErrorKind::Decode, is_json).await;
    assert!(count > 200, "{count} operations answer with JSON");
}

#[tokio::test]
async fn every_file_arrives_while_it_is_sent() {
    let server = Server::start(|_| {
        Answer::bytes(200, "text/plain", "the beginning")
            .pause(Duration::from_secs(3600))
            .part("the end")
    })
    .await;
    let document = Document::read();
    let mut samples = Samples::new(&document);
    let client = client(&server.base_url());
    let mut files = 0;
    for operation in document.operations() {
        if !matches!(operation.success.content, Content::Bytes) {
            continue;
        }
        let call = Call::full(&operation, &mut samples);
        let answer = catalog::call(&client, &operation.id, call.arguments());
        let Given::Bytes(mut bytes) = answer.await.unwrap().into_inner() else {
            panic!("{} is no file", operation.id);
        };
        assert_eq!(bytes.try_next().await.unwrap().unwrap(), "the beginning");
        files += 1;
    }
    assert_eq!(files, 14);
}
