//! The first links of records that are being created, planned with them and saved in one go.

use super::derived::{leave_parent, set_parent, set_primary};
use super::{change, no_target, target_type};
use crate::cx::Cx;
use crate::error::Result;
use crate::property::Definitions;
use crate::record::{CreateInput, authorized};
use model::association::{self, LinkType, PairState, plan_link};
use model::authority::Act;
use model::change::{Change, Kind};
use model::id::RecordId;
use model::object::{COMPANY, CONTACT, ObjectType};
use model::record::{Record, hot};
use std::collections::{BTreeMap, HashMap};
use store::WriteTx;
use store::association::{NewLink, Place};

/// What is known and planned for the links of a batch of new records.
#[derive(Default)]
pub(crate) struct Created {
    targets: HashMap<Place, Option<Record>>,
    /// The primary company of each contact, deal or ticket met so far.
    primary: HashMap<Place, Option<RecordId>>,
    links: Vec<NewLink>,
    /// Companies that stop being primary for an existing record.
    demoted: Vec<(Place, RecordId)>,
    /// Existing contacts that get a primary company.
    contacts: Vec<(RecordId, RecordId)>,
    /// Companies that get a parent.
    children: Vec<(RecordId, RecordId)>,
    changes: Vec<Change>,
}

/// Where the associations of an input lead. The primary company given as a value is one of them.
fn wanted(definitions: &Definitions, object: ObjectType, input: &CreateInput) -> Result<Vec<(Place, Vec<LinkType>)>> {
    let mut found = Vec::with_capacity(input.associations.len());
    for (id, types) in &input.associations {
        found.push(((target_type(definitions, object, types)?, *id), types.clone()));
    }
    let company = input.properties.get("associatedcompanyid").filter(|_| object == CONTACT).and_then(|v| v.trim().parse().ok());
    if let Some((id, primary)) = company.zip(association::primary(CONTACT, COMPANY)) {
        found.push(((COMPANY, id), vec![primary]));
    }
    // Who is asked to be primary comes before who would become it for want of another.
    found.sort_by_key(|((to, _), types)| association::primary(object, *to).is_none_or(|p| !types.contains(&p)));
    Ok(found)
}

/// Reads what the inputs want to be linked to, one statement per type of record.
pub(crate) async fn prefetch(
    tx: &mut WriteTx,
    definitions: &Definitions,
    object: ObjectType,
    inputs: &[CreateInput],
) -> Result<Created> {
    let mut created = Created::default();
    let mut ids: BTreeMap<ObjectType, Vec<RecordId>> = BTreeMap::new();
    for input in inputs {
        // An input that makes no sense is refused later, under its own position.
        for ((to, id), _) in wanted(definitions, object, input).unwrap_or_default() {
            ids.entry(to).or_default().push(id);
        }
    }
    for (to, mut ids) in ids {
        ids.sort();
        ids.dedup();
        // Held until the commit: whoever merged one meanwhile would not see the link to it.
        let found = store::merged::load_many_to_link(tx, to, &ids).await?;
        let there = |id: &RecordId| found.get(*id).filter(|r| r.archived_at.is_none()).cloned();
        created.targets.extend(ids.iter().map(|id| ((to, *id), there(id))));
    }
    Ok(created)
}

/// Plans the links of one new record; its primary company becomes one of its values.
pub(crate) async fn plan_created(
    tx: &mut WriteTx,
    cx: &Cx,
    definitions: &Definitions,
    record: &mut Record,
    input: &CreateInput,
    created: &mut Created,
) -> Result<()> {
    let from = (record.object, record.id);
    let wanted = wanted(definitions, record.object, input)?;
    // All are checked before any is planned, so that a refused input leaves no links behind.
    for ((to, id), types) in &wanted {
        let target = created.targets.get(&(*to, *id)).cloned().flatten();
        authorized(cx, target, Act::ViewRecords(*to)).map_err(|_| no_target(*to, *id))?;
        plan_link(&definitions.link_types, from, (*to, *id), &PairState::default(), types)?;
    }
    for (to, types) in wanted {
        let Some(Some(target)) = created.targets.get(&to).cloned() else { continue };
        let to = (to.0, target.id);
        let child = if to.0 == COMPANY { from } else { to };
        let has_primary = association::primary(child.0, COMPANY).is_some() && (to.0 == COMPANY || from.0 == COMPANY);
        if has_primary && !created.primary.contains_key(&child) {
            let known = if child == from { None } else { store::association::primary_company(tx, child).await? };
            created.primary.insert(child, known);
        }
        let planned = created.links.iter().filter(|l| l.from == from && l.to == to).map(|l| l.link_type).collect();
        let primary_company = created.primary.get(&child).copied().flatten().filter(|_| has_primary);
        let plan = plan_link(&definitions.link_types, from, to, &PairState { types: planned, primary_company }, &types)?;
        if let Some(old) = plan.demote {
            created.demote(child, old);
        }
        let company = if to.0 == COMPANY { to.1 } else { from.1 };
        if plan.primary {
            created.primary.insert(child, Some(company));
            if child == from && child.0 == CONTACT {
                record.properties.insert("associatedcompanyid".to_owned(), company.to_string());
            } else if child.0 == CONTACT {
                created.contacts.push((child.1, company));
            }
        }
        created.children.extend(plan.add.iter().filter_map(|(t, _)| association::family(from.1, to.1, *t)));
        let (from_at, to_at) = (hot(record).occurred_at, hot(&target).occurred_at);
        created.links.extend(plan.add.iter().map(|(link_type, reverse)| NewLink {
            from,
            to,
            link_type: *link_type,
            reverse: *reverse,
            from_occurred_at: from_at,
            to_occurred_at: to_at,
        }));
        if !plan.add.is_empty() {
            created.changes.push(change(Kind::AssociationLinked, from, to, plan.add.iter().map(|(t, _)| *t)));
        }
    }
    Ok(())
}

impl Created {
    fn demote(&mut self, child: Place, company: RecordId) {
        let Some(primary) = association::primary(child.0, COMPANY) else { return };
        let before = self.links.len();
        self.links.retain(|l| !(l.from == child && l.to == (COMPANY, company) && l.link_type == primary));
        if self.links.len() == before {
            self.demoted.push((child, company));
        }
    }
}

/// Saves what was planned; what it changed.
pub(crate) async fn save_created(tx: &mut WriteTx, cx: &Cx, created: Created) -> Result<Vec<Change>> {
    if created.links.is_empty() {
        return Ok(Vec::new());
    }
    for (child, company) in &created.demoted {
        let pair = association::primary(child.0, COMPANY).zip(association::primary(COMPANY, child.0));
        if let Some((link_type, reverse)) = pair {
            store::association::delete(tx, *child, (COMPANY, *company), link_type, reverse).await?;
        }
    }
    let mut changes = created.changes;
    for (child, parent) in &created.children {
        changes.extend(leave_parent(tx, *child, *parent).await?);
    }
    store::association::insert_many(tx, &created.links, cx.now).await?;
    for (contact, company) in created.contacts {
        changes.extend(set_primary(tx, cx, (CONTACT, contact), Some(company)).await?);
    }
    for (child, parent) in created.children {
        changes.extend(set_parent(tx, cx, child, Some(parent)).await?);
    }
    Ok(changes)
}
