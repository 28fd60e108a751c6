//! How people come into an account, and what came of it.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct AccountSignInPolicy {
    /// Id or name.
    pub account: String,
    /// Demand a second factor of everybody from tomorrow on (true), or no longer (false).
    #[arg(long, value_name = "BOOL")]
    pub second_factor: Option<bool>,
    /// An allowed way: password, authenticator or passkey (there are no text messages). Replaces all; may be repeated.
    #[arg(long = "way", value_name = "WAY")]
    pub ways: Vec<String>,
    /// When the other ways stop working, such as 2026-11-20T08:00:00Z; else at once.
    #[arg(long, requires = "ways", value_name = "TIME")]
    pub ways_from: Option<jiff::Timestamp>,
    /// Minutes without a request after which one signs in again, 15 to 4320; 0 takes the limit away.
    #[arg(long, value_name = "MINUTES")]
    pub idle_minutes: Option<i64>,
    /// A user who need not follow second factor and ways. Replaces all; may be repeated.
    #[arg(long = "exempt", value_name = "EMAIL", conflicts_with = "exempt_nobody")]
    pub exempt: Vec<String>,
    /// Nobody is exempt.
    #[arg(long)]
    pub exempt_nobody: bool,
}

#[derive(Debug, Args)]
pub struct AccountSecurityHistory {
    /// Id or name.
    pub account: String,
    /// Only sign_in, factor, user, token or policy.
    #[arg(long)]
    pub kind: Option<String>,
    /// Only what is about this user.
    #[arg(long, value_name = "EMAIL")]
    pub user: Option<String>,
    /// Not before this time, such as 2026-11-20T08:00:00Z.
    #[arg(long)]
    pub since: Option<jiff::Timestamp>,
    /// Before this time.
    #[arg(long)]
    pub until: Option<jiff::Timestamp>,
    /// Write all of it into a CSV file, which must not exist.
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
}
