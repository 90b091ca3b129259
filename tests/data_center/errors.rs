//! What servers say when they refuse.

use bitbucket::{Error, data_center::types};
use serde_json::json;

use super::bench;
use crate::support::server::Answer;

#[tokio::test]
async fn objections_are_told_field_by_field() {
    let (_server, answers, client) = bench().await;
    let body = json!({ "errors": [
        { "context": "name", "message": "The name should be between 1 and 255 characters.", "exceptionName": null },
        { "context": "email", "message": "The email should be a valid email address.", "exceptionName": null },
    ] });
    answers.push(Answer::json(400, &body));
    let error = client.list_projects().send().await.unwrap_err();
    assert!(error.is_bad_request());
    assert_eq!(error.errors().len(), 2);
    assert_eq!(
        error.fields()["email"],
        ["The email should be a valid email address."]
    );
    assert_eq!(
        error.to_string(),
        "list_projects: Bitbucket answered 400 Bad Request: name: The name should be between 1 \
         and 255 characters.; email: The email should be a valid email address."
    );
}

#[tokio::test]
async fn a_conflict_tells_the_version_to_base_the_change_on() {
    let (server, answers, client) = bench().await;
    let exception = "com.atlassian.bitbucket.pull.PullRequestOutOfDateException";
    let body = json!({ "errors": [{
        "context": null, "message": "You are attempting to modify a pull request based on out-of-date information.",
        "exceptionName": exception, "currentVersion": 5, "expectedVersion": 4,
    }] });
    answers.push(Answer::json(409, &body));
    answers.push(Answer::json(200, &json!({ "id": 7, "version": 6 })));
    let pull_request = client.repository("PRJ", "website").pull_request(7);
    let change = |version: i64| {
        types::PullRequest::builder()
            .version(version)
            .title("Another title")
    };
    let error = pull_request
        .update_pull_request()
        .body(change(4))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_conflict());
    assert_eq!(error.exception_name(), Some(exception));
    let current = error.current_version().unwrap();
    let changed = pull_request
        .update_pull_request()
        .body(change(current))
        .send()
        .await
        .unwrap();
    assert_eq!(changed.version, Some(6));
    let requests = server.take_requests();
    assert_eq!(requests[0].json().unwrap()["version"], 4);
    assert_eq!(requests[1].json().unwrap()["version"], 5);
}

#[tokio::test]
async fn a_refused_merge_tells_who_objects() {
    let (_server, answers, client) = bench().await;
    let body = json!({ "errors": [{
        "message": "Merging is not possible.", "conflicted": false,
        "vetoes": [{ "summaryMessage": "Not all builds are green", "detailedMessage": "1 of 2" }],
    }] });
    answers.push(Answer::json(409, &body));
    let pull_request = client.repository("PRJ", "website").pull_request(7);
    let error = pull_request
        .merge_pull_request()
        .version(3)
        .send()
        .await
        .unwrap_err();
    let vetoes = &error.errors()[0].other["vetoes"];
    assert_eq!(vetoes[0]["summaryMessage"], "Not all builds are green");
}

#[tokio::test]
async fn every_status_has_its_question() {
    type Question = fn(&Error) -> bool;
    let questions: [(u16, Question); 8] = [
        (400, Error::is_bad_request),
        (401, Error::is_unauthorized),
        (403, Error::is_forbidden),
        (404, Error::is_not_found),
        (405, Error::is_method_not_allowed),
        (409, Error::is_conflict),
        (415, Error::is_unsupported_media_type),
        (500, Error::is_server_error),
    ];
    for (status, is) in questions {
        let (_server, answers, client) = bench().await;
        let body = json!({ "errors": [{ "context": null, "message": "A detailed error message.", "exceptionName": null }] });
        answers.push(Answer::json(status, &body));
        let error = client
            .get_application_properties()
            .send()
            .await
            .unwrap_err();
        assert!(is(&error), "{error}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(error.message(), Some("A detailed error message."));
        let others = questions.iter().filter(|(other, _)| *other != status);
        assert!(others.clone().all(|(_, is)| !is(&error)), "{error}");
    }
}
