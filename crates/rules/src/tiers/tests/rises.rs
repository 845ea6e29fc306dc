//! Every reaching of a tier.

use super::*;

fn list(ladder: &Ladder, member: &Member, now: &str) -> Vec<(usize, String)> {
    rises(ladder, Calendar::Gregorian, &tehran(), member, at(now))
        .into_iter()
        .map(|rise| (rise.level, rise.at.to_string()))
        .collect()
}

fn rise(level: usize, at: &str) -> (usize, String) {
    (level, at.to_owned())
}

#[test]
fn tiers_that_are_passed_at_once_are_each_reached() {
    let buyer = buyer(&[("2025-01-01T00:00:00Z", 300)]);
    let at = "2025-01-01T00:00:00Z";
    assert_eq!(
        list(&ladder(Window::Lifetime), &buyer, "2025-02-01T00:00:00Z"),
        [rise(1, at), rise(2, at)]
    );
    assert_eq!(
        list(&ladder(Window::Lifetime), &buyer, "2024-12-31T23:59:59Z"),
        []
    );
}

#[test]
fn a_lifetime_has_one_rise_to_each() {
    let buyer = buyer(&[
        ("2020-01-01T00:00:00Z", 99),
        ("2021-01-01T00:00:00Z", 1),
        ("2022-01-01T00:00:00Z", 200),
        ("2023-01-01T00:00:00Z", 900),
    ]);
    let ladder = ladder(Window::Lifetime);
    let all = rises(
        &ladder,
        Calendar::Gregorian,
        &tehran(),
        &buyer,
        at("2025-01-01T00:00:00Z"),
    );
    let lifetime = |level, text| Rise {
        level,
        at: at(text),
        period_start: None,
    };
    let (silver, gold) = (
        lifetime(1, "2021-01-01T00:00:00Z"),
        lifetime(2, "2022-01-01T00:00:00Z"),
    );
    assert_eq!(all, [silver, gold]);
    assert_eq!(gold.source(&ladder).as_deref(), Some("gold"));
    assert_eq!(lifetime(3, "2022-01-01T00:00:00Z").source(&ladder), None);
}

#[test]
fn a_tier_that_is_held_is_not_reached_again_and_one_that_was_lost_is() {
    let buyer = buyer(&[
        ("2022-05-01T00:00:00Z", 100),
        ("2023-05-01T00:00:00Z", 100),
        ("2025-05-01T00:00:00Z", 100),
    ]);
    let ladder = ladder(Window::CalendarYear);
    assert_eq!(
        list(&ladder, &buyer, "2026-01-01T00:00:00Z"),
        [
            rise(1, "2022-05-01T00:00:00Z"),
            rise(1, "2025-05-01T00:00:00Z")
        ]
    );
    let all = rises(
        &ladder,
        Calendar::Gregorian,
        &tehran(),
        &buyer,
        at("2026-01-01T00:00:00Z"),
    );
    let names: Vec<_> = all.iter().filter_map(|rise| rise.source(&ladder)).collect();
    assert_eq!(
        names,
        ["silver@2021-12-31T20:30:00Z", "silver@2024-12-31T20:30:00Z"]
    );
}

#[test]
fn a_jalali_year_is_named_by_its_nowruz() {
    let buyer = buyer(&[("2025-03-20T20:30:00Z", 100)]);
    let ladder = ladder(Window::CalendarYear);
    let all = rises(
        &ladder,
        Calendar::Jalali,
        &tehran(),
        &buyer,
        at("2025-04-01T00:00:00Z"),
    );
    assert_eq!(all[0].period_start, Some(at("2025-03-20T20:30:00Z")));
}

#[test]
fn in_a_rolling_window_a_tier_is_reached_once_in_its_months() {
    // Silver for a month each; three months from the first time it is reached anew.
    let bought = [
        ("2025-01-01T00:00:00Z", 50),
        ("2025-01-10T00:00:00Z", 50),
        ("2025-04-05T00:00:00Z", 50),
        ("2025-04-06T00:00:00Z", 50),
        ("2025-04-11T00:00:00Z", 50),
    ];
    let ladder = ladder(Window::RollingMonths(3));
    // Lost on 1 April, reached again on 6 April: within three months of 10 January.
    assert_eq!(
        list(&ladder, &buyer(&bought), "2025-05-01T00:00:00Z"),
        [rise(1, "2025-01-10T00:00:00Z")]
    );
    let later = [("2025-04-05T00:00:00Z", 50), ("2025-04-10T00:00:00Z", 50)];
    let exactly: Vec<_> = bought[..2].iter().chain(&later).copied().collect();
    let all = list(&ladder, &buyer(&exactly), "2025-05-01T00:00:00Z");
    assert_eq!(
        all,
        [
            rise(1, "2025-01-10T00:00:00Z"),
            rise(1, "2025-04-10T00:00:00Z")
        ]
    );
}

#[test]
fn a_rolling_rise_is_named_by_its_instant() {
    let ladder = ladder(Window::RollingMonths(3));
    let buyer = buyer(&[("2025-01-10T00:00:00Z", 100)]);
    let all = rises(
        &ladder,
        Calendar::Gregorian,
        &tehran(),
        &buyer,
        at("2025-02-01T00:00:00Z"),
    );
    assert_eq!(
        all[0].source(&ladder).as_deref(),
        Some("silver@2025-01-10T00:00:00Z")
    );
}

#[test]
fn a_refund_takes_the_rise_that_it_undoes_off_the_list() {
    let ladder = ladder(Window::CalendarYear);
    let kept = buyer(&[("2025-01-10T00:00:00Z", 90), ("2025-02-10T00:00:00Z", 20)]);
    let refunded = buyer(&[("2025-01-10T00:00:00Z", 75), ("2025-02-10T00:00:00Z", 20)]);
    assert_eq!(
        list(&ladder, &kept, "2025-03-01T00:00:00Z"),
        [rise(1, "2025-02-10T00:00:00Z")]
    );
    assert_eq!(list(&ladder, &refunded, "2025-03-01T00:00:00Z"), []);
    // Within a calendar year a rise that only comes later keeps its name.
    let later = buyer(&[
        ("2025-01-10T00:00:00Z", 75),
        ("2025-02-10T00:00:00Z", 20),
        ("2025-02-20T00:00:00Z", 20),
    ]);
    let name = |member: &Member| {
        rises(
            &ladder,
            Calendar::Gregorian,
            &tehran(),
            member,
            at("2025-03-01T00:00:00Z"),
        )[0]
        .source(&ladder)
    };
    assert_eq!(name(&kept), name(&later));
}

#[test]
fn staying_by_the_new_years_own_way_up_is_no_rise() {
    let mut ladder = ladder(Window::CalendarYear);
    ladder.grace_days = 30;
    let buyer = buyer(&[("2022-05-01T00:00:00Z", 100), ("2024-01-05T00:00:00Z", 100)]);
    assert_eq!(
        list(&ladder, &buyer, "2024-06-01T00:00:00Z"),
        [rise(1, "2022-05-01T00:00:00Z")]
    );
    ladder.grace_days = 0;
    assert_eq!(list(&ladder, &buyer, "2024-06-01T00:00:00Z").len(), 2);
}
