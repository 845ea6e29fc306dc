//! What a member is told in time.

use super::*;

/// Silver of 2024, to be kept with 60 in 2025; told 30 days before.
fn yearly() -> Ladder {
    let mut ladder = ladder(Window::CalendarYear);
    ladder.levels[1].retain = Some(60);
    ladder
}

#[test]
fn a_tier_at_risk_is_told_from_its_notice_day_to_its_last_instant() {
    let buyer = buyer(&[("2024-05-01T00:00:00Z", 100), ("2025-05-01T00:00:00Z", 45)]);
    let until = at("2025-12-31T20:30:00Z");
    let risk = Notice::AtRisk { until, missing: 15 };
    let told = |now| stand(&yearly(), &buyer, now).notices;
    assert_eq!(told("2025-12-01T20:29:59.999Z"), []);
    assert_eq!(told("2025-12-01T20:30:00Z"), [risk]);
    assert_eq!(told("2025-12-31T20:29:59.999Z"), [risk]);
    // Then it is lost.
    assert_eq!(told("2025-12-31T20:30:00Z"), []);
    let today = stand(&yearly(), &buyer, "2025-06-01T00:00:00Z");
    assert_eq!(
        (today.current, today.projected, today.delta_to_keep),
        (1, 0, Some(15))
    );
}

#[test]
fn what_is_kept_is_not_at_risk() {
    let buyer = buyer(&[("2024-05-01T00:00:00Z", 100), ("2025-05-01T00:00:00Z", 60)]);
    let today = stand(&yearly(), &buyer, "2025-12-20T00:00:00Z");
    assert_eq!((today.current, today.notices.len()), (1, 0));
    // It is the next year that has to keep it now, and has nothing yet.
    assert_eq!(today.keep_until, Some(at("2026-12-31T20:30:00Z")));
    assert_eq!(today.projected, 0);
}

#[test]
fn points_on_their_way_take_the_risk_away() {
    let mut ladder = yearly();
    ladder.measure = Measure::PointsEarned;
    let credit = |text, points| Credit {
        activates_at: at(text),
        points: Points(points),
    };
    let mut member = member();
    member.credits = vec![
        credit("2024-05-01T00:00:00Z", 100),
        credit("2025-12-31T20:29:59.999Z", 60),
    ];
    let today = stand(&ladder, &member, "2025-12-20T00:00:00Z");
    assert_eq!((today.delta_to_keep, today.projected), (Some(60), 1));
    assert_eq!(today.notices, []);
    // A millisecond later they are next year's.
    member.credits[1].activates_at = at("2025-12-31T20:30:00Z");
    let today = stand(&ladder, &member, "2025-12-20T00:00:00Z");
    assert_eq!((today.projected, today.notices.len()), (0, 1));
    // Many of them lead up, not down.
    member.credits[1] = credit("2025-12-25T00:00:00Z", 300);
    assert_eq!(stand(&ladder, &member, "2025-12-20T00:00:00Z").projected, 2);
}

#[test]
fn in_a_calendar_grace_the_way_back_is_told_and_no_risk() {
    let mut ladder = yearly();
    ladder.grace_days = 20;
    let buyer = buyer(&[("2024-05-01T00:00:00Z", 120), ("2026-01-02T00:00:00Z", 30)]);
    let today = stand(&ladder, &buyer, "2026-01-05T00:00:00Z");
    let until = at("2026-01-20T20:30:00Z");
    // 100 enter silver; to retain it with 60 was last year's.
    assert_eq!(today.notices, [Notice::InGrace { until, missing: 70 }]);
    assert_eq!((today.current, today.projected), (1, 0));
    assert_eq!(today.keep_until, Some(until));
    // Before the year's end the grace is still to come: the tier is projected after it.
    let before = stand(&ladder, &buyer, "2025-12-20T00:00:00Z");
    let until = at("2025-12-31T20:30:00Z");
    assert_eq!(before.notices, [Notice::AtRisk { until, missing: 60 }]);
}

#[test]
fn a_rolling_window_tells_what_will_be_missing_when_enough_has_left() {
    // 130 in the window; on 1 May 70 leave it, and 60 are left of 100.
    let ladder = ladder(Window::RollingMonths(12));
    let buyer = buyer(&[("2024-05-01T10:00:00Z", 70), ("2024-09-01T10:00:00Z", 60)]);
    let until = at("2025-05-01T10:00:00Z");
    let today = stand(&ladder, &buyer, "2025-04-01T10:00:00Z");
    assert_eq!(today.notices, [Notice::AtRisk { until, missing: 40 }]);
    assert_eq!((today.delta_to_keep, today.projected), (Some(0), 0));
    assert_eq!(stand(&ladder, &buyer, "2025-04-01T09:59:59Z").notices, []);
}

#[test]
fn a_rolling_grace_is_told_with_what_would_end_it() {
    let mut ladder = ladder(Window::RollingMonths(12));
    ladder.grace_days = 10;
    let buyer = buyer(&[("2024-05-01T10:00:00Z", 70), ("2024-09-01T10:00:00Z", 60)]);
    let until = at("2025-05-11T10:00:00Z");
    let told = |now| stand(&ladder, &buyer, now).notices;
    assert_eq!(
        told("2025-05-01T09:59:59Z"),
        [Notice::AtRisk { until, missing: 40 }]
    );
    assert_eq!(
        told("2025-05-01T10:00:00Z"),
        [Notice::InGrace { until, missing: 40 }]
    );
    assert_eq!(told("2025-05-11T10:00:00Z"), []);
}

#[test]
fn nine_tenths_of_the_way_are_near() {
    let ladder = ladder(Window::Lifetime);
    let told = |spend| {
        let buyer = buyer(&[("2025-01-01T00:00:00Z", spend)]);
        stand(&ladder, &buyer, "2025-02-01T00:00:00Z").notices
    };
    assert_eq!(told(89), []);
    assert_eq!(told(90), [Notice::NearNext { missing: 10 }]);
    assert_eq!(told(100), []);
    // From 100 to 300.
    assert_eq!(told(279), []);
    assert_eq!(told(280), [Notice::NearNext { missing: 20 }]);
    assert_eq!(told(300), []);
}

#[test]
fn the_tier_that_is_held_is_spoken_of_before_the_next() {
    // 290 of 300 today; on 1 May 250 leave, and 40 are left of 100.
    let ladder = ladder(Window::RollingMonths(12));
    let buyer = buyer(&[("2024-05-01T10:00:00Z", 250), ("2024-09-01T10:00:00Z", 40)]);
    let until = at("2025-05-01T10:00:00Z");
    let risk = Notice::AtRisk { until, missing: 60 };
    assert_eq!(
        stand(&ladder, &buyer, "2025-04-20T00:00:00Z").notices,
        [risk, Notice::NearNext { missing: 10 }]
    );
}

#[test]
fn tiers_for_ever_are_never_at_risk() {
    let mut ladder = yearly();
    ladder.downgrade = Downgrade::None;
    let buyer = buyer(&[("2024-05-01T00:00:00Z", 100)]);
    let today = stand(&ladder, &buyer, "2025-12-20T00:00:00Z");
    assert_eq!((today.projected, today.keep_until), (1, None));
    assert_eq!(today.notices, []);
}

#[test]
fn a_standing_of_before_is_read_without_notices() {
    let today = stand(&yearly(), &member(), "2025-12-20T00:00:00Z");
    let mut wire = serde_json::to_value(&today).unwrap_or_default();
    if let Some(fields) = wire.as_object_mut() {
        fields.remove("projected");
        fields.remove("notices");
    }
    assert_eq!(serde_json::from_value::<Standing>(wire).ok(), Some(today));
}
