//! Versions of a program: those that were published, and those that are to be.

use crate::problem::Fault;
use rules::Timestamp;
use serde::{Deserialize, Serialize};

/// A published version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Version {
    /// Its number; the highest one runs.
    pub version: i64,
    /// What whoever published it noted.
    pub note: Option<String>,
    /// The account (`stf_…`), the key (`key_…`), or `seed`.
    pub published_by: String,
    /// The address of that account.
    pub published_by_email: Option<String>,
    /// When.
    pub published_at: Timestamp,
    /// Whether it is the one that runs.
    pub running: bool,
}

/// A page of versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct VersionPage {
    /// Newest first.
    pub versions: Vec<Version>,
    /// What asks for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A version that waits, or waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Schedule {
    /// `sch_…`.
    pub id: String,
    /// When it is published: at most a minute after.
    pub publish_at: Timestamp,
    /// What became of it.
    pub state: Stage,
    /// What is noted with the version.
    pub note: Option<String>,
    /// Who scheduled it.
    pub created_by: String,
    /// The address of that account.
    pub created_by_email: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// The version that it became.
    pub version: Option<i64>,
    /// Why it was refused when it was due.
    pub faults: Vec<Fault>,
}

/// What became of a scheduled version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Its time has not come.
    Waiting,
    /// It is a version.
    Published,
    /// It no longer held when its time came.
    Refused,
    /// Somebody took it back.
    Cancelled,
}
