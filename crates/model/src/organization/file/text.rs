//! The text of a file: written by hand, so that order and comments stay, and read with the line of whatever is wrong.

mod terms;

use super::{Accounts, File, Held};
use crate::connection::{EdgeKey, Feature};
use crate::id::{AccountId, OrganizationId};
use crate::limits::{EDGES_MAX, FILE_BYTES_MAX};
use crate::organization::role::Role;
use crate::policy::{self, Kind};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use toml::Spanned;

/// What is wrong with a file, and in which line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// From 1; 0 is the file as a whole.
    pub line: usize,
    /// The stable code.
    pub code: &'static str,
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 { write!(f, "line {}: {}", self.line, self.message) } else { f.write_str(&self.message) }
    }
}

const HEAD: &str = "\
# An organization as a file. `consortio organization plan FILE` says what applying it would change, `apply FILE` changes it.
# A member, role or connection that is not in here shall not be. A rule that is not in here stays as it is.
# Accounts are named by id or by name, people by their address.
";

/// The text of an organization, always the same for the same organization.
pub fn write(file: &File, accounts: &Accounts) -> String {
    let mut text = HEAD.to_owned();
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    line(format!("\n[organization]\nid = {}\nname = {}", file.id, quoted(&file.name)));
    line("\n[policy]".to_owned());
    for (name, value) in ordered(&file.policy) {
        line(format!("{name} = {}", rule(value)));
    }
    for account in &file.members {
        let name = accounts.get(account).map_or_else(String::new, |name| format!("name = {}\n", quoted(name)));
        line(format!("\n[[member]]\nid = {account}\n{}", name.trim_end()).trim_end().to_owned());
    }
    for (held, until) in &file.roles {
        let until = until.map_or_else(String::new, |until| format!("\nuntil = \"{until}\""));
        let (account, person, role) = (called(held.account, accounts), quoted(&held.email), quoted(held.role.name()));
        line(format!("\n[[role]]\naccount = {account}\nperson = {person}\nrole = {role}{until}"));
    }
    for (edge, terms) in &file.connections {
        let (from, to, feature) =
            (called(edge.source, accounts), called(edge.destination, accounts), quoted(edge.feature.name()));
        line(format!("\n[[connection]]\nfeature = {feature}\nfrom = {from}\nto = {to}{}", terms::write(terms)));
    }
    text
}

/// Rules in the order of their pages; those nobody knows after them.
fn ordered(rules: &BTreeMap<String, Value>) -> Vec<(&str, &Value)> {
    let place = |name: &str| policy::FIELDS.iter().position(|field| field.name == name).unwrap_or(usize::MAX);
    let mut rules: Vec<(&str, &Value)> = rules.iter().map(|(name, value)| (name.as_str(), value)).collect();
    rules.sort_by_key(|(name, _)| (place(name), *name));
    rules
}

/// TOML has no nothing: an empty text stands for it.
fn rule(value: &Value) -> String {
    match value {
        Value::Null => "\"\"".to_owned(),
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("[{}]", items.iter().map(rule).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name} = {}", rule(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// By name where only one account has it and it is no number, else by id.
fn called(account: AccountId, accounts: &Accounts) -> String {
    match accounts.get(&account) {
        Some(name) if accounts.values().filter(|other| *other == name).count() == 1 => quoted(name),
        _ => account.to_string(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    organization: Head,
    #[serde(default)]
    policy: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
    #[serde(default)]
    member: Vec<Spanned<Member>>,
    #[serde(default)]
    role: Vec<Spanned<RoleHeld>>,
    #[serde(default)]
    connection: Vec<Spanned<Connection>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: i64,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    id: Option<i64>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleHeld {
    account: Spanned<Named>,
    person: String,
    role: Spanned<String>,
    until: Option<Spanned<Moment>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Connection {
    feature: Spanned<String>,
    from: Spanned<Named>,
    to: Spanned<Named>,
    purpose: Option<String>,
    legal_basis: Option<Spanned<String>>,
    legal_basis_text: Option<String>,
    customers: Option<Spanned<BTreeSet<String>>>,
    types: Option<Spanned<BTreeSet<String>>>,
    deal_pipelines: Option<BTreeSet<String>>,
    fields: Option<BTreeSet<String>>,
    masked: Option<BTreeSet<String>>,
    review_on: Option<Spanned<Moment>>,
}

/// An account by id or by name.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Id(i64),
    Name(String),
}

/// A time as text or as TOML writes times.
#[derive(Deserialize)]
#[serde(untagged)]
enum Moment {
    Text(String),
    Toml(toml::value::Datetime),
}

/// Reads a file, or says what is wrong in which line. `accounts` are all that it may name.
pub fn read(text: &str, accounts: &Accounts) -> Result<File, Fault> {
    if text.len() > FILE_BYTES_MAX {
        let message = format!("the file has {} bytes; at most {FILE_BYTES_MAX} are read", text.len());
        return Err(Fault { line: 0, code: "FILE_TOO_LARGE", message });
    }
    let whole: Whole = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
    let reader = Reader { text, accounts };
    let mut file = File {
        id: OrganizationId(whole.organization.id),
        name: whole.organization.name,
        policy: BTreeMap::new(),
        members: BTreeSet::new(),
        roles: BTreeMap::new(),
        connections: BTreeMap::new(),
    };
    for (name, value) in whole.policy {
        let value = reader.rule(&name, &value)?;
        file.policy.insert(name.into_inner(), value);
    }
    for member in whole.member {
        let (start, member) = (member.span().start, member.into_inner());
        let account = reader.member(start, &member)?;
        reader.once(file.members.insert(account), start, || format!("account {account} is named twice"))?;
    }
    for role in whole.role {
        let (start, role) = (role.span().start, role.into_inner());
        let (held, until) = reader.role(&role, &file.members)?;
        let words = || format!("{} holds the role {} for account {} twice", held.email, held.role.name(), held.account);
        reader.once(!file.roles.contains_key(&held), start, words)?;
        file.roles.insert(held, until);
    }
    if whole.connection.len() > EDGES_MAX {
        let message = format!("{} connections are named; at most {EDGES_MAX} are allowed", whole.connection.len());
        return Err(Fault { line: 0, code: "TOO_MANY_EDGES", message });
    }
    for connection in whole.connection {
        let (start, connection) = (connection.span().start, connection.into_inner());
        let edge = reader.edge(&connection, &file.members)?;
        let terms = reader.terms(connection)?;
        let words = || format!("{} from {} to {} is named twice", edge.feature.name(), edge.source, edge.destination);
        reader.once(file.connections.insert(edge, terms).is_none(), start, words)?;
    }
    Ok(file)
}

/// The organization a file is of, read alone.
pub fn id_of(text: &str) -> Result<OrganizationId, Fault> {
    #[derive(Deserialize)]
    struct Only {
        organization: Head,
    }
    let only: Only = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
    Ok(OrganizationId(only.organization.id))
}

fn unreadable(text: &str, error: &toml::de::Error) -> Fault {
    let message = error.message().trim().to_owned();
    let code = if message.starts_with("unknown field") { "FILE_KEY_UNKNOWN" } else { "FILE_UNREADABLE" };
    Fault { line: error.span().map_or(0, |span| line_of(text, span.start)), code, message }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

struct Reader<'a> {
    text: &'a str,
    accounts: &'a Accounts,
}

impl Reader<'_> {
    fn fault(&self, at: usize, code: &'static str, message: String) -> Fault {
        Fault { line: line_of(self.text, at), code, message }
    }

    fn once(&self, is_new: bool, at: usize, words: impl FnOnce() -> String) -> Result<(), Fault> {
        if is_new { Ok(()) } else { Err(self.fault(at, "FILE_TWICE", words())) }
    }

    fn rule(&self, name: &Spanned<String>, value: &Spanned<toml::Value>) -> Result<Value, Fault> {
        let Some(field) = policy::field(name.get_ref()) else {
            let message = format!("there is no rule \"{}\"", name.get_ref());
            return Err(self.fault(name.span().start, "FILE_KEY_UNKNOWN", message));
        };
        let given = serde_json::to_value(value.get_ref()).unwrap_or_default();
        let given = if field.kind == Kind::Text && given == "" { Value::Null } else { given };
        field.take(&given).map_err(|refusal| self.fault(value.span().start, refusal.code(), refusal.to_string()))
    }

    fn member(&self, at: usize, member: &Member) -> Result<AccountId, Fault> {
        match (member.id, &member.name) {
            (Some(id), None) => self.by_id(at, AccountId(id)),
            (None, Some(name)) => self.by_name(at, name),
            (Some(id), Some(name)) => {
                let account = self.by_id(at, AccountId(id))?;
                let is_called = self.accounts.get(&account);
                if is_called == Some(name) {
                    return Ok(account);
                }
                let is_called = is_called.map(String::as_str).unwrap_or_default();
                let message = format!("account {id} is called \"{is_called}\", not \"{name}\"");
                Err(self.fault(at, "FILE_ACCOUNT_MISNAMED", message))
            }
            (None, None) => Err(self.fault(at, "FILE_ACCOUNT_UNKNOWN", "a member needs an id or a name".to_owned())),
        }
    }

    fn account(&self, named: &Spanned<Named>) -> Result<AccountId, Fault> {
        match named.get_ref() {
            Named::Id(id) => self.by_id(named.span().start, AccountId(*id)),
            Named::Name(name) => self.by_name(named.span().start, name),
        }
    }

    fn by_id(&self, at: usize, id: AccountId) -> Result<AccountId, Fault> {
        let unknown = || self.fault(at, "FILE_ACCOUNT_UNKNOWN", format!("you have no account {id} to name"));
        self.accounts.contains_key(&id).then_some(id).ok_or_else(unknown)
    }

    fn by_name(&self, at: usize, name: &str) -> Result<AccountId, Fault> {
        let found: Vec<AccountId> = self.accounts.iter().filter(|(_, other)| *other == name).map(|(id, _)| *id).collect();
        match found.as_slice() {
            [id] => Ok(*id),
            [] => Err(self.fault(at, "FILE_ACCOUNT_UNKNOWN", format!("you have no account \"{name}\" to name"))),
            several => {
                let message = format!("{} accounts are called \"{name}\": name one by its id", several.len());
                Err(self.fault(at, "FILE_ACCOUNT_AMBIGUOUS", message))
            }
        }
    }

    fn among(&self, named: &Spanned<Named>, members: &BTreeSet<AccountId>) -> Result<AccountId, Fault> {
        let account = self.account(named)?;
        let message = || format!("account {account} is not among the members in this file");
        members.contains(&account).then_some(account).ok_or_else(|| self.fault(named.span().start, "NOT_A_MEMBER", message()))
    }

    fn role(&self, role: &RoleHeld, members: &BTreeSet<AccountId>) -> Result<(Held, Option<Timestamp>), Fault> {
        let account = self.among(&role.account, members)?;
        let Some(named) = Role::from_name(role.role.get_ref()) else {
            let known = Role::ALL.map(Role::name).join(", ");
            let message = format!("\"{}\" is no role of an organization; they are {known}", role.role.get_ref());
            return Err(self.fault(role.role.span().start, "ROLE_UNKNOWN", message));
        };
        let until = role.until.as_ref().map(|until| self.moment(until)).transpose()?;
        Ok((Held { account, email: crate::fold::email(&role.person), role: named }, until))
    }

    fn moment(&self, moment: &Spanned<Moment>) -> Result<Timestamp, Fault> {
        let text = match moment.get_ref() {
            Moment::Text(text) => text.clone(),
            Moment::Toml(time) => time.to_string(),
        };
        text.parse().map_err(|_| {
            let message = format!("\"{text}\" is no time; expected one such as 2027-01-31T00:00:00Z");
            self.fault(moment.span().start, "TIME_INVALID", message)
        })
    }

    fn edge(&self, connection: &Connection, members: &BTreeSet<AccountId>) -> Result<EdgeKey, Fault> {
        let Some(feature) = Feature::from_name(connection.feature.get_ref()) else {
            let known = Feature::ALL.map(Feature::name).join(", ");
            let message = format!("\"{}\" is no feature of a connection; they are {known}", connection.feature.get_ref());
            return Err(self.fault(connection.feature.span().start, "FEATURE_UNKNOWN", message));
        };
        let (source, destination) = (self.among(&connection.from, members)?, self.among(&connection.to, members)?);
        if source == destination {
            let message = format!("account {source} cannot be connected with itself");
            return Err(self.fault(connection.to.span().start, "SAME_ACCOUNT", message));
        }
        Ok(EdgeKey { feature, source, destination })
    }
}
