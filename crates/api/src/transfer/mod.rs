//! What comes into a club and what leaves it: members, orders, refunds, redemptions and adjustments, as CSV or as
//! lines of JSON.
//!
//! Everything streams: neither side ever holds a file. An import plays each line as of its own date, by the same
//! functions that the API's requests end in, so that it comes to what the requests would have come to. Lines that
//! cannot be taken are noted with their place, and the rest goes on. How far an import has come is written in the
//! transaction of its lines: when it breaks off, the same file goes on where it was.
//!
//! # CSV
//! UTF-8 with or without a byte order mark, commas, `"` around cells that hold commas, line ends or quotation marks,
//! LF or CRLF. The first row names the columns as the API names its fields. An empty cell is an absent field. Whole
//! numbers are read as people write them: Persian and Arabic digits and thousands marks too. Money is in minor
//! units. An order with several lines has a row for each, one after the other, with the same `order_id`; what is
//! said of the whole order stands on its first row and is empty or the same on the others. Columns that only an
//! export has, such as balances, are passed over by an import, for the club computes them; so is a column whose name
//! is empty.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula. An
//! export writes `'` before such a text, and an import takes it away again.
//!
//! # Lines of JSON
//! With a kind, each line is an object of its fields. A file of the kind `history` mixes them, and each line names
//! what it is: `{"member": …}`, `{"order": …}`, `{"refund": …}`, `{"redemption": …}`, `{"adjustment": …}`. A member's
//! lines stand oldest first.

mod cells;
mod columns;
pub mod command;
mod export;
mod history;
mod import;
mod lines;
mod play;
mod records;
mod report;
mod risks;
mod tables;
mod typed;

pub use export::{Export, Exported, page};
pub use import::{Import, Progress, Summary, import, import_of, imports, report_page};
pub use lines::{AdjustmentLine, LineFault, RedemptionLine};
pub use report::Report;
pub use risks::risk_row;
pub use tables::Table;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most bytes of a line, or of a record of CSV.
pub const LINE_MAX: usize = 64 * 1_024;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Comma-separated values with a row of names.
    Csv,
    /// A JSON object on each line.
    Ndjson,
}

impl Format {
    /// Its media type.
    #[must_use]
    pub const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// What the lines of an import are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Members: the fields of `PUT /v1/members/{external_id}`, and `external_id`.
    Members,
    /// Orders: the fields of `PUT /v1/orders/{order_id}`, `order_id`, and `at`, when it came to be so.
    Orders,
    /// Refunds: the fields of `POST /v1/orders/{order_id}/refunds`, `order_id` and `at`.
    Refunds,
    /// Rewards that were taken: `member`, `reward_id`, `at`, and perhaps `units`, `code`, `cancelled_at`.
    Redemptions,
    /// Points that the shop gave or took: `member`, `id`, `points`, and perhaps `at`, `reason`. The way in for
    /// balances from another system.
    Adjustments,
    /// All of them, mixed: each line names what it is. Not as CSV.
    History,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> String {
        crate::club::word(self)
    }
}
