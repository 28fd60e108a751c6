//! Users: people in an account, what they are there, and the permission sets they are given. One login serves all accounts:
//! an address that can sign in gets access with the password it has. Everybody else is invited, by each account by itself: its
//! link lets her into that account and no other, and no account learns that another invited her too. Source: spec 7.1.
//!
//! ```text
//!   create -> invited --link, no password yet: choose one--> active
//!                     --link, signed in--------------------> active
//! ```
//!
//! A link is shown to whoever invites, so having come in by one proves nothing about the address. Only a login whose address was
//! proved gets into a further account without accepting: an account could otherwise take somebody's address first and wait.

use crate::billing::seats;
use crate::ceremony::{self, Invited, Kind as Ceremony};
use crate::company;
use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::organization::roles;
use crate::outbox;
use crate::person::{self, New, first_password, link, refused};
use model::account::{AccountUser, Permissions, Role, Seat, UserStatus, permissions};
use model::authority::Act;
use model::change::{self, Actor, Change};
use model::company::{ContactRole, roles_of};
use model::id::{OwnerId, PermissionSetId, PersonId};
use model::identity::person::Person;
use model::identity::user::decide;
use model::letter::Letter;
use model::outbox::Recipient;
use serde_json::json;
use std::collections::BTreeSet;
use store::person::Login;
use store::{Tx, WriteTx};

/// A user with who she is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub user: AccountUser,
    pub person: Person,
    /// What she is a point of contact for in the account. While there is any she cannot be removed, and when she is
    /// deactivated notices do not reach her.
    pub contact_roles: BTreeSet<ContactRole>,
}

/// Somebody to be made a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub email: String,
    /// Only used when the address is new.
    pub name: String,
    pub locale: Option<String>,
    pub role: Role,
    pub seats: BTreeSet<Seat>,
    pub permission_set: Option<PermissionSetId>,
    /// Set by the system alone (command line, sample group), when the address is new; everybody else invites by a link.
    pub password: Option<String>,
}

/// A user who was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    pub user: User,
    /// By which she accepts; none when she can sign in already. Shown this once.
    pub link: Option<String>,
}

pub(crate) fn changed(cx: &Cx, person: PersonId, act: &str) -> Change {
    Change::of(change::Kind::AccountChanged, json!({"act": act, "account": cx.account, "person": person}))
}

/// The same with what is different about her, for the security history. That somebody becomes a Super Admin is marked: others
/// hear of it.
async fn told(tx: &mut Tx, cx: &Cx, act: &str, before: Option<&AccountUser>, after: &AccountUser) -> Result<Change> {
    let mut detail = json!({"act": act, "account": cx.account, "person": after.person});
    detail["changes"] = json!(differences(tx, before, after).await?);
    if after.role == Role::SuperAdmin && before.is_none_or(|user| user.role != Role::SuperAdmin) {
        detail["superAdmin"] = true.into();
    }
    Ok(Change::of(change::Kind::AccountChanged, detail))
}

/// What of a user is different, in the words of the API; of a new one everything.
async fn differences(tx: &mut Tx, before: Option<&AccountUser>, after: &AccountUser) -> Result<Vec<String>> {
    let mut said = Vec::new();
    let mut say = |what: &str, was: Option<String>, is: String| match was {
        Some(was) if was != is => said.push(format!("{what}: {was} → {is}")),
        None => said.push(format!("{what}: {is}")),
        Some(_) => {}
    };
    say("role", before.map(|user| user.role.name().to_owned()), after.role.name().to_owned());
    let was = match before {
        Some(user) => Some(set_name(tx, user).await?),
        None => None,
    };
    say("permission set", was, set_name(tx, after).await?);
    let seats = |user: &AccountUser| match user.seats.is_empty() {
        true => "none".to_owned(),
        false => user.seats.iter().map(|seat| seat.name()).collect::<Vec<_>>().join(", "),
    };
    say("seats", before.map(seats), seats(after));
    say("status", before.map(|user| user.status.name().to_owned()), after.status.name().to_owned());
    Ok(said)
}

async fn set_name(tx: &mut Tx, user: &AccountUser) -> Result<String> {
    let Some(id) = user.permission_set else { return Ok("none".to_owned()) };
    let set = store::account::read_permission_set(tx, user.account, id).await?;
    Ok(set.map_or_else(|| id.to_string(), |set| set.name))
}

pub(crate) fn not_found(person: PersonId) -> Error {
    Error::not_found(format!("there is no user {person}"))
}

/// The account's users, in the order of persons.
pub async fn list(app: &App, cx: &Cx) -> Result<Vec<User>> {
    cx.may(Act::ReadUsers)?;
    let mut tx = app.store.read_home().await?;
    let (users, people) =
        (store::account::users(&mut tx, cx.account).await?, store::person::of_account(&mut tx, cx.account).await?);
    let contacts = store::company::read(&mut tx, cx.account).await?.contacts;
    let mut people = people.into_iter().peekable();
    // Both in the order of persons.
    let with_person = users.into_iter().filter_map(|user| {
        while people.next_if(|person| person.id < user.person).is_some() {}
        people.next_if(|person| person.id == user.person).map(|person| {
            let contact_roles = roles_of(&contacts, person.id);
            seen(user, person, contact_roles)
        })
    });
    Ok(with_person.collect())
}

/// Makes somebody a user of the account.
pub async fn create(app: &App, cx: &Cx, wanted: Wanted) -> Result<Created> {
    cx.may(Act::ManageUsers)?;
    let (_, folded) = model::identity::person::email(&wanted.email).map_err(|e| refused(&e))?;
    let by_system = wanted.password.as_deref().filter(|_| cx.actor == Actor::System);
    let hash = match by_system {
        Some(password) => Some(first_password(app, password, &wanted.email).await?),
        None => None,
    };
    let mut tx = app.store.write_home().await?;
    lock_account(&mut tx, cx).await?;
    let login = match store::person::by_email(&mut tx, &folded).await? {
        Some(login) => login,
        None => {
            let locale = wanted.locale.as_deref();
            let new = New { email: &wanted.email, name: &wanted.name, locale, password_hash: hash.as_deref() };
            let person = person::create(app, &mut tx, new, cx.now).await?;
            store::person::read(&mut tx, person.id).await?.ok_or_else(|| not_found(person.id))?
        }
    };
    let person = login.person.clone();
    if store::account::read_user(&mut tx, cx.account, person.id).await?.is_some() {
        let message = format!("\"{}\" is a user of this account already", person.email);
        return Err(Error::conflict("USER_EXISTS", message).with("userId", person.id));
    }
    let known = by_system.is_some() || is_established(&mut tx, &login).await?;
    let user = AccountUser {
        account: cx.account,
        person: person.id,
        owner: OwnerId(tx.take_ids(1)?),
        role: wanted.role,
        status: if known { UserStatus::Active } else { UserStatus::Invited },
        seats: wanted.seats,
        permission_set: wanted.permission_set,
    };
    save(&mut tx, cx, None, &user).await?;
    let link = match user.status {
        UserStatus::Invited => Some(invitation(app, &mut tx, person.id, &wanted.name, cx).await?),
        UserStatus::Active | UserStatus::Deactivated => None,
    };
    let made = told(&mut tx, cx, "user.create", None, &user).await?;
    tx.commit(&cx.by(), cx.now, &[made]).await?;
    Ok(Created { user: seen(user, person, BTreeSet::new()), link })
}

/// A user as her account may see her. Of somebody who has not accepted, it knows what it typed: anything else would tell that
/// another account invited her.
fn seen(user: AccountUser, mut person: Person, contact_roles: BTreeSet<ContactRole>) -> User {
    if user.status == UserStatus::Invited {
        (person.name, person.email) = (String::new(), model::fold::email(&person.email));
    }
    User { user, person, contact_roles }
}

/// Whether the address is known to be hers, and she can sign in, or once could and is to again.
pub(crate) async fn is_established(tx: &mut Tx, login: &Login) -> Result<bool> {
    if login.email_proved_at.is_none() {
        return Ok(false);
    }
    Ok(login.is_able()
        || store::account::of_person(tx, login.person.id).await?.iter().any(|(_, user)| user.status == UserStatus::Active))
}

/// A new link into this account; an older one of it stops working, those of other accounts are not touched.
pub(crate) async fn invitation(app: &App, tx: &mut WriteTx, person: PersonId, name: &str, cx: &Cx) -> Result<String> {
    ceremony::forget_invitation(tx, person, cx.account).await?;
    let state = Invited { account: cx.account, name: name.to_owned() };
    let token = ceremony::begin(app, tx, Ceremony::Invitation, Some(person), &state, cx.now).await?;
    let link = link(app, &token);
    if let Some(to) = outbox::to_person(tx, person).await? {
        // What another account calls her is not for this one's outbox.
        let to = Recipient { address: model::fold::email(&to.address), name: name.to_owned(), ..to };
        let (account, by) = (outbox::account_name(tx, cx.account).await?, outbox::by_name(tx, cx).await?);
        let cause = format!("invitation:{person}:{}", app.outside.uuid());
        let letter = Letter::Invitation { account, by };
        outbox::enqueue(app, tx, outbox::New { account: cx.account, cause, to, letter, link: Some(link.clone()) }, cx.now)
            .await?;
    }
    Ok(link)
}

/// A new link for a user who has not come in yet; older ones stop working.
pub async fn invite(app: &App, cx: &Cx, person: PersonId) -> Result<String> {
    cx.may(Act::ManageUsers)?;
    let mut tx = app.store.write_home().await?;
    lock_account(&mut tx, cx).await?;
    let user = store::account::read_user(&mut tx, cx.account, person).await?.ok_or_else(|| not_found(person))?;
    // The link lets whoever has it become this user: making it is handing out what she may.
    may(&mut tx, cx, None, Some(&user)).await?;
    if user.status != UserStatus::Invited {
        return Err(Error::conflict("USER_ABLE_TO_SIGN_IN", format!("the user {person} has come in already")));
    }
    // What the first link said her name is, if it still works; she writes her own anyway.
    let name = ceremony::invited(&mut tx, person, cx.account).await?.map(|invited| invited.name).unwrap_or_default();
    let link = invitation(app, &mut tx, person, &name, cx).await?;
    tx.commit(&cx.by(), cx.now, &[changed(cx, person, "user.invite")]).await?;
    Ok(link)
}

/// Changes of users of one account are made one after the other, so that two Super Admins cannot take each other away.
pub(crate) async fn lock_account(tx: &mut WriteTx, cx: &Cx) -> Result<()> {
    let account = store::account::lock(tx, cx.account).await?;
    account.map(drop).ok_or_else(|| Error::not_found(format!("there is no account {}", cx.account)))
}

/// What a user may after a change.
async fn granted(tx: &mut Tx, user: &AccountUser) -> Result<Permissions> {
    let set = match user.permission_set {
        Some(id) => Some(store::account::read_permission_set(tx, user.account, id).await?.ok_or_else(|| no_set(id))?),
        None => None,
    };
    Ok(permissions(user.role, set.as_ref(), &user.seats))
}

fn no_set(id: PermissionSetId) -> Error {
    Error::invalid("PERMISSION_SET_UNKNOWN", format!("there is no permission set {id}"))
}

async fn may(tx: &mut Tx, cx: &Cx, before: Option<&AccountUser>, after: Option<&AccountUser>) -> Result<()> {
    let granted = match after {
        Some(user) => granted(tx, user).await?,
        None => Permissions::default(),
    };
    let subject = before.or(after).map(|user| user.person);
    let others = store::account::users(tx, cx.account).await?;
    let is_other_admin =
        |user: &&AccountUser| Some(user.person) != subject && user.role == Role::SuperAdmin && user.status == UserStatus::Active;
    let n_other_super_admins = others.iter().filter(is_other_admin).count();
    decide(&cx.standing, before, after, &granted, n_other_super_admins)
        .map_err(|refusal| Error::forbidden(refusal.code(), refusal.to_string()))
}

async fn save(tx: &mut WriteTx, cx: &Cx, before: Option<&AccountUser>, after: &AccountUser) -> Result<()> {
    may(tx, cx, before, Some(after)).await?;
    seats::taken(tx, before, after).await?;
    store::session::end_stand_ins(tx, cx.account, after.person).await?;
    Ok(store::account::put_user(tx, after, cx.now).await?)
}

/// What is to be different about a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    pub role: Option<Role>,
    pub seats: Option<BTreeSet<Seat>>,
    /// `Some(None)` takes the set away.
    pub permission_set: Option<Option<PermissionSetId>>,
    pub status: Option<UserStatus>,
}

/// Changes what a user is in the account.
pub async fn update(app: &App, cx: &Cx, person: PersonId, patch: Patch) -> Result<User> {
    cx.may(Act::ManageUsers)?;
    let mut tx = app.store.write_home().await?;
    lock_account(&mut tx, cx).await?;
    let before = store::account::read_user(&mut tx, cx.account, person).await?.ok_or_else(|| not_found(person))?;
    if patch
        .status
        .is_some_and(|status| status != before.status && (status == UserStatus::Invited || before.status == UserStatus::Invited))
    {
        let message = "only accepting the invitation makes an invited user active; remove her, or give her a new link";
        return Err(Error::conflict("USER_INVITED", message));
    }
    let after = AccountUser {
        role: patch.role.unwrap_or(before.role),
        seats: patch.seats.unwrap_or_else(|| before.seats.clone()),
        permission_set: patch.permission_set.unwrap_or(before.permission_set),
        status: patch.status.unwrap_or(before.status),
        ..before.clone()
    };
    save(&mut tx, cx, Some(&before), &after).await?;
    if after.status == UserStatus::Deactivated {
        roles::follow(&mut tx, cx).await?;
    }
    let login = store::person::read(&mut tx, person).await?.ok_or_else(|| not_found(person))?;
    let contact_roles = roles_of(&store::company::read(&mut tx, cx.account).await?.contacts, person);
    let changed = told(&mut tx, cx, "user.update", Some(&before), &after).await?;
    tx.commit(&cx.by(), cx.now, &[changed]).await?;
    Ok(seen(after, login.person, contact_roles))
}

/// Keeps a user from entering the account, from her next request on. Her seats stay hers and do not count.
pub async fn deactivate(app: &App, cx: &Cx, person: PersonId) -> Result<User> {
    update(app, cx, person, Patch { status: Some(UserStatus::Deactivated), ..Patch::default() }).await
}

/// Takes a deactivated user out of the account who is no point of contact. Her login stays for her other accounts.
pub async fn remove(app: &App, cx: &Cx, person: PersonId) -> Result<()> {
    cx.may(Act::ManageUsers)?;
    let mut tx = app.store.write_home().await?;
    lock_account(&mut tx, cx).await?;
    let before = store::account::read_user(&mut tx, cx.account, person).await?.ok_or_else(|| not_found(person))?;
    may(&mut tx, cx, Some(&before), None).await?;
    let roles = company::keeping(&mut tx, cx.account, person).await?;
    if !roles.is_empty() {
        let roles = roles.into_iter().map(ContactRole::name).collect::<Vec<_>>().join(", ");
        let message = format!("the user {person} is a point of contact ({roles}); name somebody else first");
        return Err(Error::conflict("POINT_OF_CONTACT", message).with("roles", roles));
    }
    store::session::end_stand_ins(&mut tx, cx.account, person).await?;
    store::account::remove_user(&mut tx, cx.account, person).await?;
    roles::follow(&mut tx, cx).await?;
    tx.commit(&cx.by(), cx.now, &[changed(cx, person, "user.remove")]).await?;
    Ok(())
}
