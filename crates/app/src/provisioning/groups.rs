//! Groups of a directory. A group gives its members whatever accounts opened a grant for it.

use super::people::is_current;
use super::settle::{self, Settled, of_directory};
use super::{Directory, changed, told};
use crate::cx::App;
use crate::error::{Error, Result};
use model::account::name;
use model::id::{OrganizationId, PersonId, ProvisionedGroupId};
use model::identity::provisioning::{Group, check_text};
use model::limits::{PROVISIONED_GROUPS_MAX, PROVISIONED_MEMBERS_MAX};
use serde_json::json;
use std::collections::BTreeSet;
use store::{Tx, WriteTx};

/// A group with its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub group: Group,
    pub members: BTreeSet<PersonId>,
}

/// What a directory says of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub name: String,
    pub external_id: Option<String>,
    pub members: BTreeSet<PersonId>,
}

pub(crate) fn unknown(group: ProvisionedGroupId) -> Error {
    Error::not_found(format!("there is no group {group}"))
}

/// One of them.
pub async fn read(app: &App, directory: &Directory, group: ProvisionedGroupId) -> Result<View> {
    let mut tx = app.store.read_home().await?;
    view(&mut tx, directory.organization, group).await
}

async fn view(tx: &mut Tx, id: OrganizationId, group: ProvisionedGroupId) -> Result<View> {
    let found = store::provisioning::read_group(tx, id, group).await?.ok_or_else(|| unknown(group))?;
    Ok(View { members: store::provisioning::members(tx, id, group).await?, group: found })
}

/// All of them, in the order of ids; members only where they are asked for.
pub async fn list(app: &App, directory: &Directory, with_members: bool) -> Result<Vec<View>> {
    let id = directory.organization;
    let mut tx = app.store.read_home().await?;
    let mut views = Vec::new();
    for group in store::provisioning::groups(&mut tx, id).await? {
        let members = match with_members {
            true => store::provisioning::members(&mut tx, id, group.id).await?,
            false => BTreeSet::new(),
        };
        views.push(View { group, members });
    }
    Ok(views)
}

async fn checked(tx: &mut Tx, id: OrganizationId, wanted: Wanted, before: Option<&Group>) -> Result<Wanted> {
    if before.is_none_or(|before| before.name != wanted.name) {
        check_text("displayName", &wanted.name)?;
    }
    if let Some(new) =
        wanted.external_id.as_ref().filter(|new| before.and_then(|before| before.external_id.as_ref()) != Some(new))
    {
        check_text("externalId", new)?;
    }
    let name = name(&wanted.name).map_err(|refusal| Error::invalid(refusal.code(), refusal.to_string()))?;
    if wanted.members.len() > PROVISIONED_MEMBERS_MAX {
        let message = format!("the group has {} members; at most {PROVISIONED_MEMBERS_MAX} are kept", wanted.members.len());
        return Err(Error::too_large("MEMBERS_TOO_MANY", message));
    }
    for person in &wanted.members {
        if store::provisioning::read_person(tx, id, *person).await?.is_none() {
            return Err(Error::invalid("MEMBER_UNKNOWN", format!("the directory tells of no user {person}")));
        }
    }
    Ok(Wanted { name, ..wanted })
}

/// A new group.
pub async fn create(app: &App, directory: &Directory, wanted: Wanted) -> Result<View> {
    let (id, cx) = (directory.organization, &directory.cx);
    let mut tx = app.store.write_home().await?;
    settle::locked(&mut tx, id, &wanted.members).await?;
    if store::provisioning::groups(&mut tx, id).await?.len() >= PROVISIONED_GROUPS_MAX {
        let message = format!("the directory has {PROVISIONED_GROUPS_MAX} groups, which is the most that are kept");
        return Err(Error::too_large("GROUPS_TOO_MANY", message));
    }
    let wanted = checked(&mut tx, id, wanted, None).await?;
    let group = Group {
        id: ProvisionedGroupId(tx.take_ids(1)?),
        name: wanted.name,
        external_id: wanted.external_id,
        version: 1,
        created_at: cx.now,
        updated_at: cx.now,
    };
    store::provisioning::put_group(&mut tx, id, &group).await?;
    // Nobody granted it anything yet, so its members get nothing by it.
    store::provisioning::set_members(&mut tx, id, group.id, &wanted.members, &BTreeSet::new()).await?;
    finish(app, tx, directory, group.id, "group_create", Settled::default()).await?;
    read(app, directory, group.id).await
}

/// Changes a group. `change` gets what it was.
pub async fn update(
    app: &App,
    directory: &Directory,
    group: ProvisionedGroupId,
    version: Option<i64>,
    change: impl FnOnce(&View) -> Result<Wanted> + Send,
) -> Result<View> {
    let (id, cx) = (directory.organization, &directory.cx);
    // The change may add as many members as a group can have; identifiers are only taken for those who become users.
    let n_members = change_size(app, directory, group).await?;
    let mut tx = app.store.write_many(store::INSTANCE, settle::ids_of(app, id, n_members).await?).await?;
    settle::locked(&mut tx, id, &BTreeSet::new()).await?;
    let before = view(&mut tx, id, group).await?;
    is_current(version, before.group.version)?;
    let wanted = checked(&mut tx, id, change(&before)?, Some(&before.group)).await?;
    let come: BTreeSet<PersonId> = wanted.members.difference(&before.members).copied().collect();
    let go: BTreeSet<PersonId> = before.members.difference(&wanted.members).copied().collect();
    let same = (&wanted.name, &wanted.external_id) == (&before.group.name, &before.group.external_id);
    if same && come.is_empty() && go.is_empty() {
        return Ok(before);
    }
    let after = Group {
        name: wanted.name,
        external_id: wanted.external_id,
        version: before.group.version + 1,
        updated_at: cx.now,
        ..before.group
    };
    store::provisioning::put_group(&mut tx, id, &after).await?;
    store::provisioning::set_members(&mut tx, id, group, &come, &go).await?;
    let mut settled = Settled::default();
    for person in come.union(&go) {
        settle::person(app, &mut tx, cx, id, *person, &mut settled).await?;
    }
    finish(app, tx, directory, group, "group_update", settled).await?;
    read(app, directory, group).await
}

/// How many people a change of a group may be about: those the directory tells of, if the group gives anything.
async fn change_size(app: &App, directory: &Directory, group: ProvisionedGroupId) -> Result<usize> {
    let mut tx = app.store.read_home().await?;
    let grants = store::provisioning::grants(&mut tx, directory.organization).await?;
    if grants.iter().all(|grant| grant.group != group) {
        return Ok(0);
    }
    Ok(store::provisioning::n_people(&mut tx, directory.organization).await?.min(PROVISIONED_MEMBERS_MAX))
}

/// Takes a group away, and what its members had by it alone.
pub async fn delete(app: &App, directory: &Directory, group: ProvisionedGroupId, version: Option<i64>) -> Result<()> {
    let (id, cx) = (directory.organization, &directory.cx);
    let n_members = change_size(app, directory, group).await?;
    let mut tx = app.store.write_many(store::INSTANCE, settle::ids_of(app, id, n_members).await?).await?;
    settle::locked(&mut tx, id, &BTreeSet::new()).await?;
    let before = view(&mut tx, id, group).await?;
    is_current(version, before.group.version)?;
    store::provisioning::delete_group(&mut tx, id, group).await?;
    let mut settled = Settled::default();
    for person in &before.members {
        settle::person(app, &mut tx, cx, id, *person, &mut settled).await?;
    }
    finish(app, tx, directory, group, "group_delete", settled).await
}

async fn finish(
    app: &App,
    mut tx: WriteTx,
    directory: &Directory,
    group: ProvisionedGroupId,
    what: &str,
    mut settled: Settled,
) -> Result<()> {
    let (id, cx) = (directory.organization, &directory.cx);
    told(&mut tx, cx, id, of_directory(what, json!({ "group": group }))).await?;
    settled.changes.push(changed(id, &format!("provisioning.{what}"), json!({ "group": group })));
    settle::commit(app, tx, cx, id, settled).await
}
