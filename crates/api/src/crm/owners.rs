//! Owners. Source: wire spec 4.

use super::{AFTER, ARCHIVED, LIMIT};
use crate::call::Call;
use crate::refusal::{Refusal, shorten};
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::owner;
use model::id::{OwnerId, PersonId};
use wire::owner::Owner;
use wire::paging::{Lifetime, Page};
use wire::scalar::{Id, Time};

/// Owners of a page, by default and at most. Source: wire spec 2.4.
const LIMIT_DEFAULT: usize = 100;
const LIMIT_MAX: usize = 500;
const EMAIL: Parameter = Parameter { name: "email", kind: "string", about: "Only the owner with this address." };
const OWNER_ID_PROPERTY: Parameter =
    Parameter { name: "idProperty", kind: "string", about: "id, or userId when the id in the path is a user's." };

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let access = Access::Account("crm.objects.owners.read");
    vec![
        Route::get("/crm/v3/owners", "owner.list", access, list)
            .about("Owners", "Lists who records can belong to, 500 a page at most.")
            .query(&[EMAIL, LIMIT, AFTER, ARCHIVED])
            .reply::<Page<Owner<'static>>>(200),
        Route::get("/crm/v3/owners/{ownerId}", "owner.read", access, read)
            .about("Owners", "Reads an owner.")
            .query(&[OWNER_ID_PROPERTY, ARCHIVED])
            .reply::<Owner<'static>>(200),
    ]
}

async fn list(call: Call) -> Answer {
    let query = call.query();
    let limit = query.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let after = query.parsed::<OwnerId>("after", "the paging.next.after of a page before")?;
    // One more than asked for tells whether there is another page.
    let found = owner::list(call.app(), call.cx(), query.flag("archived")?, query.one("email"), after, limit + 1).await?;
    let paging = (found.len() > limit).then(|| call.next(&found[limit - 1].id.to_string()));
    let results = found.iter().take(limit).map(|owner| shown(owner)).collect();
    Ok(reply::ok(&Page { results, paging }))
}

async fn read(call: Call) -> Answer {
    let query = call.query();
    let (app, cx) = (call.app(), call.cx());
    let found = match query.one("idProperty") {
        None | Some("id") => owner::read(app, cx, call.id::<OwnerId>("ownerId")?).await?,
        Some("userId") => owner::read_by_person(app, cx, call.id::<PersonId>("ownerId")?).await?,
        Some(other) => {
            let message = format!("The query parameter idProperty is \"{}\"; expected id or userId", shorten(other));
            return Err(Refusal::invalid(message).with_code("QUERY_INVALID").naming("query", "idProperty", other));
        }
    };
    Ok(reply::ok(&shown(&found)))
}

fn shown(owner: &owner::Owner) -> Owner<'_> {
    let (first_name, last_name) = owner.name.rsplit_once(' ').unwrap_or((&owner.name, ""));
    Owner {
        id: Id(owner.id.0),
        email: &owner.email,
        kind: "PERSON",
        first_name,
        last_name,
        user_id: (!owner.archived).then_some(owner.person.0),
        user_id_including_inactive: Some(owner.person.0),
        teams: vec![],
        lifetime: Lifetime {
            created_at: Time(owner.created_at),
            updated_at: Time(owner.updated_at),
            archived: owner.archived,
            archived_at: None,
        },
    }
}
