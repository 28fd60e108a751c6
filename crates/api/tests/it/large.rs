//! An organization of 10,000 accounts: answers stay small, pages end, and a change touches what it is about and no more.

use crate::client::{Reply, send};
use crate::people::{cookie, hashed};
use crate::world::{EAST, WEST, World, world};
use app::cx::Cx;
use app::organization::accounts_subject;
use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use model::account::{Role, Seat, Status};
use model::id::{AccountId, PersonId};
use serde_json::{Value, json};

const ANN: PersonId = PersonId(11);
/// Besides East and West.
const MORE: std::ops::Range<i64> = 10_000..19_998;

/// East, West and 9,998 more, with Ann as Super Admin of each.
async fn many() -> World {
    let world = world().await;
    world.add_person(ANN, "Ann").await;
    for account in [EAST, WEST] {
        world.put_user(account, ANN, Role::SuperAdmin, &[Seat::Core]).await;
    }
    let text = |words: &str| store::Value::from(words);
    let document = |words: &str| store::Value::Json(words.to_owned());
    let accounts: Vec<Vec<store::Value>> = MORE
        .map(|id| {
            let name = format!("Branch {id}");
            let (kind, status, home, zone) = (text("standard"), text("active"), text(store::HOME_LOCATION), text("UTC"));
            let now = testkit::start();
            vec![
                id.into(),
                name.into(),
                kind,
                status,
                home,
                zone,
                text("EUR"),
                false.into(),
                document("{}"),
                now.into(),
                now.into(),
            ]
        })
        .collect();
    let users: Vec<Vec<store::Value>> = MORE
        .map(|id| {
            let now = testkit::start();
            let (role, status) = (text("super_admin"), text("active"));
            vec![id.into(), ANN.into(), (id * 1000).into(), role, document("[]"), status, now.into(), now.into()]
        })
        .collect();
    world
        .directory(async |tx| {
            let columns = [
                "id",
                "name",
                "kind",
                "status",
                "location",
                "time_zone",
                "currency",
                "sensitive",
                "subscriptions",
                "created_at",
                "updated_at",
            ];
            tx.insert_many("account", &columns, &accounts, "").await?;
            let columns = ["account_id", "person_id", "owner_id", "role", "seats", "status", "created_at", "updated_at"];
            tx.insert_many("account_user", &columns, &users, "").await.map(drop)
        })
        .await;
    world
}

async fn ask(world: &World, account: AccountId, line: &str, body: Value, proof: Option<&str>) -> Reply {
    let (method, uri) = line.split_once(' ').unwrap();
    let request = Request::builder().method(method).uri(uri).header("host", "crm.example");
    let request = request
        .header("cookie", format!("consortio_session={}", cookie(ANN)))
        .header("content-type", "application/json")
        .header("x-consortio-step-up", proof.unwrap_or_default())
        .header("x-consortio-account", account.to_string());
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    send(&world.api, request.body(body).unwrap()).await
}

async fn proof(world: &World, act: &str, subject: &str) -> String {
    let text = format!("proof-{}", world.app.outside.uuid());
    let sql = "INSERT INTO step_up_proof (proof_hash, person_id, act, subject, expires_at) VALUES ($1, $2, $3, $4, $5)";
    let expires_at = testkit::start() + SignedDuration::from_mins(5);
    let params = [hashed(&text).into(), ANN.into(), act.into(), subject.into(), expires_at.into()];
    world.directory(async |tx| tx.execute(sql, &params).await.map(drop)).await;
    text
}

/// How many accounts have an entry in their feed, how many entries the log has, how many memberships were touched.
async fn counts(world: &World) -> [i64; 3] {
    let mut tx = world.app.store.read_home().await.unwrap();
    let mut counts = [0; 3];
    let questions = [
        "SELECT COUNT(*) FROM change",
        "SELECT COUNT(*) FROM organization_log",
        "SELECT COUNT(*) FROM organization_member WHERE removed_at IS NOT NULL OR frozen_until IS NOT NULL",
    ];
    for (count, sql) in counts.iter_mut().zip(questions) {
        *count = tx.query_opt(sql, &[]).await.unwrap().unwrap().int(0).unwrap();
    }
    counts
}

/// The ids of a page of members, and where the next one begins.
async fn page(world: &World, id: &str, after: &str) -> (Vec<i64>, Option<String>) {
    let line = format!("GET /organizations/v1/{id}/members?limit=100{after}");
    let page = ask(world, EAST, &line, Value::Null, None).await.json();
    let ids = page["results"].as_array().unwrap().iter().map(|m| m["accountId"].as_str().unwrap().parse().unwrap());
    (ids.collect(), page["paging"]["next"]["after"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn ten_thousand_accounts_are_one_organization_that_answers_in_small_pages() {
    let world = many().await;
    let others: Vec<AccountId> = MORE.map(AccountId).chain([WEST]).collect();
    let ids: Vec<String> = others.iter().map(ToString::to_string).collect();
    let verified = proof(&world, "organization.create", &accounts_subject(&others)).await;
    let body = json!({"name": "Franchise", "accountIds": ids, "acknowledgedTextVersion": "2026-11"});
    let made = ask(&world, EAST, "POST /organizations/v1", body, Some(&verified)).await;
    assert_eq!(made.status, 201, "{}", made.text.chars().take(300).collect::<String>());
    let made = made.json();
    let id = made["id"].as_str().unwrap().to_owned();

    let terms = json!({"purpose": "one service", "legalBasis": "contract"});
    let edge = |source: AccountId, destination: AccountId| json!({"feature": "mirroring", "source": source.0, "destination": destination.0, "on": true, "terms": terms});
    let edges = [edge(EAST, WEST), edge(EAST, AccountId(10_001)), edge(AccountId(10_002), WEST)];
    let before = counts(&world).await;
    let line = format!("PUT /organizations/v1/{id}/connections");
    let edited = ask(&world, EAST, &line, json!({"version": made["version"], "edges": edges}), None).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    let after = counts(&world).await;
    assert_eq!(after[1] - before[1], 4, "three edges, and that it is configured");
    assert_eq!(after[0] - before[0], 1 + 4, "the directory, and the four accounts it is about");

    let seen = ask(&world, WEST, "GET /organizations/v1/current", Value::Null, None).await;
    assert!(seen.text.len() < 100_000, "{} bytes", seen.text.len());
    let seen = seen.json();
    let shown = seen["members"].as_array().unwrap();
    assert_eq!((shown.len(), seen["nMembers"].as_i64(), seen["nConnections"].as_i64()), (200, Some(10_000), Some(3)));
    assert_eq!(shown.iter().filter(|m| m["accountId"] == "7" || m["accountId"] == "8").count(), 2, "whoever asks is shown");

    let first = page(&world, &id, "").await;
    assert_eq!((first.0[0], first.0[99], first.1.as_deref()), (7, 10_097, Some("10097")));
    let last = page(&world, &id, "&after=19947").await;
    assert_eq!((last.0.len(), last.0.last().copied(), last.1), (50, Some(19_997), None));
    let found =
        ask(&world, EAST, &format!("GET /organizations/v1/{id}/members?query=branch%2012345"), Value::Null, None).await.json();
    assert_eq!(found["results"].as_array().unwrap().len(), 1);

    let before = counts(&world).await;
    let removed = ask(&world, EAST, &format!("DELETE /organizations/v1/{id}/members/10002"), Value::Null, None).await;
    assert_eq!(removed.status, 204, "{}", removed.text);
    let after = counts(&world).await;
    assert_eq!((after[1] - before[1], after[2] - before[2]), (2, 1), "an edge and a membership end");
    assert_eq!(after[0] - before[0], 1 + 3, "the directory, who did it, and both ends of the edge");

    let deactivated = app::account::Patch { status: Some(Status::Deactivated), ..Default::default() };
    app::account::update(&world.app, &Cx::system(&world.app, AccountId(10_001)), deactivated).await.unwrap();
    let frozen = counts(&world).await;
    assert_eq!((frozen[1] - after[1], frozen[2] - after[2]), (1, 1), "one membership freezes, and nothing else is written");
    let seen = ask(&world, EAST, "GET /organizations/v1/current", Value::Null, None).await.json();
    assert!(seen["members"].as_array().unwrap().iter().any(|m| m["accountId"] == "10001" && m["frozenReason"] == "deactivated"));
    let ends = ask(&world, EAST, &format!("GET /organizations/v1/{id}/outlook"), Value::Null, None).await.json();
    assert_eq!(ends["results"][0]["ends"].as_array().unwrap().len(), 2);
}
