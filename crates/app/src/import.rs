//! Imports: a file of rows becomes records, good rows in, bad rows kept with the reason.
//!
//! ```text
//!   thread: file -> decoded -> rows -> model::record::create --chunks--> task: one transaction per chunk:
//!           (reading and checking)                             (2 ahead)   look up keys, decide what exists, insert many,
//!                                                                          refused rows, counts of the job, changes
//! ```
//! How far the import is, is committed with the rows of the chunk: whoever goes on after a crash begins exactly behind them.

mod chunk;
mod file;
mod rows;
mod upload;

pub use upload::Upload;

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::property;
use file::{Read, Reader};
use jiff::SignedDuration;
use model::authority::{Act, Reach};
use model::change::{By, Change, Kind as ChangeKind, Source};
use model::id::{AccountId, ImportId};
use model::import::{self, Column, DateOrder, Encoding, Event, Job, Mapping, Mode, NumberFormat, Plan, Sniffed, State};
use model::limits::{IMPORT_ROWS_MAX, IMPORTS_LISTED_MAX};
use model::object::ObjectType;
use model::property::Schema;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::import::Refused;
use upload::Stored;

/// How long a process may be silent before another one goes on with its import. Clocks of machines that share an instance
/// have to agree to a few seconds; if they do not, an import changes hands between chunks, and still no row comes twice.
pub const LEASE: SignedDuration = SignedDuration::from_secs(10);
/// How long a process waits for the next chunk before it says that it lives: three times within a lease.
pub const HEARTBEAT: Duration = Duration::from_secs(3);
/// Chunks read ahead of the one that is being written.
const CHUNKS_AHEAD: usize = 2;
/// How often a chunk that collided with other writers is tried.
const ATTEMPTS_MAX: usize = 5;
/// How long a file without an import is kept after its last byte came.
const UPLOAD_KEPT: SignedDuration = SignedDuration::from_hours(1);
/// Rows of a preview.
const PREVIEW_ROWS: usize = 20;
/// Rows looked at to tell the order of day and month.
const DATED_ROWS: usize = 500;

/// What a file looks like, for a person who decides about its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub sniffed: Sniffed,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// The property of each column, as far as its title tells.
    pub guess: Vec<Column>,
    /// As far as the values prove it.
    pub date_order: Option<DateOrder>,
    pub number_format: Option<NumberFormat>,
    /// Rows without the header.
    pub n_rows: u64,
    /// The import that took this very file before, and when.
    pub repeats: Option<(ImportId, jiff::Timestamp)>,
}

/// A file to be imported.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// What the person calls it.
    pub file_name: String,
    /// Where it is: the name of an [`Upload`] or of a file in the folder of uploaded files, or a path.
    pub file: String,
    pub mapping: Mapping,
    /// Encoding and delimiter, when a person knows better than the file's beginning tells.
    pub format: Option<(Encoding, char)>,
    /// A file that was taken before is taken once more, though its rows cannot be recognized.
    pub again: bool,
}

/// Refuses who may import nothing: asked before a file is taken in.
pub fn authorize(cx: &Cx) -> Result<()> {
    cx.may(Act::Import).map(drop)
}

/// Looks at a file. `file` as in [`NewImport`].
pub async fn preview(app: &App, cx: &Cx, folder: &Path, file: &str, object: ObjectType) -> Result<Preview> {
    cx.may(Act::Import)?;
    let schema = property::schema(app, cx, object).await?;
    let stored = Stored::find(app, cx.account, folder, file).await?;
    let (content, preview) = blocking(move || {
        let look = file::look(&stored, None, DATED_ROWS)?;
        let guess = import::guess(&schema, &look.columns);
        let rows = || look.rows.iter().map(Vec::as_slice);
        let date_order = import::date_order(&schema, &guess, rows());
        let number_format = import::number_format(&schema, &guess, look.sniffed.delimiter, rows());
        let columns = look.columns.iter().cloned().zip(guess).map(|(column, property)| Column { column, property }).collect();
        let preview = Preview {
            sniffed: look.sniffed,
            columns: look.columns,
            rows: look.rows.into_iter().take(PREVIEW_ROWS).collect(),
            guess: columns,
            date_order,
            number_format,
            n_rows: look.n_rows,
            repeats: None,
        };
        Ok((look.content, preview))
    })
    .await?;
    let mut tx = app.store.read(cx.account).await?;
    let repeats = taken_before(&mut tx, &content, object).await?.map(|(id, job)| (id, job.created_at));
    Ok(Preview { repeats, ..preview })
}

/// The latest import that took, or is about to take, the same bytes as the same type.
async fn taken_before(tx: &mut store::Tx, content: &str, object: ObjectType) -> Result<Option<(ImportId, Job)>> {
    let same = store::import::of_content(tx, content, IMPORTS_LISTED_MAX).await?;
    Ok(same.into_iter().find(|(_, job)| job.takes_rows() && job.mapping.object == object))
}

/// A file whose rows find the records they made is harmless a second time; any other doubles them.
async fn refuse_repeat(tx: &mut store::Tx, content: &str, plan: &Plan, new: &Mapping) -> Result<()> {
    if plan.id_property.is_some() {
        return Ok(());
    }
    let Some((id, job)) = taken_before(tx, content, new.object).await? else { return Ok(()) };
    let (day, kind) = (job.created_at.to_string(), new.object.plural());
    let message = format!(
        "import {id} of {day} took this very file already, and nothing tells its rows from new {kind}: \
         map a column to a property that identifies them, or say that they are to come in again"
    );
    Err(Error::conflict("IMPORT_ALREADY_DONE", message).with("importId", id))
}

/// Accepts a file: from now on it will be imported, whatever happens to this process. [`run`] does it.
pub async fn create(app: &App, cx: &Cx, folder: &Path, new: NewImport) -> Result<(ImportId, Job)> {
    authorize_mapping(cx, &new.mapping)?;
    let schema = property::schema(app, cx, new.mapping.object).await?;
    let stored = Stored::find(app, cx.account, folder, &new.file).await?;
    let looked = stored.clone();
    let look = blocking(move || file::look(&looked, new.format, DATED_ROWS)).await?;
    if look.n_rows > IMPORT_ROWS_MAX as u64 {
        let message = format!("the file has {} rows; at most {IMPORT_ROWS_MAX} can be imported at once", look.n_rows);
        return Err(Error::too_large("IMPORT_TOO_MANY_ROWS", message));
    }
    let plan = plan(&schema, &new.mapping, &look.columns, &HashMap::new())?;
    let mapped: Vec<Option<String>> = new.mapping.columns.iter().map(|c| c.property.clone()).collect();
    let rows = || look.rows.iter().map(Vec::as_slice);
    let date_order = new.mapping.date_order.or_else(|| import::date_order(&schema, &mapped, rows()));
    let number_format =
        new.mapping.number_format.or_else(|| import::number_format(&schema, &mapped, look.sniffed.delimiter, rows()));
    let mapping = Mapping { date_order, number_format, ..new.mapping };
    let copy = match &stored {
        Stored::File(path) if is_shared(app, cx.account).await? => Some(Upload::copy(app, cx.account, folder, path).await?),
        _ => None,
    };
    let job = Job {
        state: State::Waiting,
        file_name: new.file_name,
        file: copy.as_ref().map_or(new.file, |copy| copy.name().to_owned()),
        mapping,
        encoding: look.sniffed.encoding,
        delimiter: look.sniffed.delimiter,
        content: Some(look.content.clone()),
        n_total: look.n_rows,
        counts: import::Counts::default(),
        by: cx.actor.clone(),
        created_at: cx.now,
        started_at: None,
        finished_at: None,
        failure: None,
    };
    let mut tx = app.store.write(cx.account).await?;
    if !new.again {
        refuse_repeat(&mut tx, &look.content, &plan, &job.mapping).await?;
    }
    let id = ImportId(tx.take_ids(1)?);
    store::import::create(&mut tx, id, &job).await?;
    tx.commit(&cx.by(), cx.now, &[changed(id, &job)]).await?;
    if let Some(copy) = copy {
        copy.keep();
    }
    tracing::info!(account = cx.account.0, import = id.0, n_rows = job.n_total, actor = %cx.actor, "import accepted");
    Ok((id, job))
}

async fn is_shared(app: &App, account: AccountId) -> Result<bool> {
    Ok(store::upload::is_shared(&app.store.read(account).await?))
}

/// An import may change every record it names, whoever owns it, so narrower rights are enough for new records only.
fn authorize_mapping(cx: &Cx, mapping: &Mapping) -> Result<()> {
    cx.may(Act::Import)?;
    let reach = cx.may(Act::EditRecords(mapping.object))?;
    if reach != Reach::Everything && mapping.mode != Mode::Create {
        let message = format!("updating by import needs the right to edit all {}, not only your own", mapping.object.plural());
        return Err(Error::forbidden("IMPORT_UPDATE_BEYOND_OWN", message));
    }
    Ok(())
}

fn plan(schema: &Schema, mapping: &Mapping, columns: &[String], owners: &HashMap<String, String>) -> Result<Plan> {
    Plan::new(schema, mapping, columns, owners).map_err(|refusal| Error::invalid(refusal.code(), refusal.to_string()))
}

fn changed(id: ImportId, job: &Job) -> Change {
    let detail = serde_json::json!({"import": id, "state": job.state, "processed": job.counts.n_processed});
    Change::of(ChangeKind::ImportChanged, detail)
}

/// One import.
pub async fn read(app: &App, cx: &Cx, id: ImportId) -> Result<Job> {
    cx.may(Act::Import)?;
    let mut tx = app.store.read(cx.account).await?;
    store::import::load(&mut tx, id).await?.ok_or_else(|| not_there(id))
}

fn not_there(id: ImportId) -> Error {
    Error::not_found(format!("there is no import {id}"))
}

/// The latest imports, newest first.
pub async fn list(app: &App, cx: &Cx) -> Result<Vec<(ImportId, Job)>> {
    cx.may(Act::Import)?;
    let mut tx = app.store.read(cx.account).await?;
    Ok(store::import::list(&mut tx, IMPORTS_LISTED_MAX).await?)
}

/// Stops an import after the chunk it is at. What is in stays in.
pub async fn cancel(app: &App, cx: &Cx, id: ImportId) -> Result<Job> {
    cx.may(Act::Import)?;
    let mut tx = app.store.write(cx.account).await?;
    let job = store::import::load_for_update(&mut tx, id).await?.ok_or_else(|| not_there(id))?;
    end_early(tx, id, job, (Event::Cancelled, None), &cx.by(), cx.now).await
}

async fn end_early(
    mut tx: store::WriteTx,
    id: ImportId,
    job: Job,
    (event, failure): (Event, Option<String>),
    by: &By,
    now: jiff::Timestamp,
) -> Result<Job> {
    let state = import::next(job.state, event);
    if state == job.state {
        return Ok(job);
    }
    let job = Job { state, failure, finished_at: Some(now), ..job };
    store::import::update(&mut tx, id, &job, now).await?;
    tx.commit(by, now, &[changed(id, &job)]).await?;
    Ok(job)
}

/// Refused rows after a row, at most `limit`.
pub async fn refused(app: &App, cx: &Cx, id: ImportId, after: u64, limit: usize) -> Result<Vec<Refused>> {
    cx.may(Act::Import)?;
    let mut tx = app.store.read(cx.account).await?;
    Ok(store::import::refused(&mut tx, id, after, limit).await?)
}

/// The columns of an import's file of refused rows: the reason, then the file's own.
pub fn refused_header(job: &Job) -> String {
    let columns = ["row", "reason"].into_iter().chain(job.mapping.columns.iter().map(|c| c.column.as_str()));
    file::line(columns.map(str::as_bytes), b',')
}

/// One line of that file.
pub fn refused_line(refused: &Refused) -> String {
    let row = refused.row.to_string();
    let head = file::line([row.as_bytes(), refused.reason.as_bytes()].into_iter(), b',');
    format!("{head},{}", refused.line)
}

/// Imports of an account that somebody has to begin or to go on with.
pub async fn unfinished(app: &App, account: AccountId) -> Result<Vec<ImportId>> {
    let mut tx = app.store.read(account).await?;
    Ok(store::import::unfinished(&mut tx).await?)
}

/// Removes uploaded files that no import will read any more. A file that nobody has accepted yet is spared for a while: it may
/// still be arriving. How many.
pub async fn reconcile(app: &App, folder: &Path) -> Result<u64> {
    let before = app.outside.now() - UPLOAD_KEPT;
    let (mut needed, mut n_removed) = (BTreeSet::new(), 0);
    for account in crate::account::all(app).await? {
        let mut tx = app.store.read(account).await?;
        let mut here = Vec::new();
        for id in store::import::unfinished(&mut tx).await? {
            here.extend(store::import::load(&mut tx, id).await?.map(|job| job.file));
        }
        drop(tx);
        n_removed += upload::remove_others(app, account, &here, before).await?;
        needed.extend(here);
    }
    let folder = folder.to_owned();
    Ok(n_removed + blocking(move || Ok(file::remove_others(&folder, &needed, before))).await?)
}

/// Carries an import out, or goes on where it stands, until it is done, cancelled, or its file cannot be read any further.
/// `progress` is told after every chunk. Stopped in the middle, nothing is lost: the next call goes on. Imports of an account go
/// in the order in which they were accepted: what a later file says is not overwritten by an earlier one.
pub async fn run(app: &App, account: AccountId, id: ImportId, folder: &Path, mut progress: impl FnMut(&Job)) -> Result<Job> {
    let mut writing = match Writing::begin(app, account, id).await {
        // A property it is mapped to is gone. Left unfinished, it would keep those after it waiting for good.
        Err(error) if error.kind == Kind::Invalid => {
            let now = app.outside.now();
            let mut tx = app.store.write(account).await?;
            let job = store::import::load_for_update(&mut tx, id).await?.ok_or_else(|| not_there(id))?;
            let by = by(&job);
            return end_early(tx, id, job, (Event::Broke, Some(error.to_string())), &by, now).await;
        }
        begun => begun?,
    };
    if writing.job.state.is_final() {
        return Ok(writing.job);
    }
    let (sender, mut chunks) = tokio::sync::mpsc::channel(CHUNKS_AHEAD);
    let reader = writing.reader(Stored::find(app, account, folder, &writing.job.file).await?);
    let reading = tokio::task::spawn_blocking(move || reader.read(&sender));
    let mut end = None;
    loop {
        match tokio::time::timeout(HEARTBEAT, chunks.recv()).await {
            Ok(Some(Read::Chunk(chunk))) => {
                writing.write(chunk).await?;
                progress(&writing.job);
                if writing.job.state.is_final() {
                    break;
                }
            }
            Ok(Some(Read::End(event, failure))) => end = Some((event, failure)),
            Ok(Some(Read::Interrupted(error))) => return Err(error),
            Ok(None) => break,
            // The file comes slowly.
            Err(_) => writing.renew().await?,
        }
    }
    // A reader whose chunks nobody takes any more ends by itself.
    drop(chunks);
    if let Err(panic) = reading.await {
        return Err(Error::broken(format!("import {id}: the reader ended early: {panic}")));
    }
    if let Some((event, failure)) = end {
        writing.finish(event, failure).await?;
        progress(&writing.job);
    }
    Ok(writing.job)
}

fn by(job: &Job) -> By {
    By { actor: job.by.clone(), source: Source::Import, cause: None }
}

/// An import that this process has the lease of.
struct Writing<'a> {
    app: &'a App,
    account: AccountId,
    id: ImportId,
    job: Job,
    schema: Arc<Schema>,
    plan: Arc<Plan>,
    by: By,
    holder: String,
}

impl<'a> Writing<'a> {
    async fn begin(app: &'a App, account: AccountId, id: ImportId) -> Result<Writing<'a>> {
        let mut tx = app.store.read(account).await?;
        let job = store::import::load(&mut tx, id).await?.ok_or_else(|| not_there(id))?;
        drop(tx);
        let schema = property::schema(app, &Cx::system(app, account), job.mapping.object).await?;
        let owners = owners(app, account).await?;
        let columns: Vec<String> = job.mapping.columns.iter().map(|c| c.column.clone()).collect();
        let plan = Arc::new(plan(&schema, &job.mapping, &columns, &owners)?);
        let by = by(&job);
        let mut writing = Writing { app, account, id, job, schema, plan, by, holder: app.outside.uuid() };
        if !writing.job.state.is_final() {
            writing.start().await?;
        }
        Ok(writing)
    }

    async fn start(&mut self) -> Result<()> {
        let now = self.app.outside.now();
        let mut tx = self.app.store.write(self.account).await?;
        self.lease(&mut tx, now).await?;
        if let Some(first) = store::import::unfinished(&mut tx).await?.into_iter().find(|first| *first < self.id) {
            let message = format!("import {} waits: import {first} of the account is not finished, and goes first", self.id);
            return Err(Error::conflict("IMPORT_WAITS", message).with("importId", first));
        }
        let job = store::import::load_for_update(&mut tx, self.id).await?.ok_or_else(|| not_there(self.id))?;
        self.job = Job { state: import::next(job.state, Event::Started), started_at: job.started_at.or(Some(now)), ..job };
        store::import::update(&mut tx, self.id, &self.job, now).await?;
        tx.commit(&self.by, now, &[changed(self.id, &self.job)]).await?;
        let n_processed = self.job.counts.n_processed;
        tracing::info!(account = self.account.0, import = self.id.0, n_processed, n_rows = self.job.n_total, "import goes on");
        Ok(())
    }

    async fn lease(&self, tx: &mut store::WriteTx, now: jiff::Timestamp) -> Result<()> {
        let task = format!("import:{}", self.id);
        let fence = store::lease::take(tx, &task, &self.holder, now, now + LEASE).await?;
        fence.map(drop).ok_or_else(|| {
            Error::conflict("IMPORT_RUNS_ELSEWHERE", format!("import {} is being carried out by another process", self.id))
        })
    }

    async fn renew(&self) -> Result<()> {
        let mut tx = self.app.store.write(self.account).await?;
        self.lease(&mut tx, self.app.outside.now()).await?;
        Ok(tx.commit_bookkeeping().await?)
    }

    fn reader(&self, stored: Stored) -> Reader {
        Reader {
            stored,
            job: self.job.clone(),
            schema: self.schema.clone(),
            plan: self.plan.clone(),
            by: self.by.clone(),
            clock: self.app.outside.clock.clone(),
        }
    }

    /// Writes a chunk; on a collision with other writers again from the start of its transaction.
    async fn write(&mut self, mut chunk: chunk::Chunk) -> Result<()> {
        let mut attempt = 1;
        loop {
            match self.try_write(&mut chunk).await {
                Err(error) if error.code == "COLLISION" && attempt < ATTEMPTS_MAX => attempt += 1,
                other => return other,
            }
        }
    }

    async fn try_write(&mut self, chunk: &mut chunk::Chunk) -> Result<()> {
        let now = self.app.outside.now();
        let mut tx = self.app.store.write_many(self.account, chunk.rows.len()).await?;
        self.lease(&mut tx, now).await?;
        let mut job = store::import::load_for_update(&mut tx, self.id).await?.ok_or_else(|| not_there(self.id))?;
        if job.state.is_final() {
            self.job = job;
            return Ok(());
        }
        let written = chunk::write(&mut tx, &self.schema, &self.plan, &job, chunk, now, &self.by).await?;
        job.counts = written.counts;
        store::import::refuse_many(&mut tx, self.id, &written.refused).await?;
        store::import::update(&mut tx, self.id, &job, now).await?;
        let mut changes = written.changes;
        changes.push(changed(self.id, &job));
        tx.commit(&self.by, now, &changes).await?;
        self.job = job;
        Ok(())
    }

    async fn finish(&mut self, event: Event, failure: Option<String>) -> Result<()> {
        let now = self.app.outside.now();
        let mut tx = self.app.store.write(self.account).await?;
        let job = store::import::load_for_update(&mut tx, self.id).await?.ok_or_else(|| not_there(self.id))?;
        let state = import::next(job.state, event);
        self.job = if state == job.state { job } else { Job { state, finished_at: Some(now), failure, ..job } };
        store::import::update(&mut tx, self.id, &self.job, now).await?;
        store::lease::release(&mut tx, &format!("import:{}", self.id), &self.holder).await?;
        tx.commit(&self.by, now, &[changed(self.id, &self.job)]).await?;
        let import::Counts { n_processed, n_created, n_updated, n_failed } = self.job.counts;
        let (account, import, state) = (self.account.0, self.id.0, self.job.state.name());
        tracing::info!(account, import, state, n_processed, n_created, n_updated, n_refused = n_failed, "import ended");
        Ok(())
    }
}

/// Folded address to owner id, for every active user.
async fn owners(app: &App, account: AccountId) -> Result<HashMap<String, String>> {
    let mut home = app.store.read_home().await?;
    let owners = store::owner::page(&mut home, account, false, None, None, model::limits::USERS_LISTED_MAX).await?;
    Ok(owners.into_iter().map(|o| (model::fold::email(&o.email), o.id.to_string())).collect())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|panic| Error::broken(format!("reading a file ended early: {panic}")))?
}

fn unreadable(message: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, "IMPORT_FILE_UNREADABLE", message)
}
