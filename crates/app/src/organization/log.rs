//! The organization's log, read and kept: every act and automatic change (written by the verbs themselves, in the transaction
//! of the change), every refusal, and every mirrored view.
//!
//! ```text
//!   a look -> disclosure in the source's feed, before anything is shown -> collect -> entry of the log
//! ```
//! Looking must not wait for one log that everybody writes to, so mirrored views are copied into it afterwards, each exactly
//! once: the cursor into the feed moves in the transaction that appends. See docs/decisions/0007.

use super::standing::{Stand, from, is_system};
use super::{actor, standing};
use crate::cx::{App, Cx};
use crate::disclosure::{self, Called};
use crate::error::{Error, Kind, Result};
use model::authority::OrganizationAct;
use model::change::{Change, Kind as Did};
use model::connection::{EdgeKey, Feature};
use model::id::{AccountId, ConnectionId, OrganizationId, PersonId, RecordId, TokenId};
use model::limits::{FEED_PAGE_MAX, LOG_EXPORT_PAGE, LOG_PAGE_MAX};
use model::object::ObjectType;
use model::organization::log::{self, Chain, Entry, Filter, Place, Said};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::feed::Recorded;
use store::{Tx, WriteTx};

/// The act of a refusal's entry.
pub const REFUSED: &str = "refused";
pub use model::organization::log::DISCLOSED;
/// Entries among which a refusal is looked for before it is written again.
const RECENT: usize = 50;
/// Characters of a refusal's message that are kept.
const MESSAGE_CHARS_MAX: usize = 500;

/// An entry with the names, as they are now, of what it tells by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub entry: Entry,
    /// The person or the service token that acted.
    pub actor: Option<String>,
    /// The person for whom a service token acted.
    pub acted_for: Option<String>,
    /// Of a mirrored view: the record that was looked at, for people of the account whose it is.
    pub record: Called,
}

/// A page of what is asked for, at most 100 entries.
pub async fn list(app: &App, cx: &Cx, id: OrganizationId, filter: &Filter, place: Place, limit: usize) -> Result<Vec<Named>> {
    page(app, cx, id, filter, place, limit.clamp(1, LOG_PAGE_MAX)).await
}

async fn page(app: &App, cx: &Cx, id: OrganizationId, filter: &Filter, place: Place, limit: usize) -> Result<Vec<Named>> {
    let mut tx = app.store.read_home().await?;
    let stand = standing::visible(&mut tx, cx, id, OrganizationAct::ReadLog).await?.stand;
    let entries = readable(&mut tx, &stand, id, filter, (place, limit)).await?;
    let told: Vec<Told> = entries.iter().map(told).collect();
    let people = told.iter().flat_map(|t| [t.person, t.acted_for]).flatten().collect();
    let people = store::organization::names(&mut tx, &people).await?;
    let mut tokens = store::token::names(&mut tx, &told.iter().filter_map(|t| t.token).collect()).await?;
    for id in told.iter().filter_map(|t| t.provisioner).collect::<BTreeSet<_>>() {
        tokens.extend(store::provisioning::token_name(&mut tx, id).await?.map(|name| (id, name)));
    }
    drop(tx);
    let called = called(app, cx, &told).await?;
    let named = |(entry, told): (Entry, Told)| Named {
        actor: told
            .person
            .and_then(|id| people.get(&id))
            .or(told.token.or(told.provisioner).and_then(|id| tokens.get(&id)))
            .cloned(),
        acted_for: told.acted_for.and_then(|id| people.get(&id).cloned()),
        record: told.record.and_then(|record| called.get(&record).cloned()).unwrap_or_default(),
        entry,
    };
    Ok(entries.into_iter().zip(told).map(named).collect())
}

type RecordOf = (AccountId, ObjectType, RecordId);

/// What an entry tells by id.
struct Told {
    person: Option<PersonId>,
    token: Option<TokenId>,
    provisioner: Option<TokenId>,
    acted_for: Option<PersonId>,
    record: Option<RecordOf>,
}

fn told(entry: &Entry) -> Told {
    let number = |text: &str, kind: &str| text.strip_prefix(kind).and_then(|id| id.parse::<i64>().ok());
    let detail: Value = serde_json::from_str(&entry.said.detail).unwrap_or_default();
    let acted_for = detail["from"]["for"].as_str().and_then(|text| number(text, "person:"));
    let record = &detail["record"];
    let object = record["type"].as_str().and_then(ObjectType::from_segment);
    let source = detail["edge"]["source"].as_i64().map(AccountId).filter(|_| entry.said.act == DISCLOSED);
    Told {
        person: number(&entry.said.actor, "person:").map(PersonId),
        token: number(&entry.said.actor, "token:").map(TokenId),
        provisioner: number(&entry.said.actor, "provisioner:").map(TokenId),
        acted_for: acted_for.map(PersonId),
        record: source.zip(object).zip(record["id"].as_i64()).map(|((source, object), id)| (source, object, RecordId(id))),
    }
}

/// What the records that were looked at are called. A member's people read the names of its own records only; the operator
/// reads all, but of accounts whose database is out of reach.
async fn called(app: &App, cx: &Cx, told: &[Told]) -> Result<BTreeMap<RecordOf, Called>> {
    let records: BTreeSet<RecordOf> = told.iter().filter_map(|t| t.record).collect();
    let accounts: BTreeSet<AccountId> = records.iter().map(|(account, ..)| *account).collect();
    let mut called = BTreeMap::new();
    for account in accounts.into_iter().filter(|account| *account == cx.account || is_system(cx)) {
        let there = if account == cx.account { cx.clone() } else { Cx::system(app, account) };
        let of_account = records.iter().filter(|(a, ..)| *a == account).map(|(_, object, id)| (*object, *id));
        let mut tx = match app.store.read(account).await.map_err(Error::from) {
            Ok(tx) => tx,
            Err(error) if error.kind == Kind::Unavailable => continue,
            Err(error) => return Err(error),
        };
        let names = disclosure::called(&mut tx, &there, of_account).await?;
        called.extend(names.into_iter().map(|((object, id), name)| ((account, object, id), name)));
    }
    Ok(called)
}

/// So many entries that she may read. Whoever reads by a role passes over those of others, however many they are.
async fn readable(
    tx: &mut Tx,
    stand: &Stand,
    id: OrganizationId,
    filter: &Filter,
    (mut place, limit): (Place, usize),
) -> Result<Vec<Entry>> {
    let mut found = Vec::new();
    loop {
        let entries = store::organization::log(tx, id, filter, place, limit).await?;
        let (n, last) = (entries.len(), entries.last().map(|entry| entry.seq));
        found.extend(entries.into_iter().filter(|entry| stand.may_read(&entry.said)).take(limit - found.len()));
        match last {
            Some(last) if n == limit && found.len() < limit => {
                place = match place {
                    Place::After(_) => Place::After(last),
                    Place::Before(_) => Place::Before(last),
                }
            }
            _ => return Ok(found),
        }
    }
}

/// What recomputing the log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Entries from the first on that are as they were written.
    pub n_entries: i64,
    /// The hash of the last of them.
    pub head: String,
    /// The number of the first entry that is missing or not as it was written.
    pub altered: Option<i64>,
}

/// Recomputes the whole chain, whatever of it she may read. Takes as long as the log is; each page is a transaction of its own.
pub async fn verify(app: &App, cx: &Cx, id: OrganizationId) -> Result<Verified> {
    // Before the entries: what was read by then is among them.
    let told = store::feed::cursor(&mut app.store.read_home().await?, &crate::notice::cursor_of(id)).await?;
    let mut chain = Chain::default();
    loop {
        let place = Place::After(chain.n_entries);
        let mut tx = app.store.read_home().await?;
        standing::visible(&mut tx, cx, id, OrganizationAct::ReadLog).await?;
        let entries = store::organization::log(&mut tx, id, &Filter::default(), place, LOG_EXPORT_PAGE).await?;
        let altered = entries.iter().find_map(|entry| chain.take(entry).err());
        if altered.is_some() || entries.len() < LOG_EXPORT_PAGE {
            // A chain does not show that its end is gone; whoever tells people of entries has read that far.
            let cut_off = (told > chain.n_entries).then_some(chain.n_entries + 1);
            return Ok(Verified { n_entries: chain.n_entries, head: chain.head, altered: altered.or(cut_off) });
        }
    }
}

/// The formats of an exported log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    /// One array, an entry a line.
    Json,
}

impl Format {
    /// The format of a name, which is also the ending of such a file.
    pub fn from_name(name: &str) -> Option<Format> {
        match name {
            "csv" => Some(Format::Csv),
            "json" => Some(Format::Json),
            _ => None,
        }
    }
}

/// An export under way, page by page, so that memory does not grow with the log.
pub struct Export {
    id: OrganizationId,
    filter: Filter,
    format: Format,
    after: i64,
    begins: bool,
    done: bool,
    /// Entries written so far.
    pub n_entries: usize,
}

const COLUMNS: [&str; 11] =
    ["seq", "at", "actor", "actorName", "act", "subject", "detail", "hash", "forName", "recordName", "recordErased"];

impl Export {
    pub fn new(id: OrganizationId, filter: Filter, format: Format) -> Export {
        Export { id, filter, format, after: 0, begins: true, done: false, n_entries: 0 }
    }

    /// The next piece of the file, UTF-8; `None` when all is written. `detail` is the text that was hashed, unchanged, so
    /// that whoever has the file can recompute the hashes.
    pub async fn next(&mut self, app: &App, cx: &Cx) -> Result<Option<Vec<u8>>> {
        if self.done {
            return Ok(None);
        }
        let entries = page(app, cx, self.id, &self.filter, Place::After(self.after), LOG_EXPORT_PAGE).await?;
        self.after = entries.last().map_or(self.after, |last| last.entry.seq);
        self.done = entries.len() < LOG_EXPORT_PAGE;
        let (first, is_empty) = (std::mem::take(&mut self.begins), self.n_entries == 0);
        self.n_entries += entries.len();
        let written = match self.format {
            Format::Csv => csv(first, &entries),
            Format::Json => json(first, is_empty, self.done, &entries),
        };
        written.map(Some).map_err(|e| Error::broken(format!("a log could not be written: {e}")))
    }
}

fn csv(begins: bool, entries: &[Named]) -> std::result::Result<Vec<u8>, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if begins {
        writer.write_record(COLUMNS).map_err(|e| e.to_string())?;
    }
    for Named { entry, actor, acted_for, record } in entries {
        let (seq, at, said) = (entry.seq.to_string(), at(entry), &entry.said);
        let (actor, acted_for, record_name) = (cell(actor), cell(acted_for), cell(&record.name));
        let erased = record.erased.to_string();
        let cells = [&seq, &at, &said.actor, &actor, &said.act, &said.subject, &said.detail, &entry.hash];
        let cells = cells.into_iter().chain([&acted_for, &record_name, &erased]);
        writer.write_record(cells).map_err(|e| e.to_string())?;
    }
    writer.into_inner().map_err(|e| e.to_string())
}

/// People choose names; a spreadsheet must not take one for a formula.
fn cell(name: &Option<String>) -> String {
    let name = name.as_deref().unwrap_or_default();
    if name.starts_with(['=', '+', '-', '@']) { format!("'{name}") } else { name.to_owned() }
}

fn json(begins: bool, is_empty: bool, ends: bool, entries: &[Named]) -> std::result::Result<Vec<u8>, String> {
    let mut text = if begins { "[".to_owned() } else { String::new() };
    for (i, named) in entries.iter().enumerate() {
        text.push_str(if is_empty && i == 0 { "\n" } else { ",\n" });
        text.push_str(&document(named).to_string());
    }
    text.push_str(if ends { "\n]\n" } else { "" });
    Ok(text.into_bytes())
}

/// An entry as files and the command line show it.
pub fn document(Named { entry, actor, acted_for, record }: &Named) -> Value {
    let said = &entry.said;
    serde_json::json!({"seq": entry.seq, "at": at(entry), "actor": said.actor, "actorName": actor, "act": said.act,
                       "subject": said.subject, "detail": said.detail, "hash": entry.hash, "forName": acted_for,
                       "recordName": record.name, "recordErased": record.erased})
}

fn at(entry: &Entry) -> String {
    jiff::Timestamp::from_microsecond(entry.said.at).map_or_else(|_| String::new(), |at| at.to_string())
}

/// Writes a refused act into the log of the organization it was tried on, if the account it was tried from is a member.
/// Whatever comes of that, the refusal is what the caller gets. Being asked for a proof is none; showing a wrong one is.
pub(crate) async fn refusing<T>(app: &App, cx: &Cx, id: OrganizationId, tried: Tried<'_>, done: Result<T>) -> Result<T> {
    let Tried { act, proof } = tried;
    if let Err(error) = &done
        && (is_refusal(error) || (error.kind == Kind::StepUpNeeded && proof.is_some()))
        && let Err(unwritten) = keep_refusal(app, cx, id, act, error).await
    {
        tracing::warn!(organization_id = id.0, act, error = %unwritten, "a refusal is not in the organization's log");
    }
    done
}

/// What was tried, and the proof that was shown for it.
pub(crate) struct Tried<'a> {
    pub act: &'a str,
    pub proof: Option<&'a str>,
}

/// What was refused, not what failed.
fn is_refusal(error: &Error) -> bool {
    let refused = matches!(error.kind, Kind::Invalid | Kind::Forbidden | Kind::NotFound | Kind::Conflict | Kind::TooLarge);
    refused && !error.is_transient()
}

async fn keep_refusal(app: &App, cx: &Cx, id: OrganizationId, act: &str, error: &Error) -> Result<()> {
    if store::organization::of_account(&mut app.store.read_home().await?, cx.account).await? != Some(id) {
        return Ok(());
    }
    let message: String = error.message.chars().take(MESSAGE_CHARS_MAX).collect();
    let detail = serde_json::json!({
        "act": act, "code": error.code, "message": message, "from": from(cx),
    });
    let said = Said {
        at: cx.now.as_microsecond(),
        actor: actor(&cx.actor),
        act: REFUSED.to_owned(),
        subject: log::of_account(cx.account),
        detail: detail.to_string(),
    };
    let mut tx = app.store.write_home().await?;
    store::organization::lock(&mut tx, id).await?;
    let recent = store::organization::log(&mut tx, id, &Filter::default(), Place::Before(i64::MAX), RECENT).await?;
    if log::is_repeated(&recent, &said) {
        return Ok(());
    }
    store::organization::append(&mut tx, id, vec![said]).await?;
    let change = Change::of(Did::OrganizationChanged, serde_json::json!({ "organizationId": id, "refused": act }));
    tx.commit(&cx.by(), cx.now, &[change]).await?;
    Ok(())
}

/// Writes an entry about something that is no turn of the state machine. The organization must be locked in this transaction.
pub(crate) async fn note(
    tx: &mut WriteTx,
    cx: &Cx,
    id: OrganizationId,
    act: &str,
    subject: String,
    detail: serde_json::Value,
) -> Result<()> {
    let mut from = from(cx);
    from["request"] = cx.request.clone().into();
    let detail = serde_json::json!({ "cause": detail, "from": from });
    let said =
        Said { at: cx.now.as_microsecond(), actor: actor(&cx.actor), act: act.to_owned(), subject, detail: detail.to_string() };
    Ok(store::organization::append(tx, id, vec![said]).await?)
}

/// The same about something that has an effect on accounts, so that their points of contact hear of it.
pub(crate) async fn note_effect(
    tx: &mut WriteTx,
    cx: &Cx,
    id: OrganizationId,
    act: &str,
    subject: String,
    effect: serde_json::Value,
) -> Result<()> {
    let detail = serde_json::json!({ "effect": effect, "cause": null, "from": from(cx) });
    let said =
        Said { at: cx.now.as_microsecond(), actor: actor(&cx.actor), act: act.to_owned(), subject, detail: detail.to_string() };
    Ok(store::organization::append(tx, id, vec![said]).await?)
}

/// Copies what all feeds say about mirrored views into the logs; how many views. Takes no input and may run at any time.
pub async fn collect(app: &App) -> Result<usize> {
    collect_from(app, accounts(app).await?).await
}

/// The accounts whose feeds may say something about mirrored views.
pub async fn accounts(app: &App) -> Result<BTreeSet<AccountId>> {
    Ok(store::organization::ever_members(&mut app.store.read_home().await?).await?.into_iter().collect())
}

/// The same for some accounts. One whose database is out of reach does not keep the others waiting; it is the error.
pub async fn collect_from(app: &App, accounts: BTreeSet<AccountId>) -> Result<usize> {
    let (mut n, mut failed) = (0, None);
    for account in accounts {
        match collect_all(app, account).await {
            Ok(n_now) => n += n_now,
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(n), Err)
}

async fn collect_all(app: &App, account: AccountId) -> Result<usize> {
    let mut n = 0;
    loop {
        let n_now = collect_page(app, account).await?;
        n += n_now;
        if n_now < FEED_PAGE_MAX {
            return Ok(n);
        }
    }
}

async fn collect_page(app: &App, account: AccountId) -> Result<usize> {
    let consumer = format!("organization_log:{account}");
    let after = store::feed::cursor(&mut app.store.read_home().await?, &consumer).await?;
    let seen = store::feed::disclosures_after(&mut app.store.read(account).await?, after, FEED_PAGE_MAX).await?;
    let Some(last) = seen.last().map(|recorded| recorded.seq) else { return Ok(0) };
    let n = seen.len();
    let mut tx = app.store.write_home().await?;
    // Another process that collects the same page waits here, and then finds the cursor moved.
    if !store::feed::claim_cursor(&mut tx, &consumer, after, last, app.outside.now()).await? {
        return Ok(0);
    }
    let mut entries: BTreeMap<OrganizationId, Vec<Said>> = BTreeMap::new();
    let mut known: BTreeMap<i64, Option<OrganizationId>> = BTreeMap::new();
    for recorded in &seen {
        let connection = recorded.change.detail.as_ref().and_then(|d| d["connectionId"].as_i64()).unwrap_or(0);
        let organization = match known.get(&connection) {
            Some(organization) => *organization,
            None => store::organization::of_connection(&mut tx, ConnectionId(connection)).await?,
        };
        known.insert(connection, organization);
        if let Some(id) = organization {
            entries.entry(id).or_default().push(looked(account, recorded));
        }
    }
    for (id, entries) in entries {
        store::organization::lock(&mut tx, id).await?;
        store::organization::append(&mut tx, id, entries).await?;
    }
    tx.commit_bookkeeping().await?;
    Ok(n)
}

/// The entry of a look: the person (or service token) that looked acts, on the edge along which she saw.
fn looked(source: AccountId, recorded: &Recorded) -> Said {
    let detail = recorded.change.detail.clone().unwrap_or_default();
    let destination = AccountId(detail["viewerAccount"].as_i64().unwrap_or(0));
    let edge = EdgeKey { feature: Feature::Mirroring, source, destination };
    let of = |name: &str, kind: &str| detail[name].as_i64().map(|id| format!("{kind}:{id}"));
    let viewer = of("viewer", "person").or_else(|| of("token", "token")).unwrap_or_else(|| actor(&recorded.by.actor));
    let record = recorded.change.record.map(|(object, id)| serde_json::json!({"type": object.singular(), "id": id}));
    let detail = serde_json::json!({
        "edge": edge, "record": record, "view": detail, "feed": { "account": source, "seq": recorded.seq },
    });
    Said {
        at: recorded.at.as_microsecond(),
        actor: viewer,
        act: DISCLOSED.to_owned(),
        subject: log::of_edge(edge),
        detail: detail.to_string(),
    }
}
