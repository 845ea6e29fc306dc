//! Versions of the program: what was published, what waits to be, what differs, and how the club works in words.

use super::answer;
use super::desk::{note, same_program};
use super::paths::ProgramId;
use crate::body::Json;
use crate::changes::{self, Change};
use crate::club::Club;
use crate::credentials::Desk;
use crate::drafts;
use crate::explain::{self, Told};
use crate::inputs::{PageSize, Path, Query};
use crate::openapi::{Route, Tag, delete, get, post};
use crate::problem::{Error, Result};
use crate::schedules;
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::State;
use crate::versions;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use contract::versions::{Schedule, Version, VersionPage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/v1/programs/{program}/versions", list_versions)
            .named("listVersions", "List the versions", "Newest first, without their documents.")
            .tagged(Tag::Programs)
            .replies::<VersionPage>(200, "A page of versions.", json!({
                "versions": [version_example()], "next_cursor": null,
            })),
        get("/v1/programs/{program}/versions/{version}", get_version)
            .named("readVersion", "Read a version", "With its document, as it was published.")
            .tagged(Tag::Programs)
            .replies::<VersionReply>(200, "The version.", json!({
                "version": version_example(), "document": { "id": "club", "version": 7 },
            })),
        get("/v1/programs/{program}/versions/{version}/diff", diff)
            .named(
                "compareVersions",
                "Compare a version with another",
                "Lists the places that differ. Entries of a list with an `id` are the same by it, wherever they stand.",
            )
            .tagged(Tag::Programs)
            .replies::<DiffReply>(200, "What differs.", json!({ "changes": [
                { "pointer": "/rewards/0/cost", "kind": "changed", "was": 500, "is": 400 },
            ] })),
        post("/v1/programs/{program}/rollback", roll_back)
            .named(
                "rollBack",
                "Bring a version back",
                "Publishes the version's document as the next version. What members reached under the thresholds in \
                 between stays theirs. The draft stays as it is.",
            )
            .tagged(Tag::Programs)
            .body("Back to version 6", json!({ "version": 6, "note": "The spring campaign was too much" }))
            .replies::<PublishedReply>(201, "It runs again.", json!({ "version": version_example() })),
        get("/v1/programs/{program}/schedules", list_schedules)
            .named(
                "listSchedules",
                "List scheduled versions",
                "Those that wait, by their time; then what became of the others, latest first; a hundred at most.",
            )
            .tagged(Tag::Programs)
            .replies::<Schedules>(200, "The schedules.", json!({ "schedules": [{
                "id": "sch_8x0w3k6m1q9r4t7v2yaz", "publish_at": "2027-03-20T20:30:00Z", "state": "waiting",
                "note": "Nowruz", "created_by": "stf_1q9r4t7v2yaz8x0w3k6m",
                "created_by_email": "sara@shop.example", "created_at": "2026-11-22T08:30:00Z",
                "version": null, "faults": [],
            }] })),
        delete("/v1/programs/{program}/schedules/{schedule}", cancel)
            .named("cancelSchedule", "Cancel a scheduled version", "Before its time has come.")
            .tagged(Tag::Programs)
            .empty(204, "It is not published.")
            .refuses(&["schedule_over"]),
        get("/v1/programs/{program}/explain", tell)
            .named(
                "explainProgram",
                "Read how the club works",
                "In plain words, as a shopper would be told: of the version that runs, or of the draft.",
            )
            .tagged(Tag::Programs)
            .replies::<Explained>(200, "How the club works.", json!({ "explanation": {
                "language": "en", "name": "Club",
                "sections": [{ "heading": "Earning points", "lines": ["For every €1.00 you spend, you get 1 point."] }],
            } }))
            .refuses(&["validation_failed"]),
    ]
}

pub(super) fn version_example() -> Value {
    json!({
        "version": 7, "note": "Double points in spring", "published_by": "stf_1q9r4t7v2yaz8x0w3k6m",
        "published_by_email": "sara@shop.example", "published_at": "2026-11-22T08:30:00Z", "running": true,
    })
}

/// A page of a list.
#[derive(Deserialize, JsonSchema)]
struct Paging {
    /// Versions on the page, 1 to 100; 20 when absent.
    limit: Option<PageSize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn list_versions(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ProgramId(id)): Path<ProgramId>,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Viewer)?;
    let page = desk.read(&state, (id, paging), |club, (id, paging)| {
        Box::pin(async move {
            same_program(club, id)?;
            let limit = paging.limit.map_or(versions::PAGE, PageSize::get);
            versions::list(club, limit, paging.cursor.as_deref()).await
        })
    });
    answer::ok(&page.await?)
}

/// A version of a program.
#[derive(Deserialize, JsonSchema)]
struct Numbered {
    /// The program's id.
    #[schemars(example = &"club")]
    program: String,
    /// The version's number.
    #[schemars(example = &7)]
    version: i64,
}

/// A version and what it says.
#[derive(Serialize, JsonSchema)]
struct VersionReply {
    /// The version.
    version: Version,
    /// Its document.
    document: Map<String, Value>,
}

async fn get_version(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(asked): Path<Numbered>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Viewer)?;
    let read = desk.read(&state, asked, |club, asked| {
        Box::pin(async move {
            same_program(club, &asked.program)?;
            versions::get(club, asked.version).await
        })
    });
    let (version, document) = read.await?;
    let document = serde_json::from_value(document)?;
    answer::ok(&VersionReply { version, document })
}

/// With what a version is compared.
#[derive(Deserialize, JsonSchema)]
struct With {
    /// The older side: a version's number, or `draft`; the version before when absent.
    #[schemars(regex(pattern = "^(draft|[1-9][0-9]{0,8})$"))]
    with: Option<String>,
}

/// What differs.
#[derive(Serialize, JsonSchema)]
struct DiffReply {
    /// From the top down; empty when nothing does.
    changes: Vec<Change>,
}

async fn diff(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(asked): Path<Numbered>,
    Query(With { with }): Query<With>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Viewer)?;
    let read = desk.read(&state, (asked, with), |club, (asked, with)| {
        Box::pin(async move {
            same_program(club, &asked.program)?;
            let (_, is) = versions::get(club, asked.version).await?;
            let was = other(club, asked.version, with.as_deref()).await?;
            Ok(changes::between(&was, &is))
        })
    });
    let changes = read.await?;
    answer::ok(&DiffReply { changes })
}

async fn other(club: &mut Club, version: i64, with: Option<&str>) -> Result<Value> {
    let number = match with {
        Some("draft") => {
            let draft = drafts::get(club).await?.draft;
            let draft = draft.ok_or_else(|| Error::not_found("There is no draft."))?;
            return Ok(serde_json::from_str(&draft.document)?);
        }
        Some(number) => number
            .parse()
            .map_err(|_| Error::malformed("`with` is a version's number, or draft."))?,
        None => version.saturating_sub(1),
    };
    if with.is_none() && number < 1 {
        return Ok(json!({}));
    }
    Ok(versions::get(club, number).await?.1)
}

/// Which version is brought back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RollBack {
    /// The version's number.
    version: i64,
    /// What is noted with the new version: 1,000 characters at most.
    note: Option<String>,
}

/// The one member of the reply.
#[derive(Serialize, JsonSchema)]
struct PublishedReply {
    /// The version that runs now.
    version: Version,
}

async fn roll_back(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ProgramId(id)): Path<ProgramId>,
    Json { value, .. }: Json<RollBack>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Editor)?;
    let note = note(value.note.as_deref())?;
    let input = (id, value.version, note);
    let published = desk.write(&state, input, |club, (id, version, note)| {
        Box::pin(async move {
            same_program(club, id)?;
            versions::roll_back(club, *version, note.as_deref()).await
        })
    });
    let version = published.await?;
    answer::json(StatusCode::CREATED, &PublishedReply { version })
}

/// The one member of the reply.
#[derive(Serialize, JsonSchema)]
struct Schedules {
    /// The schedules.
    schedules: Vec<Schedule>,
}

async fn list_schedules(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ProgramId(id)): Path<ProgramId>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Viewer)?;
    let listed = desk.read(&state, id, |club, id| {
        Box::pin(async move {
            same_program(club, id)?;
            schedules::list(club).await
        })
    });
    answer::ok(&Schedules {
        schedules: listed.await?,
    })
}

/// A scheduled version of a program.
#[derive(Deserialize, JsonSchema)]
struct Scheduled {
    /// The program's id.
    #[schemars(example = &"club")]
    program: String,
    /// The schedule's id.
    #[schemars(example = &"sch_8x0w3k6m1q9r4t7v2yaz")]
    schedule: String,
}

async fn cancel(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(asked): Path<Scheduled>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Editor)?;
    let cancelled = desk.write(&state, asked, |club, asked| {
        Box::pin(async move {
            same_program(club, &asked.program)?;
            schedules::cancel(club, &asked.schedule).await
        })
    });
    cancelled.await?;
    Ok(answer::nothing())
}

/// What is to be told.
#[derive(Deserialize, JsonSchema)]
struct Telling {
    /// `en` or `fa`; the program's first language when absent.
    #[schemars(regex(pattern = "^(en|fa)$"))]
    language: Option<String>,
    /// Whether the draft is told rather than the version that runs.
    draft: Option<bool>,
}

/// The one member of the reply.
#[derive(Serialize, JsonSchema)]
struct Explained {
    /// How the club works.
    explanation: Told,
}

async fn tell(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ProgramId(id)): Path<ProgramId>,
    Query(asked): Query<Telling>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Viewer)?;
    let told = desk.read(&state, (id, asked), |club, (id, asked)| {
        Box::pin(async move {
            same_program(club, id)?;
            let language = asked.language.as_deref();
            if asked.draft != Some(true) {
                return explain::tell(club.program(), language, club.now);
            }
            let draft = drafts::get(club).await?.draft;
            let draft = draft.ok_or_else(|| Error::not_found("There is no draft."))?;
            let program = crate::programs::read(&draft.document)?;
            explain::tell(&program, language, club.now)
        })
    });
    answer::ok(&Explained {
        explanation: told.await?,
    })
}
