use super::invoice::{Because, Bill, Party, Terms, charges, invoice};
use super::*;
use crate::id::AccountId;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn prices() -> Prices {
    let monthly = [
        ("sales.starter", 1_000),
        ("sales.professional", 9_000),
        ("sales.enterprise", 15_000),
        ("marketing.professional", 80_000),
    ];
    Prices {
        currency: "EUR".into(),
        monthly: monthly.into_iter().map(|(name, price)| (name.to_owned(), price)).collect(),
        annual_months: Some(10),
    }
}

fn wanted(tiers: &[(Product, Tier)], term: Option<Term>) -> Wanted {
    Wanted { tiers: Subscriptions::of(tiers), term }
}

const SALES: (Product, Tier) = (Product::Sales, Tier::Professional);

fn monthly() -> Subscription {
    order(None, &wanted(&[SALES], None), &prices(), at("2026-01-31T10:00:00Z")).unwrap().after
}

fn renewed(is: &Subscription, now: &str) -> Subscription {
    match is.term_over(at(now)) {
        Some(TermEnd::Renewed(after)) => after,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_subscription_is_paid_for_a_whole_term() {
    let year = order(None, &wanted(&[SALES], Some(Term::Annual)), &prices(), at("2026-01-31T10:00:00Z")).unwrap();
    assert_eq!(year.charges[&Product::Sales], Charge { tier: Tier::Professional, amount: 90_000, is_rest: false });
    assert_eq!(year.after.term_end, at("2027-01-31T10:00:00Z"));
    assert_eq!((year.now, year.later, year.after.auto_renew), (Subscriptions::of(&[SALES]), None, true));
    assert_eq!(
        order(None, &wanted(&[(Product::Sales, Tier::Free)], None), &prices(), at("2026-01-31T10:00:00Z")),
        Err(Refusal::NothingOrdered)
    );
}

#[test]
fn terms_end_on_the_day_they_began_where_the_month_has_one() {
    let mut is = monthly();
    let mut ends = vec![is.term_end.to_string()];
    for _ in 0..3 {
        is = renewed(&is, "2026-12-31T00:00:00Z");
        ends.push(is.term_end.to_string());
    }
    assert_eq!(ends, ["2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z", "2026-04-30T10:00:00Z", "2026-05-31T10:00:00Z"]);
}

#[test]
fn what_costs_more_holds_at_once_and_is_paid_for_the_rest_of_the_term() {
    let is = order(None, &wanted(&[SALES], None), &prices(), at("2026-04-01T00:00:00Z")).unwrap().after;
    let up =
        order(Some(&is), &wanted(&[(Product::Sales, Tier::Enterprise)], None), &prices(), at("2026-04-16T00:00:00Z")).unwrap();
    assert_eq!(up.charges[&Product::Sales], Charge { tier: Tier::Enterprise, amount: 3_000, is_rest: true });
    assert_eq!((up.now.tier(Product::Sales), up.later), (Tier::Enterprise, None));
    assert_eq!((up.after.term_end, up.after.lines[&Product::Sales].price), (is.term_end, 15_000));
}

#[test]
fn what_costs_less_holds_from_the_next_term_on_and_can_be_taken_back() {
    let is = monthly();
    let down =
        order(Some(&is), &wanted(&[(Product::Sales, Tier::Starter)], None), &prices(), at("2026-02-10T00:00:00Z")).unwrap();
    assert!(down.charges.is_empty() && down.after.changes_at_term_end());
    assert_eq!((down.now.tier(Product::Sales), down.later.unwrap().tier(Product::Sales)), (Tier::Professional, Tier::Starter));
    let next = renewed(&down.after, "2026-03-01T00:00:00Z");
    assert_eq!((next.lines[&Product::Sales], next.next.clone()), (Line { tier: Tier::Starter, price: 1_000 }, None));
    let back = order(Some(&down.after), &wanted(&[SALES], None), &prices(), at("2026-02-11T00:00:00Z")).unwrap();
    assert_eq!(back.after, is);
    assert_eq!(order(Some(&is), &wanted(&[SALES], None), &prices(), at("2026-02-11T00:00:00Z")), Err(Refusal::Unchanged));
}

#[test]
fn both_ways_in_one_order() {
    let is = monthly();
    let tiers = [(Product::Sales, Tier::Starter), (Product::Marketing, Tier::Professional)];
    let both = order(Some(&is), &wanted(&tiers, None), &prices(), at("2026-02-14T10:00:00Z")).unwrap();
    assert_eq!(both.charges.keys().collect::<Vec<_>>(), [&Product::Marketing]);
    assert_eq!(both.charges[&Product::Marketing].amount, 40_000, "half of the term is left");
    assert_eq!(both.now.tier(Product::Sales), Tier::Professional);
    assert_eq!(both.after.becomes(), Subscriptions::of(&tiers));
}

#[test]
fn without_renewal_the_account_has_the_free_tools_at_the_end_and_only_then() {
    let off = monthly().renewing(false).unwrap();
    assert_eq!((off.becomes(), off.changes_at_term_end()), (Subscriptions::default(), true));
    assert_eq!(off.term_over(at("2026-02-28T09:59:59Z")), None);
    let Some(TermEnd::Lapsed(ended)) = off.term_over(at("2026-02-28T10:00:00Z")) else { panic!() };
    assert_eq!((ended.ended_at, ended.term_over(at("2030-01-01T00:00:00Z"))), (Some(off.term_end), None));
    assert_eq!(ended.renewing(true), Err(Refusal::NoSubscription));
    let again = order(Some(&ended), &wanted(&[SALES], None), &prices(), at("2026-06-01T00:00:00Z")).unwrap();
    assert_eq!(again.after.term_start, at("2026-06-01T00:00:00Z"));
}

#[test]
fn a_year_instead_of_months_begins_with_the_next_term() {
    let year = order(Some(&monthly()), &wanted(&[SALES], Some(Term::Annual)), &prices(), at("2026-02-10T00:00:00Z")).unwrap();
    assert!(year.charges.is_empty() && year.later.is_none());
    let next = renewed(&year.after, "2026-03-01T00:00:00Z");
    assert_eq!((next.term, next.term_end, next.lines[&Product::Sales].price), (Term::Annual, at("2027-02-28T10:00:00Z"), 90_000));
}

#[test]
fn an_agreed_price_is_kept_until_the_tier_changes() {
    let mut is = monthly();
    is.lines.get_mut(&Product::Sales).unwrap().price = 5_000;
    assert_eq!(renewed(&is, "2026-03-01T00:00:00Z").lines[&Product::Sales].price, 5_000);
    let tiers = [SALES, (Product::Marketing, Tier::Professional)];
    let more = order(Some(&is), &wanted(&tiers, None), &prices(), at("2026-02-10T00:00:00Z")).unwrap();
    assert_eq!(more.after.lines[&Product::Sales].price, 5_000);
}

#[test]
fn an_invoice_adds_up_and_one_over_nothing_is_not_made() {
    let terms = Terms { vat_hundredths: 2_500, due_days: Some(14), prices: prices(), ..Terms::default() };
    let (is, now) = (monthly(), at("2026-01-31T10:00:00Z"));
    let buyer = Party { name: "West ApS".into(), ..Party::default() };
    let bill = |charges| Bill {
        account: AccountId(7),
        because: Because::Order,
        subscription: &is,
        charges,
        buyer: buyer.clone(),
        at: now,
    };
    let term = charges(&is);
    let made = invoice(bill(&term), &terms).unwrap();
    assert_eq!((made.net, made.vat, made.total), (9_000, 2_250, 11_250));
    assert_eq!((made.due_at, made.until), (at("2026-02-14T10:00:00Z"), is.term_end));
    let free = order(None, &wanted(&[SALES], None), &Prices::default(), now).unwrap();
    assert_eq!(invoice(bill(&free.charges), &terms), None);
}

proptest! {
    /// However orders and months follow each other: nobody pays less than nothing, and the account has what its lines say.
    #[test]
    fn any_orders_in_any_order(steps in proptest::collection::vec((0_usize..4, 0_usize..4, any::<bool>(), 0_i64..60), 1..30)) {
        let tier = [Tier::Free, Tier::Starter, Tier::Professional, Tier::Enterprise];
        let (mut is, mut now): (Option<Subscription>, _) = (None, at("2026-01-31T10:00:00Z"));
        for (sales, marketing, renews, days) in steps {
            now += jiff::SignedDuration::from_hours(24 * days);
            while let Some(end) = is.as_ref().and_then(|is| is.term_over(now)) {
                let before = is.clone().unwrap();
                match end {
                    TermEnd::Renewed(after) => {
                        prop_assert_eq!(before.becomes(), tiers(&after.lines));
                        prop_assert!(after.term_start == before.term_end && after.term_end > after.term_start);
                        is = Some(after);
                    }
                    TermEnd::Lapsed(after) => { prop_assert!(!before.auto_renew); is = Some(after); }
                }
            }
            let wanted = wanted(&[(Product::Sales, tier[sales]), (Product::Marketing, tier[marketing])], None);
            if let Ok(ordered) = order(is.as_ref(), &wanted, &prices(), now) {
                prop_assert!(ordered.charges.values().all(|charge| charge.amount >= 0));
                prop_assert_eq!(&ordered.now, &tiers(&ordered.after.lines));
                is = Some(ordered.after);
            }
            is = is.map(|is| is.renewing(renews).unwrap_or(is));
        }
    }
}
