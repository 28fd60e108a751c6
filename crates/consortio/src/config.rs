//! Configuration: one TOML file, `CONSORTIO_*` environment variables over it, flags over both. Every key has a default,
//! so an empty configuration starts. An unknown key is refused by its name: a misspelt one would silently do nothing.

use anyhow::{Context, Result, bail};
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use store::{Databases, HOME_LOCATION};

/// The configuration file looked for in the working directory when none is named.
const DEFAULT_FILE: &str = "consortio.toml";
const PREFIX: &str = "CONSORTIO_";
/// `CONSORTIO_CONFIG` names the file itself; `CONSORTIO_TEST_..` is read by the tests.
const NOT_KEYS: [&str; 2] = ["CONFIG", "TEST_"];
/// What the SQLite database is called in the data folder.
const SQLITE_FILE: &str = "consortio.db";

/// Everything an operator can decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Folder of the SQLite database, uploaded files and the key that seals secrets. Made when it is not there.
    pub data: PathBuf,
    /// Address and port the server listens on.
    pub listen: SocketAddr,
    /// `postgres://…`; without it SQLite in the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Further data-hosting locations by name: each a `postgres://…` address or the path of a SQLite file.
    #[serde(default)]
    pub locations: BTreeMap<String, String>,
    /// Where people reach the server, such as `https://crm.example`; passkeys are bound to its host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<url::Url>,
    pub log: Log,
    /// How letters go out. Without a server they are kept, see Settings > Outbox.
    pub mail: Mail,
    /// The fixed sign-in of the sample group is accepted although the server listens beyond this machine.
    pub allow_demo_sign_in: bool,
    /// Identity providers may be at addresses of private networks and of this machine, and speak plain HTTP.
    pub allow_private_addresses: bool,
}

/// How the log is written, to standard error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,store=debug`.
    pub level: String,
}

/// The mail server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// `smtp://user:password@host:587`, with TLS from the start `smtps://…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp: Option<url::Url>,
    /// Whom letters come from, such as `Consortio <crm@ex.org>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            data: PathBuf::from("consortio-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 7373)),
            database: None,
            locations: BTreeMap::new(),
            public_url: None,
            log: Log { format: LogFormat::Text, level: "info".to_owned() },
            mail: Mail::default(),
            allow_demo_sign_in: false,
            allow_private_addresses: false,
        }
    }
}

/// What the command line says about configuration; stronger than file and environment.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub file: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
    pub allow_demo_sign_in: bool,
}

impl Config {
    /// Reads the configuration.
    pub fn read(flags: &Flags) -> Result<Config> {
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        if let Some(file) = file(flags)? {
            let text = std::fs::read_to_string(&file).with_context(|| format!("the configuration file {}", file.display()))?;
            figment = figment.merge(Toml::string(&text));
        }
        figment = figment.merge(environment());
        if let Some(data) = &flags.data {
            figment = figment.merge(("data", data));
        }
        if let Some(listen) = &flags.listen {
            figment = figment.merge(("listen", listen));
        }
        if flags.allow_demo_sign_in {
            figment = figment.merge(("allow_demo_sign_in", true));
        }
        let config: Config = figment.extract().map_err(|e| anyhow::anyhow!(said(&figment, e)))?;
        if config.locations.contains_key(HOME_LOCATION) {
            bail!("configuration: the location \"{HOME_LOCATION}\" is the one of `database` and cannot be in `locations`");
        }
        check_level(&config.log.level)?;
        check_mail(&config.mail)?;
        let mut places = BTreeMap::new();
        for (location, database) in config.databases() {
            if database.contains("://") && !database.starts_with("postgres://") && !database.starts_with("postgresql://") {
                let scheme = database.split("://").next().unwrap_or_default();
                bail!(
                    "configuration: the database of \"{location}\" begins with \"{scheme}://\"; \
                     a postgres:// address or the path of a SQLite file is accepted"
                );
            }
            if let Some(other) = places.insert(database, location.clone()) {
                bail!("configuration: the locations \"{other}\" and \"{location}\" are the same database");
            }
        }
        Ok(config)
    }

    /// Every location with its database.
    pub fn databases(&self) -> Databases {
        let sqlite = || self.data.join(SQLITE_FILE).to_string_lossy().into_owned();
        let mut databases: Databases = self.locations.clone();
        databases.insert(HOME_LOCATION.to_owned(), self.database.clone().unwrap_or_else(sqlite));
        databases
    }

    /// Scheme and host for links and passkeys. Without a configured one, `localhost`: passkeys take no bare address.
    pub fn url(&self) -> String {
        let configured = self.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
        configured.unwrap_or_else(|| format!("http://localhost:{}", self.listen.port()))
    }

    /// Whether the fixed sign-in of the sample group may be used.
    pub fn demo_sign_in_allowed(&self) -> bool {
        self.allow_demo_sign_in || self.listen.ip().is_loopback()
    }
}

fn file(flags: &Flags) -> Result<Option<PathBuf>> {
    if let Some(named) = &flags.file {
        if !named.exists() {
            bail!("the configuration file {} does not exist", named.display());
        }
        return Ok(Some(named.clone()));
    }
    let default = Path::new(DEFAULT_FILE);
    Ok(default.exists().then(|| default.to_owned()))
}

/// An unknown word would be taken for the name of a module, and the log would be silent.
fn check_level(level: &str) -> Result<()> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let known = |word: &str| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
    for directive in level.split(',') {
        if !known(directive.rsplit('=').next().unwrap_or_default().trim()) {
            bail!(
                "configuration: \"log.level\" has \"{directive}\"; known: {}, and directives such as store=debug",
                LEVELS.join(", ")
            );
        }
    }
    Ok(())
}

fn check_mail(mail: &Mail) -> Result<()> {
    if let Some(smtp) = &mail.smtp
        && !matches!(smtp.scheme(), "smtp" | "smtps")
    {
        bail!("configuration: \"mail.smtp\" begins with \"{}://\"; smtp:// and smtps:// are accepted", smtp.scheme());
    }
    if mail.smtp.is_some() && mail.from.is_none() {
        bail!("configuration: \"mail.smtp\" is set and \"mail.from\" is not");
    }
    if let Some(from) = &mail.from
        && from.parse::<lettre::message::Mailbox>().is_err()
    {
        bail!("configuration: \"mail.from\" is \"{from}\", which is no address such as \"Consortio <crm@ex.org>\"");
    }
    Ok(())
}

fn environment() -> Env {
    Env::prefixed(PREFIX).filter(|key| !NOT_KEYS.iter().any(|not| key.as_str().to_ascii_uppercase().starts_with(not))).split("__")
}

/// Names the key, the value and where it was found.
fn said(figment: &Figment, errors: figment::Error) -> String {
    let lines = errors.into_iter().map(|error| {
        let source = error.metadata.as_ref().map(|m| m.name.to_string()).unwrap_or_default();
        let place = if source.contains("nvironment") { "the environment" } else { "the configuration" };
        match &error.kind {
            figment::error::Kind::UnknownField(name, known) => {
                let path = error.path.iter().map(|p| format!("{p}.")).collect::<String>();
                let path = if error.path.last().is_some_and(|last| last == name) { error.path.join(".") } else { path + name };
                format!("configuration: unknown key \"{path}\" in {place}; known here: {}", known.join(", "))
            }
            kind => {
                let key = error.path.join(".");
                let value = figment.find_value(&key).ok().and_then(|v| v.as_str().map(|text| format!(" is \"{text}\"")));
                format!("configuration: \"{key}\"{} in {place}: {kind}", value.unwrap_or_default())
            }
        }
    });
    lines.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(toml: &str) -> Result<Config, String> {
        let figment = Figment::from(Serialized::defaults(Config::default())).merge(Toml::string(toml));
        figment.extract().map_err(|e| said(&figment, e))
    }

    #[test]
    fn an_empty_configuration_starts_on_this_machine_only() {
        let config = parse("").unwrap();
        assert_eq!(config, Config::default());
        assert!(config.listen.ip().is_loopback() && config.demo_sign_in_allowed());
        assert_eq!(config.databases()[HOME_LOCATION], "consortio-data/consortio.db");
        assert_eq!(config.url(), "http://localhost:7373");
    }

    #[test]
    fn an_unknown_key_is_refused_by_its_name() {
        let message = parse("listten = \"127.0.0.1:1\"").unwrap_err();
        assert!(
            message.starts_with("configuration: unknown key \"listten\" in the configuration; known here: data, listen"),
            "{message}"
        );
        let message = parse("[log]\ncolour = true").unwrap_err();
        assert!(message.starts_with("configuration: unknown key \"log.colour\""), "{message}");
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_key_and_itself() {
        let message = parse("listen = \"somewhere\"").unwrap_err();
        assert!(message.contains("\"listen\"") && message.contains("somewhere"), "{message}");
        let message = parse("[log]\nformat = \"xml\"").unwrap_err();
        assert!(message.contains("\"log.format\"") && message.contains("xml"), "{message}");
    }

    #[test]
    fn a_level_that_nobody_knows_is_refused_by_name() {
        for level in ["info", "WARN", "info,store=debug", "off"] {
            assert!(check_level(level).is_ok(), "{level}");
        }
        for level in ["loud", "", "info,store=loud", "info,store"] {
            let last = level.rsplit(',').next().unwrap();
            let message = check_level(level).unwrap_err().to_string();
            assert!(message.starts_with(&format!("configuration: \"log.level\" has \"{last}\"; known: off")), "{message}");
        }
    }

    #[test]
    fn every_location_is_a_database() {
        let config = parse("database = \"postgres://db/x\"\n[locations]\neu = \"postgres://eu/x\"").unwrap();
        let databases = config.databases();
        assert_eq!(databases[HOME_LOCATION], "postgres://db/x");
        assert_eq!(databases["eu"], "postgres://eu/x");
    }

    #[test]
    fn the_demo_sign_in_needs_to_be_asked_for_beyond_this_machine() {
        assert!(!parse("listen = \"0.0.0.0:80\"").unwrap().demo_sign_in_allowed());
        assert!(parse("listen = \"0.0.0.0:80\"\nallow_demo_sign_in = true").unwrap().demo_sign_in_allowed());
    }
}
