//! The definitions of each account, kept in memory as long as they hold.
//!
//! Every change of a definition raises a number in the account's head row, in the same transaction. Whoever needs definitions
//! reads that number in its own transaction, and takes what is kept only when it was made at the same number. So a server never
//! uses definitions another one changed, and a write is decided by the definitions it commits next to. The account's currency
//! is in the directory, which may be another database: whoever changes it raises the number as well.

use crate::cx::{App, Cx};
use crate::error::Result;
use model::association::LinkTypes;
use model::catalog;
use model::id::{AccountId, OwnerId};
use model::object::{BUILT_IN, ObjectType};
use model::pipeline::{self, Pipeline};
use model::property::{PropertyDefinition, PropertyGroup, Schema};
use parking_lot::{Mutex, RwLock};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, LazyLock};
use store::{Tx, WriteTx};

/// Accounts kept; beyond it all are dropped and read again, which is rare and cheap.
const ACCOUNTS_MAX: usize = 10_000;
/// Owners known to exist; they never stop existing.
const OWNERS_MAX: usize = 100_000;

/// Definitions of each account, read once per change.
#[derive(Default)]
pub struct Cache {
    accounts: RwLock<HashMap<AccountId, Arc<Definitions>>>,
    pub(crate) owners: Mutex<HashSet<(AccountId, OwnerId)>>,
}

impl Cache {
    /// Remembers owners that were seen.
    pub(crate) fn saw_owners(&self, account: AccountId, ids: impl IntoIterator<Item = OwnerId>) {
        let mut owners = self.owners.lock();
        if owners.len() > OWNERS_MAX {
            owners.clear();
        }
        owners.extend(ids.into_iter().map(|id| (account, id)));
    }
}

/// Everything that is defined in one account.
pub struct Definitions {
    version: i64,
    schemas: BTreeMap<ObjectType, Arc<Schema>>,
    own_groups: Vec<(ObjectType, PropertyGroup)>,
    /// The account's own pipelines, archived ones too.
    own_pipelines: Vec<(ObjectType, Pipeline)>,
    pub link_types: LinkTypes,
    currency: String,
}

/// Schemas without anything of an account's own, by type and currency: most accounts share them.
static SHARED: LazyLock<Mutex<SharedSchemas>> = LazyLock::new(Mutex::default);
type SharedSchemas = HashMap<(ObjectType, String), Arc<Schema>>;

impl Definitions {
    /// The schema of a type.
    pub fn schema(&self, object: ObjectType) -> Arc<Schema> {
        self.schemas.get(&object).cloned().unwrap_or_else(|| shared(object, &self.currency))
    }

    /// The groups of a type that are not archived: the default ones under the account's own.
    pub fn groups(&self, object: ObjectType) -> Vec<PropertyGroup> {
        let mut groups: BTreeMap<String, PropertyGroup> =
            catalog::groups(object).into_iter().map(|g| (g.name.clone(), g)).collect();
        let own = self.own_groups.iter().filter(|(t, _)| *t == object).map(|(_, g)| (g.name.clone(), g.clone()));
        groups.extend(own);
        let mut groups: Vec<_> = groups.into_values().filter(|g| !g.archived).collect();
        groups.sort_by_key(|g| g.display_order);
        groups
    }

    pub(crate) fn group_names(&self, object: ObjectType) -> Vec<String> {
        self.groups(object).into_iter().map(|g| g.name).collect()
    }

    /// The pipelines of a type, archived ones too, in display order.
    pub fn pipelines(&self, object: ObjectType) -> Vec<Pipeline> {
        pipelines(object, &self.own_pipelines)
    }
}

fn pipelines(object: ObjectType, own: &[(ObjectType, Pipeline)]) -> Vec<Pipeline> {
    let mut all: BTreeMap<String, Pipeline> =
        pipeline::defaults(object, jiff::Timestamp::UNIX_EPOCH).into_iter().map(|p| (p.id.clone(), p)).collect();
    all.extend(own.iter().filter(|(t, _)| *t == object).map(|(_, p)| (p.id.clone(), p.clone())));
    let mut all: Vec<_> = all.into_values().collect();
    all.sort_by_key(|p| p.display_order);
    all
}

fn shared(object: ObjectType, currency: &str) -> Arc<Schema> {
    let make = || Arc::new(Schema::new(object, Vec::new(), pipelines(object, &[]), currency));
    SHARED.lock().entry((object, currency.to_owned())).or_insert_with(make).clone()
}

/// Starts reading the account of a context, with its definitions.
pub(crate) async fn read(app: &App, cx: &Cx) -> Result<(Tx, Arc<Definitions>)> {
    let mut currency = None;
    loop {
        let mut tx = app.store.read(cx.account).await?;
        match definitions(app, &mut tx, currency).await? {
            Held::Definitions(definitions) => return Ok((tx, definitions)),
            Held::NotAt(version) => {
                drop(tx);
                currency = Some(currency_at(app, cx.account, version).await?);
            }
        }
    }
}

/// The definitions as this process last saw them, without asking the database: good to prepare a write by, which looks whether
/// they still hold.
pub(crate) async fn likely(app: &App, cx: &Cx) -> Result<Arc<Definitions>> {
    let kept = app.definitions.accounts.read().get(&cx.account).cloned();
    match kept {
        Some(kept) => Ok(kept),
        None => Ok(read(app, cx).await?.1),
    }
}

/// Starts writing in the account of a context, with the definitions it is to be decided by.
pub(crate) async fn write(app: &App, cx: &Cx, n_ids: usize) -> Result<(WriteTx, Arc<Definitions>)> {
    let mut currency = None;
    loop {
        let mut tx = app.store.write_many(cx.account, n_ids).await?;
        match definitions(app, &mut tx, currency).await? {
            Held::Definitions(definitions) => return Ok((tx, definitions)),
            Held::NotAt(version) => {
                drop(tx);
                currency = Some(currency_at(app, cx.account, version).await?);
            }
        }
    }
}

/// The currency as it was when the definitions stood at a number, or later.
struct Currency {
    version: i64,
    code: String,
}

/// What there is at the number a transaction sees.
enum Held {
    Definitions(Arc<Definitions>),
    /// Nothing is kept, and no currency was read at this number.
    NotAt(i64),
}

/// The directory may be another database or want the same connection: call it while no transaction is open.
async fn currency_at(app: &App, account: AccountId, version: i64) -> Result<Currency> {
    let mut home = app.store.read_home().await?;
    let code = store::property::currency(&mut home, account).await?.unwrap_or_else(|| "EUR".to_owned());
    Ok(Currency { version, code })
}

async fn definitions(app: &App, tx: &mut Tx, currency: Option<Currency>) -> Result<Held> {
    let account = tx.account();
    let version = store::property::version(tx).await?;
    let kept = app.definitions.accounts.read().get(&account).cloned();
    if let Some(kept) = kept.filter(|d| d.version == version) {
        return Ok(Held::Definitions(kept));
    }
    match currency.filter(|currency| currency.version == version) {
        Some(currency) => Ok(Held::Definitions(make(app, tx, version, currency.code).await?)),
        None => Ok(Held::NotAt(version)),
    }
}

/// Reads everything that is defined and keeps it.
async fn make(app: &App, tx: &mut Tx, version: i64, currency: String) -> Result<Arc<Definitions>> {
    let mut own: BTreeMap<ObjectType, Vec<PropertyDefinition>> = BTreeMap::new();
    for (object, definition) in store::property::list(tx).await? {
        own.entry(object).or_default().push(definition);
    }
    let own_pipelines = store::pipeline::list(tx).await?;
    let mut schemas = BTreeMap::new();
    for (object, ..) in BUILT_IN {
        let own = own.remove(&object).unwrap_or_default();
        let schema = if own.is_empty() && own_pipelines.iter().all(|(t, _)| *t != object) {
            shared(object, &currency)
        } else {
            Arc::new(Schema::new(object, own, pipelines(object, &own_pipelines), &currency))
        };
        schemas.insert(object, schema);
    }
    let own_groups = store::property::groups(tx).await?;
    let link_types = LinkTypes { labels: store::association::labels(tx).await? };
    let made = Arc::new(Definitions { version, schemas, own_groups, own_pipelines, link_types, currency });
    let mut accounts = app.definitions.accounts.write();
    if accounts.len() >= ACCOUNTS_MAX {
        accounts.clear();
    }
    accounts.insert(tx.account(), made.clone());
    Ok(made)
}
