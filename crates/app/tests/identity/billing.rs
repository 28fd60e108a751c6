//! What an account pays: orders, terms that end once, numbered invoices, and who hears of it.

use crate::world::{EAST, PASSWORD, WEST, World, refusal, wanted as user_wanted, worlds};
use app::account::Patch;
use app::billing::{invoice_pdf, invoices, mark_paid, order, plan, read, reconcile, set_price, set_renewal, set_terms, upcoming};
use app::cx::{App, Cx};
use app::error::Kind;
use app::outbox::send_due;
use jiff::SignedDuration;
use model::account::{Product, Role, Subscriptions, Tier};
use model::billing::invoice::{Party, Terms};
use model::billing::{Prices, Term, Wanted};
use model::company::{Contact, ContactRole, Contacts, Patch as CompanyPatch};
use model::id::AccountId;
use outside::Outside;
use testkit::postbox::Postbox;

const DAY: i64 = 24 * 60 * 60;

fn wanted(tier: Tier) -> Wanted {
    Wanted { tiers: Subscriptions::of(&[(Product::Sales, tier)]), term: None }
}

async fn prices(world: &World) {
    let monthly = [("sales.starter", 1_000), ("sales.professional", 9_000), ("sales.enterprise", 15_000)];
    let monthly = monthly.into_iter().map(|(name, price)| (name.to_owned(), price)).collect();
    let seller = Party { name: "Nordwind IT".into(), address: "Kaj 1\n2100 København Ø".into(), vat_id: "DK1".into() };
    let prices = Prices { currency: "EUR".into(), monthly, annual_months: Some(10) };
    let terms = Terms { seller, vat_hundredths: 2_500, prices, ..Terms::default() };
    set_terms(&world.app, &world.system(store::INSTANCE), &terms).await.expect("the operator sets prices");
}

async fn tiers(world: &World, account: AccountId) -> Subscriptions {
    app::account::read(&world.app, &world.system(account)).await.expect("the account").subscriptions
}

async fn numbers(world: &World, account: AccountId) -> Vec<i64> {
    let found = invoices(&world.app, &world.system(account), i64::MAX, 100).await.expect("invoices");
    found.into_iter().map(|invoice| invoice.number).collect()
}

/// Subjects of an account's letters, oldest first.
async fn subjects(world: &World, account: AccountId) -> Vec<String> {
    let letters = app::outbox::list(&world.app, &world.system(account), None, i64::MAX, 100).await.expect("letters");
    letters.into_iter().rev().map(|letter| letter.subject).collect()
}

async fn contact(world: &World) {
    let ann = world.add_user(EAST, "ann@ex.org", Role::SuperAdmin).await;
    let contacts =
        Contacts::from([(ContactRole::Primary, vec![Contact::User(ann)]), (ContactRole::Billing, vec![Contact::User(ann)])]);
    let patch = CompanyPatch { legal_name: Some("East ApS".into()), contacts, ..CompanyPatch::default() };
    app::company::update(&world.app, &world.system(EAST), patch).await.expect("named");
}

#[tokio::test]
async fn an_order_gives_the_tier_at_once_and_the_invoice_goes_to_those_it_concerns() {
    for world in worlds().await {
        prices(&world).await;
        contact(&world).await;
        let planned = plan(&world.app, &world.system(EAST), &wanted(Tier::Professional)).await.expect("a plan");
        assert_eq!(planned.invoice.as_ref().map(|invoice| (invoice.net, invoice.total)), Some((9_000, 11_250)));
        assert_eq!(
            (tiers(&world, EAST).await, numbers(&world, EAST).await),
            (Subscriptions::default(), vec![]),
            "only looked at"
        );
        let view = order(&world.app, &world.system(EAST), &wanted(Tier::Professional)).await.expect("ordered");
        assert_eq!(tiers(&world, EAST).await.tier(Product::Sales), Tier::Professional, "{}", world.fresh.engine);
        assert_eq!((view.orders[0].1.invoice, numbers(&world, EAST).await), (Some(1), vec![1]));
        let mut subjects = subjects(&world, EAST).await;
        subjects.sort();
        assert_eq!(subjects, ["Invoice 000001 for Account 7", "Order for Account 7"], "each once, though she holds two roles");
        let postbox = Postbox::new();
        let outside = Outside { mail: Some(postbox.clone()), ..world.app.outside.clone() };
        let app = App::new(world.app.store.clone(), outside, world.app.settings.clone());
        send_due(&app).await.expect("sent");
        let files: Vec<_> = postbox.taken().into_iter().flat_map(|message| message.attachments).collect();
        assert_eq!(files.len(), 1);
        assert!(files[0].name == "000001.pdf" && files[0].bytes.starts_with(b"%PDF-"));
    }
}

#[tokio::test]
async fn numbers_have_no_gaps_and_none_comes_twice() {
    for world in worlds().await {
        prices(&world).await;
        for account in [EAST, WEST] {
            order(&world.app, &world.system(account), &wanted(Tier::Starter)).await.expect("ordered");
        }
        // An invoice whose transaction does not commit takes no number.
        let mut tx = world.app.store.write_home().await.expect("a transaction");
        let draft = app::billing::invoice(&world.app, &world.system(EAST), 1).await.expect("the first");
        store::subscription::issue(&mut tx, draft).await.expect("numbered");
        drop(tx);
        order(&world.app, &world.system(EAST), &wanted(Tier::Enterprise)).await.expect("an upgrade");
        assert_eq!((numbers(&world, EAST).await, numbers(&world, WEST).await), (vec![3, 1], vec![2]), "{}", world.fresh.engine);
        let other = world.other_process().await;
        let upgrade = async |app: &App, account| {
            let cx = Cx::system(app, account);
            for tier in [Tier::Professional, Tier::Enterprise] {
                drop(order(app, &cx, &wanted(tier)).await);
            }
        };
        tokio::join!(upgrade(&world.app, WEST), upgrade(&other, WEST));
        let mut all = numbers(&world, EAST).await;
        all.extend(numbers(&world, WEST).await);
        all.sort_unstable();
        assert_eq!(all, (1..=all.len() as i64).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_term_renews_once_however_many_look_and_missed_ones_are_made_up_for() {
    for world in worlds().await {
        prices(&world).await;
        order(&world.app, &world.system(EAST), &wanted(Tier::Professional)).await.expect("ordered on 20 November");
        world.wait(29 * DAY);
        assert_eq!(reconcile(&world.app).await.expect("not yet"), 0);
        world.wait(2 * DAY);
        let other = world.other_process().await;
        let (one, two) = tokio::join!(reconcile(&world.app), reconcile(&other));
        assert_eq!(one.expect("looked") + two.expect("looked"), 1, "{}", world.fresh.engine);
        assert_eq!(numbers(&world, EAST).await, [2, 1]);
        world.wait(70 * DAY);
        assert_eq!(reconcile(&world.app).await.expect("two terms went by"), 2);
        assert_eq!(reconcile(&world.app).await.expect("nothing left"), 0);
        let terms: Vec<String> = invoices(&world.app, &world.system(EAST), i64::MAX, 10)
            .await
            .expect("four")
            .into_iter()
            .rev()
            .map(|invoice| invoice.from.strftime("%d %b").to_string())
            .collect();
        assert_eq!(terms, ["20 Nov", "20 Dec", "20 Jan", "20 Feb"]);
    }
}

#[tokio::test]
async fn without_renewal_the_account_is_told_at_30_7_and_1_days_and_has_the_free_tools_then() {
    for world in worlds().await {
        contact(&world).await;
        let year = Wanted { term: Some(Term::Annual), ..wanted(Tier::Professional) };
        order(&world.app, &world.system(EAST), &year).await.expect("ordered");
        set_renewal(&world.app, &world.system(EAST), false).await.expect("off");
        let before = subjects(&world, EAST).await.len();
        world.wait(334 * DAY);
        reconcile(&world.app).await.expect("31 days before");
        assert_eq!(subjects(&world, EAST).await.len(), before);
        for (days, n) in [(1, 1), (10, 1), (13, 2), (6, 3)] {
            world.wait(days * DAY);
            reconcile(&world.app).await.expect("looked");
            reconcile(&world.app).await.expect("looked again");
            assert_eq!(subjects(&world, EAST).await.len() - before, n, "{} after {days} more days", world.fresh.engine);
        }
        let home = || world.app.store.read_home();
        let month = SignedDuration::from_hours(24 * 30);
        let soon = upcoming(&mut home().await.expect("home"), world.app.outside.now(), month).await.expect("upcoming");
        assert_eq!(
            soon.iter().map(|(account, _, becomes)| (*account, becomes.clone())).collect::<Vec<_>>(),
            [(EAST, Subscriptions::default())]
        );
        world.wait(DAY);
        assert_eq!(reconcile(&world.app).await.expect("the end"), 1);
        assert_eq!(tiers(&world, EAST).await, Subscriptions::default());
        assert_eq!(subjects(&world, EAST).await.last().expect("a letter"), "The subscription of Account 7 has ended");
        assert_eq!(
            refusal(set_renewal(&world.app, &world.system(EAST), true).await),
            (Kind::Conflict, "SUBSCRIPTION_HAS_NO_TERM")
        );
        assert_eq!(upcoming(&mut home().await.expect("home"), world.app.outside.now(), month).await.expect("nothing"), []);
        order(&world.app, &world.system(EAST), &wanted(Tier::Starter)).await.expect("a new beginning");
        assert_eq!(numbers(&world, EAST).await, [] as [i64; 0], "the operator set no prices: nothing is billed");
    }
}

#[tokio::test]
async fn a_payment_is_noted_once_and_makes_the_receipt() {
    for world in worlds().await {
        prices(&world).await;
        contact(&world).await;
        order(&world.app, &world.system(EAST), &wanted(Tier::Professional)).await.expect("ordered");
        let unpaid = invoice_pdf(&world.app, &world.system(EAST), 1).await.expect("a PDF");
        let paid = mark_paid(&world.app, &world.system(EAST), 1).await.expect("paid");
        world.wait(DAY);
        assert_eq!(mark_paid(&world.app, &world.system(EAST), 1).await.expect("still").paid_at, paid.paid_at);
        let receipts = subjects(&world, EAST).await.into_iter().filter(|subject| subject == "Receipt for invoice 000001");
        assert_eq!(receipts.count(), 1, "{}", world.fresh.engine);
        assert_ne!(invoice_pdf(&world.app, &world.system(EAST), 1).await.expect("a receipt"), unpaid);
        assert_eq!(refusal(mark_paid(&world.app, &world.system(WEST), 1).await).0, Kind::NotFound, "it is East's");
    }
}

#[tokio::test]
async fn who_may_see_and_change_what_an_account_pays() {
    for world in worlds().await {
        prices(&world).await;
        let as_role = async |account, email: &str, role| {
            let made = app::user::create(&world.app, &world.system(account), user_wanted(email, role, Some(PASSWORD))).await;
            made.expect("a user");
            let opened = world.sign_in(email).await;
            app::session::authenticate(&world.app, &opened.cookie, account).await.expect("in the account")
        };
        let admin = as_role(EAST, "ann@ex.org", Role::SuperAdmin).await;
        order(&world.app, &admin, &wanted(Tier::Professional)).await.expect("a Super Admin orders");
        assert_eq!(
            refusal(mark_paid(&world.app, &admin, 1).await),
            (Kind::Forbidden, "SUPER_ADMIN_ONLY"),
            "nobody pays by saying so"
        );
        assert_eq!(refusal(set_price(&world.app, &admin, Product::Sales, 0).await).1, "SUPER_ADMIN_ONLY");
        let partner = as_role(EAST, "bo@ex.org", Role::PartnerAdmin).await;
        assert_eq!(refusal(read(&world.app, &partner).await).1, "SUPER_ADMIN_ONLY", "{}", world.fresh.engine);
        assert_eq!(refusal(order(&world.app, &partner, &wanted(Tier::Enterprise)).await).1, "SUPER_ADMIN_ONLY");
        assert_eq!(refusal(invoices(&world.app, &partner, i64::MAX, 1).await).1, "SUPER_ADMIN_ONLY");
        let elsewhere = as_role(WEST, "cy@ex.org", Role::SuperAdmin).await;
        assert_eq!(refusal(invoice_pdf(&world.app, &elsewhere, 1).await).0, Kind::NotFound);
    }
}

#[tokio::test]
async fn what_is_ordered_is_not_changed_past_the_order() {
    for world in worlds().await {
        let by_hand = |tier| Patch { subscriptions: Some(wanted(tier).tiers), ..Patch::default() };
        app::account::update(&world.app, &world.system(EAST), by_hand(Tier::Starter)).await.expect("without a term, as ever");
        order(&world.app, &world.system(EAST), &wanted(Tier::Professional)).await.expect("a term begins");
        let refused = app::account::update(&world.app, &world.system(EAST), by_hand(Tier::Enterprise)).await;
        assert_eq!(refusal(refused), (Kind::Conflict, "SUBSCRIPTION_HAS_TERM"), "{}", world.fresh.engine);
        app::account::update(&world.app, &world.system(EAST), by_hand(Tier::Professional)).await.expect("what it has already");
        assert_eq!(refusal(order(&world.app, &world.system(EAST), &wanted(Tier::Professional)).await).1, "ORDER_CHANGES_NOTHING");
        assert_eq!(refusal(order(&world.app, &world.system(EAST), &wanted(Tier::Free)).await).1, "ORDER_EMPTY");
    }
}

#[tokio::test]
async fn contacts_are_asked_about_by_letter_once_in_90_days() {
    for world in worlds().await {
        contact(&world).await;
        let daily = async || {
            app::notice::reconcile(&world.app).await.expect("looked");
            subjects(&world, EAST).await.len()
        };
        assert_eq!(daily().await, 0);
        for (days, n) in [(89, 0), (1, 1), (1, 1), (88, 1), (1, 2)] {
            world.wait(days * DAY);
            assert_eq!(daily().await, n, "{} after {days} more days", world.fresh.engine);
        }
        assert_eq!(subjects(&world, EAST).await[0], "Are the points of contact of Account 7 still right?");
        app::company::confirm(&world.app, &world.system(EAST)).await.expect("they are");
        world.wait(89 * DAY);
        assert_eq!(daily().await, 2);
    }
}
