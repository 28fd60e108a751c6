//! The UI is embedded from `ui/dist`; in a tree where it was not built yet, a page that says so takes its place.

use std::path::Path;

const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Consortio</title></head>\
<body><h1>Consortio</h1><p>The web interface was not built into this server. Run <code>make build</code>.</p></body></html>\n";

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist");
    let index = dist.join("index.html");
    if !index.exists() {
        std::fs::create_dir_all(&dist).unwrap_or_else(|e| panic!("{}: {e}", dist.display()));
        std::fs::write(&index, PLACEHOLDER).unwrap_or_else(|e| panic!("{}: {e}", index.display()));
    }
    println!("cargo:rerun-if-changed={}", dist.display());
}
