//! Seats with a number that was bought: counted, refused over it, and kept for who was invited. Source: spec 7.3.

use crate::world::*;
use app::billing::{self, seats};
use app::error::{Error, Kind};
use app::session::authenticate;
use app::user::{Patch, Wanted, create, update};
use jiff::SignedDuration;
use model::account::{Product, Role, Seat, Subscriptions, Tier, UserStatus};
use model::billing::Wanted as Order;
use model::id::PersonId;

const BO: &str = "bo@ex.org";
const PRODUCT: [(Product, Tier); 1] = [(Product::Sales, Tier::Professional)];

fn user(email: &str, seat: Seat, password: Option<&str>) -> Wanted {
    Wanted { seats: [seat].into(), ..wanted(email, Role::Standard, password) }
}

async fn seated(world: &World, email: &str, seat: Seat) -> Result<PersonId, Error> {
    create(&world.app, &world.system(EAST), user(email, seat, Some(PASSWORD))).await.map(|made| made.user.person.id)
}

async fn become_of(world: &World, person: PersonId, patch: Patch) -> Result<(), Error> {
    update(&world.app, &world.system(EAST), person, patch).await.map(drop)
}

/// Bought and used, of a type.
async fn count(world: &World, seat: Seat) -> (Option<u32>, u32) {
    let found = seats::read(&world.app, &world.system(EAST)).await.expect("counts");
    found.into_iter().find(|one| one.seat == seat).map(|one| (one.bought, one.used)).expect("a count of each type")
}

#[tokio::test]
async fn a_seat_over_the_number_that_was_bought_is_refused_by_name_and_numbers() {
    for world in worlds().await {
        let (system, engine) = (world.system(EAST), world.fresh.engine);
        // How an instance begins: no number, no cap; and a number is part of a subscription.
        let bo = seated(&world, BO, Seat::Sales).await.expect("a seat");
        assert_eq!(count(&world, Seat::Sales).await, (None, 1), "{engine}");
        assert_eq!(seats::set(&world.app, &system, Seat::Sales, Some(2)).await.unwrap_err().code, "SUBSCRIPTION_HAS_NO_TERM");
        let order = Order { tiers: Subscriptions::of(&PRODUCT), term: None };
        billing::order(&world.app, &system, &order).await.expect("a subscription");
        seats::set(&world.app, &system, Seat::Sales, Some(2)).await.expect("two seats");

        // One is kept for whoever is invited.
        let invited = user("cat@ex.org", Seat::Sales, None);
        create(&world.app, &system, invited).await.expect("the second seat");
        assert_eq!(count(&world, Seat::Sales).await, (Some(2), 2));
        let refused = seated(&world, "dan@ex.org", Seat::Sales).await.unwrap_err();
        assert_eq!((refused.kind, refused.code), (Kind::Conflict, "SEATS_EXHAUSTED"));
        let named: Vec<_> = refused.context.iter().map(|(name, values)| format!("{name} {}", values.join(" "))).collect();
        assert_eq!(named, ["seat sales", "bought 2", "used 2"]);
        // Nothing of her is left.
        let dan = seated(&world, "dan@ex.org", Seat::Core).await.expect("a seat of another type");
        let with_sales = Patch { seats: Some([Seat::Core, Seat::Sales].into()), ..Patch::default() };
        assert_eq!(become_of(&world, dan, with_sales.clone()).await.unwrap_err().code, "SEATS_EXHAUSTED");

        // Who rests gives hers to somebody else, and comes back when there is one.
        let (off, on) = (Some(UserStatus::Deactivated), Some(UserStatus::Active));
        become_of(&world, bo, Patch { status: off, ..Patch::default() }).await.expect("rest");
        become_of(&world, dan, with_sales).await.expect("the seat of Bo");
        let back = Patch { status: on, ..Patch::default() };
        assert_eq!(become_of(&world, bo, back.clone()).await.unwrap_err().code, "SEATS_EXHAUSTED");
        assert_eq!(seats::set(&world.app, &system, Seat::Sales, Some(1)).await.unwrap_err().code, "SEATS_ASSIGNED");
        assert_eq!(seats::set(&world.app, &system, Seat::ViewOnly, Some(1)).await.unwrap_err().code, "SEAT_FREE");
        seats::set(&world.app, &system, Seat::Sales, Some(3)).await.expect("a third");
        become_of(&world, bo, back).await.expect("hers again");
        assert_eq!(count(&world, Seat::Sales).await, (Some(3), 3));

        // What was agreed stays when the term ends.
        billing::set_renewal(&world.app, &system, false).await.expect("the last term");
        world.clock.advance(SignedDuration::from_hours(32 * 24));
        billing::reconcile(&world.app).await.expect("the end");
        assert_eq!(count(&world, Seat::Sales).await, (Some(3), 3));
        billing::order(&world.app, &world.system(EAST), &order).await.expect("another one");
        assert_eq!(count(&world, Seat::Sales).await, (Some(3), 3));
        seats::set(&world.app, &world.system(EAST), Seat::Sales, None).await.expect("no cap");
        seated(&world, "eve@ex.org", Seat::Sales).await.expect("as many as one likes");
    }
}

#[tokio::test]
async fn the_number_is_the_operators_and_everybody_who_sees_users_sees_it() {
    for world in worlds().await {
        world.add_user(EAST, BO, Role::SuperAdmin).await;
        let cx = authenticate(&world.app, &world.sign_in(BO).await.cookie, EAST).await.expect("in the account");
        assert_eq!(seats::set(&world.app, &cx, Seat::Sales, Some(9)).await.unwrap_err().code, "SUPER_ADMIN_ONLY");
        assert_eq!(seats::read(&world.app, &cx).await.expect("counts").len(), 4, "{}", world.fresh.engine);
    }
}
