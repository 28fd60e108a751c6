//! Who is told of what happens in an organization: each act of its log with the accounts it concerns and the kinds of notice it
//! is. Who in an account is told of a kind is [`crate::company`]'s table.
//!
//! An act that is not in the table is told to nobody: it can be read in the log.

use crate::company::Notice;
use crate::connection::EdgeKey;
use crate::id::AccountId;
use std::collections::BTreeSet;

/// Which accounts an act concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concerns {
    /// Whoever is a member, or was until now.
    Everybody,
    /// The account it is about.
    Itself,
    /// The two ends of the edge.
    Ends,
    /// None of them: it is between the organization and the people of the row.
    Nobody,
}

/// Somebody who is told because of what she did or is, whoever the points of contact are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Of the accounts it concerns: they alone can answer.
    SuperAdmins,
    /// Who hold that role of the organization for the accounts it concerns.
    PrivacyOfficers,
    /// Who approved the terms of the edge.
    Approver,
    /// Who made the offer.
    Inviter,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub act: &'static str,
    /// Only with this reason; empty: with whatever reason has no row of its own.
    pub reason: &'static str,
    pub concerns: Concerns,
    /// Who is told in person.
    pub people: &'static [Whom],
    /// Where that is nobody: whoever is told of one of these.
    pub notices: &'static [Notice],
}

const ORGANIZATION: &[Notice] = &[Notice::OrganizationEvent];
/// What comes of a subscription concerns those who can buy another one.
const TIERS: &[Notice] = &[Notice::OrganizationEvent, Notice::Renewal];
const SECURITY: &[Notice] = &[Notice::SecurityEvent];
const DATA: &[Notice] = &[Notice::OrganizationEvent, Notice::SecurityEvent];

/// The table. Source: spec 1.8 and 6.2.
pub const RULES: &[Rule] = &[
    rule("verified", "", Concerns::Everybody, ORGANIZATION),
    rule("member_joined", "", Concerns::Everybody, ORGANIZATION),
    rule("member_removed", "", Concerns::Everybody, ORGANIZATION),
    rule("member_removed", "tier", Concerns::Everybody, TIERS),
    rule("member_removed", "org_deleted", Concerns::Itself, ORGANIZATION),
    rule("member_frozen", "", Concerns::Everybody, TIERS),
    rule("member_thawed", "", Concerns::Everybody, TIERS),
    rule("member_restored", "", Concerns::Everybody, ORGANIZATION),
    rule("edge_opened", "", Concerns::Ends, ORGANIZATION),
    rule("edge_closed", "", Concerns::Ends, ORGANIZATION),
    rule("edge_closed", "sensitive", Concerns::Ends, DATA),
    rule("edge_reopened", "", Concerns::Ends, ORGANIZATION),
    rule("role_granted", "", Concerns::Itself, DATA),
    rule("role_ended", "", Concerns::Itself, DATA),
    rule("off_boarded", "", Concerns::Itself, DATA),
    rule("off_boarding_refused", "", Concerns::Itself, DATA),
    rule("factor_reset_asked", "", Concerns::Itself, SECURITY),
    rule("factor_reset_stopped", "", Concerns::Itself, SECURITY),
    rule("factor_reset_done", "", Concerns::Itself, SECURITY),
    rule("policy_changed", "", Concerns::Everybody, ORGANIZATION),
    rule("frozen", "", Concerns::Everybody, TIERS),
    rule("thawed", "", Concerns::Everybody, TIERS),
    rule("restored", "", Concerns::Everybody, TIERS),
    rule("one_member_left", "", Concerns::Everybody, ORGANIZATION),
    rule("deleted", "", Concerns::Everybody, TIERS),
    rule("deleted", "expired", Concerns::Everybody, ORGANIZATION),
    rule("warned", "", Concerns::Everybody, TIERS),
    // Whoever cannot answer need not know; whoever invited is told no more of the account than its number.
    in_person("offered", Concerns::Itself, &[Whom::SuperAdmins], &[]),
    in_person("offer_withdrawn", Concerns::Itself, &[Whom::SuperAdmins], &[]),
    in_person("offer_declined", Concerns::Nobody, &[Whom::Inviter], &[]),
    in_person("offer_expired", Concerns::Nobody, &[Whom::Inviter], &[]),
    in_person("review_due", Concerns::Ends, &[Whom::Approver, Whom::PrivacyOfficers], ORGANIZATION),
];

const fn rule(act: &'static str, reason: &'static str, concerns: Concerns, notices: &'static [Notice]) -> Rule {
    Rule { act, reason, concerns, people: &[], notices }
}

const fn in_person(act: &'static str, concerns: Concerns, people: &'static [Whom], notices: &'static [Notice]) -> Rule {
    Rule { act, reason: "", concerns, people, notices }
}

/// Who is told of an act; nobody where there is no row.
pub fn told(act: &str, reason: &str) -> Option<&'static Rule> {
    let of_act = || RULES.iter().filter(|rule| rule.act == act);
    of_act().find(|rule| rule.reason == reason).or_else(|| of_act().find(|rule| rule.reason.is_empty()))
}

/// The acts that somebody is told of.
pub fn acts() -> BTreeSet<&'static str> {
    RULES.iter().map(|rule| rule.act).collect()
}

impl Rule {
    /// The accounts an act concerns: the subject of its entry, and who is or was a member.
    pub fn concerned(
        &self,
        account: Option<AccountId>,
        edge: Option<EdgeKey>,
        members: &BTreeSet<AccountId>,
    ) -> BTreeSet<AccountId> {
        match self.concerns {
            Concerns::Everybody => members.iter().copied().chain(account).collect(),
            Concerns::Itself => account.into_iter().collect(),
            Concerns::Nobody => BTreeSet::new(),
            Concerns::Ends => edge.into_iter().flat_map(|edge| [edge.source, edge.destination]).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Feature;
    use std::fmt::Write;

    #[test]
    fn who_is_told_of_what_happens_in_an_organization() {
        let mut table = String::new();
        for Rule { act, reason, concerns, people, notices } in RULES {
            let people = people.iter().map(|whom| format!("{whom:?}"));
            let notices = notices.iter().map(|notice| notice.name().to_owned());
            let told: Vec<String> = people.chain(notices).collect();
            writeln!(table, "{act:<16} {reason:<12} {:<10} {}", format!("{concerns:?}"), told.join(", ")).unwrap();
        }
        insta::assert_snapshot!("who_is_told", table);
    }

    #[test]
    fn a_reason_without_a_row_has_that_of_its_act() {
        assert_eq!(told("member_removed", "manual").unwrap().notices, ORGANIZATION);
        assert_eq!(told("member_removed", "tier").unwrap().notices, TIERS);
        assert_eq!(told("disclosed", ""), None);
    }

    #[test]
    fn an_edge_concerns_its_two_ends_and_nobody_else() {
        let members = BTreeSet::from([1, 2, 3].map(AccountId));
        let edge = EdgeKey { feature: Feature::Mirroring, source: AccountId(1), destination: AccountId(2) };
        let concerned = |act, account, edge| told(act, "").unwrap().concerned(account, edge, &members);
        assert_eq!(concerned("edge_opened", None, Some(edge)), BTreeSet::from([AccountId(1), AccountId(2)]));
        assert_eq!(concerned("member_removed", Some(AccountId(4)), None).len(), 4, "who left is told as well");
    }
}
