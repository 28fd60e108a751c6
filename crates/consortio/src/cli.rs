//! The command line, as clap reads it.

mod billing;
mod connections;
mod life;
mod mail;
pub mod organization;
mod sign_in;
mod sign_on;
mod user;

pub use sign_in::{AccountSecurityHistory, AccountSignInPolicy};
pub use sign_on::{RealmArgs, Scim, ScimGrant, Sso, SsoRequire};
pub use user::{User, UserCreate, UserUpdate};

pub use billing::{AccountInvoices, AccountSeats, AccountSubscription, Billing, Switch};
pub use connections::{
    OrganizationConnect, OrganizationEdge, OrganizationOpen, OrganizationPlan, OrganizationTemplate, TermsFlags,
};
pub use life::{OrganizationOffer, OrganizationPolicy};
pub use mail::Mail;

use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

const EXIT_CODES: &str = "Exit codes: 0 done; 1 failed; 2 wrong use of the command line or the configuration, an \
altered log, or an organization that is not as its file says; 3 done, but something needs attention (rows of an import were refused, the doctor has a remark).

Configuration: a TOML file (--config, CONSORTIO_CONFIG, or consortio.toml in the working directory), over it the environment \
(CONSORTIO_DATA, CONSORTIO_LISTEN, CONSORTIO_DATABASE, CONSORTIO_PUBLIC_URL, CONSORTIO_LOG__LEVEL, ...), over both the flags.";

/// The self-hosted CRM for groups of companies.
#[derive(Debug, Parser)]
#[command(name = "consortio", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// Configuration file.
    #[arg(long, global = true, env = "CONSORTIO_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the embedded database, uploaded files and the sealing key [env: CONSORTIO_DATA] [default: consortio-data].
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print results, and errors, as one JSON document.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the database up to date and serve API and web interface.
    Serve(Serve),
    /// Bring the databases to the present schema.
    Migrate,
    /// Check configuration, databases, disk, clock, feeds and keys.
    Doctor,
    /// Load the sample group of three companies into an empty instance.
    Demo(Demo),
    /// Accounts: list, create, change, points of contact, disclosures.
    #[command(subcommand)]
    Account(Account),
    /// Users of an account: list, create, invite again, update, deactivate, activate, remove; resets of passwords and factors.
    #[command(subcommand)]
    User(User),
    /// Permission sets of an account: list, create, update, delete.
    #[command(subcommand)]
    PermissionSet(PermissionSet),
    /// Service tokens of an account: list, create, revoke.
    #[command(subcommand)]
    Token(Token),
    /// The organization of an account: show, create, connect, cut, delete, roles, log.
    #[command(subcommand, alias = "org")]
    Organization(Organization),
    /// Single sign-on: identity providers, their domains, who must use it.
    #[command(subcommand)]
    Sso(Sso),
    /// Provisioning by the directory of an identity provider (SCIM): tokens of the organization, grants of its groups.
    #[command(subcommand)]
    Scim(Scim),
    /// What background work could not carry out: list it, try again, give it up.
    #[command(subcommand)]
    Feed(Feed),
    /// How this instance bills: who issues invoices, VAT, prices.
    Billing(Billing),
    /// Letters: list, show, try again, and whether mail arrives at all.
    #[command(subcommand)]
    Mail(Mail),
    /// Import a CSV file.
    Import(Import),
    /// Write records of an account as CSV.
    Export(Export),
    /// Write the whole instance into one file.
    Backup {
        /// The file to write; it must not exist.
        file: PathBuf,
    },
    /// Read a whole instance from a file into empty databases.
    Restore {
        /// A file written by `consortio backup`.
        file: PathBuf,
    },
    /// Copy the whole instance to the databases of another engine, and verify the copy.
    MoveEngine(MoveEngine),
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port [env: CONSORTIO_LISTEN] [default: 127.0.0.1:7373].
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Accept the fixed sign-in of the sample group on an address beyond this machine.
    #[arg(long)]
    pub allow_demo_sign_in: bool,
}

#[derive(Debug, Args)]
pub struct MoveEngine {
    /// The database to fill, which must be empty: a `postgres://` address or the path of a SQLite file.
    #[arg(long, value_name = "DATABASE")]
    pub to: String,
    /// Databases of further locations, as NAME=DATABASE.
    #[arg(long, value_name = "NAME=DATABASE")]
    pub to_location: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// The same seed gives the same people and the same history.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, Subcommand)]
pub enum Account {
    /// Every account.
    List,
    /// A new account.
    Create(AccountCreate),
    /// Change an account.
    Update(AccountUpdate),
    /// Show and change the company, its points of contact, and who is told of what.
    Contacts(AccountContacts),
    /// Who of other accounts was shown what of this one, newest first.
    Disclosures {
        /// Id or name.
        account: String,
        /// Only looks before this number, for the next page.
        #[arg(long, value_name = "NUMBER")]
        before: Option<i64>,
    },
    /// Show the subscription, order, and turn its renewal on or off.
    Subscription(AccountSubscription),
    /// Show how many seats of each type were bought and are used, and set how many were bought.
    Seats(AccountSeats),
    /// List invoices, write one as a PDF, note that one was paid.
    Invoices(AccountInvoices),
    /// Show and change how people come in: second factor, allowed ways, how long they may be away, who is exempt.
    SignInPolicy(AccountSignInPolicy),
    /// Sign-ins, failed attempts, factors, resets, permissions, tokens: a year of them, newest first.
    SecurityHistory(AccountSecurityHistory),
}

#[derive(Debug, Args)]
pub struct AccountContacts {
    /// Id or name.
    pub account: String,
    /// Who holds a role: primary, billing, decision_maker, onboarding, security, technical_admin. May be repeated.
    #[arg(long, value_name = "ROLE=EMAIL")]
    pub set: Vec<String>,
    /// Empty a role.
    #[arg(long, value_name = "ROLE")]
    pub clear: Vec<String>,
    /// Who is told of a kind of notice, such as invoice=primary,billing; `invoice=default` as the product says.
    #[arg(long, value_name = "NOTICE=ROLE,ROLE", conflicts_with = "organization")]
    pub tell: Vec<String>,
    #[arg(long, conflicts_with = "organization")]
    pub legal_name: Option<String>,
    #[arg(long, conflicts_with = "organization")]
    pub address: Option<String>,
    #[arg(long, conflicts_with = "organization")]
    pub vat_id: Option<String>,
    /// The contacts are still right.
    #[arg(long, conflicts_with = "organization")]
    pub confirm: bool,
    /// The contacts of the account's organization, for members that name none.
    #[arg(long)]
    pub organization: bool,
}

#[derive(Debug, Args)]
pub struct AccountCreate {
    pub name: String,
    /// standard, sandbox, trial or developer.
    #[arg(long, default_value = "standard")]
    pub kind: String,
    /// A configured data-hosting location.
    #[arg(long, default_value = "home")]
    pub location: String,
    /// Such as Europe/Copenhagen.
    #[arg(long, default_value = "UTC")]
    pub time_zone: String,
    /// ISO 4217.
    #[arg(long, default_value = "EUR")]
    pub currency: String,
    /// PRODUCT=TIER, such as sales=professional; may be repeated. `all=enterprise` means every product.
    #[arg(long = "subscription", value_name = "PRODUCT=TIER")]
    pub subscriptions: Vec<String>,
    /// The account holds sensitive data; it can never be a source of mirroring.
    #[arg(long)]
    pub sensitive: bool,
}

#[derive(Debug, Args)]
pub struct AccountUpdate {
    /// Id or name.
    pub account: String,
    #[arg(long)]
    pub name: Option<String>,
    /// active, suspended or deactivated.
    #[arg(long)]
    pub status: Option<String>,
    #[arg(long)]
    pub time_zone: Option<String>,
    #[arg(long)]
    pub currency: Option<String>,
    /// PRODUCT=TIER; replaces all subscriptions. May be repeated.
    #[arg(long = "subscription", value_name = "PRODUCT=TIER")]
    pub subscriptions: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum PermissionSet {
    /// Sets by name, with what they hold.
    List {
        /// Id or name.
        #[arg(long)]
        account: String,
    },
    /// A new set.
    Create {
        /// Id or name.
        #[arg(long)]
        account: String,
        name: String,
        /// Such as contacts.view.everything or import. May be repeated.
        #[arg(long = "permission")]
        permissions: Vec<String>,
    },
    /// Another name, or other permissions for everybody who holds the set.
    Update {
        /// Id or name.
        #[arg(long)]
        account: String,
        /// Its name as it is.
        set: String,
        #[arg(long)]
        name: Option<String>,
        /// All it is to hold. May be repeated.
        #[arg(long = "permission")]
        permissions: Vec<String>,
    },
    /// Take a set away that no user holds.
    Delete {
        /// Id or name.
        #[arg(long)]
        account: String,
        /// Its name.
        set: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Tokens that work.
    List {
        /// Id or name.
        #[arg(long)]
        account: String,
    },
    /// A new token; its text is printed once and kept nowhere.
    Create {
        /// Id or name.
        #[arg(long)]
        account: String,
        name: String,
        /// Such as crm.objects.contacts.read; `*` for everything but the organization. May be repeated.
        #[arg(long = "scope", default_value = "*")]
        scopes: Vec<String>,
        /// The user for whom it acts: with organization.read and organization.connections.write it may what she may.
        #[arg(long = "for", value_name = "EMAIL")]
        acts_for: Option<String>,
    },
    /// Refuse a token from now on.
    Revoke {
        /// Id or name.
        #[arg(long)]
        account: String,
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Organization {
    /// Members, and what passes between them.
    Show {
        /// Id or name of any member.
        #[arg(long)]
        account: String,
    },
    /// Join accounts. Nothing is shared until a direction is opened.
    Create(organization::OrganizationCreate),
    /// Let a feature pass in one direction, or change the terms on which it passes.
    #[command(visible_alias = "one-way")]
    Open(OrganizationOpen),
    /// Let a feature pass both ways.
    Connect(OrganizationConnect),
    /// What opening or closing would change, and how many people's data would be seen by whom. Applies nothing; ends with 2
    /// when something would change.
    Preview(OrganizationPlan),
    /// Connect a hub with everybody, everybody with everybody, or nobody. What is blocked stays off.
    Template(OrganizationTemplate),
    /// Stop a feature in one direction, at once.
    Close(OrganizationEdge),
    /// Stop everything between two members, at once.
    Cut {
        /// Id or name.
        first: String,
        /// Id or name.
        second: String,
    },
    /// Add an account. It starts without connections.
    Add {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
        /// Id or name of the new one.
        member: String,
        /// The impact statement, which is printed without this flag, was read and is agreed to.
        #[arg(long)]
        acknowledge: bool,
    },
    /// Remove a member, with its connections.
    Remove {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
        /// Id or name of the one to remove.
        member: String,
    },
    /// What is known to end if nobody does anything, earliest first.
    Outlook {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
    },
    /// What ended and can still be restored: deleted organizations the account was in, and former members of its organization.
    Former {
        /// Id or name.
        #[arg(long)]
        account: String,
    },
    /// Restore the deleted organization an account was in, or bring a former member back.
    Restore {
        /// Id or name of an account that was in the deleted organization, or of a member of the living one.
        #[arg(long)]
        account: String,
        /// Id or name of a former member to bring back; without it the deleted organization.
        member: Option<String>,
        /// The id of the organization, where the account was in several.
        #[arg(long)]
        organization: Option<i64>,
    },
    /// Membership for accounts whose Super Admin is somebody else: offer, list, answer.
    #[command(subcommand)]
    Offer(OrganizationOffer),
    /// Delete the organization; the accounts stay.
    Delete {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
    /// The rules it lives by: read them, change them.
    #[command(subcommand)]
    Policy(OrganizationPolicy),
    /// Roles for members: list, grant, revoke.
    #[command(subcommand)]
    Role(organization::Role),
    /// Take a person out of every account of the organization: deactivated, sessions ended, organization roles over.
    OffBoard(organization::OffBoard),
    /// Changes that wait for a second person: list, approve, reject, withdraw.
    #[command(subcommand)]
    Proposal(organization::Proposal),
    /// Second factors that two admins take away from somebody who lost them: list, stop.
    #[command(subcommand)]
    Reset(organization::Reset),
    /// Write members, rules, roles and connections as a TOML file.
    Export(organization::Export),
    /// Say what applying such a file would change. Ends with 2 when it would change something.
    Plan(organization::FromFile),
    /// Make the organization as such a file says.
    Apply {
        #[command(flatten)]
        from: organization::FromFile,
        /// The impact statement, which is printed without this flag where the file adds members, was read and is agreed to.
        #[arg(long)]
        acknowledge: bool,
    },
    /// Everything that was done, refused and looked at in the organization, oldest first.
    Log(OrganizationLog),
    /// Recompute the log's chain of hashes. Ends with 2 and names the first altered entry when there is one.
    Verify {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
    },
}

#[derive(Debug, Args)]
pub struct OrganizationLog {
    /// Id or name of a member.
    #[arg(long)]
    pub account: String,
    /// Only entries after this number.
    #[arg(long, default_value_t = 0, conflicts_with = "export")]
    pub after: i64,
    /// Only this act, such as edge_opened, disclosed or refused.
    #[arg(long)]
    pub act: Option<String>,
    /// Only what this actor did, such as person:7, token:9 or system.
    #[arg(long)]
    pub actor: Option<String>,
    /// Only what is about this account: id or name.
    #[arg(long)]
    pub about: Option<String>,
    /// Not before this time, such as 2026-11-20T08:00:00Z.
    #[arg(long)]
    pub since: Option<jiff::Timestamp>,
    /// Before this time.
    #[arg(long)]
    pub until: Option<jiff::Timestamp>,
    /// Write all of it into a file, which must not exist; its ending, .csv or .json, says how.
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Feed {
    /// Changes that a consumer set aside, with the reason.
    Parked {
        /// Id or name; else every account.
        #[arg(long)]
        account: Option<String>,
    },
    /// Try parked changes again, oldest first.
    Retry {
        /// Id or name.
        #[arg(long)]
        account: String,
        /// The consumer that set them aside.
        #[arg(long)]
        consumer: String,
        /// The change's number, for that one and those of its record that wait behind it; else all.
        change: Option<i64>,
    },
    /// Give a parked change up.
    Drop {
        /// Id or name.
        #[arg(long)]
        account: String,
        /// The consumer that set it aside.
        #[arg(long)]
        consumer: String,
        /// The change's number.
        change: i64,
    },
}

#[derive(Debug, Args)]
pub struct Import {
    /// The file; its first row names the columns.
    pub file: PathBuf,
    /// Id or name.
    #[arg(long)]
    pub account: String,
    /// What the rows are.
    #[arg(long = "type", default_value = "contacts", value_name = "TYPE")]
    pub object: String,
    /// create, update or upsert.
    #[arg(long, default_value = "upsert")]
    pub mode: String,
    /// COLUMN=PROPERTY, or COLUMN= to leave a column out; else the column's title tells. May be repeated.
    #[arg(long = "map", value_name = "COLUMN=PROPERTY")]
    pub map: Vec<String>,
    /// The property by which rows find existing records.
    #[arg(long)]
    pub id_property: Option<String>,
    /// day_month or month_day, for dates such as 3/4/2017; else the values tell, and what they leave open is refused by row.
    #[arg(long)]
    pub date_order: Option<String>,
    /// decimal_point or decimal_comma, for numbers such as 1.234; else as for dates.
    #[arg(long)]
    pub number_format: Option<String>,
    /// Take a file that was taken before once more, though nothing tells its rows from new records.
    #[arg(long)]
    pub again: bool,
    /// Where refused rows are written, each with its reason.
    #[arg(long, value_name = "FILE")]
    pub refused: Option<PathBuf>,
    /// Only show what the columns would be.
    #[arg(long)]
    pub preview: bool,
}

#[derive(Debug, Args)]
pub struct Export {
    /// Id or name.
    #[arg(long)]
    pub account: String,
    /// What to export.
    #[arg(long = "type", default_value = "contacts", value_name = "TYPE")]
    pub object: String,
    /// A property; may be repeated. Else every property.
    #[arg(long = "property")]
    pub properties: Vec<String>,
    /// Where to; else standard output. The file must not exist.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file if it exists.
    #[arg(long, requires = "output")]
    pub force: bool,
}
