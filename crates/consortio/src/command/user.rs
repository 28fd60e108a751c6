//! `consortio user`

use super::{find_account, permission_set, word};
use crate::cli::{self, UserCreate, UserUpdate};
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome};
use anyhow::{Context, Result};
use app::cx::{App, Cx};
use app::reset;
use app::user::{self, Patch, User, Wanted};
use model::account::{Seat, UserStatus};
use model::id::{OwnerId, PermissionSetId, PersonId};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::BufRead;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: PersonId,
    owner_id: OwnerId,
    email: String,
    name: String,
    role: &'static str,
    seats: Vec<&'static str>,
    permission_set_id: Option<PermissionSetId>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl Shown {
    fn of(user: User, link: Option<String>) -> Shown {
        Shown {
            id: user.user.person,
            owner_id: user.user.owner,
            email: user.person.email,
            name: user.person.name,
            role: user.user.role.name(),
            seats: user.user.seats.iter().map(|seat| seat.name()).collect(),
            permission_set_id: user.user.permission_set,
            status: user.user.status.name(),
            link,
        }
    }
}

pub async fn run(config: &Config, out: Out, command: cli::User) -> Result<Outcome> {
    let app = instance::open(config).await?;
    let shown = match command {
        cli::User::List { account } => {
            let cx = find_account(&app, &account).await?;
            let all: Vec<Shown> = user::list(&app, &cx).await?.into_iter().map(|u| Shown::of(u, None)).collect();
            out.result(&all, || all.iter().map(words).collect::<Vec<_>>().join("\n"))?;
            return Ok(Outcome::Done);
        }
        cli::User::Create(args) => create(&app, args).await?,
        cli::User::Invite { account, email } => {
            let (cx, user) = find(&app, &account, &email).await?;
            let link = user::invite(&app, &cx, user.user.person).await?;
            Shown::of(user, Some(link))
        }
        cli::User::Update(args) => update(&app, args).await?,
        cli::User::ResetPassword { account, email } => {
            let (cx, user) = find(&app, &account, &email).await?;
            let link = match reset::password(&app, &cx, user.user.person, None).await? {
                reset::Given::Link(link) => Some(link),
                reset::Given::Mailed => None,
            };
            Shown::of(user, link)
        }
        cli::User::ResetSecondFactor { account, email } => {
            let (cx, user) = find(&app, &account, &email).await?;
            let link = reset::second_factor(&app, &cx, user.user.person, None).await?;
            Shown::of(user, link)
        }
        cli::User::Deactivate { account, email } => {
            let (cx, user) = find(&app, &account, &email).await?;
            Shown::of(user::deactivate(&app, &cx, user.user.person).await?, None)
        }
        cli::User::Activate { account, email } => {
            let (cx, user) = find(&app, &account, &email).await?;
            let patch = Patch { status: Some(UserStatus::Active), ..Patch::default() };
            Shown::of(user::update(&app, &cx, user.user.person, patch).await?, None)
        }
        cli::User::Remove { account, email } => {
            let (cx, user) = find(&app, &account, &email).await?;
            user::remove(&app, &cx, user.user.person).await?;
            let removed = serde_json::json!({"removed": user.user.person});
            out.result(&removed, || format!("{} is no user of the account any more", user.person.email))?;
            return Ok(Outcome::Done);
        }
    };
    out.result(&shown, || words(&shown))?;
    Ok(Outcome::Done)
}

fn words(shown: &Shown) -> String {
    let (seats, set) = (shown.seats.join(" "), shown.permission_set_id.map(|id| format!(", permission set {id}")));
    let what = format!("{:<8} {:<40} {:<14} {:<12} {}", shown.id, shown.email, shown.role, shown.status, shown.name);
    let line = format!("{what}, seats: {seats}{}", set.unwrap_or_default());
    shown.link.as_ref().map_or(line.clone(), |link| format!("{line}\nto choose a password, once: {link}"))
}

async fn create(app: &App, args: UserCreate) -> Result<Shown> {
    let cx = find_account(app, &args.account).await?;
    let mut password = None;
    if args.password_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("standard input")?;
        password = Some(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let wanted = Wanted {
        email: args.email,
        name: args.name,
        locale: args.locale,
        role: word("--role", &args.role)?,
        seats: seats(&args.seats)?,
        permission_set: match &args.permission_set {
            Some(text) => Some(permission_set::id_of(app, &cx, text).await?),
            None => None,
        },
        password,
    };
    let created = user::create(app, &cx, wanted).await?;
    Ok(Shown::of(created.user, created.link))
}

async fn update(app: &App, args: UserUpdate) -> Result<Shown> {
    let (cx, user) = find(app, &args.account, &args.email).await?;
    let patch = Patch {
        role: args.role.map(|role| word("--role", &role)).transpose()?,
        seats: if args.seats.is_empty() { None } else { Some(seats(&args.seats)?) },
        permission_set: match args.permission_set.as_deref() {
            Some("none") => Some(None),
            Some(text) => Some(Some(permission_set::id_of(app, &cx, text).await?)),
            None => None,
        },
        status: None,
    };
    Ok(Shown::of(user::update(app, &cx, user.user.person, patch).await?, None))
}

fn seats(names: &[String]) -> Result<BTreeSet<Seat>> {
    names.iter().map(|seat| word("--seat", seat)).collect()
}

async fn find(app: &App, account: &str, email: &str) -> Result<(Cx, User)> {
    let cx = find_account(app, account).await?;
    let folded = model::fold::email(email);
    let found = user::list(app, &cx).await?.into_iter().find(|u| model::fold::email(&u.person.email) == folded);
    let user = found.with_context(|| format!("\"{email}\" is no user of the account \"{account}\""))?;
    Ok((cx, user))
}
