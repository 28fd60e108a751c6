//! Pipelines that differ from, or add to, the catalogue in model.

use crate::engine::{Result, Value, json};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::object::ObjectType;
use model::pipeline::Pipeline;

/// The account's own and changed pipelines of every type, archived ones too.
pub async fn list(tx: &mut Tx) -> Result<Vec<(ObjectType, Pipeline)>> {
    let sql = "SELECT type_id, pipeline FROM pipeline WHERE account_id = $1 ORDER BY type_id, id";
    tx.query(sql, &[tx.account().into()]).await?.iter_mut().map(|row| Ok((row.object(0)?, row.json(1)?))).collect()
}

/// Saves a pipeline, new or changed.
pub async fn save(tx: &mut WriteTx, object: ObjectType, pipeline: &Pipeline, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO pipeline (account_id, type_id, id, pipeline, archived_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (account_id, type_id, id) DO UPDATE SET pipeline = excluded.pipeline, archived_at = excluded.archived_at";
    let archived_at = pipeline.archived.then_some(now);
    let params = [tx.account().into(), object.into(), (&pipeline.id).into(), json(pipeline)?, archived_at.into()];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// How many records that are not archived stand in a pipeline, or in one stage of it.
pub async fn n_standing(tx: &mut Tx, object: ObjectType, pipeline: &str, stage: Option<&str>) -> Result<i64> {
    let mut params: Vec<Value> = vec![tx.account().into(), object.into(), pipeline.into()];
    let in_stage = stage.map_or("", |stage| {
        params.push(stage.into());
        "AND stage = $4"
    });
    let sql = format!(
        "SELECT COUNT(*) FROM record WHERE account_id = $1 AND type_id = $2 AND pipeline = $3 {in_stage}
         AND stage IS NOT NULL AND archived_at IS NULL"
    );
    tx.query_opt(&sql, &params).await?.map_or(Ok(0), |mut row| row.int(0))
}
