//! The command line.

use std::{path::Path, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{conform, contract, product::Repository};

/// Checks of the client that need the client.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Call every operation and have each request judged by the document
    Contract(contract::Options),
    /// Hold recorded traffic against the types
    Conform(conform::Options),
}

/// The repository that this program was built from.
pub(crate) fn repository() -> Repository {
    let conformance = Path::new(env!("CARGO_MANIFEST_DIR"));
    Repository::at(conformance.ancestors().nth(2).unwrap_or(conformance))
}

/// Carries out a command. What it finds is on standard output and in the exit
/// status; an error means that it could not look.
pub(crate) fn run(command: &Command, repository: &Repository) -> Result<ExitCode> {
    match &command.task {
        Task::Contract(options) => contract::run(options, repository),
        Task::Conform(options) => conform::run(options),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Command::command().debug_assert();
    }

    #[test]
    fn the_repository_is_found() {
        assert!(repository().openapi(&crate::product::CLOUD).is_file());
    }
}
