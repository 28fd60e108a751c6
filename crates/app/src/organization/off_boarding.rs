//! Off-boarding somebody from the whole organization: first what would happen in each account, then the same act in all of them.
//!
//! ```text
//!   plan(address) -> a row per account          apply(person, proof) -> the rows, done in one transaction
//! ```
//! All users are in the directory, so either every account that is to lose her does, or none. An account in which nobody may
//! decide it stays as it is, and says so: in the reply, in the log, to its points of contact.

use super::{log, prove, roles, standing, tell_accounts};
use crate::ceremony::{self, Kind as Ceremony};
use crate::company;
use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::organization::log::Tried;
use model::account::{Account, AccountUser, Role as UserRole, Seat, UserStatus};
use model::authority::OrganizationAct;
use model::change::{Change, Kind as Did};
use model::company::ContactRole;
use model::id::{AccountId, OrganizationId, PersonId};
use model::identity::person::Person;
use model::identity::step_up::OFF_BOARD;
use model::organization::Organization;
use model::organization::off_boarding::{Known, Outcome, Refusal, Say, decide};
use model::organization::role::{Ending, Role};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::organization::role as stored;
use store::{Tx, WriteTx};

/// What becomes, or became, of somebody in the accounts of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffBoarding {
    pub person: PersonId,
    /// Empty of somebody who has not accepted any invitation.
    pub name: String,
    pub email: String,
    /// In the order of accounts.
    pub rows: Vec<Row>,
}

/// What becomes of her in one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub account: AccountId,
    pub account_name: String,
    /// What she was before; none when she only holds a role for it.
    pub status: Option<UserStatus>,
    pub outcome: Outcome,
    /// Seats that count no more.
    pub seats: BTreeSet<Seat>,
    /// Roles of the organization for this account, which end with it.
    pub roles: BTreeSet<Role>,
    /// What she is a point of contact for. Until somebody else is named she cannot be removed, and what they are told of goes
    /// to nobody.
    pub contact_roles: BTreeSet<ContactRole>,
    /// Service tokens she made, which go on working in the account until somebody revokes them.
    pub n_tokens: usize,
}

/// What would happen. Names nobody whom whoever asks could not off-board anywhere.
pub async fn plan(app: &App, cx: &Cx, id: OrganizationId, email: &str) -> Result<OffBoarding> {
    let mut tx = app.store.read_home().await?;
    let seen = standing::visible(&mut tx, cx, id, OrganizationAct::OffBoard).await?;
    let shown: String = email.chars().take(100).collect();
    let unknown = || {
        let message = format!("no user of a member account has the address \"{shown}\"");
        Error::invalid("PERSON_NOT_IN_ORGANIZATION", message)
    };
    let login = store::person::by_email(&mut tx, &model::fold::email(email)).await?.ok_or_else(unknown)?;
    let say = |account| Say::of(&seen.stand.places.at(account));
    let rows = look(&mut tx, cx, (&seen.organization, &seen.accounts), login.person.id, say).await?;
    if rows.is_empty() {
        return Err(unknown());
    }
    Ok(shown_as(login.person, rows))
}

/// Does it, wherever whoever asks may. Asks for a fresh second factor.
pub async fn apply(app: &App, cx: &Cx, id: OrganizationId, person: PersonId, proof: Option<&str>) -> Result<OffBoarding> {
    let done = apply_now(app, cx, id, person, proof).await;
    log::refusing(app, cx, id, Tried { act: "off_board", proof }, done).await
}

async fn apply_now(app: &App, cx: &Cx, id: OrganizationId, person: PersonId, proof: Option<&str>) -> Result<OffBoarding> {
    if cx.person.is_some_and(|own| own.id == person) {
        let message = "nobody off-boards herself: ask another Super Admin";
        return Err(Error::conflict("OFF_BOARD_ONESELF", message));
    }
    let unknown = || Error::invalid("PERSON_NOT_IN_ORGANIZATION", format!("person {person} is no user of a member account"));
    let mut tx = app.store.write_home().await?;
    standing::visible(&mut tx, cx, id, OrganizationAct::OffBoard).await?;
    lock_accounts(&mut tx, person).await?;
    let seen = standing::locked(&mut tx, cx, id, OrganizationAct::OffBoard).await?;
    let say = |account| Say::of(&seen.stand.places.at(account));
    let rows = look(&mut tx, cx, (&seen.organization, &seen.accounts), person, say).await?;
    let login = store::person::read(&mut tx, person).await?.filter(|_| !rows.is_empty()).ok_or_else(unknown)?;
    prove(&mut tx, cx, OFF_BOARD, &person.to_string(), proof).await?;
    let changes = carry_out(&mut tx, cx, id, person, &rows).await?;
    tx.commit(&cx.by(), cx.now, &changes).await?;
    let touched = rows.iter().filter(|row| row.outcome == Outcome::Done).map(|row| row.account).collect();
    tell_accounts(app, cx, &seen.organization, touched).await;
    Ok(shown_as(login.person, rows))
}

/// Every account somebody is a user of, in one order, before the organization: as when a user of one account is changed.
async fn lock_accounts(tx: &mut WriteTx, person: PersonId) -> Result<()> {
    let mut accounts: Vec<AccountId> =
        store::account::of_person(tx, person).await?.into_iter().map(|(account, _)| account.id).collect();
    accounts.sort();
    for account in accounts {
        store::account::lock(tx, account).await?;
    }
    Ok(())
}

/// What becomes of somebody in each member, for whoever has that say there.
pub(crate) async fn look(
    tx: &mut Tx,
    cx: &Cx,
    (organization, accounts): (&Organization, &BTreeMap<AccountId, Account>),
    person: PersonId,
    say: impl Fn(AccountId) -> Say,
) -> Result<Vec<Row>> {
    let mut held: BTreeMap<AccountId, BTreeSet<Role>> = BTreeMap::new();
    if organization.policy.roles {
        for (account, role) in stored::of_person(tx, organization.id, person, cx.now).await? {
            held.entry(account).or_default().insert(role);
        }
    }
    let places = store::account::of_person(tx, person).await?;
    let users: BTreeMap<AccountId, AccountUser> = places.into_iter().map(|(account, user)| (account.id, user)).collect();
    let members: BTreeSet<AccountId> =
        users.keys().chain(held.keys()).copied().filter(|id| organization.members.contains_key(id)).collect();
    let mut rows = Vec::new();
    for account in members {
        let (user, roles) = (users.get(&account), held.get(&account).cloned().unwrap_or_default());
        let contact_roles = company::keeping(tx, account, person).await?;
        let others = store::account::users(tx, account).await?;
        let holds_up = |other: &&AccountUser| {
            other.person != person && other.role == UserRole::SuperAdmin && other.status == UserStatus::Active
        };
        let known = Known {
            user,
            holds_roles: !roles.is_empty(),
            is_contact: !contact_roles.is_empty(),
            n_other_super_admins: others.iter().filter(holds_up).count(),
        };
        let Some(outcome) = decide(say(account), known) else { continue };
        let freed = user.filter(|user| user.status == UserStatus::Active && outcome == Outcome::Done);
        let tokens = store::token::list(tx, account).await?;
        let row = Row {
            account,
            account_name: accounts.get(&account).map(|account| account.name.clone()).unwrap_or_default(),
            status: user.map(|user| user.status),
            outcome,
            seats: freed.map(|user| user.seats.clone()).unwrap_or_default(),
            roles,
            contact_roles,
            n_tokens: tokens.iter().filter(|token| token.created_by == Some(person)).count(),
        };
        // Of an account where she has no say, whoever asks learns that somebody works there, and no more.
        let has_say = !matches!(outcome, Outcome::Refused(Refusal::NotDelegated | Refusal::NotConsented));
        rows.push(if has_say { row } else { Row { roles: BTreeSet::new(), contact_roles: BTreeSet::new(), n_tokens: 0, ..row } });
    }
    Ok(rows)
}

/// Does what the rows say, in a transaction in which the organization and her accounts are locked; the changes to commit.
pub(crate) async fn carry_out(
    tx: &mut WriteTx,
    cx: &Cx,
    id: OrganizationId,
    person: PersonId,
    rows: &[Row],
) -> Result<Vec<Change>> {
    let (mut changes, mut entries) = (Vec::new(), Vec::new());
    for row in rows {
        match row.outcome {
            Outcome::OffAlready => {}
            Outcome::Refused(refusal) => {
                let effect =
                    json!({ "did": "off_boarding_refused", "account": row.account, "person": person, "code": refusal.code() });
                entries.push(roles::said(cx, "off_boarding_refused", row.account, &effect));
            }
            Outcome::Done => {
                shut_out(tx, cx, row.account, person).await?;
                for role in &row.roles {
                    stored::end(tx, id, (row.account, person, *role), Ending::OffBoarded, cx.now).await?;
                    entries.push(roles::ended(cx, row.account, person, *role, Ending::OffBoarded));
                }
                let contacts: Vec<&str> = row.contact_roles.iter().map(|role| role.name()).collect();
                let effect = json!({ "did": "off_boarded", "account": row.account, "person": person, "before": row.status,
                                     "contactRoles": contacts, "nTokens": row.n_tokens });
                entries.push(roles::said(cx, "off_boarded", row.account, &effect));
                let detail = json!({ "act": "user.off_board", "account": row.account, "person": person });
                changes.push(Change::of(Did::AccountChanged, detail));
            }
        }
    }
    if rows.iter().any(|row| row.outcome == Outcome::Done) {
        store::session::end_all(tx, person, None).await?;
        ceremony::forget(tx, Ceremony::SignIn, Some(person)).await?;
    }
    store::organization::append(tx, id, entries).await?;
    roles::sweep(tx, cx, id).await?;
    changes.push(Change::of(Did::OrganizationChanged, json!({ "organizationId": id, "did": "off_boarded" })));
    Ok(changes)
}

/// Her access to one account ends. An invitation she never accepted is taken away; else her history keeps her.
pub(crate) async fn shut_out(tx: &mut WriteTx, cx: &Cx, account: AccountId, person: PersonId) -> Result<()> {
    store::session::end_stand_ins(tx, account, person).await?;
    match store::account::read_user(tx, account, person).await? {
        Some(before) if before.status == UserStatus::Active => {
            let after = AccountUser { status: UserStatus::Deactivated, ..before };
            store::account::put_user(tx, &after, cx.now).await?;
        }
        Some(before) if before.status == UserStatus::Invited => {
            ceremony::forget_invitation(tx, person, account).await?;
            store::account::remove_user(tx, account, person).await?;
        }
        _ => {}
    }
    Ok(())
}

/// A name is shown once she came in somewhere; before, whoever invited her knows what he typed.
fn shown_as(person: Person, rows: Vec<Row>) -> OffBoarding {
    let is_known = rows.iter().any(|row| matches!(row.status, Some(UserStatus::Active | UserStatus::Deactivated)));
    let (name, email) = match is_known {
        true => (person.name, person.email),
        false => (String::new(), model::fold::email(&person.email)),
    };
    OffBoarding { person: person.id, name, email, rows }
}
