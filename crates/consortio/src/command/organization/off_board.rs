//! `consortio organization off-board`: a person out of every account of an organization.

use super::super::find_account;
use crate::cli::organization::OffBoard;
use crate::print::{Out, Outcome as Ended};
use anyhow::Result;
use app::cx::App;
use app::organization;
use app::organization::off_boarding::{self, OffBoarding, Row};
use model::organization::off_boarding::Outcome;
use serde_json::{Value, json};

/// Ends with 3 when something was refused: then she is not out everywhere.
pub async fn run(app: &App, out: Out, args: &OffBoard) -> Result<Ended> {
    let cx = find_account(app, &args.account).await?;
    let id = organization::read(app, &cx).await?.organization.id;
    let planned = off_boarding::plan(app, &cx, id, &args.email).await?;
    let found = match args.dry_run {
        true => planned,
        false => off_boarding::apply(app, &cx, id, planned.person, None).await?,
    };
    out.result(&document(&found, args.dry_run), || words(&found, args.dry_run))?;
    let refused = found.rows.iter().any(|row| matches!(row.outcome, Outcome::Refused(_)));
    Ok(if refused { Ended::Remarks } else { Ended::Done })
}

fn document(found: &OffBoarding, dry_run: bool) -> Value {
    let row = |row: &Row| {
        let refusal = match row.outcome {
            Outcome::Refused(refusal) => Some(refusal),
            Outcome::Done | Outcome::OffAlready => None,
        };
        json!({"account": row.account, "accountName": row.account_name, "status": row.status, "outcome": row.outcome.name(),
               "code": refusal.map(|refusal| refusal.code()), "reason": refusal.map(|refusal| refusal.to_string()),
               "seats": row.seats, "roles": row.roles, "contactRoles": row.contact_roles, "nTokens": row.n_tokens})
    };
    let results: Vec<Value> = found.rows.iter().map(row).collect();
    json!({"person": found.person, "name": found.name, "email": found.email, "dryRun": dry_run, "results": results})
}

fn words(found: &OffBoarding, dry_run: bool) -> String {
    let line = |row: &Row| {
        let what = match row.outcome {
            Outcome::Done if dry_run => "would be taken out".to_owned(),
            Outcome::Done => "is out".to_owned(),
            Outcome::OffAlready => "was out already".to_owned(),
            Outcome::Refused(refusal) => format!("stays: {refusal} ({})", refusal.code()),
        };
        let mut more = Vec::new();
        if !row.contact_roles.is_empty() {
            let roles: Vec<&str> = row.contact_roles.iter().map(|role| role.name()).collect();
            more.push(format!("name another point of contact: {}", roles.join(", ")));
        }
        if row.n_tokens > 0 {
            more.push(format!("{} service tokens she made go on working", row.n_tokens));
        }
        let more = if more.is_empty() { String::new() } else { format!("; {}", more.join("; ")) };
        format!("  {} ({}): {what}{more}", row.account_name, row.account)
    };
    let lines: Vec<String> = std::iter::once(found.email.clone()).chain(found.rows.iter().map(line)).collect();
    lines.join("\n")
}
