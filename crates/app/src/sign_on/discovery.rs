//! What a provider says about itself: its addresses and its keys, remembered for some minutes.
//!
//! A provider changes its keys when it likes. So a key that is not known is looked for again at once, but not more often than
//! twice a minute: whoever sends us wrong tokens must not make us ask.

use crate::cx::App;
use crate::error::{Error, Result};
use jiff::{SignedDuration, Timestamp};
use model::limits::{PROVIDER_KEPT_SECONDS, PROVIDER_KEYS_MAX, PROVIDER_KEYS_SECONDS, PROVIDER_REPLY_BYTES_MAX};
use outside::Request;
use parking_lot::Mutex;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;

/// Providers remembered; beyond that the memory is emptied.
const KEPT_MAX: usize = 1_000;

/// A provider's discovery document, as far as it matters. Source: OpenID Connect Discovery 1.0, 3.
#[derive(Debug, Clone, Deserialize)]
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    pub userinfo_endpoint: Option<String>,
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    pub id_token_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

/// A public key. Source: RFC 7517, RFC 7518, RFC 8037.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Key {
    pub kty: String,
    pub kid: Option<String>,
    pub alg: Option<String>,
    #[serde(rename = "use")]
    pub purpose: Option<String>,
    pub crv: Option<String>,
    pub n: Option<String>,
    pub e: Option<String>,
    pub x: Option<String>,
    pub y: Option<String>,
}

#[derive(Deserialize)]
struct KeySet {
    /// One that cannot be read is no reason to do without the others.
    keys: Vec<serde_json::Value>,
}

/// Everything known of a provider.
pub(crate) struct Known {
    pub metadata: Metadata,
    pub keys: Vec<Key>,
    read_at: Timestamp,
}

/// By issuer.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<String, Arc<Known>>>);

fn wrong(issuer: &str, why: impl std::fmt::Display) -> Error {
    Error::invalid("PROVIDER_WRONG", format!("the identity provider {issuer}: {why}")).with("issuer", issuer)
}

/// A provider's addresses and keys, from memory if they were read a moment ago.
pub(crate) async fn known(app: &App, issuer: &str) -> Result<Arc<Known>> {
    let now = app.outside.now();
    let kept = app.providers.0.lock().get(issuer).cloned();
    match kept.filter(|known| is_younger(known, now, PROVIDER_KEPT_SECONDS)) {
        Some(known) => Ok(known),
        None => look(app, issuer).await,
    }
}

/// The same with newer keys, when a key was not among those that are known; none when they were read just now.
pub(crate) async fn renewed(app: &App, issuer: &str, known: &Known) -> Result<Option<Arc<Known>>> {
    if is_younger(known, app.outside.now(), PROVIDER_KEYS_SECONDS) {
        return Ok(None);
    }
    look(app, issuer).await.map(Some)
}

fn is_younger(known: &Known, now: Timestamp, seconds: i64) -> bool {
    let age = now.duration_since(known.read_at);
    !age.is_negative() && age < SignedDuration::from_secs(seconds)
}

/// Asks the provider, whatever is remembered.
pub(crate) async fn look(app: &App, issuer: &str) -> Result<Arc<Known>> {
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let metadata: Metadata = ask(app, issuer, &url, "discovery document").await?;
    if metadata.issuer != issuer {
        return Err(wrong(issuer, format!("its discovery document names another issuer, \"{}\"", shorten(&metadata.issuer))));
    }
    let needed = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
    for address in needed.into_iter().chain(&metadata.userinfo_endpoint) {
        let allowed = address.starts_with("https://") || app.settings.private_addresses && address.starts_with("http://");
        if !allowed {
            return Err(wrong(issuer, format!("its address \"{}\" is not https", shorten(address))));
        }
    }
    let set: KeySet = ask(app, issuer, &metadata.jwks_uri, "key set").await?;
    let keys = set.keys.into_iter().take(PROVIDER_KEYS_MAX).filter_map(|key| serde_json::from_value(key).ok()).collect();
    let known = Arc::new(Known { metadata, keys, read_at: app.outside.now() });
    let mut kept = app.providers.0.lock();
    if kept.len() >= KEPT_MAX {
        kept.clear();
    }
    kept.insert(issuer.to_owned(), known.clone());
    Ok(known)
}

async fn ask<T: serde::de::DeserializeOwned>(app: &App, issuer: &str, url: &str, what: &str) -> Result<T> {
    let reply = app.outside.network.send(Request::get(url, PROVIDER_REPLY_BYTES_MAX)).await;
    let reply = reply.map_err(|why| wrong(issuer, why))?;
    if reply.status != 200 {
        return Err(wrong(issuer, format!("{url} answered {} instead of its {what}", reply.status)));
    }
    serde_json::from_slice(&reply.body).map_err(|e| wrong(issuer, format!("{url} is no {what}: {e}")))
}

pub(crate) fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}
