//! Who a client acts as, seen from the server's end.

mod support;

#[path = "authentication/connect.rs"]
mod connect;
#[path = "authentication/environment.rs"]
mod environment;
#[path = "authentication/login.rs"]
mod login;
#[path = "authentication/renewal.rs"]
mod renewal;
#[path = "authentication/schemes.rs"]
mod schemes;
#[path = "authentication/secrets.rs"]
mod secrets;
#[path = "authentication/store.rs"]
mod store;
#[path = "authentication/token_endpoint.rs"]
mod token_endpoint;

use bitbucket::Auth;
use serde_json::json;

use support::{
    client_as,
    server::{Answer, Server},
};

#[tokio::test]
async fn a_401_says_what_the_credentials_were_mixed_up_with() {
    let server = Server::start(|_| {
        Answer::json(401, &json!({"type": "error", "error": {"message": "No."}}))
    })
    .await;
    for (auth, hint) in [
        (Auth::basic("kim", "ATATTs3cret"), Some("e-mail address")),
        (Auth::bearer("ATATTs3cret"), Some("e-mail address")),
        (Auth::basic("kim", "ATCTTs3cret"), Some("Auth::bearer")),
        (Auth::none(), Some("no credentials")),
        (Auth::api_token("kim@example.com", "ATATTs3cret"), None),
    ] {
        let client = client_as(&server.base_url(), auth);
        let error = client.get_current_user().send().await.unwrap_err();
        assert!(error.is_unauthorized());
        assert_eq!(error.message(), Some("No."));
        let text = error.to_string();
        match hint {
            Some(hint) => {
                assert!(error.hint().unwrap().contains(hint), "{text}");
                assert!(text.contains(hint), "{text}");
            }
            None => assert_eq!(error.hint(), None),
        }
        assert!(!format!("{text} {error:?}").contains("s3cret"), "{text}");
        assert_eq!(server.take_requests().len(), 1, "nothing is tried again");
    }
}

#[tokio::test]
async fn another_status_has_no_hint() {
    let server = Server::start(|_| Answer::new(404)).await;
    let client = client_as(&server.base_url(), Auth::bearer("ATATTs3cret"));
    let error = client.get_current_user().send().await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.hint(), None);
}
