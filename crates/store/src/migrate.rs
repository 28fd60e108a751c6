//! One numbered stream of migrations for both engines, in `migrations/`. A step that has run is never edited: its
//! fingerprint is checked at every start.

use crate::engine::{Engine, Result, StoreError, Tx};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// The step after which [`crate::domain::fill`] runs.
const COMPANY_DOMAIN: i64 = 3;
const STEPS: &[(i64, &str, &str)] = &[
    (1, "foundation", include_str!("../migrations/0001_foundation.sql")),
    (2, "crm", include_str!("../migrations/0002_crm.sql")),
    (COMPANY_DOMAIN, "company_domain", include_str!("../migrations/0003_company_domain.sql")),
    (4, "company", include_str!("../migrations/0004_company.sql")),
    (5, "consumers", include_str!("../migrations/0005_consumers.sql")),
    (6, "invited", include_str!("../migrations/0006_invited.sql")),
    (7, "organization_log", include_str!("../migrations/0007_organization_log.sql")),
    (8, "outbox", include_str!("../migrations/0008_outbox.sql")),
    (9, "connection_terms", include_str!("../migrations/0009_connection_terms.sql")),
    (10, "life", include_str!("../migrations/0010_life.sql")),
    (11, "roles", include_str!("../migrations/0011_roles.sql")),
    (12, "identity", include_str!("../migrations/0012_identity.sql")),
    (13, "sign_on", include_str!("../migrations/0013_sign_on.sql")),
    (15, "import_content", include_str!("../migrations/0015_import_content.sql")),
    (16, "uploads", include_str!("../migrations/0016_uploads.sql")),
    (17, "billing", include_str!("../migrations/0017_billing.sql")),
    (18, "provisioning", include_str!("../migrations/0018_provisioning.sql")),
    (19, "second_factor_reset", include_str!("../migrations/0019_second_factor_reset.sql")),
    (21, "proposals", include_str!("../migrations/0021_proposals.sql")),
    (22, "parked_told", include_str!("../migrations/0022_parked_told.sql")),
    (23, "merged", include_str!("../migrations/0023_merged.sql")),
    (24, "email_proved", include_str!("../migrations/0024_email_proved.sql")),
];

/// A step that was carried out now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub number: i64,
    pub name: String,
}

/// Brings a database to the present schema; the steps it took. Safe to run from several processes at once.
pub async fn migrate(engine: &Engine, now: Timestamp) -> Result<Vec<Step>> {
    migrate_until(engine, i64::MAX, now).await
}

/// The same no further than a step: what an older version did. For tests.
#[doc(hidden)]
pub async fn migrate_until(engine: &Engine, last: i64, now: Timestamp) -> Result<Vec<Step>> {
    let mut tx = engine.write().await?;
    if engine.dialect() == crate::Dialect::Postgres {
        // Two servers starting at once would both see an empty database. The number is arbitrary, only ours.
        tx.query("SELECT CAST(pg_advisory_xact_lock(7220260301) AS TEXT)", &[]).await?;
    }
    tx.execute(
        "CREATE TABLE IF NOT EXISTS schema_step (number BIGINT PRIMARY KEY, name {text} NOT NULL, fingerprint {text} NOT NULL, at BIGINT NOT NULL)",
        &[],
    )
    .await?;
    let mut taken = Vec::new();
    let known = known(&mut tx).await?;
    for (number, name, sql) in STEPS.iter().filter(|(number, ..)| *number <= last && !known.contains(number)) {
        for statement in statements(sql) {
            tx.execute(&statement, &[]).await?;
        }
        if *number == COMPANY_DOMAIN {
            crate::domain::fill(&mut tx).await?;
        }
        let sql_now = "INSERT INTO schema_step (number, name, fingerprint, at) VALUES ($1, $2, $3, $4)";
        tx.execute(sql_now, &[(*number).into(), (*name).into(), fingerprint(sql).into(), now.into()]).await?;
        taken.push(Step { number: *number, name: (*name).to_owned() });
    }
    tx.commit().await?;
    Ok(taken)
}

/// Steps that a database still needs; an error when it is newer than this program or was changed by hand.
pub async fn pending(engine: &Engine) -> Result<Vec<Step>> {
    let mut tx = engine.read().await?;
    let table = match engine.dialect() {
        crate::Dialect::Sqlite => "SELECT 1 FROM sqlite_master WHERE name = 'schema_step'",
        crate::Dialect::Postgres => "SELECT 1 FROM pg_tables WHERE tablename = 'schema_step' AND schemaname = current_schema()",
    };
    let known = if tx.query_opt(table, &[]).await?.is_some() { known(&mut tx).await? } else { BTreeSet::new() };
    let missing = STEPS.iter().filter(|(number, ..)| !known.contains(number));
    Ok(missing.map(|(number, name, _)| Step { number: *number, name: (*name).to_owned() }).collect())
}

/// The steps a database has, each as this program knows it.
async fn known(tx: &mut Tx) -> Result<BTreeSet<i64>> {
    let mut known = BTreeSet::new();
    for mut row in tx.query("SELECT number, fingerprint FROM schema_step ORDER BY number", &[]).await? {
        let number = row.int(0)?;
        check(number, &row.text(1)?)?;
        known.insert(number);
    }
    Ok(known)
}

fn check(number: i64, found: &str) -> Result<()> {
    let Some((_, name, sql)) = STEPS.iter().find(|(n, ..)| *n == number) else {
        return Err(StoreError::Unavailable(format!(
            "the database has migration {number}, which this version does not know: use the version that made it, or a newer one"
        )));
    };
    if fingerprint(sql) != found {
        return Err(StoreError::Broken(format!("migration {number} ({name}) was changed after it ran on this database")));
    }
    Ok(())
}

fn fingerprint(sql: &str) -> String {
    Sha256::digest(sql.as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect()
}

fn statements(sql: &str) -> Vec<String> {
    let code: Vec<&str> = sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    code.join("\n").split(';').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
}

/// The fingerprint of the whole stream, by which tests know whether a prepared database is still right.
pub fn fingerprint_of_all() -> String {
    fingerprint(&STEPS.iter().map(|(.., sql)| *sql).collect::<String>())
}
