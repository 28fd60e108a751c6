//! Working as another user of the account, to see what she sees: half an hour, visible, told to her, and with every change under
//! both names. The session stays that of whoever began; it opens nothing of the other's login. Source: spec 7.5, scenario 73.
//!
//! ```text
//!   begin(user), a fresh second factor -> session.stand_in {account, user, until} -> every request in that account is hers
//!   stop, or half an hour, or a change of either user --------------------------------------------> herself again
//! ```

use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::session::by;
use crate::{outbox, step_up, user};
use model::account::{AccountUser, PermissionSet, permissions};
use model::authority::Act;
use model::change::{Change, Kind};
use model::id::PersonId;
use model::identity::session::{Session, StandIn, stands_in_until};
use model::identity::step_up::LOG_IN_AS;
use model::identity::user::may_stand_in;
use model::letter::Letter;
use serde_json::json;
use store::Tx;

/// Begins to work as another user. `who` is the session of the same request.
pub async fn begin(app: &App, cx: &Cx, who: &Session, person: PersonId, proof: Option<&str>) -> Result<StandIn> {
    cx.may(Act::ManageSignIn)?;
    let mut tx = app.store.write_home().await?;
    user::lock_account(&mut tx, cx).await?;
    let target = store::account::read_user(&mut tx, cx.account, person).await?.ok_or_else(|| user::not_found(person))?;
    let granted = permissions(target.role, set_of(&mut tx, &target).await?.as_ref(), &target.seats);
    may_stand_in(&cx.standing, who.person, &target, &granted)
        .map_err(|refusal| Error::forbidden(refusal.code(), refusal.to_string()))?;
    step_up::spend(&mut tx, cx, LOG_IN_AS, &person.to_string(), proof).await?;
    let stand_in = StandIn { account: cx.account, person, until: stands_in_until(cx.now) };
    store::session::set_stand_in(&mut tx, who.person, &who.id, Some(stand_in)).await?;
    if let Some(to) = outbox::to_person(&mut tx, person).await? {
        let account = outbox::account_name(&mut tx, cx.account).await?;
        let by = outbox::by_name(&mut tx, cx).await?.unwrap_or_else(|| outbox::PRODUCT.to_owned());
        let letter = Letter::LoggedInAs { account, by, until: stand_in.until };
        let cause = format!("log_in_as:{}:{}", who.id, cx.now.as_microsecond());
        outbox::enqueue(app, &mut tx, outbox::New { account: cx.account, cause, to, letter, link: None }, cx.now).await?;
    }
    let detail = json!({
        "act": "log_in_as.begin", "account": cx.account, "person": person, "until": stand_in.until.as_second(),
    });
    tx.commit(&cx.by(), cx.now, &[Change::of(Kind::AccountChanged, detail)]).await?;
    Ok(stand_in)
}

async fn set_of(tx: &mut Tx, target: &AccountUser) -> Result<Option<PermissionSet>> {
    match target.permission_set {
        Some(id) => Ok(store::account::read_permission_set(tx, target.account, id).await?),
        None => Ok(None),
    }
}

/// Ends it. Without one there is nothing to do, which is no mistake: it may have ended a moment ago by itself.
pub async fn stop(app: &App, who: &Session) -> Result<()> {
    let Some(stand_in) = who.stand_in else { return Ok(()) };
    let mut tx = app.store.write_home().await?;
    store::session::set_stand_in(&mut tx, who.person, &who.id, None).await?;
    let detail = json!({"act": "log_in_as.stop", "account": stand_in.account, "person": stand_in.person});
    tx.commit(&by(who.person), app.outside.now(), &[Change::of(Kind::AccountChanged, detail)]).await?;
    Ok(())
}

/// Refuses changes of oneself while working as another user: on whose behalf they are must never be in doubt.
pub fn as_herself(app: &App, who: &Session) -> Result<()> {
    if who.stands_in_anywhere(app.outside.now()) {
        return Err(not_as_another());
    }
    Ok(())
}

/// The refusal of what is only done as oneself.
pub(crate) fn not_as_another() -> Error {
    Error::forbidden("NOT_AS_ANOTHER_USER", "this cannot be done while you are logged in as another user; stop that first")
}
