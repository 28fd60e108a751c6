//! Parked changes: listed, tried again, given up.

use super::{Batch, Consumer, Then, Turn};
use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use model::authority::Denial;
use model::change::Actor;
use model::limits::PARKED_MAX;
use std::collections::{BTreeMap, BTreeSet};
use store::inbox::{self, Parked};
use store::{Tx, feed};

/// A parked change with the consumer that set it aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub consumer: String,
    pub parked: Parked,
}

/// What trying again did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retried {
    pub n_done: usize,
    /// Failed again, or waiting behind one that did.
    pub n_left: usize,
}

/// Only who runs the server looks after consumers.
fn operator(cx: &Cx) -> Result<()> {
    if cx.actor == Actor::System { Ok(()) } else { Err(Denial::SuperAdminOnly.into()) }
}

/// How many changes each consumer has parked, in all accounts.
pub async fn count_parked(app: &App) -> Result<BTreeMap<String, i64>> {
    let mut counts = BTreeMap::new();
    for (_, engine) in app.store.locations() {
        for (consumer, n) in inbox::count_parked(engine).await? {
            *counts.entry(consumer).or_default() += n;
        }
    }
    Ok(counts)
}

/// What some consumers parked in an account, each consumer's oldest first.
pub async fn list_parked(app: &App, cx: &Cx, consumers: &[&str]) -> Result<Vec<Listed>> {
    operator(cx)?;
    let (mut tx, mut listed) = (app.store.read(cx.account).await?, Vec::new());
    for consumer in consumers {
        let parked = inbox::parked(&mut tx, consumer, PARKED_MAX).await?;
        listed.extend(parked.into_iter().map(|parked| Listed { consumer: (*consumer).to_owned(), parked }));
    }
    Ok(listed)
}

/// Tries parked changes again, oldest first: all of an account, or one with those that wait behind it. One that fails stays,
/// and so do the later ones of its record.
pub async fn retry<C: Consumer>(app: &App, cx: &Cx, consumer: &C, seq: Option<i64>) -> Result<Retried> {
    operator(cx)?;
    let turn = Turn::take(app, consumer, cx.account).await?.ok_or_else(|| {
        Error::conflict("CONSUMER_RUNS_ELSEWHERE", format!("{} is at work in account {}; try again", C::NAME, cx.account))
    })?;
    let done = retry_in(&turn, seq).await;
    turn.release().await?;
    done
}

async fn retry_in<C: Consumer>(turn: &Turn<'_, C>, seq: Option<i64>) -> Result<Retried> {
    let mut tx = turn.app.store.read(turn.account).await?;
    let parked = inbox::parked(&mut tx, C::NAME, PARKED_MAX).await?;
    let meant = match seq {
        Some(seq) => Some(parked.iter().find(|p| p.seq == seq).ok_or_else(|| missing(C::NAME, seq))?.clone()),
        None => None,
    };
    let is_meant = |p: &Parked| meant.as_ref().is_none_or(|m| p.seq == m.seq || (p.record.is_some() && p.record == m.record));
    let (mut retried, mut blocked) = (Retried { n_done: 0, n_left: 0 }, BTreeSet::new());
    for one in parked.iter().filter(|p| is_meant(p)) {
        let done = !blocked.contains(&one.record) && again(turn, &mut tx, one).await?;
        if done {
            retried.n_done += 1;
        } else {
            retried.n_left += 1;
            blocked.extend(one.record.is_some().then_some(one.record));
        }
    }
    Ok(retried)
}

/// Whether it worked this time.
async fn again<C: Consumer>(turn: &Turn<'_, C>, tx: &mut Tx, parked: &Parked) -> Result<bool> {
    let recorded = feed::read(tx, parked.seq - 1, 1).await?.pop();
    let recorded = recorded.ok_or_else(|| Error::broken(format!("change {} is parked but not in the feed", parked.seq)))?;
    // The cursor is beyond it already and stays where it is.
    let batch = Batch { retried: Some(parked.seq), ..Batch::of(recorded, parked.seq) };
    match turn.carry_out(&batch, Then::Keep).await {
        Ok(()) => Ok(true),
        Err(error) if error.is_transient() => Err(error),
        Err(error) => {
            let mut tx = turn.write().await?;
            let reason = format!("{}: {error}", error.code);
            inbox::park(&mut tx, C::NAME, &Parked { reason, ..parked.clone() }).await?;
            tx.commit_bookkeeping().await?;
            Ok(false)
        }
    }
}

/// Gives a parked change up. Those that wait behind it stay until they are tried again.
pub async fn drop_parked(app: &App, cx: &Cx, consumer: &str, seq: i64) -> Result<()> {
    operator(cx)?;
    let mut tx = app.store.write(cx.account).await?;
    if !inbox::unpark(&mut tx, consumer, seq).await? {
        return Err(missing(consumer, seq));
    }
    Ok(tx.commit_bookkeeping().await?)
}

fn missing(consumer: &str, seq: i64) -> Error {
    Error { code: "PARKED_CHANGE_NOT_FOUND", ..Error::not_found(format!("{consumer} has no parked change {seq}")) }
}
