//! Everything needed to decide about records of one type in one account: property definitions and pipelines.

use super::PropertyDefinition;
use crate::catalog;
use crate::object::ObjectType;
use crate::pipeline::{self, Pipeline};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The definitions of one object type in one account. Built once, shared, replaced when a definition changes.
#[derive(Debug, Clone)]
pub struct Schema {
    pub object: ObjectType,
    /// Pipelines in display order; empty for types without.
    pub pipelines: Vec<Pipeline>,
    /// The account's currency, ISO 4217.
    pub currency: String,
    properties: BTreeMap<String, PropertyDefinition>,
    unique: Vec<String>,
    owners: Vec<String>,
}

impl Schema {
    /// The defaults of the type, overlaid by what the account defined or changed. The options of pipeline and stage, and the
    /// properties that exist once per stage, follow from the pipelines.
    pub fn new(object: ObjectType, own: Vec<PropertyDefinition>, mut pipelines: Vec<Pipeline>, currency: &str) -> Schema {
        pipelines.sort_by_key(|p| p.display_order);
        let mut properties: BTreeMap<_, _> = catalog::properties(object).into_iter().map(|d| (d.name.clone(), d)).collect();
        for def in catalog::stage_properties(object, &pipelines) {
            properties.insert(def.name.clone(), def);
        }
        for def in own {
            properties.insert(def.name.clone(), def);
        }
        for def in catalog::lifecycle_properties(object, properties.get("lifecyclestage")) {
            properties.entry(def.name.clone()).or_insert(def);
        }
        catalog::fill_pipeline_options(object, &pipelines, &mut properties);
        let unique = properties.values().filter(|d| d.has_unique_value && !d.archived).map(|d| d.name.clone()).collect();
        let refers = |d: &&PropertyDefinition| d.referenced_object_type.as_deref() == Some("OWNER") && !d.archived;
        let owners = properties.values().filter(refers).map(|d| d.name.clone()).collect();
        Schema { object, pipelines, currency: currency.to_owned(), properties, unique, owners }
    }

    /// What a new account has.
    pub fn default_of(object: ObjectType) -> Schema {
        Schema::new(object, Vec::new(), pipeline::defaults(object, Timestamp::UNIX_EPOCH), "EUR")
    }

    /// The same with one definition more, or another one in its place.
    pub fn with(mut self, definition: PropertyDefinition) -> Schema {
        self.unique.retain(|u| *u != definition.name);
        if definition.has_unique_value && !definition.archived {
            self.unique.push(definition.name.clone());
        }
        self.properties.insert(definition.name.clone(), definition);
        self
    }

    /// A definition that is not archived.
    pub fn property(&self, name: &str) -> Option<&PropertyDefinition> {
        self.properties.get(name).filter(|d| !d.archived)
    }

    /// A definition, archived or not.
    pub fn property_with_archived(&self, name: &str) -> Option<&PropertyDefinition> {
        self.properties.get(name)
    }

    /// Every definition that is not archived, by name.
    pub fn properties(&self) -> impl Iterator<Item = &PropertyDefinition> {
        self.properties.values().filter(|d| !d.archived)
    }

    /// Every definition, archived ones too, by name.
    pub fn properties_with_archived(&self) -> impl Iterator<Item = &PropertyDefinition> {
        self.properties.values()
    }

    /// The properties whose values are unique: e-mail for contacts, and what the account declared.
    pub fn unique(&self) -> &[String] {
        &self.unique
    }

    /// The properties whose values are owner ids.
    pub fn owners(&self) -> &[String] {
        &self.owners
    }

    /// Whether the property identifies a record in `idProperty`: unique values, or the company's domain, a lookup.
    pub fn identifies(&self, name: &str) -> bool {
        name == "hs_object_id" || self.unique.iter().any(|u| u == name)
    }
}
