//! Properties, groups and pipelines, and that nobody decides by yesterday's definitions.

use crate::world::{EAST, input, values, worlds};
use app::cx::Cx;
use app::error::Kind;
use app::pipeline::{self, PipelineInput, StagePatch};
use app::property;
use app::record::{self, Key};
use model::object::{CONTACT, DEAL};
use model::pipeline::StageInput;
use model::property::definition::{DefinitionInput, DefinitionPatch};
use model::property::{FieldType, PropertyGroup, ValueType};

fn definition(name: &str, unique: bool) -> DefinitionInput {
    DefinitionInput {
        name: name.to_owned(),
        label: "Favourite food".to_owned(),
        value_type: ValueType::String,
        field_type: FieldType::Text,
        group_name: "contactinformation".to_owned(),
        description: String::new(),
        display_order: -1,
        options: Vec::new(),
        has_unique_value: unique,
        hidden: false,
        form_field: true,
        referenced_object_type: None,
        sensitivity: model::property::Sensitivity::NonSensitive,
    }
}

fn must_be_send<T: Send>(future: T) -> T {
    future
}

#[tokio::test(flavor = "multi_thread")]
async fn a_currency_changed_by_one_process_is_known_to_the_other_at_once() {
    for w in worlds().await {
        let other = w.other_process().await;
        let counts_in_crowns = async || {
            let values =
                [("dealname", "D"), ("dealstage", "appointmentscheduled"), ("amount", "10"), ("deal_currency_code", "DKK")];
            let made = record::create(&other, &w.system(), DEAL, input(&values)).await.expect("a deal").record;
            made.get("amount_in_home_currency").is_some()
        };
        assert!(!counts_in_crowns().await, "{}", w.fresh.engine);
        let patch = app::account::Patch { currency: Some("DKK".to_owned()), ..Default::default() };
        app::account::update(&w.app, &w.system(), patch.clone()).await.expect("another currency");
        assert!(counts_in_crowns().await, "{}", w.fresh.engine);
        let head = w.feed_head().await;
        app::account::update(&w.app, &w.system(), patch).await.expect("the same again");
        assert_eq!(w.feed_head().await, head + 1, "{}: a lost telling cannot be made up for", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_property_made_by_one_process_is_known_to_the_other_at_once() {
    for w in worlds().await {
        let other = w.other_process().await;
        let food = || input(&[("firstname", "Ann"), ("favourite_food", "pie")]);
        let unknown = record::create(&other, &w.system(), CONTACT, food()).await.expect_err("not yet");
        assert_eq!(unknown.reasons[0].code, "PROPERTY_DOESNT_EXIST", "{}", w.fresh.engine);
        let cx = w.system();
        let create = property::create(&w.app, &cx, CONTACT, vec![definition("favourite_food", false)]);
        must_be_send(create).await.expect("a definition");
        let made = record::create(&other, &w.system(), CONTACT, food()).await.expect("a record").record;
        assert_eq!(made.get("favourite_food"), Some("pie"), "{}", w.fresh.engine);
        let elsewhere = Cx { account: EAST, ..w.system() };
        let unknown = record::create(&w.app, &elsewhere, CONTACT, food()).await.expect_err("another account");
        assert_eq!(unknown.reasons[0].code, "PROPERTY_DOESNT_EXIST", "{}", w.fresh.engine);
        let again = property::create(&w.app, &w.system(), CONTACT, vec![definition("favourite_food", false)]).await;
        assert_eq!(again.expect_err("twice").kind, Kind::Conflict, "{}", w.fresh.engine);
        let patch = DefinitionPatch { label: Some("Food".into()), ..DefinitionPatch::default() };
        let renamed = property::update(&w.app, &w.system(), CONTACT, "favourite_food", patch).await.expect("a definition");
        assert_eq!(
            property::find(&other, &w.system(), CONTACT, "favourite_food", false).await.expect("it"),
            renamed,
            "{}",
            w.fresh.engine
        );
        property::archive(&other, &w.system(), CONTACT, &["favourite_food".to_owned()]).await.expect("archived");
        record::create(&w.app, &w.system(), CONTACT, food()).await.expect_err("archived");
        assert_eq!(property::list(&w.app, &w.system(), CONTACT, true).await.expect("definitions").len(), 1, "{}", w.fresh.engine);
        let read_only = property::archive(&w.app, &w.system(), CONTACT, &["email".to_owned()]).await.expect_err("ours");
        assert_eq!(read_only.code, "PROPERTY_READ_ONLY_DEFINITION", "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unique_property_identifies_and_excludes() {
    for w in worlds().await {
        property::create(&w.app, &w.system(), CONTACT, vec![definition("badge", true)]).await.expect("a definition");
        let ann = w.create(CONTACT, &[("firstname", "Ann"), ("badge", "K-1")]).await;
        let key = Key { property: Some("badge".into()), value: " k-1".into() };
        let read = record::read(&w.app, &w.system(), CONTACT, &key, false).await.expect("a record");
        assert_eq!(read.record.id, ann.id, "{}", w.fresh.engine);
        let taken = record::create(&w.app, &w.system(), CONTACT, input(&[("firstname", "B"), ("badge", "k-1")])).await;
        assert_eq!(taken.expect_err("taken").kind, Kind::Conflict, "{}", w.fresh.engine);
        let bob = w.create(CONTACT, &[("firstname", "Bob"), ("badge", "k-2")]).await;
        let taken = record::update(&w.app, &w.system(), CONTACT, &Key::id(bob.id), &values(&[("badge", "K-1")])).await;
        assert_eq!(taken.expect_err("taken").kind, Kind::Conflict, "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_made_renamed_and_archived_when_empty() {
    for w in worlds().await {
        let group = PropertyGroup { name: "food".into(), label: "Food".into(), display_order: 3, archived: false };
        must_be_send(property::create_group(&w.app, &w.system(), CONTACT, group.clone())).await.expect("a group");
        assert_eq!(property::create_group(&w.app, &w.system(), CONTACT, group).await.expect_err("twice").kind, Kind::Conflict);
        let in_group = DefinitionInput { group_name: "food".into(), ..definition("favourite_food", false) };
        property::create(&w.app, &w.system(), CONTACT, vec![in_group]).await.expect("a definition");
        let in_use = property::archive_group(&w.app, &w.system(), CONTACT, "food").await.expect_err("in use");
        assert_eq!(in_use.code, "PROPERTY_GROUP_IN_USE", "{}", w.fresh.engine);
        property::archive(&w.app, &w.system(), CONTACT, &["favourite_food".to_owned()]).await.expect("archived");
        property::update_group(&w.app, &w.system(), CONTACT, "food", Some("Meals".into()), None).await.expect("renamed");
        property::archive_group(&w.app, &w.system(), CONTACT, "food").await.expect("archived");
        assert_eq!(property::groups(&w.app, &w.system(), CONTACT).await.expect("groups").len(), 1, "{}", w.fresh.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deals_move_through_a_pipeline_of_ones_own() {
    for w in worlds().await {
        let stage = |label: &str, probability: &str| StageInput {
            label: label.to_owned(),
            metadata: [("probability".to_owned(), probability.to_owned())].into(),
            ..StageInput::default()
        };
        let stages = vec![stage("Prospecting", "0.1"), stage("Won", "1")];
        let pipeline =
            PipelineInput { id: Some("opportunities".into()), label: "Opportunities".into(), display_order: 1, stages };
        let made = must_be_send(pipeline::create(&w.app, &w.system(), DEAL, pipeline)).await.expect("a pipeline");
        let won = made.stages[1].id.clone();
        let deal = w.create(DEAL, &[("dealname", "D"), ("dealstage", &won)]).await;
        assert_eq!(
            (deal.get("pipeline"), deal.get("hs_is_closed_won")),
            (Some("opportunities"), Some("true")),
            "{}",
            w.fresh.engine
        );
        let in_use =
            must_be_send(pipeline::archive_stage(&w.app, &w.system(), DEAL, "opportunities", &won)).await.expect_err("in use");
        assert_eq!(in_use.code, "PIPELINE_IN_USE", "{}", w.fresh.engine);
        let reopen = StagePatch { metadata: Some(stage("", "0.5").metadata), ..StagePatch::default() };
        let reopened =
            pipeline::update_stage(&w.app, &w.system(), DEAL, "opportunities", &won, reopen).await.expect_err("in use");
        assert_eq!((reopened.code, &reopened.context[0].1[0][..]), ("STAGE_IN_USE", "1"), "{}", w.fresh.engine);
        let again = PipelineInput { id: None, label: "Opportunities".into(), display_order: 1, stages: vec![stage("S", "0.1")] };
        let taken = pipeline::create(&w.app, &w.system(), DEAL, again).await.expect_err("taken");
        assert!(taken.message.contains("with id opportunities exists"), "{}: {}", w.fresh.engine, taken.message);
        let added =
            pipeline::create_stage(&w.app, &w.system(), DEAL, "opportunities", stage("Lost", "0")).await.expect("a stage");
        let patch = StagePatch { label: Some("Lost again".into()), ..StagePatch::default() };
        let renamed =
            pipeline::update_stage(&w.app, &w.system(), DEAL, "opportunities", &added.id, patch).await.expect("a stage");
        assert_eq!((renamed.label.as_str(), renamed.is_lost()), ("Lost again", true), "{}", w.fresh.engine);
        pipeline::archive_stage(&w.app, &w.system(), DEAL, "opportunities", &added.id).await.expect("archived");
        let read = pipeline::read(&w.app, &w.system(), DEAL, "opportunities").await.expect("a pipeline");
        assert_eq!(read.stages.len(), 2, "{}", w.fresh.engine);
        let refused = pipeline::archive(&w.app, &w.system(), DEAL, "opportunities").await.expect_err("in use");
        assert_eq!(refused.code, "PIPELINE_IN_USE", "{}", w.fresh.engine);
        record::archive(&w.app, &w.system(), DEAL, &Key::id(deal.id)).await.expect("archived");
        pipeline::archive(&w.app, &w.system(), DEAL, "opportunities").await.expect("archived");
        let last = pipeline::archive(&w.app, &w.system(), DEAL, "default").await.expect_err("the last");
        assert_eq!(last.code, "PIPELINE_LAST", "{}", w.fresh.engine);
    }
}
