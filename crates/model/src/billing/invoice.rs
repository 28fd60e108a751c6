//! Invoices: what was to be paid, by whom, to whom, as it was on the day. Nothing in one changes afterwards but that it was paid.
//!
//! The instance is one seller, so its invoices have one series of numbers, without gaps and never used twice: a number is taken
//! in the transaction that keeps the invoice. An invoice over nothing is not made.

use super::{Charge, Subscription, Term};
use crate::account::{Product, Tier};
use crate::id::AccountId;
use crate::money::share;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Somebody on an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Party {
    pub name: String,
    /// Lines.
    pub address: String,
    pub vat_id: String,
}

/// How an instance bills.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Terms {
    pub seller: Party,
    /// Where to pay to: lines.
    pub pay_to: String,
    /// Hundredths of a percent: 25 % is 2,500.
    pub vat_hundredths: i64,
    /// Days to pay in; 30 where it is not said.
    pub due_days: Option<i64>,
    pub prices: super::Prices,
}

/// Why there is an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    Order,
    Renewal,
}

impl Because {
    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Because::Order => "order",
            Because::Renewal => "renewal",
        }
    }
}

/// One line of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub product: Product,
    pub tier: Tier,
    /// For what is left of the term.
    pub is_rest: bool,
    pub amount: i64,
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    pub number: i64,
    pub account: AccountId,
    pub issued_at: Timestamp,
    pub due_at: Timestamp,
    pub because: Because,
    pub term: Term,
    pub from: Timestamp,
    pub until: Timestamp,
    pub seller: Party,
    pub pay_to: String,
    pub buyer: Party,
    pub currency: String,
    pub items: Vec<Item>,
    pub net: i64,
    pub vat_hundredths: i64,
    pub vat: i64,
    pub total: i64,
    pub paid_at: Option<Timestamp>,
}

impl Invoice {
    /// The number as people quote it.
    pub fn name(&self) -> String {
        name(self.number)
    }
}

/// A number as people quote it.
pub fn name(number: i64) -> String {
    format!("{number:06}")
}

/// What is to be billed, before it has a number.
#[derive(Debug, Clone)]
pub struct Bill<'a> {
    pub account: AccountId,
    pub because: Because,
    pub subscription: &'a Subscription,
    pub charges: &'a BTreeMap<Product, Charge>,
    pub buyer: Party,
    pub at: Timestamp,
}

/// The invoice of a bill, with number 0; none over nothing.
pub fn invoice(bill: Bill<'_>, terms: &Terms) -> Option<Invoice> {
    let item = |(product, charge): (&Product, &Charge)| Item {
        product: *product,
        tier: charge.tier,
        is_rest: charge.is_rest,
        amount: charge.amount,
    };
    let items: Vec<Item> = bill.charges.iter().filter(|(_, charge)| charge.amount > 0).map(item).collect();
    let net: i64 = items.iter().map(|item| item.amount).sum();
    if net <= 0 {
        return None;
    }
    let vat = share(net, i128::from(terms.vat_hundredths), 10_000);
    let is_rest = items.iter().all(|item| item.is_rest);
    Some(Invoice {
        number: 0,
        account: bill.account,
        issued_at: bill.at,
        due_at: bill.at.saturating_add(SignedDuration::from_hours(24 * terms.due_days.unwrap_or(30))).unwrap_or(Timestamp::MAX),
        because: bill.because,
        term: bill.subscription.term,
        from: if is_rest { bill.at } else { bill.subscription.term_start },
        until: bill.subscription.term_end,
        seller: terms.seller.clone(),
        pay_to: terms.pay_to.clone(),
        buyer: bill.buyer,
        currency: bill.subscription.currency.clone(),
        items,
        net,
        vat_hundredths: terms.vat_hundredths,
        vat,
        total: net + vat,
        paid_at: None,
    })
}

/// What a term that begins costs.
pub fn charges(subscription: &Subscription) -> BTreeMap<Product, Charge> {
    let charge = |line: &super::Line| Charge { tier: line.tier, amount: line.price, is_rest: false };
    subscription.lines.iter().map(|(product, line)| (*product, charge(line))).collect()
}
