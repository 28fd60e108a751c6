//! The life of an organization and of a membership, as two small tables. Source: spec 1.8 and 1.9.
//!
//! ```text
//!  none -> pending_verification -> active_unconfigured -> active <-> grace
//!               |                        |                  |          |
//!               +------------------------+---> deleted <----+----------+
//!                                        ^             |
//!                                        +-------------+  restored within 30 days
//! ```

use serde::{Deserialize, Serialize};

/// Why an organization is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deletion {
    Manual,
    /// No member holds it up any more.
    NoAnchor,
    /// Never verified.
    Expired,
}

impl Deletion {
    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Deletion::Manual => "manual",
            Deletion::NoAnchor => "no_anchor",
            Deletion::Expired => "expired",
        }
    }
}

/// Where an organization is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    None,
    PendingVerification,
    /// Verified, and nobody has opened a connection yet.
    ActiveUnconfigured,
    Active,
    /// No member holds it up: nothing flows, and it is deleted when the grace ends.
    Grace,
    Deleted(Deletion),
}

impl Phase {
    /// Whether connections may be opened and carry anything.
    pub fn is_active(self) -> bool {
        matches!(self, Phase::ActiveUnconfigured | Phase::Active)
    }

    /// Whether the organization is over.
    pub fn is_deleted(self) -> bool {
        matches!(self, Phase::Deleted(_))
    }

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Phase::None => "none",
            Phase::PendingVerification => "pending_verification",
            Phase::ActiveUnconfigured => "active_unconfigured",
            Phase::Active => "active",
            Phase::Grace => "grace",
            Phase::Deleted(Deletion::Manual) => "deleted_manual",
            Phase::Deleted(Deletion::NoAnchor) => "deleted_no_anchor",
            Phase::Deleted(Deletion::Expired) => "deleted_expired",
        }
    }

    /// The phase of a stored name.
    pub fn from_name(name: &str) -> Option<Phase> {
        Phase::ALL.into_iter().find(|p| p.name() == name)
    }

    /// Every phase.
    pub const ALL: [Phase; 8] = [
        Phase::None,
        Phase::PendingVerification,
        Phase::ActiveUnconfigured,
        Phase::Active,
        Phase::Grace,
        Phase::Deleted(Deletion::Manual),
        Phase::Deleted(Deletion::NoAnchor),
        Phase::Deleted(Deletion::Expired),
    ];
}

/// What can happen to an organization as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhaseEvent {
    Propose,
    Verify,
    /// The time to verify ran out.
    Expire,
    /// The first connections were applied.
    Configure,
    /// The last anchor is gone and the policy deletes at once.
    AnchorLost,
    /// The last anchor is gone and the policy grants a grace.
    AnchorLostWithGrace,
    AnchorRegained,
    GraceOver,
    Delete,
    /// It comes back within its days.
    Restore,
}

impl PhaseEvent {
    /// Every event.
    pub const ALL: [PhaseEvent; 10] = [
        PhaseEvent::Propose,
        PhaseEvent::Verify,
        PhaseEvent::Expire,
        PhaseEvent::Configure,
        PhaseEvent::AnchorLost,
        PhaseEvent::AnchorLostWithGrace,
        PhaseEvent::AnchorRegained,
        PhaseEvent::GraceOver,
        PhaseEvent::Delete,
        PhaseEvent::Restore,
    ];
}

/// What a transition of the whole does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaseEffect {
    Nothing,
    Proposed,
    Verified,
    Configured,
    Frozen,
    Thawed,
    Restored,
    /// Every edge closes, every member is removed, and each is told.
    Dissolved(Deletion),
    /// The event makes no sense in this phase.
    Refused,
}

/// What becomes of an organization. Total: every phase answers every event.
pub fn next(phase: Phase, event: PhaseEvent) -> (Phase, PhaseEffect) {
    use PhaseEvent as On;
    let dissolve = |why| (Phase::Deleted(why), PhaseEffect::Dissolved(why));
    match (phase, event) {
        (Phase::None, On::Propose) => (Phase::PendingVerification, PhaseEffect::Proposed),
        // What was never verified never was.
        (Phase::Deleted(Deletion::Manual | Deletion::NoAnchor), On::Restore) => {
            (Phase::ActiveUnconfigured, PhaseEffect::Restored)
        }
        (Phase::None | Phase::Deleted(_), _) => (phase, PhaseEffect::Refused),
        (_, On::Propose | On::Restore) => (phase, PhaseEffect::Refused),
        (_, On::Delete) => dissolve(Deletion::Manual),
        (Phase::PendingVerification, On::Verify) => (Phase::ActiveUnconfigured, PhaseEffect::Verified),
        (Phase::PendingVerification, On::Expire) => dissolve(Deletion::Expired),
        (Phase::PendingVerification, On::AnchorLost | On::AnchorLostWithGrace) => dissolve(Deletion::NoAnchor),
        (Phase::PendingVerification, On::AnchorRegained) => (phase, PhaseEffect::Nothing),
        (Phase::PendingVerification, On::Configure | On::GraceOver) => (phase, PhaseEffect::Refused),
        (_, On::AnchorLost) => dissolve(Deletion::NoAnchor),
        (Phase::ActiveUnconfigured, On::Configure) => (Phase::Active, PhaseEffect::Configured),
        (Phase::Active, On::Configure) => (phase, PhaseEffect::Nothing),
        (Phase::ActiveUnconfigured | Phase::Active, On::AnchorLostWithGrace) => (Phase::Grace, PhaseEffect::Frozen),
        (Phase::Grace, On::AnchorRegained) => (Phase::Active, PhaseEffect::Thawed),
        (Phase::Grace, On::GraceOver) => dissolve(Deletion::NoAnchor),
        (Phase::Grace, On::AnchorLostWithGrace) => (phase, PhaseEffect::Nothing),
        (Phase::ActiveUnconfigured | Phase::Active, On::AnchorRegained) => (phase, PhaseEffect::Nothing),
        (Phase::Grace, On::Configure) => (phase, PhaseEffect::Refused),
        (Phase::ActiveUnconfigured | Phase::Active, On::GraceOver) => (phase, PhaseEffect::Refused),
        (_, On::Verify | On::Expire) => (phase, PhaseEffect::Refused),
    }
}

/// Why an account is no longer a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    Manual,
    Tier,
    Deactivated,
    Hosting,
    OrgDeleted,
}

impl Removal {
    /// Every reason.
    pub const ALL: [Removal; 5] = [Removal::Manual, Removal::Tier, Removal::Deactivated, Removal::Hosting, Removal::OrgDeleted];

    /// The reason of a stored name.
    pub fn from_name(name: &str) -> Option<Removal> {
        Removal::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Removal::Manual => "manual",
            Removal::Tier => "tier",
            Removal::Deactivated => "deactivated",
            Removal::Hosting => "hosting",
            Removal::OrgDeleted => "org_deleted",
        }
    }
}

/// What an account is to an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    Eligible,
    Member,
    /// It may no longer be a member, and its grace runs: nothing passes.
    Frozen(Removal),
    Removed(Removal),
}

/// What can happen to a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MembershipEvent {
    /// Joined, and verified.
    Join,
    RemoveByHand,
    DropBelowProfessional,
    Deactivate,
    MoveAway,
    OrganizationDeleted,
    Suspend,
    /// It may no longer be a member, and the rules grant a grace.
    Freeze(Removal),
    GraceOver,
    /// Reactivated, upgraded again, moved back.
    Recover,
}

impl MembershipEvent {
    /// Every event.
    pub const ALL: [MembershipEvent; 10] = [
        MembershipEvent::Join,
        MembershipEvent::RemoveByHand,
        MembershipEvent::DropBelowProfessional,
        MembershipEvent::Deactivate,
        MembershipEvent::MoveAway,
        MembershipEvent::OrganizationDeleted,
        MembershipEvent::Suspend,
        MembershipEvent::Freeze(Removal::Tier),
        MembershipEvent::GraceOver,
        MembershipEvent::Recover,
    ];
}

/// What a transition of a membership does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembershipEffect {
    Nothing,
    Joined,
    Frozen(Removal),
    Thawed,
    Removed(Removal),
}

/// What becomes of a membership. Total. Who was removed comes back only by being joined again.
pub fn next_membership(membership: Membership, event: MembershipEvent) -> (Membership, MembershipEffect) {
    use MembershipEvent as On;
    let removed = |why| (Membership::Removed(why), MembershipEffect::Removed(why));
    match (membership, event) {
        (Membership::Eligible | Membership::Removed(_), On::Join) => (Membership::Member, MembershipEffect::Joined),
        (Membership::Eligible | Membership::Removed(_), _) => (membership, MembershipEffect::Nothing),
        (Membership::Member | Membership::Frozen(_), On::RemoveByHand) => removed(Removal::Manual),
        (Membership::Member | Membership::Frozen(_), On::OrganizationDeleted) => removed(Removal::OrgDeleted),
        (Membership::Member | Membership::Frozen(_), On::DropBelowProfessional) => removed(Removal::Tier),
        (Membership::Member | Membership::Frozen(_), On::Deactivate) => removed(Removal::Deactivated),
        (Membership::Member | Membership::Frozen(_), On::MoveAway) => removed(Removal::Hosting),
        (Membership::Member, On::Freeze(why)) => (Membership::Frozen(why), MembershipEffect::Frozen(why)),
        (Membership::Frozen(was), On::Freeze(why)) if was == why => (membership, MembershipEffect::Nothing),
        // Another reason does not make the grace longer: it is for the account, not for each reason.
        (Membership::Frozen(_), On::Freeze(why)) => (Membership::Frozen(why), MembershipEffect::Frozen(why)),
        (Membership::Frozen(why), On::GraceOver) => removed(why),
        (Membership::Frozen(_), On::Recover) => (Membership::Member, MembershipEffect::Thawed),
        (Membership::Member, On::Recover | On::GraceOver) => (membership, MembershipEffect::Nothing),
        (Membership::Member | Membership::Frozen(_), On::Join | On::Suspend) => (membership, MembershipEffect::Nothing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn every_phase_of_an_organization_answers_every_event() {
        let mut table = String::new();
        for phase in Phase::ALL {
            writeln!(table, "an organization that is {}", phase.name()).unwrap();
            for event in PhaseEvent::ALL {
                let (after, effect) = next(phase, event);
                writeln!(table, "  {:<20} -> {:<21} {effect:?}", format!("{event:?}"), after.name()).unwrap();
            }
        }
        insta::assert_snapshot!("organization", table);
    }

    #[test]
    fn every_membership_answers_every_event() {
        let mut states = vec![Membership::Eligible, Membership::Member];
        states.extend([Removal::Tier, Removal::Deactivated, Removal::Hosting].map(Membership::Frozen));
        states.extend(Removal::ALL.map(Membership::Removed));
        let mut table = String::new();
        for state in states {
            writeln!(table, "an account that is {state:?}").unwrap();
            for event in MembershipEvent::ALL {
                let (after, effect) = next_membership(state, event);
                writeln!(table, "  {:<22} -> {:<21} {effect:?}", format!("{event:?}"), format!("{after:?}")).unwrap();
            }
        }
        insta::assert_snapshot!("membership", table);
    }

    #[test]
    fn a_phase_has_one_stored_name() {
        for phase in Phase::ALL {
            assert_eq!(Phase::from_name(phase.name()), Some(phase));
        }
    }
}
