//! Figures for Prometheus. No label takes a value from a request: routes are patterns, methods and outcomes are from
//! lists, so that there is a bounded number of series and no personal data in any of them.

use crate::health::Health;
use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder,
};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use store::{Db, Dialect, query};

/// The media type of [`Metrics::text`].
pub const MEDIA: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Seconds: from what a read from memory takes to what nobody waits for.
const BUCKETS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// The figures. Clones share them.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    requests: IntCounterVec,
    took: HistogramVec,
    limited: IntCounterVec,
    turned_away: IntCounter,
    connections: IntGauge,
    jobs: IntCounterVec,
    deliveries: IntCounterVec,
    audits: IntCounter,
    broken: IntGauge,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
            .unwrap_or_else(|error| unreachable!("the names of the figures are fixed: {error}"))
    }
}

impl Metrics {
    /// All of them at zero. Two do not share anything, so that several servers may run in one process.
    ///
    /// # Errors
    /// When two figures have one name.
    fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let counters =
            |name: &str, help: &str, labels: &[&str]| -> prometheus::Result<IntCounterVec> {
                let counters = IntCounterVec::new(Opts::new(name, help), labels)?;
                registry.register(Box::new(counters.clone()))?;
                Ok(counters)
            };
        let counter = |name: &str, help: &str| -> prometheus::Result<IntCounter> {
            let counter = IntCounter::new(name, help)?;
            registry.register(Box::new(counter.clone()))?;
            Ok(counter)
        };
        let gauge = |name: &str, help: &str| -> prometheus::Result<IntGauge> {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok(gauge)
        };
        let took = HistogramVec::new(
            HistogramOpts::new("vafa_request_seconds", "How long requests took.")
                .buckets(BUCKETS.to_vec()),
            &["method", "route"],
        )?;
        registry.register(Box::new(took.clone()))?;
        Ok(Self(Arc::new(Inner {
            requests: counters(
                "vafa_requests_total",
                "Requests that were answered.",
                &["method", "route", "status"],
            )?,
            took,
            limited: counters(
                "vafa_limited_total",
                "Requests that came too often: by what was counted.",
                &["by"],
            )?,
            turned_away: counter("vafa_turned_away_total", "Connections that found no place.")?,
            connections: gauge("vafa_connections", "Connections that are open.")?,
            jobs: counters(
                "vafa_jobs_total",
                "Pieces of work that time alone asks for.",
                &["kind", "outcome"],
            )?,
            deliveries: counters(
                "vafa_webhook_attempts_total",
                "Tries to deliver an event.",
                &["outcome"],
            )?,
            audits: counter(
                "vafa_audits_total",
                "Times that every invariant was looked at.",
            )?,
            broken: gauge(
                "vafa_ledger_broken",
                "Invariants that do not hold; nothing is written while there are any.",
            )?,
            registry,
        })))
    }

    /// A request was answered. `route` is the pattern of its path, `-` for none.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let method = match method {
            "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" => method,
            _ => "other",
        };
        let inner = &self.0;
        let status = status.to_string();
        inner
            .requests
            .with_label_values(&[method, route, &status])
            .inc();
        let took = took.as_secs_f64();
        inner.took.with_label_values(&[method, route]).observe(took);
    }

    /// A request came too often; by `address` or `key`.
    pub fn limited(&self, by: &'static str) {
        self.0.limited.with_label_values(&[by]).inc();
    }

    /// A connection found no place.
    pub fn turned_away(&self) {
        self.0.turned_away.inc();
    }

    /// A connection was opened; it is counted until what is returned is dropped.
    #[must_use]
    pub fn connected(&self) -> Connected {
        self.0.connections.inc();
        Connected(self.0.connections.clone())
    }

    /// Pieces of work that time alone asked for: how many of a kind came to this outcome (`done`, `failed`…).
    pub fn jobs(&self, kind: &'static str, outcome: &'static str, count: u64) {
        self.0
            .jobs
            .with_label_values(&[kind, outcome])
            .inc_by(count);
    }

    /// An event was tried to be delivered: `delivered`, `failed`, `gone`…
    pub fn delivery(&self, outcome: &'static str) {
        self.0.deliveries.with_label_values(&[outcome]).inc();
    }

    /// Every invariant was looked at, and so many do not hold.
    pub fn audited(&self, broken: usize) {
        self.0.audits.inc();
        self.0.broken.set(i64::try_from(broken).unwrap_or(i64::MAX));
    }

    /// All figures as Prometheus reads them, those of the database and of what waits in it included. What the database
    /// does not answer is left out.
    pub async fn text(&self, db: &Db, health: &Health) -> String {
        let mut families = self.0.registry.gather();
        families.extend(of_the_store(db).unwrap_or_default());
        families.extend(of_what_waits(db).await.unwrap_or_default());
        let stopping = IntGauge::new("vafa_stopping", "1 when the server is about to end.");
        if let Ok(stopping) = stopping {
            stopping.set(i64::from(health.is_stopping()));
            families.extend(stopping.collect());
        }
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&families, &mut text) {
            tracing::error!(%error, "the figures could not be written");
        }
        String::from_utf8(text).unwrap_or_default()
    }
}

/// See [`Metrics::connected`].
#[derive(Debug)]
pub struct Connected(IntGauge);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn of_the_store(db: &Db) -> prometheus::Result<Vec<MetricFamily>> {
    let engine = match db.dialect() {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    };
    let labels = HashMap::from([("engine".to_owned(), engine.to_owned())]);
    let opts = |name: &str, help: &str| Opts::new(name, help).const_labels(labels.clone());
    let stats = db.stats();
    let mut families = Vec::new();
    for (name, help, count) in [
        (
            "vafa_store_commits_total",
            "Commits of works that write.",
            stats.commits,
        ),
        (
            "vafa_store_writes_total",
            "Works that write and were acknowledged.",
            stats.writes,
        ),
        (
            "vafa_store_undone_total",
            "Works that write and were undone.",
            stats.refused,
        ),
        ("vafa_store_reads_total", "Works that read.", stats.reads),
        (
            "vafa_store_retries_total",
            "How often a work ran again.",
            stats.retries,
        ),
    ] {
        let counter = IntCounter::with_opts(opts(name, help))?;
        counter.inc_by(count);
        families.extend(counter.collect());
    }
    for (name, help, count) in [
        (
            "vafa_store_waiting",
            "Works that wait for the database.",
            stats.waiting,
        ),
        (
            "vafa_store_largest_commit",
            "The most works in one commit.",
            stats.largest_commit,
        ),
    ] {
        let gauge = IntGauge::with_opts(opts(name, help))?;
        gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        families.extend(gauge.collect());
    }
    Ok(families)
}

/// What waits for its time or its turn; each count is bounded, so that nobody waits for a figure.
const WAITING: [(&str, &str, &str); 2] = [
    (
        "vafa_deliveries_waiting",
        "Deliveries of events that wait; 10,000 stands for more.",
        "SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE state = 'waiting' LIMIT 10000) AS part",
    ),
    (
        "vafa_schedules_waiting",
        "Versions that wait to be published; 10,000 stands for more.",
        "SELECT COUNT(*) FROM (SELECT 1 FROM schedules WHERE state = 'waiting' LIMIT 10000) AS part",
    ),
];

async fn of_what_waits(db: &Db) -> store::Result<Vec<MetricFamily>> {
    let mut families = Vec::new();
    for (name, help, statement) in WAITING {
        let count: i64 = db
            .look(statement, |mut tx, statement| {
                Box::pin(async move {
                    let count = query(*statement).fetch_one(&mut tx).await;
                    (tx, count)
                })
            })
            .await?;
        if let Ok(gauge) = IntGauge::new(name, help) {
            gauge.set(count);
            families.extend(gauge.collect());
        }
    }
    Ok(families)
}
