//! The members of an organization, page by page: a large group is not read into one answer.

use super::{View, read};
use crate::cx::{App, Cx};
use crate::error::Result;
use model::account::Account;
use model::authority::Denial;
use model::id::{AccountId, OrganizationId};
use model::limits::MEMBERS_PAGE_MAX;

/// What is looked for among the members, and where the page begins.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Part of a name in any case, or an id.
    pub query: String,
    pub after: Option<AccountId>,
    pub limit: Option<usize>,
}

/// A page of members in the order of their ids.
#[derive(Debug, Clone)]
pub struct Page {
    pub view: View,
    pub accounts: Vec<Account>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<AccountId>,
    /// How many match on all pages.
    pub n_matching: usize,
}

/// A page of the members of the organization one works in.
pub async fn list(app: &App, cx: &Cx, id: OrganizationId, search: &Search) -> Result<Page> {
    let view = read(app, cx).await?;
    if view.organization.id != id {
        return Err(Denial::OrganizationInvisible.into());
    }
    let query = search.query.trim().to_lowercase();
    let is_meant =
        |account: &&Account| query.is_empty() || account.name.to_lowercase().contains(&query) || account.id.to_string() == query;
    let matching: Vec<&Account> = view.accounts.values().filter(is_meant).collect();
    let n_matching = matching.len();
    let limit = search.limit.unwrap_or(MEMBERS_PAGE_MAX).clamp(1, MEMBERS_PAGE_MAX);
    let after = matching.into_iter().filter(|account| search.after.is_none_or(|after| account.id > after));
    let mut accounts: Vec<Account> = after.take(limit + 1).cloned().collect();
    let has_more = accounts.len() > limit;
    accounts.truncate(limit);
    let next = accounts.last().filter(|_| has_more).map(|account| account.id);
    Ok(Page { accounts, next, n_matching, view })
}
