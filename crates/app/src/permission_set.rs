//! Permission sets: permissions with a name, handed to users of one account. Whoever holds a set may what it says from her
//! next request on, so nobody makes or changes one that goes beyond her own permissions.

use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::user::lock_account;
use model::account::{PermissionSet, Permissions, name};
use model::authority::Act;
use model::change::{self, Change};
use model::id::PermissionSetId;
use model::identity::user::Refusal;
use model::limits::PERMISSION_SETS_MAX;
use serde_json::json;
use store::WriteTx;

fn changed(cx: &Cx, set: &PermissionSet, act: &str) -> Change {
    let detail = json!({"act": act, "account": cx.account, "permissionSet": set.id, "name": set.name});
    Change::of(change::Kind::AccountChanged, detail)
}

fn within_own(cx: &Cx, permissions: &Permissions) -> Result<()> {
    if cx.standing.permissions.cover(permissions) {
        return Ok(());
    }
    Err(Error::forbidden(Refusal::BeyondOwn.code(), Refusal::BeyondOwn.to_string()))
}

/// The name as it is kept, if no other set of the account has it.
async fn free_name(tx: &mut WriteTx, cx: &Cx, own: Option<PermissionSetId>, text: &str) -> Result<String> {
    let name = name(text).map_err(|e| Error::invalid(e.code(), e.to_string()))?;
    let sets = store::account::permission_sets(tx, cx.account).await?;
    if own.is_none() && sets.len() >= PERMISSION_SETS_MAX {
        let message = format!("the account has {PERMISSION_SETS_MAX} permission sets, which is the most it can have");
        return Err(Error::too_large("PERMISSION_SETS_TOO_MANY", message));
    }
    if sets.iter().any(|set| Some(set.id) != own && set.name.to_lowercase() == name.to_lowercase()) {
        return Err(Error::conflict("PERMISSION_SET_EXISTS", format!("there is a permission set \"{name}\" already")));
    }
    Ok(name)
}

async fn load(tx: &mut WriteTx, cx: &Cx, id: PermissionSetId) -> Result<PermissionSet> {
    let set = store::account::read_permission_set(tx, cx.account, id).await?;
    set.ok_or_else(|| Error::not_found(format!("there is no permission set {id}")))
}

/// The account's permission sets, in the order of names.
pub async fn list(app: &App, cx: &Cx) -> Result<Vec<PermissionSet>> {
    cx.may(Act::ReadUsers)?;
    let mut tx = app.store.read_home().await?;
    Ok(store::account::permission_sets(&mut tx, cx.account).await?)
}

/// Makes one.
pub async fn create(app: &App, cx: &Cx, name: &str, permissions: Permissions) -> Result<PermissionSet> {
    cx.may(Act::ManageUsers)?;
    within_own(cx, &permissions)?;
    let mut tx = app.store.write_home().await?;
    lock_account(&mut tx, cx).await?;
    let name = free_name(&mut tx, cx, None, name).await?;
    let set = PermissionSet { id: PermissionSetId(tx.take_ids(1)?), name, permissions };
    store::account::put_permission_set(&mut tx, cx.account, &set).await?;
    tx.commit(&cx.by(), cx.now, &[changed(cx, &set, "permission_set.create")]).await?;
    Ok(set)
}

/// What is to be different about one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    pub name: Option<String>,
    /// All it is to hold.
    pub permissions: Option<Permissions>,
}

/// Changes one, for everybody who holds it. A set that goes beyond one's own permissions is left to those who hold more.
pub async fn update(app: &App, cx: &Cx, id: PermissionSetId, patch: Patch) -> Result<PermissionSet> {
    cx.may(Act::ManageUsers)?;
    let mut tx = app.store.write_home().await?;
    lock_account(&mut tx, cx).await?;
    let mut set = load(&mut tx, cx, id).await?;
    within_own(cx, &set.permissions)?;
    if let Some(name) = patch.name {
        set.name = free_name(&mut tx, cx, Some(id), &name).await?;
    }
    if let Some(permissions) = patch.permissions {
        within_own(cx, &permissions)?;
        set.permissions = permissions;
    }
    store::account::put_permission_set(&mut tx, cx.account, &set).await?;
    tx.commit(&cx.by(), cx.now, &[changed(cx, &set, "permission_set.update")]).await?;
    Ok(set)
}

/// Takes one away that nobody holds: without it, its holders would have what a member has, which may be more.
pub async fn delete(app: &App, cx: &Cx, id: PermissionSetId) -> Result<()> {
    cx.may(Act::ManageUsers)?;
    let mut tx = app.store.write_home().await?;
    lock_account(&mut tx, cx).await?;
    let set = load(&mut tx, cx, id).await?;
    within_own(cx, &set.permissions)?;
    let users = store::account::users(&mut tx, cx.account).await?;
    let n_users = users.iter().filter(|user| user.permission_set == Some(id)).count();
    if n_users > 0 {
        let users = if n_users == 1 { "1 user holds".to_owned() } else { format!("{n_users} users hold") };
        let message = format!("{users} the permission set \"{}\"; give them another one first", set.name);
        return Err(Error::conflict("PERMISSION_SET_IN_USE", message).with("users", n_users));
    }
    let n_grants = store::provisioning::n_grants_of_set(&mut tx, cx.account, id).await?;
    if n_grants > 0 {
        let message =
            format!("{n_grants} groups of the directory hand out the permission set \"{}\"; close them first", set.name);
        return Err(Error::conflict("PERMISSION_SET_IN_USE", message).with("grants", n_grants));
    }
    store::account::delete_permission_set(&mut tx, cx.account, id).await?;
    tx.commit(&cx.by(), cx.now, &[changed(cx, &set, "permission_set.delete")]).await?;
    Ok(())
}
