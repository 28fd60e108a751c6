//! Labels of associations. Source: wire spec 5.

use super::associations::{kind, types};
use super::definitions::required;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use app::association::{self, LabelInput};
use model::association::{Category, LinkType};
use wire::association::{AssociationType, LabelIn};
use wire::paging::Page;

const TAG: &str = "Association labels";
const READ: Access = Access::Account("crm.schemas.{fromObjectType}.read");
const WRITE: Access = Access::Account("crm.schemas.{fromObjectType}.write");

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/crm/v4/associations/{fromObjectType}/{toObjectType}/labels", "label.list", READ, list)
            .about(TAG, "Lists the types of association between two types of records.")
            .reply::<Page<AssociationType>>(200),
        Route::post("/crm/v4/associations/{fromObjectType}/{toObjectType}/labels", "label.create", WRITE, create)
            .about(TAG, "Makes a label, or a pair of labels when inverseLabel is given. Answers both directions.")
            .body::<LabelIn>()
            .reply::<Page<AssociationType>>(200),
        Route::put("/crm/v4/associations/{fromObjectType}/{toObjectType}/labels", "label.update", WRITE, update)
            .about(TAG, "Renames a label.")
            .body::<LabelIn>()
            .empty(204),
        Route::delete(
            "/crm/v4/associations/{fromObjectType}/{toObjectType}/labels/{associationTypeId}",
            "label.archive",
            WRITE,
            archive,
        )
        .about(TAG, "Removes a label. Records that wore it stay associated.")
        .empty(204),
    ]
}

async fn list(call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let labels = association::labels(call.app(), call.cx(), from, to).await?;
    Ok(reply::ok(&Page::whole(labels.iter().map(|(link_type, label)| kind(*link_type, label.as_deref())).collect())))
}

async fn create(mut call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let body: LabelIn = call.json().await?;
    let label = required("label", body.label)?;
    let input = LabelInput { name: required("name", body.name)?, label, inverse: body.inverse_label };
    let made = association::create_label(call.app(), call.cx(), from, to, input).await?;
    let shown = |label: &model::association::Label| {
        let link_type = LinkType { category: Category::UserDefined, type_id: label.type_id };
        kind(link_type, Some(&label.label))
    };
    Ok(reply::ok(&Page::whole(made.iter().map(shown).collect())))
}

async fn update(mut call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let body: LabelIn = call.json().await?;
    let type_id = number(&required("associationTypeId", body.association_type_id)?.to_string())?;
    let label = required("label", body.label)?;
    association::update_label(call.app(), call.cx(), from, to, type_id, &label, body.inverse_label.as_deref()).await?;
    Ok(reply::empty())
}

async fn archive(call: Call) -> Answer {
    let (from, to) = types(&call)?;
    let type_id = number(call.param("associationTypeId"))?;
    association::archive_label(call.app(), call.cx(), from, to, type_id).await?;
    Ok(reply::empty())
}

fn number(text: &str) -> Result<u32, Refusal> {
    text.parse().map_err(|_| {
        let message = format!("\"{}\" is not an association type; expected a number", crate::refusal::shorten(text));
        Refusal::invalid(message).with_code("ASSOCIATION_TYPE_UNKNOWN").naming("path", "associationTypeId", text)
    })
}
