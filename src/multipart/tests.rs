use bytes::Bytes;
use http::{Method, header::CONTENT_TYPE};
use http_body_util::BodyExt as _;

use super::{Form, Part};
use crate::{
    Error, ErrorKind,
    outgoing::Outgoing,
    test_server::{CREATE, Received, Reply, Server},
};

async fn send(form: Form, reply: fn(&Received) -> Reply) -> (Result<(), Error>, Vec<Received>) {
    let server = Server::start(reply).await;
    let client = server.client();
    let url = format!("{}/things", client.base_url());
    let request = client.http().request(Method::POST, url).build().unwrap();
    let outgoing = Outgoing::with_form(request, form);
    let result = client.send_empty(&CREATE, outgoing).await;
    (result.map(|_| ()), server.received())
}

async fn sent(form: Form) -> Received {
    let (result, mut received) = send(form, |_| Reply::new(201, "")).await;
    result.unwrap();
    received.remove(0)
}

/// The parts between the boundaries, without the line breaks around them.
fn parts(received: &Received) -> Vec<String> {
    let kind = received.header(CONTENT_TYPE.as_str()).unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = String::from_utf8(received.body.clone()).unwrap();
    let body = body
        .strip_suffix(&format!("\r\n--{boundary}--\r\n"))
        .unwrap();
    format!("\r\n{body}")
        .split(&format!("\r\n--{boundary}\r\n"))
        .skip(1)
        .map(str::to_owned)
        .collect()
}

async fn refusal(form: Form) -> Error {
    let (result, received) = send(form, |_| Reply::new(201, "")).await;
    assert!(received.is_empty());
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    error
}

#[tokio::test]
async fn parts_are_sent_as_they_are() {
    let form = Form::new()
        .text("message", "Release\r\n1.2")
        .bytes("files", "notes.txt", "What is new")
        .part("logo", Part::bytes(vec![b'x'; 3]).content_type("image/png"));
    let received = sent(form).await;
    assert_eq!(
        parts(&received),
        [
            "Content-Disposition: form-data; name=\"message\"\r\n\r\nRelease\r\n1.2",
            "Content-Disposition: form-data; name=\"files\"; filename=\"notes.txt\"\r\n\r\nWhat is new",
            "Content-Disposition: form-data; name=\"logo\"\r\nContent-Type: image/png\r\n\r\nxxx",
        ]
    );
    let length = received.body.len().to_string();
    assert_eq!(received.header("content-length"), Some(&*length));
}

#[tokio::test]
async fn names_of_files_stay_whole() {
    let form = Form::new().bytes("src/grün {1}%.rs", "grün {1}%.rs", "x");
    assert_eq!(
        parts(&sent(form).await),
        [
            "Content-Disposition: form-data; name=\"src/grün {1}%.rs\"; filename=\"grün {1}%.rs\"\r\n\r\nx"
        ]
    );
}

#[tokio::test]
async fn a_name_cannot_end_its_quotation() {
    let name = "a\"; filename=\"b\\";
    let form = Form::new().bytes(name, name, "x");
    assert_eq!(
        parts(&sent(form).await),
        [r#"Content-Disposition: form-data; name="a\"; filename=\"b\\"; filename="a\"; filename=\"b\\""#
            .to_owned()
            + "\r\n\r\nx"]
    );
}

#[tokio::test]
async fn a_stream_is_sent_in_chunks_or_with_its_length() {
    let received = sent(Form::new().part("log", Part::stream(lines(), Some(8)))).await;
    assert_eq!(
        parts(&received),
        ["Content-Disposition: form-data; name=\"log\"\r\n\r\none\ntwo\n"]
    );
    assert_eq!(received.header("transfer-encoding"), None);
    let received = sent(Form::new().part("log", Part::stream(lines(), None))).await;
    assert_eq!(received.header("transfer-encoding"), Some("chunked"));
    assert_eq!(received.header("content-length"), None);
    let body = String::from_utf8(received.body).unwrap();
    assert!(body.contains("one\n") && body.contains("two\n"), "{body}");
}

#[tokio::test]
async fn what_could_be_another_header_is_refused() {
    for evil in ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "a\u{7f}b"] {
        let error = refusal(Form::new().text(evil, "x")).await;
        assert!(error.to_string().contains("field name"), "{error}");
        assert_eq!(error.to_string().lines().count(), 1);
        let error = refusal(Form::new().text("a", "b").bytes("file", evil, "x")).await;
        assert!(error.to_string().contains("file name"), "{error}");
        let error = refusal(Form::new().part("a", Part::text("x").content_type(evil))).await;
        assert!(error.to_string().contains("content type"), "{error}");
    }
    let error = refusal(Form::new().text("", "x")).await;
    assert!(error.to_string().contains("has no name"), "{error}");
    let error = refusal(Form::new()).await;
    assert!(error.to_string().contains("no parts"), "{error}");
}

#[tokio::test]
async fn the_first_fault_is_told_and_debug_shows_no_content() {
    let error = refusal(Form::new().text("a\n", "x").text("b\n", "x").text("c", "x")).await;
    assert!(error.to_string().contains(r#""a\n""#), "{error}");
    let part = Part::text("s3cret").file_name("a");
    let shown = format!("{part:?} {:?}", Form::new().text("key", "s3cret"));
    assert!(!shown.contains("s3cret"), "{shown}");
}

fn lines() -> impl futures_util::Stream<Item = std::io::Result<&'static str>> + Send + 'static {
    futures_util::stream::iter([Ok("one\n"), Ok("two\n")])
}

#[tokio::test]
async fn content_of_another_length_than_declared_is_no_upload() {
    for (length, reason) in [(7, "more content"), (9, "less content")] {
        let form = Form::new().part("log", Part::stream(lines(), Some(length)));
        let (result, received) = send(form, |_| Reply::new(201, "")).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Content);
        assert!(error.to_string().contains("did not come whole"), "{error}");
        assert!(causes(&error).contains(reason), "{}", causes(&error));
        assert!(received.is_empty(), "the request ended as if it were whole");
    }
}

#[tokio::test]
async fn content_that_fails_in_the_middle_is_no_upload() {
    let broken = || {
        let failure = std::io::Error::other("the disk is on fire");
        futures_util::stream::iter([Ok(Bytes::from("one\n")), Err(failure)])
    };
    for length in [None, Some(8)] {
        let form = Form::new().part("log", Part::stream(broken(), length));
        let (result, received) = send(form, |_| Reply::new(201, "")).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Content);
        assert!(causes(&error).contains("on fire"), "{}", causes(&error));
        assert!(received.is_empty(), "the request ended as if it were whole");
    }
}

fn causes(error: &Error) -> String {
    let mut cause = std::error::Error::source(error);
    let mut all = String::new();
    while let Some(error) = cause {
        all.push_str(&error.to_string());
        all.push_str("; ");
        cause = error.source();
    }
    all
}

#[tokio::test]
async fn a_form_is_sent_again_byte_by_byte_unless_it_is_gone() {
    let again = |received: &Received| match received.target.as_str() {
        "/2.0/things" => Reply::new(307, "").header("Location", "/2.0/other"),
        _ => Reply::new(201, ""),
    };
    let form = Form::new()
        .text("message", "twice")
        .part("log", Part::repeatable(lines, None));
    let (result, received) = send(form, again).await;
    result.unwrap();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].body, received[1].body);
    assert!(!received[0].body.is_empty());

    let form = Form::new().part("log", Part::stream(lines(), None));
    assert!(form.try_clone().is_none());
    let (result, received) = send(form, again).await;
    let error = result.unwrap_err();
    assert!(
        error.to_string().contains("cannot be sent twice"),
        "{error}"
    );
    assert_eq!(received.len(), 1);
}

#[tokio::test]
async fn a_clone_is_the_same_form() {
    let form = Form::new().bytes("files", "a.txt", "a");
    let clone = form.try_clone().unwrap();
    let (first, second) = (sent(form).await, sent(clone).await);
    assert_eq!(first.body, second.body);
    let faulty = Form::new().text("", "x").try_clone().unwrap();
    assert!(refusal(faulty).await.to_string().contains("no name"));
}

#[tokio::test]
async fn what_was_sent_once_is_never_sent_as_nothing() {
    let url = "http://127.0.0.1:1/".parse().unwrap();
    let request = reqwest::Request::new(Method::POST, url);
    let form = Form::new().part("log", Part::stream(lines(), None));
    let mut outgoing = Outgoing::with_form(request, form);
    assert!(outgoing.is_repeatable());
    let mut request = outgoing.attempt(&CREATE).await.unwrap();
    let body = request.body_mut().take().unwrap();
    assert!(!outgoing.is_repeatable());
    // As where there is no connection: nobody has read any of it.
    drop(body);
    assert!(outgoing.is_repeatable());
    let mut request = outgoing.attempt(&CREATE).await.unwrap();
    let mut body = request.body_mut().take().unwrap();
    // The part's head, and what comes first of its content.
    for _ in 0..2 {
        body.frame().await.unwrap().unwrap();
    }
    drop(body);
    assert!(!outgoing.is_repeatable());
    let error = outgoing.attempt(&CREATE).await.unwrap_err();
    assert!(error.to_string().contains("sent already"), "{error}");
}
