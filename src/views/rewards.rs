//! Rewards: codes in hand, what is in reach, what is missing for the rest.

use super::atoms::{self, Tone, button, heading, list, p, sub};
use super::shell::{self, Frame};
use super::{focus, icons};
use crate::host::{field, object};
use crate::node::{Node, el};
use crate::outbox::{Kind, busy};
use crate::store::{Club, State, Store};
use crate::sync;
use crate::words::{self, count, fill, t};
use contract::shopper::{Redemption, RedemptionState};
use rules::program::{Reward, RewardKind};
use rules::rewards::Reason;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// Draws the page.
pub(super) fn rewards(frame: Frame, s: &State, club: &Club) -> Node {
    let mut held: Vec<&Redemption> = club
        .me
        .redemptions
        .iter()
        .filter(|r| r.state == RedemptionState::Open)
        .collect();
    held.sort_by_key(|r| s.fresh.as_ref() != Some(&r.id));
    let some = !held.is_empty();
    let held: Vec<_> = held
        .into_iter()
        .map(|r| ticket(frame.store, s, club, r))
        .collect();
    let all: Vec<_> = club
        .rewards()
        .iter()
        .map(|(reward, why)| row(frame, s, club, reward, why))
        .collect();
    let has = words::points(club.balances().available);
    let has = el("span", "sub").text(fill("rewards.have", &[("points", &has)]));
    el("div", "page")
        .maybe(some.then(|| heading(t("codes.title"), None)))
        .child(el("div", "page").children(held))
        .child(heading(t("rewards.title"), Some(has)))
        .child(if all.is_empty() {
            atoms::empty(icons::GIFT, t("rewards.none"), t("rewards.none.sub"), None)
        } else {
            list(all)
        })
}

/// What a reward costs, and on which baskets it counts.
pub(super) fn price(club: &Club, reward: &Reward) -> String {
    let points = words::points(reward.cost);
    match reward.minimum_order {
        Some(least) => fill(
            "price.minimum",
            &[("points", &points), ("money", &club.money(least))],
        ),
        None => points,
    }
}

/// One reward with what can be done about it; asks before it spends.
pub(super) fn row(frame: Frame, s: &State, club: &Club, reward: &Reward, why: &[Reason]) -> Node {
    let store = frame.store;
    let given = matches!(reward.kind, RewardKind::Donation(_));
    let title = words::text(&reward.title);
    let (second, end) = if why.is_empty() {
        let id = reward.id.clone();
        let press = move || ask(store, &id);
        let take = button(Tone::Plain, t(if given { "give" } else { "take" }), press);
        (
            sub(price(club, reward)),
            atoms::busy(take, busy(&s.doing, &reward.id)),
        )
    } else {
        (
            locked(club, reward, why),
            el("span", "lock").child(atoms::icon(icons::LOCK)),
        )
    };
    let asks = s.confirming.as_deref() == Some(&reward.id) && why.is_empty();
    let confirm = asks.then(|| {
        let values = [("points", &*words::points(reward.cost)), ("reward", &title)];
        let yes = t(if given { "yes.give" } else { "yes.take" });
        let id = reward.id.clone();
        confirm(
            store,
            s,
            &reward.id,
            fill("confirm.redeem", &values),
            yes,
            move || {
                let body = object(&[("reward_id", id.as_str().into())]);
                sync::act(store, Kind::Redeem, &id, "POST", "/v1/me/redemptions", body);
            },
        )
    });
    el("div", "item")
        .attr("data-reward", &reward.id)
        .child(atoms::row(
            icons::reward(&reward.kind),
            title,
            second,
            Some(end),
        ))
        .maybe(confirm)
}

/// Opens the question about a reward or a coupon, and brings it before the reader.
pub(super) fn ask(store: Store, id: &str) {
    store.set(|s| s.confirming = Some(id.to_owned()));
    focus::soon(".confirm");
}

/// Asks once, inside the card, where the eye already is.
fn confirm(
    store: Store,
    s: &State,
    id: &str,
    sentence: String,
    yes: String,
    act: impl Fn() + 'static,
) -> Node {
    let no = button(Tone::Quiet, t("no"), move || shell::unask(store));
    let yes = atoms::busy(button(Tone::Main, yes, act), busy(&s.doing, id));
    el("div", "confirm")
        .attr("role", "group")
        .attr("tabindex", "-1")
        .attr("aria-label", &sentence)
        .child(p("", sentence))
        .child(el("div", "actions").child(yes).child(no))
}

/// Why a reward is out of reach, in the words of whoever can change that.
fn locked(club: &Club, reward: &Reward, why: &[Reason]) -> Node {
    sub(match why.first() {
        Some(Reason::NotEnoughPoints { missing }) => {
            let short = count("missing", missing.0, &[]);
            let of = fill("missing.of", &[("points", &words::number(reward.cost.0))]);
            return el("div", "sub")
                .child(el("strong", "amber").text(short))
                .text(" ")
                .text(of);
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
    })
}

/// A coupon in hand: its code, and what to do with it.
fn ticket(store: Store, s: &State, club: &Club, redemption: &Redemption) -> Node {
    let title = club
        .reward(&redemption.reward_id)
        .map(|r| words::text(&r.title));
    let title = title.unwrap_or_default();
    let until = fill(
        "code.until",
        &[("date", &words::date(redemption.expires_at))],
    );
    let code = redemption.code.clone();
    let copied = s.copied.as_ref() == Some(&code);
    let copy = button(
        Tone::Plain,
        t(if copied { "copied.short" } else { "copy" }),
        move || {
            atoms::copy(&code);
            store.set(|s| {
                s.copied = Some(code.clone());
                s.say(t("copied"), false);
            });
        },
    );
    let apply = store.host().hooked("redeem").then(|| {
        let (code, id) = (redemption.code.clone(), redemption.id.clone());
        button(Tone::Main, t("apply"), move || apply(store, &code, &id))
    });
    let id = redemption.id.clone();
    let give_back = button(Tone::Quiet, t("cancel"), move || ask(store, &id));
    let asks = s.confirming.as_deref() == Some(&redemption.id);
    let confirm = asks.then(|| {
        let sentence = fill(
            "confirm.cancel",
            &[("points", &words::points(redemption.points))],
        );
        let id = redemption.id.clone();
        confirm(
            store,
            s,
            &redemption.id,
            sentence,
            t("yes.cancel"),
            move || {
                let path = ["/v1/me/redemptions/", &id].concat();
                sync::act(
                    store,
                    Kind::Cancel,
                    &id,
                    "DELETE",
                    &path,
                    JsValue::UNDEFINED,
                );
            },
        )
    });
    let heading = el("div", "heading")
        .child(el("h4", "").text(title.clone()))
        .child(el("span", "sub").text(until));
    el("section", "card ticket")
        .attr("aria-label", &title)
        .attr("data-redemption", &redemption.id)
        .child(heading)
        .child(atoms::code(&redemption.code))
        .child(
            el("div", "actions")
                .maybe(apply)
                .child(copy)
                .child(give_back),
        )
        .maybe(confirm)
}

/// Asks the shop to put the code into its basket.
fn apply(store: Store, code: &str, id: &str) {
    let payload = object(&[("code", code.into()), ("redemption_id", id.into())]);
    spawn_local(async move {
        let answer = store.host().ask("redeem", &payload).await;
        let applied = field(&answer, "applied").is_truthy();
        store.say(t(if applied { "applied" } else { "not_applied" }), !applied);
    });
}
