//! `consortio organization reset`: second factors that two admins of an organization take away from somebody who lost them.

use super::super::find_account;
use crate::cli::organization::Reset as Command;
use crate::print::Out;
use anyhow::Result;
use app::cx::App;
use app::organization;
use app::organization::resets::{self, Shown};
use model::id::ResetId;
use serde_json::{Value, json};

pub async fn run(app: &App, out: Out, command: Command) -> Result<()> {
    match command {
        Command::List { account } => {
            let cx = find_account(app, &account).await?;
            let id = organization::read(app, &cx).await?.organization.id;
            let found = resets::list(app, &cx, id).await?.found;
            let documents: Vec<Value> = found.iter().map(document).collect();
            out.result(&documents, || match found.is_empty() {
                true => "nobody asked for a second factor to be taken away".to_owned(),
                false => found.iter().map(words).collect::<Vec<_>>().join("\n"),
            })
        }
        Command::Stop { account, reset } => {
            let cx = find_account(app, &account).await?;
            let id = organization::read(app, &cx).await?.organization.id;
            let stopped = resets::stop(app, &cx, id, ResetId(reset)).await?;
            out.result(&document(&stopped), || words(&stopped))
        }
    }
}

fn document(one: &Shown) -> Value {
    let reset = &one.reset;
    json!({"id": reset.id, "state": one.state.name(), "person": reset.person, "email": one.email, "account": reset.account,
           "askedBy": one.asked_by_name, "askedAt": reset.asked_at, "dueAt": reset.due_at, "approvedBy": one.approved_by_name,
           "approvedAt": reset.approved_at, "stoppedBy": one.stopped_by_name, "closedAt": reset.closed_at})
}

fn words(one: &Shown) -> String {
    let reset = &one.reset;
    let by = one.asked_by_name.as_deref().unwrap_or("somebody");
    let second = one.approved_by_name.as_ref().map(|name| format!(", approved by {name}")).unwrap_or_default();
    format!("{} {} {} for {}, due {}, asked by {by}{second}", reset.id, one.state.name(), one.email, reset.account, reset.due_at)
}
