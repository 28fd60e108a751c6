//! The people the benchmark is about: contacts of 20 properties, the same for the same number.

use serde_json::{Value, json};
use std::fmt::Write;

const FIRST: [&str; 16] = [
    "Anna", "Bo", "Carla", "Dorte", "Egon", "Fatima", "Giulia", "Henk", "Ines", "Jørgen", "Karin", "Luca", "Maja", "Noor", "Ole",
    "Pia",
];
const LAST: [&str; 16] = [
    "Rossi",
    "Jensen",
    "de Vries",
    "Bianchi",
    "Nielsen",
    "Jansen",
    "Ferrari",
    "Hansen",
    "Bakker",
    "Esposito",
    "Larsen",
    "Visser",
    "Romano",
    "Sørensen",
    "Smit",
    "Møller",
];
const CITIES: [&str; 8] = ["Roma", "Milano", "København", "Aarhus", "Amsterdam", "Utrecht", "Torino", "Odense"];

/// The names of the 20 properties, in the order of [`values`].
pub const PROPERTIES: [&str; 20] = [
    "email",
    "firstname",
    "lastname",
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
    "annualrevenue",
    "message",
    "lifecyclestage",
    "hs_lead_status",
    "salutation",
];

/// The e-mail address of a person.
pub fn email(series: &str, n: usize) -> String {
    format!("person{n}@{series}.example")
}

/// The 20 values of a person.
pub fn values(series: &str, n: usize) -> [String; 20] {
    let pick = |list: &[&str], by: usize| list[(n / by) % list.len()].to_owned();
    [
        email(series, n),
        pick(&FIRST, 1),
        pick(&LAST, 16),
        format!("Manager {}", n % 97),
        format!("Company {}", n % 5_000),
        format!("https://company{}.example", n % 5_000),
        format!("+45 {:08}", n % 100_000_000),
        format!("+39 {:09}", n % 1_000_000_000),
        format!("+31 {:08}", (n * 7) % 100_000_000),
        format!("Street {} no. {}", n % 800, n % 99),
        pick(&CITIES, 3),
        format!("Region {}", n % 20),
        format!("{:05}", n % 100_000),
        "Denmark".to_owned(),
        format!("industry {}", n % 40),
        format!("{}", n % 1_000_000),
        format!("Met at the fair, stand {}, wants an offer", n % 3_000),
        "lead".to_owned(),
        "NEW".to_owned(),
        "Dr.".to_owned(),
    ]
}

/// A person as `properties` of a create.
pub fn properties(series: &str, n: usize) -> Value {
    let pairs = PROPERTIES.iter().zip(values(series, n));
    Value::Object(pairs.map(|(name, value)| ((*name).to_owned(), json!(value))).collect())
}

/// The body of a batch create of `count` people from `first`.
pub fn batch(series: &str, first: usize, count: usize) -> String {
    let inputs: Vec<Value> = (first..first + count).map(|n| json!({"properties": properties(series, n)})).collect();
    json!({ "inputs": inputs }).to_string()
}

/// A CSV line per person, without the header.
pub fn csv_line(out: &mut String, series: &str, n: usize) {
    for (i, value) in values(series, n).iter().enumerate() {
        let separator = if i == 0 { "" } else { "," };
        let quoted = value.contains(',');
        let quote = if quoted { "\"" } else { "" };
        // Writing to a string cannot go wrong.
        let _ = write!(out, "{separator}{quote}{value}{quote}");
    }
    out.push('\n');
}
