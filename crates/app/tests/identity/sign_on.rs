//! Single sign-on against a provider that signs with keys of its own.

use crate::world::{EAST, WEST, World, refusal, visitor, wanted, worlds};
use app::cx::{App, Cx};
use app::error::{Error, Kind};
use app::session::{self, Opened};
use app::sign_on::enter::{self, Back, Outcome};
use app::sign_on::settings::{self, Patch};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::account::{Role, UserStatus};
use model::eligibility::Policy;
use model::id::{AccountId, PersonId, ProviderId};
use model::identity::provider::{Provider, Realm, Wanted};
use outside::{Answering, Network, Outside, Reply, Request, Unreachable};
use parking_lot::Mutex;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use std::sync::Arc;

const ISSUER: &str = "https://id.example/realm";

/// An identity provider, with the web servers of the domains beside it.
#[derive(Default)]
struct Fake(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// The seed of the key it signs with, and of those it publishes.
    signs_with: u8,
    publishes: Vec<u8>,
    /// What its next token says.
    claims: Value,
    files: Vec<(String, String)>,
    n_key_looks: usize,
    last_token_request: String,
}

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn text(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

impl Inner {
    fn token(&self) -> String {
        let header = json!({"alg": "EdDSA", "kid": self.signs_with.to_string()});
        let signed = format!("{}.{}", text(&header), text(&self.claims));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(pair(self.signs_with).sign(signed.as_bytes())))
    }

    fn answer(&mut self, request: &Request) -> Option<Value> {
        let key = |seed: &u8| {
            let x = URL_SAFE_NO_PAD.encode(pair(*seed).public_key());
            json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": seed.to_string(), "x": x})
        };
        match request.url.strip_prefix(ISSUER)? {
            "/.well-known/openid-configuration" => Some(json!({
                "issuer": ISSUER, "authorization_endpoint": format!("{ISSUER}/auth"),
                "token_endpoint": format!("{ISSUER}/token"), "jwks_uri": format!("{ISSUER}/keys"),
                "id_token_signing_alg_values_supported": ["EdDSA"],
            })),
            "/keys" => {
                self.n_key_looks += 1;
                Some(json!({"keys": self.publishes.iter().map(key).collect::<Vec<_>>()}))
            }
            "/token" => {
                self.last_token_request = String::from_utf8(request.body.clone()).unwrap();
                Some(json!({"id_token": self.token(), "access_token": "x", "token_type": "Bearer"}))
            }
            _ => None,
        }
    }
}

impl Network for Fake {
    fn send(&self, request: Request) -> Answering<'_> {
        let mut inner = self.0.lock();
        let file = inner.files.iter().find(|(url, _)| *url == request.url).map(|(_, text)| text.clone().into_bytes());
        let body = file.or_else(|| inner.answer(&request).map(|value| value.to_string().into_bytes()));
        let reply =
            body.map(|body| Reply { status: 200, body }).ok_or_else(|| Unreachable(format!("{} is not there", request.url)));
        Box::pin(std::future::ready(reply))
    }
}

/// A world with a provider in it.
struct Sso {
    world: World,
    fake: Arc<Fake>,
}

impl Sso {
    fn on(mut world: World) -> Sso {
        let fake = Arc::new(Fake::default());
        *fake.0.lock() = Inner { signs_with: 1, publishes: vec![1], ..Inner::default() };
        let outside = Outside { network: fake.clone(), ..world.app.outside.clone() };
        world.app = App::new(world.app.store.clone(), outside, world.app.settings.clone());
        Sso { world, fake }
    }

    fn app(&self) -> &App {
        &self.world.app
    }

    /// A provider of an account that speaks for `ex.org`.
    async fn provider(&self, account: AccountId) -> Provider {
        self.provider_of(&self.world.system(account), Realm::Account(account), "ex.org").await
    }

    async fn provider_of(&self, cx: &Cx, realm: Realm, domain: &str) -> Provider {
        let made = settings::create(self.app(), cx, realm, example(), Some("s3cret".to_owned()), None).await.expect("a provider");
        settings::add_domain(self.app(), cx, realm, made.id, domain).await.expect("a domain");
        settings::verify_domain(self.app(), cx, realm, made.id, domain).await.expect("a proof")
    }

    /// Goes there and comes back with claims that are right but for `change`.
    async fn come_back(&self, id: ProviderId, change: Value) -> Result<Outcome, Error> {
        let begun = enter::begin(self.app(), &visitor(), id, Some("ann@ex.org"), Some("/a/7".to_owned())).await?;
        let url = url::Url::parse(&begun.url).unwrap();
        let query = |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned()).unwrap_or_default();
        assert_eq!(query("redirect_uri"), "https://crm.example/sign-in/back");
        assert_eq!((query("code_challenge_method"), query("login_hint")), ("S256".to_owned(), "ann@ex.org".to_owned()));
        let now = self.app().outside.now().as_second();
        let mut claims = json!({"iss": ISSUER, "sub": "u-ann", "aud": "consortio", "nonce": query("nonce"), "iat": now, "exp": now + 300,
            "email": "Ann@ex.org", "email_verified": true, "name": "Ann of Ex"});
        for (name, value) in change.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        self.fake.0.lock().claims = claims;
        let back = Back { state: query("state"), code: "c0de".to_owned(), issuer: None, browser: Some(begun.browser) };
        enter::finish(self.app(), &visitor(), back).await
    }

    async fn sign_in(&self, id: ProviderId, change: Value) -> Opened {
        match self.come_back(id, change).await.expect("a sign-in") {
            Outcome::SignedIn { opened, next } => {
                assert_eq!(next.as_deref(), Some("/a/7"));
                opened
            }
            other => panic!("{other:?}"),
        }
    }

    async fn user(&self, account: AccountId, person: PersonId) -> app::user::User {
        let users = app::user::list(self.app(), &self.world.system(account)).await.unwrap();
        users.into_iter().find(|user| user.person.id == person).expect("a user")
    }
}

fn example() -> Wanted {
    Wanted {
        label: Some("Ex Login".to_owned()),
        issuer: Some(ISSUER.to_owned()),
        client_id: Some("consortio".to_owned()),
        ..Wanted::default()
    }
}

async fn all() -> Vec<Sso> {
    worlds().await.into_iter().map(Sso::on).collect()
}

#[tokio::test]
async fn a_provider_signs_in_the_people_of_its_account() {
    for sso in all().await {
        let ann = sso.world.add_user(EAST, "ann@ex.org", Role::Standard).await;
        let provider = sso.provider(EAST).await;
        let opened = sso.sign_in(provider.id, json!({})).await;
        assert_eq!((opened.session.person, opened.session.provider), (ann, Some(provider.id)));
        assert_eq!(opened.session.second_factor_at, None, "no second factor was shown");
        let cx = session::authenticate(sso.app(), &opened.cookie, EAST).await.unwrap();
        assert_eq!(cx.person.unwrap().id, ann);
        let asked = sso.fake.0.lock().last_token_request.clone();
        assert!(asked.contains("grant_type=authorization_code") && asked.contains("code_verifier="), "{asked}");

        // Known by the provider's name for her from now on, whatever her address there becomes.
        let renamed = sso.sign_in(provider.id, json!({"email": "new@elsewhere.org", "email_verified": false})).await;
        assert_eq!(renamed.session.person, ann);
        let strong = sso.sign_in(provider.id, json!({"amr": ["pwd", "mfa"]})).await;
        assert!(strong.session.second_factor_at.is_some());
        assert!(session::list(sso.app(), &strong.session).await.unwrap().iter().all(|one| one.provider == Some(provider.id)));
    }
}

#[tokio::test]
async fn a_token_that_is_not_of_this_sign_in_is_refused() {
    for sso in all().await {
        sso.world.add_user(EAST, "ann@ex.org", Role::Standard).await;
        let provider = sso.provider(EAST).await;
        let now = sso.app().outside.now().as_second();
        let rows = [
            (json!({"nonce": "another"}), "of another sign-in"),
            (json!({"nonce": null}), "of another sign-in"),
            (json!({"aud": "somebody-else"}), "for another client"),
            (json!({"iss": "https://evil.example"}), "of another issuer"),
            (json!({"exp": now - 200}), "expired"),
            (json!({"iat": now + 1_000}), "not valid yet"),
            (json!({"email_verified": false}), "not say that your e-mail address is verified"),
            (json!({"email": "ann@other.org"}), "may not speak for its domain"),
            (json!({"sub": 7}), "cannot be read"),
        ];
        for (change, why) in rows {
            let error = sso.come_back(provider.id, change.clone()).await.unwrap_err();
            assert_eq!(error.kind, Kind::Unauthenticated, "{change}");
            assert!(error.message.contains(why), "{change}: {}", error.message);
        }
        sso.fake.0.lock().signs_with = 9;
        let error = sso.come_back(provider.id, json!({})).await.unwrap_err();
        assert!(error.message.contains("a key it does not publish"), "{}", error.message);
    }
}

#[tokio::test]
async fn a_new_key_is_found_and_wrong_tokens_do_not_make_us_ask_more() {
    for sso in all().await {
        sso.world.add_user(EAST, "ann@ex.org", Role::Standard).await;
        let provider = sso.provider(EAST).await;
        sso.sign_in(provider.id, json!({})).await;
        assert_eq!(sso.fake.0.lock().n_key_looks, 1);
        sso.world.wait(60);
        {
            let mut fake = sso.fake.0.lock();
            (fake.signs_with, fake.publishes) = (2, vec![1, 2]);
        }
        sso.sign_in(provider.id, json!({})).await;
        assert_eq!(sso.fake.0.lock().n_key_looks, 2);
        sso.fake.0.lock().signs_with = 9;
        for _ in 0..5 {
            assert_eq!(refusal(sso.come_back(provider.id, json!({})).await).1, "SIGN_ON_REFUSED");
        }
        assert_eq!(sso.fake.0.lock().n_key_looks, 2, "asked again within half a minute");
    }
}

#[tokio::test]
async fn coming_back_works_once_and_in_the_browser_that_left() {
    for sso in all().await {
        sso.world.add_user(EAST, "ann@ex.org", Role::Standard).await;
        let provider = sso.provider(EAST).await;
        let begun = enter::begin(sso.app(), &visitor(), provider.id, None, Some("//evil.example".to_owned())).await.unwrap();
        let url = url::Url::parse(&begun.url).unwrap();
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let back = |browser: Option<&str>| Back {
            state: state.clone(),
            code: "c".to_owned(),
            issuer: None,
            browser: browser.map(str::to_owned),
        };
        assert_eq!(refusal(enter::finish(sso.app(), &visitor(), back(Some("another"))).await).1, "SIGN_ON_ELSEWHERE");
        let again = enter::finish(sso.app(), &visitor(), back(Some(&begun.browser))).await;
        assert_eq!(refusal(again).1, "CHALLENGE_UNKNOWN", "the state was good twice");
        assert_eq!(refusal(enter::finish(sso.app(), &visitor(), Back::default()).await).1, "CHALLENGE_UNKNOWN");
        assert_eq!(refusal(enter::begin(sso.app(), &visitor(), ProviderId(4711), None, None).await).0, Kind::NotFound);
    }
}

#[tokio::test]
async fn a_login_that_reaches_further_is_not_taken_over_without_its_owner() {
    for sso in all().await {
        let ann = sso.world.add_user(EAST, "ann@ex.org", Role::Standard).await;
        sso.world.add_user(EAST, "eve@ex.org", Role::Standard).await;
        let provider = sso.provider(EAST).await;
        sso.sign_in(provider.id, json!({})).await;
        // She becomes a user of another company: its people did not choose this provider.
        sso.world.add_user(WEST, "ann@ex.org", Role::SuperAdmin).await;
        let Outcome::Confirm { handle, email, .. } = sso.come_back(provider.id, json!({})).await.unwrap() else {
            panic!("signed in without being asked")
        };
        assert_eq!(email, "Ann@ex.org");
        let eve = sso.world.sign_in("eve@ex.org").await;
        assert_eq!(refusal(enter::confirm(sso.app(), &eve.session, &handle).await).1, "CHALLENGE_UNKNOWN");
        let own = sso.world.sign_in("ann@ex.org").await;
        enter::confirm(sso.app(), &own.session, &handle).await.unwrap();
        assert_eq!(refusal(enter::confirm(sso.app(), &own.session, &handle).await).1, "CHALLENGE_UNKNOWN");
        let opened = sso.sign_in(provider.id, json!({})).await;
        assert_eq!(opened.session.person, ann);
    }
}

#[tokio::test]
async fn an_old_session_confirms_nothing() {
    for sso in all().await {
        sso.world.add_user(EAST, "ann@ex.org", Role::Standard).await;
        sso.world.add_user(WEST, "ann@ex.org", Role::Standard).await;
        let provider = sso.provider(EAST).await;
        let own = sso.world.sign_in("ann@ex.org").await;
        sso.world.wait(16 * 60);
        let Outcome::Confirm { handle, .. } = sso.come_back(provider.id, json!({})).await.unwrap() else { panic!("signed in") };
        assert_eq!(refusal(enter::confirm(sso.app(), &own.session, &handle).await).1, "SIGN_IN_AGAIN");
    }
}

#[tokio::test]
async fn an_invited_user_comes_in_and_a_stranger_joins_only_where_people_may() {
    for sso in all().await {
        let invited =
            app::user::create(sso.app(), &sso.world.system(EAST), wanted("ann@ex.org", Role::Standard, None)).await.unwrap();
        let provider = sso.provider(EAST).await;
        let opened = sso.sign_in(provider.id, json!({})).await;
        assert_eq!(opened.session.person, invited.user.person.id);
        assert_eq!(sso.user(EAST, opened.session.person).await.user.status, UserStatus::Active);
        let token = invited.link.unwrap().rsplit('/').next().unwrap().to_owned();
        assert_eq!(refusal(app::person::read_link(sso.app(), &token).await).1, "LINK_UNKNOWN", "the link still works");

        let bo = json!({"sub": "u-bo", "email": "bo@ex.org", "name": "Bo"});
        assert_eq!(refusal(sso.come_back(provider.id, bo.clone()).await).1, "SIGN_ON_NO_ACCESS");
        let joining = Wanted { joins: Some(Some(EAST)), ..Wanted::default() };
        let east = sso.world.system(EAST);
        settings::update(sso.app(), &east, Realm::Account(EAST), provider.id, joining, None, None).await.unwrap();
        let opened = sso.sign_in(provider.id, bo.clone()).await;
        let cx = session::authenticate(sso.app(), &opened.cookie, EAST).await.unwrap();
        assert_eq!((cx.standing.role, cx.standing.permissions.codes().len()), (Role::Standard, 0));
        app::user::deactivate(sso.app(), &east, opened.session.person).await.unwrap();
        assert_eq!(refusal(sso.come_back(provider.id, bo).await).1, "SIGN_ON_NO_ACCESS", "joined again after being taken out");
    }
}

#[tokio::test]
async fn an_account_that_asks_for_single_sign_on_is_entered_no_other_way() {
    for sso in all().await {
        let chief = sso.world.add_user(EAST, "chief@ex.org", Role::SuperAdmin).await;
        sso.world.add_user(EAST, "ann@ex.org", Role::Standard).await;
        let east = sso.world.system(EAST);
        let required = |exempt: &[PersonId]| Patch {
            required: Some(true),
            exempt: Some(exempt.iter().copied().collect()),
            ..Patch::default()
        };
        assert_eq!(refusal(settings::change(sso.app(), &east, required(&[chief]), None).await).1, "NO_PROVIDER");
        let provider = sso.provider(EAST).await;
        assert_eq!(refusal(settings::change(sso.app(), &east, required(&[]), None).await).1, "NOBODY_EXEMPT");
        settings::change(sso.app(), &east, required(&[chief]), None).await.unwrap();

        let by_password = sso.world.sign_in("ann@ex.org").await;
        let error = session::authenticate(sso.app(), &by_password.cookie, EAST).await.unwrap_err();
        assert_eq!((error.kind, error.code), (Kind::Forbidden, "SIGN_ON_REQUIRED"));
        assert!(error.context.contains(&("providerId".to_owned(), vec![provider.id.to_string()])));
        let by_provider = sso.sign_in(provider.id, json!({})).await;
        session::authenticate(sso.app(), &by_provider.cookie, EAST).await.unwrap();
        let exempt = sso.world.sign_in("chief@ex.org").await;
        session::authenticate(sso.app(), &exempt.cookie, EAST).await.unwrap();

        let gone = settings::delete(sso.app(), &east, Realm::Account(EAST), provider.id, None).await;
        assert_eq!(refusal(gone).1, "PROVIDER_NEEDED");
        settings::change(sso.app(), &east, Patch { required: Some(false), ..Patch::default() }, None).await.unwrap();
        session::authenticate(sso.app(), &by_password.cookie, EAST).await.unwrap();
        settings::delete(sso.app(), &east, Realm::Account(EAST), provider.id, None).await.unwrap();
        assert_eq!(refusal(session::identify(sso.app(), &by_provider.cookie).await).1, "SESSION_UNKNOWN");
    }
}

#[tokio::test]
async fn a_domain_is_proved_by_its_own_web_server_and_belongs_to_one() {
    for sso in all().await {
        let chief = sso.world.add_user(EAST, "chief@ex.org", Role::SuperAdmin).await;
        let opened = sso.world.sign_in("chief@ex.org").await;
        let cx = session::authenticate(sso.app(), &opened.cookie, EAST).await.unwrap();
        assert_eq!(cx.person.unwrap().id, chief);
        let realm = Realm::Account(EAST);
        let without_proof = settings::create(sso.app(), &cx, realm, example(), None, None).await;
        assert_eq!(refusal(without_proof), (Kind::StepUpNeeded, "STEP_UP_NEEDED"));
        let made = settings::create(sso.app(), &sso.world.system(EAST), realm, example(), None, None).await.unwrap();
        let named = settings::add_domain(sso.app(), &cx, realm, made.id, "EX.org").await.unwrap();
        let unproved = settings::verify_domain(sso.app(), &cx, realm, made.id, "ex.org").await;
        assert_eq!(refusal(unproved).1, "DOMAIN_UNPROVED");
        assert_eq!(enter::find(sso.app(), &visitor(), "x@ex.org").await.unwrap(), None);
        let url = "https://ex.org/.well-known/consortio-domain.txt".to_owned();
        sso.fake.0.lock().files.push((url, format!("hello\n{}\n", named.domains[0].proof)));
        let proved = settings::verify_domain(sso.app(), &cx, realm, made.id, "ex.org").await.unwrap();
        assert!(proved.domains[0].verified_at.is_some());
        let found = enter::find(sso.app(), &visitor(), "Nobody.Known@EX.org").await.unwrap();
        assert_eq!(found.map(|offered| offered.label).as_deref(), Some("Ex Login"));

        let west = sso.world.system(WEST);
        let other = settings::create(sso.app(), &west, Realm::Account(WEST), example(), None, None).await.unwrap();
        settings::add_domain(sso.app(), &west, Realm::Account(WEST), other.id, "ex.org").await.unwrap();
        let taken = settings::verify_domain(sso.app(), &west, Realm::Account(WEST), other.id, "ex.org").await;
        assert_eq!(refusal(taken), (Kind::Conflict, "DOMAIN_TAKEN"));
        // Nobody learns or changes what is another account's.
        assert_eq!(refusal(settings::test(sso.app(), &west, Realm::Account(WEST), made.id).await).0, Kind::NotFound);
        assert_eq!(refusal(settings::read(sso.app(), &west, Realm::Account(EAST)).await).0, Kind::NotFound);
    }
}

#[tokio::test]
async fn an_organizations_provider_serves_the_members_that_consented() {
    for sso in all().await {
        let east = sso.world.system(EAST);
        let new = app::organization::New {
            name: "Group".to_owned(),
            accounts: vec![WEST],
            invited: Vec::new(),
            acknowledged_text_version: model::organization::IMPACT_TEXT_VERSION.to_owned(),
            policy: Policy::from_name("open").unwrap(),
            proof: None,
        };
        let organization = app::organization::create(sso.app(), &east, new).await.expect("an organization").organization.id;
        let realm = Realm::Organization(organization);
        let provider = sso.provider_of(&east, realm, "ex.org").await;
        let ann = sso.world.add_user(WEST, "ann@ex.org", Role::Standard).await;
        // East consented by making it; West did not, so it does not speak for West's people.
        assert_eq!(refusal(sso.come_back(provider.id, json!({})).await).1, "SIGN_ON_NO_ACCESS");
        let consent = Patch { organization_signs_in: Some(true), ..Patch::default() };
        settings::change(sso.app(), &sso.world.system(WEST), consent, None).await.unwrap();
        assert_eq!(sso.sign_in(provider.id, json!({})).await.session.person, ann);
        let view = settings::read(sso.app(), &sso.world.system(WEST), Realm::Account(WEST)).await.unwrap();
        assert_eq!(view.account.unwrap().served_by, ["Ex Login"]);
        app::organization::remove_member(sso.app(), &east, organization, WEST, None).await.unwrap();
        assert_eq!(
            refusal(sso.come_back(provider.id, json!({})).await).1,
            "SIGN_ON_NO_ACCESS",
            "it still speaks for a member that left"
        );
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_provider_is_said_by_field() {
    for sso in all().await {
        let east = sso.world.system(EAST);
        let rows = [
            (Wanted { issuer: Some("http://id.example".to_owned()), ..example() }, "ISSUER_INVALID"),
            (Wanted { issuer: None, ..example() }, "FIELD_MISSING"),
            (Wanted { label: Some(" ".to_owned()), ..example() }, "NAME_EMPTY"),
            (Wanted { client_id: Some("a b".to_owned()), ..example() }, "CLIENT_ID_INVALID"),
            (Wanted { joins: Some(Some(WEST)), ..example() }, "JOINS_UNKNOWN"),
        ];
        for (wanted, code) in rows {
            assert_eq!(refusal(settings::create(sso.app(), &east, Realm::Account(EAST), wanted, None, None).await).1, code);
        }
        let elsewhere = Wanted { issuer: Some("https://nowhere.example".to_owned()), ..example() };
        let made = settings::create(sso.app(), &east, Realm::Account(EAST), elsewhere, None, None).await.unwrap();
        assert_eq!(refusal(settings::test(sso.app(), &east, Realm::Account(EAST), made.id).await).1, "PROVIDER_WRONG");
    }
}
