//! Associations as version 3 had them: types by name, one per link. Source: wire spec 5.

use super::associations::{READ, WRITE, check_size, failures, types};
use super::show;
use super::{AFTER, LIMIT};
use crate::call::Call;
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::association::{self, LinkInput};
use axum::http::StatusCode;
use model::association::{Category, LinkType, by_name};
use model::id::RecordId;
use model::limits::{ASSOCIATION_CREATE_MAX, ASSOCIATION_PAGE_MAX, ASSOCIATION_READ_MAX};
use model::object::ObjectType;
use wire::association::{BatchLink, BatchReadLinks, IdOut, LinkIn, LinkV3, LinksOfV3, TypeV3};
use wire::batch::Batch;
use wire::paging::Page;
use wire::record::{AssociatedId, Record};
use wire::scalar::Id;

const TAG: &str = "Associations, version 3";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let mut routes = record_routes();
    routes.extend(batch_routes());
    routes
}

fn record_routes() -> Vec<Route> {
    const ONE: &str =
        "/crm/v3/objects/{fromObjectType}/{fromObjectId}/associations/{toObjectType}/{toObjectId}/{associationType}";
    vec![
        Route::get(
            "/crm/v3/objects/{fromObjectType}/{fromObjectId}/associations/{toObjectType}",
            "association_v3.list",
            READ,
            list,
        )
        .about(TAG, "Lists associated records, once per type of association.")
        .query(&[LIMIT, AFTER])
        .reply::<Page<AssociatedId>>(200)
        .classic(),
        Route::put(ONE, "association_v3.link", WRITE, link)
            .about(TAG, "Associates two records, by the name or number of a type. Answers the first one.")
            .reply::<Record<'static>>(200)
            .classic(),
        Route::delete(ONE, "association_v3.unlink", WRITE, unlink)
            .about(TAG, "Takes one type of association from two records.")
            .empty(204)
            .classic(),
    ]
}

fn batch_routes() -> Vec<Route> {
    vec![
        Route::post(
            "/crm/v3/associations/{fromObjectType}/{toObjectType}/batch/read",
            "association_v3.read_batch",
            READ,
            read_batch,
        )
        .about(TAG, "Reads the associations of up to 1,000 records.")
        .body::<BatchReadLinks>()
        .reply::<Batch<LinksOfV3>>(200)
        .reply::<Batch<LinksOfV3>>(207),
        Route::post(
            "/crm/v3/associations/{fromObjectType}/{toObjectType}/batch/create",
            "association_v3.link_batch",
            WRITE,
            link_batch,
        )
        .about(TAG, "Associates pairs of records.")
        .body::<BatchLink>()
        .reply::<Batch<LinkV3>>(201)
        .reply::<Batch<LinkV3>>(207),
        Route::post(
            "/crm/v3/associations/{fromObjectType}/{toObjectType}/batch/archive",
            "association_v3.unlink_batch",
            WRITE,
            unlink_batch,
        )
        .about(TAG, "Takes types of association from pairs of records.")
        .body::<BatchLink>()
        .empty(204),
        Route::get(
            "/crm/v3/associations/{fromObjectType}/{toObjectType}/types",
            "association_v3.types",
            Access::Account(""),
            list_types,
        )
        .about(TAG, "Lists the types of association between two types of records.")
        .reply::<Page<TypeV3>>(200),
    ]
}

/// The type of association that a number or a name means.
fn link_type(from: ObjectType, to: ObjectType, text: &str) -> Result<LinkType, Refusal> {
    let numbered = || text.parse().ok().map(LinkType::defined);
    by_name(from, to, &text.to_ascii_lowercase()).or_else(numbered).ok_or_else(|| {
        let message = format!("\"{}\" is not a type of association from {} to {}", shorten(text), from.plural(), to.plural());
        Refusal::invalid(message).with_code("ASSOCIATION_TYPE_UNKNOWN").naming("body", "type", text)
    })
}

async fn list(call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let query = call.query();
    let limit = query.limit(ASSOCIATION_PAGE_MAX, ASSOCIATION_PAGE_MAX)?;
    let after = query.parsed::<RecordId>("after", "the paging.next.after of a page before")?;
    let page = association::list(call.app(), call.cx(), (from, call.id("fromObjectId")?), to, after, limit).await?;
    let results = page.links.iter().flat_map(|link| show::associated(&page.definitions, link.to, &link.types)).collect();
    let paging = page.after.map(|after| call.next(&after.to_string()));
    Ok(reply::ok(&Page { results, paging }))
}

async fn link(call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let (from_id, to_id): (RecordId, RecordId) = (call.id("fromObjectId")?, call.id("toObjectId")?);
    let kind = link_type(from, to, call.param("associationType"))?;
    association::link(call.app(), call.cx(), (from, from_id), (to, to_id), vec![kind]).await?;
    let found = app::record::read(call.app(), call.cx(), from, &app::record::Key::id(from_id), false).await?;
    let selection = super::selection::Selection::of(&found.schema, &[], &[]);
    Ok(reply::ok(&show::record(&call, &found.record, &selection)))
}

async fn unlink(call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let kind = link_type(from, to, call.param("associationType"))?;
    let input = [LinkInput { from: call.id("fromObjectId")?, to: call.id("toObjectId")?, types: vec![kind] }];
    association::unlink_types_batch(call.app(), call.cx(), from, to, &input).await?;
    Ok(reply::empty())
}

async fn read_batch(mut call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let body: BatchReadLinks = call.json().await?;
    check_size(body.inputs.len(), ASSOCIATION_READ_MAX)?;
    let ids = body.inputs.iter().map(|input| show::id(&input.id)).collect::<Result<Vec<_>, _>>()?;
    let many = association::list_batch(call.app(), call.cx(), from, &ids, to).await?;
    let results = many.links.iter().map(|(from, links)| LinksOfV3 {
        from: IdOut { id: Id(from.0) },
        to: links.iter().flat_map(|link| show::associated(&many.definitions, link.to, &link.types)).collect(),
    });
    let results: Vec<LinksOfV3> = results.collect();
    let unlinked = ids.iter().filter(|id| many.links.iter().all(|(from, _)| from != *id));
    let errors = unlinked.map(|id| super::associations::without_links(from, to, *id)).collect();
    Ok(show::batch(&call, StatusCode::OK, results, errors))
}

fn pairs(from: ObjectType, to: ObjectType, inputs: &[LinkIn]) -> Result<Vec<LinkInput>, Refusal> {
    check_size(inputs.len(), ASSOCIATION_CREATE_MAX)?;
    let pair = |input: &LinkIn| {
        let types = input.kind.iter().map(|kind| link_type(from, to, &kind.0)).collect::<Result<_, _>>()?;
        Ok(LinkInput { from: show::id(&input.from.id)?, to: show::id(&input.to.id)?, types })
    };
    inputs.iter().map(pair).collect()
}

async fn link_batch(mut call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let body: BatchLink = call.json().await?;
    let inputs = pairs(from, to, &body.inputs)?;
    let done = association::link_batch(call.app(), call.cx(), from, to, &inputs).await?;
    let link = |link: &association::Linked| {
        let kind = link.types.first().copied().or_else(|| model::association::unlabeled(from, to))?;
        let kind = show::type_name(&done.definitions, kind);
        Some(LinkV3 { from: IdOut { id: Id(link.from.0) }, to: IdOut { id: Id(link.to.0) }, kind })
    };
    let results: Vec<LinkV3> = done.linked.iter().filter_map(link).collect();
    Ok(show::batch(&call, StatusCode::CREATED, results, failures(&inputs, done.errors)))
}

async fn unlink_batch(mut call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let body: BatchLink = call.json().await?;
    let inputs = pairs(from, to, &body.inputs)?;
    association::unlink_types_batch(call.app(), call.cx(), from, to, &inputs).await?;
    Ok(reply::empty())
}

async fn list_types(call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let labels = association::labels(call.app(), call.cx(), from, to).await?;
    let shown = |(kind, label): &(LinkType, Option<String>)| {
        let defined = model::association::all_defined()
            .find(|one| kind.category == Category::HubspotDefined && one.type_id == kind.type_id);
        let name = defined.map(|one| one.name.to_owned()).or_else(|| label.clone()).unwrap_or_default();
        TypeV3 { id: kind.type_id.to_string(), name }
    };
    Ok(reply::ok(&Page::whole(labels.iter().map(shown).collect())))
}
