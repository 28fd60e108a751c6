//! Property definitions and their groups.

mod cache;

pub use cache::{Cache, Definitions};
pub(crate) use cache::{likely, read, write};

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use model::account::Role;
use model::authority::Act;
use model::change::{Change, Kind as ChangeKind};
use model::limits::BATCH_MAX;
use model::object::ObjectType;
use model::property::definition::{self, DefinitionInput, DefinitionPatch, Refusal};
use model::property::{PropertyDefinition, PropertyGroup, Schema, Sensitivity};
use std::sync::Arc;
use store::WriteTx;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let kind = match refusal {
            Refusal::Exists(_) => Kind::Conflict,
            Refusal::TooManyCustom | Refusal::TooManyUnique | Refusal::TooManyOptions(_) => Kind::TooLarge,
            _ => Kind::Invalid,
        };
        Error::new(kind, refusal.code(), refusal.to_string())
    }
}

/// The definitions and pipelines of a type as they are now.
pub async fn schema(app: &App, cx: &Cx, object: ObjectType) -> Result<Arc<Schema>> {
    cx.may(Act::ReadDefinitions)?;
    Ok(read(app, cx).await?.1.schema(object))
}

/// All definitions of a type, by name: those in use, or the archived ones.
pub async fn list(app: &App, cx: &Cx, object: ObjectType, archived: bool) -> Result<Vec<PropertyDefinition>> {
    let schema = schema(app, cx, object).await?;
    Ok(schema.properties_with_archived().filter(|d| d.archived == archived).cloned().collect())
}

/// One definition.
pub async fn find(app: &App, cx: &Cx, object: ObjectType, name: &str, archived: bool) -> Result<PropertyDefinition> {
    let schema = schema(app, cx, object).await?;
    schema.property_with_archived(name).filter(|d| d.archived == archived).cloned().ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Error {
    let name: String = name.chars().take(100).collect();
    Error::new(Kind::NotFound, "PROPERTY_DOESNT_EXIST", format!("Property \"{name}\" does not exist")).with("propertyName", name)
}

/// Defines properties: all of them, or none and the reason.
pub async fn create(app: &App, cx: &Cx, object: ObjectType, inputs: Vec<DefinitionInput>) -> Result<Vec<PropertyDefinition>> {
    cx.may(Act::ManageDefinitions)?;
    if inputs.len() > BATCH_MAX {
        return Err(Error::too_large("BATCH_LIMIT", format!("a batch can have {BATCH_MAX} inputs, not {}", inputs.len())));
    }
    may_mark(app, cx, inputs.iter().map(|input| (input.name.as_str(), input.sensitivity))).await?;
    let (mut tx, definitions) = write(app, cx, 0).await?;
    let groups = definitions.group_names(object);
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let mut schema = (*definitions.schema(object)).clone();
    let mut made = Vec::with_capacity(inputs.len());
    for input in inputs {
        let mut definition = definition::create(&schema, &groups, input, cx.now)?;
        definition.created_user_id = user(cx);
        definition.updated_user_id = user(cx);
        store::property::save(&mut tx, object, &definition).await?;
        schema = schema.with(definition.clone());
        made.push(definition);
    }
    let changes: Vec<Change> = made.iter().map(|d| changed(object, &d.name, "created")).collect();
    commit(tx, cx, &changes).await?;
    Ok(made)
}

/// Sensitive fields are for accounts that store sensitive data, and not for Partner Admins to make. Source: spec 7.2. Asked before
/// the account is written to: what it is stands in the directory, and once on it stays on.
async fn may_mark<'a>(app: &App, cx: &Cx, wished: impl IntoIterator<Item = (&'a str, Sensitivity)>) -> Result<()> {
    let Some((name, sensitivity)) = wished.into_iter().find(|(_, sensitivity)| !sensitivity.is_open()) else { return Ok(()) };
    let (name, degree): (String, _) = (name.chars().take(100).collect(), sensitivity.name());
    if cx.standing.role == Role::PartnerAdmin {
        let message = format!("a Partner Admin cannot make \"{name}\" a {degree} property");
        return Err(Error::forbidden("PARTNER_ADMIN_NO_SENSITIVE", message));
    }
    let account = store::account::read(&mut app.store.read_home().await?, cx.account).await?;
    if account.is_some_and(|account| account.sensitive) {
        return Ok(());
    }
    let message = format!("\"{name}\" cannot be {degree}: the account does not store sensitive data; turn that on first");
    Err(Error::invalid("SENSITIVE_DATA_OFF", message).with("propertyName", &name))
}

/// Changes a definition.
pub async fn update(app: &App, cx: &Cx, object: ObjectType, name: &str, patch: DefinitionPatch) -> Result<PropertyDefinition> {
    cx.may(Act::ManageDefinitions)?;
    may_mark(app, cx, patch.sensitivity.map(|sensitivity| (name, sensitivity))).await?;
    let (mut tx, definitions) = write(app, cx, 0).await?;
    let groups = definitions.group_names(object);
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let schema = definitions.schema(object);
    let old = schema.property(name).ok_or_else(|| missing(name))?;
    let mut new = definition::apply(old, &groups, patch, cx.now)?;
    if new == *old {
        return Ok(new);
    }
    new.updated_user_id = user(cx);
    store::property::save(&mut tx, object, &new).await?;
    commit(tx, cx, &[changed(object, name, "updated")]).await?;
    Ok(new)
}

/// Archives definitions; those that are archived already, or never were, are left alone. Values stay where they are.
pub async fn archive(app: &App, cx: &Cx, object: ObjectType, names: &[String]) -> Result<()> {
    cx.may(Act::ManageDefinitions)?;
    let (mut tx, definitions) = write(app, cx, 0).await?;
    let schema = definitions.schema(object);
    let mut changes = Vec::new();
    for name in names {
        let Some(old) = schema.property(name) else {
            if schema.property_with_archived(name).is_none() {
                return Err(missing(name));
            }
            continue;
        };
        if !old.modification_metadata.archivable {
            return Err(Refusal::ReadOnly(name.clone()).into());
        }
        let new = PropertyDefinition {
            archived: true,
            archived_at: Some(cx.now),
            updated_at: cx.now,
            updated_user_id: user(cx),
            ..old.clone()
        };
        store::property::save(&mut tx, object, &new).await?;
        changes.push(changed(object, name, "archived"));
    }
    if changes.is_empty() {
        return Ok(());
    }
    commit(tx, cx, &changes).await
}

/// The groups of a type.
pub async fn groups(app: &App, cx: &Cx, object: ObjectType) -> Result<Vec<PropertyGroup>> {
    cx.may(Act::ReadDefinitions)?;
    Ok(read(app, cx).await?.1.groups(object))
}

/// Adds, changes or archives a group: what `change` makes of the one that is there.
async fn save_group(
    app: &App,
    cx: &Cx,
    object: ObjectType,
    name: &str,
    change: impl FnOnce(Option<PropertyGroup>) -> Result<PropertyGroup>,
) -> Result<PropertyGroup> {
    cx.may(Act::ManageDefinitions)?;
    let (mut tx, definitions) = write(app, cx, 0).await?;
    let old = definitions.groups(object).into_iter().find(|g| g.name == name);
    let new = change(old)?;
    let label_fits = !new.label.trim().is_empty() && new.label.chars().count() <= model::limits::NAME_CHARS_MAX;
    if !label_fits {
        return Err(Refusal::Label(new.label.chars().take(100).collect()).into());
    }
    if new.archived && definitions.schema(object).properties().any(|d| d.group_name == name) {
        return Err(Error::conflict("PROPERTY_GROUP_IN_USE", format!("property group \"{name}\" still has properties")));
    }
    store::property::save_group(&mut tx, object, &new, cx.now).await?;
    commit(tx, cx, &[changed(object, name, "group")]).await?;
    Ok(new)
}

/// Adds a group.
pub async fn create_group(app: &App, cx: &Cx, object: ObjectType, group: PropertyGroup) -> Result<PropertyGroup> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if group.name.is_empty() || group.name.len() > 100 || !group.name.bytes().all(plain) {
        return Err(Refusal::Name(group.name.chars().take(100).collect()).into());
    }
    let name = group.name.clone();
    save_group(app, cx, object, &name, |old| match old {
        Some(_) => Err(Error::conflict("PROPERTY_GROUP_EXISTS", format!("a property group \"{}\" already exists", group.name))),
        None => Ok(PropertyGroup { archived: false, ..group }),
    })
    .await
}

/// Changes a group's label or position.
pub async fn update_group(
    app: &App,
    cx: &Cx,
    object: ObjectType,
    name: &str,
    label: Option<String>,
    display_order: Option<i64>,
) -> Result<PropertyGroup> {
    save_group(app, cx, object, name, |old| {
        let old = old.ok_or_else(|| missing_group(name))?;
        let (label, display_order) = (label.unwrap_or(old.label), display_order.unwrap_or(old.display_order));
        Ok(PropertyGroup { label, display_order, name: old.name, archived: false })
    })
    .await
}

/// Archives a group that has no properties.
pub async fn archive_group(app: &App, cx: &Cx, object: ObjectType, name: &str) -> Result<()> {
    save_group(app, cx, object, name, |old| {
        let old = old.ok_or_else(|| missing_group(name))?;
        Ok(PropertyGroup { archived: true, ..old })
    })
    .await
    .map(|_| ())
}

fn missing_group(name: &str) -> Error {
    let name: String = name.chars().take(100).collect();
    Error::new(Kind::NotFound, "PROPERTY_GROUP_DOESNT_EXIST", format!("property group \"{name}\" does not exist"))
}

pub(crate) fn changed(object: ObjectType, name: &str, how: &str) -> Change {
    Change::of(ChangeKind::DefinitionChanged, serde_json::json!({"object": object.to_string(), "name": name, "how": how}))
}

pub(crate) async fn commit(tx: WriteTx, cx: &Cx, changes: &[Change]) -> Result<()> {
    tx.commit(&cx.by(), cx.now, changes).await?;
    Ok(())
}

fn user(cx: &Cx) -> Option<String> {
    cx.actor.person().map(|id| id.to_string())
}
