//! Off-boarding somebody from the whole organization. Source: spec 7.1 and 8 #11; scenario 70 for points of contact.

use crate::world::*;
use app::company;
use app::organization::off_boarding::{OffBoarding, apply, plan};
use app::organization::roles::{self, GRANT, Wanted, grant, subject};
use app::user;
use model::account::{Role as UserRole, Seat, UserStatus};
use model::company::{Contact, ContactRole, Contacts, Patch};
use model::id::{AccountId, OrganizationId, PersonId};
use model::identity::step_up::OFF_BOARD;
use model::organization::off_boarding::Outcome;
use model::organization::role::Role;
use model::policy::{Policy, TermsRule};
use std::collections::BTreeSet;

/// A standard user of all three accounts.
const EVE: PersonId = PersonId(31);
/// Super Admin of West only.
const FAY: PersonId = PersonId(32);

async fn with_roles(group: &Group) -> OrganizationId {
    group.add_person(EVE, "Eve", false).await;
    group.add_person(FAY, "Fay", true).await;
    for account in ALL {
        group.put_user(account, EVE, UserRole::Standard, &[Seat::Core, Seat::Sales]).await;
    }
    group.put_user(WEST, FAY, UserRole::SuperAdmin, &[Seat::Core]).await;
    let policy = Policy { terms: TermsRule::Optional, ..Policy::open() };
    group.create(ANN, CENTRAL, &[EAST, WEST], policy).await.unwrap().organization.id
}

async fn give(group: &Group, id: OrganizationId, by: PersonId, account: AccountId, email: &str, person: PersonId, role: Role) {
    let proof = group.proof(by, GRANT, &subject(account, person, role)).await;
    let wanted = Wanted { account, email: email.to_owned(), role, until: None };
    grant(&group.app, &group.cx(by, account).await, id, wanted, Some(&proof)).await.unwrap();
}

async fn status(group: &Group, account: AccountId, person: PersonId) -> Option<UserStatus> {
    let mut tx = group.app.store.read_home().await.unwrap();
    store::account::read_user(&mut tx, account, person).await.unwrap().map(|user| user.status)
}

/// Account, outcome, code.
fn told(found: &OffBoarding) -> Vec<String> {
    let line = |row: &app::organization::off_boarding::Row| {
        let code = match row.outcome {
            Outcome::Refused(refusal) => format!(" {}", refusal.code()),
            _ => String::new(),
        };
        format!("{} {}{code}", row.account_name, row.outcome.name())
    };
    found.rows.iter().map(line).collect()
}

#[tokio::test]
async fn a_person_is_off_boarded_from_every_account_in_one_act() {
    for group in groups().await {
        let (id, app) = (with_roles(&group).await, &group.app);
        let ann = group.cx(ANN, CENTRAL).await;
        let contact = Contacts::from([(ContactRole::TechnicalAdmin, vec![Contact::User(EVE)])]);
        company::update(app, &group.cx(ANN, EAST).await, Patch { contacts: contact, ..Patch::default() }).await.unwrap();
        give(&group, id, ANN, CENTRAL, "eve@group.example", EVE, Role::Auditor).await;
        let scopes = ["oauth".to_owned()];
        app::token::create_for(app, &group.system(WEST), "eve@group.example", "Hers", &scopes).await.unwrap();
        group
            .directory(async |tx| {
                let sql = "INSERT INTO session (token_hash, id, person_id, created_at, last_seen_at, expires_at, user_agent, address, proved)
                           VALUES ('h', 's', $1, 0, 0, 9000000000000000, '', '', '')";
                tx.execute(sql, &[EVE.into()]).await.map(drop)
            })
            .await;

        let planned = plan(app, &ann, id, " EVE@group.example").await.unwrap();
        assert_eq!(told(&planned), ["Central done", "East done", "West done"], "{}", group.fresh.engine);
        assert_eq!((planned.name.as_str(), planned.email.as_str()), ("Eve", "eve@group.example"));
        let [central, east, west] = planned.rows.as_slice() else { panic!("{planned:?}") };
        assert_eq!(central.roles, BTreeSet::from([Role::Auditor]));
        assert_eq!(central.seats, BTreeSet::from([Seat::Core, Seat::Sales]));
        // Scenario 70: allowed, and said.
        assert_eq!(east.contact_roles, BTreeSet::from([ContactRole::TechnicalAdmin]));
        assert_eq!((west.n_tokens, east.n_tokens), (1, 0));
        assert_eq!(status(&group, WEST, EVE).await, Some(UserStatus::Active), "a plan does nothing");

        assert_eq!(code(apply(app, &ann, id, EVE, None).await), "STEP_UP_NEEDED");
        let other = group.proof(ANN, OFF_BOARD, &BO.to_string()).await;
        assert_eq!(code(apply(app, &ann, id, EVE, Some(&other)).await), "STEP_UP_NEEDED");
        let proof = group.proof(ANN, OFF_BOARD, &EVE.to_string()).await;
        let done = apply(app, &ann, id, EVE, Some(&proof)).await.unwrap();
        assert_eq!(done, planned, "what was planned is what was done");
        for account in ALL {
            assert_eq!(status(&group, account, EVE).await, Some(UserStatus::Deactivated), "{account}");
        }
        let mut tx = app.store.read_home().await.unwrap();
        assert_eq!(store::session::list(&mut tx, EVE, app.outside.now()).await.unwrap(), []);
        drop(tx);
        assert_eq!(roles::list(app, &ann, id).await.unwrap().held.len(), 0);
        let removed = user::remove(app, &group.system(EAST), EVE).await;
        assert_eq!(code(removed), "POINT_OF_CONTACT");

        let acts = group.acts(id).await;
        let tail: Vec<&str> = acts.iter().rev().take(4).rev().map(String::as_str).collect();
        let expected = [
            "person:11 role_ended account:1",
            "person:11 off_boarded account:1",
            "person:11 off_boarded account:2",
            "person:11 off_boarded account:3",
        ];
        assert_eq!(tail, expected);
        assert_eq!(group.last_detail(id, "off_boarded").await["effect"]["nTokens"], 1);
        let (now, history) = (app.outside.now(), app::security_history::list);
        let filter = model::identity::history::Filter::all(now);
        let entries = history(app, &group.cx(ANN, EAST).await, &filter, 10).await.unwrap();
        assert!(entries.iter().any(|one| one.act == "user.off_board" && one.by.words() == "Ann"), "{entries:?}");

        let again = plan(app, &ann, id, "eve@group.example").await.unwrap();
        assert_eq!(told(&again), ["Central off_already", "East off_already", "West off_already"]);
    }
}

#[tokio::test]
async fn what_may_not_be_decided_in_one_account_stays_there_and_is_told() {
    for group in groups().await {
        let (id, app) = (with_roles(&group).await, &group.app);
        let cat = group.cx(CAT, CENTRAL).await;
        let planned = plan(app, &cat, id, "eve@group.example").await.unwrap();
        assert_eq!(told(&planned), ["Central done", "East done", "West refused NOT_DELEGATED"], "{}", group.fresh.engine);
        // West makes Cat its Organization Admin: she may decide about its users, not about its Super Admins.
        give(&group, id, FAY, WEST, "cat@group.example", CAT, Role::OrganizationAdmin).await;
        assert_eq!(told(&plan(app, &cat, id, "fay@group.example").await.unwrap()), ["West refused SUPER_ADMIN_ONLY"]);
        let proof = group.proof(CAT, OFF_BOARD, &ANN.to_string()).await;
        let done = apply(app, &cat, id, ANN, Some(&proof)).await.unwrap();
        assert_eq!(told(&done), ["Central done", "East done", "West refused SUPER_ADMIN_ONLY"]);
        assert_eq!(status(&group, EAST, ANN).await, Some(UserStatus::Deactivated));
        assert_eq!(status(&group, WEST, ANN).await, Some(UserStatus::Active));
        assert_eq!(group.last_detail(id, "off_boarding_refused").await["effect"]["code"], "SUPER_ADMIN_ONLY");
        // Cat is the last Super Admin of Central and East now.
        let fay = group.cx(FAY, WEST).await;
        assert_eq!(
            told(&plan(app, &fay, id, "cat@group.example").await.unwrap()),
            ["Central refused NOT_DELEGATED", "East refused NOT_DELEGATED", "West done"]
        );
        let system = group.system(CENTRAL);
        let by_operator = plan(app, &system, id, "cat@group.example").await.unwrap();
        assert_eq!(told(&by_operator), ["Central refused LAST_SUPER_ADMIN", "East refused LAST_SUPER_ADMIN", "West done"]);
    }
}

#[tokio::test]
async fn nobody_off_boards_without_a_say_or_herself_or_learns_who_was_merely_invited() {
    for group in groups().await {
        let (id, app) = (with_roles(&group).await, &group.app);
        assert_eq!(code(plan(app, &group.cx(EVE, WEST).await, id, "bo@group.example").await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(code(plan(app, &group.cx(DAN, EAST).await, id, "bo@group.example").await), "PARTNER_ADMIN_VIEWS_ONLY");
        give(&group, id, CAT, EAST, "eve@group.example", EVE, Role::Auditor).await;
        assert_eq!(code(plan(app, &group.cx(EVE, WEST).await, id, "bo@group.example").await), "NOT_DELEGATED");
        let cat = group.cx(CAT, EAST).await;
        let proof = group.proof(CAT, OFF_BOARD, &CAT.to_string()).await;
        assert_eq!(code(apply(app, &cat, id, CAT, Some(&proof)).await), "OFF_BOARD_ONESELF", "{}", group.fresh.engine);
        assert_eq!(code(plan(app, &cat, OrganizationId(99), "bo@group.example").await), "ORGANIZATION_NOT_FOUND");

        // Gus is invited into West alone: for Cat he is nobody, for Fay an invitation to withdraw.
        let wanted = user::Wanted {
            email: "gus@group.example".to_owned(),
            name: "Gus".to_owned(),
            locale: None,
            role: UserRole::Standard,
            seats: BTreeSet::new(),
            permission_set: None,
            password: None,
        };
        let gus = user::create(app, &group.system(WEST), wanted).await.unwrap().user.person.id;
        for nobody in ["gus@group.example", "nobody@group.example", "", "\u{202e}x"] {
            assert_eq!(code(plan(app, &cat, id, nobody).await), "PERSON_NOT_IN_ORGANIZATION", "{nobody}");
        }
        let fay = group.cx(FAY, WEST).await;
        let planned = plan(app, &fay, id, "gus@group.example").await.unwrap();
        assert_eq!((told(&planned), planned.name.as_str()), (vec!["West done".to_owned()], ""));
        let proof = group.proof(FAY, OFF_BOARD, &gus.to_string()).await;
        apply(app, &fay, id, gus, Some(&proof)).await.unwrap();
        assert_eq!(status(&group, WEST, gus).await, None);
    }
}
