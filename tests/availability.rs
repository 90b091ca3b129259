//! What Bitbucket has deprecated or removed: every such operation is still a
//! method, the compiler warns of it, and a program is told what to call instead.
//!
//! What is expected is read from `spec/cloud/openapi.json` here, independently
//! of the build that generates the methods from it.

#![allow(deprecated, reason = "deprecated operations are what this is about")]

mod support;

use std::fs;

use bitbucket::{Availability, Error, catalog};
use serde_json::{Value, json};

use support::{
    arguments::Call,
    assert_none, client,
    document::Document,
    samples::Samples,
    server::{Answer, Server},
};

/// As of August 2026.
const LIVE: usize = 278;
const DEPRECATED: usize = 15;
const REMOVED: usize = 46;

const ANNOUNCEMENT: &str = "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770";

/// The body as Bitbucket writes it: the data stands twice.
fn announced() -> Value {
    json!({
        "type": "error",
        "error": {
            "message": "CHANGE-2770 - Functionality has been deprecated",
            "detail": "Please read the changelog entry for more details.",
            "data": {"announcement_url": ANNOUNCEMENT},
        },
        "data": {"announcement_url": ANNOUNCEMENT},
    })
}

async fn error_of(answer: Answer) -> Error {
    let (server, answers) = Server::with_queue().await;
    answers.push(answer);
    let call = client(&server.base_url()).list_workspaces().send();
    call.await.expect_err("it is answered with an error")
}

#[tokio::test]
async fn a_removed_operation_says_where_it_was_announced_and_what_to_call() {
    let error = error_of(Answer::json(410, &announced())).await;
    assert!(error.is_removed() && error.is_gone());
    assert_eq!(error.announcement_url(), Some(ANNOUNCEMENT));
    assert_eq!(error.replacement(), Some("list_current_user_workspaces"));
    assert_eq!(
        error.to_string(),
        format!(
            "list_workspaces: Bitbucket answered 410 Gone: CHANGE-2770 - Functionality has been \
             deprecated: Please read the changelog entry for more details.; announced at \
             {ANNOUNCEMENT}; use `list_current_user_workspaces`"
        )
    );
}

/// A stream of pages ends with the same error.
#[tokio::test]
async fn a_removed_list_says_so_too() {
    let (server, answers) = Server::with_queue().await;
    answers.push(Answer::json(410, &announced()));
    let mut workspaces = client(&server.base_url()).list_workspaces().stream();
    let error = workspaces.try_next().await.expect_err("it is gone");
    assert!(error.is_removed());
    assert_eq!(error.replacement(), Some("list_current_user_workspaces"));
}

#[tokio::test]
async fn without_an_announcement_it_is_only_gone() {
    for body in [
        json!({"type": "error", "error": {"message": "Gone"}}),
        json!({"type": "error", "error": {"message": "Gone", "data": {"announcement_url": null}}}),
        json!({"type": "error", "error": {"message": "Gone", "data": {"announcement_url": ""}}}),
        json!({"type": "error", "error": {"message": "Gone", "data": "announcement_url"}}),
    ] {
        let error = error_of(Answer::json(410, &body)).await;
        assert!(error.is_gone() && !error.is_removed(), "{body}");
        assert_eq!(error.announcement_url(), None, "{body}");
        assert_eq!(
            error.to_string(),
            "list_workspaces: Bitbucket answered 410 Gone: Gone; use `list_current_user_workspaces`"
        );
    }
    let error = error_of(Answer::text(410, "Gone")).await;
    assert!(error.is_gone() && !error.is_removed());
}

/// An announcement of something to come is no removal.
#[tokio::test]
async fn another_status_is_no_removal() {
    let error = error_of(Answer::json(403, &announced())).await;
    assert!(!error.is_removed());
    assert_eq!(error.announcement_url(), Some(ANNOUNCEMENT));
    assert_eq!(error.replacement(), None);
    assert!(
        error
            .to_string()
            .ends_with(&format!("announced at {ANNOUNCEMENT}"))
    );
}

/// A repository that was deleted is gone, and no method takes its place.
#[tokio::test]
async fn a_live_operation_has_no_replacement() {
    let (server, answers) = Server::with_queue().await;
    answers.push(Answer::json(410, &announced()));
    let repository = client(&server.base_url()).repository("w", "r");
    let error = repository
        .get_repository()
        .send()
        .await
        .expect_err("it is gone");
    assert!(error.is_removed());
    assert_eq!(error.replacement(), None);
}

/// What the document says of an operation.
fn documented(operation: &Value) -> (bool, Option<&str>, Option<&str>) {
    let text = |key: &str| operation.get(key).and_then(Value::as_str);
    (
        operation["deprecated"] == json!(true),
        text("x-removed"),
        text("x-replaced-by"),
    )
}

/// Each operation of the document with its name.
fn document() -> Vec<(String, Value)> {
    let text = fs::read_to_string("spec/cloud/openapi.json").expect("the document is there");
    let document: Value = serde_json::from_str(&text).expect("it is JSON");
    let paths = document["paths"].as_object().expect("it has paths");
    let operations = paths.values().filter_map(Value::as_object).flatten();
    operations
        .filter_map(|(_, operation)| {
            let id = operation["operationId"].as_str()?;
            Some((id.to_owned(), operation.clone()))
        })
        .collect()
}

#[test]
fn the_catalogue_knows_the_state_of_every_operation() {
    let mut counts = (0, 0, 0);
    for (id, operation) in document() {
        let entry = catalog::operation(&id).unwrap_or_else(|| panic!("no {id}"));
        let availability = entry.availability();
        let (deprecated, removed, replaced_by) = documented(&operation);
        assert_eq!(availability.replacement(), replaced_by, "{id}");
        let state = match (availability, deprecated, removed) {
            (Availability::Live, false, None) => &mut counts.0,
            (Availability::Deprecated { .. }, true, None) => &mut counts.1,
            (Availability::Removed { since, .. }, true, Some(removed)) => {
                assert_eq!(since, removed, "{id}");
                &mut counts.2
            }
            other => panic!("{id}: {other:?}"),
        };
        *state += 1;
        if let Some(replacement) = replaced_by {
            let replacement = catalog::operation(replacement).expect("it is a method");
            assert!(!replacement.availability().is_removed(), "{id}");
        }
    }
    assert_eq!(counts, (LIVE, DEPRECATED, REMOVED));
}

/// Every operation that was removed, answered as Bitbucket answers.
#[tokio::test]
async fn every_removed_operation_names_its_replacement() {
    let server = Server::start(|_| Answer::json(410, &announced())).await;
    let client = client(&server.base_url());
    let document = Document::read();
    let mut samples = Samples::new(&document);
    let mut removed = 0;
    for operation in document.operations() {
        let entry = catalog::operation(&operation.id).expect("it is in the catalogue");
        let Availability::Removed { replacement, .. } = entry.availability() else {
            continue;
        };
        removed += 1;
        let call = Call::full(&operation, &mut samples);
        let answer = catalog::call(&client, &operation.id, call.arguments()).await;
        let error = answer.expect_err("it is answered with 410");
        assert!(error.is_removed(), "{}", operation.id);
        assert_eq!(error.replacement(), replacement, "{}", operation.id);
        let named = replacement.is_none_or(|name| error.to_string().contains(&format!("`{name}`")));
        assert!(named, "{error}");
    }
    assert_eq!(removed, REMOVED);
}

/// The generated source of the methods.
const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/cloud.rs"));

/// The warnings of the methods of this name, of the client and of the handles.
fn warnings(id: &str) -> Vec<Option<&'static str>> {
    let method = format!("    pub fn {id}(");
    GENERATED
        .match_indices(&method)
        .filter(|(start, _)| {
            GENERATED[start + method.len()..]
                .trim_start()
                .starts_with("&self")
        })
        .map(|(start, _)| {
            let before = &GENERATED[..start];
            // The attributes of one method stand between the end of the one
            // before, or of what the block begins with, and its name.
            let own = before
                .rfind("    }\n")
                .max(before.rfind(" {\n"))
                .unwrap_or(0);
            let (_, note) = before[own..].split_once("#[deprecated(")?;
            Some(note.split_once(")]").map_or(note, |(note, _)| note))
        })
        .collect()
}

#[test]
fn the_compiler_warns_of_every_operation_that_is_not_live() {
    let mut failures = Vec::new();
    let mut seen = 0;
    for (id, operation) in document() {
        let (deprecated, removed, replaced_by) = documented(&operation);
        let warnings = warnings(&id);
        seen += usize::from(!warnings.is_empty());
        for warning in &warnings {
            let right = match (warning, deprecated) {
                (None, false) => true,
                (Some(note), true) => {
                    let said = [
                        removed.unwrap_or("deprecated by Bitbucket").to_owned(),
                        replaced_by.map_or("nothing to use instead".to_owned(), |name| {
                            format!("use `{name}`")
                        }),
                    ];
                    said.iter().all(|part| note.contains(part.as_str()))
                }
                _ => false,
            };
            if !right {
                failures.push(format!("{id}: {warning:?}"));
            }
        }
    }
    assert_none(&failures);
    assert_eq!(seen, LIVE + DEPRECATED + REMOVED);
    // The client's, the repository's and the issue's.
    assert_eq!(warnings("vote_issue").len(), 3);
}
