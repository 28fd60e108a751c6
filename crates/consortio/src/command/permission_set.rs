//! `consortio permission-set`

use super::find_account;
use crate::cli;
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome, Usage};
use anyhow::{Context, Result};
use app::cx::{App, Cx};
use app::permission_set::{self, Patch};
use model::account::{PermissionSet, Permissions};
use model::id::PermissionSetId;
use serde::Serialize;

#[derive(Serialize)]
struct Shown {
    id: PermissionSetId,
    name: String,
    permissions: Vec<String>,
}

impl From<PermissionSet> for Shown {
    fn from(set: PermissionSet) -> Shown {
        Shown { id: set.id, name: set.name, permissions: set.permissions.codes() }
    }
}

fn words(shown: &Shown) -> String {
    format!("{:<8} {:<24} {}", shown.id, shown.name, shown.permissions.join(" "))
}

pub async fn run(config: &Config, out: Out, command: cli::PermissionSet) -> Result<Outcome> {
    let app = instance::open(config).await?;
    let shown: Shown = match command {
        cli::PermissionSet::List { account } => {
            let cx = find_account(&app, &account).await?;
            let all: Vec<Shown> = permission_set::list(&app, &cx).await?.into_iter().map(Shown::from).collect();
            out.result(&all, || all.iter().map(words).collect::<Vec<_>>().join("\n"))?;
            return Ok(Outcome::Done);
        }
        cli::PermissionSet::Create { account, name, permissions } => {
            let cx = find_account(&app, &account).await?;
            permission_set::create(&app, &cx, &name, of_codes(&permissions)?).await?.into()
        }
        cli::PermissionSet::Update { account, set, name, permissions } => {
            let (cx, id) = find(&app, &account, &set).await?;
            let permissions = if permissions.is_empty() { None } else { Some(of_codes(&permissions)?) };
            permission_set::update(&app, &cx, id, Patch { name, permissions }).await?.into()
        }
        cli::PermissionSet::Delete { account, set } => {
            let (cx, id) = find(&app, &account, &set).await?;
            permission_set::delete(&app, &cx, id).await?;
            out.result(&serde_json::json!({"deleted": id}), || format!("the permission set \"{set}\" is gone"))?;
            return Ok(Outcome::Done);
        }
    };
    out.result(&shown, || words(&shown))?;
    Ok(Outcome::Done)
}

fn of_codes(codes: &[String]) -> Result<Permissions> {
    codes.iter().try_fold(Permissions::default(), |all, code| {
        let one = Permissions::of_code(code);
        let one = one.ok_or_else(|| Usage(format!("--permission \"{code}\" is not one such as contacts.view.everything")))?;
        Ok(all.union(&one))
    })
}

async fn find(app: &App, account: &str, set: &str) -> Result<(Cx, PermissionSetId)> {
    let cx = find_account(app, account).await?;
    let id = id_of(app, &cx, set).await?;
    Ok((cx, id))
}

/// The permission set that a person means by its id or its name; names are unique in either case.
pub async fn id_of(app: &App, cx: &Cx, text: &str) -> Result<PermissionSetId> {
    let name = text.to_lowercase();
    let sets = permission_set::list(app, cx).await?;
    let found = sets.iter().find(|set| set.name.to_lowercase() == name || set.id.to_string() == text);
    found.map(|set| set.id).with_context(|| format!("the account has no permission set \"{text}\""))
}
