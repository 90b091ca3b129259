//! What has to hold for any input at all. The programs in `fuzz/` look for input
//! for which it does not, and the tests go through what they found.
//!
//! It is part of the crate only where `cfg(fuzzing)` or the crate's own tests are
//! on, and no part of what the crate offers. Each function panics if something
//! does not hold.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue, Method, Uri, header::LOCATION};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use crate::{Client, Operation, Page, auth, paging, redirect};

const ORIGIN: &str = "https://api.bitbucket.org/";

static OPERATION: Operation = Operation::new("fuzz", "GET", "/");

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let http = http.build().expect("nothing is asked of it");
    let client = Client::builder().http_client(http);
    client.build().expect("the default settings are sound")
});

/// Whatever the bytes are, they are a page or an error; a page is written as what
/// it is read from again.
pub fn page(bytes: &[u8]) {
    reads_and_writes::<Page<serde_json::Value>>(bytes);
    reads_and_writes::<Page<Vec<Option<String>>>>(bytes);
    #[cfg(feature = "pull-requests")]
    {
        use crate::types;
        reads_and_writes::<Page<types::PullRequest>>(bytes);
        reads_and_writes::<Page<types::Comment>>(bytes);
        reads_and_writes::<Page<types::Commit>>(bytes);
    }
    #[cfg(feature = "pipelines")]
    {
        use crate::types;
        reads_and_writes::<Page<types::PipelineStep>>(bytes);
        reads_and_writes::<Page<types::Pipeline>>(bytes);
    }
}

fn reads_and_writes<T: DeserializeOwned + Serialize>(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(bytes) else {
        return;
    };
    let written = serde_json::to_vec(&value).expect("what was read can be written");
    let again = serde_json::from_slice::<T>(&written).expect("what was written can be read");
    let again = serde_json::to_vec(&again).expect("what was read can be written");
    assert_eq!(
        String::from_utf8_lossy(&written),
        String::from_utf8_lossy(&again)
    );
}

/// Wherever an answer says to go on, the credentials go to their origin alone.
pub fn link(text: &str) {
    let from = Url::parse("https://api.bitbucket.org/2.0/repositories/a/b?page=1")
        .expect("the text above is a URL");
    let mut accepted = Vec::new();
    accepted.extend(CLIENT.own_address(&OPERATION, text));
    accepted.extend(paging::own_link(&CLIENT, &OPERATION, &from, text));
    if let Ok(location) = HeaderValue::from_bytes(text.as_bytes()) {
        let headers = HeaderMap::from_iter([(LOCATION, location)]);
        let task = CLIENT.own_location(&from, &headers);
        accepted.extend(task.map(|task| Url::parse(&task).expect("it was one before")));
        let target = redirect::target(&from, &headers);
        // Anything else is followed without credentials.
        accepted.extend(target.ok().filter(|target| CLIENT.is_own_origin(target)));
    }
    for url in accepted {
        let text = url.as_str();
        assert!(text.starts_with(ORIGIN), "{text}");
        assert_eq!(
            Url::parse(text).as_ref(),
            Ok(&url),
            "it is read in two ways"
        );
        // The connection is made by another reading of the same text.
        let uri: Uri = text.parse().expect("a URL can be sent");
        assert_eq!(
            uri.authority().map(http::uri::Authority::as_str),
            Some("api.bitbucket.org")
        );
        assert_eq!(uri.scheme_str(), Some("https"));
    }
}

/// A request has one canonical form, whatever the order of its parameters is and
/// whether the token is among them.
pub fn canonical_request(text: &str, context_path: &str) {
    let Ok(url) = Url::parse(text) else { return };
    let canonical = |url: &Url| auth::canonical_request(&Method::GET, url, context_path);
    let form = canonical(&url);
    let mut parts = form.splitn(3, '&');
    assert_eq!(parts.next(), Some("GET"), "{form}");
    let path = parts.next().expect("a path is between the ampersands");
    let query = parts.next().expect("a query is behind them");
    assert!(url.cannot_be_a_base() || path.starts_with('/'), "{form}");
    assert!(path == "/" || !path.ends_with('/'), "{form}");
    assert!(
        query
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~%&=,".contains(&byte)),
        "{form}"
    );

    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    let mut backwards = url.clone();
    backwards
        .query_pairs_mut()
        .clear()
        .extend_pairs(pairs.iter().rev());
    assert_eq!(canonical(&backwards), form);
    backwards.query_pairs_mut().append_pair("jwt", "token");
    assert_eq!(canonical(&backwards), form);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::properties::cases;

    fn address() -> impl Strategy<Value = String> {
        let part = prop::sample::select(vec![
            "https",
            "http",
            ":",
            "/",
            "//",
            "\\",
            "@",
            "?",
            "#",
            "&",
            "=",
            "api.bitbucket.org",
            "API.bitbucket.org",
            ".evil.example",
            "127.0.0.1",
            "[::1]",
            ":443",
            ":80",
            "%2e",
            "%2f",
            "%40",
            "%00",
            "%26",
            ".",
            "..",
            "\t",
            " ",
            "\u{3002}",
            "\u{430}",
            "\u{ad}",
            "2.0",
            "jwt",
            "+",
            ",",
            "a",
            "é",
            "*",
            "{",
            "|",
            "^",
        ]);
        prop_oneof![
            any::<String>(),
            prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat()),
            "https://api.bitbucket.org[:.@/\\\\?#a-c%&=+0-9]{0,20}",
        ]
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn links(text in address()) {
            super::link(&text);
        }

        #[test]
        fn canonical_requests(text in address(), context_path in "[/a-c.]{0,5}") {
            super::canonical_request(&text, &context_path);
        }

        #[test]
        fn pages(bytes in prop_oneof![
            any::<Vec<u8>>(),
            "[\\[\\]{}\",:0-9a-z.+\\\\ -]{0,60}".prop_map(String::into_bytes),
            prop::collection::vec(prop::sample::select(vec![
                "{", "}", "[", "]", "\"", ",", ":", "null", "true", "1", "-1.5e300", "\"values\":",
                "\"next\":", "\"size\":", "\"type\":", "\"state\":", "\"name\":", "\"id\":", "\"links\":",
                "\"parent\":", "\"\\ud83d\"", "\"pipeline_state_completed\"", "\"created_on\":",
            ]), 0..30).prop_map(|parts| parts.concat().into_bytes()),
        ]) {
            super::page(&bytes);
        }
    }
}
