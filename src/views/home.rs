//! Home: what I have, what it is worth, what I get next, what I must do for it.

use super::atoms::{self, Tone, button, heading, list, p, sub};
use super::shell::Frame;
use super::{icons, more, rewards, tier};
use crate::node::{Node, el};
use crate::outbox::busy;
use crate::store::{Club, State, View};
use crate::words::{self, count, fill, t};
use crate::{rooms, sync};

use rules::program::{Expiry, Program, Reward, RewardKind};
use rules::rewards::Reason;
use rules::{Points, Timestamp};

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Rewards shown before "all".
const REWARDS_SHOWN: usize = 3;

/// Draws home.
pub(super) fn home(frame: Frame, s: &State, club: &Club) -> Node {
    let shown: Vec<_> = club
        .rewards()
        .into_iter()
        .take(REWARDS_SHOWN)
        .map(|(reward, why)| row(frame, s, club, reward, &why))
        .collect();
    let all = button(Tone::Quiet, t("all"), move || frame.go(View::Rewards));
    let some = !shown.is_empty();
    // One that nobody could expect comes last, where it moves nothing.
    let offer = rooms::teaser(frame, s, club);
    let (leading, late) = if rooms::leads_with_offer(frame.store) {
        (offer, None)
    } else {
        (None, offer)
    };
    el("div", "page")
        .maybe(hero(club))
        .maybe(chips(club))
        .maybe(tier::card(frame, club))
        .maybe(next_action(frame, club))
        .maybe(leading)
        .maybe(some.then(|| heading(t("rewards.title"), Some(all))))
        .maybe(some.then(|| list(shown)))
        .child(more::more(frame))
        .maybe(late)
}

/// A reward, and what is missing for it. It is asked for on the page of rewards.
fn row(frame: Frame, s: &State, club: &Club, reward: &Reward, why: &[Reason]) -> Node {
    let end = match why {
        [] | [Reason::ConsentNeeded { .. }] => {
            let id = reward.id.clone();
            let give = matches!(reward.kind, RewardKind::Donation(_));
            let take = button(
                Tone::Plain,
                t(if give { "give" } else { "take" }),
                move || {
                    frame.go(View::Rewards);
                    rewards::ask(frame.store, &id);
                },
            );
            atoms::busy(take, busy(&s.doing, &reward.id))
        }
        _ => el("span", "lock").child(atoms::icon(icons::LOCK)),
    };
    let second = match why.first() {
        Some(Reason::NotEnoughPoints { missing }) => rewards::missing(reward, *missing),
        _ => sub(rewards::price(club, reward)),
    };
    let title = words::text(&reward.title);
    let path = icons::reward(&reward.kind);
    el("div", "item")
        .attr("data-reward", &reward.id)
        .child(atoms::row(path, title, second, Some(end)))
}

/// What the member has: points, else credit in the wallet, else nothing to count.
fn hero(club: &Club) -> Option<Node> {
    if !club.has_points() {
        let wallet = club.wallet();
        let some = wallet.available.is_positive() || sync::of_program("cashback").is_object();
        return some.then(|| {
            let balance = el("p", "balance money")
                .child(el("span", "").text(t("home.credit")))
                .text(" ")
                .child(el("strong", "").text(club.money(wallet.available)));
            el("div", "hero").child(balance)
        });
    }
    let balances = club.balances();
    let worth = club.worth(balances.available).map(|worth| {
        el("p", "worth")
            .child(el("span", "sub").text(t("worth")))
            .child(el("strong", "").text(worth))
    });
    let balance = el("p", "balance")
        .child(el("strong", "").text(words::number(balances.available.0)))
        .text(" ")
        .child(el("span", "").text(t("points.unit")));
    Some(el("div", "hero").child(balance).maybe(worth))
}

fn chips(club: &Club) -> Option<Node> {
    let balances = club.balances();
    let mut chips: Vec<(&str, String)> = Vec::new();
    if balances.debt.is_positive() {
        chips.push(("chip amber", count("debt", balances.debt.0, &[])));
    }
    if balances.pending.is_positive() {
        let lots = club.me.facts.lots.iter();
        let first = lots
            .map(|lot| lot.activates_at)
            .filter(|at| *at > club.now)
            .min();
        let date = first.map(words::date).unwrap_or_default();
        chips.push((
            "chip",
            count("pending", balances.pending.0, &[("date", &date)]),
        ));
    }
    if let Some((points, days)) = ending(club) {
        chips.push((
            "chip amber",
            count("expiring", points.0, &[("days", &days)]),
        ));
    }
    let wallet = club.wallet();
    if club.has_points() && wallet.available.is_positive() {
        let money = club.money(wallet.available);
        chips.push(("chip green", fill("home.wallet", &[("money", &money)])));
    }
    if wallet.pending.is_positive() {
        let money = club.money(wallet.pending);
        chips.push(("chip", fill("home.wallet.pending", &[("money", &money)])));
    }
    if let Some(soon) = wallet.expiring.first() {
        let values = [
            ("money", &*club.money(soon.points)),
            ("date", &words::date(soon.expires_at)),
        ];
        chips.push(("chip amber", fill("home.wallet.expiring", &values)));
    }
    let items = chips
        .iter()
        .map(|(class, words)| el("li", class).text(words.as_str()));
    (!chips.is_empty()).then(|| el("ul", "chips").children(items))
}

/// Points that end soon, and in how many days, in a phrase.
fn ending(club: &Club) -> Option<(Points, String)> {
    let balances = club.balances();
    let soon = balances.expiring.first()?;
    let warn = warn_ms(&club.program.program);
    let near = soon.expires_at.0 - club.now.0 <= warn;
    near.then(|| {
        let days = count("days", days_left(club.now, soon.expires_at), &[]);
        (soon.points, days)
    })
}

fn warn_ms(program: &Program) -> i64 {
    match program.expiry {
        Expiry::None => 0,
        Expiry::PerLot { warn_days, .. } | Expiry::Inactivity { warn_days, .. } => {
            i64::from(warn_days) * DAY_MS
        }
    }
}

fn days_left(now: Timestamp, at: Timestamp) -> i64 {
    (at.0 - now.0 + DAY_MS - 1) / DAY_MS
}

/// One next step: a code that waits, the best reward in reach, or the nearest one out of reach.
fn next_action(frame: Frame, club: &Club) -> Option<Node> {
    let held = sync::held();
    if let Some(reward) = held.first().and_then(|id| club.reward(id)) {
        let title = fill("next.code", &[("reward", &words::text(&reward.title))]);
        let go = move || frame.go(View::Rewards);
        return Some(next(title, words::text(&reward.terms), t("show"), go));
    }
    let all = club.rewards();
    let in_reach = all.iter().take_while(|(_, why)| why.is_empty()).last();
    if let Some((reward, _)) = in_reach {
        let ready = fill("next.ready", &[("reward", &words::text(&reward.title))]);
        let (title, under) = match ending(club) {
            // What is about to be lost is the reason to act today.
            Some((points, _)) => (count("home.save", points.0, &[]), ready),
            None => (ready, rewards::price(club, reward)),
        };
        let id = reward.id.clone();
        return Some(next(title, under, t("take"), move || {
            frame.go(View::Rewards);
            rewards::ask(frame.store, &id);
        }));
    }
    let (reward, _) = all.first()?;
    let missing = Points(reward.cost.0 - club.balances().available.0);
    missing.is_positive().then(|| {
        let title = fill("next.near", &[("reward", &words::text(&reward.title))]);
        let short = count("missing", missing.0, &[]);
        next(title, short, t("next.earn"), move || frame.go(View::Earn))
    })
}

fn next(title: String, sub: String, label: String, press: impl Fn() + 'static) -> Node {
    el("section", "card next")
        .attr("aria-label", &t("next.label"))
        .child(
            el("div", "grow")
                .child(el("h3", "").text(title))
                .child(p("sub", sub)),
        )
        .child(button(Tone::Main, label, press))
}
