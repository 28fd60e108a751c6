//! Sign-in journeys as a browser makes them: through the real router, with cookies, on both engines.

use crate::client::{Reply, send};
use crate::contract::Contract;
use api::{Api, Options};
use app::cx::{App, Settings};
use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::authenticator::Authenticator;
use testkit::{FixedClock, Fresh};

const URL: &str = "https://crm.example";
const PASSWORD: &str = "correct horse battery";

struct World {
    api: Api,
    app: App,
    clock: Arc<FixedClock>,
    contract: Contract,
    fresh: Fresh,
}

/// An empty instance on each engine.
async fn worlds() -> Vec<World> {
    testkit::engines().await.into_iter().map(World::on).collect()
}

impl World {
    fn on(fresh: Fresh) -> World {
        let (outside, clock) = testkit::outside(3);
        let settings =
            Settings { public_url: URL.into(), seal_key: [7; 32], demo: false, private_addresses: false, cheap_hashing: true };
        let app = App::new(fresh.store.clone(), outside, settings);
        let options = Options { public_url: Some(URL.parse().unwrap()), ..Options::default() };
        let api = Api::with_routes(app.clone(), api::routes(), options);
        World { contract: Contract::new(&api.openapi()), api, app, clock, fresh }
    }

    fn wait(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    fn browser(&self) -> Browser<'_> {
        Browser { world: self, cookie: None, account: None, step_up: None }
    }

    /// Eva, who came in by the link of the first start.
    async fn eva(&self) -> Browser<'_> {
        let link = app::person::first_setup_link(&self.app).await.unwrap().unwrap();
        let mut browser = self.browser();
        let token = link.rsplit('/').next().unwrap();
        let body = json!({"token": token, "email": "eva@ex.org", "name": "Eva", "password": PASSWORD, "accountName": "North", "locale": "da"});
        browser.post("/identity/v1/setup", body).await.expect(200);
        browser.account = Some(browser.session().await["accounts"][0]["id"].as_str().unwrap().to_owned());
        browser
    }

    fn code(&self, secret: &Value) -> String {
        let secret = totp_rs::Secret::try_from_base32(secret.as_str().unwrap()).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        totp.generate(u64::try_from(self.app.outside.now().as_second()).unwrap()).to_string()
    }
}

/// A browser with its cookie. Every answer is checked against our own description.
struct Browser<'w> {
    world: &'w World,
    cookie: Option<String>,
    account: Option<String>,
    step_up: Option<String>,
}

impl Browser<'_> {
    async fn call(&mut self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("x-consortio-csrf", "1");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("theme=dark; consortio_session={cookie}"));
        }
        if let Some(account) = &self.account {
            request = request.header("x-consortio-account", account);
        }
        if let Some(proof) = self.step_up.take() {
            request = request.header("x-consortio-step-up", proof);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let reply = send(&self.world.api, request.body(body).unwrap()).await;
        let wrongs = self.world.contract.wrongs(method, path, reply.status.as_u16(), &reply.text);
        assert!(wrongs.is_empty(), "{method} {path} answers otherwise than described: {wrongs:#?}");
        if let Some(cookie) = reply.header("set-cookie").strip_prefix("consortio_session=") {
            self.cookie = cookie.split(';').next().filter(|value| !value.is_empty()).map(str::to_owned);
        }
        reply
    }

    async fn get(&mut self, path: &str) -> Reply {
        self.call("GET", path, None).await
    }

    async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.call("POST", path, Some(body)).await
    }

    async fn session(&mut self) -> Value {
        self.get("/identity/v1/session").await.expect(200)
    }

    async fn sign_in(&mut self, email: &str) -> Reply {
        self.post("/identity/v1/sign-in", json!({"email": email, "password": PASSWORD})).await
    }

    /// Sets up an authenticator app; its secret and the recovery codes.
    async fn enrol_totp(&mut self) -> (Value, Value) {
        let begun = self.post("/identity/v1/totp/begin", json!({})).await.expect(200);
        assert!(begun["otpauthUrl"].as_str().unwrap().starts_with("otpauth://totp/Consortio:eva%40ex.org?"), "{begun}");
        assert!(begun["qrSvg"].as_str().unwrap().contains("<svg"), "no picture");
        let code = self.world.code(&begun["secret"]);
        let body = json!({"handle": begun["handle"], "code": code});
        let codes = self.post("/identity/v1/totp/confirm", body).await.expect(200)["recoveryCodes"].clone();
        (begun["secret"].clone(), codes)
    }

    async fn enrol_passkey(&mut self, device: &mut Authenticator) -> Value {
        let begun = self.post("/identity/v1/passkeys/register/begin", json!({})).await.expect(200);
        let credential = device.register(&begun["options"]);
        let body = json!({"handle": begun["handle"], "credential": credential, "name": "Laptop"});
        self.post("/identity/v1/passkeys/register/finish", body).await.expect(201)
    }

    async fn prove(&mut self, act: &str, subject: Value, secret: &Value) {
        self.world.wait(30);
        let begun = self.post("/identity/v1/step-up/begin", json!({"act": act, "subject": subject})).await.expect(200);
        let body = json!({"handle": begun["handle"], "method": "totp", "code": self.world.code(secret)});
        let proved = self.post("/identity/v1/step-up/finish", body).await.expect(200);
        self.step_up = Some(proved["proof"].as_str().unwrap().to_owned());
    }
}

fn refusal(reply: &Reply) -> (u16, String) {
    reply.message();
    (reply.status.as_u16(), reply.json()["subCategory"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn from_the_first_start_to_a_colleague_who_signs_in() {
    for world in worlds().await {
        let link = app::person::first_setup_link(&world.app).await.unwrap().unwrap();
        let mut eva = world.browser();
        assert_eq!(refusal(&eva.get("/identity/v1/session").await).0, 401);
        let token = link.rsplit('/').next().unwrap().to_owned();
        let offer = eva.get(&format!("/identity/v1/setup/{token}")).await.expect(200);
        assert_eq!((&offer["valid"], &offer["kind"]), (&json!(true), &json!("first")));
        let body = json!({"token": token, "email": "Eva@ex.org", "name": "Eva", "password": PASSWORD, "accountName": "North"});
        let mut weak = body.clone();
        weak["password"] = json!("password1234");
        let reply = eva.post("/identity/v1/setup", weak).await;
        assert_eq!(refusal(&reply), refused(400, "PASSWORD_COMMON"));
        assert_eq!(reply.json()["errors"][0]["context"], json!({"name": ["password"]}), "the form shows it beside the field");
        let reply = eva.post("/identity/v1/setup", body.clone()).await;
        assert_eq!(reply.json()["status"], "signed_in");
        let cookie = reply.header("set-cookie");
        for part in ["; HttpOnly", "; SameSite=Strict", "; Secure", "; Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(refusal(&world.browser().post("/identity/v1/setup", body).await), refused(404, "LINK_UNKNOWN"));
        let session = eva.session().await;
        assert_eq!((&session["person"]["email"], &session["accounts"][0]["role"]), (&json!("Eva@ex.org"), &json!("super_admin")));
        eva.account = Some(session["accounts"][0]["id"].as_str().unwrap().to_owned());

        let user = json!({"email": "bo@ex.org", "name": "Bo", "role": "standard", "seats": ["sales"]});
        let made = eva.post("/accounts/v1/users", user).await.expect(201);
        let token = made["setupLink"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let mut bo = world.browser();
        let offer = bo.get(&format!("/identity/v1/setup/{token}")).await.expect(200);
        assert_eq!((&offer["kind"], &offer["email"]), (&json!("invitation"), &json!("bo@ex.org")));
        bo.post("/identity/v1/setup", json!({"token": token, "name": "Bo Holm", "password": PASSWORD})).await.expect(200);
        let session = bo.session().await;
        assert_eq!((&session["person"]["name"], &session["accounts"][0]["seats"]), (&json!("Bo Holm"), &json!(["sales"])));
        bo.account = eva.account.clone();
        assert_eq!(refusal(&bo.get("/accounts/v1/tokens").await).0, 403);
        bo.post("/identity/v1/sign-out", json!({})).await.expect(204);
        assert_eq!(bo.cookie, None, "{}", world.fresh.engine);
        bo.sign_in("BO@ex.org").await.expect(200);
    }
}

#[tokio::test]
async fn a_second_factor_guards_the_sign_in_and_what_guards_it() {
    for world in worlds().await {
        let mut eva = world.eva().await;
        let (secret, codes) = eva.enrol_totp().await;
        eva.post("/identity/v1/sign-out", json!({})).await.expect(204);
        let half = eva.sign_in("eva@ex.org").await.expect(200);
        assert_eq!((&half["status"], &half["methods"]), (&json!("second_factor"), &json!(["totp", "recovery"])));
        assert_eq!((eva.cookie.clone(), eva.get("/identity/v1/session").await.status.as_u16()), (None, 401));
        let answer = |code: &str| json!({"challenge": half["challenge"], "method": "totp", "code": code});
        let used = world.code(&secret);
        let reply = eva.post("/identity/v1/sign-in/second-factor", answer(&used)).await;
        assert_eq!(refusal(&reply), refused(401, "CODE_WRONG"), "the code that set the app up is used up");
        world.wait(30);
        let fresh = world.code(&secret);
        eva.post("/identity/v1/sign-in/second-factor", answer(&fresh)).await.expect(200);
        let reply = world.browser().post("/identity/v1/sign-in/second-factor", answer(&fresh)).await;
        assert_eq!(refusal(&reply), refused(400, "CHALLENGE_UNKNOWN"));

        let mut phone = world.browser();
        let half = phone.sign_in("eva@ex.org").await.expect(200);
        let body = json!({"challenge": half["challenge"], "method": "recovery", "code": codes[0]});
        phone.post("/identity/v1/sign-in/second-factor", body).await.expect(200);
        assert_eq!(phone.session().await["secondFactor"], json!({"totp": true, "passkeys": 0, "recoveryCodesLeft": 9}));

        let reply = eva.call("DELETE", "/identity/v1/totp", None).await;
        assert_eq!(refusal(&reply), refused(403, "STEP_UP_NEEDED"));
        assert_eq!(reply.json()["context"], json!({"act": ["totp.delete"], "subject": ["self"]}));
        eva.prove("totp.delete", Value::Null, &secret).await;
        let proof = eva.step_up.clone();
        world.wait(300);
        assert_eq!(refusal(&eva.call("DELETE", "/identity/v1/totp", None).await).1, "STEP_UP_NEEDED", "an expired proof");
        phone.step_up = proof;
        assert_eq!(refusal(&phone.post("/identity/v1/recovery-codes", json!({})).await).1, "STEP_UP_NEEDED");
        eva.prove("totp.delete", Value::Null, &secret).await;
        eva.call("DELETE", "/identity/v1/totp", None).await.expect(204);
        world.browser().sign_in("eva@ex.org").await.expect(200);
    }
}

#[tokio::test]
async fn a_passkey_signs_in_by_itself_and_only_on_our_own_page() {
    for world in worlds().await {
        let mut eva = world.eva().await;
        let mut laptop = Authenticator::new(URL, 1);
        let made = eva.enrol_passkey(&mut laptop).await;
        let mut browser = world.browser();
        let begun = browser.post("/identity/v1/passkeys/sign-in/begin", json!({})).await.expect(200);
        let body = json!({"handle": begun["handle"], "credential": laptop.sign(&begun["options"])});
        browser.post("/identity/v1/passkeys/sign-in/finish", body.clone()).await.expect(200);
        assert_eq!(browser.session().await["person"]["email"], "eva@ex.org");
        let replayed = world.browser().post("/identity/v1/passkeys/sign-in/finish", body).await;
        assert_eq!(refusal(&replayed), refused(400, "CHALLENGE_UNKNOWN"));

        let mut phished = laptop.clone();
        phished.origin = "https://crm.example.evil.example".to_owned();
        let mut victim = world.browser();
        let begun = victim.post("/identity/v1/passkeys/sign-in/begin", json!({})).await.expect(200);
        let body = json!({"handle": begun["handle"], "credential": phished.sign(&begun["options"])});
        let reply = victim.post("/identity/v1/passkeys/sign-in/finish", body).await;
        assert_eq!((refusal(&reply), victim.cookie), (refused(401, "PASSKEY_WRONG_ORIGIN"), None));

        let path = format!("/identity/v1/passkeys/{}", made["id"].as_str().unwrap());
        assert_eq!(refusal(&browser.call("DELETE", &path, None).await).1, "STEP_UP_NEEDED");
        let wanted = json!({"act": "passkey.delete", "subject": made["id"]});
        let begun = browser.post("/identity/v1/step-up/begin", wanted).await.expect(200);
        let credential = laptop.sign(&begun["options"]);
        let body = json!({"handle": begun["handle"], "method": "passkey", "credential": credential});
        let proof = browser.post("/identity/v1/step-up/finish", body).await.expect(200)["proof"].clone();
        browser.step_up = proof.as_str().map(str::to_owned);
        browser.call("DELETE", &path, None).await.expect(204);
        assert_eq!(browser.get("/identity/v1/passkeys").await.expect(200)["results"], json!([]), "{}", world.fresh.engine);
    }
}

#[tokio::test]
async fn whoever_guesses_is_told_how_long_to_wait() {
    for world in worlds().await {
        world.eva().await;
        let mut guesser = world.browser();
        let body = json!({"email": "eva@ex.org", "password": "guess"});
        for _ in 0..10 {
            assert_eq!(refusal(&guesser.post("/identity/v1/sign-in", body.clone()).await), refused(401, "SIGN_IN_REFUSED"));
        }
        world.wait(100);
        let reply = guesser.sign_in("eva@ex.org").await;
        assert_eq!((refusal(&reply), reply.header("retry-after")), (refused(429, "TOO_MANY_ATTEMPTS"), "800"));
        world.wait(800);
        guesser.sign_in("eva@ex.org").await.expect(200);
    }
}

#[tokio::test]
async fn a_cookie_alone_writes_nothing() {
    for world in worlds().await {
        let eva = world.eva().await;
        let cookie = format!("consortio_session={}", eva.cookie.as_deref().unwrap());
        let forged = |headers: &[(&str, &str)]| {
            let request = Request::builder().method("POST").uri("/identity/v1/sign-out-everywhere").header("cookie", &cookie);
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            request.body(Body::empty()).unwrap()
        };
        assert_eq!(refusal(&send(&world.api, forged(&[])).await), refused(403, "CSRF"));
        let elsewhere = [("sec-fetch-site", "cross-site"), ("x-consortio-csrf", "1")];
        assert_eq!(refusal(&send(&world.api, forged(&elsewhere)).await), refused(403, "CROSS_SITE"));
        assert_eq!(send(&world.api, forged(&[("x-consortio-csrf", "1")])).await.status.as_u16(), 204);
        assert_eq!(send(&world.api, forged(&[("x-consortio-csrf", "1")])).await.status.as_u16(), 401);
    }
}

#[tokio::test]
async fn sessions_are_ones_own_and_their_ids_open_nothing() {
    for world in worlds().await {
        let mut eva = world.eva().await;
        let user = json!({"email": "bo@ex.org", "name": "Bo", "role": "super_admin"});
        let link = eva.post("/accounts/v1/users", user).await.expect(201)["setupLink"].clone();
        let token = link.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let mut bo = world.browser();
        bo.post("/identity/v1/setup", json!({"token": token, "name": "Bo", "password": PASSWORD})).await.expect(200);
        let sessions = eva.get("/identity/v1/sessions").await.expect(200);
        assert_eq!((sessions["results"].as_array().unwrap().len(), &sessions["results"][0]["current"]), (1, &json!(true)));
        let id = sessions["results"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(refusal(&bo.call("DELETE", &format!("/identity/v1/sessions/{id}"), None).await).0, 404);
        let mut thief = world.browser();
        thief.cookie = Some(id);
        assert_eq!(refusal(&thief.get("/identity/v1/session").await).0, 401);
        thief.cookie = bo.cookie.clone();
        thief.account = Some("8".to_owned());
        assert_eq!(refusal(&thief.get("/accounts/v1/settings").await).0, 404, "an account she is not in");
        eva.session().await;
    }
}

#[tokio::test]
async fn a_token_is_shown_once_and_its_account_is_its_own() {
    for world in worlds().await {
        let mut eva = world.eva().await;
        let body = json!({"name": "Script", "scopes": ["crm.objects.contacts.read"]});
        let made = eva.post("/accounts/v1/tokens", body).await.expect(201);
        let text = made["token"].as_str().unwrap().to_owned();
        let listed = eva.get("/accounts/v1/tokens").await;
        assert!(!listed.text.contains(&text) && listed.json()["results"][0].get("token").is_none(), "{}", listed.text);
        assert_eq!(listed.json()["results"][0]["scopes"], json!(["crm.objects.contacts.read"]));
        let with_token = |path: &str| {
            let request = Request::builder().uri(path).header("authorization", format!("Bearer {text}"));
            // Another account's header changes nothing.
            request.header("x-consortio-account", "999").body(Body::empty()).unwrap()
        };
        assert_eq!(send(&world.api, with_token("/crm/v3/objects/contacts")).await.status.as_u16(), 200);
        assert_eq!(send(&world.api, with_token("/crm/v3/objects/deals")).await.status.as_u16(), 403);
        assert_eq!(send(&world.api, with_token("/identity/v1/session")).await.status.as_u16(), 403);
        let path = format!("/accounts/v1/tokens/{}", made["id"].as_str().unwrap());
        eva.call("DELETE", &path, None).await.expect(204);
        let reply = send(&world.api, with_token("/crm/v3/objects/contacts")).await;
        assert_eq!(
            (refusal(&reply), reply.json()["category"].clone()),
            (refused(401, "TOKEN_REVOKED"), json!("EXPIRED_AUTHENTICATION"))
        );
        let unknown = json!({"name": "Script", "scopes": ["crm.objects.cats.read"]});
        assert_eq!(refusal(&eva.post("/accounts/v1/tokens", unknown).await), refused(400, "SCOPE_UNKNOWN"));
    }
}

#[tokio::test]
async fn permission_sets_are_made_of_codes_and_given_to_users() {
    for world in worlds().await {
        let mut eva = world.eva().await;
        let set = json!({"name": "Own deals", "permissions": ["deals.view.owned", "export"]});
        let set = eva.post("/accounts/v1/permission-sets", set).await.expect(201);
        assert_eq!(set["permissions"], json!(["deals.view.owned", "export"]));
        let wrong = json!({"name": "Wrong", "permissions": ["deals.paint.owned"]});
        assert_eq!(refusal(&eva.post("/accounts/v1/permission-sets", wrong).await), refused(400, "PERMISSION_UNKNOWN"));
        let user = json!({"email": "bo@ex.org", "name": "Bo", "role": "standard", "permissionSetId": set["id"]});
        let bo = eva.post("/accounts/v1/users", user).await.expect(201);
        let path = format!("/accounts/v1/users/{}", bo["id"].as_str().unwrap());
        let kept = eva.call("PATCH", &path, Some(json!({"seats": ["core"]}))).await.expect(200);
        assert_eq!((&kept["permissionSetId"], &kept["seats"]), (&set["id"], &json!(["core"])));
        let taken = eva.call("PATCH", &path, Some(json!({"permissionSetId": null}))).await.expect(200);
        assert_eq!(taken["permissionSetId"], Value::Null);
        let odd = eva.call("PATCH", &path, Some(json!({"role": "emperor"}))).await;
        assert_eq!(refusal(&odd), refused(400, "USER_FIELD_INVALID"));
        let reply = eva.call("DELETE", &path, None).await;
        assert_eq!(reply.status, 204, "{}: an invited user goes at once", world.fresh.engine);
    }
}
