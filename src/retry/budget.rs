//! What all calls of a client may spend on retries together.

use std::sync::atomic::{AtomicU32, Ordering};

/// A retry costs as much as ten calls bring in: once the savings are gone, retries
/// are a tenth of the calls at most.
const COST: u32 = 10;

/// Keeps a client from multiplying the load of a Bitbucket that is failing.
///
/// Retries are paid from savings, to which each call that succeeds adds a part.
pub(crate) struct Budget {
    /// Without a limit if there is none.
    capacity: Option<u32>,
    savings: AtomicU32,
}

impl Budget {
    /// A budget with savings for so many retries.
    pub(crate) fn new(retries: Option<u32>) -> Self {
        let capacity = retries.map(|retries| retries.saturating_mul(COST));
        Self {
            capacity,
            savings: AtomicU32::new(capacity.unwrap_or_default()),
        }
    }

    pub(super) fn refill(&self) {
        if let Some(capacity) = self.capacity {
            // Nothing is ordered by this number, and it is full nearly always.
            let _ = self
                .savings
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |savings| {
                    (savings < capacity).then_some(savings + 1)
                });
        }
    }

    /// Pays for one retry, if there is enough left.
    pub(super) fn spend(&self) -> bool {
        self.capacity.is_none()
            || self
                .savings
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |savings| {
                    savings.checked_sub(COST)
                })
                .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn ten_successes_pay_for_one_retry() {
        let budget = Budget::new(Some(2));
        assert!(budget.spend());
        assert!(budget.spend());
        assert!(!budget.spend());
        for _ in 0..9 {
            budget.refill();
        }
        assert!(!budget.spend());
        budget.refill();
        assert!(budget.spend());
        assert!(!budget.spend());
    }

    #[test]
    fn savings_do_not_grow_beyond_what_they_began_with() {
        let budget = Budget::new(Some(1));
        for _ in 0..100 {
            budget.refill();
        }
        assert!(budget.spend());
        assert!(!budget.spend());
    }

    #[test]
    fn none_is_no_limit_and_zero_is_no_retry() {
        let unlimited = Budget::new(None);
        assert!((0..10_000).all(|_| unlimited.spend()));
        assert!(!Budget::new(Some(0)).spend());
    }
}
