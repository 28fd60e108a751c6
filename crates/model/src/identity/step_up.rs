//! Step-up: proving a second factor again, for one named act on one named subject, shortly before it.
//!
//! ```text
//!   begin {act, subject} -> handle -> finish {handle, code | credential} -> proof -> the act itself, once
//! ```

use crate::limits::STEP_UP_MINUTES;
use jiff::{SignedDuration, Timestamp};

/// Characters of an act and of a subject: both are names of ours or ids.
pub const NAME_CHARS_MAX: usize = 200;
/// Adding a passkey or an authenticator app where there is one already.
pub const ADD_FACTOR: &str = "factor.add";
/// Taking a passkey away; the subject is its id.
pub const DELETE_PASSKEY: &str = "passkey.delete";
/// Taking the authenticator app away.
pub const DELETE_TOTP: &str = "totp.delete";
/// Making new recovery codes.
pub const CREATE_RECOVERY_CODES: &str = "recovery_codes";
/// Changing how people come into an account; the subject is its id.
pub const SIGN_IN_POLICY: &str = "sign_in_policy.update";
/// Coming into an account whose policy asks for a factor that was not shown in this session; the subject is its id.
pub const ENTER: &str = "account.enter";
/// Working as another user; the subject is her id.
pub const LOG_IN_AS: &str = "log_in_as";
/// Giving another user a link to choose a new password; the subject is her id.
pub const RESET_PASSWORD: &str = "password.reset";
/// Taking another user's second factors away; the subject is her id.
pub const RESET_SECOND_FACTOR: &str = "second_factor.reset";
/// Asking, for an organization, to take somebody's second factors away; the subject is her id.
pub const ASK_FACTOR_RESET: &str = "second_factor.ask_reset";
/// Being the second admin who agrees to it; the subject is its id.
pub const APPROVE_FACTOR_RESET: &str = "second_factor.approve_reset";
/// Taking somebody out of every account of an organization; the subject is her id.
pub const OFF_BOARD: &str = "off_board";
/// The subject of acts on oneself.
pub const SELF: &str = "self";

/// Until when a proof made now works.
pub fn expires_at(now: Timestamp) -> Timestamp {
    now.saturating_add(SignedDuration::from_mins(STEP_UP_MINUTES)).unwrap_or(Timestamp::MAX)
}
