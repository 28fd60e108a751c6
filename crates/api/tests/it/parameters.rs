//! Every query parameter of the route table: a value that it cannot have is refused by the parameter's name and the value.

use crate::authority::{every_row, furnish, knock_signed_in};
use crate::world::{EAST, world};
use api::Access;
use model::account::{Role, Seat};
use model::id::PersonId;

/// Parameters that take any text: names nobody defined are ignored, and what nobody did or is called finds nothing.
const FREE: [&str; 6] = ["properties", "propertiesWithHistory", "email", "act", "actor", "query"];
const WRONG: &str = "~wrong~";

#[tokio::test]
async fn a_wrong_query_parameter_is_refused_by_name_and_value() {
    let world = world().await;
    let places = furnish(&world).await;
    let admin = PersonId(24);
    world.add_person(admin, "Admin").await;
    world.put_user(EAST, admin, Role::SuperAdmin, &[Seat::Sales]).await;
    let (mut wrongs, mut n_tried) = (vec![], 0);
    // A directory is refused in the words of SCIM: see `scim`.
    for route in api::routes().into_iter().filter(|route| route.access != Access::Directory) {
        for parameter in route.parameters.iter().filter(|parameter| !FREE.contains(&parameter.name)) {
            let (_, line, body) = every_row().find(|(id, ..)| *id == route.id).unwrap();
            let line = places.iter().fold(line.to_owned(), |line, (name, value)| line.replace(name, value));
            let line = format!("{}?{}={WRONG}", line.split('?').next().unwrap(), parameter.name);
            let reply = knock_signed_in(&world, admin, &[("x-consortio-account", "7")], &line, body).await;
            let error: serde_json::Value = serde_json::from_str(&reply.text).unwrap_or_default();
            let names = |of: &str, expected: &str| {
                let errors = error["errors"].as_array().into_iter().flatten();
                errors.clone().any(|e| e["context"][of][0] == expected)
            };
            let named = names("name", parameter.name) && names("value", WRONG);
            if reply.status != 400 || !named {
                wrongs.push(format!("{line}: {} {}", reply.status, reply.text));
            }
            n_tried += 1;
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    assert!(n_tried > 30, "only {n_tried} parameters were tried");
}
