//! Reading records.

use super::{Key, One, authorized, check_batch, check_limit, is_within, missing, reach, resolve};
use crate::cx::{App, Cx};
use crate::error::Result;
use crate::property;
use model::authority::Act;
use model::id::RecordId;
use model::limits::LIST_PAGE_MAX;
use model::object::ObjectType;
use model::property::Schema;
use model::record::{Record, UniqueKey};
use std::sync::Arc;
use store::record::ArchivePlace;

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    pub schema: Arc<Schema>,
    pub records: Vec<Record>,
    /// The last record of the page, when there are more.
    pub after: Option<RecordId>,
}

/// Records that were asked for one by one.
#[derive(Debug, Clone)]
pub struct Many {
    pub schema: Arc<Schema>,
    /// In the order they were asked for.
    pub records: Vec<Record>,
    /// The keys' values that name no record the caller may see.
    pub missing: Vec<String>,
}

/// One record: one that is not archived, or, when asked for, an archived one.
pub async fn read(app: &App, cx: &Cx, object: ObjectType, key: &Key, archived: bool) -> Result<One> {
    cx.may(Act::ViewRecords(object))?;
    let (mut tx, definitions) = property::read(app, cx).await?;
    let schema = definitions.schema(object);
    let id = resolve(&mut tx, &schema, key).await?.ok_or_else(missing)?;
    let record = store::merged::load(&mut tx, object, id).await?.filter(|r| r.archived_at.is_some() == archived);
    let record = authorized(cx, record, Act::ViewRecords(object))?;
    Ok(One { schema, record })
}

/// Records by id, after one of them.
pub async fn list(app: &App, cx: &Cx, object: ObjectType, archived: bool, after: Option<RecordId>, limit: usize) -> Result<Page> {
    check_limit(limit, LIST_PAGE_MAX)?;
    let owner = reach(cx, Act::ViewRecords(object))?;
    let (mut tx, definitions) = property::read(app, cx).await?;
    let mut records = store::record::page(&mut tx, object, archived, owner, after, limit + 1).await?;
    let more = records.len() > limit;
    records.truncate(limit);
    let after = records.last().filter(|_| more).map(|r| r.id);
    Ok(Page { schema: definitions.schema(object), records, after })
}

/// Archived records, the latest first, before a place; and where the next page begins, when there is one.
pub async fn archived(
    app: &App,
    cx: &Cx,
    object: ObjectType,
    before: Option<ArchivePlace>,
    limit: usize,
) -> Result<(Page, Option<ArchivePlace>)> {
    check_limit(limit, LIST_PAGE_MAX)?;
    let owner = reach(cx, Act::ViewRecords(object))?;
    let (mut tx, definitions) = property::read(app, cx).await?;
    let mut records = store::record::archived(&mut tx, object, owner, before, limit + 1).await?;
    let more = records.len() > limit;
    records.truncate(limit);
    let next = records.last().filter(|_| more).and_then(|last| Some((last.archived_at?, last.id)));
    Ok((Page { schema: definitions.schema(object), records, after: None }, next))
}

/// Many records at once, by id or by one unique property.
pub async fn read_batch(
    app: &App,
    cx: &Cx,
    object: ObjectType,
    id_property: Option<&str>,
    values: &[String],
    archived: bool,
) -> Result<Many> {
    check_batch(values.len())?;
    let owner = reach(cx, Act::ViewRecords(object))?;
    let (mut tx, definitions) = property::read(app, cx).await?;
    let schema = definitions.schema(object);
    let property = id_property.filter(|p| !p.is_empty() && *p != "hs_object_id");
    let mut ids: Vec<Option<RecordId>> = Vec::with_capacity(values.len());
    match property.filter(|p| schema.unique().iter().any(|u| u == p)) {
        Some(property) => {
            let keys: Vec<UniqueKey> = values.iter().map(|v| UniqueKey::new(property, v)).collect();
            let found = store::record::find_by_keys(&mut tx, object, &keys).await?;
            ids.extend(keys.iter().map(|k| found.iter().find(|(f, _)| f == k).map(|(_, id)| *id)));
        }
        None => {
            for value in values {
                let key = Key { property: property.map(str::to_owned), value: value.clone() };
                ids.push(resolve(&mut tx, &schema, &key).await?);
            }
        }
    }
    let wanted: Vec<RecordId> = ids.iter().copied().flatten().collect();
    let found = store::merged::load_many(&mut tx, object, &wanted).await?;
    let (mut records, mut lost) = (Vec::with_capacity(wanted.len()), Vec::new());
    for (id, value) in ids.into_iter().zip(values) {
        let record = id.and_then(|id| found.get(id));
        match record.filter(|r| r.archived_at.is_some() == archived && is_within(owner, r)) {
            Some(record) => records.push(record.clone()),
            None => lost.push(value.clone()),
        }
    }
    Ok(Many { schema, records, missing: lost })
}
