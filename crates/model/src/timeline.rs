//! Where records stand on a timeline, and what a line of it says.

use crate::object::{self, DEAL, TICKET};
use crate::property::value;
use crate::record::Record;
use jiff::Timestamp;

/// When a record happened: an activity at its `hs_timestamp`, a closed deal at its closing date, an open one when it was created.
/// `None` for records that are not on timelines.
pub fn occurred_at(record: &Record) -> Option<Timestamp> {
    match record.object {
        DEAL => {
            let closed = record.get("hs_is_closed") == Some("true");
            let closed_at = record.get("closedate").filter(|_| closed).and_then(value::datetime);
            Some(closed_at.unwrap_or(record.created_at))
        }
        object if object.is_activity() => Some(record.get("hs_timestamp").and_then(value::datetime).unwrap_or(record.created_at)),
        _ => None,
    }
}

/// The title of a timeline item, where the type has one.
pub fn title(record: &Record) -> Option<&str> {
    let property = match record.object {
        DEAL => "dealname",
        TICKET => "subject",
        object::CALL => "hs_call_title",
        object::EMAIL => "hs_email_subject",
        object::MEETING => "hs_meeting_title",
        object::TASK => "hs_task_subject",
        _ => return None,
    };
    record.get(property)
}

/// The body of a timeline item. It may be HTML as its writer left it: whoever shows it must treat it as such.
pub fn body(record: &Record) -> Option<&str> {
    match record.object {
        DEAL => record.get("description"),
        TICKET => record.get("content"),
        object::NOTE => record.get("hs_note_body"),
        object::CALL => record.get("hs_call_body"),
        object::EMAIL => record.get("hs_email_html").or_else(|| record.get("hs_email_text")),
        object::MEETING => record.get("hs_meeting_body"),
        object::TASK => record.get("hs_task_body"),
        _ => None,
    }
}

/// Whether a record of this type appears on the timelines of those it is associated with.
pub fn shows(object: object::ObjectType) -> bool {
    object == DEAL || object.is_activity()
}
