//! Provisioning: the directory of an identity provider tells an organization of its people and groups (SCIM), and what its
//! groups are granted in the accounts whose Super Admins consented.
//!
//! ```text
//!   organization: tokens --authenticate--> Directory --people, groups--> what it says is kept
//!   account:      consent, grants (group -> role, permission set, seats)          |
//!                                             \                                   v
//!                                              `--------> settle: users made, changed, deactivated; log; feed
//! ```
//! An account that did not consent is never touched. Super Admins are made only by a grant that a Super Admin of that account
//! opened, and the last one of an account stays.

pub mod groups;
pub mod people;
pub(crate) mod settle;

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::organization::{self, log};
use crate::sign_on::{authorize, authorize_change, of_field};
use crate::{secret, seen};
use model::account::{Permissions, Role, Seat, Status, name};
use model::authority::{Act, Standing};
use model::change::{Actor, Change, Kind as Did, Source};
use model::id::{AccountId, OrganizationId, PermissionSetId, ProvisionedGroupId, TokenId};
use model::identity::provider::Realm;
use model::identity::provisioning::{Given, Grant, Group, ProvisioningToken, token_hint, token_text};
use model::limits::{GRANTS_PER_GROUP_MAX, PROVISIONING_TOKENS_MAX};
use model::organization::log::{WHOLE, of_account};
use model::organization::phase::Phase;
use serde_json::{Value, json};
use settle::Settled;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Tx, WriteTx};

/// A directory at work: whose it is, and the context in which what it does is kept.
#[derive(Debug, Clone)]
pub struct Directory {
    pub organization: OrganizationId,
    pub cx: Cx,
}

/// The directory whose token this is. It has no rights but those of provisioning.
pub async fn authenticate(app: &App, text: &str) -> Result<Directory> {
    let now = app.outside.now();
    let mut tx = app.store.read_home().await?;
    let found = store::provisioning::bearer(&mut tx, &secret::hash(text)).await?;
    let unknown = || Error::new(Kind::Unauthenticated, "TOKEN_UNKNOWN", "the token is not a provisioning token that works");
    let token = found.ok_or_else(unknown)?;
    drop(tx);
    if seen::is_due(token.last_used_at, now) {
        seen::provisioner(app, token.id, now);
    }
    let standing = Standing {
        role: Role::Standard,
        permissions: Permissions::default(),
        seats: BTreeSet::new(),
        account_status: Status::Active,
    };
    let cx = Cx {
        actor: Actor::Provisioner { id: token.id },
        source: Source::Integration,
        account: store::INSTANCE,
        now,
        request: String::new(),
        standing: Arc::new(standing),
        person: None,
        stands_in: false,
        bearer: None,
        cause: None,
    };
    Ok(Directory { organization: token.organization, cx })
}

/// A token that was just made. Its text is nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    pub token: ProvisioningToken,
    pub text: String,
}

/// What an organization's side of provisioning is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfOrganization {
    pub organization: OrganizationId,
    /// What is entered at the identity provider.
    pub url: String,
    /// Those that work, oldest first.
    pub tokens: Vec<ProvisioningToken>,
    pub n_people: usize,
    pub n_groups: usize,
    /// The members that consented.
    pub accounts: BTreeSet<AccountId>,
}

/// Where directories send what they say.
pub fn url(app: &App) -> String {
    format!("{}/scim/v2", app.settings.public_url.trim_end_matches('/'))
}

/// Tokens and counts, for whoever manages sign-on of the organization.
pub async fn read(app: &App, cx: &Cx, id: OrganizationId) -> Result<OfOrganization> {
    let mut tx = app.store.read_home().await?;
    authorize(&mut tx, cx, Realm::Organization(id)).await?;
    Ok(OfOrganization {
        organization: id,
        url: url(app),
        tokens: store::provisioning::tokens(&mut tx, id).await?,
        n_people: store::provisioning::n_people(&mut tx, id).await?,
        n_groups: store::provisioning::groups(&mut tx, id).await?.len(),
        accounts: consenting(&mut tx, id).await?,
    })
}

/// Makes a token. Asks for a fresh second factor, as everything does that lets others in.
pub async fn create_token(app: &App, cx: &Cx, id: OrganizationId, token_name: &str, proof: Option<&str>) -> Result<Created> {
    let token_name = name(token_name).map_err(|refusal| of_field("name", refusal.code(), refusal.to_string()))?;
    let mut tx = app.store.write_home().await?;
    authorize_change(&mut tx, cx, Realm::Organization(id), proof).await?;
    living(&mut tx, id).await?;
    let n_tokens = store::provisioning::tokens(&mut tx, id).await?.len();
    if n_tokens >= PROVISIONING_TOKENS_MAX {
        let message = format!("the organization has {n_tokens} provisioning tokens, which is the most it can have");
        return Err(Error::too_large("TOKENS_TOO_MANY", message));
    }
    let text = token_text(&secret::random(app));
    let token = ProvisioningToken {
        id: TokenId(tx.take_ids(1)?),
        organization: id,
        name: token_name,
        hint: token_hint(&text),
        created_by: organization::answerable(cx),
        created_at: cx.now,
        last_used_at: None,
    };
    store::provisioning::create_token(&mut tx, &token, &secret::hash(&text)).await?;
    let detail = json!({ "what": "token_create", "token": token.id });
    told(&mut tx, cx, id, detail).await?;
    let change = changed(id, "provisioning.token_create", json!({ "token": token.id }));
    tx.commit(&cx.by(), cx.now, &[change]).await?;
    Ok(Created { token, text })
}

/// Takes a token's right away, from its next request on.
pub async fn revoke_token(app: &App, cx: &Cx, id: OrganizationId, token: TokenId) -> Result<()> {
    let mut tx = app.store.write_home().await?;
    authorize(&mut tx, cx, Realm::Organization(id)).await?;
    living(&mut tx, id).await?;
    if !store::provisioning::revoke_token(&mut tx, id, token, cx.now).await? {
        return Err(Error::not_found(format!("there is no provisioning token {token}")));
    }
    told(&mut tx, cx, id, json!({ "what": "token_revoke", "token": token })).await?;
    let change = changed(id, "provisioning.token_revoke", json!({ "token": token }));
    tx.commit(&cx.by(), cx.now, &[change]).await?;
    Ok(())
}

/// What an account's side of provisioning is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfAccount {
    pub organization: OrganizationId,
    pub consents: bool,
    /// The groups of the directory, in the order of their names, each with what it gives in this account.
    pub groups: Vec<(Group, usize, Option<Grant>)>,
}

/// The groups of the organization's directory and what they give in the account, for its Super Admins.
pub async fn read_grants(app: &App, cx: &Cx) -> Result<OfAccount> {
    cx.may(Act::ManageSignOn)?;
    let mut tx = app.store.read_home().await?;
    let id = organization_of(&mut tx, cx.account).await?;
    let n_members = store::provisioning::n_members(&mut tx, id).await?;
    let grants = store::provisioning::grants(&mut tx, id).await?;
    let mut own: BTreeMap<ProvisionedGroupId, Grant> =
        grants.into_iter().filter(|grant| grant.account == cx.account).map(|grant| (grant.group, grant)).collect();
    let mut groups = store::provisioning::groups(&mut tx, id).await?;
    groups.sort_by_key(|group| (group.name.to_lowercase(), group.id));
    let groups = groups.into_iter().map(|group| {
        let (n, grant) = (n_members.get(&group.id).copied().unwrap_or_default(), own.remove(&group.id));
        (group, n, grant)
    });
    Ok(OfAccount {
        organization: id,
        consents: store::provider::consent(&mut tx, cx.account, id).await?.provisioning,
        groups: groups.collect(),
    })
}

/// What members of a group are to get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub role: Role,
    pub permission_set: Option<PermissionSetId>,
    pub seats: BTreeSet<Seat>,
}

/// Lets members of a group into the account, or changes what they get. Its own Super Admin decides, and she alone makes Super
/// Admins this way.
pub async fn open_grant(app: &App, cx: &Cx, group: ProvisionedGroupId, wanted: Wanted, proof: Option<&str>) -> Result<OfAccount> {
    let mut tx = app.store.write_many(store::INSTANCE, settle::ids(app, cx, group).await?).await?;
    authorize_change(&mut tx, cx, Realm::Account(cx.account), proof).await?;
    store::account::lock(&mut tx, cx.account).await?;
    let id = organization_of(&mut tx, cx.account).await?;
    living(&mut tx, id).await?;
    if !store::provider::consent(&mut tx, cx.account, id).await?.provisioning {
        let message = "the account does not let its organization's directory provision users; switch that on first";
        return Err(Error::conflict("NOT_CONSENTED", message));
    }
    store::provisioning::read_group(&mut tx, id, group).await?.ok_or_else(|| groups::unknown(group))?;
    if let Some(set) = wanted.permission_set {
        let unknown = || of_field("permissionSetId", "PERMISSION_SET_UNKNOWN", format!("there is no permission set {set}"));
        store::account::read_permission_set(&mut tx, cx.account, set).await?.ok_or_else(unknown)?;
    }
    let before = store::provisioning::grants(&mut tx, id).await?.into_iter().filter(|grant| grant.group == group);
    let before: Vec<Grant> = before.collect();
    if before.len() >= GRANTS_PER_GROUP_MAX && before.iter().all(|grant| grant.account != cx.account) {
        let message = format!("the group gives {GRANTS_PER_GROUP_MAX} accounts, which is the most it can");
        return Err(Error::too_large("GRANTS_TOO_MANY", message));
    }
    let permission_set = wanted.permission_set.filter(|_| wanted.role != Role::SuperAdmin);
    let gives = Given { role: wanted.role, permission_set, seats: wanted.seats };
    let opened_by = organization::answerable(cx).unwrap_or(crate::connection::NOBODY);
    let grant = Grant { group, account: cx.account, gives, opened_by, opened_at: cx.now };
    store::provisioning::put_grant(&mut tx, id, &grant).await?;
    let gives = json!({ "role": grant.gives.role, "permissionSet": permission_set, "seats": grant.gives.seats });
    finish_grant(app, cx, tx, (id, group), "grant_opened", gives).await?;
    read_grants(app, cx).await
}

/// Closes a grant: who has the account by it alone loses it.
pub async fn close_grant(app: &App, cx: &Cx, group: ProvisionedGroupId, proof: Option<&str>) -> Result<()> {
    let mut tx = app.store.write_many(store::INSTANCE, settle::ids(app, cx, group).await?).await?;
    authorize_change(&mut tx, cx, Realm::Account(cx.account), proof).await?;
    store::account::lock(&mut tx, cx.account).await?;
    let id = organization_of(&mut tx, cx.account).await?;
    living(&mut tx, id).await?;
    if !store::provisioning::delete_grant(&mut tx, id, group, cx.account).await? {
        return Err(Error::not_found(format!("the group {group} gives nothing in account {}", cx.account)));
    }
    finish_grant(app, cx, tx, (id, group), "grant_closed", Value::Null).await
}

async fn finish_grant(
    app: &App,
    cx: &Cx,
    mut tx: WriteTx,
    (id, group): (OrganizationId, ProvisionedGroupId),
    act: &str,
    gives: Value,
) -> Result<()> {
    let effect = json!({ "did": act, "account": cx.account, "group": group, "gives": gives });
    log::note_effect(&mut tx, cx, id, act, of_account(cx.account), effect).await?;
    let members = store::provisioning::members(&mut tx, id, group).await?;
    let mut settled = Settled::default();
    for person in members {
        settle::person(app, &mut tx, cx, id, person, &mut settled).await?;
    }
    let detail = json!({ "act": format!("provisioning.{act}"), "account": cx.account, "group": group });
    settled.changes.push(Change::of(Did::AccountChanged, detail));
    settle::commit(app, tx, cx, id, settled).await
}

/// An account began to consent: who was granted it meanwhile gets it.
pub(crate) async fn consented(app: &App, tx: &mut WriteTx, cx: &Cx, id: OrganizationId) -> Result<Settled> {
    let mut people = BTreeSet::new();
    for grant in store::provisioning::grants(tx, id).await?.into_iter().filter(|grant| grant.account == cx.account) {
        people.extend(store::provisioning::members(tx, id, grant.group).await?);
    }
    let mut settled = Settled::default();
    for person in people {
        settle::person(app, tx, cx, id, person, &mut settled).await?;
    }
    Ok(settled)
}

async fn organization_of(tx: &mut Tx, account: AccountId) -> Result<OrganizationId> {
    let found = store::organization::of_account(tx, account).await?;
    found.ok_or_else(|| Error::conflict("NOT_IN_AN_ORGANIZATION", "the account is in no organization"))
}

/// The members whose Super Admins let the organization's directory provision users.
pub(crate) async fn consenting(tx: &mut Tx, id: OrganizationId) -> Result<BTreeSet<AccountId>> {
    let consenting = store::provider::consenting(tx, id).await?;
    Ok(consenting.into_iter().filter(|(_, consent)| consent.provisioning).map(|(account, _)| account).collect())
}

/// Locks the organization, which must not have been deleted.
pub(crate) async fn living(tx: &mut WriteTx, id: OrganizationId) -> Result<settle::Whole> {
    let found = store::organization::lock(tx, id).await?;
    let found = found.filter(|(organization, _)| !matches!(organization.phase, Phase::Deleted(_)));
    found.ok_or_else(|| model::authority::Denial::OrganizationInvisible.into())
}

/// An entry of the log about the directory itself.
pub(crate) async fn told(tx: &mut WriteTx, cx: &Cx, id: OrganizationId, mut effect: Value) -> Result<()> {
    effect["did"] = "directory_changed".into();
    log::note_effect(tx, cx, id, "directory_changed", WHOLE.to_owned(), effect).await
}

/// A change for the instance's feed, by which the histories of people find it.
pub(crate) fn changed(id: OrganizationId, act: &str, more: Value) -> Change {
    crate::sign_on::changed(Realm::Organization(id), act, more)
}
