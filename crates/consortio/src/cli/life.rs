//! The arguments of `consortio organization offer` and `policy`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum OrganizationOffer {
    /// Offers the organization made, and offers made to the account.
    List {
        /// Id or name.
        #[arg(long)]
        account: String,
    },
    /// Offer membership. The answer is the same whether or not there is such an account.
    Make {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
        /// The id of the account it is offered to.
        to: i64,
    },
    /// Take an offer back.
    Withdraw {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
        offer: i64,
    },
    /// Join the account to the organization that offered it.
    Accept {
        /// Id or name of the account the offer was made to.
        #[arg(long)]
        account: String,
        offer: i64,
        /// The impact statement was read.
        #[arg(long)]
        acknowledge: bool,
    },
    /// Say no.
    Decline {
        /// Id or name of the account the offer was made to.
        #[arg(long)]
        account: String,
        offer: i64,
    },
}

#[derive(Debug, Subcommand)]
pub enum OrganizationPolicy {
    /// Every rule with its value, what HubSpot documents, what we think better, and what it means.
    Show {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
    },
    /// Change rules. What would end memberships or connections is refused unless forced.
    Set {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
        /// All rules at once, before those that are named: parity (as HubSpot documents) or open (ours).
        #[arg(long)]
        preset: Option<String>,
        /// Do it even where memberships, connections or the organization end by it.
        #[arg(long)]
        force: bool,
        /// Such as members_max=20, verify_removal=true, anchor_loss=grace:14.
        #[arg(value_name = "RULE=VALUE", required_unless_present = "preset")]
        rules: Vec<String>,
    },
}
