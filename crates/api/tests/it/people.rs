//! People with sessions, put into the directory by hand: what they may is what the tests ask, not how they came in.

use crate::world::{EAST, World};
use app::cx::Cx;
use jiff::SignedDuration;
use model::account::{AccountUser, Role, Seat, UserStatus};
use model::id::{AccountId, OwnerId, PersonId};
use model::identity::entry::Proof;
use model::identity::session::Session;
use sha2::{Digest, Sha256};

/// The cookie of the tests says whose it is; only its hash is stored, as always.
pub fn cookie(person: PersonId) -> String {
    format!("session-of-{person}")
}

/// How secrets are stored.
pub fn hashed(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl World {
    /// Changes the directory.
    pub async fn directory(&self, statements: impl AsyncFnOnce(&mut store::WriteTx) -> store::Result<()>) {
        let mut tx = self.app.store.write_home().await.unwrap();
        statements(&mut tx).await.unwrap();
        tx.commit(&Cx::system(&self.app, EAST).by(), testkit::start(), &[]).await.unwrap();
    }

    /// Somebody who is signed in, and in no account yet.
    pub async fn add_person(&self, id: PersonId, name: &str) {
        let now = testkit::start();
        let session = Session {
            id: format!("s{id}"),
            person: id,
            created_at: now,
            last_seen_at: now,
            expires_at: now + SignedDuration::from_hours(24),
            second_factor_at: None,
            user_agent: String::new(),
            address: String::new(),
            provider: None,
            proved: [Proof::Password].into(),
            longest_pause: SignedDuration::ZERO,
            stand_in: None,
        };
        self.directory(async |tx| {
            let sql = "INSERT INTO person (id, email, email_folded, name, locale, webauthn_id, totp_confirmed_at, created_at)
                       VALUES ($1, $2, $2, $3, 'en', $2, 0, 0)";
            let email = format!("{}@group.example", name.to_lowercase());
            tx.execute(sql, &[id.into(), email.into(), name.into()]).await?;
            store::session::create(tx, &session, &hashed(&cookie(id))).await
        })
        .await;
    }

    /// Makes a person a user of an account.
    pub async fn put_user(&self, account: AccountId, person: PersonId, role: Role, seats: &[Seat]) {
        let (owner, seats) = (OwnerId(account.0 * 1000 + person.0), seats.iter().copied().collect());
        let user = AccountUser { account, person, owner, role, status: UserStatus::Active, seats, permission_set: None };
        self.directory(async |tx| store::account::put_user(tx, &user, testkit::start()).await).await;
    }
}
