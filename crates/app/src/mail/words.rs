//! The words of letters in the four languages, and how each language writes times.

mod account;
mod billing;
mod organization;

use super::plain;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::account::{Product, Subscriptions, Tier};
use model::identity::person::LOCALES;
use model::money;

/// A key with its words in the order of [`LOCALES`]. `{name}` is a place for a value.
type Words = (&'static str, [&'static str; 4]);

/// The language of a locale; English for one nobody knows.
pub(super) fn language(locale: &str) -> &'static str {
    LOCALES.into_iter().find(|known| *known == locale).unwrap_or(LOCALES[0])
}

/// One language.
pub(crate) struct Speech(usize);

impl Speech {
    pub(crate) fn of(locale: &str) -> Speech {
        let language = language(locale);
        Speech(LOCALES.iter().position(|known| *known == language).unwrap_or(0))
    }

    pub(crate) fn knows(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The words of a key that has no places. An unknown key is its own words; a test looks for those.
    pub(crate) fn of_key(&self, key: &str) -> String {
        self.find(key).unwrap_or(key).to_owned()
    }

    /// The words of a key with its places filled in.
    pub(crate) fn with(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut rest = self.find(key).unwrap_or(key);
        let mut out = String::new();
        // In one pass, so that a value that looks like a place is not filled in.
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            out += before;
            out += &values.iter().find(|(known, _)| *known == name).map_or_else(String::new, |(_, value)| plain(value));
            rest = after;
        }
        out + rest
    }

    /// `1,234.50`.
    pub(crate) fn amount(&self, amount: i64, currency: &str) -> String {
        let (point, thousands) = if self.0 == 0 { ('.', ',') } else { (',', '.') };
        money::written(amount, currency, point, Some(thousands))
    }

    /// `25` or `7.5`, of hundredths.
    pub(crate) fn percent(&self, hundredths: i64) -> String {
        let text = self.amount(hundredths, "EUR");
        text.trim_end_matches('0').trim_end_matches(['.', ',']).to_owned()
    }

    /// `Sales Professional, Marketing Starter`.
    pub(crate) fn tiers(&self, tiers: &Subscriptions) -> String {
        let above = Product::ALL.iter().filter(|product| tiers.tier(**product) > Tier::Free);
        let name = |product: &Product| {
            let (product, tier) = (product.name(), tiers.tier(*product).name());
            format!("{} {}", self.of_key(&format!("product.{product}")), self.of_key(&format!("tier.{tier}")))
        };
        let names: Vec<String> = above.map(name).collect();
        if names.is_empty() { self.of_key("tiers.free") } else { names.join(", ") }
    }

    fn find(&self, key: &str) -> Option<&'static str> {
        let at = TABLES.iter().copied().flatten().find(|(known, _)| *known == key)?;
        Some(at.1[self.0])
    }

    /// `20 November 2026`.
    pub(crate) fn date(&self, at: Timestamp) -> String {
        let at = at.to_zoned(TimeZone::UTC);
        let month = MONTHS[self.0][usize::from(at.month().unsigned_abs()) - 1];
        format!("{}{} {month} {}", at.day(), if self.0 == 2 { "." } else { "" }, at.year())
    }

    /// `20 November 2026, 10:00 UTC`.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        let zoned = at.to_zoned(TimeZone::UTC);
        format!("{}, {:02}:{:02} UTC", self.date(at), zoned.hour(), zoned.minute())
    }
}

const MONTHS: [[&str; 12]; 4] = [
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    ["januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"],
    ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"],
];

/// The words by what letters are about, a file each.
const TABLES: &[&[Words]] = &[account::WORDS, billing::WORDS, organization::WORDS];

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static Words> {
    TABLES.iter().copied().flatten()
}
