//! Default properties of notes, calls, e-mails, meetings and tasks.

use super::options::Options;
use super::row::Row;

/// What all activities have.
pub const ALL: &[Row] = &[
    Row::datetime("hs_timestamp", "Activity date"),
    Row::owner("hubspot_owner_id", "Activity assigned to"),
    Row::many("hs_attachment_ids", "Attached file IDs", Options::Elsewhere),
    Row::datetime("hs_createdate", "Create date").read_only(),
    Row::datetime("hs_lastmodifieddate", "Last modified date").read_only(),
];

pub const NOTE: &[Row] = &[Row::html("hs_note_body", "Note body")];

pub const CALL: &[Row] = &[
    Row::text("hs_call_title", "Call title"),
    Row::html("hs_call_body", "Call notes"),
    Row::select("hs_call_direction", "Call direction", Options::Words("INBOUND OUTBOUND")),
    Row::select("hs_call_disposition", "Call outcome", Options::Elsewhere),
    Row::number("hs_call_duration", "Call duration"),
    Row::text("hs_call_from_number", "From number"),
    Row::text("hs_call_to_number", "To number"),
    Row::select(
        "hs_call_status",
        "Call status",
        Options::Words("BUSY CALLING_CRM_USER CANCELED COMPLETED CONNECTING FAILED IN_PROGRESS NO_ANSWER QUEUED RINGING"),
    ),
    Row::text("hs_call_recording_url", "Recording URL"),
];

pub const EMAIL: &[Row] = &[
    Row::select("hs_email_direction", "Email direction", Options::Words("EMAIL INCOMING_EMAIL FORWARDED_EMAIL")),
    Row::select("hs_email_status", "Email send status", Options::Words("BOUNCED FAILED SCHEDULED SENDING SENT")),
    Row::text("hs_email_subject", "Email subject"),
    Row::long("hs_email_text", "Text body"),
    Row::html("hs_email_html", "HTML body"),
    Row::long("hs_email_headers", "Email headers"),
];

pub const MEETING: &[Row] = &[
    Row::text("hs_meeting_title", "Meeting name"),
    Row::html("hs_meeting_body", "Meeting description"),
    Row::datetime("hs_meeting_start_time", "Start time"),
    Row::datetime("hs_meeting_end_time", "End time"),
    Row::text("hs_meeting_location", "Location"),
    Row::select("hs_meeting_outcome", "Meeting outcome", Options::Words("SCHEDULED COMPLETED RESCHEDULED NO_SHOW CANCELED"))
        .open(),
    Row::html("hs_internal_meeting_notes", "Internal meeting notes"),
    Row::text("hs_meeting_external_url", "External URL"),
];

pub const TASK: &[Row] = &[
    Row::text("hs_task_subject", "Task title"),
    Row::html("hs_task_body", "Task notes"),
    Row::select("hs_task_status", "Task status", Options::Words("NOT_STARTED IN_PROGRESS WAITING COMPLETED DEFERRED")),
    Row::select("hs_task_priority", "Priority", Options::Words("NONE LOW MEDIUM HIGH")),
    Row::select("hs_task_type", "Task type", Options::Words("TODO CALL EMAIL")),
    Row::text("hs_task_reminders", "Reminders"),
];
