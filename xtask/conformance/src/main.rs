//! Checks of the client that need the client itself: `cargo xtask contract`
//! and `cargo xtask conform`.
//!
//! They are a program of their own because `cargo xtask regen` has to build
//! when the document, or what is generated from it, does not.

use std::process::ExitCode;

use clap::Parser;

mod command;
mod conform;
mod contract;
/// The products are those that `cargo xtask regen` knows.
#[allow(dead_code, reason = "xtask uses all of it, this program a part")]
#[path = "../../src/product.rs"]
mod product;
mod support;

fn main() -> ExitCode {
    let command = command::Command::parse();
    match command::run(&command, &command::repository()) {
        Ok(code) => code,
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
