//! A Bitbucket that reads uploads to their end, and whose downloads are zeros.

use std::{convert::Infallible, error::Error, future};

use bytes::Bytes;
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use http_body_util::{BodyExt as _, Either, Full, StreamBody};
use hyper::{
    Method, Request, Response,
    body::{Frame, Incoming},
    header::CONTENT_LENGTH,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// As much as is handed to the connection at a time.
const CHUNK: usize = 64 * 1024;

/// Serves until the process is ended. An upload of less than `length` bytes is refused.
pub(crate) async fn serve(length: u64) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}/2.0", listener.local_addr()?);
    loop {
        let (connection, _) = listener.accept().await?;
        connection.set_nodelay(true)?;
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, length));
            // A client that leaves in the middle reports that itself.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(connection), service)
                .await;
        });
    }
}

type Body = Either<Full<Bytes>, StreamBody<BoxStream<'static, Result<Frame<Bytes>, Infallible>>>>;

async fn answer(
    mut request: Request<Incoming>,
    length: u64,
) -> Result<Response<Body>, hyper::Error> {
    let mut received = 0;
    while let Some(frame) = request.body_mut().frame().await {
        received += frame?.data_ref().map_or(0, |data| data.len() as u64);
    }
    if request.method() == Method::GET {
        let mut answer = Response::new(Either::Right(StreamBody::new(zeros(length))));
        answer.headers_mut().insert(CONTENT_LENGTH, length.into());
        return Ok(answer);
    }
    let mut answer = Response::new(Either::Left(Full::default()));
    *answer.status_mut() = match *request.method() {
        Method::POST if received >= length => hyper::StatusCode::CREATED,
        Method::POST => hyper::StatusCode::BAD_REQUEST,
        _ => hyper::StatusCode::NOT_FOUND,
    };
    Ok(answer)
}

/// The same chunk again and again: what is measured is the client.
fn zeros(length: u64) -> BoxStream<'static, Result<Frame<Bytes>, Infallible>> {
    let chunk = Bytes::from(vec![0; CHUNK]);
    stream::unfold(length, move |left| {
        let size = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
        let next = (size > 0).then(|| {
            let frame = Frame::data(chunk.slice(..size));
            (Ok(frame), left - size as u64)
        });
        future::ready(next)
    })
    .boxed()
}
