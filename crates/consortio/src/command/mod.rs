//! One file per command.

mod account;
mod backup;
mod billing;
mod contacts;
mod demo;
mod disclosures;
mod doctor;
mod export;
mod feed;
mod import;
mod mail;
mod migrate;
mod move_engine;
mod organization;
mod permission_set;
mod scim;
mod security;
mod serve;
mod sso;
mod token;
mod user;

use crate::cli::{Cli, Command};
use crate::config::{Config, Flags};
use crate::instance;
use crate::print::{Out, Outcome, Usage};
use crate::telemetry;
use anyhow::{Result, bail};
use app::cx::{App, Cx};
use model::id::AccountId;
use model::object::ObjectType;
use serde::de::DeserializeOwned;

/// Accounts read at once.
const ACCOUNTS_PAGE: usize = 500;

/// Runs the command that was asked for.
pub async fn run(cli: Cli, out: Out) -> Result<Outcome> {
    let config = configuration(&cli).map_err(|e| Usage(format!("{e:#}")))?;
    let mut log = config.log.clone();
    if !matches!(cli.command, Command::Serve(_)) && log.level == Config::default().log.level {
        // What a command has to say is its result.
        log.level = "warn".to_owned();
    }
    telemetry::log(&log).map_err(|e| Usage(format!("{e:#}")))?;
    if !may_begin(&cli.command) {
        instance::must_exist(&config)?;
    }
    match cli.command {
        Command::Serve(_) => serve::run(&config, out).await,
        Command::Migrate => migrate::run(&config, out).await,
        Command::Doctor => doctor::run(&config, out).await,
        Command::Demo(args) => demo::run(&config, out, &args).await,
        Command::Account(command) => account::run(&config, out, command).await,
        Command::User(command) => user::run(&config, out, command).await,
        Command::PermissionSet(command) => permission_set::run(&config, out, command).await,
        Command::Token(command) => token::run(&config, out, command).await,
        Command::Organization(command) => organization::run(&config, out, command).await,
        Command::Scim(command) => scim::run(&config, out, command).await,
        Command::Sso(command) => sso::run(&config, out, command).await,
        Command::Feed(command) => feed::run(&config, out, command).await,
        Command::Billing(args) => billing::run(&config, out, args).await,
        Command::Mail(command) => mail::run(&config, out, command).await,
        Command::Import(args) => import::run(&config, out, &args).await,
        Command::Export(args) => export::run(&config, out, &args).await,
        Command::Backup { file } => backup::backup(&config, out, &file).await,
        Command::Restore { file } => backup::restore(&config, out, &file).await,
        Command::MoveEngine(args) => move_engine::run(&config, out, &args).await,
    }
}

/// Whether a command may find nothing and make a new instance; others would do so only by a mistyped folder.
fn may_begin(command: &Command) -> bool {
    let creates = matches!(command, Command::Account(crate::cli::Account::Create(_)));
    creates || matches!(command, Command::Serve(_) | Command::Demo(_) | Command::Migrate | Command::Restore { .. })
}

fn configuration(cli: &Cli) -> Result<Config> {
    let mut flags = Flags { file: cli.config.clone(), data: cli.data.clone(), ..Flags::default() };
    if let Command::Serve(serve) = &cli.command {
        flags.listen = serve.listen;
        flags.allow_demo_sign_in = serve.allow_demo_sign_in;
    }
    Config::read(&flags)
}

/// The account that a person means by its id or its name.
async fn find_account(app: &App, text: &str) -> Result<Cx> {
    let instance = Cx::system(app, store::INSTANCE);
    let (mut found, mut after) = (Vec::new(), AccountId(0));
    loop {
        let page = app::account::list(app, &instance, after, ACCOUNTS_PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        found.extend(page.into_iter().filter(|account| account.id.to_string() == text || account.name == text));
    }
    match found.as_slice() {
        [account] => Ok(Cx::system(app, account.id)),
        [] => bail!("there is no account \"{text}\""),
        several => bail!("{} accounts are called \"{text}\": name one by its id", several.len()),
    }
}

/// One of the words an enumeration is written with.
fn word<T: DeserializeOwned>(what: &str, text: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|e| Usage(format!("{what}: {e}")).into())
}

/// A type of records in any of its spellings.
fn object_type(text: &str) -> Result<ObjectType> {
    ObjectType::from_segment(text).ok_or_else(|| Usage(format!("\"{text}\" is no type of records")).into())
}
