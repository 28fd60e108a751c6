//! Several admins editing at random and at once: no update is lost, versions are dense, and the log alone gives the same state.
//! `CONSORTIO_EDITS` sets how many edits are tried on each engine.

use crate::world::*;
use app::cx::{App, Cx};
use app::{connection, organization};
use model::account::{Role, Seat};
use model::connection::plan::Wish;
use model::connection::terms::Terms;
use model::connection::{EdgeKey, Feature};
use model::id::PersonId;
use model::organization::log::{Chain, Entry, Filter, Place};
use model::organization::replay::{State, replay};
use std::collections::BTreeMap;
use store::Dialect;

const EDITORS: u64 = 6;
/// Tried in a usual run; what was released was tried with 10,000 on SQLite and 1,000 on PostgreSQL.
const EDITS: u64 = 240;

/// What somebody wished and got, by the version it made.
type Won = BTreeMap<i64, BTreeMap<EdgeKey, Terms>>;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn wishes(&mut self) -> BTreeMap<EdgeKey, Terms> {
        let mut wishes = BTreeMap::new();
        for source in ALL {
            for destination in ALL.into_iter().filter(|account| *account != source) {
                for feature in [Feature::Mirroring, Feature::Reports] {
                    if self.below(3) == 0 {
                        let purpose = Some(format!("reason {}", self.below(3)));
                        wishes.insert(EdgeKey { feature, source, destination }, Terms { purpose, ..reasoned() });
                    }
                }
            }
        }
        wishes
    }
}

/// Edits again and again, each time on what it saw; what was refused because somebody was faster is simply lost.
async fn keep_editing(app: App, cx: Cx, seed: u64, n: u64) -> Won {
    let (mut dice, mut won) = (Dice(seed * 2_654_435_761 + 1), Won::new());
    for _ in 0..n {
        let seen = organization::read(&app, &cx).await.unwrap().organization;
        for _ in 0..dice.below(4) {
            tokio::task::yield_now().await;
        }
        let wishes = dice.wishes();
        let edges: Vec<Wish> = wishes.iter().map(|(edge, terms)| Wish::on_terms(*edge, terms.clone())).collect();
        match connection::edit(&app, &cx, seen.id, seen.version, &edges).await {
            Ok(_) => {
                let changes = wishes != seen.open.iter().map(|(edge, o)| (*edge, o.terms.clone())).collect();
                if changes {
                    assert_eq!(won.insert(seen.version + 1, wishes), None, "version {} is made twice", seen.version + 1);
                }
            }
            Err(error) => assert!(["VERSION_STALE", "COLLISION"].contains(&error.code), "{error:?}"),
        }
    }
    won
}

async fn whole_log(group: &Group, cx: &Cx, id: model::id::OrganizationId) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let after = Place::After(entries.last().map_or(0, |last| last.seq));
        let page = organization::log::list(&group.app, cx, id, &Filter::default(), after, 100).await.unwrap();
        if page.is_empty() {
            return entries;
        }
        entries.extend(page.into_iter().map(|named| named.entry));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_thousands_of_edits_at_once_none_is_lost_and_the_log_replays_to_the_same_state() {
    for group in groups().await {
        let made = group.organized().await.organization;
        let mut editors = vec![group.cx(ANN, CENTRAL).await];
        for n in 1..EDITORS {
            let (person, account) = (PersonId(300 + n as i64), ALL[(n % 3) as usize]);
            group.add_person(person, &format!("Editor {n}"), true).await;
            for account in ALL {
                group.put_user(account, person, Role::SuperAdmin, &[Seat::Core]).await;
            }
            editors.push(group.cx(person, account).await);
        }
        let n_asked: u64 = std::env::var("CONSORTIO_EDITS").map_or(EDITS, |n| n.parse().unwrap());
        let dialect = group.app.store.read_home().await.unwrap().dialect();
        let n_each = if dialect == Dialect::Sqlite { n_asked } else { n_asked / 10 + 30 } / EDITORS;
        let editing =
            editors.iter().zip(1..).map(|(cx, seed)| tokio::spawn(keep_editing(group.app.clone(), cx.clone(), seed, n_each)));
        let mut won = Won::new();
        for editor in editing.collect::<Vec<_>>() {
            for (version, wishes) in editor.await.unwrap() {
                assert!(won.insert(version, wishes).is_none(), "two editors made version {version}");
            }
        }
        let engine = group.fresh.engine;
        let versions: Vec<i64> = won.keys().copied().collect();
        let expected: Vec<i64> = (made.version + 1..=made.version + versions.len() as i64).collect();
        assert_eq!(versions, expected, "versions are dense on {engine}");
        let cx = group.cx(ANN, CENTRAL).await;
        let is = organization::read(&group.app, &cx).await.unwrap().organization;
        assert_eq!(is.version, *versions.last().expect("somebody wins"), "{engine}");
        let log = whole_log(&group, &cx, made.id).await;
        let mut chain = Chain::default();
        assert_eq!(log.iter().try_for_each(|entry| chain.take(entry)), Ok(()), "{engine}");
        assert_eq!(replay(&log).unwrap(), State::of(&is), "{engine}");
        // After every version stands what its winner wished, whole.
        let version_of = |entry: &Entry| {
            let detail: serde_json::Value = serde_json::from_str(&entry.said.detail).unwrap();
            detail["version"][1].as_i64()
        };
        let mut so_far: Vec<&Entry> = Vec::new();
        let mut state = State::default();
        for (entry, next) in log.iter().zip(log.iter().skip(1).map(Some).chain([None])) {
            so_far.push(entry);
            let Some(version) = version_of(entry) else { continue };
            if next.and_then(version_of) == Some(version) {
                continue;
            }
            for entry in so_far.drain(..) {
                state = state.followed_by(entry).unwrap();
            }
            if let Some(wishes) = won.get(&version) {
                let open: BTreeMap<EdgeKey, Terms> = state.open.iter().map(|(edge, o)| (*edge, o.terms.clone())).collect();
                assert_eq!(&open, wishes, "version {version} on {engine}");
            }
        }
    }
}
