//! The sample group: three regional companies of one seller, each with an account of its own, the same 85 customers, and what
//! the regions did with them. Deterministic: the same seed gives the same group.

mod account;
mod history;
mod people;
mod sample;

use crate::print::Out;
use account::Region;
use anyhow::{Context, Result, bail};
use app::cx::{App, Cx};
use app::organization;
use app::{connection, token, user};
use model::account::{Kind, Product, Role, Seat, Subscriptions, Tier};
use model::connection::Feature;
use model::connection::template::Template;
use model::connection::terms::{LegalBasis, Terms};
use model::eligibility::Policy;
use model::id::AccountId;
use model::identity::scope;
use model::organization::IMPACT_TEXT_VERSION;
use people::Person;
use sample::Sample;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The sign-in of everybody in the sample group. Public, and therefore refused beyond this machine unless asked for.
pub use model::identity::DEMO_PASSWORD as PASSWORD;

/// Accounts with their time zones. The names are fixed for scripts.
const REGIONS: [(&str, &str); 3] =
    [("Central", "America/Chicago"), ("East", "America/New_York"), ("West", "America/Los_Angeles")];
/// Super Admin in all three accounts.
const GROUP_ADMIN: (&str, &str) = ("Alex Group", "group.admin@consortio.example");

/// What scripts read: how to get in.
#[derive(Debug, Serialize)]
pub struct Loaded {
    pub accounts: Vec<LoadedAccount>,
    pub users: Vec<LoadedUser>,
}

#[derive(Debug, Serialize)]
pub struct LoadedAccount {
    pub id: AccountId,
    pub name: String,
    pub token: String,
}

#[derive(Debug, Serialize)]
pub struct LoadedUser {
    pub email: String,
    pub password: &'static str,
    /// Names of her accounts.
    pub accounts: Vec<String>,
}

/// The sample group goes into an empty instance only.
pub async fn refuse_used(app: &App) -> Result<()> {
    let instance = Cx::system(app, store::INSTANCE);
    if !app::account::list(app, &instance, AccountId(0), 1).await?.is_empty() {
        bail!("this instance has accounts already; the sample group goes into an empty one only (another --data folder)");
    }
    Ok(())
}

/// Loads the sample group into an empty instance. `folder` is the one of uploaded files.
pub async fn load(app: &App, folder: &Path, seed: u64, out: Out) -> Result<Loaded> {
    let instance = Cx::system(app, store::INSTANCE);
    let sample = Sample::read()?;
    let people = people_of(&sample, seed);
    let mut accounts = Vec::new();
    for (name, time_zone) in REGIONS {
        let id = account(app, &instance, name, time_zone).await?;
        accounts.push(LoadedAccount { id, name: name.to_owned(), token: String::new() });
    }
    let users = users(app, &sample, &accounts).await?;
    for account in &accounts {
        let region = Region { app, account: account.id, name: &account.name, folder, seed, sample: &sample, people: &people };
        region.load(out).await.with_context(|| format!("the account {}", account.name))?;
        // What follows from the history is there at the first look, not a while after the first start.
        work::consumers::catch_up(app, account.id).await.with_context(|| format!("the account {}", account.name))?;
    }
    connect(app, &accounts).await?;
    // On the organization they act for the person who runs all three accounts.
    let scopes = [scope::ALL, scope::ORGANIZATION_READ, scope::ORGANIZATION_CONNECTIONS].map(str::to_owned);
    for account in &mut accounts {
        let cx = Cx::system(app, account.id);
        account.token = token::create_for(app, &cx, GROUP_ADMIN.1, "Sample group", &scopes).await?.text;
    }
    Ok(Loaded { accounts, users })
}

async fn account(app: &App, instance: &Cx, name: &str, time_zone: &str) -> Result<AccountId> {
    let subscriptions: Vec<(Product, Tier)> = Product::ALL.into_iter().map(|product| (product, Tier::Enterprise)).collect();
    let new = app::account::New {
        name: name.to_owned(),
        kind: Kind::Standard,
        location: store::HOME_LOCATION.to_owned(),
        time_zone: time_zone.to_owned(),
        currency: "USD".to_owned(),
        subscriptions: Subscriptions::of(&subscriptions),
        sensitive: false,
    };
    Ok(app::account::create(app, instance, new).await?.id)
}

/// The people of every company, each known to one or several of the regions that do business with it.
fn people_of(sample: &Sample, seed: u64) -> Vec<Person> {
    let mut buyers: BTreeMap<&str, BTreeSet<&'static str>> = BTreeMap::new();
    for (region, _) in REGIONS {
        for opportunity in sample.of_region(region) {
            buyers.entry(opportunity.company.as_str()).or_default().insert(region);
        }
    }
    let of = |(at, company): (usize, &sample::Company)| {
        let regions: Vec<&'static str> = buyers.get(company.name.as_str()).into_iter().flatten().copied().collect();
        people::of_company(seed, at, company, &regions)
    };
    sample.companies.iter().enumerate().flat_map(of).collect()
}

/// Agents sell, managers run their region's account, one person runs all three.
async fn users(app: &App, sample: &Sample, accounts: &[LoadedAccount]) -> Result<Vec<LoadedUser>> {
    let mut users = vec![LoadedUser { email: GROUP_ADMIN.1.to_owned(), password: PASSWORD, accounts: Vec::new() }];
    for account in accounts {
        let seats = [Seat::Core, Seat::Sales];
        add(app, account, GROUP_ADMIN.0, GROUP_ADMIN.1, Role::SuperAdmin, &seats).await?;
        users[0].accounts.push(account.name.clone());
        let mine = || sample.agents.iter().filter(|agent| agent.region == account.name);
        let agents = mine().map(|a| (a.name.as_str(), Role::Standard));
        let managers: BTreeSet<&str> = mine().map(|a| a.manager.as_str()).collect();
        for (name, role) in agents.chain(managers.into_iter().map(|name| (name, Role::SuperAdmin))) {
            let email = email(name);
            add(app, account, name, &email, role, if role == Role::Standard { &seats[1..] } else { &seats }).await?;
            users.push(LoadedUser { email, password: PASSWORD, accounts: vec![account.name.clone()] });
        }
    }
    Ok(users)
}

/// Where a member of the group is reached.
fn email(name: &str) -> String {
    let words: Vec<String> = name.split_whitespace().map(sample::letters).collect();
    format!("{}@consortio.example", words.join("."))
}

async fn add(app: &App, account: &LoadedAccount, name: &str, email: &str, role: Role, seats: &[Seat]) -> Result<()> {
    let wanted = user::Wanted {
        email: email.to_owned(),
        name: name.to_owned(),
        locale: None,
        role,
        seats: seats.iter().copied().collect(),
        permission_set: None,
        password: Some(PASSWORD.to_owned()),
    };
    user::create(app, &Cx::system(app, account.id), wanted).await.with_context(|| email.to_owned())?;
    Ok(())
}

/// One organization of the three, mirroring between each two, both ways.
async fn connect(app: &App, accounts: &[LoadedAccount]) -> Result<()> {
    let Some((first, others)) = accounts.split_first() else { return Ok(()) };
    let cx = Cx::system(app, first.id);
    let new = organization::New {
        name: "Consortio Hardware Group".to_owned(),
        accounts: others.iter().map(|account| account.id).collect(),
        invited: Vec::new(),
        acknowledged_text_version: IMPACT_TEXT_VERSION.to_owned(),
        policy: Policy::parity(),
        proof: None,
    };
    let made = organization::create(app, &cx, new).await?.organization;
    let terms = Terms {
        purpose: Some(
            "One service for customers of the group: whoever answers the phone knows what the sister companies did.".to_owned(),
        ),
        legal_basis: Some(LegalBasis::LegitimateInterests),
        legal_basis_text: Some(
            "Interests of the group's customers in not having to tell everything twice; weighed in 2026.".to_owned(),
        ),
        ..Terms::default()
    };
    let mirroring = BTreeSet::from([Feature::Mirroring]);
    connection::apply(app, &cx, made.id, Template::Everyone, &mirroring, Some(&terms)).await?;
    Ok(())
}
