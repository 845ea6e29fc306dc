//! Rewards: codes in hand, what is in reach, what is missing for the rest.

use super::atoms::{self, Tone, button, heading, list, p, sub};
use super::shell::{self, Frame};
use super::{focus, icons, profile};
use crate::host::{field, object, string, then};
use crate::node::{Node, el};
use crate::outbox::{Kind, busy};
use crate::store::{Club, State, Store};
use crate::sync;
use crate::words::{self, count, fill, t};
use contract::shopper::{Redemption, RedemptionState};
use rules::Points;
use rules::program::{Reward, RewardKind};
use rules::rewards::{self, Reason};
use wasm_bindgen::JsValue;

/// Codes of the past that are looked at.
const PAST_SHOWN: usize = 12;

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
    let has = club.has().map(|has| {
        let have = fill("rewards.have", &[("points", &has)]);
        el("span", "sub").text(have)
    });
    el("div", "page")
        .maybe(some.then(|| heading(t("codes.title"), None)))
        .child(el("div", "page").children(held))
        .child(heading(t("rewards.title"), has))
        .child(if all.is_empty() {
            atoms::empty(
                icons::GIFT,
                t("rewards.none"),
                t(if club.has_points() {
                    "rewards.none.sub"
                } else {
                    "reward.none.sub"
                }),
                None,
            )
        } else {
            list(all)
        })
        .maybe(past(club))
}

/// What a reward costs, and on which baskets it counts.
pub(super) fn price(club: &Club, reward: &Reward) -> String {
    let points = cost(reward);
    match reward.minimum_order {
        Some(least) => fill(
            "price.minimum",
            &[("points", &points), ("money", &club.money(least))],
        ),
        None => points,
    }
}

/// What the smallest number of units costs.
pub(super) fn cost(reward: &Reward) -> String {
    let Some(units) = reward.units else {
        return if reward.cost.is_positive() {
            words::points(reward.cost)
        } else {
            t("reward.free")
        };
    };
    let least = rewards::price(reward, units.min).unwrap_or(reward.cost);
    fill("reward.from", &[("points", &words::points(least))])
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
        let end = if let [Reason::ConsentNeeded { .. }] = why {
            let id = reward.id.clone();
            let agree = button(Tone::Plain, t("reward.consent"), move || ask(store, &id));
            atoms::busy(agree, busy(&s.doing, &reward.id))
        } else {
            el("span", "lock").child(atoms::icon(icons::LOCK))
        };
        (locked(club, reward, why), end)
    };
    let asking = s.confirming.as_deref() == Some(&reward.id);
    let consent = match why {
        [Reason::ConsentNeeded { consent }] if asking => Some(agree(store, s, &reward.id, consent)),
        _ => None,
    };
    let asks = asking && why.is_empty();
    let confirm = asks.then(|| {
        let available = club.balances().available;
        let most = rewards::units_in_reach(reward, available);
        let least = reward.units.map_or(1, |units| units.min.max(1));
        let units = s.units.clamp(least, most.max(least));
        let points = rewards::price(reward, units).unwrap_or(reward.cost);
        let values = [("points", &*words::points(points)), ("reward", &title)];
        let sentence = match (given, points.is_positive()) {
            (true, _) => fill("reward.give", &values),
            (_, true) => fill("confirm.redeem", &values),
            _ => fill("reward.take.free", &values),
        };
        let yes = t(if given { "yes.give" } else { "yes.take" });
        let id = reward.id.clone();
        let slider = (most > least).then(|| slider(store, club, reward, units, (least, most)));
        confirm(
            store,
            s,
            &reward.id,
            sentence,
            el("div", "").maybe(slider).child(terms(club, reward)),
            yes,
            move || {
                let body = object(&[("reward_id", id.as_str().into()), ("units", units.into())]);
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
        .maybe(confirm.or(consent))
}

/// How many units: the amount that they come to, and a slider.
fn slider(store: Store, club: &Club, reward: &Reward, units: u32, ends: (u32, u32)) -> Node {
    let amount = match rewards::value(reward, units) {
        Some(money) => club.money(money),
        None => count("reward.units", i64::from(units), &[]),
    };
    let at = |n: u32| words::digits(i64::from(n));
    let range = el("input", "slider")
        .attr("type", "range")
        .attr("min", &at(ends.0))
        .attr("max", &at(ends.1))
        .attr("value", &at(units))
        .attr("aria-label", &t("reward.how_many"))
        .attr("aria-valuetext", &amount)
        .on("input", move |event| {
            let value = event
                .current_target()
                .and_then(|range| string(&range, "value"));
            if let Some(units) = value.and_then(|value| value.parse().ok()) {
                store.set(|s| s.units = units);
            }
        });
    el("div", "units")
        .child(el("strong", "").text(amount))
        .child(range)
}

/// The merchant's terms, else the rule's own; and how long the code can be used.
fn terms(club: &Club, reward: &Reward) -> Node {
    let mut said = words::text(&reward.terms);
    if let Some(least) = reward.minimum_order.filter(|_| said.is_empty()) {
        said = fill("reward.minimum", &[("money", &club.money(least))]);
    }
    if !matches!(reward.kind, RewardKind::WalletCredit(_)) {
        let days = count("reward.days", i64::from(reward.coupon_days), &[]);
        if !said.is_empty() {
            said.push_str(" · ");
        }
        said.push_str(&days);
    }
    p("sub", said)
}

/// Asks for the consent that a reward needs.
fn agree(store: Store, s: &State, id: &str, consent: &str) -> Node {
    let name = words::maybe(&["reward.consent.", consent].concat());
    let name = name.unwrap_or_else(|| words::isolate(consent));
    let sentence = fill("reward.consent.ask", &[("consent", &name)]);
    let (subject, consent) = (id.to_owned(), consent.to_owned());
    confirm(
        store,
        s,
        id,
        sentence,
        Node::default(),
        t("reward.consent"),
        move || {
            if let Some(club) = store.club() {
                profile::consent(store, &club, &subject, &consent);
            }
        },
    )
}

/// Opens the question about a reward or a coupon, and brings it before the reader.
pub(super) fn ask(store: Store, id: &str) {
    store.set(|s| {
        s.confirming = Some(id.to_owned());
        s.units = 0;
    });
    focus::soon(".confirm");
}

/// Asks once, inside the card, where the eye already is.
fn confirm(
    store: Store,
    s: &State,
    id: &str,
    sentence: String,
    more: Node,
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
        .child(more)
        .child(el("div", "actions").child(yes).child(no))
}

/// How many points are missing, and for how many.
pub(super) fn missing(reward: &Reward, points: Points) -> Node {
    let short = count("missing", points.0, &[]);
    let least = reward.units.map_or(1, |units| units.min);
    let cost = rewards::price(reward, least).unwrap_or(reward.cost);
    let of = fill("missing.of", &[("points", &words::number(cost.0))]);
    el("div", "sub")
        .child(el("strong", "amber").text(short))
        .text(" ")
        .text(of)
}

/// Why a reward is out of reach, in the words of whoever can change that.
fn locked(club: &Club, reward: &Reward, why: &[Reason]) -> Node {
    sub(match why.first() {
        Some(Reason::NotEnoughPoints { missing }) => {
            return self::missing(reward, *missing);
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
        Some(Reason::LimitReached {
            resets_at: Some(at),
        }) => fill("reward.again", &[("date", &words::date(*at))]),
        Some(Reason::LimitReached { .. }) => t("reason.limit_reached"),
        Some(Reason::NotInSegment) => t("reward.not_in_segment"),
        Some(Reason::Blocked) => t("reward.blocked"),
        Some(Reason::ConsentNeeded { .. }) => t("reward.consent_needed"),
        Some(Reason::AlreadyHeld) => t("reason.already_held"),
        _ => t("reason.other"),
    })
}

/// A coupon in hand: its code, and what to do with it.
fn ticket(store: Store, s: &State, club: &Club, redemption: &Redemption) -> Node {
    let reward = club.reward(&redemption.reward_id);
    let title = reward.map(|r| words::text(&r.title)).unwrap_or_default();
    let terms = reward.filter(|r| !r.terms.is_empty());
    let terms = terms.map(|r| p("sub", words::text(&r.terms)));
    // A code that counts in a basket can be put there; a ticket or a partner's code cannot.
    let for_basket = reward.is_none_or(|r| {
        !matches!(
            r.kind,
            RewardKind::Donation(_)
                | RewardKind::LotteryTicket(_)
                | RewardKind::VipService(_)
                | RewardKind::PartnerCoupon { .. }
        )
    });
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
    let apply = (for_basket && store.host().hooked("redeem")).then(|| {
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
            Node::default(),
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
        .maybe(terms)
        .child(
            el("div", "actions")
                .maybe(apply)
                .child(copy)
                .child(give_back),
        )
        .maybe(confirm)
}

/// Codes that were used or have ended, latest first.
fn past(club: &Club) -> Option<Node> {
    let mut rows = Vec::new();
    for redemption in club.me.redemptions.iter().take(PAST_SHOWN) {
        let reward = club.reward(&redemption.reward_id);
        let credit = reward.is_some_and(|r| matches!(r.kind, RewardKind::WalletCredit(_)));
        let state = t(match redemption.state {
            RedemptionState::Open => continue,
            RedemptionState::Used if credit => "reward.past.credit",
            RedemptionState::Used => "reward.past.used",
            RedemptionState::Cancelled => "reward.past.cancelled",
            RedemptionState::Expired => "reward.past.expired",
        });
        let title = reward.map_or_else(
            || words::isolate(&redemption.code),
            |r| words::text(&r.title),
        );
        let when = [&*words::date(redemption.at), " · ", &state].concat();
        let path = reward.map_or(icons::GIFT, |r| icons::reward(&r.kind));
        rows.push(el("div", "item").child(atoms::row(path, title, sub(when), None)));
    }
    (!rows.is_empty()).then(|| {
        el("div", "page past")
            .child(heading(t("reward.past"), None))
            .child(list(rows))
    })
}

/// What the shopper is told when the server has given a reward.
pub(crate) fn redeemed(store: Store, redemption: &JsValue) -> String {
    let id = string(redemption, "reward_id").unwrap_or_default();
    let club = store.club();
    let reward = club.as_ref().and_then(|club| club.reward(&id));
    t(match reward.map(|r| &r.kind) {
        Some(RewardKind::WalletCredit(_)) => "reward.done.wallet",
        Some(RewardKind::Donation(_)) => "reward.done.given",
        Some(RewardKind::LotteryTicket(_)) => "reward.done.ticket",
        Some(RewardKind::VipService(_)) => "reward.done.service",
        _ => "redeem.done",
    })
}

/// Asks the shop to put the code into its basket.
fn apply(store: Store, code: &str, id: &str) {
    let payload = object(&[("code", code.into()), ("redemption_id", id.into())]);
    then(store.host().hook("redeem", &payload), move |answer| {
        let applied = field(&answer, "applied").is_truthy();
        store.say(t(if applied { "applied" } else { "not_applied" }), !applied);
    });
}
