//! The first run of a server: its first club, and the account of its owner.

use super::answer;
use crate::body::Json;
use crate::credentials::{Peer, SameSite};
use crate::logins::{self, SessionReply, SessionView};
use crate::openapi::{Route, Tag, get, post};
use crate::passwords::Password;
use crate::problem::{Error, Result};
use crate::sessions::LIFE_MS;
use crate::setup::{self, First};
use crate::staff::{self, Role};
use crate::state::State;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use contract::staff::{SetupReply, Template};
use rules::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

const PATH: &str = "/v1/setup";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get(PATH, read)
            .named(
                "readSetup",
                "Read how far the server is set up",
                "Whether there is a club yet. Where there is one alone, its program is named.",
            )
            .tagged(Tag::Server)
            .replies::<SetupReply>(200, "How far it is.", json!({
                "setup": { "open": false, "program": "club" },
            })),
        post(PATH, make)
            .named(
                "makeFirstClub",
                "Make the first club",
                "On a server without any club, for whoever has the code that it printed when it started. Publishes a \
                 program from a template, adds its owner, and logs the owner in. An address has ten tries in a quarter \
                 of an hour.",
            )
            .tagged(Tag::Server)
            .body("A club of points", json!({
                "code": "4AQR-P8GH-KXDZ", "template": "points", "program": "club", "name": "Corner Bakery Club",
                "language": "en", "email": "sara@shop.example", "password": "four plain long words",
            }))
            .replies::<SessionReply>(201, "The club runs, and its owner is logged in.", json!({ "session": {
                "program": "club", "email": "sara@shop.example", "role": "owner",
                "expires_at": "2026-11-29T08:30:00Z",
            } }))
            .refuses(&["already_set_up", "setup_code_wrong"]),
    ]
}

/// The first club and its owner.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Make {
    /// The code that the server printed when it started; case, spaces and dashes do not matter.
    code: String,
    /// The club to begin with.
    template: Template,
    /// The program's id: lower-case Latin letters, digits, `-` and `_`, 64 at most. It stands in the shop's pages.
    program: String,
    /// What members call the club.
    name: String,
    /// The language that comes first: `fa` or `en`.
    language: String,
    /// The owner's e-mail address.
    email: String,
    /// The owner's password: 12 characters at least and 256 bytes at most.
    password: Password,
}

async fn read(Shared(state): Shared<State>) -> Result<Response> {
    let setup = setup::read(&state.db).await?;
    answer::ok(&SetupReply { setup })
}

async fn make(
    Shared(state): Shared<State>,
    _: SameSite,
    peer: Peer,
    Json { value, .. }: Json<Make>,
) -> Result<Response> {
    let now = state.clock.now();
    let email = staff::read_email(&value.email)?;
    // Counted by the address: no program is called so.
    let counted = state.tries.count(peer.0, "\n", &email, now);
    counted.map_err(Error::rate_limited)?;
    if !setup::read(&state.db).await?.open {
        return Err(Error::already_set_up());
    }
    state.setup.is(&value.code)?;
    let first = First {
        template: value.template,
        program: value.program,
        name: value.name,
        language: value.language,
        email,
        password: state.passwords.hash(value.password).await?,
    };
    let program = setup::program(&first, now)?;
    let (id, email) = (program.id.clone(), first.email.clone());
    let cookie = state
        .db
        .write((program, first, now), |mut tx, (program, first, now)| {
            Box::pin(async move {
                let made = setup::make(&mut tx, program.clone(), first, *now).await;
                (tx, made)
            })
        })
        .await?;
    let session = SessionView {
        program: id,
        email,
        role: Role::Owner,
        expires_at: Timestamp(now.0 + LIFE_MS),
    };
    let mut response = logins::reply(StatusCode::CREATED, session)?;
    logins::set_cookie(&mut response, cookie.text(), LIFE_MS / 1_000)?;
    Ok(response)
}
