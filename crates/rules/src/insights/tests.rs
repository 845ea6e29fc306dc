#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::calendar::Calendar;
use crate::samples::{at, berlin, tehran};
use crate::{DAY_MS, Timestamp};
use proptest::prelude::*;

fn window(from: &str, to: &str) -> Window {
    Window {
        from: at(&format!("{from}T00:00:00Z")),
        to: at(&format!("{to}T00:00:00Z")),
    }
}

/// 365.25 days.
fn year() -> Window {
    Window {
        from: Timestamp(0),
        to: Timestamp(YEAR_MS),
    }
}

fn terms(window: Window) -> Terms {
    Terms {
        window,
        margin: Bp(2500),
        years_max: 5,
    }
}

/// 100 buyers before of whom 80 stayed, 90 buyers, 180 orders of 1,000.
fn counts() -> Counts {
    Counts {
        buyers_before: 100,
        stayed: 80,
        buyers: 90,
        repeat_buyers: 45,
        orders: 180,
        mixed_orders: 60,
        revenue: Money(180_000),
        active_members: 120,
        engaged_members: 30,
    }
}

#[test]
fn retention_by_the_formula() {
    let ratio = retention(100, 90, 10).unwrap();
    assert_eq!((ratio.part, ratio.of, ratio.bp()), (80, 100, Bp(8000)));
    assert_eq!(ratio.rest().bp(), Bp(2000));
    assert_eq!(retention(0, 90, 90), None);
    assert_eq!(retention(10, 5, 9).unwrap().part, 0);
    assert_eq!(retention(10, 50, 9).unwrap().part, 10);
}

#[test]
fn ratios_and_means_round_half_up() {
    assert_eq!(Ratio::of(1, 3).unwrap().bp(), Bp(3333));
    assert_eq!(Ratio::of(2, 3).unwrap().bp(), Bp(6667));
    // 0.5 bp.
    assert_eq!(Ratio::of(1, 20_000).unwrap().bp(), Bp(1));
    assert_eq!(Mean::of(5, 2).unwrap().rounded(), 3);
    assert_eq!(Mean::of(-5, 2).unwrap().rounded(), -2);
    assert_eq!(Mean::of(7, 3).unwrap().ten_thousandths(), 23_333);
    assert_eq!(Mean::of(i64::MAX, 1).unwrap().ten_thousandths(), i64::MAX);
    assert_eq!((Ratio::of(0, 0), Mean::of(1, 0)), (None, None));
    // What the wire may bring.
    assert_eq!(Ratio { part: 9, of: 0 }.bp(), Bp(0));
    assert_eq!(
        Ratio {
            part: u32::MAX,
            of: 1
        }
        .bp(),
        Bp(10_000)
    );
    assert_eq!(Mean { sum: 9, of: 0 }.rounded(), 0);
}

#[test]
fn a_share_has_wilsons_interval() {
    let figure = Ratio::of(60, 100).unwrap().figure().unwrap();
    assert_eq!(
        (figure.value, figure.low, figure.high),
        (6000, Some(5020), Some(6910))
    );
    assert_eq!((figure.n, figure.too_few()), (100, false));
    assert!(Ratio::of(29, 29).unwrap().figure().unwrap().too_few());
    assert!(!Ratio::of(30, 30).unwrap().figure().unwrap().too_few());
    // 12.3496 % are told as 12.3, not by way of 12.35 as 12.4.
    assert_eq!(
        Ratio::of(123_496, 1_000_000)
            .unwrap()
            .figure()
            .unwrap()
            .value,
        1230
    );
    let nps = crate::scores::nps(1, 0, 0).map(Figure::of_percent).unwrap();
    assert_eq!(
        (nps.value, nps.low, nps.high, nps.n),
        (10_000, Some(-4850), Some(9850), 1)
    );
    // Five 6s and five 7s of 1…7: 6.5, t of nine degrees 2.262 × √(2.5 ÷ 9 ÷ 10).
    let ces = crate::scores::ces(&[0, 0, 0, 0, 0, 5, 5]).unwrap();
    let ces = Figure::of_mean(ces.mean);
    assert_eq!(
        (ces.value, ces.low, ces.high, ces.n),
        (65_000, Some(61_000), Some(69_000), 10)
    );
    let all_equal = crate::scores::ces(&[0, 0, 0, 0, 0, 0, 5]).unwrap();
    assert_eq!(Figure::of_mean(all_equal.mean).low, None);
}

#[test]
fn lifetime_value_of_a_year() {
    // 1,000 × 2 a year × 25 % × 1 ÷ 20 % = 5 years: the cap is not passed.
    let worth = counts().lifetime_value(&terms(year())).unwrap();
    assert_eq!(
        worth,
        LifetimeValue {
            value: Money(2500),
            lifespan_days: 1826,
            capped: false,
            n: 90
        }
    );
    let capped = Terms {
        years_max: 4,
        ..terms(year())
    };
    let worth = counts().lifetime_value(&capped).unwrap();
    assert_eq!(
        (worth.value, worth.capped, worth.lifespan_days),
        (Money(2000), true, 1461)
    );
}

#[test]
fn a_quarters_churn_is_not_a_years() {
    let quarter = Window {
        to: Timestamp(YEAR_MS / 4),
        ..year()
    };
    // 1,000 × 8 a year × 25 % × (a quarter ÷ 20 % = 1.25 years).
    let worth = counts().lifetime_value(&terms(quarter)).unwrap();
    assert_eq!(
        (worth.value, worth.lifespan_days, worth.capped),
        (Money(2500), 457, false)
    );
    assert_eq!(counts().yearly_frequency(quarter), Some(80_000));
}

#[test]
fn without_churn_the_lifespan_is_the_longest() {
    let all_stayed = Counts {
        stayed: 100,
        ..counts()
    };
    let worth = all_stayed.lifetime_value(&terms(year())).unwrap();
    assert_eq!((worth.value, worth.capped), (Money(2500), true));
    let none_stayed = Counts {
        stayed: 0,
        ..counts()
    };
    let worth = none_stayed.lifetime_value(&terms(year())).unwrap();
    assert_eq!((worth.value, worth.lifespan_days), (Money(500), 365));
    let more = Terms {
        margin: Bp(u32::MAX),
        ..terms(year())
    };
    assert_eq!(
        none_stayed.lifetime_value(&more).unwrap().value,
        Money(2000)
    );
}

#[test]
fn nothing_is_divided_by_nothing() {
    let nothing = Counts::default();
    for reading in report(&nothing, &terms(year()), Some((&counts(), &terms(year())))) {
        assert_eq!((reading.figure, reading.trend), (None, None));
    }
    let never = Window {
        to: Timestamp(-1),
        ..year()
    };
    assert_eq!(counts().yearly_frequency(never), None);
    assert_eq!(counts().lifetime_value(&terms(never)), None);
    let nobody_before = Counts {
        buyers_before: 0,
        stayed: 0,
        ..counts()
    };
    assert_eq!(nobody_before.lifetime_value(&terms(year())), None);
}

#[test]
fn a_report_tells_every_indicator_and_its_trend() {
    let before = Counts {
        stayed: 70,
        orders: 270,
        ..counts()
    };
    let report = report(&counts(), &terms(year()), Some((&before, &terms(year()))));
    let told: Vec<_> = report
        .iter()
        .map(|r| (r.indicator, r.figure.unwrap().value, r.trend.unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            (Indicator::Retention, 8000, 1000),
            (Indicator::Churn, 2000, -1000),
            (Indicator::RepeatRate, 5000, 0),
            // 33.3 % and 22.2 %.
            (Indicator::UpsellRatio, 3330, 1110),
            (Indicator::Frequency, 20_000, -10_000),
            (Indicator::YearlyFrequency, 20_000, -10_000),
            // 1,000 and 666.67.
            (Indicator::AverageOrder, 1000, 333),
            // 500 a year, for 5 years and for 3⅓.
            (Indicator::LifetimeValue, 2500, 833),
            (Indicator::Engagement, 2500, 0),
        ]
    );
    let sizes: Vec<_> = report.iter().map(|r| r.figure.unwrap().n).collect();
    assert_eq!(sizes, [100, 100, 90, 180, 90, 90, 180, 90, 120]);
    for reading in report {
        let figure = reading.figure.unwrap();
        let is_share = reading.indicator.unit() == Unit::Share;
        assert_eq!(
            (figure.low.is_some(), figure.high.is_some()),
            (is_share, is_share)
        );
    }
    assert_eq!(counts().figure(Indicator::Nps, &terms(year())), None);
}

fn sale(member: &str, day: i64, revenue: i64) -> Sale<'_> {
    Sale {
        member,
        paid_at: Timestamp(day * DAY_MS),
        revenue: Money(revenue),
        products: 1,
        refunded_whole: false,
    }
}

fn days(from: i64, to: i64) -> Window {
    Window {
        from: Timestamp(from * DAY_MS),
        to: Timestamp(to * DAY_MS),
    }
}

#[test]
fn orders_are_counted_as_they_stand() {
    let mixed = Sale {
        products: 2,
        ..sale("b", 12, 30)
    };
    let back = Sale {
        refunded_whole: true,
        ..sale("d", 15, 99)
    };
    let sales = [
        sale("a", 0, 5),
        sale("b", 9, 5),
        // The edge is half-open: day 10 is inside, day 20 is not.
        sale("a", 10, 10),
        sale("a", 10, 0),
        mixed,
        sale("c", 19, -8),
        back,
        sale("e", 20, 7),
        sale("d", 3, 1),
    ];
    let act = |member, day: i64| Action {
        member,
        at: Timestamp(day * DAY_MS),
    };
    let actions = [
        act("a", 10),
        act("a", 11),
        act("f", 19),
        act("b", 9),
        act("c", 20),
    ];
    let counts = count(&sales, &actions, days(10, 20), days(0, 10));
    assert_eq!(
        counts,
        Counts {
            buyers_before: 3,
            stayed: 2,
            buyers: 3,
            repeat_buyers: 1,
            orders: 4,
            mixed_orders: 1,
            revenue: Money(40),
            active_members: 4,
            engaged_members: 2,
        }
    );
}

#[test]
fn the_window_before_is_as_long() {
    let gregorian = |w: Window, zone: &crate::Zone| w.before(Calendar::Gregorian, zone);
    let utc = crate::Zone::default();
    let quarter = gregorian(window("2025-04-01", "2025-07-01"), &utc);
    assert_eq!(quarter, window("2025-01-01", "2025-04-01"));
    let march = gregorian(window("2025-03-01", "2025-04-01"), &utc);
    assert_eq!(march, window("2025-02-01", "2025-03-01"));
    let year = gregorian(window("2025-01-01", "2026-01-01"), &utc);
    assert_eq!(year, window("2024-01-01", "2025-01-01"));
    let week = gregorian(window("2025-03-03", "2025-03-10"), &utc);
    assert_eq!(week, window("2025-02-24", "2025-03-03"));
    let over = gregorian(window("2025-01-15", "2025-02-20"), &utc);
    assert_eq!(over, window("2024-12-10", "2025-01-15"));
    // Farvardin has 31 days and follows Esfand, which had 30 in 1403.
    let farvardin = Window {
        from: at("2025-03-20T20:30:00Z"),
        to: at("2025-04-20T20:30:00Z"),
    };
    let esfand = farvardin.before(Calendar::Jalali, &tehran());
    assert_eq!(esfand.from, at("2025-02-18T20:30:00Z"));
    // A week that begins after the clocks changed, and the one before in which they did.
    let week = Window {
        from: at("2025-03-30T22:00:00Z"),
        to: at("2025-04-06T22:00:00Z"),
    };
    assert_eq!(gregorian(week, &berlin()).from, at("2025-03-23T23:00:00Z"));
    let hour = Window {
        from: at("2025-03-30T22:00:00Z"),
        to: at("2025-03-30T23:00:00Z"),
    };
    assert_eq!(gregorian(hour, &utc).from, at("2025-03-30T21:00:00Z"));
    let backwards = gregorian(window("2025-07-01", "2025-04-01"), &utc);
    assert_eq!(backwards.length_ms(), 0);
}

#[test]
fn cohorts_are_by_the_month_of_the_first_order() {
    let zone = tehran();
    let paid = |member, paid_at| Sale {
        paid_at: at(paid_at),
        ..sale(member, 0, 1)
    };
    let sales = [
        paid("b", "2025-03-21T10:00:00Z"),
        paid("a", "2025-05-01T10:00:00Z"),
        paid("a", "2025-03-01T10:00:00Z"),
        paid("a", "2025-03-02T10:00:00Z"),
        // 00:30 of 1 Farvardin 1404 in Tehran.
        paid("c", "2025-03-20T21:00:00Z"),
        paid("c", "2025-04-25T10:00:00Z"),
        Sale {
            refunded_whole: true,
            ..paid("b", "2025-02-01T10:00:00Z")
        },
        paid("just", "2025-05-20T00:00:00Z"),
        paid("late", "2025-05-20T00:00:00.001Z"),
    ];
    let now = at("2025-05-20T00:00:00Z");
    let cohort = |year, month, bought: &[u32]| Cohort {
        year,
        month,
        bought: bought.to_vec(),
    };
    assert_eq!(
        cohorts(&sales, Calendar::Jalali, &zone, now, 12),
        // 20 May 2025 is 30 Ordibehesht 1404: the second month of the year.
        [
            cohort(1403, 12, &[1, 0, 1]),
            cohort(1404, 1, &[2, 1]),
            cohort(1404, 2, &[1])
        ]
    );
    assert_eq!(
        cohorts(&sales, Calendar::Gregorian, &zone, now, 2),
        [cohort(2025, 3, &[3, 1]), cohort(2025, 5, &[1])]
    );
}

fn anything() -> impl Strategy<Value = Vec<(usize, i64, i64, u32, bool)>> {
    let near = (0_usize..8, 0_i64..40, -5_i64..50, 0_u32..3, any::<bool>());
    let day = || prop_oneof![-9_i64..9, Just(i64::MIN / DAY_MS), Just(i64::MAX / DAY_MS)];
    let wild = (0_usize..8, day(), any::<i64>(), any::<u32>(), any::<bool>());
    prop::collection::vec(prop_oneof![5 => near, 1 => wild], 0..40)
}

fn sales_of(of: &[(usize, i64, i64, u32, bool)]) -> Vec<Sale<'static>> {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    of.iter()
        .map(|(who, day, revenue, products, refunded_whole)| Sale {
            products: *products,
            refunded_whole: *refunded_whole,
            ..sale(names.get(*who).unwrap(), *day, *revenue)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn who_stays_and_who_leaves_are_all_who_were(of in anything()) {
        let mut sales = sales_of(&of);
        let counts = count(&sales, &[], days(20, 40), days(0, 20));
        if let Some((stay, leave)) = counts.retention().zip(counts.churn()) {
            prop_assert_eq!(stay.part + leave.part, stay.of);
            prop_assert_eq!(stay.of, leave.of);
        } else {
            prop_assert_eq!(counts.buyers_before, 0);
        }
        // The usual formula says the same: N are those of E who are not in S.
        let new = counts.buyers - counts.stayed;
        prop_assert_eq!(retention(counts.buyers_before, counts.buyers, new), counts.retention());
        sales.reverse();
        prop_assert_eq!(count(&sales, &[], days(20, 40), days(0, 20)), counts);
        let zone = tehran();
        let table = cohorts(&sales, Calendar::Jalali, &zone, Timestamp(40 * DAY_MS), 24);
        for row in &table {
            let size = row.bought.first().copied().unwrap_or(0);
            prop_assert!(row.bought.len() <= 24 && row.bought.iter().all(|n| *n <= size));
        }
        sales.reverse();
        prop_assert_eq!(cohorts(&sales, Calendar::Jalali, &zone, Timestamp(40 * DAY_MS), 24), table);
    }

    #[test]
    fn no_number_is_too_wild(
        numbers in prop::array::uniform8(any::<u32>()),
        revenue in any::<i64>(), from in any::<i64>(), to in any::<i64>(),
        margin in any::<u32>(), years_max in any::<u8>(),
    ) {
        let [buyers_before, stayed, buyers, repeat_buyers, orders, mixed_orders, active_members,
            engaged_members] = numbers;
        let counts = Counts {
            buyers_before, stayed, buyers, repeat_buyers, orders, mixed_orders,
            revenue: Money(revenue), active_members, engaged_members,
        };
        let window = Window { from: Timestamp(from), to: Timestamp(to) };
        let terms = Terms { window, margin: Bp(margin), years_max };
        let before = window.before(Calendar::Jalali, &tehran());
        prop_assert!(before.from <= before.to && before.to == window.from);
        for reading in report(&counts, &terms, Some((&Counts::default(), &terms))) {
            let figure = reading.figure;
            prop_assert!(figure.is_none_or(|f| f.low.is_none_or(|low| low <= f.value)));
            prop_assert!(figure.is_none_or(|f| f.high.is_none_or(|high| f.value <= high)));
        }
    }
}
