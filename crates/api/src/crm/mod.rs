//! The CRM as HubSpot's clients know it: records, search, definitions, associations, owners, the account.

mod account;
mod archive;
mod associations;
mod associations_v3;
mod batches;
mod definitions;
mod labels;
mod owners;
mod pipelines;
mod properties;
mod records;
mod search;
mod selection;
mod show;

use crate::route::{Parameter, Route};

const LIMIT: Parameter = Parameter { name: "limit", kind: "integer", about: "Results of a page." };
const AFTER: Parameter = Parameter { name: "after", kind: "string", about: "The last page's paging.next.after." };
const ARCHIVED: Parameter = Parameter { name: "archived", kind: "boolean", about: "Look among the archived ones instead." };
const ID_PROPERTY: Parameter =
    Parameter { name: "idProperty", kind: "string", about: "The property whose value the id in the path is, such as email." };

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    [
        records::routes(),
        archive::routes(),
        batches::routes(),
        search::routes(),
        associations::routes(),
        labels::routes(),
        associations_v3::routes(),
        properties::routes(),
        pipelines::routes(),
        owners::routes(),
        account::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
