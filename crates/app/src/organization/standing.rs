//! Where somebody stands towards the organization of the account she works in: a person by her own roles, a service token by
//! those that the person who made it has at this moment, and by its scopes.

use super::current_organization;
use crate::cx::{App, Bearer, Cx};
use crate::error::{Error, Result};
use model::account::Role;
use model::authority::{Denial, OrganizationAct, OrganizationStanding, decide_organization};
use model::change::Actor;
use model::id::PersonId;
use model::identity::scope;
use model::organization::Organization;
use model::policy::Withdraw;
use serde_json::{Value, json};
use store::Tx;

/// From where an act came, and for whom a service token did it.
pub(super) fn from(cx: &Cx) -> Value {
    match cx.bearer {
        Some(Bearer { created_by: Some(person), .. }) => json!({ "account": cx.account, "for": format!("person:{person}") }),
        _ => json!({ "account": cx.account }),
    }
}

pub(super) fn is_system(cx: &Cx) -> bool {
    cx.actor == Actor::System && cx.bearer.is_none()
}

/// Whose right it is: the person's who asks, or hers who made the service token.
pub(crate) fn answerable(cx: &Cx) -> Option<PersonId> {
    match cx.bearer {
        Some(bearer) => bearer.created_by,
        None => cx.person.map(|person| person.id),
    }
}

/// Asked anew for a token: who made it may have lost her role since.
pub(super) async fn role_here(tx: &mut Tx, cx: &Cx) -> Result<Option<Role>> {
    match (cx.bearer, answerable(cx)) {
        (Some(_), Some(person)) => Ok(store::organization::role_in(tx, cx.account, person).await?),
        (Some(_), None) => Ok(None),
        (None, person) => Ok((is_system(cx) || person.is_some()).then_some(cx.standing.role)),
    }
}

/// For whom there is no organization, there is nothing to ask about it either.
pub(crate) async fn may_see(tx: &mut Tx, cx: &Cx) -> Result<()> {
    may_at_all(tx, cx, OrganizationAct::See).await
}

/// Whether somebody in this place may do an act that asks for nothing but the place.
pub(super) async fn may_at_all(tx: &mut Tx, cx: &Cx, act: OrganizationAct) -> Result<()> {
    let nothing_more = OrganizationStanding {
        role_here: role_here(tx, cx).await?,
        super_admin_everywhere: false,
        here_is_anchor: false,
        unmanageable: false,
        may_withdraw: false,
        token: cx.bearer.map(|bearer| bearer.on_organization),
    };
    may(cx, nothing_more, act)
}

/// The decision; a scope that a token lacks is named.
pub(super) fn may(cx: &Cx, standing: OrganizationStanding, act: OrganizationAct) -> Result<()> {
    decide_organization(standing, act).map_err(|denial| {
        let scope = scope::needed_on_organization(act).filter(|_| denial == Denial::PermissionMissing && cx.bearer.is_some());
        scope.map_or_else(|| denial.into(), |scope| Error::from(denial).missing_scope(scope.to_owned()))
    })
}

/// Whether a service token that is about to be made for a person could do now what its scopes say: nobody hands out on the
/// organization what she may not do there herself.
pub(crate) async fn may_hand_out(app: &App, cx: &Cx, bearer: Bearer) -> Result<()> {
    let to_be = Cx { bearer: Some(bearer), person: None, ..cx.clone() };
    let mut tx = app.store.read_home().await?;
    if bearer.on_organization.reads {
        may_at_all(&mut tx, &to_be, OrganizationAct::ReadLog).await?;
    }
    if bearer.on_organization.edits_connections {
        may_see(&mut tx, &to_be).await?;
        let (organization, _) = current_organization(&mut tx, cx).await?.ok_or(Denial::OrganizationInvisible)?;
        may(&to_be, standing(&mut tx, &to_be, &organization).await?, OrganizationAct::EditConnections)?;
    }
    Ok(())
}

/// Before there is one: eligibility asks for the anchor and for Super Admin in each account, with codes of its own.
pub(super) fn standing_to_create(cx: &Cx) -> OrganizationStanding {
    OrganizationStanding {
        role_here: (is_system(cx) || cx.person.is_some()).then_some(cx.standing.role),
        super_admin_everywhere: true,
        here_is_anchor: true,
        unmanageable: false,
        may_withdraw: false,
        token: cx.bearer.map(|bearer| bearer.on_organization),
    }
}

pub(super) async fn standing(tx: &mut Tx, cx: &Cx, organization: &Organization) -> Result<OrganizationStanding> {
    let n_members = organization.members.len();
    let super_admin_everywhere = match answerable(cx) {
        None => is_system(cx),
        Some(person) => store::organization::n_super_admin(tx, organization.id, person).await? == n_members,
    };
    let manageable = super_admin_everywhere || store::organization::is_manageable(tx, organization.id, n_members).await?;
    Ok(OrganizationStanding {
        role_here: role_here(tx, cx).await?,
        super_admin_everywhere,
        here_is_anchor: is_system(cx) || organization.is_anchor(cx.account),
        unmanageable: !manageable,
        may_withdraw: organization.policy.withdraw == Withdraw::Always,
        token: cx.bearer.map(|bearer| bearer.on_organization),
    })
}
