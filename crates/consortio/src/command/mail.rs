//! `consortio mail`

use super::{find_account, word};
use crate::cli;
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome, Usage};
use anyhow::Result;
use app::cx::{App, Cx};
use app::outbox::{self, Preview};
use model::identity::person::LOCALES;
use model::limits::OUTBOX_PAGE_MAX;
use model::outbox::State;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: i64,
    state: &'static str,
    to: String,
    template: &'static str,
    subject: String,
    queued_at: String,
    ended_at: Option<String>,
    attempts: i64,
    reason: Option<String>,
}

impl Shown {
    fn of(preview: &Preview) -> Shown {
        let mail = &preview.mail;
        Shown {
            id: mail.id,
            state: mail.delivery.state.name(),
            to: mail.recipient.address.clone(),
            template: mail.letter.template(),
            subject: preview.subject.clone(),
            queued_at: mail.queued_at.to_string(),
            ended_at: mail.delivery.ended_at.map(|at| at.to_string()),
            attempts: mail.delivery.n_attempts,
            reason: mail.reason.clone(),
        }
    }

    fn words(&self) -> String {
        let reason = self.reason.as_ref().map_or_else(String::new, |reason| format!("  ({reason})"));
        format!("{:<8} {:<7} {:<28} {}{reason}", self.id, self.state, self.to, self.subject)
    }
}

pub async fn run(config: &Config, out: Out, command: cli::Mail) -> Result<Outcome> {
    let app = instance::open(config).await?;
    match command {
        cli::Mail::List { account, state, before } => {
            let state: Option<State> = state.map(|state| word("--state", &state)).transpose()?;
            let cx = about(&app, account.as_deref()).await?;
            let letters = outbox::list(&app, &cx, state, before, OUTBOX_PAGE_MAX).await?;
            let shown: Vec<Shown> = letters.iter().map(Shown::of).collect();
            out.result(&shown, || shown.iter().map(Shown::words).collect::<Vec<_>>().join("\n"))?;
        }
        cli::Mail::Show { account, letter, html } => {
            let letter = outbox::read(&app, &about(&app, account.as_deref()).await?, letter).await?;
            let mut document = serde_json::to_value(Shown::of(&letter))?;
            (document["text"], document["html"]) = (letter.text.as_str().into(), letter.html.as_str().into());
            out.result(&document, || if html { letter.html.clone() } else { letter.text.clone() })?;
        }
        cli::Mail::Retry { account, letter } => {
            let cx = about(&app, account.as_deref()).await?;
            let n = match letter {
                Some(id) => outbox::retry(&app, &cx, id).await.map(|_| 1)?,
                None => retry_all(&app, &cx).await?,
            };
            out.result(&serde_json::json!({"queued": n}), || format!("{n} queued"))?;
        }
        cli::Mail::Test { address, language } => {
            if !LOCALES.contains(&language.as_str()) {
                let message = format!("--language \"{language}\" is none of {}", LOCALES.join(", "));
                return Err(Usage(message).into());
            }
            outbox::test(&app, &Cx::system(&app, store::INSTANCE), &address, &language).await?;
            out.result(&serde_json::json!({"accepted": address}), || format!("the mail server took a letter to {address}"))?;
        }
    }
    Ok(Outcome::Done)
}

async fn about(app: &App, account: Option<&str>) -> Result<Cx> {
    match account {
        Some(name) => find_account(app, name).await,
        None => Ok(Cx::system(app, store::INSTANCE)),
    }
}

async fn retry_all(app: &App, cx: &Cx) -> Result<usize> {
    let mut n = 0;
    for state in [State::Failed, State::Kept] {
        loop {
            // What was queued is no longer in the state, so the next page is the first again.
            let page = outbox::list(app, cx, Some(state), i64::MAX, OUTBOX_PAGE_MAX).await?;
            for letter in &page {
                outbox::retry(app, cx, letter.mail.id).await?;
                n += 1;
            }
            if page.len() < OUTBOX_PAGE_MAX {
                break;
            }
        }
    }
    Ok(n)
}
