//! Codes as they are sent: a list in JSON, or one on each line as NDJSON or CSV, read as they arrive.

use crate::body::{self, BYTES_MAX};
use crate::problem::{Error, Result};
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use contract::partners::{BadLine, CodesLoaded, PartnerCode, PartnerCodes};
use hyper::body::Body as _;
use rules::Timestamp;
use std::collections::VecDeque;
use std::pin::Pin;

/// Most bytes of a line; what is longer is told and passed over without being kept.
const LINE_MAX: usize = 1_024;
/// Most characters of a code.
const CODE_MAX: usize = 64;
/// Bad lines that are told one by one.
const FAULTS_MAX: usize = 100;
const COLUMNS: [&str; 2] = ["code", "expires_at"];

/// How codes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object with a list, 64 KB at most.
    List,
    /// A JSON object on each line.
    Ndjson,
    /// `code,expires_at`; the second column may be left out or empty, and the first line may name the columns.
    Csv,
}

/// The codes of a request's body, taken a batch at a time: no more than a batch and a line are in memory.
#[derive(Debug)]
pub struct Codes {
    format: Format,
    body: Body,
    /// What arrived and is not a whole line yet.
    rest: Vec<u8>,
    /// The line in work is too long; its end has not come.
    too_long: bool,
    lines: VecDeque<Vec<u8>>,
    number: u64,
    ended: bool,
}

impl Codes {
    /// Codes in a body.
    #[must_use]
    pub fn new(format: Format, body: Body) -> Self {
        Self {
            format,
            body,
            rest: Vec::new(),
            too_long: false,
            lines: VecDeque::new(),
            number: 0,
            ended: false,
        }
    }

    /// The next codes, `most` at most, and whether more may come. What cannot be read is noted in `loaded`.
    ///
    /// # Errors
    /// 400 when the body ends early or a list is none; 413 for a list that is too long.
    pub async fn next(
        &mut self,
        most: usize,
        loaded: &mut CodesLoaded,
    ) -> Result<(Vec<PartnerCode>, bool)> {
        if self.format == Format::List {
            return Ok((self.list(loaded).await?, false));
        }
        let mut codes = Vec::new();
        while codes.len() < most {
            let Some(line) = self.line().await? else {
                return Ok((codes, false));
            };
            self.number += 1;
            match self.read(&line) {
                Ok(code) => codes.extend(code),
                Err(why) => note(loaded, self.number, why),
            }
        }
        Ok((codes, true))
    }

    async fn list(&mut self, loaded: &mut CodesLoaded) -> Result<Vec<PartnerCode>> {
        let mut text = Vec::new();
        while let Some(bytes) = self.chunk().await? {
            text.extend_from_slice(&bytes);
            if text.len() > BYTES_MAX {
                return Err(Error::too_large());
            }
        }
        let text =
            String::from_utf8(text).map_err(|_| Error::malformed("The body is not UTF-8."))?;
        let PartnerCodes { codes: list } = body::read(&text)?;
        let mut codes = Vec::with_capacity(list.len());
        for (code, number) in list.into_iter().zip(1..) {
            match sound(code) {
                Ok(code) => codes.push(code),
                Err(why) => note(loaded, number, why),
            }
        }
        Ok(codes)
    }

    /// The next line without its end, however it ends; an empty one for one that was too long.
    async fn line(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Ok(Some(line));
            }
            if self.ended {
                return Ok(None);
            }
            match self.chunk().await? {
                Some(bytes) => self.split(&bytes),
                None => {
                    self.ended = true;
                    if self.too_long || !self.rest.is_empty() {
                        self.end_line();
                    }
                }
            }
        }
    }

    fn split(&mut self, bytes: &[u8]) {
        let mut parts = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            let room = (LINE_MAX + 1).saturating_sub(self.rest.len());
            self.too_long |= part.len() >= room;
            self.rest.extend(part.iter().take(room));
            if parts.peek().is_some() {
                self.end_line();
            }
        }
    }

    fn end_line(&mut self) {
        let mut line = std::mem::take(&mut self.rest);
        if std::mem::take(&mut self.too_long) {
            line.truncate(LINE_MAX + 1);
        } else if line.last() == Some(&b'\r') {
            line.pop();
        }
        self.lines.push_back(line);
    }

    async fn chunk(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            let frame =
                std::future::poll_fn(|context| Pin::new(&mut self.body).poll_frame(context)).await;
            let Some(frame) = frame else {
                return Ok(None);
            };
            let frame = frame.map_err(|_| Error::malformed("The body ended early."))?;
            // Trailers say nothing here.
            if let Ok(data) = frame.into_data() {
                return Ok(Some(data.to_vec()));
            }
        }
    }

    /// A line's code; none for one that is empty or names the columns.
    fn read(&self, line: &[u8]) -> Result<Option<PartnerCode>, Why> {
        if line.len() > LINE_MAX {
            return Err(Why::new(
                "too_long",
                format!("A line has {LINE_MAX} bytes at most."),
            ));
        }
        let text = std::str::from_utf8(line);
        let text = text.map_err(|_| Why::new("not_utf8", "The line is not UTF-8."))?;
        let text = if self.number == 1 {
            text.trim_start_matches('\u{feff}')
        } else {
            text
        };
        if text.trim().is_empty() {
            return Ok(None);
        }
        let code = match self.format {
            Format::Csv => csv_line(text, self.number == 1)?,
            Format::List | Format::Ndjson => {
                let read = serde_json::from_str(text);
                Some(read.map_err(|error| Why::new("invalid", format!("{error}.")))?)
            }
        };
        code.map(sound).transpose()
    }
}

/// What is wrong with a line.
struct Why {
    code: &'static str,
    detail: String,
}

impl Why {
    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

fn note(loaded: &mut CodesLoaded, line: u64, why: Why) {
    loaded.refused += 1;
    if loaded.faults.len() < FAULTS_MAX {
        loaded.faults.push(BadLine {
            line,
            code: why.code.to_owned(),
            detail: why.detail,
        });
    }
}

fn csv_line(text: &str, first: bool) -> Result<Option<PartnerCode>, Why> {
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let record = reader.into_records().next();
    let record = record.and_then(Result::ok).unwrap_or_default();
    let mut fields = record.iter().map(str::trim);
    let code = fields.next().unwrap_or_default();
    let expires_at = fields.next().unwrap_or_default();
    if fields.next().is_some() {
        return Err(Why::new(
            "too_many_columns",
            "A line has the columns code and expires_at.",
        ));
    }
    if first && code == COLUMNS[0] && (expires_at.is_empty() || expires_at == COLUMNS[1]) {
        return Ok(None);
    }
    let expires_at = match expires_at {
        "" => None,
        at => Some(Timestamp::parse(at).ok_or_else(|| {
            let detail = format!("“{at}” is no instant in RFC 3339, like 2027-01-31T20:30:00Z.");
            Why::new("bad_expires_at", detail)
        })?),
    };
    Ok(Some(PartnerCode {
        code: code.to_owned(),
        expires_at,
    }))
}

fn sound(code: PartnerCode) -> Result<PartnerCode, Why> {
    let text = &code.code;
    if (1..=CODE_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(code);
    }
    Err(Why::new(
        "bad_code",
        format!("A code has 1 to {CODE_MAX} visible ASCII characters."),
    ))
}

impl<S: Sync> FromRequest<S> for Codes {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let kind = kind
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let format = match kind.as_str() {
            "application/json" => Format::List,
            "application/x-ndjson" => Format::Ndjson,
            "text/csv" => Format::Csv,
            _ => {
                return Err(Error::not_json_but(
                    "Send codes as application/json, application/x-ndjson or text/csv.",
                ));
            }
        };
        Ok(Self::new(format, request.into_body()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]

    use super::*;
    use hyper::body::{Bytes, Frame, SizeHint};
    use std::convert::Infallible;
    use std::task::{Context, Poll};

    /// A body that arrives in pieces.
    struct Pieces(VecDeque<Bytes>);

    impl hyper::body::Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.pop_front().map(|bytes| Ok(Frame::data(bytes))))
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::default()
        }
    }

    async fn read(text: &str, piece: usize, most: usize) -> (Vec<String>, CodesLoaded) {
        let pieces = text
            .as_bytes()
            .chunks(piece)
            .map(Bytes::copy_from_slice)
            .collect();
        let mut codes = Codes::new(Format::Csv, Body::new(Pieces(pieces)));
        let (mut all, mut loaded) = (Vec::new(), CodesLoaded::default());
        loop {
            let (batch, more) = codes.next(most, &mut loaded).await.unwrap();
            assert!(batch.len() <= most);
            all.extend(batch.into_iter().map(|code| code.code));
            if !more {
                return (all, loaded);
            }
        }
    }

    #[tokio::test]
    async fn a_line_is_the_same_however_it_arrives() {
        let long = "x".repeat(LINE_MAX + 1);
        let text = format!("code\r\nA-1\n\n{long}\nA-2,\r\n{long}{long}\nA-3");
        for piece in [1, 2, 3, 7, 1_000, 10_000] {
            for most in [1, 2, 100] {
                let (codes, loaded) = read(&text, piece, most).await;
                assert_eq!(codes, ["A-1", "A-2", "A-3"], "{piece} {most}");
                let lines: Vec<u64> = loaded.faults.iter().map(|fault| fault.line).collect();
                assert_eq!(lines, [4, 6], "{piece} {most}");
            }
        }
    }

    #[tokio::test]
    async fn an_endless_line_is_not_kept() {
        let mut codes = Codes::new(Format::Csv, Body::empty());
        for _ in 0..10_000 {
            codes.split(&[b'x'; 1_000]);
        }
        assert!(codes.rest.len() <= LINE_MAX + 1);
        assert!(codes.lines.is_empty());
    }
}
