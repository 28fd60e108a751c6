//! What rollups are computed from: activities and deals of one record, summed up by the database. Archived ones do not count.

use crate::association::Place;
use crate::engine::{Result, Row};
use crate::tx::Tx;
use jiff::Timestamp;
use model::id::RecordId;
use model::limits::{ROLLUP_DEALS_MAX, ROLLUP_ITEMS_MAX, ROLLUP_UPCOMING_MAX};
use model::object::{DEAL, MEETING, ObjectType, TASK};
use model::rollup::{Deal, Summary, Tally, Upcoming};

/// Sums a record's activities and deals up, as they stand at a time. Reads at most the newest [`ROLLUP_ITEMS_MAX`] of them by
/// one index range; amounts of at most [`ROLLUP_DEALS_MAX`] deals.
pub async fn summary(tx: &mut Tx, place: Place, now: Timestamp) -> Result<Summary> {
    let params = [tx.account().into(), place.1.into(), place.0.into(), now.into(), ROLLUP_ITEMS_MAX.into()];
    let tallies = tx.query(&tallies(), &params).await?.iter_mut().map(tally).collect::<Result<Vec<Tally>>>()?;
    let has = |wanted: &dyn Fn(&Tally) -> bool| tallies.iter().any(wanted);
    let upcoming = match has(&|t| matches!(t.object, MEETING | TASK) && t.next.is_some()) {
        true => upcoming(tx, place, now).await?,
        false => Vec::new(),
    };
    let deals = if has(&|t| t.object == DEAL) { deals(tx, place).await? } else { Vec::new() };
    Ok(Summary { tallies, upcoming, deals })
}

/// The statement that counts. The plus keeps SQLite from preferring the primary key, whose order is not that of time. Few
/// records are archived, so whether one is comes from the small index of those; asked for one id by equality, SQLite would
/// rather read every record.
#[doc(hidden)]
pub fn tallies() -> String {
    "SELECT to_type, COUNT(*), MAX(CASE WHEN sort_at <= $4 THEN sort_at END), MIN(CASE WHEN sort_at > $4 THEN sort_at END) FROM (
       SELECT a.to_type, a.sort_at FROM association a
       WHERE a.account_id = $1 AND a.from_id = $2 AND +a.from_type = $3 AND a.sort_at IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM record r WHERE r.account_id = a.account_id AND r.type_id = a.to_type
                       AND r.id BETWEEN a.to_id AND a.to_id AND r.archived_at IS NOT NULL)
       ORDER BY a.sort_at DESC, a.to_id DESC LIMIT $5
     ) newest GROUP BY to_type ORDER BY to_type"
        .to_owned()
}

fn tally(row: &mut Row) -> Result<Tally> {
    let object = ObjectType(u32::try_from(row.int(0)?).unwrap_or(0));
    Ok(Tally { object, n: row.int(1)?, newest: row.time_opt(2)?, next: row.time_opt(3)? })
}

async fn upcoming(tx: &mut Tx, place: Place, now: Timestamp) -> Result<Vec<Upcoming>> {
    let sql = "SELECT a.to_type, a.sort_at, COALESCE(r.props ->> 'hs_task_status', r.props ->> 'hs_meeting_outcome')
               FROM association a
               JOIN record r ON r.account_id = a.account_id AND r.type_id = a.to_type AND r.id = a.to_id
               WHERE a.account_id = $1 AND a.from_id = $2 AND +a.from_type = $3 AND a.sort_at > $4 AND a.to_type IN ($5, $6)
               AND r.archived_at IS NULL ORDER BY a.sort_at, a.to_id LIMIT $7";
    let params = [
        tx.account().into(),
        place.1.into(),
        place.0.into(),
        now.into(),
        MEETING.into(),
        TASK.into(),
        ROLLUP_UPCOMING_MAX.into(),
    ];
    let found = |row: &mut Row| {
        let object = ObjectType(u32::try_from(row.int(0)?).unwrap_or(0));
        Ok(Upcoming { object, at: row.time(1)?, state: row.text_opt(2)? })
    };
    tx.query(sql, &params).await?.iter_mut().map(found).collect()
}

async fn deals(tx: &mut Tx, place: Place) -> Result<Vec<Deal>> {
    let sql = "SELECT a.to_id, a.sort_at, r.created_at, r.props ->> 'hs_is_closed_won', r.props ->> 'amount_in_home_currency'
               FROM association a
               JOIN record r ON r.account_id = a.account_id AND r.type_id = a.to_type AND r.id = a.to_id
               WHERE a.account_id = $1 AND a.from_type = $2 AND a.from_id = $3 AND a.to_type = $4 AND a.sort_at IS NOT NULL
               AND r.archived_at IS NULL ORDER BY a.sort_at DESC, a.to_id DESC LIMIT $5";
    let params = [tx.account().into(), place.0.into(), place.1.into(), DEAL.into(), ROLLUP_DEALS_MAX.into()];
    let found = |row: &mut Row| {
        Ok(Deal {
            id: RecordId(row.int(0)?),
            at: row.time(1)?,
            created_at: row.time(2)?,
            is_won: row.text_opt(3)?.as_deref() == Some("true"),
            amount: row.text_opt(4)?,
        })
    };
    tx.query(sql, &params).await?.iter_mut().map(found).collect()
}
