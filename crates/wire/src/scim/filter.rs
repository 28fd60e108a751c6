//! Filters of RFC 7644, 3.4.2.2: `userName eq "ann" and (emails[type eq "work"] or not (active eq false))`.

use super::{Document, Kind, Wrong};
use serde_json::Value;

/// Parentheses within parentheses; a deeper filter is refused rather than followed.
const DEPTH_MAX: usize = 20;
/// Characters of a filter.
const CHARS_MAX: usize = 4_000;

/// What a resource is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Present(Path),
    Compare(Path, Op, Value),
    /// One value of a list fits the filter as a whole.
    Values(String, Box<Filter>),
}

/// A name, and a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    pub attribute: String,
    pub part: Option<String>,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Op {
    fn from_name(name: &str) -> Option<Op> {
        let names =
            [("eq", Op::Eq), ("ne", Op::Ne), ("co", Op::Co), ("sw", Op::Sw), ("ew", Op::Ew), ("gt", Op::Gt), ("ge", Op::Ge)];
        let more = [("lt", Op::Lt), ("le", Op::Le)];
        names.into_iter().chain(more).find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, op)| op)
    }
}

impl Path {
    /// A path without its schema: names have no colons.
    pub fn parse(text: &str) -> Path {
        let plain = text.rsplit_once(':').map_or(text, |(_, last)| last);
        match plain.split_once('.') {
            Some((attribute, part)) => Path { attribute: attribute.to_owned(), part: Some(part.to_owned()) },
            None => Path { attribute: plain.to_owned(), part: None },
        }
    }

    /// The values at the path. Of a list without a part it is the `value` of each.
    fn values<'d>(&self, document: &'d Document) -> Vec<&'d Value> {
        let Some(found) = at(document, &self.attribute) else { return vec![] };
        let items: Vec<&Value> = match found {
            Value::Array(items) => items.iter().collect(),
            one => vec![one],
        };
        let part = |item: &'d Value| match (item, self.part.as_deref()) {
            (Value::Object(fields), part) => at(fields, part.unwrap_or("value")),
            (plain, None) => Some(plain),
            (_, Some(_)) => None,
        };
        items.into_iter().filter_map(part).collect()
    }

    /// Whether letters count as they are: ids and references do.
    fn is_exact(&self) -> bool {
        let last = self.part.as_deref().unwrap_or(&self.attribute);
        let is = |name: &str| last.eq_ignore_ascii_case(name);
        is("id") || is("externalId") || is("$ref") || (is("value") && self.attribute.eq_ignore_ascii_case("members"))
    }
}

fn at<'d>(document: &'d Document, name: &str) -> Option<&'d Value> {
    document.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

impl Filter {
    /// Reads a filter; what is wrong is said with its place.
    pub fn parse(text: &str) -> Result<Filter, Wrong> {
        if text.chars().count() > CHARS_MAX {
            return Err(wrong(format!("the filter has more than {CHARS_MAX} characters")));
        }
        let mut reader = Reader { rest: text, depth: 0 };
        let filter = reader.any()?;
        match reader.rest.trim_start() {
            "" => Ok(filter),
            rest => Err(wrong(format!("\"{}\" is left over at the end of the filter", shorten(rest)))),
        }
    }

    /// Whether a resource, or one value of a list, fits.
    pub fn matches(&self, document: &Document) -> bool {
        match self {
            Filter::And(a, b) => a.matches(document) && b.matches(document),
            Filter::Or(a, b) => a.matches(document) || b.matches(document),
            Filter::Not(a) => !a.matches(document),
            Filter::Present(path) if path.part.is_none() => at(document, &path.attribute).is_some_and(is_something),
            Filter::Present(path) => path.values(document).into_iter().any(is_something),
            Filter::Compare(path, Op::Ne, wanted) => !Filter::Compare(path.clone(), Op::Eq, wanted.clone()).matches(document),
            Filter::Compare(path, Op::Eq, Value::Null) => path.values(document).is_empty(),
            Filter::Compare(path, op, wanted) => {
                path.values(document).into_iter().any(|value| compare(*op, path.is_exact(), value, wanted))
            }
            Filter::Values(name, filter) => match at(document, name) {
                Some(Value::Array(items)) => items.iter().filter_map(Value::as_object).any(|item| filter.matches(item)),
                Some(Value::Object(one)) => filter.matches(one),
                _ => false,
            },
        }
    }

    /// The text a filter asks one attribute to be, where that is all it asks: a look-up instead of a search.
    pub fn asks_one(&self) -> Option<(&str, &str)> {
        match self {
            Filter::Compare(Path { attribute, part: None }, Op::Eq, Value::String(text)) => Some((attribute, text)),
            _ => None,
        }
    }

    /// The parts a value must have to fit, where the filter only says what each is.
    pub fn parts(&self) -> Option<Vec<(&str, &Value)>> {
        match self {
            Filter::Compare(Path { attribute, part: None }, Op::Eq, value) => Some(vec![(attribute, value)]),
            Filter::And(a, b) => Some(a.parts()?.into_iter().chain(b.parts()?).collect()),
            _ => None,
        }
    }
}

fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

fn compare(op: Op, exact: bool, value: &Value, wanted: &Value) -> bool {
    let (Value::String(value), Value::String(wanted)) = (value, wanted) else {
        // Booleans and numbers are the same or not; Entra ID asks for booleans as texts.
        let same = value == wanted || wanted.as_str().is_some_and(|text| text.eq_ignore_ascii_case(&value.to_string()));
        return op == Op::Eq && same;
    };
    let fold = |text: &str| if exact { text.to_owned() } else { text.to_lowercase() };
    let (value, wanted) = (fold(value), fold(wanted));
    match op {
        Op::Eq => value == wanted,
        Op::Ne => value != wanted,
        Op::Co => value.contains(&wanted),
        Op::Sw => value.starts_with(&wanted),
        Op::Ew => value.ends_with(&wanted),
        Op::Gt => value > wanted,
        Op::Ge => value >= wanted,
        Op::Lt => value < wanted,
        Op::Le => value <= wanted,
    }
}

fn wrong(detail: String) -> Wrong {
    Wrong::new(Kind::InvalidFilter, detail)
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A filter being read: `or` binds looser than `and`, `and` looser than the rest.
struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn any(&mut self) -> Result<Filter, Wrong> {
        let mut left = self.all()?;
        while self.took_word("or") {
            left = Filter::Or(Box::new(left), Box::new(self.all()?));
        }
        Ok(left)
    }

    fn all(&mut self) -> Result<Filter, Wrong> {
        let mut left = self.single()?;
        while self.took_word("and") {
            left = Filter::And(Box::new(left), Box::new(self.single()?));
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Filter, Wrong> {
        if self.depth >= DEPTH_MAX {
            return Err(wrong(format!("the filter is nested deeper than {DEPTH_MAX} levels")));
        }
        if self.took_word("not") {
            return match self.took("(") {
                true => Ok(Filter::Not(Box::new(self.until(")")?))),
                false => Err(wrong(format!("\"(\" is expected after not, and \"{}\" comes", shorten(self.rest)))),
            };
        }
        if self.took("(") {
            return self.until(")");
        }
        let name = self.word();
        if name.is_empty() {
            return Err(wrong(format!("an attribute is expected where \"{}\" comes", shorten(self.rest.trim_start()))));
        }
        if self.took("[") {
            let (path, of_one) = (Path::parse(name), self.until("]")?);
            let of_one = match self.part()? {
                // One and the same value fits the brackets, and its part compares.
                Some(part) => Filter::And(Box::new(of_one), Box::new(self.comparison(part)?)),
                None => of_one,
            };
            return Ok(Filter::Values(path.attribute, Box::new(of_one)));
        }
        self.comparison(Path::parse(name))
    }

    /// The part that is asked for after a bracket, as Entra ID does: `emails[type eq "work"].value eq "ann@ex.org"`.
    fn part(&mut self) -> Result<Option<Path>, Wrong> {
        let Some(rest) = self.rest.strip_prefix('.') else { return Ok(None) };
        self.rest = rest;
        let name = if rest.starts_with(char::is_whitespace) { "" } else { self.word() };
        if name.is_empty() || name.contains(['.', ':']) {
            return Err(wrong(format!("the name of a part is expected where \".{}\" comes", shorten(rest))));
        }
        Ok(Some(Path { attribute: name.to_owned(), part: None }))
    }

    fn comparison(&mut self, path: Path) -> Result<Filter, Wrong> {
        let op = self.word();
        if op.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(path));
        }
        let op = Op::from_name(op).ok_or_else(|| wrong(format!("\"{}\" is no operator", shorten(op))))?;
        Ok(Filter::Compare(path, op, self.value()?))
    }

    fn until(&mut self, end: &str) -> Result<Filter, Wrong> {
        self.depth += 1;
        let filter = self.any()?;
        self.depth -= 1;
        if self.took(end) { Ok(filter) } else { Err(wrong(format!("\"{end}\" is missing before \"{}\"", shorten(self.rest)))) }
    }

    fn took(&mut self, text: &str) -> bool {
        let trimmed = self.rest.trim_start();
        match trimmed.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn took_word(&mut self, word: &str) -> bool {
        let before = self.rest;
        let found = self.word().eq_ignore_ascii_case(word);
        if !found {
            self.rest = before;
        }
        found
    }

    fn word(&mut self) -> &'t str {
        let trimmed = self.rest.trim_start();
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '_' | '-' | '$');
        let end = trimmed.find(|c| !is_part(c)).unwrap_or(trimmed.len());
        self.rest = &trimmed[end..];
        &trimmed[..end]
    }

    /// A JSON text, number, `true`, `false` or `null`.
    fn value(&mut self) -> Result<Value, Wrong> {
        let trimmed = self.rest.trim_start();
        let mut values = serde_json::Deserializer::from_str(trimmed).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) if !value.is_array() && !value.is_object() => {
                self.rest = &trimmed[values.byte_offset()..];
                Ok(value)
            }
            _ => match self.word() {
                // Entra ID writes True and False.
                word if word.eq_ignore_ascii_case("true") => Ok(true.into()),
                word if word.eq_ignore_ascii_case("false") => Ok(false.into()),
                _ => Err(wrong(format!("a value is expected where \"{}\" comes", shorten(trimmed)))),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ann() -> Document {
        let ann = json!({
            "id": "7", "userName": "Ann@Ex.org", "active": true, "externalId": "Ab", "name": {"familyName": "Jones"},
            "emails": [{"type": "work", "value": "ann@ex.org", "primary": true}, {"type": "home", "value": "a@home.example"}],
            "meta": {"created": "2026-11-01T10:00:00Z"}, "members": [{"value": "12"}]
        });
        ann.as_object().unwrap().clone()
    }

    #[test]
    fn what_fits_and_what_does_not() {
        let fits = [
            r#"userName eq "ann@EX.org""#,
            r#"USERNAME Eq "ann@ex.org""#,
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ann""#,
            r#"externalId eq "Ab" and active eq true"#,
            r#"active eq "True""#,
            "active eq True",
            r#"name.familyName co "one" or userName pr"#,
            r#"emails[type eq "work" and value ew "ex.org"]"#,
            r#"emails[type eq "work"].value eq "ANN@ex.org""#,
            r#"emails[type eq "home"].value pr and emails[type eq "other" or primary eq true].value ew "ex.org""#,
            r#"userName eq "bo" or not (emails[type eq "home"].value eq "ann@ex.org")"#,
            r#"urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value ne "a@home.example""#,
            r#"emails co "home.example""#,
            r#"emails.type eq "home""#,
            r#"not (active eq false)"#,
            r#"userName ne "bo" and not (nickName pr)"#,
            r#"nickName eq null"#,
            r#"meta.created gt "2026-10-31T00:00:00Z" and meta.created le "2026-11-01T10:00:00Z""#,
            r#"members[value eq "12"]"#,
            r#"id eq "8" or id eq "7" and active eq true"#,
        ];
        for text in fits {
            assert!(Filter::parse(text).unwrap().matches(&ann()), "{text}");
        }
        let misses = [
            r#"userName eq "bo""#,
            r#"externalId eq "ab""#,
            r#"emails[type eq "home" and primary eq true]"#,
            r#"emails[type eq "work"].value eq "a@home.example""#,
            r#"emails[type eq "work"].display pr"#,
            r#"not (emails[type eq "work"].value eq "ann@ex.org")"#,
            r#"(id eq "7" or id eq "8") and active eq false"#,
            "nickName pr",
            r#"nickName eq "x""#,
            r#"members eq "1""#,
        ];
        for text in misses {
            assert!(!Filter::parse(text).unwrap().matches(&ann()), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let deep = format!("{}id pr{}", "(".repeat(30), ")".repeat(30));
        for (text, part) in [
            ("", "an attribute is expected"),
            ("userName", "\"\" is no operator"),
            ("userName is \"x\"", "\"is\" is no operator"),
            ("userName eq", "a value is expected"),
            ("userName eq \"x", "a value is expected"),
            ("userName eq [1]", "a value is expected"),
            ("(userName pr", "\")\" is missing"),
            ("emails[type eq \"x\"", "\"]\" is missing"),
            ("emails[type pr].", "the name of a part is expected"),
            ("emails[type pr].value.more pr", "the name of a part is expected"),
            ("emails[type pr].value", "\"\" is no operator"),
            ("emails[type pr] .value pr", "left over"),
            ("not userName pr", "\"(\" is expected"),
            ("userName pr )", "left over"),
            ("userName pr userName pr", "left over"),
            (&deep, "nested deeper"),
            (&"a".repeat(5_000), "more than"),
        ] {
            let refused = Filter::parse(text).unwrap_err();
            assert_eq!(refused.kind, Kind::InvalidFilter);
            assert!(refused.detail.contains(part), "{text}: {refused}");
        }
    }

    #[test]
    fn a_plain_question_is_a_look_up() {
        assert_eq!(Filter::parse("userName eq \"ann\"").unwrap().asks_one(), Some(("userName", "ann")));
        assert_eq!(Filter::parse("userName sw \"ann\"").unwrap().asks_one(), None);
        assert_eq!(Filter::parse("emails[type eq \"work\"].value eq \"ann\"").unwrap().asks_one(), None);
    }
}
