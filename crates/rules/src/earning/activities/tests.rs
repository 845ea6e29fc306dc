use super::*;
use crate::member::{Earned, Membership};
use crate::program::{Cap, Period, Plan, Window};
use crate::samples::{at, berlin, ladder, member, program, purchase, tehran};
use crate::time::DAY_MS;
use proptest::prelude::*;

fn does(kind: Activity) -> ActivityRule {
    ActivityRule {
        id: "rule".to_owned(),
        kind,
        points: Points(10),
        title: Default::default(),
        caps: Vec::new(),
        claimable: None,
    }
}

fn born(month: u8, day: u8) -> Member {
    Member {
        birthday: Some(MonthDay { month, day }),
        ..member()
    }
}

fn ask(
    member: &Member,
    kind: Activity,
    source: Option<&str>,
    now: &str,
) -> Result<(String, i64), Refusal> {
    claim(&program(), &tehran(), member, &does(kind), source, at(now))
        .map(|grant| (grant.source, grant.points.0))
}

fn kept(member: &mut Member, grant: Grant, at: Timestamp) {
    member.earned.push(Earned {
        rule: "rule".to_owned(),
        source: grant.source,
        at,
        points: grant.points,
    });
}

const NOW: &str = "2025-06-01T00:00:00Z";

#[test]
fn the_source_is_named_by_the_kind() {
    let source = |kind, given| ask(&member(), kind, given, NOW).map(|(source, _)| source);
    let named = |name: &str| Ok(name.to_owned());
    assert_eq!(source(Activity::Join, Some("x")), named(""));
    assert_eq!(source(Activity::Profile, Some("x")), named(""));
    assert_eq!(source(Activity::FirstPurchase, Some("o1")), named("o1"));
    assert_eq!(source(Activity::FirstPurchase, None), named(""));
    let survey = || Activity::Survey("srv_1".to_owned());
    assert_eq!(source(survey(), Some("o1")), named("o1"));
    assert_eq!(source(survey(), None), named(""));
    let follow = Activity::SocialFollow("instagram".to_owned());
    assert_eq!(source(follow, Some("x")), named("instagram"));
    assert_eq!(source(Activity::DailyVisit, Some("x")), named("1404-03-11"));
    let event = || Activity::Event("app".to_owned());
    assert_eq!(source(event(), Some("e1")), named("e1"));
    assert_eq!(source(Activity::Review, Some("p1")), named("p1"));
    for nothing in [None, Some("")] {
        assert_eq!(source(event(), nothing), Err(Refusal::SourceNeeded));
        assert_eq!(
            source(Activity::Review, nothing),
            Err(Refusal::SourceNeeded)
        );
    }
}

#[test]
fn a_first_purchase_is_paid_for_once_unless_all_of_it_went_back() {
    let mut who = member();
    let first = |who: &Member, order| ask(who, Activity::FirstPurchase, Some(order), NOW);
    let earned = |points| Earned {
        rule: "rule".to_owned(),
        source: "o1".to_owned(),
        at: at(NOW),
        points: Points(points),
    };
    who.earned = vec![earned(10)];
    assert_eq!(first(&who, "o2"), Err(Refusal::AlreadyEarned));
    who.earned = vec![earned(0)];
    assert_eq!(first(&who, "o1"), Err(Refusal::AlreadyEarned));
    assert_eq!(first(&who, "o2"), Ok(("o2".to_owned(), 10)));
}

#[test]
fn only_the_same_rule_and_source_have_been_paid() {
    let mut who = member();
    who.earned = vec![Earned {
        rule: "another".to_owned(),
        source: "p1".to_owned(),
        at: at(NOW),
        points: Points(1),
    }];
    let review = |who: &Member, id| ask(who, Activity::Review, Some(id), NOW).map(|grant| grant.1);
    assert_eq!(review(&who, "p1"), Ok(10));
    who.earned[0].rule = "rule".to_owned();
    assert_eq!(review(&who, "p1"), Err(Refusal::AlreadyEarned));
    assert_eq!(review(&who, "p2"), Ok(10));
}

#[test]
fn caps_come_after_the_source() {
    let mut rule = does(Activity::Review);
    rule.caps = vec![Cap {
        per: Period::Day,
        times: Some(1),
        points: None,
    }];
    let mut who = member();
    let (program, zone) = (program(), tehran());
    let ask = |who: &Member, id| claim(&program, &zone, who, &rule, Some(id), at(NOW));
    let grant = ask(&who, "p1").unwrap_or_else(|no| panic!("{no:?}"));
    kept(&mut who, grant, at(NOW));
    assert_eq!(ask(&who, "p1"), Err(Refusal::AlreadyEarned));
    let resets_at = Some(at("2025-06-01T20:30:00Z"));
    assert_eq!(ask(&who, "p2"), Err(Refusal::CapReached { resets_at }));
}

#[test]
fn a_birthday_the_month_lacks_is_its_last_day() {
    // 1403 is a leap year; 1404 is not: its Esfand has 29 days.
    let who = born(12, 30);
    let ask = |now| ask(&who, Activity::Birthday, None, now);
    assert_eq!(ask("2025-03-20T12:00:00Z"), Ok(("1403".to_owned(), 10)));
    assert_eq!(ask("2026-03-20T12:00:00Z"), Ok(("1404".to_owned(), 10)));
    let next = at("2026-03-19T20:30:00Z");
    assert_eq!(ask("2025-03-20T20:30:00Z"), Err(Refusal::NotToday { next }));
    // In the leap year the 29th is the day before.
    let next = at("2025-03-19T20:30:00Z");
    assert_eq!(ask("2025-03-19T20:29:59Z"), Err(Refusal::NotToday { next }));
}

#[test]
fn a_day_that_no_calendar_has_is_no_birthday() {
    for (month, day) in [(0, 1), (13, 1), (1, 0), (1, 32), (255, 255)] {
        let answer = ask(&born(month, day), Activity::Birthday, None, NOW);
        assert_eq!(answer, Err(Refusal::NoBirthday), "{month} {day}");
    }
    assert!(
        ask(
            &born(12, 31),
            Activity::Birthday,
            None,
            "2026-03-20T12:00:00Z"
        )
        .is_ok()
    );
}

#[test]
fn the_held_tier_and_the_running_plan_add_to_a_birthday() {
    let mut program = program();
    let mut levels = ladder(Window::Lifetime);
    levels.levels[0].perks = vec![Perk::BirthdayBonus(Points(1000))];
    levels.levels[1].perks = vec![
        Perk::FreeShipping,
        Perk::BirthdayBonus(Points(20)),
        Perk::BirthdayBonus(Points(-7)),
    ];
    program.tiers = Some(levels);
    program.memberships = vec![Plan {
        id: "plus".to_owned(),
        perks: vec![Perk::BirthdayBonus(Points(300))],
        ..Plan::default()
    }];
    let mut who = born(3, 11);
    who.purchases = vec![purchase("2025-01-01T00:00:00Z", 100)];
    let points = |who: &Member, kind| {
        claim(&program, &tehran(), who, &does(kind), None, at(NOW)).map(|grant| grant.points.0)
    };
    assert_eq!(points(&who, Activity::Birthday), Ok(30));
    who.membership = Some(Membership {
        plan: "plus".to_owned(),
        started_at: at("2025-01-01T00:00:00Z"),
        ends_at: at("2025-06-01T00:00:01Z"),
        renews: true,
    });
    assert_eq!(points(&who, Activity::Birthday), Ok(330));
    assert_eq!(points(&who, Activity::DailyVisit), Ok(10));
}

#[test]
fn years_before_our_era_and_after_9999_have_names_too() {
    let name = |year| {
        iso(Date {
            year,
            month: 1,
            day: 31,
        })
    };
    assert_eq!(name(7), "0007-01-31");
    assert_eq!(name(-12), "-0012-01-31");
    assert_eq!(name(12_345), "12345-01-31");
    assert_eq!(name(i32::MIN), "-2147483648-01-31");
}

#[test]
fn the_page_may_claim_what_only_it_knows_and_what_the_rule_allows() {
    let mut rule = does(Activity::DailyVisit);
    assert!(claimable(&rule));
    rule.claimable = Some(false);
    assert!(!claimable(&rule));
    assert!(claimable(&does(Activity::SocialFollow("x".to_owned()))));
    let mut rule = does(Activity::Birthday);
    assert!(!claimable(&rule));
    rule.claimable = Some(true);
    assert!(claimable(&rule));
    for kind in [
        Activity::Join,
        Activity::FirstPurchase,
        Activity::Survey(String::new()),
        Activity::Profile,
        Activity::Review,
        Activity::Event("app".to_owned()),
    ] {
        assert!(!claimable(&does(kind)));
    }
}

#[test]
fn a_refusal_has_the_same_name_on_the_wire_and_in_code() {
    let (next, resets_at) = (at(NOW), None);
    for refusal in [
        Refusal::AlreadyEarned,
        Refusal::CapReached { resets_at },
        Refusal::NotToday { next },
        Refusal::NoBirthday,
        Refusal::SourceNeeded,
    ] {
        let wire = serde_json::to_value(refusal).unwrap_or_default();
        let tag = wire.as_object().and_then(|fields| fields.keys().next());
        let name = wire.as_str().or(tag.map(String::as_str));
        assert_eq!(name, Some(refusal.code()));
    }
}

fn kinds() -> impl Strategy<Value = Activity> {
    prop_oneof![
        Just(Activity::Join),
        Just(Activity::FirstPurchase),
        Just(Activity::Survey("srv_1".to_owned())),
        Just(Activity::Birthday),
        Just(Activity::Profile),
        Just(Activity::Review),
        Just(Activity::DailyVisit),
        Just(Activity::SocialFollow("x".to_owned())),
        Just(Activity::Event("app".to_owned())),
    ]
}

proptest! {
    #[test]
    fn the_second_claim_is_refused(kind in kinds(), source in "[a-z]{0,3}", ms in 0..4_000_000_000_000_i64) {
        let (program, zone, now) = (program(), tehran(), Timestamp(ms));
        let today = program.calendar.date_at(&zone, now);
        let mut who = born(today.month, today.day);
        let claim = |who: &Member| claim(&program, &zone, who, &does(kind.clone()), Some(&source), now);
        match claim(&who) {
            Ok(grant) => {
                kept(&mut who, grant, now);
                prop_assert_eq!(claim(&who), Err(Refusal::AlreadyEarned));
            }
            Err(refusal) => {
                prop_assert_eq!(refusal, Refusal::SourceNeeded);
                prop_assert!(source.is_empty());
            }
        }
    }

    #[test]
    fn a_birthday_is_on_one_local_day_of_each_year(
        month in 1..=12_u8, day in 1..=31_u8, year in 1..800_i32, jalali: bool, hour in 0..24_i64,
    ) {
        let mut program = program();
        let (zone, since) = if jalali { (tehran(), 1200) } else { (berlin(), 1800) };
        program.calendar = if jalali { Calendar::Jalali } else { Calendar::Gregorian };
        let (from, until) = (year + since, year + since + 1);
        let calendar = program.calendar;
        let mut who = born(month, day);
        let mut granted = Vec::new();
        let first = |year| calendar.day_of(Date { year, month: 1, day: 1 });
        for today in first(from)..first(until) {
            let now = zone.instant(today * DAY_MS + hour * 3_600_000);
            match claim(&program, &zone, &who, &does(Activity::Birthday), None, now) {
                Ok(grant) => {
                    granted.push((calendar.date_of_day(today), grant.source.clone()));
                    kept(&mut who, grant, now);
                }
                Err(Refusal::NotToday { next }) => {
                    prop_assert!(now < next);
                    prop_assert!(zone.day(next) - today < 367);
                    prop_assert!(claim(&program, &zone, &member_of(&who), &does(Activity::Birthday), None, next).is_ok());
                }
                Err(other) => prop_assert!(false, "{:?}", other),
            }
        }
        prop_assert_eq!(granted.len(), 1);
        prop_assert_eq!(granted[0].0.month, month);
        prop_assert!(granted[0].0.day == day || granted[0].0.day >= 28 && granted[0].0.day < day);
        prop_assert_eq!(&granted[0].1, &from.to_string());
    }

    #[test]
    fn no_numbers_make_it_fall_over(
        kind in kinds(), points: i64, month: u8, day: u8, ms: i64, bonus: i64,
    ) {
        let mut program = program();
        let mut levels = ladder(Window::Lifetime);
        levels.levels[0].perks = vec![Perk::BirthdayBonus(Points(bonus))];
        program.tiers = Some(levels);
        let rule = ActivityRule { points: Points(points), ..does(kind) };
        for zone in [tehran(), berlin()] {
            let answer = claim(&program, &zone, &born(month, day), &rule, Some("s"), Timestamp(ms));
            prop_assert!(answer.is_err() || answer.is_ok_and(|grant| grant.points.0 >= 0));
        }
    }
}

/// The same member before anything was earned.
fn member_of(who: &Member) -> Member {
    Member {
        earned: Vec::new(),
        ..who.clone()
    }
}
