//! Linking and unlinking records that exist.

use super::derived::{leave_parent, refuse_loop, set_parent, set_primary};
use super::{change, no_target};
use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::property::{self, Definitions};
use crate::record::{Tries, authorized, reach};
use model::association::{self, LinkType, PairState, plan_link};
use model::authority::Act;
use model::change::{Change, Kind as ChangeKind};
use model::id::RecordId;
use model::limits::{ASSOCIATION_CREATE_MAX, ROLLUP_LINKED_MAX};
use model::object::{COMPANY, CONTACT, ObjectType};
use model::record::{Plan, Properties, Record, hot};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::WriteTx;
use store::association::{NewLink, Place};

/// Two records to be linked. No type means the plain link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkInput {
    pub from: RecordId,
    pub to: RecordId,
    pub types: Vec<LinkType>,
}

/// Two records that are linked now, with the types that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    pub from: RecordId,
    pub to: RecordId,
    pub types: Vec<LinkType>,
}

/// What a batch of links did.
#[derive(Clone)]
pub struct LinkBatch {
    /// For names and labels of the types.
    pub definitions: Arc<Definitions>,
    pub linked: Vec<Linked>,
    /// Position of the input and why not.
    pub errors: Vec<(usize, Error)>,
}

/// Links one pair.
pub async fn link(app: &App, cx: &Cx, from: Place, to: Place, types: Vec<LinkType>) -> Result<LinkBatch> {
    let input = [LinkInput { from: from.1, to: to.1, types }];
    let mut batch = link_batch(app, cx, from.0, to.0, &input).await?;
    match batch.errors.pop() {
        Some((_, error)) => Err(error),
        None => Ok(batch),
    }
}

/// Links many pairs in one transaction; each succeeds or fails by itself.
pub async fn link_batch(app: &App, cx: &Cx, from: ObjectType, to: ObjectType, inputs: &[LinkInput]) -> Result<LinkBatch> {
    if inputs.len() > ASSOCIATION_CREATE_MAX {
        let message = format!("a batch can have {ASSOCIATION_CREATE_MAX} inputs, not {}", inputs.len());
        return Err(Error::invalid("BATCH_LIMIT", message));
    }
    reach(cx, Act::EditRecords(from))?;
    let mut tries = Tries::default();
    loop {
        let done: Result<_> = async {
            let (mut tx, definitions) = property::write(app, cx, 0).await?;
            let pool = Pool::load(&mut tx, from, to, inputs.iter().map(|i| (i.from, i.to))).await?;
            let mut batch = LinkBatch { definitions: definitions.clone(), linked: Vec::new(), errors: Vec::new() };
            let mut changes = Vec::new();
            for (i, input) in inputs.iter().enumerate() {
                let (a, b) = (pool.place(from, input.from), pool.place(to, input.to));
                match link_one(&mut tx, cx, &definitions, &pool, a, b, &input.types).await {
                    Ok((types, made)) => {
                        changes.extend(made);
                        batch.linked.push(Linked { from: input.from, to: input.to, types });
                    }
                    Err(error) if error.detail.is_some() || error.kind == Kind::Broken => return Err(error),
                    Err(error) => batch.errors.push((i, error)),
                }
            }
            if !changes.is_empty() {
                tx.commit(&cx.by(), cx.now, &changes).await?;
            }
            Ok(batch)
        }
        .await;
        if !tries.again(&done) {
            return done;
        }
    }
}

/// The records at the ends of a batch of links, locked, as they were before it.
struct Pool {
    records: BTreeMap<Place, Record>,
    /// Where ids of merged records lead.
    moved: BTreeMap<Place, RecordId>,
}

impl Pool {
    async fn load(
        tx: &mut WriteTx,
        from: ObjectType,
        to: ObjectType,
        pairs: impl Iterator<Item = (RecordId, RecordId)>,
    ) -> Result<Pool> {
        let mut ids: BTreeMap<ObjectType, Vec<RecordId>> = BTreeMap::new();
        for (a, b) in pairs {
            ids.entry(from).or_default().push(a);
            ids.entry(to).or_default().push(b);
        }
        let mut pool = Pool { records: BTreeMap::new(), moved: BTreeMap::new() };
        for (object, mut ids) in ids {
            ids.sort();
            ids.dedup();
            let found = store::merged::load_many_for_update(tx, object, &ids).await?;
            let moved = ids.iter().map(|id| ((object, *id), found.id(*id))).filter(|((_, asked), id)| asked != id);
            pool.moved.extend(moved);
            let records = found.into_records().filter(|r| r.archived_at.is_none());
            pool.records.extend(records.map(|r| ((object, r.id), r)));
        }
        Ok(pool)
    }

    /// The record that an id means.
    fn place(&self, object: ObjectType, id: RecordId) -> Place {
        (object, self.moved.get(&(object, id)).copied().unwrap_or(id))
    }

    fn get(&self, cx: &Cx, place: Place, act: Act) -> Result<Record> {
        authorized(cx, self.records.get(&place).cloned(), act).map_err(|error| match error.kind {
            Kind::NotFound => Error { kind: Kind::NotFound, ..no_target(place.0, place.1) },
            _ => error,
        })
    }
}

async fn link_one(
    tx: &mut WriteTx,
    cx: &Cx,
    definitions: &Definitions,
    pool: &Pool,
    from: Place,
    to: Place,
    requested: &[LinkType],
) -> Result<(Vec<LinkType>, Vec<Change>)> {
    let a = pool.get(cx, from, Act::EditRecords(from.0))?;
    let b = pool.get(cx, to, Act::ViewRecords(to.0))?;
    let child = if to.0 == COMPANY { from } else { to };
    let has_primary = association::primary(from.0, to.0).is_some();
    let primary_company = if has_primary { store::association::primary_company(tx, child).await? } else { None };
    let state = PairState { types: store::association::of_pair(tx, from, to).await?, primary_company };
    let plan = plan_link(&definitions.link_types, from, to, &state, requested)?;
    let types =
        if requested.is_empty() { association::unlabeled(from.0, to.0).into_iter().collect() } else { requested.to_vec() };
    if plan.add.is_empty() {
        return Ok((types, Vec::new()));
    }
    for (child, parent) in plan.add.iter().filter_map(|(t, _)| association::family(from.1, to.1, *t)) {
        refuse_loop(tx, child, parent).await?;
    }
    let mut changes = Vec::new();
    if let Some((old, (link_type, reverse))) =
        plan.demote.zip(association::primary(child.0, COMPANY).zip(association::primary(COMPANY, child.0)))
    {
        store::association::delete(tx, child, (COMPANY, old), link_type, reverse).await?;
        changes.push(change(ChangeKind::AssociationUnlinked, child, (COMPANY, old), std::iter::once(link_type)));
    }
    for (child, parent) in plan.add.iter().filter_map(|(t, _)| association::family(from.1, to.1, *t)) {
        changes.extend(leave_parent(tx, child, parent).await?);
    }
    let new = |(link_type, reverse): &(LinkType, LinkType)| NewLink {
        from,
        to,
        link_type: *link_type,
        reverse: *reverse,
        from_occurred_at: hot(&a).occurred_at,
        to_occurred_at: hot(&b).occurred_at,
    };
    store::association::insert_many(tx, &plan.add.iter().map(new).collect::<Vec<_>>(), cx.now).await?;
    changes.push(change(ChangeKind::AssociationLinked, from, to, plan.add.iter().map(|(t, _)| *t)));
    let added: Vec<LinkType> = plan.add.iter().map(|(t, _)| *t).collect();
    changes.extend(follow(tx, cx, from, to, &added, true).await?);
    Ok((types, changes))
}

/// The values that follow from types of a link that came (`Some`) or went.
async fn follow(tx: &mut WriteTx, cx: &Cx, from: Place, to: Place, types: &[LinkType], came: bool) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let (child, company) = if to.0 == COMPANY { (from, to.1) } else { (to, from.1) };
    if association::primary(from.0, to.0).is_some_and(|p| types.contains(&p)) {
        changes.extend(set_primary(tx, cx, child, came.then_some(company)).await?);
    }
    for (child, parent) in types.iter().filter_map(|t| association::family(from.1, to.1, *t)) {
        changes.extend(set_parent(tx, cx, child, came.then_some(parent)).await?);
    }
    Ok(changes)
}

/// Removes every link of one pair. A pair that is not linked stays so, without an error.
pub async fn unlink(app: &App, cx: &Cx, from: Place, to: Place) -> Result<()> {
    unlink_batch(app, cx, from.0, to.0, &[(from.1, to.1)]).await
}

/// Removes every link of many pairs.
pub async fn unlink_batch(app: &App, cx: &Cx, from: ObjectType, to: ObjectType, pairs: &[(RecordId, RecordId)]) -> Result<()> {
    let inputs: Vec<LinkInput> = pairs.iter().map(|(a, b)| LinkInput { from: *a, to: *b, types: Vec::new() }).collect();
    unlink_types_batch(app, cx, from, to, &inputs).await
}

/// Removes some types of the links of many pairs; no types means all. Taking away the plain link takes the rest with it.
pub async fn unlink_types_batch(app: &App, cx: &Cx, from: ObjectType, to: ObjectType, inputs: &[LinkInput]) -> Result<()> {
    if inputs.len() > ASSOCIATION_CREATE_MAX {
        let message = format!("a batch can have {ASSOCIATION_CREATE_MAX} inputs, not {}", inputs.len());
        return Err(Error::invalid("BATCH_LIMIT", message));
    }
    reach(cx, Act::EditRecords(from))?;
    let mut tries = Tries::default();
    loop {
        let done: Result<_> = async {
            let (mut tx, definitions) = property::write(app, cx, 0).await?;
            let pool = Pool::load(&mut tx, from, to, inputs.iter().map(|i| (i.from, i.to))).await?;
            let mut changes = Vec::new();
            for input in inputs {
                let (a, b) = (pool.place(from, input.from), pool.place(to, input.to));
                // A record that is gone, or was never there, has no links.
                if pool.records.contains_key(&a) && pool.records.contains_key(&b) {
                    pool.get(cx, a, Act::EditRecords(from))?;
                    changes.extend(unlink_one(&mut tx, cx, &definitions, a, b, &input.types).await?);
                }
            }
            if !changes.is_empty() {
                tx.commit(&cx.by(), cx.now, &changes).await?;
            }
            Ok(())
        }
        .await;
        if !tries.again(&done) {
            return done;
        }
    }
}

async fn unlink_one(
    tx: &mut WriteTx,
    cx: &Cx,
    definitions: &Definitions,
    from: Place,
    to: Place,
    types: &[LinkType],
) -> Result<Vec<Change>> {
    let before = store::association::of_pair(tx, from, to).await?;
    let plain = association::unlabeled(from.0, to.0);
    let all = types.is_empty() || plain.is_some_and(|p| types.contains(&p));
    let gone: Vec<LinkType> = before.into_iter().filter(|t| all || types.contains(t)).collect();
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    if all {
        store::association::delete_pair(tx, from, to).await?;
    } else {
        for link_type in &gone {
            let reverse = definitions.link_types.reverse(from.0, to.0, *link_type)?;
            store::association::delete(tx, from, to, *link_type, reverse).await?;
        }
    }
    let mut changes = vec![change(ChangeKind::AssociationUnlinked, from, to, gone.iter().copied())];
    changes.extend(follow(tx, cx, from, to, &gone, false).await?);
    Ok(changes)
}

/// The links that go with an erased activity or deal, told from their other ends: once it is gone, nobody could find out whose
/// rollups it was in.
pub(crate) async fn unlinked_by_erasing(tx: &mut WriteTx, record: &Record) -> Result<Vec<Change>> {
    if !model::timeline::shows(record.object) {
        return Ok(Vec::new());
    }
    let gone = (record.object, record.id);
    let ends = store::association::linked(tx, gone, &model::rollup::ROLLED_UP, ROLLUP_LINKED_MAX).await?;
    let types = |end: Place| association::unlabeled(end.0, gone.0).into_iter();
    Ok(ends.into_iter().map(|end| change(ChangeKind::AssociationUnlinked, end, gone, types(end))).collect())
}

/// A patch of a contact that names a company by an id from before a merge names the merged one.
pub(crate) async fn of_present_company<'p>(
    tx: &mut WriteTx,
    object: ObjectType,
    patch: &'p Properties,
) -> Result<Cow<'p, Properties>> {
    let named = patch.get("associatedcompanyid").filter(|_| object == CONTACT).and_then(|id| id.trim().parse().ok());
    let Some(id) = named else { return Ok(Cow::Borrowed(patch)) };
    let Some(into) = store::merged::follow(tx, COMPANY, &[id]).await?.remove(&id) else { return Ok(Cow::Borrowed(patch)) };
    let mut present = patch.clone();
    present.insert("associatedcompanyid".to_owned(), into.to_string());
    Ok(Cow::Owned(present))
}

/// The company that an update of a contact makes its primary one: must be there.
pub(crate) async fn primary_target(tx: &mut WriteTx, cx: &Cx, plan: &Plan) -> Result<Option<Record>> {
    let Some((_, Some(company))) = plan.values.get("associatedcompanyid").filter(|_| plan.record.object == CONTACT) else {
        return Ok(None);
    };
    let wrong = || Error::invalid("ASSOCIATED_RECORD_NOT_FOUND", format!("there is no company {company} to associate with"));
    let id: RecordId = company.parse().map_err(|_| wrong())?;
    let found = store::merged::load_many_to_link(tx, COMPANY, &[id]).await?;
    let found = found.get(id).cloned().filter(|r| r.archived_at.is_none());
    authorized(cx, found, Act::ViewRecords(COMPANY)).map(Some).map_err(|_| wrong())
}

/// A contact whose `associatedcompanyid` was written is linked to that company as its primary one, or, cleared, has none.
pub(crate) async fn follow_primary(
    tx: &mut WriteTx,
    cx: &Cx,
    definitions: &Definitions,
    plan: &Plan,
    company: Option<Record>,
) -> Result<Vec<Change>> {
    if plan.record.object != CONTACT || !plan.values.contains_key("associatedcompanyid") {
        return Ok(Vec::new());
    }
    let contact = (CONTACT, plan.record.id);
    let records = BTreeMap::from([(contact, plan.record.clone())]);
    let mut pool = Pool { records, moved: BTreeMap::new() };
    match (company, association::primary(CONTACT, COMPANY)) {
        (Some(company), Some(primary)) => {
            let to = (COMPANY, company.id);
            pool.records.insert(to, company);
            Ok(link_one(tx, cx, definitions, &pool, contact, to, &[primary]).await?.1)
        }
        (None, Some(primary)) => match store::association::primary_company(tx, contact).await? {
            Some(old) => unlink_one(tx, cx, definitions, contact, (COMPANY, old), &[primary]).await,
            None => Ok(Vec::new()),
        },
        (_, None) => Ok(Vec::new()),
    }
}
