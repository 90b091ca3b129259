//! Where requests go, as whom, and what writes say.

use bitbucket::{
    Auth, ErrorKind, Form, Method,
    auth::oauth::{Consumer, Tokens},
    data_center::{Client, Timestamp, types},
};
use serde_json::{Value, json};

use super::{address, bench, client_as};
use crate::support::server::{Answer, Server};

#[tokio::test]
async fn handles_carry_the_beginning_of_every_api() {
    let (server, answers, client) = bench().await;
    let repository = client.repository("~kim", "notes");
    for _ in 0..4 {
        answers.push(Answer::json(200, &json!({})));
    }
    repository.get_repository().send().await.unwrap();
    repository
        .commit("1a2b")
        .get_report()
        .key("coverage")
        .send()
        .await
        .unwrap();
    repository
        .pull_request(7)
        .can_rebase_pull_request()
        .send()
        .await
        .unwrap();
    client.user("kim").get_user().send().await.unwrap();
    answers.push(Answer::bytes(200, "text/plain", "diff"));
    let diff = repository
        .pull_request(7)
        .get_pull_request_diff()
        .send()
        .await
        .unwrap();
    assert_eq!(diff.into_inner().text().await.unwrap(), "diff");
    let targets: Vec<String> = server
        .take_requests()
        .into_iter()
        .map(|one| one.target)
        .collect();
    assert_eq!(
        targets,
        [
            "/context/rest/api/latest/projects/~kim/repos/notes",
            "/context/rest/insights/latest/projects/~kim/repos/notes/commits/1a2b/reports/coverage",
            "/context/rest/git/latest/projects/~kim/repos/notes/pull-requests/7/rebase",
            "/context/rest/api/latest/users/kim",
            "/context/rest/api/latest/projects/~kim/repos/notes/pull-requests/7.diff",
        ]
    );
}

#[tokio::test]
async fn writes_say_that_they_are_no_forgeries() {
    let (server, answers, client) = bench().await;
    let repository = client.repository("PRJ", "website");
    answers.push(Answer::json(200, &json!({})));
    repository.get_repository().send().await.unwrap();
    answers.push(Answer::new(204));
    repository.watch_repository().send().await.unwrap();
    answers.push(Answer::new(204));
    repository.unwatch_repository().send().await.unwrap();
    answers.push(Answer::new(201));
    let picture = Form::new().bytes("avatar", "avatar.png", "PNG");
    client
        .project("PRJ")
        .upload_project_avatar()
        .body(picture)
        .send()
        .await
        .unwrap();
    answers.push(Answer::json(200, &json!({})));
    client
        .request(Method::PUT, "/plugin/latest/setting")
        .json(&json!(1))
        .send::<Value>()
        .await
        .unwrap();
    let told: Vec<_> = server
        .take_requests()
        .iter()
        .map(|request| request.header("x-atlassian-token").map(str::to_owned))
        .collect();
    let no_check = Some("no-check".to_owned());
    assert_eq!(
        told,
        [
            None,
            no_check.clone(),
            no_check.clone(),
            no_check.clone(),
            no_check
        ]
    );
}

#[tokio::test]
async fn cloud_is_not_told_so() {
    let (server, answers) = Server::with_queue().await;
    answers.push(Answer::json(200, &json!({})));
    let cloud = crate::support::client(&server.base_url());
    cloud
        .request(Method::PUT, "/a")
        .json(&json!(1))
        .send::<Value>()
        .await
        .unwrap();
    let requests = server.take_requests();
    assert!(!requests[0].headers.contains_key("x-atlassian-token"));
}

#[tokio::test]
async fn every_kind_of_credentials_is_sent() {
    let (server, answers) = Server::with_queue().await;
    for (auth, header, value) in [
        (
            Auth::bearer("http-access-token"),
            "authorization",
            "Bearer http-access-token",
        ),
        (
            Auth::basic("kim", "secret"),
            "authorization",
            "Basic a2ltOnNlY3JldA==",
        ),
        (
            Auth::cookies("BITBUCKETSESSIONID=F00; seraph=1"),
            "cookie",
            "BITBUCKETSESSIONID=F00; seraph=1",
        ),
    ] {
        let client = client_as(&server, auth);
        assert!(!format!("{client:?}").contains("F00"));
        answers.push(Answer::json(200, &json!({})));
        client.get_application_properties().send().await.unwrap();
        assert_eq!(server.take_requests()[0].header(header), Some(value));
    }
    for wrong in ["", "F00", "a=b\r\nX: y", "a=b;c=d; ", "=b"] {
        let refused = Client::builder(address(&server))
            .plain_http(true)
            .auth(Auth::cookies(wrong))
            .build();
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{wrong:?}");
        assert!(!error.to_string().contains("F00"), "{error}");
    }
}

#[tokio::test]
async fn cookies_do_not_follow_a_redirect_to_another_host() {
    let (server, answers) = Server::with_queue().await;
    let (other, other_answers) = Server::with_queue().await;
    answers.push(Answer::new(302).header("Location", format!("{}/file", other.base_url())));
    other_answers.push(Answer::bytes(200, "text/plain", "x"));
    let client = client_as(&server, Auth::cookies("BITBUCKETSESSIONID=F00"));
    let repository = client.repository("PRJ", "website");
    let file = repository
        .get_raw_file()
        .path("a.txt")
        .send()
        .await
        .unwrap();
    assert_eq!(file.into_inner().text().await.unwrap(), "x");
    assert_eq!(
        server.take_requests()[0].header("cookie"),
        Some("BITBUCKETSESSIONID=F00")
    );
    assert!(!other.take_requests()[0].headers.contains_key("cookie"));
}

#[tokio::test]
async fn a_login_in_the_browser_ends_with_tokens_that_are_renewed() {
    let (server, answers) = Server::with_queue().await;
    let consumer = Consumer::data_center(&address(&server), "id", "secret")
        .redirect_url("https://ci.example.com/done")
        .scopes(["REPO_WRITE"]);
    let authorization = consumer.authorize().unwrap();
    let asked: Vec<(String, String)> = authorization.url().query_pairs().into_owned().collect();
    let asked = |name: &str| {
        asked
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(
        authorization.url().path(),
        "/context/rest/oauth2/latest/authorize"
    );
    assert_eq!(
        (asked("scope"), asked("code_challenge_method")),
        (Some("REPO_WRITE"), Some("S256"))
    );
    let callback = format!("/done?code=c0de&state={}", asked("state").unwrap());

    let token = |token: &str| json!({ "access_token": token, "refresh_token": "r2", "token_type": "bearer", "expires_in": 7200 });
    answers.push(Answer::json(200, &token("a1")));
    let anybody = crate::support::client_as(&server.base_url(), Auth::none());
    let tokens = consumer
        .exchange(&anybody, authorization, &callback)
        .await
        .unwrap();
    let request = server.take_requests().remove(0);
    assert_eq!(request.target, "/context/rest/oauth2/latest/token");
    assert!(!request.headers.contains_key("authorization"));
    let form = String::from_utf8(request.body.to_vec()).unwrap();
    for part in [
        "grant_type=authorization_code",
        "code=c0de",
        "client_id=id",
        "client_secret=secret",
        "code_verifier=",
    ] {
        assert!(form.contains(part), "{part}: {form}");
    }

    let client = client_as(&server, Auth::oauth(consumer.clone().with_tokens(tokens)));
    answers.push(Answer::json(200, &json!({})));
    client.get_application_properties().send().await.unwrap();
    assert_eq!(
        server.take_requests()[0].header("authorization"),
        Some("Bearer a1")
    );

    let client = client_as(
        &server,
        Auth::oauth(consumer.with_tokens(Tokens::refreshing("r1"))),
    );
    answers.push(Answer::json(200, &token("a2")));
    answers.push(Answer::json(200, &json!({})));
    client.get_application_properties().send().await.unwrap();
    let requests = server.take_requests();
    let form = String::from_utf8(requests[0].body.to_vec()).unwrap();
    assert!(
        form.contains("grant_type=refresh_token") && form.contains("refresh_token=r1"),
        "{form}"
    );
    assert_eq!(requests[1].header("authorization"), Some("Bearer a2"));
}

#[tokio::test]
async fn dates_are_read_in_both_spellings() {
    let (_server, answers, client) = bench().await;
    answers.push(Answer::json(200, &json!({
        "id": 7, "createdDate": 1_769_851_800_000_i64, "updatedDate": "2026-01-31T09:30:00.000+0000",
        "closedDate": null,
    })));
    let pull_request = client.repository("PRJ", "website").pull_request(7);
    let pull_request = pull_request.get_pull_request().send().await.unwrap();
    let millis = |date: &Option<Timestamp>| date.as_ref().and_then(Timestamp::as_millis);
    assert_eq!(millis(&pull_request.created_date), Some(1_769_851_800_000));
    assert_eq!(
        millis(&pull_request.created_date),
        millis(&pull_request.updated_date)
    );
    assert_eq!(pull_request.closed_date, None);
}

#[tokio::test]
async fn a_file_is_edited_by_a_form() {
    let (server, answers, client) = bench().await;
    answers.push(Answer::json(200, &json!({ "id": "1a2b" })));
    let edit = Form::new()
        .text("message", "Say what is new")
        .text("branch", "main")
        .bytes("content", "NEWS.md", "# New\n");
    let repository = client.repository("PRJ", "website");
    let commit = repository
        .edit_file()
        .path("docs/a b.md")
        .body(edit)
        .send()
        .await
        .unwrap();
    assert_eq!(commit.id.as_deref(), Some("1a2b"));
    let request = server.take_requests().remove(0);
    assert_eq!(request.method, "PUT");
    assert_eq!(
        request.path(),
        "/context/rest/api/latest/projects/PRJ/repos/website/browse/docs/a%20b.md"
    );
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    assert!(
        body.contains("name=\"content\"; filename=\"NEWS.md\"") && body.contains("# New\n"),
        "{body}"
    );
}

#[tokio::test]
async fn text_is_sent_as_text() {
    let (server, answers, client) = bench().await;
    answers.push(Answer::json(200, &json!({ "html": "<p>Hello</p>" })));
    let text = types::MarkdownText::from("Hello".to_owned());
    let markup = client.preview_markup().body(text).send().await.unwrap();
    assert_eq!(markup.html.as_deref(), Some("<p>Hello</p>"));
    let request = server.take_requests().remove(0);
    assert_eq!(
        (request.header("content-type"), &request.body[..]),
        (Some("text/plain"), &b"Hello"[..])
    );
}
