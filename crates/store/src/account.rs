//! Accounts, their users and permission sets. They are in the directory: every function wants a transaction on the home
//! database ([`Store::read_home`](crate::Store::read_home), [`Store::write_home`](crate::Store::write_home)).

use crate::engine::{Result, Row, json};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::account::{Account, AccountUser, PermissionSet};
use model::id::{AccountId, OwnerId, PermissionSetId, PersonId};

const COLUMNS: &str =
    "account.id, account.name, account.kind, account.status, account.location, account.time_zone, account.currency,
     account.sensitive, account.subscriptions, account.created_at";
/// How many columns [`COLUMNS`] are.
const N_COLUMNS: usize = 10;
const USER_COLUMNS: &str = "account_user.account_id, account_user.person_id, account_user.owner_id, account_user.role,
     account_user.permission_set_id, account_user.seats, account_user.status";

/// Reads an account from a row whose account columns begin at `first`.
pub(crate) fn account(row: &mut Row, first: usize) -> Result<Account> {
    Ok(Account {
        id: AccountId(row.int(first)?),
        name: row.text(first + 1)?,
        kind: row.named(first + 2)?,
        status: row.named(first + 3)?,
        location: row.text(first + 4)?,
        time_zone: row.text(first + 5)?,
        currency: row.text(first + 6)?,
        sensitive: row.flag(first + 7)?,
        subscriptions: row.json(first + 8)?,
        created_at: row.time(first + 9)?,
    })
}

fn user(row: &mut Row, first: usize) -> Result<AccountUser> {
    Ok(AccountUser {
        account: AccountId(row.int(first)?),
        person: PersonId(row.int(first + 1)?),
        owner: OwnerId(row.int(first + 2)?),
        role: row.named(first + 3)?,
        permission_set: row.int_opt(first + 4)?.map(PermissionSetId),
        seats: row.json(first + 5)?,
        status: row.named(first + 6)?,
    })
}

/// Adds an account. Its id comes from [`WriteTx::take_ids`].
pub async fn create(tx: &mut WriteTx, account: &Account) -> Result<()> {
    let sql = "INSERT INTO account (id, name, kind, status, location, time_zone, currency, sensitive, subscriptions, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)";
    let params = [
        account.id.into(),
        (&account.name).into(),
        account.kind.name().into(),
        account.status.name().into(),
        (&account.location).into(),
        (&account.time_zone).into(),
        (&account.currency).into(),
        account.sensitive.into(),
        json(&account.subscriptions)?,
        account.created_at.into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// Writes everything that can change of an account: all but its id, location and time of creation.
pub async fn update(tx: &mut WriteTx, account: &Account, at: Timestamp) -> Result<()> {
    let sql =
        "UPDATE account SET name = $2, kind = $3, status = $4, time_zone = $5, currency = $6, sensitive = $7, subscriptions = $8,
               updated_at = $9 WHERE id = $1";
    let params = [
        account.id.into(),
        (&account.name).into(),
        account.kind.name().into(),
        account.status.name().into(),
        (&account.time_zone).into(),
        (&account.currency).into(),
        account.sensitive.into(),
        json(&account.subscriptions)?,
        at.into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// One account.
pub async fn read(tx: &mut Tx, id: AccountId) -> Result<Option<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE id = $1");
    tx.query_opt(&sql, &[id.into()]).await?.map(|mut row| account(&mut row, 0)).transpose()
}

/// One account, locked until the transaction ends.
pub async fn lock(tx: &mut WriteTx, id: AccountId) -> Result<Option<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE id = $1 {{for_update}}");
    tx.query_opt(&sql, &[id.into()]).await?.map(|mut row| account(&mut row, 0)).transpose()
}

/// Accounts after an id, in the order of ids.
pub async fn list(tx: &mut Tx, after: AccountId, limit: usize) -> Result<Vec<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE id > $1 ORDER BY id LIMIT $2");
    tx.query(&sql, &[after.into(), limit.into()]).await?.iter_mut().map(|row| account(row, 0)).collect()
}

/// Every account a person is a user of, deactivated users included, in the order of names.
pub async fn of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<(Account, AccountUser)>> {
    let sql = format!(
        "SELECT {COLUMNS}, {USER_COLUMNS} FROM account_user JOIN account ON account.id = account_user.account_id
         WHERE account_user.person_id = $1 ORDER BY account.name, account.id"
    );
    let rows = tx.query(&sql, &[person.into()]).await?;
    rows.into_iter().map(|mut row| Ok((account(&mut row, 0)?, user(&mut row, N_COLUMNS)?))).collect()
}

/// Makes or replaces a user of an account.
pub async fn put_user(tx: &mut WriteTx, user: &AccountUser, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO account_user (account_id, person_id, owner_id, role, permission_set_id, seats, status, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
               ON CONFLICT (account_id, person_id) DO UPDATE SET role = excluded.role, permission_set_id = excluded.permission_set_id,
               seats = excluded.seats, status = excluded.status, updated_at = excluded.updated_at";
    let params = [
        user.account.into(),
        user.person.into(),
        user.owner.into(),
        user.role.name().into(),
        user.permission_set.into(),
        json(&user.seats)?,
        user.status.name().into(),
        at.into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// Takes a person out of an account; whether she was in it.
pub async fn remove_user(tx: &mut WriteTx, account: AccountId, person: PersonId) -> Result<bool> {
    let sql = "DELETE FROM account_user WHERE account_id = $1 AND person_id = $2";
    Ok(tx.execute(sql, &[account.into(), person.into()]).await? > 0)
}

/// One user of an account.
pub async fn read_user(tx: &mut Tx, account: AccountId, person: PersonId) -> Result<Option<AccountUser>> {
    let sql = format!("SELECT {USER_COLUMNS} FROM account_user WHERE account_id = $1 AND person_id = $2");
    tx.query_opt(&sql, &[account.into(), person.into()]).await?.map(|mut row| user(&mut row, 0)).transpose()
}

/// All users of an account, in the order of persons.
pub async fn users(tx: &mut Tx, account: AccountId) -> Result<Vec<AccountUser>> {
    let sql = format!("SELECT {USER_COLUMNS} FROM account_user WHERE account_id = $1 ORDER BY person_id");
    tx.query(&sql, &[account.into()]).await?.iter_mut().map(|row| user(row, 0)).collect()
}

/// Makes or replaces a permission set of an account.
pub async fn put_permission_set(tx: &mut WriteTx, account: AccountId, set: &PermissionSet) -> Result<()> {
    let sql = "INSERT INTO permission_set (account_id, id, name, permissions) VALUES ($1, $2, $3, $4)
               ON CONFLICT (account_id, id) DO UPDATE SET name = excluded.name, permissions = excluded.permissions";
    tx.execute(sql, &[account.into(), set.id.into(), (&set.name).into(), json(&set.permissions)?]).await?;
    Ok(())
}

/// One permission set of an account.
pub async fn read_permission_set(tx: &mut Tx, account: AccountId, id: PermissionSetId) -> Result<Option<PermissionSet>> {
    let sql = "SELECT id, name, permissions FROM permission_set WHERE account_id = $1 AND id = $2";
    tx.query_opt(sql, &[account.into(), id.into()]).await?.map(permission_set).transpose()
}

/// The permission sets of an account, in the order of names.
pub async fn permission_sets(tx: &mut Tx, account: AccountId) -> Result<Vec<PermissionSet>> {
    let sql = "SELECT id, name, permissions FROM permission_set WHERE account_id = $1 ORDER BY name, id";
    tx.query(sql, &[account.into()]).await?.into_iter().map(permission_set).collect()
}

/// Takes a permission set away; whether it was there. Users who hold it are the caller's business.
pub async fn delete_permission_set(tx: &mut WriteTx, account: AccountId, id: PermissionSetId) -> Result<bool> {
    let sql = "DELETE FROM permission_set WHERE account_id = $1 AND id = $2";
    Ok(tx.execute(sql, &[account.into(), id.into()]).await? > 0)
}

fn permission_set(mut row: Row) -> Result<PermissionSet> {
    Ok(PermissionSet { id: PermissionSetId(row.int(0)?), name: row.text(1)?, permissions: row.json(2)? })
}
