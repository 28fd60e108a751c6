//! `consortio account subscription` and `consortio account invoices`, and how the instance bills: `consortio billing`.

use super::{find_account, word};
use crate::cli;
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome, Usage};
use anyhow::Result;
use app::billing::{self, View, seats};
use app::cx::{App, Cx};
use model::account::{Product, Subscriptions, Tier};
use model::billing::invoice::{Invoice, Terms};
use model::billing::seats::Count;
use model::billing::{Lines, Term, Wanted};
use model::limits::INVOICES_PAGE_MAX;
use model::money;
use serde_json::{Value, json};
use std::fs;

pub async fn subscription(app: &App, out: Out, args: cli::AccountSubscription) -> Result<Outcome> {
    let cx = find_account(app, &args.account).await?;
    let term: Option<Term> = args.term.map(|term| word("--term", &term)).transpose()?;
    if !args.order.is_empty() || term.is_some() {
        let tiers = match args.order.is_empty() {
            true => held(&billing::read(app, &cx).await?),
            false => super::account::subscriptions(&args.order)?,
        };
        let wanted = Wanted { tiers, term };
        if args.plan {
            let planned = billing::plan(app, &cx, &wanted).await?;
            let total = planned.invoice.as_ref().map_or(0, |invoice| invoice.total);
            let after = &planned.ordered.after;
            let document = json!({
                "now": tiers_of(&planned.ordered.now), "later": planned.ordered.later.as_ref().map(tiers_of),
                "termEnd": after.term_end.to_string(), "total": money::plain(total, &after.currency), "currency": after.currency,
            });
            out.result(&document, || plan_words(&document))?;
            return Ok(Outcome::Done);
        }
        billing::order(app, &cx, &wanted).await?;
    }
    if let Some(renew) = args.renew {
        billing::set_renewal(app, &cx, renew == cli::Switch::On).await?;
    }
    for price in &args.price {
        let (product, amount) =
            price.split_once('=').ok_or_else(|| Usage(format!("--price \"{price}\" is not PRODUCT=AMOUNT")))?;
        let currency = billing::read(app, &cx).await?.subscription.map(|is| is.currency).unwrap_or_default();
        let amount = money::parse(amount, &currency).map_err(|e| Usage(format!("--price: {e}")))?;
        billing::set_price(app, &cx, word("--price", product)?, amount).await?;
    }
    let view = billing::read(app, &cx).await?;
    let document = shown(&view);
    out.result(&document, || words(&view))?;
    Ok(Outcome::Done)
}

pub async fn seats(app: &App, out: Out, args: cli::AccountSeats) -> Result<Outcome> {
    let cx = find_account(app, &args.account).await?;
    for pair in &args.bought {
        let (seat, number) = pair.split_once('=').ok_or_else(|| Usage(format!("--bought \"{pair}\" is not SEAT=NUMBER")))?;
        let number = match number {
            "none" => None,
            number => {
                Some(number.parse().map_err(|_| Usage(format!("--bought \"{pair}\": \"{number}\" is no number of seats")))?)
            }
        };
        seats::set(app, &cx, word("--bought", seat)?, number).await?;
    }
    let found = seats::read(app, &cx).await?;
    let shown = |one: &Count| json!({"seat": one.seat.name(), "bought": one.bought, "used": one.used, "available": one.left()});
    let document: Vec<Value> = found.iter().map(shown).collect();
    let words = |one: &Count| {
        let bought = one.bought.map_or_else(|| "no cap".to_owned(), |bought| format!("{bought} bought"));
        format!("{:<10} {:>6} used, {bought}", one.seat.name(), one.used)
    };
    out.result(&document, || found.iter().map(words).collect::<Vec<_>>().join("\n"))?;
    Ok(Outcome::Done)
}

pub async fn invoices(app: &App, out: Out, args: cli::AccountInvoices) -> Result<Outcome> {
    let cx = find_account(app, &args.account).await?;
    if let Some(number) = args.paid {
        let paid = billing::mark_paid(app, &cx, number).await?;
        out.result(&invoice_shown(&paid), || invoice_words(&paid))?;
        return Ok(Outcome::Done);
    }
    if let Some(number) = args.pdf {
        let file = args.output.ok_or_else(|| Usage("--pdf needs --output FILE".to_owned()))?;
        if file.exists() {
            return Err(Usage(format!("{} exists already", file.display())).into());
        }
        fs::write(&file, billing::invoice_pdf(app, &cx, number).await?)?;
        out.result(&json!({"file": file}), || format!("written to {}", file.display()))?;
        return Ok(Outcome::Done);
    }
    let (mut all, mut before) = (Vec::new(), i64::MAX);
    loop {
        let page = billing::invoices(app, &cx, before, INVOICES_PAGE_MAX).await?;
        let Some(last) = page.last() else { break };
        before = last.number;
        all.extend(page);
    }
    let document: Vec<Value> = all.iter().map(invoice_shown).collect();
    out.result(&document, || all.iter().map(invoice_words).collect::<Vec<_>>().join("\n"))?;
    Ok(Outcome::Done)
}

/// How the instance bills.
pub async fn run(config: &Config, out: Out, args: cli::Billing) -> Result<Outcome> {
    let app = instance::open(config).await?;
    let cx = Cx::system(&app, store::INSTANCE);
    let before = billing::terms(&app, &cx).await?;
    let after = changed(before.clone(), args)?;
    if after != before {
        billing::set_terms(&app, &cx, &after).await?;
    }
    out.result(&terms_shown(&after), || terms_words(&after))?;
    Ok(Outcome::Done)
}

fn changed(mut terms: Terms, args: cli::Billing) -> Result<Terms> {
    let texts = [
        (args.seller, &mut terms.seller.name),
        (args.seller_address, &mut terms.seller.address),
        (args.seller_vat_id, &mut terms.seller.vat_id),
        (args.pay_to, &mut terms.pay_to),
    ];
    for (text, place) in texts {
        if let Some(text) = text {
            *place = text.replace("\\n", "\n");
        }
    }
    if let Some(percent) = args.vat_percent {
        terms.vat_hundredths = money::parse(&percent, "EUR").map_err(|e| Usage(format!("--vat-percent: {e}")))?;
    }
    terms.due_days = args.due_days.or(terms.due_days);
    terms.prices.annual_months = args.annual_months.or(terms.prices.annual_months);
    if let Some(currency) = args.currency {
        terms.prices.currency = model::account::currency(&currency).map_err(|e| Usage(format!("--currency: {e}")))?;
    }
    if !args.price.is_empty() && terms.prices.currency.is_empty() {
        return Err(Usage("--price needs a --currency".to_owned()).into());
    }
    for price in &args.price {
        let parts = price.split_once('=').and_then(|(what, amount)| Some((what.split_once('.')?, amount)));
        let ((product, tier), amount) = parts.ok_or_else(|| Usage(format!("--price \"{price}\" is not PRODUCT.TIER=AMOUNT")))?;
        let (product, tier): (Product, Tier) = (word("--price", product)?, word("--price", tier)?);
        let amount = money::parse(amount, &terms.prices.currency).map_err(|e| Usage(format!("--price: {e}")))?;
        terms.prices.monthly.insert(format!("{}.{}", product.name(), tier.name()), amount);
    }
    Ok(terms)
}

fn held(view: &View) -> Subscriptions {
    match &view.subscription {
        Some(is) => model::billing::tiers(is.next.as_ref().unwrap_or(&is.lines)),
        None => view.tiers.clone(),
    }
}

fn tiers_of(tiers: &Subscriptions) -> Vec<String> {
    let above = Product::ALL.iter().filter(|product| tiers.tier(**product) > Tier::Free);
    above.map(|product| format!("{}={}", product.name(), tiers.tier(*product).name())).collect()
}

fn lines_of(lines: &Lines, currency: &str) -> Value {
    let line = |(product, line): (&Product, &model::billing::Line)| json!({"product": product.name(), "tier": line.tier.name(), "price": money::plain(line.price, currency)});
    lines.iter().map(line).collect()
}

fn shown(view: &View) -> Value {
    let subscription = view.subscription.as_ref().map(|is| {
        json!({
            "term": is.term.name(), "currency": is.currency, "lines": lines_of(&is.lines, &is.currency),
            "termStart": is.term_start.to_string(), "termEnd": is.term_end.to_string(), "autoRenew": is.auto_renew,
            "becomes": tiers_of(&is.becomes()), "endedAt": is.ended_at.map(|at| at.to_string()),
        })
    });
    json!({"subscription": subscription, "tiers": tiers_of(&view.tiers)})
}

fn words(view: &View) -> String {
    let tiers = tiers_of(&view.tiers).join(", ");
    match &view.subscription {
        None => format!("{tiers}\nwithout a term: nothing lapses"),
        Some(is) if is.ended_at.is_some() => format!("ended on {:.0}", is.term_end),
        Some(is) => {
            let then = tiers_of(&is.becomes()).join(", ");
            let then = if then.is_empty() { "the free tools".to_owned() } else { then };
            format!("{tiers}\n{} from {:.0} to {:.0}, then {then}", is.term.name(), is.term_start, is.term_end)
        }
    }
}

fn plan_words(plan: &Value) -> String {
    let list = |value: &Value| {
        value.as_array().map(|list| list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")).unwrap_or_default()
    };
    let text = |name: &str| plan[name].as_str().unwrap_or_default().to_owned();
    let mut words = format!("now: {}", list(&plan["now"]));
    if !plan["later"].is_null() {
        words += &format!("\nfrom {}: {}", text("termEnd"), list(&plan["later"]));
    }
    format!("{words}\nto be paid: {} {}", text("total"), text("currency"))
}

fn invoice_shown(invoice: &Invoice) -> Value {
    let amount = |amount| money::plain(amount, &invoice.currency);
    json!({
        "number": invoice.number, "issuedAt": invoice.issued_at.to_string(), "dueAt": invoice.due_at.to_string(),
        "paidAt": invoice.paid_at.map(|at| at.to_string()), "because": invoice.because.name(), "currency": invoice.currency,
        "net": amount(invoice.net), "vat": amount(invoice.vat), "total": amount(invoice.total),
    })
}

fn invoice_words(invoice: &Invoice) -> String {
    let total = money::plain(invoice.total, &invoice.currency);
    let state = invoice.paid_at.map_or_else(|| format!("due {:.0}", invoice.due_at), |at| format!("paid {at:.0}"));
    format!("{:<8} {:.0} {:>14} {} {state}", invoice.name(), invoice.issued_at, total, invoice.currency)
}

fn terms_shown(terms: &Terms) -> Value {
    let prices = &terms.prices;
    let monthly: serde_json::Map<String, Value> =
        prices.monthly.iter().map(|(name, price)| (name.clone(), money::plain(*price, &prices.currency).into())).collect();
    json!({
        "seller": terms.seller.name, "sellerAddress": terms.seller.address, "sellerVatId": terms.seller.vat_id, "payTo": terms.pay_to,
        "vatPercent": money::plain(terms.vat_hundredths, "EUR"), "dueDays": terms.due_days.unwrap_or(30), "currency": prices.currency,
        "annualMonths": prices.annual_months.unwrap_or(12), "prices": monthly,
    })
}

fn terms_words(terms: &Terms) -> String {
    let shown = terms_shown(terms);
    let line =
        |(name, value): (&String, &Value)| format!("{name}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    shown.as_object().map(|map| map.iter().map(line).collect::<Vec<_>>().join("\n")).unwrap_or_default()
}
