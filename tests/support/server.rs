//! An HTTP server on loopback that records what it is asked, as it stood on
//! the wire.

use std::{
    collections::VecDeque,
    convert::Infallible,
    error::Error,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::{Body, Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};

type BoxError = Box<dyn Error + Send + Sync>;

/// One request, as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    /// Path and query, with every encoding as it was sent.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Recorded {
    async fn read(request: Request<Incoming>) -> Self {
        let (head, body) = request.into_parts();
        let body = body
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        Self {
            method: head.method.to_string(),
            target: head.uri.to_string(),
            headers: head.headers,
            body,
        }
    }

    pub(crate) fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(&self.target, |(path, _)| path)
    }

    /// The decoded query, in the order of the wire.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    /// A header that was sent once, as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    }

    pub(crate) fn json(&self) -> Result<Value, String> {
        serde_json::from_slice(&self.body).map_err(|error| format!("the body is no JSON: {error}"))
    }
}

/// What the server answers.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Bytes(Bytes),
    Pause(Duration),
    /// The connection ends here, in the middle of the answer.
    Break,
}

impl Answer {
    /// An answer without a body.
    pub(crate) fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            parts: Vec::new(),
        }
    }

    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::bytes(status, "application/json", value.to_string())
    }

    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self::bytes(status, "text/plain", text.to_owned())
    }

    pub(crate) fn bytes(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::new(status)
            .header("Content-Type", content_type)
            .part(body)
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// One more part of the body. Of several, each is sent by itself.
    pub(crate) fn part(mut self, bytes: impl Into<Bytes>) -> Self {
        self.parts.push(Part::Bytes(bytes.into()));
        self
    }

    /// Says nothing for a while before the next part.
    pub(crate) fn pause(mut self, pause: Duration) -> Self {
        self.parts.push(Part::Pause(pause));
        self
    }

    /// Ends the connection in the middle of the body.
    pub(crate) fn breaking_off(mut self) -> Self {
        self.parts.push(Part::Break);
        self
    }

    /// As [`breaking_off`](Self::breaking_off), when what is before it has gone out.
    pub(crate) fn cut(self) -> Self {
        self.pause(Duration::from_millis(2)).breaking_off()
    }

    fn into_response(self) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response
            .body(body(self.parts))
            .expect("the test's status and headers are sound")
    }
}

/// A body at hand has a length; one of several parts is sent in chunks.
fn body(mut parts: Vec<Part>) -> UnsyncBoxBody<Bytes, io::Error> {
    if parts.len() < 2 {
        let whole = match parts.pop() {
            Some(Part::Bytes(bytes)) => bytes,
            _ => Bytes::new(),
        };
        return Full::new(whole)
            .map_err(|never| match never {})
            .boxed_unsync();
    }
    let parts = stream::unfold(parts.into_iter(), |mut parts| async {
        loop {
            match parts.next()? {
                Part::Bytes(bytes) => return Some((Ok(Frame::data(bytes)), parts)),
                Part::Pause(pause) => tokio::time::sleep(pause).await,
                Part::Break => {
                    let broken = io::Error::from(io::ErrorKind::ConnectionAborted);
                    return Some((Err(broken), parts));
                }
            }
        }
    });
    StreamBody::new(parts).boxed_unsync()
}

type Handler = dyn Fn(&Recorded) -> Answer + Send + Sync;

struct Shared {
    handler: Box<Handler>,
    requests: Mutex<Vec<Recorded>>,
}

/// A server that lives as long as this value.
pub(crate) struct Server {
    origin: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// A server that answers each request with what `handler` makes of it.
    pub(crate) async fn start(
        handler: impl Fn(&Recorded) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            requests: Mutex::default(),
        });
        let known = Arc::clone(&shared);
        let accepting = tokio::spawn(serve(listener, move |recorded| {
            let shared = Arc::clone(&known);
            async move { answer(&shared, recorded) }
        }));
        Self {
            origin: format!("http://{address}"),
            shared,
            accepting,
        }
    }

    /// A server and the queue of its answers. A request that comes when there
    /// is none left is answered with 500.
    pub(crate) async fn with_queue() -> (Self, Answers) {
        let answers = Answers::default();
        let queue = answers.clone();
        let server = Self::start(move |_| queue.next()).await;
        (server, answers)
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Where the API is: Bitbucket's own is below `/2.0` too.
    pub(crate) fn base_url(&self) -> String {
        format!("{}/2.0", self.origin)
    }

    /// What was asked since this was asked last.
    pub(crate) fn take_requests(&self) -> Vec<Recorded> {
        std::mem::take(&mut *self.shared.requests.lock().expect("no handler panics"))
    }

    /// Waits until nothing is asked any more: what is on its way may still arrive.
    pub(crate) async fn falls_silent(&self) {
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if self.take_requests().is_empty() {
                return;
            }
        }
        panic!("there is always another request");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Answers that wait for requests.
#[derive(Clone, Default)]
pub(crate) struct Answers(Arc<Mutex<VecDeque<Answer>>>);

impl Answers {
    pub(crate) fn push(&self, answer: Answer) {
        self.queue().push_back(answer);
    }

    /// How many are left; they are dropped.
    pub(crate) fn clear(&self) -> usize {
        self.queue().drain(..).count()
    }

    fn next(&self) -> Answer {
        self.queue()
            .pop_front()
            .unwrap_or_else(|| Answer::text(500, "nothing was to be asked here"))
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, VecDeque<Answer>> {
        self.0.lock().expect("nothing panics while it holds this")
    }
}

/// Answers the requests of every connection with what `answer` makes of them.
pub(crate) async fn serve<A, B>(
    listener: TcpListener,
    answer: impl Fn(Recorded) -> A + Clone + Send + Sync + 'static,
) where
    A: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    // Connections end with the server, when this set is dropped.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let answer = answer.clone();
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let answer = answer.clone();
                async move { Ok::<_, Infallible>(answer(Recorded::read(request).await).await) }
            });
            // What breaks off here shows as an error at the client's end.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn answer(shared: &Shared, recorded: Recorded) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
    let answer = (shared.handler)(&recorded);
    shared
        .requests
        .lock()
        .expect("nothing panics while it holds this")
        .push(recorded);
    answer.into_response()
}
