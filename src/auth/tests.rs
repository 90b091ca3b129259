use super::{Auth, Authorizer, Connect, oauth::Consumer};
use std::sync::Arc;

use url::Url;

use crate::{Error, ErrorKind, retry::Budget, wire::Wire};

fn header(auth: &Auth) -> String {
    let header = auth.fixed_header().unwrap().unwrap();
    assert!(header.is_sensitive());
    header.to_str().unwrap().to_owned()
}

fn authorizer(auth: &Auth) -> Result<Authorizer, Error> {
    let origin = Url::parse("https://example.org").unwrap().origin();
    let wire = Wire {
        http: reqwest::Client::new(),
        read_timeout: None,
        timeout: None,
    };
    Authorizer::new(auth, wire, Arc::new(Budget::new(None)), origin)
}

#[test]
fn headers_are_those_of_the_standards() {
    // The pair of RFC 7617, section 2.
    let auth = Auth::basic("Aladdin", "open sesame");
    assert_eq!(header(&auth), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    let auth = Auth::api_token("a@b.c", "t:ü");
    assert_eq!(header(&auth), "Basic YUBiLmM6dDrDvA==");
    assert_eq!(header(&Auth::bearer("abc")), "Bearer abc");
    assert!(Auth::none().fixed_header().unwrap().is_none());
    assert!(Auth::default().fixed_header().unwrap().is_none());
}

#[test]
fn what_cannot_be_right_is_refused_without_quoting_it() {
    let consumer = || Consumer::new("key", "s3cret");
    for (auth, reason) in [
        (Auth::bearer(""), "access token is empty"),
        (Auth::bearer("s3cret\n"), "line break"),
        (Auth::bearer("s3 cret"), "a space"),
        (Auth::api_token("", "s3cret"), "e-mail address is empty"),
        (Auth::api_token("a@b.c", ""), "token or password is empty"),
        (Auth::api_token("a@b.c", "s3cret\n"), "line break"),
        (Auth::basic("s3c:ret", "x"), "user name has a colon"),
        (Auth::basic("s3cret\r", "x"), "user name has a line break"),
        (Auth::connect(Connect::new("", "s3cret")), "key is empty"),
        (Auth::connect(Connect::new("app", "")), "secret is empty"),
        (
            Auth::oauth(Consumer::new("", "s3cret").client_credentials()),
            "consumer's key is empty",
        ),
        (
            Auth::oauth(Consumer::new("key", "").client_credentials()),
            "consumer's secret is empty",
        ),
        (
            Auth::oauth(consumer().token_url("s3cret").client_credentials()),
            "token URL is not an absolute URL",
        ),
        (
            Auth::oauth(
                consumer()
                    .authorize_url("ftp://s3cret")
                    .client_credentials(),
            ),
            "authorize URL is neither https nor http",
        ),
        (
            Auth::oauth(
                consumer()
                    .token_url("https://s3cret@x.org")
                    .client_credentials(),
            ),
            "token URL has credentials",
        ),
    ] {
        let error = authorizer(&auth).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let text = format!("{error} {error:?}");
        assert!(text.contains(reason), "{text}");
        assert!(!text.contains("s3c"), "{text}");
    }
}

#[test]
fn a_hint_is_given_for_what_is_commonly_mixed_up_and_for_nothing_else() {
    for (auth, hint) in [
        (Auth::basic("kim", "ATATT3x"), Some("e-mail address")),
        (Auth::api_token("kim", "ATATT3x"), Some("e-mail address")),
        (Auth::api_token("kim@example.com", "ATATT3x"), None),
        (Auth::bearer("ATATT3x"), Some("API token")),
        (Auth::bearer("ATCTT3x"), None),
        (Auth::bearer("ATBB3x"), Some("app password")),
        (Auth::basic("kim", "ATCTT3x"), Some("Auth::bearer")),
        (Auth::basic("kim", "ATBB3x"), Some("app password")),
        (Auth::basic("kim", "hunter2"), None),
        (Auth::none(), Some("no credentials")),
        (Auth::connect(Connect::new("app", "ATATT")), None),
    ] {
        match (auth.hint(), hint) {
            (Some(given), Some(part)) => assert!(given.contains(part), "{given}"),
            (given, expected) => assert_eq!(given, expected),
        }
    }
}
