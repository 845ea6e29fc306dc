//! Segments and indicators.

use super::given;
use rules::calendar::Calendar;
use rules::churn::{self, QuarterDays};
use rules::goals::{self, Goal};
use rules::insights::{self, Counts, Indicator, Reading, Terms, Window, YEAR_MS};
use rules::segments;
use rules::{Bp, Money, Timestamp, Zone};
use serde::Deserialize;
use serde_json::{Value, json};

/// Answers a call, if it is one of these.
pub(super) fn answer(call: &str, input: &Value) -> Option<Result<Value, String>> {
    let input = input.clone();
    Some(match call {
        "segments" => given(input, |i: Customers| {
            let told = |one: &segments::Segmented<'_>| {
                let scores = one.rfm.map(|r| [r.recency, r.frequency, r.money]);
                json!({"id": one.id, "scores": scores, "segments": one.ids()})
            };
            let all = segments::segments(&i.customers());
            all.iter().map(told).collect::<Vec<_>>()
        }),
        "segment_sizes" => given(input, |i: Customers| {
            let all = segments::tally(&segments::segments(&i.customers()));
            let told = all.iter().filter(|tally| tally.members > 0);
            told.map(|tally| (tally.segment.to_owned(), json!(tally.members)))
                .collect::<serde_json::Map<_, _>>()
        }),
        "rfm_segment" => given(input, |i: Scores| {
            segments::rfm_segment(i.recency, i.frequency, i.money)
        }),
        "retention" => given(input, |i: Formula| {
            let ratio = insights::retention(i.start, i.end, i.new);
            ratio.and_then(insights::Ratio::figure)
        }),
        "counts" => given(input, |i: Counting| {
            let before = i.window.before(i.calendar, &i.zone);
            insights::count(&sold(&i.sales), &acted(&i.actions), i.window, before)
        }),
        "window_before" => given(input, |i: Before| i.window.before(i.calendar, &i.zone)),
        "indicator" => given(input, |i: Indicated| {
            i.counts.figure(i.indicator, &i.conditions.terms())
        }),
        "trend" => given(input, |i: Trended| {
            let terms = i.conditions.terms();
            let figure = |counts: &Counts| counts.figure(i.indicator, &terms);
            Reading::of(i.indicator, figure(&i.counts), figure(&i.before)).trend
        }),
        "lifetime_value" => given(input, |i: Valued| {
            i.counts.lifetime_value(&i.conditions.terms())
        }),
        "cohorts" => given(input, |i: Cohorts| {
            insights::cohorts(&sold(&i.sales), i.calendar, &i.zone, i.at, i.months)
        }),
        "goal" => given(input, |i: Aim| goals::progress(&i.goal, i.value, i.at)),
        "churn_risk" => given(input, |i: Late| {
            churn::risk(&i.zone, &i.orders, i.cohort_gap, i.at)
        }),
        "churn_risks" => given(input, |i: AllLate| {
            let all = churn::risks(&sold(&i.sales), &i.zone, i.at);
            all.into_iter()
                .map(|(id, risk)| (id.to_owned(), json!(risk)))
                .collect::<serde_json::Map<_, _>>()
        }),
        _ => return None,
    })
}

fn sold(sales: &[Sale]) -> Vec<insights::Sale<'_>> {
    sales
        .iter()
        .map(|one| insights::Sale {
            member: &one.member,
            paid_at: one.paid_at,
            revenue: one.revenue,
            products: one.products,
            refunded_whole: one.refunded_whole,
        })
        .collect()
}

fn acted(actions: &[Action]) -> Vec<insights::Action<'_>> {
    actions
        .iter()
        .map(|one| insights::Action {
            member: &one.member,
            at: one.at,
        })
        .collect()
}

/// An order of one product, paid in full.
#[derive(Deserialize)]
struct Sale {
    member: String,
    paid_at: Timestamp,
    #[serde(default)]
    revenue: Money,
    #[serde(default = "one")]
    products: u32,
    #[serde(default)]
    refunded_whole: bool,
}

const fn one() -> u32 {
    1
}

#[derive(Deserialize)]
struct Action {
    member: String,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Customer {
    id: String,
    #[serde(default)]
    last_order_at: Option<Timestamp>,
    #[serde(default)]
    orders: u32,
    #[serde(default)]
    revenue: Money,
}

#[derive(Deserialize)]
struct Customers {
    customers: Vec<Customer>,
}

impl Customers {
    fn customers(&self) -> Vec<segments::Customer<'_>> {
        self.customers
            .iter()
            .map(|one| segments::Customer {
                id: &one.id,
                last_order_at: one.last_order_at,
                orders: one.orders,
                revenue: one.revenue,
            })
            .collect()
    }
}

#[derive(Deserialize)]
struct Scores {
    recency: u8,
    frequency: u8,
    money: u8,
}

#[derive(Deserialize)]
struct Formula {
    start: u32,
    end: u32,
    new: u32,
}

#[derive(Deserialize)]
struct Counting {
    #[serde(default)]
    calendar: Calendar,
    zone: Zone,
    window: Window,
    sales: Vec<Sale>,
    #[serde(default)]
    actions: Vec<Action>,
}

#[derive(Deserialize)]
struct Before {
    #[serde(default)]
    calendar: Calendar,
    zone: Zone,
    window: Window,
}

/// A year of 365.25 days and the whole margin where nothing is said.
#[derive(Default, Deserialize)]
struct Conditions {
    #[serde(default)]
    window: Option<Window>,
    #[serde(default)]
    margin: Bp,
    #[serde(default)]
    years_max: Option<u8>,
}

impl Conditions {
    fn terms(&self) -> Terms {
        let from = Timestamp::default();
        let year = Window {
            from,
            to: from.plus_ms(YEAR_MS),
        };
        Terms {
            window: self.window.unwrap_or(year),
            margin: self.margin,
            years_max: self.years_max.unwrap_or(5),
        }
    }
}

#[derive(Deserialize)]
struct Indicated {
    indicator: Indicator,
    counts: Counts,
    #[serde(default)]
    conditions: Conditions,
}

#[derive(Deserialize)]
struct Trended {
    indicator: Indicator,
    counts: Counts,
    before: Counts,
    #[serde(default)]
    conditions: Conditions,
}

#[derive(Deserialize)]
struct Valued {
    counts: Counts,
    #[serde(default)]
    conditions: Conditions,
}

#[derive(Deserialize)]
struct Cohorts {
    #[serde(default)]
    calendar: Calendar,
    zone: Zone,
    sales: Vec<Sale>,
    at: Timestamp,
    months: u8,
}

#[derive(Deserialize)]
struct Aim {
    goal: Goal,
    value: i64,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Late {
    zone: Zone,
    orders: Vec<Timestamp>,
    #[serde(default)]
    cohort_gap: Option<QuarterDays>,
    at: Timestamp,
}

#[derive(Deserialize)]
struct AllLate {
    zone: Zone,
    sales: Vec<Sale>,
    at: Timestamp,
}
