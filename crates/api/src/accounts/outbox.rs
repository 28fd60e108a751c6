//! The outbox of the current account: which letters about it went to whom, and what became of them.

use crate::call::Call;
use crate::query::wrong;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::outbox::{self, Preview};
use model::limits::OUTBOX_PAGE_MAX;
use model::outbox::State;
use schemars::JsonSchema;
use serde::Serialize;
use wire::paging::Page;
use wire::scalar::{Id, Time};

const TAG: &str = "Accounts";
const STATE: Parameter = Parameter { name: "state", kind: "string", about: "Only `queued`, `sent`, `failed` or `kept` ones." };
const AFTER: Parameter =
    Parameter { name: "after", kind: "integer", about: "Where the page before ended: the id of its last letter." };
const LIMIT: Parameter = Parameter { name: "limit", kind: "integer", about: "At most this many." };

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::get("/accounts/v1/outbox", "outbox.list", session, list)
            .about(TAG, "Letters about the account, newest first; needs the permission to read the log.")
            .query(&[STATE, AFTER, LIMIT])
            .reply::<Page<Letter>>(200),
        Route::get("/accounts/v1/outbox/{mailId}", "outbox.read", session, read)
            .about(TAG, "One letter as it reads. A link that only the recipient may know is not in it.")
            .reply::<LetterRead>(200),
        Route::post("/accounts/v1/outbox/{mailId}/retry", "outbox.retry", session, retry)
            .about(TAG, "Tries a failed or kept letter again; for Super Admins.")
            .reply::<LetterRead>(200),
    ]
}

/// A letter and what became of it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Letter {
    id: Id,
    /// Such as `invitation` or `organization_event`.
    template: &'static str,
    subject: String,
    to_address: String,
    to_name: String,
    /// The language it is in.
    locale: String,
    /// `queued`, `sent`, `failed`, `kept`.
    state: &'static str,
    n_attempts: i64,
    queued_at: Time,
    /// When it is tried next, while it is queued.
    due_at: Option<Time>,
    /// When it was sent, given up or kept.
    ended_at: Option<Time>,
    /// What the mail server said last.
    reason: Option<String>,
}

/// A letter with its words.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LetterRead {
    #[serde(flatten)]
    letter: Letter,
    text: String,
    html: String,
}

async fn list(call: Call) -> Answer {
    let query = call.query();
    let limit = query.limit(OUTBOX_PAGE_MAX, OUTBOX_PAGE_MAX)?;
    let before = query.parsed::<i64>("after", "the id of a letter")?.unwrap_or(i64::MAX);
    let state = query.one("state").map(|name| State::from_name(name).ok_or_else(|| unknown(name))).transpose()?;
    let letters = outbox::list(call.app(), call.cx(), state, before, limit).await?;
    let paging = letters.last().filter(|_| letters.len() == limit).map(|last| call.next(&last.mail.id.to_string()));
    Ok(reply::ok(&Page { results: letters.iter().map(shown).collect(), paging }))
}

async fn read(call: Call) -> Answer {
    Ok(reply::ok(&whole(&outbox::read(call.app(), call.cx(), id(&call)?).await?)))
}

async fn retry(call: Call) -> Answer {
    Ok(reply::ok(&whole(&outbox::retry(call.app(), call.cx(), id(&call)?).await?)))
}

fn id(call: &Call) -> Result<i64, Refusal> {
    Ok(call.id::<model::id::RecordId>("mailId")?.0)
}

fn shown(preview: &Preview) -> Letter {
    let mail = &preview.mail;
    Letter {
        id: Id(mail.id),
        template: mail.letter.template(),
        subject: preview.subject.clone(),
        to_address: mail.recipient.address.clone(),
        to_name: mail.recipient.name.clone(),
        locale: mail.recipient.locale.clone(),
        state: mail.delivery.state.name(),
        n_attempts: mail.delivery.n_attempts,
        queued_at: Time(mail.queued_at),
        due_at: mail.delivery.due_at.map(Time),
        ended_at: mail.delivery.ended_at.map(Time),
        reason: mail.reason.clone(),
    }
}

fn whole(preview: &Preview) -> LetterRead {
    LetterRead { letter: shown(preview), text: preview.text.clone(), html: preview.html.clone() }
}

fn unknown(name: &str) -> Refusal {
    let known = format!("one of {}", State::ALL.map(State::name).join(", "));
    wrong("state", name, &known).with_code("MAIL_STATE_UNKNOWN")
}
