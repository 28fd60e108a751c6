//! SQLite: one file, many readers, one writer whose transactions share commits.
//!
//! A durable commit costs an fsync, about a millisecond, however little it holds. So a transaction here is a savepoint
//! inside a commit group: whoever has the writer's turn does its work, releases its savepoint and hands the turn on.
//! The committer thread queues for the turn like everybody else (the turn is first come, first served), so it commits
//! after all who were waiting when it was woken, and then tells them.
//!
//! ```text
//!   task 1  --turn--> SAVEPOINT work RELEASE --+
//!   task 2  --turn--> SAVEPOINT work RELEASE --+--> committer --turn--> COMMIT (one fsync) --> acknowledges 1, 2
//! ```

use super::{Dialect, Durability, Result, Row, StoreError, Value};
use parking_lot::Mutex as Lock;
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore, oneshot};

/// Readers at once. Two cores cannot use more, but a slow search must not make quick reads wait.
const READERS_MAX: usize = 12;
/// Prepared statements kept per connection.
const STATEMENTS_MAX: usize = 200;
/// Pages of the write-ahead log before they are moved into the file: 32 MiB, so that a burst of small commits does not pay for it.
const CHECKPOINT_PAGES: i64 = 8_000;

/// A SQLite database.
#[derive(Clone)]
pub struct Sqlite(Arc<Inner>);

struct Inner {
    path: PathBuf,
    writer: Arc<Mutex<Writer>>,
    wake: mpsc::SyncSender<()>,
    idle: Lock<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

struct Writer {
    connection: Connection,
    /// A commit group is open.
    open: bool,
    acknowledge: Vec<oneshot::Sender<Result<()>>>,
}

impl Sqlite {
    pub(super) fn open(path: &Path, durability: Durability) -> Result<Sqlite> {
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        let synchronous = if durability == Durability::Full { "FULL" } else { "OFF" };
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};
                 PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -32768;"
            ))
            .map_err(broken)?;
        let writer = Arc::new(Mutex::new(Writer { connection, open: false, acknowledge: Vec::new() }));
        let (wake, woken) = mpsc::sync_channel(1);
        let committed = writer.clone();
        std::thread::Builder::new()
            .name("sqlite-commit".to_owned())
            .spawn(move || commit_groups(&committed, &woken))
            .map_err(|e| StoreError::Unavailable(format!("cannot start the committing thread: {e}")))?;
        let permits = Arc::new(Semaphore::new(READERS_MAX));
        Ok(Sqlite(Arc::new(Inner { path: path.to_owned(), writer, wake, idle: Lock::new(Vec::new()), permits })))
    }

    pub(super) async fn read(&self) -> Result<Read> {
        let permit = self.0.permits.clone().acquire_owned().await.map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let idle = self.0.idle.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.0.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        // Deferred: the snapshot is taken by the first statement. It never becomes a writer, so it never has to be retried.
        run(&connection, "BEGIN", &[])?;
        Ok(Read { connection: Some(connection), home: self.0.clone(), heavy: false, _permit: permit })
    }

    pub(super) async fn write(&self) -> Result<Write> {
        let mut turn = self.0.writer.clone().lock_owned().await;
        if !turn.open {
            run(&turn.connection, "BEGIN IMMEDIATE", &[])?;
            turn.open = true;
        }
        run(&turn.connection, "SAVEPOINT one", &[])?;
        Ok(Write { turn: Some(turn), home: self.0.clone() })
    }

    /// Copies the whole database, as it is at this moment, into a new file that needs no log beside it.
    pub(super) fn export(&self, to: &Path) -> Result<()> {
        let from = connect(&self.0.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let sql = "VACUUM INTO ?1";
        from.execute(sql, [to.to_string_lossy()]).map_err(|e| refused(&e, sql))?;
        let synced = std::fs::File::open(to).and_then(|file| file.sync_all());
        synced.map_err(|e| StoreError::Unavailable(format!("{}: {e}", to.display())))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|e| StoreError::Unavailable(format!("cannot open {}: {e}", path.display())))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.busy_timeout(Duration::from_secs(10)).map_err(broken)?;
    // A plan depends on the statement alone: else some statements are planned anew with every value that is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(broken)?;
    // A small cache each: pages are read from the operating system's. Not mapped: after every commit of somebody else SQLite unmaps
    // the whole file, and the page faults that follow cost a mirrored page a fifth of its time.
    connection.execute_batch("PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY;").map_err(broken)?;
    // PostgreSQL's `value ~ pattern`, so that both engines evaluate the one pattern text model::filter makes.
    connection
        .create_scalar_function("matches_pattern", 2, FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_UTF8, |ctx| {
            let regex = ctx.get_or_create_aux(1, |v| -> std::result::Result<_, Box<dyn std::error::Error + Send + Sync>> {
                Ok(regex::Regex::new(v.as_str()?)?)
            })?;
            Ok(ctx.get_raw(0).as_str_or_null()?.map(|text| regex.is_match(text)))
        })
        .map_err(broken)?;
    Ok(connection)
}

/// Ends when the last [`Sqlite`] is gone; what is uncommitted then was never acknowledged.
fn commit_groups(writer: &Mutex<Writer>, woken: &mpsc::Receiver<()>) {
    while woken.recv().is_ok() {
        let mut turn = writer.blocking_lock();
        if !turn.open {
            continue;
        }
        let committed = turn.connection.execute_batch("COMMIT");
        if committed.is_err() {
            // Nothing of the group happened; each of its transactions is told.
            drop(turn.connection.execute_batch("ROLLBACK"));
        }
        turn.open = false;
        metrics::histogram!("consortio_commit_group_transactions").record(turn.acknowledge.len() as f64);
        for acknowledge in turn.acknowledge.drain(..) {
            let result = match &committed {
                Ok(()) => Ok(()),
                Err(e) => Err(StoreError::Unavailable(format!("cannot commit: {e}"))),
            };
            // A caller that went away does not need to know.
            drop(acknowledge.send(result));
        }
    }
}

/// A reading transaction.
pub struct Read {
    connection: Option<Connection>,
    home: Arc<Inner>,
    pub(super) heavy: bool,
    _permit: OwnedSemaphorePermit,
}

impl Read {
    pub(super) fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let Some(connection) = &self.connection else { return Err(StoreError::Broken("the transaction is over".to_owned())) };
        let threaded =
            tokio::runtime::Handle::try_current().is_ok_and(|h| h.runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread);
        if self.heavy && threaded {
            return tokio::task::block_in_place(|| rows(connection, sql, params));
        }
        rows(connection, sql, params)
    }
}

impl Drop for Read {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && run(&connection, "ROLLBACK", &[]).is_ok()
        {
            self.home.idle.lock().push(connection);
        }
    }
}

/// A writing transaction: the writer's turn.
pub struct Write {
    turn: Option<OwnedMutexGuard<Writer>>,
    home: Arc<Inner>,
}

impl Write {
    fn connection(&self) -> Result<&Connection> {
        self.turn.as_ref().map(|turn| &turn.connection).ok_or_else(|| StoreError::Broken("the transaction is over".to_owned()))
    }

    pub(super) fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        rows(self.connection()?, sql, params)
    }

    pub(super) fn execute(&self, sql: &str, params: &[Value]) -> Result<u64> {
        run(self.connection()?, sql, params)
    }

    pub(super) fn execute_many(&self, sql: &str, rows: &[Vec<Value>]) -> Result<u64> {
        let mut statement = self.connection()?.prepare_cached(&Dialect::Sqlite.text(sql)).map_err(|e| refused(&e, sql))?;
        let mut n = 0;
        for row in rows {
            n += statement.execute(rusqlite::params_from_iter(row)).map_err(|e| refused(&e, sql))?;
        }
        Ok(n as u64)
    }

    pub(super) async fn commit(mut self) -> Result<()> {
        let (acknowledge, acknowledged) = oneshot::channel();
        if let Some(mut turn) = self.turn.take() {
            run(&turn.connection, "RELEASE one", &[])?;
            turn.acknowledge.push(acknowledge);
        }
        self.wake();
        acknowledged.await.map_err(|_| StoreError::Unavailable("the committing thread is gone".to_owned()))?
    }

    fn wake(&self) {
        // Full means the committer is about to run already, and it takes its turn after ours.
        let _ = self.home.wake.try_send(());
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        if let Some(turn) = self.turn.take() {
            // Both statements can only fail when the whole group is lost already, which the committer finds out.
            drop(turn.connection.execute_batch("ROLLBACK TO one; RELEASE one"));
            drop(turn);
            self.wake();
        }
    }
}

fn rows(connection: &Connection, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(&Dialect::Sqlite.text(sql)).map_err(|e| refused(&e, sql))?;
    let n = statement.column_count();
    let mut found = statement.query(rusqlite::params_from_iter(params)).map_err(|e| refused(&e, sql))?;
    let mut out = Vec::new();
    while let Some(row) = found.next().map_err(|e| refused(&e, sql))? {
        let mut columns = Vec::with_capacity(n);
        for i in 0..n {
            columns.push(value(row.get_ref(i).map_err(|e| refused(&e, sql))?, sql)?);
        }
        out.push(Row(columns));
    }
    Ok(out)
}

fn run(connection: &Connection, sql: &str, params: &[Value]) -> Result<u64> {
    let mut statement = connection.prepare_cached(&Dialect::Sqlite.text(sql)).map_err(|e| refused(&e, sql))?;
    statement.execute(rusqlite::params_from_iter(params)).map(|n| n as u64).map_err(|e| refused(&e, sql))
}

fn value(value: ValueRef<'_>, sql: &str) -> Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Text(text) => Value::Text(
            String::from_utf8(text.to_vec()).map_err(|e| StoreError::Broken(format!("a text is not UTF-8: {e}: {sql}")))?,
        ),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Real(n) => {
            return Err(StoreError::Broken(format!("a statement returned the float {n}; floats are not portable: {sql}")));
        }
    })
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(*n),
            Value::Text(text) | Value::Json(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn broken(error: rusqlite::Error) -> StoreError {
    refused(&error, "opening the database")
}

fn refused(error: &rusqlite::Error, sql: &str) -> StoreError {
    let text = format!("{error}: {sql}");
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => StoreError::Unique(text),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Collision(text),
        Some(ErrorCode::DiskFull | ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly) => {
            StoreError::Unavailable(text)
        }
        _ => StoreError::Broken(text),
    }
}
