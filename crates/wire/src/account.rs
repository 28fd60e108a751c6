//! The account behind a token. Source: wire spec 6.8.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The account, as the credential test of many clients reads it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Details<'a> {
    pub portal_id: i64,
    /// `STANDARD`, `SANDBOX`, `DEVELOPER_TEST`, `APP_DEVELOPER`.
    pub account_type: &'static str,
    /// IANA name.
    pub time_zone: &'a str,
    /// `+01:00`, at the moment of asking.
    pub utc_offset: String,
    pub utc_offset_milliseconds: i64,
    /// ISO 4217.
    pub company_currency: &'a str,
    pub additional_currencies: Vec<String>,
    /// The host of the interface.
    pub ui_domain: String,
    pub data_hosting_location: &'a str,
}

/// Which token is asked about.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenKey {
    pub token_key: String,
}

/// What a token is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenDetails {
    /// The person who made it.
    pub user_id: i64,
    pub hub_id: i64,
    /// The token's own id.
    pub app_id: i64,
    pub scopes: Vec<String>,
}
