//! Exports and imports, as streams.

use super::answer;
use super::paths::ImportId;
use crate::credentials::Desk;
use crate::inputs::{Key, Path, Query};
use crate::openapi::{Input, Operation, Route, Tag, get, post};
use crate::problem::{Error, Result};
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::State;
use crate::transfer::{self, Export, Exported, Format, Kind, Report, Summary, Table};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request, State as Shared};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use rules::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::{self, Read};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};

/// Where files are sent; requests to it take as long as their files.
pub(crate) const IMPORTS: &str = "/v1/imports";

/// How long a file may stand still on its way here.
const STANDSTILL: Duration = Duration::from_secs(30);
/// Files that are imported at a time by one process.
static IMPORTING: Semaphore = Semaphore::const_new(4);
/// Pieces of a file that are read ahead.
const AHEAD: usize = 4;

pub(super) fn routes() -> Vec<Route> {
    vec![
        post(IMPORTS, import)
            .named(
                "importFile",
                "Import a file",
                "Plays the lines of the body as of their own dates, by the rules by which requests are taken, and \
                 answers when it is at the end. Lines that cannot be taken are noted with their places, and the others \
                 are taken. The body streams: a file may be of any size, a line has 64 KB at most. When it breaks off, \
                 the same file with the same key goes on where it was. The shop's webhooks are not told of what is \
                 imported. A secret key needs the scopes of what it imports besides `exports`: `members` for members \
                 and adjustments, `orders` for orders and refunds, both for redemptions and a history.",
            )
            .tagged(Tag::Transfers)
            .body(
                "A member and an order, as lines of a history",
                "{\"member\":{\"external_id\":\"c1\",\"joined_at\":\"2025-01-01T08:00:00Z\"}}\n\
                 {\"order\":{\"order_id\":\"o1\",\"member\":\"c1\",\"status\":\"paid\",\"currency\":\"EUR\",\
                 \"paid_at\":\"2025-01-02T08:00:00Z\",\"items\":[{\"sku\":\"tea\",\"quantity\":1,\
                 \"unit_price\":500}]}}\n"
                    .into(),
            )
            .body(
                "Members, as CSV",
                "external_id,first_name,joined_at\nc1,Sara,2025-01-01T08:00:00Z\n".into(),
            )
            .replies::<ImportReply>(200, "The file was played to its end.", summary()),
        get(IMPORTS, list_imports)
            .named(
                "listImports",
                "List the imports",
                "The 20 that came forward last, newest first; one that runs is among them.",
            )
            .tagged(Tag::Transfers)
            .replies::<ImportsReply>(
                200,
                "The imports.",
                json!({ "imports": [summary()["import"]] }),
            ),
        get("/v1/imports/{import}", get_import)
            .named(
                "getImport",
                "See how far an import is",
                "Lines and bytes that are done; what is counted here is on the disk.",
            )
            .tagged(Tag::Transfers)
            .replies::<ImportReply>(200, "The import as it stands.", summary()),
        get("/v1/imports/{import}/faults", faults)
            .named(
                "getImportFaults",
                "Get the faults of an import",
                "Every fault of every line that was not taken, in the order of the file: line, JSON pointer or column, \
                 code, and a sentence.",
            )
            .tagged(Tag::Transfers)
            .streams(
                200,
                "application/x-ndjson",
                "Lines of JSON.",
                "{\"line\":3,\"pointer\":\"/items/0/quantity\",\"code\":\"out_of_range\",\"detail\":\"A line has one \
                 piece or more.\"}\n",
            )
            .streams(
                200,
                "text/csv",
                "CSV.",
                "line,pointer,code,detail\n3,quantity,out_of_range,A line has one piece or more.\n",
            ),
        get("/v1/exports/{table}", export)
            .named(
                "export",
                "Export a table",
                "Streams it in the order of its keys. A row that is there from beginning to end is told once; one that \
                 comes or goes meanwhile is told or not. In CSV, a text that a spreadsheet would take for a formula has \
                 an apostrophe before it. Balances are as of a member's last change. An answer that ends early is cut \
                 off, never closed as if it were whole.",
            )
            .tagged(Tag::Transfers)
            .streams(
                200,
                "text/csv",
                "CSV, with a row of names.",
                "order_id,id,amount,at,points_taken,points_returned\no1,r1,500,2026-11-20T08:00:00Z,5,0\n",
            )
            .streams(
                200,
                "application/x-ndjson",
                "Lines of JSON, without what is absent.",
                "{\"amount\":500,\"at\":\"2026-11-20T08:00:00Z\",\"id\":\"r1\",\"order_id\":\"o1\",\
                 \"points_returned\":0,\"points_taken\":5}\n",
            )
            .refuses(&["validation_failed"]),
    ]
}

fn summary() -> Value {
    json!({ "import": {
        "id": "imp_8x0w3k6m1q9r4t7v2yaz", "kind": "history", "format": "ndjson", "lines": 2, "bytes": 231, "taken": 2,
        "refused": 0, "started_at": "2026-11-22T08:30:00Z", "updated_at": "2026-11-22T08:30:01Z",
        "ended_at": "2026-11-22T08:30:01Z",
    } })
}

/// The one member of the replies.
#[derive(Serialize, JsonSchema)]
struct ImportReply {
    /// The import.
    import: Summary,
}

/// The one member of the reply.
#[derive(Serialize, JsonSchema)]
struct ImportsReply {
    /// Newest first.
    imports: Vec<Summary>,
}

/// What a file is.
#[derive(Deserialize, JsonSchema)]
struct FileIs {
    /// What its lines are; `history` when absent, where each line names what it is.
    #[serde(default)]
    kind: Option<Kind>,
    /// How it is written; when absent, what `Content-Type` says, else `ndjson`.
    #[serde(default)]
    format: Option<Format>,
}

/// How an answer is written.
#[derive(Deserialize, JsonSchema)]
struct Written {
    /// `ndjson` when absent.
    #[serde(default)]
    format: Option<Format>,
}

/// What is exported.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[schemars(example = &"members")]
struct Name(Table);

/// How it is exported.
#[derive(Deserialize, JsonSchema)]
struct Wanted {
    /// `csv` when absent, but a history is always `ndjson`.
    #[serde(default)]
    format: Option<Format>,
    /// Not before this instant.
    #[serde(default)]
    from: Option<Timestamp>,
    /// Before this instant.
    #[serde(default)]
    to: Option<Timestamp>,
}

/// A file on its way here.
struct Upload {
    /// By its media type.
    format: Option<Format>,
    body: Body,
}

impl<S: Sync> FromRequest<S> for Upload {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let format = match kind.split(';').next().unwrap_or_default().trim() {
            kind if kind.eq_ignore_ascii_case("text/csv") => Some(Format::Csv),
            kind if kind.eq_ignore_ascii_case("application/x-ndjson") => Some(Format::Ndjson),
            _ => None,
        };
        let body = request.into_body();
        Ok(Self { format, body })
    }
}

impl Input for Upload {
    fn describe(operation: &mut Operation<'_>) {
        operation.upload(&["application/x-ndjson", "text/csv"]);
    }
}

/// An import can do what the requests do that it stands for.
fn may_import(desk: &Desk, kind: Kind) -> Result<()> {
    desk.needs(Scope::Exports, Role::Editor)?;
    let also: &[Scope] = match kind {
        Kind::Members | Kind::Adjustments => &[Scope::Members],
        Kind::Orders | Kind::Refunds => &[Scope::Orders],
        Kind::Redemptions | Kind::History => &[Scope::Members, Scope::Orders],
    };
    also.iter()
        .try_for_each(|scope| desk.needs(*scope, Role::Editor))
}

async fn import(
    Shared(state): Shared<State>,
    desk: Desk,
    Key(key): Key,
    Query(FileIs { kind, format }): Query<FileIs>,
    Upload {
        format: by_type,
        body,
    }: Upload,
) -> Result<Response> {
    let kind = kind.unwrap_or(Kind::History);
    let format = format.or(by_type).unwrap_or(Format::Ndjson);
    may_import(&desk, kind)?;
    if (kind, format) == (Kind::History, Format::Csv) {
        return Err(Error::invalid(
            "/format",
            "not_as_csv",
            "A history mixes kinds of lines; name another kind, or send lines of JSON.",
        ));
    }
    let _place = IMPORTING.try_acquire().map_err(|_| Error::unavailable())?;
    let import = transfer::Import {
        tenant: desk.tenant().to_owned(),
        actor: desk.actor().to_owned(),
        kind,
        format,
        key: format!("key {key}"),
    };
    let (send, receive) = mpsc::channel(AHEAD);
    tokio::spawn(receive_file(body, send));
    let source = Pieces {
        incoming: receive,
        piece: Bytes::new(),
    };
    let import = transfer::import(&state, import, source, |_| ()).await?;
    answer::ok(&ImportReply { import })
}

async fn receive_file(body: Body, to: mpsc::Sender<io::Result<Bytes>>) {
    let mut pieces = body.into_data_stream();
    loop {
        let piece = match tokio::time::timeout(STANDSTILL, pieces.next()).await {
            Ok(Some(piece)) => piece.map_err(io::Error::other),
            Ok(None) => return,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        let last = piece.is_err();
        if to.send(piece).await.is_err() || last {
            return;
        }
    }
}

/// What comes, for a thread that reads.
struct Pieces {
    incoming: mpsc::Receiver<io::Result<Bytes>>,
    piece: Bytes,
}

impl Read for Pieces {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.incoming.blocking_recv() {
                Some(piece) => self.piece = piece?,
                None => return Ok(0),
            }
        }
        let count = self.piece.len().min(to.len());
        let now = self.piece.split_to(count);
        for (place, byte) in to.iter_mut().zip(now) {
            *place = byte;
        }
        Ok(count)
    }
}

async fn list_imports(Shared(state): Shared<State>, desk: Desk) -> Result<Response> {
    desk.needs(Scope::Exports, Role::Viewer)?;
    let listed = desk.read(&state, (), |club, ()| Box::pin(transfer::imports(club)));
    answer::ok(&ImportsReply {
        imports: listed.await?,
    })
}

async fn get_import(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ImportId(id)): Path<ImportId>,
) -> Result<Response> {
    desk.needs(Scope::Exports, Role::Viewer)?;
    let import = state
        .read(desk.tenant(), id, |club, id| {
            Box::pin(transfer::import_of(club, id))
        })
        .await?;
    answer::ok(&ImportReply { import })
}

async fn faults(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ImportId(id)): Path<ImportId>,
    Query(Written { format }): Query<Written>,
) -> Result<Response> {
    desk.needs(Scope::Exports, Role::Viewer)?;
    let format = format.unwrap_or(Format::Ndjson);
    let tenant = desk.tenant().to_owned();
    let mut report = Report::new(&id, format);
    // The first part says whether there is such an import.
    let first = report.page(&state, &tenant).await?.map(|page| page.bytes);
    let rest = (state, tenant, report);
    let rest = stream::try_unfold(rest, |(state, tenant, mut report)| async move {
        let page = report.page(&state, &tenant).await?;
        Ok::<_, Error>(page.map(|page| (page.bytes, (state, tenant, report))))
    });
    let all = stream::iter(first.map(Ok)).chain(rest);
    file(Body::from_stream(all), format, "faults")
}

async fn export(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(Name(table)): Path<Name>,
    Query(Wanted { format, from, to }): Query<Wanted>,
) -> Result<Response> {
    desk.needs(Scope::Exports, Role::Editor)?;
    if table == Table::Audit {
        desk.needs_all()?;
    }
    let usual = if table == Table::History {
        Format::Ndjson
    } else {
        Format::Csv
    };
    let export = Export::new(table, format.unwrap_or(usual), from, to)?;
    let tenant = desk.tenant().to_owned();
    let mut at = Exported::default();
    // What goes wrong at once is told as a problem.
    let first = transfer::page(&state, &tenant, export, &mut at).await?;
    let rest = (state, tenant, at);
    let rest = stream::try_unfold(rest, move |(state, tenant, mut at)| async move {
        let page = transfer::page(&state, &tenant, export, &mut at).await?;
        Ok::<_, Error>(page.map(|page| (page, (state, tenant, at))))
    });
    let all = stream::iter(first.map(Ok)).chain(rest);
    file(Body::from_stream(all), export.format, table.name())
}

/// A file as an answer, to be saved under a name.
pub(super) fn file(body: Body, format: Format, name: &str) -> Result<Response> {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let ending = crate::club::word(format);
    let shown = format!("attachment; filename=\"{name}.{ending}\"");
    let shown = HeaderValue::from_str(&shown).map_err(Error::internal)?;
    headers.insert(header::CONTENT_DISPOSITION, shown);
    for (name, value) in [
        (header::CONTENT_TYPE, format.media()),
        (header::CACHE_CONTROL, "private, no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
