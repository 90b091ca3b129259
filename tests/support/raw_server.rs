//! A server on loopback that answers with bytes as they are, for answers that
//! no HTTP library would send.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Answers every request with the same bytes and closes the connection.
pub(crate) struct RawServer {
    origin: String,
    heads: Arc<Mutex<Vec<String>>>,
    accepting: JoinHandle<()>,
}

impl RawServer {
    pub(crate) async fn start(answer: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&heads);
        let answer = answer.into();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Some(head) = serve(stream, &answer).await {
                    seen.lock().expect("nothing panics with it").push(head);
                }
            }
        });
        Self {
            origin: format!("http://{address}"),
            heads,
            accepting,
        }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("{}/2.0", self.origin)
    }

    /// Request lines and headers, as they were sent.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("nothing panics with it").clone()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(mut stream: TcpStream, answer: &[u8]) -> Option<String> {
    let mut request = Vec::new();
    let end = loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&request[..end]).into_owned();
    // The body is read to its end: closing on unread bytes would reset the
    // connection before the answer arrives.
    let mut missing = content_length(&head).saturating_sub(request.len() - end - 4);
    let mut rest = Vec::new();
    while missing > 0 {
        rest.clear();
        match stream.read_buf(&mut rest).await.ok()? {
            0 => break,
            count => missing = missing.saturating_sub(count),
        }
    }
    stream.write_all(answer).await.ok()?;
    stream.shutdown().await.ok()?;
    Some(head)
}

fn content_length(head: &str) -> usize {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}
