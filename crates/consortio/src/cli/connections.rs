//! Arguments about connections and their terms.

use clap::Args;

/// The terms of a connection; what is not said stays.
#[derive(Debug, Args)]
pub struct TermsFlags {
    /// Why this is shared.
    #[arg(long, value_name = "TEXT")]
    pub purpose: Option<String>,
    /// consent, contract, legal_obligation, vital_interests, public_task, legitimate_interests or other.
    #[arg(long, value_name = "BASIS")]
    pub legal_basis: Option<String>,
    /// More about the legal basis; needed for other.
    #[arg(long, value_name = "TEXT")]
    pub legal_basis_text: Option<String>,
    /// The day from which on somebody should look again, such as 2027-05-01.
    #[arg(long, value_name = "DATE")]
    pub review: Option<jiff::civil::Date>,
    /// Whose dealings are shared: contacts, companies.
    #[arg(long, value_name = "TYPE,TYPE", value_delimiter = ',')]
    pub customers: Vec<String>,
    /// What of them is shared: notes, calls, emails, meetings, tasks, deals.
    #[arg(long, value_name = "TYPE,TYPE", value_delimiter = ',')]
    pub types: Vec<String>,
    /// Ids of the deal pipelines that pass.
    #[arg(long, value_name = "ID,ID", value_delimiter = ',')]
    pub pipelines: Vec<String>,
    /// The only fields that pass.
    #[arg(long, value_name = "FIELD,FIELD", value_delimiter = ',')]
    pub fields: Vec<String>,
    /// Fields that arrive without their value.
    #[arg(long, value_name = "FIELD,FIELD", value_delimiter = ',')]
    pub mask: Vec<String>,
}

#[derive(Debug, Args)]
pub struct OrganizationOpen {
    #[command(flatten)]
    pub edge: OrganizationEdge,
    #[command(flatten)]
    pub terms: TermsFlags,
}

#[derive(Debug, Args)]
pub struct OrganizationConnect {
    /// Id or name.
    pub first: String,
    /// Id or name.
    pub second: String,
    /// mirroring, asset_copying, workflows or reports.
    #[arg(long, default_value = "mirroring")]
    pub feature: String,
    #[command(flatten)]
    pub terms: TermsFlags,
}

#[derive(Debug, Args)]
pub struct OrganizationPlan {
    #[command(flatten)]
    pub edge: OrganizationEdge,
    /// The other direction too.
    #[arg(long)]
    pub both_ways: bool,
    /// What closing would change.
    #[arg(long)]
    pub close: bool,
    #[command(flatten)]
    pub terms: TermsFlags,
}

#[derive(Debug, Args)]
pub struct OrganizationTemplate {
    /// none, everyone or hub.
    pub template: String,
    /// Id or name of a member.
    #[arg(long)]
    pub account: String,
    /// Id or name of the hub.
    #[arg(long)]
    pub hub: Option<String>,
    /// to_hub, from_hub or both_ways; as new connections start in the organization when not said.
    #[arg(long)]
    pub direction: Option<String>,
    /// Features; all when not said.
    #[arg(long, value_name = "FEATURE,FEATURE", value_delimiter = ',')]
    pub features: Vec<String>,
    /// Only say what it would open.
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub terms: TermsFlags,
}

#[derive(Debug, Args)]
pub struct OrganizationEdge {
    /// Id or name of the account that gives.
    #[arg(long)]
    pub from: String,
    /// Id or name of the account that sees.
    #[arg(long)]
    pub to: String,
    /// What passes.
    #[arg(long, default_value = "mirroring")]
    pub feature: String,
}
