//! `consortio feed`

use super::find_account;
use crate::cli;
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome};
use anyhow::Result;
use app::consumer::{self, Listed};
use app::cx::{App, Cx};
use model::id::{AccountId, RecordId};
use serde::Serialize;
use work::consumers;

/// What the instance's own feed is called among accounts.
const INSTANCE: &str = "0";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    account: AccountId,
    consumer: String,
    change: i64,
    record: Option<RecordId>,
    attempts: i64,
    parked_at: String,
    reason: String,
}

impl Shown {
    fn of(account: AccountId, Listed { consumer, parked }: Listed) -> Shown {
        Shown {
            account,
            consumer,
            change: parked.seq,
            record: parked.record,
            attempts: parked.n_attempts,
            parked_at: parked.parked_at.to_string(),
            reason: parked.reason,
        }
    }
}

fn words(shown: &Shown) -> String {
    let record = shown.record.map_or_else(String::new, |id| id.to_string());
    format!("{:<8} {:<12} {:<10} {:<10} {}", shown.account, shown.consumer, shown.change, record, shown.reason)
}

pub async fn run(config: &Config, out: Out, command: cli::Feed) -> Result<Outcome> {
    let app = instance::open(config).await?;
    match command {
        cli::Feed::Parked { account } => {
            let mut all = Vec::new();
            for cx in accounts(&app, account.as_deref()).await? {
                let listed = consumer::list_parked(&app, &cx, consumers::NAMES).await?;
                all.extend(listed.into_iter().map(|one| Shown::of(cx.account, one)));
            }
            out.result(&all, || all.iter().map(words).collect::<Vec<_>>().join("\n"))?;
        }
        cli::Feed::Retry { account, consumer, change } => {
            let cx = find(&app, &account).await?;
            let retried = consumers::retry(&app, &cx, &consumer, change).await?;
            let shown = serde_json::json!({"done": retried.n_done, "left": retried.n_left});
            out.result(&shown, || format!("{} carried out, {} still parked", retried.n_done, retried.n_left))?;
            return Ok(if retried.n_left == 0 { Outcome::Done } else { Outcome::Remarks });
        }
        cli::Feed::Drop { account, consumer, change } => {
            let cx = find(&app, &account).await?;
            consumer::drop_parked(&app, &cx, &consumer, change).await?;
            out.result(&serde_json::json!({"dropped": change}), || format!("change {change} is given up"))?;
        }
    }
    Ok(Outcome::Done)
}

async fn accounts(app: &App, named: Option<&str>) -> Result<Vec<Cx>> {
    match named {
        Some(name) => Ok(vec![find(app, name).await?]),
        None => {
            let all = app::account::all(app).await?.into_iter().chain([store::INSTANCE]);
            Ok(all.map(|account| Cx::system(app, account)).collect())
        }
    }
}

/// An account, or the instance itself.
async fn find(app: &App, named: &str) -> Result<Cx> {
    if named == INSTANCE { Ok(Cx::system(app, store::INSTANCE)) } else { find_account(app, named).await }
}
