//! Accounts of the people who work for the shop.

use super::answer;
use crate::body::Json;
use crate::credentials::{Peer, Staff};
use crate::inputs::Path;
use crate::openapi::{Route, Tag, get, patch, post, put};
use crate::passwords::Password;
use crate::problem::{Error, Result};
use crate::staff::{self, Account, Role};
use crate::state::State;
use crate::{ids, logins};
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const PATH: &str = "/v1/staff";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get(PATH, list)
            .named("listStaff", "List the accounts", "Closed ones too. For owners.")
            .tagged(Tag::Staff)
            .replies::<Accounts>(200, "The accounts.", json!({ "staff": [example()] })),
        post(PATH, add)
            .named(
                "addStaff",
                "Add an account",
                "Without a password one is made, and shown in this answer only. For owners.",
            )
            .tagged(Tag::Staff)
            .body("An editor", json!({ "email": "omid@shop.example", "role": "editor" }))
            .replies::<AccountReply>(201, "The account, open from now on.", json!({
                "account": example(), "password": "Zk3vQ0m9yT2xw8LrB5nA",
            }))
            .refuses(&["staff_exists"]),
        patch("/v1/staff/{staff}", change)
            .named(
                "changeStaff",
                "Change an account",
                "Another role, another password, closed or open again. A new password and a closed account end its \
                 sessions at once. One open account keeps the role owner. For owners.",
            )
            .tagged(Tag::Staff)
            .body("Close it", json!({ "disabled": true }))
            .body("Make them owner", json!({ "role": "owner" }))
            .replies::<AccountReply>(200, "The account as it is now.", json!({
                "account": example(), "password": null,
            }))
            .refuses(&["last_owner"]),
        put("/v1/sessions/password", set_own)
            .named(
                "setOwnPassword",
                "Set one's own password",
                "Ends every session of the account, this one too: log in with the new password.",
            )
            .tagged(Tag::Staff)
            .body("Both passwords", json!({
                "current": "four plain long words", "password": "five other plain long words",
            }))
            .empty(204, "The new password holds.")
            .refuses(&["login_failed"]),
    ]
}

fn example() -> Value {
    json!({
        "staff": "stf_1q9r4t7v2yaz8x0w3k6m", "email": "omid@shop.example", "role": "editor",
        "created_at": "2026-11-22T08:30:00Z", "disabled_at": null,
    })
}

/// The one member of the reply.
#[derive(Serialize, JsonSchema)]
struct Accounts {
    /// By e-mail address.
    staff: Vec<Account>,
}

/// An account.
#[derive(Serialize, JsonSchema)]
struct AccountReply {
    /// As it is now.
    account: Account,
    /// The password, when it was made here. It is shown this once.
    password: Option<String>,
}

async fn list(Shared(state): Shared<State>, staff: Staff) -> Result<Response> {
    staff.needs(Role::Owner)?;
    let listed = state.read(staff.tenant(), (), |club, ()| {
        Box::pin(async move {
            let tenant = club.tenant().to_owned();
            staff::list(&mut club.tx, &tenant).await
        })
    });
    answer::ok(&Accounts {
        staff: listed.await?,
    })
}

/// Who is added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Add {
    /// The e-mail address to log in with; case does not matter.
    email: String,
    /// What the account may do.
    role: Role,
    /// 12 characters at least and 256 bytes at most; made here when absent.
    password: Option<Password>,
}

async fn add(
    Shared(state): Shared<State>,
    owner: Staff,
    Json { value, .. }: Json<Add>,
) -> Result<Response> {
    owner.needs(Role::Owner)?;
    let Add {
        email,
        role,
        password,
    } = value;
    staff::read_email(&email)?;
    let (password, made) = match password {
        Some(password) => (password, None),
        None => {
            let text = ids::base64url(&ids::random::<15>());
            (Password::new(text.clone()), Some(text))
        }
    };
    let hashed = state.passwords.hash(password).await?;
    let input = (email, role, hashed);
    let added = owner.write(&state, input, |club, (email, role, hashed)| {
        Box::pin(async move {
            let (tenant, actor, now) =
                (club.tenant().to_owned(), club.actor().to_owned(), club.now);
            let tx = &mut club.tx;
            let id = staff::add(tx, &tenant, email, *role, hashed, &actor, now).await?;
            staff::by_id(tx, &tenant, &id).await
        })
    });
    let reply = AccountReply {
        account: added.await?,
        password: made,
    };
    answer::json(StatusCode::CREATED, &reply)
}

/// The account's id.
#[derive(Deserialize, JsonSchema)]
#[schemars(example = &"stf_1q9r4t7v2yaz8x0w3k6m")]
struct StaffId(String);

/// What changes; what is absent stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    /// What the account may do.
    role: Option<Role>,
    /// 12 characters at least and 256 bytes at most.
    password: Option<Password>,
    /// Closed, or open again.
    disabled: Option<bool>,
}

async fn change(
    Shared(state): Shared<State>,
    owner: Staff,
    Path(StaffId(id)): Path<StaffId>,
    Json { value, .. }: Json<Change>,
) -> Result<Response> {
    owner.needs(Role::Owner)?;
    let hashed = match value.password {
        Some(password) => Some(state.passwords.hash(password).await?),
        None => None,
    };
    let input = (id, value.role, value.disabled, hashed);
    let changed = owner.write(&state, input, |club, (id, role, disabled, hashed)| {
        Box::pin(async move {
            let (tenant, actor, now) =
                (club.tenant().to_owned(), club.actor().to_owned(), club.now);
            let tx = &mut club.tx;
            let email = staff::by_id(tx, &tenant, id).await?.email;
            if let Some(role) = role {
                staff::set_role(tx, &tenant, &email, *role, &actor, now).await?;
            }
            if let Some(hashed) = hashed {
                staff::set_password(tx, &tenant, &email, hashed, &actor, now).await?;
            }
            match disabled {
                Some(true) => staff::disable(tx, &tenant, &email, &actor, now).await?,
                Some(false) => staff::enable(tx, &tenant, &email, &actor, now).await?,
                None => {}
            }
            staff::by_id(tx, &tenant, id).await
        })
    });
    answer::ok(&AccountReply {
        account: changed.await?,
        password: None,
    })
}

/// Both passwords.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Own {
    /// The one that holds.
    current: Password,
    /// The one that is to hold: 12 characters at least and 256 bytes at most.
    password: Password,
}

async fn set_own(
    Shared(state): Shared<State>,
    staff: Staff,
    peer: Peer,
    Json { value, .. }: Json<Own>,
) -> Result<Response> {
    let (program, email) = (staff.session.program.clone(), staff.session.email.clone());
    let counted = state
        .tries
        .count(peer.0, &program, &email, state.clock.now());
    counted.map_err(Error::rate_limited)?;
    if !logins::proves(&state, &program, &email, value.current).await? {
        return Err(Error::login_failed());
    }
    let hashed = state.passwords.hash(value.password).await?;
    let changed = staff.write(&state, (email, hashed), |club, (email, hashed)| {
        Box::pin(async move {
            let (tenant, actor, now) =
                (club.tenant().to_owned(), club.actor().to_owned(), club.now);
            staff::set_password(&mut club.tx, &tenant, email, hashed, &actor, now).await
        })
    });
    changed.await?;
    Ok(answer::nothing())
}
