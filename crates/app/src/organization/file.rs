//! An organization as a file: written, compared with what is, and applied by the verbs that people use, so with their authority,
//! limits and entries of the log.
//!
//! ```text
//!   plan: read the text -> difference -> steps in words, nothing done
//!   apply: the same, then each step by its verb, in order; what a second person must approve is proposed
//! ```
//! A step that is refused ends it: what was done before it stays done, and applying again goes on from there.

use super::policy::Wish as Rules;
use super::roles::{self, Wanted};
use super::{ADD_MEMBERS, Consent, REMOVE_MEMBER, UPDATE_POLICY, accounts_subject, actor, is_system, policy, prove, standing};
use crate::connection;
use crate::cx::{App, Cx};
use crate::error::{Error, Kind, Reason, Result};
use crate::secret;
use jiff::SignedDuration;
use model::account::UserStatus;
use model::authority::OrganizationAct;
use model::change::{Change, Kind as Did};
use model::connection::plan::Wish;
use model::id::{AccountId, OrganizationId, PersonId};
use model::organization::IMPACT_TEXT_VERSION;
use model::organization::file::{self, Accounts, Fault, File, Step, difference};
use model::organization::log::{Said, WHOLE};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::step_up::Proof;
use store::{Tx, WriteTx};

/// The act that asks for a fresh second factor: one look for all that a file changes. The subject is [`subject`].
pub const APPLY: &str = "organization.apply_file";
/// Seconds in which the steps of a file must be done after its proof was spent.
const APPLYING_SECONDS: i64 = 120;

/// The subject of a step-up for applying a file: the organization and what the file says.
pub fn subject(id: OrganizationId, text: &str) -> String {
    format!("{id}:{}", &secret::hash(text)[..32])
}

/// What applying a file would do.
#[derive(Debug, Clone)]
pub struct Planned {
    pub id: OrganizationId,
    pub name: String,
    /// Each step with its sentence in English.
    pub steps: Vec<(Step, String)>,
    /// A member that is one before and after.
    stays: Option<AccountId>,
}

/// What applying a file did.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    /// What was done, in English.
    pub done: Vec<String>,
    /// Proposals that were made instead, because a second person has to approve.
    pub waiting: Vec<i64>,
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        let kind = if fault.code == "FILE_TOO_LARGE" { Kind::TooLarge } else { Kind::Invalid };
        let context = vec![("line".to_owned(), vec![fault.line.to_string()])];
        let reason =
            Reason { code: fault.code.to_owned(), message: fault.message.clone(), place: Some("file".to_owned()), context };
        Error::new(kind, fault.code, fault.to_string()).with("line", fault.line).because(vec![reason])
    }
}

/// The organization as a file. Whoever sees all of it may have it: roles alone are not enough.
pub async fn write(app: &App, cx: &Cx, id: OrganizationId) -> Result<String> {
    let mut tx = app.store.read_home().await?;
    let now = present(&mut tx, cx, id).await?;
    Ok(file::write(&now.file, &now.members))
}

/// What a file would change. Changes nothing.
pub async fn plan(app: &App, cx: &Cx, id: OrganizationId, text: &str) -> Result<Planned> {
    let mut tx = app.store.read_home().await?;
    let now = present(&mut tx, cx, id).await?;
    let accounts = nameable(&mut tx, cx, &now.members).await?;
    let wanted = file::read(text, &accounts)?;
    is_of(&wanted, &now.file)?;
    let members_max = wanted.policy.get("members_max").or_else(|| now.file.policy.get("members_max")).and_then(Value::as_u64);
    policy::holds(wanted.members.len(), members_max)?;
    let mut steps = difference(&now.file, &wanted);
    // A lower limit comes when the members that are beyond it are gone, and whoever takes out the account she works in can do
    // nothing more from there.
    let lowers = |after: &Value| after.as_u64() < now.file.policy.get("members_max").and_then(Value::as_u64);
    steps.sort_by_key(|step| match step {
        Step::RemoveMember(account) if *account == cx.account => 2,
        Step::SetRule { name, after, .. } if name == "members_max" && lowers(after) => 1,
        _ => 0,
    });
    let stays = now.file.members.intersection(&wanted.members).next().copied();
    let steps = steps.into_iter().map(|step| (step.clone(), step.words(&accounts))).collect();
    Ok(Planned { id, name: now.file.name, steps, stays })
}

/// Makes the organization as a file says. What is so already is left alone, so the second time nothing happens. A file that adds
/// members takes a look at the impact statement, as adding them by hand does.
pub async fn apply(app: &App, cx: &Cx, id: OrganizationId, text: &str, consent: Consent<'_>) -> Result<Applied> {
    let planned = plan(app, cx, id, text).await?;
    let mut applied = Applied::default();
    if planned.steps.is_empty() {
        return Ok(applied);
    }
    if planned.steps.iter().any(|(step, _)| matches!(step, Step::AddMember(_))) {
        super::acknowledged(consent.text_version)?;
    }
    let proofs = begin(app, cx, &planned, text, consent.proof).await?;
    let cx = match planned.stays {
        Some(account) if is_system(cx) => &Cx { account, ..cx.clone() },
        _ => cx,
    };
    for group in groups(&planned.steps) {
        let done = carry_out(app, cx, id, &group, &proofs).await.map_err(|error| error.with("done", applied.done.len()))?;
        match done {
            Some(proposal) => applied.waiting.push(proposal),
            None => applied.done.extend(group.iter().map(|(_, words)| words.clone())),
        }
    }
    Ok(applied)
}

/// Spends the proof and says in the log that a file is applied; what it changes, its steps say.
async fn begin(app: &App, cx: &Cx, planned: &Planned, text: &str, proof: Option<&str>) -> Result<Proofs> {
    let mut tx = app.store.write_home().await?;
    let id = planned.id;
    standing::locked(&mut tx, cx, id, OrganizationAct::See).await?;
    prove(&mut tx, cx, APPLY, &subject(id, text), proof).await?;
    let proofs = proofs(app, &mut tx, cx, id, planned).await?;
    let effect = json!({ "did": "file_applied", "file": secret::hash(text), "n": planned.steps.len() });
    let said = Said {
        at: cx.now.as_microsecond(),
        actor: actor(&cx.actor),
        act: "file_applied".to_owned(),
        subject: WHOLE.to_owned(),
        detail: json!({ "effect": effect, "cause": null, "from": standing::from(cx) }).to_string(),
    };
    store::organization::append(&mut tx, id, vec![said]).await?;
    let change = json!({ "organizationId": id, "did": "file_applied" });
    tx.commit(&cx.by(), cx.now, &[Change::of(Did::OrganizationChanged, change)]).await?;
    Ok(proofs)
}

/// The context of the operator in the organization that a file is of.
pub async fn operator(app: &App, text: &str) -> Result<(Cx, OrganizationId)> {
    let id = file::id_of(text)?;
    let instance = Cx::system(app, store::INSTANCE);
    let seen = standing::visible(&mut app.store.read_home().await?, &instance, id, OrganizationAct::See).await?;
    let here = seen.organization.members.keys().next().copied();
    let none = || Error::new(Kind::NotFound, "ORGANIZATION_NOT_FOUND", format!("there is no organization {id}"));
    Ok((Cx::system(app, here.ok_or_else(none)?), id))
}

/// What there is, and what the members are called.
struct Present {
    file: File,
    members: Accounts,
}

async fn present(tx: &mut Tx, cx: &Cx, id: OrganizationId) -> Result<Present> {
    let seen = standing::visible(tx, cx, id, OrganizationAct::See).await?;
    seen.stand.sees_all()?;
    let held = match seen.organization.policy.roles {
        true => store::organization::role::held(tx, id, cx.now).await?,
        false => Vec::new(),
    };
    let mut emails: BTreeMap<PersonId, String> = BTreeMap::new();
    for one in &held {
        if let Some(login) = store::person::read(tx, one.person).await? {
            emails.insert(one.person, login.person.email);
        }
    }
    let members = seen.accounts.into_iter().map(|(id, account)| (id, account.name)).collect();
    Ok(Present { file: File::of(&seen.organization, &held, &emails), members })
}

/// The accounts a file may name: the members, and those that whoever applies it could add.
async fn nameable(tx: &mut Tx, cx: &Cx, members: &Accounts) -> Result<Accounts> {
    let mut accounts = members.clone();
    match cx.person {
        Some(person) => {
            let hers = store::account::of_person(tx, person.id).await?;
            let hers = hers.into_iter().filter(|(_, user)| user.status == UserStatus::Active);
            accounts.extend(hers.map(|(account, _)| (account.id, account.name)));
        }
        None if is_system(cx) => {
            let mut after = AccountId(0);
            loop {
                let page = store::account::list(tx, after, ACCOUNTS_PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.id;
                accounts.extend(page.into_iter().map(|account| (account.id, account.name)));
            }
        }
        None => {}
    }
    Ok(accounts)
}

const ACCOUNTS_PAGE: usize = 1_000;

fn is_of(wanted: &File, is: &File) -> Result<()> {
    if wanted.id != is.id {
        let message = format!("the file is of organization {}, not of {}", wanted.id, is.id);
        return Err(Error::invalid("FILE_OF_ANOTHER", message));
    }
    if wanted.name != is.name {
        let message = format!("the organization is called \"{}\"; a file does not rename it to \"{}\"", is.name, wanted.name);
        return Err(Error::invalid("FILE_OF_ANOTHER", message));
    }
    Ok(())
}

/// Steps that are one act of a verb stand together: all rules, all new members, all connections.
fn groups(steps: &[(Step, String)]) -> Vec<Vec<(Step, String)>> {
    let kind = |step: &Step| match step {
        Step::SetRule { .. } => Some(0),
        Step::AddMember(_) => Some(1),
        // What closes does not wait for what opens to be approved.
        Step::Close(_) => Some(2),
        Step::Open(..) | Step::Amend(..) => Some(3),
        Step::EndRole(_) | Step::GiveRole { .. } | Step::RemoveMember(_) => None,
    };
    let mut groups: Vec<Vec<(Step, String)>> = Vec::new();
    for step in steps {
        match groups.last_mut() {
            Some(last) if kind(&step.0).is_some() && kind(&last[0].0) == kind(&step.0) => last.push(step.clone()),
            _ => groups.push(vec![step.clone()]),
        }
    }
    groups
}

/// Proofs for the acts of the steps, by act and subject: whoever proved that she applies the file proved them.
type Proofs = BTreeMap<(&'static str, String), String>;

async fn proofs(app: &App, tx: &mut WriteTx, cx: &Cx, id: OrganizationId, planned: &Planned) -> Result<Proofs> {
    let mut proofs = Proofs::new();
    let Some(person) = cx.person.map(|person| person.id) else { return Ok(proofs) };
    let expires_at = cx.now.saturating_add(SignedDuration::from_secs(APPLYING_SECONDS)).unwrap_or(cx.now);
    for (act, subject) in acts(tx, id, planned).await? {
        let text = secret::random(app);
        let proof = Proof { hash: secret::hash(&text), person, act: act.to_owned(), subject: subject.clone() };
        store::step_up::create(tx, &proof, expires_at).await?;
        proofs.insert((act, subject), text);
    }
    Ok(proofs)
}

async fn acts(tx: &mut Tx, id: OrganizationId, planned: &Planned) -> Result<Vec<(&'static str, String)>> {
    let mut acts = Vec::new();
    for group in groups(&planned.steps) {
        match &group[0].0 {
            Step::SetRule { .. } => acts.push((UPDATE_POLICY, id.to_string())),
            Step::AddMember(_) => acts.push((ADD_MEMBERS, accounts_subject(&added(&group)))),
            Step::RemoveMember(account) => acts.push((REMOVE_MEMBER, account.to_string())),
            Step::GiveRole { held, .. } => {
                if let Some(login) = store::person::by_email(tx, &held.email).await? {
                    acts.push((roles::GRANT, roles::subject(held.account, login.person.id, held.role)));
                }
            }
            Step::EndRole(_) | Step::Close(_) | Step::Open(..) | Step::Amend(..) => {}
        }
    }
    Ok(acts)
}

fn added(group: &[(Step, String)]) -> Vec<AccountId> {
    group.iter().filter_map(|(step, _)| if let Step::AddMember(account) = step { Some(*account) } else { None }).collect()
}

/// One act of a verb; the proposal it became, if it did.
async fn carry_out(app: &App, cx: &Cx, id: OrganizationId, group: &[(Step, String)], proofs: &Proofs) -> Result<Option<i64>> {
    let proof = |act: &'static str, subject: String| proofs.get(&(act, subject)).map(String::as_str);
    match &group[0].0 {
        Step::SetRule { .. } => {
            let rule = |(step, _): &(Step, String)| match step {
                Step::SetRule { name, after, .. } => Some((name.clone(), after.clone())),
                _ => None,
            };
            let rules = Rules { set: group.iter().filter_map(rule).collect(), ..Rules::default() };
            let seen = policy::update(app, cx, id, &rules, proof(UPDATE_POLICY, id.to_string())).await?;
            return Ok(seen.proposed.map(|proposal| proposal.id));
        }
        Step::AddMember(_) => {
            let accounts = added(group);
            // What was acknowledged was looked at before anything was done.
            let consent = Consent { text_version: IMPACT_TEXT_VERSION, proof: proof(ADD_MEMBERS, accounts_subject(&accounts)) };
            super::add_members(app, cx, id, &accounts, consent).await?;
        }
        Step::RemoveMember(account) => {
            super::remove_member(app, cx, id, *account, proof(REMOVE_MEMBER, account.to_string())).await?;
        }
        Step::GiveRole { held, until, .. } => {
            let person = person(app, &held.email).await?;
            let wanted = Wanted { account: held.account, email: held.email.clone(), role: held.role, until: *until };
            let subject = person.map(|person| roles::subject(held.account, person, held.role)).unwrap_or_default();
            roles::grant(app, cx, id, wanted, proof(roles::GRANT, subject)).await?;
        }
        Step::EndRole(held) => {
            if let Some(person) = person(app, &held.email).await? {
                roles::revoke(app, cx, id, held.account, person, held.role).await?;
            }
        }
        Step::Close(_) | Step::Open(..) | Step::Amend(..) => {
            let wish = |(step, _): &(Step, String)| match step {
                Step::Open(edge, terms) | Step::Amend(edge, terms) => Some(Wish::on_terms(*edge, terms.clone())),
                Step::Close(edge) => Some(Wish::off(*edge)),
                _ => None,
            };
            let view = connection::change(app, cx, group.iter().filter_map(wish).collect()).await?;
            return Ok(view.proposed.map(|proposal| proposal.id));
        }
    }
    Ok(None)
}

async fn person(app: &App, email: &str) -> Result<Option<PersonId>> {
    let login = store::person::by_email(&mut app.store.read_home().await?, email).await?;
    Ok(login.map(|login| login.person.id))
}
