//! People and their secrets, in the directory. A password is here only as its hash, a TOTP secret only sealed.

pub mod passkey;
pub mod recovery;

use crate::engine::{Result, Row};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::{AccountId, PersonId};
use model::identity::person::Person;
use model::identity::sign_in::Enrolled;
use std::collections::BTreeSet;

/// A person with what her proofs are checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub person: Person,
    /// In PHC form.
    pub password_hash: Option<String>,
    /// The sealed secret of her authenticator app.
    pub totp_sealed: Option<String>,
    pub totp_confirmed_at: Option<Timestamp>,
    /// The newest time step that was used; neither it nor an older one is accepted again.
    pub totp_last_step: Option<i64>,
    /// When she showed that her address is hers.
    pub email_proved_at: Option<Timestamp>,
    pub n_passkeys: usize,
    /// Unused ones.
    pub n_recovery_codes: usize,
    /// Identity providers that know her.
    pub n_providers: usize,
}

impl Login {
    /// Whether she can sign in at all.
    pub fn is_able(&self) -> bool {
        self.can_prove_herself() || self.n_providers > 0
    }

    /// Whether she can sign in by something that is hers alone.
    pub fn can_prove_herself(&self) -> bool {
        self.password_hash.is_some() || self.n_passkeys > 0
    }

    /// What she can sign in with.
    pub fn enrolled(&self) -> Enrolled {
        Enrolled {
            password: self.password_hash.is_some(),
            totp: self.totp_confirmed_at.is_some(),
            n_passkeys: self.n_passkeys,
            n_recovery_codes: self.n_recovery_codes,
        }
    }
}

const SELECT: &str = "SELECT p.id, p.email, p.name, p.locale, p.webauthn_id, p.default_account_id, p.created_at, p.disabled_at,
       p.password_hash, p.totp_sealed, p.totp_confirmed_at, p.totp_last_step, p.email_proved_at,
       (SELECT COUNT(*) FROM passkey k WHERE k.person_id = p.id),
       (SELECT COUNT(*) FROM recovery_code c WHERE c.person_id = p.id AND c.used_at IS NULL),
       (SELECT COUNT(*) FROM provider_link l WHERE l.person_id = p.id)
     FROM person p";

fn decode(mut row: Row) -> Result<Login> {
    Ok(Login {
        person: person(&mut row)?,
        password_hash: row.text_opt(8)?,
        totp_sealed: row.text_opt(9)?,
        totp_confirmed_at: row.time_opt(10)?,
        totp_last_step: row.int_opt(11)?,
        email_proved_at: row.time_opt(12)?,
        n_passkeys: usize::try_from(row.int(13)?).unwrap_or_default(),
        n_recovery_codes: usize::try_from(row.int(14)?).unwrap_or_default(),
        n_providers: usize::try_from(row.int(15)?).unwrap_or_default(),
    })
}

fn person(row: &mut Row) -> Result<Person> {
    Ok(Person {
        id: PersonId(row.int(0)?),
        email: row.text(1)?,
        name: row.text(2)?,
        locale: row.text(3)?,
        webauthn_id: row.text(4)?,
        default_account: row.int_opt(5)?.map(AccountId),
        created_at: row.time(6)?,
        disabled_at: row.time_opt(7)?,
    })
}

/// Adds a person. Two with the same folded address are refused as [`StoreError::Unique`](crate::StoreError::Unique).
pub async fn create(tx: &mut WriteTx, person: &Person, email_folded: &str, password_hash: Option<&str>) -> Result<()> {
    let sql = "INSERT INTO person (id, email, email_folded, name, locale, webauthn_id, password_hash, default_account_id, created_at, disabled_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = [
        person.id.into(),
        (&person.email).into(),
        email_folded.into(),
        (&person.name).into(),
        (&person.locale).into(),
        (&person.webauthn_id).into(),
        password_hash.into(),
        person.default_account.into(),
        person.created_at.into(),
        person.disabled_at.into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// One person.
pub async fn read(tx: &mut Tx, id: PersonId) -> Result<Option<Login>> {
    tx.query_opt(&format!("{SELECT} WHERE p.id = $1"), &[id.into()]).await?.map(decode).transpose()
}

/// One person, locked until the transaction ends.
pub async fn lock(tx: &mut WriteTx, id: PersonId) -> Result<Option<Login>> {
    tx.query_opt("SELECT id FROM person WHERE id = $1 {for_update}", &[id.into()]).await?;
    read(tx, id).await
}

/// Who signs in with this address.
pub async fn by_email(tx: &mut Tx, email_folded: &str) -> Result<Option<Login>> {
    tx.query_opt(&format!("{SELECT} WHERE p.email_folded = $1"), &[email_folded.into()]).await?.map(decode).transpose()
}

/// The people of an account, in the order of their ids.
pub async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Person>> {
    let sql = "SELECT p.id, p.email, p.name, p.locale, p.webauthn_id, p.default_account_id, p.created_at, p.disabled_at
               FROM account_user u JOIN person p ON p.id = u.person_id WHERE u.account_id = $1 ORDER BY p.id";
    tx.query(sql, &[account.into()]).await?.iter_mut().map(person).collect()
}

/// Whether the instance has anybody.
pub async fn any(tx: &mut Tx) -> Result<bool> {
    Ok(tx.query_opt("SELECT id FROM person LIMIT 1", &[]).await?.is_some())
}

/// Writes what a person says of herself and whether she may sign in: all but her address and her secrets.
pub async fn update(tx: &mut WriteTx, person: &Person) -> Result<()> {
    let sql = "UPDATE person SET name = $2, locale = $3, default_account_id = $4, disabled_at = $5 WHERE id = $1";
    let values = [
        person.id.into(),
        (&person.name).into(),
        (&person.locale).into(),
        person.default_account.into(),
        person.disabled_at.into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// Removes a person and everything that proves she is she.
pub async fn delete(tx: &mut WriteTx, id: PersonId) -> Result<()> {
    for table in [
        "session",
        "challenge",
        "step_up_proof",
        "passkey",
        "recovery_code",
        "provider_link",
        "pinned_account",
        "provisioned_person",
        "provisioned_member",
        "provisioned_access",
        "second_factor_reset",
    ] {
        tx.execute(&format!("DELETE FROM {table} WHERE person_id = $1"), &[id.into()]).await?;
    }
    tx.execute("DELETE FROM person WHERE id = $1", &[id.into()]).await?;
    Ok(())
}

pub async fn set_password(tx: &mut WriteTx, id: PersonId, hash: &str) -> Result<()> {
    tx.execute("UPDATE person SET password_hash = $2 WHERE id = $1", &[id.into(), hash.into()]).await?;
    Ok(())
}

/// Notes when she showed that her address is hers, or that nobody knows any more.
pub async fn set_email_proved(tx: &mut WriteTx, id: PersonId, at: Option<Timestamp>) -> Result<()> {
    tx.execute("UPDATE person SET email_proved_at = $2 WHERE id = $1", &[id.into(), at.into()]).await?;
    Ok(())
}

/// Makes an authenticator app the person's, with the time step that confirmed it already used.
pub async fn set_totp(tx: &mut WriteTx, id: PersonId, sealed: &str, step: i64, at: Timestamp) -> Result<()> {
    let sql = "UPDATE person SET totp_sealed = $2, totp_last_step = $3, totp_confirmed_at = $4 WHERE id = $1";
    tx.execute(sql, &[id.into(), sealed.into(), step.into(), at.into()]).await?;
    Ok(())
}

/// Takes the authenticator app away; whether there was one.
pub async fn delete_totp(tx: &mut WriteTx, id: PersonId) -> Result<bool> {
    let sql = "UPDATE person SET totp_sealed = NULL, totp_last_step = NULL, totp_confirmed_at = NULL
               WHERE id = $1 AND totp_confirmed_at IS NOT NULL";
    Ok(tx.execute(sql, &[id.into()]).await? == 1)
}

/// Uses a time step up; whether it was still good. Of two at the same moment one gets it.
pub async fn use_totp_step(tx: &mut WriteTx, id: PersonId, step: i64) -> Result<bool> {
    let sql = "UPDATE person SET totp_last_step = $2
               WHERE id = $1 AND totp_confirmed_at IS NOT NULL AND (totp_last_step IS NULL OR totp_last_step < $2)";
    Ok(tx.execute(sql, &[id.into(), step.into()]).await? == 1)
}

/// Takes every second factor away: authenticator app, passkeys, recovery codes.
pub async fn delete_factors(tx: &mut WriteTx, id: PersonId) -> Result<()> {
    delete_totp(tx, id).await?;
    recovery::delete(tx, id).await?;
    tx.execute("DELETE FROM passkey WHERE person_id = $1", &[id.into()]).await?;
    Ok(())
}

/// The accounts a person keeps at the top of her list.
pub async fn pinned(tx: &mut Tx, id: PersonId) -> Result<BTreeSet<AccountId>> {
    let rows = tx.query("SELECT account_id FROM pinned_account WHERE person_id = $1", &[id.into()]).await?;
    rows.into_iter().map(|mut row| row.int(0).map(AccountId)).collect()
}

/// Replaces them.
pub async fn set_pinned(tx: &mut WriteTx, id: PersonId, accounts: &BTreeSet<AccountId>) -> Result<()> {
    tx.execute("DELETE FROM pinned_account WHERE person_id = $1", &[id.into()]).await?;
    let rows: Vec<_> = accounts.iter().map(|account| vec![id.into(), (*account).into()]).collect();
    tx.insert_many("pinned_account", &["person_id", "account_id"], &rows, "").await?;
    Ok(())
}
