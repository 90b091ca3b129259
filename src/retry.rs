//! When a request is sent again, and how long it waits before that.

mod attempts;
mod budget;

use std::time::Duration;

use http::{Method, StatusCode};

use crate::{Error, ErrorKind};

pub(crate) use attempts::Attempts;
pub(crate) use budget::Budget;

/// Bitbucket's own status for a request that took it too long.
const BITBUCKET_TIMEOUT: u16 = 555;

/// When a request is sent again, and how long it waits before that.
///
/// A request is sent again if no answer came (no connection, a broken one, or
/// silence for longer than the client waits), or if the answer was 429, 500, 502,
/// 503, 504 or Bitbucket's own 555. That holds for GET, HEAD, PUT and DELETE, which
/// may be repeated. Any other method is repeated only after 429 and where no
/// connection came about: then Bitbucket has done nothing yet.
///
/// What breaks off in the middle of an answer is asked for again by GET and HEAD,
/// where the answer is taken into memory. A stream of bytes that breaks off is an
/// error: some of it has been handed out. A body that can be read only once is
/// never sent twice.
///
/// A token that has to be fetched first is fetched under the policy of the call
/// that needs it, as by GET; with a refresh token, which may be good only once, as
/// by POST.
///
/// The wait is a random part of a span that doubles each time (full jitter), so
/// that clients which failed together do not come back together. It is never
/// shorter than what Bitbucket's `Retry-After` asks for, up to
/// [`max_retry_after`](Self::max_retry_after).
///
/// A policy is given to the whole client with
/// [`ClientBuilder::retry`](crate::ClientBuilder::retry), to a part of a program
/// with [`Client::with_retry`](crate::Client::with_retry), or to one request with
/// its builder's `retry`.
///
/// ```
/// use std::time::Duration;
/// use bitbucket::{Client, RetryPolicy};
///
/// # fn main() -> Result<(), bitbucket::Error> {
/// let client = Client::builder()
///     .retry(RetryPolicy::default().max_retries(6).total_time(Duration::from_secs(300)))
///     .build()?;
/// let impatient = client.with_retry(RetryPolicy::none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a policy does nothing until it is given to a client or a request"]
pub struct RetryPolicy {
    max_retries: u32,
    total_time: Option<Duration>,
    first_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
    any_method: bool,
    not_found: bool,
}

impl Default for RetryPolicy {
    /// Four retries within two minutes, after at most 0.5, 1, 2 and 4 seconds, or
    /// after what `Retry-After` says, up to a minute.
    fn default() -> Self {
        Self {
            max_retries: 4,
            total_time: Some(Duration::from_secs(120)),
            first_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(20),
            max_retry_after: Duration::from_secs(60),
            any_method: false,
            not_found: false,
        }
    }
}

impl RetryPolicy {
    /// The default policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every request is sent once.
    ///
    /// ```
    /// use bitbucket::RetryPolicy;
    ///
    /// assert_eq!(RetryPolicy::none(), RetryPolicy::new().max_retries(0));
    /// ```
    pub fn none() -> Self {
        Self::default().max_retries(0)
    }

    /// How many times a request is sent after the first; four by default.
    pub fn max_retries(mut self, count: u32) -> Self {
        self.max_retries = count;
        self
    }

    /// How long a call may have taken when its last retry begins; two minutes by
    /// default, `None` for as long as it takes.
    ///
    /// A wait that would go beyond it is not begun: the error comes at once. What
    /// the last attempt takes is bounded by the client's timeouts.
    pub fn total_time(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.total_time = time.into();
        self
    }

    /// The longest first wait; half a second by default. Each further one is twice
    /// as long at most.
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.first_delay = delay;
        self
    }

    /// As far as the waits grow; 20 seconds by default.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// As much of a `Retry-After` as is waited for; a minute by default.
    ///
    /// Bitbucket's limits are of the last hour, so that there is often room again
    /// before the time it names.
    pub fn max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }

    /// Whether POST and PATCH are repeated as GET is. It is for the caller to say
    /// that doing it twice does no harm.
    ///
    /// ```
    /// use bitbucket::RetryPolicy;
    ///
    /// // A build status has a key: a second one replaces the first.
    /// let policy = RetryPolicy::new().repeat_any_method(true);
    /// ```
    pub fn repeat_any_method(mut self, repeat: bool) -> Self {
        self.any_method = repeat;
        self
    }

    /// Whether 404 is an answer to ask again after, as it is for a moment after
    /// something was created.
    ///
    /// ```
    /// use bitbucket::RetryPolicy;
    ///
    /// let policy = RetryPolicy::new().retry_not_found(true);
    /// ```
    pub fn retry_not_found(mut self, retry: bool) -> Self {
        self.not_found = retry;
        self
    }

    /// Whether a request of this method may be sent again after this error.
    fn applies(&self, method: &Method, error: &Error) -> bool {
        let repeatable = self.any_method
            || matches!(
                *method,
                Method::GET | Method::HEAD | Method::PUT | Method::DELETE
            );
        match error.kind() {
            ErrorKind::Timeout | ErrorKind::Transport if error.status().is_some() => {
                // It is done, and only its answer is lost.
                self.any_method || matches!(*method, Method::GET | Method::HEAD)
            }
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => {
                repeatable || error.is_connect()
            }
            ErrorKind::Status => error
                .status()
                .is_some_and(|status| self.applies_to_status(repeatable, status)),
            _ => false,
        }
    }

    /// Whether this status may be gone when it is tried again.
    pub(crate) fn applies_to_status(&self, repeatable: bool, status: StatusCode) -> bool {
        match status.as_u16() {
            429 => true,
            404 => self.not_found,
            500 | 502 | 503 | 504 | BITBUCKET_TIMEOUT => repeatable,
            _ => false,
        }
    }

    /// How long to wait after `retries` retries.
    ///
    /// The crates for backoff add jitter to the delay; full jitter takes the
    /// delay for its upper end.
    fn wait(&self, retries: u32, retry_after: Option<Duration>) -> Duration {
        let doubled = 2_u32.saturating_pow(retries);
        let span = self.first_delay.saturating_mul(doubled).min(self.max_delay);
        let told = retry_after.unwrap_or_default().min(self.max_retry_after);
        span.mul_f64(fastrand::f64()).max(told)
    }
}

#[cfg(test)]
mod tests;
