//! What an account pays: its subscription, orders, invoices, and what happens at the end of a term. The prices are the
//! operator's; while she sets none everything costs nothing and no invoice is made.

mod font;
mod pdf;
pub mod seats;
mod term_end;

pub use term_end::{reconcile, upcoming};

use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::notice::{self, Audience};
use crate::{account, organization};
use model::account::{Account, Product, Subscriptions};
use model::authority::{Act, Denial};
use model::billing::invoice::{Because, Bill, Invoice, Party, Terms};
use model::billing::placed::Placed;
use model::billing::{Charge, Ordered, Refusal, Subscription, Wanted, invoice as bill};
use model::change::{Actor, Change, Kind};
use model::company::Notice;
use model::id::AccountId;
use model::letter::{Letter, Priced};
use model::limits::{INVOICES_PAGE_MAX, ORDERS_LISTED_MAX};
use serde_json::json;
use std::collections::BTreeMap;
use store::{Tx, WriteTx};

/// The characters of a company's name, address and VAT number that its invoices cannot print, each once: the fonts have Latin,
/// Greek and Cyrillic letters.
pub fn not_printed(company: &model::company::Company) -> String {
    pdf::not_printed(&[company.legal_name.as_str(), &company.address, &company.vat_id].concat())
}

/// What an account pays for, with what is needed to show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// None: the account has its tiers without a term.
    pub subscription: Option<Subscription>,
    pub tiers: Subscriptions,
    pub orders: Vec<(i64, Placed)>,
    /// What things cost here.
    pub prices: model::billing::Prices,
}

/// What an order would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub ordered: Ordered,
    /// What would be billed at once; none over nothing. It has no number yet.
    pub invoice: Option<Invoice>,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        match refusal {
            Refusal::NothingOrdered => Error::invalid(refusal.code(), refusal.to_string()),
            Refusal::Unchanged | Refusal::NoSubscription => Error::conflict(refusal.code(), refusal.to_string()),
        }
    }
}

/// The subscription of the account one stands in.
pub async fn read(app: &App, cx: &Cx) -> Result<View> {
    cx.may(Act::ReadBilling)?;
    let mut tx = app.store.read_home().await?;
    let account = store::account::read(&mut tx, cx.account).await?.ok_or_else(|| account::unknown(cx.account))?;
    Ok(View {
        subscription: store::subscription::read(&mut tx, cx.account).await?,
        tiers: account.subscriptions,
        orders: store::subscription::orders(&mut tx, cx.account, ORDERS_LISTED_MAX).await?,
        prices: store::subscription::terms(&mut tx).await?.prices,
    })
}

/// What an order would do and cost, without placing it.
pub async fn plan(app: &App, cx: &Cx, wanted: &Wanted) -> Result<Planned> {
    cx.may(Act::ManageSubscription)?;
    let mut tx = app.store.read_home().await?;
    let account = store::account::read(&mut tx, cx.account).await?.ok_or_else(|| account::unknown(cx.account))?;
    planned(&mut tx, cx, &account, wanted).await
}

/// Places an order: what costs more holds at once, what costs less from the next term on.
pub async fn order(app: &App, cx: &Cx, wanted: &Wanted) -> Result<View> {
    cx.may(Act::ManageSubscription)?;
    let mut tx = app.store.write_home().await?;
    let account = store::account::lock(&mut tx, cx.account).await?.ok_or_else(|| account::unknown(cx.account))?;
    let Planned { ordered, invoice } = planned(&mut tx, cx, &account, wanted).await?;
    let invoice = match invoice {
        Some(invoice) => Some(issue(app, &mut tx, cx, invoice).await?),
        None => None,
    };
    store::subscription::put(&mut tx, cx.account, &ordered.after, cx.now).await?;
    let placed = Placed {
        at: cx.now,
        by: cx.person.map(|person| person.id),
        term: ordered.after.term,
        before: account.subscriptions.clone(),
        now: ordered.now.clone(),
        later: ordered.later.clone(),
        term_end: ordered.after.term_end,
        invoice: invoice.as_ref().map(|invoice| invoice.number),
    };
    let id = tx.take_ids(1)?;
    store::subscription::put_order(&mut tx, cx.account, id, &placed).await?;
    tell_of_order(app, &mut tx, cx, &account, (id, &placed)).await?;
    let detail = json!({ "did": "subscription_ordered", "accountId": cx.account, "order": id, "invoice": placed.invoice });
    let turned = become_of(&mut tx, cx, &account, ordered.now).await?;
    finish(app, cx, tx, detail, turned).await?;
    read(app, cx).await
}

/// Turns the renewal at the end of the term on or off.
pub async fn set_renewal(app: &App, cx: &Cx, auto_renew: bool) -> Result<View> {
    cx.may(Act::ManageSubscription)?;
    let mut tx = app.store.write_home().await?;
    store::account::lock(&mut tx, cx.account).await?.ok_or_else(|| account::unknown(cx.account))?;
    let before = store::subscription::read(&mut tx, cx.account).await?.ok_or(Refusal::NoSubscription)?;
    let after = before.renewing(auto_renew)?;
    if after != before {
        store::subscription::put(&mut tx, cx.account, &after, cx.now).await?;
        let detail = json!({ "did": "renewal_set", "accountId": cx.account, "autoRenew": [before.auto_renew, auto_renew] });
        tx.commit(&cx.by(), cx.now, &[Change::of(Kind::AccountChanged, detail)]).await?;
    }
    read(app, cx).await
}

/// A page of the account's invoices, newest first, older than a number.
pub async fn invoices(app: &App, cx: &Cx, before: i64, limit: usize) -> Result<Vec<Invoice>> {
    cx.may(Act::ReadBilling)?;
    let limit = limit.clamp(1, INVOICES_PAGE_MAX);
    Ok(store::subscription::invoices(&mut app.store.read_home().await?, cx.account, before, limit).await?)
}

/// One invoice of the account.
pub async fn invoice(app: &App, cx: &Cx, number: i64) -> Result<Invoice> {
    cx.may(Act::ReadBilling)?;
    let found = store::subscription::read_invoice(&mut app.store.read_home().await?, cx.account, number).await?;
    found.ok_or_else(|| no_invoice(number))
}

/// The same as a PDF, in the language of whoever asks.
pub async fn invoice_pdf(app: &App, cx: &Cx, number: i64) -> Result<Vec<u8>> {
    let invoice = invoice(app, cx, number).await?;
    let locale = match cx.person {
        Some(person) => store::person::read(&mut app.store.read_home().await?, person.id).await?.map(|login| login.person.locale),
        None => None,
    };
    pdf::pdf(&invoice, locale.as_deref().unwrap_or_default())
}

/// The PDF that goes with a letter.
pub(crate) async fn attachment(tx: &mut Tx, account: AccountId, number: i64, locale: &str) -> Result<Vec<u8>> {
    let found = store::subscription::read_invoice(tx, account, number).await?;
    pdf::pdf(&found.ok_or_else(|| no_invoice(number))?, locale)
}

/// Notes that an invoice was paid, and sends the receipt. For whoever runs the server: she sees the money come.
pub async fn mark_paid(app: &App, cx: &Cx, number: i64) -> Result<Invoice> {
    only_the_system(cx)?;
    let mut tx = app.store.write_home().await?;
    let before = store::subscription::lock_invoice(&mut tx, cx.account, number).await?.ok_or_else(|| no_invoice(number))?;
    if before.paid_at.is_some() {
        return Ok(before);
    }
    let after = Invoice { paid_at: Some(cx.now), ..before };
    store::subscription::save_invoice(&mut tx, &after).await?;
    let letter = Letter::Receipt { invoice: priced(&after), paid_at: cx.now };
    let account = store::account::read(&mut tx, cx.account).await?.ok_or_else(|| account::unknown(cx.account))?;
    notice::tell(app, &mut tx, &account, Audience::of(&[Notice::Receipt]), &format!("receipt:{number}"), letter, cx.now).await?;
    let detail = json!({ "did": "invoice_paid", "accountId": cx.account, "invoice": number });
    tx.commit(&cx.by(), cx.now, &[Change::of(Kind::AccountChanged, detail)]).await?;
    Ok(after)
}

/// How this instance bills. For whoever runs the server.
pub async fn terms(app: &App, cx: &Cx) -> Result<Terms> {
    only_the_system(cx)?;
    Ok(store::subscription::terms(&mut app.store.read_home().await?).await?)
}

/// Changes how this instance bills: invoices that were made and prices that were agreed stay.
pub async fn set_terms(app: &App, cx: &Cx, terms: &Terms) -> Result<()> {
    only_the_system(cx)?;
    let mut tx = app.store.write_home().await?;
    store::subscription::put_terms(&mut tx, terms).await?;
    let detail = json!({ "did": "billing_terms_set" });
    tx.commit(&cx.by(), cx.now, &[Change::of(Kind::AccountChanged, detail)]).await?;
    Ok(())
}

/// Agrees on another price of a product with an account, from the next term on. For whoever runs the server.
pub async fn set_price(app: &App, cx: &Cx, product: Product, price: i64) -> Result<View> {
    only_the_system(cx)?;
    let mut tx = app.store.write_home().await?;
    store::account::lock(&mut tx, cx.account).await?.ok_or_else(|| account::unknown(cx.account))?;
    let is = store::subscription::read(&mut tx, cx.account).await?.filter(Subscription::lives).ok_or(Refusal::NoSubscription)?;
    let after = is.priced(product, price).ok_or(Refusal::Unchanged)?;
    store::subscription::put(&mut tx, cx.account, &after, cx.now).await?;
    let detail = json!({ "did": "price_set", "accountId": cx.account, "product": product, "price": price });
    tx.commit(&cx.by(), cx.now, &[Change::of(Kind::AccountChanged, detail)]).await?;
    read(app, cx).await
}

fn only_the_system(cx: &Cx) -> Result<()> {
    if cx.actor == Actor::System { Ok(()) } else { Err(Denial::SuperAdminOnly.into()) }
}

async fn planned(tx: &mut Tx, cx: &Cx, account: &Account, wanted: &Wanted) -> Result<Planned> {
    let is = store::subscription::read(tx, account.id).await?;
    let mut terms = store::subscription::terms(tx).await?;
    if terms.prices.currency.is_empty() {
        terms.prices.currency.clone_from(&account.currency);
    }
    if let Some(is) = is.as_ref().filter(|is| is.lives() && is.currency != terms.prices.currency) {
        let message = format!("the subscription is in {}, and prices are in {} by now", is.currency, terms.prices.currency);
        return Err(Error::conflict("PRICES_IN_OTHER_CURRENCY", message));
    }
    let ordered = model::billing::order(is.as_ref(), wanted, &terms.prices, cx.now)?;
    let invoice = billed(tx, account, Because::Order, &ordered.after, &ordered.charges, &terms, cx.now).await?;
    Ok(Planned { ordered, invoice })
}

async fn billed(
    tx: &mut Tx,
    account: &Account,
    because: Because,
    subscription: &Subscription,
    charges: &BTreeMap<Product, Charge>,
    terms: &Terms,
    at: jiff::Timestamp,
) -> Result<Option<Invoice>> {
    let company = store::company::read(tx, account.id).await?;
    let name = if company.legal_name.is_empty() { account.name.clone() } else { company.legal_name };
    let buyer = Party { name, address: company.address, vat_id: company.vat_id };
    Ok(bill::invoice(Bill { account: account.id, because, subscription, charges, buyer, at }, terms))
}

/// Keeps an invoice under the next number and writes the letters that carry it.
async fn issue(app: &App, tx: &mut WriteTx, cx: &Cx, invoice: Invoice) -> Result<Invoice> {
    let invoice = store::subscription::issue(tx, invoice).await?;
    let account = store::account::read(tx, invoice.account).await?.ok_or_else(|| account::unknown(invoice.account))?;
    let letter = Letter::Invoice { invoice: priced(&invoice), due_at: invoice.due_at };
    let cause = format!("invoice:{}", invoice.number);
    notice::tell(app, tx, &account, Audience::of(&[Notice::Invoice]), &cause, letter, cx.now).await?;
    Ok(invoice)
}

fn priced(invoice: &Invoice) -> Priced {
    Priced { number: invoice.number, currency: invoice.currency.clone(), total: invoice.total }
}

async fn tell_of_order(app: &App, tx: &mut WriteTx, cx: &Cx, account: &Account, order: (i64, &Placed)) -> Result<()> {
    let (id, placed) = order;
    let is_upgrade = Product::ALL.iter().any(|product| placed.now.tier(*product) > placed.before.tier(*product));
    let notices: &[Notice] = if is_upgrade { &[Notice::Order, Notice::Upgrade] } else { &[Notice::Order] };
    let by = match placed.by {
        Some(person) => store::person::read(tx, person).await?.map(|login| login.person.name),
        None => None,
    };
    let letter = Letter::Order {
        by,
        now: placed.now.clone(),
        later: placed.later.clone(),
        term_end: placed.term_end,
        term: placed.term,
        invoice: placed.invoice,
    };
    notice::tell(app, tx, account, Audience::of(notices), &format!("order:{id}"), letter, cx.now).await
}

/// Gives the account the tiers it has from now on, by the same way as a change by hand: its organization follows.
async fn become_of(tx: &mut WriteTx, cx: &Cx, account: &Account, tiers: Subscriptions) -> Result<account::Written> {
    let after = Account { subscriptions: tiers, ..account.clone() };
    account::write(tx, cx, account, &after).await
}

async fn finish(app: &App, cx: &Cx, tx: WriteTx, detail: serde_json::Value, written: account::Written) -> Result<()> {
    let mut changes = vec![Change::of(Kind::AccountChanged, detail)];
    changes.extend(written.changes);
    tx.commit(&cx.by(), cx.now, &changes).await?;
    if let Some(turned) = written.turned {
        organization::tell(app, cx, &turned).await;
    }
    Ok(())
}

fn no_invoice(number: i64) -> Error {
    Error::not_found(format!("there is no invoice {}", bill::name(number)))
}
