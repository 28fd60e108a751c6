//! Scenarios 28 to 36: what connections allow, and when they stop.

use crate::world::*;
use app::account::{Patch, update};
use app::connection::{self, cut, edit, one_click, plan};
use app::organization::read;
use model::connection::plan::{ChangeKind, Wish};
use model::connection::{Block, Edge, Feature};
use model::object::{CONTACT, NOTE};
use store::feed;

async fn open_edges(group: &Group) -> Vec<model::connection::EdgeKey> {
    read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization.open.keys().copied().collect()
}

#[tokio::test]
async fn scenarios_28_and_29_sensitive_data_turned_on_ends_a_source_at_once_and_for_good() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        group.open(&[mirroring(CENTRAL, EAST), mirroring(EAST, CENTRAL), mirroring(EAST, WEST)]).await;
        update(&group.app, &group.system(EAST), Patch { sensitive: Some(true), ..Patch::default() }).await.unwrap();
        assert_eq!(open_edges(&group).await, [mirroring(CENTRAL, EAST)], "{}", group.fresh.engine);
        let view = read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap();
        assert_eq!(view.organization.members.len(), 3);
        assert_eq!(view.organization.edge(mirroring(EAST, WEST)), Edge::Blocked(Block::Sensitive));
        let wishes = [Wish::on(mirroring(EAST, WEST))];
        let cx = group.cx(ANN, CENTRAL).await;
        assert_eq!(code(edit(&group.app, &cx, id, view.organization.version, &wishes).await), "SOURCE_SENSITIVE");
        let off = Patch { sensitive: Some(false), ..Patch::default() };
        assert_eq!(code(update(&group.app, &group.system(EAST), off).await), "SENSITIVE_STAYS_ON");
    }
}

#[tokio::test]
async fn scenario_33_one_click_opens_all_that_is_available_both_ways() {
    for group in groups().await {
        update(&group.app, &group.system(WEST), Patch { sensitive: Some(true), ..Patch::default() }).await.unwrap();
        let organization = group.organized().await.organization;
        let cx = group.cx(ANN, CENTRAL).await;
        let filled = one_click(&group.app, &cx, None).await.unwrap();
        assert_eq!(filled.blocked.len(), 2 * 3, "{}", group.fresh.engine);
        assert!(filled.blocked.iter().all(|(edge, block)| edge.source == WEST && *block == Block::Sensitive));
        edit(&group.app, &cx, organization.id, organization.version, &filled.wishes).await.unwrap();
        let open = open_edges(&group).await;
        assert_eq!(open.len(), 4 * 6 - 2 * 3);
        let expected = [mirroring(CENTRAL, EAST), mirroring(CENTRAL, WEST), mirroring(EAST, CENTRAL), mirroring(EAST, WEST)];
        assert_eq!(open.iter().filter(|e| e.feature == Feature::Mirroring).copied().collect::<Vec<_>>(), expected);
        assert!(open.iter().all(|e| e.source != WEST || e.feature == Feature::AssetCopying));
    }
}

#[tokio::test]
async fn scenario_35_nothing_applies_before_done_and_a_concurrent_edit_is_a_conflict() {
    for group in groups().await {
        let organization = group.organized().await.organization;
        for n in 0..4 {
            group.record(EAST, CONTACT, &[("email", &format!("p{n}@x.example"))]).await;
        }
        group.record(WEST, CONTACT, &[("email", "other@x.example"), ("hs_additional_emails", "p1@x.example;p2@x.example")]).await;
        let cx = group.cx(ANN, CENTRAL).await;
        let both = [Wish::on(mirroring(EAST, WEST)), Wish::on(mirroring(WEST, EAST))];
        let review = plan(&group.app, &cx, organization.id, organization.version, &both).await.unwrap();
        assert_eq!(review.changes[0].0.kind, ChangeKind::ConnectTwoWay, "{}", group.fresh.engine);
        assert_eq!(review.changes[0].1, "mirroring: East and West will share with each other");
        let n_people: Vec<_> = review.visible.iter().map(|one| (one.edge, one.people.n, one.people.at_least)).collect();
        assert_eq!(n_people, [(mirroring(EAST, WEST), 2, false), (mirroring(WEST, EAST), 1, false)]);
        assert_eq!(open_edges(&group).await, []);
        edit(&group.app, &cx, organization.id, organization.version, &both[..1]).await.unwrap();
        assert_eq!(code(edit(&group.app, &cx, organization.id, organization.version, &both).await), "VERSION_STALE");
        assert_eq!(open_edges(&group).await, [mirroring(EAST, WEST)]);
    }
}

#[tokio::test]
async fn of_many_editors_at_once_one_wins_and_no_edit_is_lost() {
    for group in groups().await {
        let organization = group.organized().await.organization;
        let cx = group.cx(ANN, CENTRAL).await;
        let edits = (0..12).map(|n| {
            let (app, cx, edge) =
                (group.app.clone(), cx.clone(), if n % 2 == 0 { mirroring(EAST, WEST) } else { mirroring(WEST, EAST) });
            tokio::spawn(async move {
                edit(&app, &cx, organization.id, organization.version, &[Wish::on(edge)]).await.map(|v| v.organization.version)
            })
        });
        let mut won = Vec::new();
        for edit in edits.collect::<Vec<_>>() {
            match edit.await.unwrap() {
                Ok(version) => won.push(version),
                Err(error) => assert!(["VERSION_STALE", "COLLISION"].contains(&error.code), "{error:?}"),
            }
        }
        assert_eq!(won, [organization.version + 1], "{}", group.fresh.engine);
        assert_eq!(open_edges(&group).await.len(), 1);
    }
}

#[tokio::test]
async fn what_cannot_be_connected_is_refused_with_its_code() {
    for group in groups().await {
        let organization = group.organized().await.organization;
        let cx = group.cx(ANN, CENTRAL).await;
        let stranger = mirroring(EAST, model::id::AccountId(77));
        let table = [(mirroring(EAST, EAST), "SAME_ACCOUNT"), (stranger, "NOT_A_MEMBER")];
        for (edge, expected) in table {
            let refused = edit(&group.app, &cx, organization.id, organization.version, &[Wish::on(edge)]).await;
            assert_eq!(code(refused), expected, "{}", group.fresh.engine);
        }
    }
}

#[tokio::test]
async fn scenarios_34_and_36_one_way_shows_one_side_and_a_cut_ends_it_at_the_next_look() {
    for group in groups().await {
        group.organized().await;
        let east = group.record(EAST, CONTACT, &[("email", "x@y.example")]).await;
        let west = group.record(WEST, CONTACT, &[("email", "x@y.example")]).await;
        group.done(EAST, NOTE, &[("hs_note_body", "of East"), ("hs_timestamp", "2026-11-01T10:00:00Z")], (CONTACT, east)).await;
        group.done(WEST, NOTE, &[("hs_note_body", "of West"), ("hs_timestamp", "2026-11-01T10:00:00Z")], (CONTACT, west)).await;
        let eve = model::id::PersonId(20);
        group.add_person(eve, "Eve", false).await;
        group.put_user(EAST, eve, model::account::Role::Standard, &[model::account::Seat::Service]).await;
        let eve_sees = async || {
            let page = app::mirror::view(&group.app, &group.cx(eve, EAST).await, CONTACT, east, None, 50).await.unwrap();
            page.items.iter().map(line).collect::<Vec<_>>()
        };
        group.open(&[mirroring(EAST, WEST), mirroring(WEST, EAST)]).await;
        assert_eq!(group.mirrored(CONTACT, west).await, ["East note: of East"], "{}", group.fresh.engine);
        assert_eq!(eve_sees().await, ["West note: of West"]);
        group.close(mirroring(WEST, EAST)).await;
        assert_eq!((group.mirrored(CONTACT, west).await.len(), eve_sees().await.len()), (1, 0));
        cut(&group.app, &group.cx(ANN, WEST).await, EAST, WEST).await.unwrap();
        assert_eq!((group.mirrored(CONTACT, west).await.len(), eve_sees().await.len()), (0, 0));
    }
}

#[tokio::test]
async fn every_change_is_told_in_the_feed_of_every_member() {
    for group in groups().await {
        group.organized().await;
        let mut hints = group.app.store.hints();
        connection::set(&group.app, &group.cx(ANN, CENTRAL).await, mirroring(EAST, WEST), true).await.unwrap();
        let mut told = Vec::new();
        while let Ok(hint) = hints.try_recv() {
            told.push(hint.account);
        }
        told.sort();
        assert_eq!(told, [store::INSTANCE, CENTRAL, EAST, WEST], "{}", group.fresh.engine);
        let mut tx = group.app.store.read(WEST).await.unwrap();
        let last = feed::read(&mut tx, 0, 100).await.unwrap().pop().unwrap();
        assert_eq!(last.change.kind, model::change::Kind::OrganizationChanged);
    }
}
