//! Who may join: the accounts somebody could speak for, each with every reason against it.

use super::acting;
use super::standing::{self, is_system, may_see, role_here};
use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Reason, Result};
use model::account::{Account, AccountUser, Role, UserStatus};
use model::eligibility::{self, Candidate, Joining};
use model::id::{AccountId, OrganizationId};
use model::organization::Facts;
use model::policy::Policy;
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;

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

/// Accounts that may not join, each with every reason.
pub(super) type Refused = Vec<(AccountId, BTreeSet<eligibility::Reason>)>;

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
    let others = active_places(&mut tx, cx).await?.into_iter().map(|(account, _)| account);
    let others: Vec<Account> = others.filter(|a| a.id != cx.account && !members.contains(&a.id)).collect();
    let mut results = each_considered(&mut tx, cx, &others, &joining).await?;
    // Which of them are chosen is not known yet: one does not take the place of another.
    if joining.n_members < policy.members_max {
        for one in &mut results {
            one.reasons.remove(&eligibility::Reason::OrgFull);
        }
    }
    let blocked = match present {
        Some(_) => BTreeSet::new(),
        None => creation_reasons(&mut tx, cx, &here, &policy).await?,
    };
    Ok(Candidates { results, blocked })
}

/// The accounts somebody could speak for: a person those she is active in, the system all it names.
async fn active_places(tx: &mut Tx, cx: &Cx) -> Result<Vec<(Account, AccountUser)>> {
    let places = match cx.person {
        Some(person) => store::account::of_person(tx, person.id).await?,
        None => Vec::new(),
    };
    Ok(places.into_iter().filter(|(_, user)| user.status == UserStatus::Active).collect())
}

fn candidate(account: &Account, organization: Option<OrganizationId>, role: Option<Role>) -> Candidate {
    Candidate {
        account: account.id,
        kind: account.kind,
        status: account.status,
        location: account.location.clone(),
        subscriptions: account.subscriptions.clone(),
        organization,
        role,
    }
}

pub(super) async fn creation_reasons(
    tx: &mut Tx,
    cx: &Cx,
    here: &Account,
    policy: &Policy,
) -> Result<BTreeSet<eligibility::Reason>> {
    let has_factor = match cx.person {
        Some(person) => store::step_up::has_factor(tx, person.id).await?,
        None => is_system(cx),
    };
    let present = store::organization::of_account(tx, here.id).await?;
    let role = role_here(tx, cx).await?;
    Ok(eligibility::creation_reasons(&candidate(here, present, role), policy, has_factor))
}

/// What stands against one account's joining, by whoever works in it.
pub(super) async fn against_here(
    tx: &mut Tx,
    cx: &Cx,
    here: &Account,
    joining: &Joining<'_>,
) -> Result<BTreeSet<eligibility::Reason>> {
    let present = store::organization::of_account(tx, here.id).await?;
    let role = role_here(tx, cx).await?;
    Ok(eligibility::reasons(&candidate(here, present, role), joining))
}

/// The facts of accounts that may join, and what stands against the others.
pub(super) async fn considered(
    tx: &mut Tx,
    cx: &Cx,
    accounts: &[AccountId],
    joining: &Joining<'_>,
) -> Result<(BTreeMap<AccountId, Facts>, Refused)> {
    let wanted: BTreeSet<AccountId> = accounts.iter().copied().filter(|a| *a != cx.account).collect();
    if wanted.is_empty() {
        return Err(Error::invalid("NO_ACCOUNTS", "name at least one other account"));
    }
    let hers = active_places(tx, cx).await?;
    let mut hers: BTreeMap<AccountId, Account> = hers.into_iter().map(|(account, _)| (account.id, account)).collect();
    let (mut known, mut refused) = (Vec::new(), Refused::new());
    for id in wanted {
        let account = match hers.remove(&id) {
            None if is_system(cx) => store::account::read(tx, id).await?,
            known => known,
        };
        match account {
            Some(account) => known.push(account),
            // An account she is not in, and one that does not exist, answer the same.
            None => refused.push((id, BTreeSet::from([eligibility::Reason::NotSuperAdmin]))),
        }
    }
    let each = each_considered(tx, cx, &known, joining).await?;
    let mut members = BTreeMap::new();
    for (account, one) in known.iter().zip(each) {
        match one.reasons.is_empty() {
            true => drop(members.insert(account.id, Facts::of(account))),
            false => refused.push((one.account, one.reasons)),
        }
    }
    refused.sort_by_key(|(id, _)| *id);
    Ok((members, refused))
}

/// What stands against each of some accounts, in their order, joined one after the other. Asks once, however many there are.
pub(super) async fn each_considered(
    tx: &mut Tx,
    cx: &Cx,
    accounts: &[Account],
    joining: &Joining<'_>,
) -> Result<Vec<Considered>> {
    let hers = active_places(tx, cx).await?;
    let roles: BTreeMap<AccountId, Role> = hers.into_iter().map(|(account, user)| (account.id, user.role)).collect();
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    let organizations = store::organization::past::of_accounts(tx, &ids).await?;
    let (mut n, mut found) = (joining.n_members, Vec::new());
    for account in accounts {
        let role = if is_system(cx) { Some(Role::SuperAdmin) } else { roles.get(&account.id).copied() };
        let candidate = candidate(account, organizations.get(&account.id).copied(), role);
        let reasons = eligibility::reasons(&candidate, &Joining { n_members: n, ..joining.clone() });
        n += usize::from(reasons.is_empty());
        found.push(Considered { account: account.id, name: account.name.clone(), reasons });
    }
    Ok(found)
}

/// Turns the reasons against accounts into one refusal that carries them all; the first gives it its code.
pub(super) fn refuse(against: impl IntoIterator<Item = (AccountId, BTreeSet<eligibility::Reason>)>) -> Result<()> {
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
