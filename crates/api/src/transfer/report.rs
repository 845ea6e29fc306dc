//! The report of an import: every fault of every line that was not taken.

use super::cells::{guarded, row};
use super::lines::LineFault;
use super::{Format, import_of, report_page};
use crate::problem::Result;
use crate::state::State;
use std::borrow::Cow;

/// Faults on a page.
const PAGE: i64 = 1_000;

/// A report, as far as it is read.
#[derive(Clone, Debug)]
pub struct Report {
    import: String,
    format: Format,
    after: Option<(i64, i64)>,
    done: bool,
}

/// A part of a report.
#[derive(Clone, Debug)]
pub struct Page {
    /// The faults.
    pub faults: Vec<LineFault>,
    /// The same as they are written.
    pub bytes: Vec<u8>,
}

impl Report {
    /// From its first line.
    #[must_use]
    pub fn new(import: &str, format: Format) -> Self {
        Self {
            import: import.to_owned(),
            format,
            after: None,
            done: false,
        }
    }

    /// The next part; none after the last.
    ///
    /// # Errors
    /// 404 when the tenant has no such import; when the database fails.
    pub async fn page(&mut self, state: &State, tenant: &str) -> Result<Option<Page>> {
        if self.done {
            return Ok(None);
        }
        let first = self.after.is_none();
        let after = self.after.unwrap_or((i64::MIN, 0));
        let rows = state
            .read(
                tenant,
                (self.import.clone(), after),
                |club, (import, after)| {
                    Box::pin(async move {
                        import_of(club, import).await?;
                        report_page(club, import, *after, PAGE).await
                    })
                },
            )
            .await?;
        self.done = (rows.len() as i64) < PAGE;
        if let Some((place, fault)) = rows.last() {
            self.after = Some((i64::try_from(fault.line).unwrap_or(i64::MAX), *place));
        }
        let faults: Vec<LineFault> = rows.into_iter().map(|(_, fault)| fault).collect();
        let bytes = self.written(first, &faults)?;
        Ok(Some(Page { faults, bytes }))
    }

    fn written(&self, first: bool, faults: &[LineFault]) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if first && self.format == Format::Csv {
            let names = ["line", "pointer", "code", "detail"];
            bytes = row(names.into_iter().map(Cow::Borrowed));
        }
        for fault in faults {
            match self.format {
                Format::Csv => {
                    let line = fault.line.to_string();
                    let texts = [&fault.pointer, &fault.code, &fault.detail];
                    let texts = texts.into_iter().map(|text| guarded(text));
                    let cells = std::iter::once(line).chain(texts);
                    bytes.append(&mut row(cells.map(Cow::Owned)));
                }
                Format::Ndjson => {
                    serde_json::to_writer(&mut bytes, fault)?;
                    bytes.push(b'\n');
                }
            }
        }
        Ok(bytes)
    }
}
