//! The engine: one portable SQL text over two drivers.
//!
//! Everything that differs between SQLite and PostgreSQL is in this folder: how a transaction is begun and committed, how
//! parameters are bound, and a handful of tokens in the text (see [`Dialect::text`]). Statements use `$1` placeholders.
//!
//! ```text
//!   Engine --read()---> Tx        many at once; a snapshot on SQLite, statement by statement on PostgreSQL
//!          --write()--> WriteRaw  one at a time on SQLite (sharing one fsync with its neighbours), row locks on PostgreSQL
//! ```

#[doc(hidden)]
pub mod catalog;
mod postgres;
mod sqlite;
mod tls;
mod value;

pub use value::{Row, Value, json};

use std::path::Path;

/// Why the database did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique index refused the write: somebody else was faster, or the caller did not look first.
    #[error("a unique value is taken already: {0}")]
    Unique(String),
    /// The transaction lost against another one and can be run again from its start.
    #[error("the transaction collided with another one: {0}")]
    Collision(String),
    /// The database is out of reach or refuses us; the text says what the driver said.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A statement is wrong, or a stored value is not what its column promises: our bug or a damaged file.
    #[error("the database refused a statement: {0}")]
    Broken(String),
}

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Which SQL the other side speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Replaces the tokens and, for SQLite, turns `$1` into `?1` (SQLite would number `$1` by appearance).
    pub fn text(self, sql: &str) -> String {
        let mut out = String::with_capacity(sql.len() + 16);
        let mut rest = sql;
        while let Some(at) = rest.find(['{', '$']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if rest.starts_with('$') {
                out.push(if self == Dialect::Sqlite { '?' } else { '$' });
                rest = &rest[1..];
                continue;
            }
            let end = rest.find('}').map_or(rest.len(), |i| i + 1);
            match self.token(&rest[..end]) {
                Some(text) => {
                    out.push_str(text);
                    rest = &rest[end..];
                }
                None => {
                    out.push('{');
                    rest = &rest[1..];
                }
            }
        }
        out.push_str(rest);
        out
    }

    fn token(self, token: &str) -> Option<&'static str> {
        let sqlite = self == Dialect::Sqlite;
        Some(match token {
            "{text}" if sqlite => "TEXT",
            "{text}" => "TEXT COLLATE \"C\"",
            "{json}" if sqlite => "TEXT",
            "{json}" => "JSONB",
            "{blob}" if sqlite => "BLOB",
            "{blob}" => "BYTEA",
            "{clustered}" if sqlite => "WITHOUT ROWID",
            "{clustered}" => "",
            // SQLite has one writer at a time, so what it read cannot change under it.
            "{for_update}" if sqlite => "",
            "{for_update}" => "FOR UPDATE",
            "{for_key_share}" if sqlite => "",
            "{for_key_share}" => "FOR KEY SHARE",
            _ => return None,
        })
    }
}

/// How careful to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// What is acknowledged survives a power cut.
    Full,
    /// For tests: survives a crash of the process only.
    Process,
}

/// One database.
#[derive(Clone)]
pub enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Engine {
    /// Opens (and creates, for SQLite) a database. `dsn` is a `postgres://` URL or the path of a file.
    pub async fn open(dsn: &str, durability: Durability) -> Result<Engine> {
        if dsn.starts_with("postgres://") || dsn.starts_with("postgresql://") {
            return Ok(Engine::Postgres(postgres::Postgres::open(dsn, durability).await?));
        }
        Ok(Engine::Sqlite(sqlite::Sqlite::open(Path::new(dsn), durability)?))
    }

    pub fn dialect(&self) -> Dialect {
        match self {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Starts reading.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Engine::Sqlite(sqlite) => Tx::SqliteRead(sqlite.read().await?),
            Engine::Postgres(postgres) => Tx::Postgres(postgres.read().await?),
        })
    }

    /// What time the database believes it is.
    pub async fn now(&self) -> Result<jiff::Timestamp> {
        let sql = match self.dialect() {
            Dialect::Sqlite => "SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000000",
            Dialect::Postgres => "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
        };
        let row = self.read().await?.query_opt(sql, &[]).await?;
        row.ok_or_else(|| StoreError::Broken("the database does not tell the time".to_owned()))?.time(0)
    }

    /// Starts reading with one snapshot for all statements on PostgreSQL as well: for copies of the whole.
    pub async fn snapshot(&self) -> Result<Tx> {
        Ok(match self {
            Engine::Sqlite(sqlite) => Tx::SqliteRead(sqlite.read().await?),
            Engine::Postgres(postgres) => Tx::Postgres(postgres.snapshot().await?),
        })
    }

    /// Writes a SQLite database into a new file of its own, without a log beside it.
    pub async fn export(&self, to: &Path) -> Result<()> {
        match self {
            Engine::Sqlite(sqlite) => sqlite.export(to),
            Engine::Postgres(_) => Err(StoreError::Broken("only a SQLite database is a file".to_owned())),
        }
    }

    /// Starts writing. Dropped without [`Tx::commit`], nothing happened.
    pub async fn write(&self) -> Result<Tx> {
        Ok(match self {
            Engine::Sqlite(sqlite) => Tx::SqliteWrite(sqlite.write().await?),
            Engine::Postgres(postgres) => Tx::Postgres(postgres.write().await?),
        })
    }
}

/// A transaction on either engine, reading or writing.
pub enum Tx {
    SqliteRead(sqlite::Read),
    SqliteWrite(sqlite::Write),
    Postgres(postgres::Tx),
}

impl Tx {
    pub fn dialect(&self) -> Dialect {
        match self {
            Tx::SqliteRead(_) | Tx::SqliteWrite(_) => Dialect::Sqlite,
            Tx::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Says that the statements to come may take long, so that on SQLite they do not hold up the threads that serve
    /// short ones.
    pub fn heavy(&mut self) {
        if let Tx::SqliteRead(read) = self {
            read.heavy = true;
        }
    }

    /// All rows of a statement.
    pub async fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        match self {
            Tx::SqliteRead(read) => read.query(sql, params),
            Tx::SqliteWrite(write) => write.query(sql, params),
            Tx::Postgres(tx) => tx.query(sql, params).await,
        }
    }

    /// The first row, if there is one.
    pub async fn query_opt(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>> {
        Ok(self.query(sql, params).await?.into_iter().next())
    }

    /// Runs a statement that writes; the number of rows it touched.
    pub async fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        match self {
            Tx::SqliteRead(_) => Err(StoreError::Broken(format!("a reading transaction was asked to write: {sql}"))),
            Tx::SqliteWrite(write) => write.execute(sql, params),
            Tx::Postgres(tx) => tx.execute(sql, params).await,
        }
    }

    /// Inserts many rows of the same columns: one prepared statement row by row on SQLite, which has no round trips,
    /// and statements of many rows on PostgreSQL, which has. `tail` is what follows VALUES, such as `ON CONFLICT ..`.
    pub async fn insert_many(&mut self, table: &str, columns: &[&str], rows: &[Vec<Value>], tail: &str) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        let head = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
        match self {
            Tx::SqliteRead(_) => Err(StoreError::Broken(format!("a reading transaction was asked to write: {head}"))),
            Tx::SqliteWrite(write) => write.execute_many(&format!("{head}{} {tail}", placeholders(0, columns.len())), rows),
            Tx::Postgres(tx) => {
                let mut n = 0;
                let mut rest = rows;
                while !rest.is_empty() {
                    let (chunk, others) = rest.split_at(chunk_rows(columns.len(), rest.len()));
                    rest = others;
                    let tuples: Vec<_> = (0..chunk.len()).map(|i| placeholders(i * columns.len(), columns.len())).collect();
                    let values: Vec<Value> = chunk.iter().flatten().cloned().collect();
                    n += tx.execute(&format!("{head}{} {tail}", tuples.join(", ")), &values).await?;
                }
                Ok(n)
            }
        }
    }

    /// Makes it so, durably. Returns when it is on disk.
    pub async fn commit(self) -> Result<()> {
        match self {
            Tx::SqliteRead(_) => Ok(()),
            Tx::SqliteWrite(write) => write.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        }
    }
}

fn placeholders(before: usize, n: usize) -> String {
    let each: Vec<_> = (1..=n).map(|i| format!("${}", before + i)).collect();
    format!("({})", each.join(", "))
}

/// PostgreSQL binds at most 65,535 parameters, and a prepared statement per row count is worth keeping only for few counts.
fn chunk_rows(columns: usize, rows: usize) -> usize {
    let most = (32_000 / columns.max(1)).max(1);
    [1_000, 100, 10, 1].into_iter().find(|n| *n <= rows && *n <= most).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_differs_only_in_its_tokens() {
        let sql = "SELECT a FROM t WHERE b = $1 AND c = $12 {for_update}";
        assert_eq!(Dialect::Sqlite.text(sql), "SELECT a FROM t WHERE b = ?1 AND c = ?12 ");
        assert_eq!(Dialect::Postgres.text(sql), "SELECT a FROM t WHERE b = $1 AND c = $12 FOR UPDATE");
        assert_eq!(Dialect::Sqlite.text("x '{}' {odd} {text}"), "x '{}' {odd} TEXT");
    }
}
