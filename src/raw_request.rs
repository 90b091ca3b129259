//! Requests that the document does not know of, and links out of answers.

mod address;

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use reqwest::{Body, Request};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use crate::{
    ByteStream, Client, Error, Form, ItemStream, Operation, Page, PageStream, Response,
    RetryPolicy, outgoing::Outgoing, paging::Numbering, path, redirect::Address,
};

/// What goes by this way has a name and a method for errors, but no template.
const fn named(method: &'static str) -> Operation {
    Operation::new("request", method, "")
}

fn operation(method: &Method) -> &'static Operation {
    static GET: Operation = named("GET");
    static HEAD: Operation = named("HEAD");
    static POST: Operation = named("POST");
    static PUT: Operation = named("PUT");
    static PATCH: Operation = named("PATCH");
    static DELETE: Operation = named("DELETE");
    static OTHER: Operation = named("");

    match *method {
        Method::GET => &GET,
        Method::HEAD => &HEAD,
        Method::POST => &POST,
        Method::PUT => &PUT,
        Method::PATCH => &PATCH,
        Method::DELETE => &DELETE,
        _ => &OTHER,
    }
}

/// Headers that are the client's own business.
const RESERVED: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::HOST,
    header::PROXY_AUTHORIZATION,
    header::TRANSFER_ENCODING,
];

impl Client {
    /// Starts a request to any path of Bitbucket's API, for what there is no
    /// method for.
    ///
    /// It has the credentials, the errors and everything else of the methods.
    /// `path` begins with a slash and is appended to the client's base URL; it
    /// can also be an absolute URL of the same origin. What names another
    /// resource than it seems to (`..`, `//`, a line break) is refused.
    ///
    /// ```no_run
    /// use bitbucket::Method;
    ///
    /// # async fn ask(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let conflicts = client
    ///     .request(Method::GET, "/repositories/{workspace}/{repo_slug}/pullrequests/7/conflicts")
    ///     .path_parameter("workspace", "acme")
    ///     .path_parameter("repo_slug", "website")
    ///     .send::<serde_json::Value>()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(self.clone(), method, path.into())
    }

    /// Starts a GET of a link out of an answer.
    ///
    /// The link has to be one of the API itself, that is, of the client's
    /// origin: pages for people (`html`), avatars and clones lie elsewhere.
    ///
    /// ```no_run
    /// # #[cfg(all(feature = "pull-requests", feature = "commits"))]
    /// # async fn ask(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// use bitbucket::types::Commit;
    ///
    /// let pull_request = client.repository("acme", "website").pull_request(7);
    /// let pull_request = pull_request.get_pull_request().send().await?;
    /// let links = pull_request.links.as_ref();
    /// let commits = client.follow(links.and_then(|links| links.commits.as_ref()));
    /// let commits = commits.stream::<Commit>();
    /// # Ok(())
    /// # }
    /// ```
    pub fn follow(&self, link: impl Href) -> RawRequest {
        let mut request = RawRequest::new(self.clone(), Method::GET, String::new());
        match link.href() {
            Some(href) => {
                href.split('#')
                    .next()
                    .unwrap_or_default()
                    .clone_into(&mut request.address);
                if request.address.starts_with('/') {
                    request.refuse("the link is not an absolute URL");
                }
            }
            None => request.refuse("the link has no address"),
        }
        request
    }
}

/// What can be followed: a link of an answer, or its address as a text.
pub trait Href {
    /// The address.
    fn href(&self) -> Option<&str>;
}

impl Href for str {
    fn href(&self) -> Option<&str> {
        Some(self)
    }
}

impl Href for String {
    fn href(&self) -> Option<&str> {
        Some(self)
    }
}

impl<T: Href + ?Sized> Href for &T {
    fn href(&self) -> Option<&str> {
        (**self).href()
    }
}

impl<T: Href + ?Sized> Href for Box<T> {
    fn href(&self) -> Option<&str> {
        (**self).href()
    }
}

impl<T: Href> Href for Option<T> {
    fn href(&self) -> Option<&str> {
        self.as_ref().and_then(Href::href)
    }
}

/// There are links in the answers of all but two of the features.
#[cfg(any(
    feature = "branch-restrictions",
    feature = "branching-model",
    feature = "commit-statuses",
    feature = "commits",
    feature = "deployments",
    feature = "downloads",
    feature = "issue-tracker",
    feature = "pipelines",
    feature = "projects",
    feature = "pull-requests",
    feature = "refs",
    feature = "reports",
    feature = "repositories",
    feature = "search",
    feature = "snippets",
    feature = "source",
    feature = "ssh",
    feature = "users",
    feature = "webhooks",
    feature = "workspaces",
))]
impl Href for crate::types::Link {
    fn href(&self) -> Option<&str> {
        self.href.as_deref()
    }
}

/// A request in the making, to an address of the caller's.
///
/// [`Client::request`] and [`Client::follow`] make one. What is wrong with it
/// is said when it is sent, before anything leaves.
#[must_use = "nothing is sent before `send` or its like is called"]
pub struct RawRequest {
    client: Client,
    operation: &'static Operation,
    method: Method,
    address: String,
    query: Vec<String>,
    headers: HeaderMap,
    content: Content,
    numbering: Numbering,
    /// The first thing that is wrong.
    fault: Option<Error>,
}

enum Content {
    Nothing,
    Body(Body, HeaderValue),
    Form(Form),
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const URLENCODED: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

impl RawRequest {
    fn new(client: Client, method: Method, address: String) -> Self {
        Self {
            client,
            operation: operation(&method),
            method,
            address,
            query: Vec::new(),
            headers: HeaderMap::new(),
            content: Content::Nothing,
            numbering: Numbering::Link,
            fault: None,
        }
    }

    fn refuse(&mut self, fault: impl Into<String>) {
        if self.fault.is_none() {
            self.fault = Some(Error::invalid_request(self.operation, fault));
        }
    }

    /// Puts a value where the path has `{name}`, encoded as one segment of it:
    /// whatever is in the value cannot lead to another path.
    pub fn path_parameter(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let place = format!("{{{name}}}");
        if !self.address.contains(&place) {
            self.refuse(format!("the path has no parameter `{name}`"));
            return self;
        }
        match path::segment(self.operation, name, value.as_ref()) {
            Ok(segment) => self.address = self.address.replace(&place, &segment),
            Err(error) => {
                self.fault.get_or_insert(error);
            }
        }
        self
    }

    /// Adds parameters to the query: a map, a struct, or pairs. A list becomes a
    /// parameter that is repeated.
    ///
    /// ```no_run
    /// # use bitbucket::Method;
    /// # async fn ask(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let request = client
    ///     .request(Method::GET, "/repositories/acme/website/pullrequests")
    ///     .query(&[("state", "OPEN"), ("state", "MERGED")]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn query(mut self, parameters: &(impl Serialize + ?Sized)) -> Self {
        match serde_html_form::to_string(parameters) {
            Ok(text) if text.is_empty() => {}
            Ok(text) => self.query.push(text),
            Err(error) => self.refuse(format!("the query cannot be written: {error}")),
        }
        self
    }

    /// Adds a header. Those that are the client's own business, such as
    /// `Authorization`, are refused; `Accept` is what
    /// [`send_bytes`](Self::send_bytes) asks for, and nothing otherwise.
    ///
    /// Where Bitbucket sends the request on to another origin, such as a file
    /// store, only those headers go there that say which file, in what form and for
    /// whom: `Accept` and its like, `Range`, the conditions (`If-Match`,
    /// `If-None-Match`, `If-Modified-Since`, `If-Unmodified-Since`, `If-Range`) and
    /// `User-Agent`. Any other stays at home: there may be a secret in it.
    pub fn header(
        mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) -> Self {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(_)) if RESERVED.contains(&name) => {
                self.refuse(format!("the header `{name}` is set by the client"));
            }
            (Ok(name), Ok(value)) => {
                self.headers.append(name, value);
            }
            (Ok(name), Err(_)) => self.refuse(format!("the header `{name}` has no sound value")),
            (Err(_), _) => self.refuse("a header's name is not one"),
        }
        self
    }

    /// Sends this value as JSON.
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.content = Content::Body(json.into(), JSON),
            Err(error) => self.refuse(format!("the body cannot be written: {error}")),
        }
        self
    }

    /// Sends these fields as `application/x-www-form-urlencoded`.
    pub fn form(mut self, fields: &(impl Serialize + ?Sized)) -> Self {
        match serde_html_form::to_string(fields) {
            Ok(form) => self.content = Content::Body(form.into(), URLENCODED),
            Err(error) => self.refuse(format!("the form cannot be written: {error}")),
        }
        self
    }

    /// Sends a form with files, as `multipart/form-data`.
    pub fn multipart(mut self, form: Form) -> Self {
        self.content = Content::Form(form);
        self
    }

    /// Sends a body of any other type.
    pub fn body(mut self, content_type: &str, body: impl Into<Body>) -> Self {
        match HeaderValue::from_str(content_type) {
            Ok(content_type) => self.content = Content::Body(body.into(), content_type),
            Err(_) => self.refuse(format!("the content type {content_type:?} is not one")),
        }
        self
    }

    /// When this request is sent again, in place of what the client says.
    ///
    /// ```no_run
    /// use bitbucket::{Method, RetryPolicy};
    ///
    /// # async fn ask(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let once = client
    ///     .request(Method::GET, "/repositories/acme/website")
    ///     .retry(RetryPolicy::none())
    ///     .send::<serde_json::Value>()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.client = self.client.with_retry(policy);
        self
    }

    /// The listing numbers its pages and sends no link to the next one, as those
    /// of pipelines do: [`stream`](Self::stream) and [`pages`](Self::pages) then
    /// count.
    pub fn numbered(mut self) -> Self {
        self.numbering = Numbering::Number;
        self
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
        let (client, operation) = (self.client.clone(), self.operation);
        client.send_json(operation, self.outgoing()?).await
    }

    /// Sends the request; the answer's status and headers say all.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_empty(self) -> Result<Response<()>, Error> {
        let (client, operation) = (self.client.clone(), self.operation);
        client.send_empty(operation, self.outgoing()?).await
    }

    /// Sends the request; the answer is a file, a diff, or anything else.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_bytes(mut self) -> Result<Response<ByteStream>, Error> {
        let (client, operation) = (self.client.clone(), self.operation);
        match self.headers.remove(header::ACCEPT) {
            Some(accept) => {
                client
                    .send_bytes_as(operation, self.outgoing()?, accept)
                    .await
            }
            None => client.send_bytes(operation, self.outgoing()?).await,
        }
    }

    /// Every item of a listing, page after page.
    ///
    /// ```no_run
    /// # use bitbucket::Method;
    /// # async fn ask(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
    /// let mut tasks = client
    ///     .request(Method::GET, "/repositories/acme/website/pullrequests/7/tasks")
    ///     .stream::<serde_json::Value>();
    /// while let Some(task) = tasks.try_next().await? {
    ///     println!("{}", task["content"]["raw"]);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream<T: DeserializeOwned + Send + 'static>(self) -> ItemStream<Page<T>> {
        let (client, operation, numbering) = (self.client.clone(), self.operation, self.numbering);
        ItemStream::new(client, operation, self.first_page(), numbering)
    }

    /// The pages of a listing, one after the other.
    pub fn pages<T: DeserializeOwned + Send + 'static>(self) -> PageStream<Page<T>> {
        let (client, operation, numbering) = (self.client.clone(), self.operation, self.numbering);
        PageStream::new(client, operation, self.first_page(), numbering)
    }

    /// What a listing of another kind of page begins with.
    #[cfg(feature = "data-center")]
    pub(crate) fn into_listing(self) -> (Client, &'static Operation, Result<Request, Error>) {
        (self.client.clone(), self.operation, self.first_page())
    }

    fn first_page(self) -> Result<Request, Error> {
        if matches!(self.content, Content::Form(_)) {
            let fault = "a listing is not asked for with a form";
            return Err(Error::invalid_request(self.operation, fault));
        }
        self.outgoing().map(Outgoing::into_request)
    }

    fn outgoing(self) -> Result<Outgoing, Error> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let mut url = self.client.own_address(self.operation, &self.address)?;
        for parameters in &self.query {
            let query = match url.query().filter(|query| !query.is_empty()) {
                Some(query) => format!("{query}&{parameters}"),
                None => parameters.clone(),
            };
            url.set_query(Some(&query));
        }
        let mut request = Request::new(self.method, url);
        *request.headers_mut() = self.headers;
        match self.content {
            Content::Nothing => Ok(request.into()),
            Content::Body(body, content_type) => {
                *request.body_mut() = Some(body);
                request
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, content_type);
                Ok(request.into())
            }
            Content::Form(form) => Ok(Outgoing::with_form(request, form)),
        }
    }
}

/// Without the query and the headers: there can be anything in them.
impl fmt::Debug for RawRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("RawRequest");
        debug.field("method", &self.method);
        if let Ok(url) = self.client.own_address(self.operation, &self.address) {
            debug.field("address", &format_args!("{}", Address(&url)));
        }
        debug.finish_non_exhaustive()
    }
}

impl Client {
    /// The address that a text names, if the credentials may be sent there.
    pub(crate) fn own_address(
        &self,
        operation: &'static Operation,
        text: &str,
    ) -> Result<Url, Error> {
        address::parse(self, text)
            .map_err(|fault| Error::invalid_request(operation, format!("the address {fault}")))
    }
}
