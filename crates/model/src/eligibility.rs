//! Who may join an organization: every reason against an account at once, under the organization's [`Policy`].
//! Source: spec 1.2 and 1.4.

use crate::account::{Kind, Role, Status, Subscriptions};
use crate::id::{AccountId, OrganizationId};
pub use crate::policy::{AnchorLoss, Locations, Policy, Tiers};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One reason against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    NotSuperAdmin,
    TierTooLow,
    HostingMismatch,
    Sandbox,
    Trial,
    OrgFull,
    #[serde(rename = "ACTOR_NO_2FA")]
    ActorNo2fa,
    NoAnchor,
    AlreadyInOrg,
    Deactivated,
    DevOrTest,
}

impl Reason {
    /// Every reason, in the order people are told them.
    pub const ALL: [Reason; 11] = [
        Reason::NotSuperAdmin,
        Reason::TierTooLow,
        Reason::HostingMismatch,
        Reason::Sandbox,
        Reason::Trial,
        Reason::OrgFull,
        Reason::ActorNo2fa,
        Reason::NoAnchor,
        Reason::AlreadyInOrg,
        Reason::Deactivated,
        Reason::DevOrTest,
    ];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Reason::NotSuperAdmin => "NOT_SUPER_ADMIN",
            Reason::TierTooLow => "TIER_TOO_LOW",
            Reason::HostingMismatch => "HOSTING_MISMATCH",
            Reason::Sandbox => "SANDBOX",
            Reason::Trial => "TRIAL",
            Reason::OrgFull => "ORG_FULL",
            Reason::ActorNo2fa => "ACTOR_NO_2FA",
            Reason::NoAnchor => "NO_ANCHOR",
            Reason::AlreadyInOrg => "ALREADY_IN_ORG",
            Reason::Deactivated => "DEACTIVATED",
            Reason::DevOrTest => "DEV_OR_TEST",
        }
    }

    /// The reason in English; it names nothing of another organization.
    pub fn words(self) -> &'static str {
        match self {
            Reason::NotSuperAdmin => "you are not a Super Admin of the account",
            Reason::TierTooLow => "the account has no product at Professional or above",
            Reason::HostingMismatch => "the account is hosted in another location",
            Reason::Sandbox => "the account is a sandbox",
            Reason::Trial => "the account is on a trial",
            Reason::OrgFull => "the organization has as many accounts as it may have",
            Reason::ActorNo2fa => "you have neither two-factor authentication nor a passkey",
            Reason::NoAnchor => "the account you work in does not have Marketing Hub Enterprise",
            Reason::AlreadyInOrg => "the account belongs to another organization",
            Reason::Deactivated => "the account is suspended or deactivated",
            Reason::DevOrTest => "the account is a developer or test account",
        }
    }
}

/// What is known of an account somebody wants to join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub account: AccountId,
    pub kind: Kind,
    pub status: Status,
    pub location: String,
    pub subscriptions: Subscriptions,
    pub organization: Option<OrganizationId>,
    /// The actor's role there; `None` when she is no user of it.
    pub role: Option<Role>,
}

/// What the candidate would join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joining<'a> {
    pub policy: &'a Policy,
    /// The organization that is added to; `None` while one is being created.
    pub organization: Option<OrganizationId>,
    /// Members there already are, the acting account included.
    pub n_members: usize,
    /// Where the members are hosted.
    pub location: &'a str,
}

/// Every reason against one candidate; none means it may join.
pub fn reasons(candidate: &Candidate, joining: &Joining<'_>) -> BTreeSet<Reason> {
    let mut found = own_reasons(candidate);
    let against = [
        (candidate.organization.is_some(), Reason::AlreadyInOrg),
        (joining.n_members >= joining.policy.members_max, Reason::OrgFull),
        (!joining.policy.may_span(joining.location, &candidate.location), Reason::HostingMismatch),
        (!joining.policy.is_enough(&candidate.subscriptions), Reason::TierTooLow),
    ];
    found.extend(against.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason));
    found
}

/// Every reason why an organization cannot be created from the acting account at all.
pub fn creation_reasons(acting: &Candidate, policy: &Policy, has_second_factor: bool) -> BTreeSet<Reason> {
    let mut found = own_reasons(acting);
    let against = [
        (acting.organization.is_some(), Reason::AlreadyInOrg),
        (!policy.is_anchor(&acting.subscriptions), Reason::NoAnchor),
        (!has_second_factor, Reason::ActorNo2fa),
    ];
    found.extend(against.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason));
    found
}

/// Reasons in the account itself and in who asks, whatever would be joined.
fn own_reasons(candidate: &Candidate) -> BTreeSet<Reason> {
    let against = [
        (candidate.role != Some(Role::SuperAdmin), Reason::NotSuperAdmin),
        (candidate.kind == Kind::Sandbox, Reason::Sandbox),
        (candidate.kind == Kind::Trial, Reason::Trial),
        (candidate.kind == Kind::Developer, Reason::DevOrTest),
        (candidate.status != Status::Active, Reason::Deactivated),
    ];
    against.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Product, Tier};

    fn professional() -> Candidate {
        Candidate {
            account: AccountId(2),
            kind: Kind::Standard,
            status: Status::Active,
            location: "eu".into(),
            subscriptions: Subscriptions::of(&[(Product::Sales, Tier::Professional)]),
            organization: None,
            role: Some(Role::SuperAdmin),
        }
    }

    fn anchor() -> Candidate {
        let subscriptions = Subscriptions::of(&[(Product::Marketing, Tier::Enterprise)]);
        Candidate { account: AccountId(1), subscriptions, ..professional() }
    }

    fn starter() -> Candidate {
        Candidate { subscriptions: Subscriptions::of(&[(Product::Sales, Tier::Starter)]), ..professional() }
    }

    fn against(candidate: &Candidate, policy: &Policy, n_members: usize) -> Vec<&'static str> {
        let joining = Joining { policy, organization: None, n_members, location: "eu" };
        reasons(candidate, &joining).into_iter().map(Reason::code).collect()
    }

    #[test]
    fn scenarios_1_to_6_11_and_12_under_parity() {
        let parity = Policy::parity();
        let (there, org) = ("us".to_owned(), Some(OrganizationId(9)));
        let table: Vec<(&str, Candidate, usize, Vec<&str>)> = vec![
            ("1: Professional, same region, Super Admin", professional(), 1, vec![]),
            ("2: Starter only", starter(), 1, vec!["TIER_TOO_LOW"]),
            ("3: plain user there", Candidate { role: Some(Role::Standard), ..professional() }, 1, vec!["NOT_SUPER_ADMIN"]),
            (
                "3: Partner Admin there",
                Candidate { role: Some(Role::PartnerAdmin), ..professional() },
                1,
                vec!["NOT_SUPER_ADMIN"],
            ),
            ("4: other region", Candidate { location: there.clone(), ..professional() }, 1, vec!["HOSTING_MISMATCH"]),
            ("5: sandbox", Candidate { kind: Kind::Sandbox, ..professional() }, 1, vec!["SANDBOX"]),
            ("5: trial", Candidate { kind: Kind::Trial, ..professional() }, 1, vec!["TRIAL"]),
            ("6: tier and region", Candidate { location: there, ..starter() }, 1, vec!["TIER_TOO_LOW", "HOSTING_MISMATCH"]),
            ("11: a sixth account", professional(), 5, vec!["ORG_FULL"]),
            ("11: the fifth account", professional(), 4, vec![]),
            ("12: in organization X", Candidate { organization: org, ..professional() }, 1, vec!["ALREADY_IN_ORG"]),
            ("1.4: developer", Candidate { kind: Kind::Developer, ..professional() }, 1, vec!["DEV_OR_TEST"]),
            ("1.4: deactivated", Candidate { status: Status::Deactivated, ..professional() }, 1, vec!["DEACTIVATED"]),
            ("1.4: suspended", Candidate { status: Status::Suspended, ..professional() }, 1, vec!["DEACTIVATED"]),
        ];
        for (what, candidate, n_members, expected) in table {
            assert_eq!(against(&candidate, &parity, n_members), expected, "{what}");
        }
    }

    #[test]
    fn scenario_7_creating_outside_marketing_enterprise_is_refused_with_no_anchor() {
        assert_eq!(creation_reasons(&professional(), &Policy::parity(), true), BTreeSet::from([Reason::NoAnchor]));
        assert_eq!(creation_reasons(&anchor(), &Policy::parity(), true), BTreeSet::new());
        assert_eq!(creation_reasons(&starter(), &Policy::open(), true), BTreeSet::new());
    }

    #[test]
    fn scenario_8_creating_without_a_second_factor_is_refused_with_actor_no_2fa() {
        for policy in [Policy::parity(), Policy::open()] {
            assert_eq!(creation_reasons(&anchor(), &policy, false), BTreeSet::from([Reason::ActorNo2fa]));
        }
    }

    #[test]
    fn our_policy_takes_any_tier_and_many_members_but_another_location_only_in_writing() {
        let open = Policy::open();
        assert_eq!(against(&starter(), &open, 9_999), Vec::<&str>::new());
        assert_eq!(against(&starter(), &open, 10_000), ["ORG_FULL"]);
        let abroad = Candidate { location: "us".into(), ..starter() };
        assert_eq!(against(&abroad, &open, 1), ["HOSTING_MISMATCH"]);
        let written = Policy { transfer_mechanism: Some("SCC 2021/914".into()), ..Policy::open() };
        assert_eq!(against(&abroad, &written, 1), Vec::<&str>::new());
        let parity = Policy { transfer_mechanism: Some("SCC 2021/914".into()), ..Policy::parity() };
        assert_eq!(against(&Candidate { location: "us".into(), ..professional() }, &parity, 1), ["HOSTING_MISMATCH"]);
    }

    #[test]
    fn a_code_is_what_serde_writes() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        }
    }

    #[test]
    fn several_reasons_are_all_told_in_the_same_order() {
        let hopeless = Candidate {
            kind: Kind::Trial,
            status: Status::Suspended,
            location: "us".into(),
            organization: Some(OrganizationId(4)),
            role: None,
            ..starter()
        };
        let expected =
            ["NOT_SUPER_ADMIN", "TIER_TOO_LOW", "HOSTING_MISMATCH", "TRIAL", "ORG_FULL", "ALREADY_IN_ORG", "DEACTIVATED"];
        assert_eq!(against(&hopeless, &Policy::parity(), 5), expected);
    }
}
