//! What `consortio organization` has beside members and edges.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Role {
    /// Who holds which role, for which member.
    List {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
    },
    /// Hand out a role for a member, or give one that is held another end.
    Grant {
        #[command(flatten)]
        of: RoleOf,
        /// When it ends by itself, such as 2027-01-31T00:00:00Z; without it, never.
        #[arg(long)]
        until: Option<jiff::Timestamp>,
    },
    /// Take a role back, at once.
    Revoke {
        #[command(flatten)]
        of: RoleOf,
    },
}

#[derive(Debug, Args)]
pub struct RoleOf {
    /// Id or name of the member the role is for.
    #[arg(long)]
    pub account: String,
    /// The address of an active user of any member.
    #[arg(long, value_name = "EMAIL")]
    pub person: String,
    /// organization_admin, connection_manager, auditor or privacy_officer.
    pub role: String,
}

#[derive(Debug, Args)]
pub struct OffBoard {
    /// Id or name of a member.
    #[arg(long)]
    pub account: String,
    /// The person's address.
    pub email: String,
    /// Say account by account what would happen, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub enum Proposal {
    /// What waits for a second person, and what was decided last.
    List {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
    },
    /// Approve a change of somebody else, which applies it.
    Approve {
        #[command(flatten)]
        of: ProposalOf,
    },
    /// Reject it.
    Reject {
        #[command(flatten)]
        of: ProposalOf,
        /// Why, for whoever proposed it.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Take a change back that the command line proposed.
    Withdraw {
        #[command(flatten)]
        of: ProposalOf,
    },
    /// Plan it for the organization as it is now; the command line is its proposer then.
    PlanAgain {
        #[command(flatten)]
        of: ProposalOf,
    },
}

#[derive(Debug, Args)]
pub struct ProposalOf {
    /// Id or name of a member.
    #[arg(long)]
    pub account: String,
    /// The proposal's number.
    pub proposal: i64,
}

#[derive(Debug, Subcommand)]
pub enum Reset {
    /// Second factors to be taken away, and those that were, newest first.
    List {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
    },
    /// Stop one that is not done.
    Stop {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
        /// The reset's number.
        reset: i64,
    },
}

#[derive(Debug, Args)]
pub struct Export {
    /// Id or name of a member.
    #[arg(long)]
    pub account: String,
    /// Where to; else standard output. The file must not exist.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct FromFile {
    /// The file; `-` is standard input.
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct OrganizationCreate {
    pub name: String,
    /// Id or name of the account that creates it.
    #[arg(long)]
    pub account: String,
    /// Id or name of an account to join; may be repeated.
    #[arg(long, required_unless_present = "invite")]
    pub with: Vec<String>,
    /// Id or name of an account whose Super Admin is asked first; may be repeated. It joins when she accepts.
    #[arg(long, conflicts_with = "parity")]
    pub invite: Vec<String>,
    /// HubSpot's limits: five accounts, tiers, one location.
    #[arg(long)]
    pub parity: bool,
    /// The written basis for transfers between data-hosting locations; without one, all members are in one.
    #[arg(long, value_name = "TEXT", conflicts_with = "parity")]
    pub transfer_mechanism: Option<String>,
    /// The impact statement, which is printed without this flag, was read and is agreed to.
    #[arg(long)]
    pub acknowledge: bool,
}
