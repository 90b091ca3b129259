//! The server, in a process of its own.

use std::{
    convert::Infallible,
    error::Error,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode, body::Incoming, header::CONTENT_TYPE, http::HeaderValue,
    server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::payload;

/// The argument that makes this program the server.
pub(crate) const ARGUMENT: &str = "serve";

/// A running server. It ends with this value.
pub(crate) struct Server {
    pub(crate) base_url: String,
    /// Of all pages together.
    pub(crate) bytes: usize,
    pub(crate) latency: Duration,
    process: Child,
}

impl Server {
    pub(crate) fn start(latency: Duration, count: usize) -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(std::env::current_exe()?)
            .args([
                ARGUMENT,
                &latency.as_millis().to_string(),
                &count.to_string(),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let (base_url, bytes) = line
            .trim()
            .split_once(' ')
            .ok_or("the server did not start")?;
        Ok(Self {
            base_url: base_url.to_owned(),
            bytes: bytes.parse()?,
            latency,
            process,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It also ends by itself, when its standard input does.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves the pages, each after `latency` milliseconds, until standard input ends.
pub(crate) fn serve(latency: &str, count: &str) -> Result<(), Box<dyn Error>> {
    let latency = Duration::from_millis(latency.parse()?);
    let count = count.parse()?;
    std::thread::spawn(|| {
        // Nothing is ever sent: this waits for the end.
        let _ = io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(accept(latency, count))?;
    Ok(())
}

async fn accept(latency: Duration, count: usize) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base_url = format!("http://{}/2.0", listener.local_addr()?);
    let pages = Arc::new(payload::pages(&base_url, count));
    let bytes: usize = pages.iter().map(Bytes::len).sum();
    writeln!(io::stdout(), "{base_url} {bytes}")?;
    loop {
        let (connection, _) = listener.accept().await?;
        connection.set_nodelay(true)?;
        let pages = Arc::clone(&pages);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let answer = answer(&pages, &request);
                async move {
                    if !latency.is_zero() {
                        tokio::time::sleep(latency).await;
                    }
                    Ok::<_, Infallible>(answer)
                }
            });
            // A client that leaves in the middle is nobody's fault.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(connection), service)
                .await;
        });
    }
}

fn answer(pages: &[Bytes], request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let query = request.uri().query().unwrap_or_default();
    let number = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("page="))
        .map_or(Ok(1), str::parse::<usize>);
    let page = number
        .ok()
        .and_then(|number| pages.get(number.checked_sub(1)?));
    let mut answer = Response::new(Full::new(page.cloned().unwrap_or_default()));
    if page.is_none() {
        *answer.status_mut() = StatusCode::NOT_FOUND;
    }
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}
