//! Query strings as clients write them: repeated, comma-joined, `True`. Unknown names are ignored. Source: wire spec 2.2.

use crate::refusal::Refusal;
use std::borrow::Cow;
use std::str::FromStr;

/// The decoded query string. A handful of pairs, so a list is faster than a map.
#[derive(Debug, Default)]
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Decodes; what is not UTF-8 becomes U+FFFD, which no name or value of ours contains.
    pub fn parse(text: Option<&'a str>) -> Query<'a> {
        Query(url::form_urlencoded::parse(text.unwrap_or_default().as_bytes()).collect())
    }

    /// The first value of a name; an empty value counts as absent.
    pub fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
    }

    /// All values of a name, repeated and comma-joined alike, empty ones dropped.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(n, _)| n == name);
        values.flat_map(|(_, v)| v.split(',')).map(str::trim).filter(|v| !v.is_empty()).collect()
    }

    /// A boolean; absent is false.
    pub fn flag(&self, name: &str) -> Result<bool, Refusal> {
        let text = self.one(name).unwrap_or_default();
        wire::lenient::flag(text).ok_or_else(|| wrong(name, text, "true or false"))
    }

    /// Anything that reads itself from text.
    pub fn parsed<T: FromStr>(&self, name: &str, expected: &str) -> Result<Option<T>, Refusal> {
        self.one(name).map(|text| text.parse().map_err(|_| wrong(name, text, expected))).transpose()
    }

    /// The page size: from 1 to `max`.
    pub fn limit(&self, default: usize, max: usize) -> Result<usize, Refusal> {
        match self.one("limit") {
            None => Ok(default),
            Some(text) => match text.parse() {
                Ok(limit) if (1..=max).contains(&limit) => Ok(limit),
                _ => Err(wrong("limit", text, &format!("a number from 1 to {max}"))),
            },
        }
    }

    /// The pairs in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_ref(), v.as_ref()))
    }
}

/// A query parameter that is refused, by its name and value.
pub fn wrong(name: &str, value: &str, expected: &str) -> Refusal {
    let message = format!("The query parameter {name} is \"{}\"; expected {expected}", crate::refusal::shorten(value));
    Refusal::invalid(message).with_code("QUERY_INVALID").naming("query", name, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_may_be_repeated_joined_or_both() {
        let query = Query::parse(Some("properties=a&properties=b%2Cc&properties=&x=1"));
        assert_eq!(query.list("properties"), ["a", "b", "c"]);
        assert!(query.list("associations").is_empty());
    }

    #[test]
    fn a_limit_outside_its_range_is_refused_by_name_and_value() {
        assert_eq!(Query::parse(None).limit(10, 100).unwrap(), 10);
        assert_eq!(Query::parse(Some("limit=")).limit(10, 100).unwrap(), 10);
        for bad in ["0", "101", "-1", "ten", "99999999999999999999"] {
            let text = format!("limit={bad}");
            let refusal = Query::parse(Some(&text)).limit(10, 100).unwrap_err();
            assert_eq!(refusal.message, format!("The query parameter limit is \"{bad}\"; expected a number from 1 to 100"));
        }
    }

    #[test]
    fn booleans_may_be_written_the_way_python_writes_them() {
        assert!(Query::parse(Some("archived=True")).flag("archived").unwrap());
        assert!(!Query::parse(Some("archived=")).flag("archived").unwrap());
        assert!(Query::parse(Some("archived=maybe")).flag("archived").is_err());
    }
}
