//! Parts of a file: which one is asked for, and which one came.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use http::{HeaderMap, header};

/// A part of a file, counted in bytes from its beginning, for the `range` of an
/// operation that answers with bytes.
///
/// Rust's ranges are such parts: `100..200`, `100..=199`, `100..`, `..200`.
///
/// ```no_run
/// use bitbucket::ByteRange;
///
/// # #[cfg(feature = "pipelines")]
/// # async fn read(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
/// let pipeline = client.repository("acme", "website").pipeline("{3f1c0b6e}");
/// let log = || pipeline.get_pipeline_step_log().step_uuid("{5d2a7e10}");
/// let beginning = log().range(..4096).bytes_stream().await?;
/// let end = log().range(ByteRange::last(4096)).bytes_stream().await?;
/// if let Some(part) = end.content_range() {
///     println!("bytes {} to {} of {:?}", part.first(), part.last(), part.total());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteRange(Result<String, String>);

impl ByteRange {
    /// The last bytes of the file, so many of them.
    pub fn last(count: u64) -> Self {
        match count {
            0 => Self::empty(),
            count => Self(Ok(format!("bytes=-{count}"))),
        }
    }

    /// From the first byte to the last one, both included.
    fn between(first: u64, last: u64) -> Self {
        if first > last {
            return Self::empty();
        }
        Self(Ok(format!("bytes={first}-{last}")))
    }

    /// There is no way to ask for nothing.
    fn empty() -> Self {
        Self(Err("the range has no bytes".to_owned()))
    }

    /// What the header says, or what is wrong.
    pub(crate) fn into_header(self) -> Result<String, String> {
        self.0
    }
}

impl From<Range<u64>> for ByteRange {
    fn from(range: Range<u64>) -> Self {
        match range.end.checked_sub(1) {
            Some(last) => Self::between(range.start, last),
            None => Self::empty(),
        }
    }
}

impl From<RangeInclusive<u64>> for ByteRange {
    fn from(range: RangeInclusive<u64>) -> Self {
        if range.is_empty() {
            return Self::empty();
        }
        Self::between(*range.start(), *range.end())
    }
}

impl From<RangeFrom<u64>> for ByteRange {
    fn from(range: RangeFrom<u64>) -> Self {
        Self(Ok(format!("bytes={}-", range.start)))
    }
}

impl From<RangeTo<u64>> for ByteRange {
    fn from(range: RangeTo<u64>) -> Self {
        (0..range.end).into()
    }
}

impl From<RangeToInclusive<u64>> for ByteRange {
    fn from(range: RangeToInclusive<u64>) -> Self {
        Self::between(0, range.end)
    }
}

impl From<RangeFull> for ByteRange {
    fn from(_: RangeFull) -> Self {
        (0..).into()
    }
}

/// The text of a `Range` header, as it is.
impl From<String> for ByteRange {
    fn from(header: String) -> Self {
        Self(Ok(header))
    }
}

/// The text of a `Range` header, as it is.
impl From<&str> for ByteRange {
    fn from(header: &str) -> Self {
        header.to_owned().into()
    }
}

/// Which part of a file an answer is: `Content-Range` of a 206.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentRange {
    first: u64,
    last: u64,
    total: Option<u64>,
}

impl ContentRange {
    /// The place of the first byte in the file, counted from 0.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The place of the last byte in the file.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// How many bytes the whole file has, if Bitbucket says so.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// How many bytes the part has.
    pub(crate) fn length(&self) -> u64 {
        // `read` has seen to it that the last is not before the first, and that
        // there are not as many as all numbers.
        self.last - self.first + 1
    }

    /// Reads `bytes 0-99/200`, or `bytes 0-99/*`.
    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        let (part, total) = split(headers)?;
        let (first, last) = part.split_once('-')?;
        let range = Self {
            first: number(first)?,
            last: number(last)?,
            total: match total {
                "*" => None,
                total => Some(number(total)?),
            },
        };
        let is_sound = range.first <= range.last
            && range.last < range.total.unwrap_or(u64::MAX)
            && range.last < u64::MAX;
        is_sound.then_some(range)
    }
}

fn split(headers: &HeaderMap) -> Option<(&str, &str)> {
    let text = headers.get(header::CONTENT_RANGE)?.to_str().ok()?.trim();
    let (unit, rest) = text.split_once(' ')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (part, total) = rest.split_once('/')?;
    Some((part.trim(), total.trim()))
}

/// Digits only: a sign is none of HTTP's.
fn number(text: &str) -> Option<u64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// One part that was asked for, as a `Range` header says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    From(u64),
    Between(u64, u64),
    Last(u64),
}

impl Asked {
    /// Nothing if it is not one part of bytes.
    pub(crate) fn read(header: &str) -> Option<Self> {
        let (unit, part) = header.trim().split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (first, last) = part.trim().split_once('-')?;
        Some(match (first, last) {
            ("", count) => Self::Last(number(count)?),
            (first, "") => Self::From(number(first)?),
            (first, last) => Self::Between(number(first)?, number(last)?),
        })
    }

    /// Whether this is the part that came.
    pub(crate) fn is_answered_by(self, part: &ContentRange) -> bool {
        let end = part.total.map(|total| total - 1);
        let reaches_end = end.is_none_or(|end| part.last == end);
        match self {
            Self::From(first) => part.first == first && reaches_end,
            Self::Between(first, last) => {
                part.first == first && part.last <= last && (part.last == last || reaches_end)
            }
            Self::Last(count) => {
                let whole = part.total.is_some_and(|total| part.length() == total);
                reaches_end && (part.length() == count || (whole && part.length() < count))
            }
        }
    }
}

#[cfg(test)]
mod tests;
