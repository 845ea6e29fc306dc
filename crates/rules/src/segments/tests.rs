#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::samples::at;
use proptest::prelude::*;

fn customer(id: &str, day: i64, orders: u32, revenue: i64) -> Customer<'_> {
    Customer {
        id,
        last_order_at: Some(Timestamp(day * crate::DAY_MS)),
        orders,
        revenue: Money(revenue),
    }
}

fn abc(revenues: &[(&str, i64)]) -> String {
    let customers: Vec<_> = revenues
        .iter()
        .map(|(id, revenue)| customer(id, 1, 1, *revenue))
        .collect();
    let letter = |one: &Segmented<'_>| one.abc.unwrap().trim_start_matches("abc:").to_owned();
    segments(&customers).iter().map(letter).collect()
}

fn frequencies(orders: &[u32]) -> Vec<u8> {
    let ids: Vec<String> = (10..).take(orders.len()).map(|i| i.to_string()).collect();
    let customers: Vec<_> = ids
        .iter()
        .zip(orders)
        .map(|(id, orders)| customer(id, 1, *orders, 1))
        .collect();
    let scored = segments(&customers);
    scored
        .iter()
        .map(|one| one.rfm.unwrap().frequency)
        .collect()
}

#[test]
fn ties_share_a_score_and_leave_holes() {
    assert_eq!(frequencies(&[1, 2, 3, 4, 5]), [1, 2, 3, 4, 5]);
    // Three of five are strictly worse than both: 1 + 3.
    assert_eq!(frequencies(&[1, 1, 1, 7, 7]), [1, 1, 1, 4, 4]);
    // ⌊5 × 1 ÷ 6⌋ is 0, ⌊5 × 5 ÷ 6⌋ is 4.
    assert_eq!(frequencies(&[1, 2, 3, 4, 5, 6]), [1, 1, 2, 3, 4, 5]);
    assert_eq!(frequencies(&[9]), [1]);
}

#[test]
fn recency_is_by_the_instant_and_money_by_the_sum() {
    let mut customers = [
        customer("a", 1, 1, 50),
        customer("b", 1, 1, -7),
        customer("c", 0, 1, 0),
    ];
    if let Some(at) = &mut customers[0].last_order_at {
        at.0 += 1;
    }
    let scores: Vec<_> = segments(&customers)
        .iter()
        .map(|one| one.rfm.map(|rfm| (rfm.recency, rfm.money)).unwrap())
        .collect();
    // Of three, two worse make 1 + ⌊10 ÷ 3⌋, one worse 1 + ⌊5 ÷ 3⌋. Less than nothing is nothing.
    assert_eq!(scores, [(4, 4), (2, 1), (1, 1)]);
}

#[test]
fn every_three_scores_have_a_segment_and_every_row_is_used() {
    let mut used = Vec::new();
    for recency in 1..=5 {
        for frequency in 1..=5 {
            for money in 1..=5 {
                let id = rfm_segment(recency, frequency, money);
                // Found by the table itself, not by the way out for scores that do not exist.
                let fits = |(low, high): (u8, u8), s: u8| low <= s && s <= high;
                let row = RFM.iter().find(|row| row.id == id).unwrap();
                assert!(fits(row.recency, recency) && fits(row.frequency, frequency));
                assert!(fits(row.money, money));
                used.push(id);
            }
        }
    }
    assert!(RFM.iter().all(|row| used.contains(&row.id)));
    let ids: std::collections::BTreeSet<_> = known().collect();
    assert_eq!(ids.len(), known().count(), "no id twice");
}

#[test]
fn the_table_reads_as_it_is_published() {
    assert_eq!(rfm_segment(5, 5, 5), "rfm:champions");
    assert_eq!(rfm_segment(5, 5, 3), "rfm:loyal");
    assert_eq!(rfm_segment(3, 4, 5), "rfm:loyal");
    assert_eq!(rfm_segment(4, 2, 1), "rfm:potential_loyalists");
    assert_eq!(rfm_segment(5, 1, 5), "rfm:new_customers");
    assert_eq!(rfm_segment(4, 1, 5), "rfm:promising");
    assert_eq!(rfm_segment(3, 3, 3), "rfm:needs_attention");
    assert_eq!(rfm_segment(3, 1, 1), "rfm:about_to_sleep");
    assert_eq!(rfm_segment(2, 5, 4), "rfm:cannot_lose_them");
    assert_eq!(rfm_segment(2, 5, 3), "rfm:at_risk");
    assert_eq!(rfm_segment(1, 3, 5), "rfm:at_risk");
    assert_eq!(rfm_segment(2, 2, 5), "rfm:hibernating");
    assert_eq!(rfm_segment(1, 1, 1), "rfm:lost");
    assert_eq!(rfm_segment(0, 0, 0), "rfm:lost");
    assert_eq!(rfm_segment(9, 9, 9), "rfm:champions");
}

#[test]
fn whoever_crosses_a_line_is_inside_it() {
    // 79 %, then 16 cross the first line and reach the second exactly: the next is beyond both.
    assert_eq!(abc(&[("a", 50), ("b", 29), ("c", 16), ("d", 5)]), "aaac");
    // 94 %, then 3 cross the second line.
    assert_eq!(abc(&[("a", 80), ("b", 14), ("c", 3), ("d", 3)]), "abbc");
    // 80 % exactly is reached by the first.
    assert_eq!(abc(&[("a", 80), ("b", 15), ("c", 5)]), "abc");
    // Of equals the first by id.
    assert_eq!(abc(&[("d", 25), ("b", 25), ("a", 25), ("c", 25)]), "aaaa");
    assert_eq!(
        abc(&[("d", 20), ("b", 20), ("a", 20), ("c", 20), ("e", 20)]),
        "aaaab"
    );
    assert_eq!(abc(&[("only", 1)]), "a");
    assert_eq!(abc(&[("a", 0), ("b", 0)]), "cc");
    assert_eq!(
        abc(&[("a", i64::MAX), ("b", i64::MAX), ("c", i64::MIN)]),
        "aac"
    );
}

#[test]
fn members_without_an_order_are_in_no_other_segment() {
    let none = Customer {
        orders: 0,
        ..customer("none", 1, 1, 5)
    };
    let never = Customer {
        last_order_at: None,
        ..customer("never", 1, 1, 5)
    };
    let all = segments(&[none, customer("a", 1, 1, 5), never]);
    let ids: Vec<_> = all.iter().map(|one| (one.id, one.ids())).collect();
    assert_eq!(
        ids,
        [
            ("a", vec!["rfm:lost", "abc:a"]),
            ("never", vec![NO_ORDERS]),
            ("none", vec![NO_ORDERS])
        ]
    );
    let tally = tally(&all);
    assert_eq!(tally.len(), 15);
    let of = |id| tally.iter().find(|t| t.segment == id).unwrap().members;
    assert_eq!(
        (of(NO_ORDERS), of("rfm:lost"), of(ABC_A), of(ABC_C)),
        (2, 1, 1, 0)
    );
}

#[test]
fn customers_are_made_of_the_orders_that_stand() {
    let sale = |member, paid_at, revenue| Sale {
        member,
        paid_at: at(paid_at),
        revenue: Money(revenue),
        products: 1,
        refunded_whole: false,
    };
    let back = Sale {
        refunded_whole: true,
        ..sale("a", "2025-03-01T00:00:00Z", 9)
    };
    let gone = Sale {
        member: "c",
        ..back
    };
    let sales = [
        sale("b", "2025-01-01T00:00:00Z", 0),
        sale("a", "2025-02-01T00:00:00Z", 5),
        sale("a", "2025-01-01T00:00:00Z", 6),
        back,
        gone,
        sale("a", "2025-02-01T00:00:00.001Z", 7),
    ];
    let made = customers(&sales, at("2025-02-01T00:00:00Z"));
    let customer = |id, last, orders, revenue| Customer {
        id,
        last_order_at: Some(at(last)),
        orders,
        revenue: Money(revenue),
    };
    assert_eq!(
        made,
        [
            customer("a", "2025-02-01T00:00:00Z", 2, 11),
            customer("b", "2025-01-01T00:00:00Z", 1, 0)
        ]
    );
}

fn anyone() -> impl Strategy<Value = Vec<(i64, u32, i64)>> {
    let small = (0_i64..6, 0_u32..6, -3_i64..30);
    let wild = (any::<i64>(), any::<u32>(), any::<i64>());
    prop::collection::vec(prop_oneof![4 => small, 1 => wild], 0..40)
}

fn named<'a>(ids: &'a [String], of: &[(i64, u32, i64)]) -> Vec<Customer<'a>> {
    ids.iter()
        .zip(of)
        .map(|(id, (at, orders, revenue))| Customer {
            id,
            last_order_at: Some(Timestamp(*at)),
            orders: *orders,
            revenue: Money(*revenue),
        })
        .collect()
}

fn ids(of: &[(i64, u32, i64)]) -> Vec<String> {
    (100..).take(of.len()).map(|i| i.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn better_in_all_is_never_scored_lower(of in anyone()) {
        let ids = ids(&of);
        let customers = named(&ids, &of);
        let scored = segments(&customers);
        for (a, one) in customers.iter().zip(&scored) {
            prop_assert_eq!(one.rfm.is_some(), a.orders > 0);
            let Some(x) = one.rfm else { continue };
            prop_assert!([x.recency, x.frequency, x.money].iter().all(|s| (1..=5).contains(s)));
            for (b, other) in customers.iter().zip(&scored) {
                let Some(y) = other.rfm else { continue };
                let no_worse = a.last_order_at >= b.last_order_at
                    && a.orders >= b.orders
                    && a.revenue >= b.revenue;
                if no_worse {
                    prop_assert!(x.recency >= y.recency);
                    prop_assert!(x.frequency >= y.frequency);
                    prop_assert!(x.money >= y.money);
                }
            }
        }
    }

    #[test]
    fn the_order_of_members_does_not_matter(of in anyone(), turn in 0_usize..40) {
        let ids = ids(&of);
        let mut customers = named(&ids, &of);
        let scored = segments(&customers);
        customers.reverse();
        if !customers.is_empty() {
            let turn = turn % customers.len();
            customers.rotate_left(turn);
        }
        prop_assert_eq!(segments(&customers), scored);
    }

    #[test]
    fn the_lines_of_abc_are_crossed_once_and_by_the_last_inside(of in anyone()) {
        let ids = ids(&of);
        let customers = named(&ids, &of);
        let scored = segments(&customers);
        let revenue = |letters: &[&str]| -> Vec<i128> {
            let inside = customers.iter().zip(&scored);
            inside
                .filter(|(_, one)| one.abc.is_some_and(|abc| letters.contains(&abc)))
                .map(|(c, _)| i128::from(c.revenue.0.max(0)))
                .collect()
        };
        let total: i128 = revenue(&[ABC_A, ABC_B, ABC_C]).iter().sum();
        for (inside, line) in [(&[ABC_A][..], 80), (&[ABC_A, ABC_B], 95)] {
            let inside = revenue(inside);
            let (sum, least) = (inside.iter().sum::<i128>(), inside.iter().min());
            prop_assert!(sum * 100 >= total * line, "those inside bring the share");
            // Without the last of them they would not.
            prop_assert!(least.is_none_or(|least| (sum - least) * 100 < total * line));
        }
    }
}
