//! Changes that wait for a second person.

use crate::directory::*;
use model::id::OrganizationId;
use model::organization::proposal::{By, Proposal, Proposed, State};
use store::Store;
use store::organization::proposal;

fn policy_change(id: i64) -> Proposal {
    Proposal {
        id,
        change: Proposed::Policy { set: [("members_max".to_owned(), 7.into())].into() },
        stored: State::Proposed,
        version: 3,
        proposed_by: By(Some(ANN)),
        proposed_at: now(),
        expires_at: now() + hours(id),
        decided_by: None,
        decided_at: None,
        note: None,
    }
}

async fn put(store: &Store, of: OrganizationId, one: &Proposal) {
    write(store, async |tx| proposal::put(tx, of, one).await).await;
}

#[tokio::test]
async fn a_proposal_comes_back_as_it_was_made_and_as_it_was_decided() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let read_of = async |of, id| read(store, async |tx| proposal::read(tx, of, id).await).await;
        let made = policy_change(1);
        put(store, GROUP, &made).await;
        assert_eq!(read_of(GROUP, 1).await, Some(made.clone()), "{}", fresh.engine);
        assert_eq!((read_of(GROUP, 2).await, read_of(OrganizationId(51), 1).await), (None, None));
        let decided_at = Some(now() + hours(1));
        let by_bo = Proposal {
            stored: State::Rejected,
            decided_by: Some(By(Some(BO))),
            decided_at,
            note: Some("nej, ø".to_owned()),
            ..made.clone()
        };
        put(store, GROUP, &by_bo).await;
        assert_eq!(read_of(GROUP, 1).await, Some(by_bo), "{}", fresh.engine);
        // Decided by whoever runs the server is something else than not decided.
        let by_operator = Proposal { stored: State::Approved, decided_by: Some(By(None)), decided_at, ..policy_change(2) };
        put(store, GROUP, &by_operator).await;
        assert_eq!(read_of(GROUP, 2).await, Some(by_operator), "{}", fresh.engine);
        let again = Proposal { version: 9, proposed_by: By(None), expires_at: now() + hours(99), ..policy_change(3) };
        put(store, GROUP, &policy_change(3)).await;
        put(store, GROUP, &again).await;
        assert_eq!(read_of(GROUP, 3).await, Some(again), "{}: planned again", fresh.engine);
    }
}

#[tokio::test]
async fn open_proposals_come_first_are_counted_and_are_found_when_their_time_is_over() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        for id in 1..=4 {
            put(store, GROUP, &policy_change(id)).await;
        }
        let decided =
            Proposal { stored: State::Withdrawn, decided_by: Some(By(Some(ANN))), decided_at: Some(now()), ..policy_change(4) };
        put(store, GROUP, &decided).await;
        put(store, OrganizationId(51), &policy_change(2)).await;
        let listed = async |limit| {
            let found = read(store, async |tx| proposal::list(tx, GROUP, limit).await).await;
            found.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!((listed(9).await, listed(2).await), (vec![3, 2, 1, 4], vec![3, 2]), "{}", fresh.engine);
        assert_eq!(read(store, async |tx| proposal::n_open(tx, GROUP).await).await, 3);
        let expired = async |at, limit| read(store, async |tx| proposal::expired(tx, at, limit).await).await;
        assert_eq!(expired(now(), 9).await, []);
        let over = [(GROUP, 1), (GROUP, 2), (OrganizationId(51), 2)];
        assert_eq!(expired(now() + hours(2), 9).await, over, "{}", fresh.engine);
        assert_eq!(expired(now() + hours(99), 2).await, over[..2]);
    }
}
