//! Values that follow from others. Each rule looks at the record before and the values after the write.

use super::{Properties, Record};
use crate::fold;
use crate::object::{COMPANY, CONTACT, DEAL, ObjectType, TASK, TICKET};
use crate::pipeline::{self, Stage};
use crate::property::{Schema, value};
use jiff::Timestamp;
use rust_decimal::Decimal;

/// Completes `new`, the values after a write of `input`.
pub fn derive(
    schema: &Schema,
    old: Option<&Record>,
    new: &mut Properties,
    input: &Properties,
    created_at: Timestamp,
    now: Timestamp,
) {
    let now_text = value::timestamp_text(now);
    if changed(old, new, "hubspot_owner_id") {
        let assigned = new.contains_key("hubspot_owner_id").then(|| now_text.clone());
        set(new, "hubspot_owner_assigneddate", assigned);
    }
    match schema.object {
        CONTACT => addresses(new),
        COMPANY => domain(old, new, input),
        TASK => task_defaults(old, new),
        _ => {}
    }
    if matches!(schema.object, CONTACT | COMPANY) && changed(old, new, "lifecyclestage") {
        let property = new.get("lifecyclestage").map(|stage| format!("hs_lifecyclestage_{stage}_date"));
        if let Some(property) = property {
            new.insert(property, now_text.clone());
        }
    }
    if let Some((pipeline_property, stage_property)) = pipeline::properties(schema.object) {
        entered_and_left(old, new, stage_property, now);
        let place = new.get(pipeline_property).zip(new.get(stage_property));
        let stage = place.and_then(|(p, s)| pipeline::find(&schema.pipelines, p, s)).map(|(_, s)| s.clone());
        match (schema.object, stage) {
            (DEAL, Some(stage)) => deal(schema, old, new, input, &stage, created_at, now),
            (TICKET, Some(stage)) => ticket(old, new, input, &stage, created_at, now),
            _ => {}
        }
    }
}

fn changed(old: Option<&Record>, new: &Properties, name: &str) -> bool {
    old.and_then(|r| r.get(name)) != new.get(name).map(String::as_str)
}

fn set(properties: &mut Properties, name: &str, value: Option<String>) {
    match value {
        Some(value) => properties.insert(name.to_owned(), value),
        None => properties.remove(name),
    };
}

/// The domain of the address; and the first address is not one of the additional ones.
fn addresses(new: &mut Properties) {
    let email = new.get("email").cloned();
    set(new, "hs_email_domain", email.as_deref().and_then(fold::email_domain).map(str::to_owned));
    if let Some((email, more)) = email.zip(new.get("hs_additional_emails").cloned()) {
        let rest = value::split(&more).filter(|one| *one != email).collect::<Vec<_>>().join(";");
        set(new, "hs_additional_emails", Some(rest).filter(|r| !r.is_empty()));
    }
}

/// A company's website tells its domain when nobody else did.
fn domain(old: Option<&Record>, new: &mut Properties, input: &Properties) {
    if changed(old, new, "website") && !new.contains_key("domain") && !input.contains_key("domain") {
        let host = new.get("website").and_then(|w| fold::host(w));
        set(new, "domain", host);
    }
}

fn task_defaults(old: Option<&Record>, new: &mut Properties) {
    if old.is_none() {
        for (name, value) in [("hs_task_status", "NOT_STARTED"), ("hs_task_priority", "NONE"), ("hs_task_type", "TODO")] {
            new.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
}

/// When the record entered its stage, when it left the one before, and how long it was there.
fn entered_and_left(old: Option<&Record>, new: &mut Properties, stage_property: &str, now: Timestamp) {
    if !changed(old, new, stage_property) {
        return;
    }
    if let Some(left) = old.and_then(|r| r.get(stage_property)) {
        let entered = new.get(&format!("hs_v2_date_entered_{left}")).and_then(|t| value::datetime(t));
        if let Some(entered) = entered {
            let ms = now.as_millisecond() - entered.as_millisecond();
            new.insert(format!("hs_v2_latest_time_in_{left}"), ms.max(0).to_string());
        }
        new.insert(format!("hs_v2_date_exited_{left}"), value::timestamp_text(now));
    }
    if let Some(stage) = new.get(stage_property).cloned() {
        new.insert(format!("hs_v2_date_entered_{stage}"), value::timestamp_text(now));
    }
}

fn deal(
    schema: &Schema,
    old: Option<&Record>,
    new: &mut Properties,
    input: &Properties,
    stage: &Stage,
    created_at: Timestamp,
    now: Timestamp,
) {
    let closed = stage.is_closed();
    new.insert("hs_is_closed".into(), closed.to_string());
    new.insert("hs_is_closed_won".into(), stage.is_won().to_string());
    new.insert("hs_is_closed_lost".into(), stage.is_lost().to_string());
    let probability = stage.metadata.get("probability").cloned();
    set(new, "hs_deal_stage_probability", probability);
    stamp_closing(old, new, input, DEAL, closed, now);
    let closed_at = new.get("closedate").and_then(|t| value::datetime(t)).filter(|_| closed);
    let days = closed_at.map(|at| ((at.as_millisecond() - created_at.as_millisecond()) / 86_400_000).max(0).to_string());
    set(new, "days_to_close", days);
    let home = new.get("deal_currency_code").is_none_or(|c| *c == schema.currency);
    let amount = new.get("amount").cloned();
    set(new, "amount_in_home_currency", amount.clone().filter(|_| home));
    let weighted = amount.and_then(|a| a.parse::<Decimal>().ok()?.checked_mul(stage.probability()?));
    let weighted = weighted.map(|w| w.normalize().to_string());
    set(new, "hs_projected_amount", weighted.clone());
    set(new, "hs_forecast_amount", weighted);
}

fn ticket(old: Option<&Record>, new: &mut Properties, input: &Properties, stage: &Stage, created_at: Timestamp, now: Timestamp) {
    stamp_closing(old, new, input, TICKET, stage.is_closed(), now);
    let closed_at = new.get("closed_date").and_then(|t| value::datetime(t)).filter(|_| stage.is_closed());
    let ms = closed_at.map(|at| (at.as_millisecond() - created_at.as_millisecond()).max(0).to_string());
    set(new, "time_to_close", ms);
}

/// Moving into a closed stage sets the closing time, unless the write brings one. A ticket that opens again has none.
fn stamp_closing(
    old: Option<&Record>,
    new: &mut Properties,
    input: &Properties,
    object: ObjectType,
    closed: bool,
    now: Timestamp,
) {
    let property = if object == DEAL { "closedate" } else { "closed_date" };
    let (_, stage_property) = pipeline::properties(object).unwrap_or_default();
    if !changed(old, new, stage_property) || input.get(property).is_some_and(|v| !v.trim().is_empty()) {
        return;
    }
    match (closed, object) {
        (true, _) => set(new, property, Some(value::timestamp_text(now))),
        (false, TICKET) => set(new, property, None),
        (false, _) => {}
    }
}
