use super::*;
use crate::program::Window;
use crate::samples::{at, ladder, member, program, purchase};

const JOINED: &str = "2024-01-01T00:00:00Z";

fn judge(audience: &Audience, member: &Member, tier: Option<usize>, days: u32) -> Option<Miss> {
    let mut program = program();
    program.tiers = Some(ladder(Window::Lifetime));
    miss(
        &program,
        audience,
        member,
        tier,
        days,
        at("2024-01-11T00:00:00Z"),
    )
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn an_audience_that_names_nobody_is_everybody() {
    assert_eq!(judge(&Audience::default(), &member(), None, 0), None);
}

#[test]
fn one_of_the_tiers_is_enough_and_a_higher_one_is_not() {
    let audience = Audience {
        tiers: names(&["bronze", "silver"]),
        ..Audience::default()
    };
    assert_eq!(judge(&audience, &member(), Some(0), 0), None);
    assert_eq!(judge(&audience, &member(), Some(1), 0), None);
    for other in [Some(2), Some(9), None] {
        assert_eq!(judge(&audience, &member(), other, 0), Some(Miss::WrongTier));
    }
}

#[test]
fn where_the_program_has_no_tiers_nobody_is_in_one() {
    let audience = Audience {
        tiers: names(&["bronze"]),
        ..Audience::default()
    };
    let now = at(JOINED);
    let judged = miss(&program(), &audience, &member(), Some(0), 0, now);
    assert_eq!(judged, Some(Miss::WrongTier));
}

#[test]
fn one_of_the_segments_is_enough() {
    let segments = names(&["loyal", "champions"]);
    let audience = Audience {
        segments,
        ..Audience::default()
    };
    let mut member = member();
    member.segments = names(&["new", "big"]);
    assert_eq!(judge(&audience, &member, None, 0), Some(Miss::NotInSegment));
    member.segments.push("champions".to_owned());
    assert_eq!(judge(&audience, &member, None, 0), None);
}

#[test]
fn the_age_of_the_audience_goes_before_the_one_that_is_meant() {
    // Ten days after joining.
    let aged = |member_days_min| Audience {
        member_days_min,
        ..Audience::default()
    };
    assert_eq!(judge(&aged(None), &member(), None, 10), None);
    let at = at(JOINED).plus_days(11);
    let new = Some(Miss::TooNew { at });
    assert_eq!(judge(&aged(None), &member(), None, 11), new);
    assert_eq!(judge(&aged(Some(11)), &member(), None, 0), new);
    assert_eq!(judge(&aged(Some(10)), &member(), None, 30), None);
    assert_eq!(judge(&aged(Some(0)), &member(), None, 30), None);
    let never = judge(&aged(Some(u32::MAX)), &member(), None, 0);
    assert!(matches!(never, Some(Miss::TooNew { .. })));
}

#[test]
fn so_many_paid_orders_are_enough() {
    let audience = Audience {
        orders_min: 2,
        ..Audience::default()
    };
    let mut member = member();
    member.purchases = vec![purchase(JOINED, 0)];
    assert_eq!(judge(&audience, &member, None, 0), Some(Miss::TooFewOrders));
    member.purchases.push(purchase(JOINED, 5));
    assert_eq!(judge(&audience, &member, None, 0), None);
}

#[test]
fn the_first_miss_is_told() {
    let mut audience = Audience {
        member_days_min: Some(99),
        orders_min: 1,
        tiers: names(&["gold"]),
        segments: names(&["loyal"]),
    };
    let told = |audience: &Audience| judge(audience, &member(), Some(0), 0);
    assert_eq!(told(&audience), Some(Miss::WrongTier));
    audience.tiers.clear();
    assert_eq!(told(&audience), Some(Miss::NotInSegment));
    audience.segments.clear();
    assert!(matches!(told(&audience), Some(Miss::TooNew { .. })));
    audience.member_days_min = None;
    assert_eq!(told(&audience), Some(Miss::TooFewOrders));
}
