//! Scenarios 37 to 46: what is shown of a sister company's customer, to whom, and who learns of it.

use crate::world::*;
use app::error::Kind;
use app::mirror::{self, State};
use app::{disclosure, error};
use model::account::{Deed, Permission, PermissionSet, Permissions, Role, Scope, Seat};
use model::connection::Feature;
use model::id::{ConnectionId, PermissionSetId, RecordId};
use model::mirror::EXCLUSION;
use model::object::{CALL, COMPANY, CONTACT, DEAL, EMAIL, MEETING, NOTE, TASK, TICKET};

/// The same person in East and West, with one of everything in East.
async fn known_to_both(group: &Group) -> (RecordId, RecordId) {
    let east = group.record(EAST, CONTACT, &[("email", "X@y.example"), ("lastname", "Secret of East")]).await;
    let west = group.record(WEST, CONTACT, &[("email", "x@Y.example")]).await;
    let at = |day: &str| format!("2026-10-{day}T10:00:00Z");
    let to = (CONTACT, east);
    group.done(EAST, NOTE, &[("hs_note_body", "n"), ("hs_timestamp", &at("01"))], to).await;
    group.done(EAST, CALL, &[("hs_call_title", "c"), ("hs_timestamp", &at("02"))], to).await;
    group.done(EAST, MEETING, &[("hs_meeting_title", "m"), ("hs_timestamp", &at("03"))], to).await;
    group.done(EAST, EMAIL, &[("hs_email_subject", "e"), ("hs_timestamp", &at("04"))], to).await;
    group.done(EAST, TASK, &[("hs_task_subject", "t"), ("hs_timestamp", &at("05"))], to).await;
    group.done(EAST, DEAL, &[("dealname", "d"), ("amount", "10")], to).await;
    (east, west)
}

const EVERYTHING: [&str; 6] =
    ["East deal: d", "East task: t", "East email: e", "East meeting: m", "East call: c", "East note: n"];

async fn disclosures(group: &Group) -> Vec<disclosure::Disclosure> {
    disclosure::list(&group.app, &group.cx(ANN, EAST).await, None, 100).await.unwrap()
}

async fn view(group: &Group, id: RecordId) -> error::Result<mirror::Page> {
    mirror::view(&group.app, &group.cx(BO, WEST).await, CONTACT, id, None, 50).await
}

async fn hindered_by(group: &Group, id: RecordId) -> Vec<&'static str> {
    let page = view(group, id).await.unwrap();
    assert_eq!((page.items.len(), page.sources.len()), (0, 0), "something is shown, or a source is named");
    page.hindrances.iter().map(|h| h.code()).collect()
}

#[tokio::test]
async fn scenario_37_a_rep_sees_activities_and_deals_of_the_sister_with_their_origin() {
    for group in groups().await {
        group.organized().await;
        let (_, west) = known_to_both(&group).await;
        assert_eq!(
            group.mirrored(CONTACT, west).await,
            Vec::<String>::new(),
            "{}: seen without a connection",
            group.fresh.engine
        );
        group.open(&[mirroring(EAST, WEST)]).await;
        let page = view(&group, west).await.unwrap();
        assert_eq!(page.items.iter().map(line).collect::<Vec<_>>(), EVERYTHING, "{}", group.fresh.engine);
        assert!(page.items.iter().all(|i| i.origin.as_ref().is_some_and(|o| o.account == EAST && !o.ambiguous)));
        let source = &page.sources[0];
        assert_eq!((source.state, source.n_items, source.n_matches), (State::Shown, 6, 1));
        assert_eq!(page.items[0].record.get("deal_currency_code"), Some("EUR"));
        let everything = format!("{:?}", page);
        assert!(!everything.contains("Secret of East"), "a property of the sister's contact is shown");
    }
}

#[tokio::test]
async fn scenario_37_secondary_addresses_match_and_companies_match_by_registrable_domain() {
    for group in groups().await {
        group.organized().await;
        group.open(&[mirroring(EAST, WEST)]).await;
        let east = group.record(EAST, CONTACT, &[("email", "new@y.example"), ("hs_additional_emails", "old@y.example")]).await;
        let west = group.record(WEST, CONTACT, &[("email", "mine@y.example"), ("hs_additional_emails", "OLD@y.example")]).await;
        group.done(EAST, NOTE, &[("hs_note_body", "n"), ("hs_timestamp", "2026-10-01T10:00:00Z")], (CONTACT, east)).await;
        assert_eq!(group.mirrored(CONTACT, west).await, ["East note: n"], "{}", group.fresh.engine);
        let east = group.record(EAST, COMPANY, &[("domain", "cancity.co.uk")]).await;
        let west = group.record(WEST, COMPANY, &[("domain", "www.cancity.co.uk")]).await;
        let other = group.record(WEST, COMPANY, &[("domain", "othercity.co.uk")]).await;
        group.done(EAST, DEAL, &[("dealname", "d")], (COMPANY, east)).await;
        assert_eq!(group.mirrored(COMPANY, west).await, ["East deal: d"]);
        assert_eq!(group.mirrored(COMPANY, other).await, Vec::<String>::new());
        group.patch(EAST, COMPANY, east, &[("hs_additional_domains", "cancity.dk;othercity.co.uk")]).await;
        assert_eq!(group.mirrored(COMPANY, other).await, ["East deal: d"], "a further domain of the sister's company");
    }
}

/// On either side: the page of an old id shows what its record is now, and an objection of one of two is one of both.
#[tokio::test]
async fn a_mirrored_page_follows_a_merge_in_the_source_and_in_the_destination() {
    for group in groups().await {
        group.organized().await;
        group.open(&[mirroring(EAST, WEST)]).await;
        let twin = async |account, email: &str| group.record(account, CONTACT, &[("email", email)]).await;
        let [first, second] = [twin(EAST, "a@y.example").await, twin(EAST, "b@y.example").await];
        for (id, body) in [(first, "1"), (second, "2")] {
            let day = format!("2026-10-0{body}T10:00:00Z");
            group.done(EAST, NOTE, &[("hs_note_body", body), ("hs_timestamp", &day)], (CONTACT, id)).await;
        }
        let [here, there] = [twin(WEST, "a@y.example").await, twin(WEST, "b@y.example").await];
        assert_eq!(group.mirrored(CONTACT, here).await, ["East note: 1"], "{}", group.fresh.engine);
        app::record::merge(&group.app, &group.system(EAST), CONTACT, first, second).await.unwrap();
        assert_eq!(group.mirrored(CONTACT, here).await, ["East note: 2", "East note: 1"], "{}", group.fresh.engine);
        let other = group.record(WEST, CONTACT, &[("email", "c@y.example"), (EXCLUSION, "true")]).await;
        let merged = app::record::merge(&group.app, &group.system(WEST), CONTACT, there, here).await.unwrap().record;
        for id in [here, there, merged.id] {
            assert_eq!(group.mirrored(CONTACT, id).await, ["East note: 2", "East note: 1"], "{}", group.fresh.engine);
        }
        // Whoever looked at one of the two reads what it is called now.
        assert!(disclosures(&group).await.iter().all(|look| !look.called.erased), "{}", group.fresh.engine);
        app::record::merge(&group.app, &group.system(WEST), CONTACT, merged.id, other).await.unwrap();
        assert_eq!(hindered_by(&group, here).await, ["PERSON_EXCLUDED"], "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn scenario_38_no_seat_no_permission_no_right_nothing_mirrored() {
    for group in groups().await {
        group.organized().await;
        let (_, west) = known_to_both(&group).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        group.put_user(WEST, BO, Role::Standard, &[Seat::Core]).await;
        assert_eq!(hindered_by(&group, west).await, ["SEAT_MISSING"], "{}", group.fresh.engine);
        group.put_user(WEST, BO, Role::SuperAdmin, &[Seat::Core]).await;
        assert_eq!(hindered_by(&group, west).await, ["SEAT_MISSING"]);
        let set = |id: i64, permissions| PermissionSet { id: PermissionSetId(id), name: format!("Set {id}"), permissions };
        let unpermitted = set(1, Permissions::member().without(Permission::MirroringView));
        let own_only = set(2, Permissions::member().with(CONTACT, Deed::View, Scope::Owned));
        for set in [&unpermitted, &own_only] {
            group.directory(async |tx| store::account::put_permission_set(tx, WEST, set).await).await;
        }
        group.put(WEST, BO, Role::Standard, &[Seat::Sales], Some(unpermitted.id)).await;
        assert_eq!(hindered_by(&group, west).await, ["PERMISSION_MISSING"]);
        group.put(WEST, BO, Role::Standard, &[Seat::Sales], Some(own_only.id)).await;
        let refused = view(&group, west).await.unwrap_err();
        assert_eq!((refused.code, refused.kind), ("OBJECT_NOT_FOUND", Kind::NotFound));
        assert_eq!(disclosures(&group).await, [], "a refused look was logged as a disclosure");
    }
}

#[tokio::test]
async fn scenario_39_a_contact_only_the_sister_has_is_neither_shown_nor_created() {
    for group in groups().await {
        group.organized().await;
        // Ids count per account: without this one, the first contact of West would have the same.
        group.record(EAST, CONTACT, &[("email", "first@east.example")]).await;
        let east = group.record(EAST, CONTACT, &[("email", "only@east.example")]).await;
        group.done(EAST, NOTE, &[("hs_note_body", "n"), ("hs_timestamp", "2026-10-01T10:00:00Z")], (CONTACT, east)).await;
        let west = group.record(WEST, CONTACT, &[("email", "someone@else.example")]).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        let before = group.n_records(WEST).await;
        let page = view(&group, west).await.unwrap();
        assert_eq!((page.items.len(), page.sources[0].state, page.sources[0].n_matches), (0, State::None, 0));
        assert_eq!(
            view(&group, east).await.unwrap_err().kind,
            Kind::NotFound,
            "{}: an id of East leads somewhere in West",
            group.fresh.engine
        );
        assert_eq!(group.n_records(WEST).await, before);
        assert_eq!(disclosures(&group).await, []);
    }
}

#[tokio::test]
async fn scenario_40_the_door_lets_nobody_write_and_leads_on_to_no_other() {
    for group in groups().await {
        let view = group.organized().await;
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, EAST)]).await;
        let connections = app::organization::read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().connections;
        let between = |a, b| connections.iter().find(|c| c.pair == model::connection::Pair::of(a, b)).unwrap().id;
        let bo = group.cx(BO, WEST).await;
        let through = bo.through(&group.app, between(EAST, WEST), Feature::Mirroring).await.unwrap();
        assert_eq!((through.cx.account, through.cx.person), (EAST, None), "{}", group.fresh.engine);
        for object in [NOTE, DEAL, CONTACT, COMPANY, TICKET] {
            for act in [model::authority::Act::EditRecords(object), model::authority::Act::DeleteRecords(object)] {
                assert!(through.cx.may(act).is_err(), "{act:?} through a connection");
            }
        }
        assert!(through.cx.may(model::authority::Act::ViewRecords(TICKET)).is_err());
        let onward = through.cx.through(&group.app, between(CENTRAL, EAST), Feature::Mirroring).await;
        assert_eq!(code(onward), "DOOR_AFTER_DOOR");
        let wrong_way = group.cx(ANN, EAST).await.through(&group.app, between(EAST, WEST), Feature::Mirroring).await;
        assert_eq!(code(wrong_way), "OBJECT_NOT_FOUND");
        for feature in [Feature::Workflows, Feature::Reports, Feature::AssetCopying] {
            assert_eq!(code(bo.through(&group.app, between(EAST, WEST), feature).await), "OBJECT_NOT_FOUND");
        }
        assert_eq!(code(bo.through(&group.app, between(CENTRAL, EAST), Feature::Mirroring).await), "OBJECT_NOT_FOUND");
        assert_eq!(code(bo.through(&group.app, ConnectionId(424_242), Feature::Mirroring).await), "OBJECT_NOT_FOUND");
        assert_eq!(view.organization.members.len(), 3);
    }
}

#[tokio::test]
async fn scenario_41_what_the_sister_does_now_is_there_at_the_next_look_and_gone_when_it_is_gone() {
    for group in groups().await {
        group.organized().await;
        let (east, west) = known_to_both(&group).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        group.done(EAST, CALL, &[("hs_call_title", "new"), ("hs_timestamp", "2026-11-20T10:00:00Z")], (CONTACT, east)).await;
        assert_eq!(group.mirrored(CONTACT, west).await.len(), 7, "{}", group.fresh.engine);
        group.patch(EAST, CONTACT, east, &[("email", "moved@y.example")]).await;
        assert_eq!(group.mirrored(CONTACT, west).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn scenario_43_tickets_are_not_shown() {
    for group in groups().await {
        group.organized().await;
        let (east, west) = known_to_both(&group).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        group.done(EAST, TICKET, &[("subject", "s")], (CONTACT, east)).await;
        assert_eq!(group.mirrored(CONTACT, west).await, EVERYTHING, "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn scenario_44_two_companies_of_one_domain_are_both_shown_and_marked_ambiguous() {
    for group in groups().await {
        group.organized().await;
        group.open(&[mirroring(EAST, WEST)]).await;
        for (name, deal) in [("Acme", "one"), ("Acme Ltd", "two")] {
            let company = group.record(EAST, COMPANY, &[("domain", "acme.example"), ("name", name)]).await;
            group.done(EAST, DEAL, &[("dealname", deal)], (COMPANY, company)).await;
        }
        let west = group.record(WEST, COMPANY, &[("domain", "acme.example")]).await;
        let page = mirror::view(&group.app, &group.cx(BO, WEST).await, COMPANY, west, None, 50).await.unwrap();
        assert_eq!(page.items.len(), 2, "{}", group.fresh.engine);
        assert!(page.items.iter().all(|i| i.origin.as_ref().unwrap().ambiguous));
        assert_eq!((page.sources[0].n_matches, page.sources[0].ambiguous), (2, true));
        let seen = disclosures(&group).await;
        assert_eq!(seen.iter().map(|d| d.n_items).collect::<Vec<_>>(), [1, 1]);
    }
}

#[tokio::test]
async fn scenario_45_every_mirrored_view_is_in_the_sources_log() {
    for group in groups().await {
        group.organized().await;
        let (east, west) = known_to_both(&group).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        group.mirrored(CONTACT, west).await;
        group.clock.advance(jiff::SignedDuration::from_hours(1));
        group.mirrored(CONTACT, west).await;
        let seen = disclosures(&group).await;
        assert_eq!(seen.len(), 2, "{}", group.fresh.engine);
        let (last, first) = (&seen[0], &seen[1]);
        assert_eq!((last.viewer, last.viewer_name.as_deref()), (Some(BO), Some("Bo")));
        assert_eq!((last.viewer_account, last.viewer_account_name.as_deref()), (WEST, Some("West")));
        assert_eq!((last.record, last.n_items), (Some((CONTACT, east)), 6));
        assert_eq!(last.called, disclosure::Called { name: Some("Secret of East".to_owned()), erased: false });
        let of_types: Vec<_> = last.items.iter().map(|items| (items.object, items.n, items.ids.len())).collect();
        let mut expected = [NOTE, CALL, MEETING, EMAIL, TASK, DEAL].map(|object| (object, 1, 1));
        expected.sort();
        assert_eq!(of_types, expected);
        assert_eq!(last.at.duration_since(first.at), jiff::SignedDuration::from_hours(1));
        let earlier = disclosure::list(&group.app, &group.cx(ANN, EAST).await, Some(last.seq), 100).await.unwrap();
        assert_eq!(earlier, seen[1..]);
        assert_eq!(code(disclosure::list(&group.app, &group.cx(BO, WEST).await, None, 100).await), "PERMISSION_MISSING");
    }
}

#[tokio::test]
async fn scenario_45_a_disclosure_names_what_was_masked_and_only_where_something_was() {
    for group in groups().await {
        group.organized().await;
        let (_, west) = known_to_both(&group).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        let masked = ["amount", "hs_note_body", "description"].map(str::to_owned).into();
        let policy = serde_json::to_string(&model::connection::terms::Terms { masked, ..Default::default() }).unwrap();
        let sql = "UPDATE connection_edge SET policy = $1";
        group.directory(async |tx| tx.execute(sql, &[policy.into()]).await.map(drop)).await;
        let page = view(&group, west).await.unwrap();
        let (deal, note) = (&page.items[0], &page.items[5]);
        assert_eq!((deal.title(), deal.record.get("amount")), (Some("d"), None), "{}", group.fresh.engine);
        assert_eq!(note.record.get("hs_note_body"), None);
        let told = &disclosures(&group).await[0];
        // No item has a description, so none was kept back; what would tell the amount was.
        let told_by_it = ["amount_in_home_currency", "hs_forecast_amount", "hs_projected_amount"];
        let kept: Vec<&str> = told.masked.iter().map(String::as_str).filter(|name| !told_by_it.contains(name)).collect();
        assert_eq!((kept, told.masked.len()), (vec!["amount", "hs_note_body"], 5), "{}", group.fresh.engine);
        assert_eq!(told.n_items, 6);
        let sql = "UPDATE connection_edge SET policy = $1";
        let open = serde_json::to_string(&model::connection::terms::Terms::default()).unwrap();
        group.directory(async |tx| tx.execute(sql, &[open.into()]).await.map(drop)).await;
        view(&group, west).await.unwrap();
        assert!(disclosures(&group).await[0].masked.is_empty(), "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn scenario_46_who_objects_is_left_out_whichever_side_says_so() {
    for group in groups().await {
        group.organized().await;
        let (east, west) = known_to_both(&group).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        group.patch(EAST, CONTACT, east, &[(EXCLUSION, "true")]).await;
        assert_eq!(group.mirrored(CONTACT, west).await, Vec::<String>::new(), "{}", group.fresh.engine);
        group.patch(EAST, CONTACT, east, &[(EXCLUSION, "false")]).await;
        assert_eq!(group.mirrored(CONTACT, west).await.len(), 6);
        group.patch(WEST, CONTACT, west, &[(EXCLUSION, "true")]).await;
        assert_eq!(hindered_by(&group, west).await, ["PERSON_EXCLUDED"]);
    }
}

#[tokio::test]
async fn scenario_46_on_a_companys_page_items_about_a_person_who_objects_are_left_out() {
    for group in groups().await {
        group.organized().await;
        group.open(&[mirroring(EAST, WEST)]).await;
        let (east, west) = known_to_both(&group).await;
        let company = group.record(EAST, COMPANY, &[("domain", "acme.example")]).await;
        let here = group.record(WEST, COMPANY, &[("domain", "acme.example")]).await;
        let about = |body: &'static str| [("hs_note_body", body), ("hs_timestamp", "2026-10-01T10:00:00Z")];
        let person = group.done(EAST, NOTE, &about("about the person"), (COMPANY, company)).await;
        group.link(EAST, (NOTE, person), (CONTACT, east)).await;
        group.done(EAST, NOTE, &about("about the company"), (COMPANY, company)).await;
        assert_eq!(group.mirrored(COMPANY, here).await.len(), 2, "{}", group.fresh.engine);
        for (account, id) in [(EAST, east), (WEST, west)] {
            group.patch(account, CONTACT, id, &[(EXCLUSION, "true")]).await;
            assert_eq!(group.mirrored(COMPANY, here).await, ["East note: about the company"], "{account} objects");
            group.patch(account, CONTACT, id, &[(EXCLUSION, "false")]).await;
        }
    }
}

#[tokio::test]
async fn own_and_mirrored_items_are_one_timeline_and_pages_skip_nothing() {
    for group in groups().await {
        group.organized().await;
        let east = group.record(EAST, CONTACT, &[("email", "x@y.example")]).await;
        let central = group.record(CENTRAL, CONTACT, &[("email", "x@y.example")]).await;
        let west = group.record(WEST, CONTACT, &[("email", "x@y.example")]).await;
        for (account, contact) in [(EAST, east), (CENTRAL, central), (WEST, west)] {
            for n in 0..5 {
                // Pairs of items of all accounts at the same moment.
                let at = format!("2026-10-0{}T10:00:00Z", n / 2 + 1);
                group.done(account, NOTE, &[("hs_note_body", &format!("{n}")), ("hs_timestamp", &at)], (CONTACT, contact)).await;
            }
        }
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, WEST)]).await;
        let bo = group.cx(BO, WEST).await;
        let whole = mirror::timeline(&group.app, &bo, CONTACT, west, None, 100, true).await.unwrap();
        assert_eq!((whole.items.len(), whole.next), (15, None), "{}", group.fresh.engine);
        for limit in [1, 2, 4, 7] {
            let (mut seen, mut before) = (Vec::new(), None);
            loop {
                let page = mirror::timeline(&group.app, &bo, CONTACT, west, before, limit, true).await.unwrap();
                assert!(page.items.len() <= limit);
                seen.extend(page.items);
                before = page.next.map(|place| mirror::read_place(&mirror::write_place(place)).unwrap());
                if before.is_none() {
                    break;
                }
            }
            assert_eq!(seen, whole.items, "pages of {limit}");
        }
        let own = mirror::timeline(&group.app, &bo, CONTACT, west, None, 100, false).await.unwrap();
        assert_eq!((own.items.len(), own.sources.len()), (5, 0));
        assert!(own.items.iter().all(|i| i.origin.is_none()));
    }
}

#[tokio::test]
async fn why_names_the_connection_who_opened_it_and_when() {
    for group in groups().await {
        group.organized().await;
        let (_, west) = known_to_both(&group).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        let page = view(&group, west).await.unwrap();
        let connection = page.sources[0].connection;
        let bo = group.cx(BO, WEST).await;
        let why = mirror::why(&group.app, &bo, CONTACT, west, connection).await.unwrap();
        assert_eq!((why.source.name.as_str(), why.destination.name.as_str()), ("East", "West"), "{}", group.fresh.engine);
        assert_eq!((why.opened_by.as_deref(), why.opened.at), (Some("Ann"), testkit::start()));
        assert_eq!(why.matched.unwrap().texts(), ["x@y.example"]);
        group.close(mirroring(EAST, WEST)).await;
        assert_eq!(code(mirror::why(&group.app, &bo, CONTACT, west, connection).await), "OBJECT_NOT_FOUND");
    }
}
