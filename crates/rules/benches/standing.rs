//! What the opened panel asks (the standing, fifty rewards, the due survey), by how much a member has done.
//!
//! `--gate` measures no seconds: it compares 100,000 entries with 1,000 in the same run, for every shape of
//! history, and fails where the larger costs more than [`LIMIT`] times as much.
#![allow(missing_docs, reason = "Criterion's macros make functions")]

use criterion::{BenchmarkId, Criterion, criterion_group};
use rules::load::{Club, Order, Shape};
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

/// What 100,000 entries may cost, in times what 1,000 do, where they lie as a server sends them.
const LIMIT: f64 = 120.0;
/// The same where they must be sorted: 167 by theory, more by what a processor's caches no longer hold, and
/// a tenth of what a square would be.
const LIMIT_SORTING: f64 = 1_000.0;
/// What each tenfold size on the way may cost. More than this is a square: larger ones are not waited for.
const LIMIT_TENFOLD: f64 = 30.0;
/// Measurements of each size, one size after the other; the least of each counts.
const ROUNDS: usize = 4;
/// As many again where they are over the limit: a busy machine is no slow rule.
const ROUNDS_MAX: usize = 16;

fn panel(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("panel");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    for entries in [10, 1_000, 100_000] {
        let club = Club::of(Shape::Ordinary, Order::Sorted, entries);
        group.bench_function(BenchmarkId::from_parameter(entries), |bencher| {
            bencher.iter(|| black_box(&club).answer());
        });
    }
    group.finish();
}

criterion_group!(benches, panel);

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--gate") {
        return gate();
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
    ExitCode::SUCCESS
}

/// Compares sizes for every shape and order, and says which fail.
fn gate() -> ExitCode {
    let [one, ten, hundred, thousand] = SIZES.map(|entries| entries.to_string());
    println!(
        "{:<22} {one:>10} {ten:>10} {hundred:>10} {thousand:>10} {:>7}",
        "entries", "ratio"
    );
    let all = Shape::ALL.len() * Order::ALL.len();
    let mut failed = 0;
    for shape in Shape::ALL {
        for order in Order::ALL {
            let grown = Grown::measure(shape, order);
            println!("{}", grown.row(&format!("{shape:?} {order:?}")));
            failed += usize::from(!grown.passes());
        }
    }
    println!(
        "{} of {all} histories grow as they should: 100 times as long, at most {LIMIT} times the cost, \
         {LIMIT_SORTING} where they must be sorted",
        all - failed
    );
    ExitCode::from(u8::from(failed > 0))
}

/// Entries; the gate compares the last with the one two places before it.
const SIZES: [usize; 4] = [100, 1_000, 10_000, 100_000];

/// The least time of each of [`SIZES`], as far as they were waited for.
struct Grown {
    least: Vec<Duration>,
    limit: f64,
}

impl Grown {
    fn measure(shape: Shape, order: Order) -> Self {
        let mut clubs = Vec::new();
        // Prompts are looked up by survey and order: their order in time is none.
        let sorted = order != Order::Shuffled && shape != Shape::Prompts;
        let mut grown = Self {
            least: Vec::new(),
            limit: if sorted { LIMIT } else { LIMIT_SORTING },
        };
        for entries in SIZES {
            let club = Club::of(shape, order, entries);
            // Once to warm up, once to count: the first touches memory that is new.
            let least = timed(&club).min(timed(&club));
            clubs.push(club);
            let before = grown.least.last().copied();
            grown.least.push(least);
            if before.is_some_and(|before| times(least, before) > LIMIT_TENFOLD) {
                return grown;
            }
        }
        for round in 0..ROUNDS_MAX {
            if round >= ROUNDS && grown.passes() {
                break;
            }
            for ((club, least), entries) in clubs.iter().zip(&mut grown.least).zip(SIZES) {
                // The short ones often: what they take is near what a clock can tell.
                for _ in 0..(10_000 / entries).clamp(1, 20) {
                    *least = timed(club).min(*least);
                }
            }
        }
        grown
    }

    fn ratio(&self) -> Option<f64> {
        match self.least.as_slice() {
            [_, small, _, large] => Some(times(*large, *small)),
            _ => None,
        }
    }

    fn passes(&self) -> bool {
        self.ratio().is_some_and(|ratio| ratio <= self.limit)
    }

    fn row(&self, name: &str) -> String {
        let mut row = format!("{name:<22}");
        for place in 0..SIZES.len() {
            let time = self.least.get(place).map_or("-".to_owned(), |time| {
                format!("{:.3} ms", 1e3 * time.as_secs_f64())
            });
            row.push_str(&format!(" {time:>10}"));
        }
        let ratio = self
            .ratio()
            .map_or("-".to_owned(), |ratio| format!("{ratio:.0}"));
        let over = if self.passes() { "" } else { "  OVER" };
        format!("{row} {ratio:>7}{over}")
    }
}

/// What one answer takes of a processor. Others who want it too, and make us wait, are not counted.
fn timed(club: &Club) -> Duration {
    let started = worked();
    black_box(black_box(club).answer());
    worked().saturating_sub(started)
}

#[cfg(unix)]
fn worked() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

/// Elsewhere the time on the wall must do.
#[cfg(not(unix))]
fn worked() -> Duration {
    static BEGUN: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    BEGUN.elapsed()
}

fn times(large: Duration, small: Duration) -> f64 {
    large.as_secs_f64() / small.as_secs_f64().max(1e-9)
}
