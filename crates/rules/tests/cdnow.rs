//! Real purchases, computed twice: by the crate, and by `cdnow.mjs` from the definitions alone, in
//! another language and in another way. Every field of both answers must be the same.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use rules::calendar::{Calendar, Date};
use rules::insights::{Counts, Ratio, Sale, Terms, Window, cohorts, count, report};
use rules::{Bp, Money, Timestamp, Zone, churn, segments};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

const MINUTE_MS: i64 = 60_000;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Five hours behind UTC.
fn zone() -> Zone {
    Zone {
        offset_minutes: -300,
        transitions: Vec::new(),
    }
}

fn midnight(year: i32, month: u8, day: u8) -> Timestamp {
    let date = Date { year, month, day };
    zone().start_of_day(Calendar::Gregorian.day_of(date))
}

/// An order of the file. The file knows days only; half an hour before midnight UTC has the next day, so
/// whoever forgets the zone puts orders into the wrong quarter.
fn sale(line: &str) -> Sale<'_> {
    let [member, date, items, usd] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
    let (year, month_and_day) = date.split_at(4);
    let (month, day) = month_and_day.split_at(2);
    let (dollars, cents) = usd.split_once('.').unwrap();
    assert_eq!(cents.len(), 2, "{line}");
    let day = midnight(
        year.parse().unwrap(),
        month.parse().unwrap(),
        day.parse().unwrap(),
    );
    Sale {
        member,
        paid_at: day.plus_ms((23 * 60 + 30) * MINUTE_MS),
        revenue: Money(dollars.parse::<i64>().unwrap() * 100 + cents.parse::<i64>().unwrap()),
        // Items stand for distinct products, which the file does not know.
        products: items.parse().unwrap(),
        refunded_whole: false,
    }
}

/// The orders of the file, below its comments and the names of its columns.
fn sales(file: &str) -> Vec<Sale<'_>> {
    let lines = file.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(sale).collect()
}

fn fraction(ratio: Option<Ratio>) -> Value {
    ratio.map_or(Value::Null, |r| json!([r.part, r.of]))
}

fn quarter(sales: &[Sale<'_>], year: i32, month: u8) -> (Counts, Terms) {
    let window = Window {
        from: midnight(year, month, 1),
        to: midnight(year, month + 3, 1),
    };
    let before = window.before(Calendar::Gregorian, &zone());
    let terms = Terms {
        window,
        margin: Bp(3000),
        years_max: 1,
    };
    (count(sales, &[], window, before), terms)
}

fn quarters(sales: &[Sale<'_>]) -> Value {
    let months = [
        (1997, 1),
        (1997, 4),
        (1997, 7),
        (1997, 10),
        (1998, 1),
        (1998, 4),
    ];
    let mut told = Map::new();
    let mut before = None;
    for (year, month) in months {
        let (counts, terms) = quarter(sales, year, month);
        let mean = |mean: rules::insights::Mean| json!([mean.sum, mean.of]);
        let mut readings = Map::new();
        for reading in report(&counts, &terms, before.as_ref().map(|(c, t)| (c, t))) {
            let name = serde_json::to_value(reading.indicator).unwrap();
            let answer = json!({"figure": reading.figure, "trend": reading.trend});
            readings.insert(name.as_str().unwrap().to_owned(), answer);
        }
        let quarter = json!({
            "retention": fraction(counts.retention()),
            "churn": fraction(counts.churn()),
            "repeat_rate": fraction(counts.repeat_rate()),
            "upsell_ratio": fraction(counts.upsell_ratio()),
            "frequency": counts.frequency().map(mean),
            "average_order": counts.average_order().map(mean),
            "lifetime": counts.lifetime_value(&terms),
            "readings": readings,
        });
        told.insert(format!("{year}Q{}", month / 3 + 1), quarter);
        before = Some((counts, terms));
    }
    Value::Object(told)
}

fn by_the_crate(file: &str) -> Value {
    let sales = sales(file);
    let now = midnight(1998, 7, 1);
    let customers = segments::customers(&sales, now);
    let segmented = segments::segments(&customers);
    let mut members = Map::new();
    for (customer, member) in customers.iter().zip(&segmented) {
        assert_eq!(customer.id, member.id);
        let rfm = member.rfm.unwrap();
        let told = json!({
            "orders": customer.orders,
            "revenue": customer.revenue,
            "scores": [rfm.recency, rfm.frequency, rfm.money],
            "segments": member.ids(),
        });
        members.insert(customer.id.to_owned(), told);
    }
    let tally = segments::tally(&segmented);
    let tally = tally
        .iter()
        .map(|t| (t.segment.to_owned(), t.members.into()));
    let risks = churn::risks(&sales, &zone(), now);
    let risks = risks
        .into_iter()
        .map(|(id, risk)| (id.to_owned(), serde_json::to_value(risk).unwrap()));
    let last = now.plus_ms(-1);
    json!({
        "orders": sales.len(),
        "customers": customers.len(),
        "quarters": quarters(&sales),
        "members": members,
        "tally": Value::Object(tally.collect()),
        "map": segments::map(&customers),
        "cohorts": cohorts(&sales, Calendar::Gregorian, &zone(), last, 18),
        "risks": Value::Object(risks.collect()),
    })
}

fn by_the_definitions(file: &Path) -> Value {
    let output = Command::new("node")
        .arg(here("tests/cdnow.mjs"))
        .arg(file)
        .output()
        .unwrap_or_else(|error| {
            panic!("this test compares with figures that Node computes, and `node` does not run: {error}")
        });
    assert!(
        output.status.success(),
        "cdnow.mjs: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Every field that differs, by its JSON pointer.
fn differences(place: &str, one: &Value, other: &Value, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let part = |of: &Map<String, Value>| of.get(key).cloned();
                let absent = || json!("(absent)");
                differences(
                    &format!("{place}/{key}"),
                    &part(a).unwrap_or_else(absent),
                    &part(b).unwrap_or_else(absent),
                    found,
                );
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (one, other)) in a.iter().zip(b).enumerate() {
                differences(&format!("{place}/{index}"), one, other, found);
            }
        }
        _ if one == other => {}
        _ => found.push(format!("{place}: crate {one}, definitions {other}")),
    }
}

#[test]
fn real_purchases_give_the_same_figures_by_the_crate_and_by_the_definitions() {
    let path = here("../../demo/purchases.csv");
    let file = std::fs::read_to_string(&path).unwrap();
    let crate_says = by_the_crate(&file);
    // As its publishers describe the file.
    assert_eq!(crate_says["orders"], 6919);
    assert_eq!(crate_says["customers"], 2357);
    // One cohort: everybody began in the first quarter, so all of it is somebody's first order.
    assert_eq!(crate_says["quarters"]["1997Q1"]["retention"], Value::Null);
    assert_eq!(crate_says["cohorts"].as_array().unwrap().len(), 3);
    let mut found = Vec::new();
    differences("", &crate_says, &by_the_definitions(&path), &mut found);
    let shown: Vec<_> = found.iter().take(20).cloned().collect();
    assert!(
        found.is_empty(),
        "{} fields differ:\n{}",
        found.len(),
        shown.join("\n")
    );
}

#[test]
fn as_many_members_have_a_usual_gap_as_the_publishers_counted() {
    // Repeat purchases in the 39 weeks to 30 September 1997, days with an order after the first, as in
    // Fader, Hardie and Lee, "Counting Your Customers" the Easy Way (2005): 1,411 customers had none and
    // 439 had one. All others have three days or more.
    let file = std::fs::read_to_string(here("../../demo/purchases.csv")).unwrap();
    let sales = sales(&file);
    let risks = churn::risks(&sales, &zone(), midnight(1997, 10, 1).plus_ms(-1));
    let own = risks
        .iter()
        .filter(|(_, risk)| risk.by == churn::Baseline::Own);
    assert_eq!((risks.len(), own.count()), (2357, 2357 - 1411 - 439));
}

#[test]
fn a_difference_is_found_wherever_it_is() {
    let mut found = Vec::new();
    let one = json!({"a": [1, {"b": null}], "c": 1, "d": [1]});
    let other = json!({"a": [1, {"b": 0}], "c": 1, "d": [1, 2], "e": 3});
    differences("", &one, &other, &mut found);
    let places: Vec<_> = found.iter().map(|f| f.split(':').next().unwrap()).collect();
    assert_eq!(places, ["/a/1/b", "/d", "/e"]);
}
