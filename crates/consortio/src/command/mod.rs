//! One file per command.

mod backup;
mod doctor;
mod migrate;
mod move_engine;
mod serve;

use crate::cli::{Cli, Command};
use crate::config::{Config, Flags};
use crate::print::{Out, Outcome, Usage};
use crate::telemetry;
use anyhow::Result;

/// Runs the command that was asked for.
pub async fn run(cli: Cli, out: Out) -> Result<Outcome> {
    let config = configuration(&cli).map_err(|e| Usage(format!("{e:#}")))?;
    telemetry::log(&config.log).map_err(|e| Usage(format!("{e:#}")))?;
    match cli.command {
        Command::Serve(_) => serve::run(&config, out).await,
        Command::Migrate => migrate::run(&config, out).await,
        Command::Doctor => doctor::run(&config, out).await,
        Command::Backup { file } => backup::backup(&config, out, &file).await,
        Command::Restore { file } => backup::restore(&config, out, &file).await,
        Command::MoveEngine(args) => move_engine::run(&config, out, &args).await,
    }
}

fn configuration(cli: &Cli) -> Result<Config> {
    let mut flags = Flags { file: cli.config.clone(), data: cli.data.clone(), ..Flags::default() };
    if let Command::Serve(serve) = &cli.command {
        flags.listen = serve.listen;
        flags.allow_demo_sign_in = serve.allow_demo_sign_in;
    }
    Config::read(&flags)
}
