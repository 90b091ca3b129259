//! Snippets read with all their files, as Bitbucket's document shows them.

use bitbucket::{ErrorKind, SnippetContents};

use crate::support::{
    client,
    server::{Answer, Server},
};

const RELATED: &str =
    "multipart/related; start=\"snippet\"; boundary=\"===============1438169132528273974==\"";

/// `\n` in these tests is CR and LF on the wire.
fn wire(text: &str) -> String {
    text.replace('\n', "\r\n")
}

fn related() -> Answer {
    let body = wire(
        "--===============1438169132528273974==\n\
         Content-Type: application/json; charset=\"utf-8\"\n\
         MIME-Version: 1.0\n\
         Content-ID: snippet\n\
         \n\
         {\"id\": \"kypj\", \"title\": \"Plot\", \"files\": {\"foo.txt\": {}, \"dot.gif\": {}}}\n\
         --===============1438169132528273974==\n\
         Content-Type: text/plain; charset=\"us-ascii\"\n\
         MIME-Version: 1.0\n\
         Content-Transfer-Encoding: 7bit\n\
         Content-ID: \"foo.txt\"\n\
         Content-Disposition: attachment; filename=\"foo.txt\"\n\
         \n\
         foo\n\
         \n\
         --===============1438169132528273974==\n\
         Content-Type: image/gif\n\
         Content-Transfer-Encoding: base64\n\
         Content-ID: \"dot.gif\"\n\
         \n\
         R0lGODlh\n\
         AQABAAAAACw=\n\
         --===============1438169132528273974==--\n",
    );
    Answer::bytes(200, RELATED, body)
}

fn form_data() -> Answer {
    let body = wire(
        "--63a4b224c59f\n\
         Content-Disposition: form-data; name=\"title\"\n\
         Content-Type: text/plain; charset=\"utf-8\"\n\
         \n\
         Gr\u{fc}n\n\
         --63a4b224c59f\n\
         Content-Disposition: form-data; name=\"is_private\"\n\
         \n\
         true\n\
         --63a4b224c59f\n\
         Content-Disposition: attachment; name=\"file\"; filename=\"foo.txt\"\n\
         Content-Type: text/plain\n\
         \n\
         foo\n\
         --63a4b224c59f\n\
         Content-Disposition: attachment; name=\"file\"; filename=\"dot.gif\"\n\
         Content-Transfer-Encoding: base64\n\
         Content-Type: application/octet-stream\n\
         \n\
         R0lGODlhAQABAAAAACw=\n\
         --63a4b224c59f--\n",
    );
    Answer::bytes(200, "multipart/form-data; boundary=63a4b224c59f", body)
}

async fn reading(
    answer: Answer,
    revision: Option<&str>,
    as_form: bool,
) -> (Result<SnippetContents, bitbucket::Error>, Server) {
    let server = Server::start(move |_| answer.clone()).await;
    let client = client(&server.base_url());
    let mut read = client.workspace("acme").snippet("kypj").read();
    if let Some(revision) = revision {
        read = read.at_revision(revision);
    }
    let result = if as_form {
        read.send_form_data().await
    } else {
        read.send_related().await
    };
    (result.map(bitbucket::Response::into_inner), server)
}

fn assert_gif(contents: &SnippetContents) {
    let gif = &contents.files[1];
    assert_eq!(gif.name, "dot.gif");
    assert_eq!(gif.content, &b"GIF89a\x01\0\x01\0\0\0\0,"[..]);
}

#[tokio::test]
async fn related_parts_are_read() {
    let (contents, server) = reading(related(), None, false).await;
    let contents = contents.unwrap();
    assert_eq!(contents.snippet.title.as_deref(), Some("Plot"));
    assert_eq!(contents.snippet.files.as_ref().unwrap().len(), 2);
    assert_eq!(contents.files.len(), 2);
    assert_eq!(contents.files[0].name, "foo.txt");
    assert_eq!(contents.files[0].content, "foo\r\n");
    assert!(
        contents.files[0]
            .content_type
            .as_deref()
            .unwrap()
            .starts_with("text/plain")
    );
    assert_gif(&contents);
    let request = &server.take_requests()[0];
    assert_eq!(request.method, "GET");
    assert_eq!(request.target, "/2.0/snippets/acme/kypj");
    assert_eq!(request.header("accept"), Some("multipart/related"));
}

#[tokio::test]
async fn a_form_is_read() {
    let (contents, server) = reading(form_data(), Some("1b2c3d4"), true).await;
    let contents = contents.unwrap();
    assert_eq!(contents.snippet.title.as_deref(), Some("Grün"));
    assert_eq!(contents.snippet.is_private, Some(true));
    assert_eq!(contents.files.len(), 2);
    assert_eq!(contents.files[0].content, "foo");
    assert_gif(&contents);
    let request = &server.take_requests()[0];
    assert_eq!(request.target, "/2.0/snippets/acme/kypj/1b2c3d4");
    assert_eq!(request.header("accept"), Some("multipart/form-data"));
}

#[tokio::test]
async fn an_answer_of_another_kind_is_an_error() {
    let root = "--b\r\nContent-ID: snippet\r\n\r\n{}\r\n--b";
    let part = |head: &str| format!("{root}\r\nContent-ID: x\r\n{head}\r\n\r\n*\r\n--b--\r\n");
    let kind = "multipart/related; boundary=b; start=snippet";
    for (answer, reason) in [
        (
            Answer::json(200, &serde_json::json!({})),
            "but the answer is",
        ),
        (form_data(), "multipart/related was expected"),
        (Answer::bytes(200, "multipart/related", ""), "was expected"),
        (
            Answer::bytes(200, kind, "--b--\r\n"),
            "no part of the answer is the snippet",
        ),
        (Answer::bytes(200, kind, "{}"), "could not be read"),
        (
            Answer::bytes(200, kind, format!("{root}\r\n")),
            "could not be read",
        ),
        (
            Answer::bytes(
                200,
                kind,
                "--b\r\nContent-ID: snippet\r\n\r\n[]\r\n--b--\r\n",
            ),
            "could not be decoded",
        ),
        (
            Answer::bytes(200, kind, part("Content-Transfer-Encoding: base64")),
            "is not base64",
        ),
        (
            Answer::bytes(200, kind, part("Content-Transfer-Encoding: x-rot13")),
            "encoded as",
        ),
    ] {
        let (result, _) = reading(answer, None, false).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_snippet() {
    let beginning = "--b\r\nContent-ID: snippet\r\n\r\n{}\r\n--b\r\nContent-ID: x\r\n\r\nhalf";
    let answer = Answer::bytes(200, "multipart/related; boundary=b", beginning);
    let (result, _) = reading(answer.breaking_off(), None, false).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Transport);
}
