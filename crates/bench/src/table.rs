//! The table that is printed and written.

use crate::load::Measured;
use anyhow::Result;
use serde_json::{Value, json};
use std::path::Path;

/// Rows so far.
pub struct Table {
    engine: String,
    rows: Vec<Row>,
}

struct Row {
    what: String,
    unit: &'static str,
    target: String,
    figure: f64,
    p50: Option<f64>,
    p99: Option<f64>,
    reached: bool,
}

impl Table {
    pub fn new(engine: &str) -> Table {
        Table { engine: engine.to_owned(), rows: Vec::new() }
    }

    /// A rate, with the latencies behind it in milliseconds.
    pub fn row(&mut self, what: &str, unit: &'static str, target: f64, figure: f64, measured: &Measured) {
        let milliseconds = |p| (!measured.latencies.is_empty()).then(|| measured.percentile(p).as_secs_f64() * 1_000.0);
        let (p50, p99) = (milliseconds(50), milliseconds(99));
        let row =
            Row { what: what.to_owned(), unit, target: format!(">= {target}"), figure, p50, p99, reached: figure >= target };
        eprintln!("{what}: {figure:.0} {unit}");
        self.rows.push(row);
    }

    /// A figure that should be small.
    pub fn at_most(&mut self, what: &str, unit: &'static str, target: f64, figure: f64) {
        eprintln!("{what}: {figure:.2} {unit}");
        let (what, target_text) = (what.to_owned(), format!("< {target}"));
        self.rows.push(Row { what, unit, target: target_text, figure, p50: None, p99: None, reached: figure < target });
    }

    /// A 99th percentile that should be small, in milliseconds.
    pub fn p99_at_most(&mut self, what: &str, target: f64, measured: &Measured) {
        let milliseconds = |p| measured.percentile(p).as_secs_f64() * 1_000.0;
        self.at_most(what, "ms", target, milliseconds(99));
        if let Some(row) = self.rows.last_mut() {
            (row.p50, row.p99) = (Some(milliseconds(50)), Some(milliseconds(99)));
        }
    }

    pub fn print(&self) {
        println!("\n{}\n", self.engine);
        println!("| what | target | measured | p50 ms | p99 ms | |\n|---|---|---|---|---|---|");
        for row in &self.rows {
            let ms = |n: Option<f64>| n.map_or_else(String::new, |n| format!("{n:.2}"));
            let mark = if row.reached { "reached" } else { "below" };
            let figure = if row.figure < 100.0 { format!("{:.2}", row.figure) } else { format!("{:.0}", row.figure) };
            println!("| {} | {} {} | {figure} | {} | {} | {mark} |", row.what, row.target, row.unit, ms(row.p50), ms(row.p99));
        }
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|r| json!({"what": r.what, "unit": r.unit, "target": r.target, "figure": r.figure, "p50_ms": r.p50, "p99_ms": r.p99}))
            .collect();
        Ok(std::fs::write(path, serde_json::to_string_pretty(&json!({"engine": self.engine, "rows": rows}))?)?)
    }
}
