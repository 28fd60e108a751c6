//! Logs to standard error and metrics for Prometheus.

use crate::config::{Log, LogFormat};
use anyhow::{Context, Result};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::ffi::OsStr;
use std::io::IsTerminal;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// Bounds of request times in seconds: the targets are 5 and 10 ms.
const SECONDS: [f64; 11] = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0];
/// Bounds of commit group sizes.
const TRANSACTIONS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];
/// How often collected samples are folded, so that they do not pile up when nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts writing the log.
pub fn log(log: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(&log.level)
        .with_context(|| format!("configuration: \"log.level\" is \"{}\", which is no level or list of directives", log.level))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(true);
    let builder = builder.with_ansi(coloured(std::io::stderr().is_terminal(), std::env::var_os("NO_COLOR").as_deref()));
    match log.format {
        LogFormat::Text => builder.compact().init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Colours are for people at a terminal who did not say otherwise. Source: https://no-color.org.
fn coloured(is_terminal: bool, no_color: Option<&OsStr>) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty)
}

/// Starts collecting metrics; what `/metrics` shows.
pub fn metrics() -> Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_transactions".to_owned()), &TRANSACTIONS)?
        .install_recorder()?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_that_were_not_told_otherwise() {
        let (no, empty) = (Some(OsStr::new("1")), Some(OsStr::new("")));
        let found = [(true, None), (true, empty), (true, no), (false, None)].map(|(terminal, no)| coloured(terminal, no));
        assert_eq!(found, [true, true, false, false]);
    }
}
