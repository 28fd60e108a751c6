//! Searching records.

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::property;
use crate::record::{check_limit, reach};
use model::authority::Act;
use model::filter::{self, Operator, RawFilter, RawSearch, Refusal};
use model::id::RecordId;
use model::limits::SEARCH_PAGE_MAX;
use model::object::ObjectType;
use model::property::Schema;
use model::record::Record;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
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
    let raw = present(&mut tx, object, raw).await?;
    let search = filter::check(&schema, &raw)?;
    let page = store::search::find(&mut tx, &schema, &search, owner, offset, limit).await?;
    Ok(Found { schema, total: page.total, records: page.records })
}

/// Filters that name records by ids from before a merge name the merged ones.
async fn present<'r>(tx: &mut store::Tx, object: ObjectType, raw: &'r RawSearch) -> Result<Cow<'r, RawSearch>> {
    let named = |filter: &RawFilter| match filter.property.strip_prefix("associations.") {
        Some(segment) => ObjectType::from_segment(segment),
        None => (filter.property == "hs_object_id" && is_equality(filter)).then_some(object),
    };
    let filters = || raw.groups.iter().flatten();
    let mut moved: BTreeMap<(ObjectType, RecordId), RecordId> = BTreeMap::new();
    for of in filters().filter_map(named).collect::<BTreeSet<_>>() {
        let texts = filters().filter(|f| named(f) == Some(of)).flat_map(|f| f.value.iter().chain(&f.values));
        let ids: Vec<RecordId> = texts.filter_map(|text| text.trim().parse().ok()).collect();
        let found = store::merged::follow(tx, of, &ids).await?;
        moved.extend(found.into_iter().map(|(id, into)| ((of, id), into)));
    }
    if moved.is_empty() {
        return Ok(Cow::Borrowed(raw));
    }
    let mut raw = raw.clone();
    for filter in raw.groups.iter_mut().flatten() {
        let Some(of) = named(filter) else { continue };
        for text in filter.value.iter_mut().chain(&mut filter.values) {
            let into = text.trim().parse().ok().and_then(|id| moved.get(&(of, id)));
            *text = into.map_or_else(|| text.clone(), ToString::to_string);
        }
    }
    Ok(Cow::Owned(raw))
}

/// Ranges of ids are of numbers: clients read on by them.
fn is_equality(filter: &RawFilter) -> bool {
    matches!(Operator::from_name(&filter.operator), Some(Operator::Eq | Operator::Neq | Operator::In | Operator::NotIn))
}
