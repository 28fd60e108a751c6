//! Ceremonies of several requests (second factor, WebAuthn, step-up, links): their state waits in the store under the hash
//! of a random handle, and is used up once.

use crate::cx::App;
use crate::error::{Error, Result};
use crate::secret;
use jiff::{SignedDuration, Timestamp};
use model::id::{AccountId, PersonId};
use model::limits::{CHALLENGE_MINUTES, INVITATION_HOURS, RESET_LINK_HOURS};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::challenge::Challenge;
use store::{Tx, WriteTx};

/// Which ceremony. The names are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The password was right; a second factor is missing.
    SignIn,
    PasskeySignIn,
    PasskeyRegistration,
    TotpEnrolment,
    StepUp,
    /// The link of the first start.
    Setup,
    Invitation,
    /// Gone to an identity provider.
    SignOn,
    /// An identity provider names her; she is to confirm it.
    SignOnLink,
    /// A link by which somebody replaces her password.
    PasswordReset,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::SignIn => "sign_in",
            Kind::PasskeySignIn => "passkey_sign_in",
            Kind::PasskeyRegistration => "passkey_registration",
            Kind::TotpEnrolment => "totp_enrolment",
            Kind::StepUp => "step_up",
            Kind::Setup => "setup",
            Kind::Invitation => "invitation",
            Kind::SignOn => "sign_on",
            Kind::SignOnLink => "sign_on_link",
            Kind::PasswordReset => "password_reset",
        }
    }

    fn lives(self) -> SignedDuration {
        match self {
            Kind::Setup | Kind::Invitation => SignedDuration::from_hours(INVITATION_HOURS),
            Kind::PasswordReset => SignedDuration::from_hours(RESET_LINK_HOURS),
            _ => SignedDuration::from_mins(CHALLENGE_MINUTES),
        }
    }
}

/// What an invitation is to.
#[derive(Serialize, serde::Deserialize)]
pub struct Invited {
    pub account: AccountId,
    /// What whoever invited calls her.
    pub name: String,
}

/// The living invitation of a person into an account.
pub async fn invited(tx: &mut Tx, person: PersonId, account: AccountId) -> Result<Option<Invited>> {
    let state = store::challenge::of_account(tx, Kind::Invitation.name(), person, account).await?;
    Ok(state.and_then(|state| serde_json::from_str(&state).ok()))
}

/// Forgets it.
pub async fn forget_invitation(tx: &mut WriteTx, person: PersonId, account: AccountId) -> Result<()> {
    Ok(store::challenge::delete_of_account(tx, Kind::Invitation.name(), person, account).await?)
}

/// A ceremony's state with whose it is.
pub struct Found<T> {
    pub person: Option<PersonId>,
    pub state: T,
}

/// Begins one; its handle.
pub async fn begin(
    app: &App,
    tx: &mut WriteTx,
    kind: Kind,
    person: Option<PersonId>,
    state: &impl Serialize,
    now: Timestamp,
) -> Result<String> {
    let state =
        serde_json::to_string(state).map_err(|e| Error::broken(format!("the state of a ceremony cannot be kept: {e}")))?;
    let expires_at = now.saturating_add(kind.lives()).unwrap_or(Timestamp::MAX);
    let handle = secret::random(app);
    let challenge = Challenge { kind: kind.name().to_owned(), person, state, expires_at };
    store::challenge::create(tx, &secret::hash(&handle), &challenge).await?;
    Ok(handle)
}

/// Looks at one without using it up.
pub async fn read<T: DeserializeOwned>(tx: &mut Tx, kind: Kind, handle: &str, now: Timestamp) -> Result<Found<T>> {
    decode(store::challenge::read(tx, &secret::hash(handle), kind.name(), now).await?)
}

/// Uses one up.
pub async fn take<T: DeserializeOwned>(tx: &mut WriteTx, kind: Kind, handle: &str, now: Timestamp) -> Result<Found<T>> {
    decode(store::challenge::take(tx, &secret::hash(handle), kind.name(), now).await?)
}

/// Uses one up whatever becomes of it: what follows gets one try.
pub async fn take_now<T: DeserializeOwned>(app: &App, kind: Kind, handle: &str, now: Timestamp) -> Result<Found<T>> {
    let mut tx = app.store.write_home().await?;
    let found = take(&mut tx, kind, handle, now).await?;
    tx.commit_bookkeeping().await?;
    Ok(found)
}

/// Forgets those of a person, or all of the kind.
pub async fn forget(tx: &mut WriteTx, kind: Kind, person: Option<PersonId>) -> Result<()> {
    Ok(store::challenge::delete_all(tx, kind.name(), person).await?)
}

fn decode<T: DeserializeOwned>(challenge: Option<Challenge>) -> Result<Found<T>> {
    let challenge =
        challenge.ok_or_else(|| Error::invalid("CHALLENGE_UNKNOWN", "this was used already or took too long; start again"))?;
    let state = serde_json::from_str(&challenge.state)
        .map_err(|e| Error::broken(format!("the state of a ceremony cannot be read: {e}")))?;
    Ok(Found { person: challenge.person, state })
}
