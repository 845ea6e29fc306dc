//! Records into what they tell: typed, or faults with their places.

use super::cells::unguarded;
use super::columns::{self, Cell};
use super::records::{Record, Records, Text};
use super::typed::{json_line, typed};
use super::{Format, Kind};
use crate::problem::{Error, fault};
use contract::orders::{MemberInput, OrderInput, RefundInput};
use contract::problem::Fault;
use rules::{Points, Timestamp, parse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::io::{self, Read};

pub(super) type Fields = Map<String, Value>;

/// What a line of an import tells.
#[derive(Clone, Debug)]
pub(super) enum Line {
    Member(String, MemberInput),
    Order(String, OrderInput, Option<Timestamp>),
    Refund(String, RefundInput, Option<Timestamp>),
    Redemption(RedemptionLine),
    Adjustment(AdjustmentLine),
}

/// A reward that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RedemptionLine {
    /// The shop's id of the member.
    pub member: String,
    /// The reward.
    pub reward_id: String,
    /// How many units of it.
    #[serde(default = "one")]
    pub units: u32,
    /// When it was taken.
    pub at: Timestamp,
    /// The coupon's code, so that the one that the shopper holds stays good; a new one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// When it was given back unused. A line that says so may follow the one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Timestamp>,
}

const fn one() -> u32 {
    1
}

/// Points that the shop gave, or took (below zero).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustmentLine {
    /// The shop's id of the member.
    pub member: String,
    /// Its id, 1 to 128 bytes; the same id again changes nothing.
    pub id: String,
    /// How many; never more are taken than there are.
    pub points: Points,
    /// When; as the line before when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Why, for the audit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineFault {
    /// The line of the file, from 1.
    pub line: u64,
    /// Where on it: a JSON pointer, or the name of a column; empty for the whole line.
    pub pointer: String,
    /// Stable and for machines.
    pub code: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}

/// A line of the file, or an order of several rows.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Where it begins.
    pub(super) line: u64,
    /// For an order of CSV, the row of each of its lines.
    rows: Vec<u64>,
    is_row: bool,
    pub(super) told: Result<Line, Vec<LineFault>>,
}

impl Item {
    /// Faults of the club's functions, at their places in the file.
    pub(super) fn faults_of(&self, error: &Error) -> Vec<LineFault> {
        let place = |fault: &Fault| self.placed(fault);
        if error.faults().is_empty() {
            return vec![LineFault {
                line: self.line,
                pointer: String::new(),
                code: error.code().to_owned(),
                detail: error.detail().to_owned(),
            }];
        }
        error.faults().iter().map(place).collect()
    }

    fn placed(&self, fault: &Fault) -> LineFault {
        let mut line = self.line;
        let mut pointer = fault.pointer.clone();
        if self.is_row {
            let mut parts = fault.pointer.trim_start_matches('/').split('/');
            pointer = parts.next().unwrap_or_default().to_owned();
            if pointer == "contacts" {
                pointer = parts.next().unwrap_or("email").to_owned();
            } else if pointer == "items" {
                let row = parts.next().and_then(|at| at.parse::<usize>().ok());
                line = row
                    .and_then(|at| self.rows.get(at).copied())
                    .unwrap_or(line);
                pointer = parts.next().unwrap_or("sku").to_owned();
            }
        }
        LineFault {
            line,
            pointer,
            code: fault.code.clone(),
            detail: fault.detail.clone(),
        }
    }
}

/// Why a file cannot be imported at all.
#[derive(Debug)]
pub(super) enum Fatal {
    Source(io::Error),
    Header(Error),
}

impl From<io::Error> for Fatal {
    fn from(error: io::Error) -> Self {
        Self::Source(error)
    }
}

/// Reads the lines of a file.
pub(super) struct Lines<R> {
    records: Records<R>,
    kind: Kind,
    header: Option<Vec<columns::Column>>,
    /// A row that was read to see that the order before it has ended, and where that order ended.
    ahead: Option<(Row, u64, String)>,
}

struct Row {
    line: u64,
    fields: Fields,
    item: Fields,
    faults: Vec<LineFault>,
}

impl<R: Read> Lines<R> {
    /// # Errors
    /// When the file cannot be read, or its first row does not name columns of this kind.
    pub(super) fn new(source: R, kind: Kind, format: Format) -> Result<Self, Fatal> {
        let mut lines = Self {
            records: Records::new(source, format)?,
            kind,
            header: None,
            ahead: None,
        };
        if format == Format::Csv
            && let Some(first) = lines.records.next()?
        {
            lines.header = Some(header(kind, first).map_err(Fatal::Header)?);
        }
        Ok(lines)
    }

    /// Bytes up to the end of the last item.
    pub(super) fn bytes(&self) -> u64 {
        match &self.ahead {
            Some((_, bytes, _)) => *bytes,
            None => self.records.bytes(),
        }
    }

    /// The digest of the file up to the end of the last item.
    pub(super) fn digest(&self) -> String {
        match &self.ahead {
            Some((_, _, digest)) => digest.clone(),
            None => self.records.digest(),
        }
    }

    /// The next item; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Item>> {
        if self.header.is_some() {
            return self.next_of_rows();
        }
        let Some(record) = self.records.next()? else {
            return Ok(None);
        };
        let mut item = Item {
            line: record.line,
            rows: Vec::new(),
            is_row: false,
            told: Err(Vec::new()),
        };
        item.told = match record.text {
            Ok(Text::Json(text)) if text.trim().is_empty() => return self.next(),
            Ok(Text::Json(text)) => {
                json_line(self.kind, &text).map_err(|error| item.faults_of(&error))
            }
            Ok(Text::Row(_)) => Err(Vec::new()),
            Err(unreadable) => Err(vec![unread(record.line, unreadable.words())]),
        };
        Ok(Some(item))
    }

    /// One row, or those of one order.
    fn next_of_rows(&mut self) -> io::Result<Option<Item>> {
        let first = match self.ahead.take() {
            Some((row, ..)) => Some(row),
            None => self.row()?,
        };
        let Some(first) = first else { return Ok(None) };
        let Row {
            line,
            mut fields,
            item,
            mut faults,
        } = first;
        let mut rows = vec![line];
        let mut items = Vec::new();
        if !item.is_empty() {
            items.push(Value::Object(item));
        }
        if self.kind == Kind::Orders && fields.contains_key("order_id") {
            loop {
                let (bytes, digest) = (self.records.bytes(), self.records.digest());
                let Some(row) = self.row()? else { break };
                let same = row.fields.get("order_id") == fields.get("order_id");
                // Beyond the most that an order may have they are parted, so that memory is bounded.
                if !same || rows.len() > 600 {
                    self.ahead = Some((row, bytes, digest));
                    break;
                }
                rows.push(row.line);
                items.push(Value::Object(row.item));
                faults.extend(row.faults);
                for (name, value) in row.fields {
                    if fields.get(&name) != Some(&value) {
                        let detail = "What is said of the whole order stands on its first row, and is empty or the \
                                      same on the others.";
                        faults.push(LineFault {
                            line: row.line,
                            pointer: name,
                            code: "differs".to_owned(),
                            detail: detail.to_owned(),
                        });
                    }
                }
            }
            fields.insert("items".to_owned(), Value::Array(items));
        }
        let mut item = Item {
            line,
            rows,
            is_row: true,
            told: Err(Vec::new()),
        };
        item.told = if faults.is_empty() {
            typed(self.kind, fields).map_err(|error| item.faults_of(&error))
        } else {
            Err(faults)
        };
        Ok(Some(item))
    }

    fn row(&mut self) -> io::Result<Option<Row>> {
        let Some(record) = self.records.next()? else {
            return Ok(None);
        };
        let mut row = Row {
            line: record.line,
            fields: Fields::new(),
            item: Fields::new(),
            faults: Vec::new(),
        };
        let cells = match record.text {
            Ok(Text::Row(cells)) => cells,
            Ok(Text::Json(_)) => Vec::new(),
            Err(unreadable) => {
                row.faults.push(unread(row.line, unreadable.words()));
                return Ok(Some(row));
            }
        };
        let columns = self.header.as_deref().unwrap_or_default();
        if cells.len() > columns.len() {
            let detail = format!(
                "The row has {} cells, the first row names {}.",
                cells.len(),
                columns.len()
            );
            row.faults
                .push(unread(row.line, ("too_many_cells", &detail)));
        }
        for ((name, cell), text) in columns.iter().zip(&cells) {
            let text = unguarded(text);
            if text.is_empty() || *cell == Cell::Told {
                continue;
            }
            if let Err(error) = without_nul(text) {
                row.faults
                    .push(unread(row.line, ("bad_character", error.detail())));
                continue;
            }
            match value(*cell, text) {
                Ok(value) if *cell == Cell::Contact => {
                    let contacts = row
                        .fields
                        .entry("contacts")
                        .or_insert_with(|| Fields::new().into());
                    contacts[*name] = value;
                }
                Ok(value) => {
                    let of_line = matches!(cell, Cell::LineText | Cell::LineNumber);
                    let fields = if of_line {
                        &mut row.item
                    } else {
                        &mut row.fields
                    };
                    fields.insert((*name).to_owned(), value);
                }
                Err((code, detail)) => row.faults.push(LineFault {
                    line: row.line,
                    pointer: (*name).to_owned(),
                    code: code.to_owned(),
                    detail,
                }),
            }
        }
        Ok(Some(row))
    }
}

fn unread(line: u64, (code, detail): (&str, &str)) -> LineFault {
    LineFault {
        line,
        pointer: String::new(),
        code: code.to_owned(),
        detail: detail.to_owned(),
    }
}

fn value(cell: Cell, text: &str) -> Result<Value, (&'static str, String)> {
    Ok(match cell {
        Cell::Text | Cell::LineText | Cell::Contact | Cell::Told => Value::from(text),
        Cell::Flag => match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => return Err(("invalid", "Write true or false.".to_owned())),
        },
        Cell::Day => {
            let day = crate::books::day(text);
            let day = day.ok_or(("invalid", "Write a day of the year as MM-DD.".to_owned()))?;
            json!({ "month": day.month, "day": day.day })
        }
        Cell::Words => text.split_whitespace().map(Value::from).collect(),
        Cell::Number | Cell::LineNumber => {
            let number = parse::points(text).map_err(|error| {
                let detail = format!("A whole number, money in minor units: {error}.");
                (error.wrong.code(), detail)
            })?;
            Value::from(number.0)
        }
    })
}

/// The columns that the first row names, all faults of it at once.
fn header(kind: Kind, first: Record) -> Result<Vec<columns::Column>, Error> {
    let names = match first.text {
        Ok(Text::Row(names)) => names,
        Ok(Text::Json(_)) => Vec::new(),
        Err(unreadable) => {
            let (code, detail) = unreadable.words();
            return Err(Error::invalid("", code, detail));
        }
    };
    let known = columns::of(kind);
    let list = || {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    };
    let mut faults = Vec::new();
    let mut found: Vec<columns::Column> = Vec::new();
    for name in &names {
        let name = name.trim();
        if name.is_empty() {
            // A column without a name is the shop's own, and passed over.
            found.push(("", Cell::Told));
            continue;
        }
        match known.iter().find(|(known, _)| *known == name) {
            None => {
                let detail = format!(
                    "The first row names a column {name}; this kind has {}.",
                    list()
                );
                faults.push(fault(name, "unknown_column", detail));
            }
            Some(column) if found.contains(column) => {
                let detail = format!("The first row names {name} twice.");
                faults.push(fault(name, "column_twice", detail));
            }
            Some(column) => found.push(*column),
        }
    }
    for needed in columns::needed(kind) {
        if !found.iter().any(|(name, _)| name == needed) {
            let detail = format!("The first row does not name {needed}, which every row needs.");
            faults.push(fault(*needed, "column_missing", detail));
        }
    }
    if faults.is_empty() {
        Ok(found)
    } else {
        Err(Error::validation(faults))
    }
}

/// No database stores U+0000.
pub(super) fn without_nul(text: &str) -> Result<(), Error> {
    if text.contains('\0') || text.contains("\\u0000") {
        return Err(Error::invalid(
            "",
            "bad_character",
            "The line holds the character U+0000, which cannot be stored.",
        ));
    }
    Ok(())
}
