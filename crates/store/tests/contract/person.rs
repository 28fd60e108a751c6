//! People, what they prove who they are by, their sessions and tokens, and as whom records belong to them.

use crate::directory::*;
use model::account::{AccountUser, Role, Status, UserStatus};
use model::id::{AccountId, OwnerId, PersonId, TokenId};
use model::identity::entry::Proof;
use model::identity::person::Person;
use model::identity::session::{Session, StandIn};
use model::identity::token::ServiceToken;
use std::collections::{BTreeMap, BTreeSet};
use store::owner::{self, Owner};
use store::person::passkey::{self, Passkey};
use store::person::{self, Login, recovery};
use store::{Store, StoreError, session, token};

async fn login(store: &Store, id: PersonId) -> Login {
    read(store, async |tx| person::read(tx, id).await).await.expect("a person")
}

#[tokio::test]
async fn a_person_is_found_by_her_id_her_address_and_her_account_and_says_of_herself_what_she_likes() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        assert!(!read(store, async |tx| person::any(tx).await).await, "{}", fresh.engine);
        people(store).await;
        assert!(read(store, async |tx| person::any(tx).await).await, "{}", fresh.engine);
        let ann = login(store, ANN).await;
        assert_eq!(write(store, async |tx| person::lock(tx, ANN).await).await, Some(ann.clone()));
        let by_email = async |email: &str| read(store, async |tx| person::by_email(tx, email).await).await;
        assert_eq!((by_email("ann@group.example").await, by_email("ANN@group.example").await), (Some(ann.clone()), None));
        let twin = Person { id: PersonId(99), webauthn_id: "twin".to_owned(), ..ann.person.clone() };
        let mut tx = store.write_home().await.expect("a transaction");
        let refused = person::create(&mut tx, &twin, "ann@group.example", None).await;
        assert!(matches!(refused, Err(StoreError::Unique(_))), "{}: {refused:?}", fresh.engine);
        drop(tx);
        let said = Person {
            name: "Ånn".to_owned(),
            locale: "da".to_owned(),
            default_account: Some(EAST),
            disabled_at: Some(now()),
            ..ann.person
        };
        write(store, async |tx| person::update(tx, &said).await).await;
        assert_eq!(login(store, ANN).await.person, said, "{}", fresh.engine);
        let of_west = read(store, async |tx| person::of_account(tx, WEST).await).await;
        assert_eq!(of_west.iter().map(|one| one.id).collect::<Vec<_>>(), [ANN, BO], "{}", fresh.engine);
        for accounts in [BTreeSet::from([WEST, EAST]), BTreeSet::from([EAST]), BTreeSet::new()] {
            write(store, async |tx| person::set_pinned(tx, ANN, &accounts).await).await;
            assert_eq!(read(store, async |tx| person::pinned(tx, ANN).await).await, accounts, "{}", fresh.engine);
        }
    }
}

#[tokio::test]
async fn an_address_is_proved_until_somebody_takes_that_back() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        let proved = async |who| read(store, async |tx| person::read(tx, who).await).await.expect("a login").email_proved_at;
        assert_eq!(proved(ANN).await, None, "{}", fresh.engine);
        write(store, async |tx| person::set_email_proved(tx, ANN, Some(now())).await).await;
        assert_eq!((proved(ANN).await, proved(BO).await), (Some(now()), None), "{}", fresh.engine);
        write(store, async |tx| person::set_email_proved(tx, ANN, None).await).await;
        assert_eq!(proved(ANN).await, None);
    }
}

#[tokio::test]
async fn each_factor_works_once_for_its_own_person_and_all_can_be_taken_away() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        write(store, async |tx| person::set_password(tx, ANN, "hash").await).await;
        assert!(!write(store, async |tx| person::use_totp_step(tx, ANN, 5).await).await, "{}: she has none", fresh.engine);
        write(store, async |tx| person::set_totp(tx, ANN, "sealed", 5, now()).await).await;
        let step = async |step| write(store, async |tx| person::use_totp_step(tx, ANN, step).await).await;
        assert_eq!((step(5).await, step(6).await, step(6).await, step(4).await), (false, true, false, false), "{}", fresh.engine);
        write(store, async |tx| recovery::replace(tx, ANN, &["old".to_owned()]).await).await;
        write(store, async |tx| recovery::replace(tx, ANN, &["c1".to_owned(), "c2".to_owned()]).await).await;
        let spend = async |who, code: &str| write(store, async |tx| recovery::spend(tx, who, code, now()).await).await;
        assert_eq!((spend(ANN, "old").await, spend(BO, "c1").await), (false, false), "{}", fresh.engine);
        assert_eq!((spend(ANN, "c1").await, spend(ANN, "c1").await), (true, false), "{}", fresh.engine);
        let key = |id: &str| Passkey {
            person: ANN,
            id: id.to_owned(),
            name: "Phone".to_owned(),
            credential: "{\"counter\":1}".to_owned(),
            created_at: now(),
            last_used_at: None,
        };
        write(store, async |tx| passkey::create(tx, &key("k1")).await).await;
        let all = login(store, ANN).await;
        assert_eq!((all.password_hash.as_deref(), all.totp_last_step), (Some("hash"), Some(6)), "{}", fresh.engine);
        assert_eq!((all.n_passkeys, all.n_recovery_codes, all.totp_confirmed_at), (1, 1, Some(now())));
        write(store, async |tx| person::delete_factors(tx, ANN).await).await;
        let none = login(store, ANN).await;
        assert_eq!((none.n_passkeys, none.n_recovery_codes, none.totp_sealed.clone()), (0, 0, None), "{}", fresh.engine);
        assert!(none.can_prove_herself(), "her password stays");
        assert!(!write(store, async |tx| person::delete_totp(tx, ANN).await).await);
        write(store, async |tx| recovery::replace(tx, ANN, &["c3".to_owned()]).await).await;
        write(store, async |tx| recovery::delete(tx, ANN).await).await;
        assert_eq!(login(store, ANN).await.n_recovery_codes, 0);
    }
}

#[tokio::test]
async fn a_passkey_is_one_persons_and_of_two_uses_at_once_one_counts() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        let key = |person, id: &str| {
            let (name, credential) = ("Phone".to_owned(), "{}".to_owned());
            Passkey { person, id: id.to_owned(), name, credential, created_at: now(), last_used_at: None }
        };
        for id in ["k2", "k1"] {
            write(store, async |tx| passkey::create(tx, &key(ANN, id)).await).await;
        }
        let mut tx = store.write_home().await.expect("a transaction");
        let refused = passkey::create(&mut tx, &key(BO, "k1")).await;
        assert!(matches!(refused, Err(StoreError::Unique(_))), "{}: {refused:?}", fresh.engine);
        drop(tx);
        let read_key = async |id: &str| read(store, async |tx| passkey::read(tx, id).await).await;
        let list = async |who| read(store, async |tx| passkey::list(tx, who).await).await;
        assert_eq!(list(ANN).await, [key(ANN, "k1"), key(ANN, "k2")], "{}", fresh.engine);
        assert_eq!((read_key("k1").await, read_key("k9").await, list(BO).await), (Some(key(ANN, "k1")), None, vec![]));
        let set = async |at| write(store, async |tx| passkey::set_used(tx, &key(ANN, "k1"), "{\"n\":1}", at).await).await;
        assert_eq!((set(now()).await, set(now()).await), (true, false), "{}: the second read it before", fresh.engine);
        assert_eq!(read_key("k1").await.expect("it").last_used_at, Some(now()));
        let delete = async |who| write(store, async |tx| passkey::delete(tx, who, "k1").await).await;
        assert_eq!((delete(BO).await, delete(ANN).await, delete(ANN).await), (false, true, false), "{}", fresh.engine);
    }
}

fn begun(id: &str, person: PersonId) -> Session {
    Session {
        id: id.to_owned(),
        person,
        created_at: now(),
        last_seen_at: now(),
        expires_at: now() + hours(10),
        second_factor_at: None,
        user_agent: "Firefox".to_owned(),
        address: "10.0.0.1".to_owned(),
        proved: [Proof::Password].into(),
        longest_pause: jiff::SignedDuration::ZERO,
        stand_in: None,
        provider: None,
    }
}

#[tokio::test]
async fn a_session_says_who_she_is_in_an_account_and_what_it_rests_on() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        write(store, async |tx| session::create(tx, &begun("s1", BO), "h1").await).await;
        let find = async |hash: &str, account: Option<AccountId>| {
            read(store, async |tx| session::find(tx, hash, account, now()).await).await
        };
        assert_eq!(find("h2", None).await, None);
        let nowhere = find("h1", None).await.expect("a session");
        assert_eq!((nowhere.session, nowhere.place), (begun("s1", BO), None), "{}", fresh.engine);
        assert_eq!(find("h1", Some(EAST)).await.expect("it").place, None, "{}: he is no user of East", fresh.engine);
        let place = find("h1", Some(WEST)).await.expect("it").place.expect("a place");
        assert_eq!((place.role, place.owner, place.account_status), (Role::Standard, OwnerId(1_012), Status::Active));
        let seen = async |at, until| write(store, async |tx| session::set_seen(tx, "s1", BO, at, until).await).await;
        seen(now() + hours(2), now() + hours(12)).await;
        seen(now() + hours(1), now() + hours(11)).await;
        let used = find("h1", None).await.expect("it").session;
        assert_eq!((used.last_seen_at, used.longest_pause), (now() + hours(2), hours(2)), "{}: never back", fresh.engine);
        for _ in 0..2 {
            write(store, async |tx| session::set_second_factor(tx, BO, "s1", Proof::Totp, now() + hours(3)).await).await;
        }
        let proved = find("h1", None).await.expect("it").session;
        assert_eq!((proved.proved, proved.longest_pause), ([Proof::Password, Proof::Totp].into(), hours(0)), "{}", fresh.engine);
        assert_eq!(proved.second_factor_at, Some(now() + hours(3)));
    }
}

#[tokio::test]
async fn who_takes_anothers_place_has_it_in_that_account_until_it_ends() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        write(store, async |tx| session::create(tx, &begun("s1", ANN), "h1").await).await;
        let owner = async |account, at| {
            let found = read(store, async |tx| session::find(tx, "h1", Some(account), at).await).await.expect("a session");
            found.place.map(|place| place.owner.0)
        };
        let as_bo = StandIn { account: WEST, person: BO, until: now() + hours(1) };
        let set = async |place| write(store, async |tx| session::set_stand_in(tx, ANN, "s1", place).await).await;
        set(Some(as_bo)).await;
        assert_eq!((owner(WEST, now()).await, owner(EAST, now()).await), (Some(1_012), Some(2_011)), "{}", fresh.engine);
        assert_eq!(owner(WEST, now() + hours(1)).await, Some(1_011), "{}: it ends by itself", fresh.engine);
        for person in [ANN, BO] {
            set(Some(as_bo)).await;
            write(store, async |tx| session::end_stand_ins(tx, EAST, person).await).await;
            assert_eq!(owner(WEST, now()).await, Some(1_012), "another account's");
            write(store, async |tx| session::end_stand_ins(tx, WEST, person).await).await;
            assert_eq!(owner(WEST, now()).await, Some(1_011), "{}", fresh.engine);
        }
    }
}

#[tokio::test]
async fn sessions_end_one_by_one_or_all_but_this_one_and_a_removed_person_leaves_none() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        for (id, person) in [("a", ANN), ("b", ANN), ("c", ANN), ("d", BO)] {
            write(store, async |tx| session::create(tx, &begun(id, person), &format!("hash {id}")).await).await;
        }
        let list = async |who, at| {
            let found = read(store, async |tx| session::list(tx, who, at).await).await;
            found.into_iter().map(|session| session.id).collect::<Vec<_>>()
        };
        assert_eq!((list(ANN, now()).await.len(), list(ANN, now() + hours(10)).await.len()), (3, 0), "{}", fresh.engine);
        let end = async |who, id: &str| write(store, async |tx| session::end(tx, who, id).await).await;
        assert_eq!((end(BO, "a").await, end(ANN, "a").await, end(ANN, "a").await), (false, true, false), "{}", fresh.engine);
        assert_eq!(write(store, async |tx| session::end_all(tx, ANN, Some("c")).await).await, 1);
        assert_eq!(
            (list(ANN, now()).await, list(BO, now()).await),
            (vec!["c".to_owned()], vec!["d".to_owned()]),
            "{}",
            fresh.engine
        );
        write(store, async |tx| person::delete(tx, ANN).await).await;
        assert_eq!((list(ANN, now()).await.len(), list(BO, now()).await.len()), (0, 1), "{}", fresh.engine);
        assert_eq!(read(store, async |tx| person::read(tx, ANN).await).await, None);
    }
}

#[tokio::test]
async fn a_token_is_one_accounts_and_works_until_it_is_revoked() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        let made = |id, account| ServiceToken {
            id: TokenId(id),
            account,
            name: format!("script {id}"),
            scopes: vec!["crm.import".to_owned()],
            hint: "pat-…".to_owned(),
            created_by: Some(ANN),
            created_at: now(),
            last_used_at: None,
            revoked_at: None,
        };
        for (id, account) in [(71, WEST), (72, WEST), (73, EAST)] {
            write(store, async |tx| token::create(tx, &made(id, account), &format!("hash {id}")).await).await;
        }
        let list = async |account| read(store, async |tx| token::list(tx, account).await).await;
        assert_eq!(
            (list(WEST).await, list(EAST).await),
            (vec![made(71, WEST), made(72, WEST)], vec![made(73, EAST)]),
            "{}",
            fresh.engine
        );
        let bearer = async |hash: &str| read(store, async |tx| token::bearer(tx, hash).await).await;
        let found = bearer("hash 71").await.expect("a bearer");
        assert_eq!(
            (found.token, found.account, found.account_status, found.revoked_at),
            (TokenId(71), WEST, Status::Active, None)
        );
        assert_eq!(bearer("hash 79").await, None);
        for at in [now() + hours(2), now() + hours(1)] {
            write(store, async |tx| token::set_used(tx, TokenId(71), at).await).await;
        }
        assert_eq!(bearer("hash 71").await.expect("it").last_used_at, Some(now() + hours(2)), "{}: never back", fresh.engine);
        let revoke = async |account| write(store, async |tx| token::revoke(tx, account, TokenId(71), now()).await).await;
        assert_eq!((revoke(EAST).await, revoke(WEST).await, revoke(WEST).await), (false, true, false), "{}", fresh.engine);
        assert_eq!((list(WEST).await.len(), bearer("hash 71").await.expect("it").revoked_at), (1, Some(now())));
        let named = read(store, async |tx| token::names(tx, &[71, 73, 79].map(TokenId).into()).await).await;
        let expected = [71, 73].map(|id| (TokenId(id), format!("script {id}")));
        assert_eq!(named, BTreeMap::from(expected), "{}: revoked ones too", fresh.engine);
    }
}

#[tokio::test]
async fn owners_are_the_users_who_came_and_stay_when_they_are_deactivated() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        let page = async |archived, email: Option<&str>, after| {
            let found = read(store, async |tx| owner::page(tx, WEST, archived, email, after, 9).await).await;
            found.into_iter().map(|owner| owner.id.0).collect::<Vec<_>>()
        };
        assert_eq!(
            (page(false, None, None).await, page(true, None, None).await),
            (vec![1_011, 1_012], vec![]),
            "{}",
            fresh.engine
        );
        assert_eq!(page(false, None, Some(OwnerId(1_011))).await, [1_012]);
        assert_eq!(page(false, Some("BO@group.example"), None).await, [1_012], "{}", fresh.engine);
        let become_ = async |status| {
            let bo = AccountUser { status, ..user(WEST, BO, Role::Standard) };
            write(store, async |tx| store::account::put_user(tx, &bo, now()).await).await;
        };
        become_(UserStatus::Deactivated).await;
        assert_eq!((page(false, None, None).await, page(true, None, None).await), (vec![1_011], vec![1_012]), "{}", fresh.engine);
        let load = async |account| read(store, async |tx| owner::load(tx, account, OwnerId(1_012)).await).await;
        let bo = load(WEST).await.expect("an owner");
        assert_eq!((bo.person, bo.archived, bo.email.as_str()), (BO, true, "bo@group.example"), "{}", fresh.engine);
        assert_eq!(load(EAST).await, None, "{}: another account's", fresh.engine);
        let many = read(store, async |tx| owner::load_many(tx, WEST, &[1_011, 1_012, 2_011].map(OwnerId)).await).await;
        let mut ids: Vec<i64> = many.iter().map(|Owner { id, .. }| id.0).collect();
        ids.sort_unstable();
        assert_eq!(ids, [1_011, 1_012], "{}", fresh.engine);
        assert_eq!(read(store, async |tx| owner::load_by_person(tx, WEST, BO).await).await, Some(bo));
        become_(UserStatus::Invited).await;
        assert_eq!(
            (load(WEST).await, page(true, None, None).await),
            (None, vec![]),
            "{}: who is invited owns nothing",
            fresh.engine
        );
    }
}
