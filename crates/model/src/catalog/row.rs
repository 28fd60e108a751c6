//! One row of a table of default properties.

use super::options::Options;
use crate::property::{FieldType, ModificationMetadata, PropertyDefinition, PropertyOption, Sensitivity, ValueType};
use jiff::Timestamp;

/// A default property, as short as it can be written.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    name: &'static str,
    label: &'static str,
    value_type: ValueType,
    field_type: FieldType,
    options: Options,
    read_only: bool,
    calculated: bool,
    unique: bool,
    hidden: bool,
    owner: bool,
    /// The account may change the options.
    open: bool,
}

impl Row {
    const fn new(name: &'static str, label: &'static str, value_type: ValueType, field_type: FieldType) -> Row {
        let options = Options::None;
        Row {
            name,
            label,
            value_type,
            field_type,
            options,
            read_only: false,
            calculated: false,
            unique: false,
            hidden: false,
            owner: false,
            open: false,
        }
    }

    pub const fn text(name: &'static str, label: &'static str) -> Row {
        Row::new(name, label, ValueType::String, FieldType::Text)
    }

    pub const fn long(name: &'static str, label: &'static str) -> Row {
        Row::new(name, label, ValueType::String, FieldType::Textarea)
    }

    pub const fn html(name: &'static str, label: &'static str) -> Row {
        Row::new(name, label, ValueType::String, FieldType::Html)
    }

    pub const fn phone(name: &'static str, label: &'static str) -> Row {
        Row::new(name, label, ValueType::String, FieldType::Phonenumber)
    }

    pub const fn number(name: &'static str, label: &'static str) -> Row {
        Row::new(name, label, ValueType::Number, FieldType::Number)
    }

    pub const fn datetime(name: &'static str, label: &'static str) -> Row {
        Row::new(name, label, ValueType::Datetime, FieldType::Date)
    }

    pub const fn bool(name: &'static str, label: &'static str) -> Row {
        let mut row = Row::new(name, label, ValueType::Bool, FieldType::Booleancheckbox);
        row.options = Options::List(&[("true", "Yes"), ("false", "No")]);
        row
    }

    /// One of the options.
    pub const fn select(name: &'static str, label: &'static str, options: Options) -> Row {
        let mut row = Row::new(name, label, ValueType::Enumeration, FieldType::Select);
        row.options = options;
        row
    }

    /// Several values, joined by `;`.
    pub const fn many(name: &'static str, label: &'static str, options: Options) -> Row {
        let mut row = Row::select(name, label, options);
        row.field_type = FieldType::Checkbox;
        row
    }

    /// Ids of owners.
    pub const fn owner(name: &'static str, label: &'static str) -> Row {
        let mut row = Row::select(name, label, Options::Elsewhere);
        row.owner = true;
        row
    }

    /// Set by the product from what happens, not by a formula over the record.
    pub const fn read_only(mut self) -> Row {
        self.read_only = true;
        self
    }

    /// Derived from other values.
    pub const fn calculated(mut self) -> Row {
        self.read_only = true;
        self.calculated = true;
        self
    }

    pub const fn unique(mut self) -> Row {
        self.unique = true;
        self
    }

    pub const fn hidden(mut self) -> Row {
        self.hidden = true;
        self
    }

    /// The account may change the options.
    pub const fn open(mut self) -> Row {
        self.open = true;
        self
    }

    /// The definition of the row.
    pub fn definition(&self, group: &str, display_order: i64) -> PropertyDefinition {
        PropertyDefinition {
            name: self.name.to_owned(),
            label: self.label.to_owned(),
            value_type: self.value_type,
            field_type: self.field_type,
            group_name: group.to_owned(),
            description: String::new(),
            display_order,
            options: self.options.list(),
            calculated: self.calculated,
            external_options: matches!(self.options, Options::Elsewhere),
            referenced_object_type: self.owner.then(|| "OWNER".to_owned()),
            has_unique_value: self.unique,
            hidden: self.hidden,
            hubspot_defined: true,
            form_field: !self.read_only && !self.hidden,
            archived: false,
            archived_at: None,
            data_sensitivity: Sensitivity::NonSensitive,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            created_user_id: None,
            updated_user_id: None,
            modification_metadata: ModificationMetadata {
                archivable: false,
                read_only_definition: !self.open,
                read_only_options: !self.open,
                read_only_value: self.read_only,
            },
        }
    }
}

/// What was done about a record: rollups of its activities, see [`crate::rollup`].
pub const ACTIVITIES: &[Row] = &[
    Row::datetime("notes_last_contacted", "Last contacted").calculated(),
    Row::datetime("notes_last_updated", "Last activity date").calculated(),
    Row::datetime("notes_next_activity_date", "Next activity date").calculated(),
    Row::number("num_notes", "Number of sales activities").calculated(),
    Row::number("num_contacted_notes", "Number of times contacted").calculated(),
];

/// What a contact or company brought in: rollups of its deals, see [`crate::rollup`].
pub const REVENUE: &[Row] = &[
    Row::number("total_revenue", "Total revenue").calculated(),
    Row::number("recent_deal_amount", "Recent deal amount").calculated(),
    Row::datetime("recent_deal_close_date", "Recent deal close date").calculated(),
    Row::datetime("first_deal_created_date", "First deal created date").calculated(),
];

/// What records of every type have.
pub const RECORD: &[Row] = &[
    Row::datetime("hubspot_owner_assigneddate", "Owner assigned date").calculated(),
    Row::number("hs_object_id", "Record ID").read_only(),
    Row::text("hs_object_source", "Record source").read_only(),
    Row::text("hs_object_source_label", "Record source label").read_only(),
    Row::number("hs_created_by_user_id", "Created by user ID").read_only(),
    Row::number("hs_updated_by_user_id", "Updated by user ID").read_only(),
    Row::many("hs_merged_object_ids", "Merged record IDs", Options::Elsewhere).read_only(),
];

impl Options {
    fn list(self) -> Vec<PropertyOption> {
        let option = |(order, (value, label)): (usize, (&str, String))| PropertyOption {
            label,
            value: value.to_owned(),
            description: String::new(),
            display_order: order as i64,
            hidden: false,
        };
        match self {
            Options::None | Options::Elsewhere => Vec::new(),
            Options::List(rows) => {
                rows.iter().map(|(value, label)| (*value, (*label).to_owned())).enumerate().map(option).collect()
            }
            Options::Words(words) => words.split_whitespace().map(|word| (word, title(word))).enumerate().map(option).collect(),
        }
    }
}

/// `IN_PROGRESS` reads "In progress".
fn title(word: &str) -> String {
    let lower = word.to_lowercase().replace('_', " ");
    let mut chars = lower.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}
