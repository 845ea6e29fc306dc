//! How the server itself is.

use crate::openapi::{Route, Tag, get};
use crate::problem::{Error, Result};
use crate::state::State;
use axum::extract::State as Shared;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/healthz", health)
            .named(
                "readHealth",
                "Ask whether the server runs",
                "Says nothing of the database.",
            )
            .tagged(Tag::Server)
            .streams(200, "text/plain", "It runs.", "ok"),
        get("/readyz", ready)
            .named(
                "readReadiness",
                "Ask whether the server can work",
                "Asks the database. A server that is stopping, or has found that its ledger does not add up, is not ready. A \
                 balancer sends no requests to a server that is not ready.",
            )
            .tagged(Tag::Server)
            .streams(200, "text/plain", "It can.", "ready")
            .refuses(&["ledger_broken"]),
    ]
}

async fn health() -> &'static str {
    "ok"
}

async fn ready(Shared(state): Shared<State>) -> Result<&'static str> {
    if state.health.is_stopping() {
        return Err(Error::stopping());
    }
    if state.health.is_broken() {
        return Err(Error::ledger_broken());
    }
    state
        .db
        .look((), |mut tx, ()| {
            Box::pin(async move {
                let one = store::query("SELECT 1 FROM tenants LIMIT 1");
                let one = one.fetch_optional::<i64>(&mut tx).await;
                (tx, one.map(|_| "ready").map_err(Error::from))
            })
        })
        .await
}
