//! `consortio organization`: what Settings > Organization does, for whoever runs the server. The acts, refusals and log entries are
//! the same; the second factor is not asked for, because whoever may run this command may read the database.

use super::find_account;
use crate::cli;
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome, Usage};
use anyhow::Result;
use app::cx::App;
use app::organization::{IMPACT_TEXT, New, View};
use app::{connection, organization};
use model::connection::{EdgeKey, Feature};
use model::eligibility::Policy;
use model::id::AccountId;
use model::organization::IMPACT_TEXT_VERSION;
use serde_json::{Value, json};

/// Log entries printed at once; the rest by `--after`.
const LOG_PAGE: usize = 1_000;

pub async fn run(config: &Config, out: Out, command: cli::Organization) -> Result<Outcome> {
    let app = instance::open(config).await?;
    match command {
        cli::Organization::Show { account } => show(out, &organization::read(&app, &find_account(&app, &account).await?).await?)?,
        cli::Organization::Create(args) => show(out, &create(&app, args).await?)?,
        cli::Organization::Open(args) => show(out, &set(&app, &args, true).await?)?,
        cli::Organization::Close(args) => show(out, &set(&app, &args, false).await?)?,
        cli::Organization::Cut { first, second } => {
            let (cx, other) = (find_account(&app, &first).await?, find_account(&app, &second).await?);
            show(out, &connection::cut(&app, &cx, cx.account, other.account).await?)?;
        }
        cli::Organization::Add { account, member } => {
            let (cx, member) = (find_account(&app, &account).await?, find_account(&app, &member).await?);
            let id = organization::read(&app, &cx).await?.organization.id;
            show(out, &organization::add_members(&app, &cx, id, &[member.account], None).await?)?;
        }
        cli::Organization::Remove { account, member } => {
            let (cx, member) = (find_account(&app, &account).await?, find_account(&app, &member).await?);
            let id = organization::read(&app, &cx).await?.organization.id;
            organization::remove_member(&app, &cx, id, member.account).await?;
            out.result(&json!({"removed": member.account}), || format!("account {} is no longer a member", member.account))?;
        }
        cli::Organization::Delete { account, yes } => delete(&app, out, &account, yes).await?,
        cli::Organization::Log { account, after } => log(&app, out, &account, after).await?,
    }
    Ok(Outcome::Done)
}

async fn create(app: &App, args: cli::OrganizationCreate) -> Result<View> {
    if !args.acknowledge {
        return Err(Usage(format!("{IMPACT_TEXT}\n\nWho has read this and agrees repeats the command with --acknowledge")).into());
    }
    let cx = find_account(app, &args.account).await?;
    let mut accounts = Vec::new();
    for member in &args.with {
        accounts.push(find_account(app, member).await?.account);
    }
    let new = New {
        name: args.name,
        accounts,
        acknowledged_text_version: IMPACT_TEXT_VERSION.to_owned(),
        policy: match args.parity {
            true => Policy::parity(),
            false => Policy { transfer_mechanism: args.transfer_mechanism, ..Policy::open() },
        },
        proof: None,
    };
    Ok(organization::create(app, &cx, new).await?)
}

async fn set(app: &App, args: &cli::OrganizationEdge, on: bool) -> Result<View> {
    let (from, to) = (find_account(app, &args.from).await?, find_account(app, &args.to).await?);
    let feature = Feature::from_name(&args.feature).ok_or_else(|| {
        let known = Feature::ALL.map(Feature::name).join(", ");
        Usage(format!("\"{}\" is no feature of a connection; they are {known}", args.feature))
    })?;
    let edge = EdgeKey { feature, source: from.account, destination: to.account };
    Ok(connection::set(app, &to, edge, on).await?)
}

async fn delete(app: &App, out: Out, account: &str, yes: bool) -> Result<()> {
    let cx = find_account(app, account).await?;
    let found = organization::read(app, &cx).await?.organization;
    if !yes {
        let text =
            format!("deleting \"{}\" closes {} edges at once; repeat the command with --yes", found.name, found.open.len());
        return Err(Usage(text).into());
    }
    organization::delete(app, &cx, found.id, None).await?;
    out.result(&json!({"deleted": found.id}), || format!("organization \"{}\" is deleted", found.name))
}

async fn log(app: &App, out: Out, account: &str, after: i64) -> Result<()> {
    let cx = find_account(app, account).await?;
    let id = organization::read(app, &cx).await?.organization.id;
    let entries = organization::log(app, &cx, id, after, LOG_PAGE).await?;
    let at = |micros| jiff::Timestamp::from_microsecond(micros).map_or_else(|_| String::new(), |t| t.to_string());
    let documents: Vec<Value> = entries
        .iter()
        .map(|(entry, actor)| {
            let said = &entry.said;
            json!({"seq": entry.seq, "at": at(said.at), "actor": said.actor, "actorName": actor, "act": said.act,
                   "subject": said.subject, "detail": said.detail, "hash": entry.hash})
        })
        .collect();
    out.result(&documents, || {
        let lines = entries.iter().map(|(entry, actor)| {
            let said = &entry.said;
            format!("{:>6} {} {} {} {}", entry.seq, at(said.at), actor.as_deref().unwrap_or(&said.actor), said.act, said.subject)
        });
        lines.collect::<Vec<_>>().join("\n")
    })
}

fn show(out: Out, view: &View) -> Result<()> {
    let found = &view.organization;
    let name = |id: &AccountId| view.accounts.get(id).map_or_else(|| id.to_string(), |account| account.name.clone());
    let members: Vec<Value> = found.members.keys().map(|id| json!({"id": id, "name": name(id)})).collect();
    let edges: Vec<Value> = found
        .open
        .keys()
        .map(|edge| json!({"feature": edge.feature.name(), "source": edge.source, "destination": edge.destination}))
        .collect();
    let document = json!({"id": found.id, "name": found.name, "version": found.version, "members": members, "open": edges});
    out.result(&document, || {
        let mut lines = vec![format!("{} (organization {})", found.name, found.id), "members:".to_owned()];
        lines.extend(found.members.keys().map(|id| format!("  {id} {}", name(id))));
        lines.push(if found.open.is_empty() { "nothing is open".to_owned() } else { "open:".to_owned() });
        lines
            .extend(found.open.keys().map(|e| format!("  {} {} -> {}", e.feature.name(), name(&e.source), name(&e.destination))));
        lines.join("\n")
    })
}
