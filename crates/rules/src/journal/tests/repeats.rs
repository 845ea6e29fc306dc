//! Events that come again, beside others that look like them.

use super::*;

#[test]
fn an_order_that_is_called_off_twice_takes_no_other_order_with_it() {
    let mut account = opened(&club());
    for event in [bill("free_1", &[0]), bill("free_2", &[0])] {
        account.apply(&club(), &tehran(), at(DAY), &event).unwrap();
    }
    let cancelled = Event::Cancelled {
        order: "free_1".to_owned(),
    };
    for _ in 0..2 {
        account
            .apply(&club(), &tehran(), at(DAY), &cancelled)
            .unwrap();
        assert_eq!(account.member.purchases.len(), 1);
    }
}
