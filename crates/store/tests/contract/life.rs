//! How organizations begin and end: offers, what was asked for, warnings, graces, what can be restored.

use crate::directory::*;
use model::billing::seats::Bought;
use model::billing::{Subscription, Term};
use model::connection::terms::Terms;
use model::connection::{EdgeKey, Feature};
use model::eligibility::Policy;
use model::id::{AccountId, OfferId, OrganizationId};
use model::organization::offer::{Offer, State};
use model::organization::phase::{Phase, Removal};
use model::organization::{Event, Organization, next};
use std::collections::BTreeMap;
use store::Store;
use store::organization::known::{self, Pending};
use store::organization::{offer, past};

const OTHER: OrganizationId = OrganizationId(51);

fn offered(id: i64, account: AccountId) -> Offer {
    let (at, expires_at) = (now() + hours(id), now() + hours(100 + id));
    let (state, by, answered_at) = (State::Offered, Some(ANN), None);
    Offer { id: OfferId(id), organization: GROUP, account, state, by, at, expires_at, answered_at }
}

#[tokio::test]
async fn an_offer_waits_until_one_answer_and_is_found_from_both_sides_and_when_it_is_over() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        for id in 1..=2 {
            write(store, async |tx| offer::create(tx, &offered(id, AccountId(id))).await).await;
        }
        write(store, async |tx| offer::create(tx, &Offer { organization: OTHER, ..offered(3, WEST) }).await).await;
        let one = async |id| read(store, async |tx| offer::read(tx, OfferId(id)).await).await;
        assert_eq!((one(1).await, one(9).await), (Some(offered(1, WEST)), None), "{}", fresh.engine);
        let ids = |offers: Vec<Offer>| offers.into_iter().map(|one| one.id.0).collect::<Vec<_>>();
        let made = async |limit| ids(read(store, async |tx| offer::of_organization(tx, GROUP, limit).await).await);
        assert_eq!((made(9).await, made(1).await), (vec![2, 1], vec![2]), "{}", fresh.engine);
        let to = async |account| ids(read(store, async |tx| offer::to_account(tx, account, 9).await).await);
        assert_eq!((to(WEST).await, to(EAST).await), (vec![3, 1], vec![2]), "{}", fresh.engine);
        let counts = async |since| read(store, async |tx| offer::counts(tx, GROUP, since).await).await;
        assert_eq!((counts(now()).await, counts(now() + hours(1)).await), ((2, 2), (2, 1)), "{}", fresh.engine);
        let over = async |at| ids(read(store, async |tx| offer::over(tx, at, 9).await).await);
        assert_eq!((over(now()).await, over(now() + hours(102)).await), (vec![], vec![1, 2]), "{}", fresh.engine);
        let answer =
            async |state| write(store, async |tx| offer::answer(tx, OfferId(1), state, Some(BO), now() + hours(9)).await).await;
        assert_eq!(
            (answer(State::Accepted).await, answer(State::Declined).await),
            (true, false),
            "{}: one answers",
            fresh.engine
        );
        let accepted = Offer { state: State::Accepted, answered_at: Some(now() + hours(9)), ..offered(1, WEST) };
        assert_eq!((one(1).await, to(WEST).await, counts(now()).await), (Some(accepted), vec![3], (1, 2)), "{}", fresh.engine);
    }
}

#[tokio::test]
async fn what_was_asked_for_waits_for_its_verification_and_the_last_wish_counts() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let asked =
            |person, name: &str, hour| Pending { account: WEST, person, name: name.to_owned(), expires_at: now() + hours(hour) };
        for pending in [asked(ANN, "First", 1), asked(ANN, "Second", 2), asked(BO, "His", 1)] {
            write(store, async |tx| known::pend(tx, &pending).await).await;
        }
        let over = async |hour| read(store, async |tx| known::pending_over(tx, now() + hours(hour), 9).await).await;
        assert_eq!((over(0).await, over(1).await), (vec![], vec![asked(BO, "His", 1)]), "{}", fresh.engine);
        assert_eq!(over(2).await, [asked(ANN, "Second", 2), asked(BO, "His", 1)], "{}", fresh.engine);
        let unpend = async || write(store, async |tx| known::unpend(tx, WEST, ANN).await).await;
        assert_eq!((unpend().await, unpend().await, over(2).await.len()), (true, false, 1), "{}", fresh.engine);
    }
}

#[tokio::test]
async fn a_warning_is_given_once_before_each_end() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let warn = async |end, days| write(store, async |tx| known::warn(tx, GROUP, end, days, now()).await).await;
        let (whole, west) = ((now() + hours(9), None), (now() + hours(5), Some(WEST)));
        assert_eq!((warn(whole, 7).await, warn(whole, 7).await, warn(whole, 1).await), (true, false, true), "{}", fresh.engine);
        assert!(warn(west, 7).await);
        let given = async |of, after| read(store, async |tx| known::warnings(tx, of, after).await).await;
        let expected = BTreeMap::from([(whole, [1, 7].into()), (west, [7].into())]);
        assert_eq!((given(GROUP, now()).await, given(OTHER, now()).await), (expected, BTreeMap::new()), "{}", fresh.engine);
        assert_eq!(given(GROUP, now() + hours(5)).await, BTreeMap::from([(whole, [1, 7].into())]), "{}", fresh.engine);
    }
}

fn term(end: i64) -> Subscription {
    Subscription {
        term: Term::Annual,
        currency: "EUR".to_owned(),
        lines: BTreeMap::new(),
        began_at: now(),
        n_terms: 0,
        term_start: now(),
        term_end: now() + hours(end),
        auto_renew: false,
        next: None,
        next_term: None,
        ended_at: None,
        seats: Bought::default(),
    }
}

#[tokio::test]
async fn organizations_in_which_something_ends_are_found_by_the_terms_of_their_members() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let organization = group(store, Policy::open()).await;
        let ends = async |until| read(store, async |tx| known::with_known_ends(tx, now(), now() + hours(until), 9).await).await;
        let terms = async |after| {
            let found = read(store, async |tx| known::terms(tx, GROUP, now() + hours(after), 9).await).await;
            found.into_iter().map(|(account, _)| account).collect::<Vec<_>>()
        };
        assert_eq!((ends(99).await, terms(0).await), (vec![], vec![]), "{}", fresh.engine);
        for (account, end) in [(WEST, 20), (EAST, 10)] {
            write(store, async |tx| store::subscription::put(tx, account, &term(end), now()).await).await;
        }
        assert_eq!((ends(9).await, ends(10).await), (vec![], vec![GROUP]), "{}", fresh.engine);
        assert_eq!((terms(0).await, terms(10).await), (vec![EAST, WEST], vec![WEST]), "{}", fresh.engine);
        leave(store, organization).await;
        assert_eq!((ends(10).await, terms(0).await), (vec![], vec![WEST]), "{}: who left is no member", fresh.engine);
        assert_eq!(read(store, async |tx| known::with_grace_over(tx, now() + hours(9_999), 9).await).await, []);
    }
}

async fn turn(store: &Store, organization: Organization, event: Event, at: i64) -> Organization {
    let before = organization.version;
    let (after, effects) = next(organization, event, now() + hours(at));
    assert!(write(store, async |tx| store::organization::save(tx, before, &after, &effects, now() + hours(at)).await).await);
    after
}

#[tokio::test]
async fn what_was_there_at_the_end_can_be_told_when_it_is_to_come_back() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let organization = group(store, Policy::open()).await;
        let edge = EdgeKey { feature: Feature::Mirroring, source: WEST, destination: EAST };
        let open = Event::EditEdges { open: [(edge, Terms::default())].into(), close: [].into(), by: ANN };
        let organization = turn(store, organization, open, 1).await;
        let accounts = async || read(store, async |tx| past::of_accounts(tx, &[WEST, EAST, AccountId(9)]).await).await;
        assert_eq!(accounts().await, BTreeMap::from([(WEST, GROUP), (EAST, GROUP)]), "{}", fresh.engine);
        turn(store, organization, Event::Delete, 2).await;
        assert_eq!(accounts().await, BTreeMap::new(), "{}", fresh.engine);
        let at = now() + hours(2);
        let deleted = async |since| read(store, async |tx| past::deleted_with(tx, WEST, since, 9).await).await;
        let found = deleted(now()).await;
        assert_eq!((found.len(), found[0].id, found[0].deleted_at), (1, GROUP, at), "{}", fresh.engine);
        assert!(matches!(found[0].phase, Phase::Deleted(_)) && found[0].name == "Group", "{found:?}");
        assert_eq!(deleted(at).await, [], "{}: after a time, not at it", fresh.engine);
        let removed = read(store, async |tx| past::removed_at(tx, GROUP, at, 9).await).await;
        let told: Vec<_> = removed.iter().map(|one| (one.account.id, one.at, one.reason)).collect();
        assert_eq!(told, [WEST, EAST].map(|id| (id, at, Removal::OrgDeleted)), "{}", fresh.engine);
        assert_eq!(read(store, async |tx| past::removed_after(tx, GROUP, now(), 9).await).await, removed, "{}", fresh.engine);
        let closed = async |at| read(store, async |tx| past::edges_closed_at(tx, GROUP, at).await).await;
        assert_eq!(closed(at).await.into_keys().collect::<Vec<_>>(), [edge], "{}: it was open at the end", fresh.engine);
        assert_eq!(closed(now()).await.len(), 0);
    }
}
