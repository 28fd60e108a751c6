//! Pipelines and stages. Source: wire spec 3.5 and 4.

use super::definitions::{pipeline as shown, required, stage as shown_stage, stage_input};
use crate::call::Call;
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::pipeline::{self, PipelineInput, StagePatch};
use wire::paging::Page;
use wire::pipeline::{Pipeline, PipelineIn, Stage, StageIn};

const TAG: &str = "Pipelines";
const READ: Access = Access::Account("crm.schemas.{objectType}.read");
const WRITE: Access = Access::Account("crm.schemas.{objectType}.write");
const VALIDATING: [Parameter; 2] = [
    Parameter {
        name: "validateReferencesBeforeDelete",
        kind: "boolean",
        about: "Refuse while records stand in it. We always do.",
    },
    Parameter { name: "validateDealStageUsagesBeforeDelete", kind: "boolean", about: "The same, by its older name." },
];

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let mut routes = pipeline_routes();
    routes.extend(stage_routes());
    routes
}

fn pipeline_routes() -> Vec<Route> {
    vec![
        Route::get("/crm/v3/pipelines/{objectType}", "pipeline.list", READ, list)
            .about(TAG, "Lists the pipelines of a type with their stages.")
            .reply::<Page<Pipeline<'static>>>(200),
        Route::post("/crm/v3/pipelines/{objectType}", "pipeline.create", WRITE, create)
            .about(TAG, "Makes a pipeline with its stages.")
            .body::<PipelineIn>()
            .reply::<Pipeline<'static>>(201),
        Route::get("/crm/v3/pipelines/{objectType}/{pipelineId}", "pipeline.read", READ, read)
            .about(TAG, "Reads a pipeline.")
            .reply::<Pipeline<'static>>(200),
        Route::put("/crm/v3/pipelines/{objectType}/{pipelineId}", "pipeline.replace", WRITE, replace)
            .about(TAG, "Replaces a pipeline with all its stages.")
            .query(&VALIDATING)
            .body::<PipelineIn>()
            .reply::<Pipeline<'static>>(200),
        Route::patch("/crm/v3/pipelines/{objectType}/{pipelineId}", "pipeline.update", WRITE, update)
            .about(TAG, "Changes a pipeline's label or place.")
            .body::<PipelineIn>()
            .reply::<Pipeline<'static>>(200),
        Route::delete("/crm/v3/pipelines/{objectType}/{pipelineId}", "pipeline.archive", WRITE, archive)
            .about(TAG, "Archives a pipeline that no record stands in.")
            .query(&VALIDATING)
            .empty(204),
    ]
}

fn stage_routes() -> Vec<Route> {
    vec![
        Route::get("/crm/v3/pipelines/{objectType}/{pipelineId}/stages", "stage.list", READ, list_stages)
            .about(TAG, "Lists the stages of a pipeline.")
            .reply::<Page<Stage<'static>>>(200),
        Route::post("/crm/v3/pipelines/{objectType}/{pipelineId}/stages", "stage.create", WRITE, create_stage)
            .about(TAG, "Adds a stage.")
            .body::<StageIn>()
            .reply::<Stage<'static>>(201),
        Route::get("/crm/v3/pipelines/{objectType}/{pipelineId}/stages/{stageId}", "stage.read", READ, read_stage)
            .about(TAG, "Reads a stage.")
            .reply::<Stage<'static>>(200),
        Route::put("/crm/v3/pipelines/{objectType}/{pipelineId}/stages/{stageId}", "stage.replace", WRITE, update_stage)
            .about(TAG, "Replaces a stage.")
            .body::<StageIn>()
            .reply::<Stage<'static>>(200),
        Route::patch("/crm/v3/pipelines/{objectType}/{pipelineId}/stages/{stageId}", "stage.update", WRITE, update_stage)
            .about(TAG, "Changes a stage.")
            .body::<StageIn>()
            .reply::<Stage<'static>>(200),
        Route::delete("/crm/v3/pipelines/{objectType}/{pipelineId}/stages/{stageId}", "stage.archive", WRITE, archive_stage)
            .about(TAG, "Archives a stage that no record stands in.")
            .query(&VALIDATING)
            .empty(204),
    ]
}

async fn list(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let found = pipeline::list(call.app(), call.cx(), object).await?;
    Ok(reply::ok(&Page::whole(found.iter().map(shown).collect())))
}

async fn read(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let found = pipeline::read(call.app(), call.cx(), object, call.param("pipelineId")).await?;
    Ok(reply::ok(&shown(&found)))
}

async fn create(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let input = pipeline_input(call.json().await?)?;
    let made = pipeline::create(call.app(), call.cx(), object, input).await?;
    Ok(reply::created(&shown(&made)))
}

async fn replace(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let input = pipeline_input(call.json().await?)?;
    let changed = pipeline::replace(call.app(), call.cx(), object, call.param("pipelineId"), input).await?;
    Ok(reply::ok(&shown(&changed)))
}

fn pipeline_input(body: PipelineIn) -> Result<PipelineInput, Refusal> {
    let stages = body.stages.unwrap_or_default().into_iter().enumerate();
    Ok(PipelineInput {
        id: body.pipeline_id.map(|id| id.0),
        label: required("label", body.label)?,
        display_order: body.display_order.unwrap_or(-1),
        stages: stages.map(|(at, stage)| stage_input(stage, at)).collect::<Result<_, _>>()?,
    })
}

async fn update(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: PipelineIn = call.json().await?;
    let changed =
        pipeline::update(call.app(), call.cx(), object, call.param("pipelineId"), body.label, body.display_order).await?;
    Ok(reply::ok(&shown(&changed)))
}

async fn archive(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    pipeline::archive(call.app(), call.cx(), object, call.param("pipelineId")).await?;
    Ok(reply::empty())
}

async fn list_stages(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let found = pipeline::read(call.app(), call.cx(), object, call.param("pipelineId")).await?;
    Ok(reply::ok(&Page::whole(found.stages.iter().map(shown_stage).collect())))
}

async fn read_stage(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let found = pipeline::read(call.app(), call.cx(), object, call.param("pipelineId")).await?;
    let wanted = call.param("stageId");
    let stage = found.stages.iter().find(|stage| stage.id == wanted);
    let missing = || app::error::Error::not_found(format!("there is no stage \"{}\"", shorten(wanted)));
    Ok(reply::ok(&shown_stage(stage.ok_or_else(missing)?)))
}

async fn create_stage(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let input = stage_input(call.json().await?, 0)?;
    let made = pipeline::create_stage(call.app(), call.cx(), object, call.param("pipelineId"), input).await?;
    Ok(reply::created(&shown_stage(&made)))
}

async fn update_stage(mut call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    let body: StageIn = call.json().await?;
    let metadata = body.metadata.map(|metadata| metadata.into_iter().map(|(name, value)| (name, value.0)).collect());
    let patch = StagePatch { label: body.label, display_order: body.display_order, metadata };
    let changed =
        pipeline::update_stage(call.app(), call.cx(), object, call.param("pipelineId"), call.param("stageId"), patch).await?;
    Ok(reply::ok(&shown_stage(&changed)))
}

async fn archive_stage(call: Call) -> Answer {
    let object = call.object_type("objectType")?;
    pipeline::archive_stage(call.app(), call.cx(), object, call.param("pipelineId"), call.param("stageId")).await?;
    Ok(reply::empty())
}
