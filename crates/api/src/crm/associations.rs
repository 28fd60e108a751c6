//! Associations, version 4 and dated: of one record, and in batches. Source: wire spec 5.

use super::show;
use super::{AFTER, LIMIT};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route, Version};
use app::association::{self, LinkBatch, LinkInput};
use app::property::Definitions;
use axum::http::StatusCode;
use model::association::{Category, LinkType, unlabeled};
use model::id::RecordId;
use model::limits::{ASSOCIATION_CREATE_MAX, ASSOCIATION_PAGE_MAX, ASSOCIATION_READ_MAX};
use model::object::ObjectType;
use wire::association::{
    AssociationSpec, AssociationType, BatchLink, BatchReadLinks, BatchUnlink, DefaultLink, IdOut, LabelledLink, LinkIn, Linked,
    LinksOf, UnlinkIn,
};
use wire::batch::Batch;
use wire::error::BatchError;
use wire::paging::Page;
use wire::record::AssociationTypeIn;
use wire::scalar::{Id, VersionedId};

const TAG: &str = "Associations";
pub(super) const READ: Access = Access::Account("crm.objects.{fromObjectType}.read");
pub(super) const WRITE: Access = Access::Account("crm.objects.{fromObjectType}.write");

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/crm/v4/objects/{fromObjectType}/{fromObjectId}/associations/{toObjectType}", "association.list", READ, list)
            .about(TAG, "Lists the records of a type that a record is associated with, and as what.")
            .query(&[LIMIT, AFTER])
            .reply::<Page<Linked>>(200),
        Route::put(
            "/crm/v4/objects/{fromObjectType}/{fromObjectId}/associations/default/{toObjectType}/{toObjectId}",
            "association.link_default",
            WRITE,
            link_default,
        )
        .about(TAG, "Associates two records without a label.")
        .reply::<Batch<DefaultLink>>(200),
        Route::put(
            "/crm/v4/objects/{fromObjectType}/{fromObjectId}/associations/{toObjectType}/{toObjectId}",
            "association.link",
            WRITE,
            link,
        )
        .about(TAG, "Associates two records with labels.")
        .body::<Vec<AssociationTypeIn>>()
        .reply::<LabelledLink>(201),
        Route::delete(
            "/crm/v4/objects/{fromObjectType}/{fromObjectId}/associations/{toObjectType}/{toObjectId}",
            "association.unlink",
            WRITE,
            unlink,
        )
        .about(TAG, "Parts two records, whatever they were to each other.")
        .empty(204),
        Route::post(
            "/crm/v4/associations/{fromObjectType}/{toObjectType}/batch/read",
            "association.read_batch",
            READ,
            read_batch,
        )
        .about(TAG, "Reads the associations of up to 1,000 records.")
        .body::<BatchReadLinks>()
        .reply::<Batch<LinksOf>>(200)
        .reply::<Batch<LinksOf>>(207),
        Route::post(
            "/crm/v4/associations/{fromObjectType}/{toObjectType}/batch/create",
            "association.link_batch",
            WRITE,
            link_batch,
        )
        .about(TAG, "Associates up to 2,000 pairs of records with labels.")
        .body::<BatchLink>()
        .reply::<Batch<LabelledLink>>(201)
        .reply::<Batch<LabelledLink>>(207),
        Route::post(
            "/crm/v4/associations/{fromObjectType}/{toObjectType}/batch/associate/default",
            "association.link_default_batch",
            WRITE,
            link_default_batch,
        )
        .about(TAG, "Associates up to 2,000 pairs of records without a label.")
        .body::<BatchLink>()
        .reply::<Batch<DefaultLink>>(200)
        .reply::<Batch<DefaultLink>>(207),
        Route::post(
            "/crm/v4/associations/{fromObjectType}/{toObjectType}/batch/archive",
            "association.unlink_batch",
            WRITE,
            unlink_batch,
        )
        .about(TAG, "Parts up to 100 records from others. 204, and 200 under dated paths.")
        .body::<BatchUnlink>()
        .empty(204)
        .empty(200),
        Route::post(
            "/crm/v4/associations/{fromObjectType}/{toObjectType}/batch/labels/archive",
            "association.unlabel_batch",
            WRITE,
            unlabel_batch,
        )
        .about(TAG, "Takes labels from up to 2,000 pairs that stay associated.")
        .body::<BatchLink>()
        .empty(204),
    ]
}

/// The record in the path and the type of those it is asked about.
fn from(call: &Call) -> Result<((ObjectType, RecordId), ObjectType), Refusal> {
    Ok(((call.object_type("fromObjectType")?, call.id("fromObjectId")?), call.object_type("toObjectType")?))
}

/// Both types of a batch.
pub(super) fn types(call: &Call) -> Result<(ObjectType, ObjectType), Refusal> {
    Ok((call.object_type("fromObjectType")?, call.object_type("toObjectType")?))
}

/// An id as the path's version writes it.
fn id(call: &Call, id: RecordId) -> VersionedId {
    if call.version == Version::Dated { VersionedId::Text(id.0) } else { VersionedId::Number(id.0) }
}

fn category(link_type: LinkType) -> &'static str {
    match link_type.category {
        Category::HubspotDefined => "HUBSPOT_DEFINED",
        Category::UserDefined => "USER_DEFINED",
    }
}

/// A type of association with its label.
pub(super) fn kind(link_type: LinkType, label: Option<&str>) -> AssociationType {
    AssociationType {
        category: category(link_type).to_owned(),
        type_id: i64::from(link_type.type_id),
        label: label.map(str::to_owned),
    }
}

fn linked(call: &Call, definitions: &Definitions, to: RecordId, types: &[LinkType]) -> Linked {
    let association_types = types.iter().map(|link_type| kind(*link_type, definitions.link_types.label(*link_type))).collect();
    Linked { to_object_id: id(call, to), association_types }
}

async fn list(call: Call) -> Answer {
    let (from, to) = from(&call)?;
    let query = call.query();
    let limit = query.limit(ASSOCIATION_PAGE_MAX, ASSOCIATION_PAGE_MAX)?;
    let after = query.parsed::<RecordId>("after", "the paging.next.after of a page before")?;
    let page = association::list(call.app(), call.cx(), from, to, after, limit).await?;
    let results = page.links.iter().map(|link| linked(&call, &page.definitions, link.to, &link.types)).collect();
    let paging = page.after.map(|after| call.next(&after.to_string()));
    Ok(reply::ok(&Page { results, paging }))
}

async fn link(mut call: Call) -> Answer {
    let (from, to) = from(&call)?;
    let to = (to, call.id("toObjectId")?);
    let body: Vec<AssociationTypeIn> = call.json().await?;
    let types = show::link_types(&body)?;
    let done = association::link(call.app(), call.cx(), from, to, types).await?;
    let mut links = labelled(&call, from.0, to.0, &done);
    Ok(reply::created(&links.pop()))
}

fn labelled(call: &Call, from: ObjectType, to: ObjectType, done: &LinkBatch) -> Vec<LabelledLink> {
    let label = |link_type: &LinkType| done.definitions.link_types.label(*link_type).map(str::to_owned);
    let link = |link: &association::Linked| LabelledLink {
        from_object_type_id: from.to_string(),
        from_object_id: id(call, link.from),
        to_object_type_id: to.to_string(),
        to_object_id: id(call, link.to),
        labels: link.types.iter().filter_map(label).collect(),
    };
    done.linked.iter().map(link).collect()
}

async fn link_default(call: Call) -> Answer {
    let (from, to) = from(&call)?;
    let to = (to, call.id("toObjectId")?);
    let done = association::link(call.app(), call.cx(), from, to, vec![]).await?;
    Ok(show::batch(&call, StatusCode::OK, defaults(from.0, to.0, &done), vec![]))
}

/// Default links, each told in both directions, as HubSpot does.
fn defaults(from: ObjectType, to: ObjectType, done: &LinkBatch) -> Vec<DefaultLink> {
    let one = |from: ObjectType, from_id: RecordId, to: ObjectType, to_id: RecordId| {
        let link_type = unlabeled(from, to)?;
        let association_spec = AssociationSpec {
            association_category: category(link_type).to_owned(),
            association_type_id: i64::from(link_type.type_id),
        };
        Some(DefaultLink { from: IdOut { id: Id(from_id.0) }, to: IdOut { id: Id(to_id.0) }, association_spec })
    };
    done.linked.iter().flat_map(|link| [one(from, link.from, to, link.to), one(to, link.to, from, link.from)]).flatten().collect()
}

async fn unlink(call: Call) -> Answer {
    let (from, to) = from(&call)?;
    association::unlink(call.app(), call.cx(), from, (to, call.id("toObjectId")?)).await?;
    Ok(reply::empty())
}

async fn read_batch(mut call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let body: BatchReadLinks = call.json().await?;
    check_size(body.inputs.len(), ASSOCIATION_READ_MAX)?;
    let ids = body.inputs.iter().map(|input| show::id(&input.id)).collect::<Result<Vec<_>, _>>()?;
    let many = association::list_batch(call.app(), call.cx(), from, &ids, to).await?;
    let results = many.links.iter().map(|(from, links)| LinksOf {
        from: IdOut { id: Id(from.0) },
        to: links.iter().map(|link| linked(&call, &many.definitions, link.to, &link.types)).collect(),
        paging: None,
    });
    let results: Vec<LinksOf> = results.collect();
    let unlinked = ids.iter().filter(|id| many.links.iter().all(|(from, _)| from != *id));
    let errors = unlinked.map(|id| without_links(from, to, *id)).collect();
    Ok(show::batch(&call, StatusCode::OK, results, errors))
}

/// HubSpot reports records without links as errors of the batch.
pub(super) fn without_links(from: ObjectType, to: ObjectType, id: RecordId) -> BatchError {
    BatchError {
        status: "error".to_owned(),
        category: "OBJECT_NOT_FOUND".to_owned(),
        message: format!("No {} is associated with {} {id}.", to.singular(), from.singular()),
        sub_category: Some("crm.associations.NO_ASSOCIATIONS_FOUND".to_owned()),
        context: [("fromObjectId".to_owned(), vec![id.to_string()])].into(),
        errors: vec![],
    }
}

/// The pairs of a batch.
fn pairs(inputs: &[LinkIn]) -> Result<Vec<LinkInput>, Refusal> {
    let pair = |input: &LinkIn| {
        Ok(LinkInput { from: show::id(&input.from.id)?, to: show::id(&input.to.id)?, types: show::link_types(&input.types)? })
    };
    inputs.iter().map(pair).collect()
}

/// The failed pairs of a batch, each named by both ids.
pub(super) fn failures(inputs: &[LinkInput], errors: Vec<(usize, app::error::Error)>) -> Vec<BatchError> {
    let failure = |(at, error): (usize, app::error::Error)| {
        let mut failure = show::failure(None, None, error);
        if let Some(input) = inputs.get(at) {
            failure.context.insert("fromObjectId".to_owned(), vec![input.from.to_string()]);
            failure.context.insert("toObjectId".to_owned(), vec![input.to.to_string()]);
        }
        failure
    };
    errors.into_iter().map(failure).collect()
}

async fn link_batch(mut call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let body: BatchLink = call.json().await?;
    check_size(body.inputs.len(), ASSOCIATION_CREATE_MAX)?;
    let inputs = pairs(&body.inputs)?;
    let mut done = association::link_batch(call.app(), call.cx(), from, to, &inputs).await?;
    let errors = failures(&inputs, std::mem::take(&mut done.errors));
    Ok(show::batch(&call, StatusCode::CREATED, labelled(&call, from, to, &done), errors))
}

async fn link_default_batch(mut call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let body: BatchLink = call.json().await?;
    check_size(body.inputs.len(), ASSOCIATION_CREATE_MAX)?;
    let inputs: Vec<LinkInput> = pairs(&body.inputs)?.into_iter().map(|pair| LinkInput { types: vec![], ..pair }).collect();
    let mut done = association::link_batch(call.app(), call.cx(), from, to, &inputs).await?;
    let errors = failures(&inputs, std::mem::take(&mut done.errors));
    Ok(show::batch(&call, StatusCode::OK, defaults(from, to, &done), errors))
}

/// Every pair of a batch that parts records.
pub(super) fn parted(inputs: &[UnlinkIn]) -> Result<Vec<(RecordId, RecordId)>, Refusal> {
    let mut pairs = vec![];
    for input in inputs {
        let from = show::id(&input.from.id)?;
        for to in input.to.references() {
            pairs.push((from, show::id(&to.id)?));
        }
    }
    check_size(pairs.len(), ASSOCIATION_CREATE_MAX)?;
    Ok(pairs)
}

async fn unlink_batch(mut call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let body: BatchUnlink = call.json().await?;
    association::unlink_batch(call.app(), call.cx(), from, to, &parted(&body.inputs)?).await?;
    let mut response = reply::empty();
    if call.version == Version::Dated {
        *response.status_mut() = StatusCode::OK;
    }
    Ok(response)
}

async fn unlabel_batch(mut call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let body: BatchLink = call.json().await?;
    check_size(body.inputs.len(), ASSOCIATION_CREATE_MAX)?;
    // Without types nothing is meant to go: to the verb it would mean everything.
    let inputs: Vec<LinkInput> = pairs(&body.inputs)?.into_iter().filter(|pair| !pair.types.is_empty()).collect();
    association::unlink_types_batch(call.app(), call.cx(), from, to, &inputs).await?;
    Ok(reply::empty())
}

/// Refuses a batch that is too large.
pub(super) fn check_size(n: usize, max: usize) -> Result<(), Refusal> {
    if n <= max {
        return Ok(());
    }
    Err(Refusal::invalid(format!("A batch has at most {max} inputs; this one has {n}")).with_code("BATCH_LIMIT"))
}
