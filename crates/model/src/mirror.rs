//! Mirroring: what a person of one account may see of what a sister company did with the same customer.
//!
//! Everything here decides about values that were fetched elsewhere: who matches, who may look, what is left out, what
//! order it comes in. Nothing is ever stored in the destination. Source: spec 3.

use crate::account::{Permission, Seat, Subscriptions};
use crate::authority::{Act, Denial, Reach, Standing, decide};
use crate::eligibility::{Policy, Tiers};
use crate::fold;
use crate::id::{AccountId, RecordId};
use crate::object::{CALL, COMPANY, CONTACT, DEAL, EMAIL, MEETING, NOTE, ObjectType, TASK};
use jiff::Timestamp;
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;

/// The property by which a person objects to being shown to sister companies.
pub const EXCLUSION: &str = "hs_excluded_from_cross_account_data_mirroring";
/// The types that are shown: activities and deals, nothing else. Source: spec 3.4.
pub const SHOWN: [ObjectType; 6] = [NOTE, CALL, EMAIL, MEETING, TASK, DEAL];

/// What a record is recognized by in another account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// Folded addresses of a contact, primary and secondary.
    Emails(BTreeSet<String>),
    /// Registrable domains of a company, primary and further ones.
    Domains(BTreeSet<String>),
}

impl Keys {
    /// No key, no match.
    pub fn is_empty(&self) -> bool {
        match self {
            Keys::Emails(keys) | Keys::Domains(keys) => keys.is_empty(),
        }
    }

    /// The keys as texts, in order.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Keys::Emails(keys) | Keys::Domains(keys) => keys.iter().map(String::as_str).collect(),
        }
    }
}

/// The keys of a record, `get` reading its properties; `None` for types that are not mirrored.
pub fn keys<'a>(object: ObjectType, get: impl Fn(&str) -> Option<&'a str>) -> Option<Keys> {
    let all = |one: &str, more: &str| {
        let texts = [get(one), get(more)].into_iter().flatten();
        texts.flat_map(|text| text.split([';', ','])).map(str::to_owned).collect::<Vec<_>>()
    };
    match object {
        CONTACT => {
            let folded = all("email", "hs_additional_emails").iter().map(|t| fold::email(t)).filter(|t| !t.is_empty()).collect();
            Some(Keys::Emails(folded))
        }
        COMPANY => {
            let domains = all("domain", "hs_additional_domains").iter().filter_map(|t| fold::registrable_domain(t)).collect();
            Some(Keys::Domains(domains))
        }
        _ => None,
    }
}

/// Whether a person (or company) is left out of mirroring, as the record on either side says.
pub fn is_excluded<'a>(get: impl Fn(&str) -> Option<&'a str>) -> bool {
    get(EXCLUSION) == Some("true")
}

/// Several records of one source under one key: all are shown, none is chosen. Source: scenario 44.
pub fn is_ambiguous(n_matches: usize) -> bool {
    n_matches > 1
}

/// Why nothing mirrored is shown. The codes are part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hindrance {
    /// The viewer has neither a Sales nor a Service seat; being Super Admin does not replace it.
    SeatMissing,
    /// The viewer lacks `mirroring.view`.
    PermissionMissing,
    /// The viewer may not see the record in her own account.
    RecordNotVisible,
    /// The destination has neither Sales nor Service at Professional (under parity).
    SubscriptionTooLow,
    /// The viewer's account is suspended or deactivated.
    AccountNotActive,
    SourceSensitive,
    /// The connection is off in this direction.
    ConnectionOff,
    /// The person objects to being shown, in one account or the other.
    PersonExcluded,
}

impl Hindrance {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Hindrance::SeatMissing => "SEAT_MISSING",
            Hindrance::PermissionMissing => "PERMISSION_MISSING",
            Hindrance::RecordNotVisible => "RECORD_NOT_VISIBLE",
            Hindrance::SubscriptionTooLow => "SUBSCRIPTION_TOO_LOW",
            Hindrance::AccountNotActive => "ACCOUNT_NOT_ACTIVE",
            Hindrance::SourceSensitive => "SOURCE_SENSITIVE",
            Hindrance::ConnectionOff => "CONNECTION_OFF",
            Hindrance::PersonExcluded => "PERSON_EXCLUDED",
        }
    }
}

/// What hinders a viewer in her own account, all at once; the record's visibility is the caller's to say.
pub fn viewer_hindrances(standing: &Standing, may_see_record: bool) -> BTreeSet<Hindrance> {
    let seated = standing.seats.contains(&Seat::Sales) || standing.seats.contains(&Seat::Service);
    let permitted = standing.permissions.names.contains(&Permission::MirroringView);
    let active = standing.account_status == crate::account::Status::Active;
    let hindering = [
        (!seated, Hindrance::SeatMissing),
        (!permitted, Hindrance::PermissionMissing),
        (!may_see_record, Hindrance::RecordNotVisible),
        (!active, Hindrance::AccountNotActive),
    ];
    hindering.into_iter().filter(|(holds, _)| *holds).map(|(_, hindrance)| hindrance).collect()
}

/// Whether a viewer whose right to a type is `reach` may see a record with this owner. Teams have no members in this release,
/// so what reaches a team reaches its member's own records.
pub fn may_see(reach: Result<Reach, Denial>, is_owner: bool) -> bool {
    match reach {
        Ok(Reach::Everything) => true,
        Ok(Reach::Team | Reach::Owned) => is_owner,
        Err(_) => false,
    }
}

/// The right a viewer has to records of a type; for [`may_see`].
pub fn reach(standing: &Standing, object: ObjectType) -> Result<Reach, Denial> {
    decide(standing, Act::ViewRecords(object))
}

/// Whether the destination's subscriptions are enough to receive. Source: spec 3.2.
pub fn may_receive(policy: &Policy, destination: &Subscriptions) -> bool {
    policy.tiers == Tiers::Any || destination.has_sales_or_service_professional()
}

/// Where an item stands in a merged timeline: newest first, then by account, then the newest id first; the same order on
/// every look.
pub type Place = (Reverse<Timestamp>, AccountId, Reverse<RecordId>);

/// Where the part of one account's own timeline begins that comes after a place of the merged one: older than the time, or as
/// old with an id below the given one.
pub fn after(place: Place, account: AccountId) -> (Timestamp, RecordId) {
    let (Reverse(at), last, Reverse(id)) = place;
    match account.cmp(&last) {
        // Of an account that comes first, everything of that moment was shown; of one that comes later, nothing.
        Ordering::Less => (at, RecordId(0)),
        Ordering::Equal => (at, id),
        Ordering::Greater => (at, RecordId(i64::MAX)),
    }
}

/// One account's part of a merged timeline.
#[derive(Debug, Clone)]
pub struct Part<T> {
    /// Newest first.
    pub items: Vec<T>,
    /// The place of the last item that was looked at, when there may be more after it.
    pub more_after: Option<Place>,
}

/// Merges parts into one page of at most `limit` items; the place it ends at, when there may be more. What lies beyond the
/// place to which every part was looked at is left for the next page, so that no page skips an item of a part.
pub fn page<T>(parts: Vec<Part<T>>, limit: usize, place: impl Fn(&T) -> Place) -> (Vec<T>, Option<Place>) {
    let frontier = parts.iter().filter_map(|part| part.more_after).min();
    let all = parts.into_iter().map(|part| part.items).collect();
    let mut items = merge(all, usize::MAX, &place);
    items.retain(|item| frontier.is_none_or(|end| place(item) <= end));
    let cut = items.len() > limit;
    items.truncate(limit);
    let end = if cut { items.last().map(&place) } else { frontier };
    (items, end)
}

/// Merges timelines that are each newest first into one, at most `limit` items.
pub fn merge<T>(timelines: Vec<Vec<T>>, limit: usize, place: impl Fn(&T) -> Place) -> Vec<T> {
    let mut all: Vec<T> = timelines.into_iter().flatten().collect();
    // A stable sort over a few sorted runs is a merge of them.
    all.sort_by_key(|item| place(item));
    all.truncate(limit);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Permissions, Role, Status};
    use crate::object::TICKET;
    use proptest::prelude::*;

    fn of<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<&'a str> {
        |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
    }

    #[test]
    fn a_contact_is_recognized_by_every_address_whatever_its_capitals() {
        let contact = [("email", " Ann@Ex.ORG "), ("hs_additional_emails", "a.smith@ex.org;ANN@home.example;;")];
        let found = keys(CONTACT, of(&contact)).unwrap();
        assert_eq!(found.texts(), ["a.smith@ex.org", "ann@ex.org", "ann@home.example"]);
        assert!(keys(CONTACT, of(&[])).unwrap().is_empty());
    }

    #[test]
    fn a_company_is_recognized_by_its_registrable_domains() {
        let company = [("domain", "https://shop.acme.co.uk/"), ("hs_additional_domains", "www.acme.com;co.uk;nonsense")];
        assert_eq!(keys(COMPANY, of(&company)).unwrap().texts(), ["acme.co.uk", "acme.com"]);
    }

    #[test]
    fn nothing_else_is_recognized() {
        assert_eq!(keys(TICKET, of(&[("email", "a@b.example")])), None);
        assert_eq!(keys(DEAL, of(&[])), None);
    }

    #[test]
    fn a_person_objects_with_the_word_true_only() {
        assert!(is_excluded(of(&[(EXCLUSION, "true")])));
        assert!(!is_excluded(of(&[(EXCLUSION, "false")])));
        assert!(!is_excluded(of(&[])));
    }

    #[test]
    fn scenario_38_no_seat_no_permission_no_right_and_a_super_admin_without_a_seat() {
        let standing = |role, seats: &[Seat], permissions| Standing {
            role,
            permissions,
            seats: seats.iter().copied().collect(),
            account_status: Status::Active,
        };
        let rep = || Permissions::member();
        let table = [
            (standing(Role::Standard, &[Seat::Sales], rep()), true, vec![]),
            (standing(Role::Standard, &[Seat::Service], rep()), true, vec![]),
            (standing(Role::Standard, &[Seat::Core], rep()), true, vec!["SEAT_MISSING"]),
            (standing(Role::SuperAdmin, &[Seat::Core], Permissions::all()), true, vec!["SEAT_MISSING"]),
            (
                standing(Role::Standard, &[Seat::Sales], rep().without(Permission::MirroringView)),
                true,
                vec!["PERMISSION_MISSING"],
            ),
            (standing(Role::Standard, &[Seat::Sales], rep()), false, vec!["RECORD_NOT_VISIBLE"]),
            (
                standing(Role::Standard, &[], Permissions::default()),
                false,
                vec!["SEAT_MISSING", "PERMISSION_MISSING", "RECORD_NOT_VISIBLE"],
            ),
        ];
        for (standing, may_see_record, expected) in table {
            let codes: Vec<_> = viewer_hindrances(&standing, may_see_record).into_iter().map(Hindrance::code).collect();
            assert_eq!(codes, expected, "{standing:?}");
        }
    }

    proptest! {
        #[test]
        fn a_merge_is_everything_newest_first(times in prop::collection::vec(prop::collection::vec(0i64..50, 0..20), 0..5), limit in 0usize..40) {
            let mut lists: Vec<Vec<(i64, i64, i64)>> = Vec::new();
            for (account, list) in (1..).zip(&times) {
                let mut list: Vec<_> = (1..).zip(list).map(|(id, at)| (*at, account, id)).collect();
                list.sort_by_key(|(at, _, id)| (Reverse(*at), Reverse(*id)));
                lists.push(list);
            }
            let mut expected: Vec<_> = lists.iter().flatten().copied().collect();
            expected.sort_by_key(|(at, account, id)| (Reverse(*at), *account, Reverse(*id)));
            expected.truncate(limit);
            prop_assert_eq!(merge(lists, limit, place_of), expected);
        }

        #[test]
        fn pages_show_everything_once_and_in_order(
            times in prop::collection::vec(prop::collection::vec((0i64..12, prop::bool::ANY), 0..20), 0..5),
            limit in 1usize..7,
        ) {
            let mut all: Vec<(i64, i64, i64)> = Vec::new();
            let mut lists = Vec::new();
            for (account, list) in (1..).zip(&times) {
                let mut list: Vec<_> = (1..).zip(list).map(|(id, (at, shown))| ((*at, account, id), *shown)).collect();
                list.sort_by_key(|(item, _)| place_of(item));
                all.extend(list.iter().filter(|(_, shown)| *shown).map(|(item, _)| *item));
                lists.push(list);
            }
            all.sort_by_key(place_of);
            let (mut seen, mut before) = (Vec::new(), None);
            loop {
                let parts = (1..).zip(&lists).map(|(account, list)| part(list, AccountId(account), before, limit)).collect();
                let (items, end) = page(parts, limit, place_of);
                prop_assert!(items.len() <= limit);
                seen.extend(items);
                prop_assert!(end.is_none() || before.is_none_or(|b| end.unwrap() > b), "a page goes nowhere");
                before = end;
                if before.is_none() {
                    break;
                }
            }
            prop_assert_eq!(seen, all);
        }
    }

    fn place_of((at, account, id): &(i64, i64, i64)) -> Place {
        (Reverse(Timestamp::from_second(*at).unwrap()), AccountId(*account), Reverse(RecordId(*id)))
    }

    /// What a source answers: `limit + 1` items from a place on, of which only some may be shown.
    fn part(list: &[((i64, i64, i64), bool)], account: AccountId, before: Option<Place>, limit: usize) -> Part<(i64, i64, i64)> {
        let begins = before.map(|place| after(place, account));
        let is_after = |(at, _, id): (i64, i64, i64)| {
            let item = (Timestamp::from_second(at).unwrap(), RecordId(id));
            begins.is_none_or(|begins| item < begins)
        };
        let looked: Vec<_> = list.iter().filter(|(item, _)| is_after(*item)).take(limit + 1).collect();
        let more_after = (looked.len() > limit).then(|| place_of(&looked.last().unwrap().0));
        Part { items: looked.into_iter().filter(|(_, shown)| *shown).map(|(item, _)| *item).collect(), more_after }
    }
}
