//! Throttling: counts attempts per subject before they are looked at. See [`model::identity::attempt`].

use crate::cx::App;
use crate::error::{Error, Kind, Result};
use crate::secret;
use jiff::Timestamp;
use model::id::PersonId;
use model::identity::attempt;
use model::limits::{ATTEMPTS_MAX, ATTEMPTS_PER_ADDRESS_MAX, CEREMONIES_PER_ADDRESS_MAX, FORGOTTEN_MAX};
use store::WriteTx;
use store::challenge::{lock_attempts, set_attempts};

/// Who or what attempts are counted for. Addresses are kept only as hashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    key: String,
    max: i64,
}

impl Subject {
    fn of(kind: &str, value: &str, max: i64) -> Subject {
        Subject { key: format!("{kind}:{}", &secret::hash(value)[..32]), max }
    }

    /// Password attempts on an e-mail address, known or not.
    pub fn email(folded: &str) -> Subject {
        Subject::of("email", folded, ATTEMPTS_MAX)
    }

    /// Attempts from a network address.
    pub fn address(address: &str) -> Subject {
        Subject::of("address", address, ATTEMPTS_PER_ADDRESS_MAX)
    }

    /// Passkey sign-ins begun from a network address.
    pub fn ceremonies(address: &str) -> Subject {
        Subject::of("ceremony", address, CEREMONIES_PER_ADDRESS_MAX)
    }

    /// Links for a forgotten password, asked for an e-mail address or from a network address.
    pub fn forgotten(value: &str) -> Subject {
        Subject::of("forgotten", value, FORGOTTEN_MAX)
    }

    /// Codes tried for a person.
    pub fn codes(person: PersonId) -> Subject {
        Subject { key: format!("codes:{person}"), max: ATTEMPTS_MAX }
    }
}

/// Counts an attempt of each subject, or refuses it with the time to wait.
pub async fn admit(app: &App, mut subjects: Vec<Subject>, now: Timestamp) -> Result<Counted> {
    // Always in the same order, so that two attempts never wait for each other.
    subjects.sort();
    let mut tx = app.store.write_home().await?;
    for subject in &subjects {
        let earlier = lock_attempts(&mut tx, &subject.key, now).await?;
        let counted = attempt::admit(earlier, subject.max, now).map_err(|wait| {
            let message = format!("too many attempts; try again in {} seconds", wait.seconds);
            Error::new(Kind::TooMany, "TOO_MANY_ATTEMPTS", message).with("retryAfter", wait.seconds)
        })?;
        set_attempts(&mut tx, &subject.key, counted).await?;
    }
    tx.commit_bookkeeping().await?;
    Ok(Counted(subjects))
}

/// Attempts that were counted and not yet known to be good.
#[must_use]
pub struct Counted(Vec<Subject>);

impl Counted {
    /// Takes them back, in the transaction of what they were for.
    pub async fn take_back(self, tx: &mut WriteTx, now: Timestamp) -> Result<()> {
        for subject in &self.0 {
            let counted = lock_attempts(tx, &subject.key, now).await?;
            set_attempts(tx, &subject.key, attempt::take_back(counted)).await?;
        }
        Ok(())
    }
}
