//! Operations that answer in more than one way, or that take more than one kind
//! of body: each of their ways. And redirects, which files come by.

#![allow(deprecated, reason = "removed operations are still methods")]

mod support;

use bitbucket::{
    Completion, Error, ErrorKind, Form, JsonOrBytes, Part,
    catalog::{self, Content as Given},
    types,
};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use support::{
    AUTHORIZATION,
    arguments::Call,
    assert_none, client,
    document::{BodyKind, Content, Document, Operation},
    encoding::{self, FormPart},
    samples::Samples,
    server::{Answer, Recorded, Server},
};

/// Operations that are no GET.
const WRITES: usize = 156;
const ZIP: &[u8] = b"PK\x03\x04\0\xff a zip file";

fn only(server: &Server) -> Recorded {
    let mut requests = server.take_requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests.remove(0)
}

/// The document's operations with more than one way, so that a new one cannot
/// go without its test.
#[test]
fn these_are_all_of_them() {
    let operations = Document::read().operations();
    let ids = |has: fn(&Operation) -> bool| {
        let mut ids: Vec<_> = operations
            .iter()
            .filter(|operation| has(operation))
            .map(|operation| operation.id.as_str())
            .collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(ids(|it| it.may_be_accepted), ["merge_pull_request"]);
    let with_bytes = ids(|it| it.may_be_bytes);
    assert_eq!(with_bytes, ["get_addon_client_key", "get_issue_export"]);
    assert_eq!(ids(|it| it.listing.is_some()), ["get_source"]);
    let with_meta = ids(|it| it.meta.is_some());
    assert_eq!(with_meta, ["get_source", "get_source_root"]);
    let snippets = [
        "create_snippet",
        "create_workspace_snippet",
        "update_snippet",
        "update_snippet_revision",
    ];
    assert_eq!(ids(|it| it.has_multipart_too), snippets);
}

async fn merge(answer: Answer) -> (Completion<types::PullRequest>, Server) {
    let server = Server::start(move |_| answer.clone()).await;
    let merge = client(&server.base_url())
        .merge_pull_request()
        .workspace("w")
        .repo_slug("r")
        .pull_request_id(7)
        .async_(true)
        .send()
        .await
        .unwrap();
    let request = only(&server);
    assert_eq!(request.method, "POST");
    assert_eq!(
        request.target,
        "/2.0/repositories/w/r/pullrequests/7/merge?async=true"
    );
    // The body is optional, and none was given.
    assert_eq!(request.header("content-length"), Some("0"));
    assert_eq!(request.header("content-type"), None);
    (merge.into_inner(), server)
}

#[tokio::test]
async fn a_merge_is_done_at_once_or_accepted() {
    let merged = json!({"type": "pullrequest", "id": 7, "state": "MERGED"});
    let (done, _server) = merge(Answer::json(200, &merged)).await;
    let merged = done.completed().expect("200 has the pull request");
    assert_eq!(merged.id, Some(7));

    let status = "/2.0/repositories/w/r/pullrequests/7/merge/task-status/t%7B1%7D";
    let (accepted, server) = merge(Answer::new(202).header("Location", status)).await;
    let expected = Some(format!("{}{status}", server.origin()));
    assert!(matches!(accepted, Completion::Accepted { location } if location == expected));
}

#[tokio::test]
async fn the_address_of_a_task_is_never_on_another_origin() {
    for answer in [
        Answer::new(202).header("Location", "http://example.com/task"),
        Answer::new(202).header("Location", "//example.com/task"),
        Answer::new(202),
    ] {
        let (accepted, _server) = merge(answer).await;
        assert!(matches!(accepted, Completion::Accepted { location: None }));
    }
}

#[tokio::test]
async fn an_export_is_a_status_and_then_a_file() {
    let (server, answers) = Server::with_queue().await;
    let client = client(&server.base_url());
    let export = || {
        client
            .get_issue_export()
            .workspace("w")
            .repo_slug("r")
            .repo_name("name-issues-1 é")
            .task_id("{t}")
    };
    for content_type in ["application/json; charset=utf-8", "application/hal+json"] {
        let status = json!({"type": "issue_job_status", "pct": 12.5, "phase": "Exporting"});
        answers.push(Answer::bytes(202, content_type, status.to_string()));
        let answer = export().send().await.unwrap();
        assert_eq!(answer.status(), 202);
        assert!(matches!(
            answer.into_inner(),
            JsonOrBytes::Json(status) if status.phase.as_deref() == Some("Exporting")
        ));
        assert_eq!(
            only(&server).target,
            "/2.0/repositories/w/r/issues/export/name-issues-1%20%C3%A9-issues-%7Bt%7D.zip"
        );
    }
    answers.push(Answer::bytes(200, "application/zip", ZIP));
    let JsonOrBytes::Bytes(file) = export().send().await.unwrap().into_inner() else {
        panic!("a zip file became JSON");
    };
    assert_eq!(file.content_type(), Some("application/zip"));
    assert_eq!(file.bytes().await.unwrap(), ZIP);
}

/// A path below a commit is a file, a directory, or what is known of either.
#[tokio::test]
async fn a_source_is_a_file_a_directory_or_an_entry() {
    let (server, answers) = Server::with_queue().await;
    let client = client(&server.base_url());
    let path = "/2.0/repositories/w/r/src/c0ffee/dir/%C3%A9%20%23.txt";
    let source = || {
        client
            .get_source()
            .workspace("w")
            .repo_slug("r")
            .commit("c0ffee")
            .path("dir/é #.txt")
    };
    answers.push(Answer::bytes(200, "text/x-rust", "fn main() {}"));
    let file = source().send().await.unwrap().into_inner();
    assert_eq!(file.text().await.unwrap(), "fn main() {}");
    let request = only(&server);
    assert_eq!(
        (request.target.as_str(), request.header("accept")),
        (path, Some("*/*"))
    );

    answers.push(Answer::json(
        200,
        &json!({
            "values": [{"type": "commit_directory", "path": "dir/a"}],
            "next": format!("{}{path}?page=x", server.origin()),
        }),
    ));
    answers.push(Answer::json(
        200,
        &json!({
            "values": [{"type": "commit_file", "path": "dir/b", "size": 3}, {"type": "novel"}],
        }),
    ));
    let entries: Vec<types::TreeEntry> =
        source().max_depth(2).stream().try_collect().await.unwrap();
    assert!(matches!(&entries[..], [
        types::TreeEntry::Directory(directory),
        types::TreeEntry::File(file),
        types::TreeEntry::Unknown(_),
    ] if directory.path.as_deref() == Some("dir/a") && file.size == Some(3)));
    let [first, second] = &server.take_requests()[..] else {
        panic!("not two pages");
    };
    assert_eq!(first.target, format!("{path}?max_depth=2"));
    assert_eq!(second.target, format!("{path}?page=x"));
    assert_eq!(first.header("accept"), Some("application/json"));

    answers.push(Answer::json(
        200,
        &json!({"type": "commit_file", "size": 12}),
    ));
    let entry = source().send_meta().await.unwrap();
    assert!(matches!(&*entry, types::TreeEntry::File(file) if file.size == Some(12)));
    let request = only(&server);
    assert_eq!(request.target, format!("{path}?format=meta"));
    assert_eq!(request.header("accept"), Some("application/json"));
}

#[tokio::test]
async fn the_root_of_the_source_is_a_directory_or_an_entry() {
    let (server, answers) = Server::with_queue().await;
    let client = client(&server.base_url());
    let root = || client.get_source_root().workspace("w").repo_slug("r");
    let target = "/2.0/repositories/w/r/src/main/";

    answers.push(Answer::new(302).header("Location", target));
    answers.push(Answer::json(
        200,
        &json!({"values": [{"type": "commit_file"}]}),
    ));
    let page = root().send().await.unwrap();
    assert_eq!(page.values.as_ref().map(Vec::len), Some(1));
    let [first, second] = &server.take_requests()[..] else {
        panic!("the redirect is not followed");
    };
    assert_eq!(first.target, "/2.0/repositories/w/r/src");
    assert_eq!(second.target, target);

    answers.push(Answer::json(
        200,
        &json!({"type": "commit_directory", "path": ""}),
    ));
    let entry = root().send_meta().await.unwrap();
    assert!(matches!(&*entry, types::TreeEntry::Directory(_)));
    assert_eq!(
        only(&server).target,
        "/2.0/repositories/w/r/src?format=meta"
    );
}

fn snippet_form() -> Form {
    Form::new()
        .text("title", "é \"title\"")
        .bytes("file", "a \"b\".txt", "one\r\n--two")
        .part(
            "file",
            Part::bytes(ZIP.to_vec())
                .file_name("b.zip")
                .content_type("application/zip"),
        )
}

fn check_snippet_form(request: &Recorded, method: &str, path: &str) {
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        (method, path)
    );
    assert_eq!(request.header("authorization"), Some(AUTHORIZATION));
    assert_eq!(request.header("accept"), Some("application/json"));
    let content_type = request.header("content-type").expect("a form says so");
    let part = |name: &str, file_name: Option<&str>, content: &[u8]| FormPart {
        name: name.to_owned(),
        file_name: file_name.map(str::to_owned),
        content: content.to_owned(),
    };
    assert_eq!(
        encoding::multipart(content_type, &request.body).unwrap(),
        [
            part("title", None, "é \"title\"".as_bytes()),
            part("file", Some("a \"b\".txt"), b"one\r\n--two"),
            part("file", Some("b.zip"), ZIP),
        ]
    );
}

#[tokio::test]
async fn snippets_are_sent_as_json_or_as_a_form() {
    let snippet = json!({"type": "snippet", "id": "kypj"});
    let server = Server::start(move |_| Answer::json(200, &snippet)).await;
    let client = client(&server.base_url());
    let create = client.create_snippet();
    let created = create.send_multipart(snippet_form()).await.unwrap();
    assert_eq!(created.id.as_deref(), Some("kypj"));
    check_snippet_form(&only(&server), "POST", "/2.0/snippets");

    let create = client.create_workspace_snippet().workspace("w");
    create.send_multipart(snippet_form()).await.unwrap();
    check_snippet_form(&only(&server), "POST", "/2.0/snippets/w");

    let update = client.update_snippet().workspace("w").encoded_id("kypj");
    update.send_multipart(snippet_form()).await.unwrap();
    check_snippet_form(&only(&server), "PUT", "/2.0/snippets/w/kypj");

    let update = client.update_snippet_revision();
    let update = update.workspace("w").encoded_id("kypj").node_id("c0ffee");
    update.send_multipart(snippet_form()).await.unwrap();
    check_snippet_form(&only(&server), "PUT", "/2.0/snippets/w/kypj/c0ffee");
}

/// Files lie elsewhere: Bitbucket redirects to a storage which must not learn
/// whose request it is.
#[tokio::test]
async fn every_file_is_fetched_from_where_bitbucket_points() {
    let document = Document::read();
    let mut samples = Samples::new(&document);
    let storage = Server::start(|_| Answer::bytes(200, "application/zip", ZIP)).await;
    let signed = format!("{}/files/a%7Bb%7D?signature=x%2By&z", storage.origin());
    let bitbucket = Server::start(move |_| Answer::new(302).header("Location", &signed)).await;
    let client = client(&bitbucket.base_url());
    let mut files = 0;
    for operation in document.operations() {
        if !matches!(operation.success.content, Content::Bytes) {
            continue;
        }
        let call = Call::full(&operation, &mut samples);
        let answer = catalog::call(&client, &operation.id, call.arguments()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", operation.id));
        let Given::Bytes(file) = answer.into_inner() else {
            panic!("{}: not bytes", operation.id);
        };
        assert_eq!(file.bytes().await.unwrap(), ZIP, "{}", operation.id);
        let asked = only(&bitbucket);
        assert_eq!(asked.header("authorization"), Some(AUTHORIZATION));
        let fetched = only(&storage);
        assert_eq!(fetched.method, "GET");
        assert_eq!(fetched.target, "/files/a%7Bb%7D?signature=x%2By&z");
        assert!(!fetched.headers.contains_key("authorization"));
        files += 1;
    }
    assert_eq!(files, 14);
}

/// What most HTTP libraries do with a 302 would turn a write into a read.
#[tokio::test]
async fn no_write_is_redirected_into_a_read() {
    let document = Document::read();
    let mut samples = Samples::new(&document);
    let server = Server::start(|_| Answer::new(302).header("Location", "/2.0/elsewhere")).await;
    let client = client(&server.base_url());
    let mut failures = Vec::new();
    let mut writes = 0;
    for operation in document.operations() {
        if operation.method == "GET" {
            continue;
        }
        let call = Call::full(&operation, &mut samples);
        let answer = catalog::call(&client, &operation.id, call.arguments()).await;
        let kind = answer.as_ref().err().map(Error::kind);
        let requests = server.take_requests().len();
        if (kind, requests) != (Some(ErrorKind::Redirect), 1) {
            failures.push(format!("{}: {kind:?}, {requests} requests", operation.id));
        }
        writes += 1;
    }
    assert_none(&failures);
    assert_eq!(writes, WRITES);
}

/// 307 and 308 ask for the same request at another address.
#[tokio::test]
async fn a_write_is_repeated_where_bitbucket_asks_for_it() {
    let document = Document::read();
    let mut samples = Samples::new(&document);
    let server = Server::start(|request| {
        if request.target == "/2.0/elsewhere" {
            Answer::text(400, "arrived")
        } else {
            Answer::new(308).header("Location", "/2.0/elsewhere")
        }
    })
    .await;
    let client = client(&server.base_url());
    let mut failures = Vec::new();
    for operation in document.operations() {
        let body = operation.body.as_ref().map(|body| body.kind);
        if operation.method == "GET" || body == Some(BodyKind::Multipart) {
            continue;
        }
        let call = Call::full(&operation, &mut samples);
        let answer = catalog::call(&client, &operation.id, call.arguments()).await;
        let arrived = answer
            .err()
            .is_some_and(|error| error.message() == Some("arrived"));
        let requests = server.take_requests();
        let repeated = matches!(&requests[..], [first, second]
            if first.method == second.method
                && first.body == second.body
                && first.header("content-type") == second.header("content-type")
                && first.header("content-length") == second.header("content-length")
                && second.header("authorization") == Some(AUTHORIZATION));
        if !arrived || !repeated {
            failures.push(operation.id);
        }
    }
    assert_none(&failures);
}

#[tokio::test]
async fn a_list_that_is_no_list_is_refused() {
    let server = Server::start(|_| Answer::new(204)).await;
    let client = client(&server.base_url());
    for (id, reason) in [("get_repository", "no list"), ("no_such", "no operation")] {
        let arguments = [("workspace".to_owned(), Value::from("w"))]
            .into_iter()
            .collect();
        let error = catalog::items_of(&client, id, arguments).err().unwrap();
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert!(server.take_requests().is_empty());
}
