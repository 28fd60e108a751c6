//! Identity providers, their domains, whom they know, what accounts ask and allow.

use crate::directory::*;
use model::eligibility::Policy;
use model::id::ProviderId;
use model::identity::provider::{Domain, Provider, Realm, Requirement, Verified};
use model::identity::session::Session;
use store::provider::{self, Consent};
use store::{Store, StoreError};

const OKTA: ProviderId = ProviderId(70);
const ENTRA: ProviderId = ProviderId(71);

fn okta(id: ProviderId) -> Provider {
    Provider {
        id,
        realm: Realm::Account(WEST),
        label: "Økta".to_owned(),
        issuer: "https://id.west.example".to_owned(),
        client_id: "consortio".to_owned(),
        has_secret: false,
        factor_values: ["mfa".to_owned()].into(),
        joins: Some(WEST),
        domains: Vec::new(),
        created_at: now(),
    }
}

async fn put(store: &Store, provider: &Provider) {
    write(store, async |tx| provider::put(tx, provider, now()).await).await;
}

async fn stored(store: &Store, id: ProviderId) -> Option<Provider> {
    read(store, async |tx| provider::read(tx, id).await).await
}

fn session(id: &str) -> Session {
    Session {
        id: id.to_owned(),
        person: ANN,
        created_at: now(),
        last_seen_at: now(),
        expires_at: now() + hours(1),
        second_factor_at: None,
        user_agent: String::new(),
        address: String::new(),
        proved: [].into(),
        longest_pause: jiff::SignedDuration::ZERO,
        stand_in: None,
        provider: None,
    }
}

async fn sessions(store: &Store) -> Vec<String> {
    let found = read(store, async |tx| store::session::list(tx, ANN, now()).await).await;
    let mut ids: Vec<String> = found.into_iter().map(|session| session.id).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn a_provider_comes_back_without_its_secret_and_belongs_to_one_realm() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        put(store, &okta(OKTA)).await;
        assert_eq!(stored(store, OKTA).await, Some(okta(OKTA)), "{}", fresh.engine);
        let changed = Provider { label: "Login".to_owned(), joins: None, factor_values: [].into(), ..okta(OKTA) };
        put(store, &changed).await;
        let secret = async || read(store, async |tx| provider::secret(tx, OKTA).await).await;
        assert_eq!((stored(store, OKTA).await, secret().await), (Some(changed.clone()), None), "{}", fresh.engine);
        write(store, async |tx| provider::set_secret(tx, OKTA, Some("sealed")).await).await;
        assert_eq!(secret().await.as_deref(), Some("sealed"));
        put(store, &changed).await;
        assert_eq!(stored(store, OKTA).await, Some(Provider { has_secret: true, ..changed }), "{}: it stays", fresh.engine);
        write(store, async |tx| provider::set_secret(tx, OKTA, None).await).await;
        assert_eq!(secret().await, None);
        put(store, &Provider { realm: Realm::Organization(GROUP), ..okta(ENTRA) }).await;
        let of = async |realm| {
            let found = read(store, async |tx| provider::list(tx, realm).await).await;
            found.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!((of(Realm::Account(WEST)).await, of(Realm::Organization(GROUP)).await), (vec![OKTA], vec![ENTRA]));
        assert_eq!(of(Realm::Account(EAST)).await, [], "{}", fresh.engine);
    }
}

#[tokio::test]
async fn a_domain_that_is_proved_is_one_providers() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        for id in [OKTA, ENTRA] {
            put(store, &okta(id)).await;
            write(store, async |tx| provider::put_domain(tx, id, "west.example", &format!("proof {id}")).await).await;
        }
        write(store, async |tx| provider::put_domain(tx, OKTA, "west.example", "another").await).await;
        let named = |proof: &str, at| Domain {
            name: "west.example".to_owned(),
            proof: proof.to_owned(),
            verified_at: at,
            verified_by: at.map(|_| Verified::File),
        };
        let domains = stored(store, OKTA).await.expect("a provider").domains;
        assert_eq!(domains, [named("proof 70", None)], "{}: the first proof stays", fresh.engine);
        let of_domain = async || read(store, async |tx| provider::of_domain(tx, "west.example").await).await;
        assert_eq!(of_domain().await, None);
        let verify = async |id, domain: &str| {
            let mut tx = store.write_home().await.expect("a transaction");
            let done = provider::set_verified(&mut tx, id, domain, Verified::File, now()).await;
            if done.is_ok() {
                tx.commit_bookkeeping().await.expect("a commit");
            }
            done
        };
        assert!(!verify(OKTA, "east.example").await.expect("an answer"), "{}: it is not there", fresh.engine);
        assert!(verify(OKTA, "west.example").await.expect("an answer"));
        assert_eq!(
            (of_domain().await, stored(store, OKTA).await.expect("it").domains),
            (Some(OKTA), vec![named("proof 70", Some(now()))])
        );
        let second = verify(ENTRA, "west.example").await;
        assert!(matches!(second, Err(StoreError::Unique(_))), "{}: {second:?}", fresh.engine);
        let delete = async || write(store, async |tx| provider::delete_domain(tx, OKTA, "west.example").await).await;
        assert!(delete().await && !delete().await);
        assert!(verify(ENTRA, "west.example").await.expect("an answer"), "{}: it is free again", fresh.engine);
    }
}

#[tokio::test]
async fn whom_a_provider_means_is_remembered_and_a_confirmation_stays() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let link = async |id, subject: &str, person, confirmed| {
            write(store, async |tx| provider::link(tx, id, subject, person, confirmed, now()).await).await;
        };
        let linked = async |id, subject: &str| read(store, async |tx| provider::linked(tx, id, subject).await).await;
        link(OKTA, "u-1", ANN, Some(now())).await;
        link(OKTA, "u-1", ANN, None).await;
        assert_eq!(linked(OKTA, "u-1").await, Some((ANN, Some(now()))), "{}", fresh.engine);
        link(OKTA, "u-2", BO, None).await;
        assert_eq!((linked(OKTA, "u-2").await, linked(ENTRA, "u-1").await), (Some((BO, None)), None));
        let other = async |but| read(store, async |tx| provider::has_other_link(tx, ANN, but).await).await;
        assert_eq!((other(OKTA).await, other(ENTRA).await), (false, true), "{}", fresh.engine);
        assert_eq!(read(store, async |tx| provider::n_links(tx, OKTA).await).await, 2);
    }
}

#[tokio::test]
async fn a_provider_ends_the_sessions_it_began_and_takes_what_is_its_own_along() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        people(store).await;
        put(store, &okta(OKTA)).await;
        write(store, async |tx| {
            for id in ["a", "b", "c", "d"] {
                store::session::create(tx, &session(id), &format!("hash {id}")).await?;
            }
            for (id, sid) in [("a", "s1"), ("b", "s2"), ("c", "s3")] {
                provider::set_session(tx, id, ANN, OKTA, sid).await?;
            }
            // Somebody else's session of that name is not hers.
            provider::set_session(tx, "d", BO, OKTA, "s4").await?;
            provider::link(tx, OKTA, "u-1", ANN, None, now()).await?;
            provider::put_domain(tx, OKTA, "west.example", "proof").await
        })
        .await;
        let end = async |id, sid, person| write(store, async |tx| provider::end_sessions(tx, id, sid, person).await).await;
        assert_eq!((end(ENTRA, None, Some(ANN)).await, end(OKTA, Some("s9"), None).await), (0, 0), "{}", fresh.engine);
        assert_eq!((end(OKTA, Some("s1"), None).await, sessions(store).await), (1, vec!["b".into(), "c".into(), "d".into()]));
        assert_eq!((end(OKTA, Some("s2"), Some(BO)).await, end(OKTA, Some("s2"), Some(ANN)).await), (0, 1), "{}", fresh.engine);
        write(store, async |tx| provider::delete(tx, OKTA).await).await;
        assert_eq!((stored(store, OKTA).await, sessions(store).await), (None, vec!["d".to_owned()]), "{}", fresh.engine);
        assert_eq!(read(store, async |tx| provider::n_links(tx, OKTA).await).await, 0);
        put(store, &okta(OKTA)).await;
        assert_eq!(stored(store, OKTA).await.expect("it").domains, []);
    }
}

#[tokio::test]
async fn what_an_account_asks_and_what_it_allows_its_organization_is_its_own() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let organization = group(store, Policy::open()).await;
        let asked = async |account| read(store, async |tx| provider::requirement(tx, account).await).await;
        let ask = async |wanted: Option<&Requirement>| {
            write(store, async |tx| provider::set_requirement(tx, WEST, wanted, now()).await).await;
        };
        for exempt in [[ANN].into(), [BO].into()] {
            let wanted = Requirement { exempt };
            ask(Some(&wanted)).await;
            assert_eq!((asked(WEST).await, asked(EAST).await), (Some(wanted), None), "{}", fresh.engine);
        }
        ask(None).await;
        assert_eq!(asked(WEST).await, None);
        let allowed = Consent { sign_on: true, provisioning: false };
        let none = Consent::default();
        let consent = async |account| read(store, async |tx| provider::consent(tx, account, GROUP).await).await;
        write(store, async |tx| provider::set_consent(tx, WEST, GROUP, none, now()).await).await;
        for account in [WEST, EAST] {
            write(store, async |tx| provider::set_consent(tx, account, GROUP, allowed, now()).await).await;
        }
        assert_eq!((consent(WEST).await, consent(EAST).await), (allowed, allowed), "{}", fresh.engine);
        let consenting = async || read(store, async |tx| provider::consenting(tx, GROUP).await).await;
        assert_eq!(consenting().await, [(WEST, allowed), (EAST, allowed)]);
        leave(store, organization).await;
        assert_eq!(consenting().await, [(WEST, allowed)], "{}: who left consents to nothing", fresh.engine);
    }
}
