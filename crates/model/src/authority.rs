//! Who may do what: one pure decision for every act of the product. A caller describes where somebody stands (role,
//! permissions, seats, account) and names the act; the answer is how far she may go, or a denial with a stable code.
//!
//! Invisible and forbidden are different answers: a denial says whether the caller may even know that the thing is there.

use crate::account::{Deed, Permission, Permissions, Role, Scope, Seat, Status};
use crate::object::ObjectType;
use crate::organization::role::Summary;
use std::collections::BTreeSet;
use std::fmt;

/// One act of an actor in the account she stands in. Every verb of `app` names the one it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Read, list, search records and their history, associations and timeline.
    ViewRecords(ObjectType),
    /// Create, update, restore, link, unlink.
    EditRecords(ObjectType),
    /// Archive.
    DeleteRecords(ObjectType),
    /// Erase for good.
    EraseRecords(ObjectType),
    /// Properties, pipelines, labels, owners: whoever is in the account needs them to read anything.
    ReadDefinitions,
    ManageDefinitions,
    Import,
    Export,
    /// See what sister companies did with a customer.
    ViewMirrored,
    ReadUsers,
    ManageUsers,
    ManageTokens,
    ReadSettings,
    ManageSettings,
    /// Change subscriptions, status, or turn sensitive data on.
    ManageSubscription,
    /// Say who is told of what about the account, and what the company is called on paper.
    ManageCompany,
    /// See the subscription, orders and invoices.
    ReadBilling,
    /// See which letters about the account went to whom.
    ReadOutbox,
    /// Try letters again.
    ManageOutbox,
    /// Read the account's log: disclosures, changes, sign-ins.
    ReadAudit,
    /// Say which identity provider signs people in, and who provisions users.
    ManageSignOn,
    /// Say how people come in, reset what they sign in with, work as another user.
    ManageSignIn,
}

/// Where an actor stands in one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub role: Role,
    pub permissions: Permissions,
    pub seats: BTreeSet<Seat>,
    pub account_status: Status,
}

/// How far an allowed act reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Only what she owns.
    Owned,
    /// What she or her team owns.
    Team,
    Everything,
}

/// A refusal. The codes are part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Denial {
    /// The permission is missing.
    PermissionMissing,
    /// Only a Super Admin may.
    SuperAdminOnly,
    /// The account is suspended: reading goes on, changing does not.
    AccountSuspended,
    /// The account is deactivated: nobody enters.
    AccountDeactivated,
    /// A Sales or Service seat is needed, whatever the role.
    SeatMissing,
    /// The organization is not there for this actor.
    OrganizationInvisible,
    /// Super Admin in every member is needed. Source: spec 1.5.
    NotSuperAdminEverywhere,
    /// The act is only possible from an account with Marketing Hub Enterprise. Source: spec 1.5.
    NeedsAnchorAccount,
    /// Partner Admins see the organization and change nothing.
    PartnerAdminViewsOnly,
    /// The person who made the service token may not do it herself, or no longer.
    TokenCreatorMayNot,
    /// A person proves a second factor for it; a service token has none.
    SessionNeeded,
    /// A right at both ends of the connection is needed, one's own or delegated. Source: scenario 80.
    NotDelegated,
    /// Super Admin or Organization Admin in every member is needed.
    NotAdminEverywhere,
    /// The organization's policy knows no roles.
    RolesOff,
}

impl Denial {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Denial::PermissionMissing => "PERMISSION_MISSING",
            Denial::SuperAdminOnly => "SUPER_ADMIN_ONLY",
            Denial::AccountSuspended => "ACCOUNT_SUSPENDED",
            Denial::AccountDeactivated => "ACCOUNT_DEACTIVATED",
            Denial::SeatMissing => "SEAT_MISSING",
            Denial::OrganizationInvisible => "ORGANIZATION_NOT_FOUND",
            Denial::NotSuperAdminEverywhere => "NOT_SUPER_ADMIN_EVERYWHERE",
            Denial::NeedsAnchorAccount => "NEEDS_ANCHOR_ACCOUNT",
            Denial::PartnerAdminViewsOnly => "PARTNER_ADMIN_VIEWS_ONLY",
            Denial::TokenCreatorMayNot => "TOKEN_CREATOR_MAY_NOT",
            Denial::SessionNeeded => "SESSION_NEEDED",
            Denial::NotDelegated => "NOT_DELEGATED",
            Denial::NotAdminEverywhere => "NOT_ADMIN_EVERYWHERE",
            Denial::RolesOff => "ROLES_OFF",
        }
    }

    /// Whether the caller must not learn that the thing exists.
    pub fn is_invisible(self) -> bool {
        matches!(self, Denial::OrganizationInvisible | Denial::AccountDeactivated)
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Denial::PermissionMissing => "you do not have the permission this needs",
            Denial::SuperAdminOnly => "only a Super Admin of the account may do this",
            Denial::AccountSuspended => "the account is suspended: it can be read but not changed",
            Denial::AccountDeactivated => "the account is deactivated",
            Denial::SeatMissing => "a Sales or Service seat in this account is needed",
            Denial::OrganizationInvisible => "there is no such organization",
            Denial::NotSuperAdminEverywhere => "you need to be a Super Admin in every account of the organization",
            Denial::NeedsAnchorAccount => "this can only be done from an account with Marketing Hub Enterprise",
            Denial::PartnerAdminViewsOnly => "a Partner Admin sees the organization but cannot change it",
            Denial::TokenCreatorMayNot => {
                "a service token may do no more than the person who made it, and she may not do this, or no longer"
            }
            Denial::SessionNeeded => {
                "only a signed-in person can do this: it asks for a second factor, and a service token has none"
            }
            Denial::NotDelegated => {
                "for each of the accounts this concerns you need to be its Super Admin, or to hold a role they gave you for it"
            }
            Denial::NotAdminEverywhere => "you need to be Super Admin or Organization Admin of every account of the organization",
            Denial::RolesOff => "the organization's policy has no roles: whoever manages it is Super Admin in every account",
        })
    }
}

/// Whether somebody may do an act in the account she stands in, and how far it reaches.
pub fn decide(standing: &Standing, act: Act) -> Result<Reach, Denial> {
    match standing.account_status {
        Status::Deactivated => return Err(Denial::AccountDeactivated),
        Status::Suspended if is_change(act) => return Err(Denial::AccountSuspended),
        Status::Suspended | Status::Active => {}
    }
    match act {
        Act::ViewRecords(object) => by_scope(standing, object, Deed::View),
        Act::EditRecords(object) => by_scope(standing, object, Deed::Edit),
        Act::DeleteRecords(object) => by_scope(standing, object, Deed::Delete),
        Act::EraseRecords(object) => {
            by_name(standing, Permission::RecordsErase).and_then(|_| by_scope(standing, object, Deed::Delete))
        }
        Act::ReadDefinitions | Act::ReadUsers | Act::ReadSettings => Ok(Reach::Everything),
        Act::ManageDefinitions => by_name(standing, Permission::DefinitionsManage),
        Act::Import => by_name(standing, Permission::Import),
        Act::Export => by_name(standing, Permission::Export),
        Act::ViewMirrored => view_mirrored(standing),
        Act::ManageUsers => by_name(standing, Permission::UsersManage),
        Act::ManageTokens => by_name(standing, Permission::TokensManage),
        Act::ManageSettings => by_name(standing, Permission::SettingsManage),
        Act::ManageSubscription | Act::ManageCompany | Act::ReadBilling | Act::ManageOutbox | Act::ManageSignOn => {
            super_admin(standing)
        }
        Act::ManageSignIn => super_admin(standing),
        Act::ReadAudit | Act::ReadOutbox => by_name(standing, Permission::AuditView),
    }
}

fn is_change(act: Act) -> bool {
    match act {
        Act::ViewRecords(_) | Act::ReadDefinitions | Act::Export | Act::ReadUsers | Act::ReadSettings | Act::ReadAudit => false,
        Act::ReadBilling | Act::ReadOutbox => false,
        // A suspended account is frozen on both sides of its connections.
        Act::ViewMirrored => true,
        // A Super Admin must be able to pay her way out of a suspension.
        Act::ManageSubscription | Act::ManageCompany | Act::ManageSettings | Act::ManageUsers | Act::ManageOutbox => false,
        Act::ManageSignOn => false,
        Act::ManageSignIn => false,
        Act::EditRecords(_) | Act::DeleteRecords(_) | Act::EraseRecords(_) => true,
        Act::ManageDefinitions | Act::Import | Act::ManageTokens => true,
    }
}

/// What nobody does in the place of another user: whoever does it must be who she says. Source: spec 7.5.
pub fn is_ones_own(act: Act) -> bool {
    match act {
        Act::ManageUsers | Act::ManageTokens | Act::ManageSignIn | Act::ManageSignOn => true,
        Act::ManageSettings | Act::ManageSubscription | Act::ManageCompany | Act::ManageOutbox => true,
        Act::ViewRecords(_) | Act::EditRecords(_) | Act::DeleteRecords(_) | Act::EraseRecords(_) => false,
        Act::ReadDefinitions | Act::ManageDefinitions | Act::Import | Act::Export | Act::ViewMirrored => false,
        Act::ReadUsers | Act::ReadSettings | Act::ReadAudit | Act::ReadBilling | Act::ReadOutbox => false,
    }
}

fn by_scope(standing: &Standing, object: ObjectType, deed: Deed) -> Result<Reach, Denial> {
    match standing.permissions.scope(object, deed) {
        Scope::None => Err(Denial::PermissionMissing),
        Scope::Owned => Ok(Reach::Owned),
        Scope::Team => Ok(Reach::Team),
        Scope::Everything => Ok(Reach::Everything),
    }
}

fn by_name(standing: &Standing, name: Permission) -> Result<Reach, Denial> {
    if standing.permissions.names.contains(&name) { Ok(Reach::Everything) } else { Err(Denial::PermissionMissing) }
}

fn super_admin(standing: &Standing) -> Result<Reach, Denial> {
    if standing.role == Role::SuperAdmin { Ok(Reach::Everything) } else { Err(Denial::SuperAdminOnly) }
}

/// The seat is asked for first: being Super Admin does not replace it. Source: spec 3.2.
fn view_mirrored(standing: &Standing) -> Result<Reach, Denial> {
    if !standing.seats.contains(&Seat::Sales) && !standing.seats.contains(&Seat::Service) {
        return Err(Denial::SeatMissing);
    }
    by_name(standing, Permission::MirroringView)
}

/// One act on an organization. Source: spec 1.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrganizationAct {
    See,
    Create,
    AddMembers,
    RemoveMembers,
    EditConnections,
    /// Name the points of contact of members that name none.
    EditContacts,
    /// Change the rules it lives by.
    EditPolicy,
    Delete,
    /// Take one's own account out: of an organization that nobody can manage (scenario 20), or whenever the policy lets one.
    Withdraw,
    ReadLog,
    /// Say which identity provider signs people of members in, and who provisions their users. Members consent by themselves.
    ManageSignOn,
    /// Take somebody out of every member for which one speaks.
    OffBoard,
}

impl OrganizationAct {
    /// Every act.
    pub const ALL: [OrganizationAct; 12] = [
        OrganizationAct::See,
        OrganizationAct::Create,
        OrganizationAct::AddMembers,
        OrganizationAct::RemoveMembers,
        OrganizationAct::EditConnections,
        OrganizationAct::EditContacts,
        OrganizationAct::EditPolicy,
        OrganizationAct::Delete,
        OrganizationAct::Withdraw,
        OrganizationAct::ReadLog,
        OrganizationAct::ManageSignOn,
        OrganizationAct::OffBoard,
    ];
}

/// Where an actor stands towards an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrganizationStanding {
    /// Her role in the account she works in; `None` when she has none there now. For a service token, that of the person who
    /// made it, and so on for what follows: a token may do no more than she.
    pub role_here: Option<Role>,
    /// Super Admin in every member (for creating: in every account that is to be joined).
    pub super_admin_everywhere: bool,
    /// The account she works in holds the organization up under its policy.
    pub here_is_anchor: bool,
    /// Nobody living is Super Admin, or holds a role that stands for it, in every member.
    pub unmanageable: bool,
    /// The policy lets an account leave at any time.
    pub may_withdraw: bool,
    /// What bounds a service token further; a person has no such bounds.
    pub token: Option<TokenReach>,
    /// What the organization's roles add; `None` where its policy has none.
    pub roles: Option<Summary>,
}

/// What the scopes of a service token let it do on an organization.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TokenReach {
    pub reads: bool,
    /// Seeing what is edited goes with it.
    pub edits_connections: bool,
}

impl TokenReach {
    fn allows(self, act: OrganizationAct) -> Result<(), Denial> {
        let scoped = match act {
            OrganizationAct::See => self.reads || self.edits_connections,
            OrganizationAct::ReadLog => self.reads,
            OrganizationAct::EditConnections => self.edits_connections,
            OrganizationAct::Create
            | OrganizationAct::AddMembers
            | OrganizationAct::RemoveMembers
            | OrganizationAct::EditContacts
            | OrganizationAct::EditPolicy
            | OrganizationAct::Delete
            | OrganizationAct::ManageSignOn
            | OrganizationAct::OffBoard
            | OrganizationAct::Withdraw => return Err(Denial::SessionNeeded),
        };
        if scoped { Ok(()) } else { Err(Denial::PermissionMissing) }
    }
}

/// Whether somebody, or a service token for her, may do an act on the organization of the account she works in.
pub fn decide_organization(standing: OrganizationStanding, act: OrganizationAct) -> Result<(), Denial> {
    let Some(token) = standing.token else { return decide_for_person(standing, act) };
    token.allows(act)?;
    decide_for_person(standing, act).map_err(|_| Denial::TokenCreatorMayNot)
}

fn decide_for_person(standing: OrganizationStanding, act: OrganizationAct) -> Result<(), Denial> {
    let roles = standing.roles.unwrap_or_default();
    let role = match standing.role_here {
        None => return Err(Denial::OrganizationInvisible),
        Some(Role::Standard) if !roles.holds => return Err(Denial::OrganizationInvisible),
        Some(role) => role,
    };
    match act {
        OrganizationAct::See => Ok(()),
        OrganizationAct::ReadLog if role == Role::Standard && !roles.reads_log => Err(Denial::NotDelegated),
        OrganizationAct::ReadLog => Ok(()),
        _ if role == Role::PartnerAdmin && !roles.holds => Err(Denial::PartnerAdminViewsOnly),
        OrganizationAct::Withdraw if role == Role::SuperAdmin && (standing.unmanageable || standing.may_withdraw) => Ok(()),
        OrganizationAct::EditConnections => some_edge(standing),
        OrganizationAct::EditContacts | OrganizationAct::ManageSignOn => everywhere(standing),
        // For which members is asked of each: [`crate::organization::off_boarding::decide`].
        OrganizationAct::OffBoard if role == Role::SuperAdmin || roles.administers_some => Ok(()),
        OrganizationAct::OffBoard => Err(Denial::NotDelegated),
        OrganizationAct::Create
        | OrganizationAct::AddMembers
        | OrganizationAct::RemoveMembers
        | OrganizationAct::EditPolicy
        | OrganizationAct::Delete
        | OrganizationAct::Withdraw => everywhere(standing).and_then(|()| from_anchor(standing)),
    }
}

fn everywhere(standing: OrganizationStanding) -> Result<(), Denial> {
    match standing.roles {
        _ if standing.super_admin_everywhere => Ok(()),
        Some(roles) if roles.administers_all => Ok(()),
        Some(_) => Err(Denial::NotAdminEverywhere),
        None => Err(Denial::NotSuperAdminEverywhere),
    }
}

/// Whether there can be an edge she may change; which, is asked of each: [`crate::organization::role::Places::may_change`].
fn some_edge(standing: OrganizationStanding) -> Result<(), Denial> {
    match standing.roles {
        _ if standing.super_admin_everywhere => Ok(()),
        Some(roles) if roles.manages_two || roles.stops => Ok(()),
        Some(_) => Err(Denial::NotDelegated),
        None => Err(Denial::NotSuperAdminEverywhere),
    }
}

fn from_anchor(standing: OrganizationStanding) -> Result<(), Denial> {
    if standing.here_is_anchor { Ok(()) } else { Err(Denial::NeedsAnchorAccount) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account;
    use crate::object::{CONTACT, DEAL};
    use std::fmt::Write;

    fn answer<T: fmt::Debug>(result: Result<T, Denial>) -> String {
        match result {
            Ok(reach) => format!("{reach:?}").replace("()", "yes"),
            Err(denial) => denial.code().to_owned(),
        }
    }

    fn standing(role: Role, seats: &[Seat], status: Status) -> Standing {
        let seats: BTreeSet<_> = seats.iter().copied().collect();
        Standing { role, permissions: account::permissions(role, None, &seats), seats, account_status: status }
    }

    #[test]
    fn the_matrix_of_acts_in_an_account() {
        let narrow = Standing {
            permissions: Permissions::default().with(DEAL, Deed::View, Scope::Owned).with(DEAL, Deed::Edit, Scope::Owned),
            ..standing(Role::Standard, &[Seat::Sales], Status::Active)
        };
        let personas = [
            ("super admin with a sales seat", standing(Role::SuperAdmin, &[Seat::Sales], Status::Active)),
            ("super admin without a seat", standing(Role::SuperAdmin, &[], Status::Active)),
            ("partner admin", standing(Role::PartnerAdmin, &[Seat::Core], Status::Active)),
            ("standard user with a service seat", standing(Role::Standard, &[Seat::Service], Status::Active)),
            ("standard user, own deals only", narrow),
            ("standard user, view-only seat", standing(Role::Standard, &[Seat::ViewOnly], Status::Active)),
            ("super admin, account suspended", standing(Role::SuperAdmin, &[Seat::Sales], Status::Suspended)),
            ("super admin, account deactivated", standing(Role::SuperAdmin, &[Seat::Sales], Status::Deactivated)),
        ];
        let acts = [
            Act::ViewRecords(CONTACT),
            Act::EditRecords(CONTACT),
            Act::DeleteRecords(CONTACT),
            Act::EraseRecords(CONTACT),
            Act::ViewRecords(DEAL),
            Act::EditRecords(DEAL),
            Act::ReadDefinitions,
            Act::ManageDefinitions,
            Act::Import,
            Act::Export,
            Act::ViewMirrored,
            Act::ReadUsers,
            Act::ManageUsers,
            Act::ManageTokens,
            Act::ReadSettings,
            Act::ManageSettings,
            Act::ManageSubscription,
            Act::ManageCompany,
            Act::ReadBilling,
            Act::ReadOutbox,
            Act::ManageOutbox,
            Act::ReadAudit,
            Act::ManageSignOn,
            Act::ManageSignIn,
        ];
        let mut table = String::new();
        for (who, standing) in &personas {
            writeln!(table, "{who}").unwrap();
            for act in acts {
                writeln!(table, "  {:<34} {}", format!("{act:?}"), answer(decide(standing, act))).unwrap();
            }
        }
        insta::assert_snapshot!("acts_in_an_account", table);
    }

    fn tell(table: &mut String, who: &str, standing: OrganizationStanding) {
        writeln!(table, "{who}").unwrap();
        for act in OrganizationAct::ALL {
            writeln!(table, "  {:<16} {}", format!("{act:?}"), answer(decide_organization(standing, act))).unwrap();
        }
    }

    /// Where the policy has roles: what somebody is at home, and what members delegated to her. Three members: the one she works
    /// in, which is an anchor unless said, and two others.
    #[test]
    fn the_matrix_of_roles_and_acts_on_an_organization() {
        use crate::id::AccountId;
        use crate::organization::role::{Place, Places, Role as Held};
        type Persona = (&'static str, Option<Role>, &'static [(i64, Held)], &'static [i64]);
        let (standard, admin) = (Some(Role::Standard), Some(Role::SuperAdmin));
        let personas: &[Persona] = &[
            ("standard user without a role", standard, &[], &[]),
            ("connection manager of one account", standard, &[(2, Held::ConnectionManager)], &[]),
            ("connection manager of two accounts", standard, &[(2, Held::ConnectionManager), (3, Held::ConnectionManager)], &[]),
            (
                "connection manager of every account",
                standard,
                &[(1, Held::ConnectionManager), (2, Held::ConnectionManager), (3, Held::ConnectionManager)],
                &[],
            ),
            ("super admin here, connection manager of another", admin, &[(2, Held::ConnectionManager)], &[1]),
            ("auditor of one account", standard, &[(2, Held::Auditor)], &[]),
            ("privacy officer of one account", standard, &[(2, Held::PrivacyOfficer)], &[]),
            (
                "organization admin of two accounts of three",
                standard,
                &[(1, Held::OrganizationAdmin), (2, Held::OrganizationAdmin)],
                &[],
            ),
            (
                "organization admin of every account",
                standard,
                &[(1, Held::OrganizationAdmin), (2, Held::OrganizationAdmin), (3, Held::OrganizationAdmin)],
                &[],
            ),
            (
                "super admin here, organization admin of the others",
                admin,
                &[(2, Held::OrganizationAdmin), (3, Held::OrganizationAdmin)],
                &[1],
            ),
            ("super admin here only", admin, &[], &[1]),
            ("super admin of two accounts of three", admin, &[], &[1, 2]),
            ("super admin of every account", admin, &[], &[1, 2, 3]),
            ("partner admin without a role", Some(Role::PartnerAdmin), &[], &[]),
            ("partner admin, auditor of another account", Some(Role::PartnerAdmin), &[(2, Held::Auditor)], &[]),
            ("somebody who is gone", None, &[], &[]),
        ];
        let mut table = String::new();
        for (who, role_here, held, super_admin) in personas {
            let mut places = Places::default();
            for account in *super_admin {
                places.each.entry(AccountId(*account)).or_insert_with(Place::default).user = Some(Role::SuperAdmin);
            }
            for (account, role) in *held {
                places.each.entry(AccountId(*account)).or_insert_with(Place::default).held.insert(*role);
            }
            let standing = OrganizationStanding {
                role_here: *role_here,
                super_admin_everywhere: places.is_super_admin_everywhere(3),
                here_is_anchor: true,
                unmanageable: false,
                may_withdraw: false,
                token: None,
                roles: Some(places.summary(3)),
            };
            tell(&mut table, who, standing);
        }
        insta::assert_snapshot!("roles_and_acts_on_an_organization", table);
    }

    #[test]
    fn the_matrix_of_acts_on_an_organization() {
        let reads = TokenReach { reads: true, edits_connections: false };
        let edits = TokenReach { reads: false, edits_connections: true };
        let admin = Some(Role::SuperAdmin);
        let places = [
            ("super admin everywhere, in an anchor account", admin, true, true, false, None),
            ("super admin everywhere, in another member", admin, true, false, false, None),
            ("super admin here only, in an anchor account", admin, false, true, false, None),
            ("super admin here only, organization unmanageable", admin, false, true, true, None),
            ("super admin here only, members may leave", admin, false, true, false, None),
            ("partner admin", Some(Role::PartnerAdmin), false, true, false, None),
            ("standard user", Some(Role::Standard), false, true, false, None),
            ("token without a scope for it, of a super admin everywhere", admin, true, true, false, Some(TokenReach::default())),
            ("token that reads, of a super admin everywhere", admin, true, true, false, Some(reads)),
            ("token that edits, of a super admin everywhere", admin, true, true, false, Some(edits)),
            ("token that edits, of a super admin here only", admin, false, true, true, Some(edits)),
            ("token that reads, of a partner admin", Some(Role::PartnerAdmin), false, true, false, Some(reads)),
            ("token that edits, of a partner admin", Some(Role::PartnerAdmin), false, true, false, Some(edits)),
            ("token that edits, of a standard user", Some(Role::Standard), false, true, false, Some(edits)),
            ("token that reads, of somebody who is gone", None, false, true, false, Some(reads)),
        ];
        let mut table = String::new();
        for (who, role_here, super_admin_everywhere, here_is_anchor, unmanageable, token) in places {
            let standing = OrganizationStanding {
                role_here,
                super_admin_everywhere,
                here_is_anchor,
                unmanageable,
                may_withdraw: who.ends_with("may leave"),
                token,
                roles: None,
            };
            tell(&mut table, who, standing);
        }
        insta::assert_snapshot!("acts_on_an_organization", table);
    }
}
