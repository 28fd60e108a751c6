//! `consortio organization policy`: the rules an organization lives by.

use super::find_account;
use crate::cli::OrganizationPolicy;
use crate::print::{Out, Usage};
use anyhow::Result;
use app::cx::App;
use app::organization;
use app::organization::policy::{Seen, Wish, read, update};
use model::policy::{FIELDS, Policy, field};
use serde_json::{Value, json};

pub async fn run(app: &App, out: Out, command: OrganizationPolicy) -> Result<()> {
    match command {
        OrganizationPolicy::Show { account } => {
            let cx = find_account(app, &account).await?;
            let id = organization::read(app, &cx).await?.organization.id;
            show(out, &read(app, &cx, id).await?)
        }
        OrganizationPolicy::Set { account, preset, force, rules } => {
            let cx = find_account(app, &account).await?;
            let preset = preset.map(|name| {
                Policy::from_name(&name).ok_or_else(|| Usage(format!("\"{name}\" is no policy; expected parity or open")))
            });
            let set = rules.iter().map(|rule| named(rule)).collect::<Result<_>>()?;
            let wish = Wish { version: None, preset: preset.transpose()?, set, force };
            let id = organization::read(app, &cx).await?.organization.id;
            show(out, &update(app, &cx, id, &wish, None).await?)
        }
    }
}

fn named(rule: &str) -> Result<(String, Value)> {
    let Some((name, text)) = rule.split_once('=') else {
        return Err(Usage(format!("\"{rule}\" is not of the form RULE=VALUE")).into());
    };
    let value = field(name).map_or_else(|| json!(text), |field| field.read(text));
    Ok((name.to_owned(), value))
}

fn show(out: Out, seen: &Seen) -> Result<()> {
    if let Some(proposed) = &seen.proposed {
        return super::proposal::kept(out, proposed);
    }
    let (values, parity, ours) = (seen.policy.values(), Policy::parity().values(), Policy::open().values());
    let fields: Vec<Value> = FIELDS
        .iter()
        .map(|field| {
            let name = field.name;
            json!({"name": name, "value": values[name], "parity": parity[name], "ours": ours[name], "about": field.about})
        })
        .collect();
    let document = json!({"organizationId": seen.organization, "version": seen.version,
                          "isParity": seen.policy == Policy::parity(), "fields": fields});
    out.result(&document, || {
        let lines = FIELDS.iter().map(|field| {
            let typed = |of: &std::collections::BTreeMap<String, Value>| field.typed(&of[field.name]);
            let (value, parity, ours) = (typed(&values), typed(&parity), typed(&ours));
            format!("{}={value}\n    {}\n    HubSpot: {parity}   ours: {ours}", field.name, field.about)
        });
        lines.collect::<Vec<_>>().join("\n")
    })
}
