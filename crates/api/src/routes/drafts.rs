//! The document that a marketer is writing: saved, checked, tried out, published.

use super::answer;
use super::desk::{note, same_program};
use super::paths::ProgramId;
use crate::credentials::Desk;
use crate::drafts::{self, Expected, Shelf};
use crate::inputs::Path;
use crate::large::Large;
use crate::openapi::{Route, Tag, delete, get, post, put};
use crate::problem::{Error, Result};
use crate::sample::{self, Sample};
use crate::schedules;
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::State;
use crate::verdicts::{self, Language};
use crate::versions;
use crate::zone::zone;
use crate::{books, members, programs};
use axum::extract::State as Shared;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use contract::problem::Fault;
use contract::shopper::{ProgramView, Snapshot};
use contract::versions::{Schedule, Version};
use rules::member::Member;
use rules::rewards::Basket;
use rules::whatif::{WhatIf, simulate};
use rules::{Money, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

const DRAFT: &str = "/v1/programs/{program}/draft";

pub(super) fn routes() -> Vec<Route> {
    vec![
        put(DRAFT, put_draft)
            .named(
                "putDraft",
                "Save the draft",
                "The body is the whole document, of 1 MiB at most. It may be as broken as it has to be meanwhile: what \
                 keeps it from being published comes back as `faults`.",
            )
            .tagged(Tag::Programs)
            .body("A document in the making", json!({ "id": "club", "name": { "en": "Club" } }))
            .replies::<DraftReply>(200, "The draft is saved.", draft_example()),
        get(DRAFT, get_draft)
            .named(
                "readDraft",
                "Read the draft",
                "Without a draft, the document that runs is given, with `saved` false: it is what a draft goes on from.",
            )
            .tagged(Tag::Programs)
            .replies::<DraftReply>(200, "The draft.", draft_example()),
        delete(DRAFT, delete_draft)
            .named("discardDraft", "Discard the draft", "The version that runs stays as it is.")
            .tagged(Tag::Programs)
            .empty(204, "There is no draft any more."),
        post("/v1/programs/{program}/validate", validate)
            .named(
                "validateProgram",
                "Check a document",
                "Lists everything that keeps the document from being published, each fault with its place, a stable \
                 code and a sentence. Nothing is saved.",
            )
            .tagged(Tag::Programs)
            .body("The draft, in Persian", json!({ "language": "fa" }))
            .body("A document", json!({ "document": { "id": "club" } }))
            .replies::<Verdict>(
                200,
                "What was found.",
                json!({ "valid": false, "faults": [
                    { "pointer": "/zone", "code": "unknown_zone", "detail": "Name a zone of the IANA database, e.g. Asia/Tehran." },
                ] }),
            )
            .refuses(&["not_found"]),
        post("/v1/programs/{program}/preview", preview)
            .named(
                "previewProgram",
                "Try a document out",
                "Answers what the widget would be told if the document were published now; for a member, from the \
                 member's real facts; with a basket, also what the order would bring; with a sample, also all that \
                 the widget would be told of somebody who stands like that. Nothing is saved.",
            )
            .tagged(Tag::Programs)
            .body("The draft, for somebody new", json!({ "basket": { "total": 250_000 } }))
            .body("The draft, for somebody near a tier", json!({ "sample": "near_tier" }))
            .replies::<PreviewReply>(200, "What the widget would be told.", preview_example())
            .refuses(&["not_found"]),
        post("/v1/programs/{program}/publish", publish)
            .named(
                "publishDraft",
                "Publish the draft, or schedule it",
                "Now, or at an instant to come. Published, the draft is gone and its document is the next version; a \
                 document that is the same as the one that runs makes no new version. Scheduled, the document is kept \
                 as it stands, and the draft stays to be worked on. Requests that are under way end with the version \
                 that they began with.",
            )
            .tagged(Tag::Programs)
            .body("Now", json!({ "note": "Double points in spring" }))
            .body("At Nowruz", json!({ "note": "Nowruz", "at": "2027-03-20T20:30:00Z" }))
            .replies::<PublishReply>(201, "Published, or scheduled.", json!({
                "version": super::programs::version_example(), "schedule": null,
            }))
            .refuses(&["no_draft", "too_many_schedules"]),
    ]
}

/// The one member of the replies.
#[derive(Serialize, JsonSchema)]
struct DraftReply {
    /// The draft.
    draft: DraftView,
}

/// What a marketer is writing.
#[derive(Serialize, JsonSchema)]
struct DraftView {
    /// Grows with each save; it is the tag, too.
    revision: i64,
    /// Whether there is a draft; else the document is the one that runs.
    saved: bool,
    /// The document.
    document: Map<String, Value>,
    /// What keeps it from being published.
    faults: Vec<Fault>,
    /// The version that runs.
    running_version: i64,
    /// The account or key that saved it.
    updated_by: Option<String>,
    /// The address of that account.
    updated_by_email: Option<String>,
    /// When it was saved.
    updated_at: Option<Timestamp>,
}

fn draft_example() -> Value {
    json!({ "draft": {
        "revision": 3, "saved": true, "document": { "id": "club", "name": { "en": "Club" } },
        "faults": [{ "pointer": "/currency", "code": "missing_field", "detail": "The field `currency` is missing." }],
        "running_version": 7, "updated_by": "stf_8x0w3k6m1q9r4t7v2yaz",
        "updated_by_email": "sara@shop.example", "updated_at": "2026-11-22T08:30:00Z",
    } })
}

fn preview_example() -> Value {
    let program = rules::Program {
        id: "club".to_owned(),
        version: 8,
        ..rules::Program::default()
    };
    let what_if = WhatIf {
        points: rules::Points(250),
        unlocked: vec!["rwd_ship".to_owned()],
        ..WhatIf::default()
    };
    json!({ "preview": {
        "view": { "program": program, "zone": rules::Zone::default() },
        "what_if": what_if,
        "snapshot": null,
    } })
}

/// The draft with its tag.
fn draft_reply(draft: DraftView) -> Result<Response> {
    let tag = HeaderValue::from_str(&format!("\"{}\"", draft.revision)).map_err(Error::internal)?;
    let mut response = answer::ok(&DraftReply { draft })?;
    response.headers_mut().insert(header::ETAG, tag);
    Ok(response)
}

fn view(club: &crate::club::Club, shelf: Shelf) -> Result<DraftView> {
    let running_version = club.version();
    let id = &club.program().id;
    let Some(draft) = shelf.draft else {
        let document = serde_json::to_value(club.program())?;
        return Ok(DraftView {
            revision: shelf.revision,
            saved: false,
            document: serde_json::from_value(document)?,
            faults: Vec::new(),
            running_version,
            updated_by: None,
            updated_by_email: None,
            updated_at: None,
        });
    };
    Ok(DraftView {
        revision: draft.revision,
        saved: true,
        faults: verdicts::of(&draft.document, id, club.now, Language::English),
        document: serde_json::from_str(&draft.document)?,
        running_version,
        updated_by: Some(draft.updated_by),
        updated_by_email: draft.email,
        updated_at: Some(draft.updated_at),
    })
}

async fn put_draft(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ProgramId(id)): Path<ProgramId>,
    expected: Expected,
    body: Large<Map<String, Value>>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Editor)?;
    let input = (id, expected, body.text);
    let draft = desk.write(&state, input, |club, (id, expected, document)| {
        Box::pin(async move {
            same_program(club, id)?;
            let draft = drafts::put(club, document, *expected).await?;
            let revision = draft.revision;
            view(
                club,
                Shelf {
                    revision,
                    draft: Some(draft),
                },
            )
        })
    });
    draft_reply(draft.await?)
}

async fn get_draft(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ProgramId(id)): Path<ProgramId>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Viewer)?;
    let draft = desk.read(&state, id, |club, id| {
        Box::pin(async move {
            same_program(club, id)?;
            let shelf = drafts::get(club).await?;
            view(club, shelf)
        })
    });
    draft_reply(draft.await?)
}

async fn delete_draft(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ProgramId(id)): Path<ProgramId>,
    expected: Expected,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Editor)?;
    let gone = desk.write(&state, (id, expected), |club, (id, expected)| {
        Box::pin(async move {
            same_program(club, id)?;
            drafts::discard(club, *expected).await
        })
    });
    gone.await?;
    Ok(answer::nothing())
}

/// What is to be checked.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Check {
    /// A document; the draft when absent, or else the document that runs.
    document: Option<Map<String, Value>>,
    /// The sentences' language, `en` (when absent) or `fa`.
    #[schemars(regex(pattern = "^(en|fa)$"))]
    language: Option<String>,
}

/// What was found.
#[derive(Serialize, JsonSchema)]
struct Verdict {
    /// Whether the document may be published.
    valid: bool,
    /// Everything that keeps it from that.
    faults: Vec<Fault>,
}

async fn validate(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ProgramId(id)): Path<ProgramId>,
    body: Large<Check>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Viewer)?;
    let language = Language::of(body.value.language.as_deref())?;
    let now = state.clock.now();
    let given = (id.clone(), body.value.document);
    let document = desk.read(&state, given, |club, (id, document)| {
        Box::pin(async move {
            same_program(club, id)?;
            match document {
                Some(document) => Ok(serde_json::to_string(document)?),
                None => at_hand(club).await,
            }
        })
    });
    let faults = verdicts::of(&document.await?, &id, now, language);
    answer::ok(&Verdict {
        valid: faults.is_empty(),
        faults,
    })
}

/// The draft's document, or the one that runs.
pub(super) async fn at_hand(club: &mut crate::club::Club) -> Result<String> {
    match drafts::get(club).await?.draft {
        Some(draft) => Ok(draft.document),
        None => Ok(serde_json::to_string(club.program())?),
    }
}

/// What is to be tried out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Preview {
    /// A document; the draft when absent, or else the document that runs.
    document: Option<Map<String, Value>>,
    /// The shop's id of a member; somebody who has just joined when absent.
    member: Option<String>,
    /// What would be bought.
    basket: Option<Basket>,
    /// How somebody stands who is made up.
    sample: Option<Sample>,
}

/// The one member of the reply.
#[derive(Serialize, JsonSchema)]
struct PreviewReply {
    /// What the widget would be told.
    preview: PreviewView,
}

/// What the widget would be told.
#[derive(Serialize, JsonSchema)]
struct PreviewView {
    /// The public program.
    view: ProgramView,
    /// What the order would bring, when there is a basket.
    what_if: Option<WhatIf>,
    /// What the widget would be told of the sample, when one is asked for.
    snapshot: Option<Snapshot>,
}

async fn preview(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ProgramId(id)): Path<ProgramId>,
    body: Large<Preview>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Viewer)?;
    let faults = |basket: &Basket| {
        let below = basket.items.iter().any(|item| item.amount < Money::ZERO);
        below || basket.total < Money::ZERO
    };
    if body.value.basket.as_ref().is_some_and(faults) {
        return Err(Error::invalid(
            "/basket",
            "too_small",
            "What a basket costs is 0 at least, each line too.",
        ));
    }
    let preview = desk.read(&state, (id, body.value), |club, (id, asked)| {
        Box::pin(async move {
            same_program(club, id)?;
            tried(club, asked).await
        })
    });
    answer::ok(&PreviewReply {
        preview: preview.await?,
    })
}

async fn tried(club: &mut crate::club::Club, asked: &Preview) -> Result<PreviewView> {
    let document = match &asked.document {
        Some(document) => serde_json::to_string(document)?,
        None => at_hand(club).await?,
    };
    let mut program = programs::read(&document)?;
    let mut faults = programs::beyond(&program, club.now);
    faults.extend(programs::other_id(&program, &club.program().id));
    let zone = zone(&program.zone, club.now);
    let Some(zone) = zone.filter(|_| faults.is_empty()) else {
        return Err(Error::validation(faults));
    };
    programs::succeed(&mut program, club.program(), club.now);
    program.version = club.program().version.saturating_add(1);
    let facts = match &asked.member {
        Some(external_id) => {
            let member = members::find(club, external_id).await?;
            let member = member.ok_or_else(|| members::unknown(external_id))?;
            books::facts(club, &member.member).await?.member
        }
        None => Member {
            joined_at: club.now,
            ..Member::default()
        },
    };
    let now = club.now;
    let basket = asked.basket.as_ref();
    let what_if = basket.map(|basket| simulate(&program, &zone, &facts, basket, now));
    program.look = program.look.completed();
    let snapshot = asked.sample.map(|sample| sample::of(&program, sample, now));
    Ok(PreviewView {
        view: ProgramView {
            program: programs::with_stock(club, program).await?,
            zone,
        },
        what_if,
        snapshot,
    })
}

/// How the draft is to be published.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Publish {
    /// What is noted with the version: 1,000 characters at most.
    note: Option<String>,
    /// An instant to come, within 366 days; now when absent.
    at: Option<Timestamp>,
}

/// What became of the draft: one of the two is null.
#[derive(Serialize, JsonSchema)]
struct PublishReply {
    /// The version that runs now.
    version: Option<Version>,
    /// The schedule that waits.
    schedule: Option<Schedule>,
}

async fn publish(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ProgramId(id)): Path<ProgramId>,
    expected: Expected,
    body: crate::body::Json<Publish>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Editor)?;
    let note = note(body.value.note.as_deref())?;
    let input = (id, expected, note, body.value.at);
    let reply = desk.write(&state, input, |club, (id, expected, note, at)| {
        Box::pin(async move {
            same_program(club, id)?;
            let draft = drafts::take(club, *expected).await?;
            let faults = verdicts::of(&draft.document, id, club.now, Language::English);
            if !faults.is_empty() {
                return Err(Error::validation(faults));
            }
            if let Some(at) = at {
                let schedule = schedules::add(club, &draft.document, note.as_deref(), *at).await?;
                return Ok(PublishReply {
                    version: None,
                    schedule: Some(schedule),
                });
            }
            let version = versions::publish(club, &draft.document, note.as_deref()).await?;
            drafts::discard(club, Expected::Any).await?;
            Ok(PublishReply {
                version: Some(version),
                schedule: None,
            })
        })
    });
    answer::json(StatusCode::CREATED, &reply.await?)
}
