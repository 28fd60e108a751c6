//! `consortio organization proposal`: changes that wait for a second person. The command line is one person: what it proposed
//! itself, somebody else approves.

use super::super::find_account;
use crate::cli::organization::{Proposal as Command, ProposalOf};
use crate::print::Out;
use anyhow::Result;
use app::cx::App;
use app::organization;
use app::organization::proposals::{self, Shown};
use model::organization::proposal::{Event, Proposal};
use serde_json::{Value, json};

pub async fn run(app: &App, out: Out, command: Command) -> Result<()> {
    match command {
        Command::List { account } => {
            let cx = find_account(app, &account).await?;
            let id = organization::read(app, &cx).await?.organization.id;
            let found = proposals::list(app, &cx, id).await?;
            let documents: Vec<Value> = found.iter().map(document).collect();
            out.result(&documents, || match found.is_empty() {
                true => "nothing waits, and nothing was decided".to_owned(),
                false => found.iter().map(words).collect::<Vec<_>>().join("\n"),
            })
        }
        Command::Approve { of } => decide(app, out, of, Event::Approve, None).await,
        Command::Reject { of, reason } => decide(app, out, of, Event::Reject, reason.as_deref()).await,
        Command::Withdraw { of } => decide(app, out, of, Event::Withdraw, None).await,
        Command::PlanAgain { of } => decide(app, out, of, Event::PlanAgain, None).await,
    }
}

async fn decide(app: &App, out: Out, of: ProposalOf, event: Event, reason: Option<&str>) -> Result<()> {
    let cx = find_account(app, &of.account).await?;
    let id = organization::read(app, &cx).await?.organization.id;
    let decided = proposals::decide(app, &cx, id, of.proposal, event, reason).await?;
    out.result(&document(&decided), || words(&decided))
}

/// What is said when a change was not made but proposed.
pub fn kept(out: Out, proposed: &Proposal) -> Result<()> {
    let document = json!({"proposed": proposed.id, "expiresAt": proposed.expires_at});
    out.result(&document, || {
        format!("kept as proposal {}: a second person has to approve it before {:.0}", proposed.id, proposed.expires_at)
    })
}

/// A proposal as the command line prints it.
pub fn document(one: &Shown) -> Value {
    let proposal = &one.proposal;
    let changes: Vec<&String> = one.changes.iter().map(|(_, words)| words).collect();
    let rules: Vec<Value> =
        one.rules.iter().map(|(name, before, after)| json!({"name": name, "before": before, "after": after})).collect();
    json!({"id": proposal.id, "state": one.state.name(), "what": proposal.change.name(), "n": proposal.change.n(),
           "changes": changes, "rules": rules, "proposedBy": one.proposed_by_name, "proposedAt": proposal.proposed_at,
           "expiresAt": proposal.expires_at, "decidedBy": one.decided_by_name, "decidedAt": proposal.decided_at,
           "reason": proposal.note})
}

/// The same in words, a change a line.
pub fn words(one: &Shown) -> String {
    let proposal = &one.proposal;
    let who = one.proposed_by_name.as_deref().unwrap_or("the command line");
    let n = proposal.change.n();
    let things = if n == 1 { "change" } else { "changes" };
    let mut lines = vec![format!("{} {} by {who}, {n} {things}", proposal.id, one.state.name())];
    lines.extend(one.changes.iter().map(|(_, words)| format!("  {words}")));
    lines.extend(one.rules.iter().map(|(name, before, after)| format!("  {name}: {before} -> {after}")));
    lines.extend(proposal.note.iter().map(|note| format!("  reason: {note}")));
    lines.join("\n")
}
