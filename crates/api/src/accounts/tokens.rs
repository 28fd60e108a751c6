//! Service tokens of the current account.

use crate::call::Call;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::token;
use model::identity::scope;
use model::identity::token::ServiceToken;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::scalar::{Id, Time};

const TAG: &str = "Accounts";
/// The scope a token needs.
const SCOPE: &str = "tokens.manage";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/accounts/v1/tokens", "token.list", Access::Account(SCOPE), list)
            .about(TAG, "The account's service tokens, oldest first, with every scope that can be asked for.")
            .reply::<Tokens>(200),
        Route::post("/accounts/v1/tokens", "token.create", Access::Account(SCOPE), create)
            .about(TAG, "Makes a service token. Its text is in this answer and nowhere else.")
            .body::<NewToken>()
            .reply::<Token>(201),
        Route::delete("/accounts/v1/tokens/{tokenId}", "token.revoke", Access::Account(SCOPE), revoke)
            .about(TAG, "Takes a token's right away.")
            .empty(204),
    ]
}

/// Tokens.
#[derive(Serialize, JsonSchema)]
struct Tokens {
    results: Vec<Token>,
    scopes: Vec<String>,
}

/// A service token.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Token {
    id: Id,
    name: String,
    scopes: Vec<String>,
    created_at: Time,
    /// To the minute.
    last_used_at: Option<Time>,
    /// Its beginning and end.
    hint: String,
    /// The text itself, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// A token to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    name: String,
    scopes: Vec<String>,
}

fn shown(token: ServiceToken, text: Option<String>) -> Token {
    Token {
        id: Id(token.id.0),
        name: token.name,
        scopes: token.scopes,
        created_at: Time(token.created_at),
        last_used_at: token.last_used_at.map(Time),
        hint: token.hint,
        token: text,
    }
}

async fn list(call: Call) -> Answer {
    let tokens = token::list(call.app(), call.cx()).await?;
    let results = tokens.into_iter().map(|token| shown(token, None)).collect();
    Ok(reply::ok(&Tokens { results, scopes: scope::list() }))
}

async fn create(mut call: Call) -> Answer {
    let body: NewToken = call.json().await?;
    let created = token::create(call.app(), call.cx(), &body.name, &body.scopes).await?;
    Ok(reply::created(&shown(created.token, Some(created.text))))
}

async fn revoke(call: Call) -> Answer {
    token::revoke(call.app(), call.cx(), call.id("tokenId")?).await?;
    Ok(reply::empty())
}
