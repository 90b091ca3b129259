//! Mocks of Bitbucket, for the tests of programs that use this crate.
//!
//! [`MockServerExt`] adds a method for each operation to [`httpmock`]'s server: it
//! takes what the operation has to be asked with, and what is then answered, by
//! the same names and types as the call itself. The feature is `httpmock`, and the
//! version of that crate is the one that is re-exported here.
//!
//! ```
//! # #[cfg(feature = "pull-requests")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), bitbucket::Error> {
//! use bitbucket::{
//!     Client,
//!     mock::{MockServerExt as _, httpmock::MockServer},
//!     types::{PullRequest, PullRequestState},
//! };
//!
//! /// What is to be tested.
//! async fn open_titles(client: &Client) -> Result<Vec<String>, bitbucket::Error> {
//!     let repository = client.repository("acme", "website");
//!     let mut open = repository.list_pull_requests().state(vec![PullRequestState::Open]).stream();
//!     let mut titles = Vec::new();
//!     while let Some(pull_request) = open.try_next().await? {
//!         titles.extend(pull_request.title);
//!     }
//!     Ok(titles)
//! }
//!
//! let server = MockServer::start_async().await;
//! let list = server.list_pull_requests(|when, then| {
//!     when.workspace("acme").repo_slug("website").state([PullRequestState::Open]);
//!     then.json(200, serde_json::json!({"values": [{"id": 7, "title": "Offer a dark theme"}]}));
//! });
//! let client = Client::builder().base_url(server.base_url()).build()?;
//! assert_eq!(open_titles(&client).await?, ["Offer a dark theme"]);
//! list.assert();
//!
//! // By types, and the error that Bitbucket would send.
//! let merged = server.get_pull_request(|when, then| {
//!     when.pull_request_id(7);
//!     then.ok(PullRequest::builder().state(PullRequestState::Merged));
//! });
//! server.get_pull_request(|when, then| {
//!     when.pull_request_id(8);
//!     then.error(404, "There is no pull request 8");
//! });
//! let repository = client.repository("acme", "website");
//! let found = repository.pull_request(7).get_pull_request().send().await?;
//! assert_eq!(found.state, Some(PullRequestState::Merged));
//! let missing = repository.pull_request(8).get_pull_request().send().await;
//! assert_eq!(missing.unwrap_err().message(), Some("There is no pull request 8"));
//! merged.assert();
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "pull-requests"))]
//! # fn main() {}
//! ```
//!
//! - The base URL of the client is the server's, or that with `/2.0` behind it.
//! - Of conditions that are not set, any value will do; `None` says that there is
//!   none. A value in a path is matched as this crate sends it.
//! - Where a path would do for two operations, such as `…/comments` for the revision
//!   `comments` of a snippet, it is the one with the word in its path.
//! - A mistake in a mock ends the test that makes it, by a panic, as everything of
//!   `httpmock`'s does.

pub use ::httpmock;

use std::fmt::Display;

use httpmock::{HttpMockRequest, Regex, Then, When};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Error;
pub use crate::generated::mocks::{MockServerExt, operations};

/// A mock of the operation with this id, with JSON in and JSON out.
///
/// `arguments` are those of a [call](crate::catalog::call); each becomes a condition.
/// `answer` is what the operation gives: for bytes a text, for nothing null.
///
/// ```
/// # #[cfg(feature = "repositories")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), bitbucket::Error> {
/// use bitbucket::{
///     Client,
///     catalog::{self, Arguments, Content},
///     mock::{self, httpmock::MockServer},
/// };
///
/// let server = MockServer::start_async().await;
/// let arguments = Arguments::new().with("workspace", "acme").with("repo_slug", "website");
/// let answer = serde_json::json!({"full_name": "acme/website"});
/// let mock = mock::by_id(&server, "get_repository", arguments.clone(), answer)?;
/// let client = Client::builder().base_url(server.base_url()).build()?;
/// let found = catalog::call(&client, "get_repository", arguments).await?;
/// assert!(matches!(&*found, Content::Json(value) if value["full_name"] == "acme/website"));
/// mock.assert();
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "repositories"))]
/// # fn main() {}
/// ```
///
/// # Errors
///
/// If there is no such operation, or if an argument or the answer is none of it.
#[cfg(feature = "catalog")]
pub fn by_id<'a>(
    server: &'a httpmock::MockServer,
    id: &str,
    arguments: crate::catalog::Arguments,
    answer: Value,
) -> Result<httpmock::Mock<'a>, Error> {
    crate::generated::mocks::by_id(server, id, arguments, answer)
}

/// A request for one operation, and for none that has a word where this one has
/// a parameter.
pub(crate) fn request(
    when: When,
    method: &'static str,
    pattern: &str,
    nearer: &[&'static str],
) -> When {
    let mut when = when.method(method).path_matches(pattern);
    for other in nearer {
        let other = Regex::from(*other);
        when = when.is_false(move |request| other.0.is_match(request.uri().path()));
    }
    when
}

/// A value that is never sent is never asked for.
pub(crate) fn path(when: When, before: &str, value: Result<String, Error>, after: &str) -> When {
    match value {
        // Of what is encoded, nothing else means something in a pattern.
        Ok(value) => when.path_matches(format!("{before}{}{after}", value.replace('.', "\\."))),
        Err(_) => when.is_true(|_| false),
    }
}

pub(crate) fn query(mut when: When, name: &'static str, value: &impl Serialize) -> When {
    let texts = texts(value);
    if texts.is_empty() {
        return when.query_param_missing(name);
    }
    for text in texts {
        when = when.query_param(name, text);
    }
    when
}

pub(crate) fn header(mut when: When, name: &'static str, value: &impl Serialize) -> When {
    let texts = texts(value);
    if texts.is_empty() {
        return when.header_missing(name);
    }
    for text in texts {
        when = when.header(name, text);
    }
    when
}

/// A parameter as texts: none for null, several for a list.
fn texts(value: &impl Serialize) -> Vec<String> {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    match converted_json(value) {
        Value::Null => Vec::new(),
        Value::Array(values) => values.into_iter().map(text).collect(),
        value => vec![text(value)],
    }
}

pub(crate) fn json_body(when: When, value: &impl Serialize) -> When {
    when.json_body(converted_json(value))
}

/// Every field, in any order.
pub(crate) fn form_body(mut when: When, value: &impl Serialize) -> When {
    let form = match serde_html_form::to_string(value) {
        Ok(form) => form,
        Err(error) => panic!("the mock cannot be made: {error}"),
    };
    for (name, value) in url::form_urlencoded::parse(form.as_bytes()) {
        when = when.form_urlencoded_tuple(name, value);
    }
    when
}

/// A field or file among those of a form.
pub(crate) fn part(when: When, name: &str, file_name: Option<&str>, content: &[u8]) -> When {
    let mut head = format!("; name=\"{}\"", escaped(name));
    if let Some(file_name) = file_name {
        head = format!("{head}; filename=\"{}\"", escaped(file_name));
    }
    let content = content.to_vec();
    when.is_true(move |request| {
        let parts = form(request).unwrap_or_default();
        parts.iter().any(|(disposition, found)| {
            let disposition = disposition.split("\r\n").next().unwrap_or_default();
            disposition.ends_with(&head) && *found == content
        })
    })
}

fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The parts of a form, each as its headers and its content.
fn form(request: &HttpMockRequest) -> Option<Vec<(String, Vec<u8>)>> {
    let headers = request.headers();
    let declared = headers.get("content-type")?.to_str().ok()?;
    let boundary = declared.split_once("boundary=")?.1.trim_matches('"');
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    // The first one has no line break of its own before it.
    let body = [b"\r\n", request.body_ref()].concat();
    let mut parts = Vec::new();
    for piece in split(&body, &delimiter) {
        let mut halves = split(piece, b"\r\n\r\n").into_iter();
        let (Some(head), Some(_)) = (halves.next(), halves.next()) else {
            continue;
        };
        let content = piece[head.len() + 4..].to_vec();
        parts.push((String::from_utf8_lossy(head).trim().to_owned(), content));
    }
    Some(parts)
}

fn split<'a>(bytes: &'a [u8], delimiter: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest
        .windows(delimiter.len())
        .position(|one| one == delimiter)
    {
        pieces.push(&rest[..at]);
        rest = &rest[at + delimiter.len()..];
    }
    pieces.push(rest);
    pieces
}

pub(crate) fn typed_answer(then: Then, status: u16, value: &impl Serialize) -> Then {
    json_answer(then, status, converted_json(value))
}

pub(crate) fn json_answer(then: Then, status: u16, value: Value) -> Then {
    then.status(status)
        .header("content-type", "application/json")
        .json_body(value)
}

pub(crate) fn error_answer(then: Then, status: u16, message: &str) -> Then {
    let body = json!({"type": "error", "error": {"message": message}});
    json_answer(then, status, body)
}

/// A page that has as many items as it may have.
pub(crate) fn page_answer<T: Serialize>(
    then: Then,
    values: impl IntoIterator<Item = T>,
    next: Option<&str>,
) -> Then {
    let values: Vec<Value> = values.into_iter().map(|one| converted_json(&one)).collect();
    let mut page = json!({"pagelen": values.len().max(1), "values": values});
    if let Some(next) = next {
        page["next"] = next.into();
    }
    json_answer(then, 200, page)
}

/// What a mock is made with. A mistake in it ends the test that makes the mock.
pub(crate) fn converted<T, V: TryInto<T, Error: Display>>(value: V) -> T {
    match value.try_into() {
        Ok(value) => value,
        Err(error) => panic!("the mock cannot be made: {error}"),
    }
}

fn converted_json(value: &impl Serialize) -> Value {
    match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => panic!("the mock cannot be made: {error}"),
    }
}

#[cfg(feature = "catalog")]
pub(crate) fn answer<T: serde::de::DeserializeOwned>(answer: Value) -> Result<T, Error> {
    serde_json::from_value(answer).map_err(|error| refused(&format!("the answer: {error}")))
}

#[cfg(feature = "catalog")]
pub(crate) fn refused(fault: &str) -> Error {
    static MOCK: crate::Operation = crate::Operation::new("mock", "", "");
    Error::invalid_request(&MOCK, fault.to_owned())
}

/// The fields and files of a form, as [`Arguments`](crate::catalog::Arguments) have
/// them.
#[cfg(feature = "catalog")]
pub(crate) fn parts(
    arguments: &mut crate::catalog::Arguments,
) -> Result<Vec<(String, Option<String>, String)>, Error> {
    let form: Option<serde_json::Map<String, Value>> = arguments.take("body")?;
    let mut parts = Vec::new();
    for (name, value) in form.into_iter().flatten() {
        let values = match value {
            Value::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
            parts.push(match &value {
                Value::String(field) => (name.clone(), None, field.clone()),
                Value::Object(_) => {
                    let fault = || refused("a file is an object with `file_name` and `content`");
                    let file_name = text("file_name").ok_or_else(fault)?;
                    (
                        name.clone(),
                        Some(file_name),
                        text("content").ok_or_else(fault)?,
                    )
                }
                other => (name.clone(), None, other.to_string()),
            });
        }
    }
    Ok(parts)
}
