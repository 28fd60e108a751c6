//! Searching records.

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::property;
use crate::record::{check_limit, reach};
use model::authority::Act;
use model::filter::{self, RawSearch, Refusal};
use model::limits::SEARCH_PAGE_MAX;
use model::object::ObjectType;
use model::property::Schema;
use model::record::Record;
use std::sync::Arc;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::new(Kind::Invalid, refusal.code(), refusal.to_string())
    }
}

/// One page of what a search found.
#[derive(Debug, Clone)]
pub struct Found {
    pub schema: Arc<Schema>,
    /// How many records the search finds in all.
    pub total: usize,
    pub records: Vec<Record>,
}

/// Finds records, from an offset. Sees everything that was committed before it began.
pub async fn search(app: &App, cx: &Cx, object: ObjectType, raw: &RawSearch, offset: usize, limit: usize) -> Result<Found> {
    check_limit(limit, SEARCH_PAGE_MAX)?;
    let owner = reach(cx, Act::ViewRecords(object))?;
    let (mut tx, definitions) = property::read(app, cx).await?;
    let schema = definitions.schema(object);
    let search = filter::check(&schema, raw)?;
    let page = store::search::find(&mut tx, &schema, &search, owner, offset, limit).await?;
    Ok(Found { schema, total: page.total, records: page.records })
}
