//! Bodies and headers that the generated builders cannot express.

use reqwest::{
    Request, RequestBuilder,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue},
};
use serde::Serialize;

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
