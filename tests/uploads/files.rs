//! Downloads, attachments and archives of issues; from memory, files and readers.

use std::{
    io,
    sync::{Arc, Mutex},
};

use bitbucket::{Client, ErrorKind, Part, RetryPolicy, UploadFiles, types::IssueJobState};
use futures_util::stream;
use serde_json::json;

use crate::{
    form::{assert_length_declared, file, parts},
    support::{
        client,
        server::{Answer, Recorded, Server},
    },
};

fn downloads(client: &Client) -> UploadFiles {
    client.repository("acme", "website").upload_downloads()
}

fn only(server: &Server) -> Recorded {
    let mut requests = server.take_requests();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

async fn server() -> (Server, Client) {
    let server = Server::start(|_| Answer::new(201)).await;
    let client = client(&server.base_url());
    (server, client)
}

#[tokio::test]
async fn several_downloads_go_in_one_request() {
    let (server, client) = server().await;
    let directory = tempfile::tempdir().unwrap();
    let page = directory.path().join("index \"1\".html");
    std::fs::write(&page, "<p>\r\n--x--\r\n").unwrap();
    downloads(&client)
        .file(&page)
        .content("version.txt", "1.2\n")
        .content("höhe.bin", Part::file(&page).content_type("image/png"))
        .content("read.log", Part::reader(&b"one\ntwo\n"[..], Some(8)))
        .send()
        .await
        .unwrap();
    let request = only(&server);
    assert_eq!(request.method, "POST");
    assert_eq!(request.target, "/2.0/repositories/acme/website/downloads");
    assert_length_declared(&request);
    let (html, png) = ("\r\nContent-Type: text/html", "\r\nContent-Type: image/png");
    assert_eq!(
        parts(&request),
        [
            file("files", "index \\\"1\\\".html", html, "<p>\r\n--x--\r\n"),
            file("files", "version.txt", "", "1.2\n"),
            file("files", "höhe.bin", png, "<p>\r\n--x--\r\n"),
            file("files", "read.log", "", "one\ntwo\n"),
        ]
    );
}

#[tokio::test]
async fn what_has_no_length_is_sent_in_chunks() {
    let (server, client) = server().await;
    let upload = downloads(&client).content("log", Part::reader(&b"one\ntwo\n"[..], None));
    upload.send().await.unwrap();
    let request = only(&server);
    assert_eq!(request.header("content-length"), None);
    assert_eq!(request.header("transfer-encoding"), Some("chunked"));
    assert_eq!(parts(&request), [file("files", "log", "", "one\ntwo\n")]);
}

#[tokio::test]
async fn progress_ends_with_all_bytes() {
    let (server, client) = server().await;
    for length in [Some(300_000), None] {
        let reports = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&reports);
        let big = vec![b'x'; 300_000];
        downloads(&client)
            .content("memory", big.clone())
            .content("reader", Part::reader(io::Cursor::new(big), length))
            .on_progress(move |sent, total| log.lock().unwrap().push((sent, total)))
            .send()
            .await
            .unwrap();
        let whole = only(&server).body.len() as u64;
        let reports = reports.lock().unwrap();
        assert!(reports.len() > 10, "{} reports", reports.len());
        assert!(reports.windows(2).all(|two| two[0].0 < two[1].0));
        assert_eq!(reports.last().unwrap().0, whole);
        let total = length.map(|_| whole);
        assert!(reports.iter().all(|report| report.1 == total));
    }
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_is_an_error() {
    let (server, client) = server().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("growing.log");
    for (content, reason) in [("", "less content"), ("one\ntwo\n", "more content")] {
        std::fs::write(&path, "one\n").unwrap();
        let changed = path.clone();
        // The first report is made before the file is opened.
        let error = downloads(&client)
            .content("first", "x")
            .file(&path)
            .on_progress(move |_, _| std::fs::write(&changed, content).unwrap())
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Content, "{error}");
        let shown = format!("{error:?}");
        assert!(
            shown.contains(reason) || causes(&error).contains(reason),
            "{shown}"
        );
    }
    let gone = path.clone();
    let error = downloads(&client)
        .content("first", "x")
        .file(&path)
        .on_progress(move |_, _| drop(std::fs::remove_file(&gone)))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Content, "{error}");
    assert!(
        server
            .take_requests()
            .iter()
            .all(|request| request.body.is_empty())
    );
}

fn causes(error: &bitbucket::Error) -> String {
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
async fn what_is_no_file_is_refused_before_it_is_sent() {
    let (server, client) = server().await;
    for (upload, reason) in [
        (downloads(&client), "no parts"),
        (downloads(&client).content("", "x"), "has no name"),
        (downloads(&client).file("/"), "has no name"),
        (
            downloads(&client).content("a\r\nb", "x"),
            "control character",
        ),
        (downloads(&client).file("no/such/file"), "cannot be read"),
        (
            downloads(&client).content("a", Part::text("x").content_type("a\r\nb")),
            "content type",
        ),
    ] {
        let error = upload.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.operation().unwrap().id(), "create_download");
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn a_redirected_upload_sends_the_same_bytes() {
    let server = Server::start(|request| match request.path() {
        "/2.0/elsewhere" => Answer::new(201),
        _ => Answer::new(307).header("Location", "/2.0/elsewhere"),
    })
    .await;
    let client = client(&server.base_url());
    let words = || stream::iter(["one\n", "two\n"].map(Ok::<_, io::Error>));
    downloads(&client)
        .file("rustfmt.toml")
        .content("log", Part::repeatable(words, Some(8)))
        .send()
        .await
        .unwrap();
    let requests = server.take_requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(
        requests[0].header("content-type"),
        requests[1].header("content-type")
    );
    assert_length_declared(&requests[1]);
    assert_eq!(parts(&requests[1]).len(), 2);
}

#[tokio::test]
async fn an_upload_that_is_tried_again_sends_the_same_bytes() {
    let (server, answers) = Server::with_queue().await;
    let client = client(&server.base_url()).with_retry(RetryPolicy::new());
    let busy = || Answer::text(429, "too many requests").header("Retry-After", "0");
    answers.push(busy());
    answers.push(Answer::new(201));
    downloads(&client)
        .file("rustfmt.toml")
        .content("notes.txt", "What is new")
        .send()
        .await
        .unwrap();
    let requests = server.take_requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(parts(&requests[1]).len(), 2);

    answers.push(busy());
    let once = downloads(&client).content("log", Part::reader(&b"one\n"[..], None));
    assert!(once.send().await.unwrap_err().is_rate_limited());
    assert_eq!(server.take_requests().len(), 1);
}

#[tokio::test]
async fn files_are_attached_to_an_issue() {
    let (server, client) = server().await;
    let issue = client.repository("acme", "website").issue(7);
    let upload = issue.upload_attachments().content("a.txt", "x");
    upload.content("b.txt", "y").send().await.unwrap();
    let request = only(&server);
    assert_eq!(
        request.target,
        "/2.0/repositories/acme/website/issues/7/attachments"
    );
    let expected = [
        file("files", "a.txt", "", "x"),
        file("files", "b.txt", "", "y"),
    ];
    assert_eq!(parts(&request), expected);
}

#[tokio::test]
async fn an_archive_of_issues_is_imported() {
    let server = Server::start(|request| {
        let (status, state, count) = match request.method.as_str() {
            "POST" => (202, "ACCEPTED", 0),
            _ => (200, "SUCCESS", 15),
        };
        Answer::json(
            status,
            &json!({
                "type": "issue_job_status", "status": state, "phase": "Attachments",
                "total": 15, "count": count, "percent": 0
            }),
        )
    })
    .await;
    let client = client(&server.base_url());
    let repository = client.repository("acme", "website");
    let accepted = repository.upload_issue_archive("zip").send().await.unwrap();
    assert_eq!(accepted.status(), 202);
    assert_eq!(accepted.status, Some(IssueJobState::Accepted));
    let request = only(&server);
    assert_eq!(
        request.target,
        "/2.0/repositories/acme/website/issues/import"
    );
    assert_eq!(parts(&request), [file("archive", "issues.zip", "", "zip")]);

    let archive = Part::text("zip").file_name("export.zip");
    repository
        .upload_issue_archive(archive)
        .send()
        .await
        .unwrap();
    assert_eq!(
        parts(&only(&server)),
        [file("archive", "export.zip", "", "zip")]
    );
    let done = repository.get_issue_import_status().send().await.unwrap();
    assert_eq!(done.count, Some(15));
    assert_eq!(done.status, Some(IssueJobState::Success));
}
