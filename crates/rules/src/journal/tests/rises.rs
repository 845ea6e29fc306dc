//! What reaching a tier brings: points, credit or a reward, once, and only from when the program promises it.

use super::*;
use crate::program::Ladder;

/// A club whose second tier begins at 300 and brings something.
fn bringing(entry: Benefit) -> Program {
    let mut program = club();
    let mut levels = ladder(Window::Lifetime);
    levels.levels.truncate(2);
    for level in levels.levels.iter_mut().skip(1) {
        level.enter = 300;
        level.entry = Some(entry.clone());
    }
    program.tiers = Some(levels);
    program
}

fn states(account: &Account) -> Vec<CouponState> {
    account.keep().redemptions.iter().map(|r| r.state).collect()
}

#[test]
fn credit_and_a_coupon_go_when_the_rise_is_undone_and_come_with_the_next() {
    let program = bringing(Benefit::WalletCredit(Money(70)));
    let mut account = opened(&program);
    let has = |account: &Account| wallet(&account.member, at(DAY)).available.0;
    for (event, credit) in [
        (bill("o1", &[300]), 70),
        (refunded("o1", "r1", None), 0),
        (bill("o2", &[300]), 70),
        (bill("o3", &[900]), 70),
    ] {
        tell(&program, &mut account, at(DAY), &[event]);
        assert_eq!(has(&account), credit);
    }
    let program = bringing(Benefit::Reward("rwd_500".to_owned()));
    let mut account = opened(&program);
    use CouponState::{Open, Returned, Used};
    let events = [
        (bill("o1", &[300]), vec![Open]),
        (refunded("o1", "r1", None), vec![Returned]),
        (bill("o2", &[300]), vec![Returned, Open]),
    ];
    for (event, coupons) in events {
        tell(&program, &mut account, at(DAY), &[event]);
        assert_eq!(states(&account), coupons);
    }
    // A coupon that was used stays so.
    let id = account.keep().redemptions[1].id.clone();
    let used = Event::CouponUsed {
        redemption: id,
        order: "o3".to_owned(),
    };
    tell(
        &program,
        &mut account,
        at(DAY),
        &[used, refunded("o2", "r2", None)],
    );
    assert_eq!(states(&account), [Returned, Used]);
}

#[test]
fn an_entry_reward_that_is_new_is_for_rises_from_then_on() {
    let promised = bringing(Benefit::Points(Points(50)));
    let mut plain = promised.clone();
    plain.tiers.as_mut().unwrap().levels[1].entry = None;
    let ladder = |program: &Program| -> Ladder { program.tiers.clone().unwrap() };
    let then = at(DAY).plus_days(1);
    let mut follows = ladder(&promised);
    follows.follow(&ladder(&plain), then);
    assert_eq!(follows.levels[1].entry_since, Some(then));
    let mut now_promised = promised.clone();
    now_promised.tiers = Some(follows.clone());

    // There already: nothing, now and later.
    let mut account = opened(&plain);
    tell(&plain, &mut account, at(DAY), &[bill("o1", &[300])]);
    let later = then.plus_days(1);
    tell(&now_promised, &mut account, later, &[bill("o2", &[300])]);
    assert_eq!(account.points_in(Book::Available), 6);
    // An order that is told late counts at its own date.
    let mut account = opened(&plain);
    let Event::Paid(mut late) = bill("o1", &[300]) else {
        return;
    };
    late.paid_at = Some(at(DAY));
    tell(&now_promised, &mut account, later, &[Event::Paid(late)]);
    assert_eq!(account.points_in(Book::Available), 3);
    // A rise since then brings it.
    let mut account = opened(&plain);
    tell(&plain, &mut account, at(DAY), &[bill("o1", &[200])]);
    tell(&now_promised, &mut account, then, &[bill("o2", &[100])]);
    assert_eq!(account.points_in(Book::Available), 53);

    // What promises the same goes on; another window begins anew, and takes nothing that was given.
    let mut more = ladder(&promised);
    more.levels[1].entry = Some(Benefit::Points(Points(60)));
    more.follow(&follows, later);
    assert_eq!(more.levels[1].entry_since, Some(then));
    let mut yearly = ladder(&promised);
    yearly.window = Window::CalendarYear;
    yearly.follow(&follows, later);
    assert_eq!(yearly.levels[1].entry_since, Some(later));
    let mut another = promised;
    another.tiers = Some(yearly);
    tell(&another, &mut account, later, &[Event::TimePassed]);
    assert_eq!(account.points_in(Book::Available), 53);
}
