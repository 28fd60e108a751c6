//! Offers of membership. All in the directory.

use crate::engine::{Result, Row, StoreError};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::{AccountId, OfferId, OrganizationId, PersonId};
use model::organization::offer::{Offer, State};

const COLUMNS: &str = "id, organization_id, account_id, state, offered_by, offered_at, expires_at, answered_at";

pub async fn create(tx: &mut WriteTx, offer: &Offer) -> Result<()> {
    let columns = ["id", "organization_id", "account_id", "state", "offered_by", "offered_at", "expires_at"];
    let row = vec![
        offer.id.into(),
        offer.organization.into(),
        offer.account.into(),
        offer.state.name().into(),
        offer.by.into(),
        offer.at.into(),
        offer.expires_at.into(),
    ];
    tx.insert_many("organization_offer", &columns, &[row], "").await?;
    Ok(())
}

pub async fn read(tx: &mut Tx, id: OfferId) -> Result<Option<Offer>> {
    let sql = format!("SELECT {COLUMNS} FROM organization_offer WHERE id = $1");
    tx.query_opt(&sql, &[id.into()]).await?.map(offer).transpose()
}

/// The offers of an organization, the newest first.
pub async fn of_organization(tx: &mut Tx, id: OrganizationId, limit: usize) -> Result<Vec<Offer>> {
    let sql = format!("SELECT {COLUMNS} FROM organization_offer WHERE organization_id = $1 ORDER BY id DESC LIMIT $2");
    tx.query(&sql, &[id.into(), limit.into()]).await?.into_iter().map(offer).collect()
}

/// Offers an account has not answered, the newest first; some may be over by now.
pub async fn to_account(tx: &mut Tx, account: AccountId, limit: usize) -> Result<Vec<Offer>> {
    let sql =
        format!("SELECT {COLUMNS} FROM organization_offer WHERE account_id = $1 AND state = 'offered' ORDER BY id DESC LIMIT $2");
    tx.query(&sql, &[account.into(), limit.into()]).await?.into_iter().map(offer).collect()
}

/// How many offers of an organization wait, and how many it made after a time.
pub async fn counts(tx: &mut Tx, id: OrganizationId, since: Timestamp) -> Result<(usize, usize)> {
    let count = async |tx: &mut Tx, condition: &str, params: &[crate::engine::Value]| {
        let sql = format!("SELECT COUNT(*) FROM organization_offer WHERE organization_id = $1 AND {condition}");
        let row = tx.query_opt(&sql, params).await?;
        row.map_or(Ok(0), |mut row| Ok(usize::try_from(row.int(0)?).unwrap_or(0)))
    };
    let waiting = count(tx, "state = 'offered'", &[id.into()]).await?;
    Ok((waiting, count(tx, "offered_at > $2", &[id.into(), since.into()]).await?))
}

/// Gives an offer that still waits another state; `false` when somebody else was faster.
pub async fn answer(tx: &mut WriteTx, id: OfferId, state: State, by: Option<PersonId>, at: Timestamp) -> Result<bool> {
    let sql = "UPDATE organization_offer SET state = $2, answered_by = $3, answered_at = $4 WHERE id = $1 AND state = 'offered'";
    Ok(tx.execute(sql, &[id.into(), state.name().into(), by.into(), at.into()]).await? == 1)
}

/// Offers that still wait though their days are over.
pub async fn over(tx: &mut Tx, now: Timestamp, limit: usize) -> Result<Vec<Offer>> {
    let sql =
        format!("SELECT {COLUMNS} FROM organization_offer WHERE state = 'offered' AND expires_at <= $1 ORDER BY id LIMIT $2");
    tx.query(&sql, &[now.into(), limit.into()]).await?.into_iter().map(offer).collect()
}

fn offer(mut row: Row) -> Result<Offer> {
    let word = row.text(3)?;
    Ok(Offer {
        id: OfferId(row.int(0)?),
        organization: OrganizationId(row.int(1)?),
        account: AccountId(row.int(2)?),
        state: State::from_name(&word).ok_or_else(|| StoreError::Broken(format!("\"{word}\" is no state of an offer")))?,
        by: row.int_opt(4)?.map(PersonId),
        at: row.time(5)?,
        expires_at: row.time(6)?,
        answered_at: row.time_opt(7)?,
    })
}
