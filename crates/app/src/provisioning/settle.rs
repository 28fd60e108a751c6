//! What a person is given and loses in the accounts, after her directory or an account said something new. Each step is decided
//! by [`model::identity::provisioning::step`]; what cannot be done in one account is told and stops nothing in another.

use super::consenting;
use crate::billing::seats;
use crate::cx::{App, Cx};
use crate::error::{Kind, Result};
use crate::organization::off_boarding::{self, look, shut_out};
use crate::organization::{log, tell_accounts};
use crate::{company, user};
use model::account::{Account, AccountUser, Role, Status, UserStatus};
use model::change::{Change, Kind as Did};
use model::id::{AccountId, OrganizationId, OwnerId, PersonId, ProvisionedGroupId};
use model::identity::provisioning::{Given, Grant, Step, step, together};
use model::organization::Organization;
use model::organization::log::of_account;
use model::organization::off_boarding::{Known, Outcome, Refusal, Say, decide};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::{Tx, WriteTx};

/// An organization with its members' accounts.
pub(crate) type Whole = (Organization, BTreeMap<AccountId, Account>);

/// What settling changed, to be committed.
#[derive(Default)]
pub(crate) struct Settled {
    pub changes: Vec<Change>,
    pub accounts: BTreeSet<AccountId>,
}

/// Identifiers that settling the members of a group may take: each may become a user and get a letter in each account.
pub(crate) async fn ids(app: &App, cx: &Cx, group: ProvisionedGroupId) -> Result<usize> {
    let mut tx = app.store.read_home().await?;
    let Some(id) = store::organization::of_account(&mut tx, cx.account).await? else { return Ok(0) };
    let n = store::provisioning::members(&mut tx, id, group).await?.len();
    Ok(2 * n + 8)
}

/// The same for so many people, whatever accounts their groups give.
pub(crate) async fn ids_of(app: &App, id: OrganizationId, n_people: usize) -> Result<usize> {
    let mut tx = app.store.read_home().await?;
    let grants = store::provisioning::grants(&mut tx, id).await?;
    let accounts: BTreeSet<AccountId> = grants.iter().map(|grant| grant.account).collect();
    Ok((2 * n_people + 2) * (accounts.len() + 1) + 8)
}

/// Locks what settling these people may touch: first accounts, in one order, then the organization.
pub(crate) async fn locked(tx: &mut WriteTx, id: OrganizationId, people: &BTreeSet<PersonId>) -> Result<Whole> {
    let grants = store::provisioning::grants(tx, id).await?;
    let mut accounts: BTreeSet<AccountId> = grants.iter().map(|grant| grant.account).collect();
    if let Some(person) = people.first().filter(|_| people.len() == 1) {
        accounts.extend(store::account::of_person(tx, *person).await?.into_iter().map(|(account, _)| account.id));
    }
    for account in accounts {
        store::account::lock(tx, account).await?;
    }
    super::living(tx, id).await
}

/// Gives a person what her groups are granted now, and takes what they are not any more, in the accounts that consent.
pub(crate) async fn person(
    app: &App,
    tx: &mut WriteTx,
    cx: &Cx,
    id: OrganizationId,
    who: PersonId,
    settled: &mut Settled,
) -> Result<()> {
    let is_active = store::provisioning::read_person(tx, id, who).await?.is_some_and(|one| one.said.active);
    let grants = if is_active { store::provisioning::grants_of(tx, id, who).await? } else { Vec::new() };
    let given = store::provisioning::given(tx, id, who).await?;
    let consenting = consenting(tx, id).await?;
    let accounts: BTreeSet<AccountId> = grants.iter().map(|grant| grant.account).chain(given.keys().copied()).collect();
    for account in accounts.intersection(&consenting).copied() {
        let here: Vec<Grant> = grants.iter().filter(|grant| grant.account == account).cloned().collect();
        let user = store::account::read_user(tx, account, who).await?;
        let is_living = store::account::read(tx, account).await?.is_some_and(|account| account.status != Status::Deactivated);
        if !is_living {
            continue;
        }
        let place = Place { id, account, who };
        match step(together(&here), given.get(&account), user.as_ref()) {
            Step::Nothing => {}
            Step::Give(gives) => give(app, tx, cx, place, user, gives, settled).await?,
            Step::Take => take(tx, cx, place, user, settled).await?,
        }
    }
    Ok(())
}

/// Whose place in which account it is about.
#[derive(Clone, Copy)]
struct Place {
    id: OrganizationId,
    account: AccountId,
    who: PersonId,
}

async fn give(
    app: &App,
    tx: &mut WriteTx,
    cx: &Cx,
    place: Place,
    before: Option<AccountUser>,
    gives: Given,
    settled: &mut Settled,
) -> Result<()> {
    let Place { id, account, who } = place;
    if let Some(set) = gives.permission_set
        && store::account::read_permission_set(tx, account, set).await?.is_none()
    {
        return refuse(tx, cx, place, "PERMISSION_SET_UNKNOWN").await;
    }
    let loses_super_admin = before.as_ref().is_some_and(|user| user.role == Role::SuperAdmin) && gives.role != Role::SuperAdmin;
    if loses_super_admin && n_other_super_admins(tx, account, who).await? == 0 {
        return refuse(tx, cx, place, Refusal::LastSuperAdmin.code()).await;
    }
    let login = store::person::read(tx, who).await?.ok_or_else(|| user::not_found(who))?;
    let (status, owner) = match &before {
        Some(user) if user.status == UserStatus::Invited => (UserStatus::Invited, user.owner),
        Some(user) => (UserStatus::Active, user.owner),
        None if user::is_established(tx, &login).await? => (UserStatus::Active, OwnerId(tx.take_ids(1)?)),
        None => (UserStatus::Invited, OwnerId(tx.take_ids(1)?)),
    };
    let Given { role, permission_set, seats } = gives.clone();
    let after = AccountUser { account, person: who, owner, role, status, seats, permission_set };
    match seats::taken(tx, before.as_ref(), &after).await {
        Err(error) if error.kind == Kind::Conflict => return refuse(tx, cx, place, error.code).await,
        taken => taken?,
    }
    store::session::end_stand_ins(tx, account, who).await?;
    store::account::put_user(tx, &after, cx.now).await?;
    store::provisioning::set_given(tx, id, (account, who), Some(&gives), cx.now).await?;
    if before.is_none() && status == UserStatus::Invited && !is_signed_in_by_provider(tx, account, &login.person.email).await? {
        user::invitation(app, tx, who, &login.person.name, &Cx { account, ..cx.clone() }).await?;
    }
    let becomes_super_admin = role == Role::SuperAdmin && before.as_ref().is_none_or(|user| user.role != Role::SuperAdmin);
    let mut detail = json!({ "act": "user.provision", "account": account, "person": who });
    if becomes_super_admin {
        detail["superAdmin"] = true.into();
    }
    settled.changes.push(Change::of(Did::AccountChanged, detail));
    settled.accounts.insert(account);
    let effect = json!({ "did": "access_given", "account": account, "person": who, "role": role,
                         "permissionSet": permission_set, "before": before.map(|user| user.status) });
    log::note_effect(tx, cx, id, "access_given", of_account(account), effect).await
}

/// Whether her provider's word is how she comes in, so that she needs no link.
async fn is_signed_in_by_provider(tx: &mut Tx, account: AccountId, email: &str) -> Result<bool> {
    let folded = model::fold::email(email);
    Ok(crate::sign_on::providers_of(tx, account).await?.iter().any(|provider| provider.speaks_for(&folded)))
}

async fn take(tx: &mut WriteTx, cx: &Cx, place: Place, user: Option<AccountUser>, settled: &mut Settled) -> Result<()> {
    let Place { id, account, who } = place;
    if let Some(user) = user.filter(|user| user.status != UserStatus::Deactivated) {
        let known = Known {
            user: Some(&user),
            holds_roles: false,
            is_contact: !company::keeping(tx, account, who).await?.is_empty(),
            n_other_super_admins: n_other_super_admins(tx, account, who).await?,
        };
        if let Some(Outcome::Refused(refusal)) = decide(Say::Everybody, known) {
            return refuse(tx, cx, place, refusal.code()).await;
        }
        shut_out(tx, cx, account, who).await?;
        let detail = json!({ "act": "user.deprovision", "account": account, "person": who });
        settled.changes.push(Change::of(Did::AccountChanged, detail));
        settled.accounts.insert(account);
        let effect = json!({ "did": "access_taken", "account": account, "person": who });
        log::note_effect(tx, cx, id, "access_taken", of_account(account), effect).await?;
    }
    Ok(store::provisioning::set_given(tx, id, (account, who), None, cx.now).await?)
}

async fn refuse(tx: &mut WriteTx, cx: &Cx, place: Place, code: &str) -> Result<()> {
    let effect = json!({ "did": "access_refused", "account": place.account, "person": place.who, "code": code });
    log::note_effect(tx, cx, place.id, "access_refused", of_account(place.account), effect).await
}

async fn n_other_super_admins(tx: &mut Tx, account: AccountId, who: PersonId) -> Result<usize> {
    let users = store::account::users(tx, account).await?;
    let holds_up = |user: &&AccountUser| user.person != who && user.role == Role::SuperAdmin && user.status == UserStatus::Active;
    Ok(users.iter().filter(holds_up).count())
}

/// Takes a person out of every account that consents, whoever let her in: her directory says she is gone. The others are told.
pub(crate) async fn off_board(tx: &mut WriteTx, cx: &Cx, whole: &Whole, who: PersonId, settled: &mut Settled) -> Result<()> {
    let (organization, accounts) = whole;
    let id = organization.id;
    let consenting = consenting(tx, id).await?;
    let say = |account: AccountId| match consenting.contains(&account) {
        true => Say::Everybody,
        false => Say::Nobody(Refusal::NotConsented),
    };
    let rows = look(tx, cx, (organization, accounts), who, say).await?;
    let done = |row: &&off_boarding::Row| !matches!(row.outcome, Outcome::Refused(_));
    for row in rows.iter().filter(done) {
        // Once she is back, what her groups give is given anew.
        store::provisioning::set_given(tx, id, (row.account, who), None, cx.now).await?;
        settled.accounts.insert(row.account);
    }
    settled.changes.extend(off_boarding::carry_out(tx, cx, id, who, &rows).await?);
    Ok(())
}

/// Commits what was settled and tells the accounts.
pub(crate) async fn commit(app: &App, mut tx: WriteTx, cx: &Cx, id: OrganizationId, mut settled: Settled) -> Result<()> {
    let whole = store::organization::read(&mut tx, id).await?;
    settled.changes.push(Change::of(Did::OrganizationChanged, json!({ "organizationId": id, "did": "provisioned" })));
    tx.commit(&cx.by(), cx.now, &settled.changes).await?;
    if let Some((organization, _)) = whole {
        tell_accounts(app, cx, &organization, settled.accounts).await;
    }
    Ok(())
}

/// What a directory did, said once per change of a person or a group.
pub(crate) fn of_directory(what: &str, more: Value) -> Value {
    let mut effect = json!({ "what": what });
    if let (Value::Object(effect), Value::Object(more)) = (&mut effect, more) {
        effect.extend(more);
    }
    effect
}
