//! A JSON body, read strictly: what is wrong with it is told with its place.

mod strict;
mod words;

use self::strict::Strict;
use crate::problem::{Error, Result};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::{DeserializeOwned, IgnoredAny};
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

/// Reads a JSON object.
///
/// # Errors
/// 400 when it is not JSON or too deep, 422 with the place when it is not what was asked for.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    if levels(text) > LEVELS_MAX {
        return Err(Error::malformed(format!(
            "The body has more than {LEVELS_MAX} levels of arrays and objects inside each other."
        )));
    }
    // What is no JSON is told as such, whatever it seems to say before it breaks off.
    serde_json::from_str::<IgnoredAny>(text).map_err(not_json)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(wrong)?;
    if text.contains('[') {
        // The reader takes a list for the fields of an object in their order; we do not.
        let tree: serde_json::Value = serde_json::from_str(text).map_err(not_json)?;
        serde_path_to_error::deserialize::<_, T>(Strict(&tree)).map_err(wrong)?;
    }
    Ok(value)
}

fn wrong(error: serde_path_to_error::Error<serde_json::Error>) -> Error {
    let place = pointer(error.path());
    let error = error.into_inner();
    if error.is_data() {
        Error::invalid(place, "invalid", words::plain(&error.to_string()))
    } else {
        not_json(error)
    }
}

fn not_json(error: serde_json::Error) -> Error {
    Error::malformed(format!("The body is not JSON: {error}."))
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

/// The JSON pointer (RFC 6901) to a place.
pub(crate) fn pointer(path: &Path) -> String {
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
    fn a_list_is_no_object() {
        let error = read::<contract::orders::MemberInput>(" [null]").unwrap_err();
        assert_eq!(error.body().status, 422);
        let listed =
            r#"{"member":"c1","status":"paid","currency":"EUR","items":[["a",null,1,1,0]]}"#;
        let error = read::<OrderInput>(listed).unwrap_err().body();
        let fault = &error.errors[0];
        assert_eq!((error.status, fault.pointer.as_str()), (422, "/items/0"));
        let named = r#"{"sku":"a","quantity":1,"unit_price":1}"#;
        let named = listed.replace(r#"["a",null,1,1,0]"#, named);
        assert_eq!(read::<OrderInput>(&named).unwrap().items.len(), 1);
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
        let nested = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n - 1), "]".repeat(n - 1));
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
        for text in [
            "",
            "{",
            "{\"a\":[1,]}",
            "{} {}",
            "{\"first_name\":1",
            &"[".repeat(5_000),
        ] {
            assert_eq!(
                read::<contract::orders::MemberInput>(text)
                    .unwrap_err()
                    .body()
                    .status,
                400,
                "{text}"
            );
        }
    }
}
