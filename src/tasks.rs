//! Work that Bitbucket does in the background, and waiting for it.

#[cfg(feature = "issue-tracker")]
mod issues;
#[cfg(feature = "pull-requests")]
mod merge;
#[cfg(feature = "pipelines")]
mod pipeline;
#[cfg(feature = "pipelines")]
mod pipeline_log;

use std::{ops::ControlFlow, time::Duration};

#[cfg(feature = "issue-tracker")]
pub use issues::IssueExport;
#[cfg(feature = "pull-requests")]
pub use merge::MergeTask;
#[cfg(feature = "pipelines")]
pub use pipeline::PipelineRun;

use crate::{Error, Operation};

/// How often to ask whether a task is done, and for how long.
///
/// The pauses grow by half each time. Whoever does not want to wait any more
/// drops the future: it ends what is under way, and no task is spawned for it.
/// What Bitbucket has begun, it goes on with.
///
/// ```
/// use std::time::Duration;
/// use bitbucket::Polling;
///
/// let patient = Polling::default()
///     .first_pause(Duration::from_secs(5))
///     .longest_pause(Duration::from_secs(60))
///     .time_limit(Duration::from_secs(2 * 60 * 60));
/// let endless = Polling::default().time_limit(None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "it is given to the method that waits"]
pub struct Polling {
    first_pause: Duration,
    longest_pause: Duration,
    time_limit: Option<Duration>,
}

impl Default for Polling {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(10),
            time_limit: Some(Duration::from_secs(30 * 60)),
        }
    }
}

impl Polling {
    /// How long to wait before asking for the second time; half a second by default.
    pub fn first_pause(mut self, pause: Duration) -> Self {
        self.first_pause = pause;
        self
    }

    /// What the pauses grow to; ten seconds by default. Each question counts
    /// against Bitbucket's rate limit.
    pub fn longest_pause(mut self, pause: Duration) -> Self {
        self.longest_pause = pause;
        self
    }

    /// How long to wait altogether; half an hour by default, `None` for ever.
    /// What is then not done is an error that says so:
    /// [`Error::is_unfinished`].
    pub fn time_limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.time_limit = limit.into();
        self
    }

    fn pauses(&self) -> impl Iterator<Item = Duration> + use<> {
        let longest = self.longest_pause;
        std::iter::successors(Some(self.first_pause.min(longest)), move |pause| {
            Some(pause.saturating_add(*pause / 2).min(longest))
        })
    }
}

/// Asks until the answer is the end of it, or the time is up.
async fn poll<T, U, F>(
    operation: &'static Operation,
    polling: &Polling,
    ask: impl Fn() -> F,
    mut judge: impl FnMut(T) -> Result<ControlFlow<U>, Error>,
) -> Result<U, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let until_done = async {
        for pause in polling.pauses() {
            if let ControlFlow::Break(outcome) = judge(ask().await?)? {
                return Ok(Some(outcome));
            }
            tokio::time::sleep(pause).await;
        }
        Ok(None)
    };
    let outcome = match polling.time_limit {
        None => until_done.await?,
        Some(limit) => match tokio::time::timeout(limit, until_done).await {
            Ok(outcome) => outcome?,
            Err(_) => None,
        },
    };
    outcome.ok_or_else(|| {
        let limit = polling.time_limit.unwrap_or_default();
        Error::unfinished(operation, format!("the task is not done after {limit:?}"))
    })
}

/// Whether a state that this version does not know can only be a bad end.
#[cfg(any(feature = "issue-tracker", feature = "pull-requests"))]
fn is_failure(state: &str) -> bool {
    ["FAILED", "FAILURE", "ERROR"].contains(&state)
}

#[cfg(test)]
mod tests {
    use super::Polling;
    use std::time::Duration;

    #[test]
    fn pauses_grow_to_the_longest() {
        let polling = Polling::default()
            .first_pause(Duration::from_millis(100))
            .longest_pause(Duration::from_millis(300));
        let pauses: Vec<_> = polling
            .pauses()
            .take(5)
            .map(|one| one.as_millis())
            .collect();
        assert_eq!(pauses, [100, 150, 225, 300, 300]);
        let capped = polling.first_pause(Duration::MAX);
        assert_eq!(capped.pauses().next(), Some(Duration::from_millis(300)));
    }
}
