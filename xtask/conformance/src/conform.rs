//! `cargo xtask conform`: do the types still fit what Bitbucket really sends?
//!
//! Each recorded body is read by the type of its operation and written back.
//! What does not come back is lost to every program that uses the client.

mod check;
mod event;
mod exceptions;
mod har;
mod index;
mod matching;
mod recording;
mod report;
mod unknown;

#[path = "../../../tests/values/difference.rs"]
mod difference;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use check::Checker;
use exceptions::Exceptions;
use recording::Recordings;
use report::Report;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// HAR 1.2 files, and folders with an INDEX.json
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Fail also if anything was lost without a reason in exceptions.json
    #[arg(long)]
    strict: bool,
}

/// Reads the recordings and holds them against the types.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let mut recordings = Recordings::default();
    for path in &options.paths {
        read(path, &mut recordings)?;
    }
    let exceptions = Exceptions::read()?;
    let mut checker = Checker::new(&exceptions, Report::new(recordings.skipped));
    for recording in &recordings.found {
        checker.check(recording);
    }
    let report = checker.into_report();
    if options.json {
        println!("{:#}", report.json());
    } else {
        print!("{report}");
    }
    Ok(if report.is_good(options.strict) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read(path: &Path, recordings: &mut Recordings) -> Result<()> {
    let kind = path
        .metadata()
        .with_context(|| format!("cannot read {}", path.display()))?;
    if kind.is_file() {
        return har::read(path, recordings);
    }
    if !path.join(index::FILE).is_file() {
        bail!("{} is a folder without an {}", path.display(), index::FILE);
    }
    index::read(path, recordings)
}
