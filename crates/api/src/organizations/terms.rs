//! Terms, plans and templates in JSON.

use super::shape::ConnectionEdge;
use crate::refusal::{Refusal, shorten};
use app::connection::Review;
use model::connection::plan::Change;
use model::connection::template::Filled;
use model::connection::terms::{LegalBasis, Terms};
use model::object::ObjectType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use wire::lenient::Text;
use wire::scalar::Id;

/// The terms of an edge, as it goes out and comes in. What is not said is as in new terms: everything is shared, no reason is given.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EdgeTerms {
    pub purpose: Option<String>,
    /// Of Article 6 of the GDPR: `consent`, `contract`, `legal_obligation`, `vital_interests`, `public_task`,
    /// `legitimate_interests`, or `other`.
    pub legal_basis: Option<String>,
    /// More about the basis; needed for `other`.
    pub legal_basis_text: Option<String>,
    /// Whose dealings are shown: `contacts`, `companies`.
    pub customers: Option<Vec<String>>,
    /// What of them is shown: `notes`, `calls`, `emails`, `meetings`, `tasks`, `deals`.
    pub types: Option<Vec<String>>,
    /// Ids of the deal pipelines that pass; all when null.
    pub deal_pipelines: Option<BTreeSet<String>>,
    /// Names of the fields that pass; all when null.
    pub fields: Option<BTreeSet<String>>,
    /// Names of fields that arrive without their value.
    #[serde(default)]
    pub masked: BTreeSet<String>,
    /// Such as `2027-05-01`: the day from which on somebody should look again.
    pub review_on: Option<String>,
}

/// Terms as they go out.
pub fn edge_terms(terms: &Terms) -> EdgeTerms {
    let names = |types: &BTreeSet<ObjectType>| Some(types.iter().map(|object| object.plural().to_owned()).collect());
    EdgeTerms {
        purpose: terms.purpose.clone(),
        legal_basis: terms.legal_basis.map(|basis| basis.name().to_owned()),
        legal_basis_text: terms.legal_basis_text.clone(),
        customers: names(&terms.customers),
        types: names(&terms.types),
        deal_pipelines: terms.deal_pipelines.clone(),
        fields: terms.fields.clone(),
        masked: terms.masked.clone(),
        review_on: terms.review_on.map(|date| date.to_string()),
    }
}

/// Terms as they come in; the model says whether they make sense.
pub fn terms(given: EdgeTerms) -> Result<Terms, Refusal> {
    let usual = Terms::default();
    let legal_basis = given.legal_basis.map(|name| {
        LegalBasis::from_name(&name).ok_or_else(|| {
            let known = LegalBasis::ALL.map(LegalBasis::name).join(", ");
            let message = format!("\"{}\" is no legal basis; expected one of {known}", shorten(&name));
            Refusal::invalid(message).with_code("LEGAL_BASIS_UNKNOWN")
        })
    });
    let review_on = given.review_on.map(|text| {
        text.parse().map_err(|_| {
            let message = format!("\"{}\" is no date; expected one such as 2027-05-01", shorten(&text));
            Refusal::invalid(message).with_code("DATE_INVALID")
        })
    });
    Ok(Terms {
        purpose: given.purpose,
        legal_basis: legal_basis.transpose()?,
        legal_basis_text: given.legal_basis_text,
        customers: given.customers.map_or(Ok(usual.customers), types)?,
        types: given.types.map_or(Ok(usual.types), types)?,
        deal_pipelines: given.deal_pipelines,
        fields: given.fields,
        masked: given.masked,
        review_on: review_on.transpose()?,
    })
}

fn types(names: Vec<String>) -> Result<BTreeSet<ObjectType>, Refusal> {
    let of = |name: String| {
        ObjectType::from_segment(&name).ok_or_else(|| {
            let message = format!("\"{}\" is no type of records", shorten(&name));
            Refusal::invalid(message).with_code("OBJECT_TYPE_UNKNOWN")
        })
    };
    names.into_iter().map(of).collect()
}

/// What an edit would do.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    pub changes: Vec<PlannedChange>,
    /// Per edge of mirroring that would open or go on on other terms.
    pub n_people_visible: Vec<Visible>,
}

/// One line of the review.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedChange {
    /// `connect_two_way`, `connect_one_way`, `widen_to_two_way`, `narrow_to_one_way`, `reverse`, `cut`, `amend`.
    pub kind: Value,
    pub feature: &'static str,
    pub source: Id,
    pub destination: Id,
    /// The parts of the terms that change, of `amend`: `purpose`, `legal_basis`, `customers`, `types`, `deal_pipelines`,
    /// `fields`, `masked`, `review_date`.
    pub amended: Vec<Value>,
    /// The same in English.
    pub words: String,
}

/// How many people's and companies' data a destination would see: those that both accounts know, without who objects.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Visible {
    pub source: Id,
    pub destination: Id,
    pub n_people: usize,
    pub n_companies: usize,
    /// Not everything was compared: there may be more.
    pub at_least: bool,
}

/// Lines of a review.
pub fn changes(changes: Vec<(Change, String)>) -> Vec<PlannedChange> {
    let line = |(change, words): (Change, String)| PlannedChange {
        kind: named(&change.kind),
        feature: change.edge.feature.name(),
        source: Id(change.edge.source.0),
        destination: Id(change.edge.destination.0),
        amended: change.amended.iter().map(named).collect(),
        words,
    };
    changes.into_iter().map(line).collect()
}

/// The plan of a review.
pub fn plan(review: Review) -> Plan {
    let visible = review.visible.into_iter().map(|one| Visible {
        source: Id(one.edge.source.0),
        destination: Id(one.edge.destination.0),
        n_people: one.people.n,
        n_companies: one.companies.n,
        at_least: one.people.at_least || one.companies.at_least,
    });
    Plan { changes: changes(review.changes), n_people_visible: visible.collect() }
}

fn named(word: &impl Serialize) -> Value {
    serde_json::to_value(word).unwrap_or_default()
}

/// A template somebody wants.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WantedTemplate {
    /// `none`, `everyone` or `hub`.
    pub template: String,
    /// The id of the hub, for `hub`.
    pub hub: Option<Text>,
    /// `to_hub`, `from_hub` or `both_ways`; as new connections start here when not said.
    pub direction: Option<String>,
    /// All when not said.
    pub features: Option<Vec<String>>,
    /// For every edge that the template opens, and for those of these features that are open already.
    pub terms: Option<EdgeTerms>,
}

/// A template filled with the members of an organization.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FilledTemplate {
    /// The version it was filled for, or that it made.
    pub version: i64,
    /// Every edge that is on in it, those of other features too.
    pub edges: Vec<TemplateEdge>,
    /// Edges of the template that cannot be on, with the reason.
    pub blocked: Vec<ConnectionEdge>,
}

/// An edge of a template.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateEdge {
    pub feature: &'static str,
    pub source: Id,
    pub destination: Id,
}

/// A filled template as it goes out.
pub fn filled(version: i64, filled: &Filled) -> FilledTemplate {
    let edge = |wish: &model::connection::plan::Wish| TemplateEdge {
        feature: wish.edge.feature.name(),
        source: Id(wish.edge.source.0),
        destination: Id(wish.edge.destination.0),
    };
    let blocked = filled.blocked.iter().map(|(edge, block)| ConnectionEdge {
        state: "blocked",
        reason: Some(block.code()),
        ..ConnectionEdge::of(*edge)
    });
    FilledTemplate { version, edges: filled.wishes.iter().map(edge).collect(), blocked: blocked.collect() }
}
