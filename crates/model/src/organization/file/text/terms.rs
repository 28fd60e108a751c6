//! The terms of a connection in a file: what is as usual is not written, and what is not written is as usual.

use super::{Connection, Fault, Moment, Reader, quoted};
use crate::connection::terms::{LegalBasis, Terms};
use crate::object::ObjectType;
use std::collections::BTreeSet;
use std::fmt::Write;
use toml::Spanned;

/// The lines of terms, each after a line break.
pub fn write(terms: &Terms) -> String {
    let (usual, mut text) = (Terms::default(), String::new());
    let list =
        |words: &mut dyn Iterator<Item = String>| format!("[{}]", words.map(|w| quoted(&w)).collect::<Vec<_>>().join(", "));
    let types = |types: &BTreeSet<ObjectType>| list(&mut types.iter().map(|object| object.plural().to_owned()));
    let words = |words: &BTreeSet<String>| list(&mut words.iter().cloned());
    let lines = [
        ("purpose", terms.purpose.as_deref().map(quoted)),
        ("legal_basis", terms.legal_basis.map(|basis| quoted(basis.name()))),
        ("legal_basis_text", terms.legal_basis_text.as_deref().map(quoted)),
        ("customers", (terms.customers != usual.customers).then(|| types(&terms.customers))),
        ("types", (terms.types != usual.types).then(|| types(&terms.types))),
        ("deal_pipelines", terms.deal_pipelines.as_ref().map(words)),
        ("fields", terms.fields.as_ref().map(words)),
        ("masked", (terms.masked != usual.masked).then(|| words(&terms.masked))),
        ("review_on", terms.review_on.map(|day| format!("\"{day}\""))),
    ];
    for (name, value) in lines {
        if let Some(value) = value {
            // Writing to a text cannot fail.
            let _ = write!(text, "\n{name} = {value}");
        }
    }
    text
}

impl Reader<'_> {
    /// The terms of a connection, as they are kept.
    pub fn terms(&self, given: Connection) -> Result<Terms, Fault> {
        let usual = Terms::default();
        let legal_basis = given.legal_basis.as_ref().map(|name| self.basis(name)).transpose()?;
        let review_on = given.review_on.as_ref().map(|day| self.day(day)).transpose()?;
        let terms = Terms {
            purpose: given.purpose,
            legal_basis,
            legal_basis_text: given.legal_basis_text,
            customers: given.customers.map_or(Ok(usual.customers), |names| self.types(&names))?,
            types: given.types.map_or(Ok(usual.types), |names| self.types(&names))?,
            deal_pipelines: given.deal_pipelines,
            fields: given.fields,
            masked: given.masked.unwrap_or_default(),
            review_on,
        };
        Ok(terms.tidied())
    }

    fn basis(&self, name: &Spanned<String>) -> Result<LegalBasis, Fault> {
        LegalBasis::from_name(name.get_ref()).ok_or_else(|| {
            let known = LegalBasis::ALL.map(LegalBasis::name).join(", ");
            let message = format!("\"{}\" is no legal basis; they are {known}", name.get_ref());
            self.fault(name.span().start, "LEGAL_BASIS_UNKNOWN", message)
        })
    }

    fn types(&self, names: &Spanned<BTreeSet<String>>) -> Result<BTreeSet<ObjectType>, Fault> {
        let of = |name: &String| {
            let unknown = || format!("\"{name}\" is no type of records");
            ObjectType::from_segment(name).ok_or_else(|| self.fault(names.span().start, "OBJECT_TYPE_UNKNOWN", unknown()))
        };
        names.get_ref().iter().map(of).collect()
    }

    fn day(&self, moment: &Spanned<Moment>) -> Result<jiff::civil::Date, Fault> {
        let text = match moment.get_ref() {
            Moment::Text(text) => text.clone(),
            Moment::Toml(time) => time.to_string(),
        };
        text.parse().map_err(|_| {
            let message = format!("\"{text}\" is no day; expected one such as 2027-01-31");
            self.fault(moment.span().start, "DATE_INVALID", message)
        })
    }
}
