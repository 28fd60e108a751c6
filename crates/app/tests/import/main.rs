//! Stories about imports: good rows go in, bad ones come back, nothing stops, nothing is lost or doubled.

mod servers;

use app::cx::{App, Cx, Settings};
use app::import::{self, NewImport};
use futures_util::FutureExt;
use model::account::{Account, Kind, Status, Subscriptions};
use model::id::{AccountId, ImportId};
use model::import::{Column, Job, Mapping, Mode, State};
use model::object::{COMPANY, CONTACT, DEAL, ObjectType};
use model::record::{Record, UniqueKey};
use outside::Clock as _;
use std::collections::BTreeSet;
use store::{Store, feed};
use testkit::{Fresh, start};

const WEST: AccountId = AccountId(8);

struct World {
    app: App,
    cx: Cx,
    folder: tempfile::TempDir,
    clock: std::sync::Arc<testkit::FixedClock>,
    fresh: Fresh,
}

async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for fresh in testkit::engines().await {
        worlds.push(World::on(fresh).await);
    }
    worlds
}

fn product(store: Store) -> (App, std::sync::Arc<testkit::FixedClock>) {
    let (outside, clock) = testkit::outside(1);
    let settings = Settings {
        public_url: "https://crm.example".to_owned(),
        seal_key: [7; 32],
        demo: false,
        private_addresses: false,
        cheap_hashing: true,
    };
    (App::new(store, outside, settings), clock)
}

impl World {
    async fn on(fresh: Fresh) -> World {
        let (app, clock) = product(fresh.store.clone());
        let account = Account {
            id: WEST,
            name: "West".to_owned(),
            kind: Kind::Standard,
            status: Status::Active,
            location: store::HOME_LOCATION.to_owned(),
            time_zone: "Europe/Rome".to_owned(),
            currency: "EUR".to_owned(),
            sensitive: false,
            subscriptions: Subscriptions::default(),
            created_at: start(),
        };
        let mut home = app.store.write_home().await.expect("a transaction");
        store::account::create(&mut home, &account).await.expect("an account");
        home.commit_bookkeeping().await.expect("a commit");
        let cx = Cx::system(&app, WEST);
        World { app, cx, folder: tempfile::tempdir().expect("a folder"), clock, fresh }
    }

    fn file(&self, bytes: &[u8]) -> String {
        std::fs::write(self.folder.path().join("file.csv"), bytes).expect("the file");
        "file.csv".to_owned()
    }

    async fn accept(&self, object: ObjectType, mode: Mode, bytes: &[u8]) -> ImportId {
        let file = self.file(bytes);
        let preview = import::preview(&self.app, &self.cx, self.folder.path(), &file, object).await.expect("a preview");
        let mapping = Mapping { object, mode, id_property: None, columns: preview.guess, date_order: None, number_format: None };
        let new = NewImport { file_name: "people.csv".to_owned(), file, mapping, format: None, again: false };
        import::create(&self.app, &self.cx, self.folder.path(), new).await.expect("it is accepted").0
    }

    async fn run(&self, id: ImportId) -> Job {
        import::run(&self.app, WEST, id, self.folder.path(), |_| {}).await.expect("it runs")
    }

    async fn import(&self, object: ObjectType, mode: Mode, text: &str) -> (Job, Vec<(u64, String)>) {
        let id = self.accept(object, mode, text.as_bytes()).await;
        let job = self.run(id).await;
        (job, self.refused(id).await)
    }

    async fn refused(&self, id: ImportId) -> Vec<(u64, String)> {
        let refused = import::refused(&self.app, &self.cx, id, 0, 1_000).await.expect("the refused rows");
        refused.into_iter().map(|r| (r.row, r.reason)).collect()
    }

    async fn contact(&self, email: &str) -> Option<Record> {
        let mut tx = self.app.store.read(WEST).await.expect("a read");
        store::record::load_by_key(&mut tx, CONTACT, &UniqueKey::new("email", email)).await.expect("a look")
    }

    async fn count(&self, object: ObjectType) -> usize {
        let mut tx = self.app.store.read(WEST).await.expect("a read");
        store::record::count(&mut tx, object).await.expect("a count")
    }
}

fn counts(job: &Job) -> (u64, u64, u64, u64) {
    let c = job.counts;
    (c.n_processed, c.n_created, c.n_updated, c.n_failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn good_rows_go_in_and_bad_rows_come_back_with_their_reason() {
    for world in worlds().await {
        let text = "\u{feff}E-mail;First name;Lifecycle stage;Shoe size\r\n\
                    ann@ex.example;Ann;Lead;38\r\n\
                    not an address;Bo;;\r\n\
                    ;Carla;;\r\n\
                    dan@ex.example;Dan;Wizard;\r\n\
                    eva@ex.example;Eva\r\n\
                    ANN@ex.example;Anna;Customer;39\r\n";
        let (job, refused) = world.import(CONTACT, Mode::Upsert, text).await;
        assert_eq!((job.state, counts(&job)), (State::Done, (6, 2, 1, 3)), "{}", world.fresh.engine);
        let rows: Vec<u64> = refused.iter().map(|(row, _)| *row).collect();
        assert_eq!(rows, [3, 5, 6]);
        assert_eq!(refused[0].1, "Email address not an address is invalid");
        assert!(refused[1].1.starts_with("Wizard was not one of the allowed options of lifecyclestage"), "{}", refused[1].1);
        assert_eq!(refused[2].1, "the row has 2 fields, the header has 4");
        let ann = world.contact("ann@ex.example").await.expect("Ann");
        assert_eq!((ann.get("firstname"), ann.get("lifecyclestage")), (Some("Anna"), Some("customer")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_taken_before_doubles_nothing_unless_somebody_says_so() {
    for world in worlds().await {
        let deals = "Deal name;Deal stage;Amount;Close date\nOne;Closed Won;1.234,50;20.10.2026\nTwo;Closed Won;7,5;3.4.2026\n";
        let (job, refused) = world.import(DEAL, Mode::Upsert, deals).await;
        assert_eq!((counts(&job), refused.len()), ((2, 2, 0, 0), 0), "{}: {refused:?}", world.fresh.engine);
        let again = |object, allowed| {
            let world = &world;
            async move {
                let file = world.file(if object == DEAL { deals } else { "E-mail\nann@ex.example\n" }.as_bytes());
                let preview =
                    import::preview(&world.app, &world.cx, world.folder.path(), &file, object).await.expect("a preview");
                let (mode, columns) = (Mode::Upsert, preview.guess);
                let mapping = Mapping { object, mode, id_property: None, columns, date_order: None, number_format: None };
                let new = NewImport { file_name: String::new(), file, mapping, format: None, again: allowed };
                let done = import::create(&world.app, &world.cx, world.folder.path(), new).await;
                (preview.repeats.is_some(), done.map(|_| "taken").unwrap_or_else(|e| e.code))
            }
        };
        assert_eq!(again(DEAL, false).await, (true, "IMPORT_ALREADY_DONE"), "{}", world.fresh.engine);
        assert_eq!(again(DEAL, true).await, (true, "taken"));
        // Rows that find the records they made are harmless.
        assert_eq!(again(CONTACT, false).await, (false, "taken"));
        assert_eq!(again(CONTACT, false).await, (true, "taken"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_refused_every_row_may_be_made_again() {
    for world in worlds().await {
        let unclear = b"Deal name;Deal stage;Amount\nOne;Closed Won;1.234\n";
        for _ in 0..2 {
            let id = world.accept(DEAL, Mode::Create, unclear).await;
            assert_eq!(counts(&world.run(id).await), (1, 0, 0, 1), "{}", world.fresh.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_import_of_a_file_may_be_made_again() {
    for world in worlds().await {
        let id = world.accept(DEAL, Mode::Create, b"Deal name,Deal stage\nOne,Closed Won\n").await;
        import::cancel(&world.app, &world.cx, id).await.expect("it stops");
        let id = world.accept(DEAL, Mode::Create, b"Deal name,Deal stage\nOne,Closed Won\n").await;
        assert_eq!(counts(&world.run(id).await), (1, 1, 0, 0), "{}", world.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mode_decides_what_happens_to_what_exists_and_what_does_not() {
    for world in worlds().await {
        let first = "email,firstname\na@ex.example,A\nb@ex.example,B\n";
        assert_eq!(counts(&world.import(CONTACT, Mode::Create, first).await.0), (2, 2, 0, 0));
        let second = "email,firstname,lastname\nb@ex.example,,Bee\nc@ex.example,C,Cee\n";
        let (job, refused) = world.import(CONTACT, Mode::Create, second).await;
        assert_eq!(counts(&job), (2, 1, 0, 1), "{}", world.fresh.engine);
        assert!(refused[0].1.starts_with("the contact exists already, with the ID "), "{}", refused[0].1);
        let third = "email,lastname\nb@ex.example,Bee\nd@ex.example,Dee\n,Eff\n";
        let (job, refused) = world.import(CONTACT, Mode::Update, third).await;
        assert_eq!(counts(&job), (3, 0, 1, 2));
        assert_eq!(refused[0].1, "there is no contact whose email is d@ex.example");
        assert_eq!(refused[1].1, "the row has no email, by which the contact is found");
        // An empty cell says nothing: the first name of the first import is still there.
        let b = world.contact("b@ex.example").await.expect("B");
        assert_eq!((b.get("firstname"), b.get("lastname")), (Some("B"), Some("Bee")));
        let by_id = format!("Record ID,firstname\n{},Bob\n999999,Nobody\n", b.id);
        let (job, refused) = world.import(CONTACT, Mode::Upsert, &by_id).await;
        assert_eq!((counts(&job), refused[0].1.as_str()), ((2, 0, 1, 1), "there is no contact with the ID 999999"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn companies_are_recognized_by_their_domain() {
    for world in worlds().await {
        let first = "name,domain\nAcme,https://www.acme.example/shop\nOther,other.example\n";
        assert_eq!(counts(&world.import(COMPANY, Mode::Upsert, first).await.0), (2, 2, 0, 0));
        let second = "name,domain,city\nAcme Ltd,acme.example,Rome\nNew,new.example,Oslo\nNewer,new.example,Bergen\n";
        assert_eq!(counts(&world.import(COMPANY, Mode::Upsert, second).await.0), (3, 1, 2, 0), "{}", world.fresh.engine);
        assert_eq!(world.count(COMPANY).await, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_another_contact_has_as_its_second_is_refused() {
    for world in worlds().await {
        let first = "email,hs_additional_emails\na@ex.example,a2@ex.example;a3@ex.example\nb@ex.example,\n";
        assert_eq!(counts(&world.import(CONTACT, Mode::Upsert, first).await.0), (2, 2, 0, 0));
        let second = "email,hs_additional_emails\nb@ex.example,a2@ex.example\nc@ex.example,a3@ex.example\n";
        let (job, refused) = world.import(CONTACT, Mode::Upsert, second).await;
        assert_eq!(counts(&job), (2, 0, 0, 2), "{}", world.fresh.engine);
        assert_eq!(refused[0].1, "email a2@ex.example belongs to another contact");
        assert!(refused[1].1.ends_with("email is a3@ex.example"), "{}", refused[1].1);
    }
}

fn many(n: usize) -> String {
    let row = |i: usize| format!("p{i}@ex.example,Person {i}\n");
    ["email,firstname\n".to_owned()].into_iter().chain((0..n).map(row)).collect()
}

/// Dropping the future between two chunks is what a crash looks like to the database.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_cut_off_goes_on_without_losing_or_doubling_a_row() {
    for world in worlds().await {
        let id = world.accept(CONTACT, Mode::Create, many(9_000).as_bytes()).await;
        // It ends where it stands, behind its first chunk.
        let cut_off = |_: &Job| std::panic::resume_unwind(Box::new("cut off"));
        let running = import::run(&world.app, WEST, id, world.folder.path(), cut_off);
        std::panic::AssertUnwindSafe(running).catch_unwind().await.expect_err("it is cut off");
        let cut = import::read(&world.app, &world.cx, id).await.expect("the job");
        assert!(cut.state == State::Running && cut.counts.n_processed == 2_000, "{cut:?}");
        assert_eq!(world.count(CONTACT).await as u64, cut.counts.n_created);
        // Its lease is still running, so nobody else may touch it; when it is over somebody may.
        let busy = import::run(&world.app, WEST, id, world.folder.path(), |_| {}).await.expect_err("a refusal");
        assert_eq!(busy.code, "IMPORT_RUNS_ELSEWHERE");
        let mut tx = world.app.store.write(WEST).await.expect("a transaction");
        tx.execute("UPDATE lease SET expires_at = 0", &[]).await.expect("the lease expires");
        tx.commit_bookkeeping().await.expect("a commit");
        assert_eq!(import::unfinished(&world.app, WEST).await.expect("the unfinished"), [id]);
        let job = world.run(id).await;
        assert_eq!((job.state, counts(&job)), (State::Done, (9_000, 9_000, 0, 0)), "{}", world.fresh.engine);
        assert_eq!(world.count(CONTACT).await, 9_000);
        assert_eq!(world.run(id).await, job, "a finished import does nothing more");
        let gaps = feed::check_dense(world.app.store.locations().next().expect("a location").1).await.expect("the feeds");
        assert_eq!(gaps, []);
    }
}

/// Two files about the same people: the later one is right, whichever process carries which one out.
#[tokio::test]
async fn imports_go_in_the_order_they_were_accepted_and_a_lost_property_keeps_nobody_waiting() {
    for world in worlds().await {
        let accept = async |name: &str, text: &str, titles: &[(&str, &str)]| {
            std::fs::write(world.folder.path().join(name), text).expect("a file");
            let column =
                |(title, property): &(&str, &str)| Column { column: (*title).to_owned(), property: Some((*property).to_owned()) };
            let columns = titles.iter().map(column).collect();
            let mode = Mode::Upsert;
            let mapping = Mapping { object: CONTACT, mode, id_property: None, columns, date_order: None, number_format: None };
            let new = NewImport { file_name: name.to_owned(), file: name.to_owned(), mapping, format: None, again: false };
            import::create(&world.app, &world.cx, world.folder.path(), new).await.expect("it is accepted").0
        };
        let named = [("email", "email"), ("firstname", "firstname")];
        let first = accept("first.csv", "email,firstname\np@ex.example,Wrong\n", &named).await;
        let second = accept("second.csv", "email,firstname\np@ex.example,Right\n", &named).await;
        let waits = import::run(&world.app, WEST, second, world.folder.path(), |_| {}).await.expect_err("the first goes first");
        assert_eq!(waits.code, "IMPORT_WAITS", "{}", world.fresh.engine);
        world.run(first).await;
        world.run(second).await;
        let contact = world.contact("p@ex.example").await.expect("the contact");
        assert_eq!(contact.get("firstname"), Some("Right"));

        let shoe = model::property::definition::DefinitionInput {
            name: "shoe".to_owned(),
            label: "Shoe".to_owned(),
            value_type: model::property::ValueType::String,
            field_type: model::property::FieldType::Text,
            group_name: "contactinformation".to_owned(),
            description: String::new(),
            display_order: -1,
            options: vec![],
            has_unique_value: false,
            hidden: false,
            form_field: false,
            referenced_object_type: None,
            sensitivity: model::property::Sensitivity::NonSensitive,
        };
        app::property::create(&world.app, &world.cx, CONTACT, vec![shoe]).await.expect("a property");
        let lost = accept("third.csv", "email,shoe\np@ex.example,41\n", &[("email", "email"), ("shoe", "shoe")]).await;
        let next = accept("fourth.csv", "email,firstname\np@ex.example,Last\n", &named).await;
        app::property::archive(&world.app, &world.cx, CONTACT, &["shoe".to_owned()]).await.expect("it goes");
        let job = world.run(lost).await;
        assert_eq!(job.state, State::Failed, "{job:?}");
        assert!(job.failure.is_some_and(|why| why.contains("shoe")));
        assert_eq!(world.run(next).await.state, State::Done);
    }
}

/// A clock that makes every thread but one wait until it is let go: a file that comes slowly, as its reader sees it.
struct Gate {
    clock: std::sync::Arc<testkit::FixedClock>,
    passes: std::thread::ThreadId,
    /// Opens when its sender goes.
    shut: std::sync::Mutex<std::sync::mpsc::Receiver<()>>,
}

impl outside::Clock for Gate {
    fn now(&self) -> jiff::Timestamp {
        if std::thread::current().id() != self.passes {
            drop(self.shut.lock().map(|shut| shut.recv()));
        }
        self.clock.now()
    }
}

#[tokio::test]
async fn a_process_that_waits_for_its_file_keeps_its_import() {
    for world in worlds().await {
        let id = world.accept(CONTACT, Mode::Create, b"email\na@ex.example\n").await;
        let passes = std::thread::current().id();
        let (open, shut) = std::sync::mpsc::channel();
        let gate = std::sync::Arc::new(Gate { clock: world.clock.clone(), passes, shut: shut.into() });
        let outside = outside::Outside { clock: gate.clone(), ..world.app.outside.clone() };
        let app = App::new(world.app.store.clone(), outside, world.app.settings.clone());
        let folder = world.folder.path().to_owned();
        let running = tokio::spawn(async move { import::run(&app, WEST, id, &folder, |_| {}).await });
        let over_at = async || {
            let mut tx = world.app.store.read(WEST).await.expect("a read");
            let row = tx.query_opt("SELECT expires_at FROM lease WHERE account_id = 8", &[]).await.expect("an answer");
            row.map(|mut row| row.time(0).expect("a time"))
        };
        while over_at().await.is_none() {
            tokio::task::yield_now().await;
        }
        tokio::time::pause();
        for _ in 0..4 {
            world.clock.advance(import::HEARTBEAT.try_into().expect("a span"));
            let renewed = Some(world.clock.now() + import::LEASE);
            let mut n_heartbeats = 0;
            while over_at().await != renewed {
                n_heartbeats += 1;
                assert!(n_heartbeats < 10_000, "{}: nobody says that the import lives", world.fresh.engine);
                tokio::time::advance(import::HEARTBEAT).await;
            }
        }
        let busy = import::run(&world.app, WEST, id, world.folder.path(), |_| {}).await.expect_err("a refusal");
        assert_eq!(busy.code, "IMPORT_RUNS_ELSEWHERE", "{}", world.fresh.engine);
        tokio::time::resume();
        drop(open);
        let job = running.await.expect("no panic").expect("it ends");
        assert_eq!((job.state, job.counts.n_created), (State::Done, 1), "{}", world.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_import_stops_after_its_chunk_and_keeps_what_is_in() {
    for world in worlds().await {
        let id = world.accept(CONTACT, Mode::Create, many(9_000).as_bytes()).await;
        let job = import::cancel(&world.app, &world.cx, id).await.expect("it is cancelled");
        assert_eq!(job.state, State::Cancelled);
        assert_eq!(world.run(id).await.state, State::Cancelled);
        assert_eq!(world.count(CONTACT).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_refused_rows_can_be_corrected_and_imported_again() {
    for world in worlds().await {
        let text = "email;firstname\nx;\"A; \"\"B\"\"\"\n";
        let id = world.accept(CONTACT, Mode::Upsert, text.as_bytes()).await;
        let job = world.run(id).await;
        let refused = import::refused(&world.app, &world.cx, id, 0, 10).await.expect("the refused rows");
        assert_eq!(import::refused_header(&job), "row,reason,email,firstname");
        assert_eq!(import::refused_line(&refused[0]), "2,Email address x is invalid,x,\"A; \"\"B\"\"\"");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_import_is_refused() {
    for world in worlds().await {
        let standing = model::authority::Standing {
            role: model::account::Role::Standard,
            permissions: model::account::Permissions::default(),
            seats: BTreeSet::new(),
            account_status: Status::Active,
        };
        let cx = Cx { standing: std::sync::Arc::new(standing), ..world.cx.clone() };
        let columns = vec![Column { column: "email".to_owned(), property: Some("email".to_owned()) }];
        let mapping =
            Mapping { object: CONTACT, mode: Mode::Create, id_property: None, columns, date_order: None, number_format: None };
        let new = NewImport { file_name: String::new(), file: world.file(b"email\n"), mapping, format: None, again: false };
        let refused = import::create(&world.app, &cx, world.folder.path(), new).await.expect_err("a refusal");
        assert_eq!(refused.kind, app::error::Kind::Forbidden);
        assert!(import::list(&world.app, &world.cx).await.expect("the list").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_bytes_and_unclosed_quotation_marks_cost_their_own_row_only() {
    for world in worlds().await {
        let text = [
            "email,firstname\ng1@x.example,Müller\n\n".as_bytes(),
            b"g2@x.example,bro\xffken\ng3@x.example,\"Bo\ng4@x.example,Cy\n",
        ];
        let text = text.concat();
        let id = world.accept(CONTACT, Mode::Upsert, &text).await;
        let (job, refused) = (world.run(id).await, world.refused(id).await);
        assert_eq!(counts(&job), (4, 2, 0, 2));
        let expected = [
            (4, "broken UTF-8 in column \"firstname\": the byte at offset 3 is invalid".to_owned()),
            (5, "the quotation mark that opens a field in line 5 is never closed".to_owned()),
        ];
        assert_eq!(refused, expected);
    }
}
