//! What keeps the rooms apart. Each rule is a table row or a few lines; a problem names its file and line.

use std::fs;
use std::path::{Path, PathBuf};

/// Which of our crates a crate may use outside its tests. A room that is not here may use nothing of ours.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("model", &[]),
    ("outside", &[]),
    ("wire", &[]),
    ("store", &["model", "outside"]),
    ("app", &["model", "outside", "store"]),
    ("api", &["app", "model", "wire"]),
    ("work", &["app", "model"]),
    ("testkit", &["model", "outside", "store", "app"]),
    ("consortio", &["api", "app", "model", "outside", "store", "work", "wire"]),
    ("bench", &["model", "store"]),
    ("xtask", &[]),
];

/// Lines of a source file without its tests. Longer ones need a row in [`LONG_FILES`].
const FILE_LINES_MAX: usize = 600;
/// Files that may be longer, and why. The list only shrinks.
const LONG_FILES: [(&str, &str); 0] = [];

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every problem found.
pub fn check(root: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    for (room, allowed) in MAY_USE {
        let folder = if room == "xtask" { root.join("xtask") } else { root.join("crates").join(room) };
        imports(&folder, room, allowed, &mut problems);
        for file in sources(&folder.join("src")) {
            let text = fs::read_to_string(&file).unwrap_or_default();
            let name = file.strip_prefix(root).unwrap_or(&file).display().to_string();
            length(&name, &text, &mut problems);
            lines(room, &name, &text, &mut problems);
        }
    }
    problems
}

fn imports(folder: &Path, room: &str, allowed: &[&str], problems: &mut Vec<String>) {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let dependencies = dependencies.split("\n[").next().unwrap_or_default();
    for line in dependencies.lines() {
        let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
        let ours = MAY_USE.iter().any(|(r, _)| *r == name);
        if ours && !allowed.contains(&name) {
            problems.push(format!("{}: room \"{room}\" may not use \"{name}\"", folder.join("Cargo.toml").display()));
        }
    }
}

fn length(name: &str, text: &str, problems: &mut Vec<String>) {
    let n = code(text).lines().count();
    if n > FILE_LINES_MAX && !LONG_FILES.iter().any(|(file, _)| *file == name) {
        problems.push(format!("{name}: {n} lines without tests; at most {FILE_LINES_MAX}"));
    }
}

/// The text without its trailing test module.
fn code(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default()
}

fn lines(room: &str, name: &str, text: &str, problems: &mut Vec<String>) {
    for (number, line) in code(text).lines().enumerate() {
        let mut problem = |what: &str| problems.push(format!("{name}:{}: {what}", number + 1));
        let statement = ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM "].iter().any(|s| line.contains(s));
        if statement && !matches!(room, "store" | "testkit" | "xtask" | "bench") {
            problem("SQL belongs to the store");
        }
        let banned = [concat!("#[al", "low("), concat!("todo", "!("), concat!("#[ig", "nore")];
        if banned.iter().any(|b| line.contains(b)) {
            problem("use #[expect(.., reason = ..)]; finish what is unfinished");
        }
        if room == "model" && (line.contains("async fn") || line.contains("std::fs") || line.contains("std::net")) {
            problem("the model does no I/O");
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let found = check(&repository());
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn a_statement_outside_the_store_is_found() {
        let mut problems = Vec::new();
        lines("app", "a.rs", "let x = \"SELECT 1\";\n#[cfg(test)]\nmod tests { \"SELECT 2\" }", &mut problems);
        assert_eq!(problems, ["a.rs:1: SQL belongs to the store"]);
    }
}
