//! Tokens that outlive the program.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use bitbucket::{
    Auth, ErrorKind,
    auth::{
        BoxError, BoxFuture,
        oauth::{TokenStore, Tokens},
    },
};
use serde_json::json;

use crate::{
    support::{
        client_as,
        server::{Answer, Server},
    },
    token_endpoint::{TOKEN_PATH, asked, consumer, server, tokens},
};

/// What is on the disk, as it is there.
#[derive(Clone, Default)]
struct Memory {
    json: Arc<Mutex<Option<String>>>,
    saved: Arc<AtomicUsize>,
    is_full: Arc<AtomicBool>,
}

impl Memory {
    fn put(&self, tokens: &serde_json::Value) {
        *self.json.lock().unwrap() = Some(tokens.to_string());
    }

    fn refresh_token(&self) -> String {
        let json = self.json.lock().unwrap().clone().unwrap();
        let tokens: serde_json::Value = serde_json::from_str(&json).unwrap();
        tokens["refresh_token"].as_str().unwrap().to_owned()
    }
}

impl TokenStore for Memory {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, BoxError>> {
        Box::pin(async {
            let json = self.json.lock().map_err(|_| "poisoned")?.clone();
            Ok(json.map(|json| serde_json::from_str(&json)).transpose()?)
        })
    }

    fn save(&self, tokens: Tokens) -> BoxFuture<'_, Result<(), BoxError>> {
        Box::pin(async move {
            if self.is_full.load(Ordering::SeqCst) {
                return Err("the disk is full".into());
            }
            self.saved.fetch_add(1, Ordering::SeqCst);
            let json = serde_json::to_string(&tokens)?;
            *self.json.lock().map_err(|_| "poisoned")? = Some(json);
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_replaced_refresh_token_survives_a_restart() {
    let (server, _) = server(29).await;
    let store = Memory::default();
    for run in 1..=3 {
        // Each run begins with what the first was given.
        let session = consumer(&server)
            .with_tokens(Tokens::refreshing("refresh-0"))
            .store(store.clone());
        let client = client_as(&server.base_url(), Auth::oauth(session));
        client.get_current_user().send().await.unwrap();
        let requests = server.take_requests();
        let (form, _) = asked(&requests[0]);
        let expected = ("refresh_token".to_owned(), format!("refresh-{}", run - 1));
        assert!(form.contains(&expected), "{form:?}");
        assert_eq!(store.refresh_token(), format!("refresh-{run}"));
    }
    let session = consumer(&server).stored_in(store.clone());
    let client = client_as(&server.base_url(), Auth::oauth(session));
    client.get_current_user().send().await.unwrap();
    assert_eq!(store.refresh_token(), "refresh-4");
}

#[tokio::test]
async fn a_stored_token_that_is_good_is_sent_without_asking_for_another() {
    let (server, issued) = server(7200).await;
    let store = Memory::default();
    issued.issue();
    store.put(&json!({"access_token": "access-1", "expires_at": "2999-01-01T00:00:00Z"}));
    let session = consumer(&server).stored_in(store.clone());
    let client = client_as(&server.base_url(), Auth::oauth(session));
    client.get_current_user().send().await.unwrap();
    assert_eq!(issued.count(), 1);
    assert_eq!(store.saved.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn nothing_in_the_store_is_said_plainly() {
    let (server, _) = server(7200).await;
    let session = consumer(&server).stored_in(Memory::default());
    let client = client_as(&server.base_url(), Auth::oauth(session));
    let error = client.get_current_user().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(
        error.to_string().contains("nobody has logged in"),
        "{error}"
    );
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn tokens_that_could_not_be_saved_are_saved_by_the_next_call() {
    let (server, issued) = server(7200).await;
    let store = Memory::default();
    store.is_full.store(true, Ordering::SeqCst);
    let session = consumer(&server).client_credentials().store(store.clone());
    let client = client_as(&server.base_url(), Auth::oauth(session));
    for _ in 0..2 {
        let error = client.get_current_user().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        let text = error.to_string();
        assert!(
            text.contains("could not be stored: the disk is full"),
            "{text}"
        );
    }
    store.is_full.store(false, Ordering::SeqCst);
    client.get_current_user().send().await.unwrap();
    client.get_current_user().send().await.unwrap();
    // The token itself was fetched once.
    assert_eq!(issued.count(), 1);
    assert_eq!(store.saved.load(Ordering::SeqCst), 1);
    assert_eq!(store.refresh_token(), "refresh-1");
}

#[tokio::test]
async fn the_successor_that_another_process_stored_is_used() {
    let server = Server::start(|request| {
        if request.path() != TOKEN_PATH {
            return Answer::json(200, &json!({"type": "user"}));
        }
        let (form, _) = asked(request);
        if form.iter().any(|(_, value)| value == "refresh-7") {
            tokens(8, 7200)
        } else {
            Answer::json(400, &json!({"error": "invalid_grant"}))
        }
    })
    .await;
    let store = Memory::default();
    store.put(&json!({"refresh_token": "refresh-6"}));
    let session = consumer(&server).stored_in(store.clone());
    let client = client_as(&server.base_url(), Auth::oauth(session));
    client.get_current_user().send().await.unwrap_err();
    assert_eq!(server.take_requests().len(), 1);
    // This session knows the sixth token only.
    let session = consumer(&server).stored_in(Replaced(store.clone(), AtomicUsize::new(0)));
    let client = client_as(&server.base_url(), Auth::oauth(session));
    client.get_current_user().send().await.unwrap();
    assert_eq!(server.take_requests().len(), 3);
    assert_eq!(store.refresh_token(), "refresh-8");
}

/// A store that another process writes to after it was read.
struct Replaced(Memory, AtomicUsize);

impl TokenStore for Replaced {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, BoxError>> {
        if self.1.fetch_add(1, Ordering::SeqCst) == 1 {
            self.0.put(&json!({"refresh_token": "refresh-7"}));
        }
        self.0.load()
    }

    fn save(&self, tokens: Tokens) -> BoxFuture<'_, Result<(), BoxError>> {
        self.0.save(tokens)
    }
}
