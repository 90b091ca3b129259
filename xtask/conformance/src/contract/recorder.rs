//! A server on loopback between the client and prism: it records what was
//! asked and what prism made of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, header, uri::Authority};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::support::server::{Recorded, serve};

/// A request and what prism answered.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) request: Recorded,
    pub(crate) answer: Answered,
}

/// What prism answered, or why it could not.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// How the next request is passed on.
#[derive(Clone, Debug)]
pub(crate) struct Passing {
    /// The path that is expected to arrive, encoded.
    pub(crate) expected: String,
    /// The path that it is passed on with, if it is the expected one.
    pub(crate) passed_on: String,
    /// Whether prism gets the body.
    pub(crate) with_body: bool,
}

/// A recorder that lives as long as this value.
pub(crate) struct Recorder {
    origin: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    judge: Authority,
    client: Client<HttpConnector, Full<Bytes>>,
    passing: Mutex<Option<Passing>>,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Recorder {
    /// A recorder that passes on to `judge`.
    pub(crate) async fn start(judge: Authority) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            judge,
            client: Client::builder(TokioExecutor::new()).build_http(),
            passing: Mutex::default(),
            exchanges: Mutex::default(),
        });
        let known = Arc::clone(&shared);
        let accepting = tokio::spawn(serve(listener, move |recorded| {
            exchange(Arc::clone(&known), recorded)
        }));
        Ok(Self {
            origin,
            shared,
            accepting,
        })
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Says how requests are passed on from now on.
    pub(crate) fn pass_on(&self, passing: Passing) {
        *held(&self.shared.passing) = Some(passing);
    }

    /// What was exchanged since this was asked last.
    pub(crate) fn take_exchanges(&self) -> Vec<Exchange> {
        std::mem::take(&mut *held(&self.shared.exchanges))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// What is held is whole at any time, so that a panic elsewhere spoils nothing.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn exchange(shared: Arc<Shared>, recorded: Recorded) -> Response<Full<Bytes>> {
    let answer = pass_on(&shared, &recorded)
        .await
        .unwrap_or_else(|error| Answered {
            status: StatusCode::BAD_GATEWAY,
            headers: HeaderMap::new(),
            body: format!("{error:#}").into(),
        });
    let mut response = Response::new(Full::new(answer.body.clone()));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers.clone();
    held(&shared.exchanges).push(Exchange {
        request: recorded,
        answer,
    });
    response
}

async fn pass_on(shared: &Shared, recorded: &Recorded) -> Result<Answered> {
    let passing = held(&shared.passing).clone();
    let mut target = recorded.target.clone();
    let mut request = Request::new(Full::new(recorded.body.clone()));
    *request.headers_mut() = recorded.headers.clone();
    if let Some(passing) = passing {
        if recorded.path() == passing.expected {
            target.replace_range(..passing.expected.len(), &passing.passed_on);
        }
        if !passing.with_body {
            *request.body_mut() = Full::default();
            for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE] {
                request.headers_mut().remove(name);
            }
        }
    }
    let host = HeaderValue::from_str(shared.judge.as_str())?;
    request.headers_mut().insert(header::HOST, host);
    *request.method_mut() = recorded.method.parse()?;
    *request.uri_mut() = Uri::builder()
        .scheme("http")
        .authority(shared.judge.clone())
        .path_and_query(target)
        .build()?;
    let (head, body) = shared.client.request(request).await?.into_parts();
    let mut headers = head.headers;
    // These are about that connection; this one has its own.
    for name in [
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::CONTENT_LENGTH,
    ] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    Ok(Answered {
        status: head.status,
        headers,
        body: body.collect().await?.to_bytes(),
    })
}
