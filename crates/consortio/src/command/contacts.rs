//! `consortio account contacts`: points of contact and who is told of what, of an account or for all members of its organization.

use super::find_account;
use crate::cli::AccountContacts;
use crate::print::{Out, Outcome, Usage};
use anyhow::{Context, Result};
use app::company::{self, People};
use app::cx::{App, Cx};
use model::company::{Contact, ContactRole, Contacts, Notice, Patch};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    contacts: BTreeMap<&'static str, Vec<String>>,
    /// What an organization has none of.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    company: Option<OfCompany>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfCompany {
    legal_name: String,
    address: String,
    vat_id: String,
    notices: BTreeMap<&'static str, Vec<&'static str>>,
    confirmed_at: Option<String>,
    confirmation_due: bool,
}

pub async fn run(app: &App, out: Out, args: AccountContacts) -> Result<Outcome> {
    let cx = find_account(app, &args.account).await?;
    let shown = if args.organization { of_organization(app, &cx, &args).await? } else { of_account(app, &cx, args).await? };
    out.result(&shown, || words(&shown))?;
    Ok(Outcome::Done)
}

async fn of_account(app: &App, cx: &Cx, args: AccountContacts) -> Result<Shown> {
    let patch = Patch {
        contacts: wanted(&args)?,
        audiences: audiences(&args.tell)?,
        legal_name: args.legal_name,
        address: args.address,
        vat_id: args.vat_id,
    };
    let mut view =
        if patch == Patch::default() { company::read(app, cx).await? } else { company::update(app, cx, patch).await? };
    if args.confirm {
        view = company::confirm(app, cx).await?;
    }
    let told = |notice: Notice| (notice.name(), view.company.audience(notice).into_iter().map(ContactRole::name).collect());
    let holders = |role| view.company.holders(&view.defaults, role).0;
    Ok(Shown {
        contacts: ContactRole::ALL.into_iter().map(|role| (role.name(), named(holders(role), &view.people))).collect(),
        company: Some(OfCompany {
            notices: Notice::ALL.into_iter().map(told).collect(),
            confirmed_at: view.company.confirmed_at.map(|at| at.to_string()),
            confirmation_due: view.is_stale,
            legal_name: view.company.legal_name,
            address: view.company.address,
            vat_id: view.company.vat_id,
        }),
    })
}

async fn of_organization(app: &App, cx: &Cx, args: &AccountContacts) -> Result<Shown> {
    let id = app::organization::read(app, cx).await?.organization.id;
    let wanted = wanted(args)?;
    let (contacts, people) = if wanted.is_empty() {
        company::read_defaults(app, cx, id).await?
    } else {
        company::update_defaults(app, cx, id, wanted).await?
    };
    let holders = |role| contacts.get(&role).map_or(&[][..], Vec::as_slice);
    let contacts = ContactRole::ALL.into_iter().map(|role| (role.name(), named(holders(role), &people))).collect();
    Ok(Shown { contacts, company: None })
}

fn named(holders: &[Contact], people: &People) -> Vec<String> {
    let each = holders.iter().map(|contact| match contact {
        Contact::Address(email) => email.clone(),
        Contact::User(id) => people.get(id).map_or_else(|| id.to_string(), |person| person.email.clone()),
    });
    each.collect()
}

fn words(shown: &Shown) -> String {
    let mut lines: Vec<String> =
        shown.contacts.iter().map(|(role, holders)| format!("{role:<20} {}", holders.join(", "))).collect();
    if let Some(company) = &shown.company {
        let notices = company.notices.iter().map(|(notice, roles)| format!("{notice:<20} -> {}", roles.join(", ")));
        lines.extend(notices);
        if company.confirmation_due {
            lines.push("Nobody said in the last 90 days that these contacts are right: --confirm does.".to_owned());
        }
    }
    lines.join("\n")
}

/// `--set billing=a@ex.org` as often as there are billing contacts; `--clear billing` empties the role.
fn wanted(args: &AccountContacts) -> Result<Contacts> {
    let mut contacts = Contacts::new();
    for name in &args.clear {
        contacts.insert(role(name)?, Vec::new());
    }
    for pair in &args.set {
        let (name, email) = pair.split_once('=').with_context(|| Usage(format!("--set \"{pair}\" is not ROLE=EMAIL")))?;
        contacts.entry(role(name)?).or_default().push(Contact::Address(email.to_owned()));
    }
    Ok(contacts)
}

fn audiences(pairs: &[String]) -> Result<BTreeMap<Notice, Option<BTreeSet<ContactRole>>>> {
    let each = pairs.iter().map(|pair| {
        let (name, roles) = pair.split_once('=').with_context(|| Usage(format!("--tell \"{pair}\" is not NOTICE=ROLE,ROLE")))?;
        let known = || Usage(format!("\"{name}\" is no kind of notice; known: {}", Notice::ALL.map(Notice::name).join(", ")));
        let notice = Notice::from_name(name).with_context(known)?;
        let roles = match roles {
            "default" => None,
            roles => Some(roles.split(',').filter(|name| !name.is_empty()).map(role).collect::<Result<_>>()?),
        };
        Ok((notice, roles))
    });
    each.collect()
}

fn role(name: &str) -> Result<ContactRole> {
    let known = || Usage(format!("\"{name}\" is no role; known: {}", ContactRole::ALL.map(ContactRole::name).join(", ")));
    ContactRole::from_name(name).with_context(known)
}
