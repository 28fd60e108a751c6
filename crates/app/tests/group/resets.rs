//! Second factors of somebody of several accounts: scenario 72, our half. Two admins, a day's notice, and whatever may come between.

use crate::world::*;
use app::error::Result;
use app::organization;
use app::organization::log::{self, verify};
use app::organization::resets::{self, Shown, approve, ask, list, stop, stop_own};
use app::organization::roles::{self, GRANT, Wanted, grant, subject};
use app::{outbox, security_history};
use jiff::SignedDuration;
use model::account::{Role as UserRole, Seat};
use model::id::{AccountId, OrganizationId, PersonId, ResetId};
use model::identity::entry::Proof;
use model::identity::history::Filter;
use model::identity::session::Session;
use model::identity::step_up::{APPROVE_FACTOR_RESET, ASK_FACTOR_RESET};
use model::letter::Letter;
use model::organization::log::Place;
use model::organization::reset::{Event, SecondFactorReset, State};
use model::organization::role::Role;
use model::policy::Policy;

/// A user of East and of West, with an authenticator, a recovery code and a session.
const LOU: PersonId = PersonId(41);
/// Organization Admin for East, and a standard user of it.
const IDA: PersonId = PersonId(42);
/// Organization Admin for West, and a standard user of it.
const JAN: PersonId = PersonId(43);
/// Organization Admin for Central only.
const KIM: PersonId = PersonId(44);

async fn lost(group: &Group, policy: Policy) -> OrganizationId {
    for (person, name) in [(LOU, "Lou"), (IDA, "Ida"), (JAN, "Jan"), (KIM, "Kim")] {
        group.add_person(person, name, true).await;
    }
    for (account, person) in [(EAST, LOU), (WEST, LOU), (EAST, IDA), (WEST, JAN), (CENTRAL, KIM)] {
        group.put_user(account, person, UserRole::Standard, &[Seat::Core]).await;
    }
    group
        .directory(async |tx| {
            store::session::create(tx, &session_of_lou(), "hash of her cookie").await?;
            store::person::recovery::replace(tx, LOU, &["a code".to_owned()]).await
        })
        .await;
    let id = group.create(ANN, CENTRAL, &[EAST, WEST], policy).await.unwrap().organization.id;
    for (account, name, by) in [(EAST, "ida", CAT), (WEST, "jan", ANN), (CENTRAL, "kim", ANN)] {
        give(group, id, account, name, by).await;
    }
    id
}

async fn give(group: &Group, id: OrganizationId, account: AccountId, name: &str, by: PersonId) {
    let email = format!("{name}@group.example");
    let person = [IDA, JAN, KIM].into_iter().zip(["ida", "jan", "kim"]).find(|(_, known)| *known == name).unwrap().0;
    let proof = group.proof(by, GRANT, &subject(account, person, Role::OrganizationAdmin)).await;
    let wanted = Wanted { account, email, role: Role::OrganizationAdmin, until: None };
    grant(&group.app, &group.cx(by, account).await, id, wanted, Some(&proof)).await.unwrap();
}

async fn asks(group: &Group, by: PersonId, account: AccountId, id: OrganizationId) -> Result<Shown> {
    let proof = group.proof(by, ASK_FACTOR_RESET, &LOU.to_string()).await;
    ask(&group.app, &group.cx(by, account).await, id, "LOU@group.example", Some(&proof)).await
}

async fn approves(group: &Group, by: PersonId, account: AccountId, id: OrganizationId, reset: ResetId) -> Result<Shown> {
    let proof = group.proof(by, APPROVE_FACTOR_RESET, &reset.to_string()).await;
    approve(&group.app, &group.cx(by, account).await, id, reset, Some(&proof)).await
}

/// Whether an authenticator, recovery codes and a session are there.
async fn has(group: &Group) -> (bool, usize, bool) {
    let mut tx = group.app.store.read_home().await.unwrap();
    let login = store::person::read(&mut tx, LOU).await.unwrap().unwrap();
    let sessions = tx.query("SELECT id FROM session WHERE person_id = $1", &[LOU.into()]).await.unwrap();
    (login.totp_confirmed_at.is_some(), login.n_recovery_codes, !sessions.is_empty())
}

const ALL_THERE: (bool, usize, bool) = (true, 1, true);

fn session_of_lou() -> Session {
    Session {
        id: "of Lou".to_owned(),
        person: LOU,
        created_at: testkit::start(),
        last_seen_at: testkit::start(),
        expires_at: testkit::start() + SignedDuration::from_hours(2400),
        second_factor_at: None,
        user_agent: String::new(),
        address: String::new(),
        proved: [Proof::Password].into(),
        longest_pause: SignedDuration::ZERO,
        stand_in: None,
        provider: None,
    }
}

/// Of the organization's log, what it says about resets.
async fn logged(group: &Group, id: OrganizationId) -> Vec<String> {
    let cx = group.cx(ANN, CENTRAL).await;
    let filter = model::organization::log::Filter::default();
    let entries = log::list(&group.app, &cx, id, &filter, Place::After(0), 100).await.unwrap();
    assert_eq!(verify(&group.app, &cx, id).await.unwrap().altered, None);
    let of_resets = entries.iter().filter(|one| one.entry.said.act.starts_with("factor_reset"));
    of_resets.map(|one| format!("{} {}", one.entry.said.actor, one.entry.said.act)).collect()
}

async fn letters(group: &Group, account: AccountId) -> Vec<&'static str> {
    let found = outbox::list(&group.app, &group.system(account), None, i64::MAX, 100).await.unwrap();
    let to_lou = found.iter().rev().filter(|preview| preview.mail.recipient.address == "lou@group.example");
    to_lou.map(|preview| preview.mail.letter.template()).collect()
}

async fn history(group: &Group, account: AccountId) -> Vec<String> {
    let filter = Filter { acts: model::identity::history::group("factor"), ..Filter::all(group.app.outside.now()) };
    let found = security_history::list(&group.app, &group.system(account), &filter, 20).await.unwrap();
    found.into_iter().rev().filter(|entry| entry.person.as_ref().is_some_and(|p| p.id == LOU)).map(|entry| entry.act).collect()
}

#[tokio::test]
async fn scenario_72_two_organization_admins_take_a_lost_factor_away_after_a_days_notice() {
    for group in groups().await {
        let id = lost(&group, Policy::open()).await;
        let engine = group.fresh.engine;
        // Without her second factor nobody asks, and the refusal names what to prove.
        let unproved = ask(&group.app, &group.cx(IDA, EAST).await, id, "lou@group.example", None).await;
        assert_eq!(code(unproved), "STEP_UP_NEEDED", "{engine}");
        let asked = asks(&group, IDA, EAST, id).await.unwrap();
        assert_eq!((asked.state, asked.may.as_slice(), asked.reset.account), (State::Asked, [Event::Stop].as_slice(), EAST));
        assert_eq!(asked.reset.due_at, group.app.outside.now() + SignedDuration::from_hours(24));
        let number = asked.reset.id;
        // She is told at once, by mail and on every page.
        let told = &outbox::list(&group.app, &group.system(EAST), None, i64::MAX, 1).await.unwrap()[0].mail;
        let expected = Letter::FactorResetRequested { by: "Ida".to_owned(), takes_effect_at: asked.reset.due_at };
        assert_eq!((&told.letter, told.recipient.address.as_str()), (&expected, "lou@group.example"));
        let announced = app::person::read(&group.app, &session_of_lou()).await.unwrap().reset.expect("a notice");
        assert_eq!((announced.0.id, announced.1.as_str()), (number, "Ida"));

        // The second one is another one, with her own second factor, of an account Lou is in.
        assert_eq!(code(approves(&group, IDA, EAST, id, number).await), "OWN_RESET");
        assert_eq!(code(approves(&group, KIM, CENTRAL, id, number).await), "RESET_NOT_FOUND");
        assert_eq!(code(approves(&group, CAT, EAST, id, number).await), "NOT_DELEGATED");
        let of_another = group.proof(JAN, APPROVE_FACTOR_RESET, "4711").await;
        let jan = group.cx(JAN, WEST).await;
        assert_eq!(code(approve(&group.app, &jan, id, number, Some(&of_another)).await), "STEP_UP_NEEDED");
        let seen = list(&group.app, &jan, id).await.unwrap();
        assert_eq!(
            (seen.enabled, seen.may_ask, seen.found[0].may.as_slice()),
            (true, true, [Event::Approve, Event::Stop].as_slice())
        );
        let approved = approves(&group, JAN, WEST, id, number).await.unwrap();
        assert_eq!((approved.state, approved.approved_by_name.as_deref()), (State::Approved, Some("Jan")));
        assert_eq!(code(approves(&group, JAN, WEST, id, number).await), "RESET_APPROVED");

        // Nothing happens for a day.
        group.clock.advance(SignedDuration::from_mins(24 * 60 - 1));
        assert_eq!(resets::reconcile(&group.app).await.unwrap(), 0);
        assert_eq!(has(&group).await, ALL_THERE);
        group.clock.advance(SignedDuration::from_mins(1));
        assert_eq!(organization::reconcile(&group.app).await.unwrap(), 1);
        assert_eq!(has(&group).await, (false, 0, false));
        assert_eq!(resets::reconcile(&group.app).await.unwrap(), 0);
        assert_eq!(list(&group.app, &jan, id).await.unwrap().found[0].state, State::Done);
        assert_eq!(code(stop(&group.app, &jan, id, number).await), "RESET_CLOSED");

        // Every step is where people look for it.
        let steps = ["person:42 factor_reset_asked", "person:43 factor_reset_approved", "system factor_reset_done"];
        assert_eq!(logged(&group, id).await, steps);
        let acts = ["second_factor.reset_asked", "second_factor.reset_approved", "second_factor.reset_done"];
        assert_eq!(history(&group, EAST).await, acts);
        // She has no password either, so a link to choose one goes to her alone.
        assert_eq!(letters(&group, EAST).await, ["factor_reset_requested", "factor_reset", "password_reset"]);
    }
}

#[tokio::test]
async fn scenario_72_she_stops_it_herself_with_nothing_but_her_session() {
    for group in groups().await {
        let id = lost(&group, Policy::open()).await;
        let who = session_of_lou();
        assert_eq!(code(stop_own(&group.app, &who).await), "RESET_NOT_FOUND", "{}", group.fresh.engine);
        let number = asks(&group, IDA, EAST, id).await.unwrap().reset.id;
        assert_eq!(code(asks(&group, JAN, WEST, id).await), "RESET_OPEN");
        approves(&group, JAN, WEST, id, number).await.unwrap();
        group.clock.advance(SignedDuration::from_hours(23));
        stop_own(&group.app, &who).await.unwrap();
        assert_eq!(app::person::read(&group.app, &who).await.unwrap().reset, None);
        group.clock.advance(SignedDuration::from_hours(23));
        assert_eq!(resets::reconcile(&group.app).await.unwrap(), 0);
        assert_eq!(has(&group).await, ALL_THERE);
        let seen = list(&group.app, &group.cx(IDA, EAST).await, id).await.unwrap().found.remove(0);
        assert_eq!((seen.state, seen.stopped_by_name.as_deref()), (State::Stopped, Some("Lou")));
        assert_eq!(logged(&group, id).await.last().unwrap(), "person:41 factor_reset_stopped");
        // Another time it can be asked for again, and an admin of hers stops it too.
        let again = asks(&group, JAN, WEST, id).await.unwrap().reset.id;
        let stopped = stop(&group.app, &group.cx(CAT, EAST).await, id, again).await.unwrap();
        assert_eq!((stopped.state, stopped.stopped_by_name.as_deref()), (State::Stopped, Some("Cat")));
    }
}

#[tokio::test]
async fn scenario_72_what_nobody_approves_within_the_day_is_over() {
    for group in groups().await {
        let id = lost(&group, Policy::open()).await;
        let number = asks(&group, IDA, EAST, id).await.unwrap().reset.id;
        group.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(code(approves(&group, JAN, WEST, id, number).await), "RESET_CLOSED", "{}", group.fresh.engine);
        // Before it was noted that it is over, it is over.
        let next = asks(&group, JAN, WEST, id).await.unwrap().reset.id;
        assert_eq!(resets::reconcile(&group.app).await.unwrap(), 0);
        group.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(resets::reconcile(&group.app).await.unwrap(), 1);
        assert_eq!(has(&group).await, ALL_THERE);
        let steps = ["person:42 factor_reset_asked", "system factor_reset_lapsed", "person:43 factor_reset_asked"];
        let logged = logged(&group, id).await;
        assert_eq!((logged.len(), &logged[2], &logged[3]), (4, &steps[2].to_owned(), &steps[1].to_owned()));
        assert_ne!(next, number);
    }
}

#[tokio::test]
async fn scenario_72_what_is_no_longer_allowed_when_it_is_due_does_not_happen() {
    for group in groups().await {
        let id = lost(&group, Policy::open()).await;
        let number = asks(&group, IDA, EAST, id).await.unwrap().reset.id;
        approves(&group, JAN, WEST, id, number).await.unwrap();
        // The one who asked is an admin no more.
        let cat = group.cx(CAT, EAST).await;
        roles::revoke(&group.app, &cat, id, EAST, IDA, Role::OrganizationAdmin).await.unwrap();
        group.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(resets::reconcile(&group.app).await.unwrap(), 1);
        assert_eq!(has(&group).await, ALL_THERE, "{}", group.fresh.engine);
        // She works for somebody else too meanwhile.
        give(&group, id, EAST, "ida", CAT).await;
        let number = asks(&group, IDA, EAST, id).await.unwrap().reset.id;
        approves(&group, JAN, WEST, id, number).await.unwrap();
        group.add_account(AccountId(4), "Elsewhere", |_| {}).await;
        group.put_user(AccountId(4), LOU, UserRole::Standard, &[Seat::Core]).await;
        group.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(resets::reconcile(&group.app).await.unwrap(), 1);
        assert_eq!(has(&group).await, ALL_THERE);
        assert_eq!(code(asks(&group, IDA, EAST, id).await), "USER_OUTSIDE_ORGANIZATION");
        // The organization is gone before the day is.
        group.directory(async |tx| tx.execute("DELETE FROM account_user WHERE account_id = 4", &[]).await.map(drop)).await;
        let number = asks(&group, IDA, EAST, id).await.unwrap().reset.id;
        approves(&group, JAN, WEST, id, number).await.unwrap();
        let proof = group.proof(ANN, organization::DELETE, &id.to_string()).await;
        organization::delete(&group.app, &group.cx(ANN, CENTRAL).await, id, Some(&proof)).await.unwrap();
        group.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(resets::reconcile(&group.app).await.unwrap(), 1);
        assert_eq!(has(&group).await, ALL_THERE);
    }
}

#[tokio::test]
async fn scenario_72_under_parity_and_for_everybody_else_it_is_refused() {
    for group in groups().await {
        let policy = Policy { second_factor_reset: SecondFactorReset::OwnAccount, ..Policy::open() };
        let id = lost(&group, policy).await;
        assert_eq!(code(asks(&group, IDA, EAST, id).await), "SECOND_FACTOR_RESET_OFF", "{}", group.fresh.engine);
        assert!(!list(&group.app, &group.cx(IDA, EAST).await, id).await.unwrap().enabled);
    }
    for group in groups().await {
        let id = lost(&group, Policy::open()).await;
        // Neither a Super Admin without the role, nor an admin of accounts she is not in, nor herself, nor of nobody.
        assert_eq!(code(asks(&group, CAT, EAST, id).await), "NOT_DELEGATED", "{}", group.fresh.engine);
        assert_eq!(code(asks(&group, KIM, CENTRAL, id).await), "PERSON_NOT_IN_ORGANIZATION");
        assert_eq!(code(asks(&group, BO, WEST, id).await), "ORGANIZATION_NOT_FOUND");
        let ida = group.cx(IDA, EAST).await;
        assert_eq!(code(ask(&group.app, &ida, id, "ida@group.example", None).await), "RESET_ONESELF");
        assert_eq!(code(ask(&group.app, &ida, id, "who@group.example", None).await), "PERSON_NOT_IN_ORGANIZATION");
        assert_eq!(code(ask(&group.app, &ida, id, "bo@group.example", None).await), "PERSON_NOT_IN_ORGANIZATION");
        let jan = group.cx(JAN, WEST).await;
        assert_eq!(code(ask(&group.app, &jan, id, "bo@group.example", None).await), "SECOND_FACTOR_NONE");
        assert_eq!(code(stop(&group.app, &jan, id, ResetId(4711)).await), "RESET_NOT_FOUND");
    }
}
