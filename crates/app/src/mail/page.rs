//! What each letter says.

use super::words::Speech;
use super::{Block, Link, Page};
use model::billing::invoice;
use model::letter::{Happened, Letter, Priced};
use model::outbox::{Mail, Told};

/// What a letter says, without why she gets it.
struct Said {
    subject: String,
    blocks: Vec<Block>,
}

pub(super) fn page(public_url: &str, mail: &Mail, link: Link) -> Page {
    let say = Speech::of(&mail.recipient.locale);
    let here = format!("{public_url}/a/{}", mail.account);
    let Said { subject, blocks } = match &mail.letter {
        Letter::Test => of(&say, "test", &[("host", public_url)], vec![]),
        Letter::Invitation { account, by } => invitation(&say, account, by.as_deref(), link),
        Letter::LoggedInAs { account, by, until } => {
            let until = say.time(*until);
            let values = [("account", account.as_str()), ("by", by), ("until", &until)];
            of(&say, "logged_in_as", &values, vec![notice(&say, "logged_in_as.doubt")])
        }
        Letter::SecondFactorAsked { account, by, from } => {
            let from = say.time(*from);
            let values = [("account", account.as_str()), ("by", by), ("from", &from)];
            let here = format!("{public_url}/a/{}/settings/security", mail.account);
            of(&say, "second_factor_asked", &values, vec![Block::Button(say.of_key("second_factor_asked.button"), here)])
        }
        Letter::PasswordReset { by } => password_reset(&say, by.as_deref(), link),
        Letter::FactorResetRequested { by, takes_effect_at } => {
            let at = say.time(*takes_effect_at);
            let button = Block::Button(say.of_key("factor_reset_requested.button"), format!("{here}/settings/security"));
            let more = vec![notice(&say, "factor_reset_requested.stop"), button];
            of(&say, "factor_reset_requested", &[("by", by), ("at", &at)], more)
        }
        Letter::FactorReset { by } => of(&say, "factor_reset", &[("by", by)], vec![notice(&say, "factor_reset_requested.doubt")]),
        letter @ Letter::Organization { .. } => organization(&say, &here, letter, &for_accounts(mail)),
        letter => about_account(&say, &here, letter, &for_accounts(mail)),
    };
    Page { title: subject.clone(), subject, blocks, because: because(&say, public_url, mail) }
}

/// The plain kind of letter: a subject, a paragraph, and what else there is.
fn of(say: &Speech, template: &str, values: &[(&str, &str)], more: Vec<Block>) -> Said {
    let mut blocks = vec![Block::Paragraph(say.with(&format!("{template}.body"), values))];
    blocks.extend(more);
    Said { subject: say.with(&format!("{template}.subject"), values), blocks }
}

fn invitation(say: &Speech, account: &str, by: Option<&str>, link: Link) -> Said {
    let body = match by {
        Some(by) => say.with("invitation.body_by", &[("account", account), ("by", by)]),
        None => say.with("invitation.body", &[("account", account)]),
    };
    let mut blocks = vec![Block::Paragraph(body), Block::Paragraph(say.of_key("invitation.expires"))];
    match link {
        Link::None => {}
        Link::Open(url) => blocks.push(Block::Button(say.of_key("invitation.button"), url)),
        Link::Hidden => blocks.push(Block::Notice(say.of_key("link_hidden"))),
    }
    Said { subject: say.with("invitation.subject", &[("account", account)]), blocks }
}

fn password_reset(say: &Speech, by: Option<&str>, link: Link) -> Said {
    let body = match by {
        Some(by) => say.with("password_reset.body_by", &[("by", by)]),
        None => say.of_key("password_reset.body"),
    };
    let mut blocks = vec![Block::Paragraph(body), Block::Paragraph(say.of_key("password_reset.expires"))];
    match link {
        Link::None => {}
        Link::Open(url) => blocks.push(Block::Button(say.of_key("password_reset.button"), url)),
        Link::Hidden => blocks.push(Block::Notice(say.of_key("link_hidden"))),
    }
    Said { subject: say.of_key("password_reset.subject"), blocks }
}

fn organization(say: &Speech, here: &str, letter: &Letter, accounts: &str) -> Said {
    let Letter::Organization { organization, by, at, events, n_more, warning } = letter else {
        unreachable!("asked by its caller")
    };
    let lines: Vec<String> = events.iter().map(|event| happened(say, event, warning.is_some())).collect();
    let what = match (warning, lines.as_slice()) {
        (Some(warning), _) => say.with("warning.what", &[("until", &say.date(warning.until))]),
        (None, [one]) => one.clone(),
        (None, _) => say.of_key("organization.several"),
    };
    let mut blocks = vec![Block::Paragraph(match warning {
        None => say.with("organization.body", &[("organization", organization)]),
        Some(warning) => say.with("warning.lead", &[("until", &say.date(warning.until)), ("days", &warning.days.to_string())]),
    })];
    blocks.push(Block::List(lines.iter().map(|line| capitalized(line)).collect()));
    if *n_more > 0 {
        blocks.push(Block::Paragraph(say.with("organization.more", &[("n", &n_more.to_string())])));
    }
    match warning {
        Some(_) => blocks.push(notice(say, "warning.help")),
        None => {
            let by = by.clone().unwrap_or_else(|| say.of_key("organization.by_system"));
            blocks.push(Block::Facts(vec![
                (say.of_key("organization.fact.account"), super::plain(accounts)),
                (say.of_key("organization.fact.by"), super::plain(&by)),
                (say.of_key("organization.fact.at"), say.time(*at)),
            ]));
        }
    }
    blocks.push(Block::Button(say.of_key("organization.button"), format!("{here}/organization")));
    Said { subject: say.with("organization.subject", &[("organization", organization), ("what", &what)]), blocks }
}

/// One thing that happened, or is to come, as the rest of a sentence.
fn happened(say: &Speech, event: &Happened, is_to_come: bool) -> String {
    let key = match (is_to_come, event.reason.as_str()) {
        (true, _) => format!("will.{}", event.act),
        (false, "") => format!("event.{}", event.act),
        (false, reason) => format!("event.{}.{reason}", event.act),
    };
    // What has no words for its reason has some without.
    let key = if say.knows(&key) { key } else { format!("event.{}", event.act) };
    let until = event.until.map(|until| say.date(until)).unwrap_or_default();
    let feature = event.values.get("feature").map(|name| say.of_key(&format!("feature.{name}"))).unwrap_or_default();
    let mut values: Vec<(&str, &str)> = vec![("until", &until), ("feature", &feature)];
    values.extend(event.values.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    say.with(&key, &values)
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn notice(say: &Speech, key: &str) -> Block {
    Block::Notice(say.of_key(key))
}

fn because(say: &Speech, public_url: &str, mail: &Mail) -> String {
    let values = [("address", mail.recipient.address.as_str()), ("host", public_url)];
    let key = match &mail.letter {
        Letter::Test => "because.test",
        Letter::Invitation { .. } => "because.invited",
        Letter::LoggedInAs { .. } | Letter::FactorResetRequested { .. } | Letter::FactorReset { .. } => "because.login",
        Letter::SecondFactorAsked { .. } | Letter::PasswordReset { .. } => "because.login",
        _ => return because_told(say, public_url, mail.recipient.told.as_ref()),
    };
    say.with(key, &values)
}

fn because_told(say: &Speech, public_url: &str, told: Option<&Told>) -> String {
    let Some(told) = told else { return String::new() };
    let key = match told {
        Told { in_person: true, .. } => "because.in_person",
        Told { as_super_admin: true, .. } => "because.super_admin",
        _ => "because.contact",
    };
    say.with(key, &[("accounts", &told.accounts.join(", ")), ("host", public_url)])
}

/// The names of the accounts somebody is told for.
fn for_accounts(mail: &Mail) -> String {
    mail.recipient.told.as_ref().map(|told| told.accounts.join(", ")).unwrap_or_default()
}

fn about_account(say: &Speech, here: &str, letter: &Letter, account: &str) -> Said {
    let to_billing = || Block::Button(say.of_key("billing.button"), format!("{here}/settings/billing"));
    match letter {
        Letter::SensitiveOn { account } => of(say, "sensitive_on", &[("account", account)], vec![]),
        Letter::SuperAdminGranted { account, person, by } => {
            let by = by.clone().unwrap_or_else(|| say.of_key("organization.by_system"));
            of(say, "super_admin_granted", &[("account", account), ("person", person), ("by", &capitalized(&by))], vec![])
        }
        Letter::ContactsDue => {
            let button = Block::Button(say.of_key("contacts_due.button"), format!("{here}/settings/company"));
            of(say, "contacts_due", &[("account", account)], vec![button])
        }
        Letter::SyncErrors { what, n, reason } => {
            let facts = vec![fact(say, "sync_errors.fact.what", what), fact(say, "sync_errors.fact.reason", reason)];
            of(say, "sync_errors", &[("account", account), ("n", &n.to_string())], vec![Block::Facts(facts)])
        }
        Letter::Order { .. } => order(say, letter, account, to_billing()),
        Letter::Invoice { invoice, due_at } => {
            let due = fact(say, "billing.fact.due", &say.date(*due_at));
            with_invoice(say, "invoice", invoice, account, vec![priced(say, invoice, account, due), to_billing()])
        }
        Letter::Receipt { invoice, paid_at } => {
            let paid = fact(say, "billing.fact.paid", &say.date(*paid_at));
            with_invoice(say, "receipt", invoice, account, vec![priced(say, invoice, account, paid), to_billing()])
        }
        Letter::SubscriptionEnded { at } => {
            of(say, "ended", &[("account", account), ("date", &say.date(*at))], vec![to_billing()])
        }
        letter => term_ends(say, letter, account, to_billing()),
    }
}

fn fact(say: &Speech, key: &str, value: &str) -> (String, String) {
    (say.of_key(key), super::plain(value))
}

fn with_invoice(say: &Speech, template: &str, priced: &Priced, account: &str, more: Vec<Block>) -> Said {
    of(say, template, &[("number", &invoice::name(priced.number)), ("account", account)], more)
}

fn priced(say: &Speech, priced: &Priced, account: &str, last: (String, String)) -> Block {
    let total = format!("{} {}", priced.currency, say.amount(priced.total, &priced.currency));
    Block::Facts(vec![
        fact(say, "billing.fact.account", account),
        fact(say, "billing.fact.number", &invoice::name(priced.number)),
        fact(say, "billing.fact.total", &total),
        last,
    ])
}

fn order(say: &Speech, letter: &Letter, account: &str, button: Block) -> Said {
    let Letter::Order { by, now, later, term_end, .. } = letter else { unreachable!("asked by its caller") };
    let by = by.clone().unwrap_or_else(|| say.of_key("organization.by_system"));
    let mut facts = vec![fact(say, "billing.fact.by", &by), fact(say, "billing.fact.now", &say.tiers(now))];
    if let Some(later) = later {
        facts.push(fact(say, "billing.fact.later", &say.tiers(later)));
    }
    facts.push(fact(say, "billing.fact.term_end", &say.date(*term_end)));
    of(say, "order", &[("account", account)], vec![Block::Facts(facts), button])
}

fn term_ends(say: &Speech, letter: &Letter, account: &str, button: Block) -> Said {
    let Letter::TermEnds { at, renews, becomes, currency, price, .. } = letter else { unreachable!("asked by its caller") };
    let how = if *renews { "renews" } else { "ends" };
    let date = say.date(*at);
    let values = [("account", account), ("date", date.as_str())];
    let mut facts = vec![fact(say, "billing.fact.term_end", &date), fact(say, "billing.fact.later", &say.tiers(becomes))];
    if *renews && *price > 0 {
        facts.push(fact(say, "billing.fact.price", &format!("{currency} {}", say.amount(*price, currency))));
    }
    Said {
        subject: say.with(&format!("term_ends.subject.{how}"), &values),
        blocks: vec![Block::Paragraph(say.with(&format!("term_ends.body.{how}"), &values)), Block::Facts(facts), button],
    }
}
