//! Logging in and out.

use crate::logins::{self, SessionReply};
use crate::openapi::{Route, Tag, delete, get, post};
use serde_json::{Value, json};

const PATH: &str = "/v1/sessions";

pub(super) fn routes() -> Vec<Route> {
    vec![
        post(PATH, logins::log_in)
            .named(
                "logIn",
                "Log in",
                "Answers who is logged in, and sets the session's cookie. It ends after 12 hours without use. An \
                 address, and an account, has ten tries in a quarter of an hour.",
            )
            .tagged(Tag::Staff)
            .body(
                "An account",
                json!({ "program": "club", "email": "sara@shop.example", "password": "four plain long words" }),
            )
            .replies::<SessionReply>(201, "Logged in.", example())
            .refuses(&["login_failed"]),
        get(PATH, logins::who_am_i)
            .named("readSession", "Read who is logged in", "By the session's cookie.")
            .tagged(Tag::Staff)
            .replies::<SessionReply>(200, "Who it is.", example()),
        delete(PATH, logins::log_out)
            .named("logOut", "Log out", "The cookie is worth nothing from then on.")
            .tagged(Tag::Staff)
            .empty(204, "Logged out."),
    ]
}

fn example() -> Value {
    json!({ "session": {
        "program": "club", "email": "sara@shop.example", "role": "owner", "expires_at": "2026-11-29T08:30:00Z",
    } })
}
