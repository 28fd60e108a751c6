//! Stories about where uploaded files lie: several servers on one PostgreSQL, one on SQLite.

use super::{WEST, World, counts, product, worlds};
use app::cx::App;
use app::import::{self, NewImport, Upload};
use futures_util::FutureExt;
use model::id::ImportId;
use model::import::{Job, Mapping, Mode, State};
use model::object::CONTACT;
use std::collections::BTreeMap;
use store::{Durability, HOME_LOCATION, Store};

const N_ROWS: u64 = 9_000;

/// Rows of four chunks of the database, so that nobody has read them all when the first are written.
fn file() -> Vec<u8> {
    let long = "x".repeat(400);
    let row = |i: u64| format!("p{i}@ex.example,Person {i},{long}\n");
    ["email,firstname,address\n".to_owned()].into_iter().chain((0..N_ROWS).map(row)).collect::<String>().into_bytes()
}

/// What the API does with a form.
async fn upload(world: &World, bytes: &[u8]) -> Upload {
    let mut upload = Upload::begin(&world.app, WEST, world.folder.path()).await.expect("it begins");
    for part in bytes.chunks(300_000) {
        upload.write(part).await.expect("it is taken");
    }
    upload
}

async fn accept(world: &World, bytes: &[u8]) -> ImportId {
    let mut upload = upload(world, bytes).await;
    upload.finish().await.expect("it is kept");
    let file = upload.name().to_owned();
    let folder = world.folder.path();
    let preview = import::preview(&world.app, &world.cx, folder, &file, CONTACT).await.expect("a preview");
    let (mode, columns) = (Mode::Create, preview.guess);
    let mapping = Mapping { object: CONTACT, mode, id_property: None, columns, date_order: None, number_format: None };
    let new = NewImport { file_name: "people.csv".to_owned(), file, mapping, format: None, again: false };
    let (id, _) = import::create(&world.app, &world.cx, folder, new).await.expect("it is accepted");
    upload.keep();
    id
}

/// A second process on the same database. On PostgreSQL it is another machine, with a folder of its own.
async fn second_server(world: &World) -> (App, tempfile::TempDir) {
    let databases = BTreeMap::from([(HOME_LOCATION.to_owned(), world.fresh.dsn.clone())]);
    let store = Store::open(&databases, Durability::Process).await.expect("the database opens");
    let (app, clock) = product(store);
    clock.advance(import::LEASE + jiff::SignedDuration::from_secs(1));
    (app, tempfile::tempdir().expect("a folder"))
}

async fn die_after_a_chunk(world: &World, id: ImportId) {
    let dies = |_: &Job| std::panic::resume_unwind(Box::new("it dies"));
    let running = import::run(&world.app, WEST, id, world.folder.path(), dies);
    std::panic::AssertUnwindSafe(running).catch_unwind().await.expect_err("it dies");
}

async fn n_uploads(world: &World) -> usize {
    let mut tx = world.app.store.read(WEST).await.expect("a read");
    let kept = store::upload::list(&mut tx).await.expect("the uploads").len();
    kept + std::fs::read_dir(world.folder.path()).expect("the folder").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_ends_an_import_whose_server_died_and_does_every_row_once() {
    for world in worlds().await {
        let engine = world.fresh.engine;
        let id = accept(&world, &file()).await;
        die_after_a_chunk(&world, id).await;
        let (second, its_own) = second_server(&world).await;
        // On SQLite there is one server, so the next process has the folder of the one before.
        let folder = if engine == "postgres" { its_own.path() } else { world.folder.path() };
        let job = import::run(&second, WEST, id, folder, |_| {}).await.expect("it goes on");
        assert_eq!((job.state, counts(&job)), (State::Done, (N_ROWS, N_ROWS, 0, 0)), "{engine}: {:?}", job.failure);
        assert_eq!(world.count(CONTACT).await as u64, N_ROWS, "{engine}");
        assert_eq!(world.contact("p8999@ex.example").await.expect("the last").get("firstname"), Some("Person 8999"));
        assert_eq!(import::reconcile(&second, folder).await.expect("it runs"), 0, "{engine}: it went too early");
        assert_eq!(n_uploads(&world).await, 1, "{engine}");
        world.clock.advance(jiff::SignedDuration::from_hours(24 * 365 * 20));
        assert_eq!(import::reconcile(&world.app, world.folder.path()).await.expect("it runs"), 1, "{engine}");
        assert_eq!(n_uploads(&world).await, 0, "{engine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn uploaded_files_go_when_no_import_needs_them_and_not_before() {
    for world in worlds().await {
        let (engine, folder) = (world.fresh.engine, world.folder.path());
        let id = accept(&world, b"email\na@ex.example\n").await;
        let mut stray = upload(&world, b"x").await;
        stray.finish().await.expect("it is kept");
        stray.keep();
        // The clock of the tests stands at or before the moment these files came, so nothing is old yet.
        let reconciled = async || import::reconcile(&world.app, folder).await.expect("it runs");
        assert_eq!((reconciled().await, n_uploads(&world).await), (0, 2), "{engine}");
        world.clock.advance(jiff::SignedDuration::from_hours(24 * 365 * 20));
        assert_eq!((reconciled().await, n_uploads(&world).await), (1, 1), "{engine}");
        assert_eq!(world.run(id).await.state, State::Done, "{engine}: the file of a waiting import went");
        assert_eq!((reconciled().await, n_uploads(&world).await), (1, 0), "{engine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_by_its_path_is_copied_where_other_servers_read_it() {
    for world in worlds().await {
        let engine = world.fresh.engine;
        let id = world.accept(CONTACT, Mode::Create, b"email\na@ex.example\n").await;
        let (second, its_own) = second_server(&world).await;
        let folder = if engine == "postgres" { its_own.path() } else { world.folder.path() };
        let job = import::run(&second, WEST, id, folder, |_| {}).await.expect("it runs");
        assert_eq!((job.state, job.counts.n_created), (State::Done, 1), "{engine}: {:?}", job.failure);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_nobody_accepted_leaves_nothing() {
    for world in worlds().await {
        // Two chunks are in the database already.
        let broken_off = upload(&world, &vec![b'x'; 2_500_000]).await;
        assert_eq!(n_uploads(&world).await, 1, "{}", world.fresh.engine);
        drop(broken_off);
        let mut n_looks = 0;
        while n_uploads(&world).await > 0 {
            n_looks += 1;
            assert!(n_looks < 10_000, "{}: it is still there", world.fresh.engine);
            tokio::task::yield_now().await;
        }
        let mut empty = Upload::begin(&world.app, WEST, world.folder.path()).await.expect("it begins");
        empty.finish().await.expect("it is kept");
        let refused = import::preview(&world.app, &world.cx, world.folder.path(), empty.name(), CONTACT).await;
        let message = refused.expect_err("a refusal").message;
        assert_eq!(message, "the file is empty: its first row must name the columns", "{}", world.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_refuses_a_chunk_interrupts_an_import_and_does_not_end_it() {
    let world = World::on(testkit::postgres().await).await;
    let id = accept(&world, &file()).await;
    die_after_a_chunk(&world, id).await;
    // The bytes are there and come as what no reader understands.
    alter(&world, "ALTER TABLE upload_chunk ALTER bytes TYPE TEXT USING encode(bytes, 'hex')").await;
    let (second, folder) = second_server(&world).await;
    let interrupted = import::run(&second, WEST, id, folder.path(), |_| {}).await.expect_err("an interruption");
    assert_eq!(interrupted.code, "INTERNAL_ERROR");
    assert_eq!(import::read(&world.app, &world.cx, id).await.expect("the job").state, State::Running);
    alter(&world, "ALTER TABLE upload_chunk ALTER bytes TYPE BYTEA USING decode(bytes, 'hex')").await;
    alter(&world, "UPDATE lease SET expires_at = 0").await;
    let (third, folder) = second_server(&world).await;
    let job = import::run(&third, WEST, id, folder.path(), |_| {}).await.expect("it goes on");
    assert_eq!((job.state, counts(&job)), (State::Done, (N_ROWS, N_ROWS, 0, 0)), "{:?}", job.failure);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_which_a_part_is_gone_is_not_taken_for_its_end() {
    let world = World::on(testkit::postgres().await).await;
    let id = accept(&world, &file()).await;
    alter(&world, "DELETE FROM upload_chunk WHERE number = 2").await;
    let job = world.run(id).await;
    assert_eq!(job.state, State::Failed);
    assert!(job.counts.n_processed > 0 && job.counts.n_processed < N_ROWS, "{:?}", job.counts);
    assert_eq!(job.failure.as_deref(), Some("the file is not the one that the import was started with"));
}

async fn alter(world: &World, sql: &str) {
    let mut tx = world.app.store.write(WEST).await.expect("a transaction");
    tx.execute(sql, &[]).await.expect("it is altered");
    tx.commit_bookkeeping().await.expect("a commit");
}
