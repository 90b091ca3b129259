//! One call's attempts.

use std::time::Duration;

use http::Method;
use tokio::time::Instant;

use super::{Budget, RetryPolicy};
use crate::Error;

/// Counts the attempts of one call.
pub(crate) struct Attempts<'a> {
    policy: &'a RetryPolicy,
    budget: &'a Budget,
    started: Instant,
    retries: u32,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(policy: &'a RetryPolicy, budget: &'a Budget) -> Self {
        Self {
            policy,
            budget,
            started: Instant::now(),
            retries: 0,
        }
    }

    /// The last attempt came to something.
    pub(crate) fn succeeded(&self) {
        self.budget.refill();
    }

    /// How long to wait before the next attempt, or nothing if `error` is final.
    pub(crate) fn after(&mut self, method: &Method, error: &Error) -> Option<Duration> {
        if !self.policy.applies(method, error) {
            return None;
        }
        self.again(error.retry_after())
    }

    /// How long to wait before the next attempt, if there may be one.
    pub(crate) fn again(&mut self, retry_after: Option<Duration>) -> Option<Duration> {
        if self.retries >= self.policy.max_retries {
            return None;
        }
        let wait = self.policy.wait(self.retries, retry_after);
        let ends = self.started.elapsed().saturating_add(wait);
        if self.policy.total_time.is_some_and(|total| ends > total) || !self.budget.spend() {
            return None;
        }
        self.retries += 1;
        Some(wait)
    }
}
