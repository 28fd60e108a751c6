//! Consumers of feeds: whatever follows from changes, after them and apart from them.
//!
//! ```text
//!   cursor --at most 200 changes of interest--> plan (reads, talks to others) --one transaction--> effects, cursor, lease back
//!                                                 |                                      |
//!                       transient error: again later                  any other error: change by change;
//!                                                                     the one that fails is parked, with its record's later ones
//! ```
//! A crash anywhere means that the step is done again from its beginning: effects in the account's own database are there
//! exactly when the cursor has moved; what a plan did elsewhere may be done twice and must bear it.
//!
//! A new consumer is a type with [`Consumer`] in a file of its own and a line in `work::consumers`.

mod parked;

pub use parked::{Listed, Retried, count_parked, drop_parked, list_parked, retry};

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use jiff::{SignedDuration, Timestamp};
use model::change::{Cause, Change, Interest, Source};
use model::id::{AccountId, RecordId};
use model::limits::{FEED_PAGE_MAX, PARKED_MAX};
use std::collections::BTreeSet;
use store::association::Place;
use store::feed::{self, Recorded};
use store::inbox::{self, Parked};
use store::{Tx, WriteTx, lease, look_again};

/// How long a process may be silent before another one takes its turn. A step ends long before.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// Changes of no interest that are read again rather than noted as seen: noting costs a commit, reading a moment.
const PASSED_OVER: i64 = 1_000;
/// How much later a record is looked at again whose time had come and that could not be worked on.
const POSTPONED: SignedDuration = SignedDuration::from_hours(1);

/// What somebody does because of changes.
pub trait Consumer: Send + Sync {
    /// Names cursor, lease and parked changes in the database: never rename it.
    const NAME: &'static str;
    /// Which changes concern it.
    const INTEREST: Interest;
    /// What its own writes say they come from. [`Source::Calculated`]: values that follow from changes however long their
    /// chain of causes is. Anything else ends with the chain.
    const SOURCE: Source;

    /// What is to be done, worked out without keeping anybody from writing.
    type Plan: Send;

    /// Reads, decides, talks to the outside; writes nothing here. What it reads is at least as new as the batch.
    fn plan(&self, app: &App, cx: &Cx, batch: &Batch) -> impl Future<Output = Result<Self::Plan>> + Send;

    /// Carries a plan out in the transaction that moves the cursor; what it changed.
    fn carry_out(&self, tx: &mut WriteTx, cx: &Cx, plan: Self::Plan) -> impl Future<Output = Result<Vec<Change>>> + Send;
}

/// What a consumer is to work on at once.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Oldest first.
    pub changes: Vec<Recorded>,
    /// Records it wanted to see again by now.
    pub due: Vec<Place>,
    /// Changes of records that wait for an earlier, parked one.
    behind: Vec<Parked>,
    /// The parked change that this is another attempt at.
    retried: Option<i64>,
    /// Where the cursor was, and where it will be.
    after: i64,
    until: i64,
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There was nothing to do.
    Idle,
    /// Another process is at it.
    Elsewhere,
    /// Something was done, and there may be more.
    Worked { n_changes: usize, n_parked: usize },
}

/// Does one bounded step for one account. A transient error changes nothing: the same step is due again.
pub async fn step<C: Consumer>(app: &App, consumer: &C, account: AccountId) -> Result<Step> {
    let batch = next::<C>(app, account).await?;
    if batch.is_empty() {
        return pass_over::<C>(app, account, &batch).await;
    }
    let Some(turn) = Turn::take(app, consumer, account).await? else { return Ok(Step::Elsewhere) };
    // Again under the lease: another process may just have done it.
    let batch = next::<C>(app, account).await?;
    let (n_changes, n_parked) = (batch.changes.len(), batch.behind.len());
    let done = match turn.carry_out(&batch, Then::Release).await {
        Ok(()) => return Ok(Step::Worked { n_changes, n_parked }),
        Err(error) if error.is_transient() => Err(error),
        Err(_) => turn.one_by_one(&batch).await,
    };
    turn.release().await?;
    done
}

/// Steps until there is nothing left to do, at most `steps_max` of them. For commands and tests; the server takes turns between
/// accounts.
pub async fn catch_up<C: Consumer>(app: &App, consumer: &C, account: AccountId, steps_max: usize) -> Result<usize> {
    for n in 0..steps_max {
        if !matches!(step(app, consumer, account).await?, Step::Worked { .. }) {
            return Ok(n);
        }
    }
    Ok(steps_max)
}

async fn next<C: Consumer>(app: &App, account: AccountId) -> Result<Batch> {
    let mut tx = app.store.read(account).await?;
    let due = look_again::due(&mut tx, C::NAME, app.outside.now(), FEED_PAGE_MAX).await?;
    let after = feed::cursor(&mut tx, C::NAME).await?;
    let seen = feed::read_interesting(&mut tx, &C::INTEREST, after, FEED_PAGE_MAX).await?;
    let mut batch = Batch { due, after, until: seen.until, ..Batch::default() };
    let waiting = if seen.changes.is_empty() { BTreeSet::new() } else { waiting::<C>(&mut tx).await? };
    for recorded in seen.changes {
        let record = recorded.change.record.map(|(_, id)| id);
        if record.is_some_and(|id| waiting.contains(&id)) {
            batch.behind.push(parked(&recorded, "an earlier change of the record is parked", app.outside.now()));
        } else if C::SOURCE == Source::Calculated || !recorded.by.cause.as_ref().is_some_and(Cause::is_last) {
            batch.changes.push(recorded);
        }
    }
    Ok(batch)
}

/// Records with a parked change.
async fn waiting<C: Consumer>(tx: &mut Tx) -> Result<BTreeSet<RecordId>> {
    let parked = inbox::parked(tx, C::NAME, PARKED_MAX).await?;
    if parked.len() == PARKED_MAX {
        let message = format!("{PARKED_MAX} changes of account {} are parked: {} stands still there", tx.account(), C::NAME);
        return Err(Error::too_large("CONSUMER_STUCK", message));
    }
    Ok(parked.into_iter().filter_map(|p| p.record).collect())
}

fn parked(recorded: &Recorded, reason: impl Into<String>, now: Timestamp) -> Parked {
    let record = recorded.change.record.map(|(_, id)| id);
    Parked { seq: recorded.seq, record, reason: reason.into(), n_attempts: 1, parked_at: now }
}

/// Nothing of interest: the cursor follows now and then.
async fn pass_over<C: Consumer>(app: &App, account: AccountId, batch: &Batch) -> Result<Step> {
    if batch.until - batch.after < PASSED_OVER {
        return Ok(Step::Idle);
    }
    let mut tx = app.store.write(account).await?;
    feed::move_cursor(&mut tx, C::NAME, batch.until, app.outside.now()).await?;
    tx.commit_bookkeeping().await?;
    Ok(Step::Worked { n_changes: 0, n_parked: 0 })
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.due.is_empty() && self.behind.is_empty()
    }

    /// Of one change alone.
    fn of(recorded: Recorded, until: i64) -> Batch {
        Batch { after: recorded.seq - 1, changes: vec![recorded], until, ..Batch::default() }
    }

    /// The same work in the smallest pieces. What waits behind parked changes comes with the first piece after it.
    fn pieces(&self) -> Vec<Batch> {
        let due =
            self.due.iter().map(|place| Batch { due: vec![*place], after: self.after, until: self.after, ..Batch::default() });
        let mut pieces: Vec<Batch> = due.collect();
        pieces.extend(self.changes.iter().map(|recorded| Batch::of(recorded.clone(), recorded.seq)));
        for parked in &self.behind {
            match pieces.iter_mut().find(|piece| piece.until > parked.seq) {
                Some(piece) => piece.behind.push(parked.clone()),
                None => pieces.push(Batch { behind: vec![parked.clone()], until: parked.seq, ..Batch::default() }),
            }
        }
        pieces
    }

    /// The context of what follows: the system's, because of the newest change with the longest chain behind it.
    fn cx<C: Consumer>(&self, app: &App, account: AccountId) -> Cx {
        let hops = |recorded: &&Recorded| recorded.by.cause.as_ref().map_or(0, |cause| cause.hops);
        let because_of = self.changes.iter().max_by_key(|recorded| (hops(recorded), recorded.seq));
        let cause = because_of.map(|recorded| Cause::of(account, recorded.seq, recorded.by.cause.as_ref()));
        Cx { source: C::SOURCE, cause, ..Cx::system(app, account) }
    }
}

/// What becomes of the lease.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Keep,
    Release,
}

/// The right to do a consumer's work in one account for a while.
struct Turn<'a, C> {
    app: &'a App,
    consumer: &'a C,
    account: AccountId,
    holder: String,
    fence: i64,
}

impl<'a, C: Consumer> Turn<'a, C> {
    async fn take(app: &'a App, consumer: &'a C, account: AccountId) -> Result<Option<Turn<'a, C>>> {
        let (holder, now) = (app.outside.uuid(), app.outside.now());
        let mut tx = app.store.write(account).await?;
        let Some(fence) = lease::take(&mut tx, &task::<C>(), &holder, now, now + LEASE).await? else { return Ok(None) };
        tx.commit_bookkeeping().await?;
        Ok(Some(Turn { app, consumer, account, holder, fence }))
    }

    /// A transaction of this turn. Who slept through the end of the lease has no turn any more.
    async fn write(&self) -> Result<WriteTx> {
        let mut tx = self.app.store.write(self.account).await?;
        match lease::holds(&mut tx, &task::<C>(), &self.holder, self.fence, self.app.outside.now()).await? {
            true => Ok(tx),
            false => Err(Error::new(Kind::Unavailable, "CONSUMER_LEASE_LOST", format!("the lease of {} ran out", C::NAME))),
        }
    }

    /// Carries a batch out and moves the cursor behind it, all or nothing.
    async fn carry_out(&self, batch: &Batch, then: Then) -> Result<()> {
        let cx = batch.cx::<C>(self.app, self.account);
        let plan = self.consumer.plan(self.app, &cx, batch).await?;
        let mut tx = self.write().await?;
        let changes = self.consumer.carry_out(&mut tx, &cx, plan).await?;
        for parked in &batch.behind {
            inbox::park(&mut tx, C::NAME, parked).await?;
        }
        if let Some(seq) = batch.retried {
            inbox::unpark(&mut tx, C::NAME, seq).await?;
        }
        feed::move_cursor(&mut tx, C::NAME, batch.until, cx.now).await?;
        if then == Then::Release {
            lease::release(&mut tx, &task::<C>(), &self.holder).await?;
        }
        match changes.is_empty() {
            true => tx.commit_bookkeeping().await?,
            false => drop(tx.commit(&cx.by(), cx.now, &changes).await?),
        }
        metrics::counter!("consortio_consumer_changes_total", "consumer" => C::NAME).increment(batch.changes.len() as u64);
        Ok(())
    }

    /// Finds the change that cannot be carried out, and sets it aside. What comes after it is the next step's.
    async fn one_by_one(&self, batch: &Batch) -> Result<Step> {
        for (n, piece) in batch.pieces().iter().enumerate() {
            match self.carry_out(piece, Then::Keep).await {
                Ok(()) => {}
                Err(error) if error.is_transient() => return Err(error),
                Err(error) => {
                    self.set_aside(piece, &error).await?;
                    return Ok(Step::Worked { n_changes: n, n_parked: 1 });
                }
            }
        }
        Ok(Step::Worked { n_changes: batch.changes.len(), n_parked: 0 })
    }

    async fn set_aside(&self, piece: &Batch, error: &Error) -> Result<()> {
        let now = self.app.outside.now();
        let mut tx = self.write().await?;
        for recorded in &piece.changes {
            let (consumer, account, seq) = (C::NAME, self.account, recorded.seq);
            tracing::warn!(consumer, %account, seq, %error, detail = error.detail, "a change could not be carried out and is parked");
            inbox::park(&mut tx, C::NAME, &parked(recorded, format!("{}: {error}", error.code), now)).await?;
        }
        for parked in &piece.behind {
            inbox::park(&mut tx, C::NAME, parked).await?;
        }
        for place in &piece.due {
            let (consumer, account, record) = (C::NAME, self.account, place.1);
            tracing::warn!(consumer, %account, %record, %error, detail = error.detail, "a record could not be looked at again");
            look_again::save(&mut tx, C::NAME, *place, Some(now + POSTPONED)).await?;
        }
        feed::move_cursor(&mut tx, C::NAME, piece.until, now).await?;
        Ok(tx.commit_bookkeeping().await?)
    }

    async fn release(&self) -> Result<()> {
        let mut tx = self.app.store.write(self.account).await?;
        lease::release(&mut tx, &task::<C>(), &self.holder).await?;
        Ok(tx.commit_bookkeeping().await?)
    }
}

fn task<C: Consumer>() -> String {
    format!("consumer:{}", C::NAME)
}
