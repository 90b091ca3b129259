//! Requests that the document does not know of.

use std::fmt;

use http::{HeaderName, HeaderValue};
use reqwest::Body;
use serde::{Serialize, de::DeserializeOwned};

use super::{Client, Page};
use crate::{
    ByteStream, Error, Form, ItemStream, Method, PageStream, Response, RetryPolicy,
    paging::Numbering,
};

/// A request to any path of a Data Center, made by [`Client::request`].
///
/// It is [`bitbucket::RawRequest`](crate::RawRequest), where more is said of each
/// setting, with the pages of Data Center.
#[must_use = "requests do nothing until they are sent"]
pub struct RawRequest(crate::RawRequest);

impl Client {
    /// Starts a request to any path below `/rest`, for what there is no method for,
    /// such as the resources of plugins.
    ///
    /// ```no_run
    /// use bitbucket::Method;
    ///
    /// # async fn example(client: bitbucket::data_center::Client) -> Result<(), bitbucket::Error> {
    /// let status = client
    ///     .request(Method::GET, "/sync/latest/projects/PRJ/repos/website")
    ///     .send::<serde_json::Value>()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest(self.client.request(method, path))
    }
}

/// What is sent.
impl RawRequest {
    /// The value of a `{name}` in the path, encoded.
    pub fn path_parameter(self, name: &'static str, value: impl AsRef<str>) -> Self {
        Self(self.0.path_parameter(name, value))
    }

    /// More parameters for the query: a struct, a map or a list of pairs.
    pub fn query(self, parameters: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.query(parameters))
    }

    /// A header.
    pub fn header(self, name: impl TryInto<HeaderName>, value: impl TryInto<HeaderValue>) -> Self {
        Self(self.0.header(name, value))
    }

    /// A body of JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.json(value))
    }

    /// A body of form fields.
    pub fn form(self, fields: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.form(fields))
    }

    /// A body of fields and files.
    pub fn multipart(self, form: Form) -> Self {
        Self(self.0.multipart(form))
    }

    /// A body of any other kind.
    pub fn body(self, content_type: &str, body: impl Into<Body>) -> Self {
        Self(self.0.body(content_type, body))
    }

    /// When this request is sent again.
    pub fn retry(self, policy: RetryPolicy) -> Self {
        Self(self.0.retry(policy))
    }
}

/// Sending.
impl RawRequest {
    /// Sends the request; the answer is JSON.
    ///
    /// # Errors
    ///
    /// Before anything is sent, if something is wrong with the request; then as
    /// [`Error`] says.
    pub async fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        self.0.send().await
    }

    /// Sends the request; the answer's status and headers say all.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_empty(self) -> Result<Response<()>, Error> {
        self.0.send_empty().await
    }

    /// Sends the request; the answer is a file, a diff, or anything else.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_bytes(self) -> Result<Response<ByteStream>, Error> {
        self.0.send_bytes().await
    }

    /// Every item of a listing, page after page.
    pub fn stream<T: DeserializeOwned + Send + 'static>(self) -> ItemStream<Page<T>> {
        let (client, operation, first) = self.0.into_listing();
        ItemStream::new(client, operation, first, Numbering::Start)
    }

    /// The pages of a listing, one after the other.
    pub fn pages<T: DeserializeOwned + Send + 'static>(self) -> PageStream<Page<T>> {
        let (client, operation, first) = self.0.into_listing();
        PageStream::new(client, operation, first, Numbering::Start)
    }
}

impl fmt::Debug for RawRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
