//! Connect apps.

use std::collections::HashSet;

use bitbucket::{
    Auth,
    auth::{Connect, oauth::Session},
};
use futures_util::TryStreamExt as _;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    support::{
        client_as,
        server::{Answer, Recorded, Server},
    },
    token_endpoint::{TOKEN_PATH, asked, pairs, server},
};

fn app() -> Connect {
    Connect::new("example-app", "sh4red").subject("connection:1")
}

/// What the request's token says, if the signature is right.
fn claims(request: &Recorded) -> Value {
    let header = request.header("authorization").unwrap();
    let token = header.strip_prefix("JWT ").unwrap();
    let mut validation = Validation::new(Algorithm::HS256);
    validation.required_spec_claims = HashSet::from(["exp".to_owned()]);
    let key = DecodingKey::from_secret(b"sh4red");
    let claims = decode::<Value>(token, &key, &validation).unwrap().claims;
    assert_eq!(claims["iss"], "example-app");
    assert_eq!(claims["sub"], "connection:1");
    claims
}

fn hash(canonical: &str) -> String {
    format!("{:x}", Sha256::digest(canonical))
}

#[tokio::test]
async fn each_request_is_signed_for_itself() {
    let server = Server::start(|request| {
        let mut page = json!({"values": []});
        if !request.target.contains("page=2") {
            let host = request.header("host").unwrap();
            page["next"] = format!("http://{host}{}?page=2", request.path()).into();
        }
        Answer::json(200, &page)
    })
    .await;
    let client = client_as(&server.base_url(), Auth::connect(app()));
    let list = client
        .repository("atlassian", "aui")
        .list_pull_requests()
        .q(r#"title ~ "a+b" AND id != 3"#);
    let items: Vec<_> = list.stream().try_collect().await.unwrap();
    assert!(items.is_empty());
    let requests = server.take_requests();
    assert_eq!(requests.len(), 2);
    let path = "/2.0/repositories/atlassian/aui/pullrequests";
    assert!(requests[0].query().iter().any(|(name, _)| name == "q"));
    let mut query: Vec<_> = requests[0]
        .query()
        .iter()
        .filter(|(name, _)| name != "q")
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    query.push("q=title%20~%20%22a%2Bb%22%20AND%20id%20%21%3D%203".to_owned());
    query.sort();
    let first = hash(&format!("GET&{path}&{}", query.join("&")));
    assert_eq!(claims(&requests[0])["qsh"], first);
    assert_eq!(
        claims(&requests[1])["qsh"],
        hash(&format!("GET&{path}&page=2"))
    );
}

#[tokio::test]
async fn a_signature_is_exchanged_for_an_access_token() {
    let (server, issued) = server(7200).await;
    let url = format!("{}{TOKEN_PATH}", server.origin());
    let session = Session::app_at(app(), url, ["repository", "account"]);
    let client = client_as(&server.base_url(), Auth::oauth(session));
    client.get_current_user().send().await.unwrap();
    client.get_current_user().send().await.unwrap();
    assert_eq!(issued.count(), 1);
    let requests = server.take_requests();
    let claims = claims(&requests[0]);
    assert!(claims.get("qsh").is_none(), "{claims}");
    let (form, _) = asked(&requests[0]);
    assert_eq!(
        form,
        pairs(&[
            ("grant_type", "urn:bitbucket:oauth2:jwt"),
            ("scope", "repository account"),
        ])
    );
    assert_eq!(requests[1].header("authorization"), Some("Bearer access-1"));
}
