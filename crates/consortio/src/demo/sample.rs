//! The sample data as it was published, read from the files in `data/`, which are inside the binary.

use anyhow::{Context, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;

const ACCOUNTS: &str = include_str!("../../../../data/crm-sales-opportunities/accounts.csv");
const PIPELINE: &str = include_str!("../../../../data/crm-sales-opportunities/sales_pipeline.csv");
const PRODUCTS: &str = include_str!("../../../../data/crm-sales-opportunities/products.csv");
const TEAMS: &str = include_str!("../../../../data/crm-sales-opportunities/sales_teams.csv");

/// A customer company.
#[derive(Debug, Clone, Deserialize)]
pub struct Company {
    #[serde(rename = "account")]
    pub name: String,
    pub sector: String,
    pub year_established: String,
    /// Millions of dollars a year.
    pub revenue: String,
    pub employees: String,
    pub office_location: String,
    pub subsidiary_of: String,
}

/// An opportunity. Empty texts are kept as they are.
#[derive(Debug, Clone, Deserialize)]
pub struct Opportunity {
    #[serde(rename = "opportunity_id")]
    pub id: String,
    #[serde(rename = "sales_agent")]
    pub agent: String,
    pub product: String,
    #[serde(rename = "account")]
    pub company: String,
    #[serde(rename = "deal_stage")]
    pub stage: String,
    pub engage_date: String,
    pub close_date: String,
    pub close_value: String,
}

/// A sales agent.
#[derive(Debug, Clone, Deserialize)]
pub struct Agent {
    #[serde(rename = "sales_agent")]
    pub name: String,
    pub manager: String,
    /// Becomes the account.
    #[serde(rename = "regional_office")]
    pub region: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Product {
    #[serde(rename = "product")]
    pub name: String,
    pub series: String,
    /// Dollars.
    #[serde(rename = "sales_price")]
    pub price: u32,
}

/// The last day of the data set; open opportunities were worked on before it.
pub const LAST_DAY: Date = Date::constant(2017, 12, 31);

/// All of it.
pub struct Sample {
    pub companies: Vec<Company>,
    pub opportunities: Vec<Opportunity>,
    pub agents: Vec<Agent>,
    pub products: Vec<Product>,
}

impl Sample {
    /// Reads the files, and mends what is known to be rough: `GTXPro` is the product `GTX Pro`, and a prospect whom nobody
    /// engaged yet was found some weeks before the last day of the data, or it would look as new as the instance.
    pub fn read() -> Result<Sample> {
        let mut opportunities: Vec<Opportunity> = rows(PIPELINE)?;
        for opportunity in opportunities.iter_mut().filter(|o| o.product == "GTXPro") {
            opportunity.product = "GTX Pro".to_owned();
        }
        for opportunity in opportunities.iter_mut().filter(|o| o.engage_date.is_empty()) {
            let days_ago = 7 + opportunity.id.bytes().map(i64::from).sum::<i64>() % 50;
            let found = LAST_DAY.saturating_sub(days_ago.days());
            opportunity.engage_date = format!("{}/{}/{}", found.month(), found.day(), found.year());
        }
        Ok(Sample { companies: rows(ACCOUNTS)?, opportunities, agents: rows(TEAMS)?, products: rows(PRODUCTS)? })
    }

    /// The opportunities of a region, in the order of the file.
    pub fn of_region<'s>(&'s self, region: &str) -> Vec<&'s Opportunity> {
        let regions: BTreeMap<&str, &str> = self.agents.iter().map(|a| (a.name.as_str(), a.region.as_str())).collect();
        self.opportunities.iter().filter(|o| regions.get(o.agent.as_str()) == Some(&region)).collect()
    }
}

impl Opportunity {
    /// When work on it began, as far as the file tells.
    pub fn engaged_on(&self) -> Option<Date> {
        date(&self.engage_date)
    }

    /// When it was won or lost.
    pub fn closed_on(&self) -> Option<Date> {
        date(&self.close_date)
    }
}

/// The property value of a sector; the misspelt one is understood.
pub fn industry(sector: &str) -> &'static str {
    match sector {
        "technolgy" => "INFORMATION_TECHNOLOGY_AND_SERVICES",
        "medical" => "HOSPITAL_HEALTH_CARE",
        "retail" => "RETAIL",
        "software" => "COMPUTER_SOFTWARE",
        "entertainment" => "ENTERTAINMENT",
        "marketing" => "MARKETING_AND_ADVERTISING",
        "telecommunications" => "TELECOMMUNICATIONS",
        "finance" => "FINANCIAL_SERVICES",
        "employment" => "STAFFING_AND_RECRUITING",
        _ => "CONSUMER_SERVICES",
    }
}

/// `Acme Corporation` is reached at `acmecorporation.example`.
pub fn domain(company: &str) -> String {
    format!("{}.example", letters(company))
}

/// Lower-case letters and digits only.
pub fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn rows<T: for<'de> Deserialize<'de>>(text: &str) -> Result<Vec<T>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>().context("the sample data")
}

/// `M/D/YYYY`.
fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('/');
    let (month, day, year) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_whole_and_every_opportunity_is_in_one_region() {
        let sample = Sample::read().unwrap();
        assert_eq!((sample.companies.len(), sample.opportunities.len(), sample.products.len()), (85, 8_800, 7));
        let n: Vec<usize> = ["Central", "East", "West"].iter().map(|r| sample.of_region(r).len()).collect();
        assert_eq!(n.iter().sum::<usize>(), 8_800, "{n:?}");
        assert_eq!(sample.opportunities.iter().filter(|o| o.company.is_empty()).count(), 1_425);
        let products: Vec<&str> = sample.products.iter().map(|p| p.name.as_str()).collect();
        assert!(sample.opportunities.iter().all(|o| products.contains(&o.product.as_str())));
    }

    #[test]
    fn dates_are_month_day_year() {
        assert_eq!(date("10/20/2016"), Date::new(2016, 10, 20).ok());
        assert_eq!(date(""), None);
    }
}
