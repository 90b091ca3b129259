//! No argument ends a line of the request's head or a part of its body: neither
//! a header of the caller's own, nor a file name, nor anything else.

use std::collections::BTreeSet;

use bitbucket::{Auth, Client, Form, Method, Part, RetryPolicy, catalog};
use proptest::prelude::*;
use serde_json::json;
use tokio::runtime::Runtime;

use super::{
    cases, runtime,
    support::{
        arguments::Call,
        assert_none,
        document::{Document, Location},
        encoding,
        raw_server::RawServer,
        samples::Samples,
        server::{Answer, Recorded, Server},
    },
    text,
};

/// What would be one more header, one more request, or one more part.
const INJECTIONS: [&str; 12] = [
    "a\r\nX-Evil: 1",
    "a\nX-Evil: 1",
    "a\rX-Evil: 1",
    "\r\n\r\nDELETE /2.0/evil HTTP/1.1\r\nHost: x\r\n\r\n",
    "a\0b",
    "\0",
    "a\u{b}X-Evil: 1",
    "a\r\n X-Evil: folded",
    "a\"\r\nContent-Type: text/evil\r\n\r\nevil",
    "a\u{85}X-Evil: 1",
    "a\u{10a}X-Evil: 1\u{10d}",
    "\u{e5}\u{98}\u{8a}\u{e5}\u{98}\u{8d}X-Evil: 1",
];

const NAMES: [&str; 11] = [
    "host",
    "authorization",
    "accept",
    "accept-encoding",
    "user-agent",
    "content-type",
    "content-length",
    "transfer-encoding",
    "range",
    "if-none-match",
    "x-own",
];

/// Every header is one that was meant, and there is no second request.
fn check_head(request: &Recorded) -> Result<(), String> {
    let mut names = BTreeSet::new();
    for (name, value) in &request.headers {
        let single = value
            .as_bytes()
            .iter()
            .all(|byte| !matches!(byte, b'\r' | b'\n' | 0));
        if !NAMES.contains(&name.as_str()) || !single || !names.insert(name.as_str()) {
            return Err(format!("a header {name}: {value:?} in {request:?}"));
        }
    }
    Ok(())
}

fn client(base_url: &str) -> Client {
    let client = Client::builder()
        .base_url(base_url)
        .auth(Auth::bearer("token"))
        .retry(RetryPolicy::none());
    client.build().expect("the settings are sound")
}

/// One place for a text in a request of the caller's own.
#[derive(Clone, Copy, Debug)]
enum Place {
    HeaderName,
    HeaderValue,
    Accept,
    ContentType,
    QueryName,
    QueryValue,
    PathParameter,
    Address,
    FieldName,
    FieldValue,
    FileName,
    PartType,
    FormBody,
}

const PLACES: [Place; 13] = [
    Place::HeaderName,
    Place::HeaderValue,
    Place::Accept,
    Place::ContentType,
    Place::QueryName,
    Place::QueryValue,
    Place::PathParameter,
    Place::Address,
    Place::FieldName,
    Place::FieldValue,
    Place::FileName,
    Place::PartType,
    Place::FormBody,
];

struct Bench {
    runtime: Runtime,
    server: Server,
    client: Client,
}

impl Bench {
    fn new() -> Self {
        let runtime = runtime();
        let server = runtime.block_on(Server::start(|_| Answer::json(200, &json!({}))));
        let client = client(&server.base_url());
        Self {
            runtime,
            server,
            client,
        }
    }

    /// Sends a request with the text in its place, and looks at what arrived.
    fn check(&self, place: Place, text: &str) -> Result<(), String> {
        let request = |path: &str| self.client.request(Method::POST, path);
        let form = |part: Part| request("/x").multipart(Form::new().part("field", part));
        let request = match place {
            Place::HeaderName => request("/x").header(text, "1"),
            Place::HeaderValue => request("/x").header("X-Own", text),
            Place::Accept => request("/x").header("Accept", text),
            Place::ContentType => request("/x").body(text, "body"),
            Place::QueryName => request("/x").query(&[(text, "1")]),
            Place::QueryValue => request("/x").query(&[("q", text)]),
            Place::PathParameter => request("/x/{y}").path_parameter("y", text),
            Place::Address => request(&format!("/x/{text}")),
            Place::FieldName => request("/x").multipart(Form::new().text(text, "value")),
            Place::FieldValue => form(Part::text(text)),
            Place::FileName => form(Part::text("value").file_name(text)),
            Place::PartType => form(Part::text("value").content_type(text)),
            Place::FormBody => request("/x").form(&[(text, text)]),
        };
        let sent = self.runtime.block_on(request.send_bytes());
        let requests = self.server.take_requests();
        match (&sent, requests.as_slice()) {
            (Ok(_), [request]) => check_sent(place, text, request),
            (Err(error), []) if error.kind() == bitbucket::ErrorKind::InvalidRequest => {
                (!has_to_be_sent(place, text))
                    .then_some(())
                    .ok_or_else(|| format!("{place:?} {text:?}: refused: {error}"))
            }
            _ => Err(format!("{place:?} {text:?}: {sent:?}, {requests:?}")),
        }
    }
}

/// Where there is an encoding, nothing is refused.
fn has_to_be_sent(place: Place, text: &str) -> bool {
    let is_encoded = matches!(
        place,
        Place::QueryName | Place::QueryValue | Place::FieldValue | Place::FormBody
    );
    let is_name =
        matches!(place, Place::FieldName) && !text.is_empty() || matches!(place, Place::FileName);
    is_encoded || is_name && !text.chars().any(char::is_control)
}

fn check_sent(place: Place, text: &str, request: &Recorded) -> Result<(), String> {
    let fail = || Err(format!("{place:?} {text:?}: arrived as {request:?}"));
    if matches!(place, Place::HeaderName) {
        // Any name may be given; it is one name.
        let given = request.headers.contains_key(text);
        let more = request.headers.len() - usize::from(given && !NAMES.contains(&text));
        return if given && more < NAMES.len() {
            Ok(())
        } else {
            fail()
        };
    }
    check_head(request)?;
    let value = request.header("x-own");
    let query = request.query();
    let content_type = request.header("content-type").unwrap_or_default();
    let parts = encoding::multipart(content_type, &request.body);
    let part = match &parts {
        Ok(parts) if parts.len() == 1 => parts.first(),
        _ => None,
    };
    let same = match place {
        Place::HeaderValue => {
            let arrived = request
                .headers
                .get("x-own")
                .map(http::HeaderValue::as_bytes);
            // Spaces around a value are no part of it.
            value.is_some() || arrived == Some(text.trim_matches([' ', '\t']).as_bytes())
        }
        Place::QueryName => query == [(text.to_owned(), "1".to_owned())],
        Place::QueryValue => query == [("q".to_owned(), text.to_owned())],
        Place::FieldName => part.is_some_and(|part| part.name == text && part.content == b"value"),
        Place::FieldValue => {
            part.is_some_and(|part| part.name == "field" && part.content == text.as_bytes())
        }
        Place::FileName => part.is_some_and(|part| part.file_name.as_deref() == Some(text)),
        Place::PartType => part.is_some_and(|part| part.content == b"value"),
        Place::FormBody => {
            let fields: Vec<_> = url::form_urlencoded::parse(&request.body).collect();
            fields == [(text.into(), text.into())]
        }
        _ => true,
    };
    if same { Ok(()) } else { fail() }
}

#[test]
fn no_injection_gets_through_a_request_of_ones_own() {
    let bench = Bench::new();
    let mut failures = Vec::new();
    for place in PLACES {
        for text in INJECTIONS {
            failures.extend(bench.check(place, text).err());
        }
    }
    assert_none(&failures);
}

#[test]
fn no_text_gets_through_a_request_of_ones_own() {
    let bench = Bench::new();
    let places = prop::sample::select(&PLACES[..]);
    proptest!(cases(), |(place in places, text in text())| {
        prop_assert_eq!(bench.check(place, &text), Ok(()));
    });
}

/// Every parameter of every operation that is a text, in its header, its query,
/// its form or its files.
#[test]
fn no_injection_gets_through_an_operation() {
    let bench = Bench::new();
    let document = Document::read();
    let mut samples = Samples::new(&document);
    let mut failures = Vec::new();
    let (mut headers, mut refused) = (0, 0);
    for operation in document.operations() {
        let call = Call::bare(&operation, &mut samples);
        for parameter in &operation.parameters {
            if parameter.location == Location::Path || parameter.schema["type"] != "string" {
                continue;
            }
            headers += usize::from(parameter.location == Location::Header);
            for injection in INJECTIONS {
                let mut arguments = call.arguments.clone();
                arguments.insert(parameter.name.clone(), json!(injection));
                let arguments = arguments.into_iter().collect();
                let sent = catalog::call(&bench.client, &operation.id, arguments);
                let sent = bench.runtime.block_on(sent);
                let requests = bench.server.take_requests();
                let named = format!("{} {}: {injection:?}", operation.id, parameter.name);
                match (requests.as_slice(), parameter.location) {
                    ([], _) if sent.is_err() => refused += 1,
                    ([request], Location::Query) => {
                        failures.extend(check_head(request).err());
                        let expected = (parameter.name.clone(), injection.to_owned());
                        if !request.query().contains(&expected) {
                            failures.push(format!("{named}: {}", request.target));
                        }
                    }
                    ([request], _) => failures.extend(check_head(request).err()),
                    _ => failures.push(format!("{named}: {requests:?}")),
                }
            }
        }
    }
    assert_none(&failures);
    assert!(headers >= 3, "{headers} headers");
    // Headers take what is not ASCII, as bytes of UTF-8; the query takes everything.
    let ascii = INJECTIONS.iter().filter(|text| text.is_ascii()).count();
    assert_eq!(refused, headers * ascii);
}

/// Files with these names and fields, through the operations that take forms.
#[test]
fn no_injection_gets_through_a_form_of_an_operation() {
    let bench = Bench::new();
    let document = Document::read();
    let mut samples = Samples::new(&document);
    let mut failures = Vec::new();
    let mut forms = 0;
    for operation in document.operations() {
        let Some(body) = &operation.body else {
            continue;
        };
        if body.kind != super::support::document::BodyKind::Multipart {
            continue;
        }
        forms += 1;
        let call = Call::bare(&operation, &mut samples);
        for injection in INJECTIONS {
            let mut arguments = call.arguments.clone();
            let file = json!({"file_name": injection, "content": injection});
            arguments.insert(
                "body".to_owned(),
                json!({"field": injection, "files": file}),
            );
            let sent = catalog::call(
                &bench.client,
                &operation.id,
                arguments.into_iter().collect(),
            );
            let sent = bench.runtime.block_on(sent);
            let control = injection.chars().any(char::is_control);
            for request in bench.server.take_requests() {
                failures.extend(check_head(&request).err());
                let content_type = request.header("content-type").unwrap_or_default();
                let parts = encoding::multipart(content_type, &request.body);
                if control || parts.as_ref().is_ok_and(|parts| parts.len() != 2) {
                    failures.push(format!("{}: {injection:?}: {parts:?}", operation.id));
                }
            }
            if control != sent.is_err() {
                failures.push(format!("{}: {injection:?}: {sent:?}", operation.id));
            }
        }
    }
    assert_none(&failures);
    assert!(forms > 3, "{forms}");
}

/// The user agent is settled before there is any request.
#[test]
fn no_injection_gets_through_the_settings() {
    let runtime = runtime();
    for injection in INJECTIONS {
        let settings = || Client::builder().base_url("http://127.0.0.1:1/2.0");
        let agent = settings().user_agent(injection).build();
        assert!(agent.is_err(), "{injection:?} as the user agent");
        // Basic credentials are encoded; a bearer token stands as it is.
        let auth = settings().auth(Auth::bearer(injection)).build();
        assert!(auth.is_err(), "{injection:?} as a token");
    }
    let server = runtime.block_on(RawServer::start("HTTP/1.1 204 No Content\r\n\r\n"));
    for injection in INJECTIONS {
        let auth = Auth::basic("kim", injection);
        let client = Client::builder().base_url(server.base_url()).auth(auth);
        let Ok(client) = client.build() else { continue };
        let request = client.request(Method::GET, "/x").send_empty();
        runtime.block_on(request).expect("the server answers");
    }
    for head in runtime.block_on(async { server.heads() }) {
        let lines = head.split("\r\n").skip(1);
        let names: Vec<_> = lines.filter_map(|line| line.split_once(": ")).collect();
        let known = names
            .iter()
            .all(|(name, _)| NAMES.contains(&name.to_ascii_lowercase().as_str()));
        assert!(
            known && !head.replace("\r\n", "").contains(['\r', '\n', '\0']),
            "{head}"
        );
    }
}
