//! Organizations: who may join, creating with step-up, members, deletion, and the log of all of it.
//!
//! ```text
//!   authorize -> lock the row -> model::organization::next -> save its effects -> one log entry per effect -> commit -> tell the accounts
//! ```

pub mod log;
pub mod policy;
pub mod roles;
pub(crate) mod standing;

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Reason, Result};
use crate::step_up;
use log::Tried;
use model::account::{self, Account, AccountUser, Role, UserStatus};
use model::authority::{Denial, OrganizationAct, decide_organization};
use model::change::{Actor, Change, Kind as Did};
use model::eligibility::{self, Candidate, Joining, Policy};
use model::id::{AccountId, OrganizationId, PersonId};
use model::limits::REVIEWS_PAGE;
use model::organization::log::{Said, of_account, of_edge};
use model::organization::{Effect, Event, Facts, IMPACT_TEXT_VERSION, Organization, next};
use standing::{Seen, Stand, from, is_system, role_here};
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
}

/// An account that might join, with every reason against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Considered {
    pub account: AccountId,
    pub name: String,
    pub reasons: BTreeSet<eligibility::Reason>,
}

/// The picker: candidates, and what stands against creating from here at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    pub results: Vec<Considered>,
    pub blocked: BTreeSet<eligibility::Reason>,
}

/// A new organization as somebody wants it, made from the account she works in.
#[derive(Debug, Clone)]
pub struct New {
    pub name: String,
    /// The accounts to join; the one she works in is always a member.
    pub accounts: Vec<AccountId>,
    /// The version of [`IMPACT_TEXT`] she read.
    pub acknowledged_text_version: String,
    pub policy: Policy,
    pub proof: Option<String>,
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

    fn touched(&self) -> BTreeSet<AccountId> {
        let mut accounts: BTreeSet<AccountId> = self.organization.members.keys().copied().collect();
        accounts.extend(self.effects.iter().filter_map(|effect| match effect {
            Effect::MemberRemoved { account, .. } => Some(*account),
            _ => None,
        }));
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

/// Which of her accounts a person could join with the one she works in, under a policy (that of the organization, if there is
/// one already).
pub async fn candidates(app: &App, cx: &Cx, policy: &Policy) -> Result<Candidates> {
    let mut tx = app.store.read_home().await?;
    let here = acting(&mut tx, cx).await?;
    let present = match store::organization::of_account(&mut tx, cx.account).await? {
        Some(_) => Some(standing::here(&mut tx, cx).await?.organization),
        None => may_see(&mut tx, cx).await.map(|()| None)?,
    };
    let policy = present.as_ref().map_or(policy, |organization| &organization.policy).clone();
    let members: BTreeSet<AccountId> = present.iter().flat_map(|o| o.members.keys().copied()).collect();
    let joining = Joining {
        policy: &policy,
        organization: present.as_ref().map(|o| o.id),
        n_members: members.len().max(1),
        location: &here.location,
    };
    let mut results = Vec::new();
    for (account, user) in places(&mut tx, cx).await? {
        if account.id == cx.account || members.contains(&account.id) || user.status != UserStatus::Active {
            continue;
        }
        let candidate = candidate(&mut tx, &account, Some(user.role)).await?;
        results.push(Considered { account: account.id, name: account.name, reasons: eligibility::reasons(&candidate, &joining) });
    }
    let blocked = match present {
        Some(_) => BTreeSet::new(),
        None => creation_reasons(&mut tx, cx, &here, &policy).await?,
    };
    Ok(Candidates { results, blocked })
}

/// Creates an organization: eligible accounts, an acknowledged text, a fresh second factor. Nothing is shared by it.
pub async fn create(app: &App, cx: &Cx, new: New) -> Result<View> {
    decide_organization(standing::to_create(cx), OrganizationAct::Create)?;
    let name = account::name(&new.name)?;
    let transfer_mechanism = new.policy.transfer_mechanism.as_deref().map(account::name).transpose()?;
    let policy = Policy { transfer_mechanism, ..new.policy };
    if new.acknowledged_text_version != IMPACT_TEXT_VERSION {
        let given = new.acknowledged_text_version;
        let message = format!(
            "version \"{given}\" of the impact statement was acknowledged; version \"{IMPACT_TEXT_VERSION}\" is in force"
        );
        return Err(Error::invalid("IMPACT_TEXT_STALE", message));
    }
    let mut tx = app.store.write_home().await?;
    let here = acting(&mut tx, cx).await?;
    let own = creation_reasons(&mut tx, cx, &here, &policy).await?;
    let joining = Joining { policy: &policy, organization: None, n_members: 1, location: &here.location };
    let (mut members, refused) = considered(&mut tx, cx, &new.accounts, &joining).await?;
    refuse([(cx.account, own)].into_iter().chain(refused))?;
    members.insert(here.id, Facts::of(&here));
    prove(&mut tx, cx, CREATE, &accounts_subject(&new.accounts), new.proof.as_deref()).await?;
    let id = OrganizationId(tx.take_ids(1)?);
    let (proposed, mut effects) = next(Organization::none(id, name, policy), Event::Propose { members }, cx.now);
    let (verified, more) = next(proposed, Event::Verify, cx.now);
    effects.extend(more);
    let turned = Turned { organization: verified, effects };
    let cause = serde_json::json!({ "acknowledgedTextVersion": IMPACT_TEXT_VERSION });
    save(&mut tx, cx, 0, &turned, &cause).await?;
    tx.commit(&cx.by(), cx.now, &[turned.change()]).await?;
    tell(app, cx, &turned).await;
    read(app, cx).await
}

/// The organization of the account one works in.
pub async fn read(app: &App, cx: &Cx) -> Result<View> {
    let mut tx = app.store.read_home().await?;
    let Seen { organization, accounts, stand } = standing::here(&mut tx, cx).await?;
    let opened: BTreeSet<PersonId> = organization.open.values().flat_map(|o| [o.by, o.approved.by]).collect();
    Ok(View {
        connections: store::organization::connections(&mut tx, organization.id).await?,
        people: store::organization::names(&mut tx, &opened).await?,
        unmanageable: stand.standing.unmanageable,
        can_manage: stand.may(OrganizationAct::AddMembers).is_ok(),
        can_edit_connections: stand.may(OrganizationAct::EditConnections).is_ok(),
        can_withdraw: stand.may(OrganizationAct::Withdraw).is_ok(),
        can_read_log: stand.may(OrganizationAct::ReadLog).is_ok(),
        stand,
        now: cx.now,
        organization,
        accounts,
    })
}

/// Adds accounts. Asks for a fresh second factor again. Source: scenario 17.
pub async fn add_members(app: &App, cx: &Cx, id: OrganizationId, accounts: &[AccountId], proof: Option<&str>) -> Result<View> {
    let done = add_members_now(app, cx, id, accounts, proof).await;
    log::refusing(app, cx, id, Tried { act: "add_members", proof }, done).await
}

async fn add_members_now(app: &App, cx: &Cx, id: OrganizationId, accounts: &[AccountId], proof: Option<&str>) -> Result<View> {
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
    prove(&mut tx, cx, ADD_MEMBERS, &accounts_subject(accounts), proof).await?;
    finish(app, cx, tx, organization, Event::AddMembers { members }, &serde_json::Value::Null).await?;
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
    if organization.policy.verify_removal {
        prove(&mut tx, cx, REMOVE_MEMBER, &account.to_string(), proof).await?;
    }
    finish(app, cx, tx, organization, Event::RemoveMember { account }, &serde_json::Value::Null).await?;
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

/// Ends graces whose time is over, and says which reviews of terms are due. Takes no input and may run at any time.
pub async fn reconcile(app: &App) -> Result<usize> {
    let mut home = app.store.read_home().await?;
    let mut waiting: BTreeSet<OrganizationId> = store::organization::in_grace(&mut home, 100).await?.into_iter().collect();
    waiting.extend(store::organization::with_reviews_due(&mut home, app.outside.now(), REVIEWS_PAGE).await?);
    drop(home);
    let mut n = roles::reconcile(app).await?;
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
/// this is so that open pages look again and each account's audit shows it.
pub async fn tell(app: &App, cx: &Cx, turned: &Turned) {
    tell_accounts(app, cx, &turned.organization, turned.touched()).await;
}

async fn tell_accounts(app: &App, cx: &Cx, organization: &Organization, accounts: BTreeSet<AccountId>) {
    let telling = accounts.into_iter().map(|account| async move {
        let detail = serde_json::json!({ "organizationId": organization.id, "version": organization.version });
        let tx = app.store.write(account).await?;
        tx.commit(&cx.by(), cx.now, &[Change::of(Did::OrganizationChanged, detail)]).await
    });
    for told in futures_util::future::join_all(telling).await {
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
        Effect::MemberJoined { account } | Effect::MemberRemoved { account, .. } => of_account(*account),
        Effect::EdgeOpened { edge, .. } | Effect::EdgeAmended { edge, .. } | Effect::EdgeClosed { edge, .. } => of_edge(*edge),
        Effect::EdgeRefused { edge, .. } | Effect::ReviewDue { edge, .. } => of_edge(*edge),
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
        Actor::Token { id } => format!("token:{id}"),
        Actor::Connection { id, on_behalf_of } => format!("connection:{id}:{on_behalf_of}"),
        Actor::System => "system".to_owned(),
    }
}

async fn acting(tx: &mut Tx, cx: &Cx) -> Result<Account> {
    let account = store::account::read(tx, cx.account).await?;
    account.ok_or_else(|| Error::not_found(format!("there is no account {}", cx.account)))
}

/// The accounts somebody could speak for: a person those she is in, the system all it names.
async fn places(tx: &mut Tx, cx: &Cx) -> Result<Vec<(Account, AccountUser)>> {
    match cx.person {
        Some(person) => Ok(store::account::of_person(tx, person.id).await?),
        None => Ok(Vec::new()),
    }
}

async fn candidate(tx: &mut Tx, account: &Account, role: Option<Role>) -> Result<Candidate> {
    Ok(Candidate {
        account: account.id,
        kind: account.kind,
        status: account.status,
        location: account.location.clone(),
        subscriptions: account.subscriptions.clone(),
        organization: store::organization::of_account(tx, account.id).await?,
        role,
    })
}

async fn creation_reasons(tx: &mut Tx, cx: &Cx, here: &Account, policy: &Policy) -> Result<BTreeSet<eligibility::Reason>> {
    let has_factor = match cx.person {
        Some(person) => store::step_up::has_factor(tx, person.id).await?,
        None => is_system(cx),
    };
    let role = role_here(tx, cx).await?;
    Ok(eligibility::creation_reasons(&candidate(tx, here, role).await?, policy, has_factor))
}

/// Accounts that may not join, each with every reason.
type Refused = Vec<(AccountId, BTreeSet<eligibility::Reason>)>;

/// The facts of accounts that may join, and what stands against the others.
async fn considered(
    tx: &mut Tx,
    cx: &Cx,
    accounts: &[AccountId],
    joining: &Joining<'_>,
) -> Result<(BTreeMap<AccountId, Facts>, Refused)> {
    let hers: BTreeMap<AccountId, (Account, Role)> = places(tx, cx)
        .await?
        .into_iter()
        .filter(|(_, u)| u.status == UserStatus::Active)
        .map(|(a, u)| (a.id, (a, u.role)))
        .collect();
    let wanted: BTreeSet<AccountId> = accounts.iter().copied().filter(|a| *a != cx.account).collect();
    if wanted.is_empty() {
        return Err(Error::invalid("NO_ACCOUNTS", "name at least one other account"));
    }
    let (mut members, mut refused) = (BTreeMap::new(), Vec::new());
    for id in wanted {
        let known = match hers.get(&id) {
            Some((account, role)) => Some((account.clone(), *role)),
            None if is_system(cx) => store::account::read(tx, id).await?.map(|a| (a, Role::SuperAdmin)),
            None => None,
        };
        // An account she is not in, and one that does not exist, answer the same.
        let Some((account, role)) = known else {
            refused.push((id, BTreeSet::from([eligibility::Reason::NotSuperAdmin])));
            continue;
        };
        let joining = Joining { n_members: joining.n_members + members.len(), ..joining.clone() };
        let reasons = eligibility::reasons(&candidate(tx, &account, Some(role)).await?, &joining);
        if reasons.is_empty() {
            members.insert(id, Facts::of(&account));
        } else {
            refused.push((id, reasons));
        }
    }
    Ok((members, refused))
}

/// Turns the reasons against accounts into one refusal that carries them all; the first gives it its code.
fn refuse(against: impl IntoIterator<Item = (AccountId, BTreeSet<eligibility::Reason>)>) -> Result<()> {
    use eligibility::Reason as Why;
    let against: Refused = against.into_iter().filter(|(_, reasons)| !reasons.is_empty()).collect();
    let Some((account, first)) = against.iter().find_map(|(id, reasons)| Some((*id, *reasons.first()?))) else { return Ok(()) };
    let kind = match first {
        Why::NotSuperAdmin | Why::ActorNo2fa | Why::NoAnchor => Kind::Forbidden,
        Why::AlreadyInOrg | Why::OrgFull => Kind::Conflict,
        Why::TierTooLow | Why::HostingMismatch | Why::Sandbox | Why::Trial | Why::Deactivated | Why::DevOrTest => Kind::Invalid,
    };
    let each = against.iter().flat_map(|(account, reasons)| {
        reasons.iter().map(|r| Reason {
            code: r.code().to_owned(),
            message: r.words().to_owned(),
            place: None,
            context: vec![("accountId".to_owned(), vec![account.to_string()])],
        })
    });
    let sentences = against.iter().map(|(account, reasons)| {
        let words: Vec<&str> = reasons.iter().map(|r| r.words()).collect();
        format!("account {account} cannot be part of the organization: {}", words.join("; "))
    });
    let message = sentences.collect::<Vec<_>>().join(". ");
    Err(Error::new(kind, first.code(), message).because(each.collect()).with("accountId", account))
}

/// The system runs on the operator's own machine and has no second factor to show.
async fn prove(tx: &mut WriteTx, cx: &Cx, act: &'static str, subject: &str, proof: Option<&str>) -> Result<()> {
    if is_system(cx) { Ok(()) } else { step_up::spend(tx, cx, act, subject, proof).await }
}
