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

wire::tests!(OPERATIONS);
tolerance::tests!(TYPES);

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
