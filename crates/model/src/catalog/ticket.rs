//! Default properties of tickets.

use super::options::Options;
use super::row::Row;

pub const ROWS: &[Row] = &[
    Row::text("subject", "Ticket name"),
    Row::long("content", "Ticket description"),
    Row::select("hs_pipeline", "Pipeline", Options::None),
    Row::select("hs_pipeline_stage", "Ticket status", Options::None),
    Row::select("hs_ticket_priority", "Priority", Options::Words("LOW MEDIUM HIGH URGENT")).open(),
    Row::many("hs_ticket_category", "Category", Options::Words("PRODUCT_ISSUE BILLING_ISSUE FEATURE_REQUEST GENERAL_INQUIRY"))
        .open(),
    Row::select("source_type", "Source", Options::Words("CHAT EMAIL FORM PHONE")).open(),
    Row::owner("hubspot_owner_id", "Ticket owner"),
    Row::datetime("createdate", "Create date"),
    Row::datetime("hs_lastmodifieddate", "Last modified date").read_only(),
    Row::datetime("closed_date", "Close date"),
    Row::number("time_to_close", "Time to close").calculated(),
];
