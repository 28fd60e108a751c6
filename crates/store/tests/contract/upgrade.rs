//! A database of the first release, with something in every table, comes to the present schema and has lost nothing.

use model::id::{AccountId, ImportId, OrganizationId, PersonId, RecordId};
use model::identity::entry::Proof;
use model::identity::history::Filter;
use model::object::{COMPANY, CONTACT, DEAL, NOTE};
use model::organization::log::{self, Place, Said};
use std::collections::{BTreeMap, BTreeSet};
use store::engine::catalog::Table;
use store::{Engine, INSTANCE, Store, Value, feed, migrate};
use testkit::{Fresh, start};

/// The last step of the first release.
const FIRST_RELEASE: i64 = 7;
const WEST: AccountId = AccountId(101);
const GROUP: OrganizationId = OrganizationId(50);
const ANN: PersonId = PersonId(11);

/// What tables of the first release have more by now.
const NEW_COLUMNS: [(&str, &[&str]); 6] = [
    ("connection_edge", &["approved_at", "approved_by", "closed_at", "review_at", "review_told"]),
    ("import_job", &["content"]),
    ("organization_member", &["frozen_reason", "frozen_until"]),
    ("parked", &["told"]),
    ("person", &["email_proved_at"]),
    (
        "session",
        &[
            "longest_pause",
            "proved",
            "provider_id",
            "provider_session",
            "stand_in_account_id",
            "stand_in_person_id",
            "stand_in_until",
        ],
    ),
];

fn engine(fresh: &Fresh) -> Engine {
    fresh.store.locations().next().expect("a location").1.clone()
}

async fn execute(engine: &Engine, statements: &str) {
    let mut tx = engine.write().await.expect("a transaction");
    let code: Vec<&str> = statements.lines().filter(|line| !line.starts_with("--")).collect();
    for statement in code.join("\n").split(";\n").filter(|statement| !statement.trim().is_empty()) {
        tx.execute(statement, &[]).await.unwrap_or_else(|e| panic!("{e}"));
    }
    tx.commit().await.expect("a commit");
}

/// A database as the first release left it: the tables of its first step filled before the others came.
async fn first_release(fresh: &Fresh) {
    let engine = engine(fresh);
    migrate::migrate_until(&engine, 1, start()).await.expect("the first step");
    execute(&engine, include_str!("first_release.sql")).await;
    migrate::migrate_until(&engine, FIRST_RELEASE, start()).await.expect("the first release");
    let later = "INSERT INTO company (account_id, company, updated_at) VALUES
          (101, '{\"legal_name\":\"Vest ApS\",\"contacts\":{\"primary\":[{\"user\":11}]}}', 1000);
        INSERT INTO organization_contacts (organization_id, contacts, updated_at) VALUES (50, '{\"security\":[{\"address\":\"soc@x.example\"}]}', 1000);
        INSERT INTO look_again (account_id, type_id, record_id, consumer, due_at) VALUES (101, 2, 1001, 'rollup', 5000);\n";
    execute(&engine, later).await;
    let mut entry = None;
    let mut tx = engine.write().await.expect("a transaction");
    for act in ["verified", "edge_opened", "edge_closed"] {
        let said =
            Said { at: 1_200, actor: "person:11".into(), act: act.into(), subject: "organization".into(), detail: "{}".into() };
        let next = log::append(entry.as_ref().map(|e: &log::Entry| (e.seq, e.hash.as_str())), said);
        let sql = "INSERT INTO organization_log (organization_id, seq, at, actor, act, subject, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let said = &next.said;
        let texts = [&said.actor, &said.act, &said.subject, &said.detail, &next.hash].map(Value::from);
        let params: Vec<Value> = [GROUP.into(), next.seq.into(), said.at.into()].into_iter().chain(texts).collect();
        tx.execute(sql, &params).await.expect("an entry");
        entry = Some(next);
    }
    tx.commit().await.expect("a commit");
}

type Rows = BTreeSet<Vec<String>>;

/// Every row of every table, with the columns it has in `tables`.
async fn contents(engine: &Engine, tables: &[Table]) -> BTreeMap<String, Rows> {
    let mut tx = engine.read().await.expect("a read");
    let mut contents = BTreeMap::new();
    for table in tables {
        let sql = format!("SELECT {} FROM {}", table.columns.join(", "), table.name);
        let rows = tx.query(&sql, &[]).await.unwrap_or_else(|e| panic!("{e}"));
        let rows = rows.into_iter().map(|row| row.0.iter().map(|value| format!("{value:?}")).collect());
        contents.insert(table.name.clone(), rows.collect());
    }
    contents
}

async fn tables(engine: &Engine) -> Vec<Table> {
    let tables = engine.read().await.expect("a read").tables().await.expect("the tables");
    tables.into_iter().filter(|table| table.name != "schema_step").collect()
}

async fn rows(engine: &Engine, sql: &str) -> Vec<Vec<Value>> {
    let rows = engine.read().await.expect("a read").query(sql, &[]).await.unwrap_or_else(|e| panic!("{e}"));
    rows.into_iter().map(|row| row.0).collect()
}

fn number(n: i64) -> Value {
    Value::Int(n)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filled_database_of_the_first_release_loses_nothing_on_its_way() {
    for fresh in testkit::empty_engines().await {
        first_release(&fresh).await;
        let engine = engine(&fresh);
        let old_tables = tables(&engine).await;
        let mut before = contents(&engine, &old_tables).await;
        let empty: Vec<_> = before.iter().filter(|(_, rows)| rows.is_empty()).map(|(name, _)| name).collect();
        assert!(empty.is_empty(), "{}: nothing is in {empty:?}", fresh.engine);
        migrate::migrate(&engine, start()).await.expect("it migrates");
        assert_eq!(migrate::pending(&engine).await.expect("an answer"), []);
        let mut after = contents(&engine, &old_tables).await;
        // What is new among what was there: notices begin at the end of what there was to tell.
        let (cursors, known) = (after.remove("cursor_position").expect("it"), before.remove("cursor_position").expect("it"));
        assert!(cursors.is_superset(&known) && cursors.len() == known.len() + 2, "{}: {cursors:?}", fresh.engine);
        for (table, rows) in &before {
            assert_eq!(&after[table], rows, "{}: {table}", fresh.engine);
        }
        let new = tables(&engine).await;
        let more = |old: &Table| {
            let now = new.iter().find(|table| table.name == old.name).expect("a table is gone");
            let more: BTreeSet<_> = now.columns.iter().filter(|column| !old.columns.contains(column)).cloned().collect();
            (!more.is_empty()).then(|| (old.name.clone(), more))
        };
        let expected = NEW_COLUMNS.map(|(table, columns)| (table.to_owned(), columns.iter().map(|c| (*c).to_owned()).collect()));
        assert_eq!(old_tables.iter().filter_map(more).collect::<BTreeMap<_, BTreeSet<String>>>(), expected.into());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_steps_of_the_first_release_say_about_older_rows_is_right() {
    for fresh in testkit::empty_engines().await {
        first_release(&fresh).await;
        let engine = engine(&fresh);
        let status = rows(&engine, "SELECT account_id, person_id, status FROM account_user ORDER BY account_id, person_id").await;
        let user = |account, person, status| vec![number(account), number(person), text(status)];
        // Cat has neither password nor passkey, so she is invited where she was active; Bo has a passkey.
        let expected = [
            user(101, 11, "active"),
            user(101, 12, "active"),
            user(101, 13, "invited"),
            user(102, 11, "active"),
            user(102, 13, "deactivated"),
        ];
        assert_eq!(status, expected, "{}", fresh.engine);
        let left = rows(&engine, "SELECT kind FROM challenge").await;
        assert_eq!(left, [[text("sign_in")]], "{}: links that do not say into which account are given anew", fresh.engine);
        let domains = rows(&engine, "SELECT domain, record_id FROM company_domain ORDER BY domain").await;
        let expected = ["cancity2.example", "cancity3.example"].map(|domain| vec![text(domain), number(1001)]);
        assert_eq!(domains, expected, "{}", fresh.engine);
        assert_eq!(rows(&engine, "SELECT DISTINCT definitions_version FROM account_head").await, [[number(0)]]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_columns_and_tables_say_about_older_rows_what_was_so() {
    for fresh in testkit::empty_engines().await {
        first_release(&fresh).await;
        let (engine, null) = (engine(&fresh), Value::Null);
        migrate::migrate(&engine, start()).await.expect("it migrates");
        let edges = "SELECT source_account_id, approved_by, approved_at, review_at, review_told, closed_at FROM connection_edge
                     ORDER BY source_account_id";
        let edge = |source, at| vec![number(source), number(11), number(at), null.clone(), number(0), null.clone()];
        assert_eq!(rows(&engine, edges).await, [edge(101, 1_200), edge(102, 1_150)], "{}", fresh.engine);
        let sessions = "SELECT id, proved, longest_pause, stand_in_person_id, stand_in_account_id, stand_in_until, provider_id,
                        provider_session FROM session ORDER BY id";
        let session = |id, proved| [vec![text(id), text(proved), number(0)], vec![null.clone(); 5]].concat();
        let expected = [session("s1", "password,recovery"), session("s2", "password")];
        assert_eq!(rows(&engine, sessions).await, expected, "{}", fresh.engine);
        let members = rows(&engine, "SELECT DISTINCT frozen_until, frozen_reason FROM organization_member").await;
        assert_eq!(members, [[null.clone(), null.clone()]]);
        assert_eq!(rows(&engine, "SELECT content FROM import_job").await, [[null.clone()]]);
        assert_eq!(rows(&engine, "SELECT told FROM parked").await, [[number(0)]]);
        let excluded = rows(&engine, "SELECT account_id, type_id, record_id FROM record_excluded").await;
        assert_eq!(excluded, [[number(101), number(1), number(1002)]], "{}: who objects still does", fresh.engine);
        let history = rows(&engine, "SELECT seq, at, act, person_id, account_id FROM security_entry ORDER BY seq").await;
        let entry = |seq, at, act, person, account| vec![number(seq), number(at), text(act), number(person), account];
        let expected = [entry(2, 1_100, "session.create", 11, null.clone()), entry(4, 1_300, "user.update", 12, number(101))];
        assert_eq!(history, expected, "{}", fresh.engine);
        let cursors = "SELECT consumer, seq FROM cursor_position WHERE consumer LIKE 'notice%' ORDER BY consumer";
        let expected = [[text("notice"), number(4)], [text("notice:50"), number(3)]];
        assert_eq!(rows(&engine, cursors).await, expected, "{}: nobody is told of what was long ago", fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_product_reads_what_the_first_release_wrote() {
    for fresh in testkit::empty_engines().await {
        first_release(&fresh).await;
        migrate::migrate(&engine(&fresh), start()).await.expect("it migrates");
        directory(&fresh.store, fresh.engine).await;
        account(&fresh.store, fresh.engine).await;
        assert_eq!(feed::check_dense(&engine(&fresh)).await.expect("the feeds"), [], "{}", fresh.engine);
    }
}

async fn directory(store: &Store, engine: &str) {
    let tx = &mut store.read_home().await.expect("a read");
    let west = store::account::read(tx, WEST).await.expect("it reads").expect("an account");
    assert_eq!((west.name.as_str(), west.subscriptions.0.len()), ("Vest Ærø", 2), "{engine}");
    assert_eq!(store::account::users(tx, WEST).await.expect("it reads").len(), 3);
    let reps = store::account::permission_sets(tx, WEST).await.expect("it reads");
    assert_eq!((reps[0].name.as_str(), reps[0].permissions.names.len()), ("Reps", 2));
    let found = store::session::find(tx, "h1", Some(WEST), start()).await.expect("it reads").expect("a session");
    assert_eq!(found.session.proved, [Proof::Password, Proof::Recovery].into(), "{engine}");
    assert!(found.place.is_some() && found.enrolled.totp && found.enrolled.password && found.policy.is_none());
    assert!(store::token::bearer(tx, "th1").await.expect("it reads").is_some());
    let (group, _) = store::organization::read(tx, GROUP).await.expect("it reads").expect("an organization");
    assert_eq!(group.policy, model::eligibility::Policy::parity(), "{engine}: rules from before have parity's values");
    let (edge, opened) = group.open.iter().next().expect("an edge");
    assert_eq!((edge.source, opened.terms.types.clone(), opened.by), (WEST, BTreeSet::from([NOTE, DEAL]), ANN), "{engine}");
    assert_eq!((opened.terms.masked.len(), opened.terms.purpose.as_deref()), (1, Some("one service")));
    let past = store::organization::policy(tx, OrganizationId(51)).await.expect("it reads").expect("a policy");
    assert_eq!((past.transfer_mechanism.as_deref(), past.warn_days.len()), (Some("SCC"), 3), "{engine}: and ours has ours");
    let entries = store::organization::log(tx, GROUP, &log::Filter::default(), Place::After(0), 9).await.expect("it reads");
    assert_eq!((entries.len(), log::verify(&entries)), (3, Ok(())), "{engine}");
    let company = store::company::read(tx, WEST).await.expect("it reads");
    assert_eq!((company.legal_name.as_str(), company.contacts.len()), ("Vest ApS", 1));
    assert_eq!(store::company::defaults(tx, GROUP).await.expect("it reads").len(), 1);
    let history = store::security_history::of_person(tx, ANN, &everything(), 9).await.expect("it reads");
    assert_eq!(history.len(), 1, "{engine}");
    assert_eq!(feed::read(tx, 0, 9).await.expect("it reads").len(), 4);
}

fn everything() -> Filter {
    Filter { since: jiff::Timestamp::UNIX_EPOCH, ..Filter::all(start()) }
}

async fn account(store: &Store, engine: &str) {
    let tx = &mut store.read(WEST).await.expect("a read");
    let company = store::record::load(tx, COMPANY, RecordId(1001)).await.expect("it reads").expect("a company");
    assert_eq!(company.get("name"), Some("Cancity"));
    assert_eq!(store::domain::find(tx, "cancity3.example", 9).await.expect("it reads"), [company], "{engine}");
    let key = model::record::UniqueKey::new("email", "aase@cancity.example");
    assert!(store::record::load_by_key(tx, CONTACT, &key).await.expect("it reads").is_some());
    assert_eq!(store::property::list(tx).await.expect("it reads")[0].1.name, "shoe_size", "{engine}");
    assert_eq!(store::property::groups(tx).await.expect("it reads").len(), 1);
    assert_eq!(store::pipeline::list(tx).await.expect("it reads")[0].1.stages.len(), 1);
    assert_eq!(store::association::labels(tx).await.expect("it reads").len(), 2);
    let job = store::import::load(tx, ImportId(701)).await.expect("it reads").expect("an import");
    assert_eq!((job.counts.n_processed, job.content), (4, None), "{engine}");
    assert_eq!(store::import::unfinished(tx).await.expect("it reads"), [ImportId(701)]);
    assert_eq!(store::inbox::parked(tx, "rollup", 9).await.expect("it reads")[0].record, Some(RecordId(1001)));
    let changes = feed::read(tx, 0, 9).await.expect("it reads");
    assert_eq!((changes.len(), changes[1].by.cause.as_ref().map(|cause| cause.seq)), (3, Some(7)), "{engine}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_alone_leads_where_all_steps_together_lead() {
    for (together, alone) in testkit::empty_engines().await.into_iter().zip(testkit::empty_engines().await) {
        first_release(&together).await;
        first_release(&alone).await;
        let steps = migrate::migrate(&engine(&together), start()).await.expect("it migrates");
        let engine = engine(&alone);
        for step in &steps {
            // The process ends after each, and the next one finds exactly that step done.
            let taken = migrate::migrate_until(&engine, step.number, start()).await.expect("a step");
            assert_eq!(taken, std::slice::from_ref(step), "{}", alone.engine);
            assert_eq!(migrate::migrate_until(&engine, step.number, start()).await.expect("nothing"), [], "{}", alone.engine);
        }
        let tables = tables(&engine).await;
        assert_eq!(contents(&engine, &tables).await, contents(&self::engine(&together), &tables).await, "{}", alone.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_ends_in_the_middle_leaves_the_database_as_it_was() {
    for fresh in testkit::empty_engines().await {
        first_release(&fresh).await;
        let engine = engine(&fresh);
        let steps = migrate::pending(&engine).await.expect("the steps");
        // A table of the last step is there already, so that the step fails when all others are done.
        execute(&engine, "CREATE TABLE organization_proposal (id BIGINT PRIMARY KEY);\n").await;
        let old_tables = tables(&engine).await;
        let before = contents(&engine, &old_tables).await;
        migrate::migrate(&engine, start()).await.expect_err("it ends in the middle");
        assert_eq!(migrate::pending(&engine).await.expect("the steps"), steps, "{}", fresh.engine);
        assert_eq!((tables(&engine).await, contents(&engine, &old_tables).await), (old_tables, before), "{}", fresh.engine);
        execute(&engine, "DROP TABLE organization_proposal;\n").await;
        assert_eq!(migrate::migrate(&engine, start()).await.expect("it migrates"), steps, "{}", fresh.engine);
        let head = feed::head(&mut fresh.store.read(INSTANCE).await.expect("a read")).await.expect("a head");
        assert_eq!(head, 4);
    }
}
