//! Every operation of Bitbucket Cloud over the wire.

mod support;
mod wire;

use bitbucket::catalog;
use wire::Product;

const CLOUD: Product = Product {
    document: "cloud",
    prefix: "/2.0",
    operations: 339,
    entries: catalog::operations,
    connect: |base_url, auth| {
        let client = support::client_as(base_url, auth);
        Box::new(move |id, arguments| {
            let client = client.clone();
            Box::pin(async move { catalog::call(&client, &id, arguments).await })
        })
    },
};

#[test]
fn the_catalogue_is_the_document() {
    wire::the_catalogue_is_the_document(&CLOUD);
}

#[tokio::test]
async fn every_operation_is_sent_and_read_as_the_document_says() {
    wire::every_operation_is_sent_and_read_as_the_document_says(&CLOUD).await;
}

#[tokio::test]
async fn every_operation_is_sent_without_what_is_optional() {
    wire::every_operation_is_sent_without_what_is_optional(&CLOUD).await;
}

#[tokio::test]
async fn every_operation_tells_errors() {
    wire::every_operation_tells_errors(&CLOUD).await;
}

#[tokio::test]
async fn every_operation_refuses_what_would_change_its_path() {
    wire::every_operation_refuses_what_would_change_its_path(&CLOUD).await;
}

#[tokio::test]
async fn every_operation_wants_its_required_parameters() {
    wire::every_operation_wants_its_required_parameters(&CLOUD).await;
}
