//! Nothing of the store is promised by no test: each of its functions is named by a test of the contract.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules of which functions are still without a test here. The list only shrinks.
const OPEN: [&str; 9] =
    ["account", "association", "backup", "feed", "matching", "mirror", "organization", "pipeline", "property"];

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    // What an engine promises is tested by everything that runs on it.
    let folders = folders.iter().filter(|folder| !folder.ends_with("engine"));
    files.into_iter().chain(folders.flat_map(|folder| self::files(folder))).collect()
}

/// The public functions of a module that talk to a database.
fn functions(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split(['(', '<']).next()).collect()
}

#[test]
fn every_function_of_the_store_is_named_by_a_test_of_its_contract() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests: Vec<String> = files(&here.join("tests")).iter().map(|path| fs::read_to_string(path).expect("a test")).collect();
    let (mut missing, mut open) = (Vec::new(), Vec::new());
    for path in files(&here.join("src")) {
        let text = fs::read_to_string(&path).expect("a module");
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        let module = if stem == "mod" { path.parent().and_then(|p| p.file_name()?.to_str()).expect("a name") } else { stem };
        // A test that uses the module by its name and calls a function of that name.
        let uses = [format!("{module}::"), format!("{module},"), format!("{module}}}")];
        let using = |test: &&String| uses.iter().any(|name| test.contains(name));
        let named = |function: &str| tests.iter().filter(using).any(|test| test.contains(&format!("{function}(")));
        let unnamed: Vec<&str> = functions(&text).into_iter().filter(|function| !named(function)).collect();
        if OPEN.contains(&module) {
            open.push(module.to_owned());
            assert!(!unnamed.is_empty(), "{module} is complete: take it out of the list");
        } else {
            missing.extend(unnamed.into_iter().map(|function| format!("{module}::{function}")));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert_eq!(open.len(), OPEN.len(), "a module of the list is gone");
}
