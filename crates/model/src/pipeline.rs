//! Pipelines: the stages a deal or a ticket moves through.

use crate::limits::{NAME_CHARS_MAX, STAGES_MAX};
use crate::object::{DEAL, ObjectType, TICKET};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The stages of one kind of deal or ticket, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pipeline {
    pub id: String,
    pub label: String,
    pub display_order: i64,
    pub archived: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub stages: Vec<Stage>,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    pub id: String,
    pub label: String,
    pub display_order: i64,
    /// Strings, as on the wire: `isClosed`, `probability` (deals), `ticketState` (tickets).
    pub metadata: BTreeMap<String, String>,
    pub archived: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Stage {
    /// Whether a record in this stage is finished.
    pub fn is_closed(&self) -> bool {
        self.metadata.get("isClosed").is_some_and(|v| v == "true")
            || self.metadata.get("ticketState").is_some_and(|v| v == "CLOSED")
    }

    /// The probability of winning, 0 to 1. Deals only.
    pub fn probability(&self) -> Option<Decimal> {
        self.metadata.get("probability").and_then(|p| p.parse().ok())
    }

    /// A closed stage with probability 1.
    pub fn is_won(&self) -> bool {
        self.is_closed() && self.probability() == Some(Decimal::ONE)
    }

    /// A closed stage with probability 0.
    pub fn is_lost(&self) -> bool {
        self.is_closed() && self.probability() == Some(Decimal::ZERO)
    }
}

/// What a person or a program says about a stage. Without an id the caller of [`plan`] gives the next free one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StageInput {
    pub id: Option<String>,
    pub label: String,
    pub display_order: i64,
    pub metadata: BTreeMap<String, String>,
}

/// Why a pipeline is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// This type of record moves through no pipeline.
    NoPipelines(ObjectType),
    Label(String),
    Id(String),
    NoStages,
    TooManyStages(usize),
    DuplicateStage(String),
    Probability {
        stage: String,
        value: String,
    },
    IsClosed {
        stage: String,
        value: String,
    },
    TicketState {
        stage: String,
        value: String,
    },
}

impl Refusal {
    /// The stable code of the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NoPipelines(_) => "PIPELINE_NOT_SUPPORTED",
            Refusal::Label(_) => "PIPELINE_LABEL_INVALID",
            Refusal::Id(_) => "PIPELINE_ID_INVALID",
            Refusal::NoStages => "PIPELINE_WITHOUT_STAGES",
            Refusal::TooManyStages(_) => "PIPELINE_STAGE_LIMIT",
            Refusal::DuplicateStage(_) => "PIPELINE_STAGE_DUPLICATE",
            Refusal::Probability { .. } => "PIPELINE_PROBABILITY_INVALID",
            Refusal::IsClosed { .. } => "PIPELINE_IS_CLOSED_INVALID",
            Refusal::TicketState { .. } => "PIPELINE_TICKET_STATE_INVALID",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NoPipelines(object) => write!(f, "{} have no pipelines", object.plural()),
            Refusal::Label(l) => write!(f, "\"{l}\" is not a label: expected 1 to {NAME_CHARS_MAX} characters"),
            Refusal::Id(id) => write!(f, "\"{id}\" is not an id: expected 1 to 100 of a-z, A-Z, 0-9, - and _"),
            Refusal::NoStages => write!(f, "a pipeline needs at least one stage"),
            Refusal::TooManyStages(n) => write!(f, "a pipeline can have {STAGES_MAX} stages, not {n}"),
            Refusal::DuplicateStage(s) => write!(f, "stage \"{s}\" appears twice"),
            Refusal::Probability { stage, value } => {
                write!(f, "probability \"{value}\" of stage \"{stage}\" is not a number from 0.0 to 1.0")
            }
            Refusal::IsClosed { stage, value } => {
                write!(f, "isClosed \"{value}\" of stage \"{stage}\" is neither true nor false")
            }
            Refusal::TicketState { stage, value } => {
                write!(f, "ticketState \"{value}\" of stage \"{stage}\" is neither OPEN nor CLOSED")
            }
        }
    }
}

/// The property names of pipeline and stage of a type, if its records move through pipelines.
pub fn properties(object: ObjectType) -> Option<(&'static str, &'static str)> {
    match object {
        DEAL => Some(("pipeline", "dealstage")),
        TICKET => Some(("hs_pipeline", "hs_pipeline_stage")),
        _ => None,
    }
}

/// The pipeline every account starts with. Source: wire spec 3.5.
pub fn defaults(object: ObjectType, at: Timestamp) -> Vec<Pipeline> {
    const DEAL_STAGES: [(&str, &str, &str, &str); 7] = [
        ("appointmentscheduled", "Appointment Scheduled", "false", "0.2"),
        ("qualifiedtobuy", "Qualified To Buy", "false", "0.4"),
        ("presentationscheduled", "Presentation Scheduled", "false", "0.6"),
        ("decisionmakerboughtin", "Decision Maker Bought-In", "false", "0.8"),
        ("contractsent", "Contract Sent", "false", "0.9"),
        ("closedwon", "Closed Won", "true", "1.0"),
        ("closedlost", "Closed Lost", "true", "0.0"),
    ];
    const TICKET_STAGES: [(&str, &str, &str, &str); 4] = [
        ("1", "New", "false", "OPEN"),
        ("2", "Waiting on contact", "false", "OPEN"),
        ("3", "Waiting on us", "false", "OPEN"),
        ("4", "Closed", "true", "CLOSED"),
    ];
    let (id, label, key, rows): (_, _, _, &[(&str, &str, &str, &str)]) = match object {
        DEAL => ("default", "Sales Pipeline", "probability", &DEAL_STAGES),
        TICKET => ("0", "Support Pipeline", "ticketState", &TICKET_STAGES),
        _ => return Vec::new(),
    };
    let stage = |(order, (id, label, closed, state)): (usize, &(&str, &str, &str, &str))| Stage {
        id: (*id).to_owned(),
        label: (*label).to_owned(),
        display_order: order as i64,
        metadata: [("isClosed", *closed), (key, *state)].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        archived: false,
        created_at: at,
        updated_at: at,
    };
    vec![Pipeline {
        id: id.to_owned(),
        label: label.to_owned(),
        display_order: 0,
        archived: false,
        created_at: at,
        updated_at: at,
        stages: rows.iter().enumerate().map(stage).collect(),
    }]
}

/// Checks and completes the stages of a pipeline; `id_first` numbers those that bring no id of their own.
pub fn plan(
    object: ObjectType,
    label: &str,
    stages: Vec<StageInput>,
    id_first: i64,
    now: Timestamp,
) -> Result<Vec<Stage>, Refusal> {
    properties(object).ok_or(Refusal::NoPipelines(object))?;
    check_label(label)?;
    match stages.len() {
        0 => return Err(Refusal::NoStages),
        n if n > STAGES_MAX => return Err(Refusal::TooManyStages(n)),
        _ => {}
    }
    let mut planned: Vec<Stage> = Vec::with_capacity(stages.len());
    for (id, input) in (id_first..).zip(stages) {
        let stage = plan_stage(object, input, id, now)?;
        if planned.iter().any(|s| s.id == stage.id || s.label == stage.label) {
            return Err(Refusal::DuplicateStage(stage.label));
        }
        planned.push(stage);
    }
    planned.sort_by_key(|s| s.display_order);
    Ok(planned)
}

/// Checks and completes one stage.
pub fn plan_stage(object: ObjectType, input: StageInput, id: i64, now: Timestamp) -> Result<Stage, Refusal> {
    check_label(&input.label)?;
    let id = input.id.unwrap_or_else(|| id.to_string());
    check_id(&id)?;
    let metadata = stage_metadata(object, &input.label, input.metadata)?;
    Ok(Stage {
        id,
        label: input.label,
        display_order: input.display_order,
        metadata,
        archived: false,
        created_at: now,
        updated_at: now,
    })
}

/// 1 to 255 characters.
pub fn check_label(label: &str) -> Result<(), Refusal> {
    let n = label.chars().count();
    if label.trim().is_empty() || n > NAME_CHARS_MAX { Err(Refusal::Label(label.chars().take(80).collect())) } else { Ok(()) }
}

/// Ids appear in property names, so they are short and plain.
pub fn check_id(id: &str) -> Result<(), Refusal> {
    let ok = (1..=100).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if ok { Ok(()) } else { Err(Refusal::Id(id.chars().take(80).collect())) }
}

/// Completes a stage's metadata: deals carry probability and isClosed (0 and 1 close), tickets ticketState and isClosed.
fn stage_metadata(
    object: ObjectType,
    stage: &str,
    mut given: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Refusal> {
    let stage = stage.to_owned();
    let closed = given.get("isClosed").map(|v| v.to_ascii_lowercase());
    if let Some(value) = closed.clone().filter(|v| v != "true" && v != "false") {
        return Err(Refusal::IsClosed { stage, value });
    }
    if object == TICKET {
        let state = given.get("ticketState").map(|v| v.to_ascii_uppercase());
        let state = state.unwrap_or_else(|| if closed.as_deref() == Some("true") { "CLOSED".into() } else { "OPEN".into() });
        if state != "OPEN" && state != "CLOSED" {
            return Err(Refusal::TicketState { stage, value: state });
        }
        given.insert("isClosed".into(), (state == "CLOSED").to_string());
        given.insert("ticketState".into(), state);
        return Ok(given);
    }
    let value = given.get("probability").cloned().unwrap_or_default();
    let probability = value.parse::<Decimal>().ok().filter(|p| (Decimal::ZERO..=Decimal::ONE).contains(p));
    let Some(probability) = probability else { return Err(Refusal::Probability { stage, value }) };
    let ends = probability == Decimal::ONE || probability == Decimal::ZERO;
    given.insert("isClosed".into(), closed.unwrap_or_else(|| ends.to_string()));
    let text = probability.normalize().to_string();
    given.insert("probability".into(), if text.contains('.') { text } else { format!("{text}.0") });
    Ok(given)
}

/// The pipeline and stage of an id pair.
pub fn find<'p>(pipelines: &'p [Pipeline], pipeline: &str, stage: &str) -> Option<(&'p Pipeline, &'p Stage)> {
    let pipeline = pipelines.iter().find(|p| p.id == pipeline && !p.archived)?;
    pipeline.stages.iter().find(|s| s.id == stage && !s.archived).map(|s| (pipeline, s))
}

/// The only pipeline that has the stage; `None` when none or several have.
pub fn owner_of<'p>(pipelines: &'p [Pipeline], stage: &str) -> Option<&'p Pipeline> {
    let mut having = pipelines.iter().filter(|p| !p.archived && p.stages.iter().any(|s| s.id == stage && !s.archived));
    having.next().filter(|_| having.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deal(label: &str, metadata: &[(&str, &str)]) -> StageInput {
        let metadata = metadata.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        StageInput { label: label.to_owned(), metadata, ..StageInput::default() }
    }

    #[test]
    fn stages_get_numbers_and_a_probability_of_zero_or_one_closes() {
        let stages = vec![deal("Prospecting", &[("probability", "0.10")]), deal("Won", &[("probability", "1")])];
        let planned = plan(DEAL, "Opportunities", stages, 41, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(planned.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["41", "42"]);
        assert_eq!(planned[0].metadata["probability"], "0.1");
        assert!(!planned[0].is_closed() && planned[1].is_won());
        assert_eq!(planned[1].metadata["probability"], "1.0");
    }

    #[test]
    fn a_pipeline_that_makes_no_sense_is_refused_with_its_reason() {
        let at = Timestamp::UNIX_EPOCH;
        let code = |object, label: &str, stages| plan(object, label, stages, 1, at).unwrap_err().code();
        assert_eq!(code(crate::object::CONTACT, "x", vec![]), "PIPELINE_NOT_SUPPORTED");
        assert_eq!(code(DEAL, " ", vec![]), "PIPELINE_LABEL_INVALID");
        assert_eq!(code(DEAL, "x", vec![]), "PIPELINE_WITHOUT_STAGES");
        assert_eq!(code(DEAL, "x", vec![deal("a", &[("probability", "1.1")])]), "PIPELINE_PROBABILITY_INVALID");
        assert_eq!(code(DEAL, "x", vec![deal("a", &[])]), "PIPELINE_PROBABILITY_INVALID");
        assert_eq!(
            code(DEAL, "x", vec![deal("a", &[("probability", "1")]), deal("a", &[("probability", "0")])]),
            "PIPELINE_STAGE_DUPLICATE"
        );
        assert_eq!(code(TICKET, "x", vec![deal("a", &[("ticketState", "MAYBE")])]), "PIPELINE_TICKET_STATE_INVALID");
    }

    #[test]
    fn the_default_pipelines_close_where_the_wire_spec_says() {
        let closed = |object| -> Vec<String> {
            defaults(object, Timestamp::UNIX_EPOCH)[0].stages.iter().filter(|s| s.is_closed()).map(|s| s.id.clone()).collect()
        };
        assert_eq!(closed(DEAL), ["closedwon", "closedlost"]);
        assert_eq!(closed(TICKET), ["4"]);
    }
}
