//! The public program.

use super::answer;
use super::paths::ProgramId;
use crate::credentials::{Page, Peer};
use crate::ids;
use crate::inputs::{Known, Path};
use crate::limits::Kind;
use crate::openapi::{Route, Tag, get};
use crate::problem::{Error, Result};
use crate::programs;
use crate::state::State;
use axum::extract::State as Shared;
use axum::response::Response;
use contract::shopper::ProgramView;
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
                Ok(ProgramView {
                    program: programs::as_it_stands(club).await?.into_program(),
                    zone: club.zone().clone(),
                })
            })
        })
        .await?;
    let tag = ids::digest(&serde_json::to_vec(&view)?);
    let cache = "public, max-age=60, stale-while-revalidate=600";
    answer::tagged(&known, &tag, cache, &view)
}
