//! What Bitbucket has added since the vendored document, where it has ways of
//! its own: redirects to a list, secrets that are told once, answers of
//! unknown form.

mod support;

use bitbucket::{JsonOrBytes, types};
use serde_json::json;

use support::{
    client,
    server::{Answer, Recorded, Server},
};

fn only(server: &Server) -> Recorded {
    let mut requests = server.take_requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests.remove(0)
}

/// Bitbucket redirects to the conflicts between two commits; the pages are
/// followed from there.
#[tokio::test]
async fn conflicts_are_listed_from_where_bitbucket_points() {
    let (server, answers) = Server::with_queue().await;
    let between = format!("{}/repositories/w/r/file-conflicts/a..b", server.base_url());
    let conflict = |path: &str, scenario: &str| json!({"type": "file_conflict", "path": path, "scenario": scenario});
    answers.push(Answer::new(302).header("Location", format!("{between}?pagelen=1")));
    answers.push(Answer::json(
        200,
        &json!({"values": [conflict("a", "content")], "next": format!("{between}?pagelen=1&page=2")}),
    ));
    answers.push(Answer::json(
        200,
        &json!({"values": [conflict("b", "octopus")]}),
    ));
    let pull_request = client(&server.base_url())
        .repository("w", "r")
        .pull_request(7);
    let mut conflicts = pull_request
        .list_pull_request_conflicts()
        .pagelen(1)
        .stream();
    let mut found = Vec::new();
    while let Some(conflict) = conflicts.try_next().await.unwrap() {
        found.push((conflict.path.unwrap(), conflict.scenario.unwrap()));
    }
    let expected = [
        ("a".to_owned(), types::FileConflictScenario::Content),
        (
            "b".to_owned(),
            types::FileConflictScenario::Unknown("octopus".to_owned()),
        ),
    ];
    assert_eq!(found, expected);
    let targets: Vec<_> = server
        .take_requests()
        .into_iter()
        .map(|request| request.target)
        .collect();
    assert_eq!(
        targets,
        [
            "/2.0/repositories/w/r/pullrequests/7/conflicts?pagelen=1",
            "/2.0/repositories/w/r/file-conflicts/a..b?pagelen=1",
            "/2.0/repositories/w/r/file-conflicts/a..b?pagelen=1&page=2",
        ]
    );
}

#[tokio::test]
async fn a_task_is_created_below_a_comment_and_resolved() {
    let (server, answers) = Server::with_queue().await;
    let pull_request = client(&server.base_url())
        .repository("w", "r")
        .pull_request(7);
    let task = |state: &str| json!({"id": 3_000_000_000_i64, "state": state, "resolved_on": null, "resolved_by": null});
    answers.push(Answer::json(201, &task("UNRESOLVED")));
    let created = pull_request
        .create_pull_request_task()
        .body(
            types::PullRequestTaskCreate::builder()
                .content(types::PullRequestTaskContent::builder().raw("Write a test"))
                .comment(types::Comment::builder().id(12)),
        )
        .send()
        .await
        .unwrap();
    let request = only(&server);
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/2.0/repositories/w/r/pullrequests/7/tasks")
    );
    assert_eq!(
        request.json().unwrap(),
        json!({"content": {"raw": "Write a test"}, "comment": {"id": 12}})
    );

    answers.push(Answer::json(200, &task("RESOLVED")));
    let resolved = pull_request
        .update_pull_request_task()
        .task_id(created.id.unwrap())
        .body(types::PullRequestTaskUpdate::builder().state(types::PullRequestTaskState::Resolved))
        .send()
        .await
        .unwrap();
    assert_eq!(resolved.state, Some(types::PullRequestTaskState::Resolved));
    let request = only(&server);
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        (
            "PUT",
            "/2.0/repositories/w/r/pullrequests/7/tasks/3000000000"
        )
    );
    assert_eq!(request.json().unwrap(), json!({"state": "RESOLVED"}));
}

/// The secret of a runner is answered once, and not shown by accident.
#[tokio::test]
async fn the_secret_of_a_runner_is_not_shown() {
    let (server, answers) = Server::with_queue().await;
    let workspace = client(&server.base_url()).workspace("w");
    answers.push(Answer::json(
        200,
        &json!({"uuid": "{u}", "oauth_client": {"id": "i", "secret": "s3cret"}}),
    ));
    let runner = workspace
        .create_workspace_pipeline_runner()
        .body(
            types::PipelineRunner::builder()
                .name("builder 1")
                .labels(vec!["self.hosted".to_owned(), "linux".to_owned()]),
        )
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        only(&server).json().unwrap(),
        json!({"name": "builder 1", "labels": ["self.hosted", "linux"]})
    );
    assert!(!format!("{runner:?}").contains("s3cret"));
    let secret = runner.oauth_client.unwrap().secret.unwrap();
    assert_eq!(secret.expose_secret(), "s3cret");
}

#[tokio::test]
async fn a_client_key_is_json_or_text() {
    let (server, answers) = Server::with_queue().await;
    let client = client(&server.base_url());
    answers.push(Answer::json(200, &json!({"client_key": "k"})));
    let answer = client.get_addon_client_key().addon_key("app").send().await;
    let JsonOrBytes::Json(value) = answer.unwrap().into_inner() else {
        panic!("JSON became bytes");
    };
    assert_eq!(value, json!({"client_key": "k"}));
    assert_eq!(only(&server).target, "/2.0/addon/app/client-key");

    answers.push(Answer::bytes(200, "text/plain", "k"));
    let answer = client.get_addon_client_key().addon_key("app").send().await;
    let JsonOrBytes::Bytes(key) = answer.unwrap().into_inner() else {
        panic!("text became JSON");
    };
    assert_eq!(key.text().await.unwrap(), "k");
}

/// `key` and `subkeys` of a GPG key are answered on request only.
#[tokio::test]
async fn gpg_keys_answer_what_is_asked_for() {
    let (server, answers) = Server::with_queue().await;
    let user = client(&server.base_url()).user("{u}");
    answers.push(Answer::json(
        200,
        &json!({"type": "gpg_key", "fingerprint": "f", "parent_fingerprint": null, "expires_on": null,
            "key": "-----BEGIN", "subkeys": [{"fingerprint": "g", "parent_fingerprint": "f"}]}),
    ));
    let key = user
        .get_user_gpg_key()
        .fingerprint("f")
        .fields("+key,+subkeys")
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        only(&server).target,
        "/2.0/users/%7Bu%7D/gpg-keys/f?fields=%2Bkey%2C%2Bsubkeys"
    );
    let subkeys = key.subkeys.unwrap();
    assert_eq!(subkeys[0].parent_fingerprint, key.fingerprint);
}
