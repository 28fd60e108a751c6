//! Pipelines and their stages.

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::property::{self, changed, commit};
use model::authority::Act;
use model::limits::{PIPELINES_MAX, STAGES_MAX};
use model::object::ObjectType;
use model::pipeline::{self, Pipeline, Refusal, Stage, StageInput};
use store::WriteTx;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let kind = match refusal {
            Refusal::DuplicateStage(_) => Kind::Conflict,
            Refusal::TooManyStages(_) => Kind::TooLarge,
            _ => Kind::Invalid,
        };
        Error::new(kind, refusal.code(), refusal.to_string())
    }
}

/// A pipeline as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineInput {
    /// Without one it gets a number.
    pub id: Option<String>,
    pub label: String,
    pub display_order: i64,
    pub stages: Vec<StageInput>,
}

/// The pipelines of a type that are not archived, with their stages that are not, in display order.
pub async fn list(app: &App, cx: &Cx, object: ObjectType) -> Result<Vec<Pipeline>> {
    cx.may(Act::ReadDefinitions)?;
    let (_, definitions) = property::read(app, cx).await?;
    Ok(definitions.pipelines(object).into_iter().filter(|p| !p.archived).map(in_use).collect())
}

fn in_use(mut pipeline: Pipeline) -> Pipeline {
    pipeline.stages.retain(|s| !s.archived);
    pipeline
}

/// One pipeline.
pub async fn read(app: &App, cx: &Cx, object: ObjectType, id: &str) -> Result<Pipeline> {
    let found = list(app, cx, object).await?.into_iter().find(|p| p.id == id);
    found.ok_or_else(|| missing("pipeline", id))
}

fn missing(what: &str, id: &str) -> Error {
    let id: String = id.chars().take(100).collect();
    Error::not_found(format!("there is no {what} \"{id}\""))
}

/// Adds a pipeline with its stages.
pub async fn create(app: &App, cx: &Cx, object: ObjectType, input: PipelineInput) -> Result<Pipeline> {
    cx.may(Act::ManageDefinitions)?;
    let (mut tx, definitions) = property::write(app, cx, 0).await?;
    let all = definitions.pipelines(object);
    if all.iter().filter(|p| !p.archived).count() >= PIPELINES_MAX {
        let message = format!("a type of records can have {PIPELINES_MAX} pipelines");
        return Err(Error::new(Kind::TooLarge, "PIPELINE_LIMIT", message));
    }
    let id = match input.id {
        Some(id) => id,
        None => tx.take_ids(1)?.to_string(),
    };
    pipeline::check_id(&id)?;
    if let Some(taken) = all.iter().find(|p| p.id == id || (!p.archived && p.label == input.label)) {
        let message = format!("a pipeline \"{}\" with id {} exists already", taken.label, taken.id);
        return Err(Error::conflict("PIPELINE_EXISTS", message).with("existingId", &taken.id));
    }
    let stages = plan_stages(&mut tx, cx, object, &input.label, input.stages)?;
    let (label, display_order) = (input.label, input.display_order);
    let made = Pipeline { id, label, display_order, archived: false, created_at: cx.now, updated_at: cx.now, stages };
    save(tx, cx, object, &made, "created").await?;
    Ok(made)
}

fn plan_stages(tx: &mut WriteTx, cx: &Cx, object: ObjectType, label: &str, stages: Vec<StageInput>) -> Result<Vec<Stage>> {
    // Stage ids are unique over all pipelines of an account, as properties are named after them.
    let first = if stages.is_empty() { 1 } else { tx.take_ids(stages.len().min(STAGES_MAX))? };
    Ok(pipeline::plan(object, label, stages, first, cx.now)?)
}

async fn save(mut tx: WriteTx, cx: &Cx, object: ObjectType, pipeline: &Pipeline, how: &str) -> Result<()> {
    store::pipeline::save(&mut tx, object, pipeline, cx.now).await?;
    commit(tx, cx, &[changed(object, &format!("pipeline {}", pipeline.id), how)]).await
}

/// A pipeline about to be changed.
struct Changing {
    tx: WriteTx,
    old: Pipeline,
    new: Pipeline,
}

async fn begin(app: &App, cx: &Cx, object: ObjectType, id: &str) -> Result<Changing> {
    cx.may(Act::ManageDefinitions)?;
    let (tx, definitions) = property::write(app, cx, 0).await?;
    let found = definitions.pipelines(object).into_iter().find(|p| p.id == id && !p.archived);
    let old = found.ok_or_else(|| missing("pipeline", id))?;
    Ok(Changing { tx, new: old.clone(), old })
}

impl Changing {
    /// Saves what differs.
    async fn finish(mut self, cx: &Cx, object: ObjectType) -> Result<Pipeline> {
        if self.new != self.old {
            self.new.updated_at = cx.now;
            save(self.tx, cx, object, &self.new, if self.new.archived { "archived" } else { "updated" }).await?;
        }
        Ok(in_use(self.new))
    }

    async fn refuse_used(&mut self, object: ObjectType, stage: Option<&str>) -> Result<()> {
        let id = &self.old.id;
        if store::pipeline::n_standing(&mut self.tx, object, id, stage).await? == 0 {
            return Ok(());
        }
        let what = stage.map_or_else(|| format!("pipeline \"{id}\""), |s| format!("stage \"{s}\""));
        Err(Error::conflict("PIPELINE_IN_USE", format!("{} stand in {what}: move them first", object.plural())))
    }

    /// Whether a stage is open, won or lost is written into the records that stand in it, so it stays while some do.
    async fn refuse_other_end(&mut self, object: ObjectType, old: &Stage, new: &Stage) -> Result<()> {
        let end = |stage: &Stage| (stage.is_closed(), stage.is_won(), stage.is_lost());
        if end(old) == end(new) {
            return Ok(());
        }
        let n = store::pipeline::n_standing(&mut self.tx, object, &self.old.id, Some(&old.id)).await?;
        if n == 0 {
            return Ok(());
        }
        let message = format!("{n} {} stand in stage \"{}\", which ends as it did until they are moved", object.plural(), old.id);
        Err(Error::conflict("STAGE_IN_USE", message).with("count", n))
    }

    /// Puts a stage in place of the one with its id, or adds it. Labels of stages in use differ.
    fn put(&mut self, stage: Stage) -> Result<()> {
        if self.new.stages.iter().any(|s| s.id != stage.id && !s.archived && s.label == stage.label) {
            return Err(Refusal::DuplicateStage(stage.label).into());
        }
        self.new.stages.retain(|s| s.id != stage.id);
        self.new.stages.push(stage);
        self.new.stages.sort_by_key(|s| s.display_order);
        Ok(())
    }
}

/// Changes label and position.
pub async fn update(
    app: &App,
    cx: &Cx,
    object: ObjectType,
    id: &str,
    label: Option<String>,
    display_order: Option<i64>,
) -> Result<Pipeline> {
    let mut changing = begin(app, cx, object, id).await?;
    if let Some(label) = label {
        pipeline::check_label(&label)?;
        changing.new.label = label;
    }
    changing.new.display_order = display_order.unwrap_or(changing.new.display_order);
    changing.finish(cx, object).await
}

/// Replaces label, position and all stages. Stages that records stand in must stay, and end as they did.
pub async fn replace(app: &App, cx: &Cx, object: ObjectType, id: &str, input: PipelineInput) -> Result<Pipeline> {
    let mut changing = begin(app, cx, object, id).await?;
    let mut stages = plan_stages(&mut changing.tx, cx, object, &input.label, input.stages)?;
    for old in changing.old.stages.clone() {
        match stages.iter_mut().find(|s| s.id == old.id) {
            Some(stage) => {
                stage.created_at = old.created_at;
                changing.refuse_other_end(object, &old, stage).await?;
            }
            None => {
                changing.refuse_used(object, Some(&old.id)).await?;
                stages.push(Stage { archived: true, updated_at: cx.now, ..old });
            }
        }
    }
    (changing.new.label, changing.new.display_order, changing.new.stages) = (input.label, input.display_order, stages);
    changing.finish(cx, object).await
}

/// Archives a pipeline. Refused while records stand in it, or when it is the last one.
pub async fn archive(app: &App, cx: &Cx, object: ObjectType, id: &str) -> Result<()> {
    if list(app, cx, object).await?.len() == 1 {
        return Err(Error::conflict("PIPELINE_LAST", format!("\"{id}\" is the only pipeline of {}", object.plural())));
    }
    let mut changing = begin(app, cx, object, id).await?;
    changing.refuse_used(object, None).await?;
    changing.new.archived = true;
    changing.finish(cx, object).await.map(|_| ())
}

/// Adds a stage.
pub async fn create_stage(app: &App, cx: &Cx, object: ObjectType, id: &str, input: StageInput) -> Result<Stage> {
    let mut changing = begin(app, cx, object, id).await?;
    let stage = pipeline::plan_stage(object, input, changing.tx.take_ids(1)?, cx.now)?;
    if changing.old.stages.iter().filter(|s| !s.archived).count() >= STAGES_MAX {
        return Err(Refusal::TooManyStages(STAGES_MAX + 1).into());
    }
    if changing.old.stages.iter().any(|s| s.id == stage.id) {
        return Err(Refusal::DuplicateStage(stage.id).into());
    }
    changing.put(stage.clone())?;
    changing.finish(cx, object).await?;
    Ok(stage)
}

/// Changes a stage: what is given replaces what was. Whether it is open, won or lost stays while records stand in it.
pub async fn update_stage(app: &App, cx: &Cx, object: ObjectType, id: &str, stage: &str, patch: StagePatch) -> Result<Stage> {
    let mut changing = begin(app, cx, object, id).await?;
    let found = changing.old.stages.iter().find(|s| s.id == stage && !s.archived).cloned();
    let old = found.ok_or_else(|| missing("stage", stage))?;
    let input = StageInput {
        id: Some(old.id.clone()),
        label: patch.label.unwrap_or_else(|| old.label.clone()),
        display_order: patch.display_order.unwrap_or(old.display_order),
        metadata: patch.metadata.unwrap_or_else(|| old.metadata.clone()),
    };
    let new = Stage { created_at: old.created_at, ..pipeline::plan_stage(object, input, 0, cx.now)? };
    changing.refuse_other_end(object, &old, &new).await?;
    changing.put(new.clone())?;
    changing.finish(cx, object).await?;
    Ok(new)
}

/// What of a stage changes; `None` leaves it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StagePatch {
    pub label: Option<String>,
    pub display_order: Option<i64>,
    pub metadata: Option<std::collections::BTreeMap<String, String>>,
}

/// Archives a stage. Refused while records stand in it, or when it is the last one.
pub async fn archive_stage(app: &App, cx: &Cx, object: ObjectType, id: &str, stage: &str) -> Result<()> {
    let mut changing = begin(app, cx, object, id).await?;
    if changing.old.stages.iter().all(|s| s.id != stage || s.archived) {
        return Err(missing("stage", stage));
    }
    if changing.old.stages.iter().filter(|s| !s.archived).count() == 1 {
        return Err(Refusal::NoStages.into());
    }
    changing.refuse_used(object, Some(stage)).await?;
    for s in changing.new.stages.iter_mut().filter(|s| s.id == stage) {
        s.archived = true;
    }
    changing.finish(cx, object).await.map(|_| ())
}
