//! What an account pays for: its subscription from term to term, the orders that change it, and the invoices.
//!
//! ```text
//!   order --> term --term end: renews--> term --> ...          what costs more holds at once, what costs less from the next term on
//!                \--term end: renewal is off--> ended, and the account has the free tools
//! ```
//! An account without a subscription has the tiers it has, without term and without price: it never lapses.

pub mod invoice;
pub mod placed;
pub mod seats;

use crate::account::{Product, Subscriptions, Tier};
use crate::money::share;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How long a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    Monthly,
    Annual,
}

impl Term {
    /// Both.
    pub const ALL: [Term; 2] = [Term::Monthly, Term::Annual];

    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Term::Monthly => "monthly",
            Term::Annual => "annual",
        }
    }

    /// The term of a name.
    pub fn from_name(name: &str) -> Option<Term> {
        Term::ALL.into_iter().find(|term| term.name() == name)
    }

    fn months(self) -> i32 {
        match self {
            Term::Monthly => 1,
            Term::Annual => 12,
        }
    }
}

/// One product that is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub tier: Tier,
    /// For a whole term, without VAT, in the smallest unit of the subscription's currency. Kept until the tier changes.
    pub price: i64,
}

/// Products that are paid for. None of them is free.
pub type Lines = BTreeMap<Product, Line>;

/// The tiers of lines.
pub fn tiers(lines: &Lines) -> Subscriptions {
    Subscriptions(lines.iter().map(|(product, line)| (*product, line.tier)).collect())
}

/// What products cost. What is not named costs nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prices {
    /// ISO 4217; of all prices. Empty while there are none.
    pub currency: String,
    /// Of a month, by `product.tier`, in the smallest unit.
    pub monthly: BTreeMap<String, i64>,
    /// How many months a year costs; 12 where it is not said.
    pub annual_months: Option<i64>,
}

impl Prices {
    /// What a tier of a product costs for a term.
    pub fn of(&self, product: Product, tier: Tier, term: Term) -> i64 {
        let monthly = self.monthly.get(&format!("{}.{}", product.name(), tier.name())).copied().unwrap_or(0);
        match term {
            Term::Monthly => monthly,
            Term::Annual => monthly.saturating_mul(self.annual_months.unwrap_or(12)),
        }
    }
}

/// What an account has ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    pub term: Term,
    pub currency: String,
    pub lines: Lines,
    /// When the first term of this length began: every later one ends on the same day of its month, where there is such a day.
    pub began_at: Timestamp,
    /// Terms of this length that are over.
    pub n_terms: i32,
    pub term_start: Timestamp,
    pub term_end: Timestamp,
    /// Renews at the end of the term. Else the account has the free tools from then on.
    pub auto_renew: bool,
    /// Other lines from the next term on.
    pub next: Option<Lines>,
    /// Another length from the next term on.
    pub next_term: Option<Term>,
    /// It lapsed.
    pub ended_at: Option<Timestamp>,
    /// How many seats of each type were bought; without a number there is no cap.
    #[serde(default, skip_serializing_if = "seats::Bought::is_empty")]
    pub seats: seats::Bought,
}

/// Why an order is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It would change nothing.
    Unchanged,
    /// There is nothing to pay for.
    NothingOrdered,
    /// There is no subscription that lives.
    NoSubscription,
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Unchanged => "ORDER_CHANGES_NOTHING",
            Refusal::NothingOrdered => "ORDER_EMPTY",
            Refusal::NoSubscription => "SUBSCRIPTION_HAS_NO_TERM",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Unchanged => "the order names what the account has already",
            Refusal::NothingOrdered => "the order names no product above free; to end a subscription, turn its renewal off",
            Refusal::NoSubscription => "the account has no subscription with a term",
        })
    }
}

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Every product above free; one that is not named becomes free.
    pub tiers: Subscriptions,
    /// None: as it is; monthly for a new subscription.
    pub term: Option<Term>,
}

/// What an order does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    pub after: Subscription,
    /// To be paid now, by product: whole terms of a new subscription, else the rest of the term.
    pub charges: BTreeMap<Product, Charge>,
    /// What the account has at once.
    pub now: Subscriptions,
    /// What it will have from the next term on, if that is something else.
    pub later: Option<Subscriptions>,
}

/// One thing to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    pub tier: Tier,
    pub amount: i64,
    /// For what is left of the term, above what was paid for the tier before.
    pub is_rest: bool,
}

/// What an order makes of a subscription. Its price list has the currency of a new one; a living one keeps its own.
pub fn order(is: Option<&Subscription>, wanted: &Wanted, prices: &Prices, now: Timestamp) -> Result<Ordered, Refusal> {
    let tiers: BTreeMap<Product, Tier> =
        wanted.tiers.0.iter().filter(|(_, tier)| **tier > Tier::Free).map(|(p, t)| (*p, *t)).collect();
    if tiers.is_empty() {
        return Err(Refusal::NothingOrdered);
    }
    match is.filter(|is| is.lives()) {
        Some(is) => change(is, &tiers, wanted.term, prices, now),
        None => {
            let mut ordered = begin(&tiers, wanted.term.unwrap_or(Term::Monthly), prices, now);
            // What was agreed about seats does not end with a term.
            ordered.after.seats = is.map(|is| is.seats.clone()).unwrap_or_default();
            Ok(ordered)
        }
    }
}

fn begin(tiers: &BTreeMap<Product, Tier>, term: Term, prices: &Prices, now: Timestamp) -> Ordered {
    let line = |product: &Product, tier: &Tier| Line { tier: *tier, price: prices.of(*product, *tier, term) };
    let lines: Lines = tiers.iter().map(|(product, tier)| (*product, line(product, tier))).collect();
    let charge = |line: &Line| Charge { tier: line.tier, amount: line.price, is_rest: false };
    let after = Subscription {
        term,
        currency: prices.currency.clone(),
        began_at: now,
        n_terms: 0,
        term_start: now,
        term_end: after_months(now, term.months()),
        auto_renew: true,
        next: None,
        next_term: None,
        ended_at: None,
        seats: seats::Bought::default(),
        lines,
    };
    let charges = after.lines.iter().map(|(product, line)| (*product, charge(line))).collect();
    Ordered { now: self::tiers(&after.lines), later: None, charges, after }
}

fn change(
    is: &Subscription,
    tiers: &BTreeMap<Product, Tier>,
    term: Option<Term>,
    prices: &Prices,
    now: Timestamp,
) -> Result<Ordered, Refusal> {
    let mut after = is.clone();
    let next_term = term.unwrap_or(is.next_term.unwrap_or(is.term));
    after.next_term = Some(next_term).filter(|next| *next != is.term);
    let mut charges = BTreeMap::new();
    let mut next = Lines::new();
    for (product, tier) in tiers {
        let held = is.lines.get(product).copied();
        if held.is_none_or(|held| held.tier < *tier) {
            let line = Line { tier: *tier, price: prices.of(*product, *tier, is.term) };
            let more = (line.price - held.map_or(0, |held| held.price)).max(0);
            charges.insert(*product, Charge { tier: *tier, amount: is.rest_of(more, now), is_rest: true });
            after.lines.insert(*product, line);
        }
        let unchanged = after.lines.get(product).copied().filter(|line| line.tier == *tier && next_term == is.term);
        next.insert(*product, unchanged.unwrap_or_else(|| Line { tier: *tier, price: prices.of(*product, *tier, next_term) }));
    }
    after.next = Some(next).filter(|next| *next != after.lines);
    if after == *is {
        return Err(Refusal::Unchanged);
    }
    let (now, later) = (self::tiers(&after.lines), after.next.as_ref().map(self::tiers));
    Ok(Ordered { later: later.filter(|later| *later != now), now, charges, after })
}

/// What the end of a term does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermEnd {
    /// Another term begins; its lines are to be paid.
    Renewed(Subscription),
    /// It is over, and the account has the free tools.
    Lapsed(Subscription),
}

impl Subscription {
    /// Has a term that ends.
    pub fn lives(&self) -> bool {
        self.ended_at.is_none()
    }

    /// What the account has after the end of the term.
    pub fn becomes(&self) -> Subscriptions {
        match self.auto_renew {
            true => tiers(self.next.as_ref().unwrap_or(&self.lines)),
            false => Subscriptions::default(),
        }
    }

    /// What the account has now is not what it has after the end of the term.
    pub fn changes_at_term_end(&self) -> bool {
        self.lives() && self.becomes() != tiers(&self.lines)
    }

    /// With renewal on or off.
    pub fn renewing(&self, auto_renew: bool) -> Result<Subscription, Refusal> {
        if !self.lives() {
            return Err(Refusal::NoSubscription);
        }
        Ok(Subscription { auto_renew, ..self.clone() })
    }

    /// What the end of the term does; nothing before it has come. Of several terms that went by unseen, the first.
    pub fn term_over(&self, now: Timestamp) -> Option<TermEnd> {
        if !self.lives() || self.term_end > now {
            return None;
        }
        if !self.auto_renew {
            return Some(TermEnd::Lapsed(Subscription {
                ended_at: Some(self.term_end),
                next: None,
                next_term: None,
                ..self.clone()
            }));
        }
        let term = self.next_term.unwrap_or(self.term);
        let (began_at, n_terms) = if term == self.term { (self.began_at, self.n_terms + 1) } else { (self.term_end, 0) };
        Some(TermEnd::Renewed(Subscription {
            term,
            began_at,
            n_terms,
            term_start: self.term_end,
            term_end: after_months(began_at, (n_terms + 1) * term.months()),
            lines: self.next.clone().unwrap_or_else(|| self.lines.clone()),
            next: None,
            next_term: None,
            ..self.clone()
        }))
    }

    /// What the next term costs, without VAT.
    pub fn next_price(&self) -> i64 {
        self.next.as_ref().unwrap_or(&self.lines).values().map(|line| line.price).sum()
    }

    /// With another price of a product from the next term on; nothing when it is not in it, or has the price already.
    pub fn priced(&self, product: Product, price: i64) -> Option<Subscription> {
        let mut next = self.next.clone().unwrap_or_else(|| self.lines.clone());
        let line = next.get_mut(&product).filter(|line| line.price != price)?;
        line.price = price;
        Some(Subscription { next: Some(next).filter(|next| *next != self.lines), ..self.clone() })
    }

    /// What a whole term costs, for what is left of it.
    fn rest_of(&self, price: i64, now: Timestamp) -> i64 {
        let (start, end) = (self.term_start.as_microsecond(), self.term_end.as_microsecond());
        let left = (end - now.as_microsecond()).clamp(0, end - start);
        share(price, i128::from(left), i128::from(end - start))
    }
}

fn after_months(from: Timestamp, months: i32) -> Timestamp {
    let later = from.to_zoned(TimeZone::UTC).checked_add(months.months());
    later.map_or(Timestamp::MAX, |later| later.timestamp())
}

#[cfg(test)]
mod tests;
