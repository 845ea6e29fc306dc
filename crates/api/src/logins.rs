//! Logging in and out, and who is logged in. The session is a cookie that scripts cannot read.

use crate::audit;
use crate::body::Json;
use crate::credentials::{COOKIE, Peer, SameSite, Staff};
use crate::passwords::{Hashed, Password};
use crate::problem::{Error, Result};
use crate::sessions::{self, Cookie, LIFE_MS, Session};
use crate::staff::{self, Role};
use crate::state::State;
use axum::extract::State as Shared;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
pub use contract::staff::{SessionReply, SessionView};
use rules::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use store::{Tx, query};

/// Who wants to log in.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The program's id.
    pub program: String,
    /// The account's e-mail address; case does not matter.
    pub email: String,
    /// The account's password.
    pub password: Password,
}

pub(crate) fn reply(status: StatusCode, session: SessionView) -> Result<Response> {
    let body = serde_json::to_vec(&SessionReply { session })?;
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "private, no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

pub(crate) fn set_cookie(response: &mut Response, value: &str, life_s: i64) -> Result<()> {
    let cookie =
        format!("{COOKIE}={value}; Path=/; Max-Age={life_s}; Secure; HttpOnly; SameSite=Strict");
    let cookie = HeaderValue::from_str(&cookie).map_err(Error::internal)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(())
}

struct Found {
    tenant: String,
    staff: String,
    role: Role,
    password: Hashed,
}

async fn find(tx: &mut Tx, program: &str, email: &str) -> Result<Option<Found>> {
    if program.contains(char::is_control) {
        // No program is called so, and not every database takes it as a text.
        return Ok(None);
    }
    let row: Option<(String, String, String, String)> = query(
        "SELECT staff.tenant, staff.staff, staff.role, staff.password FROM staff
         JOIN tenants ON tenants.tenant = staff.tenant
         WHERE tenants.program = $1 AND staff.email = $2 AND staff.disabled_at IS NULL",
    )
    .bind(program)
    .bind(email)
    .fetch_optional(tx)
    .await?;
    let Some((tenant, staff, role, password)) = row else {
        return Ok(None);
    };
    Ok(Some(Found {
        tenant,
        staff,
        role: staff::role_named(&role)?,
        password: Hashed::stored(password),
    }))
}

/// Whether this is the password of an open account. It takes as long when there is none.
///
/// # Errors
/// 503 when too many are proving passwords.
pub(crate) async fn proves(
    state: &State,
    program: &str,
    email: &str,
    password: Password,
) -> Result<bool> {
    let named = (program.to_owned(), email.to_owned());
    let found = state
        .db
        .look(named, |mut tx, (program, email)| {
            Box::pin(async move {
                let found = find(&mut tx, program, email).await;
                (tx, found)
            })
        })
        .await?;
    let stored = found.map(|found| found.password);
    state.passwords.prove(password, stored).await
}

async fn begin(tx: &mut Tx, found: &Found, now: Timestamp) -> Result<Option<Cookie>> {
    let (tenant, staff) = (&found.tenant, &found.staff);
    let cookie = sessions::begin(tx, tenant, staff, &found.password, now).await?;
    if cookie.is_some() {
        audit::note(tx, tenant, "staff.logged_in", staff, staff, now).await?;
    }
    Ok(cookie)
}

/// `POST /v1/sessions`: logs in. 201 with who it is and the session's cookie.
///
/// # Errors
/// 401 `login_failed` for a wrong e-mail address or password, after the same time and without telling which;
/// 403 `cross_site` for a page of another site; 422 for an e-mail address that is none; 429 after ten tries in
/// a quarter of an hour by this address or for this account; 503 when too many are logging in.
pub async fn log_in(
    Shared(state): Shared<State>,
    _: SameSite,
    peer: Peer,
    Json { value: login, .. }: Json<Login>,
) -> Result<Response> {
    let email = staff::read_email(&login.email)?;
    let now = state.clock.now();
    let counted = state.tries.count(peer.0, &login.program, &email, now);
    counted.map_err(Error::rate_limited)?;
    let named = (login.program.clone(), email.clone());
    let found = state
        .db
        .look(named, |mut tx, (program, email)| {
            Box::pin(async move {
                let found = find(&mut tx, program, email).await;
                (tx, found)
            })
        })
        .await?;
    let stored = found.as_ref().map(|found| found.password.clone());
    let proven = state.passwords.prove(login.password, stored).await?;
    let found = found.filter(|_| proven).ok_or_else(Error::login_failed)?;
    let role = found.role;
    let cookie: Option<Cookie> = state
        .db
        .write((found, now), |mut tx, (found, now)| {
            Box::pin(async move {
                let begun = begin(&mut tx, found, *now).await;
                (tx, begun)
            })
        })
        .await?;
    let cookie = cookie.ok_or_else(Error::login_failed)?;
    state.tries.proven(&login.program, &email);
    let mut response = reply(
        StatusCode::CREATED,
        SessionView {
            program: login.program,
            email,
            role,
            expires_at: Timestamp(now.0 + LIFE_MS),
        },
    )?;
    set_cookie(&mut response, cookie.text(), LIFE_MS / 1_000)?;
    Ok(response)
}

/// `GET /v1/sessions`: who is logged in.
///
/// # Errors
/// 401 when nobody is.
pub async fn who_am_i(staff: Staff) -> Result<Response> {
    let Session {
        program,
        email,
        role,
        expires_at,
        ..
    } = staff.session;
    reply(
        StatusCode::OK,
        SessionView {
            program,
            email,
            role,
            expires_at,
        },
    )
}

/// `DELETE /v1/sessions`: logs out. 204; the cookie is worth nothing from then on.
///
/// # Errors
/// 401 when nobody is logged in, 403 `cross_site` for a page of another site.
pub async fn log_out(Shared(state): Shared<State>, staff: Staff) -> Result<Response> {
    let now = state.clock.now();
    let () = state
        .db
        .write((staff, now), |mut tx, (staff, now)| {
            Box::pin(async move {
                let ended = end(&mut tx, staff, *now).await;
                (tx, ended)
            })
        })
        .await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, "", 0)?;
    Ok(response)
}

async fn end(tx: &mut Tx, staff: &Staff, now: Timestamp) -> Result<()> {
    sessions::end(tx, &staff.cookie).await?;
    let (tenant, actor) = (staff.tenant(), staff.actor());
    audit::note(tx, tenant, "staff.logged_out", actor, actor, now).await
}
