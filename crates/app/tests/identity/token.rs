//! Service tokens: shown once, found by hash, refused from the moment they are revoked.

use crate::world::{EAST, WEST, World, worlds};
use app::error::{Error, Kind};
use app::token::{authenticate, create, list, revoke, save_used};
use model::account::{Deed, Permissions, Scope, Seat, Status};
use model::authority::{Act, Reach};
use model::change::Actor;
use model::object::{CONTACT, DEAL};
use std::sync::Arc;

async fn token(world: &World, scopes: &[&str]) -> app::token::Created {
    let scopes: Vec<_> = scopes.iter().map(|s| (*s).to_owned()).collect();
    create(&world.app, &world.system(EAST), "A script", &scopes).await.expect("a token")
}

fn code(result: Result<impl Sized, Error>) -> (Kind, &'static str) {
    result.err().map(|e| (e.kind, e.code)).expect("a refusal")
}

#[tokio::test]
async fn a_token_opens_its_own_account_with_its_scopes() {
    for world in worlds().await {
        let created = token(&world, &["crm.objects.contacts.read"]).await;
        assert!(created.text.starts_with("pat-eu1-") && created.text.len() == 44, "{}", created.text);
        let cx = authenticate(&world.app, &created.text).await.expect("a context");
        assert_eq!((cx.account, cx.actor.clone(), cx.person), (EAST, Actor::Token { id: created.token.id }, None));
        assert_eq!(cx.may(Act::ViewRecords(CONTACT)).expect("may view"), Reach::Everything);
        assert_eq!(code(cx.may(Act::EditRecords(CONTACT))), (Kind::Forbidden, "PERMISSION_MISSING"));
        assert_eq!(code(cx.may(Act::ViewRecords(DEAL))), (Kind::Forbidden, "PERMISSION_MISSING"));
        assert_eq!(code(cx.may(Act::ManageTokens)), (Kind::Forbidden, "PERMISSION_MISSING"));
    }
}

#[tokio::test]
async fn the_text_of_a_token_is_kept_nowhere() {
    for world in worlds().await {
        let created = token(&world, &["*"]).await;
        let mut tx = world.app.store.read_home().await.expect("a read");
        let rows = tx.query("SELECT token_hash, hint, name FROM service_token", &[]).await.expect("rows");
        let secret = created.text.trim_start_matches("pat-eu1-");
        assert!(!format!("{rows:?}").contains(secret), "{}", world.fresh.engine);
        let feed = store::feed::read(&mut tx, 0, 100).await.expect("the feed");
        assert_eq!(feed.len(), 1, "the making of a token is one change of the instance");
        assert!(!format!("{feed:?}").contains(secret), "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once_here_and_within_a_second_elsewhere() {
    for world in worlds().await {
        let other = world.other_process().await;
        let created = token(&world, &["*"]).await;
        authenticate(&world.app, &created.text).await.expect("works here");
        authenticate(&other, &created.text).await.expect("works there");
        revoke(&world.app, &world.system(EAST), created.token.id).await.expect("revoked");
        assert_eq!(code(authenticate(&world.app, &created.text).await), (Kind::Expired, "TOKEN_REVOKED"));
        world.wait(1);
        assert_eq!(code(authenticate(&other, &created.text).await), (Kind::Expired, "TOKEN_REVOKED"));
        assert!(list(&world.app, &world.system(EAST)).await.expect("a list").is_empty());
        assert_eq!(code(revoke(&world.app, &world.system(EAST), created.token.id).await).0, Kind::NotFound);
    }
}

#[tokio::test]
async fn an_account_that_is_suspended_or_deactivated_takes_its_tokens_along() {
    for world in worlds().await {
        let created = token(&world, &["*"]).await;
        authenticate(&world.app, &created.text).await.expect("works");
        world.set_account_status(EAST, Status::Suspended).await;
        let cx = authenticate(&world.app, &created.text).await.expect("reads on");
        assert_eq!(code(cx.may(Act::EditRecords(CONTACT))).1, "ACCOUNT_SUSPENDED");
        world.set_account_status(EAST, Status::Deactivated).await;
        assert_eq!(code(authenticate(&world.app, &created.text).await), (Kind::Unauthenticated, "ACCOUNT_DEACTIVATED"));
    }
}

#[tokio::test]
async fn nothing_but_a_whole_token_opens_an_account() {
    for world in worlds().await {
        let text = token(&world, &["*"]).await.text;
        for guess in ["", "pat-eu1-", &text[..43], &format!("{text} "), &text.to_uppercase()] {
            assert_eq!(code(authenticate(&world.app, guess).await), (Kind::Unauthenticated, "TOKEN_UNKNOWN"), "{guess}");
        }
    }
}

#[tokio::test]
async fn another_account_neither_sees_nor_revokes_a_token() {
    for world in worlds().await {
        let created = token(&world, &["*"]).await;
        assert!(list(&world.app, &world.system(WEST)).await.expect("a list").is_empty());
        assert_eq!(code(revoke(&world.app, &world.system(WEST), created.token.id).await).0, Kind::NotFound);
        authenticate(&world.app, &created.text).await.expect("still works");
    }
}

#[tokio::test]
async fn nobody_gives_a_token_more_than_she_holds() {
    for world in worlds().await {
        let text = token(&world, &["tokens.manage", "crm.objects.contacts.read"]).await.text;
        let cx = authenticate(&world.app, &text).await.expect("a context");
        let ask = |scopes: &[&str]| scopes.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let refused = create(&world.app, &cx, "More", &ask(&["crm.objects.contacts.write"])).await;
        assert_eq!(code(refused), (Kind::Forbidden, "SCOPES_BEYOND_OWN"));
        assert_eq!(code(create(&world.app, &cx, "More", &ask(&["mirroring.view"])).await).1, "SEAT_MISSING");
        assert_eq!(code(create(&world.app, &cx, "More", &ask(&["crm.objects.cats.read"])).await).1, "SCOPE_UNKNOWN");
        assert_eq!(code(create(&world.app, &cx, " ", &ask(&["oauth"])).await).1, "NAME_EMPTY");
        create(&world.app, &cx, "Less", &ask(&["crm.objects.contacts.read"])).await.expect("a smaller token");
        let mut seatless = world.system(EAST);
        seatless.actor = Actor::Person { id: model::id::PersonId(1) };
        let star = create(&world.app, &seatless, "Star", &ask(&["*"])).await;
        assert_eq!(star.expect("a token without mirroring").token.scopes, ["*"]);
        let mut seated = seatless.clone();
        Arc::make_mut(&mut seated.standing).seats.insert(Seat::Service);
        let star = create(&world.app, &seated, "Star", &ask(&["*"])).await;
        assert_eq!(star.expect("a token with mirroring").token.scopes, ["*", "mirroring.view"]);
    }
}

#[tokio::test]
async fn the_star_of_the_system_does_everything_a_program_may() {
    for world in worlds().await {
        let text = token(&world, &["*"]).await.text;
        let cx = authenticate(&world.app, &text).await.expect("a context");
        assert_eq!(cx.standing.permissions, Permissions::all());
        assert_eq!(cx.standing.permissions.scope(DEAL, Deed::Delete), Scope::Everything);
        cx.may(Act::ViewMirrored).expect("mirrored data");
        assert_eq!(code(cx.may(Act::ManageSubscription)).1, "SUPER_ADMIN_ONLY");
    }
}

#[tokio::test]
async fn the_use_of_a_token_is_noted_once_a_minute() {
    for world in worlds().await {
        let created = token(&world, &["*"]).await;
        let used = async || {
            save_used(&world.app).await.expect("noted");
            list(&world.app, &world.system(EAST)).await.expect("a list")[0].last_used_at
        };
        assert_eq!(used().await, None);
        authenticate(&world.app, &created.text).await.expect("works");
        let first = used().await;
        assert_eq!(first, Some(testkit::start()), "{}", world.fresh.engine);
        world.wait(59);
        authenticate(&world.app, &created.text).await.expect("works");
        assert_eq!(used().await, first, "{}", world.fresh.engine);
        let now = world.wait(1);
        authenticate(&world.app, &created.text).await.expect("works");
        assert_eq!(used().await, Some(now), "{}", world.fresh.engine);
    }
}
