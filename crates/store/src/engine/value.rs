//! The closed set of values that pass between us and a database, and rows of them.

use super::{Result, StoreError};
use std::fmt::Debug;

/// A parameter or a column. Booleans and times are integers, documents are text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    /// A JSON document; `JSONB` on PostgreSQL. Read back as [`Value::Text`].
    Json(String),
    Blob(Vec<u8>),
}

macro_rules! from_int { ($($t:ty),*) => { $(impl From<$t> for Value { fn from(n: $t) -> Value { Value::Int(i64::from(n)) } })* } }
from_int!(i64, i32, u32, u8, bool);

macro_rules! from_id { ($($t:ident),*) => { $(impl From<model::id::$t> for Value { fn from(id: model::id::$t) -> Value { Value::Int(id.0) } })* } }
from_id!(
    AccountId,
    PersonId,
    OwnerId,
    RecordId,
    OrganizationId,
    ConnectionId,
    OfferId,
    TokenId,
    PermissionSetId,
    ImportId,
    ProviderId,
    ProvisionedGroupId,
    ResetId
);

impl From<model::object::ObjectType> for Value {
    fn from(object: model::object::ObjectType) -> Value {
        Value::Int(i64::from(object.0))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Value {
        Value::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<jiff::Timestamp> for Value {
    fn from(at: jiff::Timestamp) -> Value {
        Value::Int(at.as_microsecond())
    }
}

impl From<usize> for Value {
    /// Counts and limits; all far below 2^63.
    fn from(n: usize) -> Value {
        Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// One row, its columns by position. Reading takes the value out, so a column is read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

impl Row {
    fn take(&mut self, column: usize) -> Value {
        self.0.get_mut(column).map_or(Value::Null, |v| std::mem::replace(v, Value::Null))
    }

    /// An integer that is always there.
    pub fn int(&mut self, column: usize) -> Result<i64> {
        self.int_opt(column)?.ok_or_else(|| wrong(column, "an integer", &Value::Null))
    }

    pub fn int_opt(&mut self, column: usize) -> Result<Option<i64>> {
        match self.take(column) {
            Value::Null => Ok(None),
            Value::Int(n) => Ok(Some(n)),
            other => Err(wrong(column, "an integer", &other)),
        }
    }

    /// A type of record.
    pub fn object(&mut self, column: usize) -> Result<model::object::ObjectType> {
        let n = self.int(column)?;
        u32::try_from(n).map(model::object::ObjectType).map_err(|_| StoreError::Broken(format!("{n} is no object type")))
    }

    /// A text (or document) that is always there.
    pub fn text(&mut self, column: usize) -> Result<String> {
        self.text_opt(column)?.ok_or_else(|| wrong(column, "a text", &Value::Null))
    }

    pub fn text_opt(&mut self, column: usize) -> Result<Option<String>> {
        match self.take(column) {
            Value::Null => Ok(None),
            Value::Text(text) | Value::Json(text) => Ok(Some(text)),
            other => Err(wrong(column, "a text", &other)),
        }
    }

    /// Bytes that are always there.
    pub fn bytes(&mut self, column: usize) -> Result<Vec<u8>> {
        match self.take(column) {
            Value::Blob(bytes) => Ok(bytes),
            other => Err(wrong(column, "bytes", &other)),
        }
    }

    pub fn flag(&mut self, column: usize) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    pub fn time(&mut self, column: usize) -> Result<jiff::Timestamp> {
        self.time_opt(column)?.ok_or_else(|| wrong(column, "a time", &Value::Null))
    }

    pub fn time_opt(&mut self, column: usize) -> Result<Option<jiff::Timestamp>> {
        let Some(micros) = self.int_opt(column)? else { return Ok(None) };
        jiff::Timestamp::from_microsecond(micros).map(Some).map_err(|_| wrong(column, "a time", &Value::Int(micros)))
    }

    /// A name of a closed set, such as a role, by its serde name.
    pub fn named<T: serde::de::DeserializeOwned>(&mut self, column: usize) -> Result<T> {
        self.named_opt(column)?.ok_or_else(|| wrong(column, "a name", &Value::Null))
    }

    pub fn named_opt<T: serde::de::DeserializeOwned>(&mut self, column: usize) -> Result<Option<T>> {
        let Some(text) = self.text_opt(column)? else { return Ok(None) };
        let name = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(&text);
        T::deserialize(name).map(Some).map_err(|e| StoreError::Broken(format!("column {column} holds \"{text}\": {e}")))
    }

    /// A document, decoded.
    pub fn json<T: serde::de::DeserializeOwned>(&mut self, column: usize) -> Result<T> {
        self.json_opt(column)?.ok_or_else(|| wrong(column, "a document", &Value::Null))
    }

    pub fn json_opt<T: serde::de::DeserializeOwned>(&mut self, column: usize) -> Result<Option<T>> {
        let Some(text) = self.text_opt(column)? else { return Ok(None) };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|e| StoreError::Broken(format!("column {column} is not the document it should be: {e}")))
    }
}

/// A document as a parameter. Our own types always serialize; what does not is a bug worth a loud error.
pub fn json<T: serde::Serialize + Debug>(value: &T) -> Result<Value> {
    serde_json::to_string(value)
        .map(Value::Json)
        .map_err(|e| StoreError::Broken(format!("{value:?} cannot be written as JSON: {e}")))
}

fn wrong(column: usize, expected: &str, found: &Value) -> StoreError {
    let kind = match found {
        Value::Null => "nothing",
        Value::Int(_) => "an integer",
        Value::Text(_) | Value::Json(_) => "a text",
        Value::Blob(_) => "bytes",
    };
    StoreError::Broken(format!("column {column} should hold {expected} but holds {kind}"))
}
