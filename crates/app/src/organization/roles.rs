//! Roles of an organization: handed out for a member by that member's own Super Admins, taken back by them or given up by
//! whoever holds one, and ended when their time, their account's membership or their holder's last user is over.
//!
//! ```text
//!   a Super Admin of the account + step-up --grant--> held --revoke | until | member leaves | off-boarded--> ended
//! ```
//! Whether a role counts is asked anew at every act; ending its row late only means that the log says it late.

use super::{actor, prove, standing, tell_accounts};
use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::organization::log::{self, Tried};
use jiff::Timestamp;
use model::account::UserStatus;
use model::authority::{Denial, OrganizationAct};
use model::change::{Change, Kind as Did};
use model::id::{AccountId, OrganizationId, PersonId};
use model::limits::{ROLES_ENDED_AT_ONCE, ROLES_PER_ACCOUNT_MAX};
use model::organization::Organization;
use model::organization::log::{Said, of_account};
use model::organization::role::{Delegation, Ending, Role};
use serde_json::json;
use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use store::organization::role as stored;
use store::{Tx, WriteTx};

/// The act that asks for a fresh second factor. The subject is [`subject`].
pub const GRANT: &str = "organization.grant_role";

/// The subject of a step-up for handing out a role: account, person and role.
pub fn subject(account: AccountId, person: PersonId, role: Role) -> String {
    format!("{account}:{person}:{}", role.name())
}

/// Who holds what.
#[derive(Debug, Clone)]
pub struct Roles {
    /// Whether the organization's policy has roles at all.
    pub enabled: bool,
    /// By account, then person.
    pub held: Vec<Held>,
    /// The members for which one may hand out roles.
    pub may_grant: BTreeSet<AccountId>,
}

/// A role with the names of those it is about.
#[derive(Debug, Clone)]
pub struct Held {
    pub delegation: Delegation,
    pub name: String,
    pub email: String,
    /// Who handed it out, if a person did.
    pub granted_by_name: Option<String>,
}

/// A role as somebody wants to hand it out.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub account: AccountId,
    /// The address of an active user of any member.
    pub email: String,
    pub role: Role,
    pub until: Option<Timestamp>,
}

/// Who holds which role for which member. Whoever sees the organization sees this.
pub async fn list(app: &App, cx: &Cx, id: OrganizationId) -> Result<Roles> {
    let mut tx = app.store.read_home().await?;
    let seen = standing::visible(&mut tx, cx, id, OrganizationAct::See).await?;
    let enabled = seen.organization.policy.roles;
    let found = if enabled { stored::held(&mut tx, id, cx.now).await? } else { Vec::new() };
    let mut people: BTreeMap<PersonId, Option<(String, String)>> = BTreeMap::new();
    for person in found.iter().flat_map(|one| [one.person, one.granted_by]) {
        if let Entry::Vacant(place) = people.entry(person) {
            let login = store::person::read(&mut tx, person).await?;
            place.insert(login.map(|login| (login.person.name, login.person.email)));
        }
    }
    let held = found.into_iter().map(|delegation| {
        let of = |person| people.get(&person).cloned().flatten();
        let (name, email) = of(delegation.person).unwrap_or_default();
        Held { granted_by_name: of(delegation.granted_by).map(|(name, _)| name), delegation, name, email }
    });
    let members = seen.organization.members.keys().copied();
    let may_grant = members.filter(|account| enabled && seen.stand.places.may_grant(*account).is_ok()).collect();
    Ok(Roles { enabled, held: held.collect(), may_grant })
}

/// Hands out a role for a member, or gives one that is held another end.
pub async fn grant(app: &App, cx: &Cx, id: OrganizationId, wanted: Wanted, proof: Option<&str>) -> Result<Roles> {
    let done = grant_now(app, cx, id, wanted, proof).await;
    log::refusing(app, cx, id, Tried { act: "grant_role", proof }, done).await
}

async fn grant_now(app: &App, cx: &Cx, id: OrganizationId, wanted: Wanted, proof: Option<&str>) -> Result<Roles> {
    let mut tx = app.store.write_home().await?;
    let organization = locked(&mut tx, cx, id, wanted.account, None).await?;
    if wanted.until.is_some_and(|until| until <= cx.now) {
        let until = wanted.until.map_or_else(String::new, |until| until.to_string());
        return Err(Error::invalid("UNTIL_PAST", format!("the role would end at {until}, which is past")));
    }
    let person = member_user(&mut tx, &organization, &wanted.email).await?;
    let before = stored::held(&mut tx, id, cx.now).await?;
    let key = (wanted.account, person, wanted.role);
    let before = before.into_iter().find(|one| (one.account, one.person, one.role) == key);
    if before.as_ref().is_some_and(|one| one.until == wanted.until) {
        drop(tx);
        return list(app, cx, id).await;
    }
    if stored::n_of_account(&mut tx, id, wanted.account).await? >= ROLES_PER_ACCOUNT_MAX {
        let message = format!("account {} has handed out {ROLES_PER_ACCOUNT_MAX} roles, which is the limit", wanted.account);
        return Err(Error::conflict("TOO_MANY_ROLES", message));
    }
    prove(&mut tx, cx, GRANT, &subject(wanted.account, person, wanted.role), proof).await?;
    let delegation = Delegation {
        account: wanted.account,
        person,
        role: wanted.role,
        granted_by: cx.person.map_or(crate::connection::NOBODY, |person| person.id),
        granted_at: cx.now,
        until: wanted.until,
    };
    // One that lapsed and was not ended yet would be in the way, and is not what is handed out now.
    sweep(&mut tx, cx, id).await?;
    stored::put(&mut tx, id, &delegation).await?;
    let effect = json!({ "did": "role_granted", "account": wanted.account, "person": person, "role": wanted.role,
                         "before": before.map(|one| json!({ "until": one.until })), "until": wanted.until });
    finish(app, cx, tx, &organization, wanted.account, said(cx, "role_granted", wanted.account, &effect)).await?;
    list(app, cx, id).await
}

/// Takes a role back. Whoever holds it may give it up herself.
pub async fn revoke(app: &App, cx: &Cx, id: OrganizationId, account: AccountId, person: PersonId, role: Role) -> Result<()> {
    let done = revoke_now(app, cx, id, (account, person, role)).await;
    log::refusing(app, cx, id, Tried { act: "revoke_role", proof: None }, done).await
}

async fn revoke_now(app: &App, cx: &Cx, id: OrganizationId, key: (AccountId, PersonId, Role)) -> Result<()> {
    let (account, person, role) = key;
    let mut tx = app.store.write_home().await?;
    let organization = locked(&mut tx, cx, id, account, Some(person)).await?;
    if !stored::end(&mut tx, id, key, Ending::Revoked, cx.now).await? {
        let message = format!("person {person} does not hold the role {} for account {account}", role.name());
        return Err(Error::new(Kind::NotFound, "ROLE_NOT_HELD", message));
    }
    let entry = ended(cx, account, person, role, Ending::Revoked);
    finish(app, cx, tx, &organization, account, entry).await
}

/// Whether somebody holds a role for an account now, handed out by its Super Admins. Being Super Admin herself is another question.
pub async fn holds(tx: &mut Tx, person: PersonId, account: AccountId, role: Role, now: Timestamp) -> Result<bool> {
    let Some(id) = store::organization::of_account(tx, account).await? else { return Ok(false) };
    if !store::organization::policy(tx, id).await?.is_some_and(|policy| policy.roles) {
        return Ok(false);
    }
    Ok(stored::of_person(tx, id, person, now).await?.contains(&(account, role)))
}

/// Whether somebody sees the organization of an account by roles alone: for menus.
pub async fn holds_any(tx: &mut Tx, person: PersonId, account: AccountId, now: Timestamp) -> Result<bool> {
    let Some(id) = store::organization::of_account(tx, account).await? else { return Ok(false) };
    if stored::of_person(tx, id, person, now).await?.is_empty() {
        return Ok(false);
    }
    Ok(store::organization::policy(tx, id).await?.is_some_and(|policy| policy.roles))
}

/// Ends roles that lapsed, with an entry each. Takes no input and may run at any time.
pub async fn reconcile(app: &App) -> Result<usize> {
    let cx = Cx::system(app, store::INSTANCE);
    let found = stored::lapsed(&mut app.store.read_home().await?, None, cx.now, ROLES_ENDED_AT_ONCE).await?;
    let mut n = 0;
    for id in found.iter().map(|(id, ..)| *id).collect::<BTreeSet<_>>() {
        let mut tx = app.store.write_home().await?;
        store::organization::lock(&mut tx, id).await?;
        let n_now = sweep(&mut tx, &cx, id).await?;
        if n_now > 0 {
            let change = json!({ "organizationId": id, "rolesEnded": n_now });
            tx.commit(&cx.by(), cx.now, &[Change::of(Did::OrganizationChanged, change)]).await?;
        }
        n += n_now;
    }
    Ok(n)
}

/// Ends the roles of somebody who is no active user of any member any more, in the transaction that made her so.
pub(crate) async fn follow(tx: &mut WriteTx, cx: &Cx) -> Result<()> {
    let Some(id) = store::organization::of_account(tx, cx.account).await? else { return Ok(()) };
    if !stored::lapsed(tx, Some(id), cx.now, 1).await?.is_empty() {
        store::organization::lock(tx, id).await?;
        sweep(tx, cx, id).await?;
    }
    Ok(())
}

/// Ends what lapsed of an organization whose row is locked; how many.
pub(super) async fn sweep(tx: &mut WriteTx, cx: &Cx, id: OrganizationId) -> Result<usize> {
    let mut n = 0;
    loop {
        let found = stored::lapsed(tx, Some(id), cx.now, ROLES_ENDED_AT_ONCE).await?;
        let mut entries = Vec::new();
        for (_, one, reason) in &found {
            stored::end(tx, id, (one.account, one.person, one.role), *reason, cx.now).await?;
            entries.push(ended(cx, one.account, one.person, one.role, *reason));
        }
        n += found.len();
        store::organization::append(tx, id, entries).await?;
        if found.len() < ROLES_ENDED_AT_ONCE {
            return Ok(n);
        }
    }
}

/// The organization, for whoever may hand out a member's roles, or holds the one it is about.
async fn locked(
    tx: &mut WriteTx,
    cx: &Cx,
    id: OrganizationId,
    account: AccountId,
    own: Option<PersonId>,
) -> Result<Organization> {
    let seen = standing::locked(tx, cx, id, OrganizationAct::See).await?;
    if !seen.organization.members.contains_key(&account) {
        let message = format!("account {account} is not a member of the organization");
        return Err(Error::new(Kind::NotFound, "NOT_A_MEMBER", message));
    }
    if !seen.organization.policy.roles {
        return Err(Denial::RolesOff.into());
    }
    let is_own = own.is_some() && cx.person.map(|person| person.id) == own;
    if !is_own {
        seen.stand.places.may_grant(account)?;
    }
    Ok(seen.organization)
}

/// Somebody who is no active user of a member, and nobody, answer the same.
pub(super) fn unknown_user(email: &str) -> Error {
    let shown: String = email.chars().take(100).collect();
    Error::invalid("PERSON_NOT_IN_ORGANIZATION", format!("no active user of a member account has the address \"{shown}\""))
}

/// The active user of a member with an address.
pub(super) async fn member_user(tx: &mut Tx, organization: &Organization, email: &str) -> Result<PersonId> {
    let unknown = || unknown_user(email);
    let login = store::person::by_email(tx, &model::fold::email(email)).await?.ok_or_else(unknown)?;
    let places = store::account::of_person(tx, login.person.id).await?;
    let is_member = |account: AccountId| organization.members.contains_key(&account);
    let is_user = places.iter().any(|(account, user)| is_member(account.id) && user.status == UserStatus::Active);
    if is_user && login.person.disabled_at.is_none() { Ok(login.person.id) } else { Err(unknown()) }
}

async fn finish(app: &App, cx: &Cx, mut tx: WriteTx, organization: &Organization, account: AccountId, entry: Said) -> Result<()> {
    let act = entry.act.clone();
    store::organization::append(&mut tx, organization.id, vec![entry]).await?;
    let change = json!({ "organizationId": organization.id, "did": act, "accountId": account });
    tx.commit(&cx.by(), cx.now, &[Change::of(Did::OrganizationChanged, change)]).await?;
    tell_accounts(app, cx, organization, [account].into()).await;
    Ok(())
}

pub(super) fn ended(cx: &Cx, account: AccountId, person: PersonId, role: Role, reason: Ending) -> Said {
    let effect = json!({ "did": "role_ended", "account": account, "person": person, "role": role, "reason": reason });
    said(cx, "role_ended", account, &effect)
}

pub(super) fn said(cx: &Cx, act: &str, account: AccountId, effect: &serde_json::Value) -> Said {
    let detail = json!({ "effect": effect, "cause": null, "from": standing::from(cx) });
    Said {
        at: cx.now.as_microsecond(),
        actor: actor(&cx.actor),
        act: act.to_owned(),
        subject: of_account(account),
        detail: detail.to_string(),
    }
}
