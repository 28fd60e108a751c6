//! Who is told of what: each event once to each person, in words about the accounts she is told for.

use crate::consumers::Stamps;
use crate::world::*;
use app::account::{Patch, update};
use app::consumer::catch_up;
use app::notice::Notices;
use app::organization::restore::{RESTORE, restore_member};
use app::organization::{ADD_MEMBERS, delete, offer, roles};
use app::{company, outbox};
use model::account::{Role, Seat, Subscriptions};
use model::company::{Contact, ContactRole, Contacts, Patch as CompanyPatch};
use model::connection::plan::Wish;
use model::connection::terms::Terms;
use model::eligibility::Policy;
use model::id::{AccountId, PersonId};
use model::letter::{Happened, Letter};
use model::object::CONTACT;
use model::organization::role::Role as OrganizationRole;
use model::outbox::Mail;
use std::collections::BTreeSet;

/// Everything there is to tell by now.
async fn tell(group: &Group) {
    catch_up(&group.app, &Notices, store::INSTANCE, 100).await.unwrap();
}

/// The letters on an account's page, oldest first: to whom, of what.
async fn letters(group: &Group, account: AccountId) -> Vec<Mail> {
    let found = outbox::list(&group.app, &group.system(account), None, i64::MAX, 100).await.unwrap();
    found.into_iter().rev().map(|preview| preview.mail).collect()
}

async fn all(group: &Group) -> Vec<Mail> {
    let mut all = Vec::new();
    for account in ALL {
        all.extend(letters(group, account).await);
    }
    all
}

/// Name of the recipient and acts she is told of.
fn told(mails: &[Mail]) -> Vec<(&str, Vec<String>)> {
    let act = |event: &Happened| [event.act.as_str(), event.reason.as_str()].join(" ").trim().to_owned();
    let acts = |mail: &Mail| match &mail.letter {
        Letter::Organization { events, .. } => events.iter().map(act).collect(),
        other => vec![other.template().to_owned()],
    };
    mails.iter().map(|mail| (mail.recipient.address.split('@').next().unwrap(), acts(mail))).collect()
}

async fn name(group: &Group, account: AccountId, roles: &[(ContactRole, &[PersonId])]) {
    let holders = |people: &[PersonId]| people.iter().map(|person| Contact::User(*person)).collect();
    let contacts: Contacts = roles.iter().map(|(role, people)| (*role, holders(people))).collect();
    let patch = CompanyPatch { contacts, ..CompanyPatch::default() };
    company::update(&group.app, &group.system(account), patch).await.unwrap();
}

/// A group whose creation was told already.
async fn quiet(group: &Group) {
    tell(group).await;
    group.directory(async |tx| tx.execute("DELETE FROM outbox", &[]).await.map(|_| ())).await;
}

#[tokio::test]
async fn everybody_is_told_once_of_an_event_for_all_her_accounts_together() {
    for group in groups().await {
        for account in ALL {
            name(&group, account, &[(ContactRole::Primary, &[ANN]), (ContactRole::Security, &[ANN])]).await;
        }
        group.organized().await;
        tell(&group).await;
        let mails = all(&group).await;
        let joined = vec!["member_joined".to_owned(); 3].into_iter().chain(["verified".to_owned()]).collect();
        assert_eq!(told(&mails), [("ann", joined)], "{}", group.fresh.engine);
        let accounts = mails[0].recipient.told.clone().unwrap();
        assert_eq!(
            (accounts.accounts, accounts.as_super_admin),
            (["Central", "East", "West"].map(str::to_owned).to_vec(), false)
        );
        tell(&group).await;
        assert_eq!(all(&group).await.len(), 1, "nothing new, nothing told");
    }
}

#[tokio::test]
async fn an_account_that_names_nobody_has_its_super_admins_told_and_they_hear_why() {
    for group in groups().await {
        name(&group, WEST, &[(ContactRole::Primary, &[BO])]).await;
        group.organized().await;
        tell(&group).await;
        let mails = all(&group).await;
        let people: BTreeSet<&str> = told(&mails).into_iter().map(|(who, _)| who).collect();
        assert_eq!(people, BTreeSet::from(["ann", "bo", "cat"]), "{}: Dan is no Super Admin", group.fresh.engine);
        let of = |who: &str| {
            mails.iter().find(|mail| mail.recipient.address.starts_with(who)).unwrap().recipient.told.clone().unwrap()
        };
        assert!(of("cat").as_super_admin && !of("bo").as_super_admin);
        assert_eq!(of("ann").accounts, ["Central", "East"], "West has named Bo");
    }
}

#[tokio::test]
async fn a_connection_concerns_its_two_ends() {
    for group in groups().await {
        group.organized().await;
        name(&group, CENTRAL, &[(ContactRole::Primary, &[ANN])]).await;
        name(&group, EAST, &[(ContactRole::Primary, &[CAT])]).await;
        name(&group, WEST, &[(ContactRole::Primary, &[BO])]).await;
        quiet(&group).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        tell(&group).await;
        let people: BTreeSet<String> = told(&all(&group).await).into_iter().map(|(who, _)| who.to_owned()).collect();
        assert_eq!(people, BTreeSet::from(["bo".to_owned(), "cat".to_owned()]), "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn scenario_28_the_security_contacts_of_both_accounts_are_told_that_a_source_ended() {
    for group in groups().await {
        group.organized().await;
        group.open(&[mirroring(CENTRAL, EAST), mirroring(EAST, CENTRAL)]).await;
        name(&group, CENTRAL, &[(ContactRole::Primary, &[CAT]), (ContactRole::Security, &[ANN])]).await;
        let soc = vec![Contact::Address("soc@ext.example".to_owned())];
        let patch = CompanyPatch { contacts: Contacts::from([(ContactRole::Security, soc)]), ..CompanyPatch::default() };
        company::update(&group.app, &group.system(EAST), patch).await.unwrap();
        quiet(&group).await;
        update(&group.app, &group.system(EAST), Patch { sensitive: Some(true), ..Patch::default() }).await.unwrap();
        tell(&group).await;
        let mails = all(&group).await;
        let mut told = told(&mails);
        told.sort();
        let closed = || vec!["edge_closed sensitive".to_owned()];
        let turned = || vec!["sensitive_on".to_owned()];
        assert_eq!(told, [("ann", closed()), ("cat", closed()), ("soc", closed()), ("soc", turned())], "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn who_is_removed_or_deleted_with_the_organization_is_told_by_its_own_contacts() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        for (account, person) in [(CENTRAL, ANN), (EAST, CAT), (WEST, BO)] {
            name(&group, account, &[(ContactRole::Primary, &[person]), (ContactRole::Billing, &[person])]).await;
        }
        quiet(&group).await;
        let free = Patch { subscriptions: Some(Subscriptions::default()), ..Patch::default() };
        update(&group.app, &group.system(WEST), free).await.unwrap();
        tell(&group).await;
        let mails = all(&group).await;
        assert_eq!(told(&mails).iter().map(|(who, _)| *who).collect::<BTreeSet<_>>(), BTreeSet::from(["ann", "bo", "cat"]));
        assert!(told(&mails).iter().all(|(_, acts)| acts == &["member_removed tier"]), "{}", group.fresh.engine);
        quiet(&group).await;
        let proof = group.proof(ANN, app::organization::DELETE, &id.to_string()).await;
        delete(&group.app, &group.cx(ANN, CENTRAL).await, id, Some(&proof)).await.unwrap();
        tell(&group).await;
        let mails = all(&group).await;
        let ends = || vec!["member_removed org_deleted".to_owned(), "deleted manual".to_owned()];
        let mut told = told(&mails);
        told.sort();
        assert_eq!(told, [("ann", ends()), ("cat", ends())], "{}: West left before", group.fresh.engine);
    }
}

#[tokio::test]
async fn a_deactivated_contact_hears_nothing_more_and_a_silenced_kind_goes_to_nobody() {
    for group in groups().await {
        group.organized().await;
        for account in [CENTRAL, EAST] {
            name(&group, account, &[(ContactRole::Primary, &[CAT])]).await;
        }
        name(&group, WEST, &[(ContactRole::Primary, &[BO])]).await;
        app::user::deactivate(&group.app, &group.system(EAST), CAT).await.unwrap();
        let nobody = (model::company::Notice::OrganizationEvent, Some(BTreeSet::new()));
        let silent = CompanyPatch { audiences: [nobody].into(), ..CompanyPatch::default() };
        company::update(&group.app, &group.system(WEST), silent).await.unwrap();
        quiet(&group).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        tell(&group).await;
        let mails = all(&group).await;
        assert_eq!(told(&mails).iter().map(|(who, _)| *who).collect::<Vec<_>>(), ["ann"], "{}", group.fresh.engine);
        assert!(mails[0].recipient.told.clone().unwrap().as_super_admin, "East's contact is gone, so its Super Admin is told");
    }
}

#[tokio::test]
async fn scenario_27_a_warning_names_what_will_end_and_reaches_those_who_can_buy() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        for (account, person) in [(CENTRAL, ANN), (EAST, CAT)] {
            name(&group, account, &[(ContactRole::Primary, &[person])]).await;
        }
        name(&group, WEST, &[(ContactRole::Primary, &[BO]), (ContactRole::DecisionMaker, &[ANN])]).await;
        quiet(&group).await;
        for days in [30, 7, 1] {
            warn(&group, id, days).await;
            tell(&group).await;
        }
        let mails = all(&group).await;
        let of = |who: &str| mails.iter().filter(|mail| mail.recipient.address.starts_with(who)).collect::<Vec<_>>();
        assert_eq!(["ann", "bo", "cat"].map(|who| of(who).len()), [3, 3, 3], "{}", group.fresh.engine);
        let Letter::Organization { events, warning, .. } = &of("bo")[0].letter else { panic!() };
        let acts: Vec<&str> = events.iter().map(|event| event.act.as_str()).collect();
        assert_eq!((acts, warning.as_ref().map(|warning| warning.days)), (vec!["edge_closed", "member_removed"], Some(30)));
        let id = of("bo")[2].id;
        let account = of("bo")[2].account;
        let read = outbox::read(&group.app, &group.system(account), id).await.unwrap();
        assert_eq!(read.subject, "The Group: something ends on 20 December 2026");
        assert!(
            read.text.contains("Data mirroring from East to West will end") && read.text.contains("West will be removed"),
            "{}",
            read.text
        );
    }
}

/// An entry as the warnings of known ends write it.
async fn warn(group: &Group, id: model::id::OrganizationId, days: i64) {
    let edge = mirroring(EAST, WEST);
    let expected = serde_json::json!([
        { "did": "edge_closed", "edge": edge, "reason": "member_removed" },
        { "did": "member_removed", "account": WEST, "reason": "tier" },
    ]);
    let effect =
        serde_json::json!({ "did": "warned", "days": days, "at": "2026-12-20T10:00:00Z", "account": WEST, "expected": expected });
    let said = model::organization::log::Said {
        at: group.app.outside.now().as_microsecond() + days,
        actor: "system".to_owned(),
        act: "warned".to_owned(),
        subject: "organization".to_owned(),
        detail: serde_json::json!({ "effect": effect }).to_string(),
    };
    let mut tx = group.app.store.write_home().await.unwrap();
    store::organization::append(&mut tx, id, vec![said]).await.unwrap();
    let detail = serde_json::json!({ "organizationId": id });
    let change = model::change::Change::of(model::change::Kind::OrganizationChanged, detail);
    tx.commit(&group.system(store::INSTANCE).by(), group.app.outside.now(), &[change]).await.unwrap();
}

#[tokio::test]
async fn a_member_that_comes_back_is_told_with_what_came_back() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        for (account, person) in [(CENTRAL, ANN), (EAST, CAT), (WEST, BO)] {
            name(&group, account, &[(ContactRole::Primary, &[person])]).await;
        }
        group.open(&[mirroring(EAST, WEST)]).await;
        app::organization::remove_member(&group.app, &group.cx(ANN, CENTRAL).await, id, WEST, None).await.unwrap();
        quiet(&group).await;
        group.clock.advance(jiff::SignedDuration::from_hours(1));
        let proof = group.proof(ANN, RESTORE, &WEST.to_string()).await;
        restore_member(&group.app, &group.cx(ANN, CENTRAL).await, id, WEST, Some(&proof)).await.unwrap();
        tell(&group).await;
        let mails = all(&group).await;
        let mut told = told(&mails);
        told.sort();
        let (back, open) = ("member_restored".to_owned(), "edge_reopened".to_owned());
        let both = vec![back.clone(), open];
        assert_eq!(told, [("ann", vec![back]), ("bo", both.clone()), ("cat", both)], "{}", group.fresh.engine);
    }
}

/// An account of somebody else, and what is offered to it.
const FOREIGN: AccountId = AccountId(4);
/// Super Admin of it, and of nothing else.
const EVE: PersonId = PersonId(20);

#[tokio::test]
async fn an_offer_is_told_to_those_who_can_answer_and_the_answer_to_whoever_made_it() {
    for group in groups().await {
        group.add_account(FOREIGN, "Foreign", |_| {}).await;
        group.add_person(EVE, "Eve", true).await;
        group.put_user(FOREIGN, EVE, Role::SuperAdmin, &[Seat::Core]).await;
        group.put_user(FOREIGN, BO, Role::Standard, &[Seat::Core]).await;
        name(&group, FOREIGN, &[(ContactRole::Primary, &[BO])]).await;
        let id = group.create(ANN, CENTRAL, &[EAST], Policy::open()).await.unwrap().organization.id;
        quiet(&group).await;
        let offered = async || {
            let proof = group.proof(ANN, ADD_MEMBERS, &FOREIGN.to_string()).await;
            offer::create(&group.app, &group.cx(ANN, CENTRAL).await, id, FOREIGN, Some(&proof)).await.unwrap().id
        };
        let first = offered().await;
        tell(&group).await;
        let mails = letters(&group, FOREIGN).await;
        assert_eq!(told(&mails), [("eve", vec!["offered".to_owned()])], "{}: Bo cannot answer", group.fresh.engine);
        let text = outbox::read(&group.app, &group.system(FOREIGN), mails[0].id).await.unwrap().text;
        assert!(text.contains("Foreign is invited to join; the invitation waits until") && text.contains("Ann"), "{text}");
        assert!(all(&group).await.is_empty(), "nobody else is told");
        offer::decline(&group.app, &group.cx(EVE, FOREIGN).await, first).await.unwrap();
        offered().await;
        group.clock.advance(jiff::SignedDuration::from_hours(15 * 24));
        app::organization::reconcile(&group.app).await.unwrap();
        tell(&group).await;
        let mails = all(&group).await;
        let answers = [("ann", vec!["offer_declined".to_owned()]), ("ann", vec!["offer_expired".to_owned()])];
        assert_eq!(told(&mails), answers);
        for mail in &mails {
            let read = outbox::read(&group.app, &group.system(mail.account), mail.id).await.unwrap();
            assert!(read.text.contains("the invitation of account 4") || read.text.contains("The invitation of account 4"));
            assert!(!format!("{:?}", mail.letter).contains("Foreign"), "who invites learns nothing of the account");
        }
    }
}

#[tokio::test]
async fn a_review_that_is_due_is_told_once_to_who_approved_and_to_privacy_officers_else_to_the_contacts() {
    for group in groups().await {
        group.add_person(EVE, "Eve", true).await;
        group.put_user(EAST, EVE, Role::Standard, &[Seat::Core]).await;
        let policy = Policy { terms: model::policy::TermsRule::Optional, ..Policy::open() };
        let id = group.create(ANN, CENTRAL, &[EAST, WEST], policy).await.unwrap().organization.id;
        let proof = group.proof(CAT, roles::GRANT, &roles::subject(EAST, EVE, OrganizationRole::PrivacyOfficer)).await;
        let role = roles::Wanted {
            account: EAST,
            email: "eve@group.example".to_owned(),
            role: OrganizationRole::PrivacyOfficer,
            until: None,
        };
        roles::grant(&group.app, &group.cx(CAT, EAST).await, id, role, Some(&proof)).await.unwrap();
        name(&group, WEST, &[(ContactRole::Primary, &[BO])]).await;
        name(&group, CENTRAL, &[(ContactRole::Primary, &[CAT])]).await;
        let review_on = model::organization::day(group.app.outside.now()).tomorrow().unwrap();
        let on = |edge| Wish::on_terms(edge, Terms { review_on: Some(review_on), ..reasoned() });
        app::connection::change(&group.app, &group.cx(ANN, WEST).await, vec![on(mirroring(EAST, WEST))]).await.unwrap();
        app::connection::change(&group.app, &group.system(WEST), vec![on(mirroring(CENTRAL, WEST))]).await.unwrap();
        quiet(&group).await;
        group.clock.advance(jiff::SignedDuration::from_hours(48));
        app::organization::reconcile(&group.app).await.unwrap();
        tell(&group).await;
        let mails = all(&group).await;
        let people: BTreeSet<(&str, usize)> = told(&mails).into_iter().map(|(who, acts)| (who, acts.len())).collect();
        let expected = [("ann", 1), ("bo", 1), ("cat", 1), ("eve", 1)];
        assert_eq!(people, expected.into(), "{}: of what the command line approved the contacts hear", group.fresh.engine);
        let hers = mails.iter().find(|mail| mail.recipient.address.starts_with("eve")).unwrap();
        let text = outbox::read(&group.app, &group.system(hers.account), hers.id).await.unwrap().text;
        assert!(text.contains("data mirroring from East to West are due for review"), "{text}");
        group.clock.advance(jiff::SignedDuration::from_hours(48));
        app::organization::reconcile(&group.app).await.unwrap();
        tell(&group).await;
        assert_eq!(all(&group).await.len(), mails.len(), "once for a date");
    }
}

#[tokio::test]
async fn a_new_super_admin_is_told_to_the_security_contact() {
    for group in groups().await {
        name(&group, WEST, &[(ContactRole::Security, &[ANN])]).await;
        quiet(&group).await;
        let patch = app::user::Patch { role: Some(Role::SuperAdmin), ..app::user::Patch::default() };
        app::user::update(&group.app, &group.cx(ANN, WEST).await, BO, patch).await.unwrap();
        tell(&group).await;
        let mails = all(&group).await;
        assert_eq!(told(&mails), [("ann", vec!["super_admin_granted".to_owned()])], "{}", group.fresh.engine);
        let read = outbox::read(&group.app, &group.system(WEST), mails[0].id).await.unwrap();
        assert!(read.text.contains("Ann made Bo a Super Admin of West"), "{}", read.text);
    }
}

/// A change of an account that a consumer cannot carry out: a sync error.
async fn break_sync(group: &Group, account: AccountId) {
    let id = group.made(account, CONTACT, &[("firstname", "Eve")], &[]).await.unwrap();
    let stamps = Stamps::default();
    stamps.refused.lock().insert(id);
    catch_up(&group.app, &stamps, account, 50).await.unwrap();
}

/// The daily look, and who was told of how many sync errors by then.
async fn look(group: &Group, account: AccountId) -> Vec<(String, i64)> {
    app::notice::reconcile(&group.app).await.unwrap();
    let mails = letters(group, account).await.into_iter();
    let told = mails.filter_map(|mail| match mail.letter {
        Letter::SyncErrors { what, n, reason } => {
            assert!(what == "stamps" && reason.contains("is not to be stamped"), "{what}: {reason}");
            Some((mail.recipient.address.split('@').next().unwrap().to_owned(), n))
        }
        _ => None,
    });
    told.collect()
}

fn day() -> jiff::SignedDuration {
    jiff::SignedDuration::from_hours(24)
}

fn bo(n: i64) -> (String, i64) {
    ("bo".to_owned(), n)
}

#[tokio::test]
async fn scenario_70_the_technical_admin_is_told_of_every_sync_error_once() {
    for group in groups().await {
        name(&group, WEST, &[(ContactRole::TechnicalAdmin, &[BO]), (ContactRole::Primary, &[ANN])]).await;
        break_sync(&group, WEST).await;
        assert_eq!(look(&group, WEST).await, [bo(1)], "{}", group.fresh.engine);
        assert_eq!((look(&group, EAST).await, look(&group, CENTRAL).await), (vec![], vec![]));
        // Two more on the same day wait for the next one; the first is set aside still, and told.
        break_sync(&group, WEST).await;
        break_sync(&group, WEST).await;
        assert_eq!(look(&group, WEST).await, [bo(1)], "{}", group.fresh.engine);
        group.clock.advance(day());
        assert_eq!(look(&group, WEST).await, [bo(1), bo(2)], "{}", group.fresh.engine);
        // However long nobody looks, nothing is passed over.
        group.clock.advance(day());
        assert_eq!(look(&group, WEST).await.len(), 2, "{}", group.fresh.engine);
        break_sync(&group, WEST).await;
        group.clock.advance(day() * 5);
        assert_eq!(look(&group, WEST).await[2..], [bo(1)], "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn a_look_that_ended_before_it_was_noted_writes_no_second_letter() {
    for group in groups().await {
        name(&group, WEST, &[(ContactRole::TechnicalAdmin, &[BO])]).await;
        break_sync(&group, WEST).await;
        look(&group, WEST).await;
        for sql in ["UPDATE parked SET told = 0", "DELETE FROM cursor_position WHERE consumer = 'notice_daily'"] {
            group.directory(async |tx| tx.execute(sql, &[]).await.map(drop)).await;
        }
        assert_eq!(look(&group, WEST).await, [bo(1)], "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn sync_errors_reach_whom_account_or_organization_say_and_else_the_super_admins() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        for account in ALL {
            break_sync(&group, account).await;
        }
        let defaults = Contacts::from([(ContactRole::TechnicalAdmin, vec![Contact::User(CAT)])]);
        company::update_defaults(&group.app, &group.cx(ANN, CENTRAL).await, id, defaults).await.unwrap();
        name(&group, WEST, &[(ContactRole::TechnicalAdmin, &[BO])]).await;
        let silent = CompanyPatch {
            audiences: [(model::company::Notice::SyncError, Some(BTreeSet::new()))].into(),
            ..CompanyPatch::default()
        };
        company::update(&group.app, &group.system(EAST), silent).await.unwrap();
        assert_eq!(look(&group, WEST).await, [bo(1)], "{}: the account's own", group.fresh.engine);
        assert_eq!(look(&group, CENTRAL).await, [("cat".to_owned(), 1)], "{}: the organization's", group.fresh.engine);
        assert_eq!(look(&group, EAST).await, [], "{}: its own choice", group.fresh.engine);
    }
}

#[tokio::test]
async fn sync_errors_of_an_account_that_names_nobody_reach_its_super_admins() {
    for group in groups().await {
        break_sync(&group, EAST).await;
        let who: BTreeSet<String> = look(&group, EAST).await.into_iter().map(|(who, _)| who).collect();
        assert_eq!(who, BTreeSet::from(["ann".to_owned(), "cat".to_owned()]), "{}: Dan is no Super Admin", group.fresh.engine);
    }
}
