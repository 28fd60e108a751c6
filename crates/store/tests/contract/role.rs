//! Roles of an organization: a row counts only while account, member, holder and time allow it.

use crate::directory::*;
use model::account::{AccountUser, Role as UserRole, UserStatus};
use model::eligibility::Policy;
use model::id::{AccountId, PersonId};
use model::organization::role::{Delegation, Ending, Role};
use std::collections::BTreeSet;
use store::Store;
use store::organization::role;

fn handed(account: AccountId, person: PersonId, role: Role) -> Delegation {
    Delegation { account, person, role, granted_by: ANN, granted_at: now(), until: None }
}

async fn put(store: &Store, one: &Delegation) {
    write(store, async |tx| role::put(tx, GROUP, one).await).await;
}

async fn held(store: &Store, at: jiff::Timestamp) -> Vec<Delegation> {
    read(store, async |tx| role::held(tx, GROUP, at).await).await
}

async fn lapsed(store: &Store, at: jiff::Timestamp) -> Vec<(PersonId, Ending)> {
    let found = read(store, async |tx| role::lapsed(tx, None, at, 9).await).await;
    found.into_iter().map(|(_, one, why)| (one.person, why)).collect()
}

#[tokio::test]
async fn a_role_counts_until_it_is_ended_or_its_time_is_over() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        group(store, Policy::open()).await;
        let (auditor, manager) = (handed(WEST, BO, Role::Auditor), handed(EAST, BO, Role::ConnectionManager));
        put(store, &manager).await;
        put(store, &auditor).await;
        assert_eq!(held(store, now()).await, [auditor.clone(), manager.clone()], "{}", fresh.engine);
        let of_bo = read(store, async |tx| role::of_person(tx, GROUP, BO, now()).await).await;
        assert_eq!(of_bo.into_iter().collect::<BTreeSet<_>>(), [(WEST, Role::Auditor), (EAST, Role::ConnectionManager)].into());
        assert_eq!(read(store, async |tx| role::n_of_account(tx, GROUP, WEST).await).await, 1);
        let shorter =
            Delegation { until: Some(now() + hours(1)), granted_by: BO, granted_at: now() + hours(1), ..auditor.clone() };
        put(store, &shorter).await;
        let limited = Delegation { until: shorter.until, ..auditor };
        assert_eq!(held(store, now()).await, [limited, manager.clone()], "{}: another end is no second role", fresh.engine);
        assert_eq!((held(store, now() + hours(1)).await, lapsed(store, now()).await), (vec![manager.clone()], vec![]));
        assert_eq!(lapsed(store, now() + hours(1)).await, [(BO, Ending::Expired)], "{}", fresh.engine);
        let end = async || {
            write(store, async |tx| role::end(tx, GROUP, (WEST, BO, Role::Auditor), Ending::Expired, now() + hours(1)).await)
                .await
        };
        assert!(end().await && !end().await, "{}: ended once", fresh.engine);
        assert_eq!(read(store, async |tx| role::n_of_account(tx, GROUP, WEST).await).await, 0);
        assert_eq!(lapsed(store, now() + hours(1)).await, []);
        put(store, &Delegation { granted_at: now() + hours(2), ..handed(WEST, BO, Role::Auditor) }).await;
        assert_eq!(held(store, now() + hours(2)).await.len(), 2, "{}: handed out anew", fresh.engine);
    }
}

#[tokio::test]
async fn a_role_ends_with_the_membership_of_its_account_and_with_its_holder() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let organization = group(store, Policy::open()).await;
        put(store, &handed(EAST, BO, Role::PrivacyOfficer)).await;
        put(store, &handed(WEST, BO, Role::Auditor)).await;
        leave(store, organization).await;
        assert_eq!(held(store, now()).await.iter().map(|one| one.account).collect::<Vec<_>>(), [WEST], "{}", fresh.engine);
        assert_eq!(lapsed(store, now()).await, [(BO, Ending::MemberLeft)]);
        let gone = AccountUser { status: UserStatus::Deactivated, ..user(WEST, BO, UserRole::Standard) };
        write(store, async |tx| store::account::put_user(tx, &gone, now()).await).await;
        assert_eq!(held(store, now()).await, [], "{}", fresh.engine);
        let both: BTreeSet<_> = lapsed(store, now()).await.into_iter().map(|(_, why)| why).collect();
        assert_eq!(both, [Ending::MemberLeft, Ending::OffBoarded].into(), "{}", fresh.engine);
        let other = model::id::OrganizationId(51);
        assert_eq!(read(store, async |tx| role::lapsed(tx, Some(other), now(), 9).await).await, []);
        assert_eq!(read(store, async |tx| role::lapsed(tx, Some(GROUP), now(), 1).await).await.len(), 1);
    }
}

#[tokio::test]
async fn somebodys_places_are_her_users_and_where_asked_her_roles() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        group(store, Policy::open()).await;
        put(store, &handed(EAST, BO, Role::OrganizationAdmin)).await;
        let places = async |with_roles| read(store, async |tx| role::places(tx, GROUP, BO, with_roles, now()).await).await;
        let plain = places(false).await;
        assert_eq!((plain.len(), plain[&WEST].user), (1, Some(UserRole::Standard)), "{}", fresh.engine);
        let all = places(true).await;
        assert_eq!((all.len(), all[&EAST].user), (2, None));
        assert_eq!((&all[&EAST].held, &all[&WEST].held), (&[Role::OrganizationAdmin].into(), &[].into()), "{}", fresh.engine);
    }
}

#[tokio::test]
async fn an_organization_is_managed_by_who_decides_for_every_member_by_whichever_right() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        group(store, Policy::open()).await;
        let managed = async |roles| read(store, async |tx| role::is_manageable(tx, GROUP, 2, roles, now()).await).await;
        assert!(managed(false).await, "{}: Ann is Super Admin of both", fresh.engine);
        write(store, async |tx| store::account::put_user(tx, &user(EAST, ANN, UserRole::Standard), now()).await).await;
        put(store, &handed(EAST, ANN, Role::Auditor)).await;
        assert_eq!((managed(false).await, managed(true).await), (false, false), "{}", fresh.engine);
        put(store, &handed(EAST, ANN, Role::OrganizationAdmin)).await;
        assert_eq!((managed(false).await, managed(true).await), (false, true), "{}", fresh.engine);
        assert!(!read(store, async |tx| role::is_manageable(tx, GROUP, 3, true, now()).await).await, "a third member");
    }
}
