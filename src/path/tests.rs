use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use url::Url;

use super::{segment, segments};
use crate::{Error, ErrorKind, test_server::LIST};

const BASE: &str = "https://api.bitbucket.org/2.0";

fn one(value: &str) -> Result<String, Error> {
    segment(&LIST, "slug", value)
}

fn many(value: &str) -> Result<String, Error> {
    segments(&LIST, "path", value)
}

/// The segments of a URL as a server sees them.
fn decoded(url: &str) -> Vec<String> {
    let url = Url::parse(url).unwrap();
    assert_eq!((url.query(), url.fragment()), (None, None), "{url}");
    url.path_segments()
        .unwrap()
        .map(|segment| {
            percent_decode_str(segment)
                .decode_utf8()
                .unwrap()
                .into_owned()
        })
        .collect()
}

#[test]
fn what_has_a_meaning_in_a_url_is_encoded() {
    for (value, encoded) in [
        ("{c0ffee}", "%7Bc0ffee%7D"),
        ("{}", "%7B%7D"),
        ("a/b", "a%2Fb"),
        (r"a\b", "a%5Cb"),
        ("100%", "100%25"),
        ("%2e%2e", "%252e%252e"),
        ("a?b#c;d", "a%3Fb%23c%3Bd"),
        ("a b+c", "a%20b%2Bc"),
        ("grün", "gr%C3%BCn"),
        ("...", "..."),
        ("a.b-c_d~e", "a.b-c_d~e"),
        ("557058:f00,kim@home", "557058:f00%2Ckim@home"),
    ] {
        assert_eq!(one(value).unwrap(), encoded);
    }
}

#[test]
fn slashes_stay_between_encoded_segments() {
    for (value, encoded) in [
        ("feature/{x}", "feature/%7Bx%7D"),
        ("src/a?b/c d.rs", "src/a%3Fb/c%20d.rs"),
        ("docs/", "docs/"),
        ("a/b/", "a/b/"),
        ("/", ""),
        ("main", "main"),
        ("main..next", "main..next"),
    ] {
        assert_eq!(many(value).unwrap(), encoded);
    }
}

#[test]
fn what_would_name_something_else_is_refused() {
    for (result, reason) in [
        (one(""), "path parameter `slug` is empty"),
        (one("."), "`slug` has a segment `.` or `..`"),
        (one(".."), "`slug` has a segment `.` or `..`"),
        (one("a\nb"), "`slug` has a control character"),
        (one("\0"), "`slug` has a control character"),
        (one("a\u{85}b"), "`slug` has a control character"),
        (many(""), "path parameter `path` is empty"),
        (many("a/../b"), "`path` has a segment `.` or `..`"),
        (many("./"), "`path` has a segment `.` or `..`"),
        (many(".."), "`path` has a segment `.` or `..`"),
        (many("/etc"), "`path` has an empty segment"),
        (many("//"), "`path` has an empty segment"),
        (many("a//b"), "`path` has an empty segment"),
        (many("a//"), "`path` has an empty segment"),
        (many("a/\u{7f}/b"), "`path` has a control character"),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let text = error.to_string();
        assert!(text.starts_with("list_things: path parameter"), "{text}");
        assert!(text.contains(reason), "{text}");
    }
}

/// Texts in which the characters that matter are frequent.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        r"[a./\\%?#{}:@;,+ 2eE\n\t\u{0}\u{85}\u{2028}é-]{0,12}",
    ]
}

proptest! {
    #![proptest_config(crate::properties::cases())]

    #[test]
    fn a_value_is_one_segment_or_an_error(value in text(), other in text()) {
        let (Ok(first), Ok(second)) = (one(&value), one(&other)) else {
            let refused = |value: &str| value.is_empty() || value == "." || value == ".."
                || value.chars().any(char::is_control);
            prop_assert!(refused(&value) || refused(&other));
            return Ok(());
        };
        let url = format!("{BASE}/repositories/{first}/x-{second}.zip/end");
        let file = format!("x-{other}.zip");
        prop_assert_eq!(decoded(&url), ["2.0", "repositories", &*value, &*file, "end"]);
        let url = format!("{BASE}/{first}");
        prop_assert_eq!(decoded(&url), ["2.0", &*value]);
    }

    #[test]
    fn a_path_is_its_segments_or_an_error(value in text(), end in text()) {
        let value = format!("{value}/{end}");
        let Ok(path) = many(&value) else { return Ok(()) };
        let url = format!("{BASE}/src/{path}");
        let expected = ["2.0", "src"].into_iter()
            .chain(if value == "/" { "" } else { &value }.split('/'))
            .collect::<Vec<_>>();
        prop_assert_eq!(decoded(&url), expected);
    }
}
