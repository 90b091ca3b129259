//! TLS, with a server whose certificate no system knows.

use std::{convert::Infallible, sync::Arc, time::Duration};

use bitbucket::{Client, RetryPolicy, reqwest::Certificate};
use bytes::Bytes;
use http::{Response, Version};
use http_body_util::Full;
use hyper::{server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// A server for `localhost` that takes HTTP/2 alone, and the authority that
/// vouches for it.
async fn start() -> (String, Certificate, mpsc::UnboundedReceiver<Version>) {
    let mut authority = CertificateParams::default();
    // By its default name it would be taken for the certificate that it vouches for.
    authority
        .distinguished_name
        .push(DnType::CommonName, "authority of a test");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, versions) = mpsc::unbounded_channel();
    tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), sender));
    let authority = Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    (format!("https://localhost:{port}/2.0"), authority, versions)
}

async fn serve(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    versions: mpsc::UnboundedSender<Version>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        // A client that does not trust the certificate hangs up here.
        let Ok(stream) = acceptor.accept(stream).await else {
            continue;
        };
        let versions = versions.clone();
        let service = service_fn(move |request: http::Request<_>| {
            versions.send(request.version()).unwrap();
            async {
                let body = Full::new(Bytes::from_static(br#"{"slug": "aui"}"#));
                Ok::<_, Infallible>(Response::new(body))
            }
        });
        tokio::spawn(
            http2::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service),
        );
    }
}

#[tokio::test]
async fn a_root_certificate_of_the_callers_own_is_trusted_and_http_2_spoken() {
    let (base_url, authority, mut versions) = start().await;
    let client = Client::builder()
        .base_url(&base_url)
        .root_certificate(authority)
        .build()
        .unwrap();
    assert_eq!(super::ask(&client).await.unwrap().as_deref(), Some("aui"));
    assert_eq!(versions.recv().await, Some(Version::HTTP_2));

    let stranger = Client::builder()
        .base_url(&base_url)
        .retry(
            RetryPolicy::new()
                .max_retries(1)
                .first_delay(Duration::ZERO),
        )
        .build()
        .unwrap();
    let error = super::ask(&stranger).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    assert!(versions.try_recv().is_err(), "nothing was asked");
}
