//! How fast the verbs are without HTTP: `cargo run --release -p app --example crm_speed [folder | postgres URL] [contacts]`.

use app::cx::{App, Cx, Settings};
use app::record::{self, CreateInput, Key};
use futures_util::future::join_all;
use model::account::{Account, Kind, Status, Subscriptions};
use model::change::Source;
use model::filter::{RawFilter, RawSearch};
use model::id::{AccountId, RecordId};
use model::object::CONTACT;
use model::record::Properties;
use std::time::Instant;
use store::{Durability, HOME_LOCATION, Store, migrate};

const ACCOUNT: AccountId = AccountId(8);

fn contact(i: usize) -> CreateInput {
    let value = |name: &str, value: String| (name.to_owned(), value);
    let mut properties: Properties = [
        value("email", format!("person{i}@company{}.example", i % 5_000)),
        value("firstname", format!("First{}", i % 977)),
        value("lastname", format!("Last{}", i % 7_919)),
        value("lifecyclestage", ["lead", "customer", "opportunity"][i % 3].to_owned()),
        value("annualrevenue", (i * 37 % 1_000_000).to_string()),
    ]
    .into();
    for name in [
        "salutation",
        "jobtitle",
        "company",
        "website",
        "phone",
        "mobilephone",
        "fax",
        "address",
        "city",
        "state",
        "zip",
        "country",
        "industry",
        "message",
        "hs_cross_account_note",
    ] {
        properties.insert(name.to_owned(), format!("{name} of {}", i % 1_000));
    }
    CreateInput { properties, ..CreateInput::default() }
}

async fn open(dsn: &str) -> App {
    let store = Store::open(&[(HOME_LOCATION.to_owned(), dsn.to_owned())].into(), Durability::Full).await.expect("a store");
    for (_, engine) in store.locations() {
        migrate::migrate(engine, testkit::start()).await.expect("a schema");
    }
    let (outside, _) = testkit::outside(1);
    let public_url = "http://localhost".to_owned();
    let app = App::new(store, outside, Settings { public_url, seal_key: [0; 32], demo: false, cheap_hashing: true });
    let mut tx = app.store.write_home().await.expect("a transaction");
    let account = Account {
        id: ACCOUNT,
        name: "Speed".to_owned(),
        kind: Kind::Standard,
        status: Status::Active,
        location: HOME_LOCATION.to_owned(),
        time_zone: "UTC".to_owned(),
        currency: "EUR".to_owned(),
        subscriptions: Subscriptions::default(),
        sensitive: false,
        created_at: testkit::start(),
    };
    store::account::create(&mut tx, &account).await.expect("an account");
    tx.commit(&Cx::system(&app, ACCOUNT).by(), testkit::start(), &[]).await.expect("a commit");
    app
}

/// Runs `n` steps by `clients` at once and prints steps (times `each`) per second.
async fn measure<F: Future<Output = ()> + Send + 'static>(
    what: &str,
    clients: usize,
    n: usize,
    each: usize,
    step: impl Fn(usize) -> F + Clone + Send + 'static,
) {
    let began = Instant::now();
    let tasks = (0..clients).map(|client| {
        let step = step.clone();
        tokio::spawn(async move {
            for i in (client..n).step_by(clients) {
                step(i).await;
            }
        })
    });
    for task in join_all(tasks).await {
        task.expect("a client");
    }
    println!("{what:<42} {:>9.0}/s", (n * each) as f64 / began.elapsed().as_secs_f64());
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let given = std::env::args().nth(1);
    let dsn = given.unwrap_or_else(|| folder.path().join("speed.db").to_string_lossy().into_owned());
    let n: usize = std::env::args().nth(2).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let app = open(&dsn).await;
    let cx = Cx { source: Source::Integration, ..Cx::system(&app, ACCOUNT) };
    for clients in [1, 8] {
        let (app, cx, half) = (app.clone(), cx.clone(), n / 2);
        let from = if clients == 1 { 0 } else { half };
        measure(&format!("batch create of 100, {clients} at once"), clients, half / 100, 100, move |i| {
            let (app, cx) = (app.clone(), cx.clone());
            async move {
                let inputs = (0..100).map(|k| contact(from + i * 100 + k)).collect();
                record::create_batch(&app, &cx, CONTACT, inputs).await.expect("a batch");
            }
        })
        .await;
    }
    for clients in [8, 64] {
        let (app, cx) = (app.clone(), cx.clone());
        measure(&format!("create, {clients} at once"), clients, 20_000, 1, move |i| {
            let (app, cx) = (app.clone(), cx.clone());
            async move { drop(record::create(&app, &cx, CONTACT, contact(clients * 10_000_000 + i)).await.expect("a record")) }
        })
        .await;
    }
    let first = record::list(&app, &cx, CONTACT, false, None, 1).await.expect("a page").records[0].id.0;
    let (a, c) = (app.clone(), cx.clone());
    measure("read by id, 8 at once", 8, 100_000, 1, move |i| {
        let (app, cx) = (a.clone(), c.clone());
        let key = Key::id(RecordId(first + (i * 7_919 % n) as i64));
        async move { drop(record::read(&app, &cx, CONTACT, &key, false).await.expect("a record")) }
    })
    .await;
    let (a, c) = (app.clone(), cx.clone());
    measure("search by e-mail, 8 at once", 8, 50_000, 1, move |i| {
        let (app, cx) = (a.clone(), c.clone());
        let email = contact(i * 7_919 % n).properties.remove("email");
        async move {
            let filter = RawFilter { property: "email".into(), operator: "EQ".into(), value: email, ..RawFilter::default() };
            let raw = RawSearch { groups: vec![vec![filter]], ..RawSearch::default() };
            assert_eq!(app::search::search(&app, &cx, CONTACT, &raw, 0, 10).await.expect("a page").total, 1);
        }
    })
    .await;
    let patch: Properties = [("city".to_owned(), "Aarhus".to_owned())].into();
    measure("update, 8 at once", 8, 20_000, 1, move |i| {
        let (app, cx, patch) = (app.clone(), cx.clone(), patch.clone());
        let key = Key::id(RecordId(first + (i * 7_919 % n) as i64));
        async move { drop(record::update(&app, &cx, CONTACT, &key, &patch).await.expect("a record")) }
    })
    .await;
}
