//! Organizations and mirroring as clients see them: people with sessions, through the real router.

use crate::client::{Reply, send};
use crate::contract::Contract;
use crate::people::{cookie, hashed};
use crate::world::{EAST, WEST, World, world};
use app::cx::Cx;
use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use model::account::{Role, Seat};
use model::id::{AccountId, PersonId, RecordId};
use model::object::{CONTACT, NOTE, ObjectType};
use model::property::Schema;
use model::record::{self, Properties};
use serde_json::{Value, json};

/// Super Admin of both accounts, with an authenticator and a Sales seat.
pub const ANN: PersonId = PersonId(11);
/// A rep of West with a Sales seat.
const BO: PersonId = PersonId(12);
/// Partner Admin of West.
const DAN: PersonId = PersonId(13);

pub struct Group(pub World);

pub async fn group() -> Group {
    let group = Group(world().await);
    for (person, name) in [(ANN, "Ann"), (BO, "Bo"), (DAN, "Dan")] {
        group.0.add_person(person, name).await;
    }
    group.0.put_user(EAST, ANN, Role::SuperAdmin, &[Seat::Sales]).await;
    group.0.put_user(WEST, ANN, Role::SuperAdmin, &[Seat::Sales]).await;
    group.0.put_user(WEST, BO, Role::Standard, &[Seat::Sales]).await;
    group.0.put_user(WEST, DAN, Role::PartnerAdmin, &[]).await;
    group
}

impl Group {
    pub async fn proof(&self, act: &str, subject: &str) -> String {
        let text = format!("proof-{}", self.0.app.outside.uuid());
        let sql = "INSERT INTO step_up_proof (proof_hash, person_id, act, subject, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let expires_at = testkit::start() + SignedDuration::from_mins(5);
        let params = [hashed(&text).into(), ANN.into(), act.into(), subject.into(), expires_at.into()];
        self.0.directory(async |tx| tx.execute(sql, &params).await.map(drop)).await;
        text
    }

    async fn record(&self, account: AccountId, object: ObjectType, pairs: &[(&str, &str)]) -> RecordId {
        let input: Properties = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let (schema, by, now) = (Schema::default_of(object), Cx::system(&self.0.app, account).by(), testkit::start());
        let mut tx = self.0.app.store.write(account).await.unwrap();
        let id = RecordId(tx.take_ids(1).unwrap());
        let made = record::create(&schema, id, &input, now, &by).unwrap();
        store::record::insert_many(&mut tx, vec![(&made, record::unique_keys(&schema, &made))]).await.unwrap();
        tx.commit(&by, now, &[]).await.unwrap();
        id
    }

    /// A note on a contact.
    async fn note(&self, account: AccountId, contact: RecordId, body: &str) {
        let id = self.record(account, NOTE, &[("hs_note_body", body), ("hs_timestamp", "2026-11-01T10:00:00Z")]).await;
        let mut tx = self.0.app.store.write(account).await.unwrap();
        let unlabeled = |a, b| model::association::unlabeled(a, b).unwrap();
        let link = store::association::NewLink {
            from: (NOTE, id),
            to: (CONTACT, contact),
            link_type: unlabeled(NOTE, CONTACT),
            reverse: unlabeled(CONTACT, NOTE),
            from_occurred_at: Some("2026-11-01T10:00:00Z".parse().unwrap()),
            to_occurred_at: None,
        };
        store::association::insert_many(&mut tx, &[link], testkit::start()).await.unwrap();
        tx.commit(&Cx::system(&self.0.app, account).by(), testkit::start(), &[]).await.unwrap();
    }

    pub async fn asked(&self, person: PersonId, account: AccountId, line: &str, body: Value, proof: Option<&str>) -> Reply {
        let (method, uri) = line.split_once(' ').unwrap();
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("host", "crm.example")
            .header("cookie", format!("consortio_session={}", cookie(person)))
            .header("content-type", "application/json")
            .header("x-consortio-account", account.to_string());
        let request = match proof {
            Some(proof) => request.header("x-consortio-step-up", proof),
            None => request,
        };
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let reply = send(&self.0.api, request.body(body).unwrap()).await;
        let contract = Contract::new(&self.0.api.openapi());
        let path = uri.split('?').next().unwrap();
        assert_eq!(contract.wrongs(method, path, reply.status.as_u16(), &reply.text), Vec::<String>::new(), "{line}");
        reply
    }

    async fn ask(&self, person: PersonId, account: AccountId, line: &str) -> Reply {
        self.asked(person, account, line, Value::Null, None).await
    }

    /// Both accounts in one organization; its JSON.
    pub async fn organized(&self) -> Value {
        let body = json!({"name": "The Group", "accountIds": ["8"], "acknowledgedTextVersion": "2026-11"});
        let proof = self.proof("organization.create", "8").await;
        let made = self.asked(ANN, EAST, "POST /organizations/v1", body, Some(&proof)).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json()
    }

    async fn edit(&self, organization: &Value, edges: Value) -> Reply {
        let line = format!("PUT /organizations/v1/{}/connections", organization["id"].as_str().unwrap());
        self.asked(ANN, EAST, &line, json!({"version": organization["version"], "edges": edges}), None).await
    }
}

fn edge(source: AccountId, destination: AccountId, on: bool) -> Value {
    let terms = on.then(|| json!({"purpose": "one service", "legalBasis": "contract"}));
    json!({"feature": "mirroring", "source": source.to_string(), "destination": destination.0, "on": on, "terms": terms})
}

/// Status and stable code of a refusal.
fn refusal(reply: &Reply) -> (u16, String) {
    (reply.status.as_u16(), reply.json()["subCategory"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn scenario_1_an_organization_is_created_with_a_second_factor_and_read_by_its_members() {
    let group = group().await;
    let candidates = group.ask(ANN, EAST, "GET /organizations/v1/candidates").await.json();
    assert_eq!(candidates["results"], json!([{"accountId": "8", "name": "West", "eligible": true, "reasons": []}]));
    let impact = group.ask(ANN, EAST, "GET /organizations/v1/impact").await.json();
    assert_eq!(impact["version"], "2026-11");
    let body = json!({"name": "The Group", "accountIds": [8], "acknowledgedTextVersion": impact["version"]});
    let unproven = group.asked(ANN, EAST, "POST /organizations/v1", body, None).await;
    assert_eq!(refusal(&unproven).1, "STEP_UP_NEEDED");
    assert_eq!(unproven.json()["context"], json!({"act": ["organization.create"], "subject": ["8"]}));
    let made = group.organized().await;
    assert_eq!((made["state"].as_str(), made["canManage"].as_bool()), (Some("active_unconfigured"), Some(true)));
    let seen = group.ask(ANN, WEST, "GET /organizations/v1/current").await.json();
    assert_eq!(seen["members"].as_array().unwrap().len(), 2);
    assert_eq!(seen["connections"][0]["edges"][0]["state"], "off");
}

#[tokio::test]
async fn scenarios_2_and_7_reasons_are_listed_and_forced_adding_is_refused_with_the_same_code() {
    let group = group().await;
    let candidates = group.ask(ANN, EAST, "GET /organizations/v1/candidates?policy=parity").await.json();
    assert_eq!(candidates["results"][0]["reasons"], json!(["TIER_TOO_LOW"]));
    assert_eq!(candidates["blocked"], json!(["NO_ANCHOR"]));
    let subscriptions = json!({"subscriptions": [{"product": "marketing", "tier": "enterprise"}]});
    assert_eq!(group.asked(ANN, EAST, "PATCH /accounts/v1/settings", subscriptions, None).await.status, 200);
    let body = json!({"name": "G", "accountIds": ["8"], "acknowledgedTextVersion": "2026-11", "policy": "parity"});
    let forced = group.asked(ANN, EAST, "POST /organizations/v1", body, None).await;
    assert_eq!(refusal(&forced), (400, "TIER_TOO_LOW".to_owned()));
    assert_eq!(forced.json()["errors"][0]["code"], "TIER_TOO_LOW");
}

#[tokio::test]
async fn scenarios_13_and_14_a_partner_admin_gets_403_and_everybody_else_404() {
    let group = group().await;
    let made = group.organized().await;
    let id = made["id"].as_str().unwrap();
    let mutations = [
        (format!("PUT /organizations/v1/{id}/connections"), json!({"version": 1, "edges": []})),
        (format!("POST /organizations/v1/{id}/connections/plan"), json!({"version": 1, "edges": []})),
        (format!("POST /organizations/v1/{id}/members"), json!({"accountIds": ["9"], "acknowledgedTextVersion": "2026-11"})),
        (format!("DELETE /organizations/v1/{id}/members/7"), Value::Null),
        (format!("DELETE /organizations/v1/{id}"), Value::Null),
    ];
    assert_eq!(group.ask(DAN, WEST, "GET /organizations/v1/current").await.json()["canEditConnections"], false);
    for (line, body) in &mutations {
        let dan = group.asked(DAN, WEST, line, body.clone(), None).await;
        assert_eq!(refusal(&dan), (403, "PARTNER_ADMIN_VIEWS_ONLY".to_owned()), "{line}");
        let bo = group.asked(BO, WEST, line, body.clone(), None).await;
        assert_eq!(refusal(&bo), (404, "ORGANIZATION_NOT_FOUND".to_owned()), "{line}");
        let elsewhere = line.replacen(id, "424242", 1);
        let foreign = group.asked(ANN, EAST, &elsewhere, body.clone(), None).await;
        assert_eq!(refusal(&foreign), (404, "ORGANIZATION_NOT_FOUND".to_owned()), "{elsewhere}");
    }
    for line in ["GET /organizations/v1/current".to_owned(), format!("GET /organizations/v1/{id}/log")] {
        assert_eq!(refusal(&group.ask(BO, WEST, &line).await), (404, "ORGANIZATION_NOT_FOUND".to_owned()), "{line}");
    }
}

#[tokio::test]
async fn scenario_35_a_plan_applies_nothing_and_a_stale_version_is_a_conflict() {
    let group = group().await;
    let made = group.organized().await;
    for account in [EAST, WEST] {
        group.record(account, CONTACT, &[("email", "a@x.example")]).await;
    }
    group.record(EAST, CONTACT, &[("email", "b@x.example")]).await;
    let line = format!("POST /organizations/v1/{}/connections/plan", made["id"].as_str().unwrap());
    let body = json!({"version": made["version"], "edges": [edge(EAST, WEST, true)]});
    let plan = group.asked(ANN, EAST, &line, body, None).await.json();
    assert_eq!(plan["changes"][0]["kind"], "connect_one_way");
    assert_eq!(plan["changes"][0]["words"], "mirroring: East will share with West, not the other way");
    assert_eq!(
        plan["nPeopleVisible"],
        json!([{"source": "7", "destination": "8", "nPeople": 1, "nCompanies": 0, "atLeast": false}])
    );
    let edited = group.edit(&made, json!([edge(EAST, WEST, true)])).await.json();
    assert_eq!(edited["connections"][0]["edges"][0]["openedBy"], "Ann");
    let stale = group.edit(&made, json!([])).await;
    assert_eq!(refusal(&stale), (409, "VERSION_STALE".to_owned()));
    let bad = [
        (json!([edge(EAST, EAST, true)]), "SAME_ACCOUNT"),
        (json!([edge(EAST, AccountId(99), true)]), "NOT_A_MEMBER"),
        (json!([edge(EAST, WEST, true), edge(EAST, WEST, false)]), "EDGE_TWICE"),
        (json!([{"feature": "telepathy", "source": "7", "destination": "8", "on": true}]), "FEATURE_UNKNOWN"),
        (json!([{"feature": "workflows", "source": "7", "destination": "8", "on": true}]), "TERMS_MISSING"),
        (json!([{"feature": "mirroring", "source": "x", "destination": "8", "on": true}]), "ID_INVALID"),
    ];
    for (edges, code) in bad {
        assert_eq!(refusal(&group.edit(&edited, edges).await).1, code);
    }
}

#[tokio::test]
async fn scenarios_34_36_37_and_45_a_mirrored_timeline_its_why_its_log_and_its_end() {
    let group = group().await;
    let made = group.organized().await;
    group.record(EAST, CONTACT, &[("email", "filler@x.example")]).await;
    let east = group.record(EAST, CONTACT, &[("email", "x@y.example")]).await;
    let west = group.record(WEST, CONTACT, &[("email", "X@Y.example")]).await;
    group.note(EAST, east, "of East").await;
    group.note(WEST, west, "of West").await;
    let timeline = format!("GET /accounts/v1/records/contacts/{west}/timeline");
    let mirrored = format!("{timeline}?mirrored=true");
    let bodies = |page: &Value| -> Vec<String> {
        page["results"].as_array().unwrap().iter().map(|i| i["body"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(bodies(&group.ask(BO, WEST, &mirrored).await.json()), ["of West"]);
    let edited = group.edit(&made, json!([edge(EAST, WEST, true)])).await.json();
    let page = group.ask(BO, WEST, &mirrored).await.json();
    assert_eq!(bodies(&page), ["of East", "of West"]);
    let origin = &page["results"][0]["origin"];
    assert_eq!((origin["accountName"].as_str(), origin["ambiguous"].as_bool()), (Some("East"), Some(false)));
    assert_eq!(page["sources"][0]["state"], "shown");
    assert_eq!(bodies(&group.ask(BO, WEST, &timeline).await.json()), ["of West"]);

    let connection = origin["connectionId"].as_str().unwrap();
    let why_line = format!("GET /accounts/v1/records/contacts/{west}/timeline/why?connectionId={connection}");
    let why = group.ask(BO, WEST, &why_line).await.json();
    assert_eq!((why["openedBy"].as_str(), why["sourceAccount"]["name"].as_str()), (Some("Ann"), Some("East")));
    assert_eq!(why["match"], json!({"kind": "email", "value": "x@y.example"}));

    let shown = group.ask(ANN, EAST, "GET /accounts/v1/disclosures").await.json();
    let last = &shown["results"][0];
    assert_eq!(
        (last["viewer"].as_str(), last["viewerAccount"].as_str(), last["nItems"].as_u64()),
        (Some("Bo"), Some("West"), Some(1))
    );
    assert_eq!(last["recordId"], east.to_string());
    assert_eq!(refusal(&group.ask(BO, WEST, "GET /accounts/v1/disclosures").await).0, 403);

    group.edit(&edited, json!([edge(EAST, WEST, false)])).await;
    assert_eq!(bodies(&group.ask(BO, WEST, &mirrored).await.json()), ["of West"]);
    assert_eq!(group.ask(BO, WEST, &why_line).await.status, 404);
    let log = group.ask(ANN, WEST, &format!("GET /organizations/v1/{}/log?limit=6", made["id"].as_str().unwrap())).await.json();
    let acts: Vec<_> = log["results"].as_array().unwrap().iter().map(|e| e["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["proposed", "member_joined", "member_joined", "verified", "acknowledged", "edge_opened"]);
    assert_eq!((log["results"][5]["actorName"].as_str(), log["paging"]["next"]["after"].as_str()), (Some("Ann"), Some("6")));
    assert_eq!(log["results"][5]["detail"]["edge"]["source"], 7);
}

#[tokio::test]
async fn pages_of_a_timeline_and_what_is_asked_wrongly() {
    let group = group().await;
    let west = group.record(WEST, CONTACT, &[("email", "x@y.example")]).await;
    for n in 0..3 {
        group.note(WEST, west, &n.to_string()).await;
    }
    let line = format!("GET /accounts/v1/records/0-1/{west}/timeline?limit=2");
    let first = group.ask(BO, WEST, &line).await.json();
    let before = first["paging"]["next"]["before"].as_str().unwrap();
    let second = group.ask(BO, WEST, &format!("{line}&before={before}")).await.json();
    assert_eq!((first["results"].as_array().unwrap().len(), second["results"].as_array().unwrap().len()), (2, 1));
    assert_eq!(second["paging"], Value::Null);
    for (tail, code) in [("before=yesterday", "BEFORE_INVALID"), ("before=1.2", "BEFORE_INVALID"), ("limit=-1", "NUMBER_INVALID")]
    {
        let line = format!("GET /accounts/v1/records/contacts/{west}/timeline?{tail}");
        assert_eq!(refusal(&group.ask(BO, WEST, &line).await), (400, code.to_owned()), "{tail}");
    }
    assert_eq!(group.ask(BO, WEST, "GET /accounts/v1/records/contacts/424242/timeline").await.status, 404);
    assert_eq!(group.ask(BO, EAST, &line).await.status, 404);
}

#[tokio::test]
async fn settings_are_read_by_everybody_and_changed_by_who_may() {
    let group = group().await;
    let settings = group.ask(BO, WEST, "GET /accounts/v1/settings").await.json();
    assert_eq!((settings["name"].as_str(), settings["timeZone"].as_str()), (Some("West"), Some("Europe/Copenhagen")));
    let change = async |person, body| group.asked(person, WEST, "PATCH /accounts/v1/settings", body, None).await;
    assert_eq!(refusal(&change(BO, json!({"name": "Mine"})).await), (403, "PERMISSION_MISSING".to_owned()));
    assert_eq!(refusal(&change(DAN, json!({"sensitive": true})).await), (403, "SUPER_ADMIN_ONLY".to_owned()));
    assert_eq!(change(ANN, json!({"name": " West A/S ", "currency": "dkk"})).await.json()["currency"], "DKK");
    let bad = [
        (json!({"name": " "}), "NAME_EMPTY"),
        (json!({"currency": "EURO"}), "CURRENCY_UNKNOWN"),
        (json!({"timeZone": "Mars/Base"}), "TIME_ZONE_UNKNOWN"),
        (json!({"subscriptions": [{"product": "fax", "tier": "free"}]}), "SUBSCRIPTION_UNKNOWN"),
    ];
    for (body, code) in bad {
        assert_eq!(refusal(&change(ANN, body).await), (400, code.to_owned()));
    }
}

#[tokio::test]
async fn company_info_is_read_changed_and_confirmed() {
    let group = group().await;
    let patch = json!({
        "legalName": "East ApS",
        "vatId": "DK 12 34 56 78",
        "contacts": {"primary": [{"userId": "11"}], "security": [{"email": "soc@ext.example"}]},
        "notices": {"receipt": ["billing", "primary"]},
    });
    let changed = group.asked(ANN, EAST, "PATCH /accounts/v1/company", patch, None).await.expect(200);
    assert_eq!(changed["contacts"][0]["holders"][0]["email"], "ann@group.example");
    let soc = json!({"userId": null, "email": "soc@ext.example", "name": null, "status": null});
    assert_eq!(changed["contacts"][4], json!({"role": "security", "holders": [soc], "holdersMax": 1, "fromOrganization": false}));
    assert_eq!(changed["notices"][1], json!({"notice": "receipt", "roles": ["primary", "billing"], "isDefault": false}));
    assert_eq!((&changed["confirmationDue"], &changed["canEdit"]), (&json!(false), &json!(true)));
    assert_eq!(group.ask(ANN, EAST, "GET /accounts/v1/company").await.expect(200), changed);
    assert_eq!(group.ask(ANN, EAST, "POST /accounts/v1/company/confirm").await.expect(200), changed);
    let users = group.ask(ANN, EAST, "GET /accounts/v1/users").await.expect(200);
    assert_eq!(users["results"][0]["contactRoles"], json!(["primary"]));
    let back = json!({"notices": {"receipt": null}});
    let back = group.asked(ANN, EAST, "PATCH /accounts/v1/company", back, None).await.expect(200);
    assert_eq!(back["notices"][1]["isDefault"], true);
}

#[tokio::test]
async fn a_contact_that_cannot_be_is_refused_with_its_role() {
    let group = group().await;
    let tries = [
        (json!({"contacts": {"boss": []}}), "CONTACT_FIELD_INVALID"),
        (json!({"contacts": {"primary": [{}]}}), "CONTACT_FIELD_INVALID"),
        (json!({"notices": {"gossip": []}}), "CONTACT_FIELD_INVALID"),
        (json!({"notices": {"security_event": []}}), "NOTICE_SILENCED"),
        (json!({"contacts": {"decision_maker": [{"email": "soc@ext.example"}]}}), "CONTACT_MUST_BE_USER"),
        (json!({"contacts": {"onboarding": [{"userId": 12}]}}), "CONTACT_NOT_A_USER"),
        (json!({"contacts": {"security": [{"email": "soc"}]}}), "EMAIL_INVALID"),
        (json!({"vatId": "x".repeat(33)}), "COMPANY_FIELD_TOO_LONG"),
        (json!({"legalName": "Ex \u{202E}SpA"}), "COMPANY_FIELD_HAS_CONTROL_CHARACTER"),
    ];
    for (body, code) in tries {
        let refused = group.asked(ANN, EAST, "PATCH /accounts/v1/company", body, None).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        assert!(refused.text.contains(&format!("\"{code}\"")), "{}", refused.text);
    }
    let kept = group.asked(ANN, EAST, "PATCH /accounts/v1/company", json!({"legalName": "東京 Ex 東"}), None).await.expect(200);
    assert_eq!(kept["notPrinted"], "東京", "it is kept, and said that no invoice can print it");
    let refused = group.asked(BO, WEST, "PATCH /accounts/v1/company", json!({"legalName": "Mine"}), None).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(!group.ask(BO, WEST, "GET /accounts/v1/company").await.expect(200)["canEdit"].as_bool().unwrap());
}

#[tokio::test]
async fn an_organizations_contacts_are_shown_where_a_member_names_none() {
    let group = group().await;
    let line = format!("/organizations/v1/{}/contacts", group.organized().await["id"].as_str().unwrap());
    let body = json!({"contacts": {"technical_admin": [{"email": "bo@group.example"}]}});
    let named = group.asked(ANN, WEST, &format!("PATCH {line}"), body, None).await.expect(200);
    assert_eq!(named["contacts"][5]["holders"][0]["userId"], "12");
    assert_eq!(group.ask(DAN, WEST, &format!("GET {line}")).await.expect(200), named);
    assert_eq!(group.ask(BO, WEST, &format!("GET {line}")).await.status, 404);
    let east = group.ask(ANN, EAST, "GET /accounts/v1/company").await.expect(200);
    assert_eq!(east["contacts"][5]["fromOrganization"], true);
    assert_eq!(east["contacts"][5]["holders"][0]["name"], "Bo");
}

#[tokio::test]
async fn a_client_with_a_token_reads_the_organization_makes_it_one_way_and_is_held_to_who_made_the_token() {
    let group = group().await;
    let made = group.organized().await;
    let token = group.0.token_for(WEST, ANN, &["organization.read", "organization.connections.write"]).await;
    let client = crate::client::Client::new(&group.0.api, &token);
    let current = client.get("/organizations/v1/current").await.expect(200);
    assert_eq!(
        (&current["id"], &current["canEditConnections"], &current["canManage"]),
        (&made["id"], &json!(true), &json!(false))
    );
    let line = format!("/organizations/v1/{}", made["id"].as_str().unwrap());
    let body = json!({"version": current["version"], "edges": [edge(WEST, EAST, true)]});
    client.post(&format!("{line}/connections/plan"), body.clone()).await.expect(200);
    let edited = client.put(&format!("{line}/connections"), body).await.expect(200);
    assert_eq!(edited["connections"][0]["edges"].as_array().unwrap().iter().filter(|e| e["state"] == "on").count(), 1);
    let log = client.get(&format!("{line}/log?act=edge_opened")).await.expect(200);
    assert_eq!((log["results"][0]["actorName"].as_str(), log["results"][0]["forName"].as_str()), (Some("test"), Some("Ann")));
    for people_only in ["organization.create", "organization.delete"] {
        let reply = match people_only {
            "organization.create" => {
                client.post("/organizations/v1", json!({"name": "x", "accountIds": [], "acknowledgedTextVersion": "x"})).await
            }
            _ => client.delete(&line).await,
        };
        let refused = reply.expect(403);
        assert!(refused["message"].as_str().unwrap().contains("second factor"), "{refused}");
    }
    group.0.put_user(EAST, ANN, Role::Standard, &[Seat::Sales]).await;
    // Of West alone she may stop what passes, and let no more pass.
    let stop = json!({"version": edited["version"], "edges": []});
    let stopped = client.put(&format!("{line}/connections"), stop).await.expect(200);
    let again = json!({"version": stopped["version"], "edges": [edge(WEST, EAST, true)]});
    let refused = client.put(&format!("{line}/connections"), again).await.expect(403);
    assert!(refused.to_string().contains("TOKEN_CREATOR_MAY_NOT"), "{refused}");
}

#[tokio::test]
async fn scenario_80_a_super_admin_hands_out_roles_for_her_account_and_the_holder_sees_the_organization() {
    let group = group().await;
    let organization = group.organized().await;
    let roles = format!("/organizations/v1/{}/roles", organization["id"].as_str().unwrap());
    let post = format!("POST {roles}");
    assert_eq!(refusal(&group.ask(BO, WEST, "GET /organizations/v1/current").await).0, 404);
    assert_eq!(group.ask(BO, WEST, "GET /identity/v1/session").await.json()["accounts"][0]["seesOrganization"], false);
    let body = json!({"accountId": 7, "email": "bo@ex.org", "role": "connection_manager", "until": "2100-01-01T00:00:00Z"});
    let with = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        body
    };
    let table = [
        (with("role", json!("king")), "ROLE_UNKNOWN"),
        (with("until", json!("soon")), "TIME_INVALID"),
        (with("until", json!("2000-01-01T00:00:00Z")), "UNTIL_PAST"),
        (with("accountId", json!("x")), "ID_INVALID"),
        (with("email", json!("nobody@ex.org")), "PERSON_NOT_IN_ORGANIZATION"),
    ];
    for (wrong, code) in table {
        assert_eq!(refusal(&group.asked(ANN, EAST, &post, wrong, None).await), (400, code.to_owned()));
    }
    let address = group.ask(BO, WEST, "GET /identity/v1/session").await.json()["person"]["email"].clone();
    let body = with("email", address);
    let unproven = group.asked(ANN, EAST, &post, body.clone(), None).await;
    assert_eq!(unproven.json()["context"]["subject"], json!(["7:12:connection_manager"]));
    let proof = group.proof("organization.grant_role", "7:12:connection_manager").await;
    let held = group.asked(ANN, EAST, &post, body, Some(&proof)).await.json();
    assert_eq!(
        (held["results"][0]["role"].as_str(), held["results"][0]["grantedBy"].as_str()),
        (Some("connection_manager"), Some("Ann"))
    );
    assert_eq!(held["grantableAccountIds"], json!(["7", "8"]));
    assert_eq!(group.ask(BO, WEST, "GET /identity/v1/session").await.json()["accounts"][0]["seesOrganization"], true);
    let seen = group.ask(BO, WEST, "GET /organizations/v1/current").await.json();
    assert_eq!((seen["canEditConnections"].as_bool(), seen["canReadLog"].as_bool()), (Some(false), Some(false)));
    let manages: Vec<_> = seen["members"].as_array().unwrap().iter().map(|member| member["manages"].as_bool().unwrap()).collect();
    assert_eq!(manages, [true, false]);
    let gone = group.ask(DAN, WEST, &format!("DELETE {roles}/7/12/connection_manager")).await;
    assert_eq!(refusal(&gone), (403, "SUPER_ADMIN_ONLY".to_owned()));
    assert_eq!(group.ask(ANN, WEST, &format!("DELETE {roles}/7/12/connection_manager")).await.status, 204);
    assert_eq!(refusal(&group.ask(ANN, WEST, &format!("DELETE {roles}/7/12/connection_manager")).await).1, "ROLE_NOT_HELD");
    assert_eq!(refusal(&group.ask(BO, WEST, "GET /organizations/v1/current").await).0, 404);
}
