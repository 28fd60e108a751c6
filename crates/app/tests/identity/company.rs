//! Points of contact of one account: who may be what, and who cannot leave.

use crate::world::{EAST, PASSWORD, WEST, World, refusal, wanted, worlds};
use app::company::{confirm, read, update};
use app::cx::Cx;
use app::error::Kind;
use app::user;
use model::account::{Role, UserStatus};
use model::company::{Contact, ContactRole, Contacts, Notice, Patch};
use model::id::PersonId;
use std::collections::{BTreeMap, BTreeSet};

const ANN: &str = "ann@ex.org";
const BO: &str = "bo@ex.org";

async fn signed_in(world: &World, email: &str) -> Cx {
    let opened = world.sign_in(email).await;
    app::session::authenticate(&world.app, &opened.cookie, EAST).await.expect("in the account")
}

async fn admin(world: &World) -> Cx {
    world.add_user(EAST, ANN, Role::SuperAdmin).await;
    signed_in(world, ANN).await
}

fn naming(role: ContactRole, contacts: Vec<Contact>) -> Patch {
    Patch { contacts: Contacts::from([(role, contacts)]), ..Patch::default() }
}

#[tokio::test]
async fn scenario_68_a_fourth_billing_contact_is_refused_by_the_account() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let mut users = Vec::new();
        for n in 1..=4 {
            users.push(Contact::User(world.add_user(EAST, &format!("user{n}@ex.org"), Role::Standard).await));
        }
        let three = update(&world.app, &cx, naming(ContactRole::Billing, users[..3].to_vec())).await.expect("three");
        assert_eq!(three.company.contacts[&ContactRole::Billing], users[..3]);
        let four = update(&world.app, &cx, naming(ContactRole::Billing, users.clone())).await;
        assert_eq!(refusal(four), (Kind::Invalid, "CONTACTS_TOO_MANY"), "{}", world.fresh.engine);
        assert_eq!(read(&world.app, &cx).await.expect("as before").company, three.company);
    }
}

#[tokio::test]
async fn scenario_69_a_security_contact_needs_no_login_and_a_decision_maker_does() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let soc = || vec![Contact::Address("soc@ext.example".to_owned())];
        let view = update(&world.app, &cx, naming(ContactRole::Security, soc())).await.expect("an outsider");
        assert_eq!(view.company.contacts[&ContactRole::Security], soc());
        let refused = update(&world.app, &cx, naming(ContactRole::DecisionMaker, soc())).await;
        assert_eq!(refusal(refused), (Kind::Invalid, "CONTACT_MUST_BE_USER"));
        let elsewhere = Contact::User(world.add_user(WEST, "west@ex.org", Role::Standard).await);
        let refused = update(&world.app, &cx, naming(ContactRole::Onboarding, vec![elsewhere])).await;
        assert_eq!(refusal(refused).1, "CONTACT_NOT_A_USER", "a user of another account");
    }
}

#[tokio::test]
async fn scenario_70_a_technical_admin_is_not_removed_before_somebody_else_is_one() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let bo = world.add_user(EAST, BO, Role::Standard).await;
        let to = |person: PersonId| naming(ContactRole::TechnicalAdmin, vec![Contact::User(person)]);
        update(&world.app, &cx, to(bo)).await.expect("named");
        let resting = user::deactivate(&world.app, &cx, bo).await.expect("deactivation is allowed");
        assert_eq!(resting.contact_roles, BTreeSet::from([ContactRole::TechnicalAdmin]), "with what she is warned of");
        let refused = user::remove(&world.app, &cx, bo).await;
        assert_eq!(refusal(refused), (Kind::Conflict, "POINT_OF_CONTACT"), "{}", world.fresh.engine);
        let view = read(&world.app, &cx).await.expect("her role");
        assert_eq!(view.people[&bo].status, Some(UserStatus::Deactivated));
        update(&world.app, &cx, to(cx.person.expect("ann").id)).await.expect("somebody else");
        user::remove(&world.app, &cx, bo).await.expect("free to go");
    }
}

#[tokio::test]
async fn only_super_admins_change_the_company_and_everybody_reads_it() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let bo = user::create(&world.app, &world.system(EAST), wanted(BO, Role::PartnerAdmin, Some(PASSWORD))).await.expect("bo");
        let primary = || naming(ContactRole::Primary, vec![Contact::User(bo.user.person.id)]);
        update(&world.app, &cx, primary()).await.expect("a Super Admin may");
        let rep = signed_in(&world, BO).await;
        assert_eq!(refusal(update(&world.app, &rep, primary()).await), (Kind::Forbidden, "SUPER_ADMIN_ONLY"));
        assert_eq!(refusal(confirm(&world.app, &rep).await).1, "SUPER_ADMIN_ONLY");
        assert!(!read(&world.app, &rep).await.expect("everybody reads").can_edit);
        let emptied = update(&world.app, &cx, naming(ContactRole::Primary, vec![])).await;
        assert_eq!(refusal(emptied).1, "PRIMARY_CONTACT_NEEDED");
    }
}

#[tokio::test]
async fn contacts_are_asked_about_every_90_days_until_somebody_says_they_are_right() {
    for world in worlds().await {
        admin(&world).await;
        let system = || world.system(EAST);
        assert!(read(&world.app, &system()).await.expect("nothing yet").is_stale);
        let soc = naming(ContactRole::Security, vec![Contact::Address("soc@ext.example".to_owned())]);
        assert!(!update(&world.app, &system(), soc).await.expect("named").is_stale);
        world.wait(90 * 24 * 60 * 60);
        assert!(read(&world.app, &system()).await.expect("90 days later").is_stale);
        assert!(!confirm(&world.app, &system()).await.expect("still right").is_stale, "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn what_changed_is_in_the_feed_without_anybodys_address() {
    for world in worlds().await {
        let cx = admin(&world).await;
        let patch = Patch {
            legal_name: Some("East ApS".to_owned()),
            audiences: BTreeMap::from([(Notice::Invoice, Some(BTreeSet::from([ContactRole::Billing])))]),
            ..naming(ContactRole::Security, vec![Contact::Address("soc@ext.example".to_owned())])
        };
        update(&world.app, &cx, patch.clone()).await.expect("changed");
        let head = async || store::feed::head(&mut world.app.store.read_home().await.unwrap()).await.unwrap();
        let seq = head().await;
        let changes = store::feed::read(&mut world.app.store.read_home().await.unwrap(), seq - 1, 1).await.expect("the change");
        let detail = changes[0].change.detail.clone().expect("a detail");
        assert_eq!(detail["fields"], serde_json::json!(["legalName", "audiences", "confirmedAt"]));
        assert_eq!(detail["roles"], serde_json::json!(["security"]));
        assert!(!detail.to_string().contains("ext.example"), "{detail}");
        update(&world.app, &cx, patch).await.expect("the same again");
        assert_eq!(head().await, seq, "{}: nothing changed, nothing is said", world.fresh.engine);
    }
}
