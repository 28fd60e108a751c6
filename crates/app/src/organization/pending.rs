//! An organization that was asked for and not verified: for 15 minutes it waits for the second factor; then nothing is left of
//! it but an entry in the feed of the account it was asked for from. Source: scenario 9.

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use jiff::SignedDuration;
use model::change::{Change, Kind as Did};
use model::limits::CHALLENGE_MINUTES;
use store::organization::known::{self, Pending};

/// What was asked for at once is noted; more of it in the next run.
const AT_ONCE: usize = 100;

/// Notes what was refused only for want of a second factor. Whatever comes of noting it, the refusal is what the caller gets.
pub async fn keep(app: &App, cx: &Cx, name: &str, refusal: &Error) {
    let Some(person) = cx.person.filter(|_| refusal.kind == Kind::StepUpNeeded) else { return };
    let expires_at = cx.now + SignedDuration::from_mins(CHALLENGE_MINUTES);
    let pending = Pending { account: cx.account, person: person.id, name: name.to_owned(), expires_at };
    let kept = async {
        let mut tx = app.store.write_home().await?;
        known::pend(&mut tx, &pending).await?;
        tx.commit_bookkeeping().await
    };
    if let Err(error) = kept.await {
        tracing::warn!(account_id = cx.account.0, %error, "an unverified organization is not noted");
    }
}

/// Forgets what was not verified in its time, and says so in the account's feed. Takes no input and may run at any time.
pub async fn reconcile(app: &App) -> Result<usize> {
    let over = known::pending_over(&mut app.store.read_home().await?, app.outside.now(), AT_ONCE).await?;
    let n = over.len();
    for pending in over {
        let cx = Cx::system(app, pending.account);
        // First the entry: a process that dies in between writes it twice rather than never.
        let detail = serde_json::json!({
            "did": "organization_expired", "name": pending.name, "person": pending.person, "expiredAt": pending.expires_at,
        });
        let tx = app.store.write(pending.account).await?;
        tx.commit(&cx.by(), cx.now, &[Change::of(Did::OrganizationChanged, detail)]).await?;
        let mut tx = app.store.write_home().await?;
        known::unpend(&mut tx, pending.account, pending.person).await?;
        tx.commit_bookkeeping().await?;
    }
    Ok(n)
}
