//! The organization's one log: everything is in it once, it can be searched and exported, and one altered byte is found.

use crate::world::*;
use app::connection;
use app::organization::log::{self, Export, Format, Named};
use app::organization::{self, delete, remove_member};
use model::id::OrganizationId;
use model::object::{CONTACT, NOTE};
use model::organization::log::{Filter, Place};

async fn entries(group: &Group, id: OrganizationId, filter: Filter) -> Vec<String> {
    let found = log::list(&group.app, &group.cx(ANN, CENTRAL).await, id, &filter, Place::After(0), 100).await.unwrap();
    found.iter().map(words).collect()
}

fn words(Named { entry, actor: name, .. }: &Named) -> String {
    let detail: serde_json::Value = serde_json::from_str(&entry.said.detail).unwrap();
    let what = match entry.said.act.as_str() {
        log::REFUSED => format!(" {} {}", detail["act"].as_str().unwrap(), detail["code"].as_str().unwrap()),
        log::DISCLOSED => format!(" {} {}", detail["record"]["id"], detail["view"]["nItems"]),
        _ => String::new(),
    };
    format!("{} {} {}{what}", name.as_deref().unwrap_or("-"), entry.said.act, entry.said.subject)
}

fn only(act: &str) -> Filter {
    Filter { act: Some(act.to_owned()), ..Filter::default() }
}

#[tokio::test]
async fn scenario_45_every_mirrored_view_is_in_the_log_of_the_organization_exactly_once() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let east = group.record(EAST, CONTACT, &[("email", "x@y.example")]).await;
        let west = group.record(WEST, CONTACT, &[("email", "x@y.example")]).await;
        group.done(EAST, NOTE, &[("hs_note_body", "Called"), ("hs_timestamp", "2026-01-01T00:00:00Z")], (CONTACT, east)).await;
        group.open(&[mirroring(EAST, WEST)]).await;
        assert_eq!(group.mirrored(CONTACT, west).await.len(), 1);
        let view = format!("Bo disclosed edge:mirroring:2>3 {east} 1");
        let (here, there) = tokio::join!(log::collect(&group.app), log::collect(&group.app));
        assert_eq!(here.unwrap() + there.unwrap(), 1, "{}", group.fresh.engine);
        assert_eq!(entries(&group, id, only(log::DISCLOSED)).await, [view.as_str()]);
        group.mirrored(CONTACT, west).await;
        group.mirrored(CONTACT, west).await;
        assert_eq!(log::collect(&group.app).await.unwrap(), 2);
        assert_eq!(log::collect(&group.app).await.unwrap(), 0);
        assert_eq!(entries(&group, id, only(log::DISCLOSED)).await, [view.as_str(); 3]);
        let verified = log::verify(&group.app, &group.cx(ANN, CENTRAL).await, id).await.unwrap();
        assert_eq!(verified.altered, None, "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn scenarios_13_15_35_and_77_refusals_are_in_the_log() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let dan = group.cx(DAN, EAST).await;
        for _ in 0..2 {
            assert_eq!(code(connection::edit(&group.app, &dan, id, 1, &[]).await), "PARTNER_ADMIN_VIEWS_ONLY");
        }
        let ann = group.cx(ANN, CENTRAL).await;
        assert_eq!(code(connection::edit(&group.app, &ann, id, 99, &[]).await), "VERSION_STALE");
        // Being asked for a second factor is no refusal; showing a wrong one is.
        assert_eq!(code(delete(&group.app, &ann, id, None).await), "STEP_UP_NEEDED");
        assert_eq!(code(delete(&group.app, &ann, id, Some("guess")).await), "STEP_UP_NEEDED");
        let cat = group.cx(CAT, EAST).await;
        assert!(remove_member(&group.app, &cat, id, WEST, None).await.is_err());
        let expected = [
            "Dan refused account:2 edit_connections PARTNER_ADMIN_VIEWS_ONLY",
            "Ann refused account:1 edit_connections VERSION_STALE",
            "Ann refused account:1 delete STEP_UP_NEEDED",
            "Cat refused account:2 remove_member NOT_SUPER_ADMIN_EVERYWHERE",
        ];
        assert_eq!(entries(&group, id, only(log::REFUSED)).await, expected, "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn somebody_of_no_member_writes_nothing_into_the_log() {
    for group in groups().await {
        let id = group.create(ANN, CENTRAL, &[EAST], model::eligibility::Policy::parity()).await.unwrap().organization.id;
        assert_eq!(code(remove_member(&group.app, &group.cx(ANN, WEST).await, id, EAST, None).await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(entries(&group, id, only(log::REFUSED)).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn the_log_is_found_by_act_actor_account_and_time_and_read_in_pages_both_ways() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        group.clock.advance(jiff::SignedDuration::from_hours(1));
        let later = group.app.outside.now();
        group.open(&[mirroring(EAST, WEST), mirroring(CENTRAL, EAST)]).await;
        let all = entries(&group, id, Filter::default()).await;
        let of_west = Filter { account: Some(WEST), ..Filter::default() };
        let expected = ["Ann member_joined account:3", "Ann edge_opened edge:mirroring:2>3"];
        assert_eq!(entries(&group, id, of_west).await, expected, "{}", group.fresh.engine);
        let since = entries(&group, id, Filter { since: Some(later), ..Filter::default() }).await;
        let until = entries(&group, id, Filter { until: Some(later), ..Filter::default() }).await;
        assert!(!since.is_empty() && !until.is_empty());
        assert_eq!([until, since].concat(), all);
        let by_ann = Filter { actor: Some("person:11".to_owned()), ..Filter::default() };
        assert_eq!(entries(&group, id, by_ann).await, all);
        let by_bo = Filter { actor: Some("person:12".to_owned()), ..Filter::default() };
        assert!(entries(&group, id, by_bo).await.is_empty());
        let (cx, mut newest, mut place) = (group.cx(ANN, CENTRAL).await, Vec::new(), Place::Before(i64::MAX));
        loop {
            let page = log::list(&group.app, &cx, id, &Filter::default(), place, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            place = Place::Before(last.entry.seq);
            newest.extend(page.iter().map(words));
        }
        newest.reverse();
        assert_eq!(newest, all);
    }
}

#[tokio::test]
async fn an_export_is_the_log_and_its_hashes_can_be_recomputed_from_it() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        group.open(&[mirroring(EAST, WEST)]).await;
        let written = async |format, filter: Filter| {
            let (mut export, mut bytes) = (Export::new(id, filter, format), Vec::new());
            while let Some(piece) = export.next(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap() {
                bytes.extend(piece);
            }
            (String::from_utf8(bytes).unwrap(), export.n_entries)
        };
        let (json, n) = written(Format::Json, Filter::default()).await;
        let documents: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
        assert_eq!(documents.len(), n);
        let mut chain = model::organization::log::Chain::default();
        for document in &documents {
            let text = |name: &str| document[name].as_str().unwrap().to_owned();
            let at: jiff::Timestamp = text("at").parse().unwrap();
            let said = model::organization::log::Said {
                at: at.as_microsecond(),
                actor: text("actor"),
                act: text("act"),
                subject: text("subject"),
                detail: text("detail"),
            };
            let entry = model::organization::log::Entry { seq: document["seq"].as_i64().unwrap(), said, hash: text("hash") };
            assert_eq!(chain.take(&entry), Ok(()), "{}", group.fresh.engine);
        }
        let (csv, n_csv) = written(Format::Csv, Filter::default()).await;
        assert_eq!((csv.lines().count(), n_csv), (n + 1, n));
        assert!(csv.starts_with("seq,at,actor,actorName,act,subject,detail,hash,forName,recordName,recordErased\n1,"), "{csv}");
        let (empty, _) = written(Format::Json, only("nothing")).await;
        assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&empty).unwrap().len(), 0);
    }
}

#[tokio::test]
async fn scenario_77_one_altered_byte_in_the_database_is_found_and_its_entry_named() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let n = entries(&group, id, Filter::default()).await.len() as i64;
        let found = async || log::verify(&group.app, &group.cx(ANN, CENTRAL).await, id).await.unwrap();
        let before = found().await;
        assert_eq!((before.n_entries, before.altered), (n, None), "{}", group.fresh.engine);
        let alter = [
            ("UPDATE organization_log SET detail = REPLACE(detail, '\"account\":3', '\"account\":2') WHERE seq = 4", 4),
            ("UPDATE organization_log SET at = at + 1 WHERE seq = 3", 3),
            ("DELETE FROM organization_log WHERE seq = 2", 2),
        ];
        for (sql, altered) in alter {
            group.directory(async |tx| tx.execute(sql, &[]).await.map(drop)).await;
            let after = found().await;
            assert_eq!((after.n_entries, after.altered), (altered - 1, Some(altered)), "{} {sql}", group.fresh.engine);
        }
        assert_eq!(organization::read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization.id, id);
    }
}
