//! What a user may do in an account: by role, or by a permission set that is handed to her.

use super::{Role, Seat};
use crate::id::PermissionSetId;
use crate::object::{BUILT_IN, ObjectType};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Which records of a type a permission reaches. The order is that of width.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    #[default]
    None,
    Owned,
    Team,
    Everything,
}

impl Scope {
    /// The stored and wire name.
    pub fn name(self) -> &'static str {
        match self {
            Scope::None => "none",
            Scope::Owned => "owned",
            Scope::Team => "team",
            Scope::Everything => "everything",
        }
    }
}

/// What can be done with records of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    View,
    Edit,
    Delete,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Deed; 3] = [Deed::View, Deed::Edit, Deed::Delete];

    /// The name inside a permission's code.
    pub fn name(self) -> &'static str {
        match self {
            Deed::View => "view",
            Deed::Edit => "edit",
            Deed::Delete => "delete",
        }
    }
}

/// A permission that is not about one object type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// See what sister companies did with a customer.
    #[serde(rename = "mirroring.view")]
    MirroringView,
    #[serde(rename = "import")]
    Import,
    #[serde(rename = "export")]
    Export,
    #[serde(rename = "users.manage")]
    UsersManage,
    #[serde(rename = "settings.manage")]
    SettingsManage,
    /// Define properties and pipelines.
    #[serde(rename = "definitions.manage")]
    DefinitionsManage,
    #[serde(rename = "tokens.manage")]
    TokensManage,
    /// Read the account's log, disclosures included.
    #[serde(rename = "audit.view")]
    AuditView,
    /// Erase for good.
    #[serde(rename = "records.erase")]
    RecordsErase,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Permission; 9] = [
        Permission::MirroringView,
        Permission::Import,
        Permission::Export,
        Permission::UsersManage,
        Permission::SettingsManage,
        Permission::DefinitionsManage,
        Permission::TokensManage,
        Permission::AuditView,
        Permission::RecordsErase,
    ];

    /// The stored and wire code.
    pub fn code(self) -> &'static str {
        match self {
            Permission::MirroringView => "mirroring.view",
            Permission::Import => "import",
            Permission::Export => "export",
            Permission::UsersManage => "users.manage",
            Permission::SettingsManage => "settings.manage",
            Permission::DefinitionsManage => "definitions.manage",
            Permission::TokensManage => "tokens.manage",
            Permission::AuditView => "audit.view",
            Permission::RecordsErase => "records.erase",
        }
    }

    /// The permission of a code.
    pub fn from_code(code: &str) -> Option<Permission> {
        Permission::ALL.into_iter().find(|p| p.code() == code)
    }
}

/// The permissions of one user: by object type and deed, and by name. What is not named is not allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    #[serde(default)]
    pub objects: BTreeMap<ObjectType, BTreeMap<Deed, Scope>>,
    #[serde(default)]
    pub names: BTreeSet<Permission>,
}

impl Permissions {
    /// Everything there is: a Super Admin's.
    pub fn all() -> Permissions {
        Permissions::everywhere(&Deed::ALL, &Permission::ALL)
    }

    /// A Partner Admin's: everything but users' management and erasing. Source: spec 7.2.
    pub fn partner_admin() -> Permissions {
        let withheld = [Permission::UsersManage, Permission::RecordsErase, Permission::TokensManage];
        let names: Vec<_> = Permission::ALL.into_iter().filter(|p| !withheld.contains(p)).collect();
        Permissions::everywhere(&Deed::ALL, &names)
    }

    /// A standard user's who was given no permission set: works with all records, deletes none, manages nothing.
    pub fn member() -> Permissions {
        Permissions::everywhere(&[Deed::View, Deed::Edit], &[Permission::MirroringView, Permission::Export])
    }

    /// The given deeds on every record of every type, and the given names.
    pub fn everywhere(deeds: &[Deed], names: &[Permission]) -> Permissions {
        let scopes: BTreeMap<_, _> = deeds.iter().map(|d| (*d, Scope::Everything)).collect();
        Permissions {
            objects: BUILT_IN.iter().map(|(t, ..)| (*t, scopes.clone())).collect(),
            names: names.iter().copied().collect(),
        }
    }

    /// How far a deed reaches on records of a type.
    pub fn scope(&self, object: ObjectType, deed: Deed) -> Scope {
        self.objects.get(&object).and_then(|o| o.get(&deed)).copied().unwrap_or_default()
    }

    /// The same with one scope replaced.
    pub fn with(mut self, object: ObjectType, deed: Deed, scope: Scope) -> Permissions {
        self.objects.entry(object).or_default().insert(deed, scope);
        self
    }

    /// The same without a name.
    pub fn without(mut self, name: Permission) -> Permissions {
        self.names.remove(&name);
        self
    }

    /// What both grant: a token made by a person can do no more than she.
    pub fn intersect(&self, other: &Permissions) -> Permissions {
        let mut objects = BTreeMap::new();
        for (object, deeds) in &self.objects {
            let both = deeds.iter().map(|(d, s)| (*d, (*s).min(other.scope(*object, *d)))).collect();
            objects.insert(*object, both);
        }
        Permissions { objects, names: self.names.intersection(&other.names).copied().collect() }
    }

    /// What either grants.
    pub fn union(&self, other: &Permissions) -> Permissions {
        let mut objects = self.objects.clone();
        for (object, deeds) in &other.objects {
            let mine = objects.entry(*object).or_default();
            for (deed, scope) in deeds {
                mine.entry(*deed).and_modify(|s| *s = (*s).max(*scope)).or_insert(*scope);
            }
        }
        Permissions { objects, names: self.names.union(&other.names).copied().collect() }
    }

    /// Whether these grant all that the others grant: nobody hands out what she does not hold. Source: spec 7.2.
    pub fn cover(&self, other: &Permissions) -> bool {
        let objects = other.objects.iter().flat_map(|(object, deeds)| deeds.iter().map(move |(deed, s)| (object, deed, s)));
        self.names.is_superset(&other.names) && objects.into_iter().all(|(o, d, s)| self.scope(*o, *d) >= *s)
    }

    /// What a code of [`Permissions::codes`] grants.
    pub fn of_code(code: &str) -> Option<Permissions> {
        if let Some(name) = Permission::from_code(code) {
            return Some(Permissions { names: BTreeSet::from([name]), ..Permissions::default() });
        }
        let mut parts = code.split('.');
        let object = ObjectType::from_segment(parts.next()?)?;
        let deed = parts.next().and_then(|text| Deed::ALL.into_iter().find(|deed| deed.name() == text))?;
        let widths = [Scope::Owned, Scope::Team, Scope::Everything];
        let width = parts.next().and_then(|text| widths.into_iter().find(|width| width.name() == text))?;
        parts.next().is_none().then(|| Permissions::default().with(object, deed, width))
    }

    /// Codes for the browser: `contacts.view.everything`, `mirroring.view`; what is not allowed is left out.
    pub fn codes(&self) -> Vec<String> {
        let mut codes = Vec::new();
        for (object, deeds) in &self.objects {
            for (deed, scope) in deeds.iter().filter(|(_, s)| **s > Scope::None) {
                codes.push(format!("{}.{}.{}", object.plural(), deed.name(), scope.name()));
            }
        }
        codes.extend(self.names.iter().map(|p| p.code().to_owned()));
        codes
    }
}

/// Named permissions that are handed to users. At most 100 an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionSet {
    pub id: PermissionSetId,
    pub name: String,
    pub permissions: Permissions,
}

/// What a user may do: by role, or by her permission set; a view-only seat takes every change away. Source: spec 7.2, 7.3.
pub fn permissions(role: Role, set: Option<&PermissionSet>, seats: &BTreeSet<Seat>) -> Permissions {
    let granted = match role {
        Role::SuperAdmin => return Permissions::all(),
        Role::PartnerAdmin => Permissions::partner_admin(),
        Role::Standard => set.map_or_else(Permissions::member, |s| s.permissions.clone()),
    };
    let view_only = seats.len() == 1 && seats.contains(&Seat::ViewOnly);
    if view_only { granted.intersect(&view_only_ceiling()) } else { granted }
}

fn view_only_ceiling() -> Permissions {
    Permissions::everywhere(&[Deed::View], &[Permission::MirroringView, Permission::Export, Permission::AuditView])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{CONTACT, DEAL};

    #[test]
    fn a_view_only_seat_takes_every_change_away() {
        let seats = BTreeSet::from([Seat::ViewOnly]);
        let p = permissions(Role::Standard, None, &seats);
        assert_eq!(p.scope(CONTACT, Deed::View), Scope::Everything);
        assert_eq!(p.scope(CONTACT, Deed::Edit), Scope::None);
        assert!(!p.names.contains(&Permission::Import));
    }

    #[test]
    fn a_permission_set_replaces_what_a_standard_user_has() {
        let narrow = Permissions::default().with(DEAL, Deed::View, Scope::Owned);
        let set = PermissionSet { id: PermissionSetId(1), name: "Own deals".into(), permissions: narrow };
        let p = permissions(Role::Standard, Some(&set), &BTreeSet::from([Seat::Core]));
        assert_eq!(p.codes(), ["deals.view.owned"]);
        assert_eq!(permissions(Role::SuperAdmin, Some(&set), &BTreeSet::new()), Permissions::all());
    }

    #[test]
    fn an_intersection_grants_what_both_grant() {
        let a = Permissions::all();
        let b = Permissions::default().with(CONTACT, Deed::View, Scope::Team);
        assert_eq!(a.intersect(&b).scope(CONTACT, Deed::View), Scope::Team);
        assert_eq!(a.intersect(&b).scope(DEAL, Deed::View), Scope::None);
    }

    #[test]
    fn permissions_cover_what_they_grant_and_nothing_else() {
        let owned = Permissions::default().with(CONTACT, Deed::View, Scope::Owned);
        let all = Permissions::default().with(CONTACT, Deed::View, Scope::Everything).with(DEAL, Deed::View, Scope::None);
        assert!(Permissions::all().cover(&all) && all.cover(&owned) && owned.cover(&Permissions::default()));
        assert!(!owned.cover(&all));
        assert!(!Permissions::all().without(Permission::Import).cover(&Permissions::all()));
        assert_eq!(owned.union(&all).scope(CONTACT, Deed::View), Scope::Everything);
    }

    #[test]
    fn permissions_survive_storage() {
        let text = serde_json::to_string(&Permissions::all()).unwrap();
        assert_eq!(serde_json::from_str::<Permissions>(&text).unwrap(), Permissions::all());
        assert!(text.contains("\"mirroring.view\""));
    }
}
