//! What each letter says.

use super::words::Speech;
use super::{Block, Link, Page};
use model::letter::{Happened, Letter, Told};
use model::outbox::Mail;

/// What a letter says, without why she gets it.
struct Said {
    subject: String,
    blocks: Vec<Block>,
}

pub(super) fn page(public_url: &str, mail: &Mail, link: Link) -> Page {
    let say = Speech::of(&mail.recipient.locale);
    let Said { subject, blocks } = match &mail.letter {
        Letter::Test => of(&say, "test", &[("host", public_url)], vec![]),
        Letter::Invitation { account, by } => invitation(&say, account, by.as_deref(), link),
        Letter::LoggedInAs { account, by, until } => {
            let until = say.time(*until);
            let values = [("account", account.as_str()), ("by", by), ("until", &until)];
            of(&say, "logged_in_as", &values, vec![notice(&say, "logged_in_as.doubt")])
        }
        Letter::FactorResetRequested { by, takes_effect_at } => {
            let at = say.time(*takes_effect_at);
            of(&say, "factor_reset_requested", &[("by", by), ("at", &at)], vec![notice(&say, "factor_reset_requested.doubt")])
        }
        Letter::FactorReset { by } => of(&say, "factor_reset", &[("by", by)], vec![notice(&say, "factor_reset_requested.doubt")]),
        letter @ Letter::Organization { .. } => organization(&say, &format!("{public_url}/a/{}", mail.account), letter),
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

fn organization(say: &Speech, here: &str, letter: &Letter) -> Said {
    let Letter::Organization { organization, told, by, at, events, warning } = letter else {
        unreachable!("asked by its caller")
    };
    let lines: Vec<String> = events.iter().map(|event| happened(say, event, warning.is_some())).collect();
    let what = match (warning, lines.as_slice()) {
        (Some(warning), _) => say.with("warning.what", &[("days", &warning.days.to_string())]),
        (None, [one]) => one.clone(),
        (None, _) => say.of_key("organization.several"),
    };
    let mut blocks = vec![Block::Paragraph(match warning {
        None => say.with("organization.body", &[("organization", organization)]),
        Some(warning) => say.with("warning.lead", &[("until", &say.date(warning.until)), ("days", &warning.days.to_string())]),
    })];
    blocks.push(Block::List(lines.iter().map(|line| capitalized(line)).collect()));
    match warning {
        Some(_) => blocks.push(notice(say, "warning.help")),
        None => {
            let by = by.clone().unwrap_or_else(|| say.of_key("organization.by_system"));
            blocks.push(Block::Facts(vec![
                (
                    say.of_key("organization.fact.account"),
                    told.accounts.iter().map(|name| super::plain(name)).collect::<Vec<_>>().join(", "),
                ),
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
        Letter::Organization { told, .. } => return because_told(say, public_url, told),
        Letter::Test => "because.test",
        Letter::Invitation { .. } => "because.invited",
        Letter::LoggedInAs { .. } | Letter::FactorResetRequested { .. } | Letter::FactorReset { .. } => "because.login",
    };
    say.with(key, &values)
}

fn because_told(say: &Speech, public_url: &str, told: &Told) -> String {
    let key = if told.as_super_admin { "because.super_admin" } else { "because.contact" };
    say.with(key, &[("accounts", &told.accounts.join(", ")), ("host", public_url)])
}
