//! Says how far it is, on standard error: by a bar on a terminal, by a line now
//! and then elsewhere.

use std::{
    io::IsTerminal as _,
    sync::atomic::{AtomicUsize, Ordering},
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// How many operations there are between two lines.
const STRIDE: usize = 100;

/// The bars of all that goes on at the same time.
#[derive(Default)]
pub(crate) struct Bars(MultiProgress);

impl Bars {
    /// At the beginning of `total` operations.
    pub(crate) fn start(&self, title: &str, total: usize) -> Progress {
        Progress::new(title, total, &self.0)
    }
}

/// The way through a number of operations.
pub(crate) struct Progress {
    title: String,
    total: usize,
    done: AtomicUsize,
    bar: Option<ProgressBar>,
}

impl Progress {
    fn new(title: &str, total: usize, bars: &MultiProgress) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = bars.add(ProgressBar::new(total as u64));
            match ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {msg}") {
                Ok(style) => bar.with_style(style).with_prefix(title.to_owned()),
                Err(_) => bar,
            }
        });
        Self {
            title: title.to_owned(),
            total,
            done: AtomicUsize::new(0),
            bar,
        }
    }

    /// One more operation, which is called now.
    pub(crate) fn step(&self, operation: &str) {
        let done = self.done.fetch_add(1, Ordering::Relaxed);
        match &self.bar {
            Some(bar) => {
                bar.set_position(done as u64);
                bar.set_message(operation.to_owned());
            }
            None if done.is_multiple_of(STRIDE) => {
                say(&format!(
                    "{}: {done} of {} operations",
                    self.title, self.total
                ));
            }
            None => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A line for whoever waits.
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}
