//! One regional account: companies, contacts and deals through the product's own importer, then how they belong together,
//! then what was done.

use super::history::{self, Activity};
use super::people::{Person, dice, roll};
use super::sample::{Company, Opportunity, Sample, domain, industry};
use crate::print::Out;
use anyhow::{Context, Result, bail};
use app::association::{self, LinkInput};
use app::cx::{App, Cx};
use app::import::{self, NewImport};
use app::pipeline::PipelineInput;
use app::record::{self, CreateInput};
use indicatif::ProgressBar;
use model::association::{LinkType, primary, unlabeled};
use model::change::Source;
use model::id::{AccountId, RecordId};
use model::import::{Column, DateOrder, Mapping, Mode, NumberFormat, State};
use model::limits::{ASSOCIATION_CREATE_MAX, BATCH_MAX, LIST_PAGE_MAX};
use model::object::{CALL, COMPANY, CONTACT, DEAL, EMAIL, MEETING, NOTE, ObjectType, TASK};
use model::pipeline::StageInput;
use model::property::definition::DefinitionInput;
use model::property::{FieldType, PropertyOption, ValueType};
use std::collections::BTreeMap;
use std::path::Path;

/// The pipeline of the sample group; its stages have the names of the data.
const PIPELINE: &str = "opportunities";
const STAGES: [(&str, &str); 4] = [("Prospecting", "0.1"), ("Engaging", "0.4"), ("Won", "1.0"), ("Lost", "0.0")];

/// An account to be filled.
pub struct Region<'r> {
    pub app: &'r App,
    pub account: AccountId,
    pub name: &'r str,
    /// Of uploaded files.
    pub folder: &'r Path,
    pub seed: u64,
    pub sample: &'r Sample,
    pub people: &'r [Person],
}

/// Record ids by what the data calls them.
struct Ids {
    /// By name.
    companies: BTreeMap<String, RecordId>,
    /// By address.
    contacts: BTreeMap<String, RecordId>,
    /// By opportunity id.
    deals: BTreeMap<String, RecordId>,
}

type Rows = Vec<Vec<String>>;

impl Region<'_> {
    fn cx(&self) -> Cx {
        Cx { source: Source::Import, ..Cx::system(self.app, self.account) }
    }

    /// Fills the account.
    pub async fn load(&self, out: Out) -> Result<()> {
        self.define().await?;
        let opportunities = self.sample.of_region(self.name);
        let people: Vec<&Person> = self.people.iter().filter(|p| p.known_in.contains(&self.name)).collect();
        let companies = self.companies(&opportunities);
        let contacts = self.contacts(&people, &opportunities);
        let deals = deals(&opportunities);
        let bar = out.progress((companies.len() + contacts.len() + deals.len()) as u64, self.name);
        self.import(COMPANY, "companies.csv", &COMPANY_COLUMNS, companies, &bar).await?;
        self.import(CONTACT, "contacts.csv", &CONTACT_COLUMNS, contacts, &bar).await?;
        self.import(DEAL, "opportunities.csv", &DEAL_COLUMNS, deals, &bar).await?;
        let ids = Ids {
            companies: self.ids(COMPANY, "name").await?,
            contacts: self.ids(CONTACT, "email").await?,
            deals: self.ids(DEAL, "opportunity_id").await?,
        };
        self.link(&ids, &people, &opportunities, &bar).await?;
        self.tell(&ids, &people, &opportunities, &bar).await?;
        bar.finish();
        Ok(())
    }

    /// The pipeline, and the properties the data has and the product has not.
    async fn define(&self) -> Result<()> {
        let cx = self.cx();
        let stage = |(order, (label, probability)): (usize, (&str, &str))| StageInput {
            id: Some(label.to_lowercase()),
            label: label.to_owned(),
            display_order: order as i64,
            metadata: [("probability".to_owned(), probability.to_owned())].into(),
        };
        let stages = STAGES.into_iter().enumerate().map(stage).collect();
        let pipeline =
            PipelineInput { id: Some(PIPELINE.to_owned()), label: "Opportunities".to_owned(), display_order: 1, stages };
        app::pipeline::create(self.app, &cx, DEAL, pipeline).await?;
        let mut product = property("product", "Product", ValueType::Enumeration, FieldType::Select);
        product.options = self.sample.products.iter().enumerate().map(option).collect();
        let mut id = property("opportunity_id", "Opportunity ID", ValueType::String, FieldType::Text);
        id.has_unique_value = true;
        app::property::create(self.app, &cx, DEAL, vec![product, id]).await?;
        Ok(())
    }

    /// The companies this region does business with, since the first time it did.
    fn companies(&self, opportunities: &[&Opportunity]) -> Rows {
        let row = |company: &Company| {
            let mine: Vec<&&Opportunity> = opportunities.iter().filter(|o| o.company == company.name).collect();
            let since = mine.iter().filter_map(|o| o.engaged_on()).min();
            let won = mine.iter().any(|o| o.stage == "Won");
            let revenue: f64 = company.revenue.parse().unwrap_or_default();
            (!mine.is_empty()).then(|| {
                vec![
                    company.name.clone(),
                    domain(&company.name),
                    industry(&company.sector).to_owned(),
                    company.year_established.clone(),
                    format!("{:.0}", revenue * 1_000_000.0),
                    company.employees.clone(),
                    company.office_location.clone(),
                    if won { "customer" } else { "opportunity" }.to_owned(),
                    busiest(&mine),
                    since.map_or_else(String::new, |day| day.to_string()),
                ]
            })
        };
        self.sample.companies.iter().filter_map(row).collect()
    }

    fn contacts(&self, people: &[&Person], opportunities: &[&Opportunity]) -> Rows {
        let row = |person: &&Person| {
            let mine: Vec<&&Opportunity> = opportunities.iter().filter(|o| o.company == person.company).collect();
            let since = mine.iter().filter_map(|o| o.engaged_on()).min();
            vec![
                person.email.clone(),
                person.first_name.clone(),
                person.last_name.clone(),
                person.job_title.to_owned(),
                person.company.clone(),
                person.phone.clone(),
                person.city.clone(),
                person.country.clone(),
                if mine.iter().any(|o| o.stage == "Won") { "customer" } else { "opportunity" }.to_owned(),
                busiest(&mine),
                since.map_or_else(String::new, |day| day.to_string()),
            ]
        };
        people.iter().map(row).collect()
    }

    /// Through the importer, as a person would do it: a file, a mapping, a run.
    async fn import(
        &self,
        object: ObjectType,
        name: &str,
        columns: &[(&str, &str)],
        rows: Rows,
        bar: &ProgressBar,
    ) -> Result<()> {
        bar.set_message(format!("{}: {name}", self.name));
        let file = format!("sample-{}-{name}", self.name.to_lowercase());
        std::fs::create_dir_all(self.folder)?;
        let mut writer = csv::Writer::from_path(self.folder.join(&file))?;
        writer.write_record(columns.iter().map(|(title, _)| title))?;
        for row in &rows {
            writer.write_record(row)?;
        }
        writer.flush()?;
        let column =
            |(title, property): &(&str, &str)| Column { column: (*title).to_owned(), property: Some((*property).to_owned()) };
        let mapping = Mapping {
            object,
            mode: Mode::Create,
            id_property: None,
            columns: columns.iter().map(column).collect(),
            date_order: Some(DateOrder::MonthDay),
            number_format: Some(NumberFormat::DecimalPoint),
        };
        let cx = self.cx();
        let new = NewImport { file_name: name.to_owned(), file: file.clone(), mapping, format: None, again: false };
        let (id, _) = import::create(self.app, &cx, self.folder, new).await?;
        let before = bar.position();
        let job =
            import::run(self.app, self.account, id, self.folder, |job| bar.set_position(before + job.counts.n_processed)).await?;
        std::fs::remove_file(self.folder.join(&file))?;
        if job.state != State::Done || job.counts.n_failed > 0 {
            let refused = import::refused(self.app, &cx, id, 0, 1).await?;
            bail!(
                "{name}: {} rows were refused, the first because {:?}",
                job.counts.n_failed,
                refused.first().map(|r| &r.reason)
            );
        }
        Ok(())
    }

    /// Every record of a type by a property.
    async fn ids(&self, object: ObjectType, property: &str) -> Result<BTreeMap<String, RecordId>> {
        let (cx, mut ids, mut after) = (self.cx(), BTreeMap::new(), None);
        loop {
            let page = record::list(self.app, &cx, object, false, after, LIST_PAGE_MAX).await?;
            ids.extend(page.records.iter().filter_map(|r| Some((r.get(property)?.to_owned(), r.id))));
            after = page.after;
            if after.is_none() {
                return Ok(ids);
            }
        }
    }

    /// Who works where, which deal is whose, and who belongs to whom.
    async fn link(&self, ids: &Ids, people: &[&Person], opportunities: &[&Opportunity], bar: &ProgressBar) -> Result<()> {
        bar.set_message(format!("{}: associations", self.name));
        let child_of =
            model::association::by_name(COMPANY, COMPANY, "child_to_parent_company").context("parents of companies")?;
        let parents = self
            .sample
            .companies
            .iter()
            .filter_map(|company| Some((*ids.companies.get(&company.name)?, *ids.companies.get(&company.subsidiary_of)?)));
        let places = people.iter().filter_map(|p| Some((*ids.contacts.get(&p.email)?, *ids.companies.get(&p.company)?)));
        let owners = opportunities.iter().filter_map(|o| Some((*ids.deals.get(&o.id)?, *ids.companies.get(&o.company)?)));
        let mut met = BTreeMap::new();
        for person in people {
            met.entry(person.company.as_str()).or_insert_with(Vec::new).push(*person);
        }
        let contacts = opportunities.iter().enumerate().filter_map(|(i, o)| {
            let person = contact(self.seed, i, o, &met)?;
            Some((*ids.deals.get(&o.id)?, *ids.contacts.get(&person.email)?))
        });
        self.links(COMPANY, COMPANY, Some(child_of), parents.collect(), bar).await?;
        self.links(CONTACT, COMPANY, primary(CONTACT, COMPANY), places.collect(), bar).await?;
        self.links(DEAL, COMPANY, primary(DEAL, COMPANY), owners.collect(), bar).await?;
        self.links(DEAL, CONTACT, unlabeled(DEAL, CONTACT), contacts.collect(), bar).await
    }

    async fn links(
        &self,
        from: ObjectType,
        to: ObjectType,
        link_type: Option<LinkType>,
        pairs: Vec<(RecordId, RecordId)>,
        bar: &ProgressBar,
    ) -> Result<()> {
        let types: Vec<LinkType> = link_type.into_iter().collect();
        bar.inc_length(pairs.len() as u64);
        for chunk in pairs.chunks(ASSOCIATION_CREATE_MAX) {
            let inputs: Vec<LinkInput> =
                chunk.iter().map(|(from, to)| LinkInput { from: *from, to: *to, types: types.clone() }).collect();
            let linked = association::link_batch(self.app, &self.cx(), from, to, &inputs).await?;
            if let Some((_, error)) = linked.errors.into_iter().next() {
                return Err(error.into());
            }
            bar.inc(chunk.len() as u64);
        }
        Ok(())
    }

    /// The history of every opportunity, linked to its deal, its company and the person it was done with.
    async fn tell(&self, ids: &Ids, people: &[&Person], opportunities: &[&Opportunity], bar: &ProgressBar) -> Result<()> {
        bar.set_message(format!("{}: activities", self.name));
        let owners: BTreeMap<String, String> = app::user::list(self.app, &self.cx())
            .await?
            .into_iter()
            .map(|u| (u.person.email, u.user.owner.to_string()))
            .collect();
        let mut met = BTreeMap::new();
        for person in people {
            met.entry(person.company.as_str()).or_insert_with(Vec::new).push(*person);
        }
        let mut told: BTreeMap<ObjectType, Vec<CreateInput>> = BTreeMap::new();
        for (i, opportunity) in opportunities.iter().enumerate() {
            let person = contact(self.seed, i, opportunity, &met);
            let name = person.map_or_else(String::new, |p| format!("{} {}", p.first_name, p.last_name));
            let product = self.sample.products.iter().find(|p| p.name == opportunity.product).context("an unknown product")?;
            let places = [
                (DEAL, ids.deals.get(&opportunity.id)),
                (COMPANY, ids.companies.get(&opportunity.company)),
                (CONTACT, person.and_then(|p| ids.contacts.get(&p.email))),
            ];
            for Activity { object, mut properties } in history::of(self.seed, i, opportunity, product, &name) {
                if let Some(owner) = owners.get(&super::email(&opportunity.agent)) {
                    properties.insert("hubspot_owner_id".to_owned(), owner.clone());
                }
                let at = properties["hs_timestamp"].clone();
                properties.insert("hs_createdate".to_owned(), at);
                let link = |(to, id): &(ObjectType, Option<&RecordId>)| Some((*(*id)?, vec![unlabeled(object, *to)?]));
                let associations = places.iter().filter_map(link).collect();
                told.entry(object).or_default().push(CreateInput { properties, associations, trace_id: None });
            }
        }
        bar.inc_length(told.values().map(Vec::len).sum::<usize>() as u64);
        for object in [NOTE, CALL, EMAIL, MEETING, TASK] {
            let mut inputs = told.remove(&object).unwrap_or_default();
            while !inputs.is_empty() {
                let rest = inputs.split_off(inputs.len().min(BATCH_MAX));
                let n = inputs.len() as u64;
                record::create_batch(self.app, &self.cx(), object, inputs).await?;
                bar.inc(n);
                inputs = rest;
            }
        }
        Ok(())
    }
}

const COMPANY_COLUMNS: [(&str, &str); 10] = [
    ("Company", "name"),
    ("Domain", "domain"),
    ("Industry", "industry"),
    ("Year established", "founded_year"),
    ("Revenue", "annualrevenue"),
    ("Employees", "numberofemployees"),
    ("Country", "country"),
    ("Lifecycle stage", "lifecyclestage"),
    ("Owner", "hubspot_owner_id"),
    ("Customer since", "createdate"),
];

const CONTACT_COLUMNS: [(&str, &str); 11] = [
    ("E-mail", "email"),
    ("First name", "firstname"),
    ("Last name", "lastname"),
    ("Job title", "jobtitle"),
    ("Company", "company"),
    ("Phone", "phone"),
    ("City", "city"),
    ("Country", "country"),
    ("Lifecycle stage", "lifecyclestage"),
    ("Owner", "hubspot_owner_id"),
    ("Known since", "createdate"),
];

const DEAL_COLUMNS: [(&str, &str); 9] = [
    ("opportunity_id", "opportunity_id"),
    ("Deal", "dealname"),
    ("product", "product"),
    ("Pipeline", "pipeline"),
    ("deal_stage", "dealstage"),
    ("sales_agent", "hubspot_owner_id"),
    ("engage_date", "createdate"),
    ("close_date", "closedate"),
    ("close_value", "amount"),
];

/// The dates stay as the data has them, month first: reading them is the importer's business.
fn deals(opportunities: &[&Opportunity]) -> Rows {
    let row = |o: &&Opportunity| {
        let name = if o.company.is_empty() { o.product.clone() } else { format!("{} for {}", o.product, o.company) };
        vec![
            o.id.clone(),
            name,
            o.product.clone(),
            PIPELINE.to_owned(),
            o.stage.clone(),
            super::email(&o.agent),
            o.engage_date.clone(),
            o.close_date.clone(),
            o.close_value.clone(),
        ]
    };
    opportunities.iter().map(row).collect()
}

/// The address of the agent who works most with a company.
fn busiest(opportunities: &[&&Opportunity]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for opportunity in opportunities {
        *counts.entry(opportunity.agent.as_str()).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(name, n)| (*n, std::cmp::Reverse(*name)))
        .map_or_else(String::new, |(name, _)| super::email(name))
}

/// The person of the company with whom an opportunity was worked on; the same whenever it is asked.
fn contact<'p>(seed: u64, at: usize, opportunity: &Opportunity, met: &BTreeMap<&str, Vec<&'p Person>>) -> Option<&'p Person> {
    let people = met.get(opportunity.company.as_str())?;
    let mut rng = dice(seed, "contact", at);
    people.get(roll(&mut rng, people.len() as u32) as usize).copied()
}

fn property(name: &str, label: &str, value_type: ValueType, field_type: FieldType) -> DefinitionInput {
    DefinitionInput {
        name: name.to_owned(),
        label: label.to_owned(),
        value_type,
        field_type,
        group_name: "dealinformation".to_owned(),
        description: String::new(),
        display_order: -1,
        options: Vec::new(),
        has_unique_value: false,
        hidden: false,
        form_field: true,
        referenced_object_type: None,
        sensitivity: model::property::Sensitivity::NonSensitive,
    }
}

fn option((order, product): (usize, &super::sample::Product)) -> PropertyOption {
    PropertyOption {
        label: product.name.clone(),
        value: product.name.clone(),
        description: format!("Series {}, list price USD {}", product.series, product.price),
        display_order: order as i64,
        hidden: false,
    }
}
