//! From a table to a picture.

use super::ink::{Ink, SERIES, width_of};
use super::scale::Scale;
use super::sheet::{Cell, Sheet};
use super::unit::Unit;
use crate::words::{fill, say};

/// What is drawn of a table, by the places of its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plot {
    /// A line for each column along the rows, which are times; for a single one the interval around it.
    Lines {
        columns: Vec<usize>,
        interval: Option<(usize, usize)>,
    },
    /// A bar for each column at each row, which is a time.
    Bars { columns: Vec<usize> },
    /// Every number in a field of its own, the more the darker.
    Grid,
    /// A bar for each row.
    Shares { column: usize },
    /// A dot and its interval for each row, between the ends of a scale.
    Ranges {
        column: usize,
        interval: (usize, usize),
        ends: (i64, i64),
    },
}

const TOP: f64 = 12.0;
const LINE: f64 = 22.0;

/// Draws a table for a place that is so wide.
pub(super) fn draw(sheet: &Sheet, plot: &Plot, width: f64) -> Ink {
    let rtl = say("dir") == "rtl";
    let width = width.max(200.0);
    match plot {
        Plot::Lines { columns, interval } => over_time(sheet, columns, *interval, width, rtl, true),
        Plot::Bars { columns } => over_time(sheet, columns, None, width, rtl, false),
        Plot::Grid => grid(sheet, width, rtl),
        Plot::Shares { column } => by_rows(sheet, *column, None, width, rtl),
        Plot::Ranges {
            column,
            interval,
            ends,
        } => by_rows(sheet, *column, Some((*interval, *ends)), width, rtl),
    }
}

/// A line through what is known, for the corner of a card.
pub(super) fn spark(values: &[Option<i64>], running: bool, rtl: bool) -> Ink {
    let mut ink = Ink::new(160.0, 44.0, rtl);
    let known = || values.iter().flatten().copied();
    let (low, high) = (known().min().unwrap_or(0), known().max().unwrap_or(0));
    let scale = Scale::between(low, high);
    let step = 148.0 / (values.len().max(2) - 1) as f64;
    let place = |index: usize, value: i64| {
        let y = if low == high {
            22.0
        } else {
            38.0 - 32.0 * scale.place(value)
        };
        (6.0 + step * index as f64, y)
    };
    for run in runs(values) {
        let points: Vec<(f64, f64)> = run.iter().map(|(at, value)| place(*at, *value)).collect();
        ink.line(&points, 0);
    }
    let last = values.len().saturating_sub(1);
    for (index, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        let lonely = index
            .checked_sub(1)
            .and_then(|before| values[before])
            .is_none();
        let lonely = lonely && values.get(index + 1).copied().flatten().is_none();
        if index == last || lonely {
            ink.mark(
                place(index, *value),
                0,
                running && index == last,
                String::new(),
            );
        }
    }
    ink
}

/// The stretches in which every value is known.
fn runs(values: &[Option<i64>]) -> Vec<Vec<(usize, i64)>> {
    let mut runs: Vec<Vec<(usize, i64)>> = vec![Vec::new()];
    for (index, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((index, *value)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn values(sheet: &Sheet, column: usize) -> Vec<Option<i64>> {
    let cells = sheet.rows.iter().map(|row| row.cells.get(column));
    cells.map(|cell| cell.and_then(Cell::number)).collect()
}

fn unit(sheet: &Sheet, column: usize) -> Unit {
    let column = sheet.columns.get(column);
    column
        .and_then(|column| column.unit.clone())
        .unwrap_or(Unit::Count)
}

/// Names the series; how much room that takes.
fn legend(ink: &mut Ink, sheet: &Sheet, columns: &[usize], lines: bool) -> f64 {
    if columns.len() < 2 {
        return TOP;
    }
    let (mut x, mut y) = (0.0, TOP);
    for (series, column) in columns.iter().enumerate() {
        let name = sheet.columns.get(*column);
        let name = name.map(|column| column.name.clone()).unwrap_or_default();
        let needs = 34.0 + width_of(&name) + 16.0;
        if x > 0.0 && x + needs > ink.width {
            (x, y) = (0.0, y + LINE);
        }
        if lines {
            ink.line(&[(x, y), (x + 26.0, y)], series);
            ink.mark((x + 13.0, y), series, false, String::new());
        } else {
            ink.bar((x + 6.0, y - 6.0), (16.0, 12.0), series, String::new());
        }
        ink.label((x + 34.0, y), "start", "told", name);
        x += needs;
    }
    y + LINE
}

fn over_time(
    sheet: &Sheet,
    columns: &[usize],
    interval: Option<(usize, usize)>,
    width: f64,
    rtl: bool,
    lines: bool,
) -> Ink {
    let columns = columns.get(..SERIES).unwrap_or(columns);
    let height = if width < 480.0 { 220.0 } else { 280.0 };
    let mut ink = Ink::new(width, height, rtl);
    let drawn: Vec<Vec<Option<i64>>> = columns.iter().map(|at| values(sheet, *at)).collect();
    let ends = interval.map(|(low, high)| (values(sheet, low), values(sheet, high)));
    let unit = unit(sheet, columns.first().copied().unwrap_or(0));
    let around = ends.iter().flat_map(|(low, high)| low.iter().chain(high));
    let scale = Scale::around(drawn.iter().flatten().chain(around).flatten().copied());
    let named: Vec<String> = scale.ticks.iter().map(|tick| unit.brief(*tick)).collect();
    let start = named.iter().map(|name| width_of(name)).fold(0.0, f64::max) + 12.0;
    let top = legend(&mut ink, sheet, columns, lines);
    let bottom = height - 28.0;
    let y = |value: i64| bottom - (bottom - top) * scale.place(value);
    for (tick, name) in scale.ticks.iter().zip(named) {
        let class = if *tick == 0 { "axis" } else { "grid" };
        ink.rule(&[(start, y(*tick)), (width, y(*tick))], class);
        ink.label((start - 8.0, y(*tick)), "end", "aside", name);
    }
    let slot = (width - start - 8.0) / sheet.rows.len().max(1) as f64;
    let middle = |index: usize| start + 4.0 + slot * (index as f64 + 0.5);
    // As many names as there is room for, the last one among them.
    let widest = sheet.rows.iter().map(|row| width_of(row.head()));
    let every = (widest.fold(0.0, f64::max) + 10.0) / slot;
    let every = (every.ceil() as usize).max(1);
    for (index, row) in sheet.rows.iter().enumerate() {
        if (sheet.rows.len() - 1 - index).is_multiple_of(every) {
            let at = (middle(index), bottom + 16.0);
            ink.label(at, "middle", "aside", row.head().to_owned());
        }
    }
    if let Some((low, high)) = &ends {
        let both: Vec<Option<i64>> = low
            .iter()
            .zip(high)
            .map(|(a, b)| a.and(b.as_ref().copied()))
            .collect();
        for run in runs(&both) {
            let edge = |of: &[Option<i64>]| -> Vec<(f64, f64)> {
                let known = run
                    .iter()
                    .filter_map(|(at, _)| Some((middle(*at), y((*of.get(*at)?)?))));
                known.collect()
            };
            let (low, high) = (edge(low), edge(high));
            match (low.as_slice(), high.as_slice()) {
                // Nothing lies between two points.
                ([low], [high]) => ink.stem(*low, *high),
                _ => ink.band(&low, &high),
            }
        }
    }
    for (series, (values, column)) in drawn.iter().zip(columns).enumerate() {
        if lines {
            for run in runs(values) {
                let points: Vec<(f64, f64)> =
                    run.iter().map(|(at, v)| (middle(*at), y(*v))).collect();
                ink.line(&points, series);
            }
        }
        let each = slot * 0.76 / columns.len() as f64;
        for (index, (row, value)) in sheet.rows.iter().zip(values).enumerate() {
            let Some(value) = value else { continue };
            let title = said(sheet, index, *column);
            if lines {
                ink.mark((middle(index), y(*value)), series, row.running, title);
            } else {
                let x = middle(index) - slot * 0.38 + each * series as f64;
                let (from, to) = (y(0).min(y(*value)), y(0).max(y(*value)));
                ink.bar((x, from), (each.max(3.0) - 1.0, to - from), series, title);
            }
        }
    }
    ink
}

/// What a cell says, with what its row and column are called.
fn said(sheet: &Sheet, row: usize, column: usize) -> String {
    let (Some(row), Some(named)) = (sheet.rows.get(row), sheet.columns.get(column)) else {
        return String::new();
    };
    let shown = row.cells.get(column).map(|cell| cell.shown(named));
    let head = row.cells.first().zip(sheet.columns.first());
    let head = head.map(|(cell, column)| cell.shown(column));
    fill(
        "chart.point",
        &[
            ("row", &head.unwrap_or_default()),
            ("column", &named.name),
            ("value", &shown.unwrap_or_default()),
        ],
    )
}

/// How dark a value is among those up to `most`, 0…4.
pub(super) fn heat(value: i64, most: i64) -> usize {
    let fifths = i128::from(value.max(0)) * 5 / i128::from(most.max(1));
    usize::try_from(fifths).unwrap_or(4).min(4)
}

fn grid(sheet: &Sheet, width: f64, rtl: bool) -> Ink {
    let columns = sheet.columns.len().saturating_sub(1).max(1);
    let (start, top, tall) = (34.0, 26.0, 46.0);
    let height = top + tall * sheet.rows.len() as f64 + 4.0;
    let mut ink = Ink::new(width, height, rtl);
    let each = (width - start) / columns as f64;
    let numbers = |row: &super::sheet::Row| -> Vec<Option<i64>> {
        row.cells.iter().skip(1).map(Cell::number).collect()
    };
    let most = sheet.rows.iter().flat_map(numbers).flatten().max();
    let most = most.unwrap_or(0);
    for column in 1..=columns {
        let at = start + each * (column as f64 - 0.5);
        let name = crate::words::number(i64::try_from(column).unwrap_or(0));
        ink.label((at, top / 2.0), "middle", "aside", name);
    }
    for (index, row) in sheet.rows.iter().enumerate() {
        let y = top + tall * index as f64;
        let at = (start - 12.0, y + tall / 2.0);
        ink.label(at, "end", "aside", row.head().to_owned());
        for (place, value) in numbers(row).into_iter().enumerate() {
            let x = start + each * place as f64;
            let title = said(sheet, index, place + 1);
            let dark = value.map_or(0, |value| heat(value, most));
            ink.field((x + 1.0, y + 1.0), (each - 2.0, tall - 2.0), dark, title);
            let shown = row.cells.get(place + 1).zip(sheet.columns.get(place + 1));
            let shown = shown.map(|(cell, column)| cell.shown(column));
            let class = if dark > 2 { "on-dark" } else { "told" };
            let middle = (x + each / 2.0, y + tall / 2.0);
            ink.label(middle, "middle", class, shown.unwrap_or_default());
        }
    }
    ink
}

/// A table as it stands in the page, its shares in fields of five shades; columns are as wide as what is in them.
pub(super) fn shades(sheet: &Sheet) -> Ink {
    let (top, tall, gap) = (30.0, 34.0, 18.0);
    let shown = |row: &super::sheet::Row| -> Vec<String> {
        let cells = row.cells.iter().zip(&sheet.columns);
        cells.map(|(cell, column)| cell.shown(column)).collect()
    };
    let rows: Vec<Vec<String>> = sheet.rows.iter().map(shown).collect();
    let (most, mut ends) = (sheet.most(), vec![0.0]);
    for (place, column) in sheet.columns.iter().enumerate() {
        let cells = rows.iter().filter_map(|row| row.get(place));
        let widest = cells.map(|cell| width_of(cell)).fold(0.0, f64::max);
        let start = ends.last().copied().unwrap_or(0.0);
        ends.push(start + widest.max(width_of(&column.name)) + gap);
    }
    let width = ends.last().copied().unwrap_or(0.0);
    let height = top + tall * rows.len() as f64;
    let mut ink = Ink::new(width, height, say("dir") == "rtl");
    let columns = sheet
        .columns
        .iter()
        .zip(ends.iter().zip(ends.iter().skip(1)));
    for (place, (column, (from, to))) in columns.enumerate() {
        // Rows are named where lines begin; numbers stand in the middle of their fields.
        let (at, anchor) = match place {
            0 => (*from, "start"),
            _ => (f64::midpoint(*from, *to), "middle"),
        };
        ink.label((at, top / 2.0), anchor, "aside", column.name.clone());
        for (index, (row, texts)) in sheet.rows.iter().zip(&rows).enumerate() {
            let y = top + tall * index as f64;
            let share = row.cells.get(place).and_then(Cell::number);
            let share = share.filter(|_| column.unit == Some(Unit::Percent));
            let dark = share.map_or(0, |share| heat(share, most));
            if share.is_some() {
                let size = (to - from - 2.0, tall - 2.0);
                ink.field((from + 1.0, y + 1.0), size, dark, String::new());
            }
            let class = if dark > 2 { "on-dark" } else { "told" };
            let text = texts.get(place).cloned().unwrap_or_default();
            ink.label((at, y + tall / 2.0), anchor, class, text);
        }
    }
    ink
}

type Ends = ((usize, usize), (i64, i64));

fn by_rows(sheet: &Sheet, column: usize, ranged: Option<Ends>, width: f64, rtl: bool) -> Ink {
    let all = values(sheet, column);
    let unit = unit(sheet, column);
    let scale = match ranged {
        Some((_, (low, high))) => Scale::between(low, high),
        None => Scale::between(0, all.iter().flatten().copied().max().unwrap_or(1).max(1)),
    };
    let told: Vec<String> = sheet
        .rows
        .iter()
        .map(|row| {
            let shown = |at: usize| {
                let cell = row.cells.get(at).zip(sheet.columns.get(at));
                cell.map(|(cell, column)| cell.shown(column))
                    .unwrap_or_default()
            };
            let Some(((low, high), _)) = ranged else {
                return shown(column);
            };
            let whole = [column, low, high]
                .iter()
                .all(|at| row.cells.get(*at).and_then(Cell::number).is_some());
            if !whole {
                return shown(column);
            }
            fill(
                "sheet.interval",
                &[
                    ("value", &shown(column)),
                    ("low", &shown(low)),
                    ("high", &shown(high)),
                ],
            )
        })
        .collect();
    let crowded = sheet
        .rows
        .iter()
        .zip(&told)
        .any(|(row, told)| width_of(row.head()) + width_of(told) + 16.0 > width);
    let of_row = if crowded { 62.0 } else { 44.0 };
    let axis = if ranged.is_some() { 26.0 } else { 4.0 };
    let height = of_row * sheet.rows.len() as f64 + axis;
    let mut ink = Ink::new(width, height, rtl);
    let (start, end) = (8.0, width - 8.0);
    let x = |value: i64| start + (end - start) * scale.place(value);
    if ranged.is_some() {
        let bottom = height - axis + 2.0;
        let last = scale.ticks.len() - 1;
        for (place, tick) in scale.ticks.iter().enumerate() {
            ink.rule(&[(x(*tick), 4.0), (x(*tick), bottom)], "grid");
            let (anchor, at) = match place {
                0 => ("start", 0.0),
                _ if place == last => ("end", width),
                _ => ("middle", x(*tick)),
            };
            let at = (at, bottom + 12.0);
            ink.label(at, anchor, "aside", unit.brief(*tick));
        }
    }
    for (index, ((row, told), value)) in sheet.rows.iter().zip(told).zip(&all).enumerate() {
        let top = of_row * index as f64;
        // A name runs in the direction of its own letters.
        let name = format!("\u{2068}{}\u{2069}", row.head());
        ink.label((0.0, top + 10.0), "start", "told", name);
        let second = if crowded { top + 29.0 } else { top + 10.0 };
        let (at, anchor) = if crowded {
            (0.0, "start")
        } else {
            (width, "end")
        };
        ink.label((at, second), anchor, "aside", told);
        let Some(value) = value else { continue };
        let title = said(sheet, index, column);
        let y = second + 18.0;
        let Some(((low, high), _)) = ranged else {
            ink.rule(&[(start, y), (end, y)], "grid");
            if *value > 0 {
                ink.bar((start, y - 5.0), (x(*value) - start, 10.0), 0, title);
            }
            continue;
        };
        let end_at = |at: usize| row.cells.get(at).and_then(Cell::number);
        if let (Some(low), Some(high)) = (end_at(low), end_at(high)) {
            ink.whisker(y, x(low), x(high));
        }
        ink.mark((x(*value), y), 0, row.running, title);
    }
    ink
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_in_the_values_is_a_gap_in_the_line() {
        let all = [Some(1), Some(2), None, Some(3), None];
        assert_eq!(runs(&all), [vec![(0, 1), (1, 2)], vec![(3, 3)]]);
        assert!(runs(&[None, None]).is_empty());
        assert_eq!(
            [0, 1, 5, 9, 10].map(|value| heat(value, 10)),
            [0, 0, 2, 4, 4]
        );
    }
}
