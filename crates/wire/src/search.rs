//! Search. Source: wire spec 3.6.

use crate::lenient::Text;
use crate::paging::Paging;
use crate::record::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What to find. An empty object finds everything.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Search {
    /// Groups of filters: a record must pass all filters of one group.
    #[serde(default)]
    pub filter_groups: Option<Vec<FilterGroup>>,
    /// One group, written without its wrapping.
    #[serde(default)]
    pub filters: Option<Vec<Filter>>,
    /// Words that the searchable properties of the type must contain.
    #[serde(default)]
    pub query: Option<Text>,
    #[serde(default)]
    pub sorts: Option<Vec<Sort>>,
    #[serde(default)]
    pub properties: Option<Vec<String>>,
    /// 1 to 200; 10 when left out.
    #[serde(default)]
    pub limit: Option<Text>,
    /// How many results to skip, as the last answer's `paging.next.after` said.
    #[serde(default)]
    pub after: Option<Text>,
}

/// Filters that must all hold.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct FilterGroup {
    #[serde(default)]
    pub filters: Vec<Filter>,
}

/// One condition.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// A property, or `associations.contact`.
    pub property_name: String,
    /// EQ NEQ LT LTE GT GTE BETWEEN IN NOT_IN HAS_PROPERTY NOT_HAS_PROPERTY CONTAINS_TOKEN NOT_CONTAINS_TOKEN.
    pub operator: String,
    #[serde(default)]
    pub value: Option<Text>,
    /// The upper end of BETWEEN.
    #[serde(default)]
    pub high_value: Option<Text>,
    /// For IN and NOT_IN.
    #[serde(default)]
    pub values: Option<Vec<Text>>,
}

/// An order: `{"propertyName": "createdate", "direction": "DESCENDING"}`, or `-createdate`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Sort {
    Text(String),
    #[serde(rename_all = "camelCase")]
    Object {
        property_name: String,
        #[serde(default)]
        direction: Option<String>,
    },
}

impl Sort {
    /// The property and whether it descends; a direction that is none is given back.
    pub fn parts(&self) -> Result<(&str, bool), &str> {
        match self {
            Sort::Text(text) => Ok(text.strip_prefix('-').map_or((text.as_str(), false), |name| (name, true))),
            Sort::Object { property_name, direction } => {
                let direction = direction.as_deref().unwrap_or_default();
                match direction.to_ascii_uppercase().as_str() {
                    "" | "ASC" | "ASCENDING" => Ok((property_name, false)),
                    "DESC" | "DESCENDING" => Ok((property_name, true)),
                    _ => Err(direction),
                }
            }
        }
    }
}

/// What was found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Found<'a> {
    /// Of all pages.
    pub total: usize,
    pub results: Vec<Record<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paging: Option<Paging>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_may_be_texts_or_objects_and_numbers_are_taken_for_strings() {
        let search: Search = serde_json::from_str(
            r#"{"filters":[{"propertyName":"lastmodifieddate","operator":"GTE","value":1795190435292}],"after":0,"limit":200,
                "sorts":["-createdate",{"propertyName":"hs_object_id","direction":"ASCENDING"}]}"#,
        )
        .unwrap();
        let sorts = search.sorts.unwrap();
        assert_eq!(sorts.iter().map(Sort::parts).collect::<Vec<_>>(), [Ok(("createdate", true)), Ok(("hs_object_id", false))]);
        assert_eq!(search.filters.unwrap()[0].value, Some(Text::from("1795190435292")));
        assert_eq!(search.after, Some(Text::from("0")));
    }
}
