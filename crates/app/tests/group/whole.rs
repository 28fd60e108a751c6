//! The whole system in one thread, seeded: records and connections change, consumers follow, the process dies in the middle of
//! anything and starts again on the same database. Whatever the order: feeds are without gaps, what was acknowledged is there,
//! what follows from changes happened exactly once, what was erased is nowhere, and nothing of one account shows in another
//! without an open edge.

use crate::consumers::{STAMPS, Stamps};
use crate::simulation::{Step, Truth, look, settle, some_step, take};
use crate::world::*;
use app::association;
use app::consumer::{self, catch_up};
use app::cx::App;
use app::error::Result;
use app::record::{self, Key};
use app::rollup::Rollups;
use jiff::SignedDuration;
use model::change::Kind;
use model::eligibility::Policy;
use model::id::{AccountId, RecordId};
use model::object::{CALL, COMPANY, CONTACT, DEAL, MEETING, NOTE, ObjectType, TASK, TICKET};
use model::record::{Properties, Record};
use model::rollup::{Deal, ROLLED_UP, Summary, Tally, Upcoming};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};
use store::association::Place;
use store::{Dialect, Tx};
use tokio::task::coop;

/// What a task of Tokio may do before it lets others go first.
const TOKIO_BUDGET: usize = 128;

/// Each type with the property that carries a text found nowhere else.
const MARKED: [(ObjectType, &str); 8] = [
    (CONTACT, "firstname"),
    (COMPANY, "name"),
    (DEAL, "dealname"),
    (TICKET, "subject"),
    (NOTE, "hs_note_body"),
    (CALL, "hs_call_title"),
    (MEETING, "hs_meeting_title"),
    (TASK, "hs_task_subject"),
];

/// What happens next. Records are picked by number among those of the account.
#[derive(Debug, Clone)]
enum Act {
    Create {
        marked: usize,
        hours: i64,
        link_to: usize,
    },
    Change {
        pick: usize,
    },
    /// Wins or reopens a deal, completes a task, moves a call.
    Advance {
        pick: usize,
        hours: i64,
    },
    Link {
        from: usize,
        to: usize,
        came: bool,
    },
    Archive {
        pick: usize,
    },
    Restore {
        pick: usize,
    },
    Erase {
        pick: usize,
    },
    Follow {
        rollups: bool,
    },
    Wait {
        minutes: i64,
    },
    Group(Step),
}

/// Where, what, and after how many waits for the database the process dies, if it does.
type Turn = (AccountId, Act, Option<u32>);

fn some_turn() -> impl Strategy<Value = Turn> {
    let (pick, hours) = (0_usize..64, -90_i64..90);
    let act = prop_oneof![
        8 => (0..MARKED.len(), hours.clone(), pick.clone()).prop_map(|(marked, hours, link_to)| Act::Create { marked, hours, link_to }),
        3 => pick.clone().prop_map(|pick| Act::Change { pick }),
        4 => (pick.clone(), hours).prop_map(|(pick, hours)| Act::Advance { pick, hours }),
        4 => (pick.clone(), pick.clone(), prop::bool::weighted(0.7)).prop_map(|(from, to, came)| Act::Link { from, to, came }),
        2 => pick.clone().prop_map(|pick| Act::Archive { pick }),
        2 => pick.clone().prop_map(|pick| Act::Restore { pick }),
        2 => pick.prop_map(|pick| Act::Erase { pick }),
        12 => any::<bool>().prop_map(|rollups| Act::Follow { rollups }),
        6 => (1_i64..600).prop_map(|minutes| Act::Wait { minutes }),
        3 => some_step().prop_map(Act::Group),
    ];
    // On SQLite a verb or a step waits a few times, on PostgreSQL up to some forty times.
    let death = prop_oneof![0_u32..10, 10_u32..60];
    (prop::sample::select(ALL.to_vec()), act, prop::option::weighted(0.4, death))
}

/// Runs something until it is done or the process dies: then nobody learns whether it was done.
async fn until<T>(future: impl Future<Output = T>, mut death: Option<u32>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        if death.is_some() {
            leave_little_budget(cx);
        }
        match (future.as_mut().poll(cx), &mut death) {
            (Poll::Ready(done), _) => Poll::Ready(Some(done)),
            (Poll::Pending, Some(0)) => Poll::Ready(None),
            (Poll::Pending, Some(left)) => {
                *left -= 1;
                Poll::Pending
            }
            (Poll::Pending, None) => Poll::Pending,
        }
    })
    .await
}

/// SQLite hardly ever keeps anybody waiting. Tokio lets a task wait that has used its budget up, so with one unit of it left
/// every lock taken and every commit awaited is a point to die at.
fn leave_little_budget(cx: &mut Context<'_>) {
    for _ in 0..TOKIO_BUDGET - 1 {
        let _: Poll<()> = pin!(coop::consume_budget()).poll(cx);
    }
}

/// What should be known of a record.
struct Known {
    account: AccountId,
    place: Place,
    /// One text, or two after a death between asking and hearing.
    texts: Vec<String>,
    /// Every text it ever had.
    ever: Vec<String>,
    archived: Option<bool>,
}

struct World {
    group: Group,
    stamps: Stamps,
    known: Vec<Known>,
    /// Whether pairs are linked, as far as somebody was told.
    links: BTreeMap<(AccountId, Place, Place), bool>,
    erased: BTreeSet<String>,
    n_texts: usize,
}

fn marker(object: ObjectType) -> &'static str {
    MARKED.iter().find(|(o, _)| *o == object).map_or("", |(_, name)| name)
}

impl World {
    fn text(&mut self) -> String {
        self.n_texts += 1;
        format!("qz{}zq", self.n_texts)
    }

    fn pick(&self, account: AccountId, pick: usize) -> Option<usize> {
        let own: Vec<usize> = (0..self.known.len()).filter(|i| self.known[*i].account == account).collect();
        (!own.is_empty()).then(|| own[pick % own.len()])
    }

    async fn turn(&mut self, (here, act, death): &Turn, truth: &mut Truth) {
        let (here, death) = (*here, *death);
        let heard = match act {
            Act::Create { marked, hours, link_to } => self.create(here, MARKED[*marked], *hours, *link_to, death).await,
            Act::Change { pick } => self.change(here, *pick, death).await,
            Act::Advance { pick, hours } => self.advance(here, *pick, *hours, death).await,
            Act::Link { from, to, came } => self.link(here, *from, *to, *came, death).await,
            Act::Archive { pick } => self.shelve(here, *pick, true, death).await,
            Act::Restore { pick } => self.shelve(here, *pick, false, death).await,
            Act::Erase { pick } => self.erase(here, *pick, death).await,
            Act::Follow { rollups: true } => until(consumer::step(&self.group.app, &Rollups, here), death).await.map(drop),
            Act::Follow { rollups: false } => until(consumer::step(&self.group.app, &self.stamps, here), death).await.map(drop),
            Act::Wait { minutes } => {
                self.group.clock.advance(SignedDuration::from_mins(*minutes));
                Some(())
            }
            Act::Group(step) => {
                take(&self.group, step, truth).await;
                Some(())
            }
        };
        if heard.is_none() {
            self.group.restart().await;
        }
    }

    async fn create(
        &mut self,
        here: AccountId,
        (object, name): (ObjectType, &str),
        hours: i64,
        link_to: usize,
        death: Option<u32>,
    ) -> Option<()> {
        let (text, at) = (self.text(), self.group.app.outside.now() + SignedDuration::from_hours(hours));
        let (at, amount) = (at.to_string(), (hours + 100).to_string());
        let mut pairs = vec![(name, text.as_str())];
        match object {
            DEAL => pairs.extend([("dealstage", "appointmentscheduled"), ("amount", &amount)]),
            TICKET => pairs.push(("hs_pipeline_stage", "1")),
            object if object.is_activity() => pairs.push(("hs_timestamp", &at)),
            _ => {}
        }
        let other = self.pick(here, link_to).map(|i| self.known[i].place);
        let to: Vec<Place> = other.filter(|o| model::association::unlabeled(object, o.0).is_some()).into_iter().collect();
        match until(self.group.made(here, object, &pairs, &to), death).await {
            Some(Ok(id)) => {
                let known = Known {
                    account: here,
                    place: (object, id),
                    texts: vec![text.clone()],
                    ever: vec![text],
                    archived: Some(false),
                };
                self.links.extend(to.into_iter().map(|other| ((here, known.place, other), true)));
                self.known.push(known);
                Some(())
            }
            // The other end is archived.
            Some(Err(error)) => {
                assert_eq!(error.code, "ASSOCIATED_RECORD_NOT_FOUND");
                Some(())
            }
            None => None,
        }
    }

    async fn write(&self, known: &Known, pairs: &[(&str, &str)], death: Option<u32>) -> Option<Result<()>> {
        let patch: Properties = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let (cx, key) = (self.group.system(known.account), Key::id(known.place.1));
        let write = record::update(&self.group.app, &cx, known.place.0, &key, &patch);
        until(write, death).await.map(|done| done.map(drop))
    }

    async fn change(&mut self, here: AccountId, pick: usize, death: Option<u32>) -> Option<()> {
        let Some(i) = self.pick(here, pick) else { return Some(()) };
        let text = self.text();
        let done = self.write(&self.known[i], &[(marker(self.known[i].place.0), &text)], death).await;
        let known = &mut self.known[i];
        known.ever.push(text.clone());
        match done {
            Some(Ok(())) => known.texts = vec![text],
            Some(Err(error)) => assert_eq!((error.code, known.archived != Some(false)), ("OBJECT_NOT_FOUND", true)),
            None => {
                known.texts.push(text);
                return None;
            }
        }
        Some(())
    }

    async fn advance(&mut self, here: AccountId, pick: usize, hours: i64, death: Option<u32>) -> Option<()> {
        let Some(i) = self.pick(here, pick) else { return Some(()) };
        let at = (self.group.app.outside.now() + SignedDuration::from_hours(hours)).to_string();
        let pair = match self.known[i].place.0 {
            DEAL => ("dealstage", if hours % 2 == 0 { "closedwon" } else { "appointmentscheduled" }),
            TASK => ("hs_task_status", if hours % 2 == 0 { "COMPLETED" } else { "WAITING" }),
            object if object.is_activity() => ("hs_timestamp", at.as_str()),
            _ => return Some(()),
        };
        self.write(&self.known[i], &[pair], death).await.map(drop)
    }

    async fn link(&mut self, here: AccountId, from: usize, to: usize, came: bool, death: Option<u32>) -> Option<()> {
        let Some((i, k)) = self.pick(here, from).zip(self.pick(here, to)) else { return Some(()) };
        let (a, b) = (self.known[i].place, self.known[k].place);
        if a == b || model::association::unlabeled(a.0, b.0).is_none() {
            return Some(());
        }
        let cx = self.group.system(here);
        let done = match came {
            true => until(association::link(&self.group.app, &cx, a, b, Vec::new()), death).await.map(|done| done.is_ok()),
            false => until(association::unlink(&self.group.app, &cx, a, b), death).await.map(|done| done.is_ok()),
        };
        let shelved = [i, k].iter().any(|i| self.known[*i].archived != Some(false));
        if done.is_none() || shelved {
            self.links.retain(|(account, x, y), _| *account != here || (*x, *y) != (a, b) && (*x, *y) != (b, a));
        } else {
            assert_eq!(done, Some(true));
            self.links.remove(&(here, b, a));
            self.links.insert((here, a, b), came);
        }
        done.map(drop)
    }

    async fn shelve(&mut self, here: AccountId, pick: usize, archive: bool, death: Option<u32>) -> Option<()> {
        let Some(i) = self.pick(here, pick) else { return Some(()) };
        let ((object, id), cx) = (self.known[i].place, self.group.system(here));
        let (app, key) = (&self.group.app, Key::id(id));
        let done = match archive {
            true => until(record::archive(app, &cx, object, &key), death).await,
            false => until(record::restore(app, &cx, object, &key), death).await.map(|done| done.map(drop)),
        };
        self.known[i].archived = done.is_some().then_some(archive);
        done.map(Result::unwrap)
    }

    async fn erase(&mut self, here: AccountId, pick: usize, death: Option<u32>) -> Option<()> {
        let Some(i) = self.pick(here, pick) else { return Some(()) };
        let known = self.known.swap_remove(i);
        let (cx, key) = (self.group.system(here), Key::id(known.place.1));
        self.links.retain(|(account, a, b), _| *account != here || (*a != known.place && *b != known.place));
        let done = until(record::erase(&self.group.app, &cx, known.place.0, &key), death).await;
        if done.is_some() {
            self.erased.extend(known.ever);
        }
        done.map(Result::unwrap)
    }

    /// Everything that must hold when all consumers have caught up.
    async fn check(&self, life: &str) {
        for here in ALL {
            catch_up(&self.group.app, &Rollups, here, 1_000).await.unwrap();
            catch_up(&self.group.app, &self.stamps, here, 1_000).await.unwrap();
            let mut tx = self.group.app.store.read(here).await.unwrap();
            for ((_, a, b), linked) in self.links.iter().filter(|((account, ..), _)| *account == here) {
                let types = store::association::of_pair(&mut tx, *a, *b).await.unwrap();
                assert_eq!(!types.is_empty(), *linked, "{life}: {here} {a:?} and {b:?}");
            }
            for known in self.known.iter().filter(|k| k.account == here) {
                let record = store::record::load(&mut tx, known.place.0, known.place.1).await.unwrap();
                let record = record.unwrap_or_else(|| panic!("{life}: {:?} of {here} is lost", known.place));
                let text = record.get(marker(record.object)).unwrap_or_default();
                assert!(
                    known.texts.iter().any(|t| t == text),
                    "{life}: {:?} of {here} has {text}, not {:?}",
                    known.place,
                    known.texts
                );
                assert!(known.archived.is_none_or(|a| a == record.archived_at.is_some()), "{life}: {:?} of {here}", known.place);
                if ROLLED_UP.contains(&record.object) {
                    let expected = model::rollup::values(record.object, &from_scratch(&mut tx, &record, &self.group.app).await);
                    let stored = expected.keys().map(|name| (*name, record.get(name).map(str::to_owned))).collect();
                    assert_eq!(expected, stored, "{life}: rollups of {:?} of {here}", known.place);
                }
                if record.object == CONTACT {
                    let history = store::feed::of_record(&mut tx, CONTACT, record.id, i64::MAX, 1_000).await.unwrap();
                    let wanted = |kind| matches!(kind, Kind::RecordCreated | Kind::RecordRestored);
                    let n = history.iter().filter(|r| wanted(r.change.kind)).count();
                    assert_eq!(record.get(STAMPS).unwrap_or_default(), "x".repeat(n), "{life}: stamps of {:?}", known.place);
                }
            }
        }
        self.check_erased(life).await;
    }

    /// No table holds a text of an erased record.
    async fn check_erased(&self, life: &str) {
        let mut tx = self.group.app.store.read_home().await.unwrap();
        let tables = match tx.dialect() {
            Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
            Dialect::Postgres => "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()",
        };
        for mut table in tx.query(tables, &[]).await.unwrap() {
            let table = table.text(0).unwrap();
            for row in tx.query(&format!("SELECT * FROM {table}"), &[]).await.unwrap() {
                let row = format!("{row:?}");
                let left = row.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| self.erased.contains(*word));
                assert_eq!(left, None, "{life}: {table} has a copy of what was erased: {row}");
            }
        }
    }
}

/// The same summary as the store's, from whole records one by one.
async fn from_scratch(tx: &mut Tx, record: &Record, app: &App) -> Summary {
    let (mut summary, now) = (Summary::default(), app.outside.now());
    for object in [DEAL, NOTE, CALL, MEETING, TASK] {
        let Some(_) = model::association::unlabeled(record.object, object) else { continue };
        let links = store::association::page(tx, (record.object, record.id), object, None, 500).await.unwrap();
        let ids: Vec<RecordId> = links.iter().map(|l| l.to).collect();
        let found = store::record::load_many(tx, object, &ids).await.unwrap();
        let times = || found.iter().filter_map(model::timeline::occurred_at);
        let (newest, next) = (times().filter(|at| *at <= now).max(), times().filter(|at| *at > now).min());
        summary.tallies.push(Tally { object, n: found.len() as i64, newest, next });
        for one in &found {
            let at = model::timeline::occurred_at(one).unwrap();
            if object == DEAL {
                let (is_won, amount) = (one.get("hs_is_closed_won") == Some("true"), one.get("amount").map(str::to_owned));
                summary.deals.push(Deal { id: one.id, at, created_at: one.created_at, is_won, amount });
            } else if matches!(object, MEETING | TASK) && at > now {
                let state = one.get("hs_task_status").or(one.get("hs_meeting_outcome")).map(str::to_owned);
                summary.upcoming.push(Upcoming { object, at, state });
            }
        }
    }
    summary
}

#[tokio::test]
async fn whatever_happens_in_whatever_order_and_whenever_the_process_dies_the_system_keeps_its_promises() {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[23; 32]));
    for n in 0..3 {
        for group in groups().await {
            let life = format!("life {n} on {}", group.fresh.engine);
            group.create(ANN, CENTRAL, &[EAST, WEST], Policy::open()).await.unwrap();
            let contacts = settle(&group).await;
            let turns = prop::collection::vec(some_turn(), 250).new_tree(&mut runner).unwrap().current();
            let (mut truth, stamps) = (Truth::default(), Stamps::default());
            let (known, links, erased) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
            let mut world = World { group, stamps, known, links, erased, n_texts: 0 };
            for (at, turn) in turns.iter().enumerate() {
                world.turn(turn, &mut truth).await;
                for (_, engine) in world.group.app.store.locations() {
                    assert_eq!(store::feed::check_dense(engine).await.unwrap(), [], "{life}: after turn {at}, {turn:?}");
                }
                if matches!(turn.1, Act::Group(Step::Look(_))) {
                    look(&world.group, turn.0, &contacts, &truth, &format!("{life}, turn {at}")).await;
                }
            }
            // Whoever died in the middle had a lease.
            world.group.clock.advance(SignedDuration::from_mins(2));
            world.check(&life).await;
            for here in ALL {
                look(&world.group, here, &contacts, &truth, &format!("{life}, the end")).await;
            }
        }
    }
}

#[tokio::test]
async fn a_consumer_that_dies_at_any_point_of_a_step_has_done_it_once_in_the_end() {
    for mut group in groups().await {
        let (stamps, mut death) = (Stamps::default(), 0);
        loop {
            let id = group.made(WEST, CONTACT, &[("firstname", "Ann")], &[]).await.unwrap();
            let survived = until(consumer::step(&group.app, &stamps, WEST), Some(death)).await.is_some();
            group.restart().await;
            group.clock.advance(SignedDuration::from_mins(2));
            catch_up(&group.app, &stamps, WEST, 100).await.unwrap();
            let mut tx = group.app.store.read(WEST).await.unwrap();
            let contact = store::record::load(&mut tx, CONTACT, id).await.unwrap().unwrap();
            assert_eq!(contact.get(STAMPS), Some("x"), "died after {death} waits on {}", group.fresh.engine);
            if survived {
                assert!(death >= 5, "a step waits more often than {death} times");
                break;
            }
            death += 1;
        }
    }
}
