//! Schemes of authentication that the caller brings along.

use std::fmt;

use futures_core::future::BoxFuture;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING},
};
use url::Url;

use super::BoxError;
use crate::{Error, ErrorKind};

/// What the HTTP library decides on, since it is about how the request is sent.
const RESERVED: [HeaderName; 5] = [
    HOST,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    TRANSFER_ENCODING,
    CONNECTION,
];

/// A way to authenticate that this crate does not know.
///
/// It is asked before each attempt to send a request, and only for requests to
/// the origin of the client's base URL: what it returns can go nowhere else.
/// The values are marked as sensitive, so that they appear in no trace.
///
/// A Forge app, for example, gets a token with each invocation:
///
/// ```
/// use std::sync::RwLock;
///
/// use bitbucket::{Auth, Client, Secret};
/// use bitbucket::auth::{Authenticate, BoxError, BoxFuture, RequestHead};
/// use http::{HeaderMap, header::AUTHORIZATION};
///
/// #[derive(Default)]
/// struct Forge {
///     /// From the header `x-forge-oauth-system` of the latest invocation.
///     token: RwLock<Option<Secret>>,
/// }
///
/// impl Authenticate for Forge {
///     fn authenticate<'a>(
///         &'a self,
///         _request: RequestHead<'a>,
///     ) -> BoxFuture<'a, Result<HeaderMap, BoxError>> {
///         Box::pin(async move {
///             let token = self.token.read().map_err(|_| "the token is lost")?.clone();
///             let token = token.ok_or("there was no invocation yet")?;
///             let value = format!("Bearer {}", token.expose_secret()).parse()?;
///             Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
///         })
///     }
/// }
///
/// # fn main() -> Result<(), bitbucket::Error> {
/// let client = Client::builder().auth(Auth::scheme(Forge::default())).build()?;
/// # Ok(())
/// # }
/// ```
pub trait Authenticate: Send + Sync + 'static {
    /// The headers that a request is to have in addition.
    ///
    /// They replace what the request has by the same names. How it is framed
    /// (`Host`, `Content-Length`, `Content-Type` and the like) cannot be changed.
    fn authenticate<'a>(
        &'a self,
        request: RequestHead<'a>,
    ) -> BoxFuture<'a, Result<HeaderMap, BoxError>>;

    /// Asked once after a 401: whether there are other credentials to try.
    ///
    /// `rejected` is the `Authorization` that was refused, by which it can be
    /// told whether they were renewed in the meantime. By default there are none.
    fn renew<'a>(
        &'a self,
        rejected: Option<&'a HeaderValue>,
    ) -> BoxFuture<'a, Result<bool, BoxError>> {
        let _ = rejected;
        Box::pin(std::future::ready(Ok(false)))
    }
}

/// A request without its body, for an [`Authenticate`] to read.
///
/// ```
/// use bitbucket::auth::RequestHead;
///
/// fn text_to_sign(request: &RequestHead<'_>) -> String {
///     format!("{} {}", request.method(), request.url().path())
/// }
/// ```
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    method: &'a Method,
    url: &'a Url,
    headers: &'a HeaderMap,
}

impl<'a> RequestHead<'a> {
    pub(super) fn new(request: &'a reqwest::Request) -> Self {
        Self {
            method: request.method(),
            url: request.url(),
            headers: request.headers(),
        }
    }

    /// The HTTP method.
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// The whole URL, with its query.
    pub fn url(&self) -> &'a Url {
        self.url
    }

    /// The headers that the request has so far.
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }
}

impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Queries and headers may hold what is not to be printed.
        formatter
            .debug_struct("RequestHead")
            .field("method", self.method)
            .field("path", &self.url.path())
            .finish_non_exhaustive()
    }
}

/// Puts what a scheme returned on the request.
pub(super) fn apply(scheme: &HeaderMap, request: &mut HeaderMap) -> Result<(), Error> {
    if let Some(name) = RESERVED.iter().find(|name| scheme.contains_key(*name)) {
        return Err(Error::authentication(
            ErrorKind::Authentication,
            format!("the authentication scheme sets `{name}`, which it must not"),
        ));
    }
    for name in scheme.keys() {
        request.remove(name);
    }
    for (name, value) in scheme {
        let mut value = value.clone();
        value.set_sensitive(true);
        request.append(name, value);
    }
    Ok(())
}

pub(super) fn failed(source: BoxError) -> Error {
    Error::authentication(
        ErrorKind::Authentication,
        "the authentication scheme failed",
    )
    .caused_by(source)
}
