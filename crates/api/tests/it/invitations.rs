//! Who invites an address learns nothing of other accounts that did: not by status, code, text or shape.

use crate::world::{EAST, WEST, world};
use serde_json::{Value, json};

/// A reply without what is another one for everybody: ids, and the link.
fn bare(mut user: Value, email: &str) -> Value {
    for name in ["id", "ownerId", "setupLink"] {
        let value = user[name].take();
        assert!(value.is_string(), "{name} is {value}");
    }
    assert_eq!(user["email"].take(), email);
    user
}

#[tokio::test]
async fn an_address_invited_elsewhere_is_answered_as_one_nobody_knows() {
    let world = world().await;
    let (east, west) = (world.client(EAST).await, world.client(WEST).await);
    let wanted = |email: &str, name: &str| json!({"email": email, "name": name, "role": "standard", "seats": ["sales"]});
    west.post("/accounts/v1/users", wanted("Known@ex.org", "Name in the west")).await.expect(201);
    let known = east.post("/accounts/v1/users", wanted("known@ex.org", "K")).await.expect(201);
    let fresh = east.post("/accounts/v1/users", wanted("fresh@ex.org", "F")).await.expect(201);
    let (known_id, fresh_id) = (known["id"].clone(), fresh["id"].clone());
    assert_eq!(known["status"], "invited");
    let (known, fresh) = (bare(known, "known@ex.org"), bare(fresh, "fresh@ex.org"));
    assert_eq!(known, fresh);
    for (id, email) in [(&known_id, "known@ex.org"), (&fresh_id, "fresh@ex.org")] {
        let path = format!("/accounts/v1/users/{}", id.as_str().unwrap());
        let link = east.post(&format!("{path}/link"), json!(null)).await.expect(200);
        let token = link["setupLink"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let offer = east.get(&format!("/identity/v1/setup/{token}")).await.expect(200);
        assert_eq!((&offer["kind"], &offer["email"]), (&json!("invitation"), &json!(email)));
        assert!(!offer.to_string().contains("west"), "{offer}");
    }
    let listed = east.get("/accounts/v1/users").await.expect(200).to_string();
    let owners = east.get("/crm/v3/owners?limit=100").await.expect(200).to_string();
    assert!(listed.contains("known@ex.org") && !listed.contains("Name in the west"), "{listed}");
    assert!(!owners.contains("known@ex.org") && !owners.contains("west"), "{owners}");
}
