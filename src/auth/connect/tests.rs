use std::{collections::HashSet, time::Duration};

use http::Method;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::Value;
use url::Url;

use super::{Connect, query_hash};

fn claims(app: &Connect, url: &Url) -> Value {
    let header = app.header(&Method::GET, url).unwrap();
    assert!(header.is_sensitive());
    let token = header.to_str().unwrap().strip_prefix("JWT ").unwrap();
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_aud = false;
    validation.required_spec_claims = HashSet::from(["exp".to_owned()]);
    let key = DecodingKey::from_secret(b"s3cret");
    decode::<Value>(token, &key, &validation).unwrap().claims
}

#[test]
fn a_token_is_signed_for_its_request_and_expires_shortly() {
    let url = Url::parse("https://api.bitbucket.org/2.0/user?fields=uuid").unwrap();
    let app = Connect::new("example-app", "s3cret");
    let bare = claims(&app, &url);
    assert_eq!(bare["iss"], "example-app");
    assert_eq!(bare["qsh"], query_hash(&Method::GET, &url, ""));
    let lifetime = bare["exp"].as_u64().unwrap() - bare["iat"].as_u64().unwrap();
    assert_eq!(lifetime, 180);
    assert_eq!(bare.as_object().unwrap().len(), 4, "{bare}");

    let app = app
        .subject("connection:1")
        .audience("bitbucket")
        .lifetime(Duration::from_secs(60))
        .context_path("/2.0");
    let full = claims(&app, &url);
    assert_eq!(full["sub"], "connection:1");
    assert_eq!(full["aud"], "bitbucket");
    assert_eq!(full["qsh"], query_hash(&Method::GET, &url, "/2.0"));
    assert_ne!(full["qsh"], bare["qsh"]);
    let lifetime = full["exp"].as_u64().unwrap() - full["iat"].as_u64().unwrap();
    assert_eq!(lifetime, 60);
}

#[test]
fn the_signature_is_that_of_the_library() {
    let url = Url::parse("https://api.bitbucket.org/2.0/user").unwrap();
    let app = Connect::new("example-app", "s3cret");
    let header = app.header(&Method::GET, &url).unwrap();
    let token = header.to_str().unwrap().strip_prefix("JWT ").unwrap();
    let key = DecodingKey::from_secret(b"another");
    let validation = Validation::new(Algorithm::HS256);
    assert!(decode::<Value>(token, &key, &validation).is_err());
}
