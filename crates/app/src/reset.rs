//! Replacing what somebody signs in with, by others: a link to choose a new password, and second factors taken away from
//! somebody who lost them. A link opens no session: whoever has it still needs the second factor. Source: spec 7.4.
//!
//! Somebody of several accounts is not any one account's to reset: whoever did it would hold the key to the others too.
//! The operator of the server may, by the command line.

use crate::ceremony::{self, Kind as Ceremony};
use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::person::{first_password, link, link_unknown};
use crate::session::{Visitor, by, changed, lock_active};
use crate::throttle::{self, Subject};
use crate::{outbox, step_up, user};
use model::account::{AccountUser, UserStatus};
use model::authority::Act;
use model::change::{self, Actor};
use model::fold;
use model::id::{AccountId, PersonId};
use model::identity::step_up::{RESET_PASSWORD, RESET_SECOND_FACTOR};
use model::letter::Letter;
use serde::{Deserialize, Serialize};
use store::{Tx, WriteTx};

/// What became of a link to choose a new password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// It went to the user by mail, and to nobody else.
    Mailed,
    /// Shown this once, to whoever reset the password.
    Link(String),
}

/// A link by which a user chooses a new password; older ones of hers stop working. With a mail server it goes to her alone,
/// which is also the only way for somebody of several accounts.
pub async fn password(app: &App, cx: &Cx, person: PersonId, proof: Option<&str>) -> Result<Given> {
    cx.may(Act::ManageSignIn)?;
    let mut tx = app.store.write_home().await?;
    let is_mailed = app.outside.mail.is_some() && cx.actor != Actor::System;
    resettable(&mut tx, cx, person).await?;
    if !is_mailed {
        of_this_account_alone(&mut tx, cx, person).await?;
    }
    prove(&mut tx, cx, RESET_PASSWORD, person, proof).await?;
    let proves = if cx.actor == Actor::System { Proves::Nothing } else { Proves::of_mail(is_mailed) };
    let link = link_to_choose(app, &mut tx, person, proves, cx.now).await?;
    if is_mailed {
        let by = outbox::by_name(&mut tx, cx).await?;
        mail_link(app, &mut tx, cx.account, person, by, &link, cx.now).await?;
    }
    tx.commit(&cx.by(), cx.now, &[user::changed(cx, person, "password.reset")]).await?;
    Ok(if is_mailed { Given::Mailed } else { Given::Link(link) })
}

async fn mail_link(
    app: &App,
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
    by: Option<String>,
    link: &str,
    now: jiff::Timestamp,
) -> Result<()> {
    let Some(to) = outbox::to_person(tx, person).await? else { return Ok(()) };
    let (cause, letter) = (format!("password:{person}:{}", now.as_microsecond()), Letter::PasswordReset { by });
    let new = outbox::New { account, cause, to, letter, link: Some(link.to_owned()) };
    outbox::enqueue(app, tx, new, now).await?;
    Ok(())
}

/// Somebody forgot her password: a link goes to her address, if it is one of a person who signs in here and there is a mail
/// server. Whoever asks learns nothing of that.
pub async fn forgotten(app: &App, visitor: &Visitor, email: &str) -> Result<()> {
    let (now, folded) = (app.outside.now(), fold::email(email));
    // Counted for good: each may send a letter to somebody who did not ask.
    drop(throttle::admit(app, vec![Subject::forgotten(&folded), Subject::forgotten(&visitor.address)], now).await?);
    let mut tx = app.store.write_home().await?;
    let login = store::person::by_email(&mut tx, &folded).await?;
    let known = login.filter(|login| login.is_able() && login.person.disabled_at.is_none() && app.outside.mail.is_some());
    let Some(login) = known else { return Ok(()) };
    let person = login.person.id;
    let link = link_to_choose(app, &mut tx, person, Proves::Address, now).await?;
    mail_link(app, &mut tx, store::INSTANCE, person, None, &link, now).await?;
    let by = change::By { actor: Actor::System, source: change::Source::Internal, cause: None };
    tx.commit(&by, now, &[changed(person, "password.forgotten")]).await?;
    Ok(())
}

/// Takes all second factors of a user away and ends her sessions. Who signs in by passkey alone would have nothing left, so she
/// gets a link to choose a password.
pub async fn second_factor(app: &App, cx: &Cx, person: PersonId, proof: Option<&str>) -> Result<Option<String>> {
    cx.may(Act::ManageSignIn)?;
    let mut tx = app.store.write_home().await?;
    resettable(&mut tx, cx, person).await?;
    of_this_account_alone(&mut tx, cx, person).await?;
    prove(&mut tx, cx, RESET_SECOND_FACTOR, person, proof).await?;
    let link = clear(app, &mut tx, person, cx.now).await?;
    if let Some(to) = outbox::to_person(&mut tx, person).await? {
        let by = outbox::by_name(&mut tx, cx).await?.unwrap_or_else(|| outbox::PRODUCT.to_owned());
        let cause = format!("second_factor_reset:{person}:{}", cx.now.as_microsecond());
        let new = outbox::New { account: cx.account, cause, to, letter: Letter::FactorReset { by }, link: None };
        outbox::enqueue(app, &mut tx, new, cx.now).await?;
    }
    tx.commit(&cx.by(), cx.now, &[user::changed(cx, person, "second_factor.reset")]).await?;
    Ok(link)
}

/// Takes the factors away, in the caller's transaction.
pub(crate) async fn clear(app: &App, tx: &mut WriteTx, person: PersonId, now: jiff::Timestamp) -> Result<Option<String>> {
    let login = store::person::lock(tx, person).await?.ok_or_else(|| user::not_found(person))?;
    if !login.enrolled().has_second_factor() {
        let message = format!("the user {person} has no second factor that could be reset");
        return Err(Error::conflict("SECOND_FACTOR_NONE", message));
    }
    store::person::delete_factors(tx, person).await?;
    store::session::end_all(tx, person, None).await?;
    for kind in [Ceremony::SignIn, Ceremony::StepUp, Ceremony::TotpEnrolment, Ceremony::PasskeyRegistration] {
        ceremony::forget(tx, kind, Some(person)).await?;
    }
    if login.password_hash.is_some() { Ok(None) } else { Ok(Some(link_to_choose(app, tx, person, Proves::NoLonger, now).await?)) }
}

/// What choosing a password by a link says about the address of the login. Stored with the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
enum Proves {
    /// It came by mail and was shown to nobody: whoever has it reads that mailbox.
    Address,
    /// It was shown to an admin, who may have chosen the password herself: whatever was known of the address is so no longer.
    NoLonger,
    /// The operator gave it.
    #[default]
    Nothing,
}

impl Proves {
    fn of_mail(is_mailed: bool) -> Proves {
        if is_mailed { Proves::Address } else { Proves::NoLonger }
    }
}

async fn link_to_choose(app: &App, tx: &mut WriteTx, person: PersonId, proves: Proves, now: jiff::Timestamp) -> Result<String> {
    ceremony::forget(tx, Ceremony::PasswordReset, Some(person)).await?;
    let token = ceremony::begin(app, tx, Ceremony::PasswordReset, Some(person), &proves, now).await?;
    Ok(link(app, &token))
}

async fn prove(tx: &mut WriteTx, cx: &Cx, act: &'static str, person: PersonId, proof: Option<&str>) -> Result<()> {
    if cx.actor == Actor::System { Ok(()) } else { step_up::spend(tx, cx, act, &person.to_string(), proof).await }
}

/// A user whose sign-in this account may reset.
async fn resettable(tx: &mut WriteTx, cx: &Cx, person: PersonId) -> Result<AccountUser> {
    user::lock_account(tx, cx).await?;
    let user = store::account::read_user(tx, cx.account, person).await?.ok_or_else(|| user::not_found(person))?;
    if cx.person.is_some_and(|own| own.id == person) {
        return Err(Error::conflict("RESET_ONESELF", "change your own password and factors under Security"));
    }
    if user.status == UserStatus::Invited {
        return Err(Error::conflict("USER_INVITED", "the user has not come in yet; give her a new link"));
    }
    Ok(user)
}

/// The operator may for everybody.
async fn of_this_account_alone(tx: &mut Tx, cx: &Cx, person: PersonId) -> Result<()> {
    if cx.actor != Actor::System && is_in_another(tx, cx, person).await? {
        let message = "this person signs in to other accounts as well, so no single account can reset how she does; \
                       she can do it herself, or the operator of the server can";
        return Err(Error::forbidden("USER_OF_SEVERAL_ACCOUNTS", message));
    }
    Ok(())
}

/// Where she was only invited she has nothing to lose, and nobody is to learn of it.
async fn is_in_another(tx: &mut Tx, cx: &Cx, person: PersonId) -> Result<bool> {
    let places = store::account::of_person(tx, person).await?;
    Ok(places.iter().any(|(account, user)| account.id != cx.account && user.status != UserStatus::Invited))
}

/// Chooses a new password by a link. All sessions end; she signs in with it, and with her second factor if she has one.
pub async fn choose(app: &App, visitor: &Visitor, token: &str, typed: &str) -> Result<()> {
    let now = app.outside.now();
    let counted = throttle::admit(app, vec![Subject::address(&visitor.address)], now).await?;
    let mut tx = app.store.read_home().await?;
    let found =
        ceremony::read::<Option<Proves>>(&mut tx, Ceremony::PasswordReset, token, now).await.map_err(|_| link_unknown())?;
    // Links of the release before say nothing.
    let proves = found.state.unwrap_or_default();
    let person = found.person.ok_or_else(link_unknown)?;
    let login = store::person::read(&mut tx, person).await?.ok_or_else(link_unknown)?;
    drop(tx);
    let hash = first_password(app, typed, &login.person.email).await?;
    let mut tx = app.store.write_home().await?;
    ceremony::take::<Option<Proves>>(&mut tx, Ceremony::PasswordReset, token, now).await.map_err(|_| link_unknown())?;
    lock_active(&mut tx, person).await.map_err(|_| link_unknown())?;
    counted.take_back(&mut tx, now).await?;
    store::person::set_password(&mut tx, person, &hash).await?;
    match proves {
        Proves::Address => store::person::set_email_proved(&mut tx, person, Some(now)).await?,
        Proves::NoLonger => store::person::set_email_proved(&mut tx, person, None).await?,
        Proves::Nothing => {}
    }
    store::session::end_all(&mut tx, person, None).await?;
    for kind in [Ceremony::SignIn, Ceremony::PasswordReset] {
        ceremony::forget(&mut tx, kind, Some(person)).await?;
    }
    tx.commit(&by(person), now, &[changed(person, "password.choose")]).await?;
    Ok(())
}
