//! Where somebody stands towards the organization of the account she works in: what she is in each member, what roles were
//! delegated to her, and what follows from both. A service token stands where the person who made it stands at this moment, within
//! its scopes.

use crate::cx::{App, Bearer, Cx};
use crate::error::{Error, Result};
use model::account::{Account, Role};
use model::authority::{Denial, OrganizationAct, OrganizationStanding, decide_organization};
use model::change::Actor;
use model::connection::EdgeKey;
use model::id::{AccountId, OrganizationId, PersonId};
use model::identity::scope;
use model::organization::Organization;
use model::organization::log::Said;
use model::organization::role::{Deed, Places};
use model::policy::Withdraw;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{Tx, WriteTx};

/// What decides about the acts of one person (or the system) on one organization.
#[derive(Debug, Clone)]
pub struct Stand {
    pub standing: OrganizationStanding,
    pub places: Places,
}

impl Stand {
    /// Whether she may do an act; for edges, whether there can be one she may change.
    pub fn may(&self, act: OrganizationAct) -> Result<()> {
        may(self.standing, act)
    }

    /// Whether she may change each of these edges.
    pub fn may_change(&self, edges: impl IntoIterator<Item = (EdgeKey, Deed)>) -> Result<()> {
        self.may(OrganizationAct::EditConnections)?;
        if self.standing.super_admin_everywhere {
            return Ok(());
        }
        let denied = |denial| if self.standing.token.is_some() { Denial::TokenCreatorMayNot } else { denial };
        edges.into_iter().try_for_each(|(edge, deed)| Ok(self.places.may_change(edge, deed).map_err(denied)?))
    }

    /// Whether she may open and close edges of a member, where the other end is hers too.
    pub fn manages(&self, account: AccountId) -> bool {
        match self.standing.roles {
            Some(_) => self.places.at(account).manages(),
            None => self.standing.super_admin_everywhere,
        }
    }

    /// Whether she may close any edge of a member.
    pub fn stops(&self, account: AccountId) -> bool {
        self.standing.roles.is_some() && self.places.at(account).stops()
    }

    /// Whether she sees all of the organization: by what she is in the account she works in, or because she speaks for every member.
    pub fn sees_all(&self) -> Result<()> {
        let speaks_for_all = self.standing.roles.is_some_and(|roles| roles.administers_all);
        let sees = self.standing.role_here != Some(Role::Standard) || speaks_for_all;
        if sees { Ok(()) } else { Err(Denial::NotAdminEverywhere.into()) }
    }

    /// Whether an entry of the log is for her. Admins of a member read all of it.
    pub fn may_read(&self, said: &Said) -> bool {
        self.standing.role_here != Some(Role::Standard) || self.places.may_read(said)
    }
}

/// The organization of the account one works in, and where one stands.
#[derive(Debug, Clone)]
pub struct Seen {
    pub organization: Organization,
    pub accounts: BTreeMap<AccountId, Account>,
    pub stand: Stand,
}

/// The organization of the account one works in, if one may see it.
pub async fn here(tx: &mut Tx, cx: &Cx) -> Result<Seen> {
    match store::organization::of_account(tx, cx.account).await? {
        Some(id) => visible(tx, cx, id, OrganizationAct::See).await,
        None => Err(none(tx, cx).await),
    }
}

/// The same by its id, for an act one may do. One of others answers as one that is not there.
pub async fn visible(tx: &mut Tx, cx: &Cx, id: OrganizationId, act: OrganizationAct) -> Result<Seen> {
    let found = store::organization::read(tx, id).await?;
    judged(tx, cx, found, act).await
}

/// The same, locked until the transaction ends.
pub async fn locked(tx: &mut WriteTx, cx: &Cx, id: OrganizationId, act: OrganizationAct) -> Result<Seen> {
    cx.as_herself()?;
    let found = store::organization::lock(tx, id).await?;
    judged(tx, cx, found, act).await
}

async fn judged(
    tx: &mut Tx,
    cx: &Cx,
    found: Option<(Organization, BTreeMap<AccountId, Account>)>,
    act: OrganizationAct,
) -> Result<Seen> {
    let Some((organization, accounts)) = found.filter(|(o, _)| is_here(cx, o)) else { return Err(none(tx, cx).await) };
    let stand = stand(tx, cx, &organization).await?;
    stand.may(OrganizationAct::See)?;
    stand.may(act)?;
    Ok(Seen { organization, accounts, stand })
}

async fn stand(tx: &mut Tx, cx: &Cx, organization: &Organization) -> Result<Stand> {
    let (id, n_members, has_roles) = (organization.id, organization.members.len(), organization.policy.roles);
    let places = match answerable(cx) {
        None => Places { everywhere: is_system(cx), each: BTreeMap::new() },
        Some(person) => {
            let each = store::organization::role::places(tx, id, person, has_roles, cx.now).await?;
            Places { everywhere: false, each }
        }
    };
    let super_admin_everywhere = places.is_super_admin_everywhere(n_members);
    let roles = has_roles.then(|| places.summary(n_members));
    let manageable = super_admin_everywhere
        || roles.is_some_and(|roles| roles.administers_all)
        || store::organization::role::is_manageable(tx, id, n_members, has_roles, cx.now).await?;
    let standing = OrganizationStanding {
        role_here: role_here(tx, cx).await?,
        super_admin_everywhere,
        here_is_anchor: is_system(cx) || organization.is_anchor(cx.account),
        unmanageable: !manageable,
        may_withdraw: organization.policy.withdraw == Withdraw::Always,
        token: cx.bearer.map(|bearer| bearer.on_organization),
        roles,
    };
    Ok(Stand { standing, places })
}

/// What somebody is told who asks for an organization that is not there for her: a token is told first what it lacks.
async fn none(tx: &mut Tx, cx: &Cx) -> Error {
    may_see(tx, cx).await.err().unwrap_or_else(|| Denial::OrganizationInvisible.into())
}

/// The decision; a scope that a token lacks is named.
fn may(standing: OrganizationStanding, act: OrganizationAct) -> Result<()> {
    decide_organization(standing, act).map_err(|denial| {
        let scope =
            scope::needed_on_organization(act).filter(|_| denial == Denial::PermissionMissing && standing.token.is_some());
        scope.map_or_else(|| denial.into(), |scope| Error::from(denial).missing_scope(scope.to_owned()))
    })
}

/// Whether one may see an organization because of what one is in the account one works in, roles of the organization aside.
pub async fn may_see(tx: &mut Tx, cx: &Cx) -> Result<()> {
    may_at_all(tx, cx, OrganizationAct::See).await
}

/// Whether somebody in this place may do an act that asks for nothing but the place.
async fn may_at_all(tx: &mut Tx, cx: &Cx, act: OrganizationAct) -> Result<()> {
    let role_here = role_here(tx, cx).await?;
    let nothing_more = OrganizationStanding { role_here, super_admin_everywhere: false, here_is_anchor: false, ..to_create(cx) };
    may(nothing_more, act)
}

/// Whether a service token that is about to be made for a person could do now what its scopes say: nobody hands out on the
/// organization what she may not do there herself.
pub async fn may_hand_out(app: &App, cx: &Cx, bearer: Bearer) -> Result<()> {
    let to_be = Cx { bearer: Some(bearer), person: None, ..cx.clone() };
    let mut tx = app.store.read_home().await?;
    if bearer.on_organization.reads {
        may_at_all(&mut tx, &to_be, OrganizationAct::ReadLog).await?;
    }
    if bearer.on_organization.edits_connections {
        here(&mut tx, &to_be).await?.stand.may(OrganizationAct::EditConnections)?;
    }
    Ok(())
}

/// Before there is one: eligibility asks for the anchor and for Super Admin in each account, with codes of its own.
pub fn to_create(cx: &Cx) -> OrganizationStanding {
    OrganizationStanding {
        role_here: (is_system(cx) || cx.person.is_some()).then_some(cx.standing.role),
        super_admin_everywhere: true,
        here_is_anchor: true,
        unmanageable: false,
        may_withdraw: false,
        token: cx.bearer.map(|bearer| bearer.on_organization),
        roles: None,
    }
}

/// Whether an organization is that of the account one works in. The system works in all.
fn is_here(cx: &Cx, organization: &Organization) -> bool {
    organization.members.contains_key(&cx.account) || (is_system(cx) && cx.account == store::INSTANCE)
}

/// From where an act came, and for whom a service token did it.
pub fn from(cx: &Cx) -> Value {
    match cx.bearer {
        Some(Bearer { created_by: Some(person), .. }) => json!({ "account": cx.account, "for": format!("person:{person}") }),
        _ => json!({ "account": cx.account }),
    }
}

pub fn is_system(cx: &Cx) -> bool {
    cx.actor == Actor::System && cx.bearer.is_none()
}

/// Whose right it is: the person's who asks, or hers who made the service token.
pub fn answerable(cx: &Cx) -> Option<PersonId> {
    match cx.bearer {
        Some(bearer) => bearer.created_by,
        None => cx.person.map(|person| person.id),
    }
}

/// Asked anew for a token: who made it may have lost her role since.
pub async fn role_here(tx: &mut Tx, cx: &Cx) -> Result<Option<Role>> {
    match (cx.bearer, answerable(cx)) {
        (Some(_), Some(person)) => Ok(store::organization::role_in(tx, cx.account, person).await?),
        (Some(_), None) => Ok(None),
        (None, person) => Ok((is_system(cx) || person.is_some()).then_some(cx.standing.role)),
    }
}
