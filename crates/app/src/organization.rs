//! Organizations: who may join, creating with step-up, members, deletion, and the log of all of it.
//!
//! ```text
//!   authorize -> lock the row -> model::organization::next -> save its effects -> one log entry per effect -> commit -> tell the accounts
//! ```

pub mod file;
mod joining;
pub mod log;
pub mod members;
pub mod off_boarding;
pub mod offer;
pub mod outlook;
mod pending;
pub mod policy;
pub mod proposals;
pub mod resets;
pub mod restore;
pub mod roles;
pub(crate) mod standing;

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::step_up;
use futures_util::StreamExt;
pub use joining::{Candidates, Considered, candidates};
use joining::{considered, creation_reasons, each_considered, refuse};
use log::Tried;
use model::account::{self, Account};
use model::authority::{Denial, OrganizationAct, decide_organization};
use model::change::{Actor, Change, Kind as Did};
use model::eligibility::{Joining, Policy};
use model::id::{AccountId, OrganizationId, PersonId};
use model::limits::REVIEWS_PAGE;
use model::organization::log::{Said, of_account, of_edge};
use model::organization::proposal::Proposal;
use model::organization::{Effect, Event, Facts, IMPACT_TEXT_VERSION, Organization, next};
use standing::{Seen, Stand, from, is_system};
pub(crate) use standing::{answerable, may_hand_out, may_see};
use std::collections::{BTreeMap, BTreeSet};
use store::organization::Connection;
use store::{Tx, WriteTx};

/// The acts that ask for a fresh second factor.
pub const CREATE: &str = "organization.create";
/// See [`CREATE`]. The subject of both is [`accounts_subject`].
pub const ADD_MEMBERS: &str = "organization.add_members";
/// See [`CREATE`]. The subject is the account's id. Asked for where the policy says so.
pub const REMOVE_MEMBER: &str = "organization.remove_member";
/// See [`CREATE`]. The subject is the organization's id.
pub const UPDATE_POLICY: &str = "organization.update_policy";
/// See [`CREATE`]. The subject is the organization's id.
pub const DELETE: &str = "organization.delete";

/// The act of the log's entry about somebody who acknowledged the impact statement.
pub const ACKNOWLEDGED: &str = "acknowledged";

/// Members up to which every one is told of every change.
const ALL_TOLD_MAX: usize = 100;
/// Accounts told of one change at most: each is a transaction of its own, and whoever made the change waits for them. The
/// organization's log has an entry for every one in any case.
const TOLD_MAX: usize = 500;
/// Accounts told at the same time.
const TOLD_AT_ONCE: usize = 16;
/// Characters of the subject of a step-up.
const SUBJECT_CHARS_MAX: usize = 200;

/// What creating or joining an organization means for the accounts and their customers.
pub const IMPACT_TEXT: &str = "The accounts you join stay separate businesses. Nothing is shared until a connection is opened, \
feature by feature and direction by direction. An open connection lets people of one account see, or act on, personal data that \
another account holds. You may have to tell your customers about this, name the other companies in your privacy notice and adapt \
your agreements and records of processing before you open a connection. Every mirrored view is logged for the account whose data \
was seen. Connections can be cut at any time, at once.";

/// An organization as one of its members sees it.
#[derive(Debug, Clone)]
pub struct View {
    /// The account one works in.
    pub here: AccountId,
    pub organization: Organization,
    pub accounts: BTreeMap<AccountId, Account>,
    pub connections: Vec<Connection>,
    /// Names of who opened what.
    pub people: BTreeMap<PersonId, String>,
    pub unmanageable: bool,
    pub can_manage: bool,
    pub can_edit_connections: bool,
    /// She may take the account she works in out of it.
    pub can_withdraw: bool,
    pub can_read_log: bool,
    /// What one may do in each member.
    pub stand: Stand,
    /// When it was seen.
    pub now: jiff::Timestamp,
    /// What was asked for waits for a second person, instead of being so.
    pub proposed: Option<Proposal>,
}

/// A new organization as somebody wants it, made from the account she works in.
#[derive(Debug, Clone)]
pub struct New {
    pub name: String,
    /// The accounts to join; the one she works in is always a member.
    pub accounts: Vec<AccountId>,
    /// Accounts whose Super Admin is somebody else: each gets an offer, and joins when she accepts it. See [`offer`].
    pub invited: Vec<AccountId>,
    /// The version of [`IMPACT_TEXT`] she read.
    pub acknowledged_text_version: String,
    pub policy: Policy,
    pub proof: Option<String>,
}

/// What whoever lets accounts join has read and shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Consent<'a> {
    /// The version of [`IMPACT_TEXT`] she read; empty when she read none.
    pub text_version: &'a str,
    pub proof: Option<&'a str>,
}

/// What a turn did, for the feed and for telling the accounts.
#[derive(Debug, Clone)]
pub struct Turned {
    pub organization: Organization,
    pub effects: Vec<Effect>,
}

impl Turned {
    /// The change of the instance's feed.
    pub fn change(&self) -> Change {
        let detail = serde_json::json!({ "organizationId": self.organization.id, "version": self.organization.version, "effects": self.effects.len() });
        Change::of(Did::OrganizationChanged, detail)
    }

    fn touched(&self, by: AccountId) -> BTreeSet<AccountId> {
        let is_small = self.organization.members.len() <= ALL_TOLD_MAX;
        let members = self.organization.members.keys().copied().filter(|account| is_small || *account == by);
        let mut accounts: BTreeSet<AccountId> = members.collect();
        for effect in &self.effects {
            match effect {
                Effect::MemberRemoved { account, .. }
                | Effect::MemberJoined { account }
                | Effect::MemberRestored { account }
                | Effect::MemberFrozen { account, .. }
                | Effect::MemberThawed { account } => drop(accounts.insert(*account)),
                Effect::EdgeOpened { edge, .. }
                | Effect::EdgeReopened { edge, .. }
                | Effect::EdgeAmended { edge, .. }
                | Effect::EdgeClosed { edge, .. } => {
                    accounts.extend([edge.source, edge.destination]);
                }
                _ => {}
            }
        }
        accounts
    }
}

/// The subject of a step-up for joining accounts: their ids in order, joined by commas; their hash where that is longer than
/// a subject may be.
pub fn accounts_subject(accounts: &[AccountId]) -> String {
    let sorted: BTreeSet<&AccountId> = accounts.iter().collect();
    let text = sorted.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    if text.len() <= SUBJECT_CHARS_MAX { text } else { crate::secret::hash(&text) }
}

/// Creates an organization: eligible accounts, an acknowledged text, a fresh second factor. Nothing is shared by it.
pub async fn create(app: &App, cx: &Cx, new: New) -> Result<View> {
    cx.as_herself()?;
    decide_organization(standing::to_create(cx), OrganizationAct::Create)?;
    let name = account::name(&new.name)?;
    let made = create_now(app, cx, &name, new).await;
    if let Err(refusal) = &made {
        pending::keep(app, cx, &name, refusal).await;
    }
    made
}

async fn create_now(app: &App, cx: &Cx, name: &str, new: New) -> Result<View> {
    let transfer_mechanism = new.policy.transfer_mechanism.as_deref().map(account::name).transpose()?;
    let policy = Policy { transfer_mechanism, ..new.policy };
    acknowledged(&new.acknowledged_text_version)?;
    let mut tx = app.store.write_home().await?;
    let here = acting(&mut tx, cx).await?;
    let own = creation_reasons(&mut tx, cx, &here, &policy).await?;
    let joining = Joining { policy: &policy, organization: None, n_members: 1, location: &here.location };
    let invited: BTreeSet<AccountId> = new.invited.iter().copied().collect();
    // Whoever invites others may begin alone.
    let (mut members, refused) = match (new.accounts.is_empty(), invited.is_empty()) {
        (true, false) => Default::default(),
        _ => considered(&mut tx, cx, &new.accounts, &joining).await?,
    };
    refuse([(cx.account, own)].into_iter().chain(refused))?;
    members.insert(here.id, Facts::of(&here));
    for account in &invited {
        offer::may_be_invited(&policy, members.keys(), *account)?;
    }
    let named: Vec<AccountId> = new.accounts.iter().copied().chain(invited.iter().copied()).collect();
    prove(&mut tx, cx, CREATE, &accounts_subject(&named), new.proof.as_deref()).await?;
    let id = OrganizationId(tx.take_ids(1)?);
    let (proposed, mut effects) = next(Organization::none(id, name.to_owned(), policy), Event::Propose { members }, cx.now);
    let (verified, more) = next(proposed, Event::Verify, cx.now);
    effects.extend(more);
    let turned = Turned { organization: verified, effects };
    let cause = serde_json::json!({ "acknowledgedTextVersion": IMPACT_TEXT_VERSION });
    save(&mut tx, cx, 0, &turned, &cause).await?;
    note_acknowledged(&mut tx, cx, id, IMPACT_TEXT_VERSION).await?;
    if let Some(person) = cx.person {
        store::organization::known::unpend(&mut tx, cx.account, person.id).await?;
    }
    let told = offer::invite(&mut tx, cx, id, &invited).await?;
    tx.commit(&cx.by(), cx.now, &[turned.change()]).await?;
    tell(app, cx, &turned).await;
    tell_accounts(app, cx, &turned.organization, told).await;
    read(app, cx).await
}

/// Only the statement that is in force can be acknowledged.
pub(crate) fn acknowledged(version: &str) -> Result<()> {
    if version == IMPACT_TEXT_VERSION {
        return Ok(());
    }
    if version.is_empty() {
        let message = format!("the impact statement in version \"{IMPACT_TEXT_VERSION}\" has to be read and acknowledged first");
        return Err(Error::invalid("IMPACT_TEXT_STALE", message));
    }
    let message =
        format!("version \"{version}\" of the impact statement was acknowledged; version \"{IMPACT_TEXT_VERSION}\" is in force");
    Err(Error::invalid("IMPACT_TEXT_STALE", message))
}

async fn note_acknowledged(tx: &mut WriteTx, cx: &Cx, id: OrganizationId, version: &str) -> Result<()> {
    let detail = serde_json::json!({ "acknowledgedTextVersion": version });
    log::note(tx, cx, id, ACKNOWLEDGED, of_account(cx.account), detail).await
}

/// The organization of the account one works in.
pub async fn read(app: &App, cx: &Cx) -> Result<View> {
    let mut tx = app.store.read_home().await?;
    let Seen { organization, accounts, stand } = standing::here(&mut tx, cx).await?;
    let opened: BTreeSet<PersonId> = organization.open.values().flat_map(|o| [o.by, o.approved.by]).collect();
    Ok(View {
        here: cx.account,
        connections: store::organization::connections(&mut tx, organization.id).await?,
        people: store::organization::names(&mut tx, &opened).await?,
        unmanageable: stand.standing.unmanageable,
        can_manage: stand.may(OrganizationAct::AddMembers).is_ok(),
        can_edit_connections: stand.may(OrganizationAct::EditConnections).is_ok(),
        can_withdraw: stand.may(OrganizationAct::Withdraw).is_ok(),
        can_read_log: stand.may(OrganizationAct::ReadLog).is_ok(),
        stand,
        now: cx.now,
        proposed: None,
        organization,
        accounts,
    })
}

/// Adds accounts. Asks for a fresh second factor again, and for a fresh look at the impact statement. Source: scenario 17.
pub async fn add_members(app: &App, cx: &Cx, id: OrganizationId, accounts: &[AccountId], consent: Consent<'_>) -> Result<View> {
    let done = add_members_now(app, cx, id, accounts, consent).await;
    log::refusing(app, cx, id, Tried { act: "add_members", proof: consent.proof }, done).await
}

async fn add_members_now(app: &App, cx: &Cx, id: OrganizationId, accounts: &[AccountId], consent: Consent<'_>) -> Result<View> {
    let mut tx = app.store.write_home().await?;
    let organization = locked(&mut tx, cx, id, OrganizationAct::AddMembers).await?;
    let location = match organization.members.get(&cx.account) {
        Some(member) => member.facts.location.clone(),
        None => return Err(Denial::OrganizationInvisible.into()),
    };
    let joining = Joining {
        policy: &organization.policy,
        organization: Some(id),
        n_members: organization.members.len(),
        location: &location,
    };
    let (members, refused) = considered(&mut tx, cx, accounts, &joining).await?;
    refuse(refused)?;
    acknowledged(consent.text_version)?;
    prove(&mut tx, cx, ADD_MEMBERS, &accounts_subject(accounts), consent.proof).await?;
    note_acknowledged(&mut tx, cx, id, IMPACT_TEXT_VERSION).await?;
    let cause = serde_json::json!({ "acknowledgedTextVersion": IMPACT_TEXT_VERSION });
    finish(app, cx, tx, organization, Event::AddMembers { members }, &cause).await?;
    read(app, cx).await
}

/// Removes a member. A Super Admin of a member may withdraw it from an organization that nobody can manage any more.
pub async fn remove_member(app: &App, cx: &Cx, id: OrganizationId, account: AccountId, proof: Option<&str>) -> Result<()> {
    let done = remove_member_now(app, cx, id, account, proof).await;
    log::refusing(app, cx, id, Tried { act: "remove_member", proof }, done).await
}

async fn remove_member_now(app: &App, cx: &Cx, id: OrganizationId, account: AccountId, proof: Option<&str>) -> Result<()> {
    let mut tx = app.store.write_home().await?;
    let act = if account == cx.account { OrganizationAct::Withdraw } else { OrganizationAct::RemoveMembers };
    let organization = locked(&mut tx, cx, id, act).await?;
    if !organization.members.contains_key(&account) {
        let message = format!("account {account} is not a member of the organization");
        return Err(Error::new(Kind::NotFound, "NOT_A_MEMBER", message));
    }
    let event = Event::RemoveMember { account };
    // Without the last anchor the others are not together any more either: that is deleting, and asks for what deleting asks for.
    let (_, effects) = next(organization.clone(), event.clone(), cx.now);
    let ends = effects.iter().any(|effect| matches!(effect, Effect::Deleted { .. } | Effect::Frozen { .. }));
    if organization.policy.verify_removal || ends {
        prove(&mut tx, cx, REMOVE_MEMBER, &account.to_string(), proof).await?;
    }
    finish(app, cx, tx, organization, event, &serde_json::Value::Null).await?;
    Ok(())
}

/// Deletes the organization: every edge closes, every member goes its way, the accounts themselves stay as they are.
pub async fn delete(app: &App, cx: &Cx, id: OrganizationId, proof: Option<&str>) -> Result<()> {
    let done = delete_now(app, cx, id, proof).await;
    log::refusing(app, cx, id, Tried { act: "delete", proof }, done).await
}

async fn delete_now(app: &App, cx: &Cx, id: OrganizationId, proof: Option<&str>) -> Result<()> {
    let mut tx = app.store.write_home().await?;
    let organization = locked(&mut tx, cx, id, OrganizationAct::Delete).await?;
    prove(&mut tx, cx, DELETE, &id.to_string(), proof).await?;
    finish(app, cx, tx, organization, Event::Delete, &serde_json::Value::Null).await?;
    Ok(())
}

/// Ends graces whose time is over, says which reviews of terms are due, gives warnings, notes what nobody answered or verified. Takes no input and may run at any
/// time.
pub async fn reconcile(app: &App) -> Result<usize> {
    let ended = end_graces(app).await? + roles::reconcile(app).await? + proposals::reconcile(app).await?;
    let ended = ended + resets::reconcile(app).await?;
    Ok(ended + outlook::reconcile(app).await? + offer::reconcile(app).await? + pending::reconcile(app).await?)
}

async fn end_graces(app: &App) -> Result<usize> {
    let now = app.outside.now();
    let mut home = app.store.read_home().await?;
    let over = store::organization::known::with_grace_over(&mut home, now, 100).await?;
    let mut waiting: BTreeSet<OrganizationId> = over.into_iter().collect();
    waiting.extend(store::organization::with_reviews_due(&mut home, now, REVIEWS_PAGE).await?);
    drop(home);
    let mut n = 0;
    for id in waiting {
        let cx = Cx::system(app, store::INSTANCE);
        let mut tx = app.store.write_home().await?;
        let Some((organization, _)) = store::organization::lock(&mut tx, id).await? else { continue };
        let turned = turn(&mut tx, &cx, organization, Event::TimePassed, &serde_json::Value::Null).await?;
        if let Some(turned) = turned {
            tx.commit(&cx.by(), cx.now, &[turned.change()]).await?;
            tell(app, &cx, &turned).await;
            n += 1;
        }
    }
    Ok(n)
}

/// Lets an organization follow what one of its accounts became, in the transaction that made it so.
pub async fn follow(tx: &mut WriteTx, cx: &Cx, account: &Account) -> Result<Option<Turned>> {
    let Some(id) = store::organization::of_account(tx, account.id).await? else { return Ok(None) };
    let Some((mut organization, _)) = store::organization::lock(tx, id).await? else { return Ok(None) };
    // The row of the account is written already; the turn compares with what it was, which no longer matters to any rule.
    if let Some(member) = organization.members.get_mut(&account.id) {
        member.facts = Facts::of(account);
    }
    let event = Event::FactsChanged { account: account.id, facts: Facts::of(account) };
    turn(tx, cx, organization, event, &serde_json::json!({ "cause": "account_changed", "accountId": account.id })).await
}

/// Says in the feed of every account that is touched that its organization changed. The organization's own log is the truth;
/// this is so that open pages look again and each account's audit shows it. In a large organization only those are told whom
/// it is about; the others see it when they look.
pub async fn tell(app: &App, cx: &Cx, turned: &Turned) {
    tell_accounts(app, cx, &turned.organization, turned.touched(cx.account)).await;
}

pub(crate) async fn tell_accounts(app: &App, cx: &Cx, organization: &Organization, accounts: BTreeSet<AccountId>) {
    let told = [cx.account].into_iter().filter(|here| accounts.contains(here)).chain(accounts.iter().copied());
    let told: BTreeSet<AccountId> = told.filter(|account| *account != store::INSTANCE).take(TOLD_MAX).collect();
    let telling = told.into_iter().map(|account| async move {
        let detail = serde_json::json!({ "organizationId": organization.id, "version": organization.version });
        let tx = app.store.write(account).await?;
        tx.commit(&cx.by(), cx.now, &[Change::of(Did::OrganizationChanged, detail)]).await
    });
    let mut telling = futures_util::stream::iter(telling).buffer_unordered(TOLD_AT_ONCE);
    while let Some(told) = telling.next().await {
        if let Err(error) = told {
            tracing::warn!(organization_id = organization.id.0, %error, "an account was not told that its organization changed");
        }
    }
}

/// Whether one may do an act on the organization of the account one works in.
pub(crate) async fn may_act(tx: &mut Tx, cx: &Cx, id: OrganizationId, act: OrganizationAct) -> Result<()> {
    standing::visible(tx, cx, id, act).await.map(drop)
}

/// Loads and locks the organization of the account one works in, for an act one may do.
pub(crate) async fn locked(tx: &mut WriteTx, cx: &Cx, id: OrganizationId, act: OrganizationAct) -> Result<Organization> {
    Ok(standing::locked(tx, cx, id, act).await?.organization)
}

/// Runs one event on a locked organization, commits, and tells the accounts.
pub(crate) async fn finish(
    app: &App,
    cx: &Cx,
    mut tx: WriteTx,
    organization: Organization,
    event: Event,
    cause: &serde_json::Value,
) -> Result<()> {
    if let Some(turned) = turn(&mut tx, cx, organization, event, cause).await? {
        tx.commit(&cx.by(), cx.now, &[turned.change()]).await?;
        tell(app, cx, &turned).await;
    }
    Ok(())
}

async fn turn(
    tx: &mut WriteTx,
    cx: &Cx,
    organization: Organization,
    event: Event,
    cause: &serde_json::Value,
) -> Result<Option<Turned>> {
    let before = organization.version;
    let (organization, effects) = next(organization, event, cx.now);
    if effects == [Effect::Refused] {
        let message = format!("the organization is {} and cannot do this now", organization.phase.name());
        return Err(Error::conflict("ORGANIZATION_NOT_ACTIVE", message));
    }
    if effects.is_empty() {
        return Ok(None);
    }
    let turned = Turned { organization, effects };
    save(tx, cx, before, &turned, cause).await?;
    Ok(Some(turned))
}

async fn save(tx: &mut WriteTx, cx: &Cx, before: i64, turned: &Turned, cause: &serde_json::Value) -> Result<()> {
    let (organization, effects) = (&turned.organization, &turned.effects);
    if !store::organization::save(tx, before, organization, effects, cx.now).await? {
        return Err(Error::conflict("VERSION_STALE", "somebody else changed the organization at the same moment; try again"));
    }
    let entries = effects.iter().map(|effect| said(cx, organization, before, effect, cause)).collect();
    store::organization::append(tx, organization.id, entries).await?;
    if effects.iter().any(|effect| matches!(effect, Effect::MemberRemoved { .. })) {
        roles::sweep(tx, cx, organization.id).await?;
    }
    Ok(())
}

fn said(cx: &Cx, organization: &Organization, before: i64, effect: &Effect, cause: &serde_json::Value) -> Said {
    let effect_json = serde_json::to_value(effect).unwrap_or_default();
    let act = effect_json["did"].as_str().unwrap_or("unknown").to_owned();
    let subject = match effect {
        Effect::MemberJoined { account }
        | Effect::MemberRestored { account }
        | Effect::MemberFrozen { account, .. }
        | Effect::MemberThawed { account }
        | Effect::MemberRemoved { account, .. } => of_account(*account),
        Effect::EdgeOpened { edge, .. }
        | Effect::EdgeAmended { edge, .. }
        | Effect::EdgeReopened { edge, .. }
        | Effect::EdgeClosed { edge, .. }
        | Effect::ReviewDue { edge, .. }
        | Effect::EdgeRefused { edge, .. } => of_edge(*edge),
        _ => "organization".to_owned(),
    };
    let mut from = from(cx);
    from["request"] = cx.request.clone().into();
    let detail = serde_json::json!({
        "effect": effect_json,
        "cause": cause,
        "from": from,
        "version": [before, organization.version],
    });
    Said { at: cx.now.as_microsecond(), actor: actor(&cx.actor), act, subject, detail: detail.to_string() }
}

fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Person { id } => format!("person:{id}"),
        Actor::StandIn { id, real } => format!("person:{real}:as:{id}"),
        Actor::Token { id } => format!("token:{id}"),
        Actor::Provisioner { id } => format!("provisioner:{id}"),
        Actor::Connection { id, on_behalf_of } => format!("connection:{id}:{on_behalf_of}"),
        Actor::System => "system".to_owned(),
    }
}

async fn acting(tx: &mut Tx, cx: &Cx) -> Result<Account> {
    let account = store::account::read(tx, cx.account).await?;
    account.ok_or_else(|| Error::not_found(format!("there is no account {}", cx.account)))
}

/// The system runs on the operator's own machine and has no second factor to show.
async fn prove(tx: &mut WriteTx, cx: &Cx, act: &'static str, subject: &str, proof: Option<&str>) -> Result<()> {
    if is_system(cx) { Ok(()) } else { step_up::spend(tx, cx, act, subject, proof).await }
}
