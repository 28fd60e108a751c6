//! `consortio account disclosures`: who of other accounts was shown what of this one.

use super::find_account;
use crate::print::{Out, Outcome};
use anyhow::Result;
use app::cx::App;
use app::disclosure::{self, Disclosure, Items};
use model::id::{AccountId, ConnectionId, PersonId, RecordId, TokenId};
use model::limits::LOG_PAGE_MAX;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: i64,
    at: String,
    viewer: Option<String>,
    viewer_id: Option<PersonId>,
    token_id: Option<TokenId>,
    viewer_account: Option<String>,
    viewer_account_id: AccountId,
    object_type: &'static str,
    record_id: Option<RecordId>,
    record_name: Option<String>,
    record_erased: bool,
    n_items: usize,
    items: Vec<ShownItems>,
    masked: Vec<String>,
    connection_id: ConnectionId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownItems {
    object_type: &'static str,
    n: usize,
    ids: Vec<RecordId>,
}

pub async fn run(app: &App, out: Out, account: &str, before: Option<i64>) -> Result<Outcome> {
    let cx = find_account(app, account).await?;
    let found = disclosure::list(app, &cx, before, LOG_PAGE_MAX).await?;
    let all: Vec<Shown> = found.into_iter().map(Shown::from).collect();
    out.result(&all, || all.iter().map(words).collect::<Vec<_>>().join("\n"))?;
    Ok(Outcome::Done)
}

impl From<Disclosure> for Shown {
    fn from(one: Disclosure) -> Shown {
        Shown {
            id: one.seq,
            at: one.at.to_string(),
            viewer: one.viewer_name,
            viewer_id: one.viewer,
            token_id: one.token,
            viewer_account: one.viewer_account_name,
            viewer_account_id: one.viewer_account,
            object_type: one.record.map_or("", |(object, _)| object.plural()),
            record_id: one.record.map(|(_, id)| id),
            record_name: one.called.name,
            record_erased: one.called.erased,
            n_items: one.n_items,
            items: one.items.into_iter().map(ShownItems::from).collect(),
            masked: one.masked,
            connection_id: one.connection,
        }
    }
}

impl From<Items> for ShownItems {
    fn from(items: Items) -> ShownItems {
        ShownItems { object_type: items.object.plural(), n: items.n, ids: items.ids }
    }
}

fn words(shown: &Shown) -> String {
    let who = shown.viewer.as_deref().unwrap_or("somebody");
    let token = shown.token_id.map_or_else(String::new, |id| format!(" (token {id})"));
    let from = shown.viewer_account.clone().unwrap_or_else(|| shown.viewer_account_id.to_string());
    let id = shown.record_id.map_or_else(String::new, |id| id.to_string());
    let record = match (&shown.record_name, shown.record_erased) {
        (Some(name), _) => format!("\"{name}\""),
        (None, true) => "erased".to_owned(),
        (None, false) => String::new(),
    };
    let items: Vec<String> = shown.items.iter().map(|items| format!("{} {}", items.n, items.object_type)).collect();
    let items = if items.is_empty() { "nothing".to_owned() } else { items.join(", ") };
    format!("{:>6} {:.0} {who}{token} of {from}: {} {id} {record}: {items}", shown.id, shown.at, shown.object_type)
}
