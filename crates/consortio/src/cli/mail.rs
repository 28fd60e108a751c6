//! Flags of letters.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Mail {
    /// Letters, newest first.
    List {
        /// Id or name; else what is about no account.
        #[arg(long)]
        account: Option<String>,
        /// queued, sent, failed or kept.
        #[arg(long)]
        state: Option<String>,
        /// Only letters before this number.
        #[arg(long, default_value_t = i64::MAX, hide_default_value = true)]
        before: i64,
    },
    /// One letter as it reads.
    Show {
        /// Id or name of the account it is about.
        #[arg(long)]
        account: Option<String>,
        /// The letter's number.
        letter: i64,
        /// Print the HTML instead of the text.
        #[arg(long)]
        html: bool,
    },
    /// Try a failed or kept letter again; without a number all of them.
    Retry {
        /// Id or name of the account it is about.
        #[arg(long)]
        account: Option<String>,
        /// The letter's number.
        letter: Option<i64>,
    },
    /// Send a letter that only says that mail arrives.
    Test {
        address: String,
        /// en, it, da or nl.
        #[arg(long, default_value = "en")]
        language: String,
    },
}
