//! What accounts say about their companies, and what organizations say for those that say nothing.

use crate::directory::*;
use model::company::{Company, Contact, ContactRole, Contacts, Notice};
use store::company;

#[tokio::test]
async fn a_company_is_empty_until_something_is_said_and_then_comes_back_whole() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let of = async |account| read(store, async |tx| company::read(tx, account).await).await;
        assert_eq!(of(WEST).await, Company::default(), "{}", fresh.engine);
        let said = Company {
            legal_name: "Vest ApS".to_owned(),
            address: "Kaj 1\n2100 København Ø".to_owned(),
            vat_id: "DK 1".to_owned(),
            contacts: [(ContactRole::Security, vec![Contact::Address("SOC@ext.example".to_owned())])].into(),
            audiences: [(Notice::SyncError, [].into())].into(),
            confirmed_at: Some(now()),
        };
        write(store, async |tx| company::put(tx, WEST, &Company::default(), now()).await).await;
        write(store, async |tx| company::put(tx, WEST, &said, now()).await).await;
        assert_eq!((of(WEST).await, of(EAST).await), (said, Company::default()), "{}", fresh.engine);
    }
}

#[tokio::test]
async fn an_organizations_contacts_are_apart_from_those_of_accounts() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let of = async |id| read(store, async |tx| company::defaults(tx, id).await).await;
        assert_eq!(of(GROUP).await, Contacts::new(), "{}", fresh.engine);
        for person in [ANN, BO] {
            let contacts = Contacts::from([(ContactRole::Primary, vec![Contact::User(person)])]);
            write(store, async |tx| company::put_defaults(tx, GROUP, &contacts, now()).await).await;
            assert_eq!(of(GROUP).await, contacts, "{}", fresh.engine);
        }
        assert_eq!(of(model::id::OrganizationId(51)).await, Contacts::new());
        assert_eq!(read(store, async |tx| company::read(tx, WEST).await).await, Company::default());
    }
}
