//! What directories tell organizations of their people and groups, and what that gives them; in the directory of the instance:
//! every function wants a transaction on the home database.

use crate::engine::{Result, Row, StoreError, Value, json};
use crate::tx::{Tx, WriteTx};
use jiff::Timestamp;
use model::id::{AccountId, OrganizationId, PermissionSetId, PersonId, ProvisionedGroupId, TokenId};
use model::identity::provisioning::{Given, Grant, Group, Provisioned, ProvisioningToken, Said};
use std::collections::{BTreeMap, BTreeSet};

const TOKEN: &str = "SELECT id, organization_id, name, hint, created_by, created_at, last_used_at FROM provisioning_token";

fn token(mut row: Row) -> Result<ProvisioningToken> {
    Ok(ProvisioningToken {
        id: TokenId(row.int(0)?),
        organization: OrganizationId(row.int(1)?),
        name: row.text(2)?,
        hint: row.text(3)?,
        created_by: row.int_opt(4)?.map(PersonId),
        created_at: row.time(5)?,
        last_used_at: row.time_opt(6)?,
    })
}

/// The token of a hash, as long as it works.
pub async fn bearer(tx: &mut Tx, token_hash: &str) -> Result<Option<ProvisioningToken>> {
    let sql = format!("{TOKEN} WHERE token_hash = $1 AND revoked_at IS NULL");
    tx.query_opt(&sql, &[token_hash.into()]).await?.map(token).transpose()
}

/// The tokens of an organization that work, oldest first.
pub async fn tokens(tx: &mut Tx, id: OrganizationId) -> Result<Vec<ProvisioningToken>> {
    let sql = format!("{TOKEN} WHERE organization_id = $1 AND revoked_at IS NULL ORDER BY id");
    tx.query(&sql, &[id.into()]).await?.into_iter().map(token).collect()
}

/// What a token is called, also after it was revoked: for saying which one did something.
pub async fn token_name(tx: &mut Tx, id: TokenId) -> Result<Option<String>> {
    let row = tx.query_opt("SELECT name FROM provisioning_token WHERE id = $1", &[id.into()]).await?;
    row.map(|mut row| row.text(0)).transpose()
}

pub async fn create_token(tx: &mut WriteTx, token: &ProvisioningToken, token_hash: &str) -> Result<()> {
    let sql = "INSERT INTO provisioning_token (id, organization_id, name, token_hash, hint, created_by, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        token.id.into(),
        token.organization.into(),
        (&token.name).into(),
        token_hash.into(),
        (&token.hint).into(),
        token.created_by.into(),
        token.created_at.into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// Takes a token's right away; whether it was there and worked.
pub async fn revoke_token(tx: &mut WriteTx, organization: OrganizationId, id: TokenId, at: Timestamp) -> Result<bool> {
    let sql = "UPDATE provisioning_token SET revoked_at = $3 WHERE organization_id = $1 AND id = $2 AND revoked_at IS NULL";
    Ok(tx.execute(sql, &[organization.into(), id.into(), at.into()]).await? == 1)
}

/// Notes that a token was used.
pub async fn set_used(tx: &mut WriteTx, id: TokenId, at: Timestamp) -> Result<()> {
    let sql = "UPDATE provisioning_token SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
    tx.execute(sql, &[id.into(), at.into()]).await?;
    Ok(())
}

const PERSON: &str = "SELECT person_id, document, version, created_at, updated_at FROM provisioned_person";

fn person(mut row: Row) -> Result<Provisioned> {
    let (person, document) = (PersonId(row.int(0)?), row.json(1)?);
    let said = Said::of(document).map_err(|e| StoreError::Broken(format!("what a directory says of person {person}: {e}")))?;
    Ok(Provisioned { person, said, version: row.int(2)?, created_at: row.time(3)?, updated_at: row.time(4)? })
}

/// A person as the directory of an organization tells of her.
pub async fn read_person(tx: &mut Tx, id: OrganizationId, who: PersonId) -> Result<Option<Provisioned>> {
    let sql = format!("{PERSON} WHERE organization_id = $1 AND person_id = $2");
    tx.query_opt(&sql, &[id.into(), who.into()]).await?.map(person).transpose()
}

/// By what the directory calls her, in any case.
pub async fn by_user_name(tx: &mut Tx, id: OrganizationId, user_name: &str) -> Result<Option<Provisioned>> {
    let sql = format!("{PERSON} WHERE organization_id = $1 AND user_name_folded = $2");
    tx.query_opt(&sql, &[id.into(), user_name.to_lowercase().into()]).await?.map(person).transpose()
}

/// By the directory's own id of her. It may say the same of several.
pub async fn by_external_id(tx: &mut Tx, id: OrganizationId, external_id: &str) -> Result<Vec<Provisioned>> {
    let sql = format!("{PERSON} WHERE organization_id = $1 AND external_id = $2 ORDER BY person_id");
    tx.query(&sql, &[id.into(), external_id.into()]).await?.into_iter().map(person).collect()
}

/// People after an id, in the order of ids.
pub async fn people(tx: &mut Tx, id: OrganizationId, after: PersonId, limit: usize) -> Result<Vec<Provisioned>> {
    let sql = format!("{PERSON} WHERE organization_id = $1 AND person_id > $2 ORDER BY person_id LIMIT $3");
    tx.query(&sql, &[id.into(), after.into(), limit.into()]).await?.into_iter().map(person).collect()
}

/// So many people from one on, in the order of ids.
pub async fn people_from(tx: &mut Tx, id: OrganizationId, first: usize, limit: usize) -> Result<Vec<Provisioned>> {
    let sql = format!("{PERSON} WHERE organization_id = $1 ORDER BY person_id LIMIT $2 OFFSET $3");
    tx.query(&sql, &[id.into(), limit.into(), first.into()]).await?.into_iter().map(person).collect()
}

async fn count(tx: &mut Tx, sql: &str, id: OrganizationId) -> Result<usize> {
    let row = tx.query_opt(sql, &[id.into()]).await?;
    row.map_or(Ok(0), |mut row| Ok(usize::try_from(row.int(0)?).unwrap_or(0)))
}

/// How many people a directory tells of.
pub async fn n_people(tx: &mut Tx, id: OrganizationId) -> Result<usize> {
    count(tx, "SELECT COUNT(*) FROM provisioned_person WHERE organization_id = $1", id).await
}

/// Makes or replaces what a directory says of a person. A user name that is another's is refused as [`StoreError::Unique`].
pub async fn put_person(tx: &mut WriteTx, id: OrganizationId, one: &Provisioned) -> Result<()> {
    let sql = "INSERT INTO provisioned_person (organization_id, person_id, user_name_folded, external_id, active, document, version, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
               ON CONFLICT (organization_id, person_id) DO UPDATE SET user_name_folded = excluded.user_name_folded,
               external_id = excluded.external_id, active = excluded.active, document = excluded.document,
               version = excluded.version, updated_at = excluded.updated_at";
    let values = [
        id.into(),
        one.person.into(),
        one.said.user_name.to_lowercase().into(),
        one.said.external_id.clone().into(),
        one.said.active.into(),
        json(&one.said.document)?,
        one.version.into(),
        one.created_at.into(),
        one.updated_at.into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// Forgets what a directory said of a person, and her groups there.
pub async fn delete_person(tx: &mut WriteTx, id: OrganizationId, who: PersonId) -> Result<()> {
    for table in ["provisioned_member", "provisioned_person"] {
        let sql = format!("DELETE FROM {table} WHERE organization_id = $1 AND person_id = $2");
        tx.execute(&sql, &[id.into(), who.into()]).await?;
    }
    Ok(())
}

const GROUP: &str = "SELECT id, name, external_id, version, created_at, updated_at FROM provisioned_group";

fn group(mut row: Row) -> Result<Group> {
    Ok(Group {
        id: ProvisionedGroupId(row.int(0)?),
        name: row.text(1)?,
        external_id: row.text_opt(2)?,
        version: row.int(3)?,
        created_at: row.time(4)?,
        updated_at: row.time(5)?,
    })
}

pub async fn read_group(tx: &mut Tx, id: OrganizationId, which: ProvisionedGroupId) -> Result<Option<Group>> {
    let sql = format!("{GROUP} WHERE organization_id = $1 AND id = $2");
    tx.query_opt(&sql, &[id.into(), which.into()]).await?.map(group).transpose()
}

/// All groups of a directory, in the order of ids. There are at most [`model::limits::PROVISIONED_GROUPS_MAX`].
pub async fn groups(tx: &mut Tx, id: OrganizationId) -> Result<Vec<Group>> {
    let sql = format!("{GROUP} WHERE organization_id = $1 ORDER BY id");
    tx.query(&sql, &[id.into()]).await?.into_iter().map(group).collect()
}

pub async fn put_group(tx: &mut WriteTx, id: OrganizationId, one: &Group) -> Result<()> {
    let sql = "INSERT INTO provisioned_group (organization_id, id, name, external_id, version, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (organization_id, id) DO UPDATE SET name = excluded.name, external_id = excluded.external_id,
               version = excluded.version, updated_at = excluded.updated_at";
    let values = [
        id.into(),
        one.id.into(),
        (&one.name).into(),
        one.external_id.clone().into(),
        one.version.into(),
        one.created_at.into(),
        one.updated_at.into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// Forgets a group, its members and what it gave; what they were given is the caller's business.
pub async fn delete_group(tx: &mut WriteTx, id: OrganizationId, which: ProvisionedGroupId) -> Result<()> {
    for (table, column) in [("provisioned_member", "group_id"), ("provisioned_grant", "group_id"), ("provisioned_group", "id")] {
        let sql = format!("DELETE FROM {table} WHERE organization_id = $1 AND {column} = $2");
        tx.execute(&sql, &[id.into(), which.into()]).await?;
    }
    Ok(())
}

/// The members of a group, in the order of ids.
pub async fn members(tx: &mut Tx, id: OrganizationId, which: ProvisionedGroupId) -> Result<BTreeSet<PersonId>> {
    let sql = "SELECT person_id FROM provisioned_member WHERE organization_id = $1 AND group_id = $2";
    let rows = tx.query(sql, &[id.into(), which.into()]).await?;
    rows.into_iter().map(|mut row| row.int(0).map(PersonId)).collect()
}

/// How many members each group has.
pub async fn n_members(tx: &mut Tx, id: OrganizationId) -> Result<BTreeMap<ProvisionedGroupId, usize>> {
    let sql = "SELECT group_id, COUNT(*) FROM provisioned_member WHERE organization_id = $1 GROUP BY group_id";
    let rows = tx.query(sql, &[id.into()]).await?;
    rows.into_iter().map(|mut row| Ok((ProvisionedGroupId(row.int(0)?), usize::try_from(row.int(1)?).unwrap_or(0)))).collect()
}

/// Adds and removes members.
pub async fn set_members(
    tx: &mut WriteTx,
    id: OrganizationId,
    which: ProvisionedGroupId,
    come: &BTreeSet<PersonId>,
    go: &BTreeSet<PersonId>,
) -> Result<()> {
    for person in go {
        let sql = "DELETE FROM provisioned_member WHERE organization_id = $1 AND group_id = $2 AND person_id = $3";
        tx.execute(sql, &[id.into(), which.into(), (*person).into()]).await?;
    }
    let rows: Vec<Vec<Value>> = come.iter().map(|person| vec![id.into(), which.into(), (*person).into()]).collect();
    if !rows.is_empty() {
        tx.insert_many("provisioned_member", &["organization_id", "group_id", "person_id"], &rows, "").await?;
    }
    Ok(())
}

/// The groups of a person, by id with their names.
pub async fn groups_of(tx: &mut Tx, id: OrganizationId, who: PersonId) -> Result<Vec<(ProvisionedGroupId, String)>> {
    let sql = "SELECT g.id, g.name FROM provisioned_member m
               JOIN provisioned_group g ON g.organization_id = m.organization_id AND g.id = m.group_id
               WHERE m.organization_id = $1 AND m.person_id = $2 ORDER BY g.id";
    let rows = tx.query(sql, &[id.into(), who.into()]).await?;
    rows.into_iter().map(|mut row| Ok((ProvisionedGroupId(row.int(0)?), row.text(1)?))).collect()
}

const GRANT: &str = "SELECT a.group_id, a.account_id, a.gives, a.opened_by, a.opened_at FROM provisioned_grant a";

fn grant(mut row: Row) -> Result<Grant> {
    Ok(Grant {
        group: ProvisionedGroupId(row.int(0)?),
        account: AccountId(row.int(1)?),
        gives: row.json(2)?,
        opened_by: PersonId(row.int(3)?),
        opened_at: row.time(4)?,
    })
}

/// Every grant of an organization, by group, then account.
pub async fn grants(tx: &mut Tx, id: OrganizationId) -> Result<Vec<Grant>> {
    let sql = format!("{GRANT} WHERE a.organization_id = $1 ORDER BY a.group_id, a.account_id");
    tx.query(&sql, &[id.into()]).await?.into_iter().map(grant).collect()
}

/// What is granted to a person by her groups.
pub async fn grants_of(tx: &mut Tx, id: OrganizationId, who: PersonId) -> Result<Vec<Grant>> {
    let sql = format!(
        "{GRANT} JOIN provisioned_member m ON m.organization_id = a.organization_id AND m.group_id = a.group_id
         WHERE a.organization_id = $1 AND m.person_id = $2 ORDER BY a.group_id, a.account_id"
    );
    tx.query(&sql, &[id.into(), who.into()]).await?.into_iter().map(grant).collect()
}

/// How many grants of an account hand out a permission set.
pub async fn n_grants_of_set(tx: &mut Tx, account: AccountId, set: PermissionSetId) -> Result<usize> {
    let sql = format!("{GRANT} WHERE a.account_id = $1");
    let mut n = 0;
    for row in tx.query(&sql, &[account.into()]).await? {
        n += usize::from(grant(row)?.gives.permission_set == Some(set));
    }
    Ok(n)
}

/// Opens a grant, or changes what it gives.
pub async fn put_grant(tx: &mut WriteTx, id: OrganizationId, one: &Grant) -> Result<()> {
    let sql = "INSERT INTO provisioned_grant (organization_id, group_id, account_id, gives, opened_by, opened_at)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (organization_id, group_id, account_id) DO UPDATE SET gives = excluded.gives, opened_by = excluded.opened_by";
    let values = [id.into(), one.group.into(), one.account.into(), json(&one.gives)?, one.opened_by.into(), one.opened_at.into()];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// Closes a grant; whether it was open.
pub async fn delete_grant(tx: &mut WriteTx, id: OrganizationId, group: ProvisionedGroupId, account: AccountId) -> Result<bool> {
    let sql = "DELETE FROM provisioned_grant WHERE organization_id = $1 AND group_id = $2 AND account_id = $3";
    Ok(tx.execute(sql, &[id.into(), group.into(), account.into()]).await? == 1)
}

/// What a person was given by the directory of an organization, by account.
pub async fn given(tx: &mut Tx, id: OrganizationId, who: PersonId) -> Result<BTreeMap<AccountId, Given>> {
    let sql = "SELECT account_id, given FROM provisioned_access WHERE organization_id = $1 AND person_id = $2";
    let rows = tx.query(sql, &[id.into(), who.into()]).await?;
    rows.into_iter().map(|mut row| Ok((AccountId(row.int(0)?), row.json(1)?))).collect()
}

/// Notes what she was given, or (none) that she was given nothing.
pub async fn set_given(
    tx: &mut WriteTx,
    id: OrganizationId,
    (account, who): (AccountId, PersonId),
    given: Option<&Given>,
    at: Timestamp,
) -> Result<()> {
    let Some(given) = given else {
        let sql = "DELETE FROM provisioned_access WHERE account_id = $1 AND person_id = $2";
        tx.execute(sql, &[account.into(), who.into()]).await?;
        return Ok(());
    };
    let sql =
        "INSERT INTO provisioned_access (account_id, person_id, organization_id, given, given_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (account_id, person_id) DO UPDATE SET organization_id = excluded.organization_id,
               given = excluded.given, given_at = excluded.given_at";
    tx.execute(sql, &[account.into(), who.into(), id.into(), json(given)?, at.into()]).await?;
    Ok(())
}
