//! Points of contact that an organization has for members that name none.

use crate::world::{ANN, BO, CAT, CENTRAL, DAN, EAST, WEST, code, groups};
use app::company::{read, read_defaults, update, update_defaults};
use app::user;
use model::company::{Contact, ContactRole, Contacts, Notice, Patch};
use model::id::PersonId;
use std::collections::BTreeSet;

fn one(role: ContactRole, person: PersonId) -> Contacts {
    Contacts::from([(role, vec![Contact::User(person)])])
}

#[tokio::test]
async fn a_member_that_names_nobody_has_the_organizations_contacts() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let (ann, app) = (group.cx(ANN, CENTRAL).await, &group.app);
        let wanted = one(ContactRole::Primary, BO).into_iter().chain(one(ContactRole::Security, CAT)).collect();
        let (defaults, people) = update_defaults(app, &ann, id, wanted).await.expect("both are users of a member");
        assert_eq!(people[&BO].email, "bo@group.example");
        let own = Patch { contacts: one(ContactRole::Primary, DAN), ..Patch::default() };
        let east = update(app, &group.cx(ANN, EAST).await, own).await.expect("East has its own");
        let told = |view: &app::company::View| view.company.told(&view.defaults, Notice::OrganizationEvent);
        assert_eq!(told(&east), BTreeSet::from([Contact::User(CAT), Contact::User(DAN)]), "{}", group.fresh.engine);
        let west = read(app, &group.cx(ANN, WEST).await).await.expect("West has none");
        assert_eq!(told(&west), BTreeSet::from([Contact::User(BO), Contact::User(CAT)]));
        assert_eq!(west.defaults, defaults);
        let rep = read(app, &group.cx(BO, WEST).await).await.expect("a rep reads her company");
        assert_eq!(rep.defaults, Contacts::new(), "for her there is no organization");
    }
}

#[tokio::test]
async fn only_a_super_admin_of_every_member_names_the_organizations_contacts() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let try_as = async |person, account| {
            let cx = group.cx(person, account).await;
            code(update_defaults(&group.app, &cx, id, one(ContactRole::Primary, ANN)).await)
        };
        assert_eq!(try_as(CAT, EAST).await, "NOT_SUPER_ADMIN_EVERYWHERE", "{}", group.fresh.engine);
        assert_eq!(try_as(DAN, EAST).await, "PARTNER_ADMIN_VIEWS_ONLY");
        assert_eq!(try_as(BO, WEST).await, "ORGANIZATION_NOT_FOUND");
        assert_eq!(code(read_defaults(&group.app, &group.cx(BO, WEST).await, id).await), "ORGANIZATION_NOT_FOUND");
        read_defaults(&group.app, &group.cx(DAN, EAST).await, id).await.expect("who sees the organization sees them");
        let stranger = one(ContactRole::Primary, PersonId(77));
        let refused = update_defaults(&group.app, &group.cx(ANN, WEST).await, id, stranger).await;
        assert_eq!(code(refused), "CONTACT_NOT_A_USER");
    }
}

#[tokio::test]
async fn who_is_the_organizations_contact_stays_in_her_last_member_account() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let ann = group.cx(ANN, CENTRAL).await;
        update_defaults(&group.app, &ann, id, one(ContactRole::TechnicalAdmin, CAT)).await.expect("named");
        for account in [CENTRAL, EAST] {
            user::deactivate(&group.app, &group.system(account), CAT).await.expect("deactivation is allowed");
        }
        user::remove(&group.app, &group.system(CENTRAL), CAT).await.expect("she is still in East");
        let refused = user::remove(&group.app, &group.system(EAST), CAT).await;
        assert_eq!(code(refused), "POINT_OF_CONTACT", "{}", group.fresh.engine);
        update_defaults(&group.app, &ann, id, one(ContactRole::TechnicalAdmin, ANN)).await.expect("somebody else");
        user::remove(&group.app, &group.system(EAST), CAT).await.expect("free to go");
    }
}
