//! A Bitbucket that reads uploads to their end.

use std::error::Error;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

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

async fn answer(
    mut request: Request<Incoming>,
    length: u64,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let mut received = 0;
    while let Some(frame) = request.body_mut().frame().await {
        received += frame?.data_ref().map_or(0, |data| data.len() as u64);
    }
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = match *request.method() {
        Method::POST if received >= length => hyper::StatusCode::CREATED,
        Method::POST => hyper::StatusCode::BAD_REQUEST,
        _ => hyper::StatusCode::NOT_FOUND,
    };
    Ok(answer)
}
