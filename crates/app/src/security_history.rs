//! The security history of an account and of a person: who signed in, what failed, whose factors, passwords, permissions and
//! tokens changed, who worked as whom. Read from the feed of the instance; nothing is stored twice.

use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use jiff::Timestamp;
use model::account::UserStatus;
use model::authority::Act;
use model::change::Actor;
use model::id::{AccountId, PersonId, TokenId};
use model::identity::history::Filter;
use model::identity::session::Session;
use model::limits::{LOG_EXPORT_PAGE, LOG_PAGE_MAX, SECURITY_EXPORT_MAX};
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;
use store::feed::Recorded;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub seq: i64,
    pub at: Timestamp,
    /// Such as `session.create` or `user.update`.
    pub act: String,
    /// Whom it is about.
    pub person: Option<Named>,
    pub by: By,
    /// How, where the act says so: the way of a sign-in, what a factor was shown for, what of a policy changed.
    pub detail: Vec<String>,
}

/// A person with the name by which the reader knows her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub id: PersonId,
    pub name: String,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    Person(Named),
    /// One in the place of another.
    StandIn {
        by: Named,
        place_of: Named,
    },
    Token(TokenId),
    /// The directory of an identity provider, by the name of its key.
    Provisioner(String),
    System,
}

impl By {
    /// In words for files and terminals.
    pub fn words(&self) -> String {
        match self {
            By::Person(one) => one.name.clone(),
            By::StandIn { by, place_of } => format!("{} as {}", by.name, place_of.name),
            By::Token(id) => format!("token {id}"),
            By::Provisioner(name) => format!("directory {name}"),
            By::System => "the server".to_owned(),
        }
    }
}

/// The history of the account, newest first.
pub async fn list(app: &App, cx: &Cx, filter: &Filter, limit: usize) -> Result<Vec<Entry>> {
    cx.may(Act::ReadAudit)?;
    page(app, Of::Account(cx.account), filter, limit.clamp(1, LOG_PAGE_MAX)).await
}

/// One's own, wherever it happened, newest first.
pub async fn list_own(app: &App, who: &Session, filter: &Filter, limit: usize) -> Result<Vec<Entry>> {
    page(app, Of::Person(who.person), filter, limit.clamp(1, LOG_PAGE_MAX)).await
}

#[derive(Clone, Copy)]
enum Of {
    Account(AccountId),
    Person(PersonId),
}

async fn page(app: &App, of: Of, filter: &Filter, limit: usize) -> Result<Vec<Entry>> {
    let mut tx = app.store.read_home().await?;
    let since = filter.since.max(model::identity::history::oldest(app.outside.now()));
    let filter = Filter { since, ..filter.clone() };
    let recorded = match of {
        Of::Account(account) => store::security_history::of_account(&mut tx, account, &filter, limit).await?,
        Of::Person(person) => store::security_history::of_person(&mut tx, person, &filter, limit).await?,
    };
    let names = names(&mut tx, of, &recorded).await?;
    let mut entries = Vec::with_capacity(recorded.len());
    for one in recorded {
        let directory = match one.by.actor {
            Actor::Provisioner { id } => store::provisioning::token_name(&mut tx, id).await?,
            _ => None,
        };
        entries.push(entry(one, &names, directory));
    }
    Ok(entries)
}

fn people_of(recorded: &Recorded) -> impl Iterator<Item = PersonId> {
    let about = recorded.change.detail.as_ref().and_then(|detail| detail["person"].as_i64()).map(PersonId);
    let by = match recorded.by.actor {
        Actor::StandIn { real, .. } => Some(real),
        _ => None,
    };
    about.into_iter().chain(recorded.by.actor.person()).chain(by)
}

/// An account knows its users by their names; everybody else, and who has not accepted yet, by the address alone.
async fn names(tx: &mut Tx, of: Of, recorded: &[Recorded]) -> Result<BTreeMap<PersonId, String>> {
    let mut names = BTreeMap::new();
    for id in recorded.iter().flat_map(people_of).collect::<BTreeSet<_>>() {
        let Some(login) = store::person::read(tx, id).await? else { continue };
        let is_known = match of {
            Of::Account(account) => {
                let user = store::account::read_user(tx, account, id).await?;
                user.is_some_and(|user| user.status != UserStatus::Invited)
            }
            Of::Person(person) => person == id,
        };
        let address = model::fold::email(&login.person.email);
        names.insert(id, if is_known { login.person.name } else { address });
    }
    Ok(names)
}

fn entry(recorded: Recorded, names: &BTreeMap<PersonId, String>, directory: Option<String>) -> Entry {
    let named = |id: PersonId| Named { id, name: names.get(&id).cloned().unwrap_or_else(|| format!("#{id}")) };
    let detail = recorded.change.detail.unwrap_or_default();
    let by = match recorded.by.actor {
        Actor::Person { id } => By::Person(named(id)),
        Actor::StandIn { id, real } => By::StandIn { by: named(real), place_of: named(id) },
        Actor::Token { id } => By::Token(id),
        Actor::Provisioner { id } => By::Provisioner(directory.unwrap_or_else(|| format!("#{id}"))),
        Actor::Connection { .. } | Actor::System => By::System,
    };
    let words = ["method", "for", "name"].into_iter().filter_map(|name| detail[name].as_str()).map(str::to_owned);
    let fields = ["fields", "scopes", "changes"].into_iter().filter_map(|name| detail[name].as_array()).flatten();
    let detail_words = words.chain(fields.filter_map(|word| word.as_str()).map(str::to_owned)).collect();
    Entry {
        seq: recorded.seq,
        at: recorded.at,
        act: detail["act"].as_str().unwrap_or_default().to_owned(),
        person: detail["person"].as_i64().map(|id| named(PersonId(id))),
        by,
        detail: detail_words,
    }
}

/// An export under way, page by page, newest first.
pub struct Export {
    of: Of,
    filter: Filter,
    begins: bool,
    done: bool,
    /// Entries written so far.
    pub n_entries: usize,
}

const COLUMNS: [&str; 7] = ["seq", "at", "act", "personId", "person", "by", "detail"];

impl Export {
    /// Of the account one works in.
    pub fn of_account(cx: &Cx, filter: Filter) -> Result<Export> {
        cx.may(Act::ReadAudit)?;
        Ok(Export { of: Of::Account(cx.account), filter, begins: true, done: false, n_entries: 0 })
    }

    /// One's own.
    pub fn of_person(who: &Session, filter: Filter) -> Export {
        Export { of: Of::Person(who.person), filter, begins: true, done: false, n_entries: 0 }
    }

    /// The next piece of a CSV file in UTF-8; `None` when all is written.
    pub async fn next(&mut self, app: &App) -> Result<Option<Vec<u8>>> {
        if self.done {
            return Ok(None);
        }
        let entries = page(app, self.of, &self.filter, LOG_EXPORT_PAGE).await?;
        self.filter.before = entries.last().map_or(self.filter.before, |last| last.seq);
        self.n_entries += entries.len();
        self.done = entries.len() < LOG_EXPORT_PAGE || self.n_entries >= SECURITY_EXPORT_MAX;
        let written = csv(std::mem::take(&mut self.begins), &entries);
        written.map(Some).map_err(|e| Error::broken(format!("a security history could not be written: {e}")))
    }
}

fn csv(begins: bool, entries: &[Entry]) -> std::result::Result<Vec<u8>, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if begins {
        writer.write_record(COLUMNS).map_err(|e| e.to_string())?;
    }
    for entry in entries {
        let id = entry.person.as_ref().map(|person| person.id.to_string()).unwrap_or_default();
        let name = entry.person.as_ref().map(|person| tame(&person.name)).unwrap_or_default();
        let (by, detail) = (tame(&entry.by.words()), entry.detail.join(" "));
        let cells = [&entry.seq.to_string(), &entry.at.to_string(), &entry.act, &id, &name, &by, &detail];
        writer.write_record(cells).map_err(|e| e.to_string())?;
    }
    writer.into_inner().map_err(|e| e.to_string())
}

/// A person chose her name; a spreadsheet must not take it for a formula.
fn tame(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_owned() }
}
