//! Bodies and headers that the generated builders cannot express.

use reqwest::{
    Request, RequestBuilder,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue},
};
use serde::Serialize;

use crate::Client;

/// Puts `body` into the request as `application/x-www-form-urlencoded`, with a
/// repeated key for each element of a list.
pub(crate) fn urlencoded<T: Serialize>(
    request: RequestBuilder,
    body: &T,
) -> Result<RequestBuilder, serde_html_form::ser::Error> {
    let body = serde_html_form::to_string(body)?;
    Ok(request
        .header(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        )
        .body(body))
}

/// A body that nobody set is not sent: the document says that Bitbucket also
/// takes this request without one.
pub(crate) fn without_empty_body(mut request: Request) -> Request {
    let is_empty = request.body().and_then(reqwest::Body::as_bytes) == Some(b"{}");
    if is_empty {
        *request.body_mut() = None;
        request.headers_mut().remove(CONTENT_TYPE);
        request.headers_mut().remove(CONTENT_LENGTH);
    }
    request
}

/// The same request with a multipart body in place of the one that it has.
pub(crate) fn into_multipart(
    client: &Client,
    request: &Request,
    form: reqwest::multipart::Form,
) -> Result<Request, reqwest::Error> {
    let mut headers = request.headers().clone();
    headers.remove(CONTENT_TYPE);
    headers.remove(CONTENT_LENGTH);
    client
        .http()
        .request(request.method().clone(), request.url().clone())
        .headers(headers)
        .multipart(form)
        .build()
}
