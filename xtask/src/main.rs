//! Checks of the repository's shape that a compiler does not make: `cargo xtask tidy`, and the same as a test.

mod tidy;

use std::process::ExitCode;

fn main() -> ExitCode {
    let command = std::env::args().nth(1);
    if command.as_deref() != Some("tidy") {
        eprintln!("usage: cargo xtask tidy");
        return ExitCode::from(2);
    }
    let found = tidy::check(&tidy::repository());
    for problem in &found {
        eprintln!("{problem}");
    }
    println!("{} problem(s)", found.len());
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
