//! The organization's one log: everything is in it once, it can be searched and exported, and one altered byte is found.

use crate::world::*;
use app::connection;
use app::organization::log::{self, Export, Format, Named};
use app::organization::{self, delete, remove_member};
use model::id::OrganizationId;
use model::object::{CONTACT, NOTE};
use model::organization::log::{Entry, Filter, GENESIS, Place, hash};

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

/// Puts another log in the place of an organization's.
async fn put_log(group: &Group, id: OrganizationId, entries: &[Entry]) {
    group
        .directory(async |tx| {
            tx.execute("DELETE FROM organization_log WHERE organization_id = $1", &[id.into()]).await?;
            let columns = ["organization_id", "seq", "at", "actor", "act", "subject", "detail", "hash"];
            let row = |Entry { seq, said, hash }: &Entry| {
                let texts = [&said.actor, &said.act, &said.subject, &said.detail, hash].map(store::Value::from);
                [id.into(), (*seq).into(), said.at.into()].into_iter().chain(texts).collect()
            };
            let rows: Vec<Vec<store::Value>> = entries.iter().map(row).collect();
            tx.insert_many("organization_log", &columns, &rows, "").await.map(drop)
        })
        .await;
}

/// A text with one byte altered: its first, its middle and its last, and with one less and one more.
fn altered(text: &str) -> Vec<String> {
    let flip = |i: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[i] = if bytes[i] == b'0' { b'1' } else { b'0' };
        String::from_utf8(bytes).unwrap()
    };
    let n = text.len();
    vec![flip(0), flip(n / 2), flip(n - 1), text[..n - 1].to_owned(), format!("{text}0")]
}

/// What somebody who can write to the database might do to a log, with the number of the entry that must be named.
fn alterations(log: &[Entry]) -> Vec<(String, Vec<Entry>, i64)> {
    let mut all = Vec::new();
    let n = log.len();
    let with = |i: usize, change: &dyn Fn(&mut Entry)| {
        let mut log = log.to_vec();
        change(&mut log[i]);
        log
    };
    for i in [0, n / 2, n - 1] {
        let seq = log[i].seq;
        type Column = (&'static str, fn(&mut Entry) -> &mut String);
        let columns: [Column; 5] = [
            ("actor", |entry| &mut entry.said.actor),
            ("act", |entry| &mut entry.said.act),
            ("subject", |entry| &mut entry.said.subject),
            ("detail", |entry| &mut entry.said.detail),
            ("hash", |entry| &mut entry.hash),
        ];
        for (name, column) in columns {
            for text in altered(column(&mut log[i].clone())) {
                all.push((format!("{name} of {seq} is {text}"), with(i, &|entry| *column(entry) = text.clone()), seq));
            }
        }
        all.push((format!("{seq} is a microsecond later"), with(i, &|entry| entry.said.at += 1), seq));
        all.push((format!("{seq} has another number"), with(i, &|entry| entry.seq += 1_000), seq));
        let rest = log.iter().filter(|entry| entry.seq != seq).cloned().collect();
        all.push((format!("{seq} is gone"), rest, seq));
        let hidden = log.iter().filter(|entry| entry.seq != seq).cloned().zip(1..).map(|(entry, seq)| Entry { seq, ..entry });
        all.push((format!("{seq} is gone and the others are numbered anew"), hidden.collect(), seq));
    }
    for i in [0, n - 2] {
        let mut swapped = log.to_vec();
        (swapped[i].said, swapped[i + 1].said) = (log[i + 1].said.clone(), log[i].said.clone());
        all.push((format!("{} and the next have changed places", log[i].seq), swapped.clone(), log[i].seq));
        (swapped[i].hash, swapped[i + 1].hash) = (log[i + 1].hash.clone(), log[i].hash.clone());
        all.push((format!("{} and the next have changed places with their hashes", log[i].seq), swapped, log[i].seq));
    }
    let last = &log[n - 1];
    for (what, hash) in [("its hash", last.hash.clone()), ("a hash of its own", hash(GENESIS, last.seq + 1, &last.said))] {
        let forged = Entry { seq: last.seq + 1, hash, ..last.clone() };
        all.push((format!("one is appended with {what}"), log.iter().cloned().chain([forged]).collect(), last.seq + 1));
    }
    all
}

#[tokio::test]
async fn scenario_77_one_altered_byte_anywhere_in_the_database_is_found_and_its_entry_named() {
    for group in groups().await {
        let (engine, id) = (group.fresh.engine, group.organized().await.organization.id);
        group.open(&[mirroring(EAST, WEST)]).await;
        group.close(mirroring(EAST, WEST)).await;
        // Whoever is told of an entry remembers that it was there.
        app::consumer::catch_up(&group.app, &app::notice::Notices, store::INSTANCE, 100).await.unwrap();
        let written = {
            let mut tx = group.app.store.read_home().await.unwrap();
            store::organization::log(&mut tx, id, &Filter::default(), Place::After(0), 100).await.unwrap()
        };
        let found = async || log::verify(&group.app, &group.cx(ANN, CENTRAL).await, id).await.unwrap();
        let sound = found().await;
        let (n, head) = (written.len() as i64, written[written.len() - 1].hash.clone());
        assert!(n >= 6, "{written:?}");
        assert_eq!((sound.n_entries, &sound.head, sound.altered), (n, &head, None), "{engine}");
        for (what, entries, expected) in alterations(&written) {
            put_log(&group, id, &entries).await;
            let after = found().await;
            assert_eq!((after.n_entries, after.altered), (expected - 1, Some(expected)), "{engine}: {what}");
        }
        put_log(&group, id, &written).await;
        assert_eq!(found().await, sound, "{engine}: as it was");
        assert_eq!(organization::read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization.id, id);
    }
}
