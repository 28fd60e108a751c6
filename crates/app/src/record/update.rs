//! Changing records: update, archive, restore, erase.

use super::create::owner_errors;
use super::{Key, One, Tries, authorized, missing, refused, resolve, taken};
use crate::association;
use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::owner;
use crate::property::{self, Definitions};
use model::authority::Act;
use model::change::{Change, Kind};
use model::id::OwnerId;
use model::object::ObjectType;
use model::property::Schema;
use model::record::{self, Plan, Properties, Record, unique_keys};
use std::collections::BTreeSet;
use store::WriteTx;

/// Changes values of one record; an empty text clears. A patch that changes nothing writes nothing.
pub async fn update(app: &App, cx: &Cx, object: ObjectType, key: &Key, patch: &Properties) -> Result<One> {
    cx.may(Act::EditRecords(object))?;
    let mut tries = Tries::default();
    loop {
        let done: Result<_> = async {
            let unknown = unknown_owners(app, cx, object, &[patch]).await?;
            let (mut tx, definitions) = property::write(app, cx, 0).await?;
            let schema = definitions.schema(object);
            let id = resolve(&mut tx, &schema, key).await?.ok_or_else(missing)?;
            let old = store::merged::load_for_update(&mut tx, object, id).await?.filter(|r| r.archived_at.is_none());
            let old = authorized(cx, old, Act::EditRecords(object))?;
            let (record, changes) = apply(&mut tx, cx, &definitions, &schema, old, patch, &unknown).await?;
            if !changes.is_empty() {
                tx.commit(&cx.by(), cx.now, &changes).await?;
            }
            Ok(One { schema, record })
        }
        .await;
        if !tries.again(&done) {
            return done;
        }
    }
}

pub(super) async fn unknown_owners(app: &App, cx: &Cx, object: ObjectType, patches: &[&Properties]) -> Result<BTreeSet<OwnerId>> {
    let (read, definitions) = property::read(app, cx).await?;
    drop(read);
    owner::unknown(app, cx, &definitions.schema(object), patches).await
}

/// Decides and saves one update; the record as it is then, and what changed.
pub(super) async fn apply(
    tx: &mut WriteTx,
    cx: &Cx,
    definitions: &Definitions,
    schema: &Schema,
    old: Record,
    patch: &Properties,
    unknown: &BTreeSet<OwnerId>,
) -> Result<(Record, Vec<Change>)> {
    let patch = &association::of_present_company(tx, schema.object, patch).await?;
    let mut strangers = owner_errors(schema, patch, unknown);
    let plan = match record::apply(schema, &old, patch, cx.now, &cx.by()) {
        Ok(plan) if strangers.is_empty() => plan,
        Ok(_) => return Err(refused(&strangers)),
        Err(mut errors) => {
            errors.append(&mut strangers);
            return Err(refused(&errors));
        }
    };
    if plan.is_empty() {
        return Ok((old, Vec::new()));
    }
    let company = association::primary_target(tx, cx, &plan).await?;
    save(tx, schema, &old, &plan).await?;
    let mut changes = vec![Change { values: plan.values.clone(), ..Change::record(Kind::RecordUpdated, old.object, old.id) }];
    changes.extend(association::follow_primary(tx, cx, definitions, &plan, company).await?);
    Ok((plan.record, changes))
}

/// Saves a plan, unless a unique value of it is taken.
async fn save(tx: &mut WriteTx, schema: &Schema, old: &Record, plan: &Plan) -> Result<()> {
    let (was, is) = (unique_keys(schema, old), unique_keys(schema, &plan.record));
    refuse_taken(tx, schema, &plan.record, &was, &is).await?;
    Ok(store::record::update(tx, old, &plan.record, was, is).await?)
}

async fn refuse_taken(
    tx: &mut WriteTx,
    schema: &Schema,
    record: &Record,
    was: &[record::UniqueKey],
    is: &[record::UniqueKey],
) -> Result<()> {
    let added: Vec<_> = is.iter().filter(|k| !was.contains(k)).cloned().collect();
    if added.is_empty() {
        return Ok(());
    }
    let found = store::record::find_by_keys(tx, schema.object, &added).await?;
    match found.into_iter().find(|(_, id)| *id != record.id) {
        Some((key, id)) => Err(taken(schema.object, &key, id)),
        None => Ok(()),
    }
}

/// Archives a record. One that is archived already stays so, without an error.
pub async fn archive(app: &App, cx: &Cx, object: ObjectType, key: &Key) -> Result<()> {
    cx.may(Act::DeleteRecords(object))?;
    let mut tries = Tries::default();
    loop {
        let done: Result<_> = async {
            let (mut tx, definitions) = property::write(app, cx, 0).await?;
            let schema = definitions.schema(object);
            let id = resolve(&mut tx, &schema, key).await?.ok_or_else(missing)?;
            let old = store::merged::load_for_update(&mut tx, object, id).await?;
            let old = authorized(cx, old, Act::DeleteRecords(object))?;
            match archive_one(&mut tx, cx, &schema, &old).await? {
                Some(change) => tx.commit(&cx.by(), cx.now, &[change]).await.map(|_| ()).map_err(Error::from),
                None => Ok(()),
            }
        }
        .await;
        if !tries.again(&done) {
            return done;
        }
    }
}

pub(super) async fn archive_one(tx: &mut WriteTx, cx: &Cx, schema: &Schema, old: &Record) -> Result<Option<Change>> {
    let Some(new) = record::plan_archive(old, cx.now) else { return Ok(None) };
    store::record::update(tx, old, &new, unique_keys(schema, old), Vec::new()).await?;
    Ok(Some(Change::record(Kind::RecordArchived, old.object, old.id)))
}

/// Takes a record back from the archive. Refused when another record has one of its unique values by now.
pub async fn restore(app: &App, cx: &Cx, object: ObjectType, key: &Key) -> Result<One> {
    cx.may(Act::EditRecords(object))?;
    let mut tries = Tries::default();
    loop {
        let done: Result<_> = async {
            let (mut tx, definitions) = property::write(app, cx, 0).await?;
            let schema = definitions.schema(object);
            let id = resolve(&mut tx, &schema, key).await?.ok_or_else(missing)?;
            let old = store::merged::load_for_update(&mut tx, object, id).await?;
            let old = authorized(cx, old, Act::EditRecords(object))?;
            let (new, change) = restore_one(&mut tx, &schema, old).await?;
            if let Some(change) = change {
                tx.commit(&cx.by(), cx.now, &[change]).await?;
            }
            Ok(One { schema, record: new })
        }
        .await;
        if !tries.again(&done) {
            return done;
        }
    }
}

/// The record as it is afterwards; no change when it was not archived.
pub(super) async fn restore_one(tx: &mut WriteTx, schema: &Schema, old: Record) -> Result<(Record, Option<Change>)> {
    let Some(new) = record::plan_restore(&old) else { return Ok((old, None)) };
    let keys = unique_keys(schema, &new);
    refuse_taken(tx, schema, &new, &[], &keys).await?;
    store::record::update(tx, &old, &new, Vec::new(), keys).await?;
    let change = Change::record(Kind::RecordRestored, new.object, new.id);
    Ok((new, Some(change)))
}

/// Removes a record for good: values, history, keys and links. What stays is that there was one.
pub async fn erase(app: &App, cx: &Cx, object: ObjectType, key: &Key) -> Result<()> {
    cx.may(Act::EraseRecords(object))?;
    let mut tries = Tries::default();
    loop {
        let done: Result<_> = async {
            let (mut tx, definitions) = property::write(app, cx, 0).await?;
            let schema = definitions.schema(object);
            let id = resolve(&mut tx, &schema, key).await?.ok_or_else(missing)?;
            let old = store::merged::load_for_update(&mut tx, object, id).await?;
            let old = authorized(cx, old, Act::EraseRecords(object))?;
            let mut changes = association::unlinked_by_erasing(&mut tx, &old).await?;
            store::record::erase(&mut tx, &old, unique_keys(&schema, &old)).await?;
            changes.push(Change::record(Kind::RecordErased, object, old.id));
            tx.commit(&cx.by(), cx.now, &changes).await?;
            Ok(())
        }
        .await;
        if !tries.again(&done) {
            return done;
        }
    }
}
