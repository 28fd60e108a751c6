//! Definitions a person makes: which are allowed, and what may change later.

use super::{FieldType, ModificationMetadata, PropertyDefinition, PropertyOption, Schema, Sensitivity, ValueType, excerpt};
use crate::limits::{CUSTOM_PROPERTIES_MAX, NAME_CHARS_MAX, OPTIONS_MAX, UNIQUE_PROPERTIES_MAX};
use jiff::Timestamp;
use serde::Serialize;
use std::fmt;

/// A definition as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionInput {
    pub name: String,
    pub label: String,
    pub value_type: ValueType,
    pub field_type: FieldType,
    pub group_name: String,
    pub description: String,
    pub display_order: i64,
    pub options: Vec<PropertyOption>,
    pub has_unique_value: bool,
    pub hidden: bool,
    pub form_field: bool,
    /// The values are owner ids, when `OWNER`.
    pub referenced_object_type: Option<String>,
    pub sensitivity: Sensitivity,
}

/// What of a definition changes; `None` leaves it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DefinitionPatch {
    pub label: Option<String>,
    pub value_type: Option<ValueType>,
    pub field_type: Option<FieldType>,
    pub group_name: Option<String>,
    pub description: Option<String>,
    pub display_order: Option<i64>,
    pub options: Option<Vec<PropertyOption>>,
    pub hidden: Option<bool>,
    pub form_field: Option<bool>,
    pub sensitivity: Option<Sensitivity>,
}

/// Why a definition is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Not 1 to 100 of a-z, 0-9 and _, beginning with a letter; or beginning with the reserved `hs_`.
    Name(String),
    Exists(String),
    Label(String),
    Group(String),
    /// The field cannot show the type.
    Field(ValueType, FieldType),
    NoOptions(String),
    OptionsOnOther(ValueType),
    TooManyOptions(usize),
    OptionValue(String),
    DuplicateOption(String),
    /// Unique values are for strings and numbers.
    UniqueType(ValueType),
    TooManyUnique,
    TooManyCustom,
    /// The product's own definition, or its options.
    ReadOnly(String),
    /// A type that would make existing values unreadable.
    TypeChange(ValueType, ValueType),
    /// Values that were sensitive would no longer be treated so.
    SensitivityLowered(String),
}

impl Refusal {
    /// The stable code of the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Name(_) => "PROPERTY_NAME_INVALID",
            Refusal::Exists(_) => "PROPERTY_EXISTS",
            Refusal::Label(_) => "PROPERTY_LABEL_INVALID",
            Refusal::Group(_) => "PROPERTY_GROUP_DOESNT_EXIST",
            Refusal::Field(..) => "PROPERTY_FIELD_TYPE_INVALID",
            Refusal::NoOptions(_) => "PROPERTY_OPTIONS_MISSING",
            Refusal::OptionsOnOther(_) => "PROPERTY_OPTIONS_NOT_ALLOWED",
            Refusal::TooManyOptions(_) => "PROPERTY_OPTIONS_LIMIT",
            Refusal::OptionValue(_) => "PROPERTY_OPTION_INVALID",
            Refusal::DuplicateOption(_) => "PROPERTY_OPTION_DUPLICATE",
            Refusal::UniqueType(_) => "PROPERTY_UNIQUE_TYPE",
            Refusal::TooManyUnique => "PROPERTY_UNIQUE_LIMIT",
            Refusal::TooManyCustom => "PROPERTY_LIMIT",
            Refusal::ReadOnly(_) => "PROPERTY_READ_ONLY_DEFINITION",
            Refusal::TypeChange(..) => "PROPERTY_TYPE_CHANGE",
            Refusal::SensitivityLowered(_) => "PROPERTY_SENSITIVITY_STAYS",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Name(n) => write!(
                f,
                "\"{n}\" is not a property name: expected 1 to 100 of a-z, 0-9 and _, beginning with a letter and not with hs_"
            ),
            Refusal::Exists(n) => write!(f, "A property named '{n}' already exists."),
            Refusal::Label(l) => write!(f, "\"{l}\" is not a label: expected 1 to {NAME_CHARS_MAX} characters"),
            Refusal::Group(g) => write!(f, "property group \"{g}\" does not exist"),
            Refusal::Field(t, field) => write!(f, "field type {} cannot hold values of type {}", named(field), named(t)),
            Refusal::NoOptions(n) => write!(f, "enumeration \"{n}\" needs at least one option"),
            Refusal::OptionsOnOther(t) => write!(f, "options belong to enumerations, not to type {}", named(t)),
            Refusal::TooManyOptions(n) => write!(f, "a property can have {OPTIONS_MAX} options, not {n}"),
            Refusal::OptionValue(v) => {
                write!(f, "\"{v}\" is not an option value: expected 1 to 255 characters without semicolon")
            }
            Refusal::DuplicateOption(v) => write!(f, "option \"{v}\" appears twice"),
            Refusal::UniqueType(t) => write!(f, "unique values are for strings and numbers, not for type {}", named(t)),
            Refusal::TooManyUnique => write!(f, "a type can have {UNIQUE_PROPERTIES_MAX} properties with unique values"),
            Refusal::TooManyCustom => write!(f, "a type can have {CUSTOM_PROPERTIES_MAX} properties of its own"),
            Refusal::ReadOnly(n) => write!(f, "the definition of \"{n}\" cannot be changed that way"),
            Refusal::TypeChange(a, b) => write!(f, "values of type {} cannot become {}", named(a), named(b)),
            Refusal::SensitivityLowered(n) => write!(f, "the values of \"{n}\" are sensitive and stay so"),
        }
    }
}

/// A type as the API writes it.
fn named(of: &impl Serialize) -> String {
    serde_json::to_value(of).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Checks a new definition against what exists and completes it.
pub fn create(schema: &Schema, groups: &[&str], input: DefinitionInput, now: Timestamp) -> Result<PropertyDefinition, Refusal> {
    check_name(&input.name)?;
    if schema.property_with_archived(&input.name).is_some_and(|d| !d.archived || d.hubspot_defined) {
        return Err(Refusal::Exists(input.name));
    }
    // Values of the archived property are still there and must stay readable.
    if let Some(archived) = schema.property_with_archived(&input.name) {
        check_type_change(archived.value_type, input.value_type)?;
        check_sensitivity(archived, input.sensitivity)?;
    }
    let own = schema.properties().filter(|d| !d.hubspot_defined);
    let (n_own, n_unique) = own.fold((0, 0), |(n, u), d| (n + 1, u + usize::from(d.has_unique_value)));
    if n_own >= CUSTOM_PROPERTIES_MAX {
        return Err(Refusal::TooManyCustom);
    }
    if input.has_unique_value && n_unique >= UNIQUE_PROPERTIES_MAX {
        return Err(Refusal::TooManyUnique);
    }
    let refers_to_owner = input.referenced_object_type.as_deref() == Some("OWNER");
    let definition = PropertyDefinition {
        name: input.name,
        label: input.label,
        value_type: input.value_type,
        field_type: input.field_type,
        group_name: input.group_name,
        description: input.description,
        display_order: input.display_order,
        options: in_order(bool_options(input.value_type, input.options)),
        calculated: false,
        external_options: refers_to_owner,
        referenced_object_type: input.referenced_object_type.filter(|_| refers_to_owner),
        has_unique_value: input.has_unique_value,
        hidden: input.hidden,
        hubspot_defined: false,
        form_field: input.form_field,
        archived: false,
        archived_at: None,
        data_sensitivity: input.sensitivity,
        created_at: now,
        updated_at: now,
        created_user_id: None,
        updated_user_id: None,
        modification_metadata: ModificationMetadata {
            archivable: true,
            read_only_definition: false,
            read_only_options: false,
            read_only_value: false,
        },
    };
    check(&definition, groups)?;
    Ok(definition)
}

/// Applies a patch to a definition. The product's own definitions let themselves be renamed, moved, hidden, and given options
/// where their options are open.
pub fn apply(
    old: &PropertyDefinition,
    groups: &[&str],
    patch: DefinitionPatch,
    now: Timestamp,
) -> Result<PropertyDefinition, Refusal> {
    let changes_type =
        patch.value_type.is_some_and(|t| t != old.value_type) || patch.field_type.is_some_and(|t| t != old.field_type);
    let changes_options = patch.options.as_ref().is_some_and(|o| *o != old.options);
    let metadata = old.modification_metadata;
    let changes_sensitivity = patch.sensitivity.is_some_and(|to| to != old.data_sensitivity);
    if changes_sensitivity && old.hubspot_defined {
        return Err(Refusal::ReadOnly(old.name.clone()));
    }
    if changes_type && (old.hubspot_defined || metadata.read_only_definition) || changes_options && metadata.read_only_options {
        return Err(Refusal::ReadOnly(old.name.clone()));
    }
    let mut new = old.clone();
    if let Some(to) = patch.value_type {
        check_type_change(old.value_type, to)?;
        new.value_type = to;
    }
    if let Some(to) = patch.sensitivity {
        check_sensitivity(old, to)?;
        new.data_sensitivity = to;
    }
    new.label = patch.label.unwrap_or(new.label);
    new.field_type = patch.field_type.unwrap_or(new.field_type);
    new.group_name = patch.group_name.unwrap_or(new.group_name);
    new.description = patch.description.unwrap_or(new.description);
    new.display_order = patch.display_order.unwrap_or(new.display_order);
    new.hidden = patch.hidden.unwrap_or(new.hidden);
    new.form_field = patch.form_field.unwrap_or(new.form_field);
    if let Some(options) = patch.options {
        new.options = in_order(options);
    }
    check(&new, groups)?;
    if new != *old {
        new.updated_at = now;
    }
    Ok(new)
}

/// More sensitive is always possible, less never: what was entered as sensitive stays that.
fn check_sensitivity(old: &PropertyDefinition, to: Sensitivity) -> Result<(), Refusal> {
    if to >= old.data_sensitivity { Ok(()) } else { Err(Refusal::SensitivityLowered(old.name.clone())) }
}

/// Anything can become text; the rest keeps its type, because the values that exist must stay readable.
fn check_type_change(from: ValueType, to: ValueType) -> Result<(), Refusal> {
    if from == to || to == ValueType::String { Ok(()) } else { Err(Refusal::TypeChange(from, to)) }
}

/// A yes-or-no property always has the two options clients look for.
fn bool_options(value_type: ValueType, options: Vec<PropertyOption>) -> Vec<PropertyOption> {
    if value_type != ValueType::Bool || !options.is_empty() {
        return options;
    }
    let one = |(order, (value, label)): (usize, (&str, &str))| PropertyOption {
        label: label.to_owned(),
        value: value.to_owned(),
        description: String::new(),
        display_order: order as i64,
        hidden: false,
    };
    [("true", "Yes"), ("false", "No")].into_iter().enumerate().map(one).collect()
}

/// By display order; -1, which is last, keeps the given order.
fn in_order(mut options: Vec<PropertyOption>) -> Vec<PropertyOption> {
    options.sort_by_key(|o| if o.display_order < 0 { i64::MAX } else { o.display_order });
    options
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let begins = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let ok = plain && begins && name.len() <= 100 && !name.starts_with("hs_");
    if ok { Ok(()) } else { Err(Refusal::Name(excerpt(name))) }
}

fn check(def: &PropertyDefinition, groups: &[&str]) -> Result<(), Refusal> {
    let n = def.label.chars().count();
    if def.label.trim().is_empty() || n > NAME_CHARS_MAX {
        return Err(Refusal::Label(excerpt(&def.label)));
    }
    if !groups.contains(&def.group_name.as_str()) {
        return Err(Refusal::Group(excerpt(&def.group_name)));
    }
    if !shows(def.field_type, def.value_type) {
        return Err(Refusal::Field(def.value_type, def.field_type));
    }
    if def.has_unique_value && !matches!(def.value_type, ValueType::String | ValueType::Number) {
        return Err(Refusal::UniqueType(def.value_type));
    }
    check_options(def)
}

fn check_options(def: &PropertyDefinition) -> Result<(), Refusal> {
    match def.value_type {
        ValueType::Enumeration if def.options.is_empty() && !def.external_options && !def.hubspot_defined => {
            return Err(Refusal::NoOptions(def.name.clone()));
        }
        ValueType::Enumeration | ValueType::Bool => {}
        other if !def.options.is_empty() => return Err(Refusal::OptionsOnOther(other)),
        _ => {}
    }
    if def.options.len() > OPTIONS_MAX {
        return Err(Refusal::TooManyOptions(def.options.len()));
    }
    let mut seen = std::collections::BTreeSet::new();
    for option in &def.options {
        let value = option.value.as_str();
        if value.is_empty() || value.trim() != value || value.chars().count() > NAME_CHARS_MAX || value.contains([';', '\0']) {
            return Err(Refusal::OptionValue(excerpt(value)));
        }
        if !seen.insert(value) {
            return Err(Refusal::DuplicateOption(excerpt(value)));
        }
    }
    Ok(())
}

/// Which fields can show which type. Source: wire spec 4.
fn shows(field: FieldType, value: ValueType) -> bool {
    use FieldType::{Booleancheckbox, CalculationEquation, Checkbox, File, Html, Phonenumber, Radio, Select, Text, Textarea};
    match value {
        ValueType::String => matches!(field, Text | Textarea | Html | File | Phonenumber | CalculationEquation),
        ValueType::Number => matches!(field, FieldType::Number | Text | CalculationEquation),
        ValueType::Date | ValueType::Datetime => matches!(field, FieldType::Date | Text | CalculationEquation),
        ValueType::Bool => matches!(field, Booleancheckbox | Radio | Select | CalculationEquation),
        ValueType::Enumeration => matches!(field, Select | Radio | Checkbox | Booleancheckbox | CalculationEquation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::CONTACT;

    fn input(name: &str) -> DefinitionInput {
        DefinitionInput {
            name: name.to_owned(),
            label: "Favourite food".to_owned(),
            value_type: ValueType::String,
            field_type: FieldType::Text,
            group_name: "contactinformation".to_owned(),
            description: String::new(),
            display_order: -1,
            options: Vec::new(),
            has_unique_value: false,
            hidden: false,
            form_field: false,
            referenced_object_type: None,
            sensitivity: Sensitivity::NonSensitive,
        }
    }

    fn code(change: impl FnOnce(&mut DefinitionInput)) -> &'static str {
        let mut input = input("favourite_food");
        change(&mut input);
        let groups = ["contactinformation"];
        create(&Schema::default_of(CONTACT), &groups, input, Timestamp::UNIX_EPOCH).map_or_else(|r| r.code(), |_| "ok")
    }

    fn option(value: &str) -> PropertyOption {
        PropertyOption {
            label: value.to_owned(),
            value: value.to_owned(),
            description: String::new(),
            display_order: -1,
            hidden: false,
        }
    }

    #[test]
    fn a_definition_is_taken_or_refused_with_its_reason() {
        assert_eq!(code(|_| {}), "ok");
        for bad in ["", "Food", "1food", "hs_food", "fo od", "føde", &"x".repeat(101)] {
            assert_eq!(code(|i| i.name = bad.to_owned()), "PROPERTY_NAME_INVALID", "{bad}");
        }
        assert_eq!(code(|i| i.name = "email".into()), "PROPERTY_EXISTS");
        assert_eq!(code(|i| i.label = " ".into()), "PROPERTY_LABEL_INVALID");
        assert_eq!(code(|i| i.group_name = "nowhere".into()), "PROPERTY_GROUP_DOESNT_EXIST");
        assert_eq!(code(|i| i.field_type = FieldType::Select), "PROPERTY_FIELD_TYPE_INVALID");
        assert_eq!(code(|i| i.options = vec![option("a")]), "PROPERTY_OPTIONS_NOT_ALLOWED");
        let select = |options: Vec<PropertyOption>| {
            code(move |i| (i.value_type, i.field_type, i.options) = (ValueType::Enumeration, FieldType::Select, options))
        };
        assert_eq!(select(vec![]), "PROPERTY_OPTIONS_MISSING");
        assert_eq!(select(vec![option("a;b")]), "PROPERTY_OPTION_INVALID");
        assert_eq!(select(vec![option("a"), option("a")]), "PROPERTY_OPTION_DUPLICATE");
        let unique_day = |i: &mut DefinitionInput| {
            (i.value_type, i.field_type, i.has_unique_value) = (ValueType::Date, FieldType::Date, true);
        };
        assert_eq!(code(unique_day), "PROPERTY_UNIQUE_TYPE");
    }

    #[test]
    fn the_products_own_definitions_can_be_renamed_but_not_retyped() {
        let schema = Schema::default_of(CONTACT);
        let email = schema.property("email").unwrap();
        let apply = |patch| apply(email, &["contactinformation"], patch, Timestamp::UNIX_EPOCH);
        let renamed = apply(DefinitionPatch { label: Some("E-mail".into()), ..DefinitionPatch::default() }).unwrap();
        assert_eq!(renamed.label, "E-mail");
        let retyped = apply(DefinitionPatch { value_type: Some(ValueType::Number), ..DefinitionPatch::default() });
        assert_eq!(retyped.unwrap_err().code(), "PROPERTY_READ_ONLY_DEFINITION");
    }

    #[test]
    fn sensitivity_only_grows_and_the_products_own_fields_have_none() {
        let schema = Schema::default_of(CONTACT);
        let now = Timestamp::UNIX_EPOCH;
        let to = |sensitivity| DefinitionPatch { sensitivity: Some(sensitivity), ..DefinitionPatch::default() };
        let own = create(&schema, &["contactinformation"], input("diagnosis"), now).unwrap();
        let secret = apply(&own, &["contactinformation"], to(Sensitivity::Sensitive), now).unwrap();
        assert_eq!(secret.data_sensitivity, Sensitivity::Sensitive);
        let back = apply(&secret, &["contactinformation"], to(Sensitivity::NonSensitive), now);
        assert_eq!(back.unwrap_err().code(), "PROPERTY_SENSITIVITY_STAYS");
        let email = schema.property("email").unwrap();
        let refused = apply(email, &["contactinformation"], to(Sensitivity::Sensitive), now).unwrap_err();
        assert_eq!(refused.code(), "PROPERTY_READ_ONLY_DEFINITION");
        // Values of an archived field are still there: a new one of its name cannot be milder.
        let archived = PropertyDefinition { archived: true, archived_at: Some(now), ..secret };
        let again = create(&schema.with(archived), &["contactinformation"], input("diagnosis"), now);
        assert_eq!(again.unwrap_err().code(), "PROPERTY_SENSITIVITY_STAYS");
    }

    #[test]
    fn a_name_is_what_serde_writes() {
        for sensitivity in Sensitivity::ALL {
            assert_eq!(serde_json::to_value(sensitivity).unwrap(), sensitivity.name());
        }
    }
}
