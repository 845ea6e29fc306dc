//! When a member went from one tier to another, for the club's own account of it.

use super::current;
use crate::member::Member;
use crate::{Program, Timestamp, Zone};

/// From one tier to another, by their places on the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// When.
    pub at: Timestamp,
    /// The tier that was held.
    pub from: usize,
    /// The tier that is held since.
    pub to: usize,
}

/// How a member came from the tier `from`, which they held at `since`, to the one of `now`, when nothing but time and
/// what happens at `now` lies between: each fall at its own instant, the rest at `now`. Where the member did not hold
/// `from` at `since` by these rules (the program is another one, or an order is told late), all of it is at `now`.
pub fn moves(
    program: &Program,
    zone: &Zone,
    member: &Member,
    from: usize,
    since: Timestamp,
    now: Timestamp,
) -> Vec<Move> {
    let held = |at| current(program, zone, member, at);
    let Some(to) = held(now) else {
        return Vec::new();
    };
    let mut moves = Vec::new();
    let (mut level, mut known) = (from, since);
    let last = now.plus_ms(-1);
    if since < last && held(since) == Some(from) {
        // By time alone a tier only falls, so that the instant of each fall can be searched for by halves.
        while let Some(end) = held(last).filter(|end| *end < level) {
            let (mut still, mut gone) = (known, last);
            while gone.since(still) > 1 {
                let between = still.plus_ms(gone.since(still) / 2);
                if held(between).is_some_and(|at| at >= level) {
                    still = between;
                } else {
                    gone = between;
                }
            }
            let after = held(gone)
                .unwrap_or(end)
                .clamp(end, level.saturating_sub(1));
            moves.push(Move {
                at: gone,
                from: level,
                to: after,
            });
            (level, known) = (after, gone);
        }
    }
    if to != level {
        moves.push(Move {
            at: now,
            from: level,
            to,
        });
    }
    moves
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::Money;
    use crate::member::Purchase;
    use crate::program::{Downgrade, Ladder, Measure, Tier, Window};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn program() -> Program {
        let level = |id: &str, enter: i64| Tier {
            id: id.to_owned(),
            enter,
            ..Tier::default()
        };
        Program {
            tiers: Some(Ladder {
                measure: Measure::Spend,
                window: Window::RollingMonths(2),
                downgrade: Downgrade::OneDown,
                grace_days: 10,
                notice_days: 30,
                levels: vec![level("base", 0), level("silver", 100), level("gold", 500)],
                former: Vec::new(),
            }),
            ..Program::default()
        }
    }

    fn bought(orders: &[(&str, i64)]) -> Member {
        Member {
            purchases: orders
                .iter()
                .map(|(paid_at, spend)| Purchase {
                    paid_at: at(paid_at),
                    spend: Money(*spend),
                })
                .collect(),
            ..Member::default()
        }
    }

    #[test]
    fn each_fall_has_its_own_instant() {
        let (program, zone) = (program(), Zone::default());
        let member = bought(&[("2026-01-01T00:00:00Z", 600)]);
        let since = at("2026-01-01T00:00:00Z");
        let now = at("2026-12-01T00:00:00Z");
        let fell = moves(&program, &zone, &member, 2, since, now);
        // The order leaves the window on 1 March; ten days of grace for each step.
        let expected = [
            (at("2026-03-11T00:00:00Z"), 2, 1),
            (at("2026-03-21T00:00:00Z"), 1, 0),
        ];
        let told: Vec<_> = fell.iter().map(|one| (one.at, one.from, one.to)).collect();
        assert_eq!(told, expected);
        assert_eq!(
            moves(
                &program,
                &zone,
                &member,
                2,
                since,
                at("2026-03-10T23:59:59Z")
            ),
            []
        );
    }

    #[test]
    fn what_happens_now_is_dated_now() {
        let (program, zone) = (program(), Zone::default());
        let now = at("2026-06-01T00:00:00Z");
        let member = bought(&[("2026-01-01T00:00:00Z", 600), ("2026-06-01T00:00:00Z", 100)]);
        let since = at("2026-01-01T00:00:00Z");
        let told = moves(&program, &zone, &member, 2, since, now);
        assert_eq!(told.len(), 3);
        assert_eq!(
            told.last().copied(),
            Some(Move {
                at: now,
                from: 0,
                to: 1
            })
        );
        // By other rules than these the member was on silver: nothing is known of when.
        let told = moves(&program, &zone, &member, 0, since, now);
        assert_eq!(
            told,
            [Move {
                at: now,
                from: 0,
                to: 1
            }]
        );
    }
}
