//! Random lives: whatever is tried in whatever order, a session opens only for the factors its person enrolled.

use crate::world::{EAST, PASSWORD, PUBLIC_URL, World, visitor};
use app::error::Error;
use app::passkey::{begin_sign_in, finish_sign_in};
use app::session::{Opened, Outcome, second_factor, sign_in};
use model::account::Role;
use model::id::PersonId;
use model::identity::sign_in::Method;
use proptest::prelude::*;
use std::collections::BTreeSet;
use testkit::authenticator::Authenticator;

/// Whoever a challenge is of.
const OWNER: usize = 2;
const EMAILS: [&str; 2] = ["ann@ex.org", "bo@ex.org"];

/// What is tried next. People and challenges are picked by number; a challenge may be anybody's and used up.
#[derive(Debug, Clone)]
enum Event {
    Password { who: usize, right: bool },
    Totp { challenge: usize, whose: usize },
    Recovery { challenge: usize, whose: usize, code: usize },
    PasskeyAlone { whose: usize, verified: bool },
    PasskeySecond { challenge: usize, whose: usize },
    Wait { seconds: i64 },
}

fn event() -> impl Strategy<Value = Event> {
    let (who, challenge) = (0_usize..2, 0_usize..4);
    // Mostly the challenge's own person, or most of what is tried would fail for one and the same reason.
    let whose = prop_oneof![1 => 0_usize..2, 4 => Just(OWNER)];
    prop_oneof![
        3 => (who.clone(), prop::bool::weighted(0.8)).prop_map(|(who, right)| Event::Password { who, right }),
        4 => (challenge.clone(), whose.clone()).prop_map(|(challenge, whose)| Event::Totp { challenge, whose }),
        2 => (challenge.clone(), whose.clone(), 0_usize..2)
            .prop_map(|(challenge, whose, code)| Event::Recovery { challenge, whose, code }),
        1 => (who.clone(), any::<bool>()).prop_map(|(whose, verified)| Event::PasskeyAlone { whose, verified }),
        2 => (challenge, whose).prop_map(|(challenge, whose)| Event::PasskeySecond { challenge, whose }),
        1 => (0_i64..40).prop_map(|seconds| Event::Wait { seconds }),
    ]
}

/// One person with what she really has.
struct Somebody {
    id: PersonId,
    totp: Option<String>,
    /// They come with the first factor.
    codes: Vec<String>,
    device: Option<Authenticator>,
}

impl Somebody {
    async fn new(world: &World, email: &str, seed: u8, totp: bool, passkey: bool) -> Somebody {
        let id = world.add_user(EAST, email, Role::Standard).await;
        let session = world.sign_in(email).await.session;
        let mut device = Authenticator::new(PUBLIC_URL, seed);
        // The passkey first: with an app enrolled the session would have to prove it.
        let mut codes = vec![];
        if passkey {
            codes.extend(world.enrol_passkey_with_codes(&session, &mut device).await.1);
        }
        let session = model::identity::session::Session { second_factor_at: Some(testkit::start()), ..session };
        let mut secret = None;
        if totp {
            let (made, more) = world.enrol_totp(&session).await;
            codes.extend(more);
            secret = Some(made);
        }
        Somebody { id, totp: secret, codes, device: passkey.then_some(device) }
    }

    fn is_protected(&self) -> bool {
        self.totp.is_some() || self.device.is_some()
    }
}

/// A life so far: the people, the challenges they got, and what was used up.
struct Life {
    world: World,
    people: Vec<Somebody>,
    challenges: Vec<(usize, String)>,
    finished: BTreeSet<usize>,
    spent: BTreeSet<String>,
}

impl Life {
    /// Tries one thing; checks that a session that opened was deserved.
    async fn try_out(&mut self, event: &Event) {
        match *event {
            Event::Wait { seconds } => drop(self.world.wait(seconds)),
            Event::Password { who, right } => self.password(who, right).await,
            Event::Totp { challenge, whose } => {
                let whose = self.meant(challenge, whose);
                let secret = self.people[whose].totp.clone();
                let code = secret.map_or("123456".to_owned(), |secret| self.world.code(&secret));
                self.code(challenge, whose, Method::Totp, code).await;
            }
            Event::Recovery { challenge, whose, code } => {
                let whose = self.meant(challenge, whose);
                let code = self.people[whose].codes.get(code).cloned().unwrap_or_else(|| "0000-0000-0000-0000".to_owned());
                self.code(challenge, whose, Method::Recovery, code).await;
            }
            Event::PasskeyAlone { whose, verified } => {
                let opened = self.passkey(None, whose, verified).await;
                self.deserved(opened, whose, verified && self.people[whose].device.is_some(), true);
            }
            Event::PasskeySecond { challenge, whose } => {
                let Some((owner, handle)) = self.pick(challenge) else { return };
                let whose = self.meant(challenge, whose);
                let opened = self.passkey(Some(&handle), whose, true).await;
                let deserves = owner == whose && self.finish(challenge, opened.is_some());
                self.deserved(opened, whose, deserves, true);
            }
        }
    }

    fn pick(&self, challenge: usize) -> Option<(usize, String)> {
        self.challenges.get(challenge).cloned()
    }

    fn meant(&self, challenge: usize, whose: usize) -> usize {
        if whose == OWNER { self.pick(challenge).map_or(0, |(owner, _)| owner) } else { whose }
    }

    /// Whether a challenge that just opened a session had not opened one before.
    fn finish(&mut self, challenge: usize, opened: bool) -> bool {
        !opened || self.finished.insert(challenge)
    }

    async fn password(&mut self, who: usize, right: bool) {
        let typed = if right { PASSWORD } else { "not my password" };
        match sign_in(&self.world.app, &visitor(), EMAILS[who], typed).await {
            Ok(Outcome::SignedIn(opened)) => {
                let deserves = right && !self.people[who].is_protected();
                self.deserved(Some(*opened), who, deserves, false);
            }
            Ok(Outcome::SecondFactor { challenge, .. }) => {
                assert!(right && self.people[who].is_protected(), "a challenge for a wrong password");
                self.challenges.push((who, challenge));
            }
            Err(_) => {}
        }
    }

    async fn code(&mut self, challenge: usize, whose: usize, method: Method, code: String) {
        let Some((owner, handle)) = self.pick(challenge) else { return };
        let opened = second_factor(&self.world.app, &visitor(), &handle, method, &code).await.ok();
        let fresh = opened.is_none() || self.spent.insert(format!("{whose}:{code}"));
        let has = if method == Method::Totp { self.people[whose].totp.is_some() } else { self.people[whose].is_protected() };
        let deserves = owner == whose && has && fresh && self.finish(challenge, opened.is_some());
        self.deserved(opened, whose, deserves, true);
    }

    async fn passkey(&mut self, challenge: Option<&str>, whose: usize, verified: bool) -> Option<Opened> {
        let stranger = || Authenticator::new(PUBLIC_URL, 99);
        let mut device = self.people[whose].device.clone().unwrap_or_else(stranger);
        device.verifies_user = verified;
        let opened = present(&self.world, challenge, &mut device).await.ok();
        device.verifies_user = true;
        if let Some(own) = &mut self.people[whose].device {
            *own = device;
        }
        opened
    }

    fn deserved(&self, opened: Option<Opened>, who: usize, deserves: bool, with_second_factor: bool) {
        let Some(opened) = opened else { return };
        assert!(deserves, "{}: {} got a session she did not prove", self.world.fresh.engine, EMAILS[who]);
        assert_eq!(opened.session.person, self.people[who].id);
        assert_eq!(opened.session.second_factor_at.is_some(), with_second_factor);
        assert!(with_second_factor || !self.people[who].is_protected());
    }
}

async fn present(world: &World, challenge: Option<&str>, device: &mut Authenticator) -> Result<Opened, Error> {
    let begun = begin_sign_in(&world.app, &visitor(), challenge).await?;
    finish_sign_in(&world.app, &visitor(), &begun.handle, device.sign(&begun.options)).await
}

async fn live(events: &[Event], enrolled: [(bool, bool); 2]) {
    for fresh in testkit::engines().await {
        let world = World::on(fresh).await;
        let mut people = Vec::new();
        for (i, (totp, passkey)) in enrolled.into_iter().enumerate() {
            people.push(Somebody::new(&world, EMAILS[i], i as u8 + 1, totp, passkey).await);
        }
        let (challenges, finished, spent) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let mut life = Life { world, people, challenges, finished, spent };
        for event in events {
            life.try_out(event).await;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nobody_is_signed_in_without_the_factors_she_enrolled(
        events in prop::collection::vec(event(), 5..30), ann in any::<bool>(), bo in any::<(bool, bool)>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(live(&events, [(true, ann), bo]));
    }
}
