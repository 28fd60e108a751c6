//! Owners: to whom records belong.

use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use model::authority::Act;
use model::id::{OwnerId, PersonId};
use model::property::Schema;
use model::record::Properties;
use std::collections::{BTreeMap, BTreeSet};
pub use store::owner::Owner;

/// Owners of one page. HubSpot's limit.
pub const PAGE_MAX: usize = 500;

/// Owners by id, after one of them; whether there are more is told by a full page.
pub async fn list(
    app: &App,
    cx: &Cx,
    archived: bool,
    email: Option<&str>,
    after: Option<OwnerId>,
    limit: usize,
) -> Result<Vec<Owner>> {
    cx.may(Act::ReadDefinitions)?;
    let mut home = app.store.read_home().await?;
    Ok(store::owner::page(&mut home, cx.account, archived, email, after, limit.min(PAGE_MAX + 1)).await?)
}

/// One owner.
pub async fn read(app: &App, cx: &Cx, id: OwnerId) -> Result<Owner> {
    cx.may(Act::ReadDefinitions)?;
    let mut home = app.store.read_home().await?;
    let owner = store::owner::load(&mut home, cx.account, id).await?;
    owner.ok_or_else(|| Error::not_found(format!("there is no owner {id}")))
}

/// One owner by the person she is.
pub async fn read_by_person(app: &App, cx: &Cx, person: PersonId) -> Result<Owner> {
    cx.may(Act::ReadDefinitions)?;
    let mut home = app.store.read_home().await?;
    let owner = store::owner::load_by_person(&mut home, cx.account, person).await?;
    owner.ok_or_else(|| Error::not_found(format!("person {person} owns nothing here")))
}

/// The names of owners, for those that exist.
pub(crate) async fn names(app: &App, cx: &Cx, ids: &[OwnerId]) -> Result<BTreeMap<OwnerId, String>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut home = app.store.read_home().await?;
    let owners = store::owner::load_many(&mut home, cx.account, ids).await?;
    Ok(owners.into_iter().map(|o| (o.id, o.name)).collect())
}

/// The owners that values name and that do not exist. Asked before a transaction begins, because owners live in the directory.
pub(crate) async fn unknown(app: &App, cx: &Cx, schema: &Schema, inputs: &[&Properties]) -> Result<BTreeSet<OwnerId>> {
    let mut wanted: BTreeSet<OwnerId> = BTreeSet::new();
    {
        let known = app.definitions.owners.lock();
        for input in inputs {
            let ids = schema.owners().iter().filter_map(|name| input.get(name)?.trim().parse().ok());
            wanted.extend(ids.filter(|id| !known.contains(&(cx.account, *id))));
        }
    }
    if wanted.is_empty() {
        return Ok(wanted);
    }
    let ids: Vec<OwnerId> = wanted.iter().copied().collect();
    let mut home = app.store.read_home().await?;
    let found = store::owner::load_many(&mut home, cx.account, &ids).await?;
    app.definitions.saw_owners(cx.account, found.iter().map(|o| o.id));
    for owner in found {
        wanted.remove(&owner.id);
    }
    Ok(wanted)
}
