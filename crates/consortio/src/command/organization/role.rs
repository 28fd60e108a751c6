//! `consortio organization role`: who holds which role, for which member.

use super::super::find_account;
use crate::cli::organization::{Role as Command, RoleOf};
use crate::print::{Out, Usage};
use anyhow::{Result, bail};
use app::cx::{App, Cx};
use app::organization;
use app::organization::roles::{self, Held, Roles, Wanted};
use model::id::{AccountId, OrganizationId};
use model::organization::role::Role;
use serde_json::{Value, json};

pub async fn run(app: &App, out: Out, command: Command) -> Result<()> {
    match command {
        Command::List { account } => {
            let cx = find_account(app, &account).await?;
            let view = organization::read(app, &cx).await?;
            let name = |id: &AccountId| view.accounts.get(id).map_or_else(|| id.to_string(), |account| account.name.clone());
            let found = roles::list(app, &cx, view.organization.id).await?;
            let documents: Vec<Value> = found.held.iter().map(document).collect();
            out.result(&documents, || words(&found, name))
        }
        Command::Grant { of, until } => {
            let (cx, id) = place(app, &of).await?;
            let wanted = Wanted { account: cx.account, email: of.person.clone(), role: role(&of.role)?, until };
            roles::grant(app, &cx, id, wanted, None).await?;
            let document = json!({"granted": {"account": cx.account, "person": of.person, "role": of.role, "until": until}});
            out.result(&document, || format!("{} is {} for {} now", of.person, of.role, of.account))
        }
        Command::Revoke { of } => {
            let (cx, id) = place(app, &of).await?;
            let role = role(&of.role)?;
            let held = roles::list(app, &cx, id).await?.held;
            let is_meant = |one: &&Held| {
                let same = model::fold::email(&one.email) == model::fold::email(&of.person);
                same && one.delegation.account == cx.account && one.delegation.role == role
            };
            let Some(one) = held.iter().find(is_meant) else {
                bail!("\"{}\" does not hold the role {} for {}", of.person, of.role, of.account)
            };
            roles::revoke(app, &cx, id, cx.account, one.delegation.person, role).await?;
            let document = json!({"revoked": {"account": cx.account, "person": of.person, "role": of.role}});
            out.result(&document, || format!("{} is no longer {} for {}", of.person, of.role, of.account))
        }
    }
}

async fn place(app: &App, of: &RoleOf) -> Result<(Cx, OrganizationId)> {
    let cx = find_account(app, &of.account).await?;
    let id = organization::read(app, &cx).await?.organization.id;
    Ok((cx, id))
}

fn role(name: &str) -> Result<Role> {
    Role::from_name(name).ok_or_else(|| {
        let known = Role::ALL.map(Role::name).join(", ");
        Usage(format!("\"{name}\" is no role of an organization; they are {known}")).into()
    })
}

fn document(one: &Held) -> Value {
    let held = &one.delegation;
    json!({"account": held.account, "person": one.email, "name": one.name, "role": held.role, "grantedAt": held.granted_at,
           "grantedBy": one.granted_by_name, "until": held.until})
}

fn words(found: &Roles, name: impl Fn(&AccountId) -> String) -> String {
    if !found.enabled {
        return "the organization's policy has no roles".to_owned();
    }
    let line = |one: &Held| {
        let held = &one.delegation;
        let until = held.until.map_or_else(String::new, |until| format!(" until {until:.0}"));
        format!("{} {} for {}{until}", one.email, held.role.name(), name(&held.account))
    };
    if found.held.is_empty() {
        "nobody holds a role".to_owned()
    } else {
        found.held.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
