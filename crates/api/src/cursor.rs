//! Places in lists that are ordered by more than a number, as cursors.

use crate::ids;
use crate::problem::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A place as it stands in `next_cursor`.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn write(place: &impl Serialize) -> Result<String> {
    Ok(ids::base64url(&serde_json::to_vec(place)?))
}

/// Reads what [`write()`] wrote.
///
/// # Errors
/// 400 for anything else.
pub fn read<T: DeserializeOwned>(cursor: &str) -> Result<T> {
    let bytes = ids::from_base64url(cursor);
    let place = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    place.ok_or_else(|| Error::malformed("The cursor is not one that this API gave."))
}
