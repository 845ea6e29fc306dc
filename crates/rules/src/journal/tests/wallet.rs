//! Orders that are paid with wallet credit, before or after they are reported as paid.

use super::*;

/// A club in which 2 % come back.
fn paying_back() -> Program {
    let mut program = club();
    program.cashback = Some(Cashback {
        id: "back".to_owned(),
        brackets: vec![Bracket {
            from: Money(0),
            rate: crate::Bp(200),
        }],
        ..Cashback::default()
    });
    program
}

fn pays(order: &str, amount: i64) -> Event {
    Event::WalletSpent {
        order: order.to_owned(),
        amount: Money(amount),
    }
}

fn called_off(order: &str) -> Event {
    Event::Cancelled {
        order: order.to_owned(),
    }
}

fn has(account: &Account) -> i64 {
    wallet(&account.member, at(DAY)).available.0
}

#[test]
fn what_the_wallet_paid_comes_back_whenever_it_was_spent() {
    let program = paying_back();
    for before in [true, false] {
        let mut account = opened(&program);
        tell(&program, &mut account, at(DAY), &[bill("o1", &[50_000])]);
        assert_eq!(has(&account), 1_000);
        let mut events = [pays("o2", 600), bill("o2", &[5_000])];
        if !before {
            events.reverse();
        }
        tell(&program, &mut account, at(DAY), &events);
        assert_eq!(has(&account), 500, "spent before: {before}");
        let part = refunded("o2", "r1", Some(2_500));
        tell(&program, &mut account, at(DAY), &[part]);
        assert_eq!(has(&account), 450, "a part brings nothing back");
        let rest = [
            refunded("o2", "r2", None),
            called_off("o2"),
            called_off("o2"),
        ];
        tell(&program, &mut account, at(DAY), &rest);
        assert_eq!(has(&account), 1_000);
        assert_eq!(account.wallet_in(Book::Redeemed), 0);
    }
}

#[test]
fn an_order_that_is_called_off_unpaid_gives_the_wallet_its_credit_back_once() {
    let program = paying_back();
    let mut account = opened(&program);
    let events = [bill("o1", &[50_000]), pays("o2", 600)];
    tell(&program, &mut account, at(DAY), &events);
    let spent = account.journal().last().unwrap().clone();
    assert_eq!((spent.why, has(&account)), (Why::WalletSpent, 400));
    tell(&program, &mut account, at(DAY), &[called_off("o2")]);
    let back = account.journal().last().unwrap().clone();
    assert_eq!((back.why, back.corrects), (Why::Return, Some(spent.id)));
    let length = account.journal().len();
    // Neither again, nor spent a second time on the same order.
    tell(
        &program,
        &mut account,
        at(DAY),
        &[called_off("o2"), pays("o2", 600)],
    );
    assert_eq!((has(&account), account.journal().len()), (1_000, length));
    let unknown = account.apply(&program, &tehran(), at(DAY), &called_off("o9"));
    assert_eq!(unknown, Err(Refused::Unknown));
}

#[test]
fn credit_that_ended_meanwhile_comes_back_for_a_while() {
    let mut program = paying_back();
    if let Some(rule) = &mut program.cashback {
        rule.months = Some(1);
    }
    let mut account = opened(&program);
    let events = [bill("o1", &[50_000]), pays("o2", 600)];
    tell(&program, &mut account, at(DAY), &events);
    let later = at(DAY).plus_days(40);
    tell(&program, &mut account, later, &[Event::TimePassed]);
    assert_eq!(account.wallet_in(Book::Expired), 400);
    tell(&program, &mut account, later, &[called_off("o2")]);
    assert_eq!(wallet(&account.member, later).available, Money(600));
    let over = tehran().plus_days(later, program.reinstate_days.into());
    tell(&program, &mut account, over, &[Event::TimePassed]);
    assert_eq!(account.wallet_in(Book::Expired), 1_000);
}
