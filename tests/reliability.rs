//! What a program can rely on when the network or Bitbucket fails.

#[path = "reliability/calls.rs"]
mod calls;
#[path = "reliability/fault_server.rs"]
mod fault_server;
#[path = "reliability/faults.rs"]
mod faults;
#[path = "reliability/limits.rs"]
mod limits;
#[allow(dead_code, reason = "the tests of other things use the rest")]
#[path = "support/server.rs"]
mod server;
#[path = "reliability/table.rs"]
mod table;
#[path = "reliability/trial.rs"]
mod trial;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Mutex, MutexGuard},
    thread,
};

use tokio::runtime::Handle;

use calls::{CALLS, Call};
use faults::{FAULTS, Fault};
use table::{Cell, Cells};
use trial::{Strikes, Trial};

/// Most trials only wait, so that many of them can at once.
const AT_ONCE: usize = 64;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while it holds this")
}

/// Tries a call under a fault that stays, and under one that passes where the
/// client asks again.
fn try_cell(
    fault: &'static Fault,
    call: Call,
    servers: &Handle,
    file: &Path,
) -> Result<Cell, String> {
    let observe = |strikes| {
        let trial = Trial {
            fault,
            call,
            strikes,
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| trial.run(servers, file)));
        let outcome = outcome.unwrap_or_else(|_| Err("it panics".to_owned()));
        outcome.map_err(|error| format!("{strikes:?}: {error}"))
    };
    let always = observe(Strikes::Always)?;
    let once = if table::is_to_heal(fault, &always) {
        Some(observe(Strikes::Once)?)
    } else {
        None
    };
    Ok(Cell { always, once })
}

#[test]
fn every_fault_of_every_call_ends_as_the_table_says() {
    let servers = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("numbers.bin");
    std::fs::write(&file, calls::content()).unwrap();

    let mut cases: Vec<_> = (0..FAULTS.len())
        .flat_map(|row| (0..CALLS.len()).map(move |column| (row, column)))
        .collect();
    // What takes long is taken first, and that is at the end of this.
    cases.sort_by_key(|(row, _)| FAULTS[*row].slow);
    let cases = Mutex::new(cases);
    let cells = Mutex::new(Cells::new());
    let failures = Mutex::new(Vec::new());
    let late = Mutex::new(Vec::new());
    let try_one = |row: usize, column: usize, is_alone: bool| {
        let (fault, call) = (&FAULTS[row], CALLS[column]);
        let outcome = match try_cell(fault, call, servers.handle(), &file) {
            // Where there is no silence, it was the machine that was late.
            Ok(tried) if tried.has_timed_out() && !fault.slow && !is_alone => {
                lock(&late).push((row, column));
                return;
            }
            outcome => outcome.and_then(Cell::healed),
        };
        match outcome {
            Ok(tried) => {
                lock(&cells).insert((row, column), tried);
            }
            Err(error) => {
                lock(&failures).push(format!("{} × {}: {error}", fault.name, call.title()));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                // Without the lock while it is tried.
                let next = || lock(&cases).pop();
                while let Some((row, column)) = next() {
                    try_one(row, column, false);
                }
            });
        }
    });
    for (row, column) in lock(&late).drain(..) {
        try_one(row, column, true);
    }

    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let cells = cells.into_inner().unwrap();
    assert_eq!(cells.len(), FAULTS.len() * CALLS.len());
    if let Err(difference) = table::compare(&cells) {
        panic!("{difference}");
    }
}
