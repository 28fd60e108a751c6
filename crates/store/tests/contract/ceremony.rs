//! What lives for minutes: ceremonies, attempts, proofs, leases, and what forgets them.

use crate::directory::*;
use model::identity::attempt::Attempts;
use store::challenge::{self, Challenge};
use store::step_up::{self, Proof};
use store::{Store, expiry, lease};

fn invited(account: i64) -> Challenge {
    let state = format!("{{\"account\":{account}}}");
    Challenge { kind: "invitation".to_owned(), person: Some(BO), state, expires_at: now() + hours(1) }
}

fn account_of(state: &str) -> i64 {
    serde_json::from_str::<serde_json::Value>(state).expect("a document")["account"].as_i64().expect("an account")
}

#[tokio::test]
async fn a_ceremony_is_of_its_kind_and_is_taken_once_before_its_time_is_over() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        write(store, async |tx| challenge::create(tx, "h1", &invited(1)).await).await;
        let read_at = async |kind: &str, at| read(store, async |tx| challenge::read(tx, "h1", kind, at).await).await;
        let found = read_at("invitation", now()).await.expect("a ceremony");
        assert_eq!(
            (found.person, account_of(&found.state), found.expires_at),
            (Some(BO), 1, now() + hours(1)),
            "{}",
            fresh.engine
        );
        assert_eq!(
            (read_at("reset", now()).await, read_at("invitation", now() + hours(1)).await),
            (None, None),
            "{}",
            fresh.engine
        );
        let take = async |kind: &str, at| write(store, async |tx| challenge::take(tx, "h1", kind, at).await).await.is_some();
        assert_eq!((take("reset", now()).await, take("invitation", now() + hours(1)).await), (false, false));
        assert_eq!((take("invitation", now()).await, take("invitation", now()).await), (true, false), "{}", fresh.engine);
    }
}

#[tokio::test]
async fn ceremonies_of_a_person_are_found_and_forgotten_by_account_and_by_kind() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        for (hash, account) in [("h1", WEST), ("h2", EAST)] {
            write(store, async |tx| challenge::create(tx, hash, &invited(account.0)).await).await;
        }
        let of = async |person, account| {
            let state = read(store, async |tx| challenge::of_account(tx, "invitation", person, account).await).await;
            state.map(|state| account_of(&state))
        };
        assert_eq!((of(BO, WEST).await, of(BO, EAST).await, of(ANN, WEST).await), (Some(1), Some(2), None), "{}", fresh.engine);
        write(store, async |tx| challenge::delete_of_account(tx, "invitation", BO, WEST).await).await;
        assert_eq!((of(BO, WEST).await, of(BO, EAST).await), (None, Some(2)), "{}", fresh.engine);
        for (kind, person, left) in [("reset", None, Some(2)), ("invitation", Some(ANN), Some(2)), ("invitation", None, None)] {
            write(store, async |tx| challenge::delete_all(tx, kind, person).await).await;
            assert_eq!(of(BO, EAST).await, left, "{}: {kind} {person:?}", fresh.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_of_one_moment_are_all_counted() {
    for fresh in testkit::engines().await {
        let attempts: Vec<_> = (0..8)
            .map(|_| {
                let store = fresh.store.clone();
                tokio::spawn(async move {
                    write(&store, async |tx| {
                        let known = challenge::lock_attempts(tx, "person:11", now()).await?;
                        challenge::set_attempts(tx, "person:11", Attempts { n: known.n + 1, ..known }).await
                    })
                    .await;
                })
            })
            .collect();
        for attempt in attempts {
            attempt.await.expect("an attempt");
        }
        let known = async |subject: &str| {
            write(&fresh.store, async |tx| challenge::lock_attempts(tx, subject, now() + hours(1)).await).await
        };
        assert_eq!(known("person:11").await, Attempts { n: 8, window_started_at: now() }, "{}", fresh.engine);
        assert_eq!(known("person:12").await, Attempts::none(now() + hours(1)), "{}", fresh.engine);
    }
}

#[tokio::test]
async fn a_proof_works_once_for_its_person_act_and_subject() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        let shown = Proof { hash: "h".to_owned(), person: ANN, act: "organization.delete".to_owned(), subject: "50".to_owned() };
        write(store, async |tx| step_up::create(tx, &shown, now() + hours(1)).await).await;
        let spend = async |proof: &Proof, at| write(store, async |tx| step_up::spend(tx, proof, at).await).await;
        let others = [
            Proof { person: BO, ..shown.clone() },
            Proof { act: "organization.create".to_owned(), ..shown.clone() },
            Proof { subject: "51".to_owned(), ..shown.clone() },
            Proof { hash: "i".to_owned(), ..shown.clone() },
        ];
        for other in &others {
            assert!(!spend(other, now()).await, "{}: {other:?}", fresh.engine);
        }
        assert!(!spend(&shown, now() + hours(1)).await, "{}: too late", fresh.engine);
        assert_eq!((spend(&shown, now()).await, spend(&shown, now()).await), (true, false), "{}", fresh.engine);
        let able = async || read(store, async |tx| step_up::has_factor(tx, ANN).await).await;
        assert!(!able().await);
        write(store, async |tx| store::person::set_totp(tx, ANN, "sealed", 1, now()).await).await;
        assert!(able().await, "{}", fresh.engine);
    }
}

async fn taken(store: &Store, holder: &str) -> bool {
    write(store, async |tx| lease::take(tx, "task", holder, now(), now() + hours(1)).await).await.is_some()
}

#[tokio::test]
async fn a_lease_that_is_given_back_early_is_free_and_only_its_holder_gives_it_back() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        assert!(taken(store, "a").await && !taken(store, "b").await, "{}", fresh.engine);
        write(store, async |tx| lease::release(tx, "task", "b").await).await;
        assert!(!taken(store, "b").await, "{}: it is not b's to give", fresh.engine);
        write(store, async |tx| lease::release(tx, "task", "a").await).await;
        assert!(taken(store, "b").await, "{}", fresh.engine);
    }
}

#[tokio::test]
async fn what_ran_out_is_forgotten_and_what_did_not_stays() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        write(store, async |tx| {
            for (hash, hour) in [("old", 1), ("new", 3)] {
                let one = Challenge { expires_at: now() + hours(hour), ..invited(1) };
                challenge::create(tx, hash, &one).await?;
                let proof = Proof { hash: hash.to_owned(), person: ANN, act: "a".to_owned(), subject: "s".to_owned() };
                step_up::create(tx, &proof, now() + hours(hour)).await?;
                challenge::lock_attempts(tx, hash, now() + hours(hour)).await?;
            }
            Ok(())
        })
        .await;
        let later = now() + hours(2);
        assert_eq!(write(store, async |tx| expiry::delete_expired(tx, later, later).await).await, 3, "{}", fresh.engine);
        assert_eq!(write(store, async |tx| expiry::delete_expired(tx, later, later).await).await, 0);
        assert!(read(store, async |tx| challenge::read(tx, "new", "invitation", now()).await).await.is_some());
    }
}
