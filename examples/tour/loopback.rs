//! A small Bitbucket on loopback: pages by opaque links, errors as Bitbucket
//! words them, and a limit on requests.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Request, Response, StatusCode, Uri,
    body::{Frame, Incoming},
    header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Mutex, task::JoinHandle, time::sleep};

use crate::{
    data::{self, REPOSITORY, WORKSPACE},
    listing::{fields, page, query},
};

type Answer = Response<UnsyncBoxBody<Bytes, Infallible>>;

/// A running server. It ends with this value.
pub(crate) struct Bitbucket {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Bitbucket {
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let office = Arc::new(Office {
            api: base_url(address),
            visitors: Mutex::default(),
        });
        Ok(Self {
            address,
            task: tokio::spawn(accept(listener, office)),
        })
    }

    pub(crate) fn base_url(&self) -> String {
        base_url(self.address)
    }
}

impl Drop for Bitbucket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn base_url(address: SocketAddr) -> String {
    format!("http://{address}/2.0")
}

async fn accept(listener: TcpListener, office: Arc<Office>) {
    while let Ok((connection, _)) = listener.accept().await {
        let office = Arc::clone(&office);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let office = Arc::clone(&office);
                async move { office.answer(request).await }
            });
            // A visitor who leaves in the middle is nobody's fault.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(connection), service)
                .await;
        });
    }
}

/// What answers the requests.
struct Office {
    api: String,
    visitors: Mutex<Visitors>,
}

/// What the visitors have done so far.
#[derive(Default)]
struct Visitors {
    comments: usize,
    approved: bool,
    was_limited: bool,
}

impl Office {
    async fn answer(&self, request: Request<Incoming>) -> Result<Answer, hyper::Error> {
        if !request.headers().contains_key(AUTHORIZATION) {
            return Ok(error(
                StatusCode::UNAUTHORIZED,
                &json!({ "message": "Who are you?" }),
            ));
        }
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let path = parts.uri.path().to_owned();
        let segments: Vec<&str> = path.trim_start_matches("/2.0/").split('/').collect();
        let method = parts.method.as_str();
        Ok(match (method, segments.as_slice()) {
            ("GET", ["repositories", WORKSPACE]) => {
                page(&self.api, &parts.uri, data::repositories(&self.api))
                    .map_or_else(not_found, |page| json_answer(StatusCode::OK, &page))
            }
            ("GET", ["repositories", WORKSPACE, REPOSITORY, "pullrequests"]) => {
                self.pull_requests(&parts.uri)
            }
            ("POST", ["repositories", WORKSPACE, REPOSITORY, "pullrequests"]) => create(&body),
            (
                method,
                [
                    "repositories",
                    WORKSPACE,
                    REPOSITORY,
                    "pullrequests",
                    id,
                    rest @ ..,
                ],
            ) => self.pull_request(method, id, rest, &body).await,
            _ => not_found(),
        })
    }

    fn pull_requests(&self, uri: &Uri) -> Answer {
        let mut states: Vec<String> = query(uri)
            .filter(|(name, _)| name == "state")
            .map(|(_, state)| state)
            .collect();
        if states.is_empty() {
            states.push("OPEN".to_owned());
        }
        match page(&self.api, uri, data::pull_requests(&self.api, &states)) {
            Some(page) => json_answer(StatusCode::OK, &fields(uri, page)),
            None => not_found(),
        }
    }

    async fn pull_request(&self, method: &str, id: &str, rest: &[&str], body: &[u8]) -> Answer {
        let api = &self.api;
        let mut visitors = self.visitors.lock().await;
        let known = data::pull_request(api, id, visitors.comments, visitors.approved);
        let Some(pull_request) = known else {
            return not_found();
        };
        match (method, rest) {
            ("GET", []) if !visitors.was_limited => {
                visitors.was_limited = true;
                rate_limited()
            }
            ("GET", []) => json_answer(StatusCode::OK, &pull_request),
            ("GET", ["diff"]) => diff(),
            ("POST", ["comments"]) => {
                let sent: Value = serde_json::from_slice(body).unwrap_or_default();
                visitors.comments += 1;
                let number = 196_230_000 + visitors.comments;
                let comment = data::comment(api, id, number, &sent["content"]["raw"]);
                json_answer(StatusCode::CREATED, &comment)
            }
            ("POST", ["approve"]) => {
                visitors.approved = true;
                json_answer(StatusCode::OK, &data::participant(api, true))
            }
            _ => not_found(),
        }
    }
}

/// Pull requests are not created here: there is always something missing.
fn create(body: &[u8]) -> Answer {
    let sent: Value = serde_json::from_slice(body).unwrap_or_default();
    let mut missing = serde_json::Map::new();
    for (name, words) in [
        ("title", "A pull request needs a title."),
        ("source", "There is no branch to take the changes from."),
    ] {
        if sent.get(name).is_none() {
            missing.insert(name.to_owned(), json!([words]));
        }
    }
    let words = json!({ "message": "The pull request is incomplete.", "fields": missing });
    error(StatusCode::BAD_REQUEST, &words)
}

/// Arrives file by file, as from a server that is still computing it.
fn diff() -> Answer {
    let files = stream::iter(data::diff()).then(async |file| {
        sleep(Duration::from_millis(40)).await;
        Ok(Frame::data(Bytes::from(file)))
    });
    answer(
        StatusCode::OK,
        "text/plain; charset=utf-8",
        StreamBody::new(files).boxed_unsync(),
    )
}

fn not_found() -> Answer {
    let words = json!({ "message": "There is no such thing, or you may not see it." });
    error(StatusCode::NOT_FOUND, &words)
}

/// Bitbucket's limit is the one error that is no JSON.
fn rate_limited() -> Answer {
    let text = Full::from("Rate limit for this resource has been exceeded");
    let mut answer = answer(
        StatusCode::TOO_MANY_REQUESTS,
        "text/plain",
        text.boxed_unsync(),
    );
    answer.headers_mut().insert(RETRY_AFTER, 1.into());
    answer
}

fn error(status: StatusCode, words: &Value) -> Answer {
    json_answer(status, &json!({ "type": "error", "error": words }))
}

fn json_answer(status: StatusCode, value: &Value) -> Answer {
    answer(
        status,
        "application/json; charset=utf-8",
        Full::from(value.to_string()).boxed_unsync(),
    )
}

fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: UnsyncBoxBody<Bytes, Infallible>,
) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(
        CONTENT_TYPE,
        hyper::header::HeaderValue::from_static(content_type),
    );
    answer
}
