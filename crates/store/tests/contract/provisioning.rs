//! What a directory told an organization, what groups give in accounts, and what people were given by that.

use crate::directory::*;
use model::account::{Role, Seat};
use model::id::{OrganizationId, PermissionSetId, PersonId, ProvisionedGroupId, TokenId};
use model::identity::provisioning::{Given, Grant, Group, Provisioned, ProvisioningToken, Said};
use serde_json::json;
use std::collections::BTreeSet;
use store::{StoreError, provisioning};

const OTHER: OrganizationId = OrganizationId(51);
const REPS: ProvisionedGroupId = ProvisionedGroupId(80);
const CHIEFS: ProvisionedGroupId = ProvisionedGroupId(81);
const REPS_SET: PermissionSetId = PermissionSetId(90);

fn one(person: PersonId, name: &str, external_id: &str) -> Provisioned {
    let document = json!({"userName": name, "externalId": external_id, "emails": [{"value": format!("{}@ex.org", person)}]});
    let said = Said::of(document.as_object().cloned().expect("an object")).expect("it can be kept");
    Provisioned { person, said, version: 1, created_at: now(), updated_at: now() }
}

fn group(id: ProvisionedGroupId, name: &str) -> Group {
    Group { id, name: name.to_owned(), external_id: None, version: 1, created_at: now(), updated_at: now() }
}

fn gives(role: Role, set: Option<PermissionSetId>) -> Given {
    Given { role, permission_set: set, seats: BTreeSet::from([Seat::Core]) }
}

#[tokio::test]
async fn a_token_is_found_by_its_hash_until_it_is_revoked_and_keeps_its_name() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let token = ProvisioningToken {
            id: TokenId(5),
            organization: GROUP,
            name: "Entra".to_owned(),
            hint: "scim-…abcd".to_owned(),
            created_by: Some(ANN),
            created_at: now(),
            last_used_at: None,
        };
        write(store, async |tx| provisioning::create_token(tx, &token, "hash").await).await;
        let bearer = async |hash: &str| read(store, async |tx| provisioning::bearer(tx, hash).await).await;
        assert_eq!((bearer("hash").await, bearer("other").await), (Some(token.clone()), None), "{}", fresh.engine);
        let later = now() + hours(1);
        for at in [later, now()] {
            write(store, async |tx| provisioning::set_used(tx, token.id, at).await).await;
        }
        let tokens = async |id| read(store, async |tx| provisioning::tokens(tx, id).await).await;
        assert_eq!(tokens(GROUP).await, [ProvisioningToken { last_used_at: Some(later), ..token.clone() }], "time goes one way");
        assert_eq!(tokens(OTHER).await, []);
        let revoke = async |id| write(store, async |tx| provisioning::revoke_token(tx, id, token.id, later).await).await;
        assert_eq!((revoke(OTHER).await, revoke(GROUP).await, revoke(GROUP).await), (false, true, false), "{}", fresh.engine);
        assert_eq!((bearer("hash").await, tokens(GROUP).await), (None, vec![]));
        let name = read(store, async |tx| provisioning::token_name(tx, token.id).await).await;
        assert_eq!(name.as_deref(), Some("Entra"));
    }
}

#[tokio::test]
async fn a_person_is_found_by_what_the_directory_calls_her_and_two_are_not_called_the_same() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let (ann, bo) = (one(ANN, "Ann", "e1"), one(BO, "bo", "e1"));
        write(store, async |tx| {
            provisioning::put_person(tx, GROUP, &ann).await?;
            provisioning::put_person(tx, GROUP, &bo).await?;
            provisioning::put_person(tx, OTHER, &one(ANN, "bo", "e2")).await
        })
        .await;
        let by_name = async |name: &str| read(store, async |tx| provisioning::by_user_name(tx, GROUP, name).await).await;
        assert_eq!((by_name("ANN").await, by_name("cat").await), (Some(ann.clone()), None), "{}", fresh.engine);
        let by_external = read(store, async |tx| provisioning::by_external_id(tx, GROUP, "e1").await).await;
        assert_eq!(by_external, [ann.clone(), bo.clone()]);
        let after = read(store, async |tx| provisioning::people(tx, GROUP, ANN, 9).await).await;
        let from = read(store, async |tx| provisioning::people_from(tx, GROUP, 1, 9).await).await;
        assert_eq!((&after, &from), (&vec![bo.clone()], &vec![bo.clone()]), "{}", fresh.engine);
        assert_eq!(read(store, async |tx| provisioning::n_people(tx, GROUP).await).await, 2);

        let mut tx = store.write_home().await.expect("a transaction");
        let taken = provisioning::put_person(&mut tx, GROUP, &Provisioned { said: one(BO, "ANN", "e1").said, ..bo }).await;
        assert!(matches!(taken, Err(StoreError::Unique(_))), "{}: {taken:?}", fresh.engine);
        drop(tx);
        let changed = Provisioned { version: 2, updated_at: now() + hours(1), ..one(ANN, "Anna", "e3") };
        write(store, async |tx| provisioning::put_person(tx, GROUP, &changed).await).await;
        let stored = async |id| read(store, async |tx| provisioning::read_person(tx, id, ANN).await).await;
        assert_eq!(stored(GROUP).await, Some(changed));
        write(store, async |tx| provisioning::delete_person(tx, GROUP, ANN).await).await;
        assert_eq!(stored(GROUP).await, None, "{}", fresh.engine);
        assert!(stored(OTHER).await.is_some(), "another directory's word of her stays");
    }
}

#[tokio::test]
async fn a_group_has_members_and_gives_accounts_and_all_of_that_goes_with_it() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        let (reps, chiefs) = (group(REPS, "Reps"), group(CHIEFS, "Chiefs"));
        let both = BTreeSet::from([ANN, BO]);
        let none = BTreeSet::new();
        let of = |group, account, gives| Grant { group, account, gives, opened_by: ANN, opened_at: now() };
        let in_west = of(REPS, WEST, gives(Role::Standard, Some(REPS_SET)));
        let in_east = of(CHIEFS, EAST, gives(Role::SuperAdmin, None));
        write(store, async |tx| {
            for person in [one(ANN, "ann", "1"), one(BO, "bo", "2")] {
                provisioning::put_person(tx, GROUP, &person).await?;
            }
            for group in [&reps, &chiefs] {
                provisioning::put_group(tx, GROUP, group).await?;
            }
            provisioning::set_members(tx, GROUP, REPS, &both, &none).await?;
            provisioning::set_members(tx, GROUP, CHIEFS, &BTreeSet::from([ANN]), &none).await?;
            for grant in [&in_west, &in_east] {
                provisioning::put_grant(tx, GROUP, grant).await?;
            }
            Ok(())
        })
        .await;
        assert_eq!(read(store, async |tx| provisioning::groups(tx, GROUP).await).await, [reps.clone(), chiefs.clone()]);
        let renamed = Group { name: "Sales".to_owned(), version: 2, external_id: Some("x".to_owned()), ..reps };
        write(store, async |tx| provisioning::put_group(tx, GROUP, &renamed).await).await;
        let stored = async |id| read(store, async |tx| provisioning::read_group(tx, GROUP, id).await).await;
        assert_eq!(stored(REPS).await, Some(renamed), "{}", fresh.engine);
        let n = read(store, async |tx| provisioning::n_members(tx, GROUP).await).await;
        assert_eq!((n[&REPS], n[&CHIEFS]), (2, 1));
        let hers = read(store, async |tx| provisioning::groups_of(tx, GROUP, ANN).await).await;
        assert_eq!(hers, [(REPS, "Sales".to_owned()), (CHIEFS, "Chiefs".to_owned())]);
        assert_eq!(read(store, async |tx| provisioning::grants(tx, GROUP).await).await, [in_west.clone(), in_east.clone()]);
        let granted = async |who| read(store, async |tx| provisioning::grants_of(tx, GROUP, who).await).await;
        assert_eq!((granted(ANN).await, granted(BO).await), (vec![in_west.clone(), in_east], vec![in_west]), "{}", fresh.engine);
        let of_set = async |account| read(store, async |tx| provisioning::n_grants_of_set(tx, account, REPS_SET).await).await;
        assert_eq!((of_set(WEST).await, of_set(EAST).await), (1, 0));

        write(store, async |tx| provisioning::set_members(tx, GROUP, REPS, &none, &BTreeSet::from([BO])).await).await;
        let members = async |id| read(store, async |tx| provisioning::members(tx, GROUP, id).await).await;
        assert_eq!(members(REPS).await, BTreeSet::from([ANN]));
        let closed = async || write(store, async |tx| provisioning::delete_grant(tx, GROUP, CHIEFS, EAST).await).await;
        assert_eq!((closed().await, closed().await), (true, false), "{}", fresh.engine);
        write(store, async |tx| provisioning::delete_group(tx, GROUP, REPS).await).await;
        assert_eq!((stored(REPS).await, members(REPS).await, granted(ANN).await), (None, none, vec![]), "{}", fresh.engine);
        assert!(stored(CHIEFS).await.is_some());
    }
}

#[tokio::test]
async fn what_somebody_was_given_is_kept_per_account_and_organization() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let (first, second) = (gives(Role::Standard, Some(REPS_SET)), gives(Role::SuperAdmin, None));
        write(store, async |tx| {
            provisioning::set_given(tx, GROUP, (WEST, ANN), Some(&first), now()).await?;
            provisioning::set_given(tx, OTHER, (EAST, ANN), Some(&first), now()).await?;
            provisioning::set_given(tx, GROUP, (WEST, ANN), Some(&second), now() + hours(1)).await
        })
        .await;
        let given = async |id| read(store, async |tx| provisioning::given(tx, id, ANN).await).await;
        assert_eq!(given(GROUP).await, [(WEST, second)].into(), "{}", fresh.engine);
        assert_eq!(given(OTHER).await, [(EAST, first)].into());
        write(store, async |tx| provisioning::set_given(tx, GROUP, (WEST, ANN), None, now()).await).await;
        assert_eq!((given(GROUP).await.len(), given(OTHER).await.len()), (0, 1), "{}", fresh.engine);
    }
}
