//! Search. Source: wire spec 3.6.

use super::selection::Selection;
use super::show;
use crate::call::Call;
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Route};
use model::filter::{RawFilter, RawSearch};
use model::limits::SEARCH_PAGE_MAX;
use wire::lenient::Text;
use wire::paging::{Next, Paging};
use wire::search::{Filter, Found, Search};

/// Results of a page when the client does not say. Source: wire spec 2.4.
const LIMIT_DEFAULT: usize = 10;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::post(
            "/crm/v3/objects/{objectType}/search",
            "record.search",
            Access::Account("crm.objects.{objectType}.read"),
            search,
        )
        .about("Objects", "Finds records by filters and words. Sees every write that was answered before; has no end at 10,000.")
        .body::<Search>()
        .reply::<Found<'static>>(200),
    ]
}

async fn search(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: Search = call.json_or_default().await?;
    let limit = number("limit", body.limit.as_ref(), LIMIT_DEFAULT, 1, SEARCH_PAGE_MAX)?;
    let offset = number("after", body.after.as_ref(), 0, 0, usize::MAX)?;
    let mut found = app::search::search(call.app(), call.cx(), object, &raw(&body)?, offset, limit).await?;
    let properties: Vec<&str> = body.properties.iter().flatten().map(String::as_str).collect();
    let selection = Selection::of(&found.schema, &properties, &[]);
    app::association::fill_counters(call.app(), call.cx(), &mut found.records, selection.names()).await?;
    let results: Vec<_> = found.records.iter().map(|record| show::record(&call, record, &selection)).collect();
    let end = offset.saturating_add(results.len());
    // Clients add page sizes to `after` themselves, so it is the offset and nothing else.
    let more = end < found.total && !results.is_empty();
    let paging = more.then(|| Paging { next: Next { after: end.to_string(), link: None } });
    Ok(reply::ok(&Found { total: found.total, results, paging }))
}

/// The filters as they came; what they mean is decided in the model.
fn raw(body: &Search) -> Result<RawSearch, Refusal> {
    let groups = body.filter_groups.iter().flatten().map(|group| group.filters.iter().map(filter).collect());
    // A group without its wrapping is what Airbyte sends, and an empty list of filters finds everything.
    let bare = body.filters.iter().filter(|filters| !filters.is_empty()).map(|filters| filters.iter().map(filter).collect());
    let sorts = body.sorts.iter().flatten().map(|sort| {
        let (property, descends) = sort.parts().map_err(no_direction)?;
        Ok((property.to_owned(), descends))
    });
    let query = body.query.as_ref().map(|query| query.0.clone()).filter(|query| !query.trim().is_empty());
    Ok(RawSearch { groups: groups.chain(bare).collect(), query, sorts: sorts.collect::<Result<_, Refusal>>()? })
}

fn no_direction(given: &str) -> Refusal {
    let message = format!("direction is \"{}\"; expected ASCENDING or DESCENDING", shorten(given));
    Refusal::invalid(message).with_code("SEARCH_DIRECTION_INVALID").naming("body", "direction", given)
}

fn filter(filter: &Filter) -> RawFilter {
    let text = |value: &Option<Text>| value.as_ref().map(|text| text.0.clone());
    RawFilter {
        property: filter.property_name.clone(),
        operator: filter.operator.clone(),
        value: text(&filter.value),
        high_value: text(&filter.high_value),
        values: filter.values.iter().flatten().map(|text| text.0.clone()).collect(),
    }
}

fn number(name: &str, value: Option<&Text>, default: usize, min: usize, max: usize) -> Result<usize, Refusal> {
    let Some(text) = value.filter(|text| !text.0.is_empty()) else { return Ok(default) };
    match text.0.parse() {
        Ok(n) if (min..=max).contains(&n) => Ok(n),
        _ => {
            let expected = if max == usize::MAX { "a number".to_owned() } else { format!("a number from {min} to {max}") };
            let message = format!("{name} is \"{}\"; expected {expected}", shorten(&text.0));
            Err(Refusal::invalid(message).with_code("SEARCH_PAGE_INVALID").naming("body", name, &text.0))
        }
    }
}
