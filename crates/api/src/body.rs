//! A JSON body, read strictly: what is wrong with it is told with its place.

use crate::problem::{Error, Result, fault};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use std::fmt;

/// Most bytes that a body may have.
pub const BYTES_MAX: usize = 64 * 1_024;
/// Most levels of arrays and objects inside each other.
pub const LEVELS_MAX: usize = 64;

/// A body that was read.
#[derive(Clone)]
pub struct Json<T> {
    /// What it says.
    pub value: T,
    /// As it was sent.
    pub text: String,
}

impl<T: fmt::Debug> fmt::Debug for Json<T> {
    /// Without the text: what the value keeps to itself stands in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Json")
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

/// A body as it was sent; empty when there was none.
#[derive(Clone, Debug)]
pub struct Text(pub String);

impl<S: Sync> FromRequest<S> for Text {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let bytes = axum::body::to_bytes(request.into_body(), BYTES_MAX)
            .await
            .map_err(|error| {
                // The limit is the only cause that is not the connection's end.
                if std::error::Error::source(&error)
                    .is_some_and(|cause| cause.to_string().contains("length limit"))
                {
                    Error::too_large()
                } else {
                    Error::malformed("The body ended early.")
                }
            })?;
        let text = String::from_utf8(bytes.into())
            .map_err(|_| Error::malformed("The body is not UTF-8."))?;
        Ok(Self(text))
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| {
                kind.split(';')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .eq_ignore_ascii_case("application/json")
            });
        if !is_json {
            return Err(Error::not_json());
        }
        let Text(text) = Text::from_request(request, state).await?;
        let value = read(&text)?;
        Ok(Self { value, text })
    }
}

/// Reads JSON.
///
/// # Errors
/// 400 when it is not JSON, 422 with the place when it is not what was asked for.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    if levels(text) > LEVELS_MAX {
        return Err(Error::malformed(format!(
            "The body has more than {LEVELS_MAX} levels of arrays and objects inside each other."
        )));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        if error.inner().is_data() {
            Error::validation(vec![fault(
                pointer(error.path()),
                "invalid",
                error.inner().to_string(),
            )])
        } else {
            Error::malformed(format!("The body is not JSON: {}.", error.inner()))
        }
    })?;
    reader
        .end()
        .map_err(|error| Error::malformed(format!("The body is not JSON: {error}.")))?;
    Ok(value)
}

/// How deep arrays and objects lie inside each other, judged by the brackets outside of texts.
fn levels(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut in_text = false;
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_text = !in_text,
            b'\\' if in_text => {
                bytes.next();
            }
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => pointer.push_str(&index.to_string()),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => {}
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;
    use contract::orders::OrderInput;

    #[test]
    fn a_fault_names_its_place() {
        let text = r#"{"member":"c1","status":"paid","currency":"IRR",
            "items":[{"sku":"a","quantity":1,"unit_price":1},{"sku":"b","quantity":"2","unit_price":1}]}"#;
        let error = read::<OrderInput>(text).unwrap_err().body();
        assert_eq!(
            (error.status, error.errors[0].pointer.as_str()),
            (422, "/items/1/quantity")
        );
    }

    #[test]
    fn levels_are_counted_outside_of_texts() {
        for (text, deep) in [
            ("1", 0),
            ("[]", 1),
            (r#"[{"a":[1]},[2]]"#, 3),
            (r#"["[[[",{"]\"[[":"\\"}]"#, 2),
            ("]]][", 1),
        ] {
            assert_eq!(levels(text), deep, "{text}");
        }
        let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
        let status = |n| {
            read::<serde_json::Value>(&nested(n))
                .err()
                .map(|error| error.body().status)
        };
        assert_eq!(
            (status(LEVELS_MAX), status(LEVELS_MAX + 1)),
            (None, Some(400))
        );
    }

    #[test]
    fn what_is_not_json_is_told_apart() {
        for text in ["", "{", "[1,]", "{} {}", &"[".repeat(5_000)] {
            assert_eq!(
                read::<serde_json::Value>(text).unwrap_err().body().status,
                400,
                "{text}"
            );
        }
    }
}
