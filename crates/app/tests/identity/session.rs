//! Signing in with a password and codes, sessions, throttling.

use crate::world::{EAST, PASSWORD, WEST, World, refusal, visitor, worlds};
use app::error::Kind;
use app::person::{Patch, change_password, read, update};
use app::session::{Outcome, Visitor, authenticate, end, end_all, identify, list, second_factor, sign_in};
use model::account::{Role, Status};
use model::authority::Act;
use model::change::Actor;
use model::identity::sign_in::Method;

const ANN: &str = "Ann@ex.org";

async fn ann(world: &World) -> app::session::Opened {
    world.add_user(EAST, ANN, Role::Standard).await;
    world.sign_in(ANN).await
}

#[tokio::test]
async fn a_password_opens_a_session_in_ones_own_accounts_only() {
    for world in worlds().await {
        let opened = ann(&world).await;
        let cx = authenticate(&world.app, &opened.cookie, EAST).await.expect("a context");
        assert_eq!(cx.actor, Actor::Person { id: opened.session.person });
        assert!(cx.person.is_some_and(|p| p.second_factor_at.is_none()));
        assert_eq!(refusal(authenticate(&world.app, &opened.cookie, WEST).await), (Kind::NotFound, "OBJECT_NOT_FOUND"));
        let overview = read(&world.app, &opened.session).await.expect("an overview");
        assert_eq!(overview.places.len(), 1);
        assert!(overview.places[0].permissions.contains(&"contacts.edit.everything".to_owned()));
    }
}

#[tokio::test]
async fn neither_cookies_nor_session_ids_can_be_guessed_from_what_is_stored() {
    for world in worlds().await {
        let opened = ann(&world).await;
        for guess in [opened.session.id.as_str(), "", &opened.cookie[1..], "00000000-0000-4000-8000-000000000000"] {
            assert_eq!(refusal(identify(&world.app, guess).await), (Kind::Unauthenticated, "SESSION_UNKNOWN"), "{guess}");
        }
        let mut tx = world.app.store.read_home().await.expect("a read");
        let rows = format!("{:?}", tx.query("SELECT token_hash, id FROM session", &[]).await.expect("rows"));
        let feed = format!("{:?}", store::feed::read(&mut tx, 0, 100).await.expect("the feed"));
        assert!(!rows.contains(&opened.cookie) && !feed.contains(&opened.cookie), "{}", world.fresh.engine);
        assert!(!feed.to_lowercase().contains("ann"), "personal data in the feed: {feed}");
    }
}

#[tokio::test]
async fn wrong_passwords_and_unknown_addresses_are_refused_alike() {
    for world in worlds().await {
        ann(&world).await;
        let wrong = sign_in(&world.app, &visitor(), ANN, "correct horse batterz").await.expect_err("a refusal");
        let unknown = sign_in(&world.app, &visitor(), "bo@ex.org", PASSWORD).await.expect_err("a refusal");
        let long = sign_in(&world.app, &visitor(), ANN, &"x".repeat(100_000)).await.expect_err("a refusal");
        assert_eq!((wrong.kind, wrong.code), (Kind::Unauthenticated, "SIGN_IN_REFUSED"));
        assert_eq!((&wrong, &wrong), (&unknown, &long));
        let folded = sign_in(&world.app, &visitor(), " aNN@EX.org ", PASSWORD).await.expect("a sign-in");
        assert!(matches!(folded, Outcome::SignedIn(_)));
    }
}

#[tokio::test]
async fn the_eleventh_guess_waits_for_the_end_of_the_window() {
    for world in worlds().await {
        ann(&world).await;
        for _ in 0..10 {
            assert_eq!(refusal(sign_in(&world.app, &visitor(), ANN, "wrong").await).1, "SIGN_IN_REFUSED");
        }
        world.wait(60);
        let elsewhere = Visitor { address: "198.51.100.9".to_owned(), ..visitor() };
        let error = sign_in(&world.app, &elsewhere, ANN, PASSWORD).await.expect_err("a refusal");
        assert_eq!((error.kind, error.code), (Kind::TooMany, "TOO_MANY_ATTEMPTS"));
        assert_eq!(error.context, [("retryAfter".to_owned(), vec!["840".to_owned()])], "{}", world.fresh.engine);
        let unknown = "nobody@ex.org";
        world.add_user(EAST, "bo@ex.org", Role::Standard).await;
        world.sign_in("bo@ex.org").await;
        for n in 0..11 {
            let kind = refusal(sign_in(&world.app, &visitor(), unknown, "wrong").await).0;
            assert_eq!(kind == Kind::TooMany, n == 10, "an unknown address is throttled like a known one");
        }
        world.wait(840);
        world.sign_in(ANN).await;
    }
}

#[tokio::test]
async fn an_address_that_tries_everybody_has_to_wait() {
    for world in worlds().await {
        ann(&world).await;
        for n in 0..100 {
            let email = format!("person{n}@ex.org");
            assert_eq!(refusal(sign_in(&world.app, &visitor(), &email, "wrong").await).1, "SIGN_IN_REFUSED");
        }
        assert_eq!(refusal(sign_in(&world.app, &visitor(), ANN, PASSWORD).await).0, Kind::TooMany);
        let elsewhere = Visitor { address: "198.51.100.9".to_owned(), ..visitor() };
        sign_in(&world.app, &elsewhere, ANN, PASSWORD).await.expect("another address signs in");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_the_same_moment_are_counted_one_by_one() {
    for world in worlds().await {
        ann(&world).await;
        let guesses = (0..40).map(|_| {
            let app = world.app.clone();
            tokio::spawn(async move { sign_in(&app, &visitor(), ANN, "wrong").await.map(drop) })
        });
        let mut n_looked_at = 0;
        for guess in guesses.collect::<Vec<_>>() {
            let error = guess.await.expect("a task").expect_err("a refusal");
            n_looked_at += usize::from(error.code == "SIGN_IN_REFUSED");
        }
        assert_eq!(n_looked_at, 10, "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn with_an_authenticator_app_the_password_is_half_of_it() {
    for world in worlds().await {
        let opened = ann(&world).await;
        let (secret, codes) = world.enrol_totp(&opened.session).await;
        assert_eq!(codes.len(), 10);
        world.wait(30);
        let challenge = world.challenge(ANN).await;
        assert_eq!(refusal(identify(&world.app, &challenge).await).1, "SESSION_UNKNOWN");
        let finish = async |code: &str| second_factor(&world.app, &visitor(), &challenge, Method::Totp, code).await;
        let wrong = finish("000000").await;
        assert_eq!(refusal(wrong), (Kind::Unauthenticated, "CODE_WRONG"));
        let signed_in = finish(&world.code(&secret)).await.expect("signed in");
        assert_eq!(signed_in.session.second_factor_at, Some(world.app.outside.now()));
        assert_eq!(refusal(finish(&world.code(&secret)).await), (Kind::Invalid, "CHALLENGE_UNKNOWN"));
        let again = world.challenge(ANN).await;
        let reused = second_factor(&world.app, &visitor(), &again, Method::Totp, &world.code(&secret)).await;
        assert_eq!(refusal(reused).1, "CODE_WRONG", "{}: a code was good twice", world.fresh.engine);
    }
}

#[tokio::test]
async fn the_code_that_set_an_app_up_and_those_before_it_are_used_up() {
    for world in worlds().await {
        let opened = ann(&world).await;
        let (secret, _) = world.enrol_totp(&opened.session).await;
        let setup_code = world.code(&secret);
        let challenge = world.challenge(ANN).await;
        let replayed = second_factor(&world.app, &visitor(), &challenge, Method::Totp, &setup_code).await;
        assert_eq!(refusal(replayed).1, "CODE_WRONG");
        world.wait(30);
        let next = world.code(&secret);
        world.wait(30);
        second_factor(&world.app, &visitor(), &challenge, Method::Totp, &next).await.expect("a step late is fine");
        world.wait(60);
        let challenge = world.challenge(ANN).await;
        let late = second_factor(&world.app, &visitor(), &challenge, Method::Totp, &next).await;
        assert_eq!(refusal(late).1, "CODE_WRONG");
    }
}

#[tokio::test]
async fn a_recovery_code_works_once_in_any_writing() {
    for world in worlds().await {
        let opened = ann(&world).await;
        let (_, codes) = world.enrol_totp(&opened.session).await;
        let typed = codes[3].replace('-', " ").to_uppercase();
        let challenge = world.challenge(ANN).await;
        second_factor(&world.app, &visitor(), &challenge, Method::Recovery, &typed).await.expect("signed in");
        let challenge = world.challenge(ANN).await;
        let again = second_factor(&world.app, &visitor(), &challenge, Method::Recovery, &codes[3]).await;
        assert_eq!(refusal(again).1, "CODE_WRONG");
        let left = read(&world.app, &opened.session).await.expect("an overview").enrolled.n_recovery_codes;
        assert_eq!(left, 9, "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn codes_are_throttled_and_a_challenge_expires() {
    for world in worlds().await {
        let opened = ann(&world).await;
        let (secret, _) = world.enrol_totp(&opened.session).await;
        world.wait(60);
        let challenge = world.challenge(ANN).await;
        for _ in 0..10 {
            let wrong = second_factor(&world.app, &visitor(), &challenge, Method::Totp, "000000").await;
            assert_eq!(refusal(wrong).1, "CODE_WRONG");
        }
        let right = second_factor(&world.app, &visitor(), &challenge, Method::Totp, &world.code(&secret)).await;
        assert_eq!(refusal(right).0, Kind::TooMany);
        world.wait(15 * 60);
        let expired = second_factor(&world.app, &visitor(), &challenge, Method::Totp, &world.code(&secret)).await;
        assert_eq!(refusal(expired).1, "CHALLENGE_UNKNOWN");
        world.wait(2 * 60 * 60);
        assert!(app::expiry::reconcile(&world.app).await.expect("swept") > 0);
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_lives_on_when_it_is_used() {
    const DAY: i64 = 24 * 60 * 60;
    for world in worlds().await {
        let (idle, used) = (ann(&world).await, world.sign_in(ANN).await);
        for _ in 0..13 {
            world.wait(DAY);
            identify(&world.app, &used.cookie).await.expect("in use");
        }
        app::token::save_used(&world.app).await.expect("noted");
        world.wait(DAY);
        assert_eq!(refusal(identify(&world.app, &idle.cookie).await), (Kind::Expired, "SESSION_EXPIRED"));
        identify(&world.app, &used.cookie).await.expect("still in use");
        assert_eq!(list(&world.app, &used.session).await.expect("a list").len(), 1, "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn sessions_end_one_by_one_and_all_together() {
    for world in worlds().await {
        let (first, second, third) = (ann(&world).await, world.sign_in(ANN).await, world.sign_in(ANN).await);
        world.add_user(EAST, "bo@ex.org", Role::Standard).await;
        let bo = world.sign_in("bo@ex.org").await;
        assert_eq!(refusal(end(&world.app, &bo.session, &first.session.id).await).0, Kind::NotFound);
        end(&world.app, &first.session, &second.session.id).await.expect("ended");
        assert_eq!(refusal(identify(&world.app, &second.cookie).await).0, Kind::Unauthenticated);
        identify(&world.app, &third.cookie).await.expect("untouched");
        end_all(&world.app, &first.session).await.expect("ended");
        for cookie in [&first.cookie, &third.cookie] {
            assert_eq!(refusal(identify(&world.app, cookie).await).0, Kind::Unauthenticated);
        }
        identify(&world.app, &bo.cookie).await.expect("another person's session goes on");
    }
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_half_done_sign_ins() {
    for world in worlds().await {
        let (here, there) = (ann(&world).await, world.sign_in(ANN).await);
        let change = |current: &'static str, new: &'static str| change_password(&world.app, &here.session, current, new);
        assert_eq!(refusal(change("wrong", "a new long password").await), (Kind::Invalid, "PASSWORD_WRONG"));
        assert_eq!(refusal(change(PASSWORD, "short").await).1, "PASSWORD_TOO_SHORT");
        assert_eq!(refusal(change(PASSWORD, "password1234").await).1, "PASSWORD_COMMON");
        change(PASSWORD, "a new long password").await.expect("changed");
        identify(&world.app, &here.cookie).await.expect("this session goes on");
        assert_eq!(refusal(identify(&world.app, &there.cookie).await).0, Kind::Unauthenticated);
        assert_eq!(refusal(sign_in(&world.app, &visitor(), ANN, PASSWORD).await).1, "SIGN_IN_REFUSED");
        sign_in(&world.app, &visitor(), ANN, "a new long password").await.expect("the new one works");
    }
}

#[tokio::test]
async fn a_password_is_hashed_again_when_the_parameters_change() {
    for world in worlds().await {
        ann(&world).await;
        let hash = async || {
            let mut tx = world.app.store.read_home().await.expect("a read");
            let login = store::person::by_email(&mut tx, "ann@ex.org").await.expect("a read").expect("ann");
            login.password_hash.expect("a hash")
        };
        let cheap = hash().await;
        assert!(cheap.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{cheap}");
        let settings = app::cx::Settings { cheap_hashing: false, ..world.app.settings.clone() };
        let real = app::cx::App::new(world.app.store.clone(), world.app.outside.clone(), settings);
        sign_in(&real, &visitor(), ANN, PASSWORD).await.expect("a sign-in");
        assert!(hash().await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", world.fresh.engine);
        sign_in(&real, &visitor(), ANN, PASSWORD).await.expect("the new hash is as good");
    }
}

#[tokio::test]
async fn what_a_person_says_of_herself_is_checked() {
    for world in worlds().await {
        let who = ann(&world).await.session;
        let patch = |locale: &str| Patch { locale: Some(locale.to_owned()), ..Patch::default() };
        assert_eq!(update(&world.app, &who, patch("da-DK")).await.expect("updated").locale, "da");
        assert_eq!(refusal(update(&world.app, &who, patch("tlh")).await).1, "LOCALE_UNKNOWN");
        let elsewhere = Patch { default_account: Some(WEST), ..Patch::default() };
        assert_eq!(refusal(update(&world.app, &who, elsewhere).await).0, Kind::NotFound);
        let named = Patch { name: Some(" Ann Bo ".to_owned()), default_account: Some(EAST), ..Patch::default() };
        update(&world.app, &who, named).await.expect("updated");
        let person = read(&world.app, &who).await.expect("an overview").person;
        assert_eq!((person.name.as_str(), person.default_account, person.locale.as_str()), ("Ann Bo", Some(EAST), "da"));
    }
}

#[tokio::test]
async fn a_suspended_account_is_entered_and_a_deactivated_one_is_not() {
    for world in worlds().await {
        let opened = ann(&world).await;
        world.set_account_status(EAST, Status::Suspended).await;
        let cx = authenticate(&world.app, &opened.cookie, EAST).await.expect("reads on");
        assert_eq!(refusal(cx.may(Act::Import)).1, "ACCOUNT_SUSPENDED");
        world.set_account_status(EAST, Status::Deactivated).await;
        assert_eq!(refusal(authenticate(&world.app, &opened.cookie, EAST).await).0, Kind::NotFound);
        assert!(read(&world.app, &opened.session).await.expect("an overview").places.is_empty());
    }
}
