//! Hands a task over to the `conformance` program.
//!
//! That program needs the client, and so the code that is generated from the
//! document. This one mends the document, and has to build when that code does
//! not: hence it starts the other one through cargo instead of depending on it.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

use crate::product::Repository;

/// Becomes the other program, or waits for it: its output and its exit status
/// are this one's.
pub(crate) fn run(task: &str, arguments: &[OsString], repository: &Repository) -> Result<ExitCode> {
    let mut command = command(task, arguments, repository);
    start(&mut command).with_context(|| format!("cannot start {command:?}"))
}

fn command(task: &str, arguments: &[OsString], repository: &Repository) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["run", "--quiet", "--package", "conformance"])
        .arg("--manifest-path")
        .arg(repository.manifest())
        .args(["--", task])
        .args(arguments);
    command
}

/// Replaces this process, so that a signal reaches the one that does the work.
#[cfg(unix)]
fn start(command: &mut Command) -> std::io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(command))
}

#[cfg(not(unix))]
fn start(command: &mut Command) -> std::io::Result<ExitCode> {
    let status = command.status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
