//! A Bitbucket that gives tokens and takes those that it gave last.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bitbucket::auth::oauth::Consumer;
use serde_json::json;

use crate::support::server::{Answer, Recorded, Server};

pub(crate) const TOKEN_PATH: &str = "/site/oauth2/access_token";
/// `key:s3cret`, as the consumer says who it is.
pub(crate) const CONSUMER: &str = "Basic a2V5OnMzY3JldA==";

/// Which token is good: `access-3` after the third request for one.
#[derive(Clone, Default)]
pub(crate) struct Issued(Arc<AtomicUsize>);

impl Issued {
    pub(crate) fn issue(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn is_good(&self, request: &Recorded) -> bool {
        let good = format!("Bearer access-{}", self.count());
        request.header("authorization") == Some(&good)
    }
}

/// An answer with the tokens of this number, that takes its time.
pub(crate) fn tokens(number: usize, expires_in: u64) -> Answer {
    let tokens = json!({
        "access_token": format!("access-{number}"),
        "refresh_token": format!("refresh-{number}"),
        "token_type": "bearer",
        "expires_in": expires_in,
        "scopes": "repository",
    });
    Answer::bytes(200, "application/json", "")
        .pause(Duration::from_millis(50))
        .part(tokens.to_string())
}

/// A server that answers 401 to every token but the last that it gave.
pub(crate) async fn server(expires_in: u64) -> (Server, Issued) {
    let issued = Issued::default();
    let of_server = issued.clone();
    let server = Server::start(move |request| {
        if request.path() == TOKEN_PATH {
            tokens(of_server.issue(), expires_in)
        } else if of_server.is_good(request) {
            Answer::json(200, &json!({"type": "user"}))
        } else {
            Answer::new(401)
        }
    })
    .await;
    (server, issued)
}

pub(crate) fn consumer(server: &Server) -> Consumer {
    Consumer::new("key", "s3cret").token_url(format!("{}{TOKEN_PATH}", server.origin()))
}

/// What the token endpoint was asked: the form, and who asked.
pub(crate) fn asked(request: &Recorded) -> (Vec<(String, String)>, Option<&str>) {
    let form = url::form_urlencoded::parse(&request.body);
    (form.into_owned().collect(), request.header("authorization"))
}

pub(crate) fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}
