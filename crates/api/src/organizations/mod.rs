//! Organizations and their connections. A service token reads them, and edits connections, as far as the person who made it may
//! at that moment. What asks for a second factor, or changes who belongs, is for people only.

mod connections;
mod file;
mod life;
mod log;
mod off_boarding;
mod policy;
mod proposals;
mod resets;
mod roles;
mod shape;
mod terms;

pub use shape::{Subscription, subscriptions};

use crate::accounts::{contacts, wanted_contacts};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::organization::{self, Consent};
use app::{company, error};
use model::id::{AccountId, OrganizationId};
use model::limits::ORGANIZATION_MEMBERS_MAX;
use model::organization::IMPACT_TEXT_VERSION;
use model::policy::Policy;
use shape::{Impact, NewMembers, NewOrganization, Organization, Picker};
use wire::lenient::Text;

const TAG: &str = "Organizations";
/// The scopes of service tokens.
const READ: &str = model::identity::scope::ORGANIZATION_READ;
const STEP_UP: &str = "x-consortio-step-up";
const POLICY: Parameter = Parameter { name: "policy", kind: "string", about: "`open` (the default) or `parity`." };

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    let read_scope = Access::Account(READ);
    vec![
        Route::get("/organizations/v1/candidates", "organization.candidates", session, candidates)
            .about(TAG, "Accounts that may join with the current one, and every reason why others may not.")
            .query(&[POLICY])
            .reply::<Picker>(200),
        Route::get("/organizations/v1/current", "organization.read", read_scope, read)
            .about(TAG, "The organization of the current account.")
            .reply::<Organization>(200),
        Route::get("/organizations/v1/impact", "organization.impact", session, impact)
            .about(TAG, "What creating an organization means; its version is acknowledged when creating.")
            .reply::<Impact>(200),
        Route::post("/organizations/v1", "organization.create", session, create)
            .about(
                TAG,
                "Creates an organization. Needs a step-up for organization.create; its subject is the ids of the accounts that join or are invited in order, joined by commas. A service token gets 403 SESSION_NEEDED.",
            )
            .body::<NewOrganization>()
            .reply::<Organization>(201),
        Route::delete("/organizations/v1/{organizationId}", "organization.delete", session, delete)
            .about(TAG, "Deletes the organization. Needs a step-up for organization.delete; its subject is the id. A service token gets 403 SESSION_NEEDED.")
            .empty(204),
        Route::get("/organizations/v1/{organizationId}/impact", "organization.impact_of", session, impact)
            .about(TAG, "The same text, for adding accounts.")
            .reply::<Impact>(200),
        Route::post("/organizations/v1/{organizationId}/members", "organization.add_members", session, add_members)
            .about(TAG, "Adds accounts, after a look at the impact statement. Needs a step-up for organization.add_members; its subject is the account ids in order, joined by commas. A service token gets 403 SESSION_NEEDED.")
            .body::<NewMembers>()
            .reply::<Organization>(200),
        Route::delete("/organizations/v1/{organizationId}/members/{accountId}", "organization.remove_member", session, remove)
            .about(
                TAG,
                "Removes an account and closes its connections. Where the policy says so, needs a step-up for organization.remove_member; its subject is the account's id.",
            )
            .empty(204),
        Route::get("/organizations/v1/{organizationId}/contacts", "organization.read_contacts", read_scope, read_contacts)
            .about(TAG, "The points of contact of members that name none.")
            .reply::<shape::DefaultContacts>(200),
        Route::patch("/organizations/v1/{organizationId}/contacts", "organization.update_contacts", session, update_contacts)
            .about(TAG, "Names them; they must be active users of a member. Roles that are not named stay.")
            .body::<shape::WantedDefaults>()
            .reply::<shape::DefaultContacts>(200),
    ]
    .into_iter()
    .chain(roles::routes())
    .chain(connections::routes())
    .chain(file::routes())
    .chain(proposals::routes())
    .chain(resets::routes())
    .chain(log::routes())
    .chain(policy::routes())
    .chain(life::routes())
    .chain(off_boarding::routes())
    .collect()
}

async fn candidates(call: Call) -> Answer {
    let query = call.query();
    let policy = rules(query.one("policy")).map_err(|refusal| match query.one("policy") {
        Some(name) => refusal.naming("query", "policy", name),
        None => refusal,
    })?;
    let found = organization::candidates(call.app(), call.cx(), &policy).await?;
    Ok(reply::ok(&shape::picker(found)))
}

async fn read(call: Call) -> Answer {
    Ok(reply::ok(&shape::organization(&organization::read(call.app(), call.cx()).await?)))
}

async fn impact(_: Call) -> Answer {
    Ok(reply::ok(&Impact { text: organization::IMPACT_TEXT, version: IMPACT_TEXT_VERSION }))
}

async fn create(mut call: Call) -> Answer {
    let body: NewOrganization = call.json().await?;
    let new = organization::New {
        name: body.name,
        accounts: accounts(&body.account_ids)?,
        invited: accounts(&body.invited_account_ids)?,
        acknowledged_text_version: body.acknowledged_text_version,
        policy: rules(body.policy.as_deref())?,
        proof: proof(&call),
    };
    let view = organization::create(call.app(), call.cx(), new).await?;
    Ok(reply::created(&shape::organization(&view)))
}

async fn delete(call: Call) -> Answer {
    organization::delete(call.app(), call.cx(), id(&call)?, proof(&call).as_deref()).await?;
    Ok(reply::empty())
}

async fn add_members(mut call: Call) -> Answer {
    let (id, body): (_, NewMembers) = (id(&call)?, call.json().await?);
    let accounts = accounts(&body.account_ids)?;
    let proof = proof(&call);
    let consent = Consent { text_version: &body.acknowledged_text_version, proof: proof.as_deref() };
    let view = organization::add_members(call.app(), call.cx(), id, &accounts, consent).await?;
    Ok(reply::ok(&shape::organization(&view)))
}

async fn remove(call: Call) -> Answer {
    let (id, account) = (id(&call)?, call.id("accountId")?);
    organization::remove_member(call.app(), call.cx(), id, account, proof(&call).as_deref()).await?;
    Ok(reply::empty())
}

async fn read_contacts(call: Call) -> Answer {
    let (found, people) = company::read_defaults(call.app(), call.cx(), id(&call)?).await?;
    Ok(reply::ok(&shape::DefaultContacts { contacts: contacts(&found, &people) }))
}

async fn update_contacts(mut call: Call) -> Answer {
    let (id, body): (_, shape::WantedDefaults) = (id(&call)?, call.json().await?);
    let (found, people) = company::update_defaults(call.app(), call.cx(), id, wanted_contacts(body.contacts)?).await?;
    Ok(reply::ok(&shape::DefaultContacts { contacts: contacts(&found, &people) }))
}

/// An id that is not one, and one that is nobody's, answer the same.
fn id(call: &Call) -> Result<OrganizationId, Refusal> {
    call.id("organizationId").map_err(|_| error::Error::from(model::authority::Denial::OrganizationInvisible).into())
}

fn proof(call: &Call) -> Option<String> {
    call.header(STEP_UP).map(str::to_owned)
}

fn rules(name: Option<&str>) -> Result<Policy, Refusal> {
    policy::preset(name.unwrap_or("open"))
}

fn account(text: &Text) -> Result<AccountId, Refusal> {
    let wrong = |e: model::id::NotAnId| Refusal::invalid(e.to_string()).with_code("ID_INVALID");
    text.as_str().parse().map_err(wrong)
}

fn accounts(texts: &[Text]) -> Result<Vec<AccountId>, Refusal> {
    if texts.len() > ORGANIZATION_MEMBERS_MAX {
        let message = format!("{} accounts are named; at most {ORGANIZATION_MEMBERS_MAX} are allowed", texts.len());
        return Err(Refusal::invalid(message).with_code("TOO_MANY_ACCOUNTS"));
    }
    texts.iter().map(account).collect()
}
