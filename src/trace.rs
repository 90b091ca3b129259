//! What a call tells about itself, with OpenTelemetry's names for it.
//!
//! Paths appear as templates. Credentials, queries, bodies and Bitbucket's own
//! words do not appear at all.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use http::{Method, StatusCode};
use tracing::{Instrument as _, Span, field::Empty};

use crate::{Client, Error, ErrorKind, Operation};

/// The span of one call, with all its attempts.
pub(crate) fn span(client: &Client, operation: &'static Operation, method: &Method) -> Span {
    // Raw requests have none.
    let template = Some(operation.path()).filter(|path| !path.is_empty());
    let gap = template.map_or("", |_| " ");
    tracing::info_span!(
        "bitbucket",
        otel.name = format_args!("{method}{gap}{}", operation.path()),
        otel.kind = "client",
        otel.status_code = Empty,
        bitbucket.operation = operation.id(),
        http.request.method = method.as_str(),
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        http.client.request.duration = Empty,
        url.template = template,
        server.address = client.server_address(),
        server.port = client.server_port(),
        error.type = Empty,
    )
}

/// Does a call's work in its span, which learns how it ended and after how many
/// seconds.
pub(crate) async fn observe<T>(
    span: &Span,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let started = Instant::now();
    let result = work.instrument(span.clone()).await;
    span.record(
        "http.client.request.duration",
        started.elapsed().as_secs_f64(),
    );
    if let Err(error) = &result {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", error_type(error).as_str());
    }
    result
}

/// Bitbucket answered, for the first time or again.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
}

/// The request is about to be sent again.
pub(crate) fn resend(span: &Span, resends: u32, wait: Duration, error: &Error) {
    span.record("http.request.resend_count", resends);
    tracing::debug!(
        parent: span,
        http.request.resend_count = resends,
        http.response.status_code = error.status().map(|status| status.as_u16()),
        error.type = error_type(error),
        wait = wait.as_secs_f64(),
        "sending the request again"
    );
}

/// The status where there is one to blame, else the kind of the error.
fn error_type(error: &Error) -> String {
    match (error.kind(), error.status()) {
        (ErrorKind::Status, Some(status)) => status.as_str().to_owned(),
        (kind, _) => format!("{kind:?}"),
    }
}
