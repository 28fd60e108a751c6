//! `consortio serve`: migrate, listen, say where and how to begin; end gracefully when told to.

use super::demo::SIGN_IN;
use crate::config::Config;
use crate::instance;
use crate::print::{Out, Outcome};
use crate::telemetry;
use anyhow::{Context, Result};
use api::{Api, Options};
use serde::Serialize;
use std::fs;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Serving {
    address: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    setup_url: Option<String>,
}

pub async fn run(config: &Config, out: Out) -> Result<Outcome> {
    let _lock = instance::lock(config)?;
    let metrics = telemetry::metrics()?;
    let listener = TcpListener::bind(config.listen).await.with_context(|| format!("listening on {}", config.listen))?;
    // Port 0 means any free one; links must carry the one it became.
    let config = &Config { listen: listener.local_addr()?, ..config.clone() };
    let app = instance::open(config).await?;
    instance::take_over(&app.store).await?;
    let setup_url = app::person::first_setup_link(&app).await?;
    let options = Options {
        public_url: config.public_url.clone(),
        metrics: Some(Arc::new(move || metrics.render())),
        seed: u64::from_le_bytes(app.outside.bytes()),
        files: Some(instance::files(config)),
    };
    let api = Api::new(app.clone(), options);
    let working = tokio::spawn(work::run(app, instance::files(config), api.stopping()));
    let serving = Serving { address: config.listen.to_string(), url: config.url(), setup_url };
    let sample = fs::read_to_string(config.data.join(SIGN_IN)).ok().filter(|_| config.demo_sign_in_allowed());
    out.result(&serving, || words(&serving, sample.as_deref()))?;
    tell(config, &serving);
    api::serve::serve(listener, api, api::serve::Limits::default(), told_to_stop()?).await;
    tracing::info!("stopping");
    working.await?;
    tracing::info!("stopped");
    Ok(Outcome::Done)
}

/// What an operator wants to know of a start from the log alone. Addresses of databases can hold passwords, so only their
/// engine is told.
fn tell(config: &Config, serving: &Serving) {
    let engine = |dsn: &String| if dsn.starts_with("postgres") { "postgresql" } else { "sqlite" };
    let databases = config.databases();
    let locations = databases.iter().map(|(name, dsn)| format!("{name}:{}", engine(dsn))).collect::<Vec<_>>().join(" ");
    let version = env!("CARGO_PKG_VERSION");
    let (address, url, data, level) = (&serving.address, &serving.url, config.data.display(), &config.log.level);
    let demo_sign_in = config.demo_sign_in_allowed();
    tracing::info!(version, %address, %url, %data, locations, log_level = level, demo_sign_in, "ready");
}

fn words(serving: &Serving, sample: Option<&str>) -> String {
    let mut words = format!("Consortio listens on {} and is reached at {}", serving.address, serving.url);
    if let Some(url) = &serving.setup_url {
        words += &format!("\nNobody can sign in yet. Open this link once to set up the first person:\n{url}");
    }
    if let Some(sample) = sample {
        words += &format!("\n\n{sample}");
    }
    words
}

/// Resolves when a terminal or a supervisor asks the process to end.
fn told_to_stop() -> Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
