//! The terms of an edge, attacked: nothing passes that they leave out, whatever asks for it.

use crate::world::*;
use app::account::{Patch, update};
use app::connection::{Bounds, Count, change, compare, fill, plan};
use app::organization::{read, reconcile};
use app::pipeline::{self, PipelineInput};
use app::{mirror, property};
use jiff::SignedDuration;
use model::connection::plan::{ChangeKind, Wish};
use model::connection::template::Template;
use model::connection::terms::Terms;
use model::connection::{EdgeKey, Feature, Pair};
use model::id::RecordId;
use model::mirror::EXCLUSION;
use model::object::{CALL, COMPANY, CONTACT, DEAL, NOTE, ObjectType};
use model::organization::log::{Filter, Place};
use model::pipeline::StageInput;
use model::policy::{Policy, SensitiveRule, TermsRule};
use model::property::definition::{DefinitionInput, DefinitionPatch};
use model::property::{FieldType, Schema, Sensitivity, ValueType};
use model::record;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

fn texts(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Opens East to West on these terms, or gives it others.
async fn agree(group: &Group, terms: Terms) {
    let wish = Wish::on_terms(mirroring(EAST, WEST), terms);
    change(&group.app, &group.cx(ANN, CENTRAL).await, vec![wish]).await.unwrap();
}

/// A customer of both, with whom East talked and has a deal; West's record.
async fn customer(group: &Group) -> RecordId {
    let east = group.record(EAST, CONTACT, &[("email", "x@y.example")]).await;
    let west = group.record(WEST, CONTACT, &[("email", "x@y.example")]).await;
    let at = ("hs_timestamp", "2026-11-01T10:00:00Z");
    group.done(EAST, NOTE, &[("hs_note_body", "a note"), at], (CONTACT, east)).await;
    group.done(EAST, CALL, &[("hs_call_title", "a call"), at, ("hubspot_owner_id", "2011")], (CONTACT, east)).await;
    group.done(EAST, DEAL, &[("dealname", "a deal"), ("amount", "77")], (CONTACT, east)).await;
    west
}

/// What Bo of West is given of a record, whole.
async fn given(group: &Group, object: ObjectType, id: RecordId) -> Vec<mirror::Item> {
    mirror::view(&group.app, &group.cx(BO, WEST).await, object, id, None, 50).await.unwrap().items
}

async fn types(group: &Group, id: RecordId) -> BTreeSet<&'static str> {
    given(group, CONTACT, id).await.iter().map(|item| item.record.object.singular()).collect()
}

#[tokio::test]
async fn what_the_terms_leave_out_is_not_shown_and_an_amendment_holds_at_the_next_look() {
    for group in groups().await {
        group.organized().await;
        let west = customer(&group).await;
        agree(&group, reasoned()).await;
        assert_eq!(types(&group, west).await, ["call", "deal", "note"].into(), "{}", group.fresh.engine);
        agree(&group, Terms { types: [NOTE].into(), ..reasoned() }).await;
        assert_eq!(types(&group, west).await, ["note"].into());
        let stage =
            StageInput { label: "Open".into(), metadata: [("probability".into(), "0.5".into())].into(), ..StageInput::default() };
        let retail = PipelineInput { id: None, label: "Retail".into(), display_order: 1, stages: vec![stage] };
        let retail = pipeline::create(&group.app, &group.system(EAST), DEAL, retail).await.unwrap().id;
        agree(&group, Terms { deal_pipelines: Some(texts(&[&retail])), ..reasoned() }).await;
        assert_eq!(types(&group, west).await, ["call", "note"].into());
        agree(&group, Terms { deal_pipelines: Some(texts(&["default"])), ..reasoned() }).await;
        assert_eq!(types(&group, west).await, ["call", "deal", "note"].into());
        agree(&group, Terms { customers: [COMPANY].into(), ..reasoned() }).await;
        assert_eq!(types(&group, west).await, [].into());
        let page = mirror::view(&group.app, &group.cx(BO, WEST).await, CONTACT, west, None, 50).await.unwrap();
        assert_eq!(page.sources[0].state, mirror::State::Stopped("NOT_IN_TERMS"));
        let why = mirror::why(&group.app, &group.cx(BO, WEST).await, CONTACT, west, page.sources[0].connection).await;
        assert_eq!(code(why), "NOT_IN_TERMS");
    }
}

#[tokio::test]
async fn masked_fields_and_those_off_the_list_leave_with_no_trace_of_their_value() {
    for group in groups().await {
        group.organized().await;
        let west = customer(&group).await;
        let of = |items: &[mirror::Item], object| items.iter().find(|item| item.record.object == object).cloned().unwrap();
        agree(&group, reasoned()).await;
        let items = given(&group, CONTACT, west).await;
        assert_eq!((of(&items, DEAL).record.get("amount"), of(&items, DEAL).withheld), (Some("77"), false));
        assert_eq!(of(&items, CALL).owner_name.as_deref(), Some("Ann"), "{}", group.fresh.engine);
        agree(&group, Terms { masked: texts(&["amount", "hubspot_owner_id", "hs_note_body"]), ..reasoned() }).await;
        let items = given(&group, CONTACT, west).await;
        let deal = of(&items, DEAL);
        assert!(deal.withheld && !deal.record.properties.values().any(|value| value.contains("77")), "{deal:?}");
        assert_eq!((of(&items, CALL).owner_name, of(&items, CALL).title()), (None, Some("a call")));
        assert_eq!((of(&items, NOTE).body(), of(&items, NOTE).withheld), (None, true));
        let closed = [("dealname", "won"), ("dealstage", "closedwon"), ("closedate", "2026-03-03T10:00:00Z")];
        let east = group.record(EAST, COMPANY, &[("domain", "won.example")]).await;
        let company = group.record(WEST, COMPANY, &[("domain", "won.example")]).await;
        group.done(EAST, DEAL, &closed, (COMPANY, east)).await;
        let seen = format!("{:?}", given(&group, COMPANY, company).await);
        assert!(seen.contains("2026-03-03"), "{seen}");
        agree(&group, Terms { masked: texts(&["closedate"]), ..reasoned() }).await;
        let seen = format!("{:?}", given(&group, COMPANY, company).await);
        assert!(seen.contains("won") && !seen.contains("2026-03-03"), "{seen}");
        agree(&group, Terms { fields: Some(texts(&["hs_call_title"])), ..reasoned() }).await;
        for item in given(&group, CONTACT, west).await {
            let expected: &[&str] = if item.record.object == CALL { &["hs_call_title"] } else { &[] };
            assert_eq!(item.record.properties.keys().collect::<Vec<_>>(), expected);
        }
    }
}

#[tokio::test]
async fn terms_that_name_what_is_not_there_are_refused_and_strangers_learn_nothing() {
    for group in groups().await {
        let view = group.organized().await;
        let (id, version) = (view.organization.id, view.organization.version);
        let tried = async |terms: Terms| {
            let wish = [Wish::on_terms(mirroring(EAST, WEST), terms)];
            let cx = group.cx(ANN, CENTRAL).await;
            let planned = code(plan(&group.app, &cx, id, version, &wish).await);
            assert_eq!(code(app::connection::edit(&group.app, &cx, id, version, &wish).await), planned);
            planned
        };
        let engine = group.fresh.engine;
        assert_eq!(tried(Terms { masked: texts(&["amuont"]), ..reasoned() }).await, "FIELD_UNKNOWN", "{engine}");
        assert_eq!(tried(Terms { fields: Some(texts(&["nothing"])), ..reasoned() }).await, "FIELD_UNKNOWN");
        assert_eq!(tried(Terms { deal_pipelines: Some(texts(&["retail"])), ..reasoned() }).await, "PIPELINE_UNKNOWN");
        assert_eq!(tried(Terms { types: BTreeSet::new(), ..reasoned() }).await, "NOTHING_SHARED");
        let probing = [Wish::on_terms(mirroring(EAST, WEST), Terms { masked: texts(&["amuont"]), ..reasoned() })];
        let (bo, cat) = (group.cx(BO, WEST).await, group.cx(CAT, CENTRAL).await);
        assert_eq!(code(app::connection::edit(&group.app, &bo, id, version, &probing).await), "ORGANIZATION_NOT_FOUND");
        assert_eq!(code(app::connection::edit(&group.app, &cat, id, version, &probing).await), "NOT_SUPER_ADMIN_EVERYWHERE");
    }
}

#[tokio::test]
async fn where_terms_are_required_nothing_with_values_opens_without_them() {
    for group in groups().await {
        let policy = Policy { terms: TermsRule::Required, ..Policy::parity() };
        let id = group.create(ANN, CENTRAL, &[EAST, WEST], policy).await.unwrap().organization.id;
        let cx = group.cx(ANN, CENTRAL).await;
        let refused = change(&group.app, &cx, vec![Wish::on(mirroring(EAST, WEST))]).await.unwrap_err();
        assert_eq!((refused.code, refused.message.contains("mirroring from 2 to 3")), ("TERMS_MISSING", true));
        let copying = EdgeKey { feature: Feature::AssetCopying, ..mirroring(EAST, WEST) };
        change(&group.app, &cx, vec![Wish::on(copying)]).await.unwrap();
        agree(&group, reasoned()).await;
        let view = read(&group.app, &cx).await.unwrap();
        let opened = &view.organization.open[&mirroring(EAST, WEST)];
        assert_eq!((opened.by, opened.approved.by, &opened.terms), (ANN, ANN, &reasoned()), "{}", group.fresh.engine);
        // The log proves it: before, after, and by whom.
        agree(&group, Terms { masked: texts(&["amount"]), ..reasoned() }).await;
        let filter = Filter { act: Some("edge_amended".into()), ..Filter::default() };
        let log = app::organization::log::list(&group.app, &cx, id, &filter, Place::After(0), 10).await.unwrap();
        let detail: serde_json::Value = serde_json::from_str(&log[0].entry.said.detail).unwrap();
        assert_eq!(detail["effect"]["before"]["masked"], serde_json::json!([]));
        assert_eq!(detail["effect"]["after"]["terms"]["masked"], serde_json::json!(["amount"]));
        assert_eq!((log[0].actor.as_deref(), log[0].entry.said.subject.as_str()), (Some("Ann"), "edge:mirroring:2>3"));
    }
}

#[tokio::test]
async fn a_review_that_is_due_is_in_the_log_once_and_cuts_nothing() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let west = customer(&group).await;
        let review_on = model::organization::day(group.app.outside.now()).tomorrow().unwrap();
        agree(&group, Terms { review_on: Some(review_on), ..reasoned() }).await;
        assert_eq!(reconcile(&group.app).await.unwrap(), 0, "{}", group.fresh.engine);
        group.clock.advance(SignedDuration::from_hours(48));
        assert_eq!((reconcile(&group.app).await.unwrap(), reconcile(&group.app).await.unwrap()), (1, 0));
        let filter = Filter { act: Some("review_due".into()), ..Filter::default() };
        let cx = group.cx(ANN, CENTRAL).await;
        let log = app::organization::log::list(&group.app, &cx, id, &filter, Place::After(0), 10).await.unwrap();
        assert_eq!(log.iter().map(|named| named.entry.said.actor.as_str()).collect::<Vec<_>>(), ["system"]);
        assert_eq!(types(&group, west).await.len(), 3, "nothing ends by it");
    }
}

#[tokio::test]
async fn scenario_30_a_sensitive_account_is_no_source_of_workflows_or_reports_but_receives_and_copies() {
    for group in groups().await {
        group.organized().await;
        update(&group.app, &group.system(EAST), Patch { sensitive: Some(true), ..Patch::default() }).await.unwrap();
        let cx = group.cx(ANN, CENTRAL).await;
        let edge = |feature, out: bool| {
            let (source, destination) = if out { (EAST, WEST) } else { (WEST, EAST) };
            EdgeKey { feature, source, destination }
        };
        for feature in [Feature::Mirroring, Feature::Workflows, Feature::Reports] {
            let refused = change(&group.app, &cx, vec![Wish::on_terms(edge(feature, true), reasoned())]).await;
            assert_eq!(code(refused), "SOURCE_SENSITIVE", "{feature:?} on {}", group.fresh.engine);
            change(&group.app, &cx, vec![Wish::on(edge(feature, false))]).await.unwrap();
        }
        for out in [true, false] {
            change(&group.app, &cx, vec![Wish::on(edge(Feature::AssetCopying, out))]).await.unwrap();
        }
        assert_eq!(read(&group.app, &cx).await.unwrap().organization.open.len(), 5);
    }
}

fn text_field(name: &str, sensitivity: Sensitivity) -> DefinitionInput {
    DefinitionInput {
        name: name.to_owned(),
        label: name.to_owned(),
        value_type: ValueType::String,
        field_type: FieldType::Text,
        group_name: "dealinformation".to_owned(),
        description: String::new(),
        display_order: -1,
        options: Vec::new(),
        has_unique_value: false,
        hidden: false,
        form_field: false,
        referenced_object_type: None,
        sensitivity,
    }
}

#[tokio::test]
async fn scenario_31_of_a_sensitive_source_only_listed_fields_flow_and_never_a_sensitive_value() {
    for group in groups().await {
        let policy = Policy { sensitive: SensitiveRule::Fields, ..Policy::parity() };
        group.create(ANN, CENTRAL, &[EAST, WEST], policy).await.unwrap();
        let (app, east) = (&group.app, group.system(EAST));
        let secret = text_field("diagnosis", Sensitivity::Sensitive);
        assert_eq!(code(property::create(app, &east, DEAL, vec![secret.clone()]).await), "SENSITIVE_DATA_OFF");
        update(app, &east, Patch { sensitive: Some(true), ..Patch::default() }).await.unwrap();
        property::create(app, &east, DEAL, vec![secret, text_field("remark", Sensitivity::NonSensitive)]).await.unwrap();
        let person = group.record(EAST, CONTACT, &[("email", "x@y.example")]).await;
        let west = group.record(WEST, CONTACT, &[("email", "x@y.example")]).await;
        let values =
            [("dealname", "Visit"), ("dealstage", "appointmentscheduled"), ("diagnosis", "SECRET"), ("remark", "REMARK")];
        group.made(EAST, DEAL, &values, &[(CONTACT, person)]).await.unwrap();
        let cx = group.cx(ANN, CENTRAL).await;
        let open = async |terms| change(app, &cx, vec![Wish::on_terms(mirroring(EAST, WEST), terms)]).await;
        let listing = |names: &[&str]| Terms { fields: Some(texts(names)), ..reasoned() };
        assert_eq!(code(open(reasoned()).await), "FIELDS_MISSING", "{}", group.fresh.engine);
        assert_eq!(code(open(listing(&["dealname", "diagnosis"])).await), "FIELD_SENSITIVE");
        open(listing(&["dealname", "remark"])).await.unwrap();
        let seen = async || format!("{:?}", given(&group, CONTACT, west).await);
        let page = seen().await;
        assert!(page.contains("Visit") && page.contains("REMARK") && !page.contains("SECRET"), "{page}");
        // What becomes sensitive later stops at the next look, though the terms still list it.
        let patch = DefinitionPatch { sensitivity: Some(Sensitivity::HighlySensitive), ..DefinitionPatch::default() };
        property::update(app, &east, DEAL, "remark", patch).await.unwrap();
        let page = seen().await;
        assert!(page.contains("Visit") && !page.contains("REMARK") && !page.contains("SECRET"), "{page}");
        // A field that goes takes its values with it.
        property::archive(app, &east, DEAL, &["remark".to_owned()]).await.unwrap();
        assert!(!seen().await.contains("REMARK"));
    }
}

#[tokio::test]
async fn scenario_31_sensitive_data_turned_on_keeps_what_lists_its_fields_and_ends_the_rest() {
    for group in groups().await {
        let policy = Policy { sensitive: SensitiveRule::Fields, ..Policy::parity() };
        group.create(ANN, CENTRAL, &[EAST, WEST], policy).await.unwrap();
        agree(&group, Terms { fields: Some(texts(&["dealname"])), ..reasoned() }).await;
        group.open(&[mirroring(EAST, CENTRAL)]).await;
        update(&group.app, &group.system(EAST), Patch { sensitive: Some(true), ..Patch::default() }).await.unwrap();
        let open = read(&group.app, &group.cx(ANN, CENTRAL).await).await.unwrap().organization.open;
        assert_eq!(open.into_keys().collect::<Vec<_>>(), [mirroring(EAST, WEST)], "{}", group.fresh.engine);
    }
}

#[tokio::test]
async fn a_template_is_filled_without_applying_and_then_applied_once() {
    for group in groups().await {
        let id = group.organized().await.organization.id;
        let cx = group.cx(ANN, CENTRAL).await;
        let hub = Template::Hub { hub: CENTRAL, direction: Some(model::connection::template::Direction::ToHub) };
        let mirroring_only = BTreeSet::from([Feature::Mirroring]);
        let (_, filled) = fill(&group.app, &cx, id, hub, &mirroring_only, None).await.unwrap();
        assert_eq!(read(&group.app, &cx).await.unwrap().organization.open.len(), 0, "{}", group.fresh.engine);
        let (view, applied) = app::connection::apply(&group.app, &cx, id, hub, &mirroring_only, None).await.unwrap();
        assert_eq!(applied, filled);
        let open: Vec<_> = view.organization.open.into_keys().collect();
        assert_eq!(open, [mirroring(EAST, CENTRAL), mirroring(WEST, CENTRAL)]);
        let bo = group.cx(BO, WEST).await;
        assert_eq!(code(fill(&group.app, &bo, id, hub, &mirroring_only, None).await), "ORGANIZATION_NOT_FOUND");
    }
}

#[tokio::test]
async fn what_opens_is_reviewed_with_people_and_companies_whom_both_know() {
    for group in groups().await {
        let organization = group.organized().await.organization;
        for account in [EAST, WEST] {
            group.record(account, COMPANY, &[("domain", "acme.example")]).await;
        }
        group.record(EAST, COMPANY, &[("domain", "other.example"), ("hs_additional_domains", "shop.acme.example")]).await;
        let person = group.record(WEST, CONTACT, &[("email", "a@acme.example")]).await;
        group.record(EAST, CONTACT, &[("email", "a@acme.example")]).await;
        let wishes = [Wish::on(mirroring(EAST, WEST)), Wish::on(mirroring(WEST, EAST))];
        let cx = group.cx(ANN, CENTRAL).await;
        let counted = async |wishes: &[Wish]| {
            let review = plan(&group.app, &cx, organization.id, organization.version, wishes).await.unwrap();
            review.visible.iter().map(|one| (one.people.n, one.companies.n)).collect::<Vec<_>>()
        };
        assert_eq!(counted(&wishes).await, [(1, 2), (1, 1)], "{}", group.fresh.engine);
        let people_only = Terms { customers: [CONTACT].into(), ..reasoned() };
        assert_eq!(counted(&[Wish::on_terms(mirroring(EAST, WEST), people_only)]).await, [(1, 0)]);
        group.patch(WEST, CONTACT, person, &[(EXCLUSION, "true")]).await;
        assert_eq!(counted(&wishes).await, [(0, 2), (0, 1)], "who objects on either side is not counted");
        let workflows = EdgeKey { feature: Feature::Workflows, ..mirroring(EAST, WEST) };
        assert_eq!(counted(&[Wish::on(workflows)]).await, [], "nothing is shown along it yet");
        agree(&group, reasoned()).await;
        let view = read(&group.app, &cx).await.unwrap().organization;
        let other = [Wish::on_terms(mirroring(EAST, WEST), Terms { masked: texts(&["amount"]), ..reasoned() })];
        let review = plan(&group.app, &cx, view.id, view.version, &other).await.unwrap();
        assert_eq!((review.changes[0].0.kind, review.visible.len()), (ChangeKind::Amend, 1));
    }
}

/// One side as it is made up: by record its keys, and whether it objects.
type Made = BTreeMap<RecordId, (BTreeSet<String>, bool)>;

async fn make_up(group: &Group, account: model::id::AccountId, customer: ObjectType, drawn: &[(Vec<u8>, bool)]) -> Made {
    let (mut made, mut taken) = (Made::new(), BTreeSet::new());
    let names = if customer == CONTACT { ("email", "hs_additional_emails") } else { ("domain", "hs_additional_domains") };
    for (keys, objects) in drawn {
        let text = |n: &u8| if customer == CONTACT { format!("p{n}@x.example") } else { format!("d{n}.example") };
        // An address is one contact's; a domain may be that of several companies.
        let keys: Vec<String> = keys.iter().map(text).filter(|key| customer == COMPANY || taken.insert(key.clone())).collect();
        let Some((first, more)) = keys.split_first() else { continue };
        let more = more.join(";");
        let mut pairs = vec![(names.0, first.as_str()), (names.1, more.as_str())];
        pairs.retain(|(_, value)| !value.is_empty());
        if *objects {
            pairs.push((EXCLUSION, "true"));
        }
        let id = group.record(account, customer, &pairs).await;
        made.insert(id, (keys.into_iter().collect(), *objects));
    }
    made
}

fn in_common(one: &Made, other: &Made) -> usize {
    let keys: BTreeSet<&String> = other.values().filter(|(_, objects)| !objects).flat_map(|(keys, _)| keys).collect();
    one.values().filter(|(mine, objects)| !objects && mine.iter().any(|key| keys.contains(key))).count()
}

#[tokio::test]
async fn a_count_is_exact_whatever_the_pages_and_a_lower_bound_beyond_its_limit() {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[5; 32]));
    let records = prop::collection::vec((prop::collection::vec(0u8..40, 1..4), prop::bool::weighted(0.2)), 0..25);
    for group in groups().await {
        for (n, customer) in [CONTACT, COMPANY, CONTACT, COMPANY].into_iter().enumerate() {
            let accounts = [100, 200].map(|first| model::id::AccountId(first + n as i64));
            let mut made = Vec::new();
            for account in accounts {
                group.add_account(account, "Made up", |_| {}).await;
                let drawn = records.new_tree(&mut runner).unwrap().current();
                made.push(make_up(&group, account, customer, &drawn).await);
            }
            let expected = (in_common(&made[0], &made[1]), in_common(&made[1], &made[0]));
            let pair = Pair::of(accounts[0], accounts[1]);
            for page in [1, 2, 3, 1_000] {
                let mut bounds = Bounds { keys_max: 10_000, page };
                let common = compare(&group.app, pair, customer, &mut bounds).await.unwrap();
                assert_eq!((common.low.n, common.high.n), expected, "{} {customer} by {page}", group.fresh.engine);
                assert!(!common.low.at_least && !common.high.at_least);
            }
            for keys_max in [0, 1, 5, 9] {
                let common = compare(&group.app, pair, customer, &mut Bounds { keys_max, page: 4 }).await.unwrap();
                assert!(common.low.n <= expected.0 && common.high.n <= expected.1);
                assert!(common.low.at_least || common.low == Count { n: expected.0, at_least: false });
            }
        }
    }
}

/// `CONSORTIO_DRY_RUN` sets how many contacts each side has; half of them are known to both. With 200,000 each it says how long it takes.
#[tokio::test]
async fn a_dry_run_over_many_pages_is_exact() {
    let n: usize = std::env::var("CONSORTIO_DRY_RUN").map_or(12_000, |n| n.parse().unwrap());
    for group in groups().await {
        let accounts = [EAST, WEST];
        for (account, first) in accounts.into_iter().zip([0, n / 2]) {
            for begin in (first..first + n).step_by(10_000) {
                many(&group, account, begin..(begin + 10_000).min(first + n)).await;
            }
        }
        let organization = group.organized().await.organization;
        let cx = group.cx(ANN, CENTRAL).await;
        let wishes = [Wish::on(mirroring(EAST, WEST)), Wish::on(mirroring(WEST, EAST))];
        let begun = std::time::Instant::now();
        let review = plan(&group.app, &cx, organization.id, organization.version, &wishes).await.unwrap();
        println!("a dry run over 2 x {n} contacts took {:?} on {}", begun.elapsed(), group.fresh.engine);
        let n_people: Vec<_> = review.visible.iter().map(|one| (one.people.n, one.people.at_least)).collect();
        assert_eq!(n_people, [(n / 2, false), (n / 2, false)], "{}", group.fresh.engine);
    }
}

/// Contacts by the number in their address, written as an import writes them.
async fn many(group: &Group, account: model::id::AccountId, numbers: std::ops::Range<usize>) {
    let (schema, by, now) = (Schema::default_of(CONTACT), group.system(account).by(), group.app.outside.now());
    let mut tx = group.app.store.write_many(account, numbers.len()).await.unwrap();
    let first = tx.take_ids(numbers.len()).unwrap();
    let one = |(id, n): (i64, usize)| {
        let input = [("email".to_owned(), format!("person{n:07}@customers.example"))].into();
        record::create(&schema, RecordId(id), &input, now, &by).unwrap()
    };
    let made: Vec<record::Record> = (first..).zip(numbers).map(one).collect();
    let with_keys = made.iter().map(|made| (made, record::unique_keys(&schema, made))).collect();
    store::record::insert_many(&mut tx, with_keys).await.unwrap();
    tx.commit(&by, now, &[]).await.unwrap();
}
