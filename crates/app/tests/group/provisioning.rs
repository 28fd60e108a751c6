//! Provisioning: what an organization's directory says becomes users of the accounts that consent, and of no other.

use crate::world::{ALL, ANN, BO, CAT, CENTRAL, EAST, Group, WEST, code};
use app::billing::seats;
use app::error::Result;
use app::provisioning::{self, Directory, Wanted, groups, people};
use app::sign_on::settings::{self, Patch};
use app::{permission_set, user};
use model::account::{AccountUser, Permissions, Role, Seat, UserStatus};
use model::id::{AccountId, OrganizationId, PermissionSetId, PersonId, ProvisionedGroupId};
use model::identity::history::Filter;
use model::identity::provisioning::Said;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CHANGE: &str = "sign_on.change";

/// All three in an organization, and a directory that has its token. East and West consent, Central does not.
async fn provisioned(group: &Group) -> (OrganizationId, Directory) {
    let id = group.organized().await.organization.id;
    let proof = group.proof(ANN, CHANGE, &format!("o:{id}")).await;
    let made = provisioning::create_token(&group.app, &group.cx(ANN, CENTRAL).await, id, "Entra", Some(&proof)).await.unwrap();
    for account in [EAST, WEST] {
        consent(group, account, true).await;
    }
    (id, provisioning::authenticate(&group.app, &made.text).await.unwrap())
}

async fn consent(group: &Group, account: AccountId, on: bool) {
    let proof = group.proof(ANN, CHANGE, &format!("a:{account}")).await;
    let patch = Patch { organization_provisions: Some(on), ..Patch::default() };
    settings::change(&group.app, &group.cx(ANN, account).await, patch, Some(&proof)).await.unwrap();
}

fn said(document: Value) -> Said {
    Said::of(document.as_object().cloned().unwrap()).unwrap()
}

fn plain(name: &str) -> Said {
    said(json!({"userName": format!("{name}@group.example"), "displayName": name, "active": true}))
}

async fn person(group: &Group, directory: &Directory, name: &str) -> PersonId {
    people::create(&group.app, directory, plain(name)).await.unwrap().one.person
}

async fn team(group: &Group, directory: &Directory, name: &str, members: &[PersonId]) -> ProvisionedGroupId {
    let wanted = groups::Wanted { name: name.to_owned(), external_id: None, members: members.iter().copied().collect() };
    groups::create(&group.app, directory, wanted).await.unwrap().group.id
}

async fn members(group: &Group, directory: &Directory, team: ProvisionedGroupId, members: &[PersonId]) {
    let members: BTreeSet<PersonId> = members.iter().copied().collect();
    let change = |before: &groups::View| {
        Ok(groups::Wanted { name: before.group.name.clone(), external_id: before.group.external_id.clone(), members })
    };
    groups::update(&group.app, directory, team, None, change).await.unwrap();
}

async fn grant(
    group: &Group,
    by: PersonId,
    account: AccountId,
    team: ProvisionedGroupId,
    role: Role,
    set: Option<PermissionSetId>,
) -> Result<provisioning::OfAccount> {
    let proof = group.proof(by, CHANGE, &format!("a:{account}")).await;
    let wanted = Wanted { role, permission_set: set, seats: BTreeSet::from([Seat::Core]) };
    provisioning::open_grant(&group.app, &group.cx(by, account).await, team, wanted, Some(&proof)).await
}

async fn activate(group: &Group, directory: &Directory, who: PersonId, active: bool) {
    let change = |before: &model::identity::provisioning::Provisioned| {
        let mut document = before.said.document.clone();
        document.insert("active".to_owned(), active.into());
        Ok(Said::of(document)?)
    };
    people::update(&group.app, directory, who, None, change).await.unwrap();
}

async fn user_of(group: &Group, account: AccountId, who: PersonId) -> Option<AccountUser> {
    let mut tx = group.app.store.read_home().await.unwrap();
    store::account::read_user(&mut tx, account, who).await.unwrap()
}

async fn status(group: &Group, account: AccountId, who: PersonId) -> Option<UserStatus> {
    user_of(group, account, who).await.map(|user| user.status)
}

async fn acts(group: &Group, id: OrganizationId, from: usize) -> Vec<String> {
    group.acts(id).await.into_iter().skip(from).collect()
}

#[tokio::test]
async fn a_group_of_the_directory_gives_an_account_and_takes_it_back() {
    for group in crate::world::groups().await {
        let (id, directory) = provisioned(&group).await;
        let app = &group.app;
        let token = provisioning::read(app, &group.cx(ANN, CENTRAL).await, id).await.unwrap().tokens[0].clone();
        let actor = format!("provisioner:{}", token.id);
        let east = group.cx(ANN, EAST).await;
        let set = permission_set::create(app, &east, "Reps", Permissions::default()).await.unwrap();
        let before = group.acts(id).await.len();
        // Bo works in West; the directory tells of him and he keeps his login.
        let bo = person(&group, &directory, "bo").await;
        assert_eq!(bo, BO);
        let gus = person(&group, &directory, "gus").await;
        assert_eq!(
            (status(&group, EAST, BO).await, status(&group, EAST, gus).await),
            (None, None),
            "nobody granted anything yet"
        );
        let reps = team(&group, &directory, "Reps", &[BO, gus]).await;
        grant(&group, ANN, EAST, reps, Role::Standard, Some(set.id)).await.unwrap();
        let user = user_of(&group, EAST, BO).await.unwrap();
        assert_eq!((user.status, user.role, user.permission_set), (UserStatus::Active, Role::Standard, Some(set.id)));
        assert_eq!(user.seats, BTreeSet::from([Seat::Core]), "{}", group.fresh.engine);
        // Nobody knows Gus: he is invited, by a letter, for no provider signs him in.
        assert_eq!(status(&group, EAST, gus).await, Some(UserStatus::Invited));
        let letters = app::outbox::list(app, &group.system(EAST), None, i64::MAX, 9).await.unwrap();
        assert!(letters.iter().any(|one| one.mail.recipient.address == "gus@group.example"), "{letters:?}");

        members(&group, &directory, reps, &[gus]).await;
        assert_eq!(status(&group, EAST, BO).await, Some(UserStatus::Deactivated));
        assert_eq!(status(&group, WEST, BO).await, Some(UserStatus::Active), "what was given by hand stays");
        let seen = acts(&group, id, before).await;
        let expected = [
            format!("{actor} directory_changed organization"),
            format!("{actor} directory_changed organization"),
            format!("{actor} directory_changed organization"),
            "person:11 grant_opened account:2".to_owned(),
            "person:11 access_given account:2".to_owned(),
            "person:11 access_given account:2".to_owned(),
            format!("{actor} access_taken account:2"),
            format!("{actor} directory_changed organization"),
        ];
        assert_eq!(seen, expected);
        let history = app::security_history::list(app, &east, &Filter::all(app.outside.now()), 20).await.unwrap();
        let taken = history.iter().find(|one| one.act == "user.deprovision").unwrap();
        assert_eq!((taken.by.words(), taken.person.as_ref().map(|one| one.id)), ("directory Entra".to_owned(), Some(BO)));
        let deleted = permission_set::delete(app, &east, set.id).await;
        assert_eq!(code(deleted), "PERMISSION_SET_IN_USE");
        let proof = group.proof(ANN, CHANGE, "a:2").await;
        provisioning::close_grant(app, &east, reps, Some(&proof)).await.unwrap();
        assert_eq!(status(&group, EAST, gus).await, None, "an invitation that was not accepted is withdrawn");
    }
}

#[tokio::test]
async fn an_account_that_does_not_consent_is_never_touched() {
    for group in crate::world::groups().await {
        let (_, directory) = provisioned(&group).await;
        let gus = person(&group, &directory, "gus").await;
        let reps = team(&group, &directory, "Reps", &[gus]).await;
        assert_eq!(
            code(grant(&group, ANN, CENTRAL, reps, Role::Standard, None).await),
            "NOT_CONSENTED",
            "{}",
            group.fresh.engine
        );
        // Once it consents, it can open a grant; once it does not any more, what was given stays as it is.
        grant(&group, ANN, WEST, reps, Role::Standard, None).await.unwrap();
        consent(&group, WEST, false).await;
        members(&group, &directory, reps, &[]).await;
        assert_eq!(status(&group, WEST, gus).await, Some(UserStatus::Invited), "West is not touched any more");
        let hal = person(&group, &directory, "hal").await;
        members(&group, &directory, reps, &[hal]).await;
        assert_eq!(status(&group, WEST, hal).await, None);
        // It consents again: who was granted it meanwhile comes in.
        consent(&group, WEST, true).await;
        assert_eq!(status(&group, WEST, hal).await, Some(UserStatus::Invited));
    }
}

#[tokio::test]
async fn whom_the_directory_lets_go_loses_every_account_that_consents_and_the_others_are_told() {
    for group in crate::world::groups().await {
        let (id, directory) = provisioned(&group).await;
        let eve = PersonId(31);
        group.add_person(eve, "Eve", false).await;
        for account in ALL {
            group.put_user(account, eve, Role::Standard, &[Seat::Core]).await;
        }
        assert_eq!(person(&group, &directory, "eve").await, eve);
        let reps = team(&group, &directory, "Reps", &[eve]).await;
        grant(&group, ANN, EAST, reps, Role::Standard, None).await.unwrap();
        let before = group.acts(id).await.len();
        activate(&group, &directory, eve, false).await;
        let found = [CENTRAL, EAST, WEST].map(|account| (account, eve));
        let mut statuses = Vec::new();
        for (account, who) in found {
            statuses.push(status(&group, account, who).await.unwrap());
        }
        let (on, off) = (UserStatus::Active, UserStatus::Deactivated);
        assert_eq!(statuses, [on, off, off], "{}", group.fresh.engine);
        let seen: Vec<String> =
            acts(&group, id, before).await.into_iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect();
        let expected = [
            "off_boarding_refused account:1",
            "off_boarded account:2",
            "off_boarded account:3",
            "directory_changed organization",
        ];
        assert_eq!(seen, expected);
        assert_eq!(group.last_detail(id, "off_boarding_refused").await["effect"]["code"], "NOT_CONSENTED");
        // Back again: what a group gives comes back, what was given by hand is given back by hand.
        activate(&group, &directory, eve, true).await;
        assert_eq!((status(&group, EAST, eve).await, status(&group, WEST, eve).await), (Some(on), Some(off)));
        people::delete(&group.app, &directory, eve, None).await.unwrap();
        assert_eq!((status(&group, EAST, eve).await, status(&group, CENTRAL, eve).await), (Some(off), Some(on)));
        assert_eq!(people::read(&group.app, &directory, eve).await.unwrap_err().code, "OBJECT_NOT_FOUND");
        // Told of anew, she is the same person.
        assert_eq!(person(&group, &directory, "eve").await, eve);
    }
}

#[tokio::test]
async fn super_admins_are_made_only_by_their_own_account_and_the_last_one_stays() {
    for group in crate::world::groups().await {
        let (id, directory) = provisioned(&group).await;
        let app = &group.app;
        let fay = PersonId(32);
        group.add_person(fay, "Fay", true).await;
        group.put_user(WEST, fay, Role::SuperAdmin, &[Seat::Core]).await;
        group.directory(async |tx| store::account::remove_user(tx, WEST, ANN).await.map(drop)).await;
        let (bo, cat) = (person(&group, &directory, "bo").await, person(&group, &directory, "cat").await);
        let chiefs = team(&group, &directory, "Chiefs", &[bo]).await;
        // Cat is Super Admin of East, nothing in West; Ann of East and Central.
        let wanted = Wanted { role: Role::SuperAdmin, permission_set: None, seats: BTreeSet::new() };
        let as_rep = provisioning::open_grant(app, &group.cx(BO, WEST).await, chiefs, wanted.clone(), None).await;
        assert_eq!(code(as_rep), "SUPER_ADMIN_ONLY", "{}", group.fresh.engine);
        let unproved = provisioning::open_grant(app, &group.cx(fay, WEST).await, chiefs, wanted, None).await;
        assert_eq!(code(unproved), "STEP_UP_NEEDED");
        grant(&group, fay, WEST, chiefs, Role::SuperAdmin, None).await.unwrap();
        let user = user_of(&group, WEST, bo).await.unwrap();
        assert_eq!((user.role, user.status), (Role::SuperAdmin, UserStatus::Active));

        // A group that gives less does not demote who is Super Admin by hand.
        let reps = team(&group, &directory, "Reps", &[cat]).await;
        grant(&group, ANN, EAST, reps, Role::Standard, None).await.unwrap();
        assert_eq!(user_of(&group, EAST, cat).await.unwrap().role, Role::SuperAdmin);
        assert_eq!(user_of(&group, EAST, ANN).await.unwrap().role, Role::SuperAdmin);

        // Fay goes by hand; Bo is the last Super Admin of West, whatever the directory says.
        group.directory(async |tx| store::account::remove_user(tx, WEST, fay).await.map(drop)).await;
        members(&group, &directory, chiefs, &[]).await;
        assert_eq!(user_of(&group, WEST, bo).await.unwrap().role, Role::SuperAdmin);
        assert_eq!(group.last_detail(id, "access_refused").await["effect"]["code"], "LAST_SUPER_ADMIN");
        activate(&group, &directory, bo, false).await;
        assert_eq!(status(&group, WEST, bo).await, Some(UserStatus::Active));
        assert_eq!(group.last_detail(id, "off_boarding_refused").await["effect"]["code"], "LAST_SUPER_ADMIN");
    }
}

#[tokio::test]
async fn what_was_changed_by_hand_stays_until_the_directory_says_something_else() {
    for group in crate::world::groups().await {
        let (_, directory) = provisioned(&group).await;
        let app = &group.app;
        let bo = person(&group, &directory, "bo").await;
        let reps = team(&group, &directory, "Reps", &[bo]).await;
        let system = group.system(WEST);
        grant(&group, ANN, WEST, reps, Role::Standard, None).await.unwrap();
        user::deactivate(app, &system, bo).await.unwrap();
        let rename = |before: &model::identity::provisioning::Provisioned| {
            let mut document = before.said.document.clone();
            document.insert("displayName".to_owned(), "Bo the Second".into());
            Ok(Said::of(document)?)
        };
        people::update(app, &directory, bo, None, rename).await.unwrap();
        assert_eq!(status(&group, WEST, bo).await, Some(UserStatus::Deactivated), "{}", group.fresh.engine);
        let mut tx = app.store.read_home().await.unwrap();
        assert_eq!(store::person::read(&mut tx, bo).await.unwrap().unwrap().person.name, "Bo the Second");
        drop(tx);
        // In an account that does not consent he is known by his own name.
        group.put_user(CENTRAL, bo, Role::Standard, &[Seat::Core]).await;
        let rename = |before: &model::identity::provisioning::Provisioned| {
            let mut document = before.said.document.clone();
            document.insert("displayName".to_owned(), "Bo the Third".into());
            Ok(Said::of(document)?)
        };
        let found = people::update(app, &directory, bo, None, rename).await.unwrap();
        assert_eq!((found.one.version, found.one.said.name().as_str()), (3, "Bo the Third"));
        let mut tx = app.store.read_home().await.unwrap();
        assert_eq!(store::person::read(&mut tx, bo).await.unwrap().unwrap().person.name, "Bo the Second");
        drop(tx);
        members(&group, &directory, reps, &[]).await;
        members(&group, &directory, reps, &[bo]).await;
        assert_eq!(status(&group, WEST, bo).await, Some(UserStatus::Active));
    }
}

#[tokio::test]
async fn a_token_is_made_by_who_manages_the_organization_and_works_until_it_is_revoked_or_the_organization_ends() {
    for group in crate::world::groups().await {
        let (id, directory) = provisioned(&group).await;
        let app = &group.app;
        let cat = group.cx(CAT, CENTRAL).await;
        assert_eq!(code(provisioning::create_token(app, &cat, id, "Hers", None).await), "NOT_SUPER_ADMIN_EVERYWHERE");
        let ann = group.cx(ANN, CENTRAL).await;
        assert_eq!(code(provisioning::create_token(app, &ann, id, "Okta", None).await), "STEP_UP_NEEDED");
        let proof = group.proof(ANN, CHANGE, &format!("o:{id}")).await;
        let made = provisioning::create_token(app, &ann, id, "Okta", Some(&proof)).await.unwrap();
        assert!(made.text.starts_with("scim-") && made.token.hint.starts_with("scim-…"), "{made:?}");
        provisioning::authenticate(app, &made.text).await.unwrap();
        app::token::save_used(app).await.unwrap();
        let found = provisioning::read(app, &ann, id).await.unwrap();
        assert_eq!(found.url, "https://crm.example/scim/v2");
        assert_eq!(found.tokens.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Entra", "Okta"]);
        assert_eq!(found.tokens[1].last_used_at, Some(app.outside.now()), "{}", group.fresh.engine);
        provisioning::revoke_token(app, &ann, id, made.token.id).await.unwrap();
        assert_eq!(code(provisioning::authenticate(app, &made.text).await), "TOKEN_UNKNOWN");
        assert_eq!(code(provisioning::revoke_token(app, &ann, id, made.token.id).await), "OBJECT_NOT_FOUND");
        assert_eq!(code(provisioning::authenticate(app, "pat-eu1-x").await), "TOKEN_UNKNOWN");
        let proof = group.proof(ANN, app::organization::DELETE, &id.to_string()).await;
        app::organization::delete(app, &ann, id, Some(&proof)).await.unwrap();
        let refused = people::create(app, &directory, plain("gus")).await;
        assert_eq!(code(refused), "ORGANIZATION_NOT_FOUND");
    }
}

#[tokio::test]
async fn two_people_of_a_directory_are_never_one() {
    for group in crate::world::groups().await {
        let (_, directory) = provisioned(&group).await;
        let app = &group.app;
        let gus = person(&group, &directory, "gus").await;
        let same_name = said(json!({"userName": "GUS@group.example", "emails": [{"value": "other@group.example"}]}));
        assert_eq!(code(people::create(app, &directory, same_name).await), "USER_NAME_TAKEN", "{}", group.fresh.engine);
        let same_address = said(json!({"userName": "gus2", "emails": [{"value": "Gus@group.example"}]}));
        assert_eq!(code(people::create(app, &directory, same_address).await), "EMAIL_TAKEN");
        let hal = person(&group, &directory, "hal").await;
        let take_over = |before: &model::identity::provisioning::Provisioned| {
            let mut document = before.said.document.clone();
            document.insert("userName".to_owned(), "gus@group.example".into());
            Ok(Said::of(document)?)
        };
        assert_eq!(code(people::update(app, &directory, hal, None, take_over).await), "USER_NAME_TAKEN");
        let stale = people::delete(app, &directory, gus, Some(7)).await;
        assert_eq!(code(stale), "VERSION_STALE");
        let stranger = groups::Wanted { name: "Reps".to_owned(), external_id: None, members: BTreeSet::from([ANN]) };
        assert_eq!(code(groups::create(app, &directory, stranger).await), "MEMBER_UNKNOWN", "of Ann the directory did not tell");
        let endless = said(json!({"userName": "big@group.example", "displayName": "x".repeat(20_000)}));
        assert_eq!(code(people::create(app, &directory, endless).await), "TEXT_TOO_LONG");
        let numbers = vec![json!({"value": "1".repeat(200)}); 100];
        let large = said(json!({"userName": "big@group.example", "phoneNumbers": numbers}));
        assert_eq!(code(people::create(app, &directory, large).await), "DOCUMENT_TOO_LARGE");
    }
}

#[tokio::test]
async fn a_group_gives_no_seat_beyond_those_that_were_bought() {
    for group in crate::world::groups().await {
        let (id, directory) = provisioned(&group).await;
        let (app, east) = (&group.app, group.system(EAST));
        let order = model::billing::Wanted { tiers: crate::world::professional(), term: None };
        app::billing::order(app, &east, &order).await.unwrap();
        let counts = seats::read(app, &east).await.unwrap();
        let used = counts.iter().find(|count| count.seat == Seat::Core).unwrap().used;
        seats::set(app, &east, Seat::Core, Some(used + 1)).await.unwrap();
        let (gus, hal) = (person(&group, &directory, "gus").await, person(&group, &directory, "hal").await);
        let reps = team(&group, &directory, "Reps", &[gus, hal]).await;
        grant(&group, ANN, EAST, reps, Role::Standard, None).await.unwrap();
        let both = (user_of(&group, EAST, gus).await.is_some(), user_of(&group, EAST, hal).await.is_some());
        assert_eq!(both, (true, false), "{}", group.fresh.engine);
        assert_eq!(group.last_detail(id, "access_refused").await["effect"]["code"], "SEATS_EXHAUSTED");
    }
}

#[tokio::test]
async fn texts_that_steer_or_never_end_are_refused_by_the_name_of_their_attribute() {
    for group in crate::world::groups().await {
        let (_, directory) = provisioned(&group).await;
        let app = &group.app;
        let gus = person(&group, &directory, "gus").await;
        for (place, more) in [
            ("name.givenName", json!({"name": {"givenName": "G\u{0}us"}})),
            ("name.givenName", json!({"name": {"givenName": "\u{202E}suG"}})),
            ("name.familyName", json!({"name": {"familyName": "x".repeat(500)}})),
            ("displayName", json!({"displayName": "Gus\u{2066}"})),
            ("displayName", json!({"displayName": "x".repeat(5_000)})),
            ("externalId", json!({"externalId": "\u{0}"})),
            ("emails.value", json!({"emails": [{"value": format!("{}@ex.org", "x".repeat(300))}]})),
        ] {
            let mut document = plain("hal").document;
            document.extend(more.as_object().cloned().unwrap());
            let wanted = Said { document: document.clone(), ..plain("hal") };
            let refused = people::create(app, &directory, wanted).await.unwrap_err();
            assert!(refused.message.starts_with(place), "{place}: {refused:?}");
            let wanted = Said { document, ..plain("gus") };
            let refused = people::update(app, &directory, gus, None, |_| Ok(wanted)).await.unwrap_err();
            assert!(refused.message.starts_with(place), "{place}: {refused:?}");
        }
        let wanted = groups::Wanted { name: "Reps".into(), external_id: Some("\u{0}".into()), members: BTreeSet::new() };
        let refused = groups::create(app, &directory, wanted).await.unwrap_err();
        assert!(refused.message.starts_with("externalId"), "{refused:?}");
        for search in [people::Search::UserName("g\u{0}us"), people::Search::ExternalId("\u{0}")] {
            assert_eq!(people::search(app, &directory, search, 0, 10).await.unwrap().1, 0);
        }
        activate(&group, &directory, gus, false).await;
    }
}
