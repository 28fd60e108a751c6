//! Roles of an organization: scenarios 16, 20, 77 and 80 where the policy has them, and how they end.

use crate::world::*;
use app::connection::{self, edit};
use app::organization::log::{self, Named};
use app::organization::roles::{self, GRANT, Wanted, grant, revoke, subject};
use app::organization::{self, add_members, delete, read, remove_member};
use jiff::{SignedDuration, Timestamp};
use model::account::{Role as UserRole, Seat, UserStatus};
use model::connection::plan::Wish;
use model::connection::{EdgeKey, Feature};
use model::id::{AccountId, OrganizationId, PersonId};
use model::object::{CONTACT, NOTE};
use model::organization::log::{Filter, Place};
use model::organization::role::Role;
use model::policy::{Policy, TermsRule};
use std::collections::BTreeSet;

/// A standard user of West, and of nothing else.
const EVE: PersonId = PersonId(21);
/// Super Admin of West only.
const FAY: PersonId = PersonId(22);

async fn with_roles(group: &Group) -> OrganizationId {
    for (person, name, factor) in [(EVE, "Eve", true), (FAY, "Fay", true)] {
        group.add_person(person, name, factor).await;
    }
    group.put_user(WEST, EVE, UserRole::Standard, &[Seat::Core]).await;
    group.put_user(WEST, FAY, UserRole::SuperAdmin, &[Seat::Core]).await;
    let policy = Policy { terms: TermsRule::Optional, ..Policy::open() };
    group.create(ANN, CENTRAL, &[EAST, WEST], policy).await.unwrap().organization.id
}

fn wanted(account: AccountId, email: &str, role: Role, until: Option<Timestamp>) -> Wanted {
    Wanted { account, email: email.to_owned(), role, until }
}

/// A role for Eve, handed out by a Super Admin of the account with her second factor.
async fn give(group: &Group, id: OrganizationId, by: PersonId, account: AccountId, role: Role) {
    let proof = group.proof(by, GRANT, &subject(account, EVE, role)).await;
    let wanted = wanted(account, "EVE@group.example", role, None);
    grant(&group.app, &group.cx(by, account).await, id, wanted, Some(&proof)).await.unwrap();
}

async fn eve(group: &Group) -> app::cx::Cx {
    group.cx(EVE, WEST).await
}

/// Wishes exactly these edges, as Eve.
async fn eve_edits(group: &Group, edges: &[EdgeKey]) -> app::error::Result<organization::View> {
    let cx = eve(group).await;
    let view = read(&group.app, &cx).await?;
    let wishes: Vec<Wish> = edges.iter().map(|edge| Wish::on(*edge)).collect();
    edit(&group.app, &cx, view.organization.id, view.organization.version, &wishes).await
}

async fn open_edges(group: &Group) -> Vec<EdgeKey> {
    read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization.open.keys().copied().collect()
}

fn words(named: &Named) -> String {
    let (entry, name) = (&named.entry, &named.actor);
    let detail: serde_json::Value = serde_json::from_str(&entry.said.detail).unwrap();
    let effect = &detail["effect"];
    let more = [&effect["role"], &effect["reason"], &detail["code"]].map(|v| v.as_str().unwrap_or_default().to_owned());
    let text =
        format!("{} {} {} {}", name.as_deref().unwrap_or(&entry.said.actor), entry.said.act, entry.said.subject, more.join(" "));
    text.trim_end().to_owned()
}

async fn entries(group: &Group, cx: &app::cx::Cx, id: OrganizationId, act: Option<&str>) -> Vec<String> {
    let filter = Filter { act: act.map(str::to_owned), ..Filter::default() };
    log::list(&group.app, cx, id, &filter, Place::After(0), 100).await.unwrap().iter().map(words).collect()
}

#[tokio::test]
async fn scenario_80_a_connection_manager_edits_edges_only_of_accounts_that_delegated_and_nothing_else() {
    for group in groups().await {
        let id = with_roles(&group).await;
        assert_eq!(code(read(&group.app, &eve(&group).await).await), "ORGANIZATION_NOT_FOUND", "{}", group.fresh.engine);
        give(&group, id, CAT, EAST, Role::ConnectionManager).await;
        let seen = read(&group.app, &eve(&group).await).await.unwrap();
        assert_eq!((seen.can_manage, seen.can_edit_connections, seen.can_read_log), (false, false, false));
        // One end is not enough.
        assert_eq!(code(eve_edits(&group, &[mirroring(EAST, WEST)]).await), "NOT_DELEGATED");
        give(&group, id, FAY, WEST, Role::ConnectionManager).await;
        eve_edits(&group, &[mirroring(EAST, WEST), mirroring(WEST, EAST)]).await.unwrap();
        assert_eq!(open_edges(&group).await, [mirroring(EAST, WEST), mirroring(WEST, EAST)]);
        let here = eve(&group).await;
        // An edge of Central, alone or among her own, by opening or by closing.
        let hers = [mirroring(EAST, WEST), mirroring(WEST, EAST)];
        assert_eq!(code(eve_edits(&group, &[hers[0], hers[1], mirroring(CENTRAL, WEST)]).await), "NOT_DELEGATED");
        group.open(&[mirroring(CENTRAL, EAST)]).await;
        assert_eq!(code(eve_edits(&group, &hers).await), "NOT_DELEGATED");
        eve_edits(&group, &[mirroring(CENTRAL, EAST), hers[0]]).await.unwrap();
        assert_eq!(open_edges(&group).await, [mirroring(CENTRAL, EAST), mirroring(EAST, WEST)]);
        // Nothing else.
        assert_eq!(code(add_members(&group.app, &here, id, &[EAST], consent(None)).await), "NOT_ADMIN_EVERYWHERE");
        assert_eq!(code(remove_member(&group.app, &here, id, EAST, None).await), "NOT_ADMIN_EVERYWHERE");
        assert_eq!(code(delete(&group.app, &here, id, None).await), "NOT_ADMIN_EVERYWHERE");
        let bo = wanted(WEST, "bo@group.example", Role::Auditor, None);
        assert_eq!(code(grant(&group.app, &here, id, bo, None).await), "SUPER_ADMIN_ONLY");
        assert_eq!(code(log::list(&group.app, &here, id, &Filter::default(), Place::After(0), 9).await), "NOT_DELEGATED");
        assert_eq!(code(app::disclosure::list(&group.app, &here, None, 9).await), "PERMISSION_MISSING");
    }
}

#[tokio::test]
async fn rights_of_different_kinds_at_the_two_ends_are_enough() {
    for group in groups().await {
        let id = with_roles(&group).await;
        // Fay is Super Admin of West and organization admin of Central; nobody gave her anything in East.
        let proof = group.proof(ANN, GRANT, &subject(CENTRAL, FAY, Role::OrganizationAdmin)).await;
        let role = wanted(CENTRAL, "fay@group.example", Role::OrganizationAdmin, None);
        grant(&group.app, &group.cx(ANN, CENTRAL).await, id, role, Some(&proof)).await.unwrap();
        let fay = group.cx(FAY, WEST).await;
        connection::set(&group.app, &fay, mirroring(CENTRAL, WEST), true).await.unwrap();
        assert_eq!(
            code(connection::set(&group.app, &fay, mirroring(EAST, WEST), true).await),
            "NOT_DELEGATED",
            "{}",
            group.fresh.engine
        );
        let filled = connection::one_click(&group.app, &fay, None).await.unwrap();
        let hers: BTreeSet<EdgeKey> = filled.wishes.iter().map(|wish| wish.edge).collect();
        assert_eq!(hers.len(), 2 * Feature::ALL.len());
        assert!(hers.iter().all(|edge| !edge.touches(EAST)), "{hers:?}");
    }
}

#[tokio::test]
async fn scenarios_16_and_13_without_roles_in_the_policy_only_super_admins_everywhere_count() {
    for group in groups().await {
        group.add_person(EVE, "Eve", true).await;
        group.put_user(WEST, EVE, UserRole::Standard, &[Seat::Core]).await;
        let id = group.organized().await.organization.id;
        let cat = group.cx(CAT, EAST).await;
        let role = wanted(EAST, "eve@group.example", Role::ConnectionManager, None);
        assert_eq!(code(grant(&group.app, &cat, id, role, None).await), "ROLES_OFF", "{}", group.fresh.engine);
        assert_eq!(code(connection::set(&group.app, &cat, mirroring(CENTRAL, EAST), true).await), "NOT_SUPER_ADMIN_EVERYWHERE");
        let dan = group.cx(DAN, EAST).await;
        assert_eq!(code(connection::set(&group.app, &dan, mirroring(CENTRAL, EAST), true).await), "PARTNER_ADMIN_VIEWS_ONLY");
        assert!(!roles::list(&group.app, &dan, id).await.unwrap().enabled);
        assert_eq!(code(roles::list(&group.app, &eve(&group).await, id).await), "ORGANIZATION_NOT_FOUND");
    }
}

#[tokio::test]
async fn a_role_is_handed_out_by_a_super_admin_of_that_account_with_a_second_factor_to_a_user_of_a_member() {
    for group in groups().await {
        let id = with_roles(&group).await;
        let (cat, fay) = (group.cx(CAT, EAST).await, group.cx(FAY, WEST).await);
        let eves = |account, until| wanted(account, "eve@group.example", Role::Auditor, until);
        assert_eq!(code(grant(&group.app, &cat, id, eves(EAST, None), None).await), "STEP_UP_NEEDED", "{}", group.fresh.engine);
        let elsewhere = group.proof(CAT, GRANT, &subject(CENTRAL, EVE, Role::Auditor)).await;
        assert_eq!(code(grant(&group.app, &cat, id, eves(EAST, None), Some(&elsewhere)).await), "STEP_UP_NEEDED");
        assert_eq!(code(grant(&group.app, &fay, id, eves(EAST, None), None).await), "SUPER_ADMIN_ONLY");
        assert_eq!(code(grant(&group.app, &cat, id, eves(AccountId(77), None), None).await), "NOT_A_MEMBER");
        let past = Some(group.app.outside.now());
        assert_eq!(code(grant(&group.app, &cat, id, eves(EAST, past), None).await), "UNTIL_PAST");
        group.add_person(PersonId(23), "Gus", true).await;
        for nobody in ["gus@group.example", "nobody@group.example", "", "\u{202e}x"] {
            let role = wanted(EAST, nobody, Role::Auditor, None);
            assert_eq!(code(grant(&group.app, &cat, id, role, None).await), "PERSON_NOT_IN_ORGANIZATION", "{nobody}");
        }
        assert_eq!(code(grant(&group.app, &cat, OrganizationId(99), eves(EAST, None), None).await), "ORGANIZATION_NOT_FOUND");
        give(&group, id, CAT, EAST, Role::Auditor).await;
        let found = roles::list(&group.app, &eve(&group).await, id).await.unwrap();
        assert_eq!((found.enabled, found.held.len(), found.may_grant.len()), (true, 1, 0));
        let one = &found.held[0];
        let names = (one.name.as_str(), one.email.as_str(), one.granted_by_name.as_deref());
        assert_eq!(names, ("Eve", "eve@group.example", Some("Cat")));
        assert_eq!(roles::list(&group.app, &cat, id).await.unwrap().may_grant, [CENTRAL, EAST].into());
        // The same again changes nothing and asks for nothing; another end does.
        grant(&group.app, &cat, id, eves(EAST, None), None).await.unwrap();
        let later = Some(group.app.outside.now() + SignedDuration::from_hours(48));
        let proof = group.proof(CAT, GRANT, &subject(EAST, EVE, Role::Auditor)).await;
        grant(&group.app, &cat, id, eves(EAST, later), Some(&proof)).await.unwrap();
        let granted = entries(&group, &group.cx(ANN, CENTRAL).await, id, Some("role_granted")).await;
        assert_eq!(granted, ["Cat role_granted account:2 auditor", "Cat role_granted account:2 auditor"]);
    }
}

#[tokio::test]
async fn scenario_77_a_role_ends_by_being_revoked_or_given_up_by_time_by_the_member_leaving_and_by_off_boarding() {
    for group in groups().await {
        let id = with_roles(&group).await;
        let app = &group.app;
        let held = async || roles::list(app, &group.cx(ANN, CENTRAL).await, id).await.unwrap().held.len();
        let holds = async |account, role| {
            let mut tx = app.store.read_home().await.unwrap();
            roles::holds(&mut tx, EVE, account, role, app.outside.now()).await.unwrap()
        };
        give(&group, id, FAY, WEST, Role::Auditor).await;
        give(&group, id, CAT, EAST, Role::Auditor).await;
        assert!(
            holds(WEST, Role::Auditor).await && !holds(WEST, Role::PrivacyOfficer).await && !holds(CENTRAL, Role::Auditor).await
        );
        assert_eq!(code(revoke(app, &group.cx(FAY, WEST).await, id, EAST, EVE, Role::Auditor).await), "SUPER_ADMIN_ONLY");
        revoke(app, &group.cx(CAT, EAST).await, id, EAST, EVE, Role::Auditor).await.unwrap();
        assert_eq!(code(revoke(app, &group.cx(CAT, EAST).await, id, EAST, EVE, Role::Auditor).await), "ROLE_NOT_HELD");
        revoke(app, &eve(&group).await, id, WEST, EVE, Role::Auditor).await.unwrap();
        assert_eq!(held().await, 0, "{}", group.fresh.engine);

        let soon = Some(app.outside.now() + SignedDuration::from_hours(1));
        let proof = group.proof(CAT, GRANT, &subject(EAST, EVE, Role::ConnectionManager)).await;
        let role = wanted(EAST, "eve@group.example", Role::ConnectionManager, soon);
        grant(app, &group.cx(CAT, EAST).await, id, role, Some(&proof)).await.unwrap();
        assert!(holds(EAST, Role::ConnectionManager).await);
        group.clock.advance(SignedDuration::from_hours(1));
        // It counts no more at that moment, and the log says so when it is looked at next.
        assert!(!holds(EAST, Role::ConnectionManager).await);
        assert_eq!(
            (held().await, organization::reconcile(app).await.unwrap(), organization::reconcile(app).await.unwrap()),
            (0, 1, 0)
        );

        let ann = group.cx(ANN, CENTRAL).await;
        give(&group, id, CAT, EAST, Role::PrivacyOfficer).await;
        remove_member(app, &ann, id, EAST, None).await.unwrap();
        give(&group, id, FAY, WEST, Role::PrivacyOfficer).await;
        let system = group.system(WEST);
        app::user::deactivate(app, &system, EVE).await.unwrap();
        assert!(!holds(WEST, Role::PrivacyOfficer).await);
        let ended = entries(&group, &ann, id, Some("role_ended")).await;
        let expected = [
            "Cat role_ended account:2 auditor revoked",
            "Eve role_ended account:3 auditor revoked",
            "system role_ended account:2 connection_manager expired",
            "Ann role_ended account:2 privacy_officer member_left",
            "system role_ended account:3 privacy_officer off_boarded",
        ];
        assert_eq!(ended, expected, "{}", group.fresh.engine);
        assert_eq!(log::verify(app, &ann, id).await.unwrap().altered, None);
    }
}

#[tokio::test]
async fn who_is_no_active_user_of_a_member_holds_nothing_even_before_anything_ended_it() {
    for group in groups().await {
        let id = with_roles(&group).await;
        give(&group, id, CAT, EAST, Role::Auditor).await;
        let set = async |status: UserStatus, disabled: Option<Timestamp>| {
            group
                .directory(async |tx| {
                    let name = serde_json::to_value(status).unwrap();
                    let sql = "UPDATE account_user SET status = $1 WHERE person_id = $2";
                    tx.execute(sql, &[name.as_str().unwrap().into(), EVE.into()]).await?;
                    tx.execute("UPDATE person SET disabled_at = $1 WHERE id = $2", &[disabled.into(), EVE.into()]).await.map(drop)
                })
                .await;
        };
        let ann = group.cx(ANN, CENTRAL).await;
        let n = async || roles::list(&group.app, &ann, id).await.unwrap().held.len();
        set(UserStatus::Deactivated, None).await;
        assert_eq!(n().await, 0, "{}", group.fresh.engine);
        set(UserStatus::Active, Some(testkit::start())).await;
        assert_eq!(n().await, 0);
        set(UserStatus::Active, None).await;
        assert_eq!(n().await, 1);
    }
}

#[tokio::test]
async fn an_auditor_reads_the_acts_of_accounts_that_delegated_and_a_privacy_officer_the_looks_too_and_stops_edges() {
    for group in groups().await {
        let id = with_roles(&group).await;
        let east = group.record(EAST, CONTACT, &[("email", "x@y.example")]).await;
        let west = group.record(WEST, CONTACT, &[("email", "x@y.example")]).await;
        group.done(EAST, NOTE, &[("hs_note_body", "Called"), ("hs_timestamp", "2026-01-01T00:00:00Z")], (CONTACT, east)).await;
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, WEST), mirroring(WEST, CENTRAL)]).await;
        assert_eq!(group.mirrored(CONTACT, west).await.len(), 1);
        log::collect(&group.app).await.unwrap();
        give(&group, id, CAT, EAST, Role::Auditor).await;
        let cx = eve(&group).await;
        let about_east = ["Ann edge_opened edge:mirroring:2>3", "Cat role_granted account:2 auditor"];
        let seen = entries(&group, &cx, id, None).await;
        let of_the_whole = |line: &String| line.contains(" organization");
        let seen: Vec<&String> = seen.iter().filter(|line| !of_the_whole(line)).collect();
        assert_eq!(seen, [&"Ann member_joined account:2".to_owned(), &about_east[0].to_owned(), &about_east[1].to_owned()]);
        assert_eq!(entries(&group, &cx, id, Some(log::DISCLOSED)).await, Vec::<String>::new());
        assert_eq!(log::verify(&group.app, &cx, id).await.unwrap().altered, None);
        assert_eq!(code(eve_edits(&group, &[]).await), "NOT_DELEGATED");

        give(&group, id, CAT, EAST, Role::PrivacyOfficer).await;
        assert_eq!(entries(&group, &cx, id, Some(log::DISCLOSED)).await, ["Bo disclosed edge:mirroring:2>3"]);
        let rest = [mirroring(CENTRAL, WEST), mirroring(WEST, CENTRAL)];
        assert_eq!(
            code(eve_edits(&group, &[rest[0], rest[1], mirroring(EAST, WEST), mirroring(WEST, EAST)]).await),
            "NOT_DELEGATED"
        );
        eve_edits(&group, &rest).await.unwrap();
        assert_eq!(open_edges(&group).await, rest, "{}", group.fresh.engine);
        assert_eq!(code(eve_edits(&group, &rest[..1]).await), "NOT_DELEGATED");
    }
}

#[tokio::test]
async fn scenario_20_an_organization_admin_of_every_member_manages_it_though_nobody_is_super_admin_everywhere() {
    for group in groups().await {
        let id = with_roles(&group).await;
        group.put_user(WEST, ANN, UserRole::Standard, &[Seat::Core]).await;
        let cat = group.cx(CAT, CENTRAL).await;
        assert!(read(&group.app, &cat).await.unwrap().unmanageable, "{}", group.fresh.engine);
        // Cat is Super Admin of Central and East; West makes her its organization admin.
        let proof = group.proof(FAY, GRANT, &subject(WEST, CAT, Role::OrganizationAdmin)).await;
        let role = wanted(WEST, "cat@group.example", Role::OrganizationAdmin, None);
        grant(&group.app, &group.cx(FAY, WEST).await, id, role, Some(&proof)).await.unwrap();
        let seen = read(&group.app, &cat).await.unwrap();
        assert_eq!((seen.unmanageable, seen.can_manage, seen.can_edit_connections), (false, true, true));
        remove_member(&group.app, &cat, id, WEST, None).await.unwrap();
        assert_eq!(read(&group.app, &cat).await.unwrap().organization.members.len(), 2);
    }
}
