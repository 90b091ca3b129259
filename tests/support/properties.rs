//! How properties are checked: with how many cases, and on which threads.

use std::thread;

use proptest::prelude::*;
use tokio::runtime::Runtime;

/// How many cases a property takes is left to the environment.
pub(crate) fn cases() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A property is checked case after case; everything of a case happens on its thread.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the system has room for a runtime")
}

/// Has several threads check a property, each with its share of the cases: where
/// most of the time is spent waiting.
pub(crate) fn share_cases(check: impl Fn(ProptestConfig, &Runtime) + Sync) {
    const THREADS: u32 = 8;
    let config = cases();
    let config = ProptestConfig {
        cases: config.cases.div_ceil(THREADS),
        ..config
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| check(config.clone(), &runtime()));
        }
    });
}
