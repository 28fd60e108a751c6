//! Organizations, their members and connections, and their log. All in the directory: every function wants a transaction on
//! the home database.
//!
//! Saving writes the effects of a turn of the state machine, so what is stored is exactly what the log says.

pub mod known;
pub mod offer;
pub mod past;
pub mod proposal;
pub mod reset;
pub mod role;

use crate::account::account;
use crate::engine::{Result, Row, StoreError, Value, json};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::account::{Account, Role};
use model::connection::terms::Terms;
use model::connection::{Approved, EdgeKey, Feature, Opened, Pair};
use model::eligibility::Policy;
use model::id::{AccountId, ConnectionId, OrganizationId, PersonId};
use model::organization::log::{self, Entry, Filter, Place, Said};
use model::organization::phase::{Phase, Removal};
use model::organization::{Effect, Facts, Frozen, Member, Organization};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const ACCOUNT: &str = "id, name, kind, status, location, time_zone, currency, sensitive, subscriptions, created_at";
const N_ACCOUNT: usize = 10;

/// Who shares at all: two members with the id of their connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    pub id: ConnectionId,
    pub pair: Pair,
}

/// An edge that is on, with all that decides whether it carries anything now.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    pub connection: ConnectionId,
    pub organization: OrganizationId,
    pub phase: Phase,
    pub policy: Policy,
    pub edge: EdgeKey,
    pub opened: Opened,
    pub source: Account,
    pub destination: Account,
    /// One of the two is in its grace, so nothing passes.
    pub is_frozen: bool,
}

/// Writes one or more turns of an organization: the row itself, guarded by the version it had before, then every effect.
/// `false` when somebody else was faster; nothing is written then, and the transaction must not be committed.
pub async fn save(tx: &mut WriteTx, before: i64, after: &Organization, effects: &[Effect], at: Timestamp) -> Result<bool> {
    if !save_row(tx, before, after, at).await? {
        return Ok(false);
    }
    save_members(tx, after.id, effects, at).await?;
    save_edges(tx, after.id, effects, at).await?;
    Ok(true)
}

async fn save_row(tx: &mut WriteTx, before: i64, after: &Organization, at: Timestamp) -> Result<bool> {
    let deleted_at = after.phase.is_deleted().then_some(at);
    let params = [
        after.id.into(),
        (&after.name).into(),
        after.phase.name().into(),
        json(&after.policy)?,
        after.version.into(),
        after.grace_until.into(),
        deleted_at.into(),
    ];
    if before == 0 {
        let sql = "INSERT INTO organization (id, name, state, policy, version, grace_until, deleted_at, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let params: Vec<Value> = params.into_iter().chain([at.into()]).collect();
        return Ok(tx.execute(sql, &params).await? == 1);
    }
    let sql = "UPDATE organization SET name = $2, state = $3, policy = $4, version = $5, grace_until = $6, deleted_at = $7
               WHERE id = $1 AND version = $8";
    let params: Vec<Value> = params.into_iter().chain([before.into()]).collect();
    Ok(tx.execute(sql, &params).await? == 1)
}

async fn save_members(tx: &mut WriteTx, id: OrganizationId, effects: &[Effect], at: Timestamp) -> Result<()> {
    let joined = effects.iter().filter_map(|effect| match effect {
        Effect::MemberJoined { account } | Effect::MemberRestored { account } => {
            Some(vec![id.into(), (*account).into(), at.into()])
        }
        _ => None,
    });
    let joined: Vec<Vec<Value>> = joined.collect();
    tx.insert_many("organization_member", &["organization_id", "account_id", "joined_at"], &joined, "").await?;
    let mut removed: BTreeMap<Removal, Vec<AccountId>> = BTreeMap::new();
    for effect in effects {
        match effect {
            Effect::MemberRemoved { account, reason } => removed.entry(*reason).or_default().push(*account),
            Effect::MemberFrozen { account, reason, until } => {
                freeze(tx, id, *account, Some(Frozen { reason: *reason, until: *until })).await?;
            }
            Effect::MemberThawed { account } => freeze(tx, id, *account, None).await?,
            _ => {}
        }
    }
    for (reason, accounts) in removed {
        past::remove(tx, id, &accounts, reason, at).await?;
    }
    Ok(())
}

async fn freeze(tx: &mut WriteTx, id: OrganizationId, account: AccountId, frozen: Option<Frozen>) -> Result<()> {
    let sql = "UPDATE organization_member SET frozen_until = $3, frozen_reason = $4
               WHERE organization_id = $1 AND account_id = $2 AND removed_at IS NULL";
    let (until, reason) = (frozen.map(|f| f.until), frozen.map(|f| f.reason.name()));
    tx.execute(sql, &[id.into(), account.into(), until.into(), reason.into()]).await?;
    Ok(())
}

async fn save_edges(tx: &mut WriteTx, id: OrganizationId, effects: &[Effect], at: Timestamp) -> Result<()> {
    let touched: BTreeSet<Pair> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::EdgeOpened { edge, .. }
            | Effect::EdgeReopened { edge, .. }
            | Effect::EdgeAmended { edge, .. }
            | Effect::EdgeClosed { edge, .. }
            | Effect::ReviewDue { edge, .. } => Some(edge.pair()),
            _ => None,
        })
        .collect();
    if touched.is_empty() {
        return Ok(());
    }
    let ids = connection_ids(tx, id, &touched, at).await?;
    for effect in effects {
        match effect {
            Effect::EdgeOpened { edge, opened } => open_edge(tx, ids[&edge.pair()], *edge, opened).await?,
            Effect::EdgeAmended { edge, after, .. } => open_edge(tx, ids[&edge.pair()], *edge, after).await?,
            Effect::EdgeClosed { edge, reason } => {
                let sql = "UPDATE connection_edge SET state = 'off', reason = $4, closed_at = $5
                           WHERE connection_id = $1 AND feature = $2 AND source_account_id = $3";
                let (id, feature, source) = (ids[&edge.pair()].into(), edge.feature.name().into(), edge.source.into());
                tx.execute(sql, &[id, feature, source, name(reason)?.into(), at.into()]).await?;
            }
            // On the terms it had: they are in the row.
            Effect::EdgeReopened { edge, .. } => {
                let sql = "UPDATE connection_edge SET state = 'on', reason = NULL, closed_at = NULL
                           WHERE connection_id = $1 AND feature = $2 AND source_account_id = $3";
                tx.execute(sql, &[ids[&edge.pair()].into(), edge.feature.name().into(), edge.source.into()]).await?;
            }
            Effect::ReviewDue { edge, .. } => {
                let sql = "UPDATE connection_edge SET review_told = 1
                           WHERE connection_id = $1 AND feature = $2 AND source_account_id = $3";
                tx.execute(sql, &[ids[&edge.pair()].into(), edge.feature.name().into(), edge.source.into()]).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

async fn open_edge(tx: &mut WriteTx, id: ConnectionId, edge: EdgeKey, opened: &Opened) -> Result<()> {
    let sql = "INSERT INTO connection_edge
                 (connection_id, feature, source_account_id, destination_account_id, state, reason, policy, opened_by, opened_at,
                  approved_by, approved_at, review_at, review_told)
               VALUES ($1, $2, $3, $4, 'on', NULL, $5, $6, $7, $8, $9, $10, $11)
               ON CONFLICT (connection_id, feature, source_account_id) DO UPDATE SET state = 'on', reason = NULL, closed_at = NULL,
                 policy = excluded.policy, opened_by = excluded.opened_by, opened_at = excluded.opened_at,
                 approved_by = excluded.approved_by, approved_at = excluded.approved_at, review_at = excluded.review_at,
                 review_told = excluded.review_told";
    let params = [
        id.into(),
        edge.feature.name().into(),
        edge.source.into(),
        edge.destination.into(),
        json(&opened.terms)?,
        opened.by.into(),
        opened.at.into(),
        opened.approved.by.into(),
        opened.approved.at.into(),
        review_at(&opened.terms)?.into(),
        i64::from(opened.review_told).into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// The first moment of the day of the review, in UTC.
fn review_at(terms: &Terms) -> Result<Option<Timestamp>> {
    let begins = |date: jiff::civil::Date| date.to_zoned(jiff::tz::TimeZone::UTC).map(|begins| begins.timestamp());
    let broken = |e: jiff::Error| StoreError::Broken(format!("a review date cannot be stored: {e}"));
    terms.review_on.map(begins).transpose().map_err(broken)
}

/// The ids of the pairs' connections; those that were never connected get one.
async fn connection_ids(
    tx: &mut WriteTx,
    id: OrganizationId,
    pairs: &BTreeSet<Pair>,
    at: Timestamp,
) -> Result<BTreeMap<Pair, ConnectionId>> {
    let mut ids: BTreeMap<Pair, ConnectionId> = connections(tx, id).await?.into_iter().map(|c| (c.pair, c.id)).collect();
    let fresh: Vec<Pair> = pairs.iter().filter(|p| !ids.contains_key(p)).copied().collect();
    if fresh.is_empty() {
        return Ok(ids);
    }
    let first = tx.take_ids(fresh.len())?;
    let rows: Vec<Vec<Value>> =
        (first..).zip(&fresh).map(|(n, pair)| vec![n.into(), id.into(), pair.low.into(), pair.high.into(), at.into()]).collect();
    let columns = ["id", "organization_id", "first_account_id", "second_account_id", "created_at"];
    tx.insert_many("connection", &columns, &rows, "").await?;
    ids.extend((first..).map(ConnectionId).zip(fresh).map(|(id, pair)| (pair, id)));
    Ok(ids)
}

/// The organization an account is a member of.
pub async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Option<OrganizationId>> {
    let sql = "SELECT organization_id FROM organization_member WHERE account_id = $1 AND removed_at IS NULL";
    tx.query_opt(sql, &[account.into()]).await?.map(|mut row| row.int(0).map(OrganizationId)).transpose()
}

/// The rules an organization lives by.
pub async fn policy(tx: &mut Tx, id: OrganizationId) -> Result<Option<Policy>> {
    let row = tx.query_opt("SELECT policy FROM organization WHERE id = $1", &[id.into()]).await?;
    row.map(|mut row| row.json(0)).transpose()
}

/// Organizations with an edge whose review is due and not yet said in the log.
pub async fn with_reviews_due(tx: &mut Tx, now: Timestamp, limit: usize) -> Result<Vec<OrganizationId>> {
    let sql = "SELECT DISTINCT c.organization_id FROM connection_edge e JOIN connection c ON c.id = e.connection_id
               WHERE e.state = 'on' AND e.review_told = 0 AND e.review_at IS NOT NULL AND e.review_at <= $1
               ORDER BY c.organization_id LIMIT $2";
    tx.query(sql, &[now.into(), limit.into()]).await?.iter_mut().map(|row| row.int(0).map(OrganizationId)).collect()
}

/// One organization whole, with its members' accounts; deleted ones too.
pub async fn read(tx: &mut Tx, id: OrganizationId) -> Result<Option<(Organization, BTreeMap<AccountId, Account>)>> {
    let sql = "SELECT name, state, policy, version, grace_until FROM organization WHERE id = $1";
    let Some(mut row) = tx.query_opt(sql, &[id.into()]).await? else { return Ok(None) };
    let mut organization = Organization {
        phase: phase(&row.text(1)?)?,
        policy: row.json(2)?,
        version: row.int(3)?,
        grace_until: row.time_opt(4)?,
        ..Organization::none(id, row.text(0)?, Policy::open())
    };
    let accounts = members(tx, &mut organization).await?;
    edges(tx, &mut organization).await?;
    Ok(Some((organization, accounts)))
}

/// The same, locked until the transaction ends.
pub async fn lock(tx: &mut WriteTx, id: OrganizationId) -> Result<Option<(Organization, BTreeMap<AccountId, Account>)>> {
    let sql = "SELECT version FROM organization WHERE id = $1 {for_update}";
    tx.query_opt(sql, &[id.into()]).await?;
    read(tx, id).await
}

async fn members(tx: &mut Tx, organization: &mut Organization) -> Result<BTreeMap<AccountId, Account>> {
    let columns = prefixed("a");
    let sql = format!(
        "SELECT {columns}, m.joined_at, m.frozen_until, m.frozen_reason FROM organization_member m JOIN account a ON a.id = m.account_id
         WHERE m.organization_id = $1 AND m.removed_at IS NULL ORDER BY a.id"
    );
    let mut accounts = BTreeMap::new();
    for mut row in tx.query(&sql, &[organization.id.into()]).await? {
        let account = account(&mut row, 0)?;
        let frozen = match (row.time_opt(N_ACCOUNT + 1)?, row.text_opt(N_ACCOUNT + 2)?) {
            (Some(until), Some(reason)) => Removal::from_name(&reason).map(|reason| Frozen { reason, until }),
            _ => None,
        };
        let member = Member { facts: Facts::of(&account), joined_at: row.time(N_ACCOUNT)?, frozen };
        organization.members.insert(account.id, member);
        accounts.insert(account.id, account);
    }
    Ok(accounts)
}

async fn edges(tx: &mut Tx, organization: &mut Organization) -> Result<()> {
    let sql = format!(
        "SELECT e.feature, e.source_account_id, e.destination_account_id, {OPENED}
         FROM connection c JOIN connection_edge e ON e.connection_id = c.id
         WHERE c.organization_id = $1 AND e.state = 'on'"
    );
    for mut row in tx.query(&sql, &[organization.id.into()]).await? {
        let feature = row.named(0)?;
        let edge = EdgeKey { feature, source: AccountId(row.int(1)?), destination: AccountId(row.int(2)?) };
        organization.open.insert(edge, opened(&mut row, 3)?);
    }
    Ok(())
}

/// The columns of an edge that is on.
const OPENED: &str = "e.opened_by, e.opened_at, e.approved_by, e.approved_at, e.review_told, e.policy";
const N_OPENED: usize = 6;

/// Reads [`OPENED`] from a column on.
fn opened(row: &mut Row, at: usize) -> Result<Opened> {
    Ok(Opened {
        by: PersonId(row.int(at)?),
        at: row.time(at + 1)?,
        approved: Approved { by: PersonId(row.int(at + 2)?), at: row.time(at + 3)? },
        review_told: row.int(at + 4)? != 0,
        terms: row.json(at + 5)?,
    })
}

/// The pairs that were ever connected in an organization.
pub async fn connections(tx: &mut Tx, id: OrganizationId) -> Result<Vec<Connection>> {
    let sql = "SELECT id, first_account_id, second_account_id FROM connection WHERE organization_id = $1
               ORDER BY first_account_id, second_account_id";
    tx.query(sql, &[id.into()]).await?.iter_mut().map(connection).collect()
}

fn connection(row: &mut Row) -> Result<Connection> {
    let pair = Pair { low: AccountId(row.int(1)?), high: AccountId(row.int(2)?) };
    Ok(Connection { id: ConnectionId(row.int(0)?), pair })
}

/// Every edge of a feature that is on into an account, sources in the order of ids.
pub async fn passages_into(tx: &mut Tx, destination: AccountId, feature: Feature) -> Result<Vec<Passage>> {
    let sql = passages("e.destination_account_id = $1 AND e.feature = $2 AND e.state = 'on'");
    tx.query(&sql, &[destination.into(), feature.name().into()]).await?.iter_mut().map(passage).collect()
}

/// The edge of a connection with this source and feature, if it is on.
pub async fn passage_from(tx: &mut Tx, id: ConnectionId, feature: Feature, source: AccountId) -> Result<Option<Passage>> {
    let sql = passages("e.connection_id = $1 AND e.feature = $2 AND e.source_account_id = $3 AND e.state = 'on'");
    tx.query_opt(&sql, &[id.into(), feature.name().into(), source.into()]).await?.map(|mut row| passage(&mut row)).transpose()
}

/// The edge of a connection with this destination and feature, if it is on.
pub async fn passage_into(tx: &mut Tx, id: ConnectionId, feature: Feature, destination: AccountId) -> Result<Option<Passage>> {
    let sql = passages("e.connection_id = $1 AND e.feature = $2 AND e.destination_account_id = $3 AND e.state = 'on'");
    let params = [id.into(), feature.name().into(), destination.into()];
    tx.query_opt(&sql, &params).await?.map(|mut row| passage(&mut row)).transpose()
}

/// The role that a person who can sign in has in an account now.
pub async fn role_in(tx: &mut Tx, account: AccountId, person: PersonId) -> Result<Option<Role>> {
    let sql = "SELECT u.role FROM account_user u JOIN person p ON p.id = u.person_id AND p.disabled_at IS NULL
               WHERE u.account_id = $1 AND u.person_id = $2 AND u.status = 'active'";
    let row = tx.query_opt(sql, &[account.into(), person.into()]).await?;
    row.map(|mut row| row.named(0)).transpose()
}

/// Whether some living person is an active Super Admin of every member.
pub async fn is_manageable(tx: &mut Tx, id: OrganizationId, n_members: usize) -> Result<bool> {
    let sql = "SELECT u.person_id FROM organization_member m
               JOIN account_user u ON u.account_id = m.account_id AND u.role = 'super_admin' AND u.status = 'active'
               JOIN person p ON p.id = u.person_id AND p.disabled_at IS NULL
               WHERE m.organization_id = $1 AND m.removed_at IS NULL
               GROUP BY u.person_id HAVING COUNT(*) = $2 LIMIT 1";
    Ok(tx.query_opt(sql, &[id.into(), n_members.into()]).await?.is_some())
}

/// The names of people, for saying who opened what.
pub async fn names(tx: &mut Tx, people: &BTreeSet<PersonId>) -> Result<BTreeMap<PersonId, String>> {
    let mut names = BTreeMap::new();
    for person in people {
        let row = tx.query_opt("SELECT name FROM person WHERE id = $1", &[(*person).into()]).await?;
        if let Some(mut row) = row {
            names.insert(*person, row.text(0)?);
        }
    }
    Ok(names)
}

/// Both ends must be members now: an edge alone is not enough.
fn passages(which: &str) -> String {
    let (source, destination) = (prefixed("s"), prefixed("d"));
    format!(
        "SELECT e.connection_id, o.id, o.state, o.policy, e.feature, {OPENED}, {source}, {destination},
           COALESCE(ms.frozen_until, md.frozen_until)
         FROM connection_edge e
         JOIN connection c ON c.id = e.connection_id
         JOIN organization o ON o.id = c.organization_id
         JOIN organization_member ms ON ms.account_id = e.source_account_id AND ms.removed_at IS NULL AND ms.organization_id = o.id
         JOIN organization_member md ON md.account_id = e.destination_account_id AND md.removed_at IS NULL
           AND md.organization_id = o.id
         JOIN account s ON s.id = e.source_account_id
         JOIN account d ON d.id = e.destination_account_id
         WHERE {which} ORDER BY e.source_account_id"
    )
}

fn passage(row: &mut Row) -> Result<Passage> {
    let (source, destination) = (account(row, 5 + N_OPENED)?, account(row, 5 + N_OPENED + N_ACCOUNT)?);
    Ok(Passage {
        connection: ConnectionId(row.int(0)?),
        organization: OrganizationId(row.int(1)?),
        phase: phase(&row.text(2)?)?,
        policy: row.json(3)?,
        edge: EdgeKey { feature: row.named(4)?, source: source.id, destination: destination.id },
        opened: opened(row, 5)?,
        source,
        destination,
        is_frozen: row.time_opt(5 + N_OPENED + 2 * N_ACCOUNT)?.is_some(),
    })
}

/// Appends to the log. The organization's row must be locked or just saved in this transaction: its lock orders the entries.
pub async fn append(tx: &mut WriteTx, id: OrganizationId, entries: Vec<Said>) -> Result<()> {
    let sql = "SELECT seq, hash FROM organization_log WHERE organization_id = $1 ORDER BY seq DESC LIMIT 1";
    let last = tx.query_opt(sql, &[id.into()]).await?;
    let mut last = last.map(|mut row| Ok::<_, StoreError>((row.int(0)?, row.text(1)?))).transpose()?;
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for said in entries {
        let entry = log::append(last.as_ref().map(|(seq, hash)| (*seq, hash.as_str())), said);
        last = Some((entry.seq, entry.hash.clone()));
        let said = entry.said;
        rows.push(vec![
            id.into(),
            entry.seq.into(),
            said.at.into(),
            said.actor.into(),
            said.act.into(),
            said.subject.into(),
            said.detail.into(),
            entry.hash.into(),
        ]);
    }
    let columns = ["organization_id", "seq", "at", "actor", "act", "subject", "detail", "hash"];
    tx.insert_many("organization_log", &columns, &rows, "").await?;
    Ok(())
}

/// Entries of certain acts after a number, oldest first.
pub async fn log_of_acts(
    tx: &mut Tx,
    id: OrganizationId,
    acts: &BTreeSet<&'static str>,
    after: i64,
    limit: usize,
) -> Result<Vec<Entry>> {
    let names = acts.iter().map(|act| format!("'{act}'")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT seq, at, actor, act, subject, detail, hash FROM organization_log
         WHERE organization_id = $1 AND seq > $2 AND act IN ({names}) ORDER BY seq LIMIT $3"
    );
    let rows = tx.query(&sql, &[id.into(), after.into(), limit.into()]).await?;
    rows.into_iter().map(log_entry).collect()
}

/// A page of what is asked for of the log.
pub async fn log(tx: &mut Tx, id: OrganizationId, filter: &Filter, place: Place, limit: usize) -> Result<Vec<Entry>> {
    let (seq, comparison, order) = match place {
        Place::After(seq) => (seq, ">", "ASC"),
        Place::Before(seq) => (seq, "<", "DESC"),
    };
    let mut params: Vec<Value> = vec![id.into(), seq.into(), limit.into()];
    let mut conditions = String::new();
    let mut also = |condition: &str, values: Vec<Value>| {
        let mut condition = condition.to_owned();
        for value in values {
            params.push(value);
            condition = condition.replacen('?', &format!("${}", params.len()), 1);
        }
        conditions.push_str(&format!(" AND ({condition})"));
    };
    if let Some(act) = &filter.act {
        also("act = ?", vec![act.into()]);
    }
    if let Some(actor) = &filter.actor {
        also("actor = ?", vec![actor.into()]);
    }
    if let Some(account) = filter.account {
        let (gives, takes) = (format!("edge:%:{account}>%"), format!("edge:%>{account}"));
        let values = vec![log::of_account(account).into(), gives.into(), takes.into()];
        also("subject = ? OR subject LIKE ? OR subject LIKE ?", values);
    }
    if let Some(since) = filter.since {
        also("at >= ?", vec![since.into()]);
    }
    if let Some(until) = filter.until {
        also("at < ?", vec![until.into()]);
    }
    let sql = format!(
        "SELECT seq, at, actor, act, subject, detail, hash FROM organization_log
         WHERE organization_id = $1 AND seq {comparison} $2{conditions} ORDER BY seq {order} LIMIT $3"
    );
    tx.query(&sql, &params).await?.into_iter().map(log_entry).collect()
}

fn log_entry(mut row: Row) -> Result<Entry> {
    let said = Said { at: row.int(1)?, actor: row.text(2)?, act: row.text(3)?, subject: row.text(4)?, detail: row.text(5)? };
    Ok(Entry { seq: row.int(0)?, said, hash: row.text(6)? })
}

/// Every account that is or was a member of an organization: those whose feed may hold disclosures.
pub async fn ever_members(tx: &mut Tx) -> Result<Vec<AccountId>> {
    let sql = "SELECT DISTINCT account_id FROM organization_member ORDER BY account_id";
    tx.query(sql, &[]).await?.iter_mut().map(|row| row.int(0).map(AccountId)).collect()
}

/// The organization a connection belongs to.
pub async fn of_connection(tx: &mut Tx, id: ConnectionId) -> Result<Option<OrganizationId>> {
    let sql = "SELECT organization_id FROM connection WHERE id = $1";
    tx.query_opt(sql, &[id.into()]).await?.map(|mut row| row.int(0).map(OrganizationId)).transpose()
}

fn prefixed(table: &str) -> String {
    let columns: Vec<_> = ACCOUNT.split(", ").map(|column| format!("{table}.{column}")).collect();
    columns.join(", ")
}

fn phase(name: &str) -> Result<Phase> {
    Phase::from_name(name).ok_or_else(|| StoreError::Broken(format!("\"{name}\" is no state of an organization")))
}

/// The stored word of a reason.
fn name(reason: &impl Serialize) -> Result<String> {
    let value = serde_json::to_value(reason).map_err(|e| StoreError::Broken(format!("a reason cannot be written: {e}")))?;
    value.as_str().map(str::to_owned).ok_or_else(|| StoreError::Broken(format!("{value} is no word")))
}
