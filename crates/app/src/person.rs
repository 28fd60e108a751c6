//! People: what they say of themselves, their passwords, and the links by which they first come in.

use crate::ceremony::{self, Invited, Kind as Ceremony};
use crate::cx::App;
use crate::error::{Error, Kind, Reason, Result};
use crate::organization;
use crate::password::{self, Verdict};
use crate::session::{How, Opened, Visitor, by, changed, lock_active, open};
use crate::sign_in_policy;
use crate::throttle::{self, Subject};
use jiff::Timestamp;
use model::account::{self, Account, AccountUser, Role, Seat, Status, Subscriptions, UserStatus, permissions};
use model::change::{self, Change};
use model::fold;
use model::id::{AccountId, OwnerId, PersonId};
use model::identity::entry::Entry;
use model::identity::password::{Refusal as PasswordRefusal, check};
use model::identity::person::{self, LOCALES, Person};
use model::identity::session::Session;
use model::identity::sign_in::Enrolled;
use model::organization::reset::Reset;
use serde::de::IgnoredAny;
use serde_json::json;
use std::collections::BTreeSet;
use store::{Tx, WriteTx};

/// A signed-in person with all she can switch to.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    pub person: Person,
    pub enrolled: Enrolled,
    /// In the order of names.
    pub places: Vec<Place>,
    /// Whose place she takes in one of them now.
    pub stands_in: Option<StandsIn>,
    /// Her second factors are to be taken away, asked for by somebody of this name.
    pub reset: Option<(Reset, String)>,
}

/// Whose place somebody takes, and until when.
#[derive(Debug, Clone, PartialEq)]
pub struct StandsIn {
    pub account: AccountId,
    pub person: Person,
    pub until: Timestamp,
}

/// One account of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub account: Account,
    pub user: AccountUser,
    /// Codes of what she may there.
    pub permissions: Vec<String>,
    /// Its organization, if it has one, is there for her.
    pub sees_organization: bool,
    /// She keeps it at the top of her list.
    pub is_pinned: bool,
    /// Whether its sign-in policy lets her in as she is signed in now.
    pub entry: Entry,
}

pub(crate) fn refused(refusal: &person::Refusal) -> Error {
    let field = match refusal {
        person::Refusal::EmailInvalid(_) => "email",
        person::Refusal::LocaleUnknown(_) => "locale",
        person::Refusal::Name(_) => "name",
    };
    of_field(field, refusal.code(), refusal.to_string())
}

pub(crate) fn weak(field: &str, refusal: PasswordRefusal) -> Error {
    of_field(field, refusal.code(), refusal.to_string())
}

/// A refusal of one field of a form, which the browser shows beside it.
fn of_field(field: &str, code: &'static str, message: String) -> Error {
    let context = vec![("name".to_owned(), vec![field.to_owned()])];
    let reason = Reason { code: code.to_owned(), message: message.clone(), place: Some("body".to_owned()), context };
    Error::invalid(code, message).because(vec![reason])
}

/// Who is signed in, with her accounts.
pub async fn read(app: &App, who: &Session) -> Result<Overview> {
    let now = app.outside.now();
    let mut tx = app.store.read_home().await?;
    let login = store::person::read(&mut tx, who.person).await?;
    let login = login.ok_or_else(|| Error::broken(format!("the session {} is of nobody", who.id)))?;
    let (pinned, policies) =
        (store::person::pinned(&mut tx, who.person).await?, sign_in_policy::policies(&mut tx, who.person).await?);
    let (mut places, mut stands_in) = (Vec::new(), None);
    for (account, own) in store::account::of_person(&mut tx, who.person).await? {
        let stand_in = who.stands_in(account.id, now);
        let user = match stand_in {
            Some(one) => store::account::read_user(&mut tx, account.id, one.person).await?.unwrap_or(own),
            None => own,
        };
        if user.status != UserStatus::Active || account.status == Status::Deactivated {
            continue;
        }
        let set = match user.permission_set {
            Some(id) => store::account::read_permission_set(&mut tx, account.id, id).await?,
            None => None,
        };
        let permissions = permissions(user.role, set.as_ref(), &user.seats).codes();
        let sees_organization = user.role != Role::Standard
            || organization::roles::holds_any(&mut tx, user.person, account.id, app.outside.now()).await?;
        let entry = match stand_in {
            Some(_) => Entry::Open,
            None => policies.entry(account.id, who, login.enrolled(), now),
        };
        if let Some(one) = stand_in {
            let other = store::person::read(&mut tx, one.person).await?;
            stands_in = other.map(|other| StandsIn { account: account.id, person: other.person, until: one.until });
        }
        places.push(Place { sees_organization, is_pinned: pinned.contains(&account.id), account, user, permissions, entry });
    }
    let reset = organization::resets::own(&mut tx, who.person, now).await?;
    Ok(Overview { enrolled: login.enrolled(), person: login.person, places, stands_in, reset })
}

/// What a person wishes to be different about herself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    pub name: Option<String>,
    pub locale: Option<String>,
    pub default_account: Option<AccountId>,
    /// All the accounts she keeps at the top of her list.
    pub pinned: Option<BTreeSet<AccountId>>,
}

/// Changes what a person says of herself.
pub async fn update(app: &App, who: &Session, patch: Patch) -> Result<Person> {
    let mut tx = app.store.write_home().await?;
    let mut person = lock_active(&mut tx, who.person).await?.person;
    if let Some(name) = patch.name {
        person.name = person::full_name(&name).map_err(|e| refused(&e))?;
    }
    if let Some(locale) = patch.locale {
        person.locale = person::locale(&locale).map_err(|e| refused(&e))?;
    }
    if let Some(account) = patch.default_account {
        is_in(&mut tx, account, who.person).await?;
        person.default_account = Some(account);
    }
    if let Some(pinned) = &patch.pinned {
        for account in pinned {
            is_in(&mut tx, *account, who.person).await?;
        }
        store::person::set_pinned(&mut tx, who.person, pinned).await?;
    }
    store::person::update(&mut tx, &person).await?;
    tx.commit(&by(who.person), app.outside.now(), &[changed(who.person, "person.update")]).await?;
    Ok(person)
}

async fn is_in(tx: &mut Tx, account: AccountId, person: PersonId) -> Result<()> {
    let user = store::account::read_user(tx, account, person).await?;
    if user.is_none_or(|user| user.status != UserStatus::Active) {
        return Err(Error::not_found(format!("there is no account {account}")));
    }
    Ok(())
}

/// Changes the password. All other sessions end, and sign-ins that are half done.
pub async fn change_password(app: &App, who: &Session, current: &str, new: &str) -> Result<()> {
    let now = app.outside.now();
    let mut tx = app.store.read_home().await?;
    let login = store::person::read(&mut tx, who.person).await?;
    drop(tx);
    let login = login.ok_or_else(|| Error::broken(format!("the session {} is of nobody", who.id)))?;
    check(new, &login.person.email).map_err(|refusal| weak("new", refusal))?;
    let counted = throttle::admit(app, vec![Subject::codes(who.person)], now).await?;
    if password::verify(app, login.password_hash.as_deref(), current).await? == Verdict::Wrong {
        return Err(of_field("current", "PASSWORD_WRONG", "the current password is wrong".to_owned()));
    }
    let hash = password::hash(app, new).await?;
    let mut tx = app.store.write_home().await?;
    if lock_active(&mut tx, who.person).await?.password_hash != login.password_hash {
        return Err(Error::conflict("COLLISION", "the password was changed at the same moment; try again"));
    }
    counted.take_back(&mut tx, now).await?;
    store::person::set_password(&mut tx, who.person, &hash).await?;
    store::session::end_all(&mut tx, who.person, Some(&who.id)).await?;
    ceremony::forget(&mut tx, Ceremony::SignIn, Some(who.person)).await?;
    tx.commit(&by(who.person), now, &[changed(who.person, "password.update")]).await?;
    Ok(())
}

/// A person who does not exist yet, in the caller's transaction.
pub(crate) async fn create(app: &App, tx: &mut WriteTx, new: New<'_>, now: Timestamp) -> Result<Person> {
    let (email, folded) = person::email(new.email).map_err(|e| refused(&e))?;
    let person = Person {
        id: PersonId(tx.take_ids(1)?),
        email,
        name: person::full_name(new.name).map_err(|e| refused(&e))?,
        locale: person::locale(new.locale.unwrap_or(LOCALES[0])).map_err(|e| refused(&e))?,
        webauthn_id: app.outside.uuid(),
        default_account: None,
        created_at: now,
        disabled_at: None,
    };
    store::person::create(tx, &person, &folded, new.password_hash).await?;
    if new.password_hash.is_some() {
        // Whose password is given at once is known to the operator.
        store::person::set_email_proved(tx, person.id, Some(now)).await?;
    }
    Ok(person)
}

/// See [`create`].
pub(crate) struct New<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub locale: Option<&'a str>,
    pub password_hash: Option<&'a str>,
}

/// A password for somebody who has none, checked and hashed.
pub(crate) async fn first_password(app: &App, password: &str, email: &str) -> Result<String> {
    check(password, email).map_err(|refusal| weak("password", refusal))?;
    password::hash(app, password).await
}

/// The one-time link of the first start: when the instance has nobody. Each start makes a new one in place of the old.
pub async fn first_setup_link(app: &App) -> Result<Option<String>> {
    let now = app.outside.now();
    let mut tx = app.store.write_home().await?;
    if store::person::any(&mut tx).await? {
        return Ok(None);
    }
    ceremony::forget(&mut tx, Ceremony::Setup, None).await?;
    let token = ceremony::begin(app, &mut tx, Ceremony::Setup, None, &(), now).await?;
    tx.commit_bookkeeping().await?;
    Ok(Some(link(app, &token)))
}

pub(crate) fn link(app: &App, token: &str) -> String {
    format!("{}/setup/{token}", app.settings.public_url.trim_end_matches('/'))
}

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// The first start: makes the first person and her account.
    Setup,
    /// Somebody was invited and has no password yet.
    Invitation { email: String, name: String },
    /// Somebody was invited who can sign in: she does, and accepts.
    Join { email: String, account: String },
    /// Her password is to be replaced.
    Reset { email: String },
}

pub(crate) fn link_unknown() -> Error {
    Error::new(Kind::NotFound, "LINK_UNKNOWN", "this link was used already or has expired; ask for a new one")
}

/// What the link with this token is for, as long as it works.
pub async fn read_link(app: &App, token: &str) -> Result<Link> {
    let now = app.outside.now();
    let mut tx = app.store.read_home().await?;
    if ceremony::read::<()>(&mut tx, Ceremony::Setup, token, now).await.is_ok() {
        return if store::person::any(&mut tx).await? { Err(link_unknown()) } else { Ok(Link::Setup) };
    }
    if let Ok(found) = ceremony::read::<IgnoredAny>(&mut tx, Ceremony::PasswordReset, token, now).await {
        let person = found.person.ok_or_else(link_unknown)?;
        let login = store::person::read(&mut tx, person).await?.ok_or_else(link_unknown)?;
        return Ok(Link::Reset { email: login.person.email });
    }
    let found = ceremony::read::<Invited>(&mut tx, Ceremony::Invitation, token, now).await.map_err(|_| link_unknown())?;
    let login = store::person::read(&mut tx, found.person.ok_or_else(link_unknown)?).await?.ok_or_else(link_unknown)?;
    invited_user(&mut tx, &found.state, login.person.id).await?;
    if !login.is_able() {
        return Ok(Link::Invitation { email: fold::email(&login.person.email), name: found.state.name });
    }
    let account = store::account::read(&mut tx, found.state.account).await?.ok_or_else(link_unknown)?;
    Ok(Link::Join { email: login.person.email, account: account.name })
}

/// The user an invitation is for, as long as she has not accepted.
async fn invited_user(tx: &mut Tx, invited: &Invited, person: PersonId) -> Result<AccountUser> {
    let user = store::account::read_user(tx, invited.account, person).await?;
    user.filter(|user| user.status == UserStatus::Invited).ok_or_else(link_unknown)
}

/// What a person fills in behind a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    pub token: String,
    /// Only for the first start; an invitation knows it.
    pub email: Option<String>,
    pub name: String,
    pub password: String,
    /// Only for the first start.
    pub account_name: Option<String>,
    pub locale: Option<String>,
}

/// Comes in by a link: the first person with her account, or somebody who was invited. She is signed in afterwards.
pub async fn introduce(app: &App, visitor: &Visitor, introduction: Introduction) -> Result<Opened> {
    let now = app.outside.now();
    let counted = throttle::admit(app, vec![Subject::address(&visitor.address)], now).await?;
    match read_link(app, &introduction.token).await? {
        Link::Setup => set_up(app, visitor, introduction, counted, now).await,
        Link::Invitation { email, .. } => accept(app, visitor, introduction, &email, counted, now).await,
        Link::Join { .. } | Link::Reset { .. } => Err(link_unknown()),
    }
}

fn missing(field: &str) -> Error {
    of_field(field, "FIELD_MISSING", format!("\"{field}\" is needed"))
}

async fn set_up(
    app: &App,
    visitor: &Visitor,
    introduction: Introduction,
    counted: throttle::Counted,
    now: Timestamp,
) -> Result<Opened> {
    let email = introduction.email.as_deref().ok_or_else(|| missing("email"))?;
    let account_name = introduction.account_name.as_deref().ok_or_else(|| missing("accountName"))?;
    let account_name = account::name(account_name).map_err(|e| of_field("accountName", e.code(), e.to_string()))?;
    let hash = first_password(app, &introduction.password, email).await?;
    let mut tx = app.store.write_home().await?;
    ceremony::take::<()>(&mut tx, Ceremony::Setup, &introduction.token, now).await.map_err(|_| link_unknown())?;
    if store::person::any(&mut tx).await? {
        return Err(link_unknown());
    }
    let locale = introduction.locale.as_deref();
    let new = New { email, name: &introduction.name, locale, password_hash: Some(&hash) };
    let mut person = create(app, &mut tx, new, now).await?;
    let account = Account {
        id: AccountId(tx.take_ids(1)?),
        name: account_name,
        kind: account::Kind::Standard,
        status: Status::Active,
        location: store::HOME_LOCATION.to_owned(),
        time_zone: "UTC".to_owned(),
        currency: "EUR".to_owned(),
        subscriptions: Subscriptions::default(),
        sensitive: false,
        created_at: now,
    };
    let user = AccountUser {
        account: account.id,
        person: person.id,
        owner: OwnerId(tx.take_ids(1)?),
        role: Role::SuperAdmin,
        status: UserStatus::Active,
        seats: BTreeSet::from([Seat::Core, Seat::Sales, Seat::Service]),
        permission_set: None,
    };
    store::account::create(&mut tx, &account).await?;
    store::account::put_user(&mut tx, &user, now).await?;
    person.default_account = Some(account.id);
    store::person::update(&mut tx, &person).await?;
    counted.take_back(&mut tx, now).await?;
    let detail = json!({"act": "account.create", "account": account.id, "person": person.id});
    let made = Change::of(change::Kind::AccountChanged, detail);
    let how = How { second_factor: false, method: "setup" };
    open(app, tx, visitor, person.id, how, vec![made], now).await
}

async fn accept(
    app: &App,
    visitor: &Visitor,
    introduction: Introduction,
    email: &str,
    counted: throttle::Counted,
    now: Timestamp,
) -> Result<Opened> {
    let hash = first_password(app, &introduction.password, email).await?;
    let mut tx = app.store.write_home().await?;
    let found = ceremony::take::<Invited>(&mut tx, Ceremony::Invitation, &introduction.token, now).await;
    let found = found.map_err(|_| link_unknown())?;
    let login = lock_active(&mut tx, found.person.ok_or_else(link_unknown)?).await?;
    let user = invited_user(&mut tx, &found.state, login.person.id).await?;
    // A link into one account is worth less than whatever she signs in with by now, and than being in another already.
    let places = store::account::of_person(&mut tx, login.person.id).await?;
    if login.is_able() || places.iter().any(|(_, user)| user.status == UserStatus::Active) {
        return Err(link_unknown());
    }
    let mut person = login.person;
    person.name = person::full_name(&introduction.name).map_err(|e| refused(&e))?;
    if let Some(locale) = &introduction.locale {
        person.locale = person::locale(locale).map_err(|e| refused(&e))?;
    }
    store::person::update(&mut tx, &person).await?;
    store::person::set_password(&mut tx, person.id, &hash).await?;
    counted.take_back(&mut tx, now).await?;
    let accepted = enter(&mut tx, user, now).await?;
    let how = How { second_factor: false, method: "invitation" };
    open(app, tx, visitor, person.id, how, vec![accepted], now).await
}

/// Makes an invited user one who may come in.
async fn enter(tx: &mut WriteTx, user: AccountUser, now: Timestamp) -> Result<Change> {
    let user = AccountUser { status: UserStatus::Active, ..user };
    store::account::put_user(tx, &user, now).await?;
    let detail = json!({"act": "invitation.accept", "person": user.person, "account": user.account});
    Ok(Change::of(change::Kind::AccountChanged, detail))
}

/// Accepts an invitation as somebody who is signed in; the account she is in now. Another person's is no invitation.
pub async fn join(app: &App, who: &Session, token: &str) -> Result<AccountId> {
    let now = app.outside.now();
    let mut tx = app.store.write_home().await?;
    let found = ceremony::take::<Invited>(&mut tx, Ceremony::Invitation, token, now).await.map_err(|_| link_unknown())?;
    if found.person != Some(who.person) {
        return Err(link_unknown());
    }
    let login = lock_active(&mut tx, who.person).await?;
    let user = invited_user(&mut tx, &found.state, login.person.id).await?;
    let account = user.account;
    let accepted = enter(&mut tx, user, now).await?;
    tx.commit(&by(who.person), now, &[accepted]).await?;
    Ok(account)
}
