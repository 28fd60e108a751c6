//! What a reply shows of a record: which values, whose history, which associations.

use crate::query::Query;
use crate::refusal::Refusal;
use crate::route::Parameter;
use model::catalog::default_properties;
use model::object::ObjectType;
use model::property::Schema;

/// The parameters of reads that select, for the documentation.
pub const SELECTING: [Parameter; 3] = [
    Parameter {
        name: "properties",
        kind: "array",
        about: "Properties to return besides the defaults; * is all that are set. Unknown names are ignored.",
    },
    Parameter { name: "propertiesWithHistory", kind: "array", about: "Properties to return with every value they had." },
    Parameter { name: "associations", kind: "array", about: "Object types whose associated ids come along." },
];

/// What is shown.
#[derive(Debug)]
pub struct Selection<'s> {
    /// Names in order; none: whatever is set.
    names: Option<Vec<&'s str>>,
    /// Properties with history.
    pub history: Vec<&'s str>,
    /// Types of associated records.
    pub associations: Vec<ObjectType>,
}

impl<'s> Selection<'s> {
    /// What the query string asks for.
    pub fn of_query(schema: &'s Schema, query: &Query<'_>) -> Result<Selection<'s>, Refusal> {
        let mut selection = Selection::of(schema, &query.list("properties"), &query.list("propertiesWithHistory"));
        let asked = query.list("associations");
        selection.associations = types(&asked).map_err(|refusal| refusal.naming("query", "associations", &asked.join(",")))?;
        Ok(selection)
    }

    /// The defaults of the type and what is asked for; names nobody defined are dropped.
    pub fn of(schema: &'s Schema, properties: &[&str], history: &[&str]) -> Selection<'s> {
        let defined = |name: &&str| schema.property(name).map(|definition| definition.name.as_str());
        let mut history: Vec<&str> = history.iter().filter_map(defined).collect();
        history.sort_unstable();
        history.dedup();
        if properties.contains(&"*") {
            return Selection { names: None, history, associations: vec![] };
        }
        let mut names: Vec<&str> = default_properties(schema.object).to_vec();
        if !properties.is_empty() {
            names.extend(properties.iter().filter_map(defined));
            names.sort_unstable();
            names.dedup();
        }
        Selection { names: Some(names), history, associations: vec![] }
    }

    /// Whatever is set: answers to creations.
    pub fn everything() -> Selection<'s> {
        Selection { names: None, history: vec![], associations: vec![] }
    }

    /// The names asked for, of which some are counted when they are ([`app::association::fill_counters`]).
    pub fn names(&self) -> &[&'s str] {
        self.names.as_deref().unwrap_or(&app::association::COUNTERS)
    }

    /// The values of a record that are shown.
    pub fn shown<'a>(&'a self, record: &'a model::record::Record) -> wire::record::Shown<'a> {
        match &self.names {
            Some(names) => wire::record::Shown::Named(names, &record.properties),
            None => wire::record::Shown::Everything(&record.properties),
        }
    }
}

/// Object types by any of their names.
pub fn types(names: &[&str]) -> Result<Vec<ObjectType>, Refusal> {
    let mut types = Vec::with_capacity(names.len());
    for name in names {
        let object = ObjectType::from_segment(name).ok_or_else(|| Refusal::no_such_type(name))?;
        if !types.contains(&object) {
            types.push(object);
        }
    }
    Ok(types)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::object::CONTACT;

    #[test]
    fn defaults_are_merged_in_and_unknown_names_dropped() {
        let schema = Schema::default_of(CONTACT);
        let selection = Selection::of(&schema, &["phone", "email", "no_such"], &["phone", "no_such"]);
        let names = selection.names.unwrap();
        assert_eq!(names, ["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname", "phone"]);
        assert_eq!(selection.history, ["phone"]);
    }

    #[test]
    fn the_defaults_of_every_type_are_sorted() {
        for (object, ..) in model::object::BUILT_IN {
            assert!(default_properties(object).is_sorted(), "{object}");
        }
    }
}
