//! Flags of what accounts pay.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct AccountSubscription {
    /// Id or name.
    pub account: String,
    /// PRODUCT=TIER: everything the account is to have above free. May be repeated.
    #[arg(long, value_name = "PRODUCT=TIER")]
    pub order: Vec<String>,
    /// monthly or annual; of a living subscription from the next term on.
    #[arg(long)]
    pub term: Option<String>,
    /// Only show what the order would do and cost.
    #[arg(long)]
    pub plan: bool,
    /// Renew at the end of the term.
    #[arg(long)]
    pub renew: Option<Switch>,
    /// PRODUCT=AMOUNT: another price from the next term on. May be repeated.
    #[arg(long, value_name = "PRODUCT=AMOUNT")]
    pub price: Vec<String>,
}

#[derive(Debug, Args)]
pub struct AccountSeats {
    /// Id or name.
    pub account: String,
    /// SEAT=NUMBER: how many were bought; SEAT=none takes the cap away. Seats are core, sales and service. May be repeated.
    #[arg(long, value_name = "SEAT=NUMBER")]
    pub bought: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Switch {
    On,
    Off,
}

#[derive(Debug, Args)]
pub struct AccountInvoices {
    /// Id or name.
    pub account: String,
    /// Note that this invoice was paid, and send the receipt.
    #[arg(long, value_name = "NUMBER")]
    pub paid: Option<i64>,
    /// Write this invoice as a PDF.
    #[arg(long, value_name = "NUMBER", conflicts_with = "paid", requires = "output")]
    pub pdf: Option<i64>,
    /// Where to; the file must not exist.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Without a flag, what is set already.
#[derive(Debug, Args)]
pub struct Billing {
    /// Who issues the invoices.
    #[arg(long)]
    pub seller: Option<String>,
    /// Lines, separated by \n.
    #[arg(long)]
    pub seller_address: Option<String>,
    #[arg(long)]
    pub seller_vat_id: Option<String>,
    /// Where to pay to: lines, separated by \n.
    #[arg(long)]
    pub pay_to: Option<String>,
    /// Such as 25 or 7.5.
    #[arg(long)]
    pub vat_percent: Option<String>,
    /// Days to pay in.
    #[arg(long)]
    pub due_days: Option<i64>,
    /// ISO 4217, of all prices.
    #[arg(long)]
    pub currency: Option<String>,
    /// How many months a year costs.
    #[arg(long)]
    pub annual_months: Option<i64>,
    /// PRODUCT.TIER=AMOUNT: what it costs in a month, such as sales.professional=90. May be repeated.
    #[arg(long, value_name = "PRODUCT.TIER=AMOUNT")]
    pub price: Vec<String>,
}
