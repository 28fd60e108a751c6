//! Property definitions and pipelines between model and wire.

use crate::refusal::Refusal;
use model::pipeline::{Pipeline, Stage, StageInput};
use model::property::definition::{DefinitionInput, DefinitionPatch};
use model::property::{FieldType, PropertyDefinition, PropertyGroup, PropertyOption, Sensitivity, ValueType};
use std::borrow::Cow;
use wire::paging::Lifetime;
use wire::pipeline::StageIn;
use wire::property::{Group, Modification, OptionIn, OptionOut, Property, PropertyIn};
use wire::scalar::Time;

const VALUE_TYPES: [(&str, ValueType); 6] = [
    ("string", ValueType::String),
    ("number", ValueType::Number),
    ("date", ValueType::Date),
    ("datetime", ValueType::Datetime),
    ("bool", ValueType::Bool),
    ("enumeration", ValueType::Enumeration),
];

const SENSITIVITIES: [(&str, Sensitivity); 3] = [
    ("non_sensitive", Sensitivity::NonSensitive),
    ("sensitive", Sensitivity::Sensitive),
    ("highly_sensitive", Sensitivity::HighlySensitive),
];

const FIELD_TYPES: [(&str, FieldType); 12] = [
    ("text", FieldType::Text),
    ("textarea", FieldType::Textarea),
    ("html", FieldType::Html),
    ("file", FieldType::File),
    ("phonenumber", FieldType::Phonenumber),
    ("calculation_equation", FieldType::CalculationEquation),
    ("number", FieldType::Number),
    ("date", FieldType::Date),
    ("booleancheckbox", FieldType::Booleancheckbox),
    ("select", FieldType::Select),
    ("radio", FieldType::Radio),
    ("checkbox", FieldType::Checkbox),
];

/// A definition as the wire shows it.
pub fn property(definition: &PropertyDefinition) -> Property<'_> {
    let metadata = definition.modification_metadata;
    Property {
        name: Cow::from(&definition.name),
        label: Cow::from(&definition.label),
        value_type: name_of(&VALUE_TYPES, definition.value_type),
        field_type: name_of(&FIELD_TYPES, definition.field_type),
        group_name: Cow::from(&definition.group_name),
        description: Cow::from(&definition.description),
        display_order: definition.display_order,
        options: definition.options.iter().map(option).collect(),
        calculated: definition.calculated,
        external_options: definition.external_options,
        referenced_object_type: definition.referenced_object_type.as_deref(),
        has_unique_value: definition.has_unique_value,
        hidden: definition.hidden,
        hubspot_defined: definition.hubspot_defined,
        form_field: definition.form_field,
        archived: definition.archived,
        archived_at: definition.archived_at.map(Time),
        data_sensitivity: definition.data_sensitivity.name(),
        created_at: Time(definition.created_at),
        updated_at: Time(definition.updated_at),
        created_user_id: definition.created_user_id.as_deref(),
        updated_user_id: definition.updated_user_id.as_deref(),
        modification_metadata: Modification {
            archivable: metadata.archivable,
            read_only_definition: metadata.read_only_definition,
            read_only_options: metadata.read_only_options,
            read_only_value: metadata.read_only_value,
        },
    }
}

fn option(option: &PropertyOption) -> OptionOut<'_> {
    OptionOut {
        label: &option.label,
        value: &option.value,
        description: &option.description,
        display_order: option.display_order,
        hidden: option.hidden,
    }
}

/// A group as the wire shows it.
pub fn group(group: &PropertyGroup) -> Group<'_> {
    let (name, label) = (Cow::from(&group.name), Cow::from(&group.label));
    Group { name, label, display_order: group.display_order, archived: group.archived }
}

fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: T) -> &'static str {
    names.iter().find(|(_, v)| *v == value).map_or("", |(name, _)| name)
}

fn named<T: Copy>(names: &[(&'static str, T)], field: &str, name: &str) -> Result<T, Refusal> {
    let found = names.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        let message = format!("{field} is \"{}\"; expected one of {}", crate::refusal::shorten(name), known.join(", "));
        Refusal::invalid(message).with_code("PROPERTY_FIELD_TYPE_INVALID").naming("body", field, name)
    })
}

/// A definition to create.
pub fn definition(input: PropertyIn) -> Result<DefinitionInput, Refusal> {
    let value_type = named(&VALUE_TYPES, "type", &required("type", input.value_type)?)?;
    let field_type = named(&FIELD_TYPES, "fieldType", &required("fieldType", input.field_type)?)?;
    let name = required("name", input.name)?;
    Ok(DefinitionInput {
        label: input.label.unwrap_or_else(|| name.clone()),
        name,
        value_type,
        field_type,
        group_name: required("groupName", input.group_name)?,
        description: input.description.unwrap_or_default(),
        display_order: input.display_order.unwrap_or(-1),
        options: options(input.options.unwrap_or_default()),
        has_unique_value: input.has_unique_value.unwrap_or(false),
        hidden: input.hidden.unwrap_or(false),
        form_field: input.form_field.unwrap_or(false),
        referenced_object_type: input.referenced_object_type,
        sensitivity: sensitivity(input.data_sensitivity.as_deref())?.unwrap_or_default(),
    })
}

/// A degree of sensitivity by its name.
pub fn sensitivity(name: Option<&str>) -> Result<Option<Sensitivity>, Refusal> {
    name.map(|name| named(&SENSITIVITIES, "dataSensitivity", name)).transpose()
}

/// What of a definition changes.
pub fn definition_patch(input: PropertyIn) -> Result<DefinitionPatch, Refusal> {
    Ok(DefinitionPatch {
        label: input.label,
        value_type: input.value_type.map(|name| named(&VALUE_TYPES, "type", &name)).transpose()?,
        field_type: input.field_type.map(|name| named(&FIELD_TYPES, "fieldType", &name)).transpose()?,
        group_name: input.group_name,
        description: input.description,
        display_order: input.display_order,
        options: input.options.map(options),
        hidden: input.hidden,
        form_field: input.form_field,
        sensitivity: sensitivity(input.data_sensitivity.as_deref())?,
    })
}

fn options(options: Vec<OptionIn>) -> Vec<PropertyOption> {
    let option = |option: OptionIn| PropertyOption {
        label: option.label.unwrap_or_else(|| option.value.0.clone()),
        value: option.value.0,
        description: option.description.unwrap_or_default(),
        display_order: option.display_order.unwrap_or(-1),
        hidden: option.hidden.unwrap_or(false),
    };
    options.into_iter().map(option).collect()
}

/// A field of the body that must be there.
pub fn required<T>(field: &str, value: Option<T>) -> Result<T, Refusal> {
    value.ok_or_else(|| {
        Refusal::invalid(format!("The field {field} is missing")).with_code("FIELD_MISSING").naming("body", field, "")
    })
}

/// A pipeline as the wire shows it, without archived stages.
pub fn pipeline(pipeline: &Pipeline) -> wire::pipeline::Pipeline<'_> {
    wire::pipeline::Pipeline {
        id: &pipeline.id,
        label: &pipeline.label,
        display_order: pipeline.display_order,
        stages: pipeline.stages.iter().filter(|stage| !stage.archived).map(stage).collect(),
        lifetime: Lifetime {
            created_at: Time(pipeline.created_at),
            updated_at: Time(pipeline.updated_at),
            archived: pipeline.archived,
            archived_at: None,
        },
    }
}

/// A stage as the wire shows it.
pub fn stage(stage: &Stage) -> wire::pipeline::Stage<'_> {
    wire::pipeline::Stage {
        id: &stage.id,
        label: &stage.label,
        display_order: stage.display_order,
        metadata: &stage.metadata,
        write_permissions: "CRM_PERMISSIONS_ENFORCEMENT",
        lifetime: Lifetime {
            created_at: Time(stage.created_at),
            updated_at: Time(stage.updated_at),
            archived: stage.archived,
            archived_at: None,
        },
    }
}

/// A stage to create; `at` is its place among those of the same request.
pub fn stage_input(input: StageIn, at: usize) -> Result<StageInput, Refusal> {
    let metadata = input.metadata.unwrap_or_default();
    Ok(StageInput {
        id: input.stage_id.map(|id| id.0),
        label: required("label", input.label)?,
        display_order: input.display_order.unwrap_or(i64::try_from(at).unwrap_or(i64::MAX)),
        metadata: metadata.into_iter().map(|(name, value)| (name, value.0)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::property::Schema;

    #[test]
    fn every_type_has_its_name_on_the_wire() {
        for (object, ..) in model::object::BUILT_IN {
            for definition in Schema::default_of(object).properties() {
                let shown = property(definition);
                let (as_type, as_field) =
                    (serde_json::to_value(definition.value_type).unwrap(), serde_json::to_value(definition.field_type).unwrap());
                assert_eq!(
                    (as_type.as_str(), as_field.as_str()),
                    (Some(shown.value_type), Some(shown.field_type)),
                    "{}",
                    shown.name
                );
            }
        }
    }

    #[test]
    fn an_unknown_type_is_refused_by_name_with_what_there_is() {
        let input = PropertyIn { name: Some("x".into()), value_type: Some("text".into()), ..PropertyIn::default() };
        let refusal = definition(input).unwrap_err();
        assert_eq!(refusal.message, "type is \"text\"; expected one of string, number, date, datetime, bool, enumeration");
    }
}
