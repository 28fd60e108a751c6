//! The feed: what changed in an account, gapless and in the order of commits, and how far each consumer has read it.
//!
//! ```text
//!   change:  account 7:  810 811 812 ...        cursor_position: (7, workflow) -> 811
//! ```

use crate::engine::{Result, StoreError};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::change::{Actor, By, Cause, Change, Interest, Kind, Source};
use model::id::{AccountId, ConnectionId, PersonId, RecordId, TokenId};
use model::limits::FEED_WINDOW_MAX;
use model::object::ObjectType;

/// A change as the feed keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub seq: i64,
    pub at: Timestamp,
    pub by: By,
    pub change: Change,
}

const COLUMNS: [&str; 11] =
    ["account_id", "seq", "at", "kind", "type_id", "record_id", "actor", "source", "cause", "vals", "detail"];
const SELECT: &str = "SELECT seq, at, kind, type_id, record_id, actor, source, cause, vals, detail FROM change";

pub(crate) async fn append(tx: &mut WriteTx, first: i64, by: &By, at: Timestamp, changes: &[Change]) -> Result<()> {
    let (actor, source) = (actor_text(&by.actor), source_number(by.source));
    let cause = by.cause.as_ref().map(|c| format!("{}:{}:{}", c.account, c.seq, c.hops));
    let rows = changes
        .iter()
        .zip(first..)
        .map(|(change, seq)| {
            let values = (!change.values.is_empty()).then(|| encode(&change.values)).transpose()?;
            let detail = change.detail.as_ref().map(encode).transpose()?;
            Ok(vec![
                tx.account().into(),
                seq.into(),
                at.into(),
                change.kind.number().into(),
                change.record.map(|(object, _)| object).into(),
                change.record.map(|(_, id)| id).into(),
                actor.as_str().into(),
                source.into(),
                cause.clone().into(),
                values.into(),
                detail.into(),
            ])
        })
        .collect::<Result<Vec<_>>>()?;
    tx.insert_many("change", &COLUMNS, &rows, "").await?;
    Ok(())
}

/// The number of the newest change; 0 before the first.
pub async fn head(tx: &mut Tx) -> Result<i64> {
    let row = tx.query_opt("SELECT feed_head FROM account_head WHERE account_id = $1", &[tx.account().into()]).await?;
    row.map_or(Ok(0), |mut row| row.int(0))
}

/// Changes after a number, oldest first.
pub async fn read(tx: &mut Tx, after: i64, limit: usize) -> Result<Vec<Recorded>> {
    let sql = format!("{SELECT} WHERE account_id = $1 AND seq > $2 ORDER BY seq LIMIT $3");
    decode(tx.query(&sql, &[tx.account().into(), after.into(), limit.into()]).await?)
}

/// What a consumer found when it looked.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Oldest first.
    pub changes: Vec<Recorded>,
    /// The number up to which it has seen everything.
    pub until: i64,
}

/// The first `limit` changes after a number that a consumer is interested in. Looks at [`FEED_WINDOW_MAX`] changes at most, so
/// that a burst of what is of no interest is passed over in few looks.
pub async fn read_interesting(tx: &mut Tx, interest: &Interest, after: i64, limit: usize) -> Result<Seen> {
    // The head first: what was committed up to there is there when the changes are read.
    let until = head(tx).await?.min(after.saturating_add(FEED_WINDOW_MAX as i64));
    if until <= after {
        return Ok(Seen { changes: Vec::new(), until: after });
    }
    let params = [tx.account().into(), after.into(), until.into(), limit.into()];
    let changes = decode(tx.query(&interesting(interest), &params).await?)?;
    let full = changes.len() == limit;
    let until = changes.last().filter(|_| full).map_or(until, |last| last.seq);
    Ok(Seen { changes, until })
}

/// The statement of [`read_interesting`]. What is of interest is written into it: it is the same for every look.
#[doc(hidden)]
pub fn interesting(interest: &Interest) -> String {
    let list = |objects: &[ObjectType]| objects.iter().map(|o| o.0.to_string()).collect::<Vec<_>>().join(", ");
    let one = |(kind, objects): &(Kind, &[ObjectType])| match objects {
        [] => format!("kind = {}", kind.number()),
        some => format!("(kind = {} AND type_id IN ({}))", kind.number(), list(some)),
    };
    let wanted = interest.kinds.iter().map(one).collect::<Vec<_>>().join(" OR ");
    let others = if interest.calculated { String::new() } else { format!("AND source <> {}", source_number(Source::Calculated)) };
    format!("{SELECT} WHERE account_id = $1 AND seq > $2 AND seq <= $3 AND ({wanted}) {others} ORDER BY seq LIMIT $4")
}

/// Changes of one record, newest first, older than `before`.
pub async fn of_record(tx: &mut Tx, object: ObjectType, id: RecordId, before: i64, limit: usize) -> Result<Vec<Recorded>> {
    let sql =
        format!("{SELECT} WHERE account_id = $1 AND record_id = $2 AND type_id = $3 AND seq < $4 ORDER BY seq DESC LIMIT $5");
    decode(tx.query(&sql, &[tx.account().into(), id.into(), object.into(), before.into(), limit.into()]).await?)
}

/// Disclosures of this account's data to others, newest first, older than `before`.
pub async fn disclosures(tx: &mut Tx, before: i64, limit: usize) -> Result<Vec<Recorded>> {
    decode(tx.query(&disclosed(), &[tx.account().into(), before.into(), limit.into()]).await?)
}

/// The statement of [`disclosures`], for tests of its plan. The numbers are found first, in the index alone: asked for whole
/// rows, SQLite would rather read the feed backwards until it has seen enough disclosures.
#[doc(hidden)]
pub fn disclosed() -> String {
    format!(
        "{SELECT} WHERE account_id = $1 AND seq IN (
           SELECT seq FROM change WHERE account_id = $1 AND kind = 7 AND seq < $2 ORDER BY seq DESC LIMIT $3
         ) ORDER BY seq DESC"
    )
}

/// Disclosures of this account's data after a number, oldest first.
pub async fn disclosures_after(tx: &mut Tx, after: i64, limit: usize) -> Result<Vec<Recorded>> {
    let sql = format!(
        "{SELECT} WHERE account_id = $1 AND seq IN (
           SELECT seq FROM change WHERE account_id = $1 AND kind = 7 AND seq > $2 ORDER BY seq LIMIT $3
         ) ORDER BY seq"
    );
    decode(tx.query(&sql, &[tx.account().into(), after.into(), limit.into()]).await?)
}

/// The changes of these numbers, newest first. No more than a page of them.
pub async fn by_numbers(tx: &mut Tx, numbers: &[i64]) -> Result<Vec<Recorded>> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let places = (2..).take(numbers.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let sql = format!("{SELECT} WHERE account_id = $1 AND seq IN ({places}) ORDER BY seq DESC");
    let params: Vec<_> = std::iter::once(tx.account().into()).chain(numbers.iter().map(|n| (*n).into())).collect();
    decode(tx.query(&sql, &params).await?)
}

/// Accounts whose feed has not every number from 1 to its head, or numbers beyond it. For the doctor: it counts every change.
pub async fn check_dense(engine: &crate::Engine) -> Result<Vec<AccountId>> {
    let sql = "SELECT h.account_id FROM account_head h
               LEFT JOIN (SELECT account_id, COUNT(*) AS n, MAX(seq) AS last FROM change GROUP BY account_id) c ON c.account_id = h.account_id
               WHERE COALESCE(c.n, 0) <> h.feed_head OR COALESCE(c.last, 0) <> h.feed_head ORDER BY h.account_id";
    let rows = engine.read().await?.query(sql, &[]).await?;
    rows.into_iter().map(|mut row| row.int(0).map(AccountId)).collect()
}

/// How far a consumer has read; 0 when it never did.
pub async fn cursor(tx: &mut Tx, consumer: &str) -> Result<i64> {
    let sql = "SELECT seq FROM cursor_position WHERE account_id = $1 AND consumer = $2";
    tx.query_opt(sql, &[tx.account().into(), consumer.into()]).await?.map_or(Ok(0), |mut row| row.int(0))
}

/// Moves a cursor forward, in the transaction of the effect where the effect is in the same database.
pub async fn move_cursor(tx: &mut WriteTx, consumer: &str, seq: i64, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO cursor_position (account_id, consumer, seq, moved_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (account_id, consumer) DO UPDATE SET seq = excluded.seq, moved_at = excluded.moved_at
               WHERE excluded.seq > cursor_position.seq";
    let account = tx.account();
    tx.execute(sql, &[account.into(), consumer.into(), seq.into(), at.into()]).await?;
    Ok(())
}

/// Moves a cursor from exactly where it was read; false when somebody else moved it meanwhile, and the effect is theirs.
pub async fn claim_cursor(tx: &mut WriteTx, consumer: &str, from: i64, to: i64, at: Timestamp) -> Result<bool> {
    let sql = if from == 0 {
        "INSERT INTO cursor_position (account_id, consumer, seq, moved_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account_id, consumer) DO NOTHING"
    } else {
        "UPDATE cursor_position SET seq = $3, moved_at = $4 WHERE account_id = $1 AND consumer = $2 AND seq = $5"
    };
    let mut params = vec![tx.account().into(), consumer.into(), to.into(), at.into()];
    if from != 0 {
        params.push(from.into());
    }
    Ok(tx.execute(sql, &params).await? == 1)
}

fn encode<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| StoreError::Broken(format!("a change cannot be written: {e}")))
}

fn decode(rows: Vec<crate::engine::Row>) -> Result<Vec<Recorded>> {
    rows.into_iter()
        .map(|mut row| {
            let kind = row.int(2)?;
            let kind = Kind::from_number(kind).ok_or_else(|| StoreError::Broken(format!("{kind} is no kind of change")))?;
            let object = row.int_opt(3)?.and_then(|n| u32::try_from(n).ok()).map(ObjectType);
            let record = object.zip(row.int_opt(4)?.map(RecordId));
            let values = row.text_opt(8)?.map(|text| parse(&text)).transpose()?.unwrap_or_default();
            let detail = row.text_opt(9)?.map(|text| parse(&text)).transpose()?;
            let cause = row.text_opt(7)?.map(|text| read_cause(&text)).transpose()?;
            let by = By { actor: read_actor(&row.text(5)?)?, source: read_source(row.int(6)?)?, cause };
            Ok(Recorded { seq: row.int(0)?, at: row.time(1)?, by, change: Change { kind, record, values, detail } })
        })
        .collect()
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| StoreError::Broken(format!("a stored change cannot be read: {e}")))
}

// Actors are on every row, so they are written short: p:7 a person, a:7:9 person 7 as user 9, t:9 a token, d:9 a provisioning token, c:3:5 connection 3 on behalf of account 5, s the system.
fn actor_text(actor: &Actor) -> String {
    match actor {
        Actor::Person { id } => format!("p:{id}"),
        Actor::StandIn { id, real } => format!("a:{real}:{id}"),
        Actor::Token { id } => format!("t:{id}"),
        Actor::Provisioner { id } => format!("d:{id}"),
        Actor::Connection { id, on_behalf_of } => format!("c:{id}:{on_behalf_of}"),
        Actor::System => "s".to_owned(),
    }
}

fn read_actor(text: &str) -> Result<Actor> {
    let mut parts = text.split(':');
    let tag = parts.next();
    let mut number = || parts.next().and_then(|n| n.parse::<i64>().ok());
    let actor = match tag {
        Some("p") => number().map(|n| Actor::Person { id: PersonId(n) }),
        Some("a") => number().zip(number()).map(|(real, id)| Actor::StandIn { id: PersonId(id), real: PersonId(real) }),
        Some("t") => number().map(|n| Actor::Token { id: TokenId(n) }),
        Some("d") => number().map(|n| Actor::Provisioner { id: TokenId(n) }),
        Some("c") => number()
            .zip(number())
            .map(|(id, account)| Actor::Connection { id: ConnectionId(id), on_behalf_of: AccountId(account) }),
        Some("s") => Some(Actor::System),
        _ => None,
    };
    actor.ok_or_else(|| StoreError::Broken(format!("\"{text}\" is no actor")))
}

const SOURCES: [Source; 6] =
    [Source::CrmUi, Source::Integration, Source::Import, Source::Internal, Source::Calculated, Source::Merge];

fn source_number(source: Source) -> i64 {
    SOURCES.iter().position(|s| *s == source).map_or(-1, |i| i as i64)
}

fn read_source(n: i64) -> Result<Source> {
    usize::try_from(n).ok().and_then(|i| SOURCES.get(i)).copied().ok_or_else(|| StoreError::Broken(format!("{n} is no source")))
}

fn read_cause(text: &str) -> Result<Cause> {
    let mut parts = text.split(':').map(|n| n.parse::<i64>().ok());
    let mut number = || parts.next().flatten();
    let cause = number().zip(number()).zip(number()).map(|((account, seq), hops)| Cause {
        account: AccountId(account),
        seq,
        hops: u8::try_from(hops).unwrap_or(u8::MAX),
    });
    cause.ok_or_else(|| StoreError::Broken(format!("\"{text}\" is no cause")))
}
