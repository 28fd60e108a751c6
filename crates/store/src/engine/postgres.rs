//! PostgreSQL 15 and later, and what speaks its protocol.

use super::{Dialect, Durability, Result, Row, StoreError, Value, tls};
use bytes::{BufMut, BytesMut};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use std::error::Error;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// Connections at once: enough to overlap commits, few enough for a small server's default of 100.
const CONNECTIONS_MAX: usize = 24;
/// Prepared statements kept by a connection, each some kilobytes on the server. The product has about 300 of its own; what
/// searches are made of has no end. Beyond it all are dropped, and those in use come back at their next turn.
const STATEMENTS_MAX: usize = 1_000;

/// A PostgreSQL database.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
}

impl Postgres {
    pub(super) async fn open(dsn: &str, durability: Durability) -> Result<Postgres> {
        let tls::Address { mut config, tls } = tls::address(dsn)?;
        let synchronous = if durability == Durability::Full { "on" } else { "off" };
        // Statements that wait for a lock for ever would hold up everybody behind them.
        config.options(format!(
            "-c synchronous_commit={synchronous} -c lock_timeout=20s -c idle_in_transaction_session_timeout=120s"
        ));
        config.application_name("consortio");
        let manager = Manager::from_config(config, tls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool =
            Pool::builder(manager).max_size(CONNECTIONS_MAX).build().map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let opened = Postgres { pool };
        drop(opened.client().await?);
        Ok(opened)
    }

    async fn client(&self) -> Result<Object> {
        let client = self.pool.get().await.map_err(|e| match e {
            deadpool_postgres::PoolError::Backend(e) => StoreError::Unavailable(said(&e)),
            other => StoreError::Unavailable(other.to_string()),
        })?;
        if client.statement_cache.size() > STATEMENTS_MAX {
            client.statement_cache.clear();
        }
        Ok(client)
    }

    /// Each statement sees what is committed when it starts: a round trip less than a transaction, and enough for reads.
    pub(super) async fn read(&self) -> Result<Tx> {
        Ok(Tx { client: Some(self.client().await?), open: false })
    }

    pub(super) async fn snapshot(&self) -> Result<Tx> {
        self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    pub(super) async fn write(&self) -> Result<Tx> {
        self.begin("BEGIN").await
    }

    async fn begin(&self, sql: &str) -> Result<Tx> {
        let client = self.client().await?;
        client.batch_execute(sql).await.map_err(|e| refused(&e, sql))?;
        Ok(Tx { client: Some(client), open: true })
    }
}

/// A transaction.
pub struct Tx {
    client: Option<Object>,
    open: bool,
}

impl Tx {
    fn client(&self) -> Result<&Object> {
        self.client.as_ref().ok_or_else(|| StoreError::Broken("the transaction is over".to_owned()))
    }

    pub(super) async fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let client = self.client()?;
        let statement = client.prepare_cached(&Dialect::Postgres.text(sql)).await.map_err(|e| refused(&e, sql))?;
        let rows = client.query(&statement, &bound(params)).await.map_err(|e| refused(&e, sql))?;
        rows.iter()
            .map(|row| {
                (0..row.len())
                    .map(|i| row.try_get::<_, Column>(i).map(|c| c.0).map_err(|e| refused(&e, sql)))
                    .collect::<Result<_>>()
            })
            .map(|columns| columns.map(Row))
            .collect()
    }

    pub(super) async fn execute(&self, sql: &str, params: &[Value]) -> Result<u64> {
        let client = self.client()?;
        let statement = client.prepare_cached(&Dialect::Postgres.text(sql)).await.map_err(|e| refused(&e, sql))?;
        client.execute(&statement, &bound(params)).await.map_err(|e| refused(&e, sql))
    }

    pub(super) async fn commit(mut self) -> Result<()> {
        if self.open {
            self.client()?.batch_execute("COMMIT").await.map_err(|e| refused(&e, "COMMIT"))?;
            self.open = false;
        }
        Ok(())
    }
}

impl Drop for Tx {
    /// A dropped transaction must not go back into the pool half done.
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        if !self.open {
            return;
        }
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move {
                if client.batch_execute("ROLLBACK").await.is_err() {
                    drop(Object::take(client));
                }
            })),
            Err(_) => drop(Object::take(client)),
        }
    }
}

fn bound(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|p| p as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, ty) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Int(n), &Type::INT4) => out.put_i32(i32::try_from(*n)?),
            (Value::Int(n), &Type::INT8) => out.put_i64(*n),
            (Value::Text(text) | Value::Json(text), &Type::JSONB) => {
                // The binary form of jsonb: a version byte, then the text.
                out.put_u8(1);
                out.put_slice(text.as_bytes());
            }
            (
                Value::Text(text) | Value::Json(text),
                &Type::TEXT | &Type::VARCHAR | &Type::JSON | &Type::NAME | &Type::UNKNOWN,
            ) => {
                out.put_slice(text.as_bytes());
            }
            (Value::Blob(bytes), &Type::BYTEA) => out.put_slice(bytes),
            (value, ty) => return Err(format!("a parameter of type {ty} cannot take {value:?}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

struct Column(Value);

impl<'a> FromSql<'a> for Column {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Column, Box<dyn Error + Sync + Send>> {
        Ok(Column(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i64::from(i32::from_sql(ty, raw)?)),
            Type::BOOL => Value::Int(i64::from(bool::from_sql(ty, raw)?)),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN | Type::JSON => {
                Value::Text(std::str::from_utf8(raw)?.to_owned())
            }
            Type::JSONB => Value::Text(std::str::from_utf8(raw.get(1..).unwrap_or_default())?.to_owned()),
            Type::BYTEA => Value::Blob(raw.to_vec()),
            ref other => return Err(format!("columns of type {other} are not portable").into()),
        }))
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Column, Box<dyn Error + Sync + Send>> {
        Ok(Column(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The driver's own text says only "db error"; the server's says what.
fn said(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.source().map_or_else(|| error.to_string(), |s| format!("{error}: {s}")), |db| db.to_string())
}

fn refused(error: &tokio_postgres::Error, sql: &str) -> StoreError {
    let text = format!("{}: {sql}", said(error));
    match error.code() {
        Some(code) if *code == SqlState::UNIQUE_VIOLATION => StoreError::Unique(text),
        Some(code)
            if [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::LOCK_NOT_AVAILABLE]
                .contains(code) =>
        {
            StoreError::Collision(text)
        }
        Some(code) if code.code().starts_with("08") || code.code().starts_with("57") || code.code().starts_with("53") => {
            StoreError::Unavailable(text)
        }
        Some(_) => StoreError::Broken(text),
        None if error.is_closed() => StoreError::Unavailable(text),
        None => StoreError::Broken(text),
    }
}
