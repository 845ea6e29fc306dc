use super::*;
use crate::calendar::Calendar;
use crate::member::Earned;
use crate::program::Period;
use crate::samples::{at, berlin, member, program, tehran};
use proptest::prelude::*;

fn times(per: Period, times: u32) -> Cap {
    Cap {
        per,
        times: Some(times),
        points: None,
    }
}

fn most(per: Period, points: i64) -> Cap {
    Cap {
        per,
        times: None,
        points: Some(Points(points)),
    }
}

fn earned(entries: &[(&str, i64)]) -> Member {
    let mut member = member();
    for (index, (when, points)) in entries.iter().enumerate() {
        member.earned.push(Earned {
            rule: "visit".to_owned(),
            source: index.to_string(),
            at: at(when),
            points: Points(*points),
        });
    }
    member
}

fn ask(caps: &[Cap], member: &Member, points: i64, now: &str) -> Result<i64, Option<String>> {
    let (program, zone) = (program(), tehran());
    room(
        &program,
        &zone,
        caps,
        "visit",
        Points(points),
        member,
        at(now),
    )
    .map(|points| points.0)
    .map_err(|full| full.resets_at.map(|at| at.to_string()))
}

#[test]
fn without_caps_everything_fits() {
    assert_eq!(ask(&[], &member(), 7, "2025-06-01T00:00:00Z"), Ok(7));
}

#[test]
fn a_day_begins_at_the_zones_midnight() {
    let caps = [times(Period::Day, 1)];
    let one = earned(&[("2025-06-01T20:29:59Z", 5)]);
    assert_eq!(ask(&caps, &one, 5, "2025-06-01T20:30:00Z"), Ok(5));
    assert_eq!(
        ask(&caps, &one, 5, "2025-06-01T20:29:59.999Z"),
        Err(Some("2025-06-01T20:30:00Z".to_owned()))
    );
    let next = earned(&[("2025-06-01T20:30:00Z", 5)]);
    assert_eq!(ask(&caps, &next, 5, "2025-06-01T20:29:59Z"), Ok(5));
}

#[test]
fn a_day_of_changed_clocks_is_one_day() {
    // 26 October 2025 has 25 hours in Berlin.
    let mut program = program();
    program.calendar = Calendar::Gregorian;
    let one = earned(&[("2025-10-25T22:00:00Z", 5)]);
    let ask = |now: &str| {
        let caps = [times(Period::Day, 1)];
        room(
            &program,
            &berlin(),
            &caps,
            "visit",
            Points(5),
            &one,
            at(now),
        )
    };
    let full = Full {
        resets_at: Some(at("2025-10-26T23:00:00Z")),
    };
    assert_eq!(ask("2025-10-26T22:59:59Z"), Err(full));
    assert_eq!(ask("2025-10-26T23:00:00Z"), Ok(Points(5)));
}

#[test]
fn only_what_fits_is_given() {
    let caps = [most(Period::Month, 20), most(Period::Lifetime, 28)];
    let some = earned(&[("2025-01-01T00:00:00Z", 10), ("2025-06-01T00:00:00Z", 15)]);
    assert_eq!(ask(&caps, &some, 10, "2025-06-02T00:00:00Z"), Ok(3));
    assert_eq!(ask(&caps, &some, 2, "2025-06-02T00:00:00Z"), Ok(2));
}

#[test]
fn the_last_of_the_full_caps_to_open_is_named_and_a_lifetime_never_opens() {
    let one = earned(&[("2025-06-01T00:00:00Z", 5)]);
    let when = "2025-06-01T01:00:00Z";
    // 1 June 2025 is 11 Khordad 1404, which has 31 days.
    let month = Err(Some("2025-06-21T20:30:00Z".to_owned()));
    let (day, whole) = (times(Period::Day, 1), most(Period::Month, 5));
    assert_eq!(ask(&[day, whole], &one, 5, when), month);
    assert_eq!(ask(&[whole, day], &one, 5, when), month);
    let ever = times(Period::Lifetime, 1);
    assert_eq!(ask(&[ever, day], &one, 5, when), Err(None));
    assert_eq!(ask(&[day, ever], &one, 5, when), Err(None));
    // One that still has room says nothing about it.
    let roomy = times(Period::Lifetime, 2);
    let tomorrow = Err(Some("2025-06-01T20:30:00Z".to_owned()));
    assert_eq!(ask(&[roomy, day], &one, 5, when), tomorrow);
}

#[test]
fn what_a_refund_took_back_leaves_its_room() {
    let refunded = earned(&[("2025-06-01T00:00:00Z", 0)]);
    let caps = [times(Period::Day, 1), most(Period::Day, 5)];
    assert_eq!(ask(&caps, &refunded, 5, "2025-06-01T01:00:00Z"), Ok(5));
}

#[test]
fn other_rules_take_no_room() {
    let mut other = earned(&[("2025-06-01T00:00:00Z", 5)]);
    other.earned[0].rule = "review".to_owned();
    let caps = [times(Period::Lifetime, 1)];
    assert_eq!(ask(&caps, &other, 5, "2025-06-01T01:00:00Z"), Ok(5));
}

#[test]
fn nothing_needs_no_room() {
    let caps = [times(Period::Lifetime, 0)];
    assert_eq!(ask(&caps, &member(), 0, "2025-06-01T01:00:00Z"), Ok(0));
    assert_eq!(ask(&caps, &member(), -5, "2025-06-01T01:00:00Z"), Ok(0));
    assert_eq!(ask(&caps, &member(), 5, "2025-06-01T01:00:00Z"), Err(None));
}

const PERIODS: [Period; 5] = [
    Period::Day,
    Period::Week,
    Period::Month,
    Period::Year,
    Period::Lifetime,
];

proptest! {
    #[test]
    fn room_is_never_more_than_asked_for_nor_than_the_cap_leaves(
        entries in prop::collection::vec((0..40_000_000_000_i64, 0..50_i64), 0..12),
        cap in 0..200_i64, asked in 0..100_i64, which in 0..5_usize, now in 0..40_000_000_000_i64,
    ) {
        let mut member = member();
        for (at, points) in entries {
            let (rule, source) = ("visit".to_owned(), at.to_string());
            member.earned.push(Earned { rule, source, at: Timestamp(at), points: Points(points) });
        }
        let (program, zone, now) = (program(), tehran(), Timestamp(now));
        let period = program.calendar.period(&zone, PERIODS[which], now);
        let given: i64 = member.earned.iter()
            .filter(|e| period.is_none_or(|(start, end)| (start..end).contains(&e.at)))
            .map(|e| e.points.0)
            .sum();
        match room(&program, &zone, &[most(PERIODS[which], cap)], "visit", Points(asked), &member, now) {
            Ok(points) => {
                prop_assert_eq!(points.0, asked.min((cap - given).max(0)));
                prop_assert!(points.0 > 0 || asked == 0);
            }
            Err(full) => {
                prop_assert!(given >= cap && asked > 0);
                prop_assert_eq!(full.resets_at, period.map(|(_, end)| end));
            }
        }
    }

    #[test]
    fn what_was_given_under_caps_never_exceeds_them(
        asks in prop::collection::vec((0..3_000_000_000_i64, 1..40_i64), 1..20),
        cap in 1..100_i64, often in 1..5_u32, which in 0..5_usize,
    ) {
        let (program, zone) = (program(), tehran());
        let caps = [most(PERIODS[which], cap), times(Period::Week, often)];
        let mut who = member();
        for (ms, points) in asks {
            let at = Timestamp(ms);
            if let Ok(points) = room(&program, &zone, &caps, "visit", Points(points), &who, at) {
                let (rule, source) = ("visit".to_owned(), ms.to_string());
                who.earned.push(Earned { rule, source, at, points });
            }
        }
        for one in &who.earned {
            let same = |per| {
                let period = program.calendar.period(&zone, per, one.at);
                who.earned.iter().filter(move |e| period.is_none_or(|(s, end)| (s..end).contains(&e.at)))
            };
            prop_assert!(same(PERIODS[which]).map(|e| e.points.0).sum::<i64>() <= cap);
            prop_assert!(same(Period::Week).count() <= often as usize);
        }
    }

    #[test]
    fn no_numbers_make_it_fall_over(
        entries: [(i64, i64); 3], caps: [(Option<u32>, Option<i64>); 3], asked: i64, now: i64,
    ) {
        let mut member = member();
        for (at, points) in entries {
            let (rule, source) = ("visit".to_owned(), String::new());
            member.earned.push(Earned { rule, source, at: Timestamp(at), points: Points(points) });
        }
        let caps = caps.map(|(times, points)| Cap { per: Period::Year, times, points: points.map(Points) });
        let room = room(&program(), &berlin(), &caps, "visit", Points(asked), &member, Timestamp(now));
        prop_assert!(room.is_err() || room.is_ok_and(|points| points.0 >= 0 && points.0 <= asked.max(0)));
    }
}
