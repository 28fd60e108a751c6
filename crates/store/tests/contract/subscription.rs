//! Subscriptions, orders, invoices: what was agreed comes back, and invoices have one series of numbers.

use crate::directory::*;
use model::account::{Product, Seat, Subscriptions, Tier};
use model::billing::invoice::{Because, Bill, Invoice, Party, Terms, charges, invoice};
use model::billing::placed::Placed;
use model::billing::seats::Bought;
use model::billing::{Line, Prices, Subscription, Term};
use model::id::AccountId;
use std::collections::BTreeSet;
use store::{Store, subscription};

fn agreed_seats() -> Bought {
    Bought::default().with(Seat::Sales, Some(3), &[]).expect("nobody has one")
}

fn agreed() -> Subscription {
    Subscription {
        term: Term::Monthly,
        currency: "EUR".to_owned(),
        lines: [(Product::Sales, Line { tier: Tier::Professional, price: 9_000 })].into(),
        began_at: now(),
        n_terms: 0,
        term_start: now(),
        term_end: now() + hours(30 * 24),
        auto_renew: true,
        next: None,
        next_term: Some(Term::Annual),
        ended_at: None,
        seats: agreed_seats(),
    }
}

fn bill(account: AccountId) -> Invoice {
    let (of, terms) = (agreed(), Terms { vat_hundredths: 2_500, pay_to: "IBAN".to_owned(), ..Terms::default() });
    let buyer = Party { name: "Åse ApS".to_owned(), ..Party::default() };
    let bill = Bill { account, because: Because::Order, subscription: &of, charges: &charges(&of), buyer, at: now() };
    invoice(bill, &terms).expect("there is something to pay")
}

async fn issue(store: &Store, account: AccountId) -> Invoice {
    write(store, async |tx| subscription::issue(tx, bill(account)).await).await
}

#[tokio::test]
async fn a_subscription_comes_back_and_is_found_by_the_end_of_its_term_while_it_lives() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let (first, end) = (agreed(), agreed().term_end);
        let read_of = async |account| read(store, async |tx| subscription::read(tx, account).await).await;
        let ending = async |after, until, limit| {
            let found = read(store, async |tx| subscription::ending(tx, after, until, limit).await).await;
            found.into_iter().map(|(account, _)| account).collect::<Vec<_>>()
        };
        assert_eq!(read_of(WEST).await, None);
        write(store, async |tx| subscription::put(tx, WEST, &first, now()).await).await;
        assert_eq!(read_of(WEST).await, Some(first.clone()), "{}", fresh.engine);
        let earlier = Subscription { term_end: end - hours(1), ..agreed() };
        write(store, async |tx| subscription::put(tx, EAST, &earlier, now()).await).await;
        let past = now() - hours(1);
        assert_eq!(ending(past, end, 9).await, [EAST, WEST], "{}: the earliest first", fresh.engine);
        assert_eq!((ending(past, end, 1).await, ending(past, end - hours(1), 9).await), (vec![EAST], vec![EAST]));
        assert_eq!(ending(end - hours(1), end, 9).await, [WEST], "not at the time itself");
        let lapsed = Subscription { ended_at: Some(now()), auto_renew: false, ..first };
        write(store, async |tx| subscription::put(tx, WEST, &lapsed, now()).await).await;
        assert_eq!((read_of(WEST).await, ending(past, end, 9).await), (Some(lapsed), vec![EAST]), "{}", fresh.engine);
    }
}

#[tokio::test]
async fn orders_come_newest_first_and_are_one_accounts() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let placed = |invoice| Placed {
            at: now(),
            by: Some(ANN),
            term: Term::Annual,
            before: Subscriptions::default(),
            now: Subscriptions::of(&[(Product::Sales, Tier::Professional)]),
            later: None,
            term_end: now(),
            invoice,
        };
        for (account, id) in [(WEST, 1), (WEST, 2), (EAST, 3)] {
            write(store, async |tx| subscription::put_order(tx, account, id, &placed(Some(id))).await).await;
        }
        let orders = read(store, async |tx| subscription::orders(tx, WEST, 9).await).await;
        assert_eq!(orders, [(2, placed(Some(2))), (1, placed(Some(1)))], "{}", fresh.engine);
        assert_eq!(read(store, async |tx| subscription::orders(tx, WEST, 1).await).await.len(), 1);
    }
}

#[tokio::test]
async fn how_the_instance_bills_is_kept_and_does_not_disturb_the_numbers() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let terms = async || read(store, async |tx| subscription::terms(tx).await).await;
        assert_eq!(terms().await, Terms::default());
        assert_eq!(issue(store, WEST).await.number, 1, "{}: without terms too", fresh.engine);
        let prices =
            Prices { currency: "EUR".to_owned(), monthly: [("sales.professional".to_owned(), 9)].into(), annual_months: None };
        let said = Terms { due_days: Some(14), prices, ..Terms::default() };
        write(store, async |tx| subscription::put_terms(tx, &said).await).await;
        assert_eq!((terms().await, issue(store, WEST).await.number), (said, 2), "{}", fresh.engine);
    }
}

#[tokio::test]
async fn an_invoice_comes_back_in_its_own_account_and_nothing_but_its_payment_changes() {
    for fresh in testkit::engines().await {
        let store = &fresh.store;
        let (first, second, other) = (issue(store, WEST).await, issue(store, WEST).await, issue(store, EAST).await);
        assert_eq!([first.number, second.number, other.number], [1, 2, 3], "{}: one series", fresh.engine);
        assert_eq!(first, Invoice { number: 1, ..bill(WEST) });
        let read_of = async |account, number| read(store, async |tx| subscription::read_invoice(tx, account, number).await).await;
        assert_eq!((read_of(WEST, 1).await, read_of(EAST, 1).await), (Some(first.clone()), None), "{}", fresh.engine);
        let paid = Invoice { paid_at: Some(now()), ..first.clone() };
        write(store, async |tx| {
            assert_eq!(subscription::lock_invoice(tx, WEST, 1).await?, Some(first));
            subscription::save_invoice(tx, &paid).await
        })
        .await;
        assert_eq!(read_of(WEST, 1).await, Some(paid.clone()));
        let listed = async |before, limit| read(store, async |tx| subscription::invoices(tx, WEST, before, limit).await).await;
        assert_eq!(listed(i64::MAX, 9).await, [second.clone(), paid.clone()], "{}", fresh.engine);
        assert_eq!((listed(i64::MAX, 1).await, listed(2, 9).await), (vec![second], vec![paid]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_not_kept_is_given_to_the_next_and_no_two_writers_have_the_same() {
    for fresh in testkit::engines().await {
        let mut dropped = fresh.store.write_home().await.expect("a transaction");
        assert_eq!(subscription::issue(&mut dropped, bill(WEST)).await.expect("a number").number, 1);
        drop(dropped);
        let writers: Vec<_> = (0..8)
            .map(|_| {
                let store = fresh.store.clone();
                tokio::spawn(async move { issue(&store, WEST).await.number })
            })
            .collect();
        let mut numbers = BTreeSet::new();
        for writer in writers {
            numbers.insert(writer.await.expect("a writer"));
        }
        assert_eq!(numbers, (1..=8).collect(), "{}", fresh.engine);
    }
}
