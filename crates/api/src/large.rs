//! A JSON body that may be as large as a program's document.

use crate::body;
use crate::problem::{Error, Result};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;

/// Most bytes that such a body may have: a document of the greatest size, and what stands around it.
pub const BYTES_MAX: usize = rules::document::BYTES_MAX + 64 * 1_024;

/// A body that was read.
#[derive(Clone, Debug)]
pub struct Large<T> {
    /// What it says.
    pub value: T,
    /// As it was sent.
    pub text: String,
}

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Large<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Error::not_json());
        }
        let told = request.headers().get(header::CONTENT_LENGTH);
        let told = told.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if told.is_some_and(|length| length > BYTES_MAX) {
            return Err(Error::too_large_for(BYTES_MAX));
        }
        let bytes = axum::body::to_bytes(request.into_body(), BYTES_MAX).await;
        let bytes = bytes.map_err(|error| {
            let cause = std::error::Error::source(&error);
            // The limit is the only cause that is not the connection's end.
            if cause.is_some_and(|cause| cause.to_string().contains("length limit")) {
                Error::too_large_for(BYTES_MAX)
            } else {
                Error::malformed("The body ended early.")
            }
        })?;
        let text = String::from_utf8(bytes.into())
            .map_err(|_| Error::malformed("The body is not UTF-8."))?;
        let value = body::read(&text)?;
        Ok(Self { value, text })
    }
}
