//! Hashing passwords with Argon2id: slow on purpose, so beside the async threads and only a few at once.

use crate::cx::App;
use crate::error::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use model::identity::password;
use model::limits::HASHINGS_MAX;
use tokio::sync::Semaphore;

/// Turns for hashing.
pub struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Turns {
        Turns(Semaphore::new(HASHINGS_MAX))
    }
}

/// What checking a password against a stored hash found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, but hashed with parameters of another time: hash again.
    RightButOld,
}

fn params(app: &App) -> Params {
    // The library's defaults are OWASP's: 19 MiB, two passes, one lane.
    if app.settings.cheap_hashing { Params::new(8, 1, 1, None).unwrap_or_default() } else { Params::default() }
}

fn hasher(params: Params) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A password as it is kept, in PHC form, under a fresh salt.
pub async fn hash(app: &App, password: &str) -> Result<String> {
    let (salt, hasher, password) = (app.outside.bytes::<16>(), hasher(params(app)), password.to_owned());
    let work = move || hasher.hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string());
    beside(app, work).await?.map_err(|e| Error::broken(format!("a password cannot be hashed: {e}")))
}

/// Checks a password. Without a hash (nobody has that address, or she has no password) it takes the same time and is wrong.
pub async fn verify(app: &App, stored: Option<&str>, typed: &str) -> Result<Verdict> {
    if password::check_length(typed).is_err() {
        return Ok(Verdict::Wrong);
    }
    let (params, typed) = (params(app), typed.to_owned());
    let Some(stored) = stored.map(str::to_owned) else {
        let work = move || hasher(params).hash_password_with_salt(typed.as_bytes(), &[0; 16]).map(drop);
        beside(app, work).await?.map_err(|e| Error::broken(format!("a password cannot be hashed: {e}")))?;
        return Ok(Verdict::Wrong);
    };
    let work = move || {
        let hash = PasswordHash::new(&stored).map_err(|e| format!("a stored password hash is damaged: {e}"))?;
        // The parameters of the stored hash count here, not ours.
        let right = Argon2::default().verify_password(typed.as_bytes(), &hash).is_ok();
        let current = Params::try_from(&hash).is_ok_and(|stored| same(&stored, &params));
        Ok::<_, String>(match (right, current) {
            (false, _) => Verdict::Wrong,
            (true, true) => Verdict::Right,
            (true, false) => Verdict::RightButOld,
        })
    };
    beside(app, work).await?.map_err(Error::broken)
}

fn same(a: &Params, b: &Params) -> bool {
    (a.m_cost(), a.t_cost(), a.p_cost()) == (b.m_cost(), b.t_cost(), b.p_cost())
}

async fn beside<T: Send + 'static>(app: &App, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _turn = app.hashing.0.acquire().await.map_err(|e| Error::broken(e.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::broken(format!("hashing a password ended early: {e}")))
}
