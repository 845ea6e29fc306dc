//! What a document would change for the members.

use super::answer;
use super::desk::same_program;
use super::drafts::at_hand;
use super::paths::ProgramId;
use crate::credentials::Desk;
use crate::inputs::Path;
use crate::large::Large;
use crate::openapi::{Route, Tag, get, post};
use crate::problem::Result;
use crate::scopes::Scope;
use crate::simulations;
use crate::staff::Role;
use crate::state::State;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use contract::simulations::SimulationReply;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long a request waits for the end: a small club's is there by then.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/v1/programs/{program}/simulations", begin)
            .named(
                "simulateProgram",
                "Simulate a document",
                "What would change for the members if the document were published now: computed of every member, by the \
                 rules by which a new version is reviewed. Nothing is changed. A small club's effect is in the answer; \
                 of a large one the state is `running`, and the simulation is read again until it is done. Another one \
                 that is asked for meanwhile stops it.",
            )
            .tagged(Tag::Programs)
            .body("The draft", json!({}))
            .replies::<SimulationReply>(202, "It has begun, or is done already.", example())
            .refuses(&["not_found"]),
        get("/v1/programs/{program}/simulations/{simulation}", read)
            .named(
                "readSimulation",
                "Read a simulation",
                "How far it is, and what came of it. It is kept for 30 days.",
            )
            .tagged(Tag::Programs)
            .replies::<SimulationReply>(200, "The simulation.", example()),
    ]
}

fn example() -> Value {
    json!({ "simulation": {
        "id": "sim_8x0w3k6m1q9r4t7v2yaz", "state": "done", "done": 1204, "members": 1204,
        "created_by": "stf_1q9r4t7v2yaz8x0w3k6m", "created_at": "2026-11-22T08:30:00Z",
        "effect": {
            "members": 1204, "raised": 61, "lowered": 0,
            "tiers": [
                { "from": "base", "to": "base", "members": 1000, "sample": [] },
                { "from": "base", "to": "gold", "members": 61, "sample": ["customer-1042"] },
                { "from": "gold", "to": "gold", "members": 143, "sample": [] },
            ],
            "keeping": 12, "in_grace": 0,
            "rewards": [{ "reward": "rwd_five", "before": 300, "after": 361, "gained": 61, "lost": 0 }],
            "points_before": { "available": 120_500, "pending": 3_000, "worth": 123_500 },
            "points_after": { "available": 120_500, "pending": 3_000, "worth": 123_500 },
        },
    } })
}

/// What is to be simulated.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// A document; the draft when absent, or else the document that runs.
    document: Option<Map<String, Value>>,
}

async fn begin(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ProgramId(id)): Path<ProgramId>,
    body: Large<Wanted>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Editor)?;
    let input = (id, body.value.document);
    let plan = desk.write(&state, input, |club, (id, document)| {
        Box::pin(async move {
            same_program(club, id)?;
            let document = match document {
                Some(document) => serde_json::to_string(document)?,
                None => at_hand(club).await?,
            };
            simulations::begin(club, &document).await
        })
    });
    let plan = Arc::new(plan.await?);
    let running = {
        let (state, plan) = (state.clone(), Arc::clone(&plan));
        tokio::spawn(async move {
            if let Err(error) = simulations::run(&state, plan).await {
                tracing::warn!(%error, "a simulation failed");
            }
        })
    };
    // It goes on when nobody waits any more.
    let _ = tokio::time::timeout(PATIENCE, running).await;
    let id = plan.id().to_owned();
    let simulation = desk.read(&state, id, |club, id| Box::pin(simulations::get(club, id)));
    let simulation = simulation.await?;
    answer::json(StatusCode::ACCEPTED, &SimulationReply { simulation })
}

/// A simulation of a program.
#[derive(Deserialize, JsonSchema)]
struct Simulated {
    /// The program's id.
    #[schemars(example = &"club")]
    program: String,
    /// The simulation's id.
    #[schemars(example = &"sim_8x0w3k6m1q9r4t7v2yaz")]
    simulation: String,
}

async fn read(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(asked): Path<Simulated>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Viewer)?;
    let simulation = desk.read(&state, asked, |club, asked| {
        Box::pin(async move {
            same_program(club, &asked.program)?;
            simulations::get(club, &asked.simulation).await
        })
    });
    let simulation = simulation.await?;
    answer::ok(&SimulationReply { simulation })
}
