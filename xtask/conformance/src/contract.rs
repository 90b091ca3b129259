//! `cargo xtask contract`: an independent judge of every request.
//!
//! For each product, prism serves its document, every operation is called with
//! everything that it takes, and prism says whether the request is as the
//! document wants it. It does so for the corrected document, where nothing may
//! be wrong, and for the published one, where nothing may be wrong that no
//! correction explains.

use std::{fs, path::Path, process::ExitCode, time::Duration};

use anyhow::{Context as _, Result};
use clap::Args;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::Value;

use crate::product::{CLOUD, Origin, PRODUCTS, Product, Repository};
use examination::Examiner;
use explanations::Explanations;
use prism::Installation;
use progress::{Bars, say};
use report::{Report, Run};
use subject::Subject;

mod callers;
mod counterproof;
mod declared;
mod examination;
mod explanations;
mod prism;
mod process_group;
mod progress;
mod recorder;
mod report;
mod served;
mod subject;
mod verdict;

/// How long prism may take until it listens, if nothing else is said.
const PATIENCE: u64 = 120;

/// How many documents are judged at the same time: prism is slow, and uses one
/// processor.
const AT_ONCE: usize = 2;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Print one object instead of a table
    #[arg(long)]
    json: bool,
    /// How long prism may take until it listens
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE)]
    patience: u64,
}

/// Carries it out, and stops the server that it started in any case.
pub(crate) fn run(options: &Options, repository: &Repository) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        tokio::select! {
            report = contract(options, repository) => {
                let report = report?;
                print!("{}", if options.json { report.json()? } else { report.table() });
                Ok(report.exit_code())
            }
            // What runs is dropped with the other branch, prism included.
            code = interrupted() => Ok(code?),
        }
    })
}

/// The exit status that shells know a signal by.
async fn interrupted() -> Result<ExitCode> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupt = tokio::signal::ctrl_c() => interrupt?,
            _ = terminate.recv() => return Ok(ExitCode::from(143)),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(ExitCode::from(130))
}

async fn contract(options: &Options, repository: &Repository) -> Result<Report> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let installation = Installation::at(folder.join("prism"));
    if !installation.is_complete()? {
        say(&format!("installing prism {}", installation.version()?));
        installation.complete().await?;
    }
    let mut subjects = vec![counterproof::subject(&read(&repository.openapi(&CLOUD))?)?];
    for product in PRODUCTS {
        let corrected = read(&repository.openapi(product))?;
        // A document that was written here is published nowhere else.
        if let Origin::Published(_) = product.origin {
            let published = read(&repository.upstream(product))?;
            let explanations = explanations(folder, product, repository)?;
            subjects.push(Subject::published(
                product,
                &corrected,
                published,
                explanations,
            ));
        }
        subjects.push(Subject::corrected(product, corrected));
    }
    let judge = Judge {
        installation: &installation,
        patience: Duration::from_secs(options.patience),
        bars: Bars::default(),
    };
    let runs = futures_util::stream::iter(&subjects).map(|subject| judge.run(subject));
    Ok(Report {
        prism: installation.version()?,
        runs: runs.buffered(AT_ONCE).try_collect().await?,
    })
}

struct Judge<'a> {
    installation: &'a Installation,
    patience: Duration,
    bars: Bars,
}

impl Judge<'_> {
    async fn run(&self, subject: &Subject) -> Result<Run> {
        let title = subject.title();
        say(&format!("{title}: starting prism"));
        let served = served::served(&subject.served, &subject.examples);
        let mock = self.installation.mock(&served, self.patience).await?;
        let examiner = Examiner::new(subject, &mock).await?;
        let progress = self.bars.start(&title, subject.called.operations().len());
        let findings = examiner.examine(&progress).await;
        drop(progress);
        if findings.called.is_empty() {
            say(&mock.log());
        }
        mock.stop().await?;
        Ok(Run::new(subject, findings))
    }
}

fn explanations(folder: &Path, product: &Product, repository: &Repository) -> Result<Explanations> {
    let path = folder
        .join("explanations")
        .join(format!("{}.json", product.name));
    let explanations = Explanations::read(&path)?;
    let rules = folder.join("../src/rules");
    explanations.check_corrections(&repository.overlays(product), &rules)?;
    Ok(explanations)
}

fn read(path: &Path) -> Result<Value> {
    let named = || format!("cannot read {}", path.display());
    let text = fs::read_to_string(path).with_context(named)?;
    serde_json::from_str(&text).with_context(named)
}
