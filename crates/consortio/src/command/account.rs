//! `consortio account`

use super::{find_account, word};
use crate::cli::{self, AccountCreate, AccountUpdate};
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome, Usage};
use anyhow::Result;
use app::account::{New, Patch};
use app::cx::{App, Cx};
use model::account::{Account, Product, Subscriptions, Tier};
use model::id::AccountId;
use serde::Serialize;

const PAGE: usize = 500;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: AccountId,
    name: String,
    kind: &'static str,
    status: &'static str,
    location: String,
    time_zone: String,
    currency: String,
    sensitive: bool,
    subscriptions: Vec<String>,
}

impl From<Account> for Shown {
    fn from(account: Account) -> Shown {
        let tier = |product: &Product| format!("{}={}", product.name(), account.subscriptions.tier(*product).name());
        Shown {
            id: account.id,
            subscriptions: Product::ALL.iter().map(tier).collect(),
            name: account.name,
            kind: account.kind.name(),
            status: account.status.name(),
            location: account.location,
            time_zone: account.time_zone,
            currency: account.currency,
            sensitive: account.sensitive,
        }
    }
}

pub async fn run(config: &Config, out: Out, command: cli::Account) -> Result<Outcome> {
    let app = instance::open(config).await?;
    let is_new = matches!(command, cli::Account::Create(_));
    let shown = match command {
        cli::Account::List => return list(&app, out).await,
        cli::Account::Create(args) => create(&app, args).await?,
        cli::Account::Update(args) => update(&app, args).await?,
        cli::Account::Subscription(args) => return super::billing::subscription(&app, out, args).await,
        cli::Account::Seats(args) => return super::billing::seats(&app, out, args).await,
        cli::Account::Invoices(args) => return super::billing::invoices(&app, out, args).await,
        cli::Account::Contacts(args) => return super::contacts::run(&app, out, args).await,
        cli::Account::Disclosures { account, before } => return super::disclosures::run(&app, out, &account, before).await,
        cli::Account::SignInPolicy(args) => return super::security::policy(&app, out, args).await,
        cli::Account::SecurityHistory(args) => return super::security::history(&app, out, args).await,
    };
    if is_new && find_account(&app, &shown.name).await.is_err() {
        // On standard error, so that the result stays what scripts expect.
        eprintln!(
            "consortio: another account is called \"{}\" too: commands name this one by --account {}",
            shown.name, shown.id
        );
    }
    out.result(&shown, || words(&shown))?;
    Ok(Outcome::Done)
}

fn words(shown: &Shown) -> String {
    format!("{:<8} {:<24} {:<10} {:<12} {}", shown.id, shown.name, shown.kind, shown.status, shown.location)
}

async fn list(app: &App, out: Out) -> Result<Outcome> {
    let cx = Cx::system(app, store::INSTANCE);
    let mut all: Vec<Shown> = Vec::new();
    loop {
        let after = all.last().map_or(AccountId(0), |shown| shown.id);
        let page = app::account::list(app, &cx, after, PAGE).await?;
        if page.is_empty() {
            break;
        }
        all.extend(page.into_iter().map(Shown::from));
    }
    out.result(&all, || all.iter().map(words).collect::<Vec<_>>().join("\n"))?;
    Ok(Outcome::Done)
}

async fn create(app: &App, args: AccountCreate) -> Result<Shown> {
    let new = New {
        name: args.name,
        kind: word("--kind", &args.kind)?,
        location: args.location,
        time_zone: args.time_zone,
        currency: args.currency,
        subscriptions: subscriptions(&args.subscriptions)?,
        sensitive: args.sensitive,
    };
    Ok(app::account::create(app, &Cx::system(app, store::INSTANCE), new).await?.into())
}

async fn update(app: &App, args: AccountUpdate) -> Result<Shown> {
    let cx = find_account(app, &args.account).await?;
    let bought = if args.subscriptions.is_empty() { None } else { Some(subscriptions(&args.subscriptions)?) };
    let patch = Patch {
        name: args.name,
        time_zone: args.time_zone,
        currency: args.currency,
        subscriptions: bought,
        status: args.status.map(|status| word("--status", &status)).transpose()?,
        ..Patch::default()
    };
    Ok(app::account::update(app, &cx, patch).await?.into())
}

pub(super) fn subscriptions(pairs: &[String]) -> Result<Subscriptions> {
    let mut bought: Vec<(Product, Tier)> = Vec::new();
    for pair in pairs {
        let (product, tier) =
            pair.split_once('=').ok_or_else(|| Usage(format!("--subscription \"{pair}\" is not PRODUCT=TIER")))?;
        let tier: Tier = word("--subscription", tier)?;
        match product {
            "all" => bought.extend(Product::ALL.map(|product| (product, tier))),
            one => bought.push((word("--subscription", one)?, tier)),
        }
    }
    Ok(Subscriptions::of(&bought))
}
