//! Scopes: what a service token may, in HubSpot's words, and the permissions they mean here.
//!
//! | scope | means |
//! |---|---|
//! | `*` | everything but what only a Super Admin may, but mirroring and the organization |
//! | `crm.objects.{plural}.read`, `.write` | view; edit and archive. Contacts bring activities along, as at HubSpot |
//! | `tickets` | HubSpot's older name of both ticket scopes |
//! | `crm.schemas.{plural}.write` | define properties and pipelines; reading definitions needs no scope |
//! | `crm.import`, `crm.export` | import, export |
//! | `organization.read` | see the organization, its log and the account's disclosures, as far as who made the token may now |
//! | `organization.connections.write` | see the organization and edit its connections, as far as who made the token may now |
//! | a permission's code, such as `mirroring.view` | that permission |

use crate::account::{Deed, Permission, Permissions, Scope as Width, Seat};
use crate::authority::{Act, OrganizationAct, TokenReach};
use crate::object::{BUILT_IN, CALL, CONTACT, EMAIL, MEETING, NOTE, ObjectType, TASK, TICKET};
use std::collections::BTreeSet;
use std::fmt;

/// Everything but mirroring and the organization.
pub const ALL: &str = "*";
/// See what sister companies did with a customer. Stands for the seat a person needs as well, because a token has none.
pub const MIRRORING: &str = "mirroring.view";
/// Read the organization of the account, its log, and who was shown what of the account.
pub const ORGANIZATION_READ: &str = "organization.read";
/// Plan and edit the organization's connections.
pub const ORGANIZATION_CONNECTIONS: &str = "organization.connections.write";

/// Accepted because integrations ask for them, and without effect: whoever has a token may do it, or there is nothing to do yet.
const WITHOUT_EFFECT: [&str; 5] =
    ["oauth", "crm.objects.owners.read", "crm.lists.read", "crm.lists.write", "settings.users.read"];

/// A scope nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown(pub String);

impl Unknown {
    /// The stable code.
    pub const CODE: &'static str = "SCOPE_UNKNOWN";
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is not a scope such as crm.objects.contacts.read", self.0)
    }
}

/// What one scope grants; `None` when there is no such scope.
fn granted(scope: &str) -> Option<Permissions> {
    let view = [Deed::View];
    let change = [Deed::Edit, Deed::Delete];
    match scope {
        ALL => return Some(Permissions::all().without(Permission::MirroringView)),
        ORGANIZATION_READ => return Some(named(Permission::AuditView)),
        ORGANIZATION_CONNECTIONS => return Some(Permissions::default()),
        "tickets" => return Some(on(&[TICKET], &Deed::ALL)),
        "crm.import" => return Some(named(Permission::Import)),
        "crm.export" => return Some(named(Permission::Export)),
        _ if WITHOUT_EFFECT.contains(&scope) => return Some(Permissions::default()),
        _ => {}
    }
    if let Some(permission) = Permission::from_code(scope) {
        return Some(named(permission));
    }
    let (family, deed) = scope.strip_prefix("crm.")?.rsplit_once('.')?;
    let (kind, plural) = family.split_once('.')?;
    let object = BUILT_IN.iter().find(|(_, _, many)| *many == plural).map(|(object, ..)| *object)?;
    match (kind, deed) {
        ("objects", "read") => Some(on(&with_activities(object), &view)),
        ("objects", "write") => Some(on(&with_activities(object), &change)),
        ("schemas", "read") => Some(Permissions::default()),
        ("schemas", "write") => Some(named(Permission::DefinitionsManage)),
        _ => None,
    }
}

fn with_activities(object: ObjectType) -> Vec<ObjectType> {
    if object == CONTACT { vec![CONTACT, NOTE, CALL, EMAIL, MEETING, TASK] } else { vec![object] }
}

fn on(objects: &[ObjectType], deeds: &[Deed]) -> Permissions {
    let pairs = objects.iter().flat_map(|object| deeds.iter().map(move |deed| (*object, *deed)));
    pairs.fold(Permissions::default(), |permissions, (object, deed)| permissions.with(object, deed, Width::Everything))
}

fn named(permission: Permission) -> Permissions {
    Permissions { names: BTreeSet::from([permission]), ..Permissions::default() }
}

/// Scopes as they are kept: known, each once, in order.
pub fn checked(scopes: &[String]) -> Result<Vec<String>, Unknown> {
    if let Some(unknown) = scopes.iter().find(|scope| granted(scope).is_none()) {
        return Err(Unknown(unknown.chars().take(64).collect()));
    }
    Ok(scopes.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect())
}

/// What scopes grant together. One that is no longer known grants nothing.
pub fn permissions(scopes: &[String]) -> Permissions {
    let grants = scopes.iter().filter_map(|scope| granted(scope));
    grants.fold(Permissions::default(), |all, one| all.union(&one))
}

/// The scope that allows an act; `None` where no scope does.
pub fn needed(act: Act) -> Option<String> {
    let permission = match act {
        Act::ViewRecords(object) => return Some(format!("crm.objects.{}.read", object.plural())),
        Act::EditRecords(object) | Act::DeleteRecords(object) => return Some(format!("crm.objects.{}.write", object.plural())),
        Act::Import => return Some("crm.import".to_owned()),
        Act::Export => return Some("crm.export".to_owned()),
        Act::ViewMirrored => return Some(MIRRORING.to_owned()),
        Act::EraseRecords(_) => Permission::RecordsErase,
        Act::ManageDefinitions => Permission::DefinitionsManage,
        Act::ManageUsers => Permission::UsersManage,
        Act::ManageTokens => Permission::TokensManage,
        Act::ManageSettings => Permission::SettingsManage,
        Act::ReadAudit | Act::ReadOutbox => Permission::AuditView,
        Act::ReadDefinitions | Act::ReadUsers | Act::ReadSettings | Act::ManageSubscription | Act::ManageCompany => return None,
        Act::ReadBilling | Act::ManageOutbox | Act::ManageSignOn | Act::ManageSignIn => return None,
    };
    Some(permission.code().to_owned())
}

/// How far scopes reach on the organization of the account.
pub fn on_organization(scopes: &[String]) -> TokenReach {
    let has = |name: &str| scopes.iter().any(|scope| scope == name);
    TokenReach { reads: has(ORGANIZATION_READ), edits_connections: has(ORGANIZATION_CONNECTIONS) }
}

/// The scope that allows an act on the organization; `None` where no scope does.
pub fn needed_on_organization(act: OrganizationAct) -> Option<&'static str> {
    match act {
        OrganizationAct::See | OrganizationAct::ReadLog => Some(ORGANIZATION_READ),
        OrganizationAct::EditConnections => Some(ORGANIZATION_CONNECTIONS),
        _ => None,
    }
}

/// The seats a token acts with: mirroring asks for one, whoever looks.
pub fn seats(scopes: &[String]) -> BTreeSet<Seat> {
    if scopes.iter().any(|scope| scope == MIRRORING) { BTreeSet::from([Seat::Sales]) } else { BTreeSet::new() }
}

/// Every scope that can be asked for, for the page that makes tokens.
pub fn list() -> Vec<String> {
    let per_object = ["objects.%.read", "objects.%.write", "schemas.%.read", "schemas.%.write"];
    let objects = BUILT_IN.iter().flat_map(|(_, _, many)| per_object.map(|scope| format!("crm.{}", scope.replace('%', many))));
    let fixed = [ALL, "crm.import", "crm.export", ORGANIZATION_READ, ORGANIZATION_CONNECTIONS].into_iter().map(str::to_owned);
    let named = Permission::ALL.iter().filter(|p| !matches!(p, Permission::Import | Permission::Export));
    let named = named.map(|p| p.code().to_owned());
    let without_effect = WITHOUT_EFFECT.iter().map(|scope| (*scope).to_owned());
    fixed.chain(objects).chain(named).chain(without_effect).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::DEAL;

    fn of(scopes: &[&str]) -> Permissions {
        permissions(&scopes.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn scopes_grant_what_hubspots_words_say_and_no_more() {
        let read = of(&["crm.objects.contacts.read"]);
        assert_eq!(read.scope(CONTACT, Deed::View), Width::Everything);
        assert_eq!(read.scope(NOTE, Deed::View), Width::Everything);
        assert_eq!(read.scope(CONTACT, Deed::Edit), Width::None);
        assert_eq!(read.scope(DEAL, Deed::View), Width::None);
        let write = of(&["crm.objects.deals.write"]);
        assert_eq!((write.scope(DEAL, Deed::Edit), write.scope(DEAL, Deed::Delete)), (Width::Everything, Width::Everything));
        assert_eq!(write.scope(DEAL, Deed::View), Width::None);
        assert!(of(&["crm.schemas.deals.write"]).names.contains(&Permission::DefinitionsManage));
        assert!(of(&["crm.schemas.deals.read", "crm.lists.write"]).names.is_empty());
        assert_eq!(of(&["tickets"]), of(&["crm.objects.tickets.read", "crm.objects.tickets.write"]));
    }

    #[test]
    fn the_star_is_everything_but_mirroring_which_is_asked_for_by_name() {
        let star = of(&[ALL]);
        assert!(!star.names.contains(&Permission::MirroringView));
        assert!(seats(&[ALL.to_owned()]).is_empty());
        assert_eq!(of(&[ALL, MIRRORING]), Permissions::all());
        assert_eq!(seats(&[MIRRORING.to_owned()]), BTreeSet::from([Seat::Sales]));
    }

    #[test]
    fn the_organization_is_asked_for_by_name_as_well() {
        let reach = |scopes: &[&str]| on_organization(&scopes.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
        assert_eq!(reach(&[ALL, MIRRORING]), TokenReach::default());
        assert_eq!(reach(&[ORGANIZATION_READ]), TokenReach { reads: true, edits_connections: false });
        assert_eq!(reach(&[ORGANIZATION_CONNECTIONS]), TokenReach { reads: false, edits_connections: true });
        assert_eq!(of(&[ORGANIZATION_READ]), of(&["audit.view"]));
        assert_eq!(of(&[ORGANIZATION_CONNECTIONS]), Permissions::default());
        for act in OrganizationAct::ALL {
            let Some(scope) = needed_on_organization(act) else { continue };
            let standing = crate::authority::OrganizationStanding {
                role_here: Some(crate::account::Role::SuperAdmin),
                super_admin_everywhere: true,
                here_is_anchor: true,
                unmanageable: false,
                may_withdraw: false,
                roles: None,
                token: Some(reach(&[scope])),
            };
            assert_eq!(crate::authority::decide_organization(standing, act), Ok(()), "{act:?}");
        }
    }

    #[test]
    fn a_scope_nobody_knows_is_refused_by_name_and_grants_nothing() {
        for bad in ["", "crm", "crm.objects.contacts", "crm.objects.ghosts.read", "crm.objects.contacts.own", "CRM.import", "**"]
        {
            assert_eq!(checked(&[bad.to_owned()]), Err(Unknown(bad.to_owned())));
            assert_eq!(of(&[bad]), Permissions::default(), "{bad}");
        }
        let twice = ["oauth".to_owned(), "*".to_owned(), "oauth".to_owned()];
        assert_eq!(checked(&twice), Ok(vec!["*".to_owned(), "oauth".to_owned()]));
    }

    #[test]
    fn the_scope_an_act_needs_is_one_and_grants_it() {
        use crate::account::{Role, Status};
        use crate::authority::{Standing, decide};
        let of_records = [Act::ViewRecords(DEAL), Act::EditRecords(NOTE), Act::DeleteRecords(CONTACT)];
        let of_account = [Act::ManageDefinitions, Act::Import, Act::Export, Act::ViewMirrored, Act::ManageUsers];
        let others = [Act::ManageTokens, Act::ManageSettings, Act::ReadAudit];
        for act in of_records.into_iter().chain(of_account).chain(others) {
            let scopes = checked(&[needed(act).unwrap()]).unwrap();
            let (permissions, seats) = (permissions(&scopes), seats(&scopes));
            let standing = Standing { role: Role::Standard, permissions, seats, account_status: Status::Active };
            assert!(decide(&standing, act).is_ok(), "{act:?} with {scopes:?}");
        }
    }

    #[test]
    fn every_listed_scope_is_one() {
        assert!(checked(&list()).is_ok());
        assert_eq!(permissions(&list()), Permissions::all());
    }
}
