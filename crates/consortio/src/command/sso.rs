//! `consortio sso`

use super::find_account;
use crate::cli;
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome, Usage};
use anyhow::{Context, Result, bail};
use app::cx::{App, Cx};
use app::sign_on::settings::{self, Patch, View};
use model::id::{PersonId, ProviderId};
use model::identity::provider::{Provider, Realm, Wanted, proof_url};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Read;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: ProviderId,
    label: String,
    issuer: String,
    client_id: String,
    has_secret: bool,
    factor_values: BTreeSet<String>,
    joins_account_id: Option<i64>,
    domains: Vec<Domain>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Domain {
    name: String,
    verified: bool,
    proof_url: String,
    proof: String,
}

fn shown(provider: Provider) -> Shown {
    let domains = provider.domains.into_iter().map(|domain| Domain {
        verified: domain.verified_at.is_some(),
        proof_url: proof_url(&domain.name),
        name: domain.name,
        proof: domain.proof,
    });
    Shown {
        id: provider.id,
        label: provider.label,
        issuer: provider.issuer,
        client_id: provider.client_id,
        has_secret: provider.has_secret,
        factor_values: provider.factor_values,
        joins_account_id: provider.joins.map(|id| id.0),
        domains: domains.collect(),
    }
}

fn words(shown: &Shown) -> String {
    let mut text = format!("{:<8} {:<24} {}", shown.id, shown.label, shown.issuer);
    for domain in &shown.domains {
        let state = if domain.verified {
            "proved".to_owned()
        } else {
            format!("not proved: put {} at {}", domain.proof, domain.proof_url)
        };
        text += &format!("\n           {} ({state})", domain.name);
    }
    text
}

/// The realm that is meant: the account, or its organization.
pub async fn realm(app: &App, realm: &cli::RealmArgs) -> Result<(Cx, Realm)> {
    let cx = find_account(app, &realm.account).await?;
    if !realm.organization {
        return Ok((cx.clone(), Realm::Account(cx.account)));
    }
    let id = app::organization::read(app, &cx).await?.organization.id;
    Ok((cx, Realm::Organization(id)))
}

fn provider_id(text: &str) -> Result<ProviderId> {
    text.parse().map_err(|e: model::id::NotAnId| Usage(e.to_string()).into())
}

/// Secrets are no arguments: others on this machine could read them.
fn secret(from_stdin: bool) -> Result<Option<String>> {
    if !from_stdin {
        return Ok(None);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("reading the client secret from standard input")?;
    Ok(Some(text.trim().to_owned()))
}

pub async fn run(config: &Config, out: Out, command: cli::Sso) -> Result<Outcome> {
    let app = instance::open(config).await?;
    match command {
        cli::Sso::List { realm: args } => {
            let (cx, realm) = realm(&app, &args).await?;
            show_all(out, settings::read(&app, &cx, realm).await?)?;
        }
        cli::Sso::Add(args) => {
            let (cx, realm) = realm(&app, &args.realm).await?;
            let joins = match &args.joins {
                Some(account) => Some(Some(find_account(&app, account).await?.account)),
                None => None,
            };
            let wanted = Wanted {
                label: Some(args.label),
                issuer: Some(args.issuer),
                client_id: Some(args.client_id),
                factor_values: (!args.factors.is_empty()).then(|| args.factors.into_iter().collect()),
                joins,
            };
            let made = settings::create(&app, &cx, realm, wanted, secret(args.secret_stdin)?, None).await?;
            let shown = shown(made);
            out.result(&shown, || words(&shown))?;
        }
        cli::Sso::Test { realm: args, id } => {
            let (cx, realm) = realm(&app, &args).await?;
            let tested = settings::test(&app, &cx, realm, provider_id(&id)?).await?;
            let document = serde_json::json!({
                "authorizationEndpoint": tested.authorization_endpoint, "nKeys": tested.n_keys,
                "algorithmAccepted": tested.algorithm_accepted, "nPeople": tested.n_people,
            });
            out.result(&document, || format!("{} answers with {} keys", tested.authorization_endpoint, tested.n_keys))?;
            if !tested.algorithm_accepted || tested.n_keys == 0 {
                return Ok(Outcome::Remarks);
            }
        }
        cli::Sso::AddDomain { realm: args, id, domain } => {
            let (cx, realm) = realm(&app, &args).await?;
            let shown = shown(settings::add_domain(&app, &cx, realm, provider_id(&id)?, &domain).await?);
            out.result(&shown, || words(&shown))?;
        }
        cli::Sso::VerifyDomain { realm: args, id, domain } => {
            let (cx, realm) = realm(&app, &args).await?;
            let id = provider_id(&id)?;
            settings::add_domain(&app, &cx, realm, id, &domain).await?;
            let shown = shown(settings::verify_domain(&app, &cx, realm, id, &domain).await?);
            out.result(&shown, || words(&shown))?;
        }
        cli::Sso::Remove { realm: args, id } => {
            let (cx, realm) = realm(&app, &args).await?;
            let id = provider_id(&id)?;
            settings::delete(&app, &cx, realm, id, None).await?;
            out.result(&serde_json::json!({"removed": id}), || {
                format!("the identity provider {id} is gone, and its sessions ended")
            })?;
        }
        cli::Sso::Require(args) => require(&app, out, args).await?,
    }
    Ok(Outcome::Done)
}

fn show_all(out: Out, view: View) -> Result<()> {
    let redirect_uri = view.redirect_uri;
    let required = view.account.as_ref().map(|account| account.required.is_some());
    let providers: Vec<Shown> = view.providers.into_iter().map(shown).collect();
    let document = serde_json::json!({"redirectUri": redirect_uri, "required": required, "providers": providers});
    out.result(&document, || {
        let mut lines: Vec<String> = providers.iter().map(words).collect();
        lines.push(format!("Redirect address to enter at the provider: {redirect_uri}"));
        if required == Some(true) {
            lines.push("The account is entered by single sign-on only.".to_owned());
        }
        lines.join("\n")
    })
}

async fn require(app: &App, out: Out, args: cli::SsoRequire) -> Result<()> {
    let cx = find_account(app, &args.account).await?;
    let mut exempt: BTreeSet<PersonId> = BTreeSet::new();
    let users = app::user::list(app, &cx).await?;
    for email in &args.exempt {
        let folded = model::fold::email(email);
        let Some(user) = users.iter().find(|user| model::fold::email(&user.person.email) == folded) else {
            bail!("the account has no user \"{email}\"");
        };
        exempt.insert(user.person.id);
    }
    let exempt = (!args.exempt.is_empty()).then_some(exempt);
    let patch = Patch { required: Some(!args.off), exempt, ..Patch::default() };
    show_all(out, settings::change(app, &cx, patch, None).await?)
}
