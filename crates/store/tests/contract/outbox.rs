//! The outbox: a letter is there once, is found while it is due, and is saved by whoever is first.

use crate::directory::*;
use model::id::AccountId;
use model::letter::Letter;
use model::outbox::{Delivery, Event, Mail, Recipient, State, next};
use std::collections::BTreeMap;
use store::{Store, outbox};

fn letter(account: AccountId, id: i64, cause: &str, address: &str) -> Mail {
    let recipient =
        Recipient {
            address: address.to_owned(), name: "Åse".to_owned(), locale: "da".to_owned(), person: Some(ANN), told: None
        };
    Mail {
        account,
        id,
        cause: cause.to_owned(),
        recipient,
        letter: Letter::SensitiveOn { account: "West".to_owned() },
        sealed_link: Some("sealed".to_owned()),
        delivery: Delivery::new(now()),
        queued_at: now(),
        reason: None,
    }
}

async fn put(store: &Store, mail: &Mail) -> bool {
    write(store, async |tx| outbox::put(tx, mail).await).await
}

#[tokio::test]
async fn a_letter_comes_back_as_it_was_put_and_one_cause_makes_one_to_an_address() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let mail = letter(WEST, 1, "feed:0:7", "Ann@Group.example");
        assert!(put(store, &mail).await);
        assert_eq!(read(store, async |tx| outbox::read(tx, WEST, 1).await).await, Some(mail.clone()), "{}", fresh.engine);
        assert_eq!(write(store, async |tx| outbox::lock(tx, WEST, 1).await).await, Some(mail.clone()));
        for (account, id) in [(EAST, 1), (WEST, 2)] {
            assert_eq!(read(store, async |tx| outbox::read(tx, account, id).await).await, None);
        }
        let again = letter(WEST, 2, "feed:0:7", "ann@group.example");
        assert!(!put(store, &again).await, "{}: the same address in another spelling", fresh.engine);
        assert!(put(store, &letter(WEST, 3, "feed:0:7", "bo@group.example")).await, "another address");
        assert!(put(store, &letter(WEST, 4, "feed:0:8", "ann@group.example")).await, "another cause");
        assert!(put(store, &letter(EAST, 2, "feed:0:7", "ann@group.example")).await, "another account");
        let other = Letter::ContactsDue;
        assert!(put(store, &Mail { letter: other, ..letter(WEST, 5, "feed:0:7", "ann@group.example") }).await, "another letter");
        let known = async |account, cause: &str| read(store, async |tx| outbox::is_known(tx, account, cause).await).await;
        assert!(known(WEST, "feed:0:8").await && !known(EAST, "feed:0:8").await && !known(WEST, "feed:0:9").await);
    }
}

#[tokio::test]
async fn letters_of_an_account_come_newest_first_in_pages_and_by_state() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        for id in 1..=4 {
            put(store, &letter(WEST, id, &format!("c{id}"), "ann@group.example")).await;
        }
        put(store, &letter(EAST, 9, "c", "ann@group.example")).await;
        let kept = next(Delivery::new(now()), Event::NoServer, now()).expect("it is kept");
        let third = letter(WEST, 3, "c3", "ann@group.example");
        assert!(write(store, async |tx| outbox::save(tx, &third, &kept, None).await).await);
        let ids = async |state, before, limit| {
            let found = read(store, async |tx| outbox::list(tx, WEST, state, before, limit).await).await;
            found.into_iter().map(|mail| mail.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(None, i64::MAX, 10).await, [4, 3, 2, 1], "{}", fresh.engine);
        assert_eq!((ids(None, i64::MAX, 2).await, ids(None, 3, 10).await), (vec![4, 3], vec![2, 1]));
        assert_eq!((ids(Some(State::Kept), i64::MAX, 10).await, ids(Some(State::Queued), 4, 10).await), (vec![3], vec![2, 1]));
        let engine = store.locations().next().expect("a location").1;
        let counted = outbox::count(engine).await.expect("a count");
        assert_eq!(counted, BTreeMap::from([(State::Queued, 4), (State::Kept, 1)]), "{}: of all accounts", fresh.engine);
    }
}

#[tokio::test]
async fn a_letter_is_due_until_it_ended_and_whoever_saves_second_learns_it() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let (first, second) = (letter(WEST, 1, "a", "ann@group.example"), letter(EAST, 1, "b", "bo@group.example"));
        let later = Delivery { due_at: Some(now() + hours(1)), ..Delivery::new(now()) };
        put(store, &first).await;
        put(store, &Mail { delivery: later, ..second.clone() }).await;
        let due = async |at, limit| {
            let found = read(store, async |tx| outbox::due(tx, at, limit).await).await;
            found.into_iter().map(|mail| mail.account).collect::<Vec<_>>()
        };
        assert_eq!((due(now() - hours(1), 9).await, due(now(), 9).await), (vec![], vec![WEST]), "{}", fresh.engine);
        assert_eq!((due(now() + hours(1), 9).await, due(now() + hours(1), 1).await), (vec![WEST, EAST], vec![WEST]));
        let claimed = next(first.delivery, Event::Claimed, now()).expect("claimed");
        assert!(write(store, async |tx| outbox::save(tx, &first, &claimed, None).await).await);
        assert!(!write(store, async |tx| outbox::save(tx, &first, &claimed, None).await).await, "{}: twice", fresh.engine);
        let held = Mail { delivery: claimed, ..first };
        let refused = next(claimed, Event::Refused, now()).expect("refused");
        assert!(write(store, async |tx| outbox::save(tx, &held, &refused, Some("550 no such user")).await).await);
        let failed = read(store, async |tx| outbox::read(tx, WEST, 1).await).await.expect("the letter");
        assert_eq!((failed.delivery, failed.reason.as_deref()), (refused, Some("550 no such user")), "{}", fresh.engine);
        assert_eq!(failed.sealed_link.as_deref(), Some("sealed"), "it may be tried again");
        assert_eq!(due(now() + hours(1), 9).await, [EAST]);
        let queued = Mail { delivery: later, ..second };
        let sent = next(later, Event::Accepted, now()).expect("sent");
        assert!(write(store, async |tx| outbox::save(tx, &queued, &sent, None).await).await);
        let gone = read(store, async |tx| outbox::read(tx, EAST, 1).await).await.expect("the letter");
        assert_eq!((gone.sealed_link, gone.delivery), (None, sent), "{}: a link that was sent stays here", fresh.engine);
    }
}

#[tokio::test]
async fn letters_are_forgotten_by_their_age_whatever_became_of_them() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        put(store, &Mail { queued_at: now() - hours(1), ..letter(WEST, 1, "old", "ann@group.example") }).await;
        put(store, &letter(WEST, 2, "new", "ann@group.example")).await;
        assert_eq!(write(store, async |tx| outbox::delete_before(tx, now()).await).await, 1, "{}", fresh.engine);
        let left = read(store, async |tx| outbox::list(tx, WEST, None, i64::MAX, 9).await).await;
        assert_eq!(left.iter().map(|mail| mail.id).collect::<Vec<_>>(), [2]);
    }
}
