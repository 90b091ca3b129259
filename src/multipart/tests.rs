use http::{Method, header::CONTENT_TYPE};

use super::{Form, Part};
use crate::{
    Error, ErrorKind,
    test_server::{CREATE, Received, Reply, Server},
};

async fn sent(form: Form) -> Received {
    let server = Server::start(|_| Reply::new(201, "")).await;
    let client = server.client();
    let url = format!("{}/things", client.base_url());
    let form = form.into_inner(&CREATE).unwrap();
    let request = client.http().request(Method::POST, url).multipart(form);
    let request = request.build().unwrap();
    client.send_empty(&CREATE, request).await.unwrap();
    server.received().remove(0)
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

fn refusal(form: Form) -> Error {
    let error = form.into_inner(&CREATE).unwrap_err();
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
    let lines = || futures_util::stream::iter([Ok::<_, std::io::Error>("one\n"), Ok("two\n")]);
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

#[test]
fn what_could_be_another_header_is_refused() {
    for evil in ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "a\u{7f}b"] {
        let error = refusal(Form::new().text(evil, "x"));
        assert!(error.to_string().contains("field name"), "{error}");
        assert_eq!(error.to_string().lines().count(), 1);
        let error = refusal(Form::new().text("a", "b").bytes("file", evil, "x"));
        assert!(error.to_string().contains("file name"), "{error}");
        let error = refusal(Form::new().part("a", Part::text("x").content_type(evil)));
        assert!(error.to_string().contains("content type"), "{error}");
    }
    let error = refusal(Form::new().text("", "x"));
    assert!(error.to_string().contains("has no name"), "{error}");
    let error = refusal(Form::new());
    assert!(error.to_string().contains("no parts"), "{error}");
}

#[test]
fn the_first_fault_is_told_and_debug_shows_no_content() {
    let error = refusal(Form::new().text("a\n", "x").text("b\n", "x").text("c", "x"));
    assert!(error.to_string().contains(r#""a\n""#), "{error}");
    let part = Part::text("s3cret").file_name("a");
    let shown = format!("{part:?} {:?}", Form::new().text("key", "s3cret"));
    assert!(!shown.contains("s3cret"), "{shown}");
}
