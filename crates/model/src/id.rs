//! Identifiers. All are positive decimal integers below 2^53, because HubSpot's clients do arithmetic on them in
//! languages whose numbers are doubles; on the wire they are decimal strings.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The largest identifier we hand out or accept: 2^53 - 1, the largest integer a JavaScript number holds exactly.
pub const ID_MAX: i64 = (1 << 53) - 1;

/// A text that is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnId(pub String);

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is not an id: expected a decimal number from 1 to {ID_MAX}", self.0)
    }
}

impl std::error::Error for NotAnId {}

// A macro, because nine identical newtypes written out would be nine places to forget one trait.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse(text).map($name)
            }
        }
    };
}

fn parse(text: &str) -> Result<i64, NotAnId> {
    let digits = !text.is_empty() && text.len() <= 16 && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<i64>() {
        Ok(n) if digits && (1..=ID_MAX).contains(&n) => Ok(n),
        _ => Err(NotAnId(text.chars().take(64).collect())),
    }
}

id!(/// A company's account, HubSpot's portal or hub id.
    AccountId);
id!(/// One login, in however many accounts. HubSpot's user id.
    PersonId);
id!(/// A change of an organization that waits for a second person.
    ProposalId);
id!(/// Second factors of somebody that two admins of an organization want to take away.
    ResetId);
id!(/// Who a record belongs to, within one account. Not the person's id: HubSpot keeps the two apart as well.
    OwnerId);
id!(/// A record of any object type, unique within its account.
    RecordId);
id!(/// An organization: accounts joined to share.
    OrganizationId);
id!(/// An offer of membership in an organization.
    OfferId);
id!(/// A connection: what two member accounts share.
    ConnectionId);
id!(/// A group of a directory that provisions an organization.
    ProvisionedGroupId);
id!(/// A service token.
    TokenId);
id!(/// A permission set of an account.
    PermissionSetId);
id!(/// An import job of an account.
    ImportId);
id!(/// An identity provider of an account or an organization.
    ProviderId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_positive_decimal_below_two_to_the_53() {
        assert_eq!("901".parse(), Ok(RecordId(901)));
        assert_eq!("9007199254740991".parse(), Ok(RecordId(ID_MAX)));
        for bad in ["", "0", "-1", "+1", " 1", "1.0", "9007199254740992", "0x1", "99999999999999999999"] {
            assert!(bad.parse::<RecordId>().is_err(), "{bad:?} was accepted");
        }
    }
}
