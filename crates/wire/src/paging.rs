//! Pages. On the last one `paging` is left out altogether: clients read `paging.next.after` whenever it is there.

use crate::scalar::Time;
use schemars::JsonSchema;
use serde::Serialize;

/// Where the next page is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Paging {
    pub next: Next,
}

/// The next page.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Next {
    /// What to send as `after`.
    pub after: String,
    /// The whole address of the next page, with every parameter of this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// One page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    pub results: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paging: Option<Paging>,
}

impl<T> Page<T> {
    /// A list that has only one page.
    pub fn whole(results: Vec<T>) -> Page<T> {
        Page { results, paging: None }
    }
}

/// Archived or not, since when: what several shapes share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lifetime {
    pub created_at: Time,
    pub updated_at: Time,
    pub archived: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Time>,
}
