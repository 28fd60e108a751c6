//! Opening, planning and closing connections, one by one or by a template.

use super::{find_account, show};
use crate::cli;
use crate::print::{Out, Outcome, Usage};
use anyhow::Result;
use app::connection::{self, Review, Visible};
use app::cx::{App, Cx};
use app::organization::{self, View};
use model::connection::plan::{ChangeKind, Wish};
use model::connection::template::{Direction, Filled, Template};
use model::connection::terms::{LegalBasis, Terms};
use model::connection::{EdgeKey, Feature};
use model::id::AccountId;
use model::object::ObjectType;
use model::organization::Organization;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Opens one direction, or gives one that is open other terms.
pub(super) async fn open(app: &App, out: Out, args: &cli::OrganizationOpen) -> Result<()> {
    let (cx, view) = (find_account(app, &args.edge.to).await?, edge_and_view(app, &args.edge).await?);
    let (edge, view) = view;
    let terms = terms(&view.organization, edge, &args.terms)?;
    show(out, &connection::change(app, &cx, vec![Wish { edge, on: true, terms }]).await?)
}

/// Opens a feature both ways.
pub(super) async fn connect(app: &App, out: Out, args: &cli::OrganizationConnect) -> Result<()> {
    let edge = cli::OrganizationEdge { from: args.first.clone(), to: args.second.clone(), feature: args.feature.clone() };
    let (cx, (edge, view)) = (find_account(app, &args.second).await?, edge_and_view(app, &edge).await?);
    let mut wishes = Vec::new();
    for edge in [edge, edge.reversed()] {
        wishes.push(Wish { edge, on: true, terms: terms(&view.organization, edge, &args.terms)? });
    }
    show(out, &connection::change(app, &cx, wishes).await?)
}

pub(super) async fn close(app: &App, args: &cli::OrganizationEdge) -> Result<View> {
    let (edge, _) = edge_and_view(app, args).await?;
    Ok(connection::set(app, &find_account(app, &args.to).await?, edge, false).await?)
}

/// What opening or closing would change and show. Ends with 2 when it would change something.
pub(super) async fn plan(app: &App, out: Out, args: &cli::OrganizationPlan) -> Result<Outcome> {
    let (cx, (edge, view)) = (find_account(app, &args.edge.to).await?, edge_and_view(app, &args.edge).await?);
    let on = !args.close;
    let mut changed = vec![Wish { edge, on, terms: if on { terms(&view.organization, edge, &args.terms)? } else { None } }];
    if args.both_ways {
        let back = edge.reversed();
        changed.push(Wish { edge: back, on, terms: if on { terms(&view.organization, back, &args.terms)? } else { None } });
    }
    let is = &view.organization;
    let review = connection::plan(app, &cx, is.id, is.version, &connection::with(is, changed)).await?;
    let name = |id: AccountId| view.accounts.get(&id).map_or_else(|| id.to_string(), |account| account.name.clone());
    out.result(&document(&review), || words(&review, &name))?;
    Ok(if review.changes.is_empty() { Outcome::Done } else { Outcome::Differs })
}

fn document(review: &Review) -> Value {
    let change = |(change, words): &(model::connection::plan::Change, String)| {
        json!({"kind": change.kind, "feature": change.edge.feature.name(), "source": change.edge.source,
               "destination": change.edge.destination, "amended": change.amended, "words": words})
    };
    let visible = |one: &Visible| {
        json!({"source": one.edge.source, "destination": one.edge.destination, "nPeople": one.people.n, "nCompanies": one.companies.n,
               "atLeast": one.people.at_least || one.companies.at_least})
    };
    json!({"changes": review.changes.iter().map(change).collect::<Vec<_>>(),
           "nPeopleVisible": review.visible.iter().map(visible).collect::<Vec<_>>()})
}

fn words(review: &Review, name: &dyn Fn(AccountId) -> String) -> String {
    if review.changes.is_empty() {
        return "nothing would change".to_owned();
    }
    let cuts = |kind: ChangeKind| matches!(kind, ChangeKind::Cut | ChangeKind::NarrowToOneWay);
    let mark = |kind| if cuts(kind) { '-' } else { '+' };
    let mut lines: Vec<String> = review.changes.iter().map(|(change, words)| format!("{} {words}", mark(change.kind))).collect();
    lines.extend(review.visible.iter().map(|one| {
        let (source, destination) = (name(one.edge.source), name(one.edge.destination));
        let at_least = if one.people.at_least || one.companies.at_least { "at least " } else { "" };
        let (people, companies) = (one.people.n, one.companies.n);
        format!("  {destination} would see what {source} did with {at_least}{people} people and {companies} companies")
    }));
    lines.join("\n")
}

/// Makes the connections those of a template, or says what it would open.
pub(super) async fn template(app: &App, out: Out, args: &cli::OrganizationTemplate) -> Result<()> {
    let cx = find_account(app, &args.account).await?;
    let is = organization::read(app, &cx).await?.organization;
    let template = wanted(app, args).await?;
    let features = match args.features.is_empty() {
        true => Feature::ALL.into(),
        false => args.features.iter().map(|name| feature(name)).collect::<Result<BTreeSet<_>>>()?,
    };
    let terms = given(Terms::default(), &args.terms)?;
    let filled = match args.dry_run {
        true => connection::fill(app, &cx, is.id, template, &features, terms.as_ref()).await?.1,
        false => connection::apply(app, &cx, is.id, template, &features, terms.as_ref()).await?.1,
    };
    out.result(&filled_document(&filled), || filled_words(&filled, args.dry_run))
}

async fn wanted(app: &App, args: &cli::OrganizationTemplate) -> Result<Template> {
    match (args.template.as_str(), &args.hub) {
        ("none", _) => Ok(Template::None),
        ("everyone", _) => Ok(Template::Everyone),
        ("hub", Some(hub)) => {
            let name = args.direction.as_deref();
            let direction = name.map(|name| {
                let unknown = || Usage(format!("\"{name}\" is no direction; they are to_hub, from_hub and both_ways"));
                Direction::from_name(name).ok_or_else(unknown)
            });
            Ok(Template::Hub { hub: find_account(app, hub).await?.account, direction: direction.transpose()? })
        }
        ("hub", None) => Err(Usage("the template hub needs --hub".to_owned()).into()),
        (name, _) => Err(Usage(format!("\"{name}\" is no template; they are none, everyone and hub")).into()),
    }
}

fn filled_document(filled: &Filled) -> Value {
    let edges: Vec<EdgeKey> = filled.wishes.iter().map(|wish| wish.edge).collect();
    let blocked: Vec<Value> = filled.blocked.iter().map(|(edge, block)| json!({"edge": edge, "reason": block.code()})).collect();
    json!({"edges": edges, "blocked": blocked})
}

fn filled_words(filled: &Filled, dry_run: bool) -> String {
    let would = if dry_run { "would be open" } else { "are open" };
    let mut lines = vec![format!("{} edges {would}, {} are blocked", filled.wishes.len(), filled.blocked.len())];
    lines.extend(filled.blocked.iter().map(|(edge, block)| format!("  {edge}: {}", block.code())));
    lines.join("\n")
}

async fn edge_and_view(app: &App, args: &cli::OrganizationEdge) -> Result<(EdgeKey, View)> {
    let (from, to): (Cx, Cx) = (find_account(app, &args.from).await?, find_account(app, &args.to).await?);
    let edge = EdgeKey { feature: feature(&args.feature)?, source: from.account, destination: to.account };
    Ok((edge, organization::read(app, &to).await?))
}

fn feature(name: &str) -> Result<Feature> {
    Feature::from_name(name).ok_or_else(|| {
        let known = Feature::ALL.map(Feature::name).join(", ");
        Usage(format!("\"{name}\" is no feature of a connection; they are {known}")).into()
    })
}

/// The terms of an edge, changed as the flags say; nothing when there are none.
fn terms(organization: &Organization, edge: EdgeKey, flags: &cli::TermsFlags) -> Result<Option<Terms>> {
    let are = organization.open.get(&edge).map(|opened| opened.terms.clone());
    given(are.unwrap_or_default(), flags)
}

fn given(are: Terms, flags: &cli::TermsFlags) -> Result<Option<Terms>> {
    let mut terms = are.clone();
    if let Some(purpose) = &flags.purpose {
        terms.purpose = Some(purpose.clone());
    }
    if let Some(name) = &flags.legal_basis {
        let known = || LegalBasis::ALL.map(LegalBasis::name).join(", ");
        let basis = LegalBasis::from_name(name);
        terms.legal_basis = Some(basis.ok_or_else(|| Usage(format!("\"{name}\" is no legal basis; they are {}", known())))?);
    }
    if let Some(text) = &flags.legal_basis_text {
        terms.legal_basis_text = Some(text.clone());
    }
    if let Some(date) = flags.review {
        terms.review_on = Some(date);
    }
    if !flags.customers.is_empty() {
        terms.customers = types(&flags.customers)?;
    }
    if !flags.types.is_empty() {
        terms.types = types(&flags.types)?;
    }
    let list = |texts: &[String]| texts.iter().cloned().collect::<BTreeSet<String>>();
    if !flags.pipelines.is_empty() {
        terms.deal_pipelines = Some(list(&flags.pipelines));
    }
    if !flags.fields.is_empty() {
        terms.fields = Some(list(&flags.fields));
    }
    if !flags.mask.is_empty() {
        terms.masked = list(&flags.mask);
    }
    Ok(Some(terms).filter(|terms| *terms != are))
}

fn types(names: &[String]) -> Result<BTreeSet<ObjectType>> {
    let of =
        |name: &String| ObjectType::from_segment(name).ok_or_else(|| Usage(format!("\"{name}\" is no type of records")).into());
    names.iter().map(of).collect()
}
