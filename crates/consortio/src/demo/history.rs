//! What was done about each opportunity: notes, calls, meetings, e-mails and tasks, told from its product, stage and dates.

use super::people::{dice, roll};
use super::sample::{LAST_DAY, Opportunity, Product};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use model::object::{CALL, EMAIL, MEETING, NOTE, ObjectType, TASK};
use model::record::Properties;
use rand_chacha::ChaCha8Rng;

/// One activity, not yet anybody's.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    pub object: ObjectType,
    pub properties: Properties,
}

/// What the texts speak of.
struct Story<'s> {
    product: &'s str,
    price: u32,
    company: &'s str,
    contact: &'s str,
    agent: &'s str,
}

/// The history of an opportunity. `contact` is the name of the person it is about, empty when nobody is known.
pub fn of(seed: u64, at: usize, opportunity: &Opportunity, product: &Product, contact: &str) -> Vec<Activity> {
    let rng = dice(seed, "history", at);
    let company = if opportunity.company.is_empty() { "the prospect" } else { &opportunity.company };
    let contact = if contact.is_empty() { "our contact" } else { contact };
    let story = Story { product: &opportunity.product, price: product.price, company, contact, agent: &opportunity.agent };
    let began = opportunity.engaged_on().unwrap_or(LAST_DAY);
    let ended = opportunity.closed_on().unwrap_or(LAST_DAY).max(began);
    let mut tell = Telling { rng, began, ended, story, told: Vec::new() };
    match opportunity.stage.as_str() {
        "Won" => tell.won(),
        "Lost" => tell.lost(),
        "Engaging" => tell.engaging(),
        _ => tell.prospecting(),
    }
    tell.told
}

struct Telling<'s> {
    rng: ChaCha8Rng,
    began: Date,
    ended: Date,
    story: Story<'s>,
    told: Vec<Activity>,
}

impl Telling<'_> {
    fn won(&mut self) {
        match roll(&mut self.rng, 3) {
            0 => self.call(10, "First call", "asked for a quotation and wants it soon"),
            1 => self.email(10, "quotation"),
            _ => self.meeting(40, "Demonstration"),
        }
        if roll(&mut self.rng, 100) < 45 {
            self.meeting(70, "Negotiation");
        }
        if roll(&mut self.rng, 100) < 60 {
            let text = format!(
                "{} signed for {}. Delivery is agreed, the invoice goes to procurement.",
                self.story.company, self.story.product
            );
            self.note(100, &text);
        }
    }

    fn lost(&mut self) {
        if roll(&mut self.rng, 2) == 0 {
            self.call(15, "First call", "compares us with two other suppliers");
        } else {
            self.email(15, "offer");
        }
        let reasons = ["the price", "the delivery time", "a budget that was frozen", "a competitor they know already"];
        let reason = reasons[roll(&mut self.rng, 4) as usize];
        let text =
            format!("Lost over {reason}. {} said we may call again next year about {}.", self.story.contact, self.story.product);
        if roll(&mut self.rng, 100) < 70 {
            self.note(100, &text);
        }
    }

    fn engaging(&mut self) {
        if roll(&mut self.rng, 2) == 0 {
            self.email(20, "information");
        } else {
            self.call(20, "Discovery call", "sees a use in two of their sites");
        }
        self.task("Send the revised offer", "MEDIUM");
    }

    fn prospecting(&mut self) {
        self.task("Find out who decides", "LOW");
    }

    /// A working hour at a share (in percent) of the time between beginning and end.
    fn at(&mut self, percent: i64) -> Timestamp {
        let days = i64::from((self.ended - self.began).get_days());
        let day = self.began.saturating_add((days * percent / 100).days());
        let minutes = 9 * 60 + i64::from(roll(&mut self.rng, 8 * 12)) * 5;
        let midnight = Timestamp::from_second(i64::from((day - Date::constant(1970, 1, 1)).get_days()) * 86_400);
        midnight.unwrap_or(Timestamp::UNIX_EPOCH) + SignedDuration::from_mins(minutes)
    }

    fn add(&mut self, object: ObjectType, at: Timestamp, values: &[(&str, String)]) {
        let mut properties: Properties = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        properties.insert("hs_timestamp".to_owned(), model::property::value::timestamp_text(at));
        self.told.push(Activity { object, properties });
    }

    fn note(&mut self, percent: i64, text: &str) {
        let at = self.at(percent);
        self.add(NOTE, at, &[("hs_note_body", text.to_owned())]);
    }

    fn call(&mut self, percent: i64, title: &str, outcome: &str) {
        let at = self.at(percent);
        let body = format!("Spoke with {} about {}: {outcome}.", self.story.contact, self.story.product);
        let minutes = 3 + roll(&mut self.rng, 40);
        self.add(
            CALL,
            at,
            &[
                ("hs_call_title", format!("{title}: {}", self.story.product)),
                ("hs_call_body", body),
                ("hs_call_direction", if roll(&mut self.rng.clone(), 3) == 0 { "INBOUND" } else { "OUTBOUND" }.to_owned()),
                ("hs_call_duration", (minutes * 60_000).to_string()),
                ("hs_call_status", "COMPLETED".to_owned()),
            ],
        );
    }

    fn email(&mut self, percent: i64, what: &str) {
        let at = self.at(percent);
        let (s, subject) = (&self.story, format!("{}: {what} for {}", self.story.product, self.story.company));
        let body = format!(
            "Dear {},\n\nthank you for your interest in {}. Please find our {what} attached; the list price is USD {} a piece, \
             and we are glad to talk about quantities.\n\nKind regards\n{}",
            s.contact, s.product, s.price, s.agent
        );
        self.add(
            EMAIL,
            at,
            &[
                ("hs_email_subject", subject),
                ("hs_email_text", body),
                ("hs_email_direction", "EMAIL".to_owned()),
                ("hs_email_status", "SENT".to_owned()),
            ],
        );
    }

    fn meeting(&mut self, percent: i64, title: &str) {
        let at = self.at(percent);
        let end = at + SignedDuration::from_mins(30 + 15 * i64::from(roll(&mut self.rng, 5)));
        let time = model::property::value::timestamp_text;
        self.add(
            MEETING,
            at,
            &[
                ("hs_meeting_title", format!("{title} of {} at {}", self.story.product, self.story.company)),
                ("hs_meeting_body", format!("With {}. Open questions: quantities, delivery, service.", self.story.contact)),
                ("hs_meeting_start_time", time(at)),
                ("hs_meeting_end_time", time(end)),
                ("hs_meeting_outcome", "COMPLETED".to_owned()),
            ],
        );
    }

    fn task(&mut self, subject: &str, priority: &str) {
        let at = self.at(100) + SignedDuration::from_hours(24 * (1 + i64::from(roll(&mut self.rng, 21))));
        self.add(
            TASK,
            at,
            &[
                ("hs_task_subject", format!("{subject}: {} for {}", self.story.product, self.story.company)),
                ("hs_task_status", "NOT_STARTED".to_owned()),
                ("hs_task_priority", priority.to_owned()),
                ("hs_task_type", "TODO".to_owned()),
            ],
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;
    use model::change::{Actor, By, Source};
    use model::id::RecordId;
    use model::property::Schema;

    #[test]
    fn every_activity_is_one_that_the_product_takes_and_lies_in_the_life_of_its_opportunity() {
        let sample = Sample::read().unwrap();
        let by = By { actor: Actor::System, source: Source::Import, cause: None };
        let mut n = 0;
        for (i, opportunity) in sample.opportunities.iter().enumerate() {
            let product = sample.products.iter().find(|p| p.name == opportunity.product).unwrap();
            let told = of(7, i, opportunity, product, "Ann Bo");
            assert_eq!(told, of(7, i, opportunity, product, "Ann Bo"));
            for activity in &told {
                let schema = Schema::default_of(activity.object);
                let made = model::record::create(&schema, RecordId(1), &activity.properties, Timestamp::UNIX_EPOCH, &by);
                assert!(made.is_ok(), "{:?}: {made:?}", activity.properties);
                let at: Timestamp = activity.properties["hs_timestamp"].parse().unwrap();
                assert!(at.to_string().as_str() > "2016-10" && at.to_string().as_str() < "2018-02", "{at}");
            }
            n += told.len();
        }
        assert!((10_000..30_000).contains(&n), "{n} activities");
    }
}
