//! Whether what terms name exists where it is named: a mask on a field that is not there would mask nothing, and nobody would
//! notice. Asked when terms are given, not when somebody looks: a field that goes later takes its values with it.

use super::about;
use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::property::{self, Definitions};
use model::connection::EdgeKey;
use model::connection::plan::{Plan, Wish};
use model::connection::terms::{CUSTOMERS, Terms};
use model::id::AccountId;
use model::mirror::SHOWN;
use model::object::DEAL;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether terms name fields or pipelines, so that there is something to look up.
pub(super) fn names_something(wish: &Wish) -> bool {
    wish.terms.as_ref().is_some_and(|terms| wish.on && has_names(terms))
}

fn has_names(terms: &Terms) -> bool {
    terms.fields.is_some() || terms.deal_pipelines.is_some() || !terms.masked.is_empty()
}

/// Refuses the first field or pipeline that the source does not know, and the first field it marks as sensitive.
pub(super) async fn check(app: &App, planned: &Plan) -> Result<()> {
    let mut seen: BTreeMap<AccountId, Arc<Definitions>> = BTreeMap::new();
    for (edge, terms) in planned.open.iter().chain(&planned.amend).filter(|(_, terms)| has_names(terms)) {
        let definitions = match seen.get(&edge.source) {
            Some(definitions) => definitions.clone(),
            None => property::read(app, &Cx::system(app, edge.source)).await?.1,
        };
        check_one(*edge, terms, &definitions)?;
        seen.insert(edge.source, definitions);
    }
    Ok(())
}

fn check_one(edge: EdgeKey, terms: &Terms, definitions: &Definitions) -> Result<()> {
    let source = edge.source;
    let defined = |name: &str| {
        let schemas = CUSTOMERS.into_iter().chain(SHOWN).map(|object| definitions.schema(object));
        schemas.filter_map(|schema| schema.property(name).map(|d| d.data_sensitivity)).max()
    };
    for name in terms.fields.iter().flatten().chain(&terms.masked) {
        if defined(name).is_none() {
            let message = format!("account {source} has no field \"{name}\" that could pass along {edge}");
            return Err(about(Error::invalid("FIELD_UNKNOWN", message), edge).with("field", name));
        }
    }
    for name in terms.fields.iter().flatten() {
        if defined(name).is_some_and(|sensitivity| !sensitivity.is_open()) {
            let message = format!("account {source} marks the field \"{name}\" as sensitive, so it cannot pass along {edge}");
            return Err(about(Error::invalid("FIELD_SENSITIVE", message), edge).with("field", name));
        }
    }
    let pipelines = definitions.pipelines(DEAL);
    for id in terms.deal_pipelines.iter().flatten() {
        if !pipelines.iter().any(|pipeline| pipeline.id == *id) {
            let message = format!("account {source} has no deal pipeline \"{id}\"");
            return Err(about(Error::invalid("PIPELINE_UNKNOWN", message), edge).with("pipeline", id));
        }
    }
    Ok(())
}
