//! Errors: RFC 9457 problem details with a stable code.

use serde::{Deserialize, Serialize};

/// The body of every error, `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Problem {
    /// Address of the page that explains the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status again.
    pub status: u16,
    /// Stable and for machines, e.g. `not_enough_points`.
    pub code: String,
    /// What happened, to what, and what to do.
    pub detail: String,
    /// Faults in the body, each with its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

/// One fault in a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Fault {
    /// JSON pointer (RFC 6901) to the place.
    pub pointer: String,
    /// Stable and for machines.
    pub code: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}
