//! Bitbucket Data Center: every operation over the wire, every type, and what is
//! particular to it.

mod support;
mod tolerance;
mod values;
mod wire;

#[path = "data_center/client.rs"]
mod client;
#[path = "data_center/errors.rs"]
mod errors;
#[path = "data_center/lists.rs"]
mod lists;
#[path = "data_center/paging.rs"]
mod paging;

use bitbucket::{
    Auth, RetryPolicy,
    data_center::{Client, catalog},
};

use support::server::{Answers, Recorded, Server};

const OPERATIONS: wire::Product = wire::Product {
    document: "data-center",
    prefix: "/context/rest",
    operations: 323,
    entries: catalog::operations,
    connect: |base_url, auth| {
        let client = client_at(base_url, auth);
        Box::new(move |id, arguments| {
            let client = client.clone();
            Box::pin(async move { catalog::call(&client, &id, arguments).await })
        })
    },
};

const TYPES: tolerance::Product = tolerance::Product {
    document: "data-center",
    types: catalog::types,
};

#[test]
fn the_catalogue_is_the_document() {
    wire::the_catalogue_is_the_document(&OPERATIONS);
}

#[tokio::test]
async fn every_operation_is_sent_and_read_as_the_document_says() {
    wire::every_operation_is_sent_and_read_as_the_document_says(&OPERATIONS).await;
}

#[tokio::test]
async fn every_operation_is_sent_without_what_is_optional() {
    wire::every_operation_is_sent_without_what_is_optional(&OPERATIONS).await;
}

#[tokio::test]
async fn every_operation_tells_errors() {
    wire::every_operation_tells_errors(&OPERATIONS).await;
}

#[tokio::test]
async fn every_operation_refuses_what_would_change_its_path() {
    wire::every_operation_refuses_what_would_change_its_path(&OPERATIONS).await;
}

#[tokio::test]
async fn every_operation_wants_its_required_parameters() {
    wire::every_operation_wants_its_required_parameters(&OPERATIONS).await;
}

#[test]
fn every_schema_has_its_type() {
    tolerance::every_schema_has_its_type(TYPES);
}

#[test]
fn a_full_value_comes_back_whole() {
    tolerance::a_full_value_comes_back_whole(TYPES);
}

#[test]
fn decoding_needs_little_stack() {
    tolerance::decoding_needs_little_stack(TYPES);
}

#[test]
fn one_change_breaks_nothing() {
    tolerance::one_change_breaks_nothing(TYPES);
}

#[test]
fn the_same_change_everywhere_breaks_nothing() {
    tolerance::the_same_change_everywhere_breaks_nothing(TYPES);
}

#[test]
fn a_part_of_an_object_is_enough() {
    tolerance::a_part_of_an_object_is_enough(TYPES);
}

#[test]
fn changes_together_break_nothing() {
    tolerance::changes_together_break_nothing(TYPES);
}

/// With a context path, as servers behind a proxy often have one.
fn address(server: &Server) -> String {
    server.base_url().replace("/2.0", "/context")
}

fn client_as(server: &Server, auth: Auth) -> Client {
    client_at(&server.base_url(), auth)
}

fn client_at(base_url: &str, auth: Auth) -> Client {
    Client::builder(base_url.replace("/2.0", "/context"))
        .plain_http(true)
        .auth(auth)
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

async fn bench() -> (Server, Answers, Client) {
    let (server, answers) = Server::with_queue().await;
    let client = client_as(&server, Auth::bearer("token"));
    (server, answers, client)
}

fn query(request: &Recorded, name: &str) -> Option<String> {
    let mut pairs = request.query().into_iter().filter(|(key, _)| key == name);
    pairs.next().map(|(_, value)| value)
}
