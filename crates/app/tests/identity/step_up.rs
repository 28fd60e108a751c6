//! Step-up: a proof is for one act, one subject, one use, five minutes.

use crate::world::{EAST, PUBLIC_URL, World, refusal, worlds};
use app::cx::{App, Cx};
use app::error::Error;
use app::error::Kind;
use app::second_factor::{create_recovery_codes, delete_totp};
use app::session::authenticate;
use app::step_up::{Proved, Shown, begin, finish, spend};
use model::account::Role;
use model::identity::session::Session;
use model::identity::sign_in::Method;
use testkit::authenticator::Authenticator;

const ANN: &str = "ann@ex.org";
const ACT: &str = "organization.create";

/// An act that needs a proof and does nothing else.
async fn consume(app: &App, cx: &Cx, proof: Option<&str>, act: &'static str, subject: &str) -> Result<(), Error> {
    let mut tx = app.store.write_home().await.expect("a transaction");
    spend(&mut tx, cx, act, subject, proof).await?;
    tx.commit_bookkeeping().await.expect("a commit");
    Ok(())
}

struct Ann {
    cookie: String,
    who: Session,
    secret: String,
}

async fn ann(world: &World) -> Ann {
    world.add_user(EAST, ANN, Role::SuperAdmin).await;
    let opened = world.sign_in(ANN).await;
    let (secret, _) = world.enrol_totp(&opened.session).await;
    Ann { cookie: opened.cookie, who: opened.session, secret }
}

impl Ann {
    async fn prove(&self, world: &World, act: &str, subject: &str) -> Proved {
        world.wait(30);
        let begun = begin(&world.app, &self.who, act, subject).await.expect("a step-up");
        let shown = Shown::Code(Method::Totp, world.code(&self.secret));
        finish(&world.app, &self.who, &begun.handle, shown).await.expect("a proof")
    }
}

#[tokio::test]
async fn a_proof_serves_once_for_its_act_and_subject() {
    for world in worlds().await {
        let ann = ann(&world).await;
        let cx = authenticate(&world.app, &ann.cookie, EAST).await.expect("a context");
        let proof = ann.prove(&world, ACT, "7").await.proof;
        consume(&world.app, &cx, Some(&proof), ACT, "7").await.expect("good");
        assert_eq!(refusal(consume(&world.app, &cx, Some(&proof), ACT, "7").await), (Kind::StepUpNeeded, "STEP_UP_NEEDED"));
        let proof = ann.prove(&world, ACT, "7").await.proof;
        for (act, subject) in [("organization.delete", "7"), (ACT, "8")] {
            assert_eq!(refusal(consume(&world.app, &cx, Some(&proof), act, subject).await).0, Kind::StepUpNeeded);
        }
        let mut tx = world.app.store.write_home().await.expect("a transaction");
        spend(&mut tx, &cx, ACT, "7", Some(&proof)).await.expect("good");
        drop(tx);
        consume(&world.app, &cx, Some(&proof), ACT, "7").await.expect("an act that failed did not use it up");
        assert_eq!(refusal(consume(&world.app, &cx, None, ACT, "7").await).0, Kind::StepUpNeeded);
    }
}

#[tokio::test]
async fn a_proof_expires_after_five_minutes_and_serves_nobody_else() {
    for world in worlds().await {
        let ann = ann(&world).await;
        world.add_user(EAST, "bo@ex.org", Role::SuperAdmin).await;
        let bo = authenticate(&world.app, &world.sign_in("bo@ex.org").await.cookie, EAST).await.expect("a context");
        let proof = ann.prove(&world, ACT, "7").await.proof;
        assert_eq!(refusal(consume(&world.app, &bo, Some(&proof), ACT, "7").await).0, Kind::StepUpNeeded);
        let proved = ann.prove(&world, ACT, "7").await;
        let now = world.wait(5 * 60);
        assert_eq!(proved.expires_at, now);
        let cx = authenticate(&world.app, &ann.cookie, EAST).await.expect("a context");
        assert_eq!(refusal(consume(&world.app, &cx, Some(&proved.proof), ACT, "7").await).0, Kind::StepUpNeeded);
    }
}

#[tokio::test]
async fn a_used_code_proves_nothing_and_another_session_cannot_finish() {
    for world in worlds().await {
        let ann = ann(&world).await;
        let begun = begin(&world.app, &ann.who, ACT, "7").await.expect("a step-up");
        let used = Shown::Code(Method::Totp, world.code(&ann.secret));
        assert_eq!(refusal(finish(&world.app, &ann.who, &begun.handle, used).await), (Kind::Invalid, "CODE_WRONG"));
        world.wait(30);
        world.add_user(EAST, "bo@ex.org", Role::SuperAdmin).await;
        let bo = world.sign_in("bo@ex.org").await.session;
        let shown = Shown::Code(Method::Totp, world.code(&ann.secret));
        assert_eq!(refusal(finish(&world.app, &bo, &begun.handle, shown.clone()).await).1, "CHALLENGE_UNKNOWN");
        finish(&world.app, &ann.who, &begun.handle, shown.clone()).await.expect("a second try after a wrong code");
        assert_eq!(refusal(finish(&world.app, &ann.who, &begun.handle, shown).await).1, "CHALLENGE_UNKNOWN");
    }
}

#[tokio::test]
async fn without_a_second_factor_there_is_nothing_to_prove() {
    for world in worlds().await {
        world.add_user(EAST, ANN, Role::SuperAdmin).await;
        let who = world.sign_in(ANN).await.session;
        assert_eq!(refusal(begin(&world.app, &who, ACT, "7").await), (Kind::Forbidden, "SECOND_FACTOR_MISSING"));
        for bad in ["", "two words", "naïve", &"x".repeat(201)] {
            assert_eq!(refusal(begin(&world.app, &who, bad, "7").await).1, "STEP_UP_NAME_INVALID");
        }
    }
}

#[tokio::test]
async fn a_passkey_proves_and_a_token_cannot() {
    for world in worlds().await {
        world.add_user(EAST, ANN, Role::SuperAdmin).await;
        let opened = world.sign_in(ANN).await;
        let mut laptop = Authenticator::new(PUBLIC_URL, 1);
        world.enrol_passkey(&opened.session, &mut laptop).await;
        let begun = begin(&world.app, &opened.session, ACT, "7").await.expect("a step-up");
        assert_eq!(begun.methods, [Method::Passkey, Method::Recovery]);
        let answer = laptop.sign(&begun.options.expect("options"));
        let proved = finish(&world.app, &opened.session, &begun.handle, Shown::Passkey(answer.clone())).await.expect("a proof");
        let cx = authenticate(&world.app, &opened.cookie, EAST).await.expect("a context");
        let token = app::token::create(&world.app, &cx, "Script", &["*".to_owned()]).await.expect("a token").text;
        let token = app::token::authenticate(&world.app, &token).await.expect("a context");
        let refused = consume(&world.app, &token, Some(&proved.proof), ACT, "7").await;
        assert_eq!(refusal(refused).0, Kind::StepUpNeeded);
        consume(&world.app, &cx, Some(&proved.proof), ACT, "7").await.expect("good");
        let replay = finish(&world.app, &opened.session, &begun.handle, Shown::Passkey(answer)).await;
        assert_eq!(refusal(replay).1, "CHALLENGE_UNKNOWN");
    }
}

#[tokio::test]
async fn taking_the_app_away_needs_a_proof_and_takes_the_recovery_codes_along() {
    for world in worlds().await {
        let ann = ann(&world).await;
        assert_eq!(refusal(create_recovery_codes(&world.app, &ann.who, None).await).0, Kind::StepUpNeeded);
        let proof = ann.prove(&world, "recovery_codes", "self").await.proof;
        assert_eq!(create_recovery_codes(&world.app, &ann.who, Some(&proof)).await.expect("codes").len(), 10);
        assert_eq!(refusal(delete_totp(&world.app, &ann.who, Some(&proof)).await).0, Kind::StepUpNeeded);
        let proof = ann.prove(&world, "totp.delete", "self").await.proof;
        delete_totp(&world.app, &ann.who, Some(&proof)).await.expect("taken away");
        let enrolled = app::person::read(&world.app, &ann.who).await.expect("an overview").enrolled;
        assert_eq!((enrolled.totp, enrolled.n_recovery_codes), (false, 0), "{}", world.fresh.engine);
        world.sign_in(ANN).await;
    }
}
