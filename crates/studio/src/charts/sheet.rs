//! A table of figures: what a chart draws, what stands behind it, and what is written into a file.

use super::plot;
use super::unit::Unit;
use crate::words::say;
use leptos::prelude::*;

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    /// Its name.
    pub(crate) name: String,
    /// What its numbers mean; none for words.
    pub(crate) unit: Option<Unit>,
}

impl Column {
    /// A column of words.
    pub(crate) fn words(key: &str) -> Self {
        Self {
            name: say(key),
            unit: None,
        }
    }

    /// Its name, and in what its numbers are.
    fn with_unit(&self, unit: &Unit) -> String {
        let unit = unit.name();
        if unit.is_empty() {
            self.name.clone()
        } else {
            format!("{} ({unit})", self.name)
        }
    }

    /// A column of numbers.
    pub(crate) fn of(key: &str, unit: &Unit) -> Self {
        Self {
            name: say(key),
            unit: Some(unit.clone()),
        }
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Words, perhaps of somebody else.
    Text(String),
    /// A number in the unit of its column.
    Number(i64),
    /// A number or, with its sign, a difference, in a unit of its own.
    In(Unit, i64, bool),
    /// There is no value.
    Nothing,
}

impl Cell {
    /// A number, where there is one.
    pub(crate) fn maybe(value: Option<i64>) -> Self {
        value.map_or(Self::Nothing, Self::Number)
    }

    /// A number of things.
    pub(crate) fn count(value: u32) -> Self {
        Self::Number(value.into())
    }

    /// The number that it is.
    pub(crate) const fn number(&self) -> Option<i64> {
        match self {
            Self::Number(raw) | Self::In(_, raw, _) => Some(*raw),
            Self::Text(_) | Self::Nothing => None,
        }
    }

    /// As it is read.
    pub(crate) fn shown(&self, column: &Column) -> String {
        match (self, &column.unit) {
            (Self::Text(text), _) => text.clone(),
            (Self::Number(raw), Some(unit)) => unit.show(*raw),
            (Self::Number(raw), None) => raw.to_string(),
            (Self::In(unit, raw, true), _) => unit.more(*raw),
            (Self::In(unit, raw, false), _) => unit.show(*raw),
            (Self::Nothing, _) => say("sheet.none"),
        }
    }

    /// As it stands in a file.
    fn plain(&self, column: &Column) -> String {
        match (self, &column.unit) {
            (Self::Text(text), _) => guarded(text),
            (Self::Number(raw), None) => raw.to_string(),
            (Self::Number(raw), Some(unit)) | (Self::In(unit, raw, _), _) => unit.plain(*raw),
            (Self::Nothing, _) => String::new(),
        }
    }
}

/// A row: its cells, and what stands for it beside an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// A cell for each column; the first says what the row is about.
    pub(crate) cells: Vec<Cell>,
    /// The first cell in short; empty where it is short itself.
    pub(crate) brief: String,
    /// What it tells of is not over.
    pub(crate) running: bool,
}

impl Row {
    /// A row of these cells.
    pub(crate) const fn of(cells: Vec<Cell>) -> Self {
        Self {
            cells,
            brief: String::new(),
            running: false,
        }
    }

    /// The first cell, as short as there is.
    pub(crate) fn head(&self) -> &str {
        match self.cells.first() {
            Some(Cell::Text(text)) if self.brief.is_empty() => text,
            _ => &self.brief,
        }
    }
}

/// The table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sheet {
    /// What it is about.
    pub(crate) title: String,
    /// What its file is called, in Latin letters.
    pub(crate) file: String,
    /// Its columns; the first one names the rows.
    pub(crate) columns: Vec<Column>,
    /// Its rows.
    pub(crate) rows: Vec<Row>,
}

impl Sheet {
    /// The whole table for a spreadsheet: with a mark by which it knows the letters, and lines as RFC 4180 has them.
    pub(crate) fn csv(&self) -> String {
        let names = self.columns.iter().map(|column| {
            let unit = column.unit.as_ref();
            guarded(&unit.map_or_else(|| column.name.clone(), |unit| column.with_unit(unit)))
        });
        let names: Vec<String> = names.map(|name| quoted(&name)).collect();
        let mut file = format!("\u{feff}{}\r\n", names.join(","));
        for row in &self.rows {
            let cells = row.cells.iter().zip(&self.columns);
            let cells: Vec<String> = cells
                .map(|(cell, column)| quoted(&cell.plain(column)))
                .collect();
            file.push_str(&cells.join(","));
            file.push_str("\r\n");
        }
        file
    }

    /// The largest share that it has: the darkest.
    pub(super) fn most(&self) -> i64 {
        let shares = self.rows.iter().flat_map(|row| {
            let cells = row.cells.iter().zip(&self.columns);
            cells.filter(|(_, column)| column.unit == Some(Unit::Percent))
        });
        let shares = shares.filter_map(|(cell, _)| cell.number());
        shares.max().unwrap_or(0)
    }

    /// The table in the page; its shares the darker the more they are, where `heat` says so.
    pub(super) fn view(&self, heat: bool) -> impl IntoView + use<> {
        let most = self.most();
        let head = self.columns.iter().map(|column| {
            let class = column.unit.as_ref().map(|_| "number");
            // Days are told as plain numbers: the head says of what.
            let name = match &column.unit {
                Some(unit @ Unit::Days) => column.with_unit(unit),
                _ => column.name.clone(),
            };
            view! {
                <th scope="col" class=class>
                    {name}
                </th>
            }
        });
        let rows = self.rows.iter().map(|row| {
            let running = row.running.then(|| {
                view! { <span class="pill">{say("sheet.running")}</span> }
            });
            let mut cells = row.cells.iter().zip(&self.columns);
            let first = cells.next().map(|(cell, column)| {
                view! {
                    <th scope="row">
                        <bdi>{cell.shown(column)}</bdi>
                        {running}
                    </th>
                }
            });
            let rest = cells.map(|(cell, column)| {
                let class = match cell {
                    Cell::Nothing => Some("number none".to_owned()),
                    Cell::Number(raw) if heat && column.unit == Some(Unit::Percent) => {
                        Some(format!("number heat-{}", plot::heat(*raw, most)))
                    }
                    Cell::Number(_) | Cell::In(..) => Some("number".to_owned()),
                    Cell::Text(_) => None,
                };
                let shown = cell.shown(column);
                // A number runs as the page does, whatever marks it begins with.
                let shown = match cell {
                    Cell::Text(_) => view! { <bdi>{shown}</bdi> }.into_any(),
                    _ => shown.into_any(),
                };
                view! { <td class=class>{shown}</td> }
            });
            view! { <tr>{first} {rest.collect_view()}</tr> }
        });
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label=self.title.clone()>
                <table class="sheet">
                    <caption class="unseen">{self.title.clone()}</caption>
                    <thead>
                        <tr>{head.collect_view()}</tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
    }
}

/// Words that a spreadsheet would take for a formula get an apostrophe before them.
fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_or_breaks_its_line() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            let text = format!("{start}1");
            assert_eq!(guarded(&text), format!("'{text}"));
        }
        assert_eq!(guarded("1=1"), "1=1");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("\"a\"\n"), "\"\"\"a\"\"\n\"");
        assert_eq!(quoted("a b"), "a b");
    }
}
