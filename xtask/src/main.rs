//! Tasks of this repository: `cargo xtask regen`, `cargo xtask operations` and
//! `cargo xtask contract`.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;

mod command;
mod conformance;
mod coverage;
mod document;
mod dropped;
mod effective;
mod markdown;
mod operations;
mod overlay;
mod preview;
mod product;
mod regen;
mod replace_file;
mod rules;
#[cfg(test)]
mod test_values;

fn main() -> ExitCode {
    let command = command::Command::parse();
    match command::run(command, &product::Repository::here()) {
        Ok(command::Outcome::Text(text)) => print(&text),
        Ok(command::Outcome::Exit(code)) => code,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                let cause = cause.to_string().replace('\n', "\n  ");
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

/// A reader that has seen enough (`| head`) is no failure.
fn print(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("error: cannot write the output: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}
