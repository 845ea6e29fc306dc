//! Instants, and a zone's offsets as a plain value.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant: milliseconds since 1970-01-01T00:00:00Z. On the wire RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A time zone as data: whoever calls brings the offsets, so that the bundle carries no database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// Offset from UTC before the first transition, in minutes east.
    pub offset_minutes: i32,
    /// Changes, oldest first.
    #[serde(default)]
    pub transitions: Vec<Transition>,
}

/// A change of offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// First instant of the new offset.
    pub at: Timestamp,
    /// New offset from UTC, in minutes east.
    pub offset_minutes: i32,
}
