//! The route table: what a row says, and how rows are written.

use crate::call::Call;
use crate::refusal::Refusal;
use axum::http::Method;
use axum::response::Response;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What a handler answers.
pub type Answer = Result<Response, Refusal>;

type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;
/// Answers a call.
pub type Handler = Arc<dyn Fn(Call) -> Answering + Send + Sync>;
type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// Who may knock. What they may do is decided by `app`; this says which credentials are looked at before the handler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// A signed-in person; no account needed.
    Session,
    /// A service token, or a signed-in person who names her account. The text is the token scope that `app` demands, with
    /// `{objectType}` for the plural of the type; empty means any token.
    Account(&'static str),
    /// A signed-in person who names her account; no token will do.
    AccountSession,
    /// The directory of an organization's identity provider, by its provisioning token.
    Directory,
}

/// A query parameter, for the documentation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    pub name: &'static str,
    /// `string`, `integer`, `boolean` or `array` (of strings).
    pub kind: &'static str,
    pub about: &'static str,
}

/// What the body of a request is.
#[derive(Clone, Copy)]
pub enum Payload {
    Json(SchemaOf),
    /// A form with files; the fields are the properties of the schema.
    Form(SchemaOf),
    /// Any other media type.
    Other(&'static str),
}

/// One row.
pub struct Route {
    pub method: Method,
    /// The path, as the version in use by shipped clients has it. Aliases follow from it.
    pub path: &'static str,
    /// `noun.verb`, unique.
    pub id: &'static str,
    pub summary: &'static str,
    /// The heading in the documentation.
    pub tag: &'static str,
    pub access: Access,
    pub parameters: Vec<Parameter>,
    pub request: Option<Payload>,
    pub replies: Vec<(u16, Option<Payload>)>,
    /// Without dated aliases: this row's aliases would be another row's.
    pub classic_only: bool,
    pub handler: Handler,
}

fn schema_of<T: JsonSchema>() -> Payload {
    Payload::Json(|generator| generator.subschema_for::<T>())
}

impl Route {
    fn new<F, Fut>(method: Method, path: &'static str, id: &'static str, access: Access, handler: F) -> Route
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |call| Box::pin(handler(call)));
        let (parameters, replies) = (vec![], vec![]);
        Route { method, path, id, summary: "", tag: "", access, parameters, request: None, replies, classic_only: false, handler }
    }

    /// A row that reads.
    pub fn get<F, Fut>(path: &'static str, id: &'static str, access: Access, handler: F) -> Route
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        Route::new(Method::GET, path, id, access, handler)
    }

    /// A row that creates or acts.
    pub fn post<F, Fut>(path: &'static str, id: &'static str, access: Access, handler: F) -> Route
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        Route::new(Method::POST, path, id, access, handler)
    }

    /// A row that replaces.
    pub fn put<F, Fut>(path: &'static str, id: &'static str, access: Access, handler: F) -> Route
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        Route::new(Method::PUT, path, id, access, handler)
    }

    /// A row that changes a part.
    pub fn patch<F, Fut>(path: &'static str, id: &'static str, access: Access, handler: F) -> Route
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        Route::new(Method::PATCH, path, id, access, handler)
    }

    /// A row that takes away.
    pub fn delete<F, Fut>(path: &'static str, id: &'static str, access: Access, handler: F) -> Route
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        Route::new(Method::DELETE, path, id, access, handler)
    }

    /// The heading and the sentence in the documentation. Every row needs them.
    pub fn about(mut self, tag: &'static str, summary: &'static str) -> Route {
        (self.tag, self.summary) = (tag, summary);
        self
    }

    /// Query parameters, for the documentation.
    pub fn query(mut self, parameters: &[Parameter]) -> Route {
        self.parameters.extend_from_slice(parameters);
        self
    }

    /// The JSON body of the request.
    pub fn body<T: JsonSchema>(mut self) -> Route {
        self.request = Some(schema_of::<T>());
        self
    }

    /// A form with files.
    pub fn form<T: JsonSchema>(mut self) -> Route {
        self.request = Some(Payload::Form(|generator| generator.subschema_for::<T>()));
        self
    }

    /// A body of another media type.
    pub fn body_of(mut self, media_type: &'static str) -> Route {
        self.request = Some(Payload::Other(media_type));
        self
    }

    /// A JSON answer.
    pub fn reply<T: JsonSchema>(mut self, status: u16) -> Route {
        self.replies.push((status, Some(schema_of::<T>())));
        self
    }

    /// An answer of another media type.
    pub fn reply_of(mut self, status: u16, media_type: &'static str) -> Route {
        self.replies.push((status, Some(Payload::Other(media_type))));
        self
    }

    /// An answer without a body.
    pub fn empty(mut self, status: u16) -> Route {
        self.replies.push((status, None));
        self
    }

    /// See [`Route::classic_only`].
    pub fn classic(mut self) -> Route {
        self.classic_only = true;
        self
    }

    /// Every path that leads to this row, its own first, each with the version whose shapes it speaks.
    pub fn paths(&self) -> Vec<(String, Version)> {
        let mut paths = vec![(self.path.to_owned(), Version::Classic)];
        let alias = ALIASES.iter().find(|(prefix, _)| !self.classic_only && is_below(self.path, prefix));
        for (prefix, others) in alias.into_iter() {
            let tail = &self.path[prefix.len()..];
            for other in *others {
                match other.split_once("{date}") {
                    None => paths.push((format!("{other}{tail}"), Version::Classic)),
                    Some((head, rest)) => {
                        paths.extend(DATES.iter().map(|date| (format!("{head}{date}{rest}{tail}"), Version::Dated)))
                    }
                }
            }
        }
        paths
    }
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|tail| tail.is_empty() || tail.starts_with('/'))
}

/// Which dialect a path speaks. Dated versions write `toObjectId` as a string and add `url` to records. Source: wire spec 1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    Classic,
    Dated,
}

/// The dated versions served.
const DATES: [&str; 2] = ["2026-03", "2026-09"];

/// The path mapping of wire spec 1.3: what the table has, and what else leads there.
const ALIASES: [(&str, &[&str]); 8] = [
    ("/crm/v3/objects", &["/crm/v4/objects", "/crm/objects/{date}"]),
    ("/crm/v4/objects", &["/crm/objects/{date}"]),
    ("/crm/v4/associations", &["/crm/associations/v4", "/crm/associations/{date}"]),
    ("/crm/v3/properties", &["/crm/properties/{date}"]),
    ("/crm/v3/pipelines", &["/crm/pipelines/{date}"]),
    ("/crm/v3/owners", &["/crm/owners/{date}"]),
    ("/crm-object-schemas/v3/schemas", &["/crm/v3/schemas", "/crm-object-schemas/{date}/schemas"]),
    ("/account-info/v3", &["/account-info/{date}"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    async fn nothing(_: Call) -> Answer {
        Ok(crate::reply::empty())
    }

    fn paths(path: &'static str) -> Vec<String> {
        Route::get(path, "test", Access::Public, nothing).paths().into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn dated_paths_follow_from_the_table() {
        assert_eq!(
            paths("/crm/v3/objects/{objectType}/{id}"),
            [
                "/crm/v3/objects/{objectType}/{id}",
                "/crm/v4/objects/{objectType}/{id}",
                "/crm/objects/2026-03/{objectType}/{id}",
                "/crm/objects/2026-09/{objectType}/{id}"
            ]
        );
        assert_eq!(paths("/account-info/v3/details")[2], "/account-info/2026-09/details");
        assert_eq!(paths("/crm-object-schemas/v3/schemas")[1], "/crm/v3/schemas");
        assert_eq!(paths("/crm/v3/objects-of-mine").len(), 1);
    }
}
