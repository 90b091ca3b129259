use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::product::{CLOUD, CLOUD_V1};

const OVERLAY: &str = r#"{
  "overlay": "1.0.0",
  "info": { "title": "Names", "version": "1" },
  "actions": [
    { "target": "$.paths['/tags'].get", "description": "It has none.", "update": { "operationId": "list_tags" } },
    { "target": "$.components.schemas.tag.properties.name", "description": "It has none.", "update": { "description": "n" } }
  ]
}"#;

fn upstream() -> Value {
    json!({
        "openapi": "3.0.0",
        "paths": { "/tags": { "get": { "tags": ["Refs"], "responses": { "200": { "description": "d", "content": {
            "application/json": { "schema": { "$ref": "#/components/schemas/tag" } } } } } } } },
        "components": { "schemas": {
            "tag": { "type": "object", "properties": { "name": { "type": "string" } } },
            "error": { "type": "object" },
        } },
    })
}

/// A repository with one small product, already generated.
fn repository() -> (TempDir, Repository) {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository::at(folder.path());
    fs::create_dir_all(repository.overlays(&CLOUD)).unwrap();
    fs::create_dir_all(folder.path().join("docs")).unwrap();
    fs::write(repository.overlays(&CLOUD).join("names.json"), OVERLAY).unwrap();
    fs::write(repository.upstream(&CLOUD), upstream().to_string()).unwrap();
    write(&repository, &CLOUD).unwrap();
    (folder, repository)
}

/// Every file below a folder with its content.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.display().to_string(), fs::read(&path).unwrap());
        }
    }
    found
}

/// An HTTP server on loopback that answers once; returns its address.
fn serve(head: &'static str, body: Vec<u8>) -> Source {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).unwrap();
        let _ =
            stream.write_all(format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n").as_bytes());
        let _ = stream.write_all(&body);
    });
    Source::parse(&format!("http://{address}/openapi.json")).unwrap()
}

fn limits() -> Limits {
    Limits {
        size: 20_000,
        ..Limits::default()
    }
}

#[test]
fn the_repository_is_up_to_date() {
    for product in PRODUCTS {
        let message = check(&Repository::here(), product).unwrap();
        let expected = format!("{}: generated files are up to date\n", product.name);
        assert_eq!(message, expected);
    }
}

#[test]
fn a_document_written_here_is_not_overwritten() {
    let (folder, repository) = repository();
    let before = files(folder.path());
    let new = folder.path().join("spec/cloud/upstream.json");
    let error = take(&repository, &CLOUD_V1, &Source::File(new), &limits()).unwrap_err();
    assert!(error.to_string().contains("is written here"), "{error}");
    assert_eq!(files(folder.path()), before);
}

#[test]
fn check_shows_what_differs_and_changes_nothing() {
    let (folder, repository) = repository();
    check(&repository, &CLOUD).unwrap();
    let path = repository.openapi(&CLOUD);
    let edited = fs::read_to_string(&path)
        .unwrap()
        .replace("list_tags", "tags_list");
    fs::write(&path, edited).unwrap();
    fs::remove_file(repository.operations_page()).unwrap();
    let before = files(folder.path());

    let error = check(&repository, &CLOUD).unwrap_err().to_string();
    for expected in [
        "--- spec/cloud/openapi.json",
        "-        \"operationId\": \"tags_list\"",
        "+        \"operationId\": \"list_tags\"",
        "--- docs/operations.md",
        "+| `list_tags` |",
        "cargo xtask regen",
    ] {
        assert!(error.contains(expected), "{expected} in {error}");
    }
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_long_difference_is_cut() {
    let text = difference("file", "", &"line\n".repeat(1000));
    assert!(text.lines().count() < 410, "{}", text.lines().count());
    assert!(text.contains("more lines"), "{text}");
}

#[test]
fn a_new_document_is_taken_with_all_that_follows() {
    let (folder, repository) = repository();
    let mut new = upstream();
    new["components"]["schemas"]["tag"]["properties"]["hash"] = json!({ "type": "string" });
    let bytes = new.to_string().into_bytes();
    let source = serve("200 OK\r\nContent-Type: application/json", bytes.clone());

    let message = take(&repository, &CLOUD, &source, &limits()).unwrap();
    assert!(message.contains(&sha256(&bytes)), "{message}");
    assert_eq!(fs::read(repository.upstream(&CLOUD)).unwrap(), bytes);
    let openapi = fs::read_to_string(repository.openapi(&CLOUD)).unwrap();
    assert!(openapi.contains("\"hash\""), "{openapi}");
    check(&repository, &CLOUD).unwrap();
    assert_eq!(files(folder.path()).len(), 4);
}

/// A method that callers have does not vanish: it is kept as it was, marked, and
/// the corrections of it apply as before.
#[test]
fn what_a_new_document_drops_is_kept_and_marked() {
    let (folder, repository) = repository();
    let dropped = repository.overlays(&CLOUD).join("00-dropped.json");
    let path = folder.path().join("new.json");
    let take_document = |document: &Value| {
        fs::write(&path, document.to_string()).unwrap();
        take(&repository, &CLOUD, &Source::File(path.clone()), &limits()).unwrap()
    };
    let mut new = upstream();
    new["paths"] = json!({ "/branches": { "get": { "operationId": "list_branches", "tags": ["Refs"],
        "deprecated": true, "responses": { "204": { "description": "d" } } } } });
    new["components"]["schemas"] = json!({ "error": { "type": "object" } });

    let message = take_document(&new);
    for expected in [
        "dropped, kept as removed in 00-dropped.json: GET /tags\n",
        "no longer there, kept in 00-dropped.json: schemas/tag\n",
    ] {
        assert!(message.contains(expected), "{expected} in {message}");
    }
    check(&repository, &CLOUD).unwrap();
    let openapi = operations::read(&repository, &CLOUD).unwrap();
    let tags = &openapi["paths"]["/tags"]["get"];
    assert_eq!(tags["operationId"], "list_tags");
    assert_eq!(tags["deprecated"], true);
    assert_eq!(tags["x-removed"], today());
    assert!(openapi["components"]["schemas"]["Tag"].is_object());
    let page = fs::read_to_string(repository.operations_page()).unwrap();
    assert!(
        page.contains(&format!(
            "`list_tags` | `GET /tags` |  | `Tag` |  | removed since {} |",
            today()
        )),
        "{page}"
    );

    // It comes back, and what took its place is deprecated.
    let mut newer = upstream();
    newer["paths"]["/branches"] = new["paths"]["/branches"].clone();
    let message = take_document(&newer);
    assert!(
        message.contains("back again, taken out of 00-dropped.json: GET /tags\n"),
        "{message}"
    );
    assert!(!dropped.exists());
    check(&repository, &CLOUD).unwrap();
}

#[test]
fn what_a_new_document_deprecates_is_told_and_marked() {
    let (folder, repository) = repository();
    let path = folder.path().join("new.json");
    let mut new = upstream();
    new["paths"]["/tags"]["get"]["deprecated"] = json!(true);
    fs::write(&path, new.to_string()).unwrap();
    let source = Source::File(path);
    let report = preview(&repository, &CLOUD, &source, &limits()).unwrap();
    assert!(
        report.contains("Operations newly deprecated (1)\n  GET /tags\n"),
        "{report}"
    );
    let message = take(&repository, &CLOUD, &source, &limits()).unwrap();
    assert!(
        message.contains("newly deprecated: GET /tags\n"),
        "{message}"
    );
    let page = fs::read_to_string(repository.operations_page()).unwrap();
    assert!(page.contains("| deprecated |"), "{page}");
}

#[test]
fn yaml_is_taken_too() {
    let (folder, repository) = repository();
    let path = folder.path().join("new.yaml");
    fs::write(&path, yaml_serde::to_string(&upstream()).unwrap()).unwrap();
    take(&repository, &CLOUD, &Source::File(path), &limits()).unwrap();
    let vendored: Value =
        serde_json::from_slice(&fs::read(repository.upstream(&CLOUD)).unwrap()).unwrap();
    assert_eq!(vendored, upstream());
    check(&repository, &CLOUD).unwrap();
}

#[test]
fn whatever_fails_leaves_every_file_as_it_was() {
    let with = |pointer: &str, value: Value| {
        let mut document = upstream();
        *document.pointer_mut(pointer).unwrap() = value;
        document.to_string().into_bytes()
    };
    let unnamed = {
        let mut document = upstream();
        document["paths"]["/new"] = json!({ "get": { "tags": ["A"], "responses": { "200": {} } } });
        document.to_string().into_bytes()
    };
    let truncated = upstream().to_string().into_bytes()[..200].to_vec();
    let swagger = br#"{"swagger":"2.0","paths":{"/a":{"get":{}}}}"#.to_vec();
    let cases: Vec<(&'static str, Vec<u8>, &str)> = vec![
        (
            "404 Not Found",
            upstream().to_string().into_bytes(),
            "404 Not Found",
        ),
        (
            "200 OK\r\nContent-Type: text/html",
            b"<html></html>".to_vec(),
            "HTML",
        ),
        ("200 OK", b"<!DOCTYPE html><html></html>".to_vec(), "HTML"),
        ("200 OK", swagger, "Swagger 2.0"),
        ("200 OK", with("/openapi", json!("3.1.0")), "OpenAPI 3.1.0"),
        ("200 OK", unnamed, "GET /new has none"),
        ("200 OK", truncated, "truncated"),
        (
            "200 OK\r\nContent-Length: 9000",
            upstream().to_string().into_bytes(),
            "ended before",
        ),
        ("200 OK", vec![b' '; 20_001], "larger than"),
        (
            "200 OK",
            with("/components/schemas/tag/properties", json!({})),
            "matches nothing: names.json action 1",
        ),
        (
            "200 OK",
            with("/components/schemas/error", json!({ "x-name": "Failure" })),
            "Error",
        ),
    ];
    for (head, body, expected) in cases {
        let (folder, repository) = repository();
        let before = files(folder.path());
        let source = serve(head, body);
        let error = format!(
            "{:#}",
            take(&repository, &CLOUD, &source, &limits()).unwrap_err()
        );
        assert!(error.contains(expected), "{expected} in {error}");
        assert!(error.contains("http://127.0.0.1:"), "{error}");
        assert_eq!(files(folder.path()), before, "{expected}");
    }
}

#[test]
fn an_unreachable_server_leaves_every_file_as_it_was() {
    let (folder, repository) = repository();
    let before = files(folder.path());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let source = Source::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = format!(
        "{:#}",
        take(&repository, &CLOUD, &source, &limits()).unwrap_err()
    );
    assert!(error.contains("could not be reached"), "{error}");
    assert_eq!(files(folder.path()), before);
}

#[test]
fn preview_tells_and_changes_nothing() {
    let (folder, repository) = repository();
    let mut new = upstream();
    new["paths"]["/new"] = json!({ "get": { "tags": ["A"], "responses": { "200": {} } } });
    let before = files(folder.path());
    let source = serve("200 OK", new.to_string().into_bytes());
    let report = preview(&repository, &CLOUD, &source, &limits()).unwrap();
    assert!(
        report.starts_with("From spec/cloud/upstream.json to http://127.0.0.1:"),
        "{report}"
    );
    assert!(
        report.contains("Operations added (1)\n  GET /new\n"),
        "{report}"
    );
    assert!(report.contains("GET /new has none"), "{report}");
    assert_eq!(files(folder.path()), before);
}

#[test]
fn corrections_that_are_no_longer_needed_are_noted() {
    let (_folder, repository) = repository();
    let mut new = upstream();
    new["paths"]["/tags"]["get"]["operationId"] = json!("list_tags");
    fs::write(repository.upstream(&CLOUD), new.to_string()).unwrap();
    let message = write(&repository, &CLOUD).unwrap();
    assert!(
        message.contains("changes nothing any more: names.json action 0"),
        "{message}"
    );
}
