//! `consortio scim`

use super::{find_account, permission_set};
use crate::cli;
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome, Usage};
use anyhow::{Result, bail};
use app::cx::{App, Cx};
use app::organization;
use app::provisioning::{self, OfAccount, OfOrganization, Wanted};
use app::sign_on::settings::{self, Patch};
use model::account::{Role, Seat};
use model::id::{OrganizationId, ProvisionedGroupId, TokenId};
use model::identity::provisioning::{Grant, Group, ProvisioningToken};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub async fn run(config: &Config, out: Out, command: cli::Scim) -> Result<Outcome> {
    let app = instance::open(config).await?;
    match command {
        cli::Scim::Show { account } => {
            let (cx, id) = place(&app, &account).await?;
            show(out, &provisioning::read(&app, &cx, id).await?, &provisioning::read_grants(&app, &cx).await?)?;
        }
        cli::Scim::CreateToken { account, name } => {
            let (cx, id) = place(&app, &account).await?;
            let made = provisioning::create_token(&app, &cx, id, &name, None).await?;
            let mut document = token(&made.token);
            document["token"] = made.text.clone().into();
            document["url"] = provisioning::url(&app).into();
            out.result(&document, || made.text)?;
        }
        cli::Scim::RevokeToken { account, id: text } => {
            let (cx, id) = place(&app, &account).await?;
            let token: TokenId = text.parse().map_err(|e: model::id::NotAnId| Usage(e.to_string()))?;
            provisioning::revoke_token(&app, &cx, id, token).await?;
            out.result(&json!({"revoked": token}), || format!("token {token} is refused from now on"))?;
        }
        cli::Scim::Consent { account, off } => {
            let cx = find_account(&app, &account).await?;
            let patch = Patch { organization_provisions: Some(!off), ..Patch::default() };
            settings::change(&app, &cx, patch, None).await?;
            let words = if off { "is touched by no directory any more" } else { "lets the directory provision its users" };
            out.result(&json!({"account": cx.account, "consents": !off}), || format!("{account} {words}"))?;
        }
        cli::Scim::Grant(args) => grant(&app, out, args).await?,
        cli::Scim::Close { account, group: text } => {
            let cx = find_account(&app, &account).await?;
            let found = group(&app, &cx, &text).await?;
            provisioning::close_grant(&app, &cx, found, None).await?;
            out.result(&json!({"closed": found}), || format!("the group {text} gives nothing in {account} any more"))?;
        }
    }
    Ok(Outcome::Done)
}

async fn place(app: &App, account: &str) -> Result<(Cx, OrganizationId)> {
    let cx = find_account(app, account).await?;
    let id = organization::read(app, &cx).await?.organization.id;
    Ok((cx, id))
}

/// A group by its id, else by its name, which must be one group's.
async fn group(app: &App, cx: &Cx, text: &str) -> Result<ProvisionedGroupId> {
    let found = provisioning::read_grants(app, cx).await?.groups;
    let by_id = found.iter().find(|(group, ..)| group.id.to_string() == text);
    let mut by_name = found.iter().filter(|(group, ..)| group.name.eq_ignore_ascii_case(text));
    match (by_id.or_else(|| by_name.next()), by_name.next()) {
        (Some((group, ..)), None) => Ok(group.id),
        (Some(_), Some(_)) => bail!("several groups are called \"{text}\"; name the id"),
        (None, _) => bail!("the directory has no group \"{text}\""),
    }
}

async fn grant(app: &App, out: Out, args: cli::ScimGrant) -> Result<()> {
    let cx = find_account(app, &args.account).await?;
    let group = group(app, &cx, &args.group).await?;
    let permission_set = match &args.permission_set {
        Some(text) => Some(permission_set::id_of(app, &cx, text).await?),
        None => None,
    };
    let seats = args.seats.iter().map(|name| {
        let found = Seat::ALL.into_iter().find(|seat| seat.name() == name);
        found.ok_or_else(|| Usage(format!("\"{name}\" is no seat: core, sales, service or view_only")))
    });
    let wanted = Wanted {
        role: if args.super_admin { Role::SuperAdmin } else { Role::Standard },
        permission_set,
        seats: seats.collect::<Result<BTreeSet<Seat>, Usage>>()?,
    };
    let found = provisioning::open_grant(app, &cx, group, wanted, None).await?;
    out.result(&grants(&found), || grant_lines(&found).join("\n"))
}

fn token(token: &ProvisioningToken) -> Value {
    json!({"id": token.id, "name": token.name, "hint": token.hint, "createdAt": token.created_at, "lastUsedAt": token.last_used_at})
}

fn gives(grant: &Grant) -> Value {
    json!({"role": grant.gives.role, "permissionSet": grant.gives.permission_set, "seats": grant.gives.seats})
}

fn grants(found: &OfAccount) -> Value {
    let group = |(group, n, grant): &(Group, usize, Option<Grant>)| json!({"id": group.id, "name": group.name, "nMembers": n, "gives": grant.as_ref().map(gives)});
    json!({"consents": found.consents, "groups": found.groups.iter().map(group).collect::<Vec<Value>>()})
}

fn grant_lines(found: &OfAccount) -> Vec<String> {
    let line = |(group, n, grant): &(Group, usize, Option<Grant>)| {
        let what = grant.as_ref().map_or_else(
            || "gives nothing here".to_owned(),
            |grant| {
                let seats: Vec<&str> = grant.gives.seats.iter().map(|seat| seat.name()).collect();
                let set = grant.gives.permission_set.map_or_else(String::new, |set| format!(", permission set {set}"));
                format!("gives {}{set}, seats: {}", grant.gives.role.name(), seats.join(" "))
            },
        );
        format!("{:<8} {:<32} {n} members, {what}", group.id, group.name)
    };
    found.groups.iter().map(line).collect()
}

fn show(out: Out, organization: &OfOrganization, account: &OfAccount) -> Result<()> {
    let tokens: Vec<Value> = organization.tokens.iter().map(token).collect();
    let document = json!({"url": organization.url, "tokens": tokens, "nPeople": organization.n_people,
                          "nGroups": organization.n_groups, "accounts": organization.accounts, "account": grants(account)});
    out.result(&document, || {
        let mut lines = vec![format!("address to enter at the provider: {}", organization.url)];
        lines.extend(organization.tokens.iter().map(|one| {
            let used = one.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {at:.0}"));
            format!("token {} {} {} {used}", one.id, one.name, one.hint)
        }));
        lines.push(format!("{} people and {} groups were told of", organization.n_people, organization.n_groups));
        let consent = if account.consents { "consents" } else { "does not consent: no user of it is touched" };
        lines.push(format!("the account {consent}"));
        lines.extend(grant_lines(account));
        lines.join("\n")
    })
}
