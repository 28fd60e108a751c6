//! A search as SQL. The meaning is [`model::filter::matches`]; this says the same in a form the engines answer from indexes
//! where they can, and a test compares the two on random searches.
//!
//! ```text
//!   one group asks for an id, an address, a domain, a unique value -> those few records, judged by the pure evaluator
//!   everything else                                                -> WHERE over columns and document, counted and cut by the engine
//! ```

use crate::engine::{Dialect, Result, StoreError, Value};
use crate::record::{self, SELECT, decode};
use crate::tx::Tx;
use model::catalog;
use model::filter::{self, AssociatedTest, Comparison, Filter, Kind, Operand, Pattern, Search, Test};
use model::id::{ID_MAX, OwnerId, RecordId};
use model::limits::BATCH_MAX;
use model::object::{COMPANY, CONTACT, ObjectType};
use model::property::Schema;
use model::record::{Record, UniqueKey};
use model::{fold, pipeline};

/// One page of what a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How many records the search finds in all.
    pub total: usize,
    pub records: Vec<Record>,
}

/// Runs a search: from an offset, at most `limit` records; only one owner's, when told so.
pub async fn find(
    tx: &mut Tx,
    schema: &Schema,
    search: &Search,
    owner: Option<OwnerId>,
    offset: usize,
    limit: usize,
) -> Result<Page> {
    if let Some(narrow) = narrow(schema, search)
        && let Some(candidates) = candidates(tx, schema.object, narrow).await?
    {
        return Ok(find_among(search, owner, candidates, offset, limit));
    }
    tx.heavy();
    let mut sql = Sql::new(tx, schema.object);
    sql.search(search, owner)?;
    let order = sql.order(search)?;
    let conditions = sql.conditions.join(" AND ");
    let (n_limit, n_offset) = (sql.bind(limit.into()), sql.bind(offset.into()));
    let text = format!("SELECT {SELECT} FROM record WHERE {conditions} ORDER BY {order} LIMIT {n_limit} OFFSET {n_offset}");
    let mut params = sql.params;
    let rows = tx.query(&text, &params).await?;
    let records = rows.into_iter().map(|mut row| decode(&mut row)).collect::<Result<Vec<_>>>()?;
    let everything = search.groups.is_empty() && search.words.is_empty() && owner.is_none();
    let total = if records.len() < limit && (offset == 0 || !records.is_empty()) {
        offset + records.len()
    } else if everything {
        record::count(tx, schema.object).await?
    } else {
        params.truncate(params.len() - 2);
        let row = tx.query_opt(&format!("SELECT COUNT(*) FROM record WHERE {conditions}"), &params).await?;
        row.map_or(Ok(0), |mut row| row.int(0))?.try_into().unwrap_or(0)
    };
    Ok(Page { total, records })
}

/// The few records that can match at all.
enum Narrow {
    Ids(Vec<RecordId>),
    Keys(Vec<UniqueKey>),
    /// The registrable domain of companies.
    Domain(String),
}

/// Companies of one domain looked at one by one; a domain with more is searched like everything else.
const DOMAIN_MAX: usize = 200;

/// Whether the search names its few candidates: one group, without links, with an id or a unique value given.
fn narrow(schema: &Schema, search: &Search) -> Option<Narrow> {
    let [group] = search.groups.as_slice() else { return None };
    if group.iter().any(|f| matches!(f, Filter::Associated { .. })) {
        return None;
    }
    group.iter().find_map(|filter| {
        let Filter::Property { property, test, .. } = filter else { return None };
        let operands = match test {
            Test::Compare(Comparison::Eq, operand) => std::slice::from_ref(operand),
            Test::In(operands) if operands.len() <= BATCH_MAX => operands.as_slice(),
            _ => return None,
        };
        if property == "hs_object_id" {
            return Some(Narrow::Ids(operands.iter().filter_map(as_id).collect()));
        }
        let text = |o: &Operand| match o {
            Operand::Text(text) => Some(UniqueKey::new(property, text)),
            // Numbers are unique as they are spelt, but found by what they are worth.
            Operand::Number(_) | Operand::Time(_) => None,
        };
        if property == "domain"
            && schema.object == COMPANY
            && let [Operand::Text(domain)] = operands
        {
            return fold::registrable_domain(domain).map(Narrow::Domain);
        }
        let unique = schema.unique().iter().any(|u| u == property);
        unique.then(|| operands.iter().map(text).collect::<Option<Vec<_>>>().map(Narrow::Keys)).flatten()
    })
}

fn as_id(operand: &Operand) -> Option<RecordId> {
    match operand {
        Operand::Number(n) if n.fract() == 0.0 && *n >= 1.0 && *n <= ID_MAX as f64 => Some(RecordId(*n as i64)),
        _ => None,
    }
}

/// The records that can match; `None` when they are too many to look at.
async fn candidates(tx: &mut Tx, object: ObjectType, narrow: Narrow) -> Result<Option<Vec<Record>>> {
    Ok(Some(match narrow {
        Narrow::Keys(keys) if keys.len() == 1 => record::load_by_key(tx, object, &keys[0]).await?.into_iter().collect(),
        Narrow::Keys(keys) => {
            let ids: Vec<RecordId> = record::find_by_keys(tx, object, &keys).await?.into_iter().map(|(_, id)| id).collect();
            record::load_many(tx, object, &ids).await?
        }
        Narrow::Ids(ids) => record::load_many(tx, object, &ids).await?,
        Narrow::Domain(domain) => {
            let found = record::find_by_domain(tx, object, &domain, DOMAIN_MAX).await?;
            return Ok(Some(found).filter(|f| f.len() < DOMAIN_MAX));
        }
    }))
}

fn find_among(search: &Search, owner: Option<OwnerId>, mut records: Vec<Record>, offset: usize, limit: usize) -> Page {
    let owned = |r: &Record| owner.is_none_or(|o| r.get("hubspot_owner_id") == Some(o.to_string().as_str()));
    records.retain(|r| owned(r) && filter::matches(search, r, &|_| Vec::new()));
    records.sort_by(|a, b| filter::compare(search, a, b));
    records.dedup_by_key(|r| r.id);
    let total = records.len();
    Page { total, records: records.into_iter().skip(offset).take(limit).collect() }
}

/// A statement being put together.
struct Sql {
    dialect: Dialect,
    object: ObjectType,
    params: Vec<Value>,
    conditions: Vec<String>,
}

/// Where a property's values are found.
enum Place {
    /// The id, an integer.
    Id,
    /// Microseconds UTC, never NULL.
    Time(&'static str),
    /// A text column or a value of the document.
    Text(String),
}

impl Sql {
    fn new(tx: &Tx, object: ObjectType) -> Sql {
        let conditions =
            vec!["record.account_id = $1".to_owned(), "record.type_id = $2".to_owned(), "record.archived_at IS NULL".to_owned()];
        Sql { dialect: tx.dialect(), object, params: vec![tx.account().into(), object.into()], conditions }
    }

    fn bind(&mut self, value: Value) -> String {
        self.params.push(value);
        format!("${}", self.params.len())
    }

    fn search(&mut self, search: &Search, owner: Option<OwnerId>) -> Result<()> {
        if let Some(owner) = owner {
            let owner = self.bind(owner.into());
            self.conditions.push(format!("record.owner_id = {owner}"));
        }
        let mut groups = Vec::with_capacity(search.groups.len());
        for group in &search.groups {
            let filters = group.iter().map(|f| self.filter(f)).collect::<Result<Vec<_>>>()?;
            groups.push(format!("({})", filters.join(" AND ")));
        }
        if !groups.is_empty() {
            self.conditions.push(format!("({})", groups.join(" OR ")));
        }
        for word in &search.words {
            let mut places = Vec::new();
            for property in catalog::free_text(self.object) {
                let text = self.text_of(property)?;
                places.push(self.pattern(&text, word));
            }
            let any = if places.is_empty() { "1 = 0".to_owned() } else { format!("({})", places.join(" OR ")) };
            self.conditions.push(any);
        }
        Ok(())
    }

    fn place(&self, property: &str) -> Result<Place> {
        let object = self.object;
        if property == "hs_object_id" {
            return Ok(Place::Id);
        }
        if property == object.created_property() {
            return Ok(Place::Time("record.created_at"));
        }
        if property == object.modified_property() {
            return Ok(Place::Time("record.updated_at"));
        }
        let column = match pipeline::properties(object) {
            Some((pipeline, _)) if pipeline == property => Some("record.pipeline"),
            Some((_, stage)) if stage == property => Some("record.stage"),
            _ if property == "lifecyclestage" && matches!(object, CONTACT | COMPANY) => Some("record.lifecycle"),
            _ => None,
        };
        if let Some(column) = column {
            return Ok(Place::Text(column.to_owned()));
        }
        // Names come from definitions; checked again because they become part of the statement.
        if property.is_empty() || !property.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
            return Err(StoreError::Broken(format!("\"{property}\" is not a property name")));
        }
        Ok(Place::Text(match self.dialect {
            Dialect::Sqlite => format!("(record.props ->> '{property}')"),
            Dialect::Postgres => format!("((record.props ->> '{property}') COLLATE \"C\")"),
        }))
    }

    fn text_of(&self, property: &str) -> Result<String> {
        Ok(match self.place(property)? {
            Place::Id => "CAST(record.id AS TEXT)".to_owned(),
            Place::Time(column) => return Err(StoreError::Broken(format!("{column} has no words"))),
            Place::Text(text) => text,
        })
    }

    fn pattern(&mut self, text: &str, pattern: &Pattern) -> String {
        let Some(expression) = pattern.expression() else { return "1 = 0".to_owned() };
        let bound = self.bind(expression.into());
        match self.dialect {
            Dialect::Sqlite => format!("matches_pattern(lower({text}), {bound})"),
            Dialect::Postgres => format!("(lower({text}) ~ {bound})"),
        }
    }

    fn filter(&mut self, filter: &Filter) -> Result<String> {
        match filter {
            Filter::Associated { object, test } => Ok(self.associated(*object, test)),
            Filter::Property { property, kind, test } => {
                let place = self.place(property)?;
                Ok(self.test(&place, *kind, test))
            }
        }
    }

    fn test(&mut self, place: &Place, kind: Kind, test: &Test) -> String {
        let value = match place {
            Place::Id => "record.id".to_owned(),
            Place::Time(column) => (*column).to_owned(),
            Place::Text(text) => text.clone(),
        };
        match test {
            Test::Has => format!("{value} IS NOT NULL"),
            Test::HasNot => format!("{value} IS NULL"),
            Test::Compare(comparison, operand) => self.compare(place, kind, *comparison, operand),
            Test::Between(low, high) => {
                let low = self.compare(place, kind, Comparison::Gte, low);
                let high = self.compare(place, kind, Comparison::Lte, high);
                format!("({low} AND {high})")
            }
            Test::In(operands) => self.one_of(place, kind, operands),
            Test::NotIn(operands) => format!("NOT {}", self.one_of(place, kind, operands)),
            Test::Token(pattern) | Test::NotToken(pattern) => {
                let text = if matches!(place, Place::Id) { "CAST(record.id AS TEXT)".to_owned() } else { value.clone() };
                let found = self.pattern(&text, pattern);
                if matches!(test, Test::Token(_)) { found } else { format!("({value} IS NOT NULL AND NOT {found})") }
            }
        }
    }

    fn one_of(&mut self, place: &Place, kind: Kind, operands: &[Operand]) -> String {
        if let (Place::Text(text), Kind::Multiple) = (place, kind) {
            return self.any_of(text, operands);
        }
        let mut bound = Vec::with_capacity(operands.len());
        for operand in operands {
            bound.extend(match (place, operand) {
                (Place::Id, operand) => as_id(operand).map(|id| self.bind(id.into())),
                (Place::Time(_), Operand::Time(at)) => Some(self.bind((*at).into())),
                (Place::Text(_), Operand::Text(one)) => Some(self.bind(one.into())),
                (Place::Text(_), Operand::Time(at)) => Some(self.bind(model::property::value::timestamp_text(*at).into())),
                (Place::Text(_), Operand::Number(n)) => {
                    let bound = self.bind(n.to_string().into());
                    Some(number(&format!("CAST({bound} AS TEXT)")))
                }
                (Place::Time(_), _) => None,
            });
        }
        if bound.is_empty() {
            return "(1 = 0)".to_owned();
        }
        let value = match (place, kind) {
            (Place::Id, _) => "record.id".to_owned(),
            (Place::Time(column), _) => (*column).to_owned(),
            (Place::Text(text), Kind::Text) => format!("lower({text})"),
            (Place::Text(text), Kind::Number) => number(text),
            (Place::Text(text), _) => text.clone(),
        };
        format!("({value} IN ({}))", bound.join(", "))
    }

    /// Whether one of several values joined by `;` is among the operands.
    fn any_of(&mut self, text: &str, operands: &[Operand]) -> String {
        let function = if self.dialect == Dialect::Sqlite { "instr" } else { "strpos" };
        let mut each = Vec::with_capacity(operands.len());
        for operand in operands {
            if let Operand::Text(one) = operand {
                let bound = self.bind(format!(";{one};").into());
                each.push(format!("{function}(';' || {text} || ';', {bound}) > 0"));
            }
        }
        format!("({})", either(&each))
    }

    fn compare(&mut self, place: &Place, kind: Kind, comparison: Comparison, operand: &Operand) -> String {
        match (place, operand) {
            (Place::Id, Operand::Number(n)) => self.compare_id(comparison, *n),
            (Place::Time(column), Operand::Time(at)) => {
                let bound = self.bind((*at).into());
                format!("{column} {} {bound}", comparison.sql())
            }
            (Place::Text(text), Operand::Text(operand)) => {
                let bound = self.bind(operand.into());
                let text = if kind == Kind::Text { format!("lower({text})") } else { text.clone() };
                format!("{text} {} {bound}", comparison.sql())
            }
            (Place::Text(text), Operand::Time(at)) => {
                let bound = self.bind(model::property::value::timestamp_text(*at).into());
                format!("{text} {} {bound}", comparison.sql())
            }
            (Place::Text(text), Operand::Number(n)) => {
                let bound = self.bind(n.to_string().into());
                let (text, bound) = (number(text), number(&format!("CAST({bound} AS TEXT)")));
                format!("{text} {} {bound}", comparison.sql())
            }
            // A check that let such a pair through is a bug; it finds nothing.
            (Place::Id | Place::Time(_), _) => "1 = 0".to_owned(),
        }
    }

    /// Ids are integers, and stay bare so that the index is used: a fraction moves to the next integer on its side.
    fn compare_id(&mut self, comparison: Comparison, n: f64) -> String {
        let whole = n.fract() == 0.0;
        let limit = |n: f64| (n.clamp(-1.0, ID_MAX as f64 + 1.0)) as i64;
        let (operator, n) = match comparison {
            Comparison::Eq if !whole => return "1 = 0".to_owned(),
            Comparison::Neq if !whole => return "record.id IS NOT NULL".to_owned(),
            Comparison::Eq | Comparison::Neq => (comparison.sql(), limit(n)),
            Comparison::Lt => ("<", limit(n.ceil())),
            Comparison::Lte => ("<=", limit(n.floor())),
            Comparison::Gt => (">", limit(n.floor())),
            Comparison::Gte => (">=", limit(n.ceil())),
        };
        let bound = self.bind(n.into());
        format!("record.id {operator} {bound}")
    }

    fn associated(&mut self, object: ObjectType, test: &AssociatedTest) -> String {
        let linked = self.bind(object.into());
        let (ids, negated) = match test {
            AssociatedTest::Any => (None, false),
            AssociatedTest::None => (None, true),
            AssociatedTest::OneOf(ids) => (Some(ids), false),
            AssociatedTest::NoneOf(ids) => (Some(ids), true),
        };
        let not = if negated { "NOT " } else { "" };
        match ids {
            None => format!(
                "{not}EXISTS (SELECT 1 FROM association a WHERE a.account_id = $1 AND a.from_type = $2 AND a.from_id = record.id AND a.to_type = {linked})"
            ),
            Some(ids) => {
                let bound: Vec<String> = ids.iter().map(|id| self.bind((*id).into())).collect();
                format!(
                    "record.id {not}IN (SELECT a.to_id FROM association a WHERE a.account_id = $1 AND a.from_type = {linked} AND a.from_id IN ({}) AND a.to_type = $2)",
                    bound.join(", ")
                )
            }
        }
    }

    fn order(&self, search: &Search) -> Result<String> {
        let mut keys = Vec::new();
        for sort in &search.sorts {
            let direction = if sort.descending { " DESC" } else { "" };
            match self.place(&sort.property)? {
                Place::Id => keys.push(format!("record.id{direction}")),
                Place::Time(column) => keys.push(format!("{column}{direction}")),
                Place::Text(text) => {
                    let key = match sort.kind {
                        Kind::Text => format!("lower({text})"),
                        Kind::Number => number(&text),
                        Kind::Exact | Kind::Multiple | Kind::Time => text.clone(),
                    };
                    keys.push(format!("({text} IS NULL), {key}{direction}"));
                }
            }
        }
        let descending = search.sorts.last().is_some_and(|s| s.descending);
        keys.push(if descending { "record.id DESC".to_owned() } else { "record.id".to_owned() });
        Ok(keys.join(", "))
    }
}

/// Alternatives as a balanced tree: SQLite refuses one that is a thousand deep.
fn either(terms: &[String]) -> String {
    match terms {
        [] => "1 = 0".to_owned(),
        [one] => one.clone(),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            format!("({} OR {})", either(left), either(right))
        }
    }
}

fn number(text: &str) -> String {
    format!("CAST({text} AS DOUBLE PRECISION)")
}
