use super::words::{Speech, all};
use super::{Link, Written, written};
use jiff::Timestamp;
use model::account::{Product, Subscriptions, Tier};
use model::billing::Term;
use model::id::AccountId;
use model::identity::person::LOCALES;
use model::letter::{Happened, Letter, Priced, Warning};
use model::outbox::{Delivery, Mail, Recipient, Told};
use std::collections::BTreeSet;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn mail(letter: Letter, locale: &str) -> Mail {
    let told = Some(Told {
        accounts: vec!["West ApS".into()],
        as_super_admin: letter.template() == "organization_warning",
        in_person: false,
    });
    let address = "ann@west.example".into();
    let recipient = Recipient { address, name: "Ann Lee".into(), locale: locale.into(), person: None, told };
    let now = at("2026-11-20T10:00:00Z");
    Mail {
        account: AccountId(7),
        id: 1,
        cause: "test".into(),
        recipient,
        letter,
        sealed_link: None,
        delivery: Delivery::new(now),
        queued_at: now,
        reason: None,
    }
}

fn read(letter: Letter, locale: &str) -> Written {
    let link = Link::of(Some("https://crm.example/join/abc".to_owned()));
    written("https://crm.example", &mail(letter, locale), link)
}

/// One of each.
fn letters() -> Vec<Letter> {
    let (account, by) = ("West ApS".to_owned(), "Bo Ek".to_owned());
    vec![
        Letter::Test,
        Letter::Invitation { account: account.clone(), by: Some(by.clone()) },
        Letter::LoggedInAs { account: account.clone(), by: by.clone(), until: at("2026-11-20T10:30:00Z") },
        Letter::SecondFactorAsked { account, by: by.clone(), from: at("2026-11-21T10:00:00Z") },
        Letter::PasswordReset { by: Some(by.clone()) },
        Letter::FactorResetRequested { by: by.clone(), takes_effect_at: at("2026-11-21T10:00:00Z") },
        Letter::FactorReset { by },
        organization(None),
        organization(Some(Warning { days: 7, until: at("2026-11-27T10:00:00Z") })),
        Letter::SensitiveOn { account: "West ApS".into() },
        Letter::SuperAdminGranted { account: "West ApS".into(), person: "Cy Dam".into(), by: None },
        order(),
        Letter::Invoice { invoice: priced(), due_at: at("2026-12-20T10:00:00Z") },
        Letter::Receipt { invoice: priced(), paid_at: at("2026-12-01T10:00:00Z") },
        term_ends(true),
        Letter::SubscriptionEnded { at: at("2026-11-20T10:00:00Z") },
        Letter::ContactsDue,
        Letter::SyncErrors { what: "rollup".into(), n: 3, reason: "RECORD_GONE: it was erased".into() },
    ]
}

fn priced() -> Priced {
    Priced { number: 42, currency: "EUR".into(), total: 1_234_550 }
}

fn sales(tier: Tier) -> Subscriptions {
    Subscriptions::of(&[(Product::Sales, tier)])
}

fn order() -> Letter {
    Letter::Order {
        by: Some("Bo Ek".into()),
        now: sales(Tier::Enterprise),
        later: Some(sales(Tier::Starter)),
        term_end: at("2027-11-20T10:00:00Z"),
        term: Term::Annual,
        invoice: Some(42),
    }
}

fn term_ends(renews: bool) -> Letter {
    Letter::TermEnds {
        at: at("2026-12-20T10:00:00Z"),
        renews,
        becomes: if renews { sales(Tier::Professional) } else { Subscriptions::default() },
        term: Term::Annual,
        currency: "DKK".into(),
        price: 900_000,
    }
}

fn happened(act: &str, reason: &str, values: &[(&str, &str)], until: Option<&str>) -> Happened {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Happened { act: act.into(), reason: reason.into(), values, until: until.map(at) }
}

fn organization(warning: Option<Warning>) -> Letter {
    let edge = [("feature", "mirroring"), ("source", "East & Sons"), ("destination", "West ApS")];
    Letter::Organization {
        organization: "Nordwind".into(),
        by: None,
        at: at("2026-11-20T10:00:00Z"),
        events: vec![
            happened("edge_closed", "member_removed", &edge, None),
            happened("member_removed", "tier", &[("account", "West ApS")], None),
            happened("frozen", "", &[], Some("2026-12-04T10:00:00Z")),
        ],
        n_more: 2,
        warning,
    }
}

#[test]
fn every_letter_in_every_language() {
    for letter in letters() {
        for locale in LOCALES {
            let words = read(letter.clone(), locale);
            let name = format!("{}.{locale}", letter.template());
            insta::assert_snapshot!(name, format!("Subject: {}\n\n{}\n{}", words.subject, words.text, words.html));
        }
    }
}

#[test]
fn a_term_that_is_not_renewed_says_what_is_left() {
    let words = read(term_ends(false), "en");
    assert_eq!(words.subject, "The subscription of West ApS ends on 20 December 2026");
    assert!(words.text.contains("From the next term on: the free tools") && !words.text.contains("Price"), "{}", words.text);
}

#[test]
fn what_the_product_tells_of_has_words() {
    let say = Speech::of("en");
    // These always come with a reason, and have words for each.
    let by_reason = ["deleted", "edge_closed", "member_removed"];
    for act in model::notice::acts().into_iter().filter(|act| *act != "warned" && !by_reason.contains(act)) {
        assert!(say.knows(&format!("event.{act}")), "{act}");
    }
    let frozen = happened("member_frozen", "tier", &[("account", "West ApS")], Some("2026-12-04T10:00:00Z"));
    let letter = Letter::Organization {
        organization: "Nordwind".into(),
        by: None,
        at: at("2026-11-20T10:00:00Z"),
        events: vec![frozen],
        n_more: 0,
        warning: None,
    };
    let words = read(letter, "en");
    assert!(words.subject.starts_with("Nordwind: West ApS is frozen"), "{}", words.subject);
}

#[test]
fn every_key_has_words_in_every_language_with_the_same_places() {
    let mut known = BTreeSet::new();
    for (key, words) in all() {
        assert!(known.insert(*key), "{key} is there twice");
        let places = |text: &str| -> BTreeSet<String> {
            text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name.to_owned()).collect()
        };
        for text in words {
            assert!(!text.trim().is_empty() && places(text) == places(words[0]), "{key}: {text}");
        }
    }
}

#[test]
fn no_letter_shows_a_key_or_an_empty_place() {
    for letter in letters() {
        for locale in LOCALES {
            let words = read(letter.clone(), locale);
            for (key, _) in all() {
                assert!(!key.contains('.') || !words.text.contains(key), "{key} in {}", letter.template());
            }
            assert!(!words.text.contains('{') && !words.text.contains("  ."), "{}", words.text);
        }
    }
}

#[test]
fn a_name_is_no_markup_and_no_place() {
    let evil = "<img src=x onerror=alert(1)> {by} & \"Sons\"";
    let words = read(Letter::Invitation { account: evil.into(), by: Some("'Bo'".into()) }, "en");
    assert!(
        !words.html.contains("<img") && words.html.contains("&lt;img src=x onerror=alert(1)&gt; {by} &amp; &quot;Sons&quot;")
    );
    assert!(words.text.contains(evil), "text needs no escaping: {}", words.text);
    let link = Link::of(Some("https://crm.example/\"><script>".to_owned()));
    let words = written("https://crm.example", &mail(Letter::Invitation { account: "A".into(), by: None }, "en"), link);
    assert!(!words.html.contains("<script"), "{}", words.html);
}

#[test]
fn a_name_breaks_no_line_and_turns_no_text() {
    let words = read(Letter::Invitation { account: "West\r\nBcc: thief@ex.org".into(), by: None }, "en");
    assert_eq!(words.subject, "You are invited to West  Bcc: thief@ex.org");
    let words = read(Letter::Invitation { account: "\u{202E}tseW\u{202C}".into(), by: None }, "en");
    assert_eq!(words.subject, "You are invited to tseW");
    let words = read(Letter::Invitation { account: "شركة الغرب".into(), by: None }, "en");
    assert_eq!(words.subject, "You are invited to شركة الغرب");
    assert!(words.text.contains("the account \u{2068}شركة الغرب\u{2069}."), "what is around it keeps its place: {}", words.text);
}

#[test]
fn who_is_not_the_recipient_sees_no_link() {
    let letter = Letter::Invitation { account: "West".into(), by: None };
    let words = written("https://crm.example", &mail(letter, "en"), Link::Hidden);
    assert!(!words.text.contains("https://crm.example/") && words.text.contains("shown to the recipient only"));
}

#[test]
fn times_are_written_as_each_language_does() {
    let time = |locale| Speech::of(locale).time(at("2026-03-01T09:05:00Z"));
    assert_eq!(
        LOCALES.map(time),
        ["1 March 2026, 09:05 UTC", "1 marzo 2026, 09:05 UTC", "1. marts 2026, 09:05 UTC", "1 maart 2026, 09:05 UTC"]
    );
    assert_eq!(Speech::of("xx").date(at("2026-03-01T09:05:00Z")), "1 March 2026");
}
