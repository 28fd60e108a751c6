//! `consortio organization`: what Settings > Organization does, for whoever runs the server. The acts, refusals and log entries are
//! the same; the second factor is not asked for, because whoever may run this command may read the database.

mod connections;
mod file;
mod life;
mod off_board;
mod policy;
mod proposal;
mod reset;
mod role;

use super::find_account;
use crate::cli;
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome, Usage};
use anyhow::{Context, Result, bail};
use app::cx::{App, Cx};
use app::organization::log::{self, Export, Format};
use app::organization::{Consent, IMPACT_TEXT, New, View};
use app::{connection, organization};
use model::eligibility::Policy;
use model::id::AccountId;
use model::limits::LOG_PAGE_MAX;
use model::organization::IMPACT_TEXT_VERSION;
use model::organization::log::{Filter, Place};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::Path;

pub async fn run(config: &Config, out: Out, command: cli::Organization) -> Result<Outcome> {
    let app = instance::open(config).await?;
    match command {
        cli::Organization::Show { account } => show(out, &organization::read(&app, &find_account(&app, &account).await?).await?)?,
        cli::Organization::Create(args) => show(out, &create(&app, args).await?)?,
        cli::Organization::Open(args) => connections::open(&app, out, &args).await?,
        cli::Organization::Connect(args) => connections::connect(&app, out, &args).await?,
        cli::Organization::Close(args) => show(out, &connections::close(&app, &args).await?)?,
        cli::Organization::Preview(args) => return connections::plan(&app, out, &args).await,
        cli::Organization::Template(args) => connections::template(&app, out, &args).await?,
        cli::Organization::Cut { first, second } => {
            let (cx, other) = (find_account(&app, &first).await?, find_account(&app, &second).await?);
            show(out, &connection::cut(&app, &cx, cx.account, other.account).await?)?;
        }
        cli::Organization::Add { account, member, acknowledge } => {
            read_first(acknowledge)?;
            let (cx, member) = (find_account(&app, &account).await?, find_account(&app, &member).await?);
            let id = organization::read(&app, &cx).await?.organization.id;
            show(out, &organization::add_members(&app, &cx, id, &[member.account], CONSENT).await?)?;
        }
        cli::Organization::Remove { account, member } => {
            let (cx, member) = (find_account(&app, &account).await?, find_account(&app, &member).await?);
            let id = organization::read(&app, &cx).await?.organization.id;
            organization::remove_member(&app, &cx, id, member.account, None).await?;
            out.result(&json!({"removed": member.account}), || format!("account {} is no longer a member", member.account))?;
        }
        cli::Organization::Delete { account, yes } => delete(&app, out, &account, yes).await?,
        cli::Organization::Outlook { account } => life::outlook(&app, out, &account).await?,
        cli::Organization::Former { account } => life::former(&app, out, &account).await?,
        cli::Organization::Restore { account, member, organization } => {
            show(out, &life::restore(&app, &account, member.as_deref(), organization).await?)?;
        }
        cli::Organization::Offer(command) => life::offer(&app, out, command).await?,
        cli::Organization::Policy(command) => policy::run(&app, out, command).await?,
        cli::Organization::Export(args) => file::export(&app, out, &args.account, args.output.as_deref()).await?,
        cli::Organization::Plan(args) => return file::plan(&app, out, &args.file).await,
        cli::Organization::Apply { from, acknowledge } => return file::apply(&app, out, &from.file, acknowledge).await,
        cli::Organization::Proposal(command) => proposal::run(&app, out, command).await?,
        cli::Organization::Reset(command) => reset::run(&app, out, command).await?,
        cli::Organization::Role(command) => role::run(&app, out, command).await?,
        cli::Organization::OffBoard(args) => return off_board::run(&app, out, &args).await,
        cli::Organization::Log(args) => log(&app, out, args).await?,
        cli::Organization::Verify { account } => return verify(&app, out, &account).await,
    }
    Ok(Outcome::Done)
}

/// The operator has read the impact statement, and needs no second factor.
const CONSENT: Consent<'static> = Consent { text_version: IMPACT_TEXT_VERSION, proof: None };

fn read_first(acknowledge: bool) -> Result<()> {
    match acknowledge {
        true => Ok(()),
        false => {
            Err(Usage(format!("{IMPACT_TEXT}\n\nWho has read this and agrees repeats the command with --acknowledge")).into())
        }
    }
}

async fn create(app: &App, args: cli::organization::OrganizationCreate) -> Result<View> {
    read_first(args.acknowledge)?;
    let cx = find_account(app, &args.account).await?;
    let (mut accounts, mut invited, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for (named, found) in [(&args.with, &mut accounts), (&args.invite, &mut invited)] {
        for name in named {
            match find_account(app, name).await {
                Ok(cx) => found.push(cx.account),
                Err(error) => unknown.push(error.to_string()),
            }
        }
    }
    if !unknown.is_empty() {
        bail!("{}", unknown.join("; "));
    }
    let new = New {
        name: args.name,
        accounts,
        invited,
        acknowledged_text_version: IMPACT_TEXT_VERSION.to_owned(),
        policy: match args.parity {
            true => Policy::parity(),
            false => Policy { transfer_mechanism: args.transfer_mechanism, ..Policy::open() },
        },
        proof: None,
    };
    Ok(organization::create(app, &cx, new).await?)
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

async fn log(app: &App, out: Out, args: cli::OrganizationLog) -> Result<()> {
    let cx = find_account(app, &args.account).await?;
    let id = organization::read(app, &cx).await?.organization.id;
    let about = match &args.about {
        Some(account) => Some(find_account(app, account).await?.account),
        None => None,
    };
    let filter = Filter { act: args.act, actor: args.actor, account: about, since: args.since, until: args.until };
    // The server does this every second; without it the last views may be missing.
    log::collect(app).await?;
    if let Some(path) = args.export {
        return export(app, &cx, out, Export::new(id, filter, format(&path)?), &path).await;
    }
    let entries = log::list(app, &cx, id, &filter, Place::After(args.after), LOG_PAGE_MAX).await?;
    let documents: Vec<Value> = entries.iter().map(log::document).collect();
    out.result(&documents, || documents.iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn line(entry: &Value) -> String {
    let text = |name: &str| entry[name].as_str().unwrap_or_default();
    let mut who = entry["actorName"].as_str().unwrap_or(text("actor")).to_owned();
    if let Some(person) = entry["forName"].as_str() {
        who = format!("{who} for {person}");
    }
    let record = match (entry["recordName"].as_str(), entry["recordErased"].as_bool()) {
        (Some(name), _) => format!(" \"{name}\""),
        (None, Some(true)) => " an erased record".to_owned(),
        _ => String::new(),
    };
    format!("{:>6} {} {who} {} {}{record}", entry["seq"].as_i64().unwrap_or(0), text("at"), text("act"), text("subject"))
}

fn format(path: &Path) -> Result<Format> {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    Format::from_name(ending).ok_or_else(|| Usage(format!("\"{}\" ends neither in .csv nor in .json", path.display())).into())
}

async fn export(app: &App, cx: &Cx, out: Out, mut export: Export, path: &Path) -> Result<()> {
    let mut file = File::create_new(path).with_context(|| format!("{} cannot be written", path.display()))?;
    while let Some(piece) = export.next(app, cx).await? {
        file.write_all(&piece)?;
    }
    file.sync_all()?;
    let n = export.n_entries;
    out.result(&json!({"file": path, "nEntries": n}), || format!("{n} entries are in {}", path.display()))
}

async fn verify(app: &App, out: Out, account: &str) -> Result<Outcome> {
    let cx = find_account(app, account).await?;
    let id = organization::read(app, &cx).await?.organization.id;
    let found = log::verify(app, &cx, id).await?;
    let document = json!({"nEntries": found.n_entries, "head": found.head, "altered": found.altered});
    out.result(&document, || match found.altered {
        Some(seq) => format!("entry {seq} is missing or not as it was written; the {} before it are", found.n_entries),
        None => format!("{} entries are as they were written; the last one's hash is {}", found.n_entries, found.head),
    })?;
    Ok(if found.altered.is_some() { Outcome::Differs } else { Outcome::Done })
}

fn show(out: Out, view: &View) -> Result<()> {
    if let Some(proposed) = &view.proposed {
        return proposal::kept(out, proposed);
    }
    let found = &view.organization;
    let name = |id: &AccountId| view.accounts.get(id).map_or_else(|| id.to_string(), |account| account.name.clone());
    let members: Vec<Value> = found.members.keys().map(|id| json!({"id": id, "name": name(id)})).collect();
    let edges: Vec<Value> = found
        .open
        .keys()
        .map(|edge| json!({"feature": edge.feature.name(), "source": edge.source, "destination": edge.destination}))
        .zip(found.open.values().map(|opened| json!(opened.terms)))
        .map(|(mut edge, terms)| {
            edge["terms"] = terms;
            edge
        })
        .collect();
    let document = json!({"id": found.id, "name": found.name, "version": found.version, "members": members, "open": edges});
    out.result(&document, || {
        let mut lines = vec![format!("{} (organization {})", found.name, found.id), "members:".to_owned()];
        lines.extend(found.members.keys().map(|id| format!("  {id} {}", name(id))));
        lines.push(if found.open.is_empty() { "nothing is open".to_owned() } else { "open:".to_owned() });
        lines.extend(found.open.iter().map(|(e, opened)| {
            let purpose = opened.terms.purpose.as_deref().map_or_else(String::new, |purpose| format!(": {purpose}"));
            format!("  {} {} -> {}{purpose}", e.feature.name(), name(&e.source), name(&e.destination))
        }));
        lines.join("\n")
    })
}
