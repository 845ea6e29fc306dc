//! Rewards: codes in hand, what is in reach, what is missing for the rest.

use super::atoms::{self, Tone, button, heading, link};
use super::icons;
use super::shell::Frame;
use crate::outbox::{What, busy};
use crate::store::{Club, Store};
use crate::sync;
use crate::words::{self, count, fill, t};
use contract::shopper::{Redeem, Redemption, RedemptionState};
use leptos::prelude::*;
use leptos::task::spawn_local;
use rules::program::{Reward, RewardKind};
use rules::rewards::Reason;
use wasm_bindgen::JsValue;

/// Draws the page.
pub(super) fn rewards(frame: Frame, club: &Club) -> AnyView {
    let mut held: Vec<&Redemption> = club
        .me
        .redemptions
        .iter()
        .filter(|r| r.state == RedemptionState::Open)
        .collect();
    let fresh = frame.store.fresh.get();
    held.sort_by_key(|r| fresh.as_ref() != Some(&r.id));
    let held: Vec<_> = held.into_iter().map(|r| ticket(frame, club, r)).collect();
    let all: Vec<_> = club
        .rewards()
        .iter()
        .map(|(reward, why)| row(frame, club, reward, why))
        .collect();
    view! {
        {(!held.is_empty()).then(|| view! { {heading(t("codes.title"), None)} {held} })}
        {heading(t("rewards.title"), Some(balance(club)))}
        {if all.is_empty() {
            atoms::empty(icons::GIFT, t("rewards.none"), t("rewards.none.sub"), None)
        } else {
            view! { <div class={"card list"}>{all}</div> }.into_any()
        }}
    }
    .into_any()
}

fn balance(club: &Club) -> AnyView {
    let has = words::points(club.balances().available);
    view! { <span class={"sub"}>{fill("rewards.have", &[("points", &has)])}</span> }.into_any()
}

/// What a reward costs, and on which baskets it counts.
pub(super) fn price(club: &Club, reward: &Reward) -> String {
    let points = words::points(reward.cost);
    match reward.minimum_order {
        Some(least) => {
            let money = words::money(least, &club.program.program.currency);
            fill("price.minimum", &[("points", &points), ("money", &money)])
        }
        None => points,
    }
}

/// One reward with what can be done about it; asks before it spends.
pub(super) fn row(frame: Frame, club: &Club, reward: &Reward, why: &[Reason]) -> AnyView {
    let store = frame.store;
    let id = reward.id.clone();
    let given = matches!(reward.kind, RewardKind::Donation(_));
    let (sub, end) = if why.is_empty() {
        let verb = t(if given { "give" } else { "take" });
        let ask = id.clone();
        let doing = {
            let id = id.clone();
            Signal::derive(move || store.doing.with(|all| busy(all, &id)))
        };
        let press = move || store.confirming.set(Some(ask.clone()));
        let sub = view! { {price(club, reward)} }.into_any();
        (sub, button(Tone::Plain, verb, doing, press))
    } else {
        (
            locked(club, reward, why),
            view! { <span class={"lock"}>{super::icons::icon(icons::LOCK)}</span> }.into_any(),
        )
    };
    let title = words::text(&reward.title);
    let confirm = {
        let (title, cost) = (title.clone(), words::points(reward.cost));
        move || {
            (store.confirming.get().as_deref() == Some(id.as_str())).then(|| {
                let what = What::Redeem(Redeem {
                    reward_id: id.clone(),
                });
                let sentence = fill("confirm.redeem", &[("points", &cost), ("reward", &title)]);
                confirm(
                    store,
                    id.clone(),
                    sentence,
                    t(if given { "yes.give" } else { "yes.take" }),
                    what,
                )
            })
        }
    };
    view! {
        <div class={"item"} data-reward={reward.id.clone()}>
            {atoms::row(icons::reward(&reward.kind), title, sub, end)}
            {confirm}
        </div>
    }
    .into_any()
}

/// Asks once, inside the card, where the eye already is.
fn confirm(store: Store, id: String, sentence: String, yes: String, what: What) -> AnyView {
    let doing = Signal::derive(move || store.doing.with(|all| busy(all, &id)));
    view! {
        <div class={"confirm"} role={"group"} aria-label={sentence.clone()}>
            <p>{sentence.clone()}</p>
            <div class={"actions"}>
                {button(Tone::Main, yes, doing, move || sync::act(store, what.clone()))}
                {link(Tone::Quiet, t("no"), move || store.confirming.set(None))}
            </div>
        </div>
    }
    .into_any()
}

/// Why a reward is out of reach, in the words of whoever can change that.
fn locked(club: &Club, reward: &Reward, why: &[Reason]) -> AnyView {
    let sentence = match why.first() {
        Some(Reason::NotEnoughPoints { missing }) => {
            let short = count("missing", missing.0, &[]);
            let of = fill("missing.of", &[("points", &words::number(reward.cost.0))]);
            return view! { <strong class={"amber"}>{short}</strong>{" "}{of} }.into_any();
        }
        Some(Reason::OnlyPending { activates_at }) => fill(
            "reason.only_pending",
            &[("date", &words::date(*activates_at))],
        ),
        Some(Reason::TierTooLow { needs }) => {
            let ladder = club.program.program.tiers.as_ref();
            let tier = ladder.and_then(|l| l.levels.iter().find(|tier| tier.id == *needs));
            let name = tier.map(|tier| words::text(&tier.name)).unwrap_or_default();
            fill("reason.tier_too_low", &[("tier", &name)])
        }
        Some(Reason::NotStarted { at }) => {
            fill("reason.not_started", &[("date", &words::date(*at))])
        }
        Some(Reason::Ended { .. }) => t("reason.ended"),
        Some(Reason::SoldOut) => t("reason.sold_out"),
        Some(Reason::LimitReached { .. }) => t("reason.limit_reached"),
        Some(Reason::AlreadyHeld) => t("reason.already_held"),
        _ => t("reason.other"),
    };
    view! { {sentence} }.into_any()
}

/// A coupon in hand: its code, and what to do with it.
fn ticket(frame: Frame, club: &Club, redemption: &Redemption) -> AnyView {
    let store = frame.store;
    let (id, code) = (redemption.id.clone(), redemption.code.clone());
    let title = club
        .reward(&redemption.reward_id)
        .map(|r| words::text(&r.title))
        .unwrap_or_default();
    let until = fill(
        "code.until",
        &[("date", &words::date(redemption.expires_at))],
    );
    let copied = RwSignal::new(false);
    let copy = {
        let code = code.clone();
        move || {
            atoms::copy(&code);
            copied.set(true);
            store.say(t("copied"), false);
        }
    };
    let apply = store.host().hooked("redeem").then(|| {
        let redemption = redemption.clone();
        link(Tone::Main, t("apply"), move || {
            apply(store, redemption.clone())
        })
    });
    let ask = id.clone();
    let points = words::points(redemption.points);
    let give_back = move || {
        (store.confirming.get().as_deref() == Some(id.as_str())).then(|| {
            let sentence = fill("confirm.cancel", &[("points", &points)]);
            confirm(
                store,
                id.clone(),
                sentence,
                t("yes.cancel"),
                What::Cancel(id.clone()),
            )
        })
    };
    view! {
        <section class={"card ticket"} aria-label={title.clone()} data-redemption={redemption.id.clone()}>
            <div class={"heading"}><h4>{title.clone()}</h4><span class={"sub"}>{until}</span></div>
            {atoms::code(code)}
            <div class={"actions"}>
                {apply}
                {view! {
                    <button type={"button"} class={"btn plain"} on:click={move |_| copy()}>
                        {move || t(if copied.get() { "copied.short" } else { "copy" })}
                    </button>
                }}
                {link(Tone::Quiet, t("cancel"), move || store.confirming.set(Some(ask.clone())))}
            </div>
            {give_back}
        </section>
    }
    .into_any()
}

/// Asks the shop to put the code into its basket.
fn apply(store: Store, redemption: Redemption) {
    spawn_local(async move {
        let answer = store.host().hook("redeem", &redemption).await;
        let applied = js_sys::Reflect::get(&answer, &JsValue::from_str("applied"))
            .is_ok_and(|value| value.is_truthy());
        store.say(t(if applied { "applied" } else { "not_applied" }), !applied);
    });
}
