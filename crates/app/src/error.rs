//! The one error of the product, free of transport: HTTP, the command line and background work each have one mapping
//! from its kind.
//!
//! The message is safe for the caller and complete: it names the thing and the value. What only the operator should
//! see goes into `detail` and from there into the log.

use model::authority::Denial;
use store::StoreError;

/// What sort of refusal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request is wrong; sending it again does not help.
    Invalid,
    /// Nobody is signed in, or the token is unknown.
    Unauthenticated,
    /// The session or token was good once.
    Expired,
    /// A fresh second factor is needed for this act.
    StepUpNeeded,
    /// Visible, but not allowed.
    Forbidden,
    /// Not there, or not visible to the caller: the two are never told apart.
    NotFound,
    /// Somebody else was faster, or the value is taken.
    Conflict,
    /// More than a limit allows.
    TooLarge,
    /// Too often; try again later.
    TooMany,
    /// The database or another part is out of reach; trying again helps.
    Unavailable,
    /// Our bug.
    Broken,
}

/// One of several reasons, about one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: String,
    pub message: String,
    /// Where in the request: a property, a column, a field.
    pub place: Option<String>,
    pub context: Vec<(String, Vec<String>)>,
}

/// A refusal or failure of a verb.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    pub kind: Kind,
    /// Stable and part of the API; listed in the error catalogue.
    pub code: &'static str,
    pub message: String,
    /// Only for the log.
    pub detail: Option<String>,
    pub reasons: Vec<Reason>,
    /// Names with values a program can use, such as `existingId`.
    pub context: Vec<(String, Vec<String>)>,
}

/// The result of every verb.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Error {
        Error { kind, code, message: message.into(), detail: None, reasons: Vec::new(), context: Vec::new() }
    }

    pub fn invalid(code: &'static str, message: impl Into<String>) -> Error {
        Error::new(Kind::Invalid, code, message)
    }

    pub fn not_found(message: impl Into<String>) -> Error {
        Error::new(Kind::NotFound, "OBJECT_NOT_FOUND", message)
    }

    pub fn conflict(code: &'static str, message: impl Into<String>) -> Error {
        Error::new(Kind::Conflict, code, message)
    }

    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Error {
        Error::new(Kind::Forbidden, code, message)
    }

    pub fn too_large(code: &'static str, message: impl Into<String>) -> Error {
        Error::new(Kind::TooLarge, code, message)
    }

    /// A bug or damage: the caller learns only that it happened, the log learns what.
    pub fn broken(detail: impl Into<String>) -> Error {
        Error { detail: Some(detail.into()), ..Error::new(Kind::Broken, "INTERNAL_ERROR", "something went wrong on our side") }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Error {
        self.context.push((name.to_owned(), vec![value.to_string()]));
        self
    }

    /// Names the scope that would do. Source: wire spec 2.1.
    #[must_use]
    pub fn missing_scope(self, scope: String) -> Error {
        let message = format!("the scope {scope} is needed");
        let context = vec![("requiredGranularScopes".to_owned(), vec![scope])];
        let reason = Reason { code: self.code.to_owned(), message, place: None, context };
        self.because(vec![reason])
    }

    #[must_use]
    pub fn because(mut self, reasons: Vec<Reason>) -> Error {
        self.reasons = reasons;
        self
    }

    /// Whether running the same thing again may work.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, Kind::Unavailable | Kind::TooMany) || self.code == "COLLISION"
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Error {
        let detail = Some(error.to_string());
        match error {
            StoreError::Unique(_) => Error {
                detail,
                ..Error::conflict("COLLISION", "somebody else wrote the same unique value at the same moment; try again")
            },
            StoreError::Collision(_) => Error {
                detail,
                ..Error::conflict("COLLISION", "somebody else changed the same thing at the same moment; try again")
            },
            StoreError::Unavailable(_) => Error {
                detail,
                ..Error::new(Kind::Unavailable, "STORAGE_UNAVAILABLE", "the database cannot be reached at the moment; try again")
            },
            StoreError::Broken(_) => Error { detail, ..Error::broken("") },
        }
    }
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Error {
        let kind = if denial.is_invisible() { Kind::NotFound } else { Kind::Forbidden };
        Error::new(kind, denial.code(), denial.to_string())
    }
}
