//! People, as the directory of an organization tells of them. Only those it told of are shown to it.

use super::settle::{self, Settled, of_directory};
use super::{Directory, changed, consenting, told};
use crate::cx::App;
use crate::error::{Error, Kind, Result};
use crate::person::{self, New};
use model::id::{OrganizationId, PersonId, ProvisionedGroupId};
use model::identity::provisioning::{Provisioned, Refusal, Said, check_texts};
use model::limits::{PROVISIONED_DOCUMENT_BYTES_MAX, PROVISIONED_PAGE_MAX, PROVISIONED_PEOPLE_MAX, PROVISIONED_SCAN};
use serde_json::json;
use std::collections::BTreeSet;
use store::{Tx, WriteTx};

/// A person with her groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub one: Provisioned,
    pub groups: Vec<(ProvisionedGroupId, String)>,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::invalid(refusal.code(), refusal.to_string())
    }
}

pub(crate) fn unknown(person: PersonId) -> Error {
    Error::not_found(format!("there is no user {person}"))
}

/// Of a version that was named and is not the present one.
pub(crate) fn is_current(expected: Option<i64>, version: i64) -> Result<()> {
    match expected {
        Some(expected) if expected != version => {
            let message = format!("the version is {version}, and {expected} was named; read it again");
            Err(Error::conflict("VERSION_STALE", message))
        }
        _ => Ok(()),
    }
}

fn checked(said: Said, before: Option<&Said>) -> Result<Said> {
    check_texts(&said.document, before.map(|before| &before.document))?;
    let n_bytes = serde_json::to_string(&said.document).map(|text| text.len()).unwrap_or(usize::MAX);
    if n_bytes > PROVISIONED_DOCUMENT_BYTES_MAX {
        let message = format!("the user is {n_bytes} bytes; at most {PROVISIONED_DOCUMENT_BYTES_MAX} are kept");
        return Err(Error::invalid("DOCUMENT_TOO_LARGE", message));
    }
    Ok(said)
}

/// One of them.
pub async fn read(app: &App, directory: &Directory, who: PersonId) -> Result<Member> {
    let mut tx = app.store.read_home().await?;
    let one = store::provisioning::read_person(&mut tx, directory.organization, who).await?.ok_or_else(|| unknown(who))?;
    with_groups(&mut tx, directory.organization, one).await
}

async fn with_groups(tx: &mut Tx, id: OrganizationId, one: Provisioned) -> Result<Member> {
    let groups = store::provisioning::groups_of(tx, id, one.person).await?;
    Ok(Member { one, groups })
}

/// What is looked for.
pub enum Search<'f> {
    All,
    UserName(&'f str),
    ExternalId(&'f str),
    /// Whatever fits, one after the other.
    Fitting(&'f (dyn Fn(&Provisioned) -> bool + Sync)),
}

/// A page of those that fit, from the first (0) on; and how many fit in all.
pub async fn search(
    app: &App,
    directory: &Directory,
    search: Search<'_>,
    first: usize,
    limit: usize,
) -> Result<(Vec<Member>, usize)> {
    let (id, limit) = (directory.organization, limit.min(PROVISIONED_PAGE_MAX));
    let mut tx = app.store.read_home().await?;
    let (page, n_total) = match search {
        Search::All => (
            store::provisioning::people_from(&mut tx, id, first, limit).await?,
            store::provisioning::n_people(&mut tx, id).await?,
        ),
        // No text with it is kept, and PostgreSQL does not take it in a question either.
        Search::UserName(text) | Search::ExternalId(text) if text.contains('\0') => (vec![], 0),
        Search::UserName(name) => {
            let found: Vec<Provisioned> = store::provisioning::by_user_name(&mut tx, id, name).await?.into_iter().collect();
            let n = found.len();
            (found.into_iter().skip(first).take(limit).collect(), n)
        }
        Search::ExternalId(external_id) => {
            let found = store::provisioning::by_external_id(&mut tx, id, external_id).await?;
            let n = found.len();
            (found.into_iter().skip(first).take(limit).collect(), n)
        }
        Search::Fitting(fits) => fitting(&mut tx, id, fits, first, limit).await?,
    };
    let mut members = Vec::with_capacity(page.len());
    for one in page {
        members.push(with_groups(&mut tx, id, one).await?);
    }
    Ok((members, n_total))
}

async fn fitting(
    tx: &mut Tx,
    id: OrganizationId,
    fits: &(dyn Fn(&Provisioned) -> bool + Sync),
    first: usize,
    limit: usize,
) -> Result<(Vec<Provisioned>, usize)> {
    let (mut page, mut n_total, mut after) = (Vec::new(), 0, PersonId(0));
    loop {
        let found = store::provisioning::people(tx, id, after, PROVISIONED_SCAN).await?;
        let n = found.len();
        after = found.last().map_or(after, |last| last.person);
        for one in found.into_iter().filter(|one| fits(one)) {
            if n_total >= first && page.len() < limit {
                page.push(one);
            }
            n_total += 1;
        }
        if n < PROVISIONED_SCAN {
            return Ok((page, n_total));
        }
    }
}

/// A person the directory tells of for the first time. Who has a login already keeps it, with her name and her address.
pub async fn create(app: &App, directory: &Directory, said: Said) -> Result<Member> {
    let (id, cx, said) = (directory.organization, &directory.cx, checked(said, None)?);
    let address = said.address()?.to_owned();
    let mut tx = app.store.write_many(store::INSTANCE, settle::ids_of(app, id, 1).await?).await?;
    let known = store::person::by_email(&mut tx, &model::fold::email(&address)).await?;
    let people: BTreeSet<PersonId> = known.iter().map(|login| login.person.id).collect();
    let whole = settle::locked(&mut tx, id, &people).await?;
    if store::provisioning::n_people(&mut tx, id).await? >= PROVISIONED_PEOPLE_MAX {
        let message = format!("the directory tells of {PROVISIONED_PEOPLE_MAX} people, which is the most that are kept");
        return Err(Error::too_large("PEOPLE_TOO_MANY", message));
    }
    is_free(&mut tx, id, &said.user_name, None).await?;
    let who = match known {
        Some(login) if store::provisioning::read_person(&mut tx, id, login.person.id).await?.is_some() => {
            let message = format!("another user of the directory has the address \"{address}\"");
            return Err(Error::conflict("EMAIL_TAKEN", message).with("id", login.person.id));
        }
        Some(login) => login.person.id,
        None => {
            let (name, locale) = (said.name(), said.locale());
            let new = New { email: &address, name: &name, locale: locale.as_deref(), password_hash: None };
            person::create(app, &mut tx, new, cx.now).await?.id
        }
    };
    let is_active = said.active;
    let one = Provisioned { person: who, said, version: 1, created_at: cx.now, updated_at: cx.now };
    store::provisioning::put_person(&mut tx, id, &one).await?;
    let mut settled = Settled::default();
    if !is_active {
        settle::off_board(&mut tx, cx, &whole, who, &mut settled).await?;
    }
    finish(app, tx, directory, who, "user_create", settled).await?;
    read(app, directory, who).await
}

async fn is_free(tx: &mut Tx, id: OrganizationId, user_name: &str, own: Option<PersonId>) -> Result<()> {
    let taken = store::provisioning::by_user_name(tx, id, user_name).await?.filter(|other| Some(other.person) != own);
    match taken {
        Some(other) => {
            let message = format!("another user is called \"{user_name}\"");
            Err(Error::conflict("USER_NAME_TAKEN", message).with("id", other.person))
        }
        None => Ok(()),
    }
}

async fn finish(
    app: &App,
    mut tx: WriteTx,
    directory: &Directory,
    who: PersonId,
    what: &str,
    mut settled: Settled,
) -> Result<()> {
    let (id, cx) = (directory.organization, &directory.cx);
    told(&mut tx, cx, id, of_directory(what, json!({ "person": who }))).await?;
    settled.changes.push(changed(id, &format!("provisioning.{what}"), json!({ "person": who })));
    settle::commit(app, tx, cx, id, settled).await
}

/// Changes what the directory says of her. `change` gets what it said before; what stays the same is no change.
pub async fn update(
    app: &App,
    directory: &Directory,
    who: PersonId,
    version: Option<i64>,
    change: impl FnOnce(&Provisioned) -> Result<Said> + Send,
) -> Result<Member> {
    let (id, cx) = (directory.organization, &directory.cx);
    let mut tx = app.store.write_many(store::INSTANCE, settle::ids_of(app, id, 1).await?).await?;
    let whole = settle::locked(&mut tx, id, &BTreeSet::from([who])).await?;
    let before = store::provisioning::read_person(&mut tx, id, who).await?.ok_or_else(|| unknown(who))?;
    is_current(version, before.version)?;
    let said = checked(change(&before)?, Some(&before.said))?;
    if said == before.said {
        return with_groups(&mut tx, id, before).await;
    }
    is_free(&mut tx, id, &said.user_name, Some(who)).await?;
    rename(&mut tx, id, &before.said, &said, who).await?;
    let (was_active, is_active) = (before.said.active, said.active);
    let after = Provisioned { said, version: before.version + 1, updated_at: cx.now, ..before };
    store::provisioning::put_person(&mut tx, id, &after).await?;
    let mut settled = Settled::default();
    match (was_active, is_active) {
        (true, false) => settle::off_board(&mut tx, cx, &whole, who, &mut settled).await?,
        _ => settle::person(app, &mut tx, cx, id, who, &mut settled).await?,
    }
    finish(app, tx, directory, who, "user_update", settled).await?;
    read(app, directory, who).await
}

/// A new name is hers where the directory is the only one who knows her: in no account that did not consent.
async fn rename(tx: &mut WriteTx, id: OrganizationId, before: &Said, after: &Said, who: PersonId) -> Result<()> {
    if before.name() == after.name() {
        return Ok(());
    }
    let consenting = consenting(tx, id).await?;
    let places = store::account::of_person(tx, who).await?;
    let is_ours = places.iter().all(|(account, _)| consenting.contains(&account.id));
    if let Some(login) = store::person::lock(tx, who).await?.filter(|_| is_ours) {
        let person = model::identity::person::Person { name: after.name(), ..login.person };
        store::person::update(tx, &person).await?;
    }
    Ok(())
}

/// The directory tells of her no more: she loses every account that consents, and her history stays.
pub async fn delete(app: &App, directory: &Directory, who: PersonId, version: Option<i64>) -> Result<()> {
    let (id, cx) = (directory.organization, &directory.cx);
    let mut tx = app.store.write_home().await?;
    let whole = settle::locked(&mut tx, id, &BTreeSet::from([who])).await?;
    let before = store::provisioning::read_person(&mut tx, id, who).await?.ok_or_else(|| unknown(who))?;
    is_current(version, before.version)?;
    let mut settled = Settled::default();
    settle::off_board(&mut tx, cx, &whole, who, &mut settled).await?;
    store::provisioning::delete_person(&mut tx, id, who).await?;
    finish(app, tx, directory, who, "user_delete", settled).await
}

/// What is not there for a directory, whatever else it may be.
pub fn not_found(id: &str) -> Error {
    Error::new(Kind::NotFound, "OBJECT_NOT_FOUND", format!("there is nothing with the id \"{id}\""))
}
