//! Default properties of deals.

use super::options::{Options, PRIORITY};
use super::row::Row;

pub const ROWS: &[Row] = &[
    Row::text("dealname", "Deal name"),
    Row::number("amount", "Amount"),
    Row::select("pipeline", "Pipeline", Options::None),
    Row::select("dealstage", "Deal stage", Options::None),
    Row::datetime("closedate", "Close date"),
    Row::datetime("createdate", "Create date"),
    Row::select(
        "dealtype",
        "Deal type",
        Options::List(&[("newbusiness", "New business"), ("existingbusiness", "Existing business")]),
    )
    .open(),
    Row::long("description", "Deal description"),
    Row::owner("hubspot_owner_id", "Deal owner"),
    Row::select("deal_currency_code", "Currency", Options::Elsewhere),
    Row::number("amount_in_home_currency", "Amount in company currency").calculated(),
    Row::bool("hs_is_closed", "Is deal closed?").calculated(),
    Row::bool("hs_is_closed_won", "Is closed won").calculated(),
    Row::bool("hs_is_closed_lost", "Is closed lost").calculated(),
    Row::number("hs_deal_stage_probability", "Deal probability").calculated(),
    Row::number("hs_forecast_amount", "Forecast amount").calculated(),
    Row::number("hs_projected_amount", "Weighted amount").calculated(),
    Row::text("hs_next_step", "Next step"),
    Row::select("hs_priority", "Priority", PRIORITY).open(),
    Row::long("closed_lost_reason", "Closed lost reason"),
    Row::long("closed_won_reason", "Closed won reason"),
    Row::number("num_associated_contacts", "Number of associated contacts").calculated(),
    Row::number("days_to_close", "Days to close").calculated(),
    Row::datetime("hs_lastmodifieddate", "Last modified date").read_only(),
    Row::long("hs_cross_account_note", "Cross-account note"),
    Row::bool("hs_cross_sell_opportunity", "Cross-sell opportunity"),
    Row::select(
        "hs_manual_forecast_category",
        "Forecast category",
        Options::List(&[
            ("OMIT", "Not forecasted"),
            ("PIPELINE", "Pipeline"),
            ("BEST_CASE", "Best case"),
            ("MOST_LIKELY", "Most likely"),
            ("COMMIT", "Commit"),
            ("CLOSED", "Closed won"),
        ]),
    )
    .open(),
];
