//! What every account starts with: property definitions, groups, returned and searched properties. Source: wire spec 3.3, 3.4.
//!
//! The rows are data; [`properties`] turns them into definitions. Nothing here is stored: an account keeps only what it
//! defined or changed itself, and [`crate::property::Schema`] lays that over these rows.

mod activity;
mod company;
mod contact;
mod deal;
mod options;
mod row;
mod ticket;

use crate::object::{self, COMPANY, CONTACT, DEAL, ObjectType, TICKET};
use crate::pipeline::{self, Pipeline};
use crate::property::{PropertyDefinition, PropertyGroup, PropertyOption};
use row::Row;
use std::collections::BTreeMap;

/// The default definitions of a type, in the order forms show them.
pub fn properties(object: ObjectType) -> Vec<PropertyDefinition> {
    let group = group_of(object);
    rows(object).iter().flat_map(|rows| rows.iter()).enumerate().map(|(order, row)| row.definition(group, order as i64)).collect()
}

fn rows(object: ObjectType) -> Vec<&'static [Row]> {
    match object {
        CONTACT => vec![contact::ROWS, row::ACTIVITIES, row::REVENUE, row::RECORD],
        COMPANY => vec![company::ROWS, row::ACTIVITIES, row::REVENUE, row::RECORD],
        DEAL => vec![deal::ROWS, row::ACTIVITIES, row::RECORD],
        TICKET => vec![ticket::ROWS, row::ACTIVITIES, row::RECORD],
        object::NOTE => vec![activity::NOTE, activity::ALL, row::RECORD],
        object::CALL => vec![activity::CALL, activity::ALL, row::RECORD],
        object::EMAIL => vec![activity::EMAIL, activity::ALL, row::RECORD],
        object::MEETING => vec![activity::MEETING, activity::ALL, row::RECORD],
        object::TASK => vec![activity::TASK, activity::ALL, row::RECORD],
        _ => Vec::new(),
    }
}

/// The group the default properties of a type are in.
pub fn group_of(object: ObjectType) -> &'static str {
    match object {
        CONTACT => "contactinformation",
        COMPANY => "companyinformation",
        DEAL => "dealinformation",
        TICKET => "ticketinformation",
        _ => "engagement",
    }
}

/// The groups every account starts with.
pub fn groups(object: ObjectType) -> Vec<PropertyGroup> {
    let label = match object {
        CONTACT => "Contact information",
        COMPANY => "Company information",
        DEAL => "Deal information",
        TICKET => "Ticket information",
        _ => "Activity information",
    };
    vec![PropertyGroup { name: group_of(object).to_owned(), label: label.to_owned(), display_order: 0, archived: false }]
}

/// What a read returns besides what it asked for, sorted. Source: wire spec 3.3.
pub fn default_properties(object: ObjectType) -> &'static [&'static str] {
    match object {
        CONTACT => &["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"],
        COMPANY => &["createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"],
        DEAL => {
            &["amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate", "hs_object_id", "pipeline"]
        }
        TICKET => &[
            "content",
            "createdate",
            "hs_lastmodifieddate",
            "hs_object_id",
            "hs_pipeline",
            "hs_pipeline_stage",
            "hs_ticket_category",
            "hs_ticket_priority",
            "subject",
        ],
        _ => &["hs_createdate", "hs_lastmodifieddate", "hs_object_id"],
    }
}

/// What a free-text `query` looks into. Source: wire spec 3.3; calls search their body itself instead of a preview of it.
pub fn free_text(object: ObjectType) -> &'static [&'static str] {
    match object {
        CONTACT => &["firstname", "lastname", "email", "phone", "hs_additional_emails", "fax", "mobilephone", "company"],
        COMPANY => &["website", "phone", "name", "domain"],
        DEAL => &["dealname", "pipeline", "dealstage", "description", "dealtype"],
        TICKET => &["subject", "content", "hs_pipeline_stage", "hs_ticket_category", "hs_object_id"],
        object::TASK => &["hs_task_subject", "hs_task_body"],
        object::NOTE => &["hs_note_body"],
        object::MEETING => &["hs_meeting_title", "hs_meeting_body"],
        object::CALL => &["hs_call_title", "hs_call_body"],
        object::EMAIL => &["hs_email_subject"],
        _ => &[],
    }
}

/// What a create must carry: at least one of each list. Source: wire spec 3.2.
pub fn required(object: ObjectType) -> &'static [&'static [&'static str]] {
    match object {
        CONTACT => &[&["email", "firstname", "lastname"]],
        COMPANY => &[&["name", "domain"]],
        DEAL => &[&["dealname"], &["dealstage"]],
        TICKET => &[&["subject"], &["hs_pipeline_stage"]],
        _ => &[&["hs_timestamp"]],
    }
}

/// The properties that exist once per stage: when a record entered and left it, and how long it was there.
pub fn stage_properties(object: ObjectType, pipelines: &[Pipeline]) -> Vec<PropertyDefinition> {
    let group = group_of(object);
    let mut found = Vec::new();
    for pipeline in pipelines {
        for stage in &pipeline.stages {
            let place = format!("{} ({})", stage.label, pipeline.label);
            let named = |prefix: &str, label: String, row: Row| {
                let mut def = row.definition(group, -1);
                (def.name, def.label) = (format!("{prefix}{}", stage.id), label);
                def
            };
            found.push(named("hs_v2_date_entered_", format!("Date entered \"{place}\""), Row::datetime("", "").calculated()));
            found.push(named("hs_v2_date_exited_", format!("Date exited \"{place}\""), Row::datetime("", "").calculated()));
            found.push(named("hs_v2_latest_time_in_", format!("Latest time in \"{place}\""), Row::number("", "").calculated()));
        }
    }
    found
}

/// `hs_lifecyclestage_{stage}_date` for every option of the life cycle.
pub fn lifecycle_properties(object: ObjectType, lifecycle: Option<&PropertyDefinition>) -> Vec<PropertyDefinition> {
    let dated = |option: &PropertyOption| {
        let mut def = Row::datetime("", "").calculated().definition(group_of(object), -1);
        def.name = format!("hs_lifecyclestage_{}_date", option.value);
        def.label = format!("Became a {} date", option.label.to_lowercase());
        def
    };
    lifecycle.map(|d| d.options.iter().map(dated).collect()).unwrap_or_default()
}

/// The options of pipeline and stage are the account's pipelines and their stages.
pub fn fill_pipeline_options(object: ObjectType, pipelines: &[Pipeline], properties: &mut BTreeMap<String, PropertyDefinition>) {
    let Some((pipeline_property, stage_property)) = pipeline::properties(object) else { return };
    let option = |order: usize, label: &str, value: &str, hidden| PropertyOption {
        label: label.to_owned(),
        value: value.to_owned(),
        description: String::new(),
        display_order: order as i64,
        hidden,
    };
    if let Some(def) = properties.get_mut(pipeline_property) {
        def.options = pipelines.iter().enumerate().map(|(i, p)| option(i, &p.label, &p.id, p.archived)).collect();
    }
    if let Some(def) = properties.get_mut(stage_property) {
        let mut options: Vec<PropertyOption> = Vec::new();
        for stage in pipelines.iter().flat_map(|p| p.stages.iter()) {
            if options.iter().all(|o| o.value != stage.id) {
                options.push(option(options.len(), &stage.label, &stage.id, stage.archived));
            }
        }
        def.options = options;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::BUILT_IN;
    use crate::property::Schema;
    use std::collections::BTreeSet;

    #[test]
    fn every_default_searched_and_required_property_is_defined() {
        for (object, ..) in BUILT_IN {
            let schema = Schema::default_of(object);
            let names =
                default_properties(object).iter().chain(free_text(object)).chain(required(object).iter().copied().flatten());
            for name in names {
                assert!(schema.property(name).is_some(), "{object} {name}");
            }
            for name in [object.created_property(), object.modified_property(), "hs_object_id", "hubspot_owner_id"] {
                assert!(schema.property(name).is_some(), "{object} {name}");
            }
        }
    }

    #[test]
    fn no_name_is_defined_twice_and_every_enumeration_can_hold_a_value() {
        for (object, ..) in BUILT_IN {
            let all = properties(object);
            let names: BTreeSet<_> = all.iter().map(|d| d.name.as_str()).collect();
            assert_eq!(names.len(), all.len(), "{object} defines a name twice");
            for def in Schema::default_of(object).properties() {
                let open = def.external_options || !def.options.is_empty();
                assert!(
                    open || def.value_type != crate::property::ValueType::Enumeration,
                    "{object} {} has no options",
                    def.name
                );
            }
        }
    }

    #[test]
    fn the_mirroring_opt_out_and_the_dates_per_stage_exist() {
        let contact = Schema::default_of(CONTACT);
        assert!(contact.property("hs_excluded_from_cross_account_data_mirroring").is_some());
        assert!(contact.property("hs_lifecyclestage_lead_date").is_some_and(PropertyDefinition::is_read_only));
        assert!(Schema::default_of(DEAL).property("hs_v2_date_entered_closedwon").is_some());
        assert_eq!(contact.unique(), ["email"]);
    }
}
