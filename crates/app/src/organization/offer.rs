//! Membership for an account whose Super Admin is somebody else: offered by whoever manages the organization, answered by her
//! alone, with her own second factor and her own acknowledgement. See [`model::organization::offer`].

use super::joining::against_here;
use super::log::{self, Tried};
use super::standing::{may_see, role_here};
use super::{ADD_MEMBERS, acting, finish, locked, note_acknowledged, prove, read, refuse, tell_accounts};
use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use jiff::{SignedDuration, Timestamp};
use model::account::Role;
use model::authority::{Denial, OrganizationAct};
use model::change::{Change, Kind as Did};
use model::eligibility::{Joining, Policy, Reason};
use model::id::{AccountId, OfferId, OrganizationId, PersonId};
use model::limits::{OFFERS_PER_DAY_MAX, OFFERS_WAITING_MAX};
use model::organization::log::of_account;
use model::organization::offer::{self, Offer, State};
use model::organization::{Event, Facts, IMPACT_TEXT_VERSION, Organization};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::organization::offer as stored;
use store::{Tx, WriteTx};

/// The act of the step-up of whoever accepts. Its subject is the offer's id.
pub const ACCEPT_OFFER: &str = "organization.accept_offer";
/// Offers listed at once.
const LISTED_MAX: usize = 200;
/// Accounts named to somebody who is asked to join them.
const NAMED_MAX: usize = 20;

/// An offer as its organization sees it, with the name of whoever made it.
pub type Made = (Offer, Option<String>);

/// An offer as the account sees it that it was made to.
#[derive(Debug, Clone)]
pub struct Received {
    pub offer: Offer,
    pub organization: String,
    pub by: Option<String>,
    /// Names of some of the accounts she would join.
    pub accounts: Vec<String>,
    pub n_accounts: usize,
    /// What keeps her account from joining.
    pub against: BTreeSet<Reason>,
    /// She may answer.
    pub can_answer: bool,
}

/// Offers membership. The answer is the same whether or not there is such an account.
pub async fn create(app: &App, cx: &Cx, id: OrganizationId, account: AccountId, proof: Option<&str>) -> Result<Offer> {
    let done = create_now(app, cx, id, account, proof).await;
    log::refusing(app, cx, id, Tried { act: "offer", proof }, done).await
}

async fn create_now(app: &App, cx: &Cx, id: OrganizationId, account: AccountId, proof: Option<&str>) -> Result<Offer> {
    let mut tx = app.store.write_home().await?;
    let organization = locked(&mut tx, cx, id, OrganizationAct::AddMembers).await?;
    may_be_invited(&organization.policy, organization.members.keys(), account)?;
    if organization.members.len() >= organization.policy.members_max {
        refuse([(account, [Reason::OrgFull].into())])?;
    }
    room(&mut tx, cx, id, account).await?;
    prove(&mut tx, cx, ADD_MEMBERS, &account.to_string(), proof).await?;
    let offer = make(&mut tx, cx, id, account).await?;
    let exists = store::account::read(&mut tx, account).await?.is_some();
    commit(tx, cx, id).await?;
    tell_accounts(app, cx, &organization, exists.then_some(account).into_iter().chain([cx.account]).collect()).await;
    Ok(offer)
}

/// Whether these rules and members let an account be invited.
pub(super) fn may_be_invited<'a>(
    policy: &Policy,
    mut members: impl Iterator<Item = &'a AccountId>,
    account: AccountId,
) -> Result<()> {
    if !policy.foreign_admins {
        let message = "the rules of the organization want one person who is Super Admin everywhere; nobody can be invited";
        return Err(Error::forbidden("FOREIGN_ADMINS_OFF", message));
    }
    match members.any(|member| *member == account) {
        true => Err(Error::conflict("ALREADY_A_MEMBER", format!("account {account} is a member of the organization"))),
        false => Ok(()),
    }
}

/// Offers membership in an organization that is being created, in its transaction; which of the accounts there are.
pub(super) async fn invite(
    tx: &mut WriteTx,
    cx: &Cx,
    id: OrganizationId,
    accounts: &BTreeSet<AccountId>,
) -> Result<BTreeSet<AccountId>> {
    let mut there = BTreeSet::new();
    for account in accounts {
        room(tx, cx, id, *account).await?;
        make(tx, cx, id, *account).await?;
        there.extend(store::account::read(tx, *account).await?.map(|account| account.id));
    }
    Ok(there)
}

async fn make(tx: &mut WriteTx, cx: &Cx, id: OrganizationId, account: AccountId) -> Result<Offer> {
    let offer = Offer {
        id: OfferId(tx.take_ids(1)?),
        organization: id,
        account,
        state: State::Offered,
        by: cx.person.map(|person| person.id),
        at: cx.now,
        expires_at: offer::expires_at(cx.now),
        answered_at: None,
    };
    stored::create(tx, &offer).await?;
    said(tx, cx, &offer, "offered").await?;
    Ok(offer)
}

/// Whether another offer may be made, and to this account.
async fn room(tx: &mut WriteTx, cx: &Cx, id: OrganizationId, account: AccountId) -> Result<()> {
    let made = stored::of_organization(tx, id, LISTED_MAX).await?;
    for old in made.iter().filter(|old| old.account == account && old.state == State::Offered) {
        if old.state_at(cx.now) == State::Offered {
            return Err(Error::conflict("OFFER_WAITS", format!("account {account} has an offer that waits for its answer")));
        }
        stored::answer(tx, old.id, State::Expired, None, cx.now).await?;
    }
    let day = cx.now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
    let (waiting, today) = stored::counts(tx, id, day).await?;
    if waiting >= OFFERS_WAITING_MAX || today >= OFFERS_PER_DAY_MAX {
        let message = format!(
            "{waiting} offers wait and {today} were made within a day; at most {OFFERS_WAITING_MAX} and {OFFERS_PER_DAY_MAX} are allowed"
        );
        return Err(Error::conflict("TOO_MANY_OFFERS", message));
    }
    Ok(())
}

/// What the organization one works in offered, the newest first.
pub async fn list(app: &App, cx: &Cx, id: OrganizationId) -> Result<Vec<Made>> {
    if read(app, cx).await?.organization.id != id {
        return Err(Denial::OrganizationInvisible.into());
    }
    let mut tx = app.store.read_home().await?;
    let made = stored::of_organization(&mut tx, id, LISTED_MAX).await?;
    let by: BTreeSet<PersonId> = made.iter().filter_map(|offer| offer.by).collect();
    let names = store::organization::names(&mut tx, &by).await?;
    let current = |offer: Offer| Offer { state: offer.state_at(cx.now), ..offer };
    Ok(made.into_iter().map(|offer| (current(offer.clone()), offer.by.and_then(|by| names.get(&by).cloned()))).collect())
}

/// Takes an offer back.
pub async fn withdraw(app: &App, cx: &Cx, id: OrganizationId, offer: OfferId) -> Result<()> {
    let mut tx = app.store.write_home().await?;
    let organization = locked(&mut tx, cx, id, OrganizationAct::AddMembers).await?;
    let found = stored::read(&mut tx, offer).await?.filter(|found| found.organization == id);
    let found = found.ok_or_else(|| unknown(offer))?;
    answer(&mut tx, cx, &found, offer::Event::Withdraw, "offer_withdrawn").await?;
    let exists = store::account::read(&mut tx, found.account).await?.is_some();
    commit(tx, cx, id).await?;
    tell_accounts(app, cx, &organization, exists.then_some(found.account).into_iter().chain([cx.account]).collect()).await;
    Ok(())
}

/// What was offered to the account one works in and waits for an answer.
pub async fn received(app: &App, cx: &Cx) -> Result<Vec<Received>> {
    let mut tx = app.store.read_home().await?;
    may_see(&mut tx, cx).await?;
    let here = acting(&mut tx, cx).await?;
    let can_answer = role_here(&mut tx, cx).await? == Some(Role::SuperAdmin);
    let mut received = Vec::new();
    for offer in stored::to_account(&mut tx, cx.account, LISTED_MAX).await? {
        let found = store::organization::read(&mut tx, offer.organization).await?;
        let Some((organization, accounts)) = found.filter(|(o, _)| !o.phase.is_deleted()) else { continue };
        if offer.state_at(cx.now) != State::Offered {
            continue;
        }
        let against = against(&mut tx, cx, &here, &organization).await?;
        let names = store::organization::names(&mut tx, &offer.by.into_iter().collect()).await?;
        received.push(Received {
            by: offer.by.and_then(|by| names.get(&by).cloned()),
            n_accounts: accounts.len(),
            accounts: accounts.into_values().take(NAMED_MAX).map(|account| account.name).collect(),
            organization: organization.name,
            against,
            can_answer,
            offer,
        });
    }
    Ok(received)
}

/// Joins the account one works in to the organization that offered it membership.
pub async fn accept(app: &App, cx: &Cx, id: OfferId, text_version: &str, proof: Option<&str>) -> Result<super::View> {
    let (mut tx, offer) = mine(app, cx, id).await?;
    if offer::next(offer.state_at(cx.now), offer::Event::Accept).is_none() {
        return Err(over(offer.state_at(cx.now)));
    }
    let found = store::organization::lock(&mut tx, offer.organization).await?;
    let Some((organization, _)) = found.filter(|(o, _)| !o.phase.is_deleted() && o.policy.foreign_admins) else {
        return Err(over(State::Withdrawn));
    };
    super::acknowledged(text_version)?;
    let here = acting(&mut tx, cx).await?;
    refuse([(cx.account, against(&mut tx, cx, &here, &organization).await?)])?;
    prove(&mut tx, cx, ACCEPT_OFFER, &id.to_string(), proof).await?;
    answer(&mut tx, cx, &offer, offer::Event::Accept, "offer_accepted").await?;
    note_acknowledged(&mut tx, cx, organization.id, IMPACT_TEXT_VERSION).await?;
    let members: BTreeMap<_, _> = [(cx.account, Facts::of(&here))].into();
    let cause = json!({ "offerId": id, "acknowledgedTextVersion": IMPACT_TEXT_VERSION });
    finish(app, cx, tx, organization, Event::AddMembers { members }, &cause).await?;
    read(app, cx).await
}

/// Says no.
pub async fn decline(app: &App, cx: &Cx, id: OfferId) -> Result<()> {
    let (mut tx, offer) = mine(app, cx, id).await?;
    let found = store::organization::lock(&mut tx, offer.organization).await?;
    answer(&mut tx, cx, &offer, offer::Event::Decline, "offer_declined").await?;
    commit(tx, cx, offer.organization).await?;
    if let Some((organization, _)) = found {
        tell_accounts(app, cx, &organization, organization.anchor().into_iter().chain([cx.account]).collect()).await;
    }
    Ok(())
}

/// Notes which offers are over. Takes no input and may run at any time.
pub async fn reconcile(app: &App) -> Result<usize> {
    let over = stored::over(&mut app.store.read_home().await?, app.outside.now(), LISTED_MAX).await?;
    let n = over.len();
    for offer in over {
        let cx = Cx::system(app, store::INSTANCE);
        let mut tx = app.store.write_home().await?;
        store::organization::lock(&mut tx, offer.organization).await?;
        // Somebody may have answered a moment ago.
        if stored::answer(&mut tx, offer.id, State::Expired, None, cx.now).await? {
            said(&mut tx, &cx, &offer, "offer_expired").await?;
            commit(tx, &cx, offer.organization).await?;
        }
    }
    Ok(n)
}

/// An offer to the account one works in, for a Super Admin of it. To everybody else it is not there.
async fn mine(app: &App, cx: &Cx, id: OfferId) -> Result<(WriteTx, Offer)> {
    let mut tx = app.store.write_home().await?;
    may_see(&mut tx, cx).await?;
    let offer = stored::read(&mut tx, id).await?.filter(|offer| offer.account == cx.account).ok_or_else(|| unknown(id))?;
    if role_here(&mut tx, cx).await? != Some(Role::SuperAdmin) {
        return Err(Denial::SuperAdminOnly.into());
    }
    Ok((tx, offer))
}

async fn against(tx: &mut Tx, cx: &Cx, here: &model::account::Account, organization: &Organization) -> Result<BTreeSet<Reason>> {
    let anchor = organization.anchor().and_then(|id| organization.members.get(&id));
    let location = anchor.map_or(here.location.as_str(), |member| member.facts.location.as_str());
    let joining = Joining {
        policy: &organization.policy,
        organization: Some(organization.id),
        n_members: organization.members.len(),
        location,
    };
    against_here(tx, cx, here, &joining).await
}

async fn answer(tx: &mut WriteTx, cx: &Cx, offer: &Offer, event: offer::Event, act: &str) -> Result<()> {
    let is = offer.state_at(cx.now);
    let after = offer::next(is, event).ok_or_else(|| over(is))?;
    if !stored::answer(tx, offer.id, after, cx.person.map(|person| person.id), cx.now).await? {
        return Err(Error::conflict("COLLISION", "somebody else answered at the same moment"));
    }
    said(tx, cx, offer, act).await
}

fn over(state: State) -> Error {
    Error::conflict("OFFER_OVER", format!("the offer is {} and cannot be answered any more", state.name()))
        .with("state", state.name())
}

fn unknown(id: OfferId) -> Error {
    Error::new(Kind::NotFound, "OFFER_NOT_FOUND", format!("there is no offer {id}"))
}

async fn said(tx: &mut WriteTx, cx: &Cx, offer: &Offer, act: &str) -> Result<()> {
    let detail = json!({ "offerId": offer.id, "accountId": offer.account, "expiresAt": offer.expires_at });
    log::note(tx, cx, offer.organization, act, of_account(offer.account), detail).await
}

async fn commit(tx: WriteTx, cx: &Cx, id: OrganizationId) -> Result<()> {
    let change = Change::of(Did::OrganizationChanged, json!({ "organizationId": id, "did": "offer" }));
    tx.commit(&cx.by(), cx.now, &[change]).await?;
    Ok(())
}
