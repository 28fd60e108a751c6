//! What the database says about its own tables: for copies of the whole, which must not forget a column.

use super::{Dialect, Result, Tx};

/// A table as it is in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    /// In the order of the table.
    pub columns: Vec<String>,
    /// Positions in `columns`, in the order of the key.
    pub key: Vec<usize>,
}

impl Tx {
    /// Every table with a primary key, by name.
    pub async fn tables(&mut self) -> Result<Vec<Table>> {
        let sql = match self.dialect() {
            Dialect::Sqlite => {
                "SELECT m.name, p.name, p.pk FROM sqlite_master m JOIN pragma_table_info(m.name) p
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, p.cid"
            }
            Dialect::Postgres => {
                "SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT),
                   CAST(COALESCE(array_position(CAST(i.indkey AS int2[]), a.attnum), -1) + 1 AS BIGINT)
                 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                 LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
                 WHERE c.relkind IN ('r', 'p') AND c.relnamespace = CAST(current_schema() AS regnamespace)
                 ORDER BY CAST(c.relname AS TEXT) COLLATE \"C\", a.attnum"
            }
        };
        let mut tables: Vec<Table> = Vec::new();
        let mut keys: Vec<Vec<(i64, usize)>> = Vec::new();
        for mut row in self.query(sql, &[]).await? {
            let (name, column, position) = (row.text(0)?, row.text(1)?, row.int(2)?);
            if tables.last().is_none_or(|t| t.name != name) {
                tables.push(Table { name, columns: Vec::new(), key: Vec::new() });
                keys.push(Vec::new());
            }
            if let (Some(table), Some(key)) = (tables.last_mut(), keys.last_mut()) {
                if position > 0 {
                    key.push((position, table.columns.len()));
                }
                table.columns.push(column);
            }
        }
        for (table, mut key) in tables.iter_mut().zip(keys) {
            key.sort_unstable();
            table.key = key.into_iter().map(|(_, column)| column).collect();
        }
        Ok(tables)
    }
}
