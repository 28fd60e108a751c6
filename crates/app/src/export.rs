//! Exporting records as CSV, page by page, so that memory does not grow with the account.

use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::property;
use crate::record::{self, reach};
use model::authority::Act;
use model::cell::guard;
use model::id::RecordId;
use model::limits::LIST_PAGE_MAX;
use model::object::ObjectType;
use model::property::{Schema, ValueType};
use model::record::Record;
use std::borrow::Cow;

/// An export under way. Each page is a transaction of its own: what changes in between shows in the pages still to come.
pub struct Export {
    object: ObjectType,
    columns: Vec<Column>,
    after: Option<RecordId>,
    /// The header is still to be written.
    begins: bool,
    done: bool,
    /// Records written so far.
    pub n_records: usize,
}

struct Column {
    name: String,
    /// Its values are guarded against spreadsheets that would compute them.
    is_text: bool,
}

/// Begins an export. Without columns: the id and every property a person can set, by name.
pub async fn open(app: &App, cx: &Cx, object: ObjectType, columns: Vec<String>) -> Result<Export> {
    cx.may(Act::Export)?;
    reach(cx, Act::ViewRecords(object))?;
    let (_, definitions) = property::read(app, cx).await?;
    let schema = definitions.schema(object);
    if let Some(unknown) = columns.iter().find(|c| schema.property(c).is_none()) {
        return Err(Error::invalid("PROPERTY_DOESNT_EXIST", format!("Property \"{unknown}\" does not exist")));
    }
    let columns = if columns.is_empty() { settable(&schema) } else { columns };
    let is_text = |name: &String| schema.property(name).is_some_and(|d| d.value_type == ValueType::String);
    let columns = columns.into_iter().map(|name| Column { is_text: is_text(&name), name }).collect();
    Ok(Export { object, columns, after: None, begins: true, done: false, n_records: 0 })
}

fn settable(schema: &Schema) -> Vec<String> {
    let own = schema.properties().filter(|d| !d.is_read_only() && !d.hidden).map(|d| d.name.clone());
    std::iter::once("hs_object_id".to_owned()).chain(own).collect()
}

impl Export {
    /// The next piece of the file, UTF-8; `None` when all is written.
    pub async fn next(&mut self, app: &App, cx: &Cx) -> Result<Option<Vec<u8>>> {
        if self.done {
            return Ok(None);
        }
        let page = record::list(app, cx, self.object, false, self.after, LIST_PAGE_MAX).await?;
        self.after = page.after;
        self.done = page.after.is_none();
        self.n_records += page.records.len();
        let mut writer = csv::Writer::from_writer(Vec::new());
        let written = (|| -> csv::Result<()> {
            if std::mem::take(&mut self.begins) {
                writer.write_record(self.columns.iter().map(|c| &c.name))?;
            }
            for record in &page.records {
                writer.write_record(self.columns.iter().map(|c| cell(record, c).into_owned()))?;
            }
            Ok(())
        })();
        let bytes = written.map_err(|e| e.to_string()).and_then(|()| writer.into_inner().map_err(|e| e.to_string()));
        bytes.map(Some).map_err(|e| Error::broken(format!("an export could not be written: {e}")))
    }
}

fn cell<'r>(record: &'r Record, column: &Column) -> Cow<'r, str> {
    let value = record.get(&column.name).unwrap_or_default();
    if column.is_text { guard(value) } else { Cow::Borrowed(value) }
}
