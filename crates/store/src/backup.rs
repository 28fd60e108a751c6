//! A whole instance in one file: a SQLite database with every row of every location, digests to check it by, and the
//! key that seals secrets. Whoever has the file has the instance.

use crate::engine::{Durability, Engine, StoreError};
use crate::migrate;
use crate::move_engine::{CopyError, Digests, copy};
use crate::{HOME_LOCATION, Store, Tx};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The form of the file; a reader refuses another.
const FORMAT: &str = "consortio backup 1";
/// Tables that are in the home database whatever account a row is about; all others follow their account.
const DIRECTORY: &[&str] = &[
    "account",
    "account_user",
    "attempt",
    "challenge",
    "company",
    "connection",
    "connection_edge",
    "instance",
    "invoice",
    "organization",
    "organization_log",
    "organization_member",
    "organization_proposal",
    "organization_role",
    "outbox",
    "organization_offer",
    "organization_pending",
    "organization_warning",
    "passkey",
    "permission_set",
    "person",
    "pinned_account",
    "provisioned_access",
    "provisioned_grant",
    "provisioned_group",
    "provisioned_member",
    "provisioned_person",
    "provisioning_token",
    "realm_consent",
    "recovery_code",
    "second_factor_reset",
    "security_entry",
    "service_token",
    "session",
    "sign_in_policy",
    "sign_on_requirement",
    "step_up_proof",
    "subscription",
    "subscription_order",
];

/// What a backup says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub at: Timestamp,
    pub seal_key: String,
    pub tables: Digests,
}

/// Writes the instance into a new file. `scratch` is a folder on the same disk for the unfinished one.
pub async fn write(
    store: &Store,
    to: &Path,
    scratch: &Path,
    at: Timestamp,
    seal_key: &str,
    progress: impl FnMut(&str, u64),
) -> Result<Manifest, CopyError> {
    let unfinished = scratch.join(format!("backup-{}.unfinished", std::process::id()));
    let _cleaned = Cleaned(unfinished.clone());
    let target = Engine::open(&unfinished.to_string_lossy(), Durability::Process).await?;
    migrate::migrate(&target, at).await?;
    let from: Vec<Engine> = store.locations().map(|(_, engine)| engine.clone()).collect();
    let tables = copy(&from, std::slice::from_ref(&target), &|_, _| 0, None, progress).await?;
    let manifest = Manifest { at, seal_key: seal_key.to_owned(), tables };
    let mut tx = target.write().await?;
    tx.execute("CREATE TABLE backup_manifest (name TEXT PRIMARY KEY, value TEXT NOT NULL)", &[]).await?;
    let tables = serde_json::to_string(&manifest.tables).map_err(|e| StoreError::Broken(e.to_string()))?;
    for (name, value) in
        [("format", FORMAT.to_owned()), ("at", at.to_string()), ("seal_key", seal_key.into()), ("tables", tables)]
    {
        tx.execute("INSERT INTO backup_manifest (name, value) VALUES ($1, $2)", &[name.into(), value.into()]).await?;
    }
    tx.commit().await?;
    // One tidy file without a log beside it.
    let whole = scratch.join(format!("backup-{}.whole.unfinished", std::process::id()));
    let _cleaned = Cleaned(whole.clone());
    target.export(&whole).await?;
    // A link, unlike a rename, never replaces an older backup.
    std::fs::hard_link(&whole, to).map_err(|e| StoreError::Unavailable(format!("{}: {e}", to.display())))?;
    Ok(manifest)
}

/// Fills the empty databases of a store from a file that [`write`] made. What was damaged is found before anything is kept.
pub async fn read(store: &Store, from: &Path, scratch: &Path, progress: impl FnMut(&str, u64)) -> Result<Manifest, CopyError> {
    // A copy, because opening a database writes into its file.
    let copied = scratch.join(format!("restore-{}.unfinished", std::process::id()));
    let _cleaned = Cleaned(copied.clone());
    std::fs::copy(from, &copied).map_err(|e| StoreError::Unavailable(format!("{}: {e}", from.display())))?;
    let damaged = || CopyError::Damaged { file: from.display().to_string() };
    let source = Engine::open(&copied.to_string_lossy(), Durability::Process).await.map_err(|_| damaged())?;
    if !is_whole(&source).await {
        return Err(damaged());
    }
    let manifest = manifest(&source, from).await?;
    let mut tx = source.write().await?;
    tx.execute("DROP TABLE backup_manifest", &[]).await?;
    tx.commit().await?;
    let names: Vec<&str> = store.locations().map(|(name, _)| name).collect();
    let targets: Vec<Engine> = store.locations().map(|(_, engine)| engine.clone()).collect();
    let home = names.iter().position(|n| *n == HOME_LOCATION).unwrap_or(0);
    let accounts = places(&source, &names).await?;
    let route = |table: &str, account: Option<i64>| match account {
        Some(account) if !DIRECTORY.contains(&table) => accounts.get(&account).copied().unwrap_or(home),
        _ => home,
    };
    copy(&[source], &targets, &route, Some(&manifest.tables), progress).await?;
    Ok(manifest)
}

/// Finds damaged pages before they turn up as errors of some statement.
async fn is_whole(engine: &Engine) -> bool {
    let Ok(mut tx) = engine.read().await else { return false };
    let row = tx.query_opt("PRAGMA quick_check(1)", &[]).await.ok().flatten();
    row.and_then(|mut row| row.text(0).ok()).as_deref() == Some("ok")
}

async fn manifest(engine: &Engine, file: &Path) -> Result<Manifest, CopyError> {
    let broken =
        || StoreError::Unavailable(format!("{} is not a file that this version's `consortio backup` wrote", file.display()));
    let mut tx = engine.read().await?;
    let rows = tx.query("SELECT name, value FROM backup_manifest", &[]).await.map_err(|_| broken())?;
    let mut values = BTreeMap::new();
    for mut row in rows {
        values.insert(row.text(0)?, row.text(1)?);
    }
    let mut value = |name: &str| values.remove(name).ok_or_else(broken);
    if value("format")? != FORMAT {
        return Err(broken().into());
    }
    let at = value("at")?.parse().map_err(|_| broken())?;
    let tables = serde_json::from_str(&value("tables")?).map_err(|_| broken())?;
    Ok(Manifest { at, seal_key: value("seal_key")?, tables })
}

/// Each account's location, as a position in `names`.
async fn places(source: &Engine, names: &[&str]) -> Result<BTreeMap<i64, usize>, CopyError> {
    let mut places = BTreeMap::new();
    let mut missing = BTreeSet::new();
    for mut row in source.read().await?.query("SELECT id, location FROM account", &[]).await? {
        let (id, location) = (row.int(0)?, row.text(1)?);
        match names.iter().position(|n| **n == location) {
            Some(at) => drop(places.insert(id, at)),
            None => drop(missing.insert(location)),
        }
    }
    if !missing.is_empty() {
        let list = missing.into_iter().collect::<Vec<_>>().join(", ");
        return Err(
            StoreError::Unavailable(format!("the backup has accounts in locations that are not configured: {list}")).into()
        );
    }
    Ok(places)
}

/// Whether nothing was ever written here.
pub async fn is_empty(tx: &mut Tx) -> Result<bool, StoreError> {
    let row = tx.query_opt("SELECT (SELECT COUNT(*) FROM account) + (SELECT COUNT(*) FROM person)", &[]).await?;
    row.map_or(Ok(true), |mut row| Ok(row.int(0)? == 0))
}

/// Removes an unfinished database with what SQLite keeps beside it.
struct Cleaned(PathBuf);

impl Drop for Cleaned {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut name = self.0.clone().into_os_string();
            name.push(suffix);
            // Not there is what we want.
            drop(std::fs::remove_file(name));
        }
    }
}
