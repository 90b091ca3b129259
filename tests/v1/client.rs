//! What the 1.0 operations have from the client, and what is their own.

use std::time::Duration;

use bitbucket::{
    Auth, Client, ErrorKind, RetryPolicy,
    catalog::Arguments,
    v1::{self, types::Privilege},
};
use serde_json::json;

use crate::support::{
    AUTHORIZATION, client,
    server::{Answer, Answers, Recorded, Server},
};

async fn bench() -> (Server, Answers, Client) {
    let (server, answers) = Server::with_queue().await;
    let client = client(&server.base_url());
    (server, answers, client)
}

fn only(server: &Server) -> Recorded {
    let mut requests = server.take_requests();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

#[tokio::test]
async fn a_privilege_is_set_by_its_bare_name() {
    let (server, answers, client) = bench().await;
    for (privilege, name) in [
        (Privilege::Read, "read"),
        (Privilege::Admin, "admin"),
        (Privilege::from("own"), "own"),
    ] {
        answers.push(Answer::json(200, &json!([{"privilege": name}])));
        let answer = client
            .v1()
            .set_repository_group_privilege()
            .workspace("teamsinspace")
            .repo_slug("docs")
            .group_owner("teamsinspace")
            .group_slug("writers")
            .body(privilege.clone())
            .send()
            .await
            .unwrap();
        assert_eq!(answer[0].privilege, Some(privilege));
        let request = only(&server);
        assert_eq!(request.method, "PUT");
        assert_eq!(
            request.target,
            "/1.0/group-privileges/teamsinspace/docs/teamsinspace/writers"
        );
        assert_eq!(request.body, name.as_bytes());
        assert_eq!(
            request.header("content-type"),
            Some("application/x-www-form-urlencoded")
        );
        assert_eq!(request.header("authorization"), Some(AUTHORIZATION));
    }
}

#[tokio::test]
async fn a_privilege_cannot_be_left_out() {
    let (server, _answers, client) = bench().await;
    let error = client
        .v1()
        .set_repository_group_privilege()
        .workspace("teamsinspace")
        .repo_slug("docs")
        .group_owner("teamsinspace")
        .group_slug("writers")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("`body` is required"), "{error}");
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn several_groups_are_several_parameters() {
    let (server, answers, client) = bench().await;
    answers.push(Answer::json(200, &json!([{"slug": "a"}, {"slug": "b"}])));
    let groups = client
        .v1()
        .list_matching_groups()
        .group(vec!["one/a".to_owned(), "two/b".to_owned()])
        .send()
        .await
        .unwrap();
    assert_eq!(groups.len(), 2);
    let request = only(&server);
    assert_eq!(request.path(), "/1.0/groups");
    let parameter = |value: &str| ("group".to_owned(), value.to_owned());
    assert_eq!(request.query(), [parameter("one/a"), parameter("two/b")]);
}

#[tokio::test]
async fn a_group_is_created_by_a_form() {
    let (server, answers, client) = bench().await;
    answers.push(Answer::json(200, &json!({"slug": "new-&-old"})));
    let name = v1::types::NewGroup::builder().name("New & old");
    let call = client.v1().create_group().workspace("teamsinspace");
    let group = call.body(name).send().await.unwrap();
    assert_eq!(group.slug.as_deref(), Some("new-&-old"));
    let request = only(&server);
    assert_eq!(request.target, "/1.0/groups/teamsinspace/");
    assert_eq!(request.body, "name=New+%26+old");
}

#[tokio::test]
async fn an_answer_may_be_empty_or_text_where_none_is_needed() {
    let (server, answers, client) = bench().await;
    for answer in [
        Answer::new(204),
        Answer::new(200),
        Answer::text(200, "OK"),
        Answer::json(201, &json!({"nickname": "kim"})),
    ] {
        answers.push(answer);
        client
            .v1()
            .add_group_member()
            .workspace("teamsinspace")
            .group_slug("writers")
            .member("{0c8a4d5f-6b1e-4b0a-9d0f-2f0d1f6a7b3c}")
            .send()
            .await
            .unwrap();
        let request = only(&server);
        assert!(
            request
                .target
                .ends_with("/%7B0c8a4d5f-6b1e-4b0a-9d0f-2f0d1f6a7b3c%7D")
        );
        assert_eq!(request.header("content-length"), Some("0"));
        assert_eq!(request.header("content-type"), None);
    }
}

/// The base URL, what 1.0 is said to be at, and the path that is asked.
const ADDRESSES: [(&str, Option<&str>, &str); 4] = [
    ("/2.0", None, "/1.0/groups/a/"),
    ("/api/2.0/", None, "/api/1.0/groups/a/"),
    ("/bitbucket", None, "/bitbucket/1.0/groups/a/"),
    ("/2.0", Some("/old/"), "/old/groups/a/"),
];

#[tokio::test]
async fn the_address_is_beside_2_0_or_as_the_caller_says() {
    let (server, answers) = Server::with_queue().await;
    for (base, v1, path) in ADDRESSES {
        let mut builder = Client::builder()
            .base_url(format!("{}{base}", server.origin()))
            .auth(Auth::bearer("s3cret-token"));
        if let Some(v1) = v1 {
            builder = builder.v1_base_url(format!("{}{v1}", server.origin()));
        }
        let client = builder.build().unwrap();
        answers.push(Answer::json(200, &json!([])));
        let call = client.v1().list_groups().workspace("a");
        assert_eq!(call.send().await.unwrap().len(), 0);
        let request = only(&server);
        assert_eq!(request.target, path);
        assert_eq!(request.header("authorization"), Some("Bearer s3cret-token"));
    }
}

/// A server of the same operator on another port is another origin.
#[tokio::test]
async fn credentials_do_not_follow_a_redirect_to_another_origin() {
    let (other, answers) = Server::with_queue().await;
    answers.push(Answer::json(200, &json!([])));
    let target = format!("{}/1.0/groups/a/", other.origin());
    let server = Server::start(move |_| Answer::new(302).header("Location", &target)).await;
    let client = client(&server.base_url());
    client
        .v1()
        .list_groups()
        .workspace("a")
        .send()
        .await
        .unwrap();
    assert_eq!(only(&server).header("authorization"), Some(AUTHORIZATION));
    assert_eq!(only(&other).header("authorization"), None);
}

#[tokio::test]
async fn retries_are_the_clients() {
    let (server, answers) = Server::with_queue().await;
    let policy = RetryPolicy::new()
        .max_retries(1)
        .first_delay(Duration::ZERO);
    let client = client(&server.base_url()).with_retry(policy);
    answers.push(Answer::text(503, "Not now"));
    answers.push(Answer::json(200, &json!([])));
    client
        .v1()
        .list_groups()
        .workspace("a")
        .send()
        .await
        .unwrap();
    assert_eq!(server.take_requests().len(), 2);

    answers.push(Answer::text(503, "Not now"));
    let call = client.v1().list_groups().workspace("a");
    let error = call.retry(RetryPolicy::none()).send().await.unwrap_err();
    assert_eq!(error.message(), Some("Not now"));
    assert_eq!(server.take_requests().len(), 1);
}

#[tokio::test]
async fn the_catalogue_knows_its_own_operations_only() {
    let (server, _answers, client) = bench().await;
    let client = client.v1();
    let call = v1::catalog::call(&client, "list_workspaces", Arguments::new());
    let error = call.await.unwrap_err();
    assert!(error.to_string().contains("`list_workspaces`"), "{error}");
    assert!(v1::catalog::operation("list_workspaces").is_none());
    assert!(server.take_requests().is_empty());
}
