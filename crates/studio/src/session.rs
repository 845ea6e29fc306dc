//! Who is logged in, and what happens when they no longer are.

use crate::atoms::go_on;
use crate::look;
use crate::server::{self, Failure, Reply};
use contract::staff::{Role, SessionReply, SessionView, SetupReply, SetupView};
use gloo_net::http::Method;
use js_sys::{Function, Promise};
use leptos::prelude::*;
use serde_json::json;
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

const PATH: &str = "/v1/sessions";

/// How far somebody is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stage {
    /// Nobody has asked yet.
    Asking,
    /// The server does not answer.
    Failed(Failure),
    /// There is no club yet.
    First,
    /// Nobody is logged in.
    Out(SetupView),
    /// Somebody is.
    In(SessionView),
    /// Their session has ended under their hands.
    Ended(SessionView),
}

thread_local! {
    static STAGE: ArcRwSignal<Stage> = ArcRwSignal::new(Stage::Asking);
    /// Who waits until somebody has logged in again.
    static WAITING: RefCell<Vec<Function>> = const { RefCell::new(Vec::new()) };
}

/// How far somebody is.
pub(crate) fn stage() -> Stage {
    STAGE.with(Clone::clone).get()
}

fn reach(stage: Stage) {
    STAGE.with(|now| now.set(stage));
}

/// Who is or was logged in.
pub(crate) fn who() -> Option<SessionView> {
    match stage() {
        Stage::In(session) | Stage::Ended(session) => Some(session),
        Stage::Asking | Stage::Failed(_) | Stage::First | Stage::Out(_) => None,
    }
}

/// Whether they may do what this role may. The server decides; this is for what is shown.
pub(crate) fn may(role: Role) -> bool {
    who().is_some_and(|session| session.role >= role)
}

/// Finds out how far somebody is.
pub(crate) async fn find_out() {
    reach(Stage::Asking);
    reach(found().await.unwrap_or_else(Stage::Failed));
}

async fn found() -> Reply<Stage> {
    match server::bare::<SessionReply>(Method::GET, PATH, None).await {
        Ok(reply) => return Ok(Stage::In(reply.session)),
        Err(failure) if failure.code() == "unauthorized" => {}
        Err(failure) => return Err(failure),
    }
    let setup = server::bare::<SetupReply>(Method::GET, "/v1/setup", None).await?;
    Ok(match setup.setup {
        setup if setup.open => Stage::First,
        setup => Stage::Out(setup),
    })
}

/// Takes up a session that has begun.
pub(crate) fn enter(session: SessionView) {
    look::keep_program(&session.program);
    go_on();
    reach(Stage::In(session));
    for go_on in WAITING.take() {
        // A promise's own function does not throw.
        let _ = go_on.call0(&JsValue::UNDEFINED);
    }
}

/// Logs in.
pub(crate) async fn log_in(program: &str, email: &str, password: &str) -> Reply<SessionView> {
    let body = json!({ "program": program, "email": email, "password": password });
    let reply: SessionReply = server::bare(Method::POST, PATH, Some(&body)).await?;
    Ok(reply.session)
}

/// Waits until somebody has logged in again; the page stays as it is below the question.
pub(crate) async fn again() {
    let now = STAGE.with(Clone::clone).get_untracked();
    if let Stage::In(session) = now {
        reach(Stage::Ended(session));
    }
    let waits = Promise::new(&mut |go_on, _| {
        WAITING.with_borrow_mut(|waiting| waiting.push(go_on));
    });
    // It is only ever kept.
    let _ = JsFuture::from(waits).await;
}

/// Logs out. Whoever comes next finds nothing of what was there.
pub(crate) async fn log_out() -> Reply<()> {
    match server::log_out().await {
        Err(failure) if failure.code() != "unauthorized" => Err(failure),
        _ => {
            leave();
            Ok(())
        }
    }
}

/// Begins anew, at the first page.
pub(crate) fn leave() {
    // A page cannot refuse to go to its own origin.
    let _ = window().location().assign(crate::app::BASE);
}
