//! Account & billing of the current account: its subscription, orders and invoices. All of it is for Super Admins.

use crate::call::Call;
use crate::organizations::{Subscription as ProductTier, subscriptions};
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::billing::{self, Planned, View};
use model::account::{Product, Subscriptions, Tier};
use model::billing::invoice::{Invoice, name};
use model::billing::placed::Placed;
use model::billing::{Lines, Subscription, Term, Wanted};
use model::limits::INVOICES_PAGE_MAX;
use model::money::plain;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wire::paging::Page;
use wire::scalar::{Id, Time};

const TAG: &str = "Accounts";
const AFTER: Parameter =
    Parameter { name: "after", kind: "integer", about: "Where the page before ended: the number of its last invoice." };
const LIMIT: Parameter = Parameter { name: "limit", kind: "integer", about: "At most this many." };

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::get("/accounts/v1/subscription", "subscription.read", session, read)
            .about(TAG, "What the account pays for, from when to when, and what comes then.")
            .reply::<Billing>(200),
        Route::patch("/accounts/v1/subscription", "subscription.update", session, update)
            .about(TAG, "Turns the renewal at the end of the term on or off.")
            .body::<Renewal>()
            .reply::<Billing>(200),
        Route::post("/accounts/v1/subscription/orders/plan", "subscription.plan", session, plan)
            .about(TAG, "What an order would do, from when, and what it would cost; nothing is ordered.")
            .body::<Order>()
            .reply::<OrderPlan>(200),
        Route::post("/accounts/v1/subscription/orders", "subscription.order", session, order)
            .about(TAG, "Orders: what costs more holds at once, what costs less from the next term on.")
            .body::<Order>()
            .reply::<Billing>(201),
        Route::get("/accounts/v1/invoices", "invoice.list", session, invoices)
            .about(TAG, "Invoices, newest first.")
            .query(&[AFTER, LIMIT])
            .reply::<Page<InvoiceShown>>(200),
        Route::get("/accounts/v1/invoices/{invoiceNumber}", "invoice.read", session, invoice)
            .about(TAG, "One invoice.")
            .reply::<InvoiceShown>(200),
        Route::get("/accounts/v1/invoices/{invoiceNumber}/pdf", "invoice.read_pdf", session, pdf)
            .about(TAG, "The same as a PDF, in the reader's language; of one that was paid, the receipt.")
            .reply_of(200, "application/pdf"),
    ]
}

/// A product that is paid for.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Line {
    product: &'static str,
    tier: &'static str,
    /// For a whole term, without VAT.
    price: String,
}

/// A subscription with a term.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Paid {
    /// `monthly` or `annual`.
    term: &'static str,
    currency: String,
    lines: Vec<Line>,
    term_start: Time,
    term_end: Time,
    /// Renews at the end of the term; else the account has the free tools from then on.
    auto_renew: bool,
    /// Other lines from the next term on.
    next: Option<Vec<Line>>,
    next_term: Option<&'static str>,
    /// What the account has from the next term on.
    becomes: Vec<ProductTier>,
    /// It lapsed.
    ended_at: Option<Time>,
}

/// What things cost in a month.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PriceList {
    currency: String,
    /// How many months a year costs.
    annual_months: i64,
    monthly: Vec<Line>,
}

/// An order that was placed.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OrderShown {
    id: Id,
    at: Time,
    term: &'static str,
    before: Vec<ProductTier>,
    now: Vec<ProductTier>,
    /// From the next term on.
    later: Option<Vec<ProductTier>>,
    term_end: Time,
    /// The number of the invoice over what was to be paid at once.
    invoice: Option<i64>,
}

/// What an account pays for.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Billing {
    /// None: the account has its tiers without a term, and never lapses.
    subscription: Option<Paid>,
    /// What the account has.
    tiers: Vec<ProductTier>,
    prices: PriceList,
    /// Newest first.
    orders: Vec<OrderShown>,
}

/// The renewal switch.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Renewal {
    auto_renew: bool,
}

/// What somebody wants.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Order {
    /// All products above free; one that is not named becomes free.
    products: Vec<WantedProduct>,
    /// `monthly` or `annual`; else as it is.
    term: Option<String>,
}

/// A product at a tier.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WantedProduct {
    product: String,
    tier: String,
}

/// What an order would do.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OrderPlan {
    now: Vec<ProductTier>,
    later: Option<Vec<ProductTier>>,
    term_end: Time,
    currency: String,
    /// To be paid at once.
    charges: Vec<Charge>,
    net: String,
    vat: String,
    total: String,
}

/// One thing to be paid.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Charge {
    product: &'static str,
    tier: &'static str,
    /// For what is left of the term.
    is_rest: bool,
    amount: String,
}

/// An invoice.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct InvoiceShown {
    number: i64,
    /// The number as it is printed.
    name: String,
    issued_at: Time,
    due_at: Time,
    paid_at: Option<Time>,
    /// `order` or `renewal`.
    because: &'static str,
    from: Time,
    until: Time,
    currency: String,
    items: Vec<Charge>,
    net: String,
    vat: String,
    total: String,
}

async fn read(call: Call) -> Answer {
    Ok(reply::ok(&shown(&billing::read(call.app(), call.cx()).await?)))
}

async fn update(mut call: Call) -> Answer {
    let body: Renewal = call.json().await?;
    Ok(reply::ok(&shown(&billing::set_renewal(call.app(), call.cx(), body.auto_renew).await?)))
}

async fn plan(mut call: Call) -> Answer {
    let wanted = wanted(call.json().await?)?;
    Ok(reply::ok(&planned(&billing::plan(call.app(), call.cx(), &wanted).await?)))
}

async fn order(mut call: Call) -> Answer {
    let wanted = wanted(call.json().await?)?;
    Ok(reply::created(&shown(&billing::order(call.app(), call.cx(), &wanted).await?)))
}

async fn invoices(call: Call) -> Answer {
    let query = call.query();
    let limit = query.limit(INVOICES_PAGE_MAX, INVOICES_PAGE_MAX)?;
    let before = query.parsed::<i64>("after", "the number of an invoice")?.unwrap_or(i64::MAX);
    let found = billing::invoices(call.app(), call.cx(), before, limit).await?;
    let paging = found.last().filter(|_| found.len() == limit).map(|last| call.next(&last.number.to_string()));
    Ok(reply::ok(&Page { results: found.iter().map(invoice_shown).collect(), paging }))
}

async fn invoice(call: Call) -> Answer {
    Ok(reply::ok(&invoice_shown(&billing::invoice(call.app(), call.cx(), number(&call)?).await?)))
}

async fn pdf(call: Call) -> Answer {
    let number = number(&call)?;
    let pdf = billing::invoice_pdf(call.app(), call.cx(), number).await?;
    Ok(reply::file("application/pdf", &format!("{}.pdf", name(number)), pdf))
}

fn number(call: &Call) -> Result<i64, Refusal> {
    Ok(call.id::<model::id::RecordId>("invoiceNumber")?.0)
}

fn wanted(order: Order) -> Result<Wanted, Refusal> {
    let pair = |one: &WantedProduct| Ok((word::<Product>("product", &one.product)?, word::<Tier>("tier", &one.tier)?));
    let pairs = order.products.iter().map(pair).collect::<Result<Vec<_>, Refusal>>()?;
    let term = |name: &String| {
        let message = format!("term is \"{}\"; known: monthly, annual", shorten(name));
        Term::from_name(name).ok_or_else(|| Refusal::invalid(message).with_code("TERM_UNKNOWN"))
    };
    Ok(Wanted { tiers: Subscriptions::of(&pairs), term: order.term.as_ref().map(term).transpose()? })
}

fn word<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Refusal> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|_| {
        let message = format!("\"{}\" is no {name} of a subscription", shorten(text));
        Refusal::invalid(message).with_code("SUBSCRIPTION_UNKNOWN")
    })
}

/// Products above free.
fn above_free(tiers: &Subscriptions) -> Vec<ProductTier> {
    subscriptions(&Subscriptions(tiers.0.iter().filter(|(_, tier)| **tier > Tier::Free).map(|(p, t)| (*p, *t)).collect()))
}

fn lines(lines: &Lines, currency: &str) -> Vec<Line> {
    let line = |(product, line): (&Product, &model::billing::Line)| Line {
        product: product.name(),
        tier: line.tier.name(),
        price: plain(line.price, currency),
    };
    lines.iter().map(line).collect()
}

fn paid(is: &Subscription) -> Paid {
    Paid {
        term: is.term.name(),
        currency: is.currency.clone(),
        lines: lines(&is.lines, &is.currency),
        term_start: Time(is.term_start),
        term_end: Time(is.term_end),
        auto_renew: is.auto_renew,
        next: is.next.as_ref().map(|next| lines(next, &is.currency)),
        next_term: is.next_term.map(Term::name),
        becomes: above_free(&is.becomes()),
        ended_at: is.ended_at.map(Time),
    }
}

fn shown(view: &View) -> Billing {
    let prices = &view.prices;
    let priced = Product::ALL.iter().flat_map(|product| {
        [Tier::Starter, Tier::Professional, Tier::Enterprise].map(|tier| Line {
            product: product.name(),
            tier: tier.name(),
            price: plain(prices.of(*product, tier, Term::Monthly), &prices.currency),
        })
    });
    Billing {
        subscription: view.subscription.as_ref().map(paid),
        tiers: above_free(&view.tiers),
        prices: PriceList {
            currency: prices.currency.clone(),
            annual_months: prices.annual_months.unwrap_or(12),
            monthly: priced.collect(),
        },
        orders: view.orders.iter().map(order_shown).collect(),
    }
}

fn order_shown((id, placed): &(i64, Placed)) -> OrderShown {
    OrderShown {
        id: Id(*id),
        at: Time(placed.at),
        term: placed.term.name(),
        before: above_free(&placed.before),
        now: above_free(&placed.now),
        later: placed.later.as_ref().map(above_free),
        term_end: Time(placed.term_end),
        invoice: placed.invoice,
    }
}

fn planned(planned: &Planned) -> OrderPlan {
    let (ordered, currency) = (&planned.ordered, &planned.ordered.after.currency);
    let charge = |(product, charge): (&Product, &model::billing::Charge)| Charge {
        product: product.name(),
        tier: charge.tier.name(),
        is_rest: charge.is_rest,
        amount: plain(charge.amount, currency),
    };
    let sum = |of: fn(&Invoice) -> i64| plain(planned.invoice.as_ref().map_or(0, of), currency);
    OrderPlan {
        now: above_free(&ordered.now),
        later: ordered.later.as_ref().map(above_free),
        term_end: Time(ordered.after.term_end),
        charges: ordered.charges.iter().map(charge).collect(),
        net: sum(|invoice| invoice.net),
        vat: sum(|invoice| invoice.vat),
        total: sum(|invoice| invoice.total),
        currency: currency.clone(),
    }
}

fn invoice_shown(invoice: &Invoice) -> InvoiceShown {
    let amount = |amount| plain(amount, &invoice.currency);
    let item = |item: &model::billing::invoice::Item| Charge {
        product: item.product.name(),
        tier: item.tier.name(),
        is_rest: item.is_rest,
        amount: amount(item.amount),
    };
    InvoiceShown {
        number: invoice.number,
        name: invoice.name(),
        issued_at: Time(invoice.issued_at),
        due_at: Time(invoice.due_at),
        paid_at: invoice.paid_at.map(Time),
        because: invoice.because.name(),
        from: Time(invoice.from),
        until: Time(invoice.until),
        currency: invoice.currency.clone(),
        items: invoice.items.iter().map(item).collect(),
        net: amount(invoice.net),
        vat: amount(invoice.vat),
        total: amount(invoice.total),
    }
}
