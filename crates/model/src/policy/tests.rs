use super::*;
use serde_json::json;

fn set(pairs: &[(&str, Value)]) -> BTreeMap<String, Value> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

#[test]
fn every_field_has_its_row_and_both_values_are_taken_as_they_are() {
    let rows: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
    for policy in [Policy::parity(), Policy::open()] {
        let values = policy.values();
        let mut fields: Vec<&str> = values.keys().map(String::as_str).collect();
        let mut sorted = rows.clone();
        fields.sort_unstable();
        sorted.sort_unstable();
        assert_eq!(fields, sorted, "each field of the policy has exactly one row");
        for field in FIELDS {
            let value = &values[field.name];
            assert_eq!(field.take(value).as_ref(), Ok(value), "{}", field.name);
            assert_eq!(&field.read(&field.typed(value)), value, "{}", field.name);
            assert!(field.about.ends_with('.'), "{} is explained in sentences", field.name);
        }
    }
}

#[test]
fn a_value_of_each_kind_can_be_set_and_a_wrong_one_is_refused_by_name_and_value() {
    let wrong = [
        ("members_max", json!(1)),
        ("members_max", json!(10_001)),
        ("members_max", json!("many")),
        ("tiers", json!("none")),
        ("verify_removal", json!("yes")),
        ("anchor_loss", json!({ "grace": { "days": 0 } })),
        ("anchor_loss", json!("keep")),
        ("transfer_mechanism", json!("two\nlines")),
        ("transfer_mechanism", json!("x".repeat(256))),
        ("anchor", json!(true)),
    ];
    for (name, value) in wrong {
        let refusal = Policy::open().with(&set(&[(name, value)])).unwrap_err();
        let code = if name == "anchor" { "POLICY_FIELD_UNKNOWN" } else { "POLICY_VALUE_INVALID" };
        assert!(refusal.code() == code && refusal.to_string().contains(name), "{refusal}");
    }
    let changed = Policy::parity()
        .with(&set(&[
            ("members_max", json!(7)),
            ("anchor_loss", json!({ "grace": { "days": 3 } })),
            ("transfer_mechanism", json!("  SCC 2021/914 ")),
            ("verify_removal", json!(true)),
            ("withdraw", json!("always")),
        ]))
        .unwrap();
    let expected = Policy {
        members_max: 7,
        anchor_loss: AnchorLoss::Grace { days: 3 },
        transfer_mechanism: Some("SCC 2021/914".into()),
        verify_removal: true,
        withdraw: Withdraw::Always,
        ..Policy::parity()
    };
    assert_eq!(changed, expected);
    let cleared = changed.with(&set(&[("transfer_mechanism", json!(" "))])).unwrap();
    assert_eq!(cleared.transfer_mechanism, None);
}

#[test]
fn a_difference_names_only_what_changed() {
    let after = Policy { members_max: 9, ..Policy::parity() };
    let (old, new) = Policy::parity().difference(&after);
    assert_eq!((old, new), (set(&[("members_max", json!(5))]), set(&[("members_max", json!(9))])));
}

#[test]
fn a_policy_stored_before_a_rule_existed_lives_by_the_value_of_its_kind() {
    for policy in [Policy::parity(), Policy::open()] {
        let old = json!({
            "members_max": policy.members_max, "tiers": policy.tiers, "locations": policy.locations,
            "anchor_loss": policy.anchor_loss, "transfer_mechanism": policy.transfer_mechanism,
        });
        assert_eq!(serde_json::from_value::<Policy>(old).unwrap(), policy);
    }
    assert_eq!(serde_json::from_value::<Policy>(serde_json::to_value(Policy::open()).unwrap()).unwrap(), Policy::open());
}

#[test]
fn what_is_typed_is_what_is_meant() {
    let typed = [
        ("anchor_loss", "grace:14", json!({ "grace": { "days": 14 } })),
        ("anchor_loss", "delete", json!("delete")),
        ("members_max", "12", json!(12)),
        ("verify_removal", "true", json!(true)),
        ("transfer_mechanism", "", Value::Null),
    ];
    for (name, text, value) in typed {
        assert_eq!(field(name).unwrap().read(text), value, "{name}={text}");
    }
}
