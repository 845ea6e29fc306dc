//! The beginning of a file: enough of it to see what it holds. The rest is never read into the page.

use crate::server::Failure;
use js_sys::{Array, Uint8Array};
use std::fmt::Write as _;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

/// How much of a file is looked at.
const HEAD: f64 = 65_536.0;
/// What some spreadsheets begin a file with.
const MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
/// Rows that are shown.
const ROWS: usize = 5;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Ndjson,
}

impl Format {
    /// By the file's name.
    pub(super) fn of(name: &str) -> Self {
        let name = name.to_lowercase();
        let lines = [".ndjson", ".jsonl", ".json"];
        if lines.iter().any(|ending| name.ends_with(ending)) {
            Self::Ndjson
        } else {
            Self::Csv
        }
    }

    pub(super) const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// The beginning of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The names of the first row.
    pub(super) names: Vec<String>,
    /// The rows after it; of a file of lines, the lines.
    pub(super) rows: Vec<Vec<String>>,
    /// Where the first row ends, in bytes.
    pub(super) end: usize,
}

/// Reads the beginning of a file.
pub(super) async fn head(file: &File, format: Format) -> Result<Head, Failure> {
    let size = file.size().min(HEAD);
    let part = file.slice_with_f64_and_f64(0.0, size);
    let part = part.map_err(|_| Failure::Odd)?;
    let text = JsFuture::from(part.text()).await;
    let text = text.ok().and_then(|text| text.as_string());
    let text = text.ok_or(Failure::Odd)?;
    let mark = file.slice_with_f64_and_f64(0.0, MARK.len() as f64);
    let mark = mark.map_err(|_| Failure::Odd)?;
    let mark = JsFuture::from(mark.array_buffer()).await;
    let mark = mark.map_err(|_| Failure::Odd)?;
    let marked = Uint8Array::new(&mark).to_vec() == MARK;
    Ok(match format {
        Format::Csv => {
            let mut head = of_csv(&text);
            // The browser takes the mark of the byte order away when it reads.
            head.end += if marked { MARK.len() } else { 0 };
            head
        }
        Format::Ndjson => of_lines(&text),
    })
}

fn of_lines(text: &str) -> Head {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    Head {
        rows: lines.take(ROWS).map(|line| vec![line.to_owned()]).collect(),
        ..Head::default()
    }
}

fn of_csv(text: &str) -> Head {
    let mut at = 0;
    let Some((names, end)) = row(text, &mut at) else {
        return Head::default();
    };
    let mut rows = Vec::new();
    while rows.len() < ROWS
        && let Some((cells, _)) = row(text, &mut at)
    {
        rows.push(cells);
    }
    Head { names, rows, end }
}

/// One row, and where it ends; none at the end.
fn row(text: &str, at: &mut usize) -> Option<(Vec<String>, usize)> {
    let rest = text.get(*at..).filter(|rest| !rest.is_empty())?;
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = rest.char_indices().peekable();
    let mut end = rest.len();
    while let Some((place, one)) = chars.next() {
        match one {
            '"' if quoted && chars.peek().is_some_and(|(_, next)| *next == '"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                end = place + 1;
                break;
            }
            '\r' if !quoted => {}
            other => cell.push(other),
        }
    }
    cells.push(cell);
    *at += end;
    Some((cells, *at))
}

/// The file with another first row: the rest of it is read by the browser when it is sent.
pub(super) fn renamed(file: &File, head: &Head, names: &[String]) -> Result<Blob, Failure> {
    let mut first = String::new();
    for (index, name) in names.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        // Names are ours, and hold nothing that would have to be quoted.
        let _ = write!(first, "{comma}{name}");
    }
    first.push('\n');
    let rest = file.slice_with_f64(head.end as f64);
    let rest = rest.map_err(|_| Failure::Odd)?;
    let parts = Array::of2(&JsValue::from_str(&first), &rest);
    Blob::new_with_blob_sequence(&parts).map_err(|_| Failure::Odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csv_file_is_read_as_spreadsheets_write_it() {
        let text = "id,\"na,me\",x\r\n1,\"a \"\"b\"\"\nc\",\r\n2,د,3";
        let head = of_csv(text);
        assert_eq!(head.names, ["id", "na,me", "x"]);
        assert_eq!(
            head.rows,
            [vec!["1", "a \"b\"\nc", ""], vec!["2", "د", "3"]]
        );
        assert_eq!(text.get(head.end..head.end + 2), Some("1,"));
        assert_eq!(of_csv(""), Head::default());
    }

    #[test]
    fn the_name_says_how_a_file_is_written() {
        assert_eq!(Format::of("Members.CSV"), Format::Csv);
        assert_eq!(Format::of("All.ndjson"), Format::Ndjson);
        assert_eq!(of_lines("{}\n\n[]\n").rows.len(), 2);
    }
}
