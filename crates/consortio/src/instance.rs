//! An instance opened from its configuration: data folder, key, databases, the product itself.

use crate::config::Config;
use crate::network::Reach;
use crate::ports;
use crate::print::Usage;
use crate::smtp;
use anyhow::{Context, Result, bail};
use app::cx::{App, Settings};
use outside::Outside;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use store::{Dialect, Durability, HOME_LOCATION, Store, migrate};

const SEAL_KEY_FILE: &str = "seal.key";
const LOCK_FILE: &str = "serve.lock";

/// Refuses a data folder that no instance is in, and leaves nothing there. A database elsewhere answers for itself.
pub fn must_exist(config: &Config) -> Result<()> {
    let home = &config.databases()[HOME_LOCATION];
    if !home.starts_with("postgres") && !Path::new(home).exists() {
        bail!(Usage(format!("there is no instance in {}", config.data.display())));
    }
    Ok(())
}

/// The product, ready for verbs: schema up to date, key there.
pub async fn open(config: &Config) -> Result<App> {
    let store = store(config).await?;
    let now = ports::outside().now();
    for (location, engine) in store.locations() {
        for step in migrate::migrate(engine, now).await? {
            tracing::info!(location, number = step.number, name = step.name, "migrated");
        }
    }
    app(config, store)
}

/// The product on databases that are opened already.
pub fn app(config: &Config, store: Store) -> Result<App> {
    let settings = Settings {
        public_url: config.url(),
        seal_key: seal_key(&config.data)?,
        demo: config.demo_sign_in_allowed(),
        private_addresses: config.allow_private_addresses,
        cheap_hashing: false,
    };
    let reach = if config.allow_private_addresses { Reach::Private } else { Reach::Public };
    Ok(App::new(store, Outside { mail: smtp::port(&config.mail)?, ..ports::reaching(reach) }, settings))
}

/// Takes over what a process that died held. With the directory in SQLite this data folder is the instance, and nobody else
/// serves it: the caller holds the folder's [`lock`]. Servers that share an instance on PostgreSQL wait for each other's leases.
pub async fn take_over(store: &Store) -> Result<()> {
    let is_alone = store.locations().any(|(name, engine)| name == HOME_LOCATION && engine.dialect() == Dialect::Sqlite);
    for (location, engine) in store.locations().filter(|_| is_alone) {
        let n_leases = store::lease::release_all(engine).await?;
        if n_leases > 0 {
            tracing::info!(location, n_leases, "work of a process that ended early is taken over");
        }
    }
    Ok(())
}

/// The databases, as they are.
pub async fn store(config: &Config) -> Result<Store> {
    make_folder(&config.data)?;
    Ok(Store::open(&config.databases(), Durability::Full).await?)
}

/// The folder of uploaded files.
pub fn files(config: &Config) -> PathBuf {
    config.data.join("files")
}

fn make_folder(folder: &Path) -> Result<()> {
    // People's data is in there: others on this machine have no business with it.
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("the data folder {}", folder.display()))
}

/// Keeps a second server, and whatever replaces the databases, away from this data folder until it is dropped.
pub fn lock(config: &Config) -> Result<File> {
    make_folder(&config.data)?;
    let path = config.data.join(LOCK_FILE);
    let file = File::create(&path).with_context(|| path.display().to_string())?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("the data folder {} is in use by another consortio process", config.data.display())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("{} cannot be locked", path.display())),
    }
}

/// The key that seals secrets at rest. Made at the first start; losing it means that second factors must be set up again.
pub fn seal_key(folder: &Path) -> Result<[u8; 32]> {
    make_folder(folder)?;
    let path = folder.join(SEAL_KEY_FILE);
    if !path.exists() {
        write_new_key(folder, &path, &ports::outside().bytes::<32>())?;
    }
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    parse_key(text.trim()).with_context(|| format!("{} does not hold 64 hexadecimal digits", path.display()))
}

/// The sealing key as a backup keeps it.
pub fn seal_key_text(folder: &Path) -> Result<String> {
    Ok(hex(&seal_key(folder)?))
}

/// Puts the key of a restored instance into its data folder. A key that is there already sealed nothing yet, because the
/// databases were empty; it is kept beside all the same.
pub fn put_seal_key(folder: &Path, text: &str) -> Result<()> {
    let key = parse_key(text).context("the backup's sealing key is not 64 hexadecimal digits")?;
    let path = folder.join(SEAL_KEY_FILE);
    if path.exists() {
        if seal_key(folder)? == key {
            return Ok(());
        }
        fs::rename(&path, folder.join(format!("{SEAL_KEY_FILE}.before-restore")))?;
    }
    write_new_key(folder, &path, &key)
}

/// Whether others than the owner can read the key, which they should not.
pub fn seal_key_is_private(folder: &Path) -> bool {
    fs::metadata(folder.join(SEAL_KEY_FILE)).is_ok_and(|m| m.permissions().mode() & 0o077 == 0)
}

/// Written whole and moved into place: a start that was cut off leaves no half key, and of two starts at once the first wins.
fn write_new_key(folder: &Path, path: &Path, key: &[u8; 32]) -> Result<()> {
    let unfinished = folder.join(format!("{SEAL_KEY_FILE}.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    writeln!(file, "{}", hex(key))?;
    file.sync_all()?;
    // A link, unlike a rename, does not replace what somebody else has just made.
    drop(fs::hard_link(&unfinished, path));
    fs::remove_file(&unfinished)?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn hex(key: &[u8]) -> String {
    key.iter().map(|b| format!("{b:02x}")).collect()
}

fn parse_key(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut key = [0; 32];
    for (i, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seal_key_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = seal_key(folder.path()).unwrap();
        assert_eq!(seal_key(folder.path()).unwrap(), first);
        assert!(seal_key_is_private(folder.path()));
        assert_ne!(first, [0; 32]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "an unfinished key was left behind");
    }

    #[test]
    fn a_damaged_seal_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(SEAL_KEY_FILE), "short").unwrap();
        let message = format!("{:#}", seal_key(folder.path()).unwrap_err());
        assert!(message.contains("does not hold 64 hexadecimal digits"), "{message}");
    }
}
