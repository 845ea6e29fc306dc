//! Home: what I have, what it is worth, what I get next, what I must do for it.

use super::atoms::{Tone, heading, link};
use super::shell::Frame;
use super::{rewards, tier};
use crate::store::{Club, View};
use crate::words::{self, count, fill, t};
use contract::shopper::RedemptionState;
use leptos::prelude::*;
use rules::program::{Expiry, Program};
use rules::{Points, Timestamp};

/// Days in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Rewards shown before "all".
const REWARDS_SHOWN: usize = 3;

/// Draws home.
pub(super) fn home(frame: Frame, club: &Club) -> AnyView {
    let shown: Vec<_> = club
        .rewards()
        .into_iter()
        .take(REWARDS_SHOWN)
        .map(|(reward, why)| rewards::row(frame, club, &reward, &why))
        .collect();
    let all = link(Tone::Quiet, t("all"), move || frame.go(View::Rewards));
    view! {
        {hero(club)}
        {chips(club)}
        {tier::card(club)}
        {next_action(frame, club)}
        {(!shown.is_empty()).then(|| view! {
            {heading(t("rewards.title"), Some(all))}
            <div class={"card list"}>{shown}</div>
        })}
    }
    .into_any()
}

fn hero(club: &Club) -> AnyView {
    let balances = club.balances();
    let worth = club
        .worth(balances.available)
        .filter(|money| money.is_positive())
        .map(|money| words::money(money, &club.program.program.currency));
    view! {
        <div class={"hero"}>
            <p class={"balance"}>
                <strong>{words::number(balances.available.0)}</strong>
                {" "}
                <span>{t("points.unit")}</span>
            </p>
            {worth.map(|worth| view! {
                <p class={"worth"}>
                    <span class={"sub"}>{t("worth")}</span>
                    <strong>{worth}</strong>
                </p>
            })}
        </div>
    }
    .into_any()
}

fn chips(club: &Club) -> AnyView {
    let balances = club.balances();
    let mut chips: Vec<(&str, String)> = Vec::new();
    if balances.debt.is_positive() {
        chips.push(("chip amber", count("debt", balances.debt.0, &[])));
    }
    if balances.pending.is_positive() {
        let first = club
            .me
            .facts
            .lots
            .iter()
            .map(|l| l.activates_at)
            .filter(|at| *at > club.now)
            .min();
        let date = first.map(words::date).unwrap_or_default();
        chips.push((
            "chip",
            count("pending", balances.pending.0, &[("date", &date)]),
        ));
    }
    let warn = warn_ms(&club.program.program);
    if let Some(soon) = balances
        .expiring
        .first()
        .filter(|e| e.expires_at.0 - club.now.0 <= warn)
    {
        let days = days_left(club.now, soon.expires_at);
        let days = count("days", days, &[]);
        chips.push((
            "chip amber",
            count("expiring", soon.points.0, &[("days", &days)]),
        ));
    }
    (!chips.is_empty())
        .then(|| {
            let items = chips
                .into_iter()
                .map(|(class, text)| view! { <li class={class}>{text}</li> });
            view! { <ul class={"chips"}>{items.collect::<Vec<_>>()}</ul> }
        })
        .into_any()
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
fn next_action(frame: Frame, club: &Club) -> Option<AnyView> {
    let waiting = club
        .me
        .redemptions
        .iter()
        .find(|r| r.state == RedemptionState::Open);
    if let Some(reward) = waiting.and_then(|r| club.reward(&r.reward_id)) {
        let title = fill("next.code", &[("reward", &words::text(&reward.title))]);
        return Some(next(
            title,
            words::text(&reward.terms),
            t("show"),
            move || frame.go(View::Rewards),
        ));
    }
    let mut all = club.rewards();
    all.sort_by_key(|(reward, _)| reward.cost);
    if let Some((reward, _)) = all.iter().rev().find(|(_, why)| why.is_empty()) {
        let title = fill("next.ready", &[("reward", &words::text(&reward.title))]);
        let sub = rewards::price(club, reward);
        let id = reward.id.clone();
        return Some(next(title, sub, t("take"), move || {
            frame.go(View::Rewards);
            frame.store.confirming.set(Some(id.clone()));
        }));
    }
    let (reward, _) = all.first()?;
    let missing = Points(reward.cost.0 - club.balances().available.0);
    missing.is_positive().then(|| {
        let title = fill("next.near", &[("reward", &words::text(&reward.title))]);
        next(
            title,
            count("missing", missing.0, &[]),
            t("next.earn"),
            move || frame.go(View::Earn),
        )
    })
}

fn next(title: String, sub: String, label: String, press: impl Fn() + 'static) -> AnyView {
    view! {
        <section class={"card next"} aria-label={t("next.label")}>
            <div class={"grow"}>
                <h3>{title}</h3>
                <p class={"sub"}>{sub}</p>
            </div>
            {link(Tone::Main, label, press)}
        </section>
    }
    .into_any()
}
