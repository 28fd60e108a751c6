//! Imports: a file comes in as a form, is kept on disk, and becomes records in the background.

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::route::{Access, Answer, Parameter, Route};
use app::error::Error;
use app::import::{self, NewImport, Upload};
use axum::body::Body;
use axum::extract::Multipart;
use axum::extract::multipart::Field;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::stream;
use model::id::ImportId;
use model::import::{Column, DateOrder, Encoding, Job, Mapping, Mode, NumberFormat, State};
use model::limits::{BODY_BYTES_MAX, IMPORT_COLUMNS_MAX, IMPORT_FILE_BYTES_MAX, NAME_CHARS_MAX};
use model::object::ObjectType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const TAG: &str = "Accounts";
/// Refused rows sent at once.
const REFUSED_PAGE: usize = 500;
/// The scope a token needs.
const SCOPE: &str = "crm.import";

/// The rows of the route table.
pub fn routes() -> Vec<Route> {
    let object = Parameter { name: "objectType", kind: "string", about: "The type the rows are of; `contacts` when left out." };
    vec![
        Route::post("/accounts/v1/imports/preview", "imports.preview", Access::Account(SCOPE), preview)
            .about(TAG, "What a file looks like: columns, first rows, and which property each column probably means.")
            .query(&[object])
            .form::<PreviewForm>()
            .reply::<PreviewReply>(200),
        Route::post("/accounts/v1/imports", "imports.create", Access::Account(SCOPE), create)
            .about(TAG, "Accepts a file and what its columns mean. It is imported in the background.")
            .form::<ImportForm>()
            .reply::<ImportReply>(201),
        Route::get("/accounts/v1/imports", "imports.list", Access::Account(SCOPE), list)
            .about(TAG, "The latest imports, newest first.")
            .reply::<ImportsReply>(200),
        Route::get("/accounts/v1/imports/{importId}", "imports.read", Access::Account(SCOPE), read)
            .about(TAG, "How far an import is.")
            .reply::<ImportReply>(200),
        Route::post("/accounts/v1/imports/{importId}/cancel", "imports.cancel", Access::Account(SCOPE), cancel)
            .about(TAG, "Stops an import; what is in stays in.")
            .reply::<ImportReply>(200),
        Route::get("/accounts/v1/imports/{importId}/errors.csv", "imports.errors", Access::Account(SCOPE), errors)
            .about(TAG, "The rows that were refused, each with its reason.")
            .reply_of(200, "text/csv"),
    ]
}

/// A file to look at.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema matters: a form is read as it arrives")]
struct PreviewForm {
    /// The CSV: UTF-8, UTF-16 or Windows-1252; its first row names the columns. A part with a file name.
    #[schemars(extend("contentMediaType" = "text/csv", "maxLength" = IMPORT_FILE_BYTES_MAX))]
    file: String,
    /// The type the rows are of; `contacts` when left out. Stronger than the query parameter.
    object_type: Option<String>,
}

/// A file to import.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema matters: a form is read as it arrives")]
struct ImportForm {
    /// The CSV: UTF-8, UTF-16 or Windows-1252; its first row names the columns. A part with a file name.
    #[schemars(extend("contentMediaType" = "text/csv", "maxLength" = IMPORT_FILE_BYTES_MAX))]
    file: String,
    /// What the columns mean, as JSON text.
    mapping: MappingBody,
}

/// What a file looks like.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PreviewReply {
    /// The titles of the first row.
    columns: Vec<String>,
    /// The first rows after it.
    rows: Vec<Vec<String>>,
    delimiter: char,
    encoding: Encoding,
    /// The property of each column, as far as its title tells.
    guess: Vec<Column>,
    /// How dates such as 3/4/2017 are read, as far as the values prove it.
    date_order: Option<DateOrder>,
    /// How numbers such as 1.234 are read, as far as the values prove it.
    number_format: Option<NumberFormat>,
    /// Rows without the header.
    n_rows: u64,
    /// The import that took this very file as the same type before.
    repeats: Option<Repeated>,
}

/// An import of the same file.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Repeated {
    id: String,
    created_at: String,
}

/// What a person decided about a file.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MappingBody {
    /// The type the rows are of, in any of its spellings.
    object_type: String,
    /// `upsert` when left out.
    #[serde(default)]
    mode: Mode,
    /// The property by which rows find existing records; the usual one of the type when left out.
    id_property: Option<String>,
    /// One per column of the file, in order, as the preview's `guess` has them.
    #[schemars(length(max = IMPORT_COLUMNS_MAX))]
    columns: Vec<Column>,
    /// How dates such as 3/4/2017 are read. When left out the values of the file tell; what they leave open is refused by row.
    date_order: Option<DateOrder>,
    /// The same for numbers such as 1.234.
    number_format: Option<NumberFormat>,
    /// Takes a file that was taken before once more, though nothing tells its rows from new records.
    #[serde(default)]
    allow_repeat: bool,
    /// With `encoding`, when the file's beginning does not tell.
    delimiter: Option<char>,
    encoding: Option<Encoding>,
    /// What the file is called, when the form's own file name is not it.
    file_name: Option<String>,
}

/// How far an import is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ImportReply {
    id: String,
    state: State,
    file_name: String,
    object_type: &'static str,
    mode: Mode,
    /// Rows of the file.
    total: u64,
    processed: u64,
    created: u64,
    updated: u64,
    failed: u64,
    created_at: String,
    started_at: Option<String>,
    finished_at: Option<String>,
    /// Why it stopped before the end of the file.
    failure: Option<String>,
}

/// Imports.
#[derive(Serialize, JsonSchema)]
struct ImportsReply {
    results: Vec<ImportReply>,
}

fn shown(id: ImportId, job: Job) -> ImportReply {
    ImportReply {
        id: id.to_string(),
        state: job.state,
        file_name: job.file_name,
        object_type: job.mapping.object.plural(),
        mode: job.mapping.mode,
        total: job.n_total,
        processed: job.counts.n_processed,
        created: job.counts.n_created,
        updated: job.counts.n_updated,
        failed: job.counts.n_failed,
        created_at: job.created_at.to_string(),
        started_at: job.started_at.map(|at| at.to_string()),
        finished_at: job.finished_at.map(|at| at.to_string()),
        failure: job.failure,
    }
}

async fn preview(mut call: Call) -> Answer {
    import::authorize(call.cx())?;
    let query = call.query().one("objectType").map(str::to_owned);
    if let Some(text) = &query {
        object_type(text).map_err(|refusal| refusal.naming("query", "objectType", text))?;
    }
    let folder = folder(&call)?;
    let mut form = Form::read(&mut call, &folder).await?;
    let object = form.texts.remove("objectType").or(query);
    let object = object_type(object.as_deref().unwrap_or("contacts"))?;
    let (upload, _) = form.upload()?;
    let preview = import::preview(call.app(), call.cx(), &folder, upload.name(), object).await?;
    Ok(reply::ok(&PreviewReply {
        columns: preview.columns,
        rows: preview.rows,
        delimiter: preview.sniffed.delimiter,
        encoding: preview.sniffed.encoding,
        guess: preview.guess,
        date_order: preview.date_order,
        number_format: preview.number_format,
        n_rows: preview.n_rows,
        repeats: preview.repeats.map(|(id, at)| Repeated { id: id.to_string(), created_at: at.to_string() }),
    }))
}

async fn create(mut call: Call) -> Answer {
    import::authorize(call.cx())?;
    let folder = folder(&call)?;
    let mut form = Form::read(&mut call, &folder).await?;
    let mapping = form.texts.remove("mapping").ok_or_else(|| missing("mapping"))?;
    let body: MappingBody = crate::call::decode(mapping.as_bytes())?;
    let (upload, file_name) = form.upload()?;
    let file_name = body.file_name.unwrap_or(file_name).chars().take(NAME_CHARS_MAX).collect();
    let mapping = Mapping {
        object: object_type(&body.object_type)?,
        mode: body.mode,
        id_property: body.id_property,
        columns: body.columns,
        date_order: body.date_order,
        number_format: body.number_format,
    };
    let (file, format) = (upload.name().to_owned(), body.encoding.zip(body.delimiter));
    let new = NewImport { file_name, file, mapping, format, again: body.allow_repeat };
    let (id, job) = import::create(call.app(), call.cx(), &folder, new).await?;
    upload.keep();
    Ok(reply::created(&shown(id, job)))
}

async fn list(call: Call) -> Answer {
    let imports = import::list(call.app(), call.cx()).await?;
    Ok(reply::ok(&ImportsReply { results: imports.into_iter().map(|(id, job)| shown(id, job)).collect() }))
}

async fn read(call: Call) -> Answer {
    let id = call.id("importId")?;
    Ok(reply::ok(&shown(id, import::read(call.app(), call.cx(), id).await?)))
}

async fn cancel(call: Call) -> Answer {
    let id = call.id("importId")?;
    Ok(reply::ok(&shown(id, import::cancel(call.app(), call.cx(), id).await?)))
}

/// The refused rows, sent as they are read: there may be a hundred thousand.
async fn errors(call: Call) -> Answer {
    let id: ImportId = call.id("importId")?;
    let job = import::read(call.app(), call.cx(), id).await?;
    let header = import::refused_header(&job) + "\r\n";
    let pages = stream::unfold(Some((call, 0)), move |state| async move {
        let (call, after) = state?;
        match import::refused(call.app(), call.cx(), id, after, REFUSED_PAGE).await {
            Ok(rows) if rows.is_empty() => None,
            Ok(rows) => {
                let text: String = rows.iter().map(|row| import::refused_line(row) + "\r\n").collect();
                let last = rows.last().map_or(after, |row| row.row);
                Some((Ok(text), Some((call, last))))
            }
            Err(error) => Some((Err(error), None)),
        }
    });
    let header = stream::once(std::future::ready(Ok::<String, Error>(header)));
    let mut response = Response::new(Body::from_stream(stream::StreamExt::chain(header, pages)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"import-{id}-refused.csv\""));
    if let Ok(disposition) = disposition {
        response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

fn folder(call: &Call) -> Result<PathBuf, Refusal> {
    let folder = call.api.options().files.clone();
    folder.ok_or_else(|| Refusal::internal("this server has no folder for uploaded files"))
}

fn object_type(text: &str) -> Result<ObjectType, Refusal> {
    ObjectType::from_segment(text).ok_or_else(|| Refusal::no_such_type(text))
}

fn missing(name: &str) -> Refusal {
    Refusal::invalid(format!("The form has no field \"{name}\"")).with_code("FORM_FIELD_MISSING").naming("body", name, "")
}

/// A form with at most one file, which is kept already, and what its sender calls it.
struct Form {
    texts: std::collections::BTreeMap<String, String>,
    upload: Option<(Upload, String)>,
}

impl Form {
    async fn read(call: &mut Call, folder: &Path) -> Result<Form, Refusal> {
        let (app, account) = (call.app().clone(), call.cx().account);
        let mut parts: Multipart = call.multipart(IMPORT_FILE_BYTES_MAX + BODY_BYTES_MAX).await?;
        let mut form = Form { texts: Default::default(), upload: None };
        while let Some(field) = parts.next_field().await.map_err(|e| broken_off(&e))? {
            match field.name().unwrap_or_default() {
                "file" if form.upload.is_none() => {
                    let file_name = field.file_name().unwrap_or("file.csv").to_owned();
                    let upload = Upload::begin(&app, account, folder).await?;
                    form.upload = Some((receive(field, upload).await?, file_name));
                }
                "" | "file" => {}
                name => {
                    let name = name.to_owned();
                    let text = field.text().await.map_err(|e| broken_off(&e))?;
                    if text.len() > BODY_BYTES_MAX {
                        return Err(Refusal::too_large(BODY_BYTES_MAX));
                    }
                    form.texts.insert(name, text);
                }
            }
        }
        Ok(form)
    }

    fn upload(&mut self) -> Result<(Upload, String), Refusal> {
        self.upload.take().ok_or_else(|| missing("file"))
    }
}

fn broken_off(error: &axum::extract::multipart::MultipartError) -> Refusal {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Refusal::too_large(IMPORT_FILE_BYTES_MAX);
    }
    Refusal::invalid(format!("The form cannot be read: {}", error.body_text())).with_code("BODY_NOT_MULTIPART")
}

async fn receive(mut field: Field<'_>, mut upload: Upload) -> Result<Upload, Refusal> {
    let mut n_bytes = 0;
    while let Some(bytes) = field.chunk().await.map_err(|e| broken_off(&e))? {
        n_bytes += bytes.len();
        if n_bytes > IMPORT_FILE_BYTES_MAX {
            return Err(Refusal::too_large(IMPORT_FILE_BYTES_MAX));
        }
        upload.write(&bytes).await?;
    }
    upload.finish().await?;
    Ok(upload)
}
