//! What says that a file is still the one that was begun.

use std::time::{Duration, SystemTime};

use http::{
    HeaderMap, HeaderValue,
    header::{self, InvalidHeaderValue},
};
use serde::{Deserialize, Serialize};

/// A date of whole seconds tells two versions apart if it is this old: one that
/// is younger may have been written again within its second (RFC 9110, 8.8.2.2),
/// and clocks differ.
const OLD_ENOUGH: Duration = Duration::from_secs(60);

/// What an `If-Range` may say: an entity tag that is no weak one, or a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Validator {
    EntityTag(String),
    LastModified(String),
}

impl Validator {
    /// The best that an answer offers.
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        if let Some(tag) = text(headers, &header::ETAG) {
            let is_strong = tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"');
            return is_strong.then(|| Self::EntityTag(tag.to_owned()));
        }
        let modified = text(headers, &header::LAST_MODIFIED)?;
        let age = date(text(headers, &header::DATE)?)?
            .duration_since(date(modified)?)
            .ok()?;
        (age >= OLD_ENOUGH).then(|| Self::LastModified(modified.to_owned()))
    }

    pub(super) fn to_header(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        let (Self::EntityTag(text) | Self::LastModified(text)) = self;
        HeaderValue::from_str(text)
    }

    /// Whether an answer says that it is of another version.
    pub(super) fn is_denied_by(&self, headers: &HeaderMap) -> bool {
        let (name, own) = match self {
            Self::EntityTag(tag) => (header::ETAG, tag),
            Self::LastModified(date) => (header::LAST_MODIFIED, date),
        };
        text(headers, &name).is_some_and(|other| other != own)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

#[cfg(test)]
mod tests {
    use super::Validator;
    use http::{HeaderMap, HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    const NOON: &str = "Sun, 06 Nov 1994 12:00:00 GMT";
    const LATER: &str = "Sun, 06 Nov 1994 12:01:00 GMT";
    const TOO_SOON: &str = "Sun, 06 Nov 1994 12:00:59 GMT";

    #[test]
    fn only_what_is_exact_validates_a_part() {
        let tag = Some(Validator::EntityTag("\"a\"".to_owned()));
        let date = Some(Validator::LastModified(NOON.to_owned()));
        for (pairs, expected) in [
            (&[("etag", "\"a\"")][..], tag.clone()),
            (
                &[("etag", "\"a\""), ("last-modified", NOON), ("date", LATER)],
                tag,
            ),
            (
                &[
                    ("etag", "W/\"a\""),
                    ("last-modified", NOON),
                    ("date", LATER),
                ],
                None,
            ),
            (&[("etag", "a")], None),
            (&[("etag", "\"")], None),
            (&[("last-modified", NOON), ("date", LATER)], date),
            (&[("last-modified", NOON), ("date", TOO_SOON)], None),
            (&[("last-modified", LATER), ("date", NOON)], None),
            (&[("last-modified", NOON)], None),
            (&[("last-modified", "noon"), ("date", LATER)], None),
            (&[], None),
        ] {
            assert_eq!(Validator::read(&headers(pairs)), expected, "{pairs:?}");
        }
    }

    #[test]
    fn another_version_denies_it() {
        let tag = Validator::EntityTag("\"a\"".to_owned());
        assert!(tag.is_denied_by(&headers(&[("etag", "\"b\"")])));
        assert!(!tag.is_denied_by(&headers(&[("etag", "\"a\"")])));
        assert!(!tag.is_denied_by(&headers(&[("last-modified", NOON)])));
        let date = Validator::LastModified(NOON.to_owned());
        assert!(date.is_denied_by(&headers(&[("last-modified", LATER)])));
        assert!(!date.is_denied_by(&headers(&[])));
        assert_eq!(date.to_header().unwrap(), NOON);
    }
}
