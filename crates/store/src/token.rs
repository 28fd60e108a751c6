//! Service tokens, in the directory: by the hash of their text, and as the list of an account.

use crate::engine::{Result, Row, json};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::account::Status;
use model::id::{AccountId, PersonId, TokenId};
use model::identity::token::ServiceToken;
use std::collections::{BTreeMap, BTreeSet};

/// What a request with a token needs to know, in one read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    pub token: TokenId,
    pub account: AccountId,
    pub account_status: Status,
    pub scopes: Vec<String>,
    pub created_by: Option<PersonId>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// Whose token has this hash.
pub async fn bearer(tx: &mut Tx, token_hash: &str) -> Result<Option<Bearer>> {
    let sql = "SELECT t.id, t.account_id, a.status, t.scopes, t.created_by, t.last_used_at, t.revoked_at
               FROM service_token t JOIN account a ON a.id = t.account_id WHERE t.token_hash = $1";
    let Some(mut row) = tx.query_opt(sql, &[token_hash.into()]).await? else { return Ok(None) };
    Ok(Some(Bearer {
        token: TokenId(row.int(0)?),
        account: AccountId(row.int(1)?),
        account_status: row.named(2)?,
        scopes: row.json(3)?,
        created_by: row.int_opt(4)?.map(PersonId),
        last_used_at: row.time_opt(5)?,
        revoked_at: row.time_opt(6)?,
    }))
}

/// The names of tokens, also of those that were revoked: for saying which one did something.
pub async fn names(tx: &mut Tx, tokens: &BTreeSet<TokenId>) -> Result<BTreeMap<TokenId, String>> {
    let mut names = BTreeMap::new();
    for token in tokens {
        if let Some(mut row) = tx.query_opt("SELECT name FROM service_token WHERE id = $1", &[(*token).into()]).await? {
            names.insert(*token, row.text(0)?);
        }
    }
    Ok(names)
}

pub async fn create(tx: &mut WriteTx, token: &ServiceToken, token_hash: &str) -> Result<()> {
    let sql = "INSERT INTO service_token (id, account_id, name, token_hash, hint, scopes, created_by, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        token.id.into(),
        token.account.into(),
        (&token.name).into(),
        token_hash.into(),
        (&token.hint).into(),
        json(&token.scopes)?,
        token.created_by.into(),
        token.created_at.into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

const SELECT: &str =
    "SELECT id, account_id, name, scopes, hint, created_by, created_at, last_used_at, revoked_at FROM service_token";

fn decode(mut row: Row) -> Result<ServiceToken> {
    Ok(ServiceToken {
        id: TokenId(row.int(0)?),
        account: AccountId(row.int(1)?),
        name: row.text(2)?,
        scopes: row.json(3)?,
        hint: row.text(4)?,
        created_by: row.int_opt(5)?.map(PersonId),
        created_at: row.time(6)?,
        last_used_at: row.time_opt(7)?,
        revoked_at: row.time_opt(8)?,
    })
}

/// The account's tokens that work, oldest first. There are at most [`model::limits::TOKENS_MAX`].
pub async fn list(tx: &mut Tx, account: AccountId) -> Result<Vec<ServiceToken>> {
    let sql = format!("{SELECT} WHERE account_id = $1 AND revoked_at IS NULL ORDER BY id");
    tx.query(&sql, &[account.into()]).await?.into_iter().map(decode).collect()
}

/// Takes a token's right away; whether it was there and worked.
pub async fn revoke(tx: &mut WriteTx, account: AccountId, id: TokenId, at: Timestamp) -> Result<bool> {
    let sql = "UPDATE service_token SET revoked_at = $3 WHERE account_id = $1 AND id = $2 AND revoked_at IS NULL";
    Ok(tx.execute(sql, &[account.into(), id.into(), at.into()]).await? == 1)
}

/// Notes that a token was used.
pub async fn set_used(tx: &mut WriteTx, id: TokenId, at: Timestamp) -> Result<()> {
    let sql = "UPDATE service_token SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
    tx.execute(sql, &[id.into(), at.into()]).await?;
    Ok(())
}
