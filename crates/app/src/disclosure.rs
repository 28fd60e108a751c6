//! Disclosures: who of other accounts looked at this account's data, as its own feed recorded it.
//!
//! The feed keeps ids, and names are resolved when somebody reads: those of people, tokens and accounts from the directory,
//! those of records from the account whose they are, in its own transaction. So what was erased is named nowhere any more, and
//! the log of the organization, whose entries cannot be changed, never held a name. See docs/decisions/0008.

use crate::cx::{App, Cx};
use crate::error::Result;
use jiff::Timestamp;
use model::authority::{Act, Reach};
use model::change::{Actor, Change, Kind};
use model::id::{AccountId, ConnectionId, PersonId, RecordId, TokenId};
use model::limits::{DISCLOSED_IDS_MAX, LOG_PAGE_MAX};
use model::object::ObjectType;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::feed::Recorded;

/// One look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    pub seq: i64,
    pub at: Timestamp,
    pub viewer: Option<PersonId>,
    /// The service token that looked, when no person did.
    pub token: Option<TokenId>,
    /// The person's name, or the token's.
    pub viewer_name: Option<String>,
    pub viewer_account: AccountId,
    pub viewer_account_name: Option<String>,
    pub record: Option<(ObjectType, RecordId)>,
    pub called: Called,
    pub n_items: usize,
    pub items: Vec<Items>,
    /// Properties that were shown without their value.
    pub masked: Vec<String>,
    pub connection: ConnectionId,
}

/// What was shown of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Items {
    pub object: ObjectType,
    pub n: usize,
    /// The source's own records, at most [`DISCLOSED_IDS_MAX`] of one look.
    pub ids: Vec<RecordId>,
}

/// What a record is called now, for whom may see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Called {
    /// None for a record without a name, and for a reader who may not see it.
    pub name: Option<String>,
    /// It was erased for good, and its name with it.
    pub erased: bool,
}

/// What somebody is about to be shown of one record of a source.
pub(crate) struct Look<'a> {
    pub viewer: &'a Cx,
    pub connection: ConnectionId,
    /// The type of the record she looks at in her own account.
    pub viewed: ObjectType,
    /// The record of the source.
    pub record: (ObjectType, RecordId),
    pub items: BTreeMap<ObjectType, Vec<RecordId>>,
    pub masked: BTreeSet<&'a str>,
}

impl Look<'_> {
    /// The change that goes into the source's feed: ids and counts, no names.
    pub fn change(&self) -> Change {
        let token = match self.viewer.actor {
            Actor::Token { id } => Some(id),
            _ => None,
        };
        let detail = json!({
            "viewer": self.viewer.person.map(|person| person.id),
            "token": token,
            "viewerAccount": self.viewer.account,
            "connectionId": self.connection,
            "viewed": self.viewed.singular(),
            "nItems": self.items.values().map(Vec::len).sum::<usize>(),
            "items": told(&self.items),
            "masked": self.masked,
        });
        let (object, id) = self.record;
        Change { detail: Some(detail), ..Change::record(Kind::Disclosed, object, id) }
    }
}

/// What was shown, by type: each type's count, and ids as long as there is room for them.
fn told(items: &BTreeMap<ObjectType, Vec<RecordId>>) -> Vec<Value> {
    let mut left = DISCLOSED_IDS_MAX;
    let of_type = |(object, ids): (&ObjectType, &Vec<RecordId>)| {
        let kept = &ids[..ids.len().min(left)];
        left -= kept.len();
        json!({ "type": object.singular(), "n": ids.len(), "ids": kept })
    };
    items.iter().map(of_type).collect()
}

/// Looks before a number (all, without one), newest first.
pub async fn list(app: &App, cx: &Cx, before: Option<i64>, limit: usize) -> Result<Vec<Disclosure>> {
    cx.may(Act::ReadAudit)?;
    let limit = limit.clamp(1, LOG_PAGE_MAX);
    let mut tx = app.store.read(cx.account).await?;
    let recorded = store::feed::disclosures(&mut tx, before.unwrap_or(i64::MAX), limit).await?;
    let mut found: Vec<Disclosure> = recorded.into_iter().map(disclosure).collect();
    let called = called(&mut tx, cx, found.iter().filter_map(|d| d.record)).await?;
    drop(tx);
    let mut home = app.store.read_home().await?;
    let people: BTreeSet<PersonId> = found.iter().filter_map(|d| d.viewer).collect();
    let names = store::organization::names(&mut home, &people).await?;
    let tokens = store::token::names(&mut home, &found.iter().filter_map(|d| d.token).collect()).await?;
    let mut accounts = BTreeMap::new();
    for account in found.iter().map(|d| d.viewer_account).collect::<BTreeSet<_>>() {
        if let Some(known) = store::account::read(&mut home, account).await? {
            accounts.insert(account, known.name);
        }
    }
    for one in &mut found {
        let of_token = one.token.and_then(|token| tokens.get(&token).cloned());
        one.viewer_name = one.viewer.and_then(|viewer| names.get(&viewer).cloned()).or(of_token);
        one.viewer_account_name = accounts.get(&one.viewer_account).cloned();
        one.called = one.record.and_then(|record| called.get(&record).cloned()).unwrap_or_default();
    }
    Ok(found)
}

/// What records of the account one stands in are called; those of types that the reader may not see whole are left out.
pub(crate) async fn called(
    tx: &mut store::Tx,
    cx: &Cx,
    records: impl Iterator<Item = (ObjectType, RecordId)>,
) -> Result<BTreeMap<(ObjectType, RecordId), Called>> {
    let mut wanted: BTreeMap<ObjectType, BTreeSet<RecordId>> = BTreeMap::new();
    for (object, id) in records {
        wanted.entry(object).or_default().insert(id);
    }
    let mut called = BTreeMap::new();
    for (object, ids) in wanted {
        if !matches!(cx.may(Act::ViewRecords(object)), Ok(Reach::Everything)) {
            continue;
        }
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let found = store::merged::load_many(tx, object, &ids).await?;
        called.extend(ids.iter().map(|id| {
            let record = found.get(*id);
            ((object, *id), Called { name: record.and_then(model::record::name), erased: record.is_none() })
        }));
    }
    Ok(called)
}

fn disclosure(recorded: Recorded) -> Disclosure {
    let detail = recorded.change.detail.unwrap_or_default();
    let number = |name: &str| detail[name].as_i64();
    let list = |name: &str| detail[name].as_array().cloned().unwrap_or_default();
    Disclosure {
        seq: recorded.seq,
        at: recorded.at,
        viewer: number("viewer").map(PersonId),
        token: number("token").map(TokenId),
        viewer_name: None,
        viewer_account: AccountId(number("viewerAccount").unwrap_or(0)),
        viewer_account_name: None,
        record: recorded.change.record,
        called: Called::default(),
        n_items: number("nItems").and_then(|n| usize::try_from(n).ok()).unwrap_or(0),
        items: list("items").iter().filter_map(items).collect(),
        masked: list("masked").iter().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
        connection: ConnectionId(number("connectionId").unwrap_or(0)),
    }
}

fn items(of_type: &Value) -> Option<Items> {
    let ids = of_type["ids"].as_array().map(Vec::as_slice).unwrap_or_default();
    Some(Items {
        object: ObjectType::from_segment(of_type["type"].as_str()?)?,
        n: usize::try_from(of_type["n"].as_u64()?).ok()?,
        ids: ids.iter().filter_map(|id| id.as_i64().map(RecordId)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::object::{CALL, NOTE, TASK};

    #[test]
    fn ids_are_told_as_long_as_there_is_room_and_counts_always() {
        let ids = |n: usize| (1..).take(n).map(RecordId).collect::<Vec<_>>();
        let shown = BTreeMap::from([(NOTE, ids(DISCLOSED_IDS_MAX - 1)), (CALL, ids(DISCLOSED_IDS_MAX)), (TASK, ids(3))]);
        let kept: Vec<Items> = told(&shown).iter().filter_map(items).collect();
        assert_eq!(kept.iter().map(|of_type| of_type.ids.len()).sum::<usize>(), DISCLOSED_IDS_MAX);
        for of_type in kept {
            assert_eq!(of_type.n, shown[&of_type.object].len(), "a count was cut");
            assert_eq!(of_type.ids, shown[&of_type.object][..of_type.ids.len()]);
        }
    }
}
