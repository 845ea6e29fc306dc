//! What every answer about a member must be, whoever the member is and whatever the program.

use rules::member::Member;
use rules::rewards::{self, Basket};
use rules::surveys::{self, Context};
use rules::{Money, Program, Timestamp, Zone, ledger, offers, tiers, whatif};

/// Asks all that a panel asks.
pub(crate) fn ask(program: &Program, zone: &Zone, member: &Member, now: Timestamp) {
    standing(program, zone, member, now);
    balances(program, zone, member, now);
    let basket = Basket {
        total: Money(member.held.0),
        ..Basket::default()
    };
    for reward in &program.rewards {
        rewards::eligibility(program, zone, reward, Some(member), Some(&basket), now);
        let guest = rewards::eligibility(program, zone, reward, None, None, now);
        assert!(guest.contains(&rewards::Reason::MembersOnly));
        let off = rewards::discount(reward, basket.total, Money(500));
        assert!(off >= Money::ZERO && off <= basket.total.max(Money(500)));
    }
    decision(program, zone, member, now);
    offers::judge(program, zone, member, now);
    offers::open(program, zone, member, now);
    whatif::simulate(program, zone, member, &basket, now);
}

fn standing(program: &Program, zone: &Zone, member: &Member, now: Timestamp) {
    let Some(ladder) = &program.tiers else {
        return;
    };
    let standing = tiers::standing(ladder, program.calendar, zone, member, now);
    assert!(standing.progress <= 10_000, "{standing:?}");
    assert!(
        standing.current < ladder.levels.len().max(1),
        "{standing:?}"
    );
    let missing = [standing.delta_to_next, standing.delta_to_keep];
    assert!(missing.iter().flatten().all(|missing| *missing >= 0));
    if let Some(next) = standing.next {
        assert!(next == standing.current + 1 && next < ladder.levels.len());
    } else if !ladder.levels.is_empty() {
        assert_eq!(standing.progress, 10_000);
    }
}

fn balances(program: &Program, zone: &Zone, member: &Member, now: Timestamp) {
    let all = ledger::balances_under(program, zone, member, now);
    assert!(all.available.0 >= 0 && all.pending.0 >= 0 && all.debt.0 >= 0);
    let ending: i128 = all.expiring.iter().map(|e| i128::from(e.points.0)).sum();
    let held_at_the_end = all.available.0 == i64::MAX;
    assert!(held_at_the_end || ending <= all.available.0.into());
    assert!(all.expiring.is_sorted_by_key(|e| e.expires_at));
    assert!(all.expiring.iter().all(|e| now < e.expires_at));
}

fn decision(program: &Program, zone: &Zone, member: &Member, now: Timestamp) {
    let context = Context {
        slot_free: true,
        language: "fa".to_owned(),
        ..Context::default()
    };
    let decision = surveys::decide(program, zone, member, &member.prompts, &context, now);
    assert_eq!(decision.verdicts.len(), program.surveys.len());
    let show = |(_, verdict): &&(String, surveys::Verdict)| *verdict == surveys::Verdict::Show;
    let shown = decision.verdicts.iter().filter(show).count();
    assert!(decision.show.is_some() || shown == 0);
}
