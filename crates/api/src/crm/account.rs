//! Who a token is: the account behind it, and the token itself. Source: wire spec 6.8.

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Route};
use jiff::tz::TimeZone;
use model::account::Kind;
use serde_json::Value;
use wire::account::{Details, TokenDetails, TokenKey};
use wire::paging::Page;

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/account-info/v3/details", "account.details", Access::Account(""), details)
            .about("Account", "The account behind the credentials; the credential test of many clients.")
            .reply::<Details<'static>>(200),
        Route::post("/oauth/v2/private-apps/get/access-token-info", "token.details", Access::Public, token_details)
            .about("Account", "What a token is and may. Whoever has the token may ask.")
            .body::<TokenKey>()
            .reply::<TokenDetails>(200),
        Route::get("/crm-object-schemas/v3/schemas", "schema.list", Access::Account(""), schemas)
            .about("Schemas", "Lists custom object types; there are none yet.")
            .reply::<Page<Value>>(200),
    ]
}

async fn details(call: Call) -> Answer {
    let cx = call.cx();
    let account = app::account::read(call.app(), cx).await?;
    let zone = TimeZone::get(&account.time_zone).unwrap_or(TimeZone::UTC);
    let seconds = zone.to_offset(cx.now).seconds();
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    Ok(reply::ok(&Details {
        portal_id: account.id.0,
        account_type: match account.kind {
            Kind::Standard | Kind::Trial => "STANDARD",
            Kind::Sandbox => "SANDBOX",
            Kind::Developer => "APP_DEVELOPER",
        },
        time_zone: &account.time_zone,
        utc_offset: format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60),
        utc_offset_milliseconds: i64::from(seconds) * 1000,
        company_currency: &account.currency,
        additional_currencies: vec![],
        ui_domain: call.base_url().split_once("://").map_or_else(String::new, |(_, host)| host.to_owned()),
        data_hosting_location: &account.location,
    }))
}

async fn token_details(mut call: Call) -> Answer {
    let body: TokenKey = call.json().await?;
    let token = app::token::describe(call.app(), &body.token_key).await?;
    let token = token.ok_or_else(|| Refusal::not_found_named("the token is not one of this server"))?;
    Ok(reply::ok(&TokenDetails {
        user_id: token.created_by.map_or(0, |person| person.0),
        hub_id: token.account.0,
        app_id: token.id.0,
        scopes: token.scopes,
    }))
}

async fn schemas(_: Call) -> Answer {
    Ok(reply::ok(&Page::<Value>::whole(vec![])))
}
