//! Codes of partners: loaded, counted, removed.

use super::answer;
use super::paths::PartnerId;
use crate::credentials::Desk;
use crate::inputs::{Path, Query};
use crate::openapi::{Route, Tag, delete, get, post};
use crate::partners::{self, Codes};
use crate::problem::Result;
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::State;
use axum::extract::State as Shared;
use axum::response::Response;
use contract::partners::{CodeCountsReply, CodesLoadedReply, CodesRemoved};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

const PATH: &str = "/v1/partners/{partner}/codes";

pub(super) fn routes() -> Vec<Route> {
    vec![
        post(PATH, load)
            .named(
                "loadPartnerCodes",
                "Load a partner's codes",
                "JSON with a list, an object on each line (NDJSON), or CSV with the columns code and expires_at. Lines are \
                 taken as they come: when the connection breaks, send the whole again. Codes that were there are \
                 counted as duplicates and stay as they were; lines that cannot be read are told and passed over.",
            )
            .tagged(Tag::Programs)
            .body(
                "Two codes",
                json!({ "codes": [
                    { "code": "CINEMA-0001" }, { "code": "CINEMA-0002", "expires_at": "2027-06-01T00:00:00Z" },
                ] }),
            )
            .replies::<CodesLoadedReply>(
                200,
                "What became of them.",
                json!({ "codes": { "loaded": 2, "duplicates": 0, "refused": 0, "faults": [] } }),
            ),
        get(PATH, count)
            .named("countPartnerCodes", "Count a partner's codes", "How many are free, given and expired.")
            .tagged(Tag::Programs)
            .replies::<CodeCountsReply>(
                200,
                "The counts.",
                json!({ "codes": { "free": 2, "given": 0, "expired": 0, "shared": 0 } }),
            ),
        delete(PATH, remove)
            .named(
                "removePartnerCodes",
                "Remove a partner's unused codes",
                "All that no member has had, those for everybody too. What was given stays with its redemption.",
            )
            .tagged(Tag::Programs)
            .replies::<CodesRemoved>(200, "How many are gone.", json!({ "removed": 2 })),
    ]
}

/// How codes are meant.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
struct Meant {
    /// `true`: codes for everybody, of which the newest is shown; `false`, when absent, for a code to each member.
    #[serde(default)]
    shared: bool,
}

async fn load(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(PartnerId(partner)): Path<PartnerId>,
    Query(Meant { shared }): Query<Meant>,
    codes: Codes,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Editor)?;
    let by = (desk.tenant(), desk.actor());
    let codes = partners::load(&state, by, partner, shared, codes).await?;
    answer::ok(&CodesLoadedReply { codes })
}

async fn count(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(PartnerId(partner)): Path<PartnerId>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Viewer)?;
    let codes = desk.read(&state, partner, |club, partner| {
        Box::pin(partners::counts(club, partner))
    });
    answer::ok(&CodeCountsReply {
        codes: codes.await?,
    })
}

async fn remove(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(PartnerId(partner)): Path<PartnerId>,
) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Editor)?;
    let removed = desk.write(&state, partner, |club, partner| {
        Box::pin(partners::remove_unused(club, partner))
    });
    answer::ok(&CodesRemoved {
        removed: removed.await?,
    })
}
