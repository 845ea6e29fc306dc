//! What is asked.

use anyhow::{Context as _, Result};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Uri};

/// A kind of request: a row of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// What the report calls it.
    pub name: String,
    /// Its share among the requests, in proportion to the other kinds' weights. With 0 it is never
    /// asked.
    pub weight: u32,
}

/// Kinds of request, and the making of each request.
pub trait Plan: Send + Sync {
    /// The kinds with their weights; the same at every call.
    fn kinds(&self) -> Vec<Kind>;

    /// The `n`-th request, which is of the kind at that place of [`Self::kinds`]. `n` counts from 0
    /// through all kinds and goes on through all runs of a [`Generator`](crate::Generator), so that
    /// it can make keys that must not repeat. The address is a path, with a query if there is one;
    /// the generator adds `Host`.
    fn request(&self, kind: usize, n: u64) -> Request<Full<Bytes>>;
}

/// The plan that reads one path again and again.
#[derive(Clone, Debug)]
pub struct Gets {
    path: Uri,
    headers: HeaderMap,
    /// One of these with each request, in turn.
    each: Vec<(HeaderName, HeaderValue)>,
}

/// A header line, `Name: value`.
fn header(line: &str) -> Result<(HeaderName, HeaderValue)> {
    let read = || -> Option<(HeaderName, HeaderValue)> {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().parse().ok()?, value.trim().parse().ok()?))
    };
    read().with_context(|| format!("`{line}` is no header: write `Name: value`"))
}

impl Gets {
    /// Reads the path and query of an address, with the given header lines, each `Name: value`.
    ///
    /// # Errors
    /// When a line is no header.
    pub fn new<S: AsRef<str>>(url: &Uri, lines: &[S]) -> Result<Self> {
        let path = url.path_and_query().map_or("/", |path| path.as_str());
        let mut headers = HeaderMap::new();
        for line in lines.iter().map(AsRef::as_ref) {
            let (name, value) = header(line)?;
            headers.append(name, value);
        }
        Ok(Self {
            path: path.parse().context("the address has no path")?,
            headers,
            each: Vec::new(),
        })
    }

    /// With one of these header lines on each request, in turn: so many callers, each with a token.
    ///
    /// # Errors
    /// When a line is no header.
    pub fn with_each<S: AsRef<str>>(mut self, lines: &[S]) -> Result<Self> {
        let lines = lines.iter().map(|line| header(line.as_ref()));
        self.each = lines.collect::<Result<_>>()?;
        Ok(self)
    }
}

impl Plan for Gets {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind {
            name: format!("GET {}", self.path.path()),
            weight: 1,
        }]
    }

    fn request(&self, _kind: usize, n: u64) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::default());
        *request.method_mut() = Method::GET;
        *request.uri_mut() = self.path.clone();
        *request.headers_mut() = self.headers.clone();
        let turn = n.checked_rem(self.each.len() as u64);
        let turn = turn.and_then(|turn| usize::try_from(turn).ok());
        if let Some((name, value)) = turn.and_then(|turn| self.each.get(turn)) {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        request
    }
}

/// The order in which kinds take turns: each as often as its weight says, and spread as evenly as
/// that allows, always the same (the smooth weighted round robin that web servers use).
#[derive(Debug)]
pub(crate) struct Turns {
    weights: Vec<i64>,
    due: Vec<i64>,
}

impl Turns {
    /// # Errors
    /// When no kind has a weight.
    pub(crate) fn new(kinds: &[Kind]) -> Result<Self> {
        let weights: Vec<i64> = kinds.iter().map(|kind| i64::from(kind.weight)).collect();
        anyhow::ensure!(
            weights.iter().any(|weight| *weight > 0),
            "the plan has no kind of request with a weight above 0"
        );
        let due = vec![0; weights.len()];
        Ok(Self { weights, due })
    }

    /// Whose turn it is, by its place among the kinds.
    pub(crate) fn next(&mut self) -> usize {
        let mut first = 0;
        for (kind, weight) in self.weights.iter().enumerate() {
            self.due[kind] += weight;
            if self.due[kind] > self.due[first] {
                first = kind;
            }
        }
        self.due[first] -= self.weights.iter().sum::<i64>();
        first
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::{Gets, Kind, Plan as _, Turns};

    fn kinds(weights: &[u32]) -> Vec<Kind> {
        let kind = |weight: &u32| Kind {
            name: String::new(),
            weight: *weight,
        };
        weights.iter().map(kind).collect()
    }

    #[test]
    fn kinds_take_turns_by_their_weights_and_evenly() {
        let mut turns = Turns::new(&kinds(&[5, 1, 0, 1])).unwrap();
        let order: Vec<usize> = (0..7).map(|_| turns.next()).collect();
        // The published example of the method, with a kind between that never has a turn.
        assert_eq!(order, [0, 0, 1, 0, 3, 0, 0]);
        assert_eq!(turns.next(), 0, "and from the beginning");
        Turns::new(&kinds(&[0])).unwrap_err();
        Turns::new(&[]).unwrap_err();
    }

    #[test]
    fn an_address_and_lines_become_a_request() {
        let url = "http://shop.example/v1/me?full=1".parse().unwrap();
        let plan = Gets::new(&url, &["Authorization: Bearer a:b"]).unwrap();
        let request = plan.request(0, 7);
        assert_eq!(request.uri().to_string(), "/v1/me?full=1");
        assert_eq!(request.headers()["authorization"], "Bearer a:b");
        assert_eq!(plan.kinds()[0].name, "GET /v1/me");
        let turns = plan.clone().with_each(&["A: 1", "A: 2"]).unwrap();
        let sent = |n| turns.request(0, n).headers()["a"].clone();
        assert_eq!([sent(0), sent(1), sent(2)], ["1", "2", "1"]);
        plan.with_each(&["no header"]).unwrap_err();
        let wrong = Gets::new(&url, &["no header"]).unwrap_err().to_string();
        assert!(wrong.contains("`no header`"), "{wrong}");
    }
}
