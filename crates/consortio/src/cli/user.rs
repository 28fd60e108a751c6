//! Users of an account.

use clap::{ArgGroup, Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum User {
    /// Users of an account.
    List {
        /// Id or name.
        #[arg(long)]
        account: String,
    },
    /// A new user; prints the link where she chooses her password.
    Create(UserCreate),
    /// A new link for a user who cannot sign in yet.
    Invite {
        /// Id or name.
        #[arg(long)]
        account: String,
        email: String,
    },
    /// Another role, other seats or another permission set.
    Update(UserUpdate),
    /// A link by which a user chooses a new password, printed once.
    ResetPassword {
        /// Id or name.
        #[arg(long)]
        account: String,
        email: String,
    },
    /// Take all second factors of a user away and end her sessions, in whatever accounts she is.
    ResetSecondFactor {
        /// Id or name.
        #[arg(long)]
        account: String,
        email: String,
    },
    /// Take a user's access to the account away. What she is there stays, and her seats do not count.
    Deactivate {
        /// Id or name.
        #[arg(long)]
        account: String,
        email: String,
    },
    /// Give a deactivated user her access back, as what she was.
    Activate {
        /// Id or name.
        #[arg(long)]
        account: String,
        email: String,
    },
    /// Take a user out of the account who is deactivated or never came in, and is no point of contact. Her login stays.
    Remove {
        /// Id or name.
        #[arg(long)]
        account: String,
        email: String,
    },
}

#[derive(Debug, Args)]
pub struct UserCreate {
    /// Id or name.
    #[arg(long)]
    pub account: String,
    pub email: String,
    /// Only used when the address is new, as is the language.
    #[arg(long)]
    pub name: String,
    /// The language of pages and letters: en, it, da or nl.
    #[arg(long)]
    pub locale: Option<String>,
    /// super_admin, partner_admin or standard.
    #[arg(long, default_value = "standard")]
    pub role: String,
    /// core, sales, service or view_only; may be repeated.
    #[arg(long = "seat", default_value = "core")]
    pub seats: Vec<String>,
    /// Id or name of the permission set she gets; without one, what every user may.
    #[arg(long, value_name = "SET")]
    pub permission_set: Option<String>,
    /// Read a first password from standard input instead of printing a link.
    #[arg(long)]
    pub password_stdin: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").required(true).multiple(true).args(["role", "seats", "permission_set"]))]
pub struct UserUpdate {
    /// Id or name.
    #[arg(long)]
    pub account: String,
    pub email: String,
    /// super_admin, partner_admin or standard.
    #[arg(long)]
    pub role: Option<String>,
    /// core, sales, service or view_only. Replaces all; may be repeated.
    #[arg(long = "seat")]
    pub seats: Vec<String>,
    /// Id or name of the permission set she gets, or none.
    #[arg(long, value_name = "SET")]
    pub permission_set: Option<String>,
}
