//! `consortio account sign-in-policy` and `security-history`

use super::find_account;
use crate::cli::{AccountSecurityHistory, AccountSignInPolicy};
use crate::print::{Out, Outcome, Usage};
use anyhow::{Context, Result};
use app::cx::{App, Cx};
use app::security_history::{self, Entry, Export};
use app::sign_in_policy;
use model::id::PersonId;
use model::identity::entry::{Patch, Policy, Way};
use model::identity::history::{Filter, GROUPS, group};
use model::limits::LOG_PAGE_MAX;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Shows the policy, after the change if there is one.
pub async fn policy(app: &App, out: Out, args: AccountSignInPolicy) -> Result<Outcome> {
    let cx = find_account(app, &args.account).await?;
    let emails = emails(app, &cx).await?;
    let patch = patch(&args, &emails)?;
    let policy = match patch == Patch::default() {
        true => sign_in_policy::read(app, &cx).await?,
        false => sign_in_policy::update(app, &cx, patch, None).await?,
    };
    out.result(&document(&policy, &emails), || words(&policy, &emails))?;
    Ok(Outcome::Done)
}

type Emails = BTreeMap<String, PersonId>;

async fn emails(app: &App, cx: &Cx) -> Result<Emails> {
    let users = app::user::list(app, cx).await?;
    Ok(users.into_iter().map(|user| (model::fold::email(&user.person.email), user.user.person)).collect())
}

fn patch(args: &AccountSignInPolicy, emails: &Emails) -> Result<Patch> {
    let way = |text: &String| {
        let known = Way::ALL.map(Way::name).join(", ");
        Way::from_name(text).ok_or_else(|| Usage(format!("--way \"{text}\" is none of {known}")))
    };
    let ways = args.ways.iter().map(way).collect::<Result<BTreeSet<Way>, Usage>>()?;
    let exempt = args.exempt.iter().map(|email| person(emails, email)).collect::<Result<BTreeSet<PersonId>>>()?;
    Ok(Patch {
        second_factor: args.second_factor,
        ways: Some(ways).filter(|ways| !ways.is_empty()),
        ways_from: args.ways_from,
        idle_minutes: args.idle_minutes.map(|minutes| Some(minutes).filter(|n| *n != 0)),
        exempt: (args.exempt_nobody || !exempt.is_empty()).then_some(exempt),
    })
}

fn person(emails: &Emails, email: &str) -> Result<PersonId> {
    emails.get(&model::fold::email(email)).copied().with_context(|| format!("\"{email}\" is no user of the account"))
}

fn exempt<'e>(policy: &Policy, emails: &'e Emails) -> Vec<&'e str> {
    emails.iter().filter(|(_, id)| policy.exempt.contains(id)).map(|(email, _)| email.as_str()).collect()
}

fn document(policy: &Policy, emails: &Emails) -> Value {
    json!({
        "secondFactorRequired": policy.second_factor_since.is_some(),
        "secondFactorFrom": policy.second_factor_from().map(|at| at.to_string()),
        "ways": policy.ways.iter().map(|way| way.name()).collect::<Vec<_>>(),
        "waysFrom": policy.ways_from.map(|at| at.to_string()),
        "idleMinutes": policy.idle_minutes,
        "exempt": exempt(policy, emails),
    })
}

fn words(policy: &Policy, emails: &Emails) -> String {
    let factor = match policy.second_factor_from() {
        Some(at) => format!("required from {at}"),
        None => "not required".to_owned(),
    };
    let from = policy.ways_from.map(|at| format!(" from {at}")).unwrap_or_default();
    let ways = policy.ways.iter().map(|way| way.name()).collect::<Vec<_>>().join(", ");
    let idle = policy.idle_minutes.map_or_else(|| "as long as the session lives".to_owned(), |n| format!("{n} minutes"));
    let exempt = exempt(policy, emails);
    let exempt = if exempt.is_empty() { "nobody".to_owned() } else { exempt.join(", ") };
    format!("second factor  {factor}\nways           {ways}{from}\nmay be away    {idle}\nexempt         {exempt}")
}

/// Shows the newest entries, or writes all into a file.
pub async fn history(app: &App, out: Out, args: AccountSecurityHistory) -> Result<Outcome> {
    let cx = find_account(app, &args.account).await?;
    let filter = filter(app, &cx, &args).await?;
    if let Some(path) = args.export {
        return export(app, out, Export::of_account(&cx, filter)?, &path).await;
    }
    let entries = security_history::list(app, &cx, &filter, LOG_PAGE_MAX).await?;
    let documents: Vec<Value> = entries.iter().map(shown).collect();
    out.result(&documents, || entries.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    Ok(Outcome::Done)
}

async fn filter(app: &App, cx: &Cx, args: &AccountSecurityHistory) -> Result<Filter> {
    let all = Filter::all(cx.now);
    let acts = args.kind.as_deref().map(|name| {
        let known = GROUPS.map(|(known, _)| known).join(", ");
        group(name).ok_or_else(|| Usage(format!("--kind \"{name}\" is none of {known}")))
    });
    let of = match &args.user {
        Some(email) => Some(person(&emails(app, cx).await?, email)?),
        None => None,
    };
    let (since, until) = (args.since.unwrap_or(all.since), args.until.unwrap_or(all.until));
    Ok(Filter { since, until, acts: acts.transpose()?, person: of, ..all })
}

fn shown(entry: &Entry) -> Value {
    json!({
        "seq": entry.seq,
        "at": entry.at.to_string(),
        "act": entry.act,
        "person": entry.person.as_ref().map(|person| json!({"id": person.id, "name": person.name})),
        "by": entry.by.words(),
        "detail": entry.detail,
    })
}

fn line(entry: &Entry) -> String {
    let name = entry.person.as_ref().map(|person| person.name.as_str()).unwrap_or_default();
    format!("{:>8} {:.0} {:<24} {:<24} by {} {}", entry.seq, entry.at, entry.act, name, entry.by.words(), entry.detail.join(" "))
}

async fn export(app: &App, out: Out, mut export: Export, path: &Path) -> Result<Outcome> {
    let mut file = File::create_new(path).with_context(|| format!("{} cannot be written", path.display()))?;
    while let Some(piece) = export.next(app).await? {
        file.write_all(&piece)?;
    }
    file.sync_all()?;
    let n = export.n_entries;
    out.result(&json!({"file": path, "nEntries": n}), || format!("{n} entries are in {}", path.display()))?;
    Ok(Outcome::Done)
}
