//! Limits on the rate of requests: one that the client keeps to, and the one
//! that Bitbucket tells.

mod told;

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

pub use told::RateLimit;

/// Lets no more than so many requests begin within any window of time.
///
/// Bitbucket counts the requests of the last hour. A bucket that fills at that
/// rate, which the crates for rate limits offer, lets twice as many through in
/// its first hour, or else spreads even a few requests over it. So the times of
/// the last requests are kept.
pub(crate) struct Limiter {
    requests: usize,
    window: Duration,
    /// The beginnings of requests within the last window, and those to come. In order.
    times: Mutex<VecDeque<Instant>>,
}

impl Limiter {
    /// A limit of at least one request.
    pub(crate) fn new(requests: usize, window: Duration) -> Self {
        Self {
            requests: requests.max(1),
            window,
            times: Mutex::default(),
        }
    }

    /// Waits for this request's turn. Those who wait are served in their order.
    pub(crate) async fn turn(&self) {
        let now = Instant::now();
        let time = self.reserve(now);
        if time > now {
            let waiting = Waiting {
                limiter: self,
                time,
            };
            sleep_until(time).await;
            // The turn has come: it stays counted.
            std::mem::forget(waiting);
        }
    }

    fn reserve(&self, now: Instant) -> Instant {
        let mut times = self.times();
        while times.front().is_some_and(|time| *time + self.window <= now) {
            times.pop_front();
        }
        let free = times.len().checked_sub(self.requests);
        let time = free.map_or(now, |index| times[index] + self.window);
        // After one who gave up waiting there can be room before the last.
        let time = times.back().map_or(time, |last| time.max(*last)).max(now);
        times.push_back(time);
        time
    }

    fn give_back(&self, time: Instant) {
        let mut times = self.times();
        if let Some(index) = times.iter().rposition(|taken| *taken == time) {
            times.remove(index);
        }
    }

    /// Whoever panicked with it left it whole: each change is a single call.
    fn times(&self) -> MutexGuard<'_, VecDeque<Instant>> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A turn that has not come yet. If its call is dropped, it does not count.
struct Waiting<'a> {
    limiter: &'a Limiter,
    time: Instant,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.limiter.give_back(self.time);
    }
}

#[cfg(test)]
mod tests {
    use super::Limiter;
    use std::time::Duration;
    use tokio::time::Instant;

    const WINDOW: Duration = Duration::from_secs(60);

    #[test]
    fn no_window_has_more_than_the_limit() {
        let limiter = Limiter::new(3, WINDOW);
        let start = Instant::now();
        let mut times = Vec::new();
        for second in [0, 1, 2, 3, 4, 5, 6, 70, 200, 200, 200, 200] {
            times.push(limiter.reserve(start + Duration::from_secs(second)));
        }
        let seconds: Vec<_> = times.iter().map(|time| (*time - start).as_secs()).collect();
        assert_eq!(
            seconds,
            [0, 1, 2, 60, 61, 62, 120, 121, 200, 200, 200, 260],
            "bursts are let through, what is too much waits in its order"
        );
        for four in times.windows(4) {
            assert!(four[3] - four[0] >= WINDOW);
        }
    }

    #[test]
    fn who_gives_up_does_not_keep_the_others_waiting() {
        let limiter = Limiter::new(1, WINDOW);
        let start = Instant::now();
        limiter.reserve(start);
        for _ in 0..100 {
            let turn = limiter.reserve(start);
            assert_eq!(turn, start + WINDOW);
            limiter.give_back(turn);
        }
        let first = limiter.reserve(start);
        let second = limiter.reserve(start);
        limiter.give_back(first);
        let third = limiter.reserve(start);
        assert_eq!(second, start + 2 * WINDOW);
        assert!(third >= second + WINDOW);
    }

    #[tokio::test]
    async fn a_dropped_wait_gives_its_turn_back() {
        let limiter = Limiter::new(1, WINDOW);
        limiter.turn().await;
        let short = Duration::from_millis(5);
        let waited = tokio::time::timeout(short, limiter.turn()).await;
        assert!(waited.is_err());
        assert_eq!(limiter.times().len(), 1);
    }

    #[tokio::test]
    async fn turns_come() {
        let window = Duration::from_millis(40);
        let limiter = Limiter::new(2, window);
        let start = Instant::now();
        for _ in 0..5 {
            limiter.turn().await;
        }
        assert!(start.elapsed() >= 2 * window);
    }
}
