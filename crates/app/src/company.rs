//! Company info: what an account is called on paper, who its points of contact are, who of them is told of what; and the
//! contacts an organization has for members that name none.

use crate::cx::{App, Cx};
use crate::error::{Error, Reason, Result};
use crate::organization;
use model::account::UserStatus;
use model::authority::{Act, OrganizationAct};
use model::change::{Change, Kind};
use model::company::{self, Company, Contact, ContactRole, Contacts, Eligible, Patch, Refusal};
use model::id::{AccountId, OrganizationId, PersonId};
use model::organization::Organization;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Tx, WriteTx};

/// A company with what is needed to show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub company: Company,
    /// The organization's contacts; empty for whom the organization is invisible.
    pub defaults: Contacts,
    /// Who the contacts are.
    pub people: People,
    /// It is time to ask whether the contacts are still right.
    pub is_stale: bool,
    pub can_edit: bool,
}

/// Names and addresses of contacts who are users.
pub type People = BTreeMap<PersonId, Named>;

/// A contact who is a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub name: String,
    pub email: String,
    /// None for somebody who is no user of this account: the organization named her.
    pub status: Option<UserStatus>,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let (code, message) = (refusal.code(), refusal.to_string());
        let place = Some(refusal.place().to_owned());
        let context = vec![("name".to_owned(), vec![refusal.place().to_owned()])];
        let reason = Reason { code: code.to_owned(), message: message.clone(), place, context };
        Error::invalid(code, message).because(vec![reason])
    }
}

/// The company of the account one stands in.
pub async fn read(app: &App, cx: &Cx) -> Result<View> {
    cx.may(Act::ReadSettings)?;
    let mut tx = app.store.read_home().await?;
    let company = store::company::read(&mut tx, cx.account).await?;
    view(&mut tx, cx, company).await
}

/// Changes what the account says about its company. Naming contacts confirms them.
pub async fn update(app: &App, cx: &Cx, patch: Patch) -> Result<View> {
    cx.may(Act::ManageCompany)?;
    let mut tx = app.store.write_home().await?;
    let before = locked(&mut tx, cx).await?;
    let after = before.changed(patch, &eligible(&mut tx, cx.account).await?, cx.now)?;
    save(tx, cx, &before, &after).await?;
    read(app, cx).await
}

/// Says that the contacts are still right.
pub async fn confirm(app: &App, cx: &Cx) -> Result<View> {
    cx.may(Act::ManageCompany)?;
    let mut tx = app.store.write_home().await?;
    let before = locked(&mut tx, cx).await?;
    let after = before.confirmed(cx.now);
    save(tx, cx, &before, &after).await?;
    read(app, cx).await
}

/// The contacts the organization of the account has for members that name none, and who they are.
pub async fn read_defaults(app: &App, cx: &Cx, id: OrganizationId) -> Result<(Contacts, People)> {
    let mut tx = app.store.read_home().await?;
    organization::standing::visible(&mut tx, cx, id, OrganizationAct::See).await?;
    let contacts = store::company::defaults(&mut tx, id).await?;
    let people = people(&mut tx, cx, [&contacts]).await?;
    Ok((contacts, people))
}

/// Names contacts for all members that name none. They must be active users of a member; roles that are not named stay.
pub async fn update_defaults(app: &App, cx: &Cx, id: OrganizationId, wanted: Contacts) -> Result<(Contacts, People)> {
    let mut tx = app.store.write_home().await?;
    let organization = organization::locked(&mut tx, cx, id, OrganizationAct::EditContacts).await?;
    let before = store::company::defaults(&mut tx, id).await?;
    let users = eligible_anywhere(&mut tx, &organization, &wanted).await?;
    let after = company::contacts(&before, wanted, &users)?;
    if after != before {
        store::company::put_defaults(&mut tx, id, &after, cx.now).await?;
        let detail = json!({ "did": "contacts_updated", "organizationId": id, "roles": differing(&before, &after) });
        tx.commit(&cx.by(), cx.now, &[Change::of(Kind::OrganizationChanged, detail)]).await?;
    }
    read_defaults(app, cx, id).await
}

/// What keeps a person in the account: the roles she holds in it, and those of the organization where this is the last member
/// she is a user of.
pub(crate) async fn keeping(tx: &mut Tx, account: AccountId, person: PersonId) -> Result<BTreeSet<ContactRole>> {
    let mut roles = company::roles_of(&store::company::read(tx, account).await?.contacts, person);
    if let Some(id) = store::organization::of_account(tx, account).await? {
        let of_group = company::roles_of(&store::company::defaults(tx, id).await?, person);
        if !of_group.is_empty() && !is_in_another(tx, id, account, person).await? {
            roles.extend(of_group);
        }
    }
    Ok(roles)
}

async fn is_in_another(tx: &mut Tx, organization: OrganizationId, account: AccountId, person: PersonId) -> Result<bool> {
    for (other, _) in store::account::of_person(tx, person).await? {
        if other.id != account && store::organization::of_account(tx, other.id).await? == Some(organization) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn locked(tx: &mut WriteTx, cx: &Cx) -> Result<Company> {
    let account = store::account::lock(tx, cx.account).await?;
    account.ok_or_else(|| Error::not_found(format!("there is no account {}", cx.account)))?;
    Ok(store::company::read(tx, cx.account).await?)
}

async fn save(mut tx: WriteTx, cx: &Cx, before: &Company, after: &Company) -> Result<()> {
    if before == after {
        return Ok(());
    }
    store::company::put(&mut tx, cx.account, after, cx.now).await?;
    tx.commit(&cx.by(), cx.now, &[Change::of(Kind::AccountChanged, difference(cx.account, before, after))]).await?;
    Ok(())
}

/// What changed, by name: the feed is no place for addresses.
fn difference(account: AccountId, before: &Company, after: &Company) -> serde_json::Value {
    let fields = [
        ("legalName", before.legal_name != after.legal_name),
        ("address", before.address != after.address),
        ("vatId", before.vat_id != after.vat_id),
        ("audiences", before.audiences != after.audiences),
        ("confirmedAt", before.confirmed_at != after.confirmed_at),
    ];
    let fields: Vec<&str> = fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect();
    let roles = differing(&before.contacts, &after.contacts);
    json!({ "did": "company_updated", "accountId": account, "fields": fields, "roles": roles })
}

fn differing(before: &Contacts, after: &Contacts) -> Vec<&'static str> {
    ContactRole::ALL.into_iter().filter(|role| before.get(role) != after.get(role)).map(ContactRole::name).collect()
}

async fn eligible(tx: &mut Tx, account: AccountId) -> Result<BTreeMap<PersonId, Eligible>> {
    let mut statuses = BTreeMap::new();
    for user in store::account::users(tx, account).await? {
        statuses.insert(user.person, user.status);
    }
    let people = store::person::of_account(tx, account).await?.into_iter();
    let eligible = people.filter_map(|person| {
        let email_folded = model::fold::email(&person.email);
        statuses.get(&person.id).map(|status| (person.id, Eligible { status: *status, email_folded }))
    });
    Ok(eligible.collect())
}

/// Of the people who are named, those who are users of a member.
async fn eligible_anywhere(tx: &mut Tx, organization: &Organization, wanted: &Contacts) -> Result<BTreeMap<PersonId, Eligible>> {
    let mut found = BTreeMap::new();
    for contact in wanted.values().flatten() {
        let login = match contact {
            Contact::User(person) => store::person::read(tx, *person).await?,
            Contact::Address(text) => store::person::by_email(tx, &model::fold::email(text)).await?,
        };
        let Some(login) = login else { continue };
        let places = store::account::of_person(tx, login.person.id).await?;
        let statuses = places.iter().filter(|(account, _)| organization.members.contains_key(&account.id)).map(|(_, u)| u.status);
        // Active somewhere is active enough.
        if let Some(status) = statuses.min() {
            found.insert(login.person.id, Eligible { status, email_folded: model::fold::email(&login.person.email) });
        }
    }
    Ok(found)
}

async fn view(tx: &mut Tx, cx: &Cx, company: Company) -> Result<View> {
    let defaults = match organization::may_see(tx, cx).await {
        Ok(()) => match store::organization::of_account(tx, cx.account).await? {
            Some(id) => store::company::defaults(tx, id).await?,
            None => Contacts::new(),
        },
        Err(_) => Contacts::new(),
    };
    Ok(View {
        people: people(tx, cx, [&company.contacts, &defaults]).await?,
        is_stale: company.is_stale(cx.now),
        can_edit: cx.may(Act::ManageCompany).is_ok(),
        company,
        defaults,
    })
}

/// At most a dozen people: one look-up each.
async fn people(tx: &mut Tx, cx: &Cx, contacts: impl IntoIterator<Item = &Contacts>) -> Result<People> {
    let mut people = People::new();
    for contact in contacts.into_iter().flat_map(|contacts| contacts.values().flatten()) {
        let Contact::User(id) = contact else { continue };
        let Some(login) = store::person::read(tx, *id).await? else { continue };
        let status = store::account::read_user(tx, cx.account, *id).await?.map(|user| user.status);
        people.insert(*id, Named { name: login.person.name, email: login.person.email, status });
    }
    Ok(people)
}
