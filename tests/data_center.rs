//! Bitbucket Data Center: every operation over the wire, every type, and what is
//! particular to it.

mod support;

#[path = "data_center/client.rs"]
mod client;
#[path = "data_center/errors.rs"]
mod errors;
#[path = "data_center/paging.rs"]
mod paging;

use bitbucket::{Auth, RetryPolicy, data_center::Client};

use support::server::{Answers, Recorded, Server};

/// With a context path, as servers behind a proxy often have one.
fn address(server: &Server) -> String {
    server.base_url().replace("/2.0", "/context")
}

fn client_as(server: &Server, auth: Auth) -> Client {
    Client::builder(address(server))
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
