//! Links between records. Each is kept twice, once from each end, so that every question starts from an index.
//!
//! `sort_at` of a row is when the *other* record happened, and only on the plain link: a timeline is then one index range.

use crate::engine::{Result, Row, StoreError, Value};
use crate::record::{LISTED_MAX, placeholders};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::association::{self, Category, Label, LinkType};
use model::id::RecordId;
use model::object::{COMPANY, ObjectType};

/// A record, by type and id.
pub type Place = (ObjectType, RecordId);

/// A link to add, in both directions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    pub from: Place,
    pub to: Place,
    /// As seen from `from`.
    pub link_type: LinkType,
    /// As seen from `to`.
    pub reverse: LinkType,
    /// Where the two stand on timelines; `None` where they do not.
    pub from_occurred_at: Option<Timestamp>,
    pub to_occurred_at: Option<Timestamp>,
}

/// A link as seen from one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub to: RecordId,
    pub types: Vec<LinkType>,
}

const COLUMNS: [&str; 9] =
    ["account_id", "from_type", "from_id", "to_type", "to_id", "association_type", "category", "sort_at", "created_at"];

/// Adds links; those that are there already stay.
pub async fn insert_many(tx: &mut WriteTx, links: &[NewLink], now: Timestamp) -> Result<()> {
    let account = tx.account();
    let row = |from: Place, to: Place, link_type: LinkType, occurred_at: Option<Timestamp>| -> Vec<Value> {
        let plain = association::unlabeled(from.0, to.0) == Some(link_type);
        vec![
            account.into(),
            from.0.into(),
            from.1.into(),
            to.0.into(),
            to.1.into(),
            link_type.type_id.into(),
            link_type.category.number().into(),
            occurred_at.filter(|_| plain).into(),
            now.into(),
        ]
    };
    let rows: Vec<_> = links
        .iter()
        .flat_map(|l| [row(l.from, l.to, l.link_type, l.to_occurred_at), row(l.to, l.from, l.reverse, l.from_occurred_at)])
        .collect();
    tx.insert_many("association", &COLUMNS, &rows, "ON CONFLICT DO NOTHING").await?;
    Ok(())
}

/// Removes one type of a link, from both ends; whether it was there.
pub async fn delete(tx: &mut WriteTx, from: Place, to: Place, link_type: LinkType, reverse: LinkType) -> Result<bool> {
    let sql = "DELETE FROM association WHERE account_id = $1 AND from_type = $2 AND from_id = $3 AND to_type = $4 AND to_id = $5
               AND category = $6 AND association_type = $7";
    let mut n = 0;
    for (a, b, t) in [(from, to, link_type), (to, from, reverse)] {
        let params =
            [tx.account().into(), a.0.into(), a.1.into(), b.0.into(), b.1.into(), t.category.number().into(), t.type_id.into()];
        n += tx.execute(sql, &params).await?;
    }
    Ok(n > 0)
}

/// Removes every link of a pair, from both ends; whether there was one.
pub async fn delete_pair(tx: &mut WriteTx, from: Place, to: Place) -> Result<bool> {
    let sql = "DELETE FROM association WHERE account_id = $1 AND from_type = $2 AND from_id = $3 AND to_type = $4 AND to_id = $5";
    let mut n = 0;
    for (a, b) in [(from, to), (to, from)] {
        n += tx.execute(sql, &[tx.account().into(), a.0.into(), a.1.into(), b.0.into(), b.1.into()]).await?;
    }
    Ok(n > 0)
}

/// Removes every link of a record, from both ends.
pub async fn delete_all(tx: &mut WriteTx, object: ObjectType, id: RecordId) -> Result<()> {
    let place = [tx.account().into(), object.into(), id.into()];
    tx.execute(
        "DELETE FROM association WHERE account_id = $1 AND to_type = $2 AND to_id = $3 AND (from_type, from_id) IN
         (SELECT to_type, to_id FROM association WHERE account_id = $1 AND from_type = $2 AND from_id = $3)",
        &place,
    )
    .await?;
    tx.execute("DELETE FROM association WHERE account_id = $1 AND from_type = $2 AND from_id = $3", &place).await?;
    Ok(())
}

/// Gives every link of a record to another one, at both ends; those it has already stay as they are.
pub(crate) async fn move_all(tx: &mut WriteTx, object: ObjectType, from: RecordId, to: RecordId) -> Result<()> {
    let params = [tx.account().into(), object.into(), from.into(), to.into()];
    let columns = COLUMNS.join(", ");
    for (column, mine) in [
        ("from_id", "from_type = $2 AND from_id = $3"),
        (
            "to_id",
            "to_type = $2 AND to_id = $3 AND (from_type, from_id) IN
             (SELECT to_type, to_id FROM association WHERE account_id = $1 AND from_type = $2 AND from_id = $3)",
        ),
    ] {
        let selected = COLUMNS.map(|c| if c == column { "CAST($4 AS BIGINT)" } else { c }).join(", ");
        let sql = format!(
            "INSERT INTO association ({columns}) SELECT {selected} FROM association WHERE account_id = $1 AND {mine} ON CONFLICT DO NOTHING"
        );
        tx.execute(&sql, &params).await?;
    }
    delete_all(tx, object, from).await
}

/// The records that links of one type lead to, by id, archived ones too.
pub async fn targets(tx: &mut Tx, from: Place, to: ObjectType, link_type: LinkType, limit: usize) -> Result<Vec<RecordId>> {
    let sql = "SELECT to_id FROM association WHERE account_id = $1 AND from_type = $2 AND from_id = $3 AND to_type = $4
               AND category = $5 AND association_type = $6 ORDER BY to_id LIMIT $7";
    let (category, type_id) = (link_type.category.number(), link_type.type_id);
    let params = [tx.account().into(), from.0.into(), from.1.into(), to.into(), category.into(), type_id.into(), limit.into()];
    tx.query(sql, &params).await?.into_iter().map(|mut row| row.int(0).map(RecordId)).collect()
}

/// A record moved in time: where it stands on the timelines of those it is linked to.
pub(crate) async fn move_on_timelines(tx: &mut WriteTx, object: ObjectType, id: RecordId, at: Option<Timestamp>) -> Result<()> {
    tx.execute(
        "UPDATE association SET sort_at = $4 WHERE account_id = $1 AND to_type = $2 AND to_id = $3 AND sort_at IS NOT NULL
         AND (from_type, from_id) IN
         (SELECT to_type, to_id FROM association WHERE account_id = $1 AND from_type = $2 AND from_id = $3)",
        &[tx.account().into(), object.into(), id.into(), at.into()],
    )
    .await?;
    Ok(())
}

/// The types by which a pair is linked, as seen from the first.
pub async fn of_pair(tx: &mut Tx, from: Place, to: Place) -> Result<Vec<LinkType>> {
    let sql = "SELECT category, association_type FROM association
               WHERE account_id = $1 AND from_type = $2 AND from_id = $3 AND to_type = $4 AND to_id = $5 ORDER BY category, association_type";
    let params = [tx.account().into(), from.0.into(), from.1.into(), to.0.into(), to.1.into()];
    tx.query(sql, &params).await?.iter_mut().map(|row| link_type(row, 0, 1)).collect()
}

/// The primary company of a contact, deal or ticket.
pub async fn primary_company(tx: &mut Tx, from: Place) -> Result<Option<RecordId>> {
    match association::primary(from.0, COMPANY).filter(|_| from.0 != COMPANY) {
        Some(primary) => target(tx, from, COMPANY, primary).await,
        None => Ok(None),
    }
}

/// The record, the oldest if there are several, that a link of one type leads to.
pub async fn target(tx: &mut Tx, from: Place, to: ObjectType, link_type: LinkType) -> Result<Option<RecordId>> {
    let sql = "SELECT MIN(to_id) FROM association WHERE account_id = $1 AND from_type = $2 AND from_id = $3 AND to_type = $4
               AND category = $5 AND association_type = $6";
    let (category, type_id) = (link_type.category.number(), link_type.type_id);
    let params = [tx.account().into(), from.0.into(), from.1.into(), to.into(), category.into(), type_id.into()];
    tx.query_opt(sql, &params).await?.map_or(Ok(None), |mut row| Ok(row.int_opt(0)?.map(RecordId)))
}

/// The records of some types that a record is linked to, archived ones too.
pub async fn linked(tx: &mut Tx, from: Place, types: &[ObjectType], limit: usize) -> Result<Vec<Place>> {
    let mut params = vec![tx.account().into(), from.0.into(), from.1.into(), limit.into()];
    let types = placeholders(&mut params, types.iter().map(|t| Value::from(*t)));
    let sql = format!(
        "SELECT DISTINCT to_type, to_id FROM association
         WHERE account_id = $1 AND from_type = $2 AND from_id = $3 AND to_type IN ({types}) ORDER BY to_type, to_id LIMIT $4"
    );
    let place = |row: &mut Row| Ok((ObjectType(u32::try_from(row.int(0)?).unwrap_or(0)), RecordId(row.int(1)?)));
    tx.query(&sql, &params).await?.iter_mut().map(place).collect()
}

/// The records of a type that a record is linked to, by id, after one of them; archived ones are left out.
pub async fn page(tx: &mut Tx, from: Place, to: ObjectType, after: Option<RecordId>, limit: usize) -> Result<Vec<Link>> {
    let sql = "SELECT a.to_id, a.category, a.association_type FROM association a
               WHERE a.account_id = $1 AND a.from_type = $2 AND a.from_id = $3 AND a.to_type = $4 AND a.to_id IN (
                 SELECT DISTINCT l.to_id FROM association l
                 JOIN record r ON r.account_id = l.account_id AND r.type_id = l.to_type AND r.id = l.to_id AND r.archived_at IS NULL
                 WHERE l.account_id = $1 AND l.from_type = $2 AND l.from_id = $3 AND l.to_type = $4 AND l.to_id > $5
                 ORDER BY l.to_id LIMIT $6)
               ORDER BY a.to_id, a.category, a.association_type";
    let after = after.map_or(0, |id| id.0);
    let params = [tx.account().into(), from.0.into(), from.1.into(), to.into(), after.into(), limit.into()];
    let mut links: Vec<Link> = Vec::new();
    for row in &mut tx.query(sql, &params).await? {
        let id = RecordId(row.int(0)?);
        let link_type = link_type(row, 1, 2)?;
        match links.last_mut().filter(|l| l.to == id) {
            Some(link) => link.types.push(link_type),
            None => links.push(Link { to: id, types: vec![link_type] }),
        }
    }
    Ok(links)
}

/// The links of many records of one type to records of another, at most `limit` per record; archived ones are left out.
pub async fn of_many(
    tx: &mut Tx,
    from: ObjectType,
    ids: &[RecordId],
    to: ObjectType,
    limit: usize,
) -> Result<Vec<(RecordId, Vec<Link>)>> {
    let mut found: Vec<(RecordId, Vec<Link>)> = Vec::new();
    for chunk in ids.chunks(LISTED_MAX) {
        let mut params = vec![tx.account().into(), from.into(), to.into(), limit.into()];
        let list = placeholders(&mut params, chunk.iter().map(|id| Value::from(*id)));
        let sql = format!(
            "SELECT from_id, to_id, category, association_type FROM (
               SELECT a.from_id, a.to_id, a.category, a.association_type,
                 DENSE_RANK() OVER (PARTITION BY a.from_id ORDER BY a.to_id) AS nth
               FROM association a
               JOIN record r ON r.account_id = a.account_id AND r.type_id = a.to_type AND r.id = a.to_id AND r.archived_at IS NULL
               WHERE a.account_id = $1 AND a.from_type = $2 AND a.to_type = $3 AND a.from_id IN ({list})) linked
             WHERE nth <= $4 ORDER BY from_id, to_id, category, association_type"
        );
        for row in &mut tx.query(&sql, &params).await? {
            let (from, to, link_type) = (RecordId(row.int(0)?), RecordId(row.int(1)?), link_type(row, 2, 3)?);
            if found.last().is_none_or(|(id, _)| *id != from) {
                found.push((from, Vec::new()));
            }
            let Some((_, links)) = found.last_mut() else { continue };
            match links.last_mut().filter(|l| l.to == to) {
                Some(link) => link.types.push(link_type),
                None => links.push(Link { to, types: vec![link_type] }),
            }
        }
    }
    Ok(found)
}

/// How many records of a type that are not archived each of some records is linked to, by one type of link. Those linked to
/// none are left out.
pub async fn count(
    tx: &mut Tx,
    from: ObjectType,
    ids: &[RecordId],
    to: ObjectType,
    by: LinkType,
) -> Result<Vec<(RecordId, usize)>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(LISTED_MAX) {
        let mut params = vec![tx.account().into(), from.into(), to.into(), by.category.number().into(), by.type_id.into()];
        let list = placeholders(&mut params, chunk.iter().map(|id| Value::from(*id)));
        let sql = format!(
            "SELECT a.from_id, COUNT(*) FROM association a
             JOIN record r ON r.account_id = a.account_id AND r.type_id = a.to_type AND r.id = a.to_id AND r.archived_at IS NULL
             WHERE a.account_id = $1 AND a.from_type = $2 AND a.to_type = $3 AND a.category = $4 AND a.association_type = $5
             AND a.from_id IN ({list}) GROUP BY a.from_id"
        );
        for row in &mut tx.query(&sql, &params).await? {
            found.push((RecordId(row.int(0)?), usize::try_from(row.int(1)?).unwrap_or(0)));
        }
    }
    Ok(found)
}

fn link_type(row: &mut Row, category: usize, type_id: usize) -> Result<LinkType> {
    let n = row.int(type_id)?;
    let type_id = u32::try_from(n).map_err(|_| StoreError::Broken(format!("{n} is no association type")))?;
    Ok(LinkType { category: Category::from_number(row.int(category)?), type_id })
}

/// The account's own labels, both directions.
pub async fn labels(tx: &mut Tx) -> Result<Vec<Label>> {
    let sql = "SELECT from_type, to_type, association_type, inverse_type, name, label FROM association_label
               WHERE account_id = $1 ORDER BY association_type";
    let number = |row: &mut Row, i: usize| row.int(i).map(|n| u32::try_from(n).unwrap_or(0));
    tx.query(sql, &[tx.account().into()])
        .await?
        .iter_mut()
        .map(|row| {
            Ok(Label {
                from: ObjectType(number(row, 0)?),
                to: ObjectType(number(row, 1)?),
                type_id: number(row, 2)?,
                reverse: number(row, 3)?,
                name: row.text(4)?,
                label: row.text(5)?,
            })
        })
        .collect()
}

/// Adds or replaces labels.
pub async fn save_labels(tx: &mut WriteTx, labels: &[Label]) -> Result<()> {
    let account = tx.account();
    let rows: Vec<Vec<Value>> = labels
        .iter()
        .map(|l| {
            vec![
                account.into(),
                l.from.into(),
                l.to.into(),
                l.type_id.into(),
                l.reverse.into(),
                (&l.name).into(),
                (&l.label).into(),
            ]
        })
        .collect();
    let columns = ["account_id", "from_type", "to_type", "association_type", "inverse_type", "name", "label"];
    let tail = "ON CONFLICT (account_id, from_type, to_type, association_type) DO UPDATE SET label = excluded.label";
    tx.insert_many("association_label", &columns, &rows, tail).await?;
    Ok(())
}

/// Removes a label in one direction, and the links that carry it from that end.
pub async fn delete_label(tx: &mut WriteTx, label: &Label) -> Result<()> {
    let params = [tx.account().into(), label.from.into(), label.to.into(), label.type_id.into()];
    tx.execute(
        "DELETE FROM association_label WHERE account_id = $1 AND from_type = $2 AND to_type = $3 AND association_type = $4",
        &params,
    )
    .await?;
    tx.execute(
        "DELETE FROM association WHERE account_id = $1 AND from_type = $2 AND to_type = $3 AND category = 1 AND association_type = $4",
        &params,
    )
    .await?;
    Ok(())
}
