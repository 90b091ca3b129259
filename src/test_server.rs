//! A server on loopback for the tests: it shows every byte it was sent and
//! sends whatever a test wants, also what no well-behaved server would.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::{Auth, Client, Operation, RetryPolicy};

pub(crate) static LIST: Operation = Operation::new("list_things", "GET", "/things");
pub(crate) static CREATE: Operation = Operation::new("create_thing", "POST", "/things");

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// The request line and the headers, as they were sent.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (header, value) = line.split_once(':')?;
            header.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// What the server answers.
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// The body breaks off after as many bytes.
    cut: Option<usize>,
    /// How long the server is silent before it answers.
    delay: Duration,
    /// How long it keeps a cut answer open.
    stall: Duration,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            cut: None,
            delay: Duration::ZERO,
            stall: Duration::ZERO,
        }
    }

    pub(crate) fn json(body: &Value) -> Self {
        Self::new(200, body.to_string()).header("Content-Type", "application/json")
    }

    pub(crate) fn redirect(status: u16, location: impl Into<String>) -> Self {
        Self::new(status, "").header("Location", location)
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn cut_after(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }

    pub(crate) fn stall(mut self, delay: Duration) -> Self {
        self.stall = delay;
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Reason\r\n", self.status);
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        if !matches!(self.status, 204 | 304) {
            write!(head, "Content-Length: {}\r\n", self.body.len()).unwrap();
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend_from_slice(&self.body[..self.cut.unwrap_or(self.body.len())]);
        bytes
    }
}

type Handler = dyn Fn(&Received) -> Reply + Send + Sync;

pub(crate) struct Server {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
    accepting: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Server {
    /// Answers each request with what `handler` makes of it.
    pub(crate) async fn start(
        handler: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        let handler: Arc<Handler> = Arc::new(handler);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&handler), Arc::clone(&log)));
            }
        });
        Self {
            url,
            received,
            accepting,
        }
    }

    /// Scheme, host and port.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A client of this server, with a token that can be looked for.
    pub(crate) fn client(&self) -> Client {
        Client::builder()
            .base_url(format!("{}/2.0", self.url))
            .auth(Auth::bearer("s3cret"))
            .retry(RetryPolicy::none())
            .build()
            .unwrap()
    }

    /// Every request so far, in the order of their arrival.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The targets of every request since this was asked last.
    pub(crate) fn take_targets(&self) -> Vec<String> {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.drain(..).map(|one| one.target).collect()
    }

    /// The targets of every request so far.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.received().into_iter().map(|one| one.target).collect()
    }
}

async fn serve(mut stream: TcpStream, handler: Arc<Handler>, log: Arc<Mutex<Vec<Received>>>) {
    let mut buffer = Vec::new();
    while let Some(received) = receive(&mut stream, &mut buffer).await {
        log.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(received.clone());
        let reply = handler(&received);
        tokio::time::sleep(reply.delay).await;
        if stream.write_all(&reply.bytes()).await.is_err() || reply.cut.is_some() {
            tokio::time::sleep(reply.stall).await;
            break;
        }
    }
}

async fn receive(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Received> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        read_more(stream, buffer).await?;
    };
    let head = String::from_utf8(buffer.drain(..end + 4).collect()).unwrap();
    let mut words = head.split(' ');
    let mut received = Received {
        method: words.next().unwrap_or_default().to_owned(),
        target: words.next().unwrap_or_default().to_owned(),
        body: Vec::new(),
        head,
    };
    if let Some(length) = received.header("content-length") {
        let length = length.parse().unwrap();
        while buffer.len() < length {
            read_more(stream, buffer).await?;
        }
        received.body = buffer.drain(..length).collect();
    } else if received.header("transfer-encoding") == Some("chunked") {
        while !buffer.ends_with(b"0\r\n\r\n") {
            read_more(stream, buffer).await?;
        }
        received.body = std::mem::take(buffer);
    }
    Some(received)
}

async fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    let read = stream.read_buf(buffer).await.ok()?;
    (read > 0).then_some(())
}
