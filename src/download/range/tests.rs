//! Ranges as headers say them.

use http::{HeaderMap, HeaderValue, header::CONTENT_RANGE};
use proptest::prelude::*;

use super::{Asked, ByteRange, ContentRange};

fn told(text: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_RANGE, HeaderValue::from_str(text).unwrap());
    headers
}

fn header(range: impl Into<ByteRange>) -> Result<String, String> {
    range.into().into_header()
}

#[test]
fn ranges_are_written_with_both_ends_included() {
    for (range, expected) in [
        (header(0..1), "bytes=0-0"),
        (header(100..200), "bytes=100-199"),
        (header(100..=199), "bytes=100-199"),
        (header(100..), "bytes=100-"),
        (header(..200), "bytes=0-199"),
        (header(..=199), "bytes=0-199"),
        (header(..), "bytes=0-"),
        (header(ByteRange::last(5)), "bytes=-5"),
        (header("bytes=0-1,5-6"), "bytes=0-1,5-6"),
    ] {
        assert_eq!(range.as_deref(), Ok(expected));
    }
}

#[test]
fn there_is_no_range_of_nothing() {
    #[allow(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    for range in [
        header(5..5),
        header(6..5),
        header(6..=5),
        header(0..0),
        header(..0),
        header(ByteRange::last(0)),
    ] {
        assert_eq!(range, Err("the range has no bytes".to_owned()));
    }
}

#[test]
fn what_is_no_content_range_is_none() {
    for text in [
        "",
        "bytes",
        "bytes 0-9",
        "bytes 9-0/10",
        "bytes 0-10/10",
        "bytes 0-9/x",
        "bytes -9/10",
        "bytes +0-9/10",
        "bytes 0-18446744073709551615/*",
        "bytes 0-99999999999999999999/*",
        "bytes */10",
        "pages 0-9/10",
    ] {
        assert_eq!(ContentRange::read(&told(text)), None, "{text:?}");
    }
    assert_eq!(ContentRange::read(&HeaderMap::new()), None);
}

#[test]
fn only_the_part_that_was_asked_for_answers() {
    let part = |text: &str| ContentRange::read(&told(text)).unwrap();
    for (asked, came, is_answer) in [
        ("bytes=5-9", "bytes 5-9/20", true),
        ("bytes=5-9", "bytes 5-9/*", true),
        ("bytes=5-9", "bytes 5-7/8", true),
        ("bytes=5-9", "bytes 5-7/20", false),
        ("bytes=5-9", "bytes 4-9/20", false),
        ("bytes=5-9", "bytes 5-10/20", false),
        ("bytes=5-", "bytes 5-19/20", true),
        ("bytes=5-", "bytes 5-9/20", false),
        ("bytes=5-", "bytes 0-19/20", false),
        ("bytes=-5", "bytes 15-19/20", true),
        ("bytes=-5", "bytes 14-18/20", false),
        ("bytes=-5", "bytes 16-19/20", false),
        ("bytes=-50", "bytes 0-19/20", true),
    ] {
        let asked = Asked::read(asked).unwrap();
        assert_eq!(
            asked.is_answered_by(&part(came)),
            is_answer,
            "{asked:?} {came}"
        );
    }
    for other in [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=0-1,3-4",
        "lines=0-9",
        "bytes=a-",
    ] {
        assert_eq!(Asked::read(other), None, "{other:?}");
    }
}

proptest! {
    #[test]
    fn no_header_is_too_strange(text in "[ -~]{0,40}", tail in "(bytes )?[0-9*/-]{0,24}") {
        for text in [text, tail] {
            let headers = told(&text);
            if let Some(part) = ContentRange::read(&headers) {
                prop_assert!(part.first() <= part.last());
                prop_assert!(part.length() > 0);
                prop_assert!(part.total().is_none_or(|total| part.last() < total));
            }
            let _ = Asked::read(&text);
        }
    }

    #[test]
    fn what_is_written_is_read(first: u64, length in 1..u64::MAX) {
        let end = first.saturating_add(length);
        prop_assume!(first < end);
        let text = header(first..end).unwrap();
        prop_assert_eq!(Asked::read(&text), Some(Asked::Between(first, end - 1)));
        let came = told(&format!("bytes {first}-{}/{end}", end - 1));
        let part = ContentRange::read(&came);
        prop_assert!(part.is_some_and(|part| part.length() == end - first));
    }
}
