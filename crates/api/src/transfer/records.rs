//! Bytes into records, as they come: a line of JSON, or a row of CSV.

use super::{Format, LINE_MAX};
use csv_core::ReadRecordResult;
use sha2::{Digest as _, Sha256};
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

/// A record, and the line on which it begins, from 1.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) line: u64,
    pub(super) text: Result<Text, Unreadable>,
}

/// What a record says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Text {
    Json(String),
    Row(Vec<String>),
}

/// Why a record cannot even be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    TooLong,
    NotUtf8,
}

impl Unreadable {
    /// Code and sentence.
    pub(super) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::TooLong => (
                "line_too_long",
                "A line has 64 KB and 256 cells at most. In CSV, a quotation mark that is never closed makes one line \
                 of all the rest.",
            ),
            Self::NotUtf8 => ("not_utf8", "The line is not UTF-8. Save the file as UTF-8."),
        }
    }
}

/// Most cells of a row.
const CELLS_MAX: usize = 256;

/// Parts a source into records, and keeps count of it.
pub(super) struct Records<R> {
    source: BufReader<Chain<Cursor<Vec<u8>>, R>>,
    rows: Option<Rows>,
    digest: Sha256,
    newlines: u64,
    bytes: u64,
}

struct Rows {
    reader: csv_core::Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: Read> Records<R> {
    /// # Errors
    /// When the source cannot be read, or is no plain text.
    pub(super) fn new(mut source: R, format: Format) -> io::Result<Self> {
        let mut head = Vec::new();
        source.by_ref().take(3).read_to_end(&mut head)?;
        refuse_other_files(&head)?;
        let bytes = u64::try_from(head.len()).unwrap_or(0);
        let mark = head == [0xEF, 0xBB, 0xBF];
        if mark {
            head.clear();
        }
        Ok(Self {
            source: BufReader::with_capacity(LINE_MAX, Cursor::new(head).chain(source)),
            rows: (format == Format::Csv).then(|| Rows {
                reader: csv_core::Reader::new(),
                cells: vec![0; LINE_MAX],
                ends: vec![0; CELLS_MAX],
            }),
            digest: Sha256::new(),
            newlines: 0,
            bytes: if mark { bytes } else { 0 },
        })
    }

    /// Bytes up to the end of the last record.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The digest of all records up to the last one.
    pub(super) fn digest(&self) -> String {
        crate::ids::base64url(&self.digest.clone().finalize())
    }

    /// The next record; none at the end. Empty lines are none.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        self.skip_empty_lines()?;
        let line = self.newlines + 1;
        if self.source.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let text = match self.rows.take() {
            None => self.line()?.map(Text::Json),
            Some(mut rows) => {
                let cells = self.row(&mut rows)?;
                self.rows = Some(rows);
                cells.map(Text::Row)
            }
        };
        self.digest_of(&text);
        Ok(Some(Record { line, text }))
    }

    /// What a record says counts, and not how its line ends: a last line without an end may get one later.
    fn digest_of(&mut self, text: &Result<Text, Unreadable>) {
        match text {
            Ok(Text::Json(line)) => self.digest.update(line.trim_end().as_bytes()),
            Ok(Text::Row(cells)) => {
                for cell in cells {
                    self.digest.update(cell.as_bytes());
                    self.digest.update([0x1F]);
                }
            }
            Err(unreadable) => self.digest.update(unreadable.words().0.as_bytes()),
        }
        self.digest.update(b"\n");
    }

    fn took(&mut self, count: usize) {
        let buffer = self.source.buffer();
        let taken = buffer.get(..count).unwrap_or(buffer);
        let newlines = taken.iter().filter(|byte| **byte == b'\n').count();
        self.newlines += newlines as u64;
        self.bytes += taken.len() as u64;
        self.source.consume(count);
    }

    fn skip_empty_lines(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.source.fill_buf()?;
            let empty = |byte: &&u8| matches!(byte, b'\n' | b'\r');
            let count = buffer.iter().take_while(empty).count();
            if count == 0 {
                return Ok(());
            }
            self.took(count);
        }
    }

    fn line(&mut self) -> io::Result<Result<String, Unreadable>> {
        let mut line = Vec::new();
        let mut long = false;
        loop {
            let buffer = self.source.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or(buffer);
            long |= line.len() + part.len() > LINE_MAX;
            if !long {
                line.extend_from_slice(part);
            }
            let last = end.is_some() || buffer.is_empty();
            let count = part.len() + usize::from(end.is_some());
            self.took(count);
            if last {
                break;
            }
        }
        if long {
            return Ok(Err(Unreadable::TooLong));
        }
        Ok(String::from_utf8(line).map_err(|_| Unreadable::NotUtf8))
    }

    fn row(&mut self, rows: &mut Rows) -> io::Result<Result<Vec<String>, Unreadable>> {
        let (mut filled, mut cells) = (0, 0);
        let mut long = false;
        loop {
            let buffer = self.source.fill_buf()?;
            let (result, read, written, ended) = if long {
                // Where the rest goes does not matter; only where it ends.
                rows.reader
                    .read_record(buffer, &mut rows.cells, &mut rows.ends)
            } else {
                let free = rows.cells.get_mut(filled..).unwrap_or_default();
                let places = rows.ends.get_mut(cells..).unwrap_or_default();
                rows.reader.read_record(buffer, free, places)
            };
            self.took(read);
            filled += written;
            cells += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => long = true,
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        if long {
            return Ok(Err(Unreadable::TooLong));
        }
        let mut from = 0;
        let ends = rows.ends.get(..cells).unwrap_or_default();
        let all = ends.iter().map(|end| {
            let cell = rows.cells.get(from..*end).unwrap_or_default();
            from = *end;
            std::str::from_utf8(cell).map(str::to_owned)
        });
        let all: Result<Vec<_>, _> = all.collect();
        Ok(all.map_err(|_| Unreadable::NotUtf8))
    }
}

/// What is no text is told by how it begins, so that nobody gets a report of a million unreadable lines.
fn refuse_other_files(head: &[u8]) -> io::Result<()> {
    let why = match head {
        [b'P', b'K', 3, ..] => {
            "it is a ZIP file or a spreadsheet; unpack it, or save it as CSV UTF-8"
        }
        [0x1F, 0x8B, ..] => "it is compressed by gzip; unpack it first",
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "it is UTF-16; save it as UTF-8",
        _ => return Ok(()),
    };
    Err(io::Error::new(io::ErrorKind::InvalidData, why))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]
mod tests {
    use super::*;

    /// A source that gives so many bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(to.len());
            let (now, later) = self.0.split_at(count);
            to[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    type Read1 = (u64, Result<Text, Unreadable>);

    fn all(text: &[u8], format: Format) -> (Vec<Read1>, String) {
        let read = |at_once| {
            let mut records = Records::new(Slow(text, at_once), format).unwrap();
            let mut all = Vec::new();
            while let Some(record) = records.next().unwrap() {
                all.push((record.line, record.text));
            }
            assert_eq!(records.bytes(), text.len() as u64);
            (all, records.digest())
        };
        let whole = read(usize::MAX);
        assert_eq!(whole, read(1), "it does not matter how bytes come");
        whole
    }

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        let (all, _) = all(text.as_bytes(), Format::Csv);
        let row = |(line, text)| match text {
            Ok(Text::Row(cells)) => (line, cells),
            other => panic!("{other:?}"),
        };
        all.into_iter().map(row).collect()
    }

    #[test]
    fn rows_are_read_as_spreadsheets_write_them() {
        let cells = |cells: &[&str]| -> Vec<String> {
            cells.iter().map(|cell| (*cell).to_owned()).collect()
        };
        let expected = vec![
            (1, cells(&["id", "name"])),
            (2, cells(&["1", "a,\"b\"\nc"])),
            (5, cells(&["2", "سارا"])),
        ];
        let text = "id,name\n1,\"a,\"\"b\"\"\nc\"\n\n2,سارا\n";
        assert_eq!(rows(text), expected);
        assert_eq!(rows(&format!("\u{feff}{text}")), expected);
        let no_end = text.trim_end();
        assert_eq!(rows(no_end), expected);
        let crlf = rows(&text.replace('\n', "\r\n"));
        assert_eq!((crlf[0].0, crlf[1].0, crlf[2].0), (1, 2, 5));
        assert_eq!(crlf[1].1[1], "a,\"b\"\r\nc");
    }

    #[test]
    fn lines_that_cannot_be_read_do_not_take_others_along() {
        let long = "x".repeat(LINE_MAX + 1);
        let text = [b"{}\n".as_slice(), long.as_bytes(), b"\n\xff\n \n{}"].concat();
        let (read, _) = all(&text, Format::Ndjson);
        let json = |text: &str| Ok(Text::Json(text.to_owned()));
        let expected = [
            (1, json("{}")),
            (2, Err(Unreadable::TooLong)),
            (3, Err(Unreadable::NotUtf8)),
            (4, json(" ")),
            (5, json("{}")),
        ];
        assert_eq!(read, expected);
        let wide = ",".repeat(CELLS_MAX + 5);
        let text = format!("a\n{long}\n{wide}\nb\n");
        let (read, _) = all(text.as_bytes(), Format::Csv);
        let cell = |text: &str| Ok(Text::Row(vec![text.to_owned()]));
        let expected = [
            (1, cell("a")),
            (2, Err(Unreadable::TooLong)),
            (3, Err(Unreadable::TooLong)),
            (4, cell("b")),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn a_line_of_exactly_the_most_is_read() {
        let text = "x".repeat(LINE_MAX);
        let (read, _) = all(text.as_bytes(), Format::Ndjson);
        assert_eq!(read, [(1, Ok(Text::Json(text)))]);
    }

    #[test]
    fn what_is_no_text_is_told_at_once() {
        for head in [
            b"PK\x03\x04....".as_slice(),
            b"\x1f\x8b\x08",
            b"\xff\xfea\0",
        ] {
            let refused = Records::new(Slow(head, 1), Format::Csv).map(|_| ());
            assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
        assert!(all(b"", Format::Csv).0.is_empty());
    }

    #[test]
    fn another_file_has_another_digest() {
        let (_, one) = all(b"{}\n{ }\n", Format::Ndjson);
        let (_, other) = all(b"{}\n{  }\n", Format::Ndjson);
        assert_ne!(one, other);
        let (_, ended) = all(b"{}\r\n{ }", Format::Ndjson);
        assert_eq!(one, ended);
        let (_, one) = all(b"a,bc\n", Format::Csv);
        let (_, other) = all(b"ab,c\n", Format::Csv);
        assert_ne!(one, other);
    }
}
