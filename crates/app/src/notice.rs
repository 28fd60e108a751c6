//! Telling people: who of an account hears of a kind of notice, and the letters that follow from what is in the logs.
//!
//! ```text
//!   verb of its own account ---tell, same transaction---------------------------> outbox
//!   organization's log --hint in the instance's feed--> consumer: table of model::notice --> audience of each account --> outbox
//! ```
//! Everybody is told once of an event, however many roles she holds and for however many of the accounts it concerns.

mod contacts;
mod organization;

pub use contacts::reconcile;
pub(crate) use organization::cursor_of;

use crate::consumer::{Batch, Consumer};
use crate::cx::{App, Cx};
use crate::error::Result;
use crate::outbox::{self, New, enqueue};
use jiff::Timestamp;
use model::account::{Account, Role, Status, UserStatus};
use model::change::{Actor, Change, Interest, Kind, Source};
use model::company::{Contact, ContactRole, Contacts, Notice};
use model::id::{AccountId, OrganizationId, PersonId};
use model::letter::Letter;
use model::limits::SUPER_ADMINS_TOLD_MAX;
use model::outbox::{Recipient, Told};
use std::collections::{BTreeMap, BTreeSet};
use store::feed::Recorded;
use store::{Tx, WriteTx};

/// Who of an account is meant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Audience {
    notices: BTreeSet<Notice>,
    roles: BTreeSet<ContactRole>,
}

impl Audience {
    /// Whoever is told of one of these kinds.
    pub(crate) fn of(notices: &[Notice]) -> Audience {
        Audience { notices: notices.iter().copied().collect(), roles: BTreeSet::new() }
    }

    /// Whoever holds a role.
    pub(crate) fn holding(role: ContactRole) -> Audience {
        Audience { notices: BTreeSet::new(), roles: BTreeSet::from([role]) }
    }
}

/// Writes a letter about an account to everybody it concerns, in the transaction of its cause.
pub(crate) async fn tell(
    app: &App,
    tx: &mut WriteTx,
    account: &Account,
    audience: Audience,
    cause: &str,
    letter: Letter,
    now: Timestamp,
) -> Result<()> {
    let organization = store::organization::of_account(tx, account.id).await?;
    for to in recipients(tx, account, organization, &audience).await? {
        let new = New { account: account.id, cause: cause.to_owned(), to, letter: letter.clone(), link: None };
        enqueue(app, tx, new, now).await?;
    }
    Ok(())
}

/// Everybody who is meant, each once. Where the account names nobody for it, its Super Admins.
pub(crate) async fn recipients(
    tx: &mut Tx,
    account: &Account,
    organization: Option<OrganizationId>,
    audience: &Audience,
) -> Result<Vec<Recipient>> {
    let company = store::company::read(tx, account.id).await?;
    let defaults = match organization {
        Some(id) => store::company::defaults(tx, id).await?,
        None => Contacts::new(),
    };
    let mut contacts: BTreeSet<Contact> = audience.notices.iter().flat_map(|notice| company.told(&defaults, *notice)).collect();
    contacts.extend(audience.roles.iter().flat_map(|role| company.holders(&defaults, *role).0).cloned());
    // A kind that the account sends to nobody is its own choice; one that goes to roles nobody holds is not.
    let silenced = audience.roles.is_empty() && audience.notices.iter().all(|notice| company.audience(*notice).is_empty());
    let mut found = BTreeMap::new();
    for contact in contacts {
        if let Some(to) = reached(tx, account, contact).await? {
            found.insert(model::fold::email(&to.address), to);
        }
    }
    if found.is_empty() && !silenced {
        for to in super_admins(tx, account).await? {
            found.insert(model::fold::email(&to.address), to);
        }
    }
    Ok(found.into_values().collect())
}

/// A contact as somebody to write to. Who was deactivated in the account is told nothing of it any more.
async fn reached(tx: &mut Tx, account: &Account, contact: Contact) -> Result<Option<Recipient>> {
    let told = Some(Told { accounts: vec![account.name.clone()], as_super_admin: false, in_person: false });
    match contact {
        Contact::Address(address) => {
            Ok(Some(Recipient { address, name: String::new(), locale: String::new(), person: None, told }))
        }
        Contact::User(person) => {
            // Nobody's user here is somebody the organization named.
            let here = store::account::read_user(tx, account.id, person).await?.map(|user| user.status);
            match here {
                Some(UserStatus::Deactivated) => Ok(None),
                _ => Ok(outbox::to_person(tx, person).await?.map(|to| Recipient { told, ..to })),
            }
        }
    }
}

pub(super) async fn super_admins(tx: &mut Tx, account: &Account) -> Result<Vec<Recipient>> {
    let users = store::account::users(tx, account.id).await?;
    let admins = users.into_iter().filter(|user| user.role == Role::SuperAdmin && user.status == UserStatus::Active);
    let mut found = Vec::new();
    for user in admins.take(SUPER_ADMINS_TOLD_MAX) {
        let told = Some(Told { accounts: vec![account.name.clone()], as_super_admin: true, in_person: false });
        found.extend(outbox::to_person(tx, user.person).await?.map(|to| Recipient { told, ..to }));
    }
    Ok(found)
}

/// The consumer of the instance's feed that writes letters because of what happened.
pub struct Notices;

/// Letters to write, and how far each organization's log was read.
#[derive(Default)]
pub struct Plan {
    letters: Vec<New>,
    read: Vec<(String, i64)>,
}

impl Consumer for Notices {
    const NAME: &'static str = "notice";
    const INTEREST: Interest =
        Interest { kinds: &[(Kind::OrganizationChanged, &[]), (Kind::AccountChanged, &[])], calculated: false };
    const SOURCE: Source = Source::Internal;
    type Plan = Plan;

    async fn plan(&self, app: &App, cx: &Cx, batch: &Batch) -> Result<Plan> {
        let mut plan = Plan::default();
        let mut organizations = BTreeSet::new();
        let mut tx = app.store.read_home().await?;
        for recorded in &batch.changes {
            let Some(detail) = &recorded.change.detail else { continue };
            match recorded.change.kind {
                Kind::OrganizationChanged => organizations.extend(detail["organizationId"].as_i64().map(OrganizationId)),
                _ => plan.letters.extend(account_changed(&mut tx, recorded).await?),
            }
        }
        for id in organizations {
            organization::read(&mut tx, id, cx.now, &mut plan).await?;
        }
        Ok(plan)
    }

    async fn carry_out(&self, tx: &mut WriteTx, cx: &Cx, plan: Plan) -> Result<Vec<Change>> {
        for letter in plan.letters {
            outbox::enqueue_open(tx, letter, cx.now).await?;
        }
        for (log, seq) in plan.read {
            store::feed::move_cursor(tx, &log, seq, cx.now).await?;
        }
        Ok(Vec::new())
    }
}

/// What others hear of an account: sensitive data was turned on, which is for good; somebody became a Super Admin.
async fn account_changed(tx: &mut Tx, recorded: &Recorded) -> Result<Vec<New>> {
    let Some(detail) = &recorded.change.detail else { return Ok(Vec::new()) };
    let turned_sensitive = detail["did"] == "account_updated" && detail["changed"]["sensitive"][1] == true;
    let Some(id) = detail["accountId"].as_i64().or(detail["account"].as_i64()).map(AccountId) else { return Ok(Vec::new()) };
    if !turned_sensitive && detail["superAdmin"] != true {
        return Ok(Vec::new());
    }
    let Some(account) = store::account::read(tx, id).await?.filter(|account| account.status != Status::Deactivated) else {
        return Ok(Vec::new());
    };
    let name = account.name.clone();
    let letter = match turned_sensitive {
        true => Letter::SensitiveOn { account: name },
        false => {
            let person = named(tx, detail["person"].as_i64().map(PersonId)).await?.unwrap_or_default();
            let by = match recorded.by.actor {
                Actor::Person { id } => named(tx, Some(id)).await?,
                _ => None,
            };
            Letter::SuperAdminGranted { account: name, person, by }
        }
    };
    let organization = store::organization::of_account(tx, id).await?;
    let to = recipients(tx, &account, organization, &Audience::of(&[Notice::SecurityEvent])).await?;
    let new = |to| New { account: id, cause: format!("feed:0:{}", recorded.seq), to, letter: letter.clone(), link: None };
    Ok(to.into_iter().map(new).collect())
}

/// What a person is called; her address while she has not said.
async fn named(tx: &mut Tx, person: Option<PersonId>) -> Result<Option<String>> {
    let Some(person) = person else { return Ok(None) };
    let login = store::person::read(tx, person).await?;
    Ok(login.map(|login| if login.person.name.is_empty() { login.person.email } else { login.person.name }))
}
