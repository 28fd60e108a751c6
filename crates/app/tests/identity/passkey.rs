//! Passkeys: registered, signing in alone and as second factor, and refused for every reason there is.

use crate::world::{EAST, PUBLIC_URL, World, refusal, visitor, worlds};
use app::error::Kind;
use app::passkey::{begin_registration, begin_sign_in, delete, finish_registration, finish_sign_in, list};
use app::session::identify;
use model::account::Role;
use testkit::authenticator::Authenticator;

const ANN: &str = "ann@ex.org";

/// Ann with a passkey on a laptop.
async fn ann(world: &World) -> (app::session::Opened, Authenticator, String) {
    world.add_user(EAST, ANN, Role::Standard).await;
    let opened = world.sign_in(ANN).await;
    let mut laptop = Authenticator::new(PUBLIC_URL, 1);
    let id = world.enrol_passkey(&opened.session, &mut laptop).await;
    (opened, laptop, id)
}

async fn sign_in(world: &World, device: &mut Authenticator) -> Result<app::session::Opened, app::error::Error> {
    let begun = begin_sign_in(&world.app, &visitor(), None).await.expect("a ceremony");
    finish_sign_in(&world.app, &visitor(), &begun.handle, device.sign(&begun.options)).await
}

#[tokio::test]
async fn a_passkey_signs_in_alone_and_counts_as_two_factors() {
    for world in worlds().await {
        let (before, mut laptop, _) = ann(&world).await;
        let begun = begin_sign_in(&world.app, &visitor(), None).await.expect("a ceremony");
        assert_eq!(begun.options["publicKey"]["userVerification"], "required");
        assert_eq!(begun.options["publicKey"]["allowCredentials"], serde_json::json!([]));
        let now = world.wait(5);
        let opened = finish_sign_in(&world.app, &visitor(), &begun.handle, laptop.sign(&begun.options)).await;
        let opened = opened.expect("signed in");
        assert_eq!((opened.session.person, opened.session.second_factor_at), (before.session.person, Some(now)));
        let passkeys = list(&world.app, &opened.session).await.expect("a list");
        assert_eq!((passkeys.len(), passkeys[0].last_used_at), (1, Some(now)), "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn the_first_factor_brings_recovery_codes_and_the_next_one_leaves_them() {
    for world in worlds().await {
        world.add_user(EAST, ANN, Role::Standard).await;
        let who = world.sign_in(ANN).await.session;
        let (_, codes) = world.enrol_passkey_with_codes(&who, &mut Authenticator::new(PUBLIC_URL, 1)).await;
        assert_eq!(codes.len(), 10, "{}", world.fresh.engine);
        let who = app::session::list(&world.app, &who).await.expect("a list").remove(0);
        assert_eq!(world.enrol_passkey_with_codes(&who, &mut Authenticator::new(PUBLIC_URL, 2)).await.1, [""; 0]);
        assert_eq!(world.enrol_totp(&who).await.1, [""; 0]);
        let challenge = world.challenge(ANN).await;
        let method = model::identity::sign_in::Method::Recovery;
        app::session::second_factor(&world.app, &visitor(), &challenge, method, &codes[0]).await.expect("signed in");
    }
}

#[tokio::test]
async fn a_registration_asks_for_a_discoverable_key_and_a_verified_user() {
    for world in worlds().await {
        let (opened, ..) = ann(&world).await;
        let who = identify(&world.app, &opened.cookie).await.expect("a session");
        let begun = begin_registration(&world.app, &who, None).await.expect("a ceremony");
        let selection = &begun.options["publicKey"]["authenticatorSelection"];
        assert_eq!((&selection["residentKey"], &selection["userVerification"]), (&"required".into(), &"required".into()));
        assert_eq!(begun.options["publicKey"]["excludeCredentials"].as_array().map(Vec::len), Some(1));
        assert_eq!(begun.options["publicKey"]["rp"]["id"], "crm.example");
    }
}

#[tokio::test]
async fn an_answer_is_good_once_and_for_its_own_question() {
    for world in worlds().await {
        let (_, mut laptop, _) = ann(&world).await;
        let begun = begin_sign_in(&world.app, &visitor(), None).await.expect("a ceremony");
        let answer = laptop.sign(&begun.options);
        finish_sign_in(&world.app, &visitor(), &begun.handle, answer.clone()).await.expect("signed in");
        let replayed = finish_sign_in(&world.app, &visitor(), &begun.handle, answer.clone()).await;
        assert_eq!(refusal(replayed).1, "CHALLENGE_UNKNOWN");
        let other = begin_sign_in(&world.app, &visitor(), None).await.expect("a ceremony");
        let misplaced = finish_sign_in(&world.app, &visitor(), &other.handle, answer).await;
        assert_eq!(refusal(misplaced), (Kind::Unauthenticated, "PASSKEY_REFUSED"));
        let again = finish_sign_in(&world.app, &visitor(), &other.handle, laptop.sign(&other.options)).await;
        assert_eq!(refusal(again).1, "CHALLENGE_UNKNOWN", "a failed ceremony gets no second try");
    }
}

#[tokio::test]
async fn another_origin_an_unverified_user_and_a_stranger_are_refused() {
    for world in worlds().await {
        let (_, mut laptop, _) = ann(&world).await;
        let mut phished = laptop.clone();
        phished.origin = "https://crm.example.evil.example".to_owned();
        assert_eq!(refusal(sign_in(&world, &mut phished).await), (Kind::Unauthenticated, "PASSKEY_WRONG_ORIGIN"));
        let mut unverified = laptop.clone();
        unverified.verifies_user = false;
        assert_eq!(refusal(sign_in(&world, &mut unverified).await).1, "PASSKEY_USER_NOT_VERIFIED");
        let mut stranger = Authenticator::new(PUBLIC_URL, 9);
        assert_eq!(refusal(sign_in(&world, &mut stranger).await).0, Kind::Unauthenticated);
        sign_in(&world, &mut laptop).await.expect("the laptop itself signs in");
    }
}

#[tokio::test]
async fn a_copied_passkey_is_found_out_by_its_counter() {
    for world in worlds().await {
        let (_, mut laptop, _) = ann(&world).await;
        let mut copy = laptop.clone();
        sign_in(&world, &mut laptop).await.expect("signed in");
        sign_in(&world, &mut laptop).await.expect("signed in");
        world.wait(1);
        assert_eq!(refusal(sign_in(&world, &mut copy).await).1, "PASSKEY_CLONED", "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn after_a_password_a_passkey_is_the_second_factor_of_the_same_person() {
    for world in worlds().await {
        let (_, mut laptop, _) = ann(&world).await;
        world.add_user(EAST, "bo@ex.org", Role::Standard).await;
        let bo = world.sign_in("bo@ex.org").await;
        let mut phone = Authenticator::new(PUBLIC_URL, 2);
        world.enrol_passkey(&bo.session, &mut phone).await;
        let challenge = world.challenge(ANN).await;
        let begun = begin_sign_in(&world.app, &visitor(), Some(&challenge)).await.expect("a ceremony");
        assert_eq!(begun.options["publicKey"]["allowCredentials"].as_array().map(Vec::len), Some(1));
        let wrong = finish_sign_in(&world.app, &visitor(), &begun.handle, phone.sign(&begun.options)).await;
        assert_eq!(refusal(wrong).0, Kind::Unauthenticated);
        let begun = begin_sign_in(&world.app, &visitor(), Some(&challenge)).await.expect("a ceremony");
        let opened = finish_sign_in(&world.app, &visitor(), &begun.handle, laptop.sign(&begun.options)).await;
        identify(&world.app, &opened.expect("signed in").cookie).await.expect("a session");
        assert_eq!(refusal(begin_sign_in(&world.app, &visitor(), Some(&challenge)).await).1, "CHALLENGE_UNKNOWN");
    }
}

#[tokio::test]
async fn a_passkey_belongs_to_one_person_and_a_registration_to_one_session() {
    for world in worlds().await {
        let (opened, mut laptop, _) = ann(&world).await;
        world.add_user(EAST, "bo@ex.org", Role::Standard).await;
        let bo = world.sign_in("bo@ex.org").await;
        let begun = begin_registration(&world.app, &bo.session, None).await.expect("a ceremony");
        let credential = laptop.register(&begun.options);
        let taken = finish_registration(&world.app, &bo.session, &begun.handle, credential.clone(), "Laptop").await;
        assert_eq!(refusal(taken), (Kind::Conflict, "PASSKEY_TAKEN"));
        let begun = begin_registration(&world.app, &bo.session, None).await.expect("a ceremony");
        let mut phone = Authenticator::new(PUBLIC_URL, 2);
        let credential = phone.register(&begun.options);
        let stolen = finish_registration(&world.app, &opened.session, &begun.handle, credential, "Phone").await;
        assert_eq!(refusal(stolen).1, "PASSKEY_UNKNOWN");
        assert!(list(&world.app, &bo.session).await.expect("a list").is_empty());
    }
}

#[tokio::test]
async fn an_open_browser_is_not_enough_to_add_or_take_away_a_passkey() {
    for world in worlds().await {
        let (opened, _, id) = ann(&world).await;
        world.wait(15 * 60);
        let who = identify(&world.app, &opened.cookie).await.expect("a session");
        assert_eq!(refusal(begin_registration(&world.app, &who, None).await), (Kind::StepUpNeeded, "STEP_UP_NEEDED"));
        let error = delete(&world.app, &who, &id, None).await.expect_err("a refusal");
        assert_eq!(error.context[0], ("act".to_owned(), vec!["passkey.delete".to_owned()]));
        assert_eq!(error.context[1], ("subject".to_owned(), vec![id]));
        assert_eq!(list(&world.app, &who).await.expect("a list").len(), 1);
    }
}

#[tokio::test]
async fn a_ceremony_survives_a_restart() {
    for world in worlds().await {
        let (_, mut laptop, _) = ann(&world).await;
        let begun = begin_sign_in(&world.app, &visitor(), None).await.expect("a ceremony");
        let other = world.other_process().await;
        let opened = finish_sign_in(&other, &visitor(), &begun.handle, laptop.sign(&begun.options)).await;
        identify(&world.app, &opened.expect("signed in").cookie).await.expect("a session for both");
    }
}

#[tokio::test]
async fn what_no_browser_makes_is_refused_with_a_reason() {
    for world in worlds().await {
        ann(&world).await;
        let begun = begin_sign_in(&world.app, &visitor(), None).await.expect("a ceremony");
        let nonsense = finish_sign_in(&world.app, &visitor(), &begun.handle, serde_json::json!({"id": 7})).await;
        assert_eq!(refusal(nonsense), (Kind::Invalid, "CREDENTIAL_INVALID"));
    }
}
