//! The outbox: letters are written in the transaction of their cause and sent afterwards, see [`model::outbox`].
//!
//! ```text
//!   a verb, or a consumer of the feed --enqueue, same transaction--> outbox --send_due, claimed one by one--> mail server
//! ```

use crate::cx::{App, Cx};
use crate::error::{Error, Result};
use crate::{billing, mail, secret};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use model::authority::Act;
use model::billing::invoice::name;
use model::change::{Actor, Change, Kind};
use model::id::{AccountId, PersonId};
use model::letter::Letter;
use model::limits::{MAIL_REASON_CHARS_MAX, OUTBOX_DAYS, OUTBOX_PAGE_MAX, OUTBOX_SENDING_MAX};
use model::outbox::{Delivery, Event, Mail, Recipient, State, next};
use outside::mail::{Attachment, Message, Undelivered};
use store::{INSTANCE, Tx, WriteTx};

/// The feed whose changes may come with new letters: the outbox is in the directory.
pub const FEED: AccountId = INSTANCE;

/// A letter that somebody wants to send.
#[derive(Debug, Clone)]
pub struct New {
    /// The account it is about, on whose page it is listed; [`store::INSTANCE`] for what is about no account.
    pub account: AccountId,
    /// What it is because of, such as `feed:0:812` or `invitation:` and something that is new with every invitation. The same
    /// cause makes no second letter of the same template to the same address.
    pub cause: String,
    pub to: Recipient,
    pub letter: Letter,
    /// Where the letter's button leads when only the recipient may know. Sealed until it was sent.
    pub link: Option<String>,
}

/// Puts a letter into the outbox, in the caller's transaction on the home database; false when it was there already.
pub async fn enqueue(app: &App, tx: &mut WriteTx, new: New, now: Timestamp) -> Result<bool> {
    let id = tx.take_ids(1)?;
    let sealed_link = new.link.as_deref().map(|link| secret::seal(app, &place(id), link.as_bytes())).transpose()?;
    put(tx, id, new, sealed_link, now).await
}

/// The same for a letter without a link.
pub(crate) async fn enqueue_open(tx: &mut WriteTx, new: New, now: Timestamp) -> Result<bool> {
    let id = tx.take_ids(1)?;
    put(tx, id, new, None, now).await
}

async fn put(tx: &mut WriteTx, id: i64, new: New, sealed_link: Option<String>, now: Timestamp) -> Result<bool> {
    let New { account, cause, to: recipient, letter, .. } = new;
    let delivery = Delivery::new(now);
    let mail = Mail { account, id, cause, recipient, letter, sealed_link, delivery, queued_at: now, reason: None };
    Ok(store::outbox::put(tx, &mail).await?)
}

/// A person as the recipient of a letter, in her language; nothing for somebody who is barred or gone.
pub async fn to_person(tx: &mut Tx, person: PersonId) -> Result<Option<Recipient>> {
    let login = store::person::read(tx, person).await?;
    Ok(login.filter(|login| login.person.disabled_at.is_none()).map(|login| Recipient {
        address: login.person.email,
        name: login.person.name,
        locale: login.person.locale,
        person: Some(person),
        told: None,
    }))
}

/// The name of whoever acts, for a letter; the operator has none, so it is the product's.
pub(crate) async fn by_name(tx: &mut Tx, cx: &Cx) -> Result<Option<String>> {
    let Some(person) = cx.person else { return Ok(None) };
    Ok(store::person::read(tx, person.id).await?.map(|login| login.person.name))
}

/// What the account is called.
pub(crate) async fn account_name(tx: &mut Tx, account: AccountId) -> Result<String> {
    Ok(store::account::read(tx, account).await?.map(|account| account.name).unwrap_or_default())
}

/// What the product signs with where nobody else did it.
pub(crate) const PRODUCT: &str = "Consortio";

/// What sending did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    pub n_sent: usize,
    /// Given up, or put off.
    pub n_undelivered: usize,
    /// There is no mail server.
    pub n_kept: usize,
}

impl Sent {
    /// How many letters were dealt with.
    pub fn n(self) -> usize {
        self.n_sent + self.n_undelivered + self.n_kept
    }
}

/// Sends a handful of letters whose time has come. A step: it may be cut off anywhere, and several processes may do it at once.
pub async fn send_due(app: &App) -> Result<Sent> {
    let due = store::outbox::due(&mut app.store.read_home().await?, app.outside.now(), OUTBOX_SENDING_MAX).await?;
    let mut sent = Sent::default();
    for outcome in join_all(due.into_iter().map(|mail| send(app, mail))).await {
        match outcome? {
            None => {}
            Some(State::Sent) => sent.n_sent += 1,
            Some(State::Kept) => sent.n_kept += 1,
            Some(State::Queued | State::Failed) => sent.n_undelivered += 1,
        }
    }
    Ok(sent)
}

/// Sends one letter; where it is then, or nothing when another process has it.
async fn send(app: &App, mail: Mail) -> Result<Option<State>> {
    let Some(port) = &app.outside.mail else { return settle(app, &mail, Event::NoServer, None).await };
    let Some(claimed) = next(mail.delivery, Event::Claimed, app.outside.now()) else { return Ok(None) };
    let mut tx = app.store.write_home().await?;
    if !store::outbox::save(&mut tx, &mail, &claimed, mail.reason.as_deref()).await? {
        return Ok(None);
    }
    tx.commit_bookkeeping().await?;
    let mail = Mail { delivery: claimed, ..mail };
    match port.send(message(app, &mail).await?).await {
        Ok(()) => settle(app, &mail, Event::Accepted, None).await,
        Err(Undelivered { is_final, reason }) => {
            tracing::warn!(account = %mail.account, mail = mail.id, reason, is_final, "a letter was not taken by the mail server");
            let reason: String = reason.chars().take(MAIL_REASON_CHARS_MAX).collect();
            settle(app, &mail, if is_final { Event::Refused } else { Event::Deferred }, Some(&reason)).await
        }
    }
}

async fn settle(app: &App, mail: &Mail, event: Event, reason: Option<&str>) -> Result<Option<State>> {
    let Some(after) = next(mail.delivery, event, app.outside.now()) else { return Ok(None) };
    let mut tx = app.store.write_home().await?;
    let is_ours = store::outbox::save(&mut tx, mail, &after, reason).await?;
    tx.commit_bookkeeping().await?;
    metrics::counter!("consortio_mail_total", "state" => after.state.name()).increment(u64::from(is_ours));
    Ok(is_ours.then_some(after.state))
}

/// The letter as it goes out: words in the recipient's language, the link opened.
async fn message(app: &App, mail: &Mail) -> Result<Message> {
    let link = mail.sealed_link.as_deref().map(|sealed| secret::open(app, &place(mail.id), sealed)).transpose()?;
    let link = link.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let words = mail::written(&app.settings.public_url, mail, mail::Link::of(link));
    Ok(Message {
        id: message_id(app, mail),
        to_name: mail.recipient.name.clone(),
        to_address: mail.recipient.address.clone(),
        subject: words.subject,
        text: words.text,
        html: words.html,
        attachments: attachments(app, mail).await?,
    })
}

async fn attachments(app: &App, mail: &Mail) -> Result<Vec<Attachment>> {
    let (Letter::Invoice { invoice, .. } | Letter::Receipt { invoice, .. }) = &mail.letter else { return Ok(Vec::new()) };
    let mut tx = app.store.read_home().await?;
    let bytes = billing::attachment(&mut tx, mail.account, invoice.number, &mail.recipient.locale).await?;
    Ok(vec![Attachment { name: format!("{}.pdf", name(invoice.number)), media_type: "application/pdf", bytes }])
}

/// The same for every attempt, and for no other letter of any instance behind the same host.
fn message_id(app: &App, mail: &Mail) -> String {
    let host = url::Url::parse(&app.settings.public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_else(|| "localhost".to_owned());
    format!("{}.{}.{}@{host}", mail.account, mail.id, mail.queued_at.as_microsecond())
}

fn place(id: i64) -> String {
    format!("outbox:{id}")
}

/// A letter with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub mail: Mail,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// A page of the account's letters, newest first, older than `before`.
pub async fn list(app: &App, cx: &Cx, state: Option<State>, before: i64, limit: usize) -> Result<Vec<Preview>> {
    cx.may(Act::ReadOutbox)?;
    let limit = limit.clamp(1, OUTBOX_PAGE_MAX);
    let found = store::outbox::list(&mut app.store.read_home().await?, cx.account, state, before, limit).await?;
    Ok(found.into_iter().map(|mail| preview(app, mail)).collect())
}

/// One letter of the account. Links that only the recipient may know are not in it.
pub async fn read(app: &App, cx: &Cx, id: i64) -> Result<Preview> {
    cx.may(Act::ReadOutbox)?;
    let found = store::outbox::read(&mut app.store.read_home().await?, cx.account, id).await?;
    found.map(|mail| preview(app, mail)).ok_or_else(|| unknown(id))
}

fn preview(app: &App, mail: Mail) -> Preview {
    let words = mail::written(&app.settings.public_url, &mail, mail::Link::Hidden);
    Preview { subject: words.subject, text: words.text, html: words.html, mail }
}

/// Tries a letter again that was given up or kept.
pub async fn retry(app: &App, cx: &Cx, id: i64) -> Result<Preview> {
    cx.may(Act::ManageOutbox)?;
    let mut tx = app.store.write_home().await?;
    let mail = store::outbox::lock(&mut tx, cx.account, id).await?.ok_or_else(|| unknown(id))?;
    if app.outside.mail.is_none() {
        return Err(Error::conflict("MAIL_NOT_CONFIGURED", "no mail server is configured: letters are kept"));
    }
    let after = next(mail.delivery, Event::Retried, cx.now).ok_or_else(|| {
        let message = format!("letter {id} is {}: only failed and kept ones are tried again", mail.delivery.state.name());
        Error::conflict("MAIL_NOT_RETRIABLE", message)
    })?;
    store::outbox::save(&mut tx, &mail, &after, mail.reason.as_deref()).await?;
    let detail = serde_json::json!({ "did": "mail_retried", "accountId": cx.account, "mail": id });
    tx.commit(&cx.by(), cx.now, &[Change::of(Kind::AccountChanged, detail)]).await?;
    read_as_system(app, cx.account, id).await
}

async fn read_as_system(app: &App, account: AccountId, id: i64) -> Result<Preview> {
    read(app, &Cx::system(app, account), id).await
}

/// Writes a letter that only says that mail arrives, and tries to send it at once. For whoever runs the server.
pub async fn test(app: &App, cx: &Cx, address: &str, locale: &str) -> Result<()> {
    if cx.actor != Actor::System {
        return Err(model::authority::Denial::SuperAdminOnly.into());
    }
    let (address, _) = model::identity::person::email(address).map_err(|e| Error::invalid(e.code(), e.to_string()))?;
    let port = app.outside.mail.as_ref();
    let port = port.ok_or_else(|| Error::conflict("MAIL_NOT_CONFIGURED", "no mail server is configured: see `mail.smtp`"))?;
    let recipient = Recipient { name: String::new(), address, locale: locale.to_owned(), person: None, told: None };
    let mail = Mail {
        account: INSTANCE,
        id: 0,
        cause: "test".to_owned(),
        recipient,
        letter: Letter::Test,
        sealed_link: None,
        delivery: Delivery::new(cx.now),
        queued_at: cx.now,
        reason: None,
    };
    let sent = port.send(message(app, &mail).await?).await;
    sent.map_err(|u| Error::new(crate::error::Kind::Unavailable, "MAIL_UNDELIVERED", u.reason))
}

/// Forgets old letters. Takes no input and may run at any time.
pub async fn reconcile(app: &App) -> Result<u64> {
    let before = app.outside.now() - SignedDuration::from_hours(24 * OUTBOX_DAYS);
    let mut tx = app.store.write_home().await?;
    let n = store::outbox::delete_before(&mut tx, before).await?;
    tx.commit_bookkeeping().await?;
    Ok(n)
}

fn unknown(id: i64) -> Error {
    Error::not_found(format!("there is no letter {id}"))
}
