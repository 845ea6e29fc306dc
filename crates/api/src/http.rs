//! The router, with what holds for every request around it.

use crate::layers;
use crate::problem::Error;
use crate::state::State;
use crate::{assets, frame, openapi, routes, studio_page};
use axum::Router;
use axum::http::header;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;

/// The whole API.
pub fn app(state: State) -> Router {
    Router::new()
        .merge(routes::all().router())
        .merge(openapi::pages(routes::document()))
        .route("/", get(routes::entrance))
        .route("/v1/vafa.js", get(assets::loader))
        .route("/v1/frame.js", get(frame::script))
        .route("/v1/bridge.js", get(frame::bridge))
        .route("/v1/frame/{program}", get(frame::page))
        .route("/v1/assets/{file}", get(assets::hashed))
        .route("/studio", get(studio_page::page))
        .route("/studio/", get(studio_page::page))
        .route("/studio/{*place}", get(studio_page::page))
        .route("/studio/preview", get(studio_page::preview))
        .route("/studio/assets/{*file}", get(studio_page::hashed))
        .fallback(async || {
            Error::not_found(
                "No such path; every path begins with /v1, and the studio is at /studio.",
            )
        })
        .method_not_allowed_fallback(async || Error::method_not_allowed())
        .layer(middleware::from_fn_with_state(
            state.clone(),
            layers::in_time,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            layers::counted,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            layers::cross_origin,
        ))
        .layer(CatchPanicLayer::custom(|_| {
            Error::internal("a handler panicked").into_response()
        }))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            layers::traced,
        ))
        .with_state(state)
}

/// The figures, for a listener of their own that only the operator reaches: `/metrics`, `/healthz`, `/readyz`.
pub fn figures(state: State) -> Router {
    let text = async |axum::extract::State(state): axum::extract::State<State>| {
        let text = state.metrics.text(&state.db, &state.health).await;
        ([(header::CONTENT_TYPE, crate::metrics::MEDIA)], text)
    };
    Router::new()
        .route("/metrics", get(text))
        .merge(routes::health().router())
        .fallback(async || Error::not_found("There is /metrics here, /healthz and /readyz."))
        .with_state(state)
}
