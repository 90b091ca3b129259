//! What Bitbucket does in the background: asked after until it is done, has
//! failed, or the time is up.

#![allow(deprecated, reason = "removed operations are still methods")]

mod support;

use std::time::Duration;

use bitbucket::{
    Client, Completion, Error, ErrorKind, Form, JsonOrBytes, Polling,
    types::{self, IssueJobState, PullRequestMergeTaskStatus},
};
use serde_json::{Value, json};

use support::{
    AUTHORIZATION, client,
    server::{Answer, Answers, Recorded, Server},
};

const ZIP: &[u8] = b"PK\x03\x04\0\xff a zip file";
const PULL_REQUEST: &str = "/2.0/repositories/w/r/pullrequests/7";

fn often() -> Polling {
    Polling::default()
        .first_pause(Duration::from_millis(1))
        .longest_pause(Duration::from_millis(5))
        .time_limit(Duration::from_secs(20))
}

async fn bitbucket() -> (Server, Answers, Client) {
    let (server, answers) = Server::with_queue().await;
    let client = client(&server.base_url());
    (server, answers, client)
}

fn sent(server: &Server) -> Vec<(String, String)> {
    let requests = server.take_requests();
    for request in &requests {
        assert_eq!(request.header("authorization"), Some(AUTHORIZATION));
    }
    let line = |request: Recorded| (request.method, request.target);
    requests.into_iter().map(line).collect()
}

fn get(target: &str) -> (String, String) {
    ("GET".to_owned(), target.to_owned())
}

fn post(target: &str) -> (String, String) {
    ("POST".to_owned(), target.to_owned())
}

async fn merge(client: &Client, polling: Polling) -> Result<types::PullRequest, Error> {
    let pull_request = client.repository("w", "r").pull_request(7);
    pull_request
        .merge_pull_request()
        .send_and_wait(polling)
        .await
}

fn merged() -> Value {
    json!({"type": "pullrequest", "id": 7, "state": "MERGED"})
}

fn accepted() -> Answer {
    Answer::new(202).header("Location", format!("{PULL_REQUEST}/merge/task-status/t1"))
}

#[tokio::test]
async fn a_merge_gives_the_pull_request_at_once() {
    let (server, answers, client) = bitbucket().await;
    answers.push(Answer::json(200, &merged()));
    assert_eq!(merge(&client, often()).await.unwrap().id, Some(7));
    assert_eq!(sent(&server), [post(&format!("{PULL_REQUEST}/merge"))]);
}

#[tokio::test]
async fn a_merge_in_the_background_is_waited_for() {
    let (server, answers, client) = bitbucket().await;
    let status = format!("{PULL_REQUEST}/merge/task-status/t1");
    answers.push(accepted());
    answers.push(Answer::json(200, &json!({"task_status": "PENDING"})));
    answers.push(Answer::json(200, &json!({"task_status": "NOVEL"})));
    answers.push(Answer::json(
        200,
        &json!({"task_status": "SUCCESS", "merge_result": merged()}),
    ));
    assert_eq!(merge(&client, often()).await.unwrap().id, Some(7));
    assert_eq!(
        sent(&server),
        [
            post(&format!("{PULL_REQUEST}/merge")),
            get(&status),
            get(&status),
            get(&status)
        ]
    );

    // Where the status has no pull request, it is asked for.
    answers.push(accepted());
    answers.push(Answer::json(200, &json!({"task_status": "SUCCESS"})));
    answers.push(Answer::json(200, &merged()));
    assert_eq!(merge(&client, often()).await.unwrap().id, Some(7));
    assert_eq!(
        sent(&server),
        [
            post(&format!("{PULL_REQUEST}/merge")),
            get(&status),
            get(PULL_REQUEST)
        ]
    );
}

#[tokio::test]
async fn a_merge_that_fails_is_an_error() {
    let (server, answers, client) = bitbucket().await;
    answers.push(accepted());
    answers.push(Answer::json(200, &json!({"task_status": "PENDING"})));
    let reason = json!({"type": "error", "error": {"message": "merge conflict"}});
    answers.push(Answer::json(400, &reason));
    let error = merge(&client, often()).await.unwrap_err();
    assert!(error.is_bad_request());
    assert_eq!(error.message(), Some("merge conflict"));

    answers.push(accepted());
    answers.push(Answer::json(200, &json!({"task_status": "FAILED"})));
    let error = merge(&client, often()).await.unwrap_err();
    assert!(error.is_task_failed(), "{error}");
    assert!(
        error.to_string().ends_with("the merge ended with FAILED"),
        "{error}"
    );

    // A task that is on another origin, or nowhere.
    server.take_requests();
    for answer in [
        Answer::new(202),
        Answer::new(202).header("Location", "https://example.com/task"),
    ] {
        answers.push(answer);
        let error = merge(&client, often()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status().unwrap().as_u16()),
            (ErrorKind::Decode, 202)
        );
        assert_eq!(server.take_requests().len(), 1);
    }
}

#[tokio::test]
async fn a_merge_can_be_asked_after_by_hand() {
    let (server, answers, client) = bitbucket().await;
    answers.push(accepted());
    let merge = client
        .repository("w", "r")
        .pull_request(7)
        .merge_pull_request();
    let Completion::Accepted {
        location: Some(location),
    } = merge.send().await.unwrap().into_inner()
    else {
        panic!("202 is no completed merge");
    };
    let task = client.merge_task(&location).unwrap();
    assert_eq!(task.location(), location);
    answers.push(Answer::json(200, &json!({"task_status": "PENDING"})));
    let status = task.status().await.unwrap();
    assert_eq!(
        status.task_status,
        Some(PullRequestMergeTaskStatus::Pending)
    );
    answers.push(Answer::json(
        200,
        &json!({"task_status": "SUCCESS", "merge_result": merged()}),
    ));
    assert_eq!(task.wait(often()).await.unwrap().id, Some(7));
    assert_eq!(sent(&server).len(), 3);
    let error = client.merge_task("https://example.com/task").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn the_wait_has_its_limit() {
    let pending = json!({"task_status": "PENDING"});
    let server = Server::start(move |request| match request.method.as_str() {
        "POST" => accepted(),
        _ => Answer::json(200, &pending),
    })
    .await;
    let client = client(&server.base_url());
    let limit = Duration::from_secs(2);
    let started = std::time::Instant::now();
    let error = merge(&client, often().time_limit(limit)).await.unwrap_err();
    assert!(started.elapsed() >= limit);
    assert!(error.is_unfinished());
    assert!(!error.is_timeout());
    assert_eq!(
        error.to_string(),
        "get_pull_request_merge_task_status: the task is not done after 2s"
    );
    assert!(server.take_requests().len() > 3);
}

/// The limit ends a question as well that Bitbucket does not answer.
#[tokio::test]
async fn the_limit_does_not_depend_on_an_answer() {
    let server = Server::start(|request| match request.method.as_str() {
        "POST" => accepted(),
        _ => Answer::new(200)
            .header("Content-Type", "application/json")
            .part("{")
            .pause(Duration::from_secs(30))
            .part("}"),
    })
    .await;
    let client = client(&server.base_url());
    let started = std::time::Instant::now();
    let limit = Duration::from_millis(200);
    let error = merge(&client, often().time_limit(limit)).await.unwrap_err();
    assert!(error.is_unfinished(), "{error}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

/// No request comes after the future was dropped.
#[tokio::test]
async fn a_wait_is_ended_by_dropping_it() {
    let server = Server::start(|request| match request.method.as_str() {
        "POST" => accepted(),
        _ => Answer::json(200, &json!({"task_status": "PENDING"})),
    })
    .await;
    let client = client(&server.base_url());
    let wait = merge(&client, often().time_limit(None));
    let ended = tokio::time::timeout(Duration::from_secs(2), wait).await;
    assert!(ended.is_err());
    assert!(server.take_requests().len() > 3);
    server.falls_silent().await;
}

fn job(status: &str, count: i64) -> Value {
    json!({
        "type": "issue_job_status", "status": status, "phase": "Attachments",
        "total": 15, "count": count, "pct": 10.0,
    })
}

const EXPORT: &str = "/2.0/repositories/w/r/issues/export/r-issues-t1.zip";

#[tokio::test]
async fn an_export_ends_with_the_zip() {
    let storage = Server::start(|_| Answer::bytes(200, "application/zip", ZIP)).await;
    let (server, answers, client) = bitbucket().await;
    answers.push(Answer::new(202).header("Location", format!("{}{EXPORT}", server.origin())));
    answers.push(Answer::json(202, &job("ACCEPTED", 0)));
    answers.push(Answer::json(200, &job("STARTED", 11)));
    answers.push(Answer::json(200, &job("SUCCESS", 15)));
    answers.push(Answer::new(302).header("Location", format!("{}/zip", storage.origin())));
    let export = client.repository("w", "r").export_issues();
    let zip = export.send_and_wait(often()).await.unwrap();
    assert_eq!(zip.content_type(), Some("application/zip"));
    assert_eq!(zip.bytes().await.unwrap(), ZIP);
    let mut expected = vec![post("/2.0/repositories/w/r/issues/export")];
    expected.extend((0..4).map(|_| get(EXPORT)));
    assert_eq!(sent(&server), expected);
    assert!(
        !storage.take_requests()[0]
            .headers
            .contains_key("authorization")
    );
}

#[tokio::test]
async fn an_export_can_be_asked_after_by_hand_and_can_fail() {
    let (server, answers, client) = bitbucket().await;
    answers.push(Answer::new(202).header("Location", EXPORT));
    let export = client
        .repository("w", "r")
        .export_issues()
        .start()
        .await
        .unwrap();
    assert_eq!(export.location(), format!("{}{EXPORT}", server.origin()));
    let export = client.issue_export(export.location()).unwrap();
    answers.push(Answer::json(200, &job("RUNNING", 3)));
    let JsonOrBytes::Json(status) = export.status().await.unwrap().into_inner() else {
        panic!("a status became a file");
    };
    assert_eq!(status.status, Some(IssueJobState::Running));
    answers.push(Answer::json(200, &job("FAILURE", 11)));
    let error = export.wait(often()).await.unwrap_err();
    assert!(error.is_task_failed());
    let expected = "get_issue_export: the export of the issues failed in the phase \
                    \"Attachments\", 11 of 15 done";
    assert_eq!(error.to_string(), expected);

    answers.push(Answer::new(202).header("Location", "http://example.com/x.zip"));
    let error = client
        .repository("w", "r")
        .export_issues()
        .start()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn an_import_is_waited_for_to_its_end() {
    let (server, answers, client) = bitbucket().await;
    let repository = client.repository("w", "r");
    let import = || {
        let form = Form::new().bytes("archive", "issues.zip", ZIP);
        repository.import_issues().body(form).send_and_wait(often())
    };
    let address = "/2.0/repositories/w/r/issues/import";
    answers.push(Answer::json(202, &job("ACCEPTED", 0)));
    answers.push(Answer::json(202, &job("STARTED", 11)));
    answers.push(Answer::json(200, &job("SUCCESS", 15)));
    let status = import().await.unwrap();
    assert_eq!(
        (status.status, status.count),
        (Some(IssueJobState::Success), Some(15))
    );
    assert_eq!(sent(&server), [post(address), get(address), get(address)]);

    answers.push(Answer::json(202, &job("ACCEPTED", 0)));
    answers.push(Answer::json(200, &job("FAILURE", 2)));
    let error = import().await.unwrap_err();
    assert!(error.is_task_failed());
    assert!(
        error
            .to_string()
            .contains("the import of the issues failed"),
        "{error}"
    );
    server.take_requests();

    answers.push(Answer::json(202, &job("PENDING", 1)));
    answers.push(Answer::json(200, &job("SUCCESS", 4)));
    let status = repository.wait_for_issue_import(often()).await.unwrap();
    assert_eq!(status.count, Some(4));
    assert_eq!(sent(&server), [get(address), get(address)]);
}

const UUID: &str = "{3f1c}";
const PIPELINE: &str = "/2.0/repositories/w/r/pipelines/%7B3f1c%7D";

fn pipeline(state: &Value) -> Answer {
    Answer::json(
        200,
        &json!({"type": "pipeline", "uuid": UUID, "build_number": 12, "state": state}),
    )
}

fn completed(result: &str) -> Value {
    json!({
        "type": "pipeline_state_completed", "name": "COMPLETED",
        "result": {
            "type": format!("pipeline_state_completed_{}", result.to_lowercase()),
            "name": result,
        },
    })
}

fn step(name: &str, result: &str) -> Value {
    json!({
        "type": "pipeline_step", "uuid": format!("{{{name}}}"), "name": name,
        "state": {
            "type": "pipeline_step_state_completed", "name": "COMPLETED",
            "result": {
                "type": format!("pipeline_step_state_completed_{}", result.to_lowercase()),
                "name": result,
            },
        },
    })
}

#[tokio::test]
async fn a_pipeline_is_run_to_its_end_with_its_steps() {
    let (server, answers, client) = bitbucket().await;
    let started = json!({"type": "pipeline", "uuid": UUID, "state": {"name": "PENDING"}});
    answers.push(Answer::json(201, &started));
    answers.push(pipeline(
        &json!({"type": "pipeline_state_pending", "name": "PENDING"}),
    ));
    answers.push(pipeline(
        &json!({"type": "pipeline_state_in_progress", "name": "IN_PROGRESS"}),
    ));
    answers.push(pipeline(&json!({"type": "pipeline_state_novel"})));
    answers.push(pipeline(&completed("SUCCESSFUL")));
    let next = format!("{}{PIPELINE}/steps?page=2", server.origin());
    let first = json!({"values": [step("Build", "SUCCESSFUL")], "next": next});
    answers.push(Answer::json(200, &first));
    answers.push(Answer::json(
        200,
        &json!({"values": [step("Test", "SUCCESSFUL")]}),
    ));
    let body: types::Pipeline = serde_json::from_value(json!({
        "target": {"type": "pipeline_ref_target", "ref_type": "branch", "ref_name": "main"},
    }))
    .unwrap();
    let run = client.repository("w", "r").create_pipeline().body(body);
    let run = run.send_and_wait(often()).await.unwrap();
    assert!(run.is_successful());
    let names: Vec<_> = run
        .steps
        .iter()
        .map(|step| step.name.as_deref().unwrap())
        .collect();
    assert_eq!(names, ["Build", "Test"]);
    assert_eq!(
        run.into_successful().unwrap().pipeline.build_number,
        Some(12)
    );
    let requests = server.take_requests();
    assert_eq!(requests[0].json().unwrap()["target"]["ref_name"], "main");
    let targets: Vec<_> = requests.iter().map(|one| one.target.as_str()).collect();
    let steps = format!("{PIPELINE}/steps");
    let more = format!("{PIPELINE}/steps?page=2");
    let begin = "/2.0/repositories/w/r/pipelines";
    assert_eq!(
        targets,
        [begin, PIPELINE, PIPELINE, PIPELINE, PIPELINE, &steps, &more]
    );
}

#[tokio::test]
async fn a_pipeline_that_fails_says_where() {
    let (server, answers, client) = bitbucket().await;
    answers.push(pipeline(&completed("FAILED")));
    let steps = [
        step("Build", "SUCCESSFUL"),
        step("Test", "FAILED"),
        step("Deploy", "NOT_RUN"),
    ];
    answers.push(Answer::json(200, &json!({"values": steps})));
    let handle = client.repository("w", "r").pipeline(UUID);
    let run = handle.wait(often()).await.unwrap();
    assert!(!run.is_successful());
    let error = run.into_successful().unwrap_err();
    assert!(error.is_task_failed());
    assert_eq!(
        error.to_string(),
        "get_pipeline: the pipeline 12 ended with FAILED, the step \"Test\" with FAILED"
    );
    assert_eq!(
        sent(&server),
        [get(PIPELINE), get(&format!("{PIPELINE}/steps"))]
    );
}

#[tokio::test]
async fn a_pipeline_can_be_watched_on_its_way() {
    let (server, answers, client) = bitbucket().await;
    let handle = client.repository("w", "r").pipeline(UUID);
    answers.push(pipeline(&json!({"name": "PENDING"})));
    answers.push(pipeline(&json!({"name": "IN_PROGRESS"})));
    let begun = |pipeline: &types::Pipeline| {
        matches!(pipeline.state, Some(types::PipelineState::InProgress(_)))
    };
    let pipeline = handle.wait_until(often(), begun).await.unwrap();
    assert!(begun(&pipeline));
    assert_eq!(sent(&server), [get(PIPELINE), get(PIPELINE)]);
    // Its end is an end, whatever was wanted.
    let ended = json!({"state": {"type": "novel"}, "completed_on": "2026-01-02T03:04:05Z"});
    answers.push(Answer::json(200, &ended));
    handle.wait_until(often(), |_| false).await.unwrap();
}

#[tokio::test]
async fn a_pipeline_that_says_nothing_of_itself_is_an_error() {
    let (_server, answers, client) = bitbucket().await;
    answers.push(Answer::json(201, &json!({"type": "pipeline"})));
    let run = client.repository("w", "r").create_pipeline();
    let error = run.send_and_wait(often()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    answers.push(Answer::json(
        201,
        &json!({"type": "pipeline", "uuid": ".."}),
    ));
    let run = client.repository("w", "r").create_pipeline();
    let error = run.send_and_wait(often()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

/// Whoever spawns a wait needs it to be `Send`.
#[test]
fn every_wait_can_be_spawned() {
    fn is_send(_: &impl Send) {}
    let client = client("http://127.0.0.1:9/2.0");
    let repository = client.repository("w", "r");
    is_send(
        &repository
            .pull_request(7)
            .merge_pull_request()
            .send_and_wait(often()),
    );
    is_send(&repository.export_issues().send_and_wait(often()));
    is_send(&repository.import_issues().send_and_wait(often()));
    is_send(&repository.wait_for_issue_import(often()));
    is_send(&repository.create_pipeline().send_and_wait(often()));
    let pipeline = repository.pipeline(UUID);
    is_send(&pipeline.wait(often()));
    is_send(&pipeline.wait_until(often(), |_| false));
    is_send(&client.request(bitbucket::Method::GET, "/x").send::<Value>());
    is_send(&client.request(bitbucket::Method::GET, "/x").send_bytes());
}
