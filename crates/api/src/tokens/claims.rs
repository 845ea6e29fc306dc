//! What a token says, once its signature is proven.

use super::{Subject, refused};
use crate::keys::Signing;
use crate::problem::{Error, Result};
use rules::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// What `aud` must be.
pub const AUDIENCE: &str = "vafa";
/// Seconds between `iat` and `exp` at most.
pub const LIFE_S_MAX: i64 = 600;
/// Seconds by which the shop's clock may be off.
pub const LEEWAY_S: i64 = 30;
/// Bytes of `sub` at most.
pub const SUBJECT_BYTES_MAX: usize = 128;
/// No second that a token may name is later: a number beyond it counts milliseconds.
const SECONDS_MAX: i64 = 99_999_999_999;

/// Judges the claims of a token whose signature holds.
pub(super) fn judge(
    claims: &BTreeMap<String, Value>,
    key: &Signing,
    now: Timestamp,
) -> Result<Subject> {
    if text(claims, "iss")? != key.program {
        return Err(refused(
            "/claims/iss",
            "wrong_issuer",
            "iss is the id of the program that the signing key belongs to",
        ));
    }
    judge_audience(claims)?;
    let external_id = text(claims, "sub")?;
    if !(1..=SUBJECT_BYTES_MAX).contains(&external_id.len())
        || external_id.chars().any(char::is_control)
    {
        return Err(refused(
            "/claims/sub",
            "subject_invalid",
            "sub is the shop's id of the shopper, 1 to 128 bytes without control characters",
        ));
    }
    judge_times(claims, now.0.div_euclid(1_000))?;
    Ok(Subject {
        tenant: key.tenant.clone(),
        external_id: external_id.to_owned(),
    })
}

/// `"vafa"`, or a list of it alone: some libraries always write a list.
fn judge_audience(claims: &BTreeMap<String, Value>) -> Result<()> {
    let fits = match present(claims, "aud")? {
        Value::String(aud) => aud == AUDIENCE,
        Value::Array(all) => matches!(all.as_slice(), [Value::String(aud)] if aud == AUDIENCE),
        _ => return Err(mistyped("aud", "a text")),
    };
    if fits {
        return Ok(());
    }
    Err(refused(
        "/claims/aud",
        "wrong_audience",
        "aud is \"vafa\" and nobody else",
    ))
}

fn judge_times(claims: &BTreeMap<String, Value>, now_s: i64) -> Result<()> {
    let iat = seconds(claims, "iat")?;
    let exp = seconds(claims, "exp")?;
    let nbf = match claims.get("nbf") {
        Some(_) => Some(seconds(claims, "nbf")?),
        None => None,
    };
    if exp <= iat {
        return Err(refused(
            "/claims/exp",
            "ends_before_it_begins",
            "exp is later than iat",
        ));
    }
    if exp - iat > LIFE_S_MAX {
        return Err(refused(
            "/claims/exp",
            "lifetime_too_long",
            "a token lives 600 seconds at most (exp - iat)",
        ));
    }
    if iat > now_s + LEEWAY_S {
        return Err(refused(
            "/claims/iat",
            "issued_in_future",
            "it is from the future; check the clock of the shop's server",
        ));
    }
    if nbf.is_some_and(|nbf| nbf > now_s + LEEWAY_S) {
        return Err(refused(
            "/claims/nbf",
            "not_yet_valid",
            "it does not count yet (nbf)",
        ));
    }
    if now_s >= exp + LEEWAY_S {
        return Err(Error::token_expired());
    }
    Ok(())
}

fn present<'a>(claims: &'a BTreeMap<String, Value>, name: &str) -> Result<&'a Value> {
    claims.get(name).ok_or_else(|| {
        refused(
            &format!("/claims/{name}"),
            "claim_missing",
            &format!("{name} is missing; iss, aud, sub, iat and exp are all required"),
        )
    })
}

fn text<'a>(claims: &'a BTreeMap<String, Value>, name: &str) -> Result<&'a str> {
    present(claims, name)?
        .as_str()
        .ok_or_else(|| mistyped(name, "a text"))
}

fn seconds(claims: &BTreeMap<String, Value>, name: &str) -> Result<i64> {
    present(claims, name)?
        .as_i64()
        .filter(|seconds| (0..=SECONDS_MAX).contains(seconds))
        .ok_or_else(|| {
            mistyped(
                name,
                "whole seconds since 1970, a number without a fraction",
            )
        })
}

fn mistyped(name: &str, what: &str) -> Error {
    refused(
        &format!("/claims/{name}"),
        "claim_mistyped",
        &format!("{name} must be {what}"),
    )
}
