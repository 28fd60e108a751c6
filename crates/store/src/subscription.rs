//! What accounts pay for, what they ordered, and their invoices. All of it is in the directory: every function wants a
//! transaction on the home database.

use crate::engine::{Result, Row, StoreError, json};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::billing::Subscription;
use model::billing::invoice::{Invoice, Terms};
use model::billing::placed::Placed;
use model::id::AccountId;

/// The one row of `billing`.
const ROW: i64 = 1;

/// The subscription of an account; nothing while it never had one with a term.
pub async fn read(tx: &mut Tx, account: AccountId) -> Result<Option<Subscription>> {
    let sql = "SELECT subscription FROM subscription WHERE account_id = $1";
    tx.query_opt(sql, &[account.into()]).await?.map(|mut row| row.json(0)).transpose()
}

/// Writes the subscription of an account, whose row must be locked.
pub async fn put(tx: &mut WriteTx, account: AccountId, subscription: &Subscription, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO subscription (account_id, subscription, term_end, updated_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (account_id) DO UPDATE SET subscription = excluded.subscription, term_end = excluded.term_end,
               updated_at = excluded.updated_at";
    let term_end = subscription.lives().then_some(subscription.term_end);
    tx.execute(sql, &[account.into(), json(subscription)?, term_end.into(), at.into()]).await?;
    Ok(())
}

/// Subscriptions whose term ends after one time and not after another, earliest first.
pub async fn ending(tx: &mut Tx, after: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<(AccountId, Subscription)>> {
    let sql = "SELECT account_id, subscription FROM subscription WHERE term_end > $1 AND term_end <= $2 ORDER BY term_end, account_id LIMIT $3";
    let rows = tx.query(sql, &[after.into(), until.into(), limit.into()]).await?;
    rows.into_iter().map(|mut row| Ok((AccountId(row.int(0)?), row.json(1)?))).collect()
}

/// Keeps an order. Its id comes from [`WriteTx::take_ids`].
pub async fn put_order(tx: &mut WriteTx, account: AccountId, id: i64, placed: &Placed) -> Result<()> {
    let sql = "INSERT INTO subscription_order (account_id, id, at, placed) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, &[account.into(), id.into(), placed.at.into(), json(placed)?]).await?;
    Ok(())
}

/// Orders of an account, newest first.
pub async fn orders(tx: &mut Tx, account: AccountId, limit: usize) -> Result<Vec<(i64, Placed)>> {
    let sql = "SELECT id, placed FROM subscription_order WHERE account_id = $1 ORDER BY id DESC LIMIT $2";
    let rows = tx.query(sql, &[account.into(), limit.into()]).await?;
    rows.into_iter().map(|mut row| Ok((row.int(0)?, row.json(1)?))).collect()
}

/// How the instance bills; the default while nobody said.
pub async fn terms(tx: &mut Tx) -> Result<Terms> {
    let row = tx.query_opt("SELECT terms FROM billing WHERE id = $1", &[ROW.into()]).await?;
    row.map_or_else(|| Ok(Terms::default()), |mut row| row.json(0))
}

/// Writes how the instance bills.
pub async fn put_terms(tx: &mut WriteTx, terms: &Terms) -> Result<()> {
    let sql =
        "INSERT INTO billing (id, terms, invoice_head) VALUES ($1, $2, 0) ON CONFLICT (id) DO UPDATE SET terms = excluded.terms";
    tx.execute(sql, &[ROW.into(), json(terms)?]).await?;
    Ok(())
}

/// Gives an invoice the next number of the instance and keeps it. The number is gone for others when the transaction commits,
/// and not taken when it does not: the row lock orders who issues at the same moment.
pub async fn issue(tx: &mut WriteTx, invoice: Invoice) -> Result<Invoice> {
    let raise = "UPDATE billing SET invoice_head = invoice_head + 1 WHERE id = $1 RETURNING invoice_head";
    let row = match tx.query_opt(raise, &[ROW.into()]).await? {
        Some(row) => Some(row),
        None => {
            put_terms(tx, &Terms::default()).await?;
            tx.query_opt(raise, &[ROW.into()]).await?
        }
    };
    let number = row.ok_or_else(|| StoreError::Broken("there is no row that numbers invoices".to_owned()))?.int(0)?;
    let invoice = Invoice { number, ..invoice };
    let sql = "INSERT INTO invoice (account_id, number, issued_at, invoice) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, &[invoice.account.into(), number.into(), invoice.issued_at.into(), json(&invoice)?]).await?;
    Ok(invoice)
}

/// Writes that an invoice was paid: the only thing of it that changes.
pub async fn save_invoice(tx: &mut WriteTx, invoice: &Invoice) -> Result<()> {
    let sql = "UPDATE invoice SET invoice = $3 WHERE account_id = $1 AND number = $2";
    tx.execute(sql, &[invoice.account.into(), invoice.number.into(), json(invoice)?]).await?;
    Ok(())
}

fn invoice(mut row: Row) -> Result<Invoice> {
    row.json(0)
}

/// One invoice of an account.
pub async fn read_invoice(tx: &mut Tx, account: AccountId, number: i64) -> Result<Option<Invoice>> {
    let sql = "SELECT invoice FROM invoice WHERE account_id = $1 AND number = $2";
    tx.query_opt(sql, &[account.into(), number.into()]).await?.map(invoice).transpose()
}

/// One invoice of an account, locked until the transaction ends.
pub async fn lock_invoice(tx: &mut WriteTx, account: AccountId, number: i64) -> Result<Option<Invoice>> {
    let sql = "SELECT invoice FROM invoice WHERE account_id = $1 AND number = $2 {for_update}";
    tx.query_opt(sql, &[account.into(), number.into()]).await?.map(invoice).transpose()
}

/// Invoices of an account, newest first, older than a number.
pub async fn invoices(tx: &mut Tx, account: AccountId, before: i64, limit: usize) -> Result<Vec<Invoice>> {
    let sql = "SELECT invoice FROM invoice WHERE account_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3";
    tx.query(sql, &[account.into(), before.into(), limit.into()]).await?.into_iter().map(invoice).collect()
}
