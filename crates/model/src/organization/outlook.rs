//! What is known to happen: which members, connections or the organization itself will end on which day, if nobody does
//! anything. Found by living the known future on a copy: the same state machine, the same rules, nothing to keep in step.

use super::{Effect, Event, Facts, Organization, next};
use crate::id::AccountId;
use crate::limits::OUTLOOK_DATES_MAX;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::iter::Peekable;

/// Something known of the future: what an account will be from a date on, such as at the end of a term that is not renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Future {
    pub at: Timestamp,
    pub account: AccountId,
    pub facts: Facts,
}

/// What will end on a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub at: Timestamp,
    /// The account it begins with; `None` when a grace of the whole runs out.
    pub account: Option<AccountId>,
    /// What ends or freezes, in order.
    pub effects: Vec<Effect>,
}

/// Everything that is going to end after `at`, earliest first. What would not take anything away is left out.
pub fn outlook(organization: &Organization, future: &[Future], at: Timestamp) -> Vec<Expected> {
    let mut future: Vec<&Future> = future.iter().filter(|f| f.at > at).collect();
    future.sort_by_key(|f| (f.at, f.account));
    let (mut is, mut future, mut expected) = (organization.clone(), future.into_iter().cloned().peekable(), Vec::new());
    for _ in 0..OUTLOOK_DATES_MAX {
        let Some((when, account, event)) = step(&is, &mut future) else { break };
        let (after, effects) = next(is, event, when);
        is = after;
        let effects: Vec<Effect> = effects.into_iter().filter(is_loss).collect();
        if when > at && !effects.is_empty() {
            expected.push(Expected { at: when, account, effects });
        }
    }
    expected
}

/// What comes next: the end of a grace, or a change. On the same day the grace ends first: what is over is not saved by what
/// an account will be.
fn step(is: &Organization, future: &mut Peekable<impl Iterator<Item = Future>>) -> Option<(Timestamp, Option<AccountId>, Event)> {
    let over = ends(is);
    let change = future.next_if(|change| over.is_none_or(|over| change.at < over));
    match (change, over) {
        (Some(Future { at, account, facts }), _) => Some((at, Some(account), Event::FactsChanged { account, facts })),
        (None, Some(over)) => Some((over, None, Event::TimePassed)),
        (None, None) => None,
    }
}

/// When the next grace ends, of a member or of the whole.
fn ends(organization: &Organization) -> Option<Timestamp> {
    let members = organization.members.values().filter_map(|member| member.frozen.map(|frozen| frozen.until));
    members.chain(organization.grace_until).min()
}

fn is_loss(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::MemberRemoved { .. }
            | Effect::MemberFrozen { .. }
            | Effect::EdgeClosed { .. }
            | Effect::Frozen { .. }
            | Effect::OneMemberLeft
            | Effect::Deleted { .. }
    )
}

/// The warning that is due before a date: the fewest days of the policy that have begun, if one has and it was not given.
/// Days that were slept through are not made up for: who is told 7 days before needs not be told 30 days before as well.
pub fn due(days: &[u16], ends_at: Timestamp, given: &BTreeSet<u16>, now: Timestamp) -> Option<u16> {
    if ends_at <= now {
        return None;
    }
    let begun = |days: u16| ends_at.saturating_sub(SignedDuration::from_hours(i64::from(days) * 24)).is_ok_and(|at| at <= now);
    let nearest = days.iter().copied().filter(|days| begun(*days)).min()?;
    let told = given.iter().any(|days| *days <= nearest);
    (!told).then_some(nearest)
}
