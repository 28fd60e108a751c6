//! Coming into an account: each has a sign-in policy of its own, and it is asked when somebody enters, not when she signs in.
//! So two accounts may disagree, and each is right about itself. Source: spec 7.4, scenario 74.
//!
//! ```text
//!   policies (the account's own; with a strict organization those of all members) + what the session rests on + what she has
//!     -> open | open until a deadline | too long away: sign in again | show what you have | set something up first
//! ```

use crate::id::PersonId;
use crate::identity::sign_in::Enrolled;
use crate::limits::{IDLE_MINUTES_MAX, IDLE_MINUTES_MIN, SECOND_FACTOR_GRACE_HOURS, SEEN_SECONDS, SIGN_IN_EXEMPT_MAX};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Something a session rests on: what was shown in it so far. The names are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    Password,
    Totp,
    Passkey,
    /// A recovery code, which stands for the second factor that was lost.
    Recovery,
    /// Another sign-in page vouches for her.
    External,
    /// The same, and it saw a second factor.
    ExternalFactor,
}

impl Proof {
    /// Every proof.
    pub const ALL: [Proof; 6] =
        [Proof::Password, Proof::Totp, Proof::Passkey, Proof::Recovery, Proof::External, Proof::ExternalFactor];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Proof::Password => "password",
            Proof::Totp => "totp",
            Proof::Passkey => "passkey",
            Proof::Recovery => "recovery",
            Proof::External => "external",
            Proof::ExternalFactor => "external_factor",
        }
    }

    /// The proof of a name.
    pub fn from_name(name: &str) -> Option<Proof> {
        Proof::ALL.into_iter().find(|proof| proof.name() == name)
    }
}

/// What a sign-in proved, by how it was done.
pub fn proved_by(method: &str, second_factor: bool) -> BTreeSet<Proof> {
    match method {
        "password" | "setup" | "invitation" => BTreeSet::from([Proof::Password]),
        "totp" => BTreeSet::from([Proof::Password, Proof::Totp]),
        "recovery" => BTreeSet::from([Proof::Password, Proof::Recovery]),
        "passkey" => BTreeSet::from([Proof::Passkey]),
        _ if second_factor => BTreeSet::from([Proof::External, Proof::ExternalFactor]),
        _ => BTreeSet::from([Proof::External]),
    }
}

/// A way to come in. There is no text message: it is the weakest second factor, and this product never had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A password alone.
    Password,
    /// A password and a code of the authenticator app.
    Authenticator,
    Passkey,
}

impl Way {
    /// Every way, the weakest first.
    pub const ALL: [Way; 3] = [Way::Password, Way::Authenticator, Way::Passkey];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Way::Password => "password",
            Way::Authenticator => "authenticator",
            Way::Passkey => "passkey",
        }
    }

    /// The way of a name.
    pub fn from_name(name: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|way| way.name() == name)
    }

    fn is_shown(self, proved: &BTreeSet<Proof>, enrolled: Enrolled) -> bool {
        let has = |proof| proved.contains(&proof);
        match self {
            Way::Password => has(Proof::Password) || has(Proof::External),
            Way::Authenticator => has(Proof::Totp) || (has(Proof::Recovery) && enrolled.totp),
            Way::Passkey => has(Proof::Passkey) || (has(Proof::Recovery) && enrolled.n_passkeys > 0),
        }
    }

    fn is_enrolled(self, enrolled: Enrolled) -> bool {
        match self {
            Way::Password => enrolled.password,
            Way::Authenticator => enrolled.totp,
            Way::Passkey => enrolled.n_passkeys > 0,
        }
    }
}

/// How people come into one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Since when a second factor is asked of everybody; it is demanded a day later.
    pub second_factor_since: Option<Timestamp>,
    /// The ways that are allowed; never none.
    pub ways: BTreeSet<Way>,
    /// From when on the other ways are refused.
    pub ways_from: Option<Timestamp>,
    /// After how long without a request one has to sign in again; none: as long as the session lives.
    pub idle_minutes: Option<i64>,
    /// Who need not follow second factor and ways: somebody has to get in when the rest is broken.
    pub exempt: BTreeSet<PersonId>,
}

impl Default for Policy {
    fn default() -> Policy {
        let (ways, exempt) = (BTreeSet::from(Way::ALL), BTreeSet::new());
        Policy { second_factor_since: None, ways, ways_from: None, idle_minutes: None, exempt }
    }
}

impl Policy {
    /// When the demand for a second factor begins to bite.
    pub fn second_factor_from(&self) -> Option<Timestamp> {
        self.second_factor_since.map(|since| later(since, SignedDuration::from_hours(SECOND_FACTOR_GRACE_HOURS)))
    }

    /// The ways that are open at a time.
    fn ways_at(&self, at: Timestamp) -> BTreeSet<Way> {
        let restricted = self.ways_from.is_some_and(|from| from <= at);
        let mut ways = if restricted { self.ways.clone() } else { BTreeSet::from(Way::ALL) };
        if self.second_factor_from().is_some_and(|from| from <= at) {
            ways.remove(&Way::Password);
        }
        ways
    }

    fn deadlines(&self) -> impl Iterator<Item = Timestamp> {
        let restricts = self.ways.len() < Way::ALL.len();
        self.second_factor_from().into_iter().chain(self.ways_from.filter(|_| restricts))
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Whether somebody may come into an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    Open,
    /// Open now; from then on one of these has to be set up.
    Due {
        at: Timestamp,
        ways: BTreeSet<Way>,
    },
    /// Nothing was asked for too long: sign in again.
    Idle,
    /// She has one of these and has not shown it in this session.
    Show(BTreeSet<Way>),
    /// She has none of these.
    SetUp(BTreeSet<Way>),
}

impl Entry {
    /// The stable code of a refusal; none where she may come in.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Entry::Open | Entry::Due { .. } => None,
            Entry::Idle => Some("SESSION_IDLE"),
            Entry::Show(_) => Some("SIGN_IN_WAY_NOT_SHOWN"),
            Entry::SetUp(_) => Some("SIGN_IN_WAY_NOT_SET_UP"),
        }
    }

    /// The name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Entry::Open => "open",
            Entry::Due { .. } => "due",
            Entry::Idle => "idle",
            Entry::Show(_) => "show",
            Entry::SetUp(_) => "set_up",
        }
    }

    /// The ways it is about.
    pub fn ways(&self) -> BTreeSet<Way> {
        match self {
            Entry::Open | Entry::Idle => BTreeSet::new(),
            Entry::Due { ways, .. } | Entry::Show(ways) | Entry::SetUp(ways) => ways.clone(),
        }
    }
}

/// Who wants to come in, and with what.
#[derive(Debug, Clone)]
pub struct Visit<'a> {
    pub person: PersonId,
    pub proved: &'a BTreeSet<Proof>,
    /// The longest time without a request since something was last shown, this one's wait included.
    pub pause: SignedDuration,
    pub enrolled: Enrolled,
}

/// Whether somebody may come in. The account's own policy is the first; where the organization wants the strictest of all
/// members, the others follow. A rule that would leave no way at all is left out: an account must not become unreachable by
/// what another decides.
pub fn decide(policies: &[&Policy], visit: &Visit<'_>, now: Timestamp) -> Entry {
    let idle = policies.iter().filter_map(|policy| policy.idle_minutes).min();
    // The last use is noted once a minute, so a pause may look a minute longer than it was.
    let is_away = |minutes| visit.pause > SignedDuration::from_mins(minutes) + SignedDuration::from_secs(SEEN_SECONDS);
    if idle.is_some_and(is_away) {
        return Entry::Idle;
    }
    let demanding: Vec<&Policy> = policies.iter().copied().filter(|policy| !policy.exempt.contains(&visit.person)).collect();
    match shown(&ways_at(&demanding, now), visit) {
        Entry::Open => {}
        refused => return refused,
    }
    let coming = demanding.iter().flat_map(|policy| policy.deadlines()).filter(|at| *at > now);
    let mut coming: Vec<Timestamp> = coming.collect();
    coming.sort();
    let due = coming.into_iter().find_map(|at| match shown(&ways_at(&demanding, at), visit) {
        Entry::SetUp(ways) => Some(Entry::Due { at, ways }),
        _ => None,
    });
    due.unwrap_or(Entry::Open)
}

fn ways_at(policies: &[&Policy], at: Timestamp) -> BTreeSet<Way> {
    policies.iter().fold(BTreeSet::from(Way::ALL), |left, policy| {
        let both: BTreeSet<Way> = left.intersection(&policy.ways_at(at)).copied().collect();
        if both.is_empty() { left } else { both }
    })
}

fn shown(ways: &BTreeSet<Way>, visit: &Visit<'_>) -> Entry {
    let vouched = visit.proved.contains(&Proof::ExternalFactor);
    if vouched || ways.iter().any(|way| way.is_shown(visit.proved, visit.enrolled)) {
        return Entry::Open;
    }
    let has: BTreeSet<Way> = ways.iter().copied().filter(|way| way.is_enrolled(visit.enrolled)).collect();
    if has.is_empty() { Entry::SetUp(ways.clone()) } else { Entry::Show(has) }
}

/// What is to be different about a policy; what is not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    pub second_factor: Option<bool>,
    pub ways: Option<BTreeSet<Way>>,
    /// When the ways begin to bind; none, or a time gone by: now.
    pub ways_from: Option<Timestamp>,
    /// `Some(None)` takes the limit away.
    pub idle_minutes: Option<Option<i64>>,
    pub exempt: Option<BTreeSet<PersonId>>,
}

/// Why a policy is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    IdleOutOfRange(i64),
    WaysEmpty,
    /// A second factor is demanded and none is allowed.
    NoSecondFactor,
    ExemptTooMany(usize),
}

impl Refusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::IdleOutOfRange(_) => "IDLE_MINUTES_OUT_OF_RANGE",
            Refusal::WaysEmpty => "SIGN_IN_WAYS_EMPTY",
            Refusal::NoSecondFactor => "SECOND_FACTOR_WAY_MISSING",
            Refusal::ExemptTooMany(_) => "EXEMPT_TOO_MANY",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::IdleOutOfRange(minutes) => {
                write!(f, "{minutes} minutes is not between {IDLE_MINUTES_MIN} minutes and {IDLE_MINUTES_MAX} (three days)")
            }
            Refusal::WaysEmpty => write!(f, "at least one way to sign in must remain"),
            Refusal::NoSecondFactor => {
                write!(f, "a second factor is required, so the authenticator app or passkeys must be allowed")
            }
            Refusal::ExemptTooMany(n) => write!(f, "{n} people are exempt; at most {SIGN_IN_EXEMPT_MAX} can be"),
        }
    }
}

/// The policy after a change. What stays as it is keeps its dates: asking again does not give another day.
pub fn patched(before: &Policy, patch: Patch, now: Timestamp) -> Result<Policy, Refusal> {
    let mut after = before.clone();
    match patch.second_factor {
        Some(true) => after.second_factor_since = before.second_factor_since.or(Some(now)),
        Some(false) => after.second_factor_since = None,
        None => {}
    }
    if let Some(ways) = patch.ways {
        if ways != before.ways || patch.ways_from.is_some() {
            after.ways_from = Some(patch.ways_from.unwrap_or(now).max(now));
        }
        after.ways = ways;
    }
    if after.ways.len() == Way::ALL.len() {
        after.ways_from = None;
    }
    if let Some(minutes) = patch.idle_minutes {
        after.idle_minutes = minutes;
    }
    if let Some(exempt) = patch.exempt {
        after.exempt = exempt;
    }
    checked(after)
}

fn checked(policy: Policy) -> Result<Policy, Refusal> {
    if let Some(minutes) = policy.idle_minutes.filter(|n| !(IDLE_MINUTES_MIN..=IDLE_MINUTES_MAX).contains(n)) {
        return Err(Refusal::IdleOutOfRange(minutes));
    }
    if policy.ways.is_empty() {
        return Err(Refusal::WaysEmpty);
    }
    if policy.second_factor_since.is_some() && policy.ways == BTreeSet::from([Way::Password]) {
        return Err(Refusal::NoSecondFactor);
    }
    if policy.exempt.len() > SIGN_IN_EXEMPT_MAX {
        return Err(Refusal::ExemptTooMany(policy.exempt.len()));
    }
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write;

    const BO: PersonId = PersonId(2);

    fn now() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    fn hours(n: i64) -> Timestamp {
        now() + SignedDuration::from_hours(n)
    }

    fn ways(list: &[Way]) -> BTreeSet<Way> {
        list.iter().copied().collect()
    }

    fn policies() -> Vec<(&'static str, Vec<Policy>)> {
        let plain = Policy::default();
        let required = |since| Policy { second_factor_since: Some(since), ..Policy::default() };
        let only = |list: &[Way], from| Policy { ways: ways(list), ways_from: Some(from), ..Policy::default() };
        let exempt = Policy { exempt: BTreeSet::from([BO]), ..required(hours(-48)) };
        let away = Policy { idle_minutes: Some(15), ..Policy::default() };
        vec![
            ("nothing asked", vec![plain.clone()]),
            ("second factor asked an hour ago", vec![required(hours(-1))]),
            ("second factor asked two days ago", vec![required(hours(-48))]),
            ("second factor asked two days ago, Bo is exempt", vec![exempt]),
            ("authenticator app only, from tomorrow", vec![only(&[Way::Authenticator], hours(24))]),
            ("authenticator app only", vec![only(&[Way::Authenticator], hours(-1))]),
            ("password or passkey", vec![only(&[Way::Password, Way::Passkey], hours(-1))]),
            ("passkey only", vec![only(&[Way::Passkey], hours(-1))]),
            ("15 minutes", vec![away.clone()]),
            ("nothing asked here, second factor and 15 minutes elsewhere, strictest", vec![plain, required(hours(-48)), away]),
            (
                "passkey only here, authenticator app only elsewhere, strictest",
                vec![only(&[Way::Passkey], hours(-1)), only(&[Way::Authenticator], hours(-1))],
            ),
        ]
    }

    #[test]
    fn who_may_come_in() {
        let none = Enrolled { password: true, ..Enrolled::default() };
        let app = Enrolled { totp: true, n_recovery_codes: 9, ..none };
        let key = Enrolled { n_passkeys: 1, ..none };
        let visits = [
            ("password, has nothing else", none, vec![Proof::Password], 1),
            ("password, has the app", app, vec![Proof::Password], 1),
            ("password and app", app, vec![Proof::Password, Proof::Totp], 1),
            ("password and recovery code, has the app", app, vec![Proof::Password, Proof::Recovery], 1),
            ("passkey", key, vec![Proof::Passkey], 1),
            ("password, has a passkey", key, vec![Proof::Password], 1),
            ("another sign-in page", none, vec![Proof::External], 1),
            ("another sign-in page with a second factor", none, vec![Proof::External, Proof::ExternalFactor], 1),
            ("password and app, away for 20 minutes", app, vec![Proof::Password, Proof::Totp], 20),
        ];
        let mut table = String::new();
        for (what, policies) in policies() {
            writeln!(table, "{what}").unwrap();
            for (who, enrolled, proved, minutes) in &visits {
                let proved = proved.iter().copied().collect();
                let pause = SignedDuration::from_mins(*minutes);
                let visit = Visit { person: BO, proved: &proved, pause, enrolled: *enrolled };
                let entry = decide(&policies.iter().collect::<Vec<_>>(), &visit, now());
                let names = entry.ways().into_iter().map(Way::name).collect::<Vec<_>>().join(" or ");
                let until = if let Entry::Due { at, .. } = entry { format!(" from {at}") } else { String::new() };
                writeln!(table, "  {who:<44} {} {names}{until}", entry.name()).unwrap();
            }
        }
        insta::assert_snapshot!("who_may_come_in", table);
    }

    #[test]
    fn a_policy_keeps_its_dates_and_leaves_a_way() {
        let asked = patched(&Policy::default(), Patch { second_factor: Some(true), ..Patch::default() }, now()).unwrap();
        assert_eq!(asked.second_factor_from(), Some(hours(24)));
        let again = patched(&asked, Patch { second_factor: Some(true), ..Patch::default() }, hours(20)).unwrap();
        assert_eq!(again, asked, "asking again gives no other day");
        let only = |list: &[Way]| Patch { ways: Some(ways(list)), ..Patch::default() };
        assert_eq!(patched(&asked, only(&[Way::Password]), now()), Err(Refusal::NoSecondFactor));
        assert_eq!(patched(&asked, only(&[]), now()), Err(Refusal::WaysEmpty));
        let keys = patched(&asked, only(&[Way::Passkey]), now()).unwrap();
        assert_eq!(keys.ways_from, Some(now()));
        assert_eq!(patched(&keys, only(&Way::ALL), now()).unwrap().ways_from, None);
        for minutes in [0, 14, 4_321, -1] {
            let patch = Patch { idle_minutes: Some(Some(minutes)), ..Patch::default() };
            assert_eq!(patched(&asked, patch, now()), Err(Refusal::IdleOutOfRange(minutes)));
        }
        let crowd = Patch { exempt: Some((1..=101).map(PersonId).collect()), ..Patch::default() };
        assert_eq!(patched(&asked, crowd, now()), Err(Refusal::ExemptTooMany(101)));
    }

    proptest! {
        #[test]
        fn what_another_account_asks_never_leaves_no_way(list in prop::collection::vec(0_u8..8, 1..6), factor in any::<bool>()) {
            let policies: Vec<Policy> = list.iter().filter(|bits| **bits > 0).map(|bits| {
                let allowed = Way::ALL.into_iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0).map(|(_, way)| way).collect();
                let since = factor.then(|| hours(-48));
                Policy { ways: allowed, ways_from: Some(hours(-1)), second_factor_since: since, ..Policy::default() }
            }).collect();
            let left = ways_at(&policies.iter().collect::<Vec<_>>(), now());
            prop_assert!(!left.is_empty());
        }
    }
}
