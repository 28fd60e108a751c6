//! An export is every record once, in a file that a spreadsheet and our own importer read.

use crate::world::{ANN, input, worlds};
use app::{export, record};
use model::account::Scope;
use model::object::CONTACT;

#[tokio::test(flavor = "multi_thread")]
async fn an_export_holds_every_record_once_and_quotes_what_needs_it() {
    for w in worlds().await {
        for chunk in 0..3 {
            let one = |i: i32| input(&[("firstname", &format!("n{i}, \"x\"\n")), ("email", &format!("n{i}@ex.example"))]);
            let inputs = (chunk * 80..(chunk + 1) * 80).map(one).collect();
            record::create_batch(&w.app, &w.system(), CONTACT, inputs).await.expect("a batch");
        }
        let columns = ["email", "firstname"].map(str::to_owned).to_vec();
        let cx = w.system();
        let mut file = export::open(&w.app, &cx, CONTACT, columns).await.expect("an export");
        let mut bytes = Vec::new();
        while let Some(piece) = file.next(&w.app, &cx).await.expect("a piece") {
            bytes.extend(piece);
        }
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
        assert_eq!((rows.len(), file.n_records), (240, 240), "{}", w.fresh.engine);
        assert_eq!(rows[7].iter().collect::<Vec<_>>(), ["n7@ex.example", "n7, \"x\""], "{}", w.fresh.engine);
        let unknown = export::open(&w.app, &cx, CONTACT, vec!["shoe".to_owned()]).await.err().expect("a refusal");
        assert_eq!(unknown.code, "PROPERTY_DOESNT_EXIST", "{}", w.fresh.engine);
        let narrow = w.owner(ANN, CONTACT, Scope::Everything);
        assert!(export::open(&w.app, &narrow, CONTACT, vec![]).await.is_err(), "{}: exported without permission", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spreadsheet_computes_nothing_of_an_export() {
    for w in worlds().await {
        let formula = input(&[("firstname", "=HYPERLINK(1)"), ("phone", "+45 12 34 56 78")]);
        record::create_batch(&w.app, &w.system(), CONTACT, vec![formula]).await.expect("a batch");
        let cx = w.system();
        let columns = ["firstname", "phone"].map(str::to_owned).to_vec();
        let mut file = export::open(&w.app, &cx, CONTACT, columns).await.expect("an export");
        let bytes = file.next(&w.app, &cx).await.expect("a piece").expect("a first one");
        assert_eq!(String::from_utf8_lossy(&bytes), "firstname,phone\n'=HYPERLINK(1),+45 12 34 56 78\n", "{}", w.fresh.engine);
    }
}
