//! Who is found behind a door: the records of a source under the keys of a customer.

use crate::error::Result;
use model::id::RecordId;
use model::limits::MIRROR_MATCHES_MAX;
use model::mirror::{self, Keys};
use model::object::ObjectType;
use model::record::{Record, UniqueKey};
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;

/// Records of a source under the same keys that do not object, oldest first, at most [`MIRROR_MATCHES_MAX`].
pub(super) async fn matching(tx: &mut Tx, object: ObjectType, keys: &Keys) -> Result<Vec<RecordId>> {
    let mut records: BTreeMap<RecordId, Record> = BTreeMap::new();
    match keys {
        Keys::Emails(emails) => {
            let wanted: Vec<UniqueKey> = emails.iter().map(|email| UniqueKey::new("email", email)).collect();
            let ids: BTreeSet<RecordId> =
                store::record::find_by_keys(tx, object, &wanted).await?.into_iter().map(|(_, id)| id).collect();
            let ids: Vec<RecordId> = ids.into_iter().collect();
            for record in store::record::load_many(tx, object, &ids).await? {
                records.insert(record.id, record);
            }
        }
        Keys::Domains(domains) => {
            for domain in domains {
                for record in store::domain::find(tx, domain, MIRROR_MATCHES_MAX).await? {
                    records.insert(record.id, record);
                }
            }
        }
    }
    let shown = records.into_values().filter(|r| r.archived_at.is_none() && !mirror::is_excluded(|name| r.get(name)));
    Ok(shown.map(|record| record.id).take(MIRROR_MATCHES_MAX).collect())
}

/// Which of the keys the source knows.
pub(super) async fn known_keys(tx: &mut Tx, object: ObjectType, keys: &Keys) -> Result<Option<Keys>> {
    let mut known = BTreeSet::new();
    for text in keys.texts() {
        let one = BTreeSet::from([text.to_owned()]);
        let one = match keys {
            Keys::Emails(_) => Keys::Emails(one),
            Keys::Domains(_) => Keys::Domains(one),
        };
        if !matching(tx, object, &one).await?.is_empty() {
            known.insert(text.to_owned());
        }
    }
    let keys = match keys {
        Keys::Emails(_) => Keys::Emails(known),
        Keys::Domains(_) => Keys::Domains(known),
    };
    Ok(Some(keys).filter(|keys| !keys.is_empty()))
}
