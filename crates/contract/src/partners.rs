//! Codes of partners, as the shop's server loads and counts them: credential is a secret key.

use rules::Timestamp;
use serde::{Deserialize, Serialize};

/// `POST /v1/partners/{partner}/codes` as JSON, 64 KB at most. Codes by the line, as NDJSON or CSV, have no limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PartnerCodes {
    /// The codes.
    pub codes: Vec<PartnerCode>,
}

/// A code that a partner takes: in the list, as an object on a line of NDJSON, or in the same two columns of CSV.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PartnerCode {
    /// The code: 1 to 64 visible ASCII characters, kept exactly as they are sent. Another one is refused alone, and told
    /// of in `faults`.
    pub code: String,
    /// First instant at which the partner no longer takes it; it is not handed out from then on.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// What became of codes that were sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct CodesLoaded {
    /// Codes that are new.
    pub loaded: u64,
    /// Codes that were there already, in this list or from before; nothing about them has changed.
    pub duplicates: u64,
    /// Lines that cannot be read.
    pub refused: u64,
    /// The first 100 of those.
    pub faults: Vec<BadLine>,
}

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct BadLine {
    /// Its number, from 1; in a JSON list the place of the code, from 1.
    pub line: u64,
    /// Stable code.
    pub code: String,
    /// What is wrong, in a sentence.
    pub detail: String,
}

/// Answer to codes that were sent: `{"codes": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct CodesLoadedReply {
    /// What became of them.
    pub codes: CodesLoaded,
}

/// How many codes of a partner there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct CodeCounts {
    /// In the pool: they can be handed out.
    pub free: u64,
    /// A member has them, or had them.
    pub given: u64,
    /// They ended before anybody got them.
    pub expired: u64,
    /// Codes for everybody that have not ended; the newest is shown.
    pub shared: u64,
}

/// `GET /v1/partners/{partner}/codes` answers `{"codes": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct CodeCountsReply {
    /// How many there are.
    pub codes: CodeCounts,
}

/// `DELETE /v1/partners/{partner}/codes` answers `{"removed": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct CodesRemoved {
    /// Codes that nobody had and that are gone.
    pub removed: u64,
}
