//! Company info of the current account: its name on paper, its points of contact, and who is told of what.

use crate::call::Call;
use crate::identity::AnyId;
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::company::{self, People, View};
use model::company::{Contact, ContactRole, Contacts, Notice, Patch};
use model::id::PersonId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use wire::scalar::{Id, Time};

const TAG: &str = "Accounts";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let session = Access::AccountSession;
    vec![
        Route::get("/accounts/v1/company", "company.read", session, read)
            .about(TAG, "The company: name on paper, points of contact, who is told of what.")
            .reply::<Company>(200),
        Route::patch("/accounts/v1/company", "company.update", session, update)
            .about(TAG, "Changes it; for Super Admins. Naming contacts confirms them.")
            .body::<CompanyPatch>()
            .reply::<Company>(200),
        Route::post("/accounts/v1/company/confirm", "company.confirm", session, confirm)
            .about(TAG, "Says that the points of contact are still right; for Super Admins.")
            .reply::<Company>(200),
    ]
}

/// A company.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Company {
    legal_name: String,
    address: String,
    vat_id: String,
    /// Characters of these three that invoices show as question marks, each once: invoices have Latin, Greek and Cyrillic letters.
    not_printed: String,
    /// Every role, held or not.
    contacts: Vec<RoleHeld>,
    /// Every kind of notice.
    notices: Vec<Told>,
    /// When a person last said that the contacts are right.
    confirmed_at: Option<Time>,
    /// Nobody said so for 90 days.
    confirmation_due: bool,
    can_edit: bool,
}

/// A role and who holds it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleHeld {
    /// `primary`, `billing`, `decision_maker`, `onboarding`, `security`, `technical_admin`.
    role: &'static str,
    holders: Vec<Holder>,
    holders_max: usize,
    /// The account names nobody, and these are the organization's.
    from_organization: bool,
}

/// Who holds a role.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Holder {
    /// None for the address of somebody who is no user.
    user_id: Option<Id>,
    email: String,
    name: Option<String>,
    /// `active` or `deactivated`; none for somebody who is no user of this account.
    status: Option<&'static str>,
}

/// Who is told of a kind of notice.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Told {
    /// `invoice`, `receipt`, `order`, `renewal`, `upgrade`, `organization_event`, `security_event`, `sync_error`.
    notice: &'static str,
    roles: Vec<&'static str>,
    /// The account has not said otherwise.
    is_default: bool,
}

/// What is to be changed; what is not named stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CompanyPatch {
    legal_name: Option<String>,
    address: Option<String>,
    vat_id: Option<String>,
    #[serde(default)]
    contacts: WantedContacts,
    /// Roles by kind of notice; `null` goes back to the product's own audience.
    #[serde(default)]
    notices: BTreeMap<String, Option<Vec<String>>>,
}

/// Who is to hold roles, by role. An empty list empties the role.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct WantedContacts(BTreeMap<String, Vec<WantedHolder>>);

/// One of the two.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WantedHolder {
    user_id: Option<AnyId>,
    /// The address of a user; for `security` any address.
    email: Option<String>,
}

async fn read(call: Call) -> Answer {
    Ok(reply::ok(&shown(&company::read(call.app(), call.cx()).await?)))
}

async fn update(mut call: Call) -> Answer {
    let body: CompanyPatch = call.json().await?;
    let patch = Patch {
        legal_name: body.legal_name,
        address: body.address,
        vat_id: body.vat_id,
        contacts: wanted_contacts(body.contacts)?,
        audiences: audiences(body.notices)?,
    };
    Ok(reply::ok(&shown(&company::update(call.app(), call.cx(), patch).await?)))
}

async fn confirm(call: Call) -> Answer {
    Ok(reply::ok(&shown(&company::confirm(call.app(), call.cx()).await?)))
}

fn shown(view: &View) -> Company {
    let company = &view.company;
    let held = |role| {
        let (holders, from_organization) = company.holders(&view.defaults, role);
        RoleHeld { from_organization, ..role_held(role, holders, &view.people) }
    };
    let told = |notice: Notice| Told {
        notice: notice.name(),
        roles: company.audience(notice).into_iter().map(ContactRole::name).collect(),
        is_default: !company.audiences.contains_key(&notice),
    };
    Company {
        legal_name: company.legal_name.clone(),
        not_printed: app::billing::not_printed(company),
        address: company.address.clone(),
        vat_id: company.vat_id.clone(),
        contacts: ContactRole::ALL.into_iter().map(held).collect(),
        notices: Notice::ALL.into_iter().map(told).collect(),
        confirmed_at: company.confirmed_at.map(Time),
        confirmation_due: view.is_stale,
        can_edit: view.can_edit,
    }
}

/// Every role of an organization, held or not.
pub fn contacts(contacts: &Contacts, people: &People) -> Vec<RoleHeld> {
    let held = |role| role_held(role, contacts.get(&role).map_or(&[], Vec::as_slice), people);
    ContactRole::ALL.into_iter().map(held).collect()
}

fn role_held(role: ContactRole, holders: &[Contact], people: &People) -> RoleHeld {
    let holders = holders.iter().filter_map(|contact| match contact {
        Contact::Address(email) => Some(Holder { user_id: None, email: email.clone(), name: None, status: None }),
        Contact::User(id) => people.get(id).map(|person| Holder {
            user_id: Some(Id(id.0)),
            email: person.email.clone(),
            name: Some(person.name.clone()),
            status: person.status.map(|status| status.name()),
        }),
    });
    RoleHeld { role: role.name(), holders: holders.collect(), holders_max: role.holders_max(), from_organization: false }
}

/// The contacts a request names.
pub fn wanted_contacts(wanted: WantedContacts) -> Result<Contacts, Refusal> {
    let each = wanted.0.into_iter().map(|(name, holders)| {
        let holders = holders.into_iter().map(|holder| match (holder.user_id, holder.email) {
            (Some(id), None) => Ok(Contact::User(PersonId(id.number()))),
            (None, Some(email)) => Ok(Contact::Address(email)),
            _ => {
                let message = format!("{}: a contact has either a userId or an email", shorten(&name));
                Err(Refusal::invalid(message).with_code("CONTACT_FIELD_INVALID"))
            }
        });
        Ok((role(&name)?, holders.collect::<Result<Vec<_>, Refusal>>()?))
    });
    each.collect()
}

fn audiences(wanted: BTreeMap<String, Option<Vec<String>>>) -> Result<BTreeMap<Notice, Option<BTreeSet<ContactRole>>>, Refusal> {
    let each = wanted.into_iter().map(|(name, roles)| {
        let notice = Notice::from_name(&name).ok_or_else(|| unknown("kind of notice", &name, &Notice::ALL.map(Notice::name)))?;
        let roles = roles.map(|names| names.iter().map(|name| role(name)).collect::<Result<_, _>>()).transpose()?;
        Ok((notice, roles))
    });
    each.collect()
}

fn role(name: &str) -> Result<ContactRole, Refusal> {
    ContactRole::from_name(name).ok_or_else(|| unknown("role of a contact", name, &ContactRole::ALL.map(ContactRole::name)))
}

fn unknown(what: &str, name: &str, known: &[&str]) -> Refusal {
    let message = format!("\"{}\" is no {what}; known: {}", shorten(name), known.join(", "));
    Refusal::invalid(message).with_code("CONTACT_FIELD_INVALID")
}
