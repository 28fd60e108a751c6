//! Batches of records. Source: wire spec 2.7.

use super::ARCHIVED;
use super::selection::Selection;
use super::show::{self, Extras};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::record::{self, Batch as Done, UpdateInput as Change, UpsertInput as Upsert};
use axum::http::StatusCode;
use axum::response::Response;
use model::limits::BATCH_MAX;
use wire::batch::Batch;
use wire::record::{BatchCreate, BatchIds, BatchRead, BatchUpdate, Record, Reference};

const TAG: &str = "Objects";
const READ: Access = Access::Account("crm.objects.{objectType}.read");
const WRITE: Access = Access::Account("crm.objects.{objectType}.write");

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    type Records = Batch<Record<'static>>;
    vec![
        Route::post("/crm/v3/objects/{objectType}/batch/read", "record.read_batch", READ, read)
            .about(
                TAG,
                "Reads up to 100 records, by id or by a unique property. Those that are not there are errors of the answer.",
            )
            .query(&[ARCHIVED])
            .body::<BatchRead>()
            .reply::<Records>(200)
            .reply::<Records>(207),
        Route::post("/crm/v3/objects/{objectType}/batch/create", "record.create_batch", WRITE, create)
            .about(TAG, "Creates up to 100 records: all or none, or with objectWriteTraceId in every input each for itself.")
            .body::<BatchCreate>()
            .reply::<Records>(201)
            .reply::<Records>(207),
        Route::post("/crm/v3/objects/{objectType}/batch/update", "record.update_batch", WRITE, update)
            .about(TAG, "Updates up to 100 records.")
            .body::<BatchUpdate>()
            .reply::<Records>(200)
            .reply::<Records>(207),
        Route::post("/crm/v3/objects/{objectType}/batch/upsert", "record.upsert_batch", WRITE, upsert)
            .about(TAG, "Creates or updates up to 100 records by a unique property.")
            .body::<BatchUpdate>()
            .reply::<Records>(200)
            .reply::<Records>(207),
        Route::post("/crm/v3/objects/{objectType}/batch/archive", "record.archive_batch", WRITE, archive)
            .about(TAG, "Archives up to 100 records.")
            .body::<BatchIds>()
            .empty(204),
        // HubSpot's API has no way back from the archive, so this path is ours.
        Route::post("/accounts/v1/records/{objectType}/restore", "record.restore_batch", WRITE, restore)
            .about(
                TAG,
                "Takes up to 100 records back from the archive, each for itself: one whose unique value another record has by \
                 now stays archived and is an error of the answer.",
            )
            .body::<BatchIds>()
            .reply::<Records>(200)
            .reply::<Records>(207),
    ]
}

async fn read(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: BatchRead = call.json().await?;
    check_size(body.inputs.len())?;
    let archived = call.query().flag("archived")?;
    let values = ids(body.inputs);
    let mut many = record::read_batch(call.app(), call.cx(), object, body.id_property.as_deref(), &values, archived).await?;
    let (properties, history) = (body.properties.unwrap_or_default(), body.properties_with_history.unwrap_or_default());
    let mut selection = Selection::of(&many.schema, &texts(&properties), &texts(&history));
    selection.associations = show::types_of(body.associations)?;
    app::association::fill_counters(call.app(), call.cx(), &mut many.records, selection.names()).await?;
    let extras = Extras::load(&call, object, &many.records, &selection).await?;
    let results: Vec<Record<'_>> = many.records.iter().map(|record| extras.record(&call, record, &selection)).collect();
    let errors = show::missing(object, many.missing.clone()).into_iter().collect();
    Ok(show::batch(&call, StatusCode::OK, results, errors))
}

fn texts(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn ids(inputs: Vec<Reference>) -> Vec<String> {
    inputs.into_iter().map(|input| input.id.0).collect()
}

async fn create(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: BatchCreate = call.json().await?;
    check_size(body.inputs.len())?;
    let inputs = body.inputs.into_iter().map(show::creation).collect::<Result<Vec<_>, Refusal>>()?;
    let done = record::create_batch(call.app(), call.cx(), object, inputs).await?;
    Ok(answer(&call, StatusCode::CREATED, done, false, &Selection::everything()))
}

async fn update(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: BatchUpdate = call.json().await?;
    check_size(body.inputs.len())?;
    let change = |input: wire::record::UpdateInput| Change {
        key: show::key(&input.id.0, input.id_property.as_deref()),
        properties: input.properties.0,
        trace_id: input.object_write_trace_id.map(|id| id.0),
    };
    let inputs: Vec<Change> = body.inputs.into_iter().map(change).collect();
    let done = record::update_batch(call.app(), call.cx(), object, &inputs).await?;
    Ok(answer(&call, StatusCode::OK, done, false, &Selection::everything()))
}

async fn upsert(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: BatchUpdate = call.json().await?;
    check_size(body.inputs.len())?;
    let upsert = |input: wire::record::UpdateInput| Upsert {
        key: show::key(&input.id.0, input.id_property.as_deref()),
        properties: input.properties.0,
        trace_id: input.object_write_trace_id.map(|id| id.0),
    };
    let inputs: Vec<Upsert> = body.inputs.into_iter().map(upsert).collect();
    let done = record::upsert_batch(call.app(), call.cx(), object, &inputs).await?;
    Ok(answer(&call, StatusCode::OK, done, true, &Selection::everything()))
}

async fn archive(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: BatchIds = call.json().await?;
    check_size(body.inputs.len())?;
    record::archive_batch(call.app(), call.cx(), object, &ids(body.inputs)).await?;
    Ok(reply::empty())
}

async fn restore(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: BatchIds = call.json().await?;
    check_size(body.inputs.len())?;
    let done = record::restore_batch(call.app(), call.cx(), object, &ids(body.inputs)).await?;
    Ok(answer(&call, StatusCode::OK, done, false, &Selection::everything()))
}

/// What became of a batch of writes; `tell_new` for upserts, whose clients ask.
fn answer(call: &Call, status: StatusCode, done: Done, tell_new: bool, selection: &Selection<'_>) -> Response {
    let results: Vec<Record<'_>> = done
        .records
        .iter()
        .map(|(record, trace_id, new)| Record {
            new: tell_new.then_some(*new),
            object_write_trace_id: trace_id.as_deref().map(Into::into),
            ..show::record(call, record, selection)
        })
        .collect();
    let errors = done.errors.into_iter().map(|failed| show::failure(failed.id, failed.trace_id, failed.error)).collect();
    show::batch(call, status, results, errors)
}

fn check_size(n: usize) -> Result<(), Refusal> {
    if n <= BATCH_MAX {
        return Ok(());
    }
    Err(Refusal::invalid(format!("A batch has at most {BATCH_MAX} inputs; this one has {n}")).with_code("BATCH_LIMIT"))
}
