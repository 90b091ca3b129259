//! When tokens are fetched, and that one call does it for all.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bitbucket::{Auth, ErrorKind, auth::oauth::Tokens};
use futures_util::{TryStreamExt as _, future::join_all};
use serde_json::json;

use crate::{
    support::{
        client_as,
        server::{Answer, Server},
    },
    token_endpoint::{CONSUMER, Issued, TOKEN_PATH, asked, consumer, pairs, server, tokens},
};

const CALLS: usize = 100;

#[tokio::test]
async fn a_hundred_calls_at_once_make_one_token_request() {
    let (server, _) = server(7200).await;
    let auth = Auth::oauth(consumer(&server).scopes(["account"]).client_credentials());
    let client = client_as(&server.base_url(), auth);
    let calls = (0..CALLS).map(|_| client.get_current_user().send());
    for answer in join_all(calls).await {
        answer.unwrap();
    }
    let requests = server.take_requests();
    let (token_requests, calls): (Vec<_>, Vec<_>) =
        requests.iter().partition(|sent| sent.path() == TOKEN_PATH);
    assert_eq!((token_requests.len(), calls.len()), (1, CALLS));
    let (form, by) = asked(token_requests[0]);
    assert_eq!(
        form,
        pairs(&[("grant_type", "client_credentials"), ("scope", "account")])
    );
    assert_eq!(by, Some(CONSUMER));
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_all_calls() {
    let (server, issued) = server(7200).await;
    let auth = Auth::oauth(consumer(&server).client_credentials());
    let client = client_as(&server.base_url(), auth);
    client.get_current_user().send().await.unwrap();
    // From here on another token is the good one.
    issued.issue();
    server.take_requests();
    let calls = (0..CALLS).map(|_| client.get_current_user().send());
    for answer in join_all(calls).await {
        answer.unwrap();
    }
    let requests = server.take_requests();
    let token_requests = requests.iter().filter(|sent| sent.path() == TOKEN_PATH);
    assert_eq!(token_requests.count(), 1);
    assert_eq!(requests.len(), 2 * CALLS + 1);
}

#[tokio::test]
async fn the_failure_of_a_renewal_is_that_of_every_call() {
    let server = Server::start(|_| {
        let said = json!({
            "error": "invalid_grant",
            "error_description": "no such token: r3fresh, of s3cret",
        });
        Answer::bytes(400, "application/json", "")
            .pause(Duration::from_millis(50))
            .part(said.to_string())
    })
    .await;
    let session = consumer(&server).with_tokens(Tokens::refreshing("r3fresh"));
    let client = client_as(&server.base_url(), Auth::oauth(session));
    let calls = (0..CALLS).map(|_| client.get_current_user().send());
    for answer in join_all(calls).await {
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
        let text = error.to_string();
        assert!(text.starts_with("get_current_user: "), "{text}");
        assert!(text.contains("token endpoint answered 400"), "{text}");
        assert!(text.contains("invalid_grant"), "{text}");
        let debug = format!("{error:?}");
        for secret in ["r3fresh", "s3cret"] {
            assert!(!text.contains(secret) && !debug.contains(secret), "{debug}");
        }
    }
    let requests = server.take_requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path(), TOKEN_PATH);
    // It is not the end: the next call tries again.
    client.get_current_user().send().await.unwrap_err();
    assert_eq!(server.take_requests().len(), 1);
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_a_failure_to_connect() {
    let (server, _) = server(7200).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/token", closed.local_addr().unwrap());
    drop(closed);
    let auth = Auth::oauth(consumer(&server).token_url(url).client_credentials());
    let client = client_as(&server.base_url(), auth);
    let error = client.get_current_user().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains("token endpoint"), "{error}");
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn a_call_that_is_dropped_takes_nothing_from_the_others() {
    let (server, _) = server(7200).await;
    let auth = Auth::oauth(consumer(&server).client_credentials());
    let client = client_as(&server.base_url(), auth);
    // The first of them, which began the renewal, goes in the middle of it.
    let first = tokio::time::timeout(Duration::from_millis(20), client.get_current_user().send());
    let (first, second) = tokio::join!(first, async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        client.get_current_user().send().await
    });
    assert!(first.is_err(), "it was to be dropped");
    second.unwrap();
    let paths = |server: &Server| {
        let requests = server.take_requests();
        let paths = requests.iter().map(|sent| sent.path() == TOKEN_PATH);
        paths.collect::<Vec<_>>()
    };
    assert_eq!(paths(&server), [true, false]);
}

#[tokio::test]
async fn a_renewal_that_nobody_waits_for_is_there_for_the_next() {
    let (server, _) = server(7200).await;
    let auth = Auth::oauth(consumer(&server).client_credentials());
    let client = client_as(&server.base_url(), auth);
    let call = client.get_current_user().send();
    let dropped = tokio::time::timeout(Duration::from_millis(20), call).await;
    assert!(dropped.is_err(), "it was to be dropped");
    tokio::time::sleep(Duration::from_millis(60)).await;
    client.get_current_user().send().await.unwrap();
    let requests = server.take_requests();
    let token_requests = requests.iter().filter(|sent| sent.path() == TOKEN_PATH);
    assert_eq!(token_requests.count(), 1);
}

#[tokio::test]
async fn a_token_is_renewed_half_a_minute_before_it_expires() {
    for (expires_in, token_requests) in [(29, 3), (60, 1)] {
        let (server, issued) = server(expires_in).await;
        let auth = Auth::oauth(consumer(&server).client_credentials());
        let client = client_as(&server.base_url(), auth);
        for _ in 0..3 {
            client.get_current_user().send().await.unwrap();
        }
        assert_eq!(issued.count(), token_requests);
    }
}

#[tokio::test]
async fn a_second_401_is_the_answer() {
    let issued = Issued::default();
    let of_server = issued.clone();
    let server = Server::start(move |request| {
        if request.path() == TOKEN_PATH {
            tokens(of_server.issue(), 7200)
        } else {
            Answer::new(401)
        }
    })
    .await;
    let auth = Auth::oauth(consumer(&server).client_credentials());
    let client = client_as(&server.base_url(), auth);
    let error = client.get_current_user().send().await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(issued.count(), 2);
    assert_eq!(server.take_requests().len(), 4);
}

#[tokio::test]
async fn a_token_that_expires_within_a_list_loses_and_repeats_nothing() {
    const PAGES: usize = 50;
    const PER_PAGE: usize = 7;
    let issued = Issued::default();
    let of_server = issued.clone();
    let pages = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |request| {
        if request.path() == TOKEN_PATH {
            return tokens(of_server.issue(), 7200);
        }
        if !of_server.is_good(request) {
            return Answer::new(401);
        }
        let page = request
            .query()
            .iter()
            .find(|(name, _)| name == "page")
            .map_or(1, |(_, page)| page.parse().unwrap());
        let first = (page - 1) * PER_PAGE;
        let values: Vec<_> = (first..first + PER_PAGE)
            .map(|number| json!({"type": "pullrequest", "id": number}))
            .collect();
        let mut body = json!({"pagelen": PER_PAGE, "page": page, "values": values});
        if page < PAGES {
            let host = request.header("host").unwrap();
            let next = format!("http://{host}{}?page={}", request.path(), page + 1);
            body["next"] = next.into();
        }
        // Every seventh page is the last that a token is good for.
        if pages.fetch_add(1, Ordering::SeqCst) % 7 == 6 {
            of_server.issue();
        }
        Answer::json(200, &body)
    })
    .await;
    let session = consumer(&server).with_tokens(Tokens::refreshing("refresh-0"));
    let client = client_as(&server.base_url(), Auth::oauth(session));
    let list = client.repository("atlassian", "aui").list_pull_requests();
    let items: Vec<_> = list.stream().try_collect().await.unwrap();
    let ids: Vec<_> = items.iter().map(|item| item.id.unwrap()).collect();
    let expected: Vec<_> = (0..i64::try_from(PAGES * PER_PAGE).unwrap()).collect();
    assert_eq!(ids, expected);
    let requests = server.take_requests();
    let token_requests: Vec<_> = requests
        .iter()
        .filter(|sent| sent.path() == TOKEN_PATH)
        .map(|sent| asked(sent).0)
        .collect();
    // The first token, and one more after each seventh page.
    assert_eq!(token_requests.len(), 1 + PAGES / 7);
    assert_eq!(requests.len(), PAGES + PAGES / 7 + token_requests.len());
    for (index, form) in token_requests.iter().enumerate() {
        // The refresh token of the answer before, not the first one for ever.
        let refresh_token = format!("refresh-{}", if index == 0 { 0 } else { 2 * index - 1 });
        assert_eq!(
            *form,
            pairs(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", &refresh_token)
            ])
        );
    }
}

#[tokio::test]
async fn a_redirect_of_the_token_endpoint_is_not_followed() {
    let other = Server::start(|_| tokens(1, 7200)).await;
    let target = format!("{}{TOKEN_PATH}", other.origin());
    let server = Server::start(move |_| Answer::new(307).header("Location", target.clone())).await;
    let auth = Auth::oauth(consumer(&server).client_credentials());
    let client = client_as(&server.base_url(), auth);
    let error = client.get_current_user().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.to_string().contains("307"), "{error}");
    assert!(other.take_requests().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_no_token_is_not_quoted() {
    for body in [
        r#"{"access_token": 31337, "token_type": "bearer"}"#,
        "<html>31337</html>",
        r#"{"access_token": "31337"#,
    ] {
        let server = Server::start(move |_| Answer::bytes(200, "application/json", body)).await;
        let auth = Auth::oauth(consumer(&server).client_credentials());
        let client = client_as(&server.base_url(), auth);
        let error = client.get_current_user().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        let text = format!("{error} {error:?}");
        assert!(text.contains("no access token"), "{text}");
        assert!(!text.contains("31337"), "{text}");
    }
}
