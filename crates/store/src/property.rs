//! Property definitions and groups that differ from, or add to, the catalogue in model.

use crate::engine::{Result, json};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::object::ObjectType;
use model::property::{PropertyDefinition, PropertyGroup};

/// The number that every change of a definition raises: property, pipeline, label, group.
pub async fn version(tx: &mut Tx) -> Result<i64> {
    let sql = "SELECT definitions_version FROM account_head WHERE account_id = $1";
    tx.query_opt(sql, &[tx.account().into()]).await?.map_or(Ok(0), |mut row| row.int(0))
}

/// The account's currency, from the directory: call it on a transaction of [`crate::Store::read_home`].
pub async fn currency(home: &mut Tx, account: model::id::AccountId) -> Result<Option<String>> {
    let row = home.query_opt("SELECT currency FROM account WHERE id = $1", &[account.into()]).await?;
    row.map(|mut row| row.text(0)).transpose()
}

/// The account's own and changed definitions of every type.
pub async fn list(tx: &mut Tx) -> Result<Vec<(ObjectType, PropertyDefinition)>> {
    let sql = "SELECT type_id, definition FROM property_definition WHERE account_id = $1 ORDER BY type_id, name";
    tx.query(sql, &[tx.account().into()]).await?.iter_mut().map(|row| Ok((row.object(0)?, row.json(1)?))).collect()
}

/// Saves a definition, new or changed.
pub async fn save(tx: &mut WriteTx, object: ObjectType, definition: &PropertyDefinition) -> Result<()> {
    let sql = "INSERT INTO property_definition (account_id, type_id, name, definition, archived_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (account_id, type_id, name) DO UPDATE SET definition = excluded.definition, archived_at = excluded.archived_at";
    let archived_at: Option<Timestamp> = definition.archived_at;
    let params = [tx.account().into(), object.into(), (&definition.name).into(), json(definition)?, archived_at.into()];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// The account's own groups of a type.
pub async fn groups(tx: &mut Tx) -> Result<Vec<(ObjectType, PropertyGroup)>> {
    let sql = "SELECT type_id, name, label, display_order, archived_at FROM property_group WHERE account_id = $1
               ORDER BY type_id, display_order, name";
    tx.query(sql, &[tx.account().into()])
        .await?
        .iter_mut()
        .map(|row| {
            let object = row.object(0)?;
            let archived = row.int_opt(4)?.is_some();
            Ok((object, PropertyGroup { name: row.text(1)?, label: row.text(2)?, display_order: row.int(3)?, archived }))
        })
        .collect()
}

/// Saves a group, new or changed.
pub async fn save_group(tx: &mut WriteTx, object: ObjectType, group: &PropertyGroup, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO property_group (account_id, type_id, name, label, display_order, archived_at) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (account_id, type_id, name) DO UPDATE
               SET label = excluded.label, display_order = excluded.display_order, archived_at = excluded.archived_at";
    let params = [
        tx.account().into(),
        object.into(),
        (&group.name).into(),
        (&group.label).into(),
        group.display_order.into(),
        group.archived.then_some(now).into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}
