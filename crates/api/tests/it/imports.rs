//! Imports over HTTP: a form with a file becomes records, bad rows come back as a file.

use crate::client::{Reply, ask, send};
use crate::world::{EAST, WEST, World, world};
use api::{Api, Options};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;

const BOUNDARY: &str = "x-boundary-x";
const FILE: &[u8] = b"E-mail;First name\nann@ex.example;Ann\nnobody;\"B; o\"\n";

struct Place {
    world: World,
    api: Api,
    token: String,
    folder: tempfile::TempDir,
}

async fn place() -> Place {
    let world = world().await;
    let folder = tempfile::tempdir().unwrap();
    let api = Api::new(world.app.clone(), Options { files: Some(folder.path().to_owned()), ..Options::default() });
    let token = world.token(EAST, &["*"]).await;
    Place { world, api, token, folder }
}

impl Place {
    async fn post(&self, path: &str, token: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Reply {
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            let file = file.map(|f| format!("; filename=\"{f}\"\r\nContent-Type: text/csv")).unwrap_or_default();
            body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        let request = Request::post(path)
            .header("host", "crm.example")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        send(&self.api, request.body(Body::from(body)).unwrap()).await
    }

    async fn get(&self, path: &str, token: &str) -> Reply {
        let request = Request::get(path).header("host", "crm.example").header("authorization", format!("Bearer {token}"));
        send(&self.api, request.body(Body::empty()).unwrap()).await
    }

    fn n_files(&self) -> usize {
        std::fs::read_dir(self.folder.path()).unwrap().count()
    }
}

fn mapping() -> Vec<u8> {
    let columns = json!([{"column": "E-mail", "property": "email"}, {"column": "First name", "property": "firstname"}]);
    json!({"objectType": "contacts", "fileName": "people.csv", "columns": columns, "delimiter": ";", "encoding": "utf-8"})
        .to_string()
        .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_the_columns_probably_mean_and_keeps_nothing() {
    let place = place().await;
    let parts = [("objectType", None, &b"contacts"[..]), ("file", Some("people.csv"), FILE)];
    let reply = place.post("/accounts/v1/imports/preview", &place.token, &parts).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    let preview = reply.json();
    assert_eq!(preview["columns"], json!(["E-mail", "First name"]));
    assert_eq!(preview["rows"], json!([["ann@ex.example", "Ann"], ["nobody", "B; o"]]));
    assert_eq!(preview["guess"][1], json!({"column": "First name", "property": "firstname"}));
    assert_eq!((&preview["delimiter"], &preview["encoding"], &preview["nRows"]), (&json!(";"), &json!("utf-8"), &json!(2)));
    assert_eq!(place.n_files(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_file_is_imported_later_and_bad_rows_come_back() {
    let place = place().await;
    let parts = [("mapping", None, &mapping()[..]), ("file", Some("x.csv"), FILE)];
    let reply = place.post("/accounts/v1/imports", &place.token, &parts).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
    let job = reply.json();
    assert_eq!((&job["state"], &job["fileName"], &job["total"]), (&json!("waiting"), &json!("people.csv"), &json!(2)));
    let id = job["id"].as_str().unwrap();
    let run = app::import::run(&place.world.app, EAST, id.parse().unwrap(), place.folder.path(), |_| {});
    run.await.unwrap();
    let done = place.get(&format!("/accounts/v1/imports/{id}"), &place.token).await.json();
    let counts = ["processed", "created", "updated", "failed"].map(|name| done[name].as_u64().unwrap());
    assert_eq!((&done["state"], counts), (&json!("done"), [2, 1, 0, 1]));
    let errors = place.get(&format!("/accounts/v1/imports/{id}/errors.csv"), &place.token).await;
    assert_eq!(errors.text, "row,reason,E-mail,First name\r\n3,Email address nobody is invalid,nobody,B; o\r\n");
    let list = place.get("/accounts/v1/imports", &place.token).await.json();
    assert_eq!(list["results"][0]["id"], json!(id));
    let west = place.world.token(WEST, &["*"]).await;
    for path in [format!("/accounts/v1/imports/{id}"), format!("/accounts/v1/imports/{id}/errors.csv")] {
        assert_eq!(place.get(&path, &west).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(place.get("/accounts/v1/imports", &west).await.json(), json!({"results": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_upload_leaves_no_file_behind() {
    let place = place().await;
    let path = "/accounts/v1/imports";
    let no_file = place.post(path, &place.token, &[("mapping", None, &mapping()[..])]).await;
    assert_eq!(no_file.message(), "The form has no field \"file\"");
    let no_mapping = place.post(path, &place.token, &[("file", Some("x.csv"), FILE)]).await;
    assert_eq!(no_mapping.message(), "The form has no field \"mapping\"");
    let other = [("mapping", None, &mapping()[..]), ("file", Some("x.csv"), &b"a;b\n1;2\n"[..])];
    let other = place.post(path, &place.token, &other).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
    assert_eq!(other.json()["subCategory"], "IMPORT_COLUMNS_DIFFER");
    let token = place.world.token(EAST, &["crm.objects.contacts.write"]).await;
    let forbidden = place.post(path, &token, &[("mapping", None, &mapping()[..]), ("file", Some("x.csv"), FILE)]).await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
    assert_eq!(place.n_files(), 0);
    assert_eq!(ask(&place.api, "POST /accounts/v1/imports", "").await.status, StatusCode::UNAUTHORIZED);
}
