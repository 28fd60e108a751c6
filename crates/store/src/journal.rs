//! The log's lines about what was committed: who signed in, which token came to be, what an organization became.
//!
//! Written in one place, because every way into the product (browser, API, command line, background) ends in a commit. What
//! happens to records is not told: it is frequent, and the feed has it. Only names of acts and ids are told, so no line
//! carries a person's data.

use model::change::{By, Change, Kind};
use model::id::AccountId;
use serde_json::Value;

/// Fields of a change's detail that are told; each is an id, a number or a word of ours.
const TOLD: [&str; 12] = [
    "act",
    "account",
    "person",
    "session",
    "method",
    "for",
    "token",
    "permissionSet",
    "organizationId",
    "version",
    "refused",
    "accountId",
];

/// Tells what a transaction changed, once it is on disk.
pub(crate) fn tell(account: AccountId, by: &By, head: i64, changes: &[Change]) {
    let first = head + 1 - i64::try_from(changes.len()).unwrap_or(0);
    for (seq, change) in (first..).zip(changes) {
        if let Some(change_of) = subject(change.kind) {
            let about = about(change.detail.as_ref());
            tracing::info!(change_of, about, account = account.0, seq, actor = %by.actor, "changed");
        }
    }
}

fn subject(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::AccountChanged => Some("account"),
        Kind::IdentityChanged => Some("identity"),
        Kind::OrganizationChanged => Some("organization"),
        Kind::DefinitionChanged => Some("definition"),
        Kind::RecordCreated
        | Kind::RecordUpdated
        | Kind::RecordArchived
        | Kind::RecordRestored
        | Kind::RecordErased
        | Kind::RecordMerged
        | Kind::AssociationLinked
        | Kind::AssociationUnlinked
        | Kind::Disclosed
        | Kind::ImportChanged => None,
    }
}

/// `act=token.create account=7 token=3`.
fn about(detail: Option<&Value>) -> String {
    let field = |name: &&str| {
        let text = match detail?.get(*name)? {
            Value::String(text) => text.clone(),
            Value::Number(n) => n.to_string(),
            _ => return None,
        };
        Some(format!("{name}={text}"))
    };
    TOLD.iter().filter_map(field).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_names_acts_and_ids_and_nothing_else_of_a_change() {
        let detail = json!({"act": "user.invite", "account": 7, "person": 12, "email": "ann@ex.example", "scopes": ["x"]});
        assert_eq!(about(Some(&detail)), "act=user.invite account=7 person=12");
        assert_eq!(about(None), "");
        assert_eq!(Kind::ALL.iter().filter(|kind| subject(**kind).is_some()).count(), 4);
    }
}
