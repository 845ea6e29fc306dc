//! The public program.

use super::answer;
use super::desk::same_program;
use super::paths::ProgramId;
use crate::credentials::{Page, Peer};
use crate::explain::{self, Told};
use crate::ids;
use crate::inputs::{Known, Path, Query};
use crate::limits::Kind;
use crate::openapi::{Route, Tag, get};
use crate::problem::{Error, Result};
use crate::programs;
use crate::state::State;
use axum::extract::State as Shared;
use axum::response::Response;
use contract::shopper::ProgramView;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/v1/programs/{program}", program)
            .named(
                "readProgram",
                "Read the program",
                "What the club offers, as anybody on the shop's pages may know it: how points are earned, the rewards \
                 with what is left of them, tiers, surveys. Cached for a minute.",
            )
            .tagged(Tag::Guests)
            .replies::<ProgramView>(200, "The program.", example()),
        get("/v1/programs/{program}/guide", guide)
            .named(
                "readGuide",
                "Read how the club works, as a shopper",
                "In plain words, section by section: what earns points, what they bring, tiers, when points end. In the \
                 program's first language where the one that is asked for is not spoken here. Cached for a minute.",
            )
            .tagged(Tag::Guests)
            .replies::<Guide>(200, "How the club works.", json!({ "guide": {
                "language": "en", "name": "Club",
                "sections": [{ "heading": "Earning points", "lines": ["For every €1.00 you spend, you get 1 point."] }],
            } })),
    ]
}

fn example() -> Value {
    let program = rules::Program {
        id: "club".to_owned(),
        version: 1,
        ..rules::Program::default()
    };
    json!({ "program": program, "zone": rules::Zone::default() })
}

async fn program(
    Shared(state): Shared<State>,
    page: Page,
    peer: Peer,
    Path(ProgramId(name)): Path<ProgramId>,
    known: Known,
) -> Result<Response> {
    peer.count(&state, Kind::Program)?;
    let view = state
        .read(&page.tenant, name, |club, name| {
            Box::pin(async move {
                if club.program().id != *name {
                    return Err(Error::not_found(format!("This key has no program {name}.")));
                }
                let mut program = programs::as_it_stands(club).await?.into_program();
                program.look = program.look.completed();
                Ok(ProgramView {
                    program,
                    zone: club.zone().clone(),
                })
            })
        })
        .await?;
    tagged(&known, &view)
}

fn tagged(known: &Known, body: &impl Serialize) -> Result<Response> {
    let tag = ids::digest(&serde_json::to_vec(body)?);
    let cache = "public, max-age=60, stale-while-revalidate=600";
    answer::tagged(known, &tag, cache, body)
}

/// In which words.
#[derive(Deserialize, JsonSchema)]
struct Asked {
    /// A language's tag, like `fa`; the program's first language when absent.
    language: Option<String>,
}

/// The one member of the reply.
#[derive(Serialize, JsonSchema)]
struct Guide {
    /// How the club works.
    guide: Told,
}

async fn guide(
    Shared(state): Shared<State>,
    page: Page,
    peer: Peer,
    Path(ProgramId(name)): Path<ProgramId>,
    Query(asked): Query<Asked>,
    known: Known,
) -> Result<Response> {
    peer.count(&state, Kind::Program)?;
    let told = state.read(&page.tenant, (name, asked), |club, (name, asked)| {
        Box::pin(async move {
            same_program(club, name)?;
            let program = club.program();
            let locale = explain::locale(program, asked.language.as_deref())?;
            explain::tell(program, locale.get("lang"), club.now)
        })
    });
    let guide = told.await?;
    tagged(&known, &Guide { guide })
}
