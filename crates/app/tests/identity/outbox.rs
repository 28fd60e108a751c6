//! Letters: written once per cause, never lost, sent once by however many processes, and seen only by whom they concern.

use crate::world::{EAST, PASSWORD, WEST, World, refusal, wanted, worlds};
use app::cx::App;
use app::error::Kind;
use app::outbox::{self, New, enqueue, list, read, reconcile, retry, send_due};
use model::account::Role;
use model::id::AccountId;
use model::letter::Letter;
use model::outbox::{Recipient, State};
use outside::Outside;
use std::sync::Arc;
use testkit::postbox::Postbox;

const LINK: &str = "https://crm.example/join/secret";
const DAY: i64 = 24 * 60 * 60;

fn with_server(app: &App, postbox: &Arc<Postbox>) -> App {
    let outside = Outside { mail: Some(postbox.clone()), ..app.outside.clone() };
    App::new(app.store.clone(), outside, app.settings.clone())
}

fn invitation(account: AccountId, cause: &str, address: &str) -> New {
    let to = Recipient { address: address.to_owned(), name: "Ann".to_owned(), locale: "da".to_owned(), person: None, told: None };
    let letter = Letter::Invitation { account: "West".to_owned(), by: None };
    New { account, cause: cause.to_owned(), to, letter, link: Some(LINK.to_owned()) }
}

/// Puts a letter into the outbox as a verb would; whether it is a new one.
async fn put(app: &App, new: New) -> bool {
    let mut tx = app.store.write_home().await.expect("a transaction");
    let is_new = enqueue(app, &mut tx, new, app.outside.now()).await.expect("enqueued");
    tx.commit_bookkeeping().await.expect("committed");
    is_new
}

async fn states(app: &App, world: &World) -> Vec<State> {
    let letters = list(app, &world.system(EAST), None, i64::MAX, 100).await.expect("letters");
    letters.iter().map(|letter| letter.mail.delivery.state).collect()
}

#[tokio::test]
async fn one_cause_makes_one_letter_of_a_kind_to_an_address() {
    for world in worlds().await {
        let postbox = Postbox::new();
        let app = with_server(&world.app, &postbox);
        assert!(put(&app, invitation(EAST, "feed:0:812", "ann@ex.org")).await);
        assert!(!put(&app, invitation(EAST, "feed:0:812", "Ann@EX.org")).await, "{}", world.fresh.engine);
        assert!(put(&app, invitation(EAST, "feed:0:812", "bo@ex.org")).await, "somebody else");
        assert!(put(&app, invitation(EAST, "feed:0:813", "ann@ex.org")).await, "another cause");
        assert!(put(&app, invitation(WEST, "feed:0:812", "ann@ex.org")).await, "about another account");
        assert_eq!(send_due(&app).await.expect("sent").n_sent, 4);
        assert_eq!(send_due(&app).await.expect("nothing left").n(), 0);
        assert!(!put(&app, invitation(EAST, "feed:0:812", "ann@ex.org")).await, "not after it was sent either");
    }
}

#[tokio::test]
async fn a_letter_goes_out_in_the_recipients_language_and_its_link_is_forgotten() {
    for world in worlds().await {
        let postbox = Postbox::new();
        let app = with_server(&world.app, &postbox);
        put(&app, invitation(EAST, "a", "ann@ex.org")).await;
        let before = list(&app, &world.system(EAST), None, i64::MAX, 1).await.expect("a letter").remove(0);
        assert!(before.mail.sealed_link.as_ref().is_some_and(|sealed| !sealed.contains("secret")));
        send_due(&app).await.expect("sent");
        let message = postbox.taken().remove(0);
        assert_eq!((message.subject.as_str(), message.to_address.as_str()), ("Du er inviteret til West", "ann@ex.org"));
        assert!(message.text.contains(LINK) && message.html.contains(LINK));
        let after = read(&app, &world.system(EAST), before.mail.id).await.expect("the letter");
        assert_eq!((after.mail.delivery.state, after.mail.sealed_link), (State::Sent, None), "{}", world.fresh.engine);
        assert!(!after.text.contains("secret") && !after.html.contains("secret"));
    }
}

#[tokio::test]
async fn what_the_server_does_not_take_now_is_tried_again_under_the_same_id() {
    for world in worlds().await {
        let postbox = Postbox::new();
        let app = with_server(&world.app, &postbox);
        put(&app, invitation(EAST, "a", "ann@ex.org")).await;
        postbox.refuse(false, "450 come back later");
        assert_eq!(send_due(&app).await.expect("put off").n_undelivered, 1);
        assert_eq!(send_due(&app).await.expect("not yet").n(), 0);
        let waiting = list(&app, &world.system(EAST), Some(State::Queued), i64::MAX, 1).await.expect("it waits").remove(0);
        assert_eq!((waiting.mail.reason.as_deref(), waiting.mail.delivery.n_attempts), (Some("450 come back later"), 1));
        world.wait(60);
        assert_eq!(send_due(&app).await.expect("again").n_sent, 1, "{}", world.fresh.engine);
        let tried = postbox.tried();
        assert_eq!((tried.len(), &tried[0].id), (2, &tried[1].id));
        assert!(tried[0].id.ends_with("@crm.example"), "{}", tried[0].id);
    }
}

#[tokio::test]
async fn a_letter_is_given_up_when_the_server_says_never_or_after_three_days() {
    for world in worlds().await {
        let postbox = Postbox::new();
        let app = with_server(&world.app, &postbox);
        put(&app, invitation(EAST, "a", "nobody@ex.org")).await;
        postbox.refuse(true, "550 no such user");
        send_due(&app).await.expect("given up");
        assert_eq!(states(&app, &world).await, [State::Failed]);
        let id = list(&app, &world.system(EAST), None, i64::MAX, 1).await.expect("it")[0].mail.id;
        retry(&app, &world.system(EAST), id).await.expect("a person tries again");
        for _ in 0..4 {
            postbox.refuse(false, "450 later");
            send_due(&app).await.expect("tried");
            world.wait(DAY);
        }
        assert_eq!(states(&app, &world).await, [State::Failed], "{}", world.fresh.engine);
        retry(&app, &world.system(EAST), id).await.expect("and again");
        assert_eq!(send_due(&app).await.expect("the server takes it").n_sent, 1);
        assert_eq!(refusal(retry(&app, &world.system(EAST), id).await), (Kind::Conflict, "MAIL_NOT_RETRIABLE"));
        assert!(postbox.taken()[0].text.contains(LINK), "what was given up kept its link");
    }
}

#[tokio::test]
async fn without_a_server_letters_are_kept_until_there_is_one_and_a_person_sends_them() {
    for world in worlds().await {
        put(&world.app, invitation(EAST, "a", "ann@ex.org")).await;
        assert_eq!(send_due(&world.app).await.expect("kept").n_kept, 1);
        let kept = list(&world.app, &world.system(EAST), Some(State::Kept), i64::MAX, 1).await.expect("it").remove(0);
        let refused = retry(&world.app, &world.system(EAST), kept.mail.id).await;
        assert_eq!(refusal(refused), (Kind::Conflict, "MAIL_NOT_CONFIGURED"), "{}", world.fresh.engine);
        let postbox = Postbox::new();
        let app = with_server(&world.app, &postbox);
        assert_eq!(send_due(&app).await.expect("old letters do not surprise").n(), 0);
        retry(&app, &world.system(EAST), kept.mail.id).await.expect("queued");
        assert_eq!(send_due(&app).await.expect("sent").n_sent, 1);
    }
}

/// Dies when it has handed the letter over, before anybody notes it.
struct Dies(Arc<Postbox>);

impl outside::mail::Mail for Dies {
    fn send(&self, message: outside::mail::Message) -> outside::mail::Sending<'_> {
        let taken = self.0.send(message);
        Box::pin(async move {
            drop(taken.await);
            std::future::pending().await
        })
    }
}

#[tokio::test]
async fn a_process_that_dies_after_the_server_took_it_sends_it_again_recognizably() {
    for world in worlds().await {
        let postbox = Postbox::new();
        let outside = Outside { mail: Some(Arc::new(Dies(postbox.clone()))), ..world.app.outside.clone() };
        let dying = App::new(world.app.store.clone(), outside, world.app.settings.clone());
        put(&dying, invitation(EAST, "a", "ann@ex.org")).await;
        tokio::select! {
            biased;
            _ = send_due(&dying) => panic!("it waits for ever"),
            () = async { while postbox.taken().is_empty() { tokio::task::yield_now().await } } => {}
        }
        let app = with_server(&world.app, &postbox);
        assert_eq!(send_due(&app).await.expect("it may still be at it").n(), 0, "{}", world.fresh.engine);
        world.wait(5 * 60);
        assert_eq!(send_due(&app).await.expect("the claim is over").n_sent, 1);
        let taken = postbox.taken();
        assert_eq!((taken.len(), &taken[0].id), (2, &taken[1].id));
    }
}

#[tokio::test]
async fn two_processes_send_a_letter_once() {
    for world in worlds().await {
        let postbox = Postbox::new();
        let (one, other) = (with_server(&world.app, &postbox), with_server(&world.other_process().await, &postbox));
        for n in 0..12 {
            put(&one, invitation(EAST, &format!("cause {n}"), "ann@ex.org")).await;
        }
        let all = async |app: &App| while send_due(app).await.is_ok_and(|sent| sent.n() > 0) {};
        tokio::join!(all(&one), all(&other));
        all(&one).await;
        let mut ids: Vec<String> = postbox.taken().into_iter().map(|message| message.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((postbox.taken().len(), ids.len()), (12, 12), "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn who_may_look_into_the_outbox() {
    for world in worlds().await {
        put(&world.app, invitation(EAST, "a", "ann@ex.org")).await;
        let id = list(&world.app, &world.system(EAST), None, i64::MAX, 1).await.expect("it")[0].mail.id;
        let as_role = async |account, email: &str, role| {
            let made = app::user::create(&world.app, &world.system(account), wanted(email, role, Some(PASSWORD))).await;
            made.expect("a user");
            let opened = world.sign_in(email).await;
            app::session::authenticate(&world.app, &opened.cookie, account).await.expect("in the account")
        };
        let admin = as_role(EAST, "ann@ex.org", Role::SuperAdmin).await;
        assert!(!read(&world.app, &admin, id).await.expect("a Super Admin").text.contains("secret"));
        let standard = as_role(EAST, "bo@ex.org", Role::Standard).await;
        assert_eq!(refusal(read(&world.app, &standard, id).await), (Kind::Forbidden, "PERMISSION_MISSING"));
        assert_eq!(refusal(list(&world.app, &standard, None, i64::MAX, 1).await).1, "PERMISSION_MISSING");
        assert_eq!(refusal(retry(&world.app, &standard, id).await).1, "SUPER_ADMIN_ONLY");
        let elsewhere = as_role(WEST, "cy@ex.org", Role::SuperAdmin).await;
        assert_eq!(refusal(read(&world.app, &elsewhere, id).await).0, Kind::NotFound, "{}", world.fresh.engine);
        assert_eq!(refusal(retry(&world.app, &elsewhere, id).await).0, Kind::NotFound);
        assert_eq!(list(&world.app, &elsewhere, None, i64::MAX, 100).await.expect("her own").len(), 0);
    }
}

#[tokio::test]
async fn old_letters_are_forgotten() {
    for world in worlds().await {
        put(&world.app, invitation(EAST, "a", "ann@ex.org")).await;
        world.wait(180 * DAY);
        assert_eq!(reconcile(&world.app).await.expect("not yet"), 0);
        world.wait(1);
        assert_eq!(reconcile(&world.app).await.expect("now"), 1, "{}", world.fresh.engine);
        assert_eq!(states(&world.app, &world).await, []);
    }
}

#[tokio::test]
async fn a_test_letter_says_what_the_server_said() {
    let world = World::on(testkit::sqlite().await).await;
    let system = world.system(store::INSTANCE);
    assert_eq!(refusal(outbox::test(&world.app, &system, "ann@ex.org", "en").await).1, "MAIL_NOT_CONFIGURED");
    let postbox = Postbox::new();
    let app = with_server(&world.app, &postbox);
    assert_eq!(refusal(outbox::test(&app, &system, "ann", "en").await).1, "EMAIL_INVALID");
    postbox.refuse(false, "535 wrong password");
    let refused = outbox::test(&app, &system, "ann@ex.org", "en").await.expect_err("refused");
    assert_eq!((refused.code, refused.message.as_str()), ("MAIL_UNDELIVERED", "535 wrong password"));
    outbox::test(&app, &system, "ann@ex.org", "it").await.expect("taken");
    assert_eq!(postbox.taken()[0].subject, "La posta arriva");
}
