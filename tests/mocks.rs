//! The mocks that are given to users: each operation's own takes what the typed
//! call sends, and nothing else.

mod support;

use std::collections::BTreeMap;

use bitbucket::{
    Client,
    catalog::{self, Arguments, Content as Given},
    mock::{self, MockServerExt as _, httpmock::MockServer},
    types,
};
use serde_json::{Value, json};

use support::{
    arguments::Call,
    assert_none, client,
    document::{Content, Document, Location, Operation},
    samples::Samples,
};

/// What an operation answers with, and how the catalogue gives it.
fn answer(operation: &Operation, samples: &mut Samples<'_>) -> Value {
    match &operation.success.content {
        Content::Json(schema) => samples.of(schema),
        Content::Bytes => json!("diff --git"),
        Content::Nothing => Value::Null,
    }
}

async fn given(
    client: &Client,
    operation: &Operation,
    arguments: Arguments,
) -> Result<Value, String> {
    let called = catalog::call(client, &operation.id, arguments).await;
    match called.map_err(|error| error.to_string())?.into_inner() {
        Given::Json(value) => Ok(value),
        Given::Bytes(bytes) => {
            let text = bytes.text().await;
            text.map(Value::from).map_err(|error| error.to_string())
        }
        _ => Ok(Value::Null),
    }
}

#[tokio::test]
async fn every_mock_takes_what_its_operation_sends() {
    let document = Document::read();
    let mut samples = Samples::new(&document);
    let server = MockServer::start_async().await;
    let mut failures = Vec::new();
    for (index, operation) in document.operations().iter().enumerate() {
        // With and without the path that Bitbucket's own base URL has.
        let base_url = if index % 2 == 0 {
            server.base_url()
        } else {
            server.url("/2.0")
        };
        let client = client(&base_url);
        if let Err(failure) = check(&server, &client, operation, &mut samples).await {
            failures.push(format!("{}: {failure}", operation.id));
        }
        server.reset_async().await;
    }
    assert_none(&failures);
}

async fn check(
    server: &MockServer,
    client: &Client,
    operation: &Operation,
    samples: &mut Samples<'_>,
) -> Result<(), String> {
    let call = Call::full(operation, samples);
    let answer = answer(operation, samples);
    let mock = mock::by_id(server, &operation.id, call.arguments(), answer.clone())
        .map_err(|error| error.to_string())?;
    let found = given(client, operation, call.arguments()).await?;
    if found != answer || mock.calls() != 1 {
        return Err(format!("answered {found} in {} calls", mock.calls()));
    }
    for (name, value) in &call.arguments {
        for other in others(operation, name, value) {
            let mut arguments = call.arguments.clone();
            match other {
                Some(other) => arguments.insert(name.clone(), other),
                None => arguments.remove(name),
            };
            let arguments = arguments.into_iter().collect();
            // Whatever comes of it: it is not what the mock is for.
            drop(catalog::call(client, &operation.id, arguments).await);
            if mock.calls() != 1 {
                return Err(format!("another `{name}` would do"));
            }
        }
    }
    Ok(())
}

/// Other values for an argument, or none, as far as it can be sent so.
fn others(operation: &Operation, name: &str, value: &Value) -> Vec<Option<Value>> {
    let parameter = operation.parameters.iter().find(|one| one.name == name);
    match (parameter, value) {
        // A form without one of its fields, and with another value in one.
        (None, Value::Object(fields)) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(field, _)| {
                let mut fewer = fields.clone();
                fewer.remove(field);
                Some(Value::Object(fewer))
            })
            .collect(),
        (None, _) => vec![],
        (Some(parameter), Value::String(text)) => {
            let another = Some(json!(format!("{text}x")));
            match parameter.location {
                Location::Path => vec![another],
                _ => vec![another, None],
            }
        }
        (Some(parameter), Value::Number(number)) => {
            let another = Some(json!(number.as_i64().unwrap_or_default() + 1));
            match parameter.location {
                Location::Path => vec![another],
                _ => vec![another, None],
            }
        }
        (Some(_), Value::Bool(flag)) => vec![Some(json!(!flag)), None],
        (Some(_), Value::Array(values)) => vec![Some(json!(values[1..])), None],
        (Some(_), _) => vec![None],
    }
}

#[tokio::test]
async fn no_mock_takes_what_another_operation_sends() {
    let document = Document::read();
    let mut samples = Samples::new(&document);
    let server = MockServer::start_async().await;
    let client = client(&server.base_url());
    let mut mocks = BTreeMap::new();
    for operation in document.operations() {
        let answer = answer(&operation, &mut samples);
        let mock = mock::by_id(&server, &operation.id, Arguments::new(), answer);
        mocks.insert(operation.id, mock.unwrap());
    }
    let mut failures = Vec::new();
    for operation in document.operations() {
        let call = Call::full(&operation, &mut samples);
        let before: Vec<usize> = mocks.values().map(mock::httpmock::Mock::calls).collect();
        drop(catalog::call(&client, &operation.id, call.arguments()).await);
        let asked: Vec<&str> = mocks
            .iter()
            .zip(before)
            .filter(|((_, mock), before)| mock.calls() != *before)
            .map(|((id, _), _)| id.as_str())
            .collect();
        if asked != [operation.id.as_str()] {
            failures.push(format!("{} is answered by {asked:?}", operation.id));
        }
    }
    assert_none(&failures);
}

#[tokio::test]
async fn pages_errors_and_tasks_are_answered() {
    let server = MockServer::start_async().await;
    let client = client(&server.base_url());
    let repository = client.repository("acme", "website");
    let branch =
        |name: &str| -> types::Branch { serde_json::from_value(json!({ "name": name })).unwrap() };
    let next = server.url("/2.0/repositories/acme/website/refs/branches?page=2");
    server.list_branches(|when, then| {
        when.q(None).page(None);
        then.page_before(&next, [branch("main"), branch("next")]);
    });
    server.list_branches(|when, then| {
        when.page("2");
        then.page([branch("release/1.2")]);
    });
    let mut branches = repository.list_branches().stream();
    let mut names = Vec::new();
    while let Some(branch) = branches.try_next().await.unwrap() {
        names.extend(branch.name);
    }
    assert_eq!(names, ["main", "next", "release/1.2"]);

    let wait = server.get_branch(|when, then| {
        when.name("release/1.2");
        then.too_many_requests(17);
    });
    let limited = repository.get_branch().name("release/1.2").send().await;
    let limited = limited.unwrap_err();
    assert!(limited.is_rate_limited());
    assert_eq!(limited.retry_after().map(|wait| wait.as_secs()), Some(17));
    wait.assert();

    let location = server.url("/2.0/repositories/acme/website/pullrequests/7/merge/task-status/1");
    server.merge_pull_request(|when, then| {
        when.pull_request_id(7);
        then.accepted(&location);
    });
    let merged = repository.pull_request(7).merge_pull_request().send().await;
    assert!(matches!(
        merged.unwrap().into_inner(),
        bitbucket::Completion::Accepted { location: Some(found) } if found == location
    ));
}

/// What would never be sent is no reason to fail, and no pattern.
#[tokio::test]
async fn odd_values_in_a_path_match_nothing_else() {
    let server = MockServer::start_async().await;
    let client = client(&server.base_url());
    for (mocked, asked) in [
        ("..", "x"),
        ("", "x"),
        (".*", "x"),
        ("a.c", "abc"),
        ("%61", "a"),
    ] {
        let mock = server.get_repository(|when, then| {
            when.workspace("acme").repo_slug(mocked);
            then.ok(types::Repository::builder().slug("found"));
        });
        let found = client
            .repository("acme", asked)
            .get_repository()
            .send()
            .await;
        assert!(found.unwrap_err().is_not_found(), "{mocked}");
        assert_eq!(mock.calls(), 0);
        server.reset_async().await;
    }
}
