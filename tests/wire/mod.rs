//! Every operation of a product, called once over the wire by its id: the
//! request that arrives, the answer that comes back, and the errors.
//!
//! What is expected is read from the product's document here, independently of
//! the build that generates the methods from it.

mod errors;
mod refusals;

use std::{collections::BTreeSet, pin::Pin};

use bitbucket::{
    Auth, Error, Response,
    catalog::{Arguments, Content as Given, Entry},
};
use serde_json::Value;

use crate::support::{
    AUTHORIZATION,
    arguments::Call,
    assert_none, credentials,
    difference::difference,
    document::{Content, Document, Location, Operation},
    request::{self, Checked},
    samples::Samples,
    server::{Answer, Answers, Recorded, Server},
};

/// More than any enum has values.
const MOST_CHOICES: usize = 64;
const BYTES: &[u8] = b"diff --git a/\xc3\xa9 b/\xc3\xa9\r\n\0\xff\xfe not JSON, not UTF-8";

pub(crate) use errors::every_operation_tells_errors;
pub(crate) use refusals::{
    every_operation_refuses_what_would_change_its_path,
    every_operation_wants_its_required_parameters,
};

/// Calls an operation by its id.
pub(crate) type Caller = Box<dyn Fn(String, Arguments) -> Calling>;
pub(crate) type Calling = Pin<Box<dyn Future<Output = Result<Response<Given>, Error>> + Send>>;

/// What is to be checked, and how its operations are called by their ids.
pub(crate) struct Product {
    /// The folder of the document, below `spec/`.
    pub(crate) document: &'static str,
    /// What paths begin with, for a client of the server's base URL.
    pub(crate) prefix: &'static str,
    pub(crate) operations: usize,
    pub(crate) entries: fn() -> &'static [Entry],
    /// A client for the server at this base URL, which calls operations by their ids.
    pub(crate) connect: fn(&str, Auth) -> Caller,
}

impl Product {
    fn read(&self) -> Document {
        Document::of(self.document)
    }
}

pub(crate) fn the_catalogue_is_the_document(product: &'static Product) {
    let document = product.read().operations();
    let expected: BTreeSet<_> = document.iter().map(described).collect();
    let catalogue: BTreeSet<_> = (product.entries)()
        .iter()
        .map(|entry| {
            let operation = entry.operation;
            let mut parameters: Vec<_> = entry
                .parameters
                .iter()
                .map(|parameter| {
                    let location = match parameter.location {
                        "path" => Location::Path,
                        "query" => Location::Query,
                        _ => Location::Header,
                    };
                    (parameter.name, format!("{location:?}"), parameter.required)
                })
                .collect();
            parameters.sort();
            let parameters = format!("{parameters:?} paged: {}", entry.is_paged());
            let place = format!("{} {}", operation.method(), operation.path());
            (operation.id().to_owned(), place, parameters)
        })
        .collect();
    assert_eq!(document.len(), product.operations);
    assert_eq!(expected.len(), product.operations);
    assert_eq!((product.entries)().len(), product.operations);
    let missing: Vec<_> = expected.difference(&catalogue).collect();
    let surplus: Vec<_> = catalogue.difference(&expected).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "the document alone: {missing:#?}\nthe catalogue alone: {surplus:#?}"
    );
    let ids: BTreeSet<_> = document.iter().map(|operation| &operation.id).collect();
    assert_eq!(ids.len(), product.operations, "a name stands twice");
}

fn described(operation: &Operation) -> (String, String, String) {
    let mut parameters: Vec<_> = operation
        .parameters
        .iter()
        .map(|parameter| {
            let location = format!("{:?}", parameter.location);
            (parameter.name.as_str(), location, parameter.required)
        })
        .collect();
    parameters.sort();
    let paged = operation.paging.is_some();
    (
        operation.id.clone(),
        format!("{} {}", operation.method, operation.path),
        format!("{parameters:?} paged: {paged}"),
    )
}

/// A server with the queue of its answers, and a client for it.
struct Bench {
    product: &'static Product,
    server: Server,
    answers: Answers,
    caller: Caller,
    authorization: Option<&'static str>,
}

impl Bench {
    async fn new(product: &'static Product) -> Self {
        let (server, answers) = Server::with_queue().await;
        let caller = (product.connect)(&server.base_url(), credentials());
        Self {
            product,
            server,
            answers,
            caller,
            authorization: Some(AUTHORIZATION),
        }
    }

    fn without_credentials(mut self) -> Self {
        self.caller = (self.product.connect)(&self.server.base_url(), Auth::none());
        self.authorization = None;
        self
    }

    fn call(&self, operation: &Operation, arguments: Arguments) -> Calling {
        (self.caller)(operation.id.clone(), arguments)
    }

    fn check(&self, request: &Recorded, operation: &Operation, call: &Call) -> Checked {
        let base = self.product.prefix;
        request::check(request, base, self.authorization, operation, call)
    }

    /// Calls an operation that is answered with `answer`, and gives the one
    /// request that came of it.
    async fn exchange(
        &self,
        operation: &Operation,
        call: &Call,
        answer: Answer,
    ) -> Checked<(Result<Response<Given>, Error>, Recorded)> {
        self.answers.push(answer);
        let given = self.call(operation, call.arguments()).await;
        let left = self.answers.clear();
        let mut requests = self.server.take_requests();
        match (requests.pop(), requests.len(), left) {
            (Some(request), 0, 0) => Ok((given, request)),
            (None, ..) => Err(format!("nothing was sent: {:?}", given.err())),
            (Some(_), more, _) => Err(format!("{more} requests too many")),
        }
    }
}

fn failed(operation: &Operation, failure: &str) -> String {
    format!(
        "{} ({} {}): {failure}",
        operation.id, operation.method, operation.path
    )
}

pub(crate) async fn every_operation_is_sent_and_read_as_the_document_says(
    product: &'static Product,
) {
    let document = product.read();
    let mut samples = Samples::new(&document);
    let bench = Bench::new(product).await;
    let mut called = BTreeSet::new();
    let mut met = Vec::new();
    let mut failures = Vec::new();
    for operation in document.operations() {
        if let Err(failure) = check(&bench, &operation, &mut samples).await {
            failures.push(failed(&operation, &failure));
        }
        assert!(called.insert(operation.id.clone()), "it stands twice");
        met.push((operation, samples.take_met()));
    }
    assert_eq!(called.len(), product.operations);
    // Once is not enough for all values of an enum and all members of a family.
    for (operation, mut choices) in met {
        for _ in 0..MOST_CHOICES {
            if choices.is_disjoint(&samples.unused()) {
                break;
            }
            if let Err(failure) = check(&bench, &operation, &mut samples).await {
                failures.push(failed(&operation, &failure));
            }
            // One choice leads to another: a member has choices of its own.
            choices.append(&mut samples.take_met());
        }
    }
    assert_none(&failures);
    assert_eq!(samples.unused(), BTreeSet::new(), "choices without a turn");
}

async fn check(bench: &Bench, operation: &Operation, samples: &mut Samples<'_>) -> Checked {
    let call = &Call::full(operation, samples);
    let status = operation.success.status;
    let (answer, expected) = match &operation.success.content {
        Content::Json(schema) => {
            let value = samples.of(schema);
            (Answer::json(status, &value), Some(value))
        }
        Content::Bytes => (Answer::bytes(status, "text/plain", BYTES), None),
        Content::Nothing => (Answer::new(status), None),
    };
    let answer = answer.header("X-Request-Id", "r-1");
    let (given, request) = bench.exchange(operation, call, answer).await?;
    bench.check(&request, operation, call)?;
    let given = given.map_err(|error| format!("failed: {error} ({error:?})"))?;
    if given.status().as_u16() != status {
        return Err(format!("the status became {}", given.status()));
    }
    if given.headers()["x-request-id"] != "r-1" {
        return Err("the headers of the answer are lost".to_owned());
    }
    check_content(operation, given.into_inner(), expected).await
}

async fn check_content(operation: &Operation, given: Given, expected: Option<Value>) -> Checked {
    match (&operation.success.content, given) {
        (Content::Json(_), Given::Json(value)) => {
            let expected = expected.unwrap_or_default();
            if value == expected {
                Ok(())
            } else {
                Err(difference("the answer", &expected, &value))
            }
        }
        (Content::Bytes, Given::Bytes(bytes)) => {
            if bytes.content_type() != Some("text/plain") {
                return Err("the content type is lost".to_owned());
            }
            let bytes = bytes.bytes().await.map_err(|error| error.to_string())?;
            (bytes == BYTES)
                .then_some(())
                .ok_or_else(|| "the bytes are others".to_owned())
        }
        (Content::Nothing, Given::Empty) => Ok(()),
        (_, other) => Err(format!("the answer became {other:?}")),
    }
}

pub(crate) async fn every_operation_is_sent_without_what_is_optional(product: &'static Product) {
    let document = product.read();
    let mut samples = Samples::new(&document);
    let bench = Bench::new(product).await.without_credentials();
    let mut failures = Vec::new();
    for operation in document.operations() {
        let call = Call::bare(&operation, &mut samples);
        // Not every operation can be answered so, but all of them are sent.
        let checked = match bench.exchange(&operation, &call, Answer::new(204)).await {
            Ok((_, request)) => bench.check(&request, &operation, &call),
            Err(failure) => Err(failure),
        };
        if let Err(failure) = checked {
            failures.push(failed(&operation, &failure));
        }
    }
    assert_none(&failures);
}

/// The tests that every product has to pass.
macro_rules! tests {
    ($product:expr) => {
        #[test]
        fn the_catalogue_is_the_document() {
            $crate::wire::the_catalogue_is_the_document(&$product);
        }

        #[tokio::test]
        async fn every_operation_is_sent_and_read_as_the_document_says() {
            $crate::wire::every_operation_is_sent_and_read_as_the_document_says(&$product).await;
        }

        #[tokio::test]
        async fn every_operation_is_sent_without_what_is_optional() {
            $crate::wire::every_operation_is_sent_without_what_is_optional(&$product).await;
        }

        #[tokio::test]
        async fn every_operation_tells_errors() {
            $crate::wire::every_operation_tells_errors(&$product).await;
        }

        #[tokio::test]
        async fn every_operation_refuses_what_would_change_its_path() {
            $crate::wire::every_operation_refuses_what_would_change_its_path(&$product).await;
        }

        #[tokio::test]
        async fn every_operation_wants_its_required_parameters() {
            $crate::wire::every_operation_wants_its_required_parameters(&$product).await;
        }
    };
}
pub(crate) use tests;
