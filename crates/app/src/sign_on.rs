//! Single sign-on with OpenID Connect: people are signed in by the identity provider of their account or organization.
//!
//! ```text
//!   settings: a realm's Super Admin names a provider, proves domains, asks for single sign-on
//!   begin --> browser goes to the provider --> finish(code, state) --> discovery, token, claims --> admitted | confirm | refused
//! ```
//! What is believed is decided by [`model::identity::claims`], who comes in by [`model::identity::sign_on`]. An organization's
//! provider serves those members whose own Super Admins consented.

pub mod discovery;
pub mod enter;
pub mod settings;
mod token;

use crate::cx::Cx;
use crate::error::{Error, Reason, Result};
use crate::{organization, step_up};
use model::account::{AccountUser, PermissionSet, Permissions, Role, UserStatus};
use model::authority::{Act, OrganizationAct};
use model::change::{Actor, Change, Kind as Did};
use model::id::{AccountId, OwnerId, PermissionSetId, PersonId, ProviderId};
use model::identity::provider::{Provider, Realm, Requirement};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::{Tx, WriteTx};

/// The act that asks for a fresh second factor: whoever changes a provider can sign in as others. The subject is the realm.
pub const CHANGE: &str = "sign_on.change";
/// The permission set of people who came by themselves, until somebody gives them another.
const NO_PERMISSIONS: &str = "No permissions";

/// Whether one may say who signs a realm's people in and who provisions them.
pub(crate) async fn authorize(tx: &mut Tx, cx: &Cx, realm: Realm) -> Result<()> {
    match realm {
        Realm::Account(id) if id == cx.account => cx.may(Act::ManageSignOn).map(drop),
        Realm::Account(id) => Err(Error::not_found(format!("there is no account {id}"))),
        Realm::Organization(id) => organization::may_act(tx, cx, id, OrganizationAct::ManageSignOn).await,
    }
}

/// The same, with a fresh second factor. The system has none to show.
pub(crate) async fn authorize_change(tx: &mut WriteTx, cx: &Cx, realm: Realm, proof: Option<&str>) -> Result<()> {
    authorize(tx, cx, realm).await?;
    match cx.actor {
        Actor::System => Ok(()),
        _ => step_up::spend(tx, cx, CHANGE, &realm.to_string(), proof).await,
    }
}

/// The accounts whose people a realm's providers sign in: of an organization, the members that consented.
pub(crate) async fn accounts_of(tx: &mut Tx, realm: Realm) -> Result<BTreeSet<AccountId>> {
    match realm {
        Realm::Account(id) => Ok(BTreeSet::from([id])),
        Realm::Organization(id) => {
            let consenting = store::provider::consenting(tx, id).await?;
            Ok(consenting.into_iter().filter(|(_, consent)| consent.sign_on).map(|(account, _)| account).collect())
        }
    }
}

/// The providers that sign people into an account: its own, and its organization's where it consented.
pub(crate) async fn providers_of(tx: &mut Tx, account: AccountId) -> Result<Vec<Provider>> {
    let mut providers = store::provider::list(tx, Realm::Account(account)).await?;
    if let Some(id) = store::organization::of_account(tx, account).await?
        && store::provider::consent(tx, account, id).await?.sign_on
    {
        providers.extend(store::provider::list(tx, Realm::Organization(id)).await?);
    }
    Ok(providers)
}

/// Refuses who did not come by single sign-on where an account asks for it and she is not exempt.
pub(crate) async fn enforce(
    tx: &mut Tx,
    account: AccountId,
    required: Option<&Requirement>,
    person: PersonId,
    came_by: Option<ProviderId>,
) -> Result<()> {
    if required.is_none_or(|required| required.exempt.contains(&person)) {
        return Ok(());
    }
    let providers = providers_of(tx, account).await?;
    if came_by.is_some_and(|id| providers.iter().any(|provider| provider.id == id)) {
        return Ok(());
    }
    let refusal = Error::forbidden("SIGN_ON_REQUIRED", "this account is entered by single sign-on only; sign in that way");
    Err(match providers.first() {
        Some(provider) => refusal.with("providerId", provider.id).with("label", &provider.label),
        None => refusal,
    })
}

/// A refusal of one field of a form.
pub(crate) fn of_field(field: &str, code: &'static str, message: String) -> Error {
    let context = vec![("name".to_owned(), vec![field.to_owned()])];
    let reason = Reason { code: code.to_owned(), message: message.clone(), place: Some("body".to_owned()), context };
    Error::invalid(code, message).because(vec![reason])
}

/// A change of who signs in how, for the instance's feed.
pub(crate) fn changed(realm: Realm, act: &str, more: Value) -> Change {
    let mut detail = json!({"act": act, "realm": realm.to_string()});
    if let (Value::Object(detail), Value::Object(more)) = (&mut detail, more) {
        detail.extend(more);
    }
    Change::of(Did::IdentityChanged, detail)
}

/// The set of somebody whom nobody gave one: without it, a user has what everybody has. Made when it is first needed.
pub(crate) async fn no_permissions(tx: &mut WriteTx, account: AccountId) -> Result<PermissionSetId> {
    let sets = store::account::permission_sets(tx, account).await?;
    if let Some(empty) = sets.iter().find(|set| set.permissions == Permissions::default()) {
        return Ok(empty.id);
    }
    let taken = sets.iter().any(|set| set.name == NO_PERMISSIONS);
    let id = PermissionSetId(tx.take_ids(1)?);
    let name = if taken { format!("{NO_PERMISSIONS} {id}") } else { NO_PERMISSIONS.to_owned() };
    store::account::put_permission_set(tx, account, &PermissionSet { id, name, permissions: Permissions::default() }).await?;
    Ok(id)
}

/// Somebody who becomes a user without anybody having given her anything.
pub(crate) async fn plain_user(
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
    status: UserStatus,
) -> Result<AccountUser> {
    let permission_set = Some(no_permissions(tx, account).await?);
    let owner = OwnerId(tx.take_ids(1)?);
    Ok(AccountUser { account, person, owner, role: Role::Standard, status, seats: BTreeSet::new(), permission_set })
}
