//! Sends 1 GiB over loopback and gets as much, and says how much memory that
//! takes.
//!
//! ```sh
//! cargo bench --bench transfer              # 1 GiB each
//! cargo bench --bench transfer -- --quick   # 64 MiB each, to see that it runs
//! ```
//!
//! The client is a process of its own for each way, so that the peak of its
//! memory is its alone; so is the server.

mod download;
mod process;
mod server;
mod upload;

use std::{error::Error, process::ExitCode};

use process::Task;

const MIB: u64 = 1024 * 1024;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    let result = match Task::from_arguments(&arguments) {
        Some(task) => task.run(),
        // `cargo bench` says `--bench`; whoever merely tries out the targets does not.
        None if has("--bench") && !has("--quick") => bench(1024 * MIB),
        None => bench(64 * MIB),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench(length: u64) -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("transfer.bin");
    let server = process::Server::start(length)?;
    println!("{} MiB over loopback", length / MIB);
    println!(
        "{:<34}{:>12}{:>14}{:>14}",
        "", "time", "rate", "peak memory"
    );
    for (name, label) in upload::WAYS.into_iter().chain(download::WAYS) {
        // Sparse: what is measured is the client, not the disk.
        std::fs::File::create(&path)?.set_len(length)?;
        let used = process::measure(name, &server.base_url, &path, length)?;
        used.print(label, (name != upload::LITTLE).then_some(length));
    }
    Ok(())
}
