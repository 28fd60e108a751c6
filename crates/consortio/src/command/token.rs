//! `consortio token`

use super::find_account;
use crate::cli;
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome, Usage};
use anyhow::Result;
use app::token;
use model::id::TokenId;
use model::identity::token::ServiceToken;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: TokenId,
    name: String,
    scopes: Vec<String>,
    hint: String,
    created_at: String,
    last_used_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl Shown {
    fn of(token: ServiceToken, text: Option<String>) -> Shown {
        Shown {
            id: token.id,
            name: token.name,
            scopes: token.scopes,
            hint: token.hint,
            created_at: token.created_at.to_string(),
            last_used_at: token.last_used_at.map(|at| at.to_string()),
            token: text,
        }
    }
}

fn words(shown: &Shown) -> String {
    match &shown.token {
        Some(text) => text.clone(),
        None => format!("{:<8} {:<24} {:<12} {}", shown.id, shown.name, shown.hint, shown.scopes.join(" ")),
    }
}

pub async fn run(config: &Config, out: Out, command: cli::Token) -> Result<Outcome> {
    let app = instance::open(config).await?;
    match command {
        cli::Token::List { account } => {
            let cx = find_account(&app, &account).await?;
            let all: Vec<Shown> = token::list(&app, &cx).await?.into_iter().map(|t| Shown::of(t, None)).collect();
            out.result(&all, || match all.is_empty() {
                true => "no tokens".to_owned(),
                false => all.iter().map(words).collect::<Vec<_>>().join("\n"),
            })?;
        }
        cli::Token::Create { account, name, scopes, acts_for } => {
            let cx = find_account(&app, &account).await?;
            let created = match acts_for {
                Some(email) => token::create_for(&app, &cx, &email, &name, &scopes).await?,
                None => token::create(&app, &cx, &name, &scopes).await?,
            };
            let shown = Shown::of(created.token, Some(created.text));
            out.result(&shown, || words(&shown))?;
        }
        cli::Token::Revoke { account, id } => {
            let cx = find_account(&app, &account).await?;
            let id: TokenId = id.parse().map_err(|e: model::id::NotAnId| Usage(e.to_string()))?;
            token::revoke(&app, &cx, id).await?;
            out.result(&serde_json::json!({"revoked": id}), || format!("token {id} is refused from now on"))?;
        }
    }
    Ok(Outcome::Done)
}
