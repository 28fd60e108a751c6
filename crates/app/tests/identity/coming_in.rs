//! Coming into accounts: sign-in policies, resets, working as another user, and the history of all of it.

use crate::world::{EAST, PASSWORD, WEST, World, refusal, visitor, wanted, worlds};
use app::cx::{App, Cx};
use app::error::{Error, Kind, Result};
use app::organization::{self, policy};
use app::person::{self, Link, read_link};
use app::security_history::{self, By};
use app::session::{Opened, authenticate, identify, second_factor, sign_in};
use app::{log_in_as, reset, second_factor as factors, sign_in_policy, step_up, user};
use model::account::{Role, UserStatus};
use model::authority::Act;
use model::change::Actor;
use model::id::{AccountId, PersonId};
use model::identity::entry::{Entry, Patch, Way};
use model::identity::history::{Filter, group};
use model::identity::sign_in::Method;
use model::identity::step_up::{LOG_IN_AS, RESET_PASSWORD, RESET_SECOND_FACTOR, SIGN_IN_POLICY};
use model::organization::IMPACT_TEXT_VERSION;
use model::policy::{Policy as Rules, SignIn};
use outside::Outside;
use std::collections::BTreeSet;
use std::sync::Arc;
use testkit::authenticator::Authenticator;
use testkit::postbox::Postbox;

const ANN: &str = "ann@ex.org";
const BO: &str = "bo@ex.org";

/// A Super Admin who is signed in and has the authenticator app.
struct Admin {
    account: AccountId,
    id: PersonId,
    opened: Opened,
    secret: String,
}

impl Admin {
    async fn of(world: &World, account: AccountId, email: &str) -> Admin {
        let id = world.add_user(account, email, Role::SuperAdmin).await;
        let opened = world.sign_in(email).await;
        let (secret, _) = world.enrol_totp(&opened.session).await;
        Admin { account, id, opened, secret }
    }

    async fn cx(&self, world: &World) -> Cx {
        authenticate(&world.app, &self.opened.cookie, self.account).await.expect("in the account")
    }

    async fn prove(&self, world: &World, act: &str, subject: impl ToString) -> String {
        world.wait(30);
        let begun = step_up::begin(&world.app, &self.opened.session, act, &subject.to_string()).await.expect("a step-up");
        let shown = step_up::Shown::Code(Method::Totp, world.code(&self.secret));
        step_up::finish(&world.app, &self.opened.session, &begun.handle, shown).await.expect("a proof").proof
    }

    /// Changes how people come into her account.
    async fn demand(&self, world: &World, patch: Patch) {
        let proof = self.prove(world, SIGN_IN_POLICY, self.account).await;
        sign_in_policy::update(&world.app, &self.cx(world).await, patch, Some(&proof)).await.expect("a policy");
    }

    async fn log_in_as(&self, world: &World, person: PersonId) -> Result<model::identity::session::StandIn> {
        let proof = self.prove(world, LOG_IN_AS, person).await;
        log_in_as::begin(&world.app, &self.cx(world).await, &self.opened.session, person, Some(&proof)).await
    }

    async fn history(&self, world: &World) -> Vec<security_history::Entry> {
        app::token::save_used(&world.app).await.expect("noted");
        let cx = self.cx(world).await;
        security_history::list(&world.app, &cx, &Filter::all(cx.now), 100).await.expect("a history")
    }
}

fn required() -> Patch {
    Patch { second_factor: Some(true), ..Patch::default() }
}

fn only(ways: &[Way]) -> Patch {
    Patch { ways: Some(ways.iter().copied().collect()), ..Patch::default() }
}

/// The link that was shown.
fn shown(given: Result<reset::Given>) -> String {
    match given.expect("a link") {
        reset::Given::Link(link) => link,
        reset::Given::Mailed => panic!("there is no mail server"),
    }
}

/// Templates and addresses of the newest letters of an account.
async fn letters(world: &World, account: AccountId) -> Vec<(String, String)> {
    let found = app::outbox::list(&world.app, &world.system(account), None, i64::MAX, 100).await.expect("letters");
    let words = found.into_iter().map(|one| (one.mail.letter.template().to_owned(), one.mail.recipient.address));
    words.collect()
}

/// The same product with a mail server.
fn with_mail(world: &World) -> App {
    with_postbox(world, Postbox::new())
}

fn with_postbox(world: &World, postbox: Arc<Postbox>) -> App {
    let outside = Outside { mail: Some(postbox), ..world.app.outside.clone() };
    App::new(world.app.store.clone(), outside, world.app.settings.clone())
}

fn context(error: &Error, name: &str) -> Vec<String> {
    error.context.iter().filter(|(n, _)| n == name).flat_map(|(_, values)| values.clone()).collect()
}

#[tokio::test]
async fn scenario_74_who_lacks_what_one_account_demands_sets_it_up_before_entering_and_the_other_stays_open() {
    for world in worlds().await {
        let west = Admin::of(&world, WEST, ANN).await;
        for account in [EAST, WEST] {
            world.add_user(account, BO, Role::Standard).await;
        }
        let bo = world.sign_in(BO).await;
        west.demand(&world, only(&[Way::Authenticator])).await;
        let refused = authenticate(&world.app, &bo.cookie, WEST).await.expect_err("a refusal");
        assert_eq!((refused.kind, refused.code), (Kind::Forbidden, "SIGN_IN_WAY_NOT_SET_UP"), "{}", world.fresh.engine);
        assert_eq!((context(&refused, "way"), context(&refused, "account")), (vec!["authenticator".into()], vec!["8".into()]));
        authenticate(&world.app, &bo.cookie, EAST).await.expect("the other account stays open");
        let overview = person::read(&world.app, &bo.session).await.expect("an overview");
        let entries: Vec<_> = overview.places.iter().map(|place| (place.account.id, place.entry.clone())).collect();
        assert_eq!(entries, [(EAST, Entry::Open), (WEST, Entry::SetUp(BTreeSet::from([Way::Authenticator])))]);
        let (secret, _) = world.enrol_totp(&bo.session).await;
        authenticate(&world.app, &bo.cookie, WEST).await.expect("set up, so in");

        // A session that does not rest on it has to show it, and need not sign in again.
        let mut laptop = Authenticator::new(crate::world::PUBLIC_URL, 1);
        let fresh = identify(&world.app, &bo.cookie).await.expect("her session");
        world.enrol_passkey(&fresh, &mut laptop).await;
        let begun = app::passkey::begin_sign_in(&world.app, &visitor(), None).await.expect("begun");
        let answer = laptop.sign(&begun.options);
        let other = app::passkey::finish_sign_in(&world.app, &visitor(), &begun.handle, answer).await.expect("signed in");
        assert_eq!(refusal(authenticate(&world.app, &other.cookie, WEST).await).1, "SIGN_IN_WAY_NOT_SHOWN");
        world.wait(30);
        let begun = step_up::begin(&world.app, &other.session, "account.enter", "8").await.expect("a step-up");
        let shown = step_up::Shown::Code(Method::Totp, world.code(&secret));
        step_up::finish(&world.app, &other.session, &begun.handle, shown).await.expect("shown");
        authenticate(&world.app, &other.cookie, WEST).await.expect("in");
    }
}

#[tokio::test]
async fn scenario_74_under_the_strictest_policy_what_one_member_demands_all_of_them_do() {
    for world in worlds().await {
        let west = Admin::of(&world, WEST, ANN).await;
        world.add_user(EAST, ANN, Role::SuperAdmin).await;
        world.add_user(EAST, BO, Role::Standard).await;
        let bo = world.sign_in(BO).await;
        west.demand(&world, only(&[Way::Authenticator])).await;
        let new = organization::New {
            name: "Group".to_owned(),
            accounts: vec![WEST],
            invited: vec![],
            acknowledged_text_version: IMPACT_TEXT_VERSION.to_owned(),
            policy: Rules { sign_in: SignIn::EachItsOwn, ..Rules::open() },
            proof: None,
        };
        let system = world.system(EAST);
        let id = organization::create(&world.app, &system, new).await.expect("an organization").organization.id;
        authenticate(&world.app, &bo.cookie, EAST).await.expect("what West demands is for West");

        let rule = |value: &str| policy::Wish { set: [("sign_in".to_owned(), value.into())].into(), ..Default::default() };
        policy::update(&world.app, &system, id, &rule("strictest"), None).await.expect("another rule");
        let refused = authenticate(&world.app, &bo.cookie, EAST).await.expect_err("a refusal");
        assert_eq!((refused.kind, refused.code), (Kind::Forbidden, "SIGN_IN_WAY_NOT_SET_UP"), "{}", world.fresh.engine);
        assert_eq!(context(&refused, "way"), ["authenticator"]);
        let overview = person::read(&world.app, &bo.session).await.expect("an overview");
        assert_eq!(overview.places[0].entry, Entry::SetUp(BTreeSet::from([Way::Authenticator])));
        world.enrol_totp(&bo.session).await;
        authenticate(&world.app, &bo.cookie, EAST).await.expect("set up, so in");

        // Somebody who comes later meets it too, until West is no member any more.
        world.add_user(EAST, "cy@ex.org", Role::Standard).await;
        let cy = world.sign_in("cy@ex.org").await;
        assert_eq!(refusal(authenticate(&world.app, &cy.cookie, EAST).await).1, "SIGN_IN_WAY_NOT_SET_UP");
        organization::delete(&world.app, &world.system(EAST), id, None).await.expect("no organization any more");
        authenticate(&world.app, &cy.cookie, EAST).await.expect("East itself demands nothing");
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_a_day_before_it_is_demanded_and_the_exempt_come_in_without() {
    for world in worlds().await {
        let east = Admin::of(&world, EAST, ANN).await;
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        let opened = world.sign_in(BO).await;
        east.demand(&world, required()).await;
        let at = world.app.outside.now() + jiff::SignedDuration::from_hours(24);
        let entry = |overview: person::Overview| overview.places[0].entry.clone();
        let told = letters(&world, EAST).await;
        assert!(told.contains(&("second_factor_asked".to_owned(), BO.to_owned())), "{told:?}");
        let due = entry(person::read(&world.app, &opened.session).await.expect("an overview"));
        assert_eq!(due, Entry::Due { at, ways: BTreeSet::from([Way::Authenticator, Way::Passkey]) });
        world.wait(24 * 3600 - 60);
        authenticate(&world.app, &opened.cookie, EAST).await.expect("the day is not over");
        world.wait(60);
        assert_eq!(refusal(authenticate(&world.app, &opened.cookie, EAST).await).1, "SIGN_IN_WAY_NOT_SET_UP");
        identify(&world.app, &opened.cookie).await.expect("the session itself is good");
        east.demand(&world, Patch { exempt: Some(BTreeSet::from([bo])), ..Patch::default() }).await;
        authenticate(&world.app, &opened.cookie, EAST).await.expect("exempt");
        let stranger = Patch { exempt: Some(BTreeSet::from([PersonId(999_999)])), ..Patch::default() };
        let proof = east.prove(&world, SIGN_IN_POLICY, EAST).await;
        let refused = sign_in_policy::update(&world.app, &east.cx(&world).await, stranger, Some(&proof)).await;
        assert_eq!(refusal(refused), (Kind::Invalid, "EXEMPT_NOT_A_USER"), "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn who_was_away_too_long_signs_in_again_for_the_account_that_wants_it() {
    for world in worlds().await {
        let west = Admin::of(&world, WEST, ANN).await;
        for account in [EAST, WEST] {
            world.add_user(account, BO, Role::Standard).await;
        }
        west.demand(&world, Patch { idle_minutes: Some(Some(15)), ..Patch::default() }).await;
        let bo = world.sign_in(BO).await;
        for _ in 0..3 {
            world.wait(14 * 60);
            authenticate(&world.app, &bo.cookie, EAST).await.expect("open");
            app::token::save_used(&world.app).await.expect("noted");
            authenticate(&world.app, &bo.cookie, WEST).await.expect("at work elsewhere is at work");
        }
        world.wait(17 * 60);
        assert_eq!(refusal(authenticate(&world.app, &bo.cookie, WEST).await), (Kind::Forbidden, "SESSION_IDLE"));
        authenticate(&world.app, &bo.cookie, EAST).await.expect("the other account asks nothing");
        app::token::save_used(&world.app).await.expect("noted");
        assert_eq!(refusal(authenticate(&world.app, &bo.cookie, WEST).await).1, "SESSION_IDLE", "{}", world.fresh.engine);
        let again = world.sign_in(BO).await;
        authenticate(&world.app, &again.cookie, WEST).await.expect("signed in again");
    }
}

#[tokio::test]
async fn a_policy_is_changed_by_a_super_admin_with_a_fresh_factor_who_does_not_lock_herself_out() {
    for world in worlds().await {
        let east = Admin::of(&world, EAST, ANN).await;
        world.add_user(EAST, BO, Role::Standard).await;
        let bo = authenticate(&world.app, &world.sign_in(BO).await.cookie, EAST).await.expect("a context");
        let refused = sign_in_policy::update(&world.app, &bo, required(), None).await;
        assert_eq!(refusal(refused), (Kind::Forbidden, "SUPER_ADMIN_ONLY"));
        let cx = east.cx(&world).await;
        assert_eq!(refusal(sign_in_policy::update(&world.app, &cx, required(), None).await).0, Kind::StepUpNeeded);
        let proof = east.prove(&world, SIGN_IN_POLICY, EAST).await;
        let keys = sign_in_policy::update(&world.app, &cx, only(&[Way::Passkey]), Some(&proof)).await;
        assert_eq!(refusal(keys), (Kind::Conflict, "SIGN_IN_POLICY_LOCKS_OUT"), "she has no passkey");
        let odd = Patch { idle_minutes: Some(Some(14)), ..Patch::default() };
        assert_eq!(refusal(sign_in_policy::update(&world.app, &cx, odd, None).await).1, "IDLE_MINUTES_OUT_OF_RANGE");
        sign_in_policy::update(&world.app, &cx, required(), Some(&proof)).await.expect("the proof is still good");
        let policy = sign_in_policy::read(&world.app, &bo).await.expect("everybody may know");
        assert_eq!(policy.second_factor_since, Some(cx.now), "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn scenario_71_both_accounts_are_listed_one_is_kept_on_top_and_one_is_opened_first() {
    for world in worlds().await {
        for account in [EAST, WEST] {
            world.add_user(account, BO, Role::Standard).await;
        }
        let bo = world.sign_in(BO).await;
        let patch = person::Patch { default_account: Some(WEST), pinned: Some(BTreeSet::from([WEST])), ..Default::default() };
        person::update(&world.app, &bo.session, patch).await.expect("hers to say");
        let overview = person::read(&world.app, &bo.session).await.expect("an overview");
        let pinned: Vec<_> = overview.places.iter().map(|place| (place.account.id, place.is_pinned)).collect();
        assert_eq!((pinned, overview.person.default_account), (vec![(EAST, false), (WEST, true)], Some(WEST)));
        let nowhere = person::Patch { pinned: Some(BTreeSet::from([AccountId(999)])), ..Default::default() };
        assert_eq!(refusal(person::update(&world.app, &bo.session, nowhere).await).0, Kind::NotFound, "{}", world.fresh.engine);
        let none = person::Patch { pinned: Some(BTreeSet::new()), ..Default::default() };
        person::update(&world.app, &bo.session, none).await.expect("nothing on top");
        let overview = person::read(&world.app, &bo.session).await.expect("an overview");
        assert!(overview.places.iter().all(|place| !place.is_pinned));
    }
}

#[tokio::test]
async fn scenario_72_no_single_account_resets_the_second_factor_of_somebody_of_two() {
    for world in worlds().await {
        let east = Admin::of(&world, EAST, ANN).await;
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        world.add_user(WEST, BO, Role::Standard).await;
        let phone = world.sign_in(BO).await;
        world.enrol_totp(&phone.session).await;
        let cx = east.cx(&world).await;
        for refused in [
            reset::second_factor(&world.app, &cx, bo, None).await.map(drop),
            reset::password(&world.app, &cx, bo, None).await.map(drop),
        ] {
            assert_eq!(refusal(refused), (Kind::Forbidden, "USER_OF_SEVERAL_ACCOUNTS"), "{}", world.fresh.engine);
        }
        identify(&world.app, &phone.cookie).await.expect("nothing happened to her");
        reset::second_factor(&world.app, &world.system(EAST), bo, None).await.expect("the operator may");
        assert_eq!(refusal(identify(&world.app, &phone.cookie).await).1, "SESSION_UNKNOWN");
        world.sign_in(BO).await;
    }
}

#[tokio::test]
async fn a_user_of_one_account_gets_her_factors_reset_by_another_super_admin_with_a_fresh_factor() {
    for world in worlds().await {
        let east = Admin::of(&world, EAST, ANN).await;
        let bo = world.add_user(EAST, BO, Role::SuperAdmin).await;
        let phone = world.sign_in(BO).await;
        let cx = east.cx(&world).await;
        let proof = east.prove(&world, RESET_SECOND_FACTOR, bo).await;
        assert_eq!(refusal(reset::second_factor(&world.app, &cx, bo, Some(&proof)).await).1, "SECOND_FACTOR_NONE");
        world.enrol_totp(&phone.session).await;
        let fresh = identify(&world.app, &phone.cookie).await.expect("her session");
        world.enrol_passkey(&fresh, &mut Authenticator::new(crate::world::PUBLIC_URL, 2)).await;
        let half = world.challenge(BO).await;
        assert_eq!(refusal(reset::second_factor(&world.app, &cx, bo, None).await).0, Kind::StepUpNeeded);
        assert_eq!(refusal(reset::second_factor(&world.app, &cx, east.id, Some(&proof)).await).1, "RESET_ONESELF");
        assert_eq!(reset::second_factor(&world.app, &cx, bo, Some(&proof)).await.expect("reset"), None, "she has a password");
        assert_eq!(refusal(identify(&world.app, &phone.cookie).await).1, "SESSION_UNKNOWN");
        let late = second_factor(&world.app, &visitor(), &half, Method::Recovery, "aaaa-aaaa").await;
        assert_eq!(refusal(late).1, "CHALLENGE_UNKNOWN", "a sign-in half done is over as well");
        let again = world.sign_in(BO).await;
        let enrolled = person::read(&world.app, &again.session).await.expect("an overview").enrolled;
        assert_eq!((enrolled.totp, enrolled.n_passkeys, enrolled.n_recovery_codes), (false, 0, 0), "{}", world.fresh.engine);
        let history = east.history(&world).await;
        assert!(history.iter().any(|e| e.act == "second_factor.reset" && e.person.as_ref().is_some_and(|p| p.id == bo)));
    }
}

#[tokio::test]
async fn a_reset_password_is_chosen_once_behind_a_link_and_does_not_replace_the_second_factor() {
    for world in worlds().await {
        let east = Admin::of(&world, EAST, ANN).await;
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        let browser = world.sign_in(BO).await;
        let (secret, _) = world.enrol_totp(&browser.session).await;
        let cx = east.cx(&world).await;
        let token = |link: String| link.rsplit('/').next().expect("a token").to_owned();
        let proof = east.prove(&world, RESET_PASSWORD, bo).await;
        let first = token(shown(reset::password(&world.app, &cx, bo, Some(&proof)).await));
        let proof = east.prove(&world, RESET_PASSWORD, bo).await;
        let link = token(shown(reset::password(&world.app, &cx, bo, Some(&proof)).await));
        assert_eq!(refusal(read_link(&world.app, &first).await).1, "LINK_UNKNOWN", "a new one replaces the old");
        assert_eq!(read_link(&world.app, &link).await, Ok(Link::Reset { email: BO.to_owned() }));
        identify(&world.app, &browser.cookie).await.expect("a link alone changes nothing");
        let new = "another horse battery";
        assert_eq!(refusal(reset::choose(&world.app, &visitor(), &link, "short").await).1, "PASSWORD_TOO_SHORT");
        reset::choose(&world.app, &visitor(), &link, new).await.expect("chosen");
        assert_eq!(refusal(reset::choose(&world.app, &visitor(), &link, new).await).1, "LINK_UNKNOWN");
        assert_eq!(refusal(identify(&world.app, &browser.cookie).await).1, "SESSION_UNKNOWN", "all sessions ended");
        assert_eq!(refusal(sign_in(&world.app, &visitor(), BO, PASSWORD).await).1, "SIGN_IN_REFUSED");
        let half = match sign_in(&world.app, &visitor(), BO, new).await.expect("the new password") {
            app::session::Outcome::SecondFactor { challenge, .. } => challenge,
            other => panic!("the second factor is not asked for: {other:?}"),
        };
        world.wait(30);
        second_factor(&world.app, &visitor(), &half, Method::Totp, &world.code(&secret)).await.expect("in");
        let proof = east.prove(&world, RESET_PASSWORD, bo).await;
        let late = token(shown(reset::password(&world.app, &cx, bo, Some(&proof)).await));
        world.wait(4 * 3600);
        assert_eq!(refusal(reset::choose(&world.app, &visitor(), &late, new).await).1, "LINK_UNKNOWN", "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn scenario_73_a_super_admin_works_as_a_user_for_half_an_hour_under_both_names_and_changes_nothing_about_people() {
    for world in worlds().await {
        let east = Admin::of(&world, EAST, ANN).await;
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        let chief = world.add_user(EAST, "cy@ex.org", Role::SuperAdmin).await;
        assert_eq!(refusal(east.log_in_as(&world, chief).await), (Kind::Forbidden, "LOG_IN_AS_SUPER_ADMIN"));
        assert_eq!(refusal(east.log_in_as(&world, east.id).await).1, "LOG_IN_AS_ONESELF");
        let without = log_in_as::begin(&world.app, &east.cx(&world).await, &east.opened.session, bo, None).await;
        assert_eq!(refusal(without).0, Kind::StepUpNeeded);
        world.add_user(WEST, ANN, Role::SuperAdmin).await;
        east.log_in_as(&world, bo).await.expect("as Bo");

        let cx = east.cx(&world).await;
        assert_eq!(cx.actor, Actor::StandIn { id: bo, real: east.id });
        assert_eq!((cx.standing.role, cx.person.map(|person| person.id)), (Role::Standard, Some(bo)));
        for act in [Act::ManageUsers, Act::ManageTokens, Act::ManageSettings, Act::ManageSignIn, Act::ManageSubscription] {
            assert_eq!(refusal(cx.may(act)), (Kind::Forbidden, "NOT_AS_ANOTHER_USER"), "{act:?}");
        }
        let who = identify(&world.app, &east.opened.cookie).await.expect("the session");
        assert_eq!(refusal(log_in_as::as_herself(&world.app, &who)).1, "NOT_AS_ANOTHER_USER");
        let there = authenticate(&world.app, &east.opened.cookie, WEST).await.expect("her own other account");
        assert_eq!((&there.actor, there.standing.role), (&Actor::Person { id: east.id }, Role::SuperAdmin));
        assert_eq!(refusal(there.may(Act::ManageUsers)).1, "NOT_AS_ANOTHER_USER", "held back in every account");
        let overview = person::read(&world.app, &who).await.expect("an overview");
        assert_eq!(overview.person.id, east.id, "whose session it is does not change");
        assert_eq!(overview.stands_in.map(|one| one.person.id), Some(bo));
        assert_eq!(overview.places[0].user.role, Role::Standard, "the page is shown as to Bo");

        world.wait(30 * 60);
        let cx = east.cx(&world).await;
        assert_eq!((cx.actor, cx.standing.role), (Actor::Person { id: east.id }, Role::SuperAdmin), "it ended by itself");
        east.log_in_as(&world, bo).await.expect("as Bo again");
        let who = identify(&world.app, &east.opened.cookie).await.expect("the session");
        log_in_as::stop(&world.app, &who).await.expect("stopped");
        assert_eq!(east.cx(&world).await.actor, Actor::Person { id: east.id });

        let told = letters(&world, EAST).await;
        assert_eq!(told.iter().filter(|letter| **letter == ("logged_in_as".to_owned(), BO.to_owned())).count(), 2, "{told:?}");
        let begun: Vec<_> = east.history(&world).await.into_iter().filter(|entry| entry.act == "log_in_as.begin").collect();
        assert_eq!(begun.len(), 2, "{}", world.fresh.engine);
        assert!(matches!(&begun[0].by, By::Person(one) if one.id == east.id), "{:?}", begun[0].by);
        let hers = identify(&world.app, &world.sign_in(BO).await.cookie).await.expect("Bo");
        let own = security_history::list_own(&world.app, &hers, &Filter::all(cx.now), 100).await.expect("her history");
        assert_eq!(own.iter().filter(|entry| entry.act == "log_in_as.begin").count(), 2, "she can see it");
    }
}

#[tokio::test]
async fn working_as_a_user_ends_when_either_of_the_two_changes() {
    for world in worlds().await {
        let east = Admin::of(&world, EAST, ANN).await;
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        world.add_user(EAST, "cy@ex.org", Role::SuperAdmin).await;
        east.log_in_as(&world, bo).await.expect("as Bo");
        let promote = user::Patch { role: Some(Role::SuperAdmin), ..user::Patch::default() };
        user::update(&world.app, &world.system(EAST), bo, promote).await.expect("promoted");
        assert_eq!(east.cx(&world).await.actor, Actor::Person { id: east.id }, "nobody is a Super Admin by another");
        let demote = user::Patch { role: Some(Role::Standard), ..user::Patch::default() };
        user::update(&world.app, &world.system(EAST), bo, demote.clone()).await.expect("demoted");
        east.log_in_as(&world, bo).await.expect("as Bo");
        user::update(&world.app, &world.system(EAST), east.id, demote).await.expect("demoted");
        let cx = east.cx(&world).await;
        assert_eq!((cx.actor, cx.standing.role), (Actor::Person { id: east.id }, Role::Standard), "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn the_history_of_an_account_shows_its_users_sign_ins_and_nothing_of_other_accounts() {
    for world in worlds().await {
        let (east, west) = (Admin::of(&world, EAST, ANN).await, Admin::of(&world, WEST, "wes@ex.org").await);
        let bo = world.add_user(WEST, BO, Role::Standard).await;
        world.sign_in(BO).await;
        world.wait(60);
        world.add_user(EAST, BO, Role::Standard).await;
        assert_eq!(refusal(sign_in(&world.app, &visitor(), BO, "wrong").await).1, "SIGN_IN_REFUSED");
        assert_eq!(refusal(sign_in(&world.app, &visitor(), "nobody@ex.org", "wrong").await).1, "SIGN_IN_REFUSED");
        app::token::save_used(&world.app).await.expect("noted");
        world.sign_in(BO).await;
        user::deactivate(&world.app, &west.cx(&world).await, bo).await.expect("deactivated in the west");
        let acts = |entries: Vec<security_history::Entry>| {
            let about = entries.into_iter().filter(|e| e.person.as_ref().is_some_and(|p| p.id == bo));
            about.map(|e| e.act).collect::<Vec<_>>()
        };
        let in_east = acts(east.history(&world).await);
        assert_eq!(in_east, ["session.create", "sign_in.failed", "user.create"], "{}", world.fresh.engine);
        let told: Vec<_> = west.history(&world).await.into_iter().filter(|e| e.act == "user.update").collect();
        assert_eq!(told[0].detail, ["status: active → deactivated"]);
        let made: Vec<_> = east.history(&world).await.into_iter().filter(|e| e.act == "user.create").collect();
        assert_eq!(made[0].detail, ["role: standard", "permission set: none", "seats: core", "status: active"]);
        let in_west = acts(west.history(&world).await);
        assert_eq!(in_west, ["user.update", "session.create", "sign_in.failed", "session.create", "user.create"]);

        let cx = east.cx(&world).await;
        let only = Filter { acts: group("sign_in"), person: Some(bo), ..Filter::all(cx.now) };
        let found = security_history::list(&world.app, &cx, &only, 100).await.expect("filtered");
        assert_eq!(found.iter().map(|e| e.act.as_str()).collect::<Vec<_>>(), ["session.create", "sign_in.failed"]);
        assert_eq!(found[0].detail, ["password"]);
        let older = Filter { before: found[0].seq, ..only };
        assert_eq!(security_history::list(&world.app, &cx, &older, 1).await.expect("a page")[0].act, "sign_in.failed");
        let mut export = security_history::Export::of_account(&cx, Filter::all(cx.now)).expect("allowed");
        let text = String::from_utf8(export.next(&world.app).await.expect("a piece").expect("some")).expect("UTF-8");
        assert!(text.starts_with("seq,at,act,personId,person,by,detail\n"), "{text}");
        assert!(text.contains("sign_in.failed") && !text.contains("wes@ex.org"), "{text}");
        assert_eq!(export.next(&world.app).await.expect("the end"), None);
        world.wait(366 * 24 * 3600);
        app::expiry::reconcile(&world.app).await.expect("tidied");
        let mut home = world.app.store.read_home().await.expect("a transaction");
        let all = Filter { since: jiff::Timestamp::MIN, ..Filter::all(cx.now) };
        let left = store::security_history::of_account(&mut home, EAST, &all, 100).await.expect("what is left");
        assert_eq!(left, [], "a year is kept");
    }
}

#[tokio::test]
async fn who_may_not_read_the_log_reads_no_history_and_whoever_was_only_invited_is_named_by_address() {
    for world in worlds().await {
        let east = Admin::of(&world, EAST, ANN).await;
        world.add_user(EAST, BO, Role::Standard).await;
        let bo = authenticate(&world.app, &world.sign_in(BO).await.cookie, EAST).await.expect("a context");
        let filter = Filter::all(bo.now);
        assert_eq!(refusal(security_history::list(&world.app, &bo, &filter, 10).await).1, "PERMISSION_MISSING");
        assert!(security_history::Export::of_account(&bo, filter).is_err());
        let named = user::Wanted { name: "Name in the west".into(), ..wanted("Di@ex.org", Role::Standard, None) };
        user::create(&world.app, &world.system(WEST), named).await.expect("invited in the west");
        let named = user::Wanted { name: "Di".into(), ..wanted("di@ex.org", Role::Standard, None) };
        let di = user::create(&world.app, &east.cx(&world).await, named).await.expect("invited").user.user;
        assert_eq!(di.status, UserStatus::Invited);
        let history = east.history(&world).await;
        let names: Vec<_> = history.iter().filter_map(|e| e.person.as_ref()).filter(|p| p.id == di.person).collect();
        assert!(!names.is_empty() && names.iter().all(|p| p.name == "di@ex.org"), "{names:?}");
        let refused = reset::password(&world.app, &east.cx(&world).await, di.person, None).await;
        assert_eq!(refusal(refused).1, "USER_INVITED", "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn a_wrong_code_for_a_fresh_factor_is_in_the_history() {
    for world in worlds().await {
        let east = Admin::of(&world, EAST, ANN).await;
        let begun = step_up::begin(&world.app, &east.opened.session, "x", "1").await.expect("a step-up");
        let shown = step_up::Shown::Code(Method::Totp, "000000".to_owned());
        assert_eq!(refusal(step_up::finish(&world.app, &east.opened.session, &begun.handle, shown).await).1, "CODE_WRONG");
        assert_eq!(refusal(factors::delete_totp(&world.app, &east.opened.session, None).await).1, "STEP_UP_NEEDED");
        assert_eq!(east.history(&world).await[0].act, "second_factor.failed", "{}", world.fresh.engine);
    }
}

/// Somebody of West who came in by a link that West saw.
async fn unproved(world: &World) -> PersonId {
    let made = user::create(&world.app, &world.system(WEST), wanted(BO, Role::Standard, None)).await.expect("a user");
    let link = made.link.expect("a link");
    let introduction = person::Introduction {
        token: link.rsplit('/').next().expect("a token").to_owned(),
        email: None,
        name: "Bo".to_owned(),
        password: PASSWORD.to_owned(),
        account_name: None,
        locale: None,
    };
    person::introduce(&world.app, &visitor(), introduction).await.expect("signed in");
    made.user.person.id
}

async fn status_in_east(world: &World) -> UserStatus {
    let cx = world.system(EAST);
    let made = user::create(&world.app, &cx, wanted(BO, Role::Standard, None)).await.expect("a user").user;
    if made.user.status == UserStatus::Active {
        user::deactivate(&world.app, &cx, made.person.id).await.expect("deactivated");
    }
    user::remove(&world.app, &cx, made.person.id).await.expect("removed");
    made.user.status
}

#[tokio::test]
async fn a_password_chosen_by_mail_proves_the_address_and_one_by_a_link_that_an_admin_saw_does_not() {
    for world in worlds().await {
        let west = Admin::of(&world, WEST, ANN).await;
        let bo = unproved(&world).await;
        assert_eq!(status_in_east(&world).await, UserStatus::Invited);
        let postbox = Postbox::new();
        let app = with_postbox(&world, postbox.clone());
        let proof = west.prove(&world, RESET_PASSWORD, bo).await;
        reset::password(&app, &west.cx(&world).await, bo, Some(&proof)).await.expect("mailed");
        app::outbox::send_due(&app).await.expect("sent");
        // The invitation, kept so far, was sent as well.
        let letters = postbox.taken().into_iter().find(|letter| letter.subject.contains("password"));
        let letter = letters.expect("a letter").text;
        let link = letter.split_whitespace().find(|word| word.contains("/setup/")).expect("a link in it").to_owned();
        let choose = async |link: &str| {
            let token = link.rsplit('/').next().expect("a token").to_owned();
            reset::choose(&world.app, &visitor(), &token, "another good passphrase").await.expect("chosen");
        };
        choose(&link).await;
        assert_eq!(status_in_east(&world).await, UserStatus::Active, "{}", world.fresh.engine);
        let proof = west.prove(&world, RESET_PASSWORD, bo).await;
        let link = shown(reset::password(&world.app, &west.cx(&world).await, bo, Some(&proof)).await);
        choose(&link).await;
        assert_eq!(status_in_east(&world).await, UserStatus::Invited, "West could have chosen it itself");
    }
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail_and_nobody_learns_whose_address_it_is() {
    for world in worlds().await {
        let east = Admin::of(&world, EAST, ANN).await;
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        world.add_user(WEST, BO, Role::Standard).await;
        reset::forgotten(&world.app, &visitor(), BO).await.expect("the same answer");
        assert_eq!(letters(&world, store::INSTANCE).await, [], "without a mail server nothing is sent");
        let app = with_mail(&world);
        reset::forgotten(&app, &visitor(), "nobody@ex.org").await.expect("the same answer");
        reset::forgotten(&app, &visitor(), "Bo@Ex.org ").await.expect("the same answer");
        assert_eq!(letters(&world, store::INSTANCE).await, [("password_reset".to_owned(), BO.to_owned())]);
        let proof = east.prove(&world, RESET_PASSWORD, bo).await;
        let given = reset::password(&app, &east.cx(&world).await, bo, Some(&proof)).await;
        assert_eq!(given, Ok(reset::Given::Mailed), "by mail also for somebody of two accounts: only she has the link");
        for _ in 0..2 {
            reset::forgotten(&world.app, &visitor(), BO).await.expect("the same answer");
        }
        assert_eq!(refusal(reset::forgotten(&world.app, &visitor(), BO).await), (Kind::TooMany, "TOO_MANY_ATTEMPTS"));
    }
}
