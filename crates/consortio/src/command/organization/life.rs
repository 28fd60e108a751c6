//! `consortio organization outlook | former | restore | offer`: what ends, what comes back, and who is asked to join.

use super::find_account;
use crate::cli::OrganizationOffer;
use crate::print::{Out, Usage};
use anyhow::Result;
use app::cx::App;
use app::organization::offer::{self, Made, Received};
use app::organization::{self, Considered, IMPACT_TEXT, View, restore};
use model::id::{AccountId, OfferId, OrganizationId};
use model::organization::IMPACT_TEXT_VERSION;
use serde_json::{Value, json};

pub async fn outlook(app: &App, out: Out, account: &str) -> Result<()> {
    let cx = find_account(app, account).await?;
    let id = organization::read(app, &cx).await?.organization.id;
    let ends = organization::outlook::list(app, &cx, id).await?;
    let documents: Vec<Value> =
        ends.iter().map(|end| json!({"at": end.at, "accountId": end.account, "effects": end.effects})).collect();
    out.result(&documents, || {
        let lines: Vec<String> = ends.iter().map(|end| format!("{:.0} {}", end.at, things(end.effects.len()))).collect();
        if lines.is_empty() { "nothing is known to end".to_owned() } else { lines.join("\n") }
    })
}

fn things(n: usize) -> String {
    if n == 1 { "one thing ends".to_owned() } else { format!("{n} things end") }
}

pub async fn former(app: &App, out: Out, account: &str) -> Result<()> {
    let cx = find_account(app, account).await?;
    let deleted = restore::former(app, &cx).await?;
    let members = match organization::read(app, &cx).await {
        Ok(view) => restore::former_members(app, &cx, view.organization.id).await?,
        Err(_) => Vec::new(),
    };
    let organizations: Vec<Value> = deleted
        .iter()
        .map(|former| {
            let (left_out, past) = (codes(&former.accounts), &former.past);
            json!({"id": past.id, "name": past.name, "state": past.phase.name(), "deletedAt": past.deleted_at,
                   "restorableUntil": former.until, "nEdges": former.n_edges, "accounts": left_out,
                   "blocked": former.blocked.iter().map(|reason| reason.code()).collect::<Vec<_>>()})
        })
        .collect();
    let accounts: Vec<Value> = members
        .iter()
        .map(|former| {
            json!({"accountId": former.account, "name": former.name, "reason": former.reason, "removedAt": former.removed_at,
                   "restorableUntil": former.until, "against": former.against})
        })
        .collect();
    out.result(&json!({"organizations": organizations, "members": accounts}), || {
        let deleted = deleted.iter().map(|f| format!("{} {} (until {:.0})", f.past.id, f.past.name, f.until));
        let removed = members.iter().map(|f| format!("{} {}: {} (until {:.0})", f.account, f.name, f.reason.name(), f.until));
        let lines: Vec<String> = deleted.chain(removed).collect();
        if lines.is_empty() { "nothing can be restored".to_owned() } else { lines.join("\n") }
    })
}

fn codes(considered: &[Considered]) -> Vec<Value> {
    considered.iter().map(|one| json!({"accountId": one.account, "name": one.name, "reasons": one.reasons})).collect()
}

/// Without an organization, the one deleted last.
pub async fn restore(app: &App, account: &str, member: Option<&str>, organization: Option<i64>) -> Result<View> {
    let cx = find_account(app, account).await?;
    if let Some(member) = member {
        let member = find_account(app, member).await?.account;
        let id = organization::read(app, &cx).await?.organization.id;
        return Ok(restore::restore_member(app, &cx, id, member, None).await?);
    }
    let id = match organization {
        Some(id) => OrganizationId(id),
        None => match restore::former(app, &cx).await?.first() {
            Some(former) => former.past.id,
            None => return Err(Usage(format!("no organization that {account} was in can be restored")).into()),
        },
    };
    Ok(restore::restore(app, &cx, id, None).await?.view)
}

pub async fn offer(app: &App, out: Out, command: OrganizationOffer) -> Result<()> {
    match command {
        OrganizationOffer::List { account } => list(app, out, &account).await,
        OrganizationOffer::Make { account, to } => {
            let cx = find_account(app, &account).await?;
            let id = organization::read(app, &cx).await?.organization.id;
            let made = offer::create(app, &cx, id, AccountId(to), None).await?;
            out.result(&shown(&(made.clone(), None)), || {
                format!("offer {} waits until {:.0}, if there is an account {to}", made.id, made.expires_at)
            })
        }
        OrganizationOffer::Withdraw { account, offer } => {
            let cx = find_account(app, &account).await?;
            let id = organization::read(app, &cx).await?.organization.id;
            offer::withdraw(app, &cx, id, OfferId(offer)).await?;
            out.result(&json!({"withdrawn": offer}), || format!("offer {offer} is withdrawn"))
        }
        OrganizationOffer::Accept { acknowledge: false, .. } => {
            Err(Usage(format!("{IMPACT_TEXT}\n\nWho has read this and agrees repeats the command with --acknowledge")).into())
        }
        OrganizationOffer::Accept { account, offer, .. } => {
            let cx = find_account(app, &account).await?;
            super::show(out, &offer::accept(app, &cx, OfferId(offer), IMPACT_TEXT_VERSION, None).await?)
        }
        OrganizationOffer::Decline { account, offer } => {
            offer::decline(app, &find_account(app, &account).await?, OfferId(offer)).await?;
            out.result(&json!({"declined": offer}), || format!("offer {offer} is declined"))
        }
    }
}

async fn list(app: &App, out: Out, account: &str) -> Result<()> {
    let cx = find_account(app, account).await?;
    let received = offer::received(app, &cx).await?;
    let made = match organization::read(app, &cx).await {
        Ok(view) => offer::list(app, &cx, view.organization.id).await?,
        Err(_) => Vec::new(),
    };
    let document =
        json!({"made": made.iter().map(shown).collect::<Vec<_>>(), "received": received.iter().map(came).collect::<Vec<_>>()});
    out.result(&document, || {
        let ours = made.iter().map(|(o, _)| format!("{} to account {}: {}", o.id, o.account, o.state.name()));
        let theirs = received.iter().map(|r| format!("{} from {} (until {:.0})", r.offer.id, r.organization, r.offer.expires_at));
        let lines: Vec<String> = ours.chain(theirs).collect();
        if lines.is_empty() { "there are no offers".to_owned() } else { lines.join("\n") }
    })
}

fn shown((offer, by): &Made) -> Value {
    json!({"id": offer.id, "accountId": offer.account, "state": offer.state, "offeredAt": offer.at, "offeredBy": by,
           "expiresAt": offer.expires_at, "answeredAt": offer.answered_at})
}

fn came(received: &Received) -> Value {
    json!({"id": received.offer.id, "organization": received.organization, "offeredBy": received.by,
           "expiresAt": received.offer.expires_at, "nAccounts": received.n_accounts, "against": received.against})
}
