//! Wall time and CPU time, and a table of them.

use std::{
    io,
    time::{Duration, Instant},
};

use cpu_time::ProcessTime;

use crate::ways::Way;

/// What one run took.
pub(crate) struct Times {
    wall: Duration,
    /// Of all threads of this process, in user mode and in the kernel.
    cpu: Duration,
}

/// Measures one run.
pub(crate) struct Watch {
    wall: Instant,
    cpu: ProcessTime,
}

impl Watch {
    pub(crate) fn start() -> io::Result<Self> {
        Ok(Self {
            wall: Instant::now(),
            cpu: ProcessTime::try_now()?,
        })
    }

    pub(crate) fn stop(self) -> io::Result<Times> {
        Ok(Times {
            wall: self.wall.elapsed(),
            cpu: self.cpu.try_elapsed()?,
        })
    }
}

/// What every way took in every round.
pub(crate) struct Table<'a> {
    ways: &'a [Way],
    runs: Vec<Vec<Times>>,
}

impl<'a> Table<'a> {
    pub(crate) fn new(ways: &'a [Way]) -> Self {
        Self {
            ways,
            runs: ways.iter().map(|_| Vec::new()).collect(),
        }
    }

    pub(crate) fn add(&mut self, way: usize, times: Times) {
        self.runs[way].push(times);
    }

    /// Each figure with its ratio to the same job by hand.
    pub(crate) fn print(&self) {
        println!(
            "{:<38}{:>20}{:>20}{:>20}{:>20}",
            "", "wall, least", "wall, median", "CPU, least", "CPU, median"
        );
        for (index, way) in self.ways.iter().enumerate() {
            let by_hand = self.ways.iter().position(|other| *other == way.by_hand());
            print!("{:<38}", way.label());
            for (time, pick) in FIGURES {
                let figure = |index: usize| pick(self.runs[index].iter().map(time).collect());
                let own = figure(index);
                match by_hand {
                    Some(other) if other != index => {
                        let ratio = own.as_secs_f64() / figure(other).as_secs_f64();
                        print!("{:>13} ×{ratio:<5.3}", milliseconds(own));
                    }
                    _ => print!("{:>13}{:7}", milliseconds(own), ""),
                }
            }
            println!();
        }
    }
}

type Figure = (fn(&Times) -> Duration, fn(Vec<Duration>) -> Duration);

const FIGURES: [Figure; 4] = [
    (|times| times.wall, least),
    (|times| times.wall, median),
    (|times| times.cpu, least),
    (|times| times.cpu, median),
];

fn least(times: Vec<Duration>) -> Duration {
    times.into_iter().min().unwrap_or_default()
}

/// The mean of the two in the middle, where there are two.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let middle = times.len() / 2;
    match (times.get(middle), times.len() % 2) {
        (None, _) => Duration::ZERO,
        (Some(upper), 1) => *upper,
        (Some(upper), _) => (times[middle - 1] + *upper) / 2,
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
