//! The problems that an operation answers with: a response for each status, with its codes.

use crate::problem::CODES;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Codes whose status is not 409. Every other code is a refusal by the state of the club.
const STATUSES: &[(u16, &[&str])] = &[
    (400, &["malformed_request", "idempotency_key_missing"]),
    (
        401,
        &[
            "unauthorized",
            "token_invalid",
            "token_expired",
            "login_failed",
        ],
    ),
    (
        403,
        &[
            "origin_not_allowed",
            "scope_missing",
            "role_missing",
            "cross_site",
            "setup_code_wrong",
        ],
    ),
    (404, &["not_found", "not_a_member"]),
    (405, &["method_not_allowed"]),
    (408, &["request_timeout"]),
    (412, &["draft_changed"]),
    (413, &["body_too_large"]),
    (415, &["not_json"]),
    (422, &["validation_failed", "idempotency_key_reused"]),
    (429, &["rate_limited"]),
    (500, &["internal_error", "cannot_start"]),
    (503, &["unavailable", "ledger_broken"]),
];

/// The HTTP status of a code.
#[must_use]
pub fn status(code: &str) -> u16 {
    STATUSES
        .iter()
        .find(|(_, codes)| codes.contains(&code))
        .map_or(409, |(status, _)| *status)
}

/// What a code means, if there is such a code.
pub(super) fn meaning(code: &str) -> Option<&'static str> {
    CODES
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, meaning)| *meaning)
}

/// What a status is called where people read it.
pub(super) fn reason(status: u16) -> &'static str {
    axum::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Problem")
}

/// Responses to a set of codes, each written once for the whole document: the operation's references by status.
pub(super) fn responses(
    codes: &BTreeSet<&'static str>,
    schema: &Value,
    shared: &mut Map<String, Value>,
) -> Map<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<&'static str>> = BTreeMap::new();
    for code in codes {
        by_status.entry(status(code)).or_default().push(code);
    }
    by_status
        .into_iter()
        .map(|(status, codes)| {
            let name = format!("{status}.{}", codes.join("."));
            shared
                .entry(&name)
                .or_insert_with(|| response(status, &codes, schema));
            let reference = json!({ "$ref": format!("#/components/responses/{name}") });
            (status.to_string(), reference)
        })
        .collect()
}

fn response(status: u16, codes: &[&'static str], schema: &Value) -> Value {
    let mut description = reason(status).to_owned();
    let mut examples = Map::new();
    for code in codes {
        let meaning = meaning(code).unwrap_or_default();
        description.push_str(&format!("\n\n- `{code}`: {meaning}"));
        let body = json!({
            "type": format!("/problems/{code}"),
            "status": status,
            "code": code,
            "detail": meaning,
        });
        examples.insert(
            (*code).to_owned(),
            json!({ "summary": meaning, "value": body }),
        );
    }
    let mut schema = schema.clone();
    if let Some(fields) = schema.as_object_mut() {
        fields.insert(
            "properties".to_owned(),
            json!({ "code": { "enum": codes } }),
        );
    }
    let mut response = json!({
        "description": description,
        "content": { "application/problem+json": { "schema": schema, "examples": examples } },
    });
    let waits = matches!(status, 429 | 503) || codes.contains(&"idempotency_key_in_flight");
    if waits {
        response["headers"] =
            json!({ "Retry-After": { "$ref": "#/components/headers/Retry-After" } });
    }
    if status == 401 {
        response["headers"] =
            json!({ "WWW-Authenticate": { "$ref": "#/components/headers/WWW-Authenticate" } });
    }
    response
}
