//! Snippets in the three encodings that Bitbucket takes.

use bitbucket::{Client, ErrorKind, NewSnippet, Part, SnippetChange};
use serde_json::{Value, json};

use crate::{
    form::{assert_length_declared, field, file, parts},
    support::{
        client,
        server::{Answer, Recorded, Server},
    },
};

async fn server() -> (Server, Client) {
    let server =
        Server::start(|_| Answer::json(200, &json!({ "id": "kypj", "title": "Plot" }))).await;
    let client = client(&server.base_url());
    (server, client)
}

fn only(server: &Server) -> Recorded {
    let mut requests = server.take_requests();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

fn new(client: &Client) -> NewSnippet {
    client
        .workspace("acme")
        .new_snippet()
        .title("A \"plot\"")
        .private(true)
        .file("data \"1\".csv", "x,y\n")
        .file("plöt.png", Part::bytes("png").content_type("image/png"))
}

fn change(client: &Client) -> SnippetChange {
    client
        .workspace("acme")
        .snippet("kypj")
        .change()
        .title("Notes")
        .rename_file("april.txt", "may.txt", "All is new\n")
        .delete_file("old.txt")
}

/// The first part of `multipart/related`, and the others.
#[track_caller]
fn related(request: &Recorded) -> (Value, Vec<(String, String)>) {
    let kind = request.header("content-type").unwrap();
    assert!(
        kind.starts_with(
            "multipart/related; type=\"application/json\"; start=\"snippet\"; boundary=\""
        ),
        "{kind}"
    );
    assert_length_declared(request);
    let mut parts = parts(request);
    let (head, json) = parts.remove(0);
    assert_eq!(
        head,
        "Content-ID: snippet\r\nContent-Type: application/json; charset=\"utf-8\""
    );
    (serde_json::from_str(&json).unwrap(), parts)
}

fn related_file(name: &str, kind: &str, content: &str) -> (String, String) {
    let head = format!(
        "Content-ID: \"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"{kind}\r\n\
         Content-Transfer-Encoding: binary"
    );
    (head, content.to_owned())
}

#[tokio::test]
async fn a_snippet_is_made_as_a_form() {
    let (server, client) = server().await;
    let made = new(&client).send_form_data().await.unwrap();
    assert_eq!(made.id.as_deref(), Some("kypj"));
    let request = only(&server);
    assert_eq!(request.method, "POST");
    assert_eq!(request.target, "/2.0/snippets/acme");
    assert_length_declared(&request);
    let expected = [
        field("title", "A \"plot\""),
        field("is_private", "true"),
        file("file", "data \\\"1\\\".csv", "", "x,y\n"),
        file("file", "plöt.png", "\r\nContent-Type: image/png", "png"),
    ];
    assert_eq!(parts(&request), expected);
    new(&client).send().await.unwrap();
    assert_eq!(parts(&only(&server)), expected);
}

#[tokio::test]
async fn a_snippet_is_made_as_related_parts() {
    let (server, client) = server().await;
    new(&client).send_related().await.unwrap();
    let request = only(&server);
    assert_eq!(request.target, "/2.0/snippets/acme");
    let (snippet, files) = related(&request);
    assert_eq!(
        snippet,
        json!({
            "title": "A \"plot\"", "is_private": true,
            "files": { "data \"1\".csv": {}, "plöt.png": {} }
        })
    );
    assert_eq!(
        files,
        [
            related_file("data \\\"1\\\".csv", "", "x,y\n"),
            related_file("plöt.png", "\r\nContent-Type: image/png", "png"),
        ]
    );
}

#[tokio::test]
async fn a_snippet_without_files_is_made_as_json() {
    let (server, client) = server().await;
    let made = client.new_snippet().title("Empty").send().await.unwrap();
    assert_eq!(made.title.as_deref(), Some("Plot"));
    let request = only(&server);
    assert_eq!(request.target, "/2.0/snippets");
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.json().unwrap(), json!({ "title": "Empty" }));
    let error = new(&client).send_json().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(
        error.to_string().contains("cannot be sent as JSON"),
        "{error}"
    );
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn files_are_renamed_and_deleted_in_a_form() {
    let (server, client) = server().await;
    change(&client).send().await.unwrap();
    let request = only(&server);
    assert_eq!(request.method, "PUT");
    assert_eq!(request.target, "/2.0/snippets/acme/kypj");
    assert_eq!(
        parts(&request),
        [
            field("title", "Notes"),
            field("files", "april.txt"),
            field("files", "old.txt"),
            file("file", "may.txt", "", "All is new\n"),
        ]
    );
}

#[tokio::test]
async fn files_are_renamed_and_deleted_in_related_parts() {
    let (server, client) = server().await;
    change(&client).send_related().await.unwrap();
    let (snippet, files) = related(&only(&server));
    let named = json!({ "april.txt": {}, "old.txt": {}, "may.txt": {} });
    assert_eq!(snippet, json!({ "title": "Notes", "files": named }));
    assert_eq!(files, [related_file("may.txt", "", "All is new\n")]);
}

#[tokio::test]
async fn files_are_deleted_in_json() {
    let (server, client) = server().await;
    let snippet = client.workspace("acme").snippet("kypj");
    let change = snippet.change().clear_title().delete_file("old.txt");
    change.send_json().await.unwrap();
    let request = only(&server);
    let expected = json!({ "title": null, "files": { "old.txt": null } });
    assert_eq!(request.json().unwrap(), expected);
    snippet.change().private(false).send().await.unwrap();
    assert_eq!(
        only(&server).json().unwrap(),
        json!({ "is_private": false })
    );
}

#[tokio::test]
async fn a_title_is_taken_away_where_that_can_be_said() {
    let (server, client) = server().await;
    let snippet = client.workspace("acme").snippet("kypj");
    let change = || snippet.change().clear_title().file("a.txt", "a");
    change().send().await.unwrap();
    let (sent, files) = related(&only(&server));
    assert_eq!(sent, json!({ "title": null, "files": { "a.txt": {} } }));
    assert_eq!(files.len(), 1);
    let error = change().send_form_data().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn compare_and_swap_names_the_revision() {
    let server = Server::start(|_| Answer::text(405, "not the latest revision")).await;
    let client = client(&server.base_url());
    for change in [
        change(&client)
            .at_revision("1b2c3d4")
            .send_form_data()
            .await,
        change(&client).at_revision("1b2c3d4").send_related().await,
    ] {
        let error = change.unwrap_err();
        assert_eq!(error.status().unwrap(), 405);
        assert_eq!(error.operation().unwrap().id(), "update_snippet_revision");
    }
    for request in server.take_requests() {
        assert_eq!(request.method, "PUT");
        assert_eq!(request.target, "/2.0/snippets/acme/kypj/1b2c3d4");
        assert!(parts(&request).len() > 1);
    }
}

#[tokio::test]
async fn what_no_encoding_can_say_is_refused_before_it_is_sent() {
    let (server, client) = server().await;
    let start = || client.new_snippet().file("a", "x");
    let related_root = start().file("snippet", "x").send_related().await;
    for (result, reason) in [
        (start().file("a", "y").send().await, "named twice"),
        (start().file("", "y").send().await, "no name"),
        (
            start().file("b\r\nX: 1", "y").send().await,
            "control character",
        ),
        (
            start().file("b\n", "y").send_related().await,
            "control character",
        ),
        (
            start().file("b", Part::file("/no/such")).send().await,
            "cannot be read",
        ),
        (related_root, "cannot be told from"),
        (
            change(&client).delete_file("may.txt").send().await,
            "named twice",
        ),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert!(server.take_requests().is_empty());
    start().file("snippet", "x").send().await.unwrap();
    assert_eq!(parts(&only(&server)).len(), 2);
}

#[tokio::test]
async fn progress_is_reported_in_every_form() {
    use std::sync::{Arc, Mutex};
    let (server, client) = server().await;
    for is_related in [false, true] {
        let last = Arc::new(Mutex::new((0, None)));
        let log = Arc::clone(&last);
        let new = new(&client).on_progress(move |sent, total| *log.lock().unwrap() = (sent, total));
        let made = if is_related {
            new.send_related().await
        } else {
            new.send_form_data().await
        };
        made.unwrap();
        let whole = only(&server).body.len() as u64;
        assert_eq!(*last.lock().unwrap(), (whole, Some(whole)));
    }
}
