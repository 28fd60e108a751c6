//! Labels: types of links the account makes for itself.

use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Result};
use crate::property;
use model::association::{Category, Label, LinkType, all_defined, plan_label};
use model::authority::Act;
use model::change::{Change, Kind as ChangeKind};
use model::object::ObjectType;

/// A label as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelInput {
    /// The internal name.
    pub name: String,
    /// What the `to` record is to the `from` record.
    pub label: String,
    /// What the `from` record is to the `to` record; without it both sides read alike.
    pub inverse: Option<String>,
}

/// The types of links from one type of record to another, with their labels.
pub async fn labels(app: &App, cx: &Cx, from: ObjectType, to: ObjectType) -> Result<Vec<(LinkType, Option<String>)>> {
    cx.may(Act::ReadDefinitions)?;
    let (_, definitions) = property::read(app, cx).await?;
    let defined = all_defined().filter(|d| d.from == from && d.to == to);
    let own = definitions.link_types.labels.iter().filter(|l| l.from == from && l.to == to);
    let user = |type_id| LinkType { category: Category::UserDefined, type_id };
    Ok(defined
        .map(|d| (LinkType::defined(d.type_id), d.label.map(str::to_owned)))
        .chain(own.map(|l| (user(l.type_id), Some(l.label.clone()))))
        .collect())
}

/// Makes a label; both its directions.
pub async fn create_label(app: &App, cx: &Cx, from: ObjectType, to: ObjectType, input: LabelInput) -> Result<Vec<Label>> {
    cx.may(Act::ManageDefinitions)?;
    let (mut tx, definitions) = property::write(app, cx, 0).await?;
    let types = &definitions.link_types;
    let next = types.labels.iter().map(|l| l.type_id).max().unwrap_or(0) + 1;
    let made = plan_label(types, from, to, &input.name, &input.label, input.inverse.as_deref(), next)?;
    store::association::save_labels(&mut tx, &made).await?;
    tx.commit(&cx.by(), cx.now, &[changed(&made[0], "created")]).await?;
    Ok(made)
}

/// Renames a label, and its other direction when told how that reads.
pub async fn update_label(
    app: &App,
    cx: &Cx,
    from: ObjectType,
    to: ObjectType,
    type_id: u32,
    label: &str,
    inverse: Option<&str>,
) -> Result<()> {
    cx.may(Act::ManageDefinitions)?;
    let (mut tx, definitions) = property::write(app, cx, 0).await?;
    let pair = pair(&definitions.link_types.labels, from, to, type_id)?;
    let renamed: Vec<Label> = pair
        .iter()
        .filter_map(|l| {
            let text = if l.type_id == type_id { Some(label) } else { inverse };
            text.map(|text| Label { label: text.to_owned(), ..l.clone() })
        })
        .collect();
    for one in &renamed {
        if one.label.trim().is_empty() || one.label.chars().count() > model::limits::NAME_CHARS_MAX {
            return Err(model::association::Refusal::Label(one.label.chars().take(100).collect()).into());
        }
    }
    store::association::save_labels(&mut tx, &renamed).await?;
    tx.commit(&cx.by(), cx.now, &[changed(&pair[0], "updated")]).await?;
    Ok(())
}

/// Removes a label, both its directions, and what is linked by it. The plain links stay.
pub async fn archive_label(app: &App, cx: &Cx, from: ObjectType, to: ObjectType, type_id: u32) -> Result<()> {
    cx.may(Act::ManageDefinitions)?;
    let (mut tx, definitions) = property::write(app, cx, 0).await?;
    let pair = pair(&definitions.link_types.labels, from, to, type_id)?;
    for label in &pair {
        store::association::delete_label(&mut tx, label).await?;
    }
    tx.commit(&cx.by(), cx.now, &[changed(&pair[0], "archived")]).await?;
    Ok(())
}

/// A label with its other direction.
fn pair(labels: &[Label], from: ObjectType, to: ObjectType, type_id: u32) -> Result<Vec<Label>> {
    let Some(one) = labels.iter().find(|l| l.type_id == type_id && l.from == from && l.to == to) else {
        let message = format!("there is no association label {type_id} from {} to {}", from.plural(), to.plural());
        return Err(Error::new(Kind::NotFound, "ASSOCIATION_LABEL_NOT_FOUND", message));
    };
    let other = labels.iter().find(|l| l.type_id == one.reverse && l.type_id != one.type_id);
    Ok(std::iter::once(one).chain(other).cloned().collect())
}

fn changed(label: &Label, how: &str) -> Change {
    let detail =
        serde_json::json!({"label": label.type_id, "from": label.from.to_string(), "to": label.to.to_string(), "how": how});
    Change::of(ChangeKind::DefinitionChanged, detail)
}
