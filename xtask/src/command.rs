//! The command line.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};

use crate::conformance;
use crate::document::download::Limits;
use crate::document::load::Source;
use crate::operations;
use crate::product::{self, Origin, PRODUCTS, Product, Repository};
use crate::regen;

/// Tasks of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Make spec/*/openapi.json and docs/operations.md from the vendored document
    Regen(Regen),
    /// List every operation
    Operations(Operations),
    /// Call every operation and have each request judged by the document
    // Its options are those of the other program, which tells of them itself.
    #[command(disable_help_flag = true)]
    Contract(HandedOver),
    /// Hold recorded traffic against the types
    #[command(disable_help_flag = true)]
    Conform(HandedOver),
}

#[derive(Debug, Args)]
struct HandedOver {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// What a command comes to.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// What belongs on standard output.
    Text(String),
    /// Another program has said it all.
    Exit(ExitCode),
}

#[derive(Debug, Args)]
struct Regen {
    /// The document to vendor first, JSON or YAML; the published one by default
    #[arg(long, value_name = "URL|FILE")]
    from: Option<String>,
    /// Take the document as it is vendored, after a change of overlays or rules
    #[arg(long, conflicts_with_all = ["from", "preview"])]
    offline: bool,
    /// Change nothing; fail with a difference where files are not up to date. Needs no network
    #[arg(long, conflicts_with_all = ["from", "preview", "offline"])]
    check: bool,
    /// Change nothing; tell what taking the document would change
    #[arg(long)]
    preview: bool,
    /// Which document; with --offline and --check every one by default, else that of Bitbucket Cloud
    #[arg(long, value_parser = product::parse)]
    product: Option<&'static Product>,
}

#[derive(Debug, Args)]
struct Operations {
    /// Print an array of objects
    #[arg(long)]
    json: bool,
}

/// Carries out a command.
pub(crate) fn run(command: Command, repository: &Repository) -> Result<Outcome> {
    match command.task {
        Task::Regen(regen) => run_regen(&regen, repository).map(Outcome::Text),
        Task::Operations(options) => list_operations(&options, repository).map(Outcome::Text),
        Task::Contract(HandedOver { arguments }) => {
            conformance::run("contract", &arguments, repository).map(Outcome::Exit)
        }
        Task::Conform(HandedOver { arguments }) => {
            conformance::run("conform", &arguments, repository).map(Outcome::Exit)
        }
    }
}

fn list_operations(options: &Operations, repository: &Repository) -> Result<String> {
    let rows = operations::all(repository)?;
    if options.json {
        return Ok(format!("{}\n", serde_json::to_string_pretty(&rows)?));
    }
    Ok(operations::table(&rows))
}

/// What a task says of the product, or of every one of them.
fn each(chosen: Option<&Product>, task: impl Fn(&Product) -> Result<String>) -> Result<String> {
    match chosen {
        Some(product) => task(product),
        None => PRODUCTS.iter().map(task).collect(),
    }
}

fn run_regen(options: &Regen, repository: &Repository) -> Result<String> {
    let chosen = options.product;
    if options.check {
        return each(chosen, |product| regen::check(repository, product));
    }
    if options.offline {
        return each(chosen, |product| regen::write(repository, product));
    }
    let product = chosen.unwrap_or(&product::CLOUD);
    let limits = Limits::default();
    let source = match (&options.from, &product.origin) {
        (Some(from), _) => Source::parse(from)?,
        (None, Origin::Published(address)) => Source::parse(address)?,
        (None, Origin::Written) => bail!(
            "{} is written here and published nowhere: name a document by --from, or use --offline",
            product.title
        ),
    };
    if options.preview {
        return regen::preview(repository, product, &source, &limits);
    }
    regen::take(repository, product, &source, &limits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(arguments: &[&str]) -> Result<Command, clap::Error> {
        Command::try_parse_from([&["xtask"], arguments].concat())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Command::command().debug_assert();
    }

    #[test]
    fn regen_reads_its_options() {
        let Task::Regen(regen) = parse(&["regen", "--from", "a.json", "--preview"])
            .unwrap()
            .task
        else {
            panic!("not regen");
        };
        assert_eq!(regen.from, Some("a.json".to_owned()));
        assert!(regen.preview && !regen.check);
        assert!(regen.product.is_none());

        let Task::Regen(regen) = parse(&["regen"]).unwrap().task else {
            panic!("not regen");
        };
        assert!(regen.from.is_none() && !regen.offline);
    }

    #[test]
    fn what_is_handed_over_arrives_as_it_was_given() {
        for given in [&[][..], &["--json"], &["--help"], &["a", "--", "-b"]] {
            let task = parse(&[&["contract"], given].concat()).unwrap().task;
            let Task::Contract(HandedOver { arguments }) = task else {
                panic!("not contract");
            };
            assert_eq!(arguments, given);
        }
    }

    #[test]
    fn contradictions_are_refused() {
        for wrong in [
            &["regen", "--check", "--from", "a.json"][..],
            &["regen", "--check", "--preview"],
            &["regen", "--check", "--offline"],
            &["regen", "--offline", "--preview"],
            &["regen", "--product", "server"],
            &[],
        ] {
            assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
    }
}
