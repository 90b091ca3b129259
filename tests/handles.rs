//! Handles: every operation below a handle's path is one of its methods, and
//! goes where it goes without the handle.

mod support;

#[path = "handles/methods.rs"]
mod methods;

use bitbucket::{Client, ErrorKind, Operation};
use serde_json::json;

use methods::Method;
use support::{
    assert_none, bearer_client, client,
    document::{Document, Location, Operation as Described},
    encoding,
    server::{Answer, Recorded, Server},
};

/// Values that have to be encoded, by the names of the parameters that handles
/// carry.
const VALUES: [(&str, &str); 10] = [
    ("workspace", "{w-1}"),
    ("repo_slug", "réposi tory"),
    ("pull_request_id", "7"),
    ("commit", "c0ffee#1"),
    ("pipeline_uuid", "{p-1}"),
    ("issue_id", "12"),
    ("project_key", "KEY?"),
    ("encoded_id", "k/y"),
    ("selected_user", "557058:{u}"),
    ("repo_name", "unused"),
];

fn value(name: &str) -> &'static str {
    VALUES
        .iter()
        .find_map(|(known, value)| (*known == name).then_some(*value))
        .unwrap_or_else(|| panic!("there is no value for {name}"))
}

/// One kind of handle: where its operations are, and its methods.
struct Kind {
    prefix: &'static str,
    /// Paths that belong to it although they begin otherwise.
    also: &'static [&'static str],
    methods: Vec<Method>,
}

fn kinds(client: &Client) -> Vec<Kind> {
    let workspace = client.workspace(value("workspace"));
    let repository = client.repository(value("workspace"), value("repo_slug"));
    let kind = |prefix, also, methods| Kind {
        prefix,
        also,
        methods,
    };
    vec![
        kind(
            "/repositories/{workspace}/{repo_slug}",
            &["/workspaces/{workspace}/permissions/repositories/{repo_slug}"],
            methods::repository(&repository),
        ),
        kind(
            "/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}",
            &[],
            methods::pull_request(&repository.pull_request(7)),
        ),
        kind(
            "/repositories/{workspace}/{repo_slug}/commit/{commit}",
            &[],
            methods::commit(&repository.commit(value("commit"))),
        ),
        kind(
            "/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}",
            &[],
            methods::pipeline(&repository.pipeline(value("pipeline_uuid"))),
        ),
        kind(
            "/repositories/{workspace}/{repo_slug}/issues/{issue_id}",
            &[],
            methods::issue(&repository.issue(12)),
        ),
        kind(
            "/workspaces/{workspace}",
            &[
                "/repositories/{workspace}",
                "/snippets/{workspace}",
                "/user/workspaces/{workspace}/permission",
                "/user/workspaces/{workspace}/permissions/repositories",
            ],
            methods::workspace(&workspace),
        ),
        kind(
            "/workspaces/{workspace}/projects/{project_key}",
            &[],
            methods::project(&workspace.project(value("project_key"))),
        ),
        kind(
            "/snippets/{workspace}/{encoded_id}",
            &[],
            methods::snippet(&workspace.snippet(value("encoded_id"))),
        ),
        kind(
            "/users/{selected_user}",
            &[],
            methods::user(&client.user(value("selected_user"))),
        ),
    ]
}

impl Kind {
    fn covers(&self, operation: &Described) -> bool {
        let below = operation.path.strip_prefix(self.prefix);
        self.also.contains(&operation.path.as_str())
            || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn carries(&self, parameter: &str) -> bool {
        self.prefix.contains(&format!("{{{parameter}}}"))
    }
}

#[tokio::test]
async fn every_operation_below_a_handle_is_its_method() {
    let server = Server::start(|_| Answer::text(404, "not here")).await;
    let client = client(&server.base_url());
    let operations = Document::read().operations();
    let mut failures = Vec::new();
    let mut sent = 0;
    for mut kind in kinds(&client) {
        let covered = operations.iter().filter(|it| kind.covers(it));
        let mut expected: Vec<_> = covered.map(|it| it.id.as_str()).collect();
        expected.sort_unstable();
        let listed: Vec<_> = kind.methods.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, expected, "the methods below {}", kind.prefix);
        for (name, call) in std::mem::take(&mut kind.methods) {
            let error = call.await.expect_err("nothing is answered with success");
            let requests = server.take_requests();
            sent += requests.len();
            let operation = operations.iter().find(|it| it.id == name);
            let operation = operation.expect("its name is expected");
            if let Err(failure) = check(&kind, operation, &error, &requests) {
                failures.push(format!("{name} below {}: {failure}", kind.prefix));
            }
        }
    }
    assert_none(&failures);
    assert!(
        sent > 100,
        "only {sent} methods need no more than the handle"
    );
}

/// Either the handle carries everything, and the request went to the right
/// place, or only what the handle does not carry was missing.
fn check(
    kind: &Kind,
    operation: &Described,
    error: &bitbucket::Error,
    requests: &[Recorded],
) -> Result<(), String> {
    if error.operation().map(Operation::id) != Some(operation.id.as_str()) {
        return Err(format!("it calls {:?}", error.operation()));
    }
    let mut path = format!("/2.0{}", operation.path);
    let mut missing = operation.parameters(Location::Query).any(|it| it.required)
        || operation.body.as_ref().is_some_and(|it| it.required);
    for parameter in operation.parameters(Location::Path) {
        let name = &parameter.name;
        if kind.carries(name) {
            path = path.replace(&format!("{{{name}}}"), &encoding::segment(value(name)));
        } else {
            missing = true;
        }
    }
    match (error.kind(), requests) {
        (ErrorKind::Status, [request]) if request.path() == path => Ok(()),
        (ErrorKind::Status, [request]) => Err(format!("sent to {}, not {path}", request.target)),
        (ErrorKind::InvalidRequest, []) if missing => {
            let text = error.to_string();
            let mut carried = VALUES.iter().filter(|(name, _)| kind.carries(name));
            match carried.find(|(name, _)| text.contains(&format!("`{name}`"))) {
                None => Ok(()),
                Some((name, _)) => Err(format!("the handle does not carry {name}: {text}")),
            }
        }
        (other, requests) => Err(format!("{other:?} after {} requests", requests.len())),
    }
}

#[tokio::test]
async fn handles_leave_the_rest_to_the_caller() {
    let server = Server::start(|_| Answer::json(200, &json!({}))).await;
    let client = client(&server.base_url());
    let repository = client.repository("w", "r");
    let pull_request = repository.pull_request(7);
    let target = |path: &str| {
        let mut requests = server.take_requests();
        assert_eq!(requests.len(), 1);
        assert_eq!(requests.remove(0).target, format!("/2.0{path}"));
    };

    let list = repository.list_pull_requests();
    list.q("state = \"OPEN\"").pagelen(50).send().await.unwrap();
    target("/repositories/w/r/pullrequests?pagelen=50&q=state+%3D+%22OPEN%22");
    repository
        .get_pull_request()
        .pull_request_id(8)
        .send()
        .await
        .unwrap();
    target("/repositories/w/r/pullrequests/8");
    let comment = pull_request.get_pull_request_comment().comment_id(3);
    comment.send().await.unwrap();
    target("/repositories/w/r/pullrequests/7/comments/3");
    pull_request.get_pull_request_diff().send().await.unwrap();
    target("/repositories/w/r/pullrequests/7/diff");
    let branch = repository.get_branch().name("feature/é");
    branch.send().await.unwrap();
    target("/repositories/w/r/refs/branches/feature/%C3%A9");
    let file = repository.get_source().commit("c0ffee").path("src/lib.rs");
    file.send().await.unwrap();
    target("/repositories/w/r/src/c0ffee/src/lib.rs");
    let status = repository.commit("c0ffee").get_commit_build_status();
    status.key("CI").send().await.unwrap();
    target("/repositories/w/r/commit/c0ffee/statuses/build/CI");
    let step = repository.pipeline("{p}").get_pipeline_step();
    step.step_uuid("{s}").send().await.unwrap();
    target("/repositories/w/r/pipelines/%7Bp%7D/steps/%7Bs%7D");
    let workspace = client.workspace("w");
    workspace.list_repositories().send().await.unwrap();
    target("/repositories/w");
    workspace.project("KEY").get_project().send().await.unwrap();
    target("/workspaces/w/projects/KEY");
    let file = workspace.snippet("kypj").get_snippet_file();
    file.path("a/b.txt").send().await.unwrap();
    target("/snippets/w/kypj/files/a/b.txt");
    client.user("{u}").get_user().send().await.unwrap();
    target("/users/%7Bu%7D");
}

/// A handle outlives what it was made from, and can be used any number of times.
#[tokio::test]
async fn handles_are_values() {
    let server = Server::start(|_| Answer::json(200, &json!({}))).await;
    let pull_request = {
        let client = bearer_client(&server.base_url());
        client.repository("w", String::from("r")).pull_request(7)
    };
    let copy = pull_request.clone();
    for handle in [&pull_request, &copy, &pull_request] {
        handle.get_pull_request().send().await.unwrap();
    }
    let targets: Vec<_> = server
        .take_requests()
        .into_iter()
        .map(|request| request.target)
        .collect();
    assert_eq!(targets, vec!["/2.0/repositories/w/r/pullrequests/7"; 3]);
    assert!(!format!("{pull_request:?}").contains("s3cret"));
}
