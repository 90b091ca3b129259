use super::{Client, builder::USER_AGENT};
use crate::{Auth, ClientBuilder, ErrorKind};
use url::Url;

fn local() -> ClientBuilder {
    Client::builder().base_url("http://127.0.0.1:1/2.0")
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn the_default_is_bitbucket_cloud() {
    let client = Client::builder().build().unwrap();
    assert_eq!(client.base_url(), "https://api.bitbucket.org/2.0");
    let own = |url| client.is_own_origin(&Url::parse(url).unwrap());
    assert!(own("https://api.bitbucket.org:443/internal"));
    assert!(!own("http://api.bitbucket.org/2.0"));
    assert!(!own("https://bitbucket.org/2.0"));
    assert!(!own("https://api.bitbucket.org:8443/2.0"));
}

#[test]
fn slashes_at_the_end_of_the_base_are_no_part_of_it() {
    for base in [
        "http://[::1]:80/2.0/",
        "http://[::1]/2.0",
        "http://[::1]/2.0//",
    ] {
        let client = Client::builder().base_url(base).build().unwrap();
        assert_eq!(client.base_url(), "http://[::1]/2.0");
    }
    let client = Client::builder().base_url("http://x").build().unwrap();
    assert_eq!(client.base_url(), "http://x");
}

#[test]
fn a_base_that_cannot_be_right_is_refused_without_quoting_it() {
    for (base, reason) in [
        ("", "not an absolute URL"),
        ("api.bitbucket.org/s3cret", "not an absolute URL"),
        ("ftp://s3cret.org", "neither https nor http"),
        ("https://kim:s3cret@example.org", "credentials"),
        ("https://s3cret@example.org", "credentials"),
        ("https://example.org?key=s3cret", "a query"),
        ("https://example.org#s3cret", "a fragment"),
    ] {
        let error = Client::builder().base_url(base).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.operation().is_none());
        let text = format!("{error} {error:?}");
        assert!(text.contains(reason), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn the_user_agent_begins_with_this_crate() {
    let client = local().user_agent("tool/2").build().unwrap();
    let shown = format!("{client:?}");
    assert!(shown.contains(&format!("{USER_AGENT} tool/2")), "{shown}");
    for product in ["", "a\nb", "ü"] {
        let error = local().user_agent(product).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
    }
}

#[test]
fn debug_shows_no_secret() {
    let builder = local().auth(Auth::api_token("kim@example.com", "s3cret"));
    let client = builder.clone().build().unwrap();
    let shown = format!("{client:?} {client:#?} {builder:?}");
    assert!(shown.contains("basic"), "{shown}");
    for secret in ["s3cret", "kim@example.com", "a2ltQGV4"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
