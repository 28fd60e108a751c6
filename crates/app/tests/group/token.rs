//! Service tokens on the organization: as far as the person who made them may at that moment, and no further; and what is told
//! about what they looked at.

use crate::world::*;
use app::cx::Cx;
use app::organization::log::{self, Export, Format, Named};
use app::{connection, disclosure, mirror, organization, record, token};
use model::account::{Role, Seat};
use model::id::OrganizationId;
use model::identity::scope::{ALL, MIRRORING, ORGANIZATION_CONNECTIONS, ORGANIZATION_READ};
use model::object::{CONTACT, NOTE};
use model::organization::log::{Filter, Place};

fn scopes(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A token that a person made in an account, as it comes in with a request.
async fn made(group: &Group, maker: &Cx, names: &[&str]) -> app::error::Result<Cx> {
    let text = token::create(&group.app, maker, "Sync", &scopes(names)).await?.text;
    token::authenticate(&group.app, &text).await
}

async fn logged(group: &Group, cx: &Cx, id: OrganizationId, act: &str) -> Vec<Named> {
    let filter = Filter { act: Some(act.to_owned()), ..Filter::default() };
    log::list(&group.app, cx, id, &filter, Place::After(0), 100).await.unwrap()
}

#[tokio::test]
async fn a_token_reads_the_organization_with_the_scope_for_it_and_changes_nothing() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let ann = group.cx(ANN, WEST).await;
        let star = made(&group, &ann, &[ALL]).await.unwrap();
        let refused = organization::read(&group.app, &star).await.expect_err("no scope for it");
        assert_eq!(
            (refused.code, refused.reasons[0].message.as_str()),
            ("PERMISSION_MISSING", "the scope organization.read is needed")
        );
        let reader = made(&group, &ann, &[ORGANIZATION_READ]).await.unwrap();
        let view = organization::read(&group.app, &reader).await.unwrap();
        assert_eq!((view.organization.id, view.can_edit_connections, view.can_manage), (id, false, false));
        assert!(!logged(&group, &reader, id, "member_joined").await.is_empty());
        assert_eq!(log::verify(&group.app, &reader, id).await.unwrap().altered, None);
        assert!(disclosure::list(&group.app, &reader, None, 10).await.unwrap().is_empty());
        let edge = mirroring(EAST, WEST);
        assert_eq!(code(connection::set(&group.app, &reader, edge, true).await), "PERMISSION_MISSING", "{}", group.fresh.engine);
        // What asks for a second factor, or changes who belongs, is for people.
        assert_eq!(code(organization::delete(&group.app, &reader, id, None).await), "SESSION_NEEDED");
        assert_eq!(code(organization::remove_member(&group.app, &reader, id, EAST, None).await), "SESSION_NEEDED");
        let wish = group.wish(ANN, &[EAST], model::eligibility::Policy::open()).await;
        assert_eq!(code(organization::create(&group.app, &reader, wish).await), "SESSION_NEEDED");
    }
}

#[tokio::test]
async fn a_token_edits_connections_as_long_as_who_made_it_may() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let editor = made(&group, &group.cx(ANN, WEST).await, &[ORGANIZATION_CONNECTIONS]).await.unwrap();
        let edge = mirroring(EAST, WEST);
        let view = connection::set(&group.app, &editor, edge, true).await.unwrap();
        assert_eq!(view.organization.open.get(&edge).map(|opened| opened.by), Some(ANN), "{}", group.fresh.engine);
        let opened = logged(&group, &group.cx(ANN, CENTRAL).await, id, "edge_opened").await;
        assert!(opened[0].entry.said.actor.starts_with("token:"), "{:?}", opened[0]);
        assert_eq!((opened[0].actor.as_deref(), opened[0].acted_for.as_deref()), (Some("Sync"), Some("Ann")));
        // She is no longer Super Admin in one member: from the next use on, her token may not either.
        group.put_user(EAST, ANN, Role::Standard, &[Seat::Core]).await;
        assert_eq!(code(connection::set(&group.app, &editor, edge, false).await), "TOKEN_CREATOR_MAY_NOT");
        let version = view.organization.version;
        assert_eq!(code(connection::plan(&group.app, &editor, id, version, &[]).await), "TOKEN_CREATOR_MAY_NOT");
        assert!(organization::read(&group.app, &editor).await.is_ok(), "she still sees it");
        group.put_user(EAST, ANN, Role::SuperAdmin, &[Seat::Core]).await;
        group.directory(async |tx| store::account::remove_user(tx, WEST, ANN).await.map(drop)).await;
        assert_eq!(code(organization::read(&group.app, &editor).await), "TOKEN_CREATOR_MAY_NOT");
        group.put_user(WEST, ANN, Role::SuperAdmin, &[Seat::Core]).await;
        assert!(connection::set(&group.app, &editor, edge, false).await.is_ok(), "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn nobody_hands_out_on_the_organization_what_she_may_not_do_herself() {
    for group in groups().await {
        group.organized().await;
        // Super Admin in two of three members; a token's own scopes bound what it hands on; the operator names somebody.
        let cat = group.cx(CAT, EAST).await;
        assert_eq!(code(made(&group, &cat, &[ORGANIZATION_CONNECTIONS]).await), "TOKEN_CREATOR_MAY_NOT");
        assert!(made(&group, &cat, &[ORGANIZATION_READ]).await.is_ok(), "{}", group.fresh.engine);
        let reader = made(&group, &group.cx(ANN, WEST).await, &["tokens.manage", ORGANIZATION_READ]).await.unwrap();
        assert_eq!(code(made(&group, &reader, &[ORGANIZATION_CONNECTIONS]).await), "SCOPES_BEYOND_OWN");
        let system = group.system(WEST);
        assert_eq!(code(made(&group, &system, &[ORGANIZATION_READ]).await), "TOKEN_PERSON_NEEDED");
        let wanted = scopes(&[ORGANIZATION_CONNECTIONS]);
        let made_for = async |email: &str| token::create_for(&group.app, &system, email, "Sync", &wanted).await;
        assert_eq!(code(made_for("bo@group.example").await), "TOKEN_CREATOR_MAY_NOT");
        assert_eq!(code(made_for("nobody@group.example").await), "OBJECT_NOT_FOUND");
        let editor = token::authenticate(&group.app, &made_for("Ann@group.example").await.unwrap().text).await.unwrap();
        assert!(connection::set(&group.app, &editor, mirroring(EAST, WEST), true).await.is_ok(), "{}", group.fresh.engine);
    }
}

/// Texts of the feeds and the log, as the database holds them.
async fn kept(group: &Group) -> String {
    let mut tx = group.app.store.read_home().await.unwrap();
    let mut all = String::new();
    for sql in [
        "SELECT COALESCE(detail, '') FROM change",
        "SELECT COALESCE(vals, '') FROM change",
        "SELECT detail FROM organization_log",
    ] {
        for mut row in tx.query(sql, &[]).await.unwrap() {
            all.push_str(&row.text(0).unwrap());
        }
    }
    all
}

#[tokio::test]
async fn scenario_45_a_look_by_a_token_names_it_and_an_erased_record_is_named_nowhere() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let names = [("email", "x@y.example"), ("lastname", "Unforgettable")];
        let east = group.made(EAST, CONTACT, &names, &[]).await.unwrap();
        let west = group.record(WEST, CONTACT, &[("email", "x@y.example")]).await;
        let note =
            group.done(EAST, NOTE, &[("hs_note_body", "n"), ("hs_timestamp", "2026-01-01T00:00:00Z")], (CONTACT, east)).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        let viewer = made(&group, &group.system(WEST), &[ALL, MIRRORING]).await.unwrap();
        assert_eq!(mirror::view(&group.app, &viewer, CONTACT, west, None, 50).await.unwrap().items.len(), 1);
        let told = async || disclosure::list(&group.app, &group.cx(ANN, EAST).await, None, 10).await.unwrap().remove(0);
        let look = told().await;
        assert!(look.token.is_some() && look.viewer.is_none(), "{}", group.fresh.engine);
        assert_eq!((look.viewer_name.as_deref(), look.viewer_account_name.as_deref()), (Some("Sync"), Some("West")));
        assert_eq!(look.called.name.as_deref(), Some("Unforgettable"));
        assert_eq!(look.items, [disclosure::Items { object: NOTE, n: 1, ids: vec![note] }]);
        log::collect(&group.app).await.unwrap();
        let of_log = async |person, account| logged(&group, &group.cx(person, account).await, id, log::DISCLOSED).await.remove(0);
        let entry = of_log(ANN, EAST).await;
        assert_eq!((entry.actor.as_deref(), entry.record.name.as_deref()), (Some("Sync"), Some("Unforgettable")));
        // Another member reads the same log, and no name of East's customers in it.
        assert_eq!(of_log(ANN, CENTRAL).await.record, disclosure::Called::default(), "{}", group.fresh.engine);
        assert!(!kept(&group).await.contains("Unforgettable"), "{}: a name was kept", group.fresh.engine);
        record::erase(&group.app, &group.system(EAST), CONTACT, &record::Key::id(east)).await.unwrap();
        // Who saw what stays told, of a record whose name is gone.
        let erased = disclosure::Disclosure { called: disclosure::Called { name: None, erased: true }, ..look };
        assert_eq!(told().await, erased, "{}", group.fresh.engine);
        assert_eq!(of_log(ANN, EAST).await.record, disclosure::Called { name: None, erased: true });
        let (mut export, mut csv) = (Export::new(id, Filter::default(), Format::Csv), Vec::new());
        let ann = group.cx(ANN, EAST).await;
        while let Some(piece) = export.next(&group.app, &ann).await.unwrap() {
            csv.extend(piece);
        }
        assert!(!String::from_utf8(csv).unwrap().contains("Unforgettable"));
        assert!(!kept(&group).await.contains("Unforgettable"), "{}: a name was kept", group.fresh.engine);
        assert_eq!(log::verify(&group.app, &ann, id).await.unwrap().altered, None, "{}", group.fresh.engine);
    }
}
