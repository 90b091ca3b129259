//! What Bitbucket tells of its limits.

use std::fmt;

use http::HeaderMap;

/// What the `X-RateLimit-*` headers of an answer say.
///
/// Bitbucket sends them to access tokens of a repository, project or workspace and
/// to Forge apps, for most of what is below `/repositories`. Other answers have
/// none of them.
///
/// ```no_run
/// # async fn ask(client: bitbucket::Client) -> Result<(), bitbucket::Error> {
/// # #[cfg(feature = "repositories")] {
/// let repository = client.repository("atlassian", "aui").get_repository().send().await?;
/// if repository.rate_limit().is_near() {
///     eprintln!("fewer than a fifth of the requests of this hour are left");
/// }
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct RateLimit<'a> {
    headers: &'a HeaderMap,
}

impl<'a> RateLimit<'a> {
    pub(crate) fn new(headers: &'a HeaderMap) -> Self {
        Self { headers }
    }

    /// How many requests an hour are permitted (`X-RateLimit-Limit`).
    pub fn limit(self) -> Option<u64> {
        self.text("x-ratelimit-limit")?.parse().ok()
    }

    /// What the limit is of, such as `api` (`X-RateLimit-Resource`).
    pub fn resource(self) -> Option<&'a str> {
        self.text("x-ratelimit-resource")
    }

    /// How many requests are left (`X-RateLimit-Remaining`), where that is told.
    pub fn remaining(self) -> Option<u64> {
        self.text("x-ratelimit-remaining")?.parse().ok()
    }

    /// Whether fewer than a fifth of the requests are left
    /// (`X-RateLimit-NearLimit`). `false` where Bitbucket does not say.
    pub fn is_near(self) -> bool {
        self.text("x-ratelimit-nearlimit")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    fn text(self, name: &str) -> Option<&'a str> {
        Some(self.headers.get(name)?.to_str().ok()?.trim())
    }
}

/// Without the other headers: there may be a cookie among them.
impl fmt::Debug for RateLimit<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RateLimit")
            .field("limit", &self.limit())
            .field("resource", &self.resource())
            .field("remaining", &self.remaining())
            .field("is_near", &self.is_near())
            .finish()
    }
}
