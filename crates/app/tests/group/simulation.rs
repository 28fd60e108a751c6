//! Random lives of a group: edges opened, made one-way and cut, accounts changed, everybody looking at everything. Nothing of A
//! is ever readable in B without an edge on, between active members, at that moment.

use crate::world::*;
use app::account::{Patch, update};
use app::{connection, mirror, organization};
use model::account::{Role, Seat, Status};
use model::connection::plan::Wish;
use model::connection::{EdgeKey, Feature};
use model::eligibility::Policy;
use model::id::{AccountId, PersonId, RecordId};
use model::object::{CONTACT, NOTE};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone)]
pub enum Step {
    Set(AccountId, AccountId, bool),
    Cut(AccountId, AccountId),
    Suspend(AccountId, bool),
    TurnSensitive(AccountId),
    Remove(AccountId),
    Look(AccountId),
}

pub fn some_step() -> impl Strategy<Value = Step> {
    let account = || prop::sample::select(ALL.to_vec());
    prop_oneof![
        8 => (account(), account(), prop::bool::weighted(0.7)).prop_map(|(a, b, on)| Step::Set(a, b, on)),
        2 => (account(), account()).prop_map(|(a, b)| Step::Cut(a, b)),
        2 => (account(), prop::bool::ANY).prop_map(|(a, suspend)| Step::Suspend(a, suspend)),
        1 => prop::sample::select(vec![EAST, WEST]).prop_map(Step::TurnSensitive),
        1 => prop::sample::select(vec![EAST, WEST]).prop_map(Step::Remove),
        10 => account().prop_map(Step::Look),
    ]
}

/// What the world should allow, kept apart from the product.
#[derive(Default)]
pub struct Truth {
    open: BTreeSet<(AccountId, AccountId)>,
    suspended: BTreeSet<AccountId>,
    sensitive: BTreeSet<AccountId>,
    gone: BTreeSet<AccountId>,
}

impl Truth {
    fn may(&self, source: AccountId, destination: AccountId) -> bool {
        let active = |a| !self.suspended.contains(&a) && !self.gone.contains(&a);
        self.open.contains(&(source, destination)) && active(source) && active(destination) && !self.sensitive.contains(&source)
    }

    fn forget(&mut self, is_meant: impl Fn(AccountId, AccountId) -> bool) {
        self.open.retain(|(source, destination)| !is_meant(*source, *destination));
    }
}

/// A rep with a Sales seat in each account, and one without.
fn rep(account: AccountId) -> PersonId {
    PersonId(100 + account.0)
}

fn seatless(account: AccountId) -> PersonId {
    PersonId(200 + account.0)
}

pub async fn settle(group: &Group) -> BTreeMap<AccountId, RecordId> {
    let mut contacts = BTreeMap::new();
    for account in ALL {
        for (person, seats) in [(rep(account), vec![Seat::Sales]), (seatless(account), vec![Seat::Core])] {
            group.add_person(person, &format!("P{person}"), false).await;
            group.put_user(account, person, Role::Standard, &seats).await;
        }
        let contact = group.record(account, CONTACT, &[("email", "x@y.example")]).await;
        let body = format!("of {account}");
        group.done(account, NOTE, &[("hs_note_body", &body), ("hs_timestamp", "2026-10-01T10:00:00Z")], (CONTACT, contact)).await;
        contacts.insert(account, contact);
    }
    contacts
}

pub async fn take(group: &Group, step: &Step, truth: &mut Truth) {
    let system = |account| group.system(account);
    match *step {
        Step::Set(source, destination, on) => {
            let edge = EdgeKey { feature: Feature::Mirroring, source, destination };
            let wish = if on { Wish::on_terms(edge, reasoned()) } else { Wish::off(edge) };
            let result = connection::change(&group.app, &system(CENTRAL), vec![wish]).await;
            let possible = source != destination && !truth.gone.contains(&source) && !truth.gone.contains(&destination);
            let possible = possible && (!on || !truth.sensitive.contains(&source));
            assert_eq!(result.is_ok(), possible, "{step:?}: {:?}", result.err());
            match possible {
                true if on => drop(truth.open.insert((source, destination))),
                true => drop(truth.open.remove(&(source, destination))),
                false => {}
            }
        }
        Step::Cut(a, b) => {
            connection::cut(&group.app, &system(CENTRAL), a, b).await.unwrap();
            truth.forget(|s, d| (s, d) == (a, b) || (s, d) == (b, a));
        }
        Step::Suspend(account, suspend) => {
            let status = if suspend { Status::Suspended } else { Status::Active };
            update(&group.app, &system(account), Patch { status: Some(status), ..Patch::default() }).await.unwrap();
            if suspend {
                truth.suspended.insert(account)
            } else {
                truth.suspended.remove(&account)
            };
        }
        Step::TurnSensitive(account) => {
            update(&group.app, &system(account), Patch { sensitive: Some(true), ..Patch::default() }).await.unwrap();
            truth.sensitive.insert(account);
            truth.forget(|source, _| source == account);
        }
        Step::Remove(account) => {
            let id = organization::read(&group.app, &system(CENTRAL)).await.unwrap().organization.id;
            let removed = organization::remove_member(&group.app, &system(CENTRAL), id, account, None).await;
            assert_eq!(removed.is_ok(), truth.gone.insert(account), "{step:?}");
            truth.forget(|source, destination| source == account || destination == account);
        }
        Step::Look(_) => {}
    }
}

pub async fn look(group: &Group, here: AccountId, contacts: &BTreeMap<AccountId, RecordId>, truth: &Truth, after: &str) {
    let seen = async |person: PersonId| {
        let page =
            mirror::timeline(&group.app, &group.cx(person, here).await, CONTACT, contacts[&here], None, 50, true).await.unwrap();
        page.items.iter().filter_map(|item| item.origin.as_ref().map(|o| o.account)).collect::<BTreeSet<_>>()
    };
    let allowed: BTreeSet<AccountId> = ALL.into_iter().filter(|source| truth.may(*source, here)).collect();
    assert_eq!(seen(rep(here)).await, allowed, "{here} sees, after {after}");
    assert_eq!(seen(seatless(here)).await, BTreeSet::new(), "without a seat {here} sees, after {after}");
    for other in ALL.into_iter().filter(|other| *other != here) {
        let guess = mirror::view(&group.app, &group.cx(rep(here), here).await, CONTACT, contacts[&other], None, 50).await;
        let is_own = contacts[&other] == contacts[&here];
        assert!(guess.is_err() || is_own, "{here} reads an id of {other}, after {after}");
    }
}

#[tokio::test]
async fn nothing_of_one_account_is_ever_readable_in_another_without_an_edge_on_at_that_moment() {
    let seed = [17; 32];
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    for life in 0..6 {
        for group in groups().await {
            group.create(ANN, CENTRAL, &[EAST, WEST], Policy::open()).await.unwrap();
            let contacts = settle(&group).await;
            let steps = prop::collection::vec(some_step(), 40).new_tree(&mut runner).unwrap().current();
            let mut truth = Truth::default();
            for (n, step) in steps.iter().enumerate() {
                take(&group, step, &mut truth).await;
                if let Step::Look(here) = step {
                    look(&group, *here, &contacts, &truth, &format!("life {life}, {} steps on {}", n, group.fresh.engine)).await;
                }
            }
            for here in ALL {
                look(&group, here, &contacts, &truth, "the end").await;
            }
        }
    }
}
