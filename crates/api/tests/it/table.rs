//! What holds for the route table as a whole.

use crate::client::ask;
use crate::world::world;
use api::openapi::parameter_names;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_row_is_documented_and_named_once() {
    let mut ids = BTreeSet::new();
    for route in api::routes() {
        assert!(ids.insert(route.id), "two rows are called {}", route.id);
        assert!(!route.tag.is_empty() && route.summary.ends_with('.'), "{} needs .about(tag, sentence)", route.id);
        assert!(!route.replies.is_empty(), "{} says nothing about its answers", route.id);
        assert_eq!(route.path.trim_end_matches('/'), route.path, "{}: the trailing slash is added for you", route.id);
        assert_eq!(
            parameter_names(route.path).count(),
            parameter_names(route.path).collect::<BTreeSet<_>>().len(),
            "{}",
            route.id
        );
    }
}

/// Run with `UPDATE_GOLDEN=1` after changing routes or shapes, and look at the difference.
#[tokio::test]
async fn the_openapi_document_is_the_golden_one() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let world = world().await;
    let api = &world.api;
    let document: serde_json::Value = serde_json::from_slice(&api.openapi()).unwrap();
    let now = serde_json::to_string_pretty(&document).unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(golden == now, "docs/openapi.json is not what the route table says: UPDATE_GOLDEN=1 cargo nextest run -p api golden");
}

#[tokio::test]
async fn the_description_is_served_with_its_page() {
    let world = world().await;
    let api = &world.api;
    assert_eq!(ask(api, "GET /openapi.json", "").await.json()["openapi"], "3.1.0");
    let page = ask(api, "GET /docs", "").await;
    assert!(page.header("content-security-policy").contains("script-src 'self';"));
    assert!(!page.text.contains("<script>") && !page.text.contains("onclick"), "the page must not need inline scripts");
    assert_eq!(ask(api, "GET /docs/docs.js", "").await.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(ask(api, "GET /healthz", "").await.json()["status"], "ok");
}

/// A quirk that no test pins is a rumour.
#[test]
fn every_quirk_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut sources = std::fs::read_to_string(root.join("tests/clients/scenarios.py")).unwrap();
    for folder in ["crates/api/tests/it", "crates/api/src", "crates/wire/src"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                sources += &std::fs::read_to_string(path).unwrap();
            }
        }
    }
    let quirks = std::fs::read_to_string(root.join("docs/QUIRKS.md")).unwrap();
    let rows: Vec<&str> = quirks.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    assert!(rows.len() > 20, "the table of docs/QUIRKS.md is not where it was");
    for row in rows {
        let pinned = row.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap();
        let names: Vec<&str> = pinned.split('`').skip(1).step_by(2).map(|name| name.rsplit("::").next().unwrap()).collect();
        assert!(!names.is_empty(), "no test pins {row}");
        for name in names {
            assert!(
                sources.contains(&format!("fn {name}(")) || sources.contains(&format!("def {name}(")),
                "{name} is no test: {row}"
            );
        }
    }
}
