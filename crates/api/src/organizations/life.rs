//! The life of an organization in JSON: its members page by page, what is known to end, what ended and can come back, and
//! membership offered to accounts whose Super Admin is somebody else.

use super::shape::{Candidate, Member, Organization, member, organization, picked};
use super::{READ, TAG, account, id, proof};
use crate::call::Call;
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::organization::offer::{self, Made, Received as ReceivedOffer};
use app::organization::{members, outlook, restore};
use axum::response::Response;
use model::id::{AccountId, OfferId};
use model::organization::Effect;
use model::organization::offer::Offer;
use model::organization::outlook::Expected;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::lenient::Text;
use wire::paging::Page;
use wire::scalar::{Id, Time};

const QUERY: Parameter = Parameter { name: "query", kind: "string", about: "Part of a name, or an id." };
const AFTER: Parameter = Parameter { name: "after", kind: "string", about: "Where the page before ended." };
const LIMIT: Parameter = Parameter { name: "limit", kind: "integer", about: "At most this many." };

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::get("/organizations/v1/{organizationId}/members", "organization.list_members", Access::Account(READ), list_members)
            .about(TAG, "The members, page by page, in the order of their ids.")
            .query(&[QUERY, AFTER, LIMIT])
            .reply::<Page<Member>>(200),
        Route::get("/organizations/v1/{organizationId}/outlook", "organization.outlook", Access::Account(READ), outlook)
            .about(TAG, "What is known to end if nobody does anything: memberships, connections, the organization; earliest first.")
            .reply::<Page<End>>(200),
        Route::get("/organizations/v1/former", "organization.former", session, former)
            .about(TAG, "Deleted organizations the current account was in, that can still be restored.")
            .reply::<Page<Former>>(200),
        Route::post("/organizations/v1/{organizationId}/restore", "organization.restore", session, restore)
            .about(
                TAG,
                "Restores a deleted organization, within 30 days, with the accounts that still may belong and the connections nothing blocks. Needs a step-up for organization.restore; its subject is the id.",
            )
            .reply::<Restored>(200),
        Route::get("/organizations/v1/{organizationId}/former-members", "organization.former_members", session, former_members)
            .about(TAG, "Accounts that were members and can still be restored.")
            .reply::<Page<FormerMember>>(200),
        Route::post(
            "/organizations/v1/{organizationId}/members/{accountId}/restore",
            "organization.restore_member",
            session,
            restore_member,
        )
        .about(
            TAG,
            "Brings a former member back, with the connections it had. Needs a step-up for organization.restore; its subject is the account's id.",
        )
        .reply::<Organization>(200),
        Route::get("/organizations/v1/{organizationId}/offers", "offer.list", session, list_offers)
            .about(TAG, "Membership the organization offered, the newest first.")
            .reply::<Page<MembershipOffer>>(200),
        Route::post("/organizations/v1/{organizationId}/offers", "offer.create", session, create_offer)
            .about(
                TAG,
                "Offers membership to an account whose Super Admin is somebody else. The answer is the same whether or not there is such an account. Needs a step-up for organization.add_members; its subject is the account's id.",
            )
            .body::<NewMembershipOffer>()
            .reply::<MembershipOffer>(201),
        Route::delete("/organizations/v1/{organizationId}/offers/{offerId}", "offer.withdraw", session, withdraw_offer)
            .about(TAG, "Takes an offer back.")
            .empty(204),
        Route::get("/organizations/v1/offers", "offer.received", session, received)
            .about(TAG, "Membership offered to the current account that waits for an answer.")
            .reply::<Page<Received>>(200),
        Route::post("/organizations/v1/offers/{offerId}/accept", "offer.accept", session, accept)
            .about(
                TAG,
                "Joins the current account to the organization. Needs a step-up for organization.accept_offer; its subject is the offer's id.",
            )
            .body::<Acknowledgement>()
            .reply::<Organization>(200),
        Route::post("/organizations/v1/offers/{offerId}/decline", "offer.decline", session, decline)
            .about(TAG, "Says no.")
            .empty(204),
    ]
}

/// Something that is known to end.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct End {
    pub at: Time,
    /// The account it begins with; absent when a grace runs out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<Id>,
    pub ends: Vec<EndOf>,
}

/// One thing that ends.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndOf {
    /// `member_removed`, `member_frozen`, `edge_closed`, `frozen`, `one_member_left`, `deleted`.
    pub what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// A deleted organization.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Former {
    pub id: Id,
    pub name: String,
    /// `deleted_manual`, `deleted_no_anchor`.
    pub state: &'static str,
    pub deleted_at: Time,
    pub restorable_until: Time,
    /// The other accounts, and what keeps each from coming back.
    pub accounts: Vec<Candidate>,
    /// What keeps the whole from coming back from the current account.
    pub blocked: Vec<&'static str>,
    /// How many directions of connections would open again, unless something blocks them by now.
    pub n_edges: usize,
}

/// A restored organization, and who is not back.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    pub organization: Organization,
    pub left_out: Vec<Candidate>,
}

/// An account that was a member.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FormerMember {
    pub account_id: Id,
    pub name: String,
    /// `manual`, `tier`, `deactivated`, `hosting`.
    pub reason: &'static str,
    pub removed_at: Time,
    pub restorable_until: Time,
    /// What keeps it from coming back.
    pub against: Vec<&'static str>,
}

/// Membership offered by the organization.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MembershipOffer {
    pub id: Id,
    pub account_id: Id,
    /// `offered`, `accepted`, `declined`, `withdrawn`, `expired`.
    pub state: &'static str,
    pub offered_at: Time,
    pub offered_by: Option<String>,
    pub expires_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Time>,
}

/// The account that membership is offered to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMembershipOffer {
    pub account_id: Text,
}

/// Membership offered to the current account.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    pub id: Id,
    pub organization_name: String,
    pub offered_at: Time,
    pub offered_by: Option<String>,
    pub expires_at: Time,
    /// Names of some of the accounts one would join.
    pub accounts: Vec<String>,
    pub n_accounts: usize,
    /// What keeps the current account from joining.
    pub against: Vec<&'static str>,
    pub can_answer: bool,
}

/// The version of the impact statement that was read.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acknowledgement {
    pub acknowledged_text_version: String,
}

async fn list_members(call: Call) -> Answer {
    let query = call.query();
    let is_wrong = |text: &str| crate::query::wrong("after", text, "the id of an account").with_code("ID_INVALID");
    let after = query.one("after").map(|text| text.parse::<AccountId>().map_err(|_| is_wrong(text))).transpose()?;
    let limit = super::log::number(query.one("limit"), "limit")?.and_then(|n| usize::try_from(n).ok());
    let search = members::Search { query: query.one("query").unwrap_or_default().to_owned(), after, limit };
    let page = members::list(call.app(), call.cx(), id(&call)?, &search).await?;
    let results = page.accounts.iter().map(|account| member(&page.view, account)).collect();
    Ok(reply::ok(&Page { results, paging: page.next.map(|after| call.next(&after.to_string())) }))
}

async fn outlook(call: Call) -> Answer {
    let ends = outlook::list(call.app(), call.cx(), id(&call)?).await?;
    Ok(all(ends.iter().map(end)))
}

fn end(expected: &Expected) -> End {
    let ends = expected.effects.iter().map(end_of).collect();
    End { at: Time(expected.at), account_id: expected.account.map(|account| Id(account.0)), ends }
}

fn end_of(effect: &Effect) -> EndOf {
    let nothing = EndOf { what: "", account_id: None, feature: None, source: None, destination: None, reason: None };
    let of_member = |account: &AccountId, reason| EndOf { account_id: Some(Id(account.0)), reason: Some(reason), ..nothing };
    match effect {
        Effect::MemberRemoved { account, reason } => EndOf { what: "member_removed", ..of_member(account, reason.name()) },
        Effect::MemberFrozen { account, reason, .. } => EndOf { what: "member_frozen", ..of_member(account, reason.name()) },
        Effect::EdgeClosed { edge, .. } => EndOf {
            what: "edge_closed",
            feature: Some(edge.feature.name()),
            source: Some(Id(edge.source.0)),
            destination: Some(Id(edge.destination.0)),
            ..nothing
        },
        Effect::Frozen { .. } => EndOf { what: "frozen", ..nothing },
        Effect::Deleted { reason } => EndOf { what: "deleted", reason: Some(reason.name()), ..nothing },
        _ => EndOf { what: "one_member_left", ..nothing },
    }
}

async fn former(call: Call) -> Answer {
    let found = restore::former(call.app(), call.cx()).await?;
    Ok(all(found.into_iter().map(|former| Former {
        id: Id(former.past.id.0),
        state: former.past.phase.name(),
        deleted_at: Time(former.past.deleted_at),
        restorable_until: Time(former.until),
        accounts: former.accounts.into_iter().map(picked).collect(),
        blocked: former.blocked.iter().map(|reason| reason.code()).collect(),
        n_edges: former.n_edges,
        name: former.past.name,
    })))
}

async fn restore(call: Call) -> Answer {
    let restored = restore::restore(call.app(), call.cx(), id(&call)?, proof(&call).as_deref()).await?;
    let left_out = restored.left_out.into_iter().map(picked).collect();
    Ok(reply::ok(&Restored { organization: organization(&restored.view), left_out }))
}

async fn former_members(call: Call) -> Answer {
    let found = restore::former_members(call.app(), call.cx(), id(&call)?).await?;
    Ok(all(found.into_iter().map(|former| FormerMember {
        account_id: Id(former.account.0),
        name: former.name,
        reason: former.reason.name(),
        removed_at: Time(former.removed_at),
        restorable_until: Time(former.until),
        against: former.against.iter().map(|reason| reason.code()).collect(),
    })))
}

async fn restore_member(call: Call) -> Answer {
    let (id, account) = (id(&call)?, call.id("accountId")?);
    let view = restore::restore_member(call.app(), call.cx(), id, account, proof(&call).as_deref()).await?;
    Ok(reply::ok(&organization(&view)))
}

async fn list_offers(call: Call) -> Answer {
    let made = offer::list(call.app(), call.cx(), id(&call)?).await?;
    Ok(all(made.into_iter().map(shown)))
}

async fn create_offer(mut call: Call) -> Answer {
    let (id, body): (_, NewMembershipOffer) = (id(&call)?, call.json().await?);
    let made = offer::create(call.app(), call.cx(), id, account(&body.account_id)?, proof(&call).as_deref()).await?;
    Ok(reply::created(&shown((made, None))))
}

fn shown((offer, offered_by): Made) -> MembershipOffer {
    let Offer { id, account, state, at, expires_at, answered_at, .. } = offer;
    MembershipOffer {
        id: Id(id.0),
        account_id: Id(account.0),
        state: state.name(),
        offered_at: Time(at),
        offered_by,
        expires_at: Time(expires_at),
        answered_at: answered_at.map(Time),
    }
}

async fn withdraw_offer(call: Call) -> Answer {
    offer::withdraw(call.app(), call.cx(), id(&call)?, call.id("offerId")?).await?;
    Ok(reply::empty())
}

async fn received(call: Call) -> Answer {
    let received = offer::received(call.app(), call.cx()).await?;
    Ok(all(received.into_iter().map(|ReceivedOffer { offer, organization, by, accounts, n_accounts, against, can_answer }| {
        Received {
            id: Id(offer.id.0),
            organization_name: organization,
            offered_at: Time(offer.at),
            offered_by: by,
            expires_at: Time(offer.expires_at),
            accounts,
            n_accounts,
            against: against.iter().map(|reason| reason.code()).collect(),
            can_answer,
        }
    })))
}

async fn accept(mut call: Call) -> Answer {
    let (offer, body): (OfferId, Acknowledgement) = (call.id("offerId")?, call.json().await?);
    let (version, proof) = (body.acknowledged_text_version, proof(&call));
    Ok(reply::ok(&organization(&offer::accept(call.app(), call.cx(), offer, &version, proof.as_deref()).await?)))
}

async fn decline(call: Call) -> Answer {
    offer::decline(call.app(), call.cx(), call.id("offerId")?).await?;
    Ok(reply::empty())
}

/// Everything there is, in the shape of a page.
fn all<T: Serialize>(results: impl Iterator<Item = T>) -> Response {
    reply::ok(&Page::whole(results.collect()))
}
