//! Links are seen from both ends; a timeline is what is linked, newest first.

use crate::crm::{by, create, patch, save, values};
use jiff::SignedDuration;
use model::association::{self, LinkType};
use model::change::{Change, Kind};
use model::object::{COMPANY, CONTACT, DEAL, NOTE};
use model::record::{Record, hot, plan_archive};
use store::association::{Link, NewLink};
use store::{INSTANCE, Store, timeline};
use testkit::start;

fn new_link(a: &Record, b: &Record, link_type: LinkType, reverse: LinkType) -> NewLink {
    NewLink {
        from: (a.object, a.id),
        to: (b.object, b.id),
        link_type,
        reverse,
        from_occurred_at: hot(a).occurred_at,
        to_occurred_at: hot(b).occurred_at,
    }
}

pub async fn link(store: &Store, pairs: &[(&Record, &Record)]) {
    let plain = |a: &Record, b: &Record| association::unlabeled(a.object, b.object).expect("a type");
    let links: Vec<_> = pairs.iter().map(|(a, b)| new_link(a, b, plain(a, b), plain(b, a))).collect();
    let mut tx = store.write(INSTANCE).await.expect("a transaction");
    store::association::insert_many(&mut tx, &links, start()).await.expect("links");
    tx.commit(&by(), start(), &[Change::record(Kind::AssociationLinked, pairs[0].0.object, pairs[0].0.id)])
        .await
        .expect("a commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_seen_from_both_ends_until_it_is_removed() {
    for fresh in testkit::engines().await {
        let ann = create(&fresh.store, CONTACT, &[values(&[("firstname", "Ann")])]).await.remove(0);
        let companies = create(&fresh.store, COMPANY, &[values(&[("name", "A")]), values(&[("name", "B")])]).await;
        link(&fresh.store, &[(&ann, &companies[0]), (&companies[1], &ann)]).await;
        let mut tx = fresh.store.write(INSTANCE).await.expect("a transaction");
        let primary = new_link(&ann, &companies[1], LinkType::defined(1), LinkType::defined(2));
        store::association::insert_many(&mut tx, &[primary.clone(), primary], start()).await.expect("links");
        let (from, plain) = ((CONTACT, ann.id), LinkType::defined(279));
        let page = store::association::page(&mut tx, from, COMPANY, None, 10).await.expect("a page");
        let expected = [
            Link { to: companies[0].id, types: vec![plain] },
            Link { to: companies[1].id, types: vec![LinkType::defined(1), plain] },
        ];
        assert_eq!(page, expected, "{}", fresh.engine);
        let many = store::association::of_many(&mut tx, CONTACT, &[ann.id], COMPANY, 10).await.expect("links");
        assert_eq!(many, [(ann.id, expected.to_vec())], "{}", fresh.engine);
        let all = store::association::of_many(&mut tx, CONTACT, &[ann.id], COMPANY, 2).await.expect("links");
        assert_eq!(all, many, "{}", fresh.engine);
        let first = store::association::of_many(&mut tx, CONTACT, &[ann.id], COMPANY, 1).await.expect("links");
        assert_eq!(first, [(ann.id, expected[..1].to_vec())], "{}: cut by records, not by types", fresh.engine);
        assert_eq!(store::association::page(&mut tx, from, COMPANY, Some(companies[0].id), 10).await.expect("a page").len(), 1);
        assert_eq!(store::association::primary_company(&mut tx, from).await.expect("a company"), Some(companies[1].id));
        let counted = store::association::count(&mut tx, CONTACT, &[ann.id], COMPANY, plain).await.expect("a count");
        assert_eq!(counted, [(ann.id, 2)], "{}", fresh.engine);
        let back = store::association::of_pair(&mut tx, (COMPANY, companies[1].id), from).await.expect("types");
        assert_eq!(back, [LinkType::defined(2), LinkType::defined(280)], "{}", fresh.engine);
        let to = (COMPANY, companies[1].id);
        assert!(
            store::association::delete(&mut tx, from, to, LinkType::defined(1), LinkType::defined(2)).await.expect("an answer")
        );
        assert!(
            !store::association::delete(&mut tx, from, to, LinkType::defined(1), LinkType::defined(2)).await.expect("an answer")
        );
        assert!(store::association::delete_pair(&mut tx, to, from).await.expect("an answer"));
        assert_eq!(
            store::association::page(&mut tx, from, COMPANY, None, 10).await.expect("a page").len(),
            1,
            "{}",
            fresh.engine
        );
        store::association::delete_all(&mut tx, CONTACT, ann.id).await.expect("a removal");
        let left = store::association::page(&mut tx, (COMPANY, companies[0].id), CONTACT, None, 10).await.expect("a page");
        assert_eq!(left, [], "{}", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_is_newest_first_moves_with_its_items_and_pages_without_gaps() {
    for fresh in testkit::engines().await {
        let acme = create(&fresh.store, COMPANY, &[values(&[("name", "Acme")])]).await.remove(0);
        let notes: Vec<_> = (0..10).map(|i| values(&[("hs_timestamp", &format!("2026-01-{:02}", 1 + i / 2))])).collect();
        let notes = create(&fresh.store, NOTE, &notes).await;
        let input = values(&[("dealname", "D"), ("dealstage", "contractsent"), ("createdate", "2026-01-03T12:00:00Z")]);
        let deal = create(&fresh.store, DEAL, &[input]).await.remove(0);
        let mut pairs: Vec<_> = notes.iter().map(|n| (n, &acme)).collect();
        pairs.push((&acme, &deal));
        link(&fresh.store, &pairs).await;
        let place = (COMPANY, acme.id);
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = timeline::page(&mut tx, place, &[], before, 3).await.expect("a page");
            let Some((at, last)) = page.last() else { break };
            before = Some((*at, last.id));
            seen.extend(page.into_iter().map(|(at, r)| (at, r.id)));
        }
        let mut sorted = seen.clone();
        sorted.sort_by(|a, b| b.cmp(a));
        assert_eq!(seen.len(), 11, "{}", fresh.engine);
        assert_eq!(seen, sorted, "{}", fresh.engine);
        assert_eq!(seen[4].1, deal.id, "{}", fresh.engine);
        drop(tx);
        let won = patch(&fresh.store, &deal, &[("dealstage", "closedwon"), ("closedate", "2026-02-01")]).await;
        let archived = plan_archive(&notes[9], start() + SignedDuration::from_secs(1)).expect("a plan");
        save(&fresh.store, &notes[9], &archived).await;
        let mut tx = fresh.store.read(INSTANCE).await.expect("a read");
        let page = timeline::page(&mut tx, place, &[], None, 20).await.expect("a page");
        assert_eq!((page[0].1.id, page.len()), (won.id, 10), "{}", fresh.engine);
        assert!(page.iter().all(|(_, r)| r.id != notes[9].id), "{}", fresh.engine);
        // Places are the same timeline, with what is archived.
        let (mut places, mut before) = (Vec::new(), None);
        loop {
            let some = timeline::places(&mut tx, place, &[], before, 3).await.expect("places");
            let Some((at, _, id)) = some.last() else { break };
            before = Some((*at, *id));
            places.extend(some);
        }
        assert_eq!(places.len(), 11, "{}", fresh.engine);
        assert!(places.iter().any(|(_, object, id)| (*object, *id) == (NOTE, notes[9].id)), "{}", fresh.engine);
        places.retain(|(.., id)| *id != notes[9].id);
        let of_page: Vec<_> = page.iter().map(|(at, r)| (*at, r.object, r.id)).collect();
        assert_eq!(places, of_page, "{}", fresh.engine);
        let only_deals = timeline::page(&mut tx, place, &[DEAL], None, 20).await.expect("a page");
        assert_eq!(only_deals.len(), 1, "{}", fresh.engine);
    }
}
