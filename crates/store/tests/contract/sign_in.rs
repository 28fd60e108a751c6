//! How people come into accounts, and the history of what they did about it.

use crate::directory::*;
use model::account::{AccountUser, Role, UserStatus};
use model::change::{Change, Kind};
use model::eligibility::Policy as Rules;
use model::id::PersonId;
use model::identity::entry::Policy;
use model::identity::history::{Filter, group as acts_of};
use serde_json::json;
use std::collections::BTreeMap;
use store::{Store, security_history, sign_in_policy};

fn strict() -> Policy {
    Policy { idle_minutes: Some(60), ..Policy::default() }
}

#[tokio::test]
async fn an_account_has_one_policy_and_is_found_by_its_organization_and_its_people() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let organization = group(store, Rules { sign_in: model::policy::SignIn::Strictest, ..Rules::open() }).await;
        let of = async |account| read(store, async |tx| sign_in_policy::read(tx, account).await).await;
        assert_eq!(of(WEST).await, Policy::default(), "{}: it asks nothing", fresh.engine);
        for policy in [Policy { idle_minutes: Some(15), ..Policy::default() }, strict()] {
            write(store, async |tx| sign_in_policy::put(tx, EAST, &policy, now()).await).await;
            assert_eq!((of(EAST).await, of(WEST).await), (policy, Policy::default()), "{}", fresh.engine);
        }
        let of_group = async || read(store, async |tx| sign_in_policy::of_organization(tx, GROUP).await).await;
        let of_person = async |person| read(store, async |tx| sign_in_policy::of_person(tx, person).await).await;
        let strict_of = async |person| read(store, async |tx| sign_in_policy::strict_of_person(tx, person).await).await;
        let only_east = BTreeMap::from([(EAST, strict())]);
        assert_eq!(of_group().await, only_east, "{}", fresh.engine);
        assert_eq!((of_person(ANN).await, of_person(BO).await), (only_east.clone(), BTreeMap::new()));
        assert_eq!(strict_of(ANN).await, BTreeMap::from([(WEST, GROUP), (EAST, GROUP)]), "{}", fresh.engine);
        assert_eq!(strict_of(BO).await, BTreeMap::from([(WEST, GROUP)]));
        leave(store, organization).await;
        assert_eq!((of_group().await, of_person(ANN).await), (BTreeMap::new(), only_east), "{}", fresh.engine);
        assert_eq!(strict_of(ANN).await.len(), 1);
    }
}

#[tokio::test]
async fn whose_organization_lets_each_member_decide_is_under_no_strictest_policy() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        group(store, Rules { sign_in: model::policy::SignIn::EachItsOwn, ..Rules::open() }).await;
        let strict = read(store, async |tx| sign_in_policy::strict_of_person(tx, ANN).await).await;
        assert_eq!(strict, BTreeMap::new(), "{}", fresh.engine);
    }
}

fn about(act: &str, person: Option<PersonId>, account: Option<i64>) -> Change {
    let person = person.map(|person| person.0);
    happened(Kind::IdentityChanged, json!({"act": act, "person": person, "account": account}))
}

async fn told(store: &Store, filter: &Filter, person: Option<PersonId>) -> Vec<i64> {
    let found = read(store, async |tx| match person {
        Some(person) => security_history::of_person(tx, person, filter, 9).await,
        None => security_history::of_account(tx, WEST, filter, 9).await,
    });
    found.await.into_iter().map(|entry| entry.seq).collect()
}

#[tokio::test]
async fn the_history_of_a_person_is_hers_everywhere_and_that_of_an_account_is_its_own() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        let later = now() + hours(1);
        let changes = [
            about("session.create", Some(ANN), None),
            about("user.update", Some(ANN), Some(EAST.0)),
            about("token.create", None, Some(WEST.0)),
            about("user.update", Some(BO), Some(WEST.0)),
            about("session.create", Some(PersonId(99)), None),
            // Neither is about signing in: one has no act, one is of another kind.
            happened(Kind::AccountChanged, json!({"accountId": 1})),
            happened(Kind::OrganizationChanged, json!({"act": "x", "person": 11})),
        ];
        assert_eq!(tell(store, later, &changes).await, 7);
        let all = Filter::all(later);
        assert_eq!(told(store, &all, Some(ANN)).await, [2, 1], "{}: newest first", fresh.engine);
        assert_eq!(told(store, &all, None).await, [4, 3, 1], "{}: not what happened in East", fresh.engine);
        let entries = read(store, async |tx| security_history::of_person(tx, BO, &all, 9).await).await;
        assert_eq!((entries[0].change.clone(), entries[0].at), (changes[3].clone(), later), "{}: as in the feed", fresh.engine);
        for (filter, expected) in [
            (Filter { before: 4, ..all.clone() }, vec![3, 1]),
            (Filter { since: later + hours(1), ..all.clone() }, vec![]),
            (Filter { until: later, ..all.clone() }, vec![]),
            (Filter { acts: acts_of("token"), ..all.clone() }, vec![3]),
            (Filter { acts: acts_of("sign_in"), ..all.clone() }, vec![1]),
            (Filter { person: Some(BO), ..all.clone() }, vec![4]),
        ] {
            assert_eq!(told(store, &filter, None).await, expected, "{}: {filter:?}", fresh.engine);
        }
        let one = read(store, async |tx| security_history::of_account(tx, WEST, &all, 1).await).await;
        assert_eq!(one.len(), 1);
    }
}

#[tokio::test]
async fn what_happened_before_somebody_came_or_while_she_is_invited_is_not_the_accounts() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        tell(store, now() - hours(1), &[about("session.create", Some(BO), None)]).await;
        let all = Filter::all(now());
        assert_eq!((told(store, &all, Some(BO)).await, told(store, &all, None).await), (vec![1], vec![]), "{}", fresh.engine);
        tell(store, now(), &[about("session.create", Some(BO), None)]).await;
        assert_eq!(told(store, &all, None).await, [2], "{}", fresh.engine);
        let invited = AccountUser { status: UserStatus::Invited, ..user(WEST, BO, Role::Standard) };
        write(store, async |tx| store::account::put_user(tx, &invited, now()).await).await;
        assert!(told(store, &all, None).await.is_empty(), "{}", fresh.engine);
    }
}

#[tokio::test]
async fn the_history_forgets_what_is_too_old_and_the_feed_does_not() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        tell(store, now(), &[about("session.create", Some(ANN), None)]).await;
        tell(store, now() + hours(2), &[about("session.create", Some(ANN), None)]).await;
        assert_eq!(write(store, async |tx| security_history::delete_before(tx, now() + hours(1)).await).await, 1);
        assert_eq!(told(store, &Filter::all(now()), Some(ANN)).await, [2], "{}", fresh.engine);
        assert_eq!(read(store, async |tx| store::feed::read(tx, 0, 9).await).await.len(), 2, "{}", fresh.engine);
    }
}
