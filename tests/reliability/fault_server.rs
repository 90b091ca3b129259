//! A server on loopback that does whatever a broken one does, byte by byte.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::Handle,
    sync::watch,
    task::JoinSet,
    time::MissedTickBehavior,
};

/// How long nobody listens at a time.
const CLOSED: Duration = Duration::from_millis(200);

/// A request, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// One thing that the server does in place of an answer, or as a part of it.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Send(Vec<u8>),
    /// A few bytes at a time, with a pause after each.
    Trickle(Vec<u8>, Duration),
    /// The same bytes for ever, with a pause after each time.
    Repeat(Vec<u8>, Duration),
    /// Nothing more, and the connection stays open.
    Hold,
    /// The end, as it should be.
    Close,
    /// The end by RST: the other side may lose what it has not read yet.
    Reset,
}

/// What is done with a connection before a request is read from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The next request is read whole.
    Whole,
    /// The connection is reset as soon as something comes, with nothing read.
    None,
    /// The connection is reset in the middle of the request.
    Part,
}

/// What the server does.
pub(crate) trait Script: Send + Sync + 'static {
    /// Asked before each request is read.
    fn reading(&self) -> Reading {
        Reading::Whole
    }

    fn answer(&self, request: &Received) -> Vec<Act>;

    /// Whether nobody listens, as long as this says so.
    fn refuses(&self) -> bool {
        false
    }

    /// Nobody has listened for a while.
    fn refused(&self) {}
}

struct Shared {
    script: Arc<dyn Script>,
    received: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    accepted: AtomicUsize,
    listening: watch::Sender<bool>,
}

/// A server that lives as long as this value.
pub(crate) struct FaultServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    work: JoinSet<()>,
}

impl FaultServer {
    /// A server in the runtime of `handle`, so that its tasks are not among those
    /// of the client.
    pub(crate) fn start(handle: &Handle, script: Arc<dyn Script>) -> Self {
        let _guard = handle.enter();
        // It never listens. It keeps the port while nobody does.
        let keeper = socket("127.0.0.1:0".parse().expect("an address"));
        let address = keeper.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            script,
            received: Mutex::default(),
            connections: AtomicUsize::new(0),
            accepted: AtomicUsize::new(0),
            listening: watch::Sender::new(false),
        });
        let mut work = JoinSet::new();
        let first = (!shared.script.refuses()).then(|| listen(address));
        shared.listening.send_replace(first.is_some());
        work.spawn_on(accept(first, keeper, Arc::clone(&shared)), handle);
        Self {
            address,
            shared,
            work,
        }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared.log().clone()
    }

    /// How many connections there are now.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many connections there ever were.
    pub(crate) fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.work.abort_all();
    }
}

impl Shared {
    fn log(&self) -> MutexGuard<'_, Vec<Received>> {
        self.received.lock().expect("nothing panics with it")
    }
}

fn socket(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("there are sockets");
    socket.set_reuseport(true).expect("a port can be shared");
    socket.bind(address).expect("loopback has a free port");
    socket
}

fn listen(address: SocketAddr) -> TcpListener {
    socket(address).listen(64).expect("the port is ours")
}

/// Listens, unless the script wants that nobody does.
async fn accept(mut listener: Option<TcpListener>, keeper: TcpSocket, shared: Arc<Shared>) {
    let address = keeper.local_addr().expect("a bound socket has an address");
    let mut connections = JoinSet::new();
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        if shared.script.refuses() {
            drop(listener.take());
            shared.listening.send_replace(false);
            tokio::time::sleep(CLOSED).await;
            shared.script.refused();
            continue;
        }
        let listening = listener.get_or_insert_with(|| listen(address));
        shared.listening.send_replace(true);
        tokio::select! {
            accepted = listening.accept() => {
                if let Ok((stream, _)) = accepted {
                    shared.accepted.fetch_add(1, Ordering::SeqCst);
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
            }
            _ = tick.tick() => {}
        }
    }
}

/// Counts a connection for as long as it is there.
struct Counted(Arc<Shared>);

impl Counted {
    fn new(shared: Arc<Shared>) -> Self {
        shared.connections.fetch_add(1, Ordering::SeqCst);
        Self(shared)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn connection(mut stream: TcpStream, shared: Arc<Shared>) {
    let counted = Counted::new(shared);
    let shared = &counted.0;
    let mut buffer = Vec::new();
    loop {
        match shared.script.reading() {
            Reading::Whole => {}
            Reading::None => {
                // Not before the other side has connected for certain: whoever is
                // reset while it connects knows that nobody heard it.
                let _ = stream.peek(&mut [0]).await;
                return reset(stream);
            }
            Reading::Part => {
                // A few bytes, and more of them are on their way.
                let _ = stream.read_exact(&mut [0; 8]).await;
                return reset(stream);
            }
        }
        let Some(received) = receive(&mut stream, &mut buffer).await else {
            return;
        };
        shared.log().push(received.clone());
        let acts = shared.script.answer(&received);
        if shared.script.refuses() {
            // Nobody listens any more when this answer arrives.
            let mut listening = shared.listening.subscribe();
            let _ = listening.wait_for(|listening| !listening).await;
        }
        for act in acts {
            match perform(&mut stream, act).await {
                Some(After::Goes) => {}
                Some(After::Reset) => return reset(stream),
                None => return,
            }
        }
    }
}

enum After {
    Goes,
    Reset,
}

/// Does it, unless the other side has gone.
async fn perform(stream: &mut TcpStream, act: Act) -> Option<After> {
    match act {
        Act::Send(bytes) => send(stream, &bytes).await?,
        Act::Trickle(bytes, pause) => {
            for few in bytes.chunks(8) {
                send(stream, few).await?;
                tokio::time::sleep(pause).await;
            }
        }
        Act::Repeat(bytes, pause) => loop {
            send(stream, &bytes).await?;
            tokio::time::sleep(pause).await;
        },
        Act::Hold => {
            until_gone(stream).await;
            return None;
        }
        Act::Close => {
            stream.shutdown().await.ok()?;
            until_gone(stream).await;
            return None;
        }
        Act::Reset => return Some(After::Reset),
    }
    Some(After::Goes)
}

/// Sends all of it, and sees it if the other side goes meanwhile.
async fn send(stream: &mut TcpStream, bytes: &[u8]) -> Option<()> {
    stream.write_all(bytes).await.ok()
}

/// Until the other side closes the connection too. What it sends is not read by
/// anybody else.
async fn until_gone(stream: &mut TcpStream) {
    let mut rest = [0; 1024];
    while !matches!(stream.read(&mut rest).await, Ok(0) | Err(_)) {}
}

fn reset(stream: TcpStream) {
    let _ = stream.set_zero_linger();
    drop(stream);
}

async fn receive(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Received> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        read_more(stream, buffer).await?;
    };
    let head: Vec<u8> = buffer.drain(..end).collect();
    let head = String::from_utf8(head).ok()?;
    let mut words = head.split(' ').map(str::to_owned);
    let mut received = Received {
        method: words.next()?,
        target: words.next()?,
        head,
        body: Vec::new(),
    };
    if let Some(length) = received.header("content-length") {
        let length = length.parse().ok()?;
        while buffer.len() < length {
            read_more(stream, buffer).await?;
        }
        received.body = buffer.drain(..length).collect();
    } else if received.header("transfer-encoding").is_some() {
        received.body = receive_chunks(stream, buffer).await?;
    }
    Some(received)
}

async fn receive_chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = loop {
            if let Some(end) = buffer.windows(2).position(|two| two == b"\r\n") {
                break buffer.drain(..end + 2).collect::<Vec<u8>>();
            }
            read_more(stream, buffer).await?;
        };
        let size = std::str::from_utf8(&line).ok()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        // The chunk and the line break behind it.
        while buffer.len() < size + 2 {
            read_more(stream, buffer).await?;
        }
        body.extend(buffer.drain(..size + 2).take(size));
        if size == 0 {
            return Some(body);
        }
    }
}

async fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    let read = stream.read_buf(buffer).await.ok()?;
    (read > 0).then_some(())
}
