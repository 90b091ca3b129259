//! Whom the examples of uploads talk to: the real Bitbucket if the environment
//! has credentials for it, else a server on loopback that reads all it is sent,
//! keeps nothing of it, and answers as Bitbucket would; its downloads are zeros.

#[path = "../tour/environment.rs"]
mod environment;

use std::{convert::Infallible, error::Error, time::Duration};

use bitbucket::{Auth, Client};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, Response,
    body::Incoming,
    header::{CONTENT_TYPE, LOCATION},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use environment::Destination;

const DOWNLOAD_LENGTH: usize = 200_000_000;

/// A client, and where it may write.
pub(crate) struct Visit {
    pub(crate) client: Client,
    pub(crate) workspace: String,
    pub(crate) repository: String,
}

pub(crate) async fn visit() -> Result<Visit, Box<dyn Error>> {
    if let Some(destination) = environment::destination()? {
        let Destination {
            auth,
            workspace,
            repository,
        } = destination;
        println!("Writing to {workspace}/{repository} with the credentials in the environment.");
        return Ok(Visit {
            client: Client::builder().auth(auth).build()?,
            workspace,
            repository,
        });
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base_url = format!("http://{}/2.0", listener.local_addr()?);
    println!("No credentials in the environment: talking to a server on loopback, {base_url}.");
    tokio::spawn(accept(listener));
    Ok(Visit {
        client: Client::builder()
            .base_url(base_url)
            .auth(Auth::api_token("kim@example.com", "any token will do here"))
            .build()?,
        workspace: "acme".to_owned(),
        repository: "website".to_owned(),
    })
}

async fn accept(listener: TcpListener) {
    while let Ok((connection, _)) = listener.accept().await {
        tokio::spawn(async move {
            // A visitor who leaves in the middle is nobody's fault.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(connection), service_fn(answer))
                .await;
        });
    }
}

async fn answer(mut request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    while let Some(Ok(_)) = request.body_mut().frame().await {
        // About 50 MB a second, so that there is something to see.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut answer = Response::new(Full::default());
    let path = request.uri().path();
    if request.method() == Method::GET && path.contains("/downloads/") {
        *answer.body_mut() = Full::from(vec![0; DOWNLOAD_LENGTH]);
        return Ok(answer);
    }
    let headers = answer.headers_mut();
    if path.ends_with("/src") {
        let hash = "2a9d7f0c4b1e8f6a5d3c2b1a0f9e8d7c6b5a4f3e";
        let location = path.replace("/src", &format!("/commit/{hash}"));
        headers.extend(location.parse().map(|location| (LOCATION, location)));
    } else if path.contains("/snippets/") {
        headers.extend("application/json".parse().map(|json| (CONTENT_TYPE, json)));
        let snippet = r#"{"id": "kypj", "title": "Notes", "files": {"may.txt": {}}}"#;
        *answer.body_mut() = Full::from(snippet);
    }
    Ok(answer)
}
