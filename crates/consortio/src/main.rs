//! The binary: configuration, telemetry, command line; the real clock and randomness; wires the rooms together.
//!
//! Invariant: nothing here decides anything about the product. A command reads its flags, calls a verb of `app` (or, for what
//! concerns whole databases, of `store`) and prints what came back.

mod cli;
mod command;
mod config;
mod demo;
mod instance;
mod network;
mod ports;
mod print;
mod smtp;
mod telemetry;

use clap::Parser;
use cli::Cli;
use print::Out;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Which flags were given is not known, but whoever asked for JSON did so somewhere.
        Err(error) if error.use_stderr() && std::env::args().any(|arg| arg == "--json") => {
            return Out { json: true }.failed(&print::Usage(error.to_string().trim_end().to_owned()).into());
        }
        Err(error) => error.exit(),
    };
    let out = Out { json: cli.json };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return out.failed(&anyhow::Error::new(error).context("the runtime cannot start")),
    };
    match runtime.block_on(command::run(cli, out)) {
        Ok(outcome) => outcome.into(),
        Err(error) => out.failed(&error),
    }
}
